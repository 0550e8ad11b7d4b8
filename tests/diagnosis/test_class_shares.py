"""Shares of classes that differ by more than chance."""

import numpy as np
import pytest

from modelzoo.diagnosis.class_shares import class_share_warnings

CLASSES = tuple("abcdefgh")


def test_a_rare_class_in_training_is_named_with_both_shares() -> None:
    (warning,) = class_share_warnings(("a", "b", "f"), (450, 450, 100), (100, 100, 100), balanced=False)
    assert "f 10.0 % and 33.3 %" in warning
    assert "a " not in warning.partition(": ")[2].partition(";")[0]
    assert "`balanced = true`" in warning
    (warning,) = class_share_warnings(("a", "b", "f"), (450, 450, 100), (100, 100, 100), balanced=True)
    assert "the recipe is balanced" in warning


def test_the_largest_factors_are_named_first_and_the_others_counted() -> None:
    train = (1000, 100, 100, 100, 100, 100, 100, 10)
    (warning,) = class_share_warnings(CLASSES, train, (1000,) * 8, balanced=False)
    named = warning.partition("images: ")[2]
    assert named.startswith("h 0.6 % and 12.5 %, a 62.1 % and 12.5 %, ")
    assert "and 3 more" in named


@pytest.mark.parametrize("seed", range(20))
def test_two_samples_of_the_same_shares_are_no_warning(seed: int) -> None:
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(8))
    train, test = random.multinomial(300, shares), random.multinomial(60, shares)
    assert class_share_warnings(CLASSES, train.tolist(), test.tolist(), balanced=False) == []


def test_a_small_difference_in_many_images_is_no_warning() -> None:
    assert class_share_warnings(("a", "b"), (520_000, 480_000), (50_000, 50_000), balanced=False) == []


def test_no_images_are_no_warning() -> None:
    assert class_share_warnings(("a", "b"), (0, 0), (50, 50), balanced=False) == []
