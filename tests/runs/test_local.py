"""Local runs: deleted and named by id, label or the beginning of an id."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.base.claims import claimed
from modelzoo.errors import ZooError
from modelzoo.runs.find import find_run
from modelzoo.runs.label import LABEL
from modelzoo.runs.local import delete_runs, find_local, name_run
from modelzoo.runs.record import RECORD
from modelzoo.runs.store import RESULTS_CLAIM, claim_run


@pytest.fixture
def runs(keep: Callable[..., Any], tmp_path: Path) -> Path:
    """A finished run, a failed one that can be resumed, and a partial one."""
    keep("lenet5", id="lenet5-0a")
    keep("lenet5", id="lenet5-0b", outcome="failed", reason="out of memory", test=None)
    for name in ("lenet5-0b", "mobilenet-1"):
        (tmp_path / f"{name}.partial").mkdir()
        (tmp_path / f"{name}.partial" / "checkpoint.npz").write_bytes(bytes(3_000_000))
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("lenet5-0a", ["lenet5-0b", "lenet5-0b.partial", "mobilenet-1.partial"]),
        ("lenet5-0b", ["lenet5-0a", "mobilenet-1.partial"]),
        ("mobilenet-1", ["lenet5-0a", "lenet5-0b", "lenet5-0b.partial"]),
        ("mobilenet-1.partial", ["lenet5-0a", "lenet5-0b", "lenet5-0b.partial"]),
    ],
)
def test_a_run_is_deleted_with_its_whole_and_its_partial_folder(runs: Path, name: str, left: list[str]) -> None:
    (deleted,) = delete_runs([name], runs)
    assert names(runs) == left
    assert deleted.id == name.removesuffix(".partial")
    assert (deleted.size_mb >= 3) == (deleted.id != "lenet5-0a")


def test_the_beginning_of_an_id_deletes_nothing(runs: Path) -> None:
    before = names(runs)
    with pytest.raises(ZooError, match="'mobile' begins the id mobilenet-1; write the whole id"):
        delete_runs(["mobile"], runs)
    assert names(runs) == before


def test_a_run_with_a_damaged_record_can_be_deleted(runs: Path) -> None:
    (runs / "lenet5-0a" / RECORD).write_text("{")
    delete_runs(["lenet5-0a"], runs)
    assert "lenet5-0a" not in names(runs)


def test_nothing_is_deleted_if_one_name_is_wrong(runs: Path) -> None:
    before = names(runs)
    with pytest.raises(ZooError, match="unknown run 'lenet5-0c'; did you mean"):
        delete_runs(["lenet5-0a", "lenet5-0c"], runs)
    with pytest.raises(ZooError, match="begins the ids of several runs: lenet5-0a, lenet5-0b"):
        delete_runs(["mobilenet-1", "lenet5"], runs)
    for outside in ("..", ".", "/", "", "lenet5-0a/.."):
        with pytest.raises(ZooError, match="unknown run"):
            delete_runs([outside], runs)
    assert names(runs) == before


def test_a_run_that_another_process_works_on_is_not_deleted(runs: Path) -> None:
    before = names(runs)
    with claim_run(runs, "mobilenet-1"), pytest.raises(ZooError, match=r"process \d+ on .* works on .*mobilenet-1"):
        delete_runs(["mobilenet-1"], runs)
    with (
        claimed(runs / "lenet5-0a", "", name=RESULTS_CLAIM),
        pytest.raises(ZooError, match=r"process \d+ on .* adds results to .*lenet5-0a"),
    ):
        delete_runs(["lenet5-0a"], runs)
    assert names(runs) == before
    assert (runs / "mobilenet-1.partial" / "checkpoint.npz").exists()


def test_links_and_shipped_runs_stay(runs: Path, keep: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "BENCHMARKS", runs / "benchmarks")
    shipped = keep("vgg16", runs=runs / "benchmarks" / "results", id="vgg16-1")
    with pytest.raises(ZooError, match="unknown run 'vgg16-1'"):
        delete_runs([shipped.id], runs)
    with pytest.raises(ZooError, match="holds the shipped runs; only local runs"):
        delete_runs([shipped.id], runs / "benchmarks" / "results")
    (runs / "vgg16-1").symlink_to(runs / "benchmarks" / "results" / "vgg16-1")
    with pytest.raises(ZooError, match="is a symbolic link"):
        delete_runs([shipped.id], runs)
    assert (runs / "benchmarks" / "results" / "vgg16-1" / RECORD).exists()


def test_a_label_names_the_run_everywhere(runs: Path, empty: Path) -> None:
    assert name_run("lenet5-0a", "baseline", runs) == "lenet5-0a"
    assert find_run("baseline", runs, empty).id == "lenet5-0a"
    assert find_local("baseline", runs) == "lenet5-0a"
    name_run("mobilenet", "größe_2", runs)
    with pytest.raises(ZooError, match="mobilenet-1 is partial"):
        find_run("größe_2", runs, empty)
    assert delete_runs(["größe_2"], runs)[0].id == "mobilenet-1"


@pytest.mark.parametrize("label", ["", "-x", "a b", "a/b", "a\x1b[31m", "x" * 41, "..", "best.onnx", "a\u202eb"])
def test_a_label_of_another_form_is_refused(runs: Path, label: str) -> None:
    with pytest.raises(ZooError, match="is no name for a run; expected at most 40 letters"):
        name_run("lenet5-0a", label, runs)


def test_a_label_that_means_something_else_is_refused(runs: Path) -> None:
    name_run("lenet5-0a", "baseline", runs)
    for taken in ("baseline", "lenet5-0a", "lenet5-0"):
        with pytest.raises(ZooError, match=f"'{taken}' already means lenet5-0a"):
            name_run("mobilenet-1", taken, runs)
    for model in ("MobileNet", "shufflenetv2-x1-0", "ShuffleNetV2_x1-0"):
        with pytest.raises(ZooError, match="is the name of a model"):
            name_run("mobilenet-1", model, runs)
    assert name_run("lenet5-0a", "baseline", runs) == "lenet5-0a"


def test_a_damaged_label_hides_no_run_and_can_be_replaced(runs: Path, empty: Path) -> None:
    (runs / "lenet5-0a" / LABEL).write_text("{")
    assert find_run("lenet5-0a", runs, empty).label is None
    name_run("lenet5-0a", "baseline", runs)
    assert find_run("lenet5-0a", runs, empty).label == "baseline"
