"""Warnings: a criterion that separates few models, or whose tiny range is blown up."""

import numpy as np
import pytest

from modelzoo.scoring.rank import rank
from modelzoo.scoring.warnings import FEWEST, fullest


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_the_slides_gpu_column_tells_few_models_apart() -> None:
    assert rank().warnings == (
        "gpu separates few models: 9 of 14 lie within a tenth of its scale, at 0.91 to 1.00, since it runs from 3.4 "
        "to 61.6; compare --normalize log-min-max or rank",
    )


@pytest.mark.parametrize("options", [{"normalize": "log-min-max"}, {"normalize": "rank"}, {"method": "borda"}])
def test_what_spreads_the_heap_is_not_warned_of(options: dict[str, str]) -> None:
    assert rank(**options).warnings == ()


def test_half_of_the_models_are_no_heap_and_one_more_is() -> None:
    half = column(0, 1, 2, 3, 90, 96, 98, 100)
    assert rank(half, by="a:max").warnings == ()
    assert "a separates few models: 5 of 8 lie" in rank(column(0, 1, 2, 90, 92, 96, 98, 100), by="a:max").warnings[0]


def test_few_models_crowd_by_chance() -> None:
    assert rank(column(*([0.0] + [1.0] * (FEWEST - 2))), by="a:max").warnings == ()
    assert rank(column(*([0.0] + [1.0] * (FEWEST - 1))), by="a:max").warnings


def test_missing_values_are_no_crowd() -> None:
    values = np.array([[1.0, 1]] + [[np.nan, row] for row in range(9)] + [[3.0, 1]])
    warnings = rank(values, by="a:max,b:max", missing="zero").warnings
    assert not [warning for warning in warnings if warning.startswith("a separates")]


@pytest.mark.parametrize(
    ("values", "bounds", "warned"),
    [
        ((96.5, 97.0), "all", True),
        ((96.0, 97.0), "all", False),
        ((96.5, 97.0), {"top5": (0.0, 100.0)}, False),
        ((97.0, 97.0), "all", False),
    ],
)
def test_a_range_below_one_percent_is_warned_of_unless_it_was_fixed(
    values: tuple, bounds: object, warned: bool
) -> None:
    warnings = rank(column(*values), by="top5", bounds=bounds).warnings
    assert [w.startswith("top5 only runs from 96.5 to 97.0, less than 1 %") for w in warnings if "runs" in w] == (
        [True] if warned else []
    )


def test_a_year_has_no_size_that_a_range_could_be_small_against() -> None:
    assert rank(column(2012, 2019), by="year:max").warnings == ()


@pytest.mark.parametrize(
    ("values", "expected"), [([], (0, 0)), ([0.0, 0.05, 0.1, 0.11, 0.5], (3, 0)), ([0.0, 0.5, 0.55], (2, 1))]
)
def test_the_fullest_window_is_counted_and_placed(values: list[float], expected: tuple[int, int]) -> None:
    assert fullest(np.array(values), 0.1) == expected


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("method", ["sum", "vikor", "topsis", "borda"])
def test_the_largest_numbers_are_ranked_without_a_warning_of_numpy(method: str) -> None:
    values = np.array([[1.7e308, 1], [-1.7e308, 2], [0, 3]])
    assert rank(values, by="a:max,b:max", method=method).warnings == ()
