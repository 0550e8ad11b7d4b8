"""Interval values and the ranks that they leave open: worked by hand, and on the slides' values."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from msgspec.structs import replace

from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.runs.measured import measured_table
from modelzoo.runs.run import Run
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.value_intervals import (
    half_widths,
    normalized_intervals,
    parse_half_widths,
    rank_intervals,
    ranked_values,
)

KEYS = ["top5", "gpu", "params"]


def ranks_of(ranking: Ranking, data: Any, stated: dict[str, float] | None = None) -> list[tuple[int, int]]:
    intervals = normalized_intervals(ranking, half_widths(data, ranked_values(ranking), stated))
    assert intervals is not None
    return rank_intervals(*intervals, ranking.weights)


def test_figures_are_off_by_half_a_unit_of_their_last_digit() -> None:
    catalog = load_catalog()
    table = table_of(catalog, KEYS)
    widths = half_widths(catalog, table)
    row = table.slugs.index("inceptionresnetv2")
    # Printed as 95.3, 10 and 55.9M.
    assert widths[row] == pytest.approx([0.05, 0.5, 0.05e6])
    assert widths[table.slugs.index("lenet5")] == pytest.approx([0, 0, 500])


def test_figures_without_print_are_exact_unless_said_to_be_off() -> None:
    table = table_of(np.array([[1.0, 2.0]]), ["a", "b"])
    assert half_widths(None, table).tolist() == [[0, 0]]
    assert half_widths(None, table, {"b": 0.25}).tolist() == [[0, 0.25]]


@pytest.mark.parametrize("within", [{"c": 1.0}, {"a": -1.0}, {"a": float("nan")}, {"a": float("inf")}])
def test_widths_that_are_none_are_refused(within: dict[str, float]) -> None:
    table = table_of(np.array([[1.0, 2.0]]), ["a", "b"])
    with pytest.raises(ZooError, match="expected half a width of 0 or more, of one of a, b"):
        half_widths(None, table, within)


def test_widths_are_read_from_text_and_a_bad_one_is_named() -> None:
    assert parse_half_widths("latency:0.3, accuracy:2") == {"latency": 0.3, "accuracy": 2.0}
    assert parse_half_widths("") == {}
    assert parse_half_widths('"GPU ms":0.3,"a,b":2') == {"GPU ms": 0.3, "a,b": 2.0}
    with pytest.raises(ZooError, match="within 'latency' is not understood; expected key:half"):
        parse_half_widths("latency")


def test_measured_figures_are_off_by_what_was_measured_unless_stated(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", latency=2.0)
    record = replace(record, latency=(replace(record.latency[0], p90_ms=2.25), *record.latency[1:]))
    table = table_of(measured_table([Run(record, Path("none"), "local")])[0], ["accuracy", "latency", "params"])
    accuracy, latency, params = half_widths(None, table)[0]
    assert accuracy == pytest.approx(0.68, abs=0.01)  # Wilson, 8,600 of 10,000
    assert (latency, params) == (0.25, 0)
    assert half_widths(None, table, {"latency": 0.5})[0].tolist() == [accuracy, 0.5, 0]


def test_a_value_without_a_measured_interval_is_exact() -> None:
    table = table_of(np.array([[1.0, 2.0]]), ["a", "b"])
    measured = replace(table, within=np.array([[np.nan, 0.25]]))
    assert half_widths(None, measured).tolist() == [[0, 0.25]]


def test_ranks_of_two_models_worked_by_hand() -> None:
    # Scores by a/10: x 0.5, y 0.6, each off by 0.05 at most: level at the ends, y never behind.
    frame = pd.DataFrame({"a": [5.0, 6.0, 0.0, 10.0]}, index=["x", "y", "low", "high"])
    ranking = rank(frame, by="a:max")
    assert [entry.name for entry in ranking.entries] == ["high", "y", "x", "low"]
    for width, expected in ((0.4, [(1, 1), (2, 2), (3, 3), (4, 4)]), (0.5, [(1, 1), (2, 2), (2, 3), (4, 4)]),
                            (0.6, [(1, 1), (2, 3), (2, 3), (4, 4)])):  # fmt: skip
        assert ranks_of(ranking, frame, {"a": width}) == expected


def test_every_ranking_of_figures_within_their_rounding_is_within_the_rank_intervals() -> None:
    catalog, random = load_catalog(), np.random.default_rng(0)
    table, ranking = table_of(catalog, KEYS), rank(catalog)
    widths = half_widths(catalog, table)
    ranks = ranks_of(ranking, catalog)
    limits = dict(zip([entry.slug for entry in ranking.entries], ranks, strict=True))
    assert limits["efficientnetb2"] == limits["efficientnetb1"] == (1, 2)
    bounds = {item.key: (item.low, item.high) for item in ranking.criteria}
    for _ in range(20):
        moved = pd.DataFrame(table.values + widths * random.uniform(-1, 1, widths.shape), table.slugs, KEYS)
        for entry in rank(moved, bounds=bounds).entries:
            best, worst = limits[entry.slug]
            assert best <= entry.rank <= worst


def test_conditions_on_figures_do_not_leave_out_who_is_ranked() -> None:
    catalog = load_catalog()
    ranking = rank(catalog, where="gpu<=6.5")
    assert len(ranks_of(ranking, catalog)) == ranking.ranked


def test_a_criterion_that_all_share_opens_no_interval() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [5.0, 5.0, 5.0]})
    assert ranks_of(rank(frame, by="a:max,b:max"), frame, {"b": 1.0}) == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("normalize", ["min-max", "log-min-max"])
def test_the_ends_of_exact_values_are_the_normalized_values(normalize: str) -> None:
    catalog = load_catalog()
    ranking = rank(catalog, normalize=normalize)
    intervals = normalized_intervals(ranking, np.zeros(ranking.values.shape))
    assert intervals is not None
    assert all(np.array_equal(end, ranking.normalized) for end in intervals)


def test_a_missing_value_has_no_interval() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, np.nan, 3.0]})
    ranking = rank(frame, by="a:max,b:max", missing="zero")
    widths = half_widths(frame, ranked_values(ranking), {"a": 0.5, "b": 1.0})
    intervals = normalized_intervals(ranking, widths)
    assert intervals is not None
    row = [entry.values.get("b") for entry in ranking.entries].index(None)
    assert [end[row].tolist() for end in intervals] == [[0.25, 0.0], [0.75, 0.0]]


def test_a_normalization_without_bounds_has_no_intervals() -> None:
    catalog = load_catalog()
    ranking = rank(catalog, normalize="rank")
    assert normalized_intervals(ranking, half_widths(catalog, ranked_values(ranking))) is None
