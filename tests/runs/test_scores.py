"""Scores of one run, from its record or from its predictions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.run import Run, load_runs
from modelzoo.runs.scores import ece_of, macro_recall_of, model_size_mb_of, peak_memory_mb_of, read_labeled

LABELS = np.array([0, 0, 0, 0, 1, 1])
PREDICTED = np.array([0, 0, 0, 1, 1, 1])


@pytest.fixture
def run(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path) -> Run:
    """Five of six images are correct, and the network is sure of all six."""
    record = make_record("lenet5", correct=5, dataset={"classes": 2, "test_images": 6})
    write_run(tmp_path, record, PREDICTED, LABELS)
    return Run(record, tmp_path / record.id, "local")


def test_predictions_give_the_scores_that_the_record_lacks(run: Run) -> None:
    assert macro_recall_of(run) == pytest.approx((75 + 100) / 2)
    assert ece_of(run) == pytest.approx(100 / 6)
    tested = read_labeled(run)
    assert (tested.labels.tolist(), tested.predicted.tolist()) == (LABELS.tolist(), PREDICTED.tolist())
    assert tested.classes == ("0", "1")
    assert tested.correct.sum() == 5


def test_the_record_comes_before_the_predictions(run: Run) -> None:
    assert run.record.test is not None
    test = replace(run.record.test, macro_recall=50.0, ece=1.0)
    recorded = Run(replace(run.record, test=test), Path("none"), "local")
    assert (macro_recall_of(recorded), ece_of(recorded)) == (50.0, 1.0)


def test_without_predictions_a_score_is_missing_and_the_error_says_why(run: Run) -> None:
    missing = Run(run.record, Path("none"), "local")
    assert (macro_recall_of(missing), ece_of(missing)) == (None, None)
    with pytest.raises(ZooError, match=r"keeps no predictions .* bench"):
        read_labeled(missing)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"outcome": "failed", "test": None, "reason": "out of memory"}, r"failed \(out of memory\)"),
        ({"correct": 4}, "has 5 of 6 correct, record.json 4"),
    ],
)
def test_a_run_without_its_own_result_is_an_error(
    make_record: Callable[..., Any], run: Run, changed: dict[str, Any], words: str
) -> None:
    record = make_record("lenet5", **{"correct": 5, "dataset": {"classes": 2, "test_images": 6}} | changed)
    with pytest.raises(ZooError, match=words):
        read_labeled(Run(record, run.folder, "local"))


def test_sizes_are_in_megabytes(run: Run) -> None:
    assert (model_size_mb_of(run), peak_memory_mb_of(run)) == (None, None)
    measured = Run(replace(run.record, saved_model_bytes=1_500_000, peak_memory_mb=700.0), run.folder, "local")
    assert (model_size_mb_of(measured), peak_memory_mb_of(measured)) == (1.5, 700.0)


def test_shipped_runs_keep_all_that_their_scores_need() -> None:
    runs, _ = load_runs(shipped_folder=paths.BENCHMARKS / "results")
    shipped = [run for run in runs if run.origin == "shipped"]
    assert shipped
    assert all(read_labeled(run).confidence is not None for run in shipped)
