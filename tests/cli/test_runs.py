"""`zoo runs` at the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.runs import store
from modelzoo.runs.record import RECORD, write_record


@pytest.fixture
def runs(make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished, a failed and a partial run in ./runs; nothing is shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    failed = {"outcome": "failed", "reason": "the loss became nan in epoch 2; try a lower learning rate"}
    for record in (
        make_record("efficientnetb1", id="efficientnetb1-0123456789", recipe_name="cpu", latency=12.25),
        make_record("lenet5", id="lenet5-0123456789", started="2026-01-06T00:00:00Z", test=None, **failed),
    ):
        (tmp_path / "runs" / record.id).mkdir(parents=True)
        write_record(record, tmp_path / "runs" / record.id)
    partial = tmp_path / "runs" / "mobilenet-0123456789.partial"
    partial.mkdir()
    facts = {"id": "mobilenet-0123456789", "model": "mobilenet", "name": "MobileNet", "recipe_name": "quick"}
    started = "2026-01-07T00:00:00Z"
    store.write_start_marker(partial, store.StartMarker(**facts, dataset="glyphs", seed=1, epochs=5, started=started))
    return tmp_path / "runs"


@pytest.mark.usefixtures("runs")
def test_the_runs_are_listed(zoo: Any, golden: Callable[[str, str], None]) -> None:
    printed = zoo("runs")
    assert (printed.code, printed.err) == (0, "")
    golden("runs.txt", printed.out)


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_every_form_has_every_run(zoo: Any, form: str) -> None:
    printed = zoo("runs", "--format", form)
    assert printed.code == 0
    for run in ("efficientnetb1-0123456789", "lenet5-0123456789", "mobilenet-0123456789"):
        assert run in printed.out


@pytest.mark.usefixtures("runs")
def test_json_gives_full_precision_and_reasons(zoo: Any) -> None:
    told = json.loads(zoo("runs", "--json").out)
    assert [run["outcome"] for run in told["runs"]] == ["finished", "failed", "partial"]
    assert told["runs"][0]["latency_ms"] == 12.25
    assert told["runs"][1]["reason"].startswith("the loss became nan")
    assert told["faults"] == []


@pytest.mark.usefixtures("runs")
def test_a_run_is_named_found_by_its_name_and_deleted(zoo: Any) -> None:
    named = zoo("runs", "name", "efficientnetb1-01", "first")
    assert (named.code, named.out) == (0, "efficientnetb1-0123456789 is now first\n")
    assert "first" in zoo("runs").out
    deleted = zoo("runs", "delete", "first", "mobilenet-0123456789")
    assert deleted.code == 0
    first, second = deleted.out.splitlines()
    assert first.startswith("deleted efficientnetb1-0123456789, 0.0 MB")
    assert second.startswith("deleted mobilenet-0123456789, 0.0 MB")
    assert [run["id"] for run in json.loads(zoo("runs", "--json").out)["runs"]] == ["lenet5-0123456789"]
    assert zoo("runs", "delete", "first").code == 1


@pytest.mark.usefixtures("runs")
def test_filters_select_and_a_miss_names_what_there_is(zoo: Any) -> None:
    listed = json.loads(zoo("runs", "--json", "--dataset", "glyphs").out)["runs"]
    assert [run["id"] for run in listed] == ["mobilenet-0123456789"]
    listed = json.loads(zoo("runs", "--json", "--model", "EfficientNet-B1").out)["runs"]
    assert [run["id"] for run in listed] == ["efficientnetb1-0123456789"]
    missed = zoo("runs", "--model", "vgg16")
    assert (missed.code, missed.out) == (1, "")
    assert "known: efficientnetb1, lenet5, mobilenet" in missed.err


def test_options_before_a_subcommand_are_refused_not_ignored(zoo: Any, runs: Path) -> None:
    printed = zoo("runs", "--runs", str(runs), "delete", "lenet5-0123456789")
    assert printed.code == 2
    assert "write options after the command" in printed.err
    assert (runs / "lenet5-0123456789").exists()


def test_a_damaged_record_is_a_warning_and_the_rest_is_listed(zoo: Any, runs: Path) -> None:
    (runs / "lenet5-0123456789" / RECORD).write_text("{")
    printed = zoo("runs")
    assert printed.code == 0
    assert "efficientnetb1-0123456789" in printed.out
    assert printed.err.startswith("zoo: warning: runs/lenet5-0123456789/record.json: not a record: ")
    assert printed.err.count("\n") == 1


def test_many_damaged_records_are_counted(zoo: Any, runs: Path) -> None:
    for number in range(1000):
        (runs / f"bad-{number}").mkdir()
        (runs / f"bad-{number}" / RECORD).write_text("{")
    lines = zoo("runs").err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "zoo: warning: 980 more warnings like these"


def test_no_runs_yet_is_no_error(zoo: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    printed = zoo("runs")
    assert (printed.code, printed.err) == (0, "")
    assert json.loads(zoo("runs", "--json").out)["runs"] == []


def test_a_folder_that_is_none_is_an_error_of_one_line(zoo: Any, tmp_path: Path) -> None:
    printed = zoo("runs", "--runs", str(tmp_path / "none"))
    assert (printed.code, printed.out) == (1, "")
    assert printed.err == f"zoo: {tmp_path / 'none'} is no folder; name the one that `zoo bench --runs` wrote to\n"
