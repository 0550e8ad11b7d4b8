"""The failures of a network whose answers are known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.diagnosis.diagnosis import diagnose
from modelzoo.errors import ZooError
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.runs.run import Run
from modelzoo.statistics.intervals import wilson
from modelzoo.training.evaluate import predictions

MakeRun = Callable[..., Run]


def test_pairs_are_those_that_were_confused(make_diagnosed: MakeRun) -> None:
    found = diagnose(make_diagnosed()).confused
    assert [(pair.true, pair.taken_for, pair.images, pair.of_images) for pair in found] == [
        ("c", "a", 10, 20),
        ("b", "c", 1, 40),
    ]


def test_scores_and_calibration_come_from_the_predictions(make_diagnosed: MakeRun) -> None:
    diagnosis = diagnose(make_diagnosed())
    assert diagnosis.macro_recall == pytest.approx((100 + 97.5 + 50) / 3)
    calibration = diagnosis.calibration
    assert calibration is not None
    assert calibration.confidence == pytest.approx(0.89 * 75 + 0.11 * 50)
    # Seven wrong images of 50 %; then four of them with three correct ones of 75 %; then 86 correct ones.
    assert calibration.ece == pytest.approx((7 * 50 + (4 * 50 + 3 * 75 - 300) + 86 * 25) / 100)
    assert (calibration.temperature, calibration.ece_calibrated) == (None, None)
    assert len(calibration.bins) == 15


def test_the_most_confident_images_are_more_accurate(make_diagnosed: MakeRun) -> None:
    calibration = diagnose(make_diagnosed()).calibration
    assert calibration is not None
    assert [(part.share, part.images, part.threshold) for part in calibration.most_confident] == [
        (50, 50, 75.0),
        (80, 80, 75.0),
        (90, 90, 50.0),
    ]
    assert [part.accuracy for part in calibration.most_confident] == pytest.approx([100, 100, 100 * 89 / 90])
    assert calibration.most_confident[0].low == wilson(50, 50)[0]


def test_the_records_scores_come_first(make_diagnosed: MakeRun) -> None:
    run = make_diagnosed(temperature=1.5)
    assert run.record.test is not None
    test = replace(run.record.test, ece=7.0, ece_calibrated=1.0)
    calibration = diagnose(Run(replace(run.record, test=test), run.folder, "local")).calibration
    assert calibration is not None
    assert (calibration.ece, calibration.temperature, calibration.ece_calibrated) == (7.0, 1.5, 1.0)


def test_other_shares_in_training_are_a_warning(make_diagnosed: MakeRun) -> None:
    assert diagnose(make_diagnosed()).warnings == ()
    (warning,) = diagnose(make_diagnosed(seed=1, train_counts=(480, 500, 20))).warnings
    assert "c 2.0 % and 20.0 %" in warning


def test_validation_images_represent_the_training_images_of_an_old_record(make_diagnosed: MakeRun) -> None:
    run = make_diagnosed(train_counts=None, dataset={"validation_images": 300})
    assert diagnose(run).warnings == ()
    labels = np.repeat([0, 1, 2], [140, 150, 10])
    save_predictions(run.folder, predictions(np.eye(3)[labels], labels, ("a", "b", "c")), VALIDATION)
    (warning,) = diagnose(run).warnings
    assert "c 3.3 % and 20.0 %" in warning
    (run.folder / VALIDATION).write_bytes(b"damaged")
    (warning,) = diagnose(run).warnings
    assert "validation.npz is damaged" in warning


def test_a_run_without_probabilities_has_no_calibration(
    make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path
) -> None:
    record = make_record("lenet5", correct=3, dataset={"classes": 2, "test_images": 3})
    write_run(tmp_path, record, [0, 1, 1], [0, 1, 1])
    kept = dict(np.load(tmp_path / record.id / "predictions.npz"))
    del kept["prob"]
    save_predictions(tmp_path / record.id, kept)
    diagnosis = diagnose(Run(record, tmp_path / record.id, "local"))
    assert diagnosis.calibration is None
    assert diagnosis.confused == ()
    with pytest.raises(ZooError, match="keeps no predictions"):
        diagnose(Run(record, tmp_path / "none", "local"))
