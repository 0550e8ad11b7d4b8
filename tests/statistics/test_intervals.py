"""The Wilson interval against published examples and statsmodels."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.statistics.intervals import wilson


@pytest.mark.parametrize(
    ("correct", "images", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.00, 16.11), (1, 29, 0.61, 17.18)],
)
def test_wilson_recomputes_the_table_of_newcombe_1998(correct: int, images: int, low: float, high: float) -> None:
    """Newcombe (1998), table I, method 3 (score, without continuity correction)."""
    assert wilson(correct, images) == pytest.approx((low, high), abs=0.005)


@pytest.fixture(scope="module")
def statsmodels_interval() -> Any:
    return pytest.importorskip("statsmodels.stats.proportion").proportion_confint


@given(data=st.data(), images=st.integers(1, 200_000), confidence=st.sampled_from([0.8, 0.95, 0.999]))
def test_wilson_equals_statsmodels(
    statsmodels_interval: Any, data: st.DataObject, images: int, confidence: float
) -> None:
    correct = data.draw(st.integers(0, images))
    expected = statsmodels_interval(correct, images, 1 - confidence, "wilson")
    assert wilson(correct, images, confidence) == pytest.approx([100 * end for end in expected], abs=1e-9)


@given(data=st.data(), images=st.integers(1, 1_000_000))
def test_wilson_holds_the_accuracy_and_stays_within_percent(data: st.DataObject, images: int) -> None:
    correct = data.draw(st.integers(0, images))
    low, high = wilson(correct, images)
    assert 0 <= low <= 100 * correct / images + 1e-9
    assert 100 * correct / images - 1e-9 <= high <= 100


@pytest.mark.parametrize(("correct", "images"), [(1, 0), (0, 0), (-1, 10), (11, 10)])
def test_wilson_refuses_counts_that_cannot_be(correct: int, images: int) -> None:
    with pytest.raises(ZooError, match=f"{correct} correct of {images} images; expected"):
        wilson(correct, images)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_wilson_refuses_a_confidence_that_is_no_share(confidence: float) -> None:
    with pytest.raises(ZooError, match="expected a share between 0 and 1"):
        wilson(1, 2, confidence)
