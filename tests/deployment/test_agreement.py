"""The agreement of a network with its export."""

import numpy as np
import pytest

from modelzoo.deployment.agreement import TOLERANCE, agreement, require_agreement
from modelzoo.errors import ZooError

ORIGINAL = np.array([[0.7, 0.2, 0.1], [0.40005, 0.39995, 0.2]])


def test_equal_probabilities_agree() -> None:
    found = agreement(ORIGINAL, ORIGINAL)
    assert (found.images, found.difference, found.other_first, found.holds) == (2, 0.0, 0, True)


def test_another_first_class_counts_only_where_the_first_two_are_clear() -> None:
    close = ORIGINAL[:, [0, 1, 2]].copy()
    close[1] = [0.39996, 0.40004, 0.2]
    assert agreement(ORIGINAL, close).holds
    swapped = ORIGINAL[:, [1, 0, 2]]
    assert agreement(ORIGINAL, swapped).other_first == 1


@pytest.mark.parametrize("wrong", [2 * TOLERANCE, float("nan")])
def test_a_larger_difference_or_no_number_is_refused_with_the_numbers(wrong: float) -> None:
    exported = ORIGINAL.copy()
    exported[0, 2] += wrong
    found = agreement(ORIGINAL, exported)
    assert not found.holds
    with pytest.raises(ZooError, match="2 images differ by up to"):
        require_agreement(found, "the file")
    require_agreement(agreement(ORIGINAL, ORIGINAL + TOLERANCE / 2), "the file")
