"""Calibration error and temperature, against scikit-learn, by hand and on data whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.statistics.calibration import BINS, calibration_error, fit_temperature, reliability_bins

SEEDS = st.integers(0, 10_000)


def drawn(images: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels that are drawn from their probabilities."""
    random = np.random.default_rng(seed)
    logits = random.normal(size=(images, classes)) * 2
    noise = random.gumbel(size=logits.shape)
    return logits, (logits + noise).argmax(axis=1)


def confidence_of(logits: np.ndarray) -> np.ndarray:
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials.max(axis=1) / exponentials.sum(axis=1))


def test_the_error_of_four_images_in_two_bins() -> None:
    confidence, correct = np.array([0.9, 0.5, 0.7, 0.6]), np.array([True, False, True, True])
    # 0.5 and 0.6: 55 % confident, 50 % correct; 0.7 and 0.9: 80 % confident, 100 % correct.
    assert [(part.images, part.confidence, part.accuracy) for part in reliability_bins(confidence, correct, 2)] == [
        (2, pytest.approx(55), 50),
        (2, pytest.approx(80), 100),
    ]
    assert calibration_error(confidence, correct, 2) == pytest.approx((5 + 20) / 2)


@given(seed=SEEDS)
def test_bins_are_those_of_scikit_learns_calibration_curve(seed: int) -> None:
    from sklearn.calibration import calibration_curve

    random = np.random.default_rng(seed)
    confidence = random.random(BINS * 20)
    correct = random.random(len(confidence)) < confidence**2
    accuracy, mean = calibration_curve(correct, confidence, n_bins=BINS, strategy="quantile")
    found = reliability_bins(confidence, correct)
    # scikit-learn's edges are quantiles: an image at an edge may be in the bin before.
    assert [part.accuracy for part in found] == pytest.approx(100 * accuracy, abs=6)
    assert [part.confidence for part in found] == pytest.approx(100 * mean, abs=1)
    assert calibration_error(confidence, correct) == pytest.approx(100 * abs(accuracy - mean).mean(), abs=1)


def test_probabilities_that_are_right_have_almost_no_error_and_wrong_ones_have_theirs() -> None:
    logits, labels = drawn(100_000, 10, seed=0)
    correct = logits.argmax(axis=1) == labels
    assert calibration_error(confidence_of(logits), correct) < 0.7
    sure = np.full(len(labels), 1.0)
    assert calibration_error(sure, correct) == pytest.approx(100 - 100 * correct.mean())


@given(seed=SEEDS, images=st.integers(1, 80))
def test_neither_the_order_of_the_images_nor_ties_change_the_error(seed: int, images: int) -> None:
    random = np.random.default_rng(seed)
    confidence = random.integers(90, 100, images).astype(np.float16) / np.float16(100)
    correct = random.random(images) < 0.8
    order = random.permutation(images)
    expected = calibration_error(confidence, correct)
    assert calibration_error(confidence[order], correct[order]) == pytest.approx(expected)
    assert 0 <= expected <= 100
    assert sum(part.images for part in reliability_bins(confidence, correct)) == images


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_the_temperature_of_scaled_logits_is_found(temperature: float) -> None:
    logits, labels = drawn(40_000, 10, seed=1)
    found = fit_temperature((logits * temperature).astype(np.float32), labels)
    assert found == pytest.approx(temperature, rel=0.03)


@given(seed=SEEDS)
def test_at_the_temperature_the_slope_of_the_loss_is_zero(seed: int) -> None:
    """The mean true logit then equals the mean expected logit (Guo et al. 2017, appendix)."""
    logits, labels = drawn(200, 5, seed)
    temperature = fit_temperature(logits * 3, labels)
    assert temperature is not None
    scaled = 3 * logits / temperature
    probabilities = np.exp(scaled) / np.exp(scaled).sum(axis=1, keepdims=True)
    assert (probabilities * logits).sum(axis=1).mean() == pytest.approx(
        logits[np.arange(len(labels)), labels].mean(), abs=1e-4
    )


def test_the_temperature_calibrates_other_images() -> None:
    logits, labels = drawn(40_000, 10, seed=2)
    logits, half = logits * 3, slice(20_000, None)
    temperature = fit_temperature(logits[:20_000], labels[:20_000])
    assert temperature is not None
    correct = logits[half].argmax(axis=1) == labels[half]
    before = calibration_error(confidence_of(logits[half]), correct)
    assert calibration_error(confidence_of(logits[half] / temperature), correct) < before / 10


@pytest.mark.parametrize(
    ("logits", "labels"),
    [
        (np.eye(4) * 5, np.arange(4)),  # all correct
        (np.eye(4) * 5, (np.arange(4) + 1) % 4),  # none
        (np.zeros((4, 4)), np.arange(4)),
        (np.full((4, 4), np.nan), np.arange(4)),
    ],
)
def test_without_a_minimum_there_is_no_temperature(logits: np.ndarray, labels: np.ndarray) -> None:
    assert fit_temperature(logits, labels) is None
