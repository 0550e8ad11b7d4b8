"""Weightings drawn: even over the region asked for, and nowhere else."""

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.sensitivity import weight_space
from modelzoo.sensitivity.weight_constraints import describe_constraints, parse_constraints
from modelzoo.sensitivity.weight_space import WeightConstraints, draw, is_empty, unconstrained

KEYS = ["top5", "gpu", "params"]


def drawn(region: WeightConstraints, count: int = 10_000) -> np.ndarray:
    return draw(region, count, np.random.default_rng(1))


def test_all_weightings_are_drawn_evenly() -> None:
    points = drawn(unconstrained(3))
    assert points.sum(axis=1) == pytest.approx(1)
    assert points.min() >= 0
    # A share above t is left to (1 - t)² of the triangle.
    for share in (0.25, 0.5, 0.75):
        assert (points > share).mean(axis=0) == pytest.approx((1 - share) ** 2, abs=0.015)


def test_weightings_in_order_have_the_mean_of_the_rank_order_centroid() -> None:
    points = drawn(parse_constraints(KEYS, "params > top5 > gpu"))
    assert (points[:, 2] >= points[:, 0]).all()
    assert (points[:, 0] >= points[:, 1]).all()
    # Barron & Barrett (1996): the centroid of three weights in order is 11/18, 5/18, 2/18.
    assert points.mean(axis=0) == pytest.approx([5 / 18, 2 / 18, 11 / 18], abs=0.005)


def test_an_order_of_some_criteria_leaves_the_others_free() -> None:
    points = drawn(parse_constraints(KEYS, "params > top5"))
    assert (points[:, 2] >= points[:, 0]).all()
    assert points[:, 1].mean() == pytest.approx(1 / 3, abs=0.01)


REGIONS = [
    parse_constraints(KEYS, "", "top5:0.2:0.6"),
    parse_constraints(KEYS, "", "top5:0.2:,gpu:0.1:0.3"),
    parse_constraints(KEYS, "top5 > gpu", "params:0.1:0.4"),
    parse_constraints(KEYS, "top5 > gpu > params", "params:0.1:,top5::0.5"),
]


@pytest.mark.parametrize("region", REGIONS)
def test_what_is_drawn_in_ranges_is_what_a_fine_sieve_lets_through(region: WeightConstraints) -> None:
    everything = np.random.default_rng(2).dirichlet(np.ones(3), 150_000)
    inside = ((everything >= region.low) & (everything <= region.high)).all(axis=1)
    for heavier, lighter in zip(region.order, region.order[1:], strict=False):
        inside &= everything[:, heavier] >= everything[:, lighter]
    for points in (drawn(region), weight_space._walk(region, 10_000, np.random.default_rng(1))):
        assert points.sum(axis=1) == pytest.approx(1)
        assert (points >= region.low - 1e-12).all()
        assert (points <= region.high + 1e-12).all()
        assert points.mean(axis=0) == pytest.approx(everything[inside].mean(axis=0), abs=0.008)
        assert points.std(axis=0) == pytest.approx(everything[inside].std(axis=0), abs=0.008)


def test_narrow_ranges_in_many_criteria_are_walked_to() -> None:
    keys = [f"c{place}" for place in range(8)]
    region = parse_constraints(keys, " > ".join(keys), ",".join(f"{key}:0.1:0.15" for key in keys))
    points = drawn(region, 2000)
    assert (np.diff(points, axis=1) <= 1e-12).all()
    assert points.min() >= 0.1 - 1e-12
    assert points.max() <= 0.15 + 1e-12
    # Above the lower bounds, 0.2 is shared out in order; the walks have left the point they began at.
    assert points.std(axis=0).min() > 0.002


def test_walks_forget_where_they_began() -> None:
    keys = [f"c{place}" for place in range(6)]
    region = parse_constraints(keys, " > ".join(keys))
    walked = weight_space._walk(region, 4000, np.random.default_rng(3))
    assert walked.mean(axis=0) == pytest.approx(drawn(region).mean(axis=0), abs=0.01)
    assert walked.std(axis=0) == pytest.approx(drawn(region).std(axis=0), abs=0.01)


@pytest.mark.parametrize(
    ("order", "ranges", "message"),
    [
        ("", "top5:0.2:0.3,gpu:0:0.3,params:0:0.3", "hardly any weighting has top5:0.2:0.3,gpu"),
        ("", "top5:0.6:,gpu:0.5:", "hardly any weighting has top5:0.6:,gpu:0.5:: shares sum to 1"),
        ("gpu > top5", "top5:0.5:", "hardly any weighting has gpu > top5 and top5:0.5:"),
        ("top5", "", "order 'top5' is not understood; expected criteria from the most important to the least"),
        ("top5 > ", "", "order 'top5 > ' is not understood"),
        ("top5 > top5", "", "order 'top5 > top5' names a criterion twice"),
        ("top5 > cpu", "", "unknown criterion of the ranking 'cpu'; did you mean 'gpu'"),
        ("", "tpo5:0:1", "unknown criterion of the ranking 'tpo5'; did you mean 'top5'"),
        ("", "top5", "range 'top5' is not understood; expected key:least:most"),
        ("", "top5::", "range 'top5::' is not understood"),
        ("", "top5:a:1", "range 'top5:a:1' is not understood"),
        ("", "top5:0.6:0.2", "range 'top5:0.6:0.2' is from 0.6 to 0.2; expected key:least:most, shares"),
        ("", "top5:20:60", "range 'top5:20:60' is from 20 to 60; expected key:least:most, shares"),
        ("", "top5:nan:1", "range 'top5:nan:1' is from nan to 1"),
    ],
)
def test_regions_that_are_empty_or_not_understood_are_refused(order: str, ranges: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        parse_constraints(KEYS, order, ranges)


def test_a_region_is_described_by_what_it_leaves_out() -> None:
    assert describe_constraints(KEYS, parse_constraints(KEYS)) == ""
    region = parse_constraints(KEYS, "top5>params", "gpu:0.1:0.345,params::0.25")
    assert describe_constraints(KEYS, region) == "top5 > params and gpu 10 to 34.5 % and params 0 to 25 %"


def test_one_criterion_has_one_weighting() -> None:
    assert not is_empty(unconstrained(1))
    assert is_empty(WeightConstraints(np.zeros(1), np.array([0.5])))


def test_criteria_with_marks_are_constrained_in_quotes() -> None:
    keys = ["GPU ms", "a>b", "c"]
    constraints = parse_constraints(keys, '"a>b" > "GPU ms"', '"GPU ms":0.1:0.3')
    assert constraints.order == (1, 0)
    assert (constraints.low[0], constraints.high[0]) == (0.1, 0.3)
