"""Losses by their formulas, computed by numpy."""

from typing import Any

import numpy as np
import pytest

from modelzoo.training.losses import log_prior, make_loss, mixed_loss, with_auxiliary

pytestmark = pytest.mark.xdist_group("keras")

LABELS = np.array([0, 2, 1, 2])
LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
PRIOR = log_prior(np.array([0] * 6 + [1] * 3 + [2]), 3)
TARGETS = np.array([[0.7, 0.3, 0], [0, 0, 1], [0, 1, 0], [0.5, 0, 0.5]], np.float32)


def crossentropy(targets: Any, logits: Any, smoothing: float = 0.0) -> Any:
    """One value an image; smoothing gives that share of each target to all classes alike."""
    targets = targets * (1 - smoothing) + smoothing / targets.shape[1]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -(targets * np.log(shares)).sum(axis=1)


def test_the_prior_is_the_logarithm_of_each_classs_share() -> None:
    assert np.exp(PRIOR) == pytest.approx(np.array([0.6, 0.3, 0.1]))
    assert PRIOR.dtype == np.float32


def test_a_class_without_training_images_counts_as_one_with_one() -> None:
    assert np.exp(log_prior(np.array([0, 0, 2]), 3)) == pytest.approx(np.array([0.5, 0.25, 0.25]))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("prior", [None, PRIOR], ids=["plain", "balanced"])
def test_cross_entropy_is_taken_of_logits_plus_prior(smoothing: float, prior: Any) -> None:
    logits = LOGITS if prior is None else LOGITS + PRIOR
    by_number = np.asarray(make_loss(smoothing, 3, prior)(LABELS, LOGITS))
    assert by_number == pytest.approx(crossentropy(np.eye(3)[LABELS], logits, smoothing), rel=1e-5)
    mixed = np.asarray(mixed_loss(smoothing, prior)(TARGETS, LOGITS))
    assert mixed == pytest.approx(crossentropy(TARGETS, logits, smoothing), rel=1e-5)


def test_each_classifier_counts_by_its_weight_image_by_image() -> None:
    heads = np.stack([LOGITS, 2 * LOGITS, -LOGITS], axis=1)
    loss = np.asarray(with_auxiliary(make_loss(0.0, 3, PRIOR), (0.3, 0.2))(LABELS, heads))
    targets = np.eye(3)[LABELS]
    parts = [crossentropy(targets, factor * LOGITS + PRIOR) for factor in (1, 2, -1)]
    assert loss == pytest.approx(parts[0] + 0.3 * parts[1] + 0.2 * parts[2], rel=1e-5)
