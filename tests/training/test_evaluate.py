"""Figures of the test split, from logits."""

import numpy as np
import pytest

from modelzoo.statistics.calibration import calibration_error
from modelzoo.training.evaluate import best_classes, predictions, score_test, softmax

CLASSES = tuple("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt")


def test_softmax_does_not_overflow() -> None:
    probabilities = softmax(np.array([[1000.0, 1000.0, -1000.0]], np.float32))
    assert probabilities.dtype == np.float64
    assert probabilities.tolist() == [[0.5, 0.5, 0.0]]


def test_softmax_is_the_share_of_exponentials() -> None:
    assert softmax(np.log([[1.0, 2.0, 5.0]])) == pytest.approx(np.array([[0.125, 0.25, 0.625]]))


def test_the_score_of_four_images() -> None:
    probabilities = np.array(
        [
            [0.5, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0],
            [0.4, 0.3, 0.1, 0.1, 0.1, 0.0, 0.0],
            [0.3, 0.2, 0.2, 0.1, 0.1, 0.1, 0.0],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
        ]
    )
    test = score_test(probabilities, np.array([0, 1, 6, 6]))
    assert (test.images, test.correct, test.top1, test.top5) == (4, 2, 50.0, 75.0)
    # Wilson's interval of 2 in 4 at 95 %.
    assert (test.top1_low, test.top1_high) == pytest.approx((15.0, 85.0), abs=0.05)
    tiny = np.finfo(np.float64).tiny
    assert test.loss == pytest.approx(-np.log([0.5, 0.3, tiny, 1.0]).mean())


def test_macro_recall_lets_every_class_count_the_same() -> None:
    probabilities = np.eye(3)[[0, 0, 0, 0, 1, 0]]
    test = score_test(probabilities, np.array([0, 0, 0, 0, 1, 1]))
    assert test.top1 == pytest.approx(500 / 6)
    assert test.macro_recall == pytest.approx(75.0)  # 100 of class 0, 50 of class 1, no image of class 2


def test_among_equal_probabilities_the_lower_class_is_first() -> None:
    """Of 47 classes: an unstable sort happens to agree below 16."""
    probabilities = np.full((1, 47), 0.01)
    probabilities[0, [40, 7]] = 0.2
    assert best_classes(probabilities).tolist() == [[7, 40, 0, 1, 2]]


def test_the_score_agrees_with_what_is_kept_of_each_image() -> None:
    random = np.random.default_rng(0)
    probabilities = softmax(random.normal(size=(500, 47)) * 3)
    labels = random.integers(0, 47, 500)
    kept, test = predictions(probabilities, labels, CLASSES), score_test(probabilities, labels)
    assert (kept["top5"][:, 0] == labels).sum() == test.correct
    assert 100 * (kept["top5"] == labels[:, None]).any(axis=1).mean() == test.top5
    assert kept["prob"] == pytest.approx(probabilities.max(axis=1), abs=5e-4)


def test_the_calibration_error_is_the_one_of_the_kept_confidence() -> None:
    random = np.random.default_rng(0)
    logits = random.normal(size=(500, 47)) * 3
    labels = random.integers(0, 47, 500)
    kept, test = predictions(softmax(logits), labels, CLASSES), score_test(softmax(logits), labels, softmax(logits / 8))
    assert test.ece == calibration_error(kept["prob"], kept["top5"][:, 0] == labels)
    # The network is right by chance, and the higher temperature makes it less sure.
    assert test.ece is not None
    assert test.ece_calibrated is not None
    assert test.ece_calibrated < test.ece / 2
    assert score_test(softmax(logits), labels).ece_calibrated is None


@pytest.mark.parametrize(("classes", "columns", "kind"), [(3, 3, "uint8"), (256, 5, "uint8"), (257, 5, "uint16")])
def test_classes_are_kept_in_the_smallest_type_that_holds_them(classes: int, columns: int, kind: str) -> None:
    kept = predictions(np.eye(classes), np.arange(classes), CLASSES)
    assert kept["top5"].shape == (classes, columns)
    assert kept["top5"].dtype == kind
    assert kept["top5"][-1, 0] == classes - 1


def test_the_predictions_of_emnist_balanced_fit_into_100_kb() -> None:
    import io

    # 18,800 images of a network that is right about 86 % of the time and hesitates between few classes.
    random = np.random.default_rng(0)
    labels = np.repeat(np.arange(47), 400)
    logits = random.normal(size=(len(labels), 47)) + 2 * random.normal(size=(47, 47))[labels]
    logits[np.arange(len(labels)), labels] += 7.5
    probabilities = softmax(logits)
    assert 80 < score_test(probabilities, labels).top1 < 95
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **predictions(probabilities, labels, CLASSES))
    assert packed.tell() < 100_000
