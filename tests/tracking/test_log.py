"""`log_runs` and `zoo log`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.record import write_record
from modelzoo.tracking.log import TARGETS, log_runs


@pytest.fixture(autouse=True)
def runs(make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Write two made-up runs into ./runs, and return their ids."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    records = [make_record("lenet5"), make_record("vgg16")]
    for record in records:
        (tmp_path / "runs" / record.id).mkdir(parents=True)
        write_record(record, tmp_path / "runs" / record.id)
    return [record.id for record in records]


def test_runs_are_logged_to_the_default_output_and_not_twice(zoo: Any, runs: list[str]) -> None:
    printed = zoo("log", *runs, runs[0], "--to", "every-eval-ever")
    assert (printed.code, printed.out) == (0, "")
    assert printed.err == "".join(f"zoo: note: logged {run} to every_eval_ever\n" for run in runs)
    assert sorted(path.stem for path in Path("every_eval_ever").iterdir()) == sorted(runs)
    again = zoo("log", runs[0], "--to", "every-eval-ever")
    assert (again.code, again.err) == (0, f"zoo: note: {runs[0]} is in every_eval_ever already\n")


def test_output_names_the_card(zoo: Any, runs: list[str]) -> None:
    assert zoo("log", runs[0], "--to", "model-index", "-o", "card.md").code == 0
    assert Path("card.md").read_text().startswith("---\nmodel-index:\n- name: ")


def test_a_card_takes_one_run(zoo: Any, runs: list[str]) -> None:
    printed = zoo("log", *runs, "--to", "model-index")
    assert (printed.code, printed.err) == (1, "zoo: model-index describes one network; name one run, not 2\n")


def test_an_unknown_run_stops_before_the_first_is_logged(runs: list[str]) -> None:
    with pytest.raises(ZooError, match="unknown run"):
        log_runs([runs[0], "nothing"], "every-eval-ever")
    assert not Path("every_eval_ever").exists()


@pytest.mark.parametrize("to", [name for name, target in TARGETS.items() if target.packages])
def test_a_missing_package_is_one_line_with_the_command_that_installs_it(
    zoo: Any, runs: list[str], to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelzoo.tracking.log.find_spec", lambda _: None)
    printed = zoo("log", runs[0], "--to", to)
    assert (printed.code, printed.err) == (1, f"zoo: {to} needs {to}; install it with `pip install {to}`\n")


def test_an_unknown_target_is_an_error_that_names_the_known_ones(runs: list[str]) -> None:
    with pytest.raises(ZooError, match=r"tensorboard.*mlflow.*trackio"):
        log_runs(runs, "wandb")  # type: ignore[arg-type]
