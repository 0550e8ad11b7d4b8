"""What holds of every method: dominance, and that scale, order, units and names move nothing."""

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate, normalize, weights
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking

# Whole numbers above 0, so that every normalization can take them and no difference is lost in a tolerance.
MATRIX = arrays(np.float64, st.tuples(st.integers(2, 7), st.just(3)), elements=st.integers(1, 9))
WEIGHTS = st.lists(st.integers(1, 5), min_size=3, max_size=3)
SENSES = st.lists(st.sampled_from(["max", "min"]), min_size=3, max_size=3)
PAIRS = [
    (scale, method)
    for scale, method in itertools.product(normalize.METHODS, aggregate.METHODS)
    if not normalize.METHODS[scale].signed or aggregate.METHODS[method].signed
]


def ranked(matrix: np.ndarray, given: list[float], senses: list[str], **options: Any) -> Ranking:
    by = [f"c{place}:{weight}:{sense}" for place, (weight, sense) in enumerate(zip(given, senses, strict=True))]
    names = options.pop("names", [f"m{row}" for row in range(len(matrix))])
    return rank(matrix, by=by, names=names, **options)


def ranks(ranking: Ranking) -> dict[str, int]:
    return {entry.slug: entry.rank for entry in ranking.entries}


def dominated_pairs(matrix: np.ndarray, senses: list[str]) -> list[tuple[int, int]]:
    gains = matrix * np.array([1 if sense == "max" else -1 for sense in senses])
    return [
        (one, other)
        for one, other in itertools.permutations(range(len(gains)), 2)
        if (gains[one] >= gains[other]).all() and (gains[one] > gains[other]).any()
    ]


@pytest.mark.parametrize(("scale", "method"), PAIRS)
@settings(max_examples=15)
@given(matrix=MATRIX, given_weights=WEIGHTS, senses=SENSES)
def test_a_dominated_model_is_never_above_its_dominator(
    scale: str, method: str, matrix: np.ndarray, given_weights: list[float], senses: list[str]
) -> None:
    places = ranks(ranked(matrix, given_weights, senses, normalize=scale, method=method))
    for better, worse in dominated_pairs(matrix, senses):
        assert places[f"m{better}"] <= places[f"m{worse}"]


@pytest.mark.parametrize("name", [name for name, method in weights.METHODS.items() if not method.given])
@settings(max_examples=15)
@given(matrix=MATRIX, senses=SENSES)
def test_nor_by_any_weights_that_are_derived(name: str, matrix: np.ndarray, senses: list[str]) -> None:
    try:
        places = ranks(ranked(matrix, [1, 1, 1], senses, weights=name))
    except ZooError:
        assume(False)
    for better, worse in dominated_pairs(matrix, senses):
        assert places[f"m{better}"] <= places[f"m{worse}"]


def test_a_product_ties_what_has_a_zero_and_parts_the_rest() -> None:
    # By min-max the worst figure is 0, and two models with one are both 0, though the first dominates the second.
    matrix = np.array([[1.0, 2.0], [1.0, 1.0], [3.0, 3.0]])
    by = "a:max,b:max"
    assert [entry.rank for entry in rank(matrix, by=by, method="product", normalize="min-max").entries] == [1, 2, 2]
    assert [entry.rank for entry in rank(matrix, by=by, method="product").entries] == [1, 2, 3]


def test_bounds_narrower_than_the_figures_tie_a_dominated_model_with_a_warning() -> None:
    ranking = rank(np.array([[9.0], [8.0]]), by="a:max", bounds={"a": (0.0, 5.0)})
    assert [entry.rank for entry in ranking.entries] == [1, 1]
    assert "2 models outside the bounds of a" in ranking.warnings[0]


def test_renormalizing_can_put_a_model_above_one_that_is_better_in_all_both_have_and_says_so() -> None:
    # No one dominates where a value is missing: what a lacks, b is weighed by.
    frame = pd.DataFrame({"x": [8.0, 9.0, 1.0], "y": [np.nan, 2.0, 9.0]}, index=["a", "b", "c"])
    ranking = rank(frame, by="x:max,y:max", missing="renormalize")
    assert ranks(ranking)["a"] == 1
    assert ranking.warnings[-1].startswith("1 of 3 models are scored without some of the criteria, and may lead")


@pytest.mark.parametrize("method", aggregate.METHODS)
@settings(max_examples=15)
@given(
    matrix=MATRIX,
    given_weights=WEIGHTS,
    senses=SENSES,
    factor=st.sampled_from([1e-6, 0.7, 1e6]),
    random=st.randoms(use_true_random=False),
)
def test_scale_of_weights_order_of_rows_units_and_names_move_no_rank(
    method: str, matrix: np.ndarray, given_weights: list[float], senses: list[str], factor: float, random: Any
) -> None:
    straight = ranks(ranked(matrix, given_weights, senses, method=method))
    rows = list(range(len(matrix)))
    random.shuffle(rows)
    units = np.array([factor, 1.0, 1 / factor])
    moved = ranked(
        matrix[rows] * units,
        [weight * factor for weight in given_weights],
        senses,
        method=method,
        names=[f"z{99 - row}" for row in rows],
    )
    assert {f"m{99 - int(slug[1:])}": place for slug, place in ranks(moved).items()} == straight


@pytest.mark.parametrize("scale", ["min-max", "z-score", "rank", "robust"])
@settings(max_examples=15)
@given(matrix=MATRIX, given_weights=WEIGHTS, senses=SENSES, offset=st.integers(-50, 50))
def test_an_offset_moves_no_rank_where_no_ratio_counts(
    scale: str, matrix: np.ndarray, given_weights: list[float], senses: list[str], offset: int
) -> None:
    assert ranks(ranked(matrix + offset, given_weights, senses, normalize=scale)) == ranks(
        ranked(matrix, given_weights, senses, normalize=scale)
    )


@given(MATRIX, WEIGHTS, SENSES)
def test_leaving_out_a_dominated_model_that_sets_no_bound_changes_no_order(
    matrix: np.ndarray, given_weights: list[float], senses: list[str]
) -> None:
    dominated = {worse for _, worse in dominated_pairs(matrix, senses)}
    inside = [
        row
        for row in dominated
        if (matrix[row] > np.delete(matrix, row, axis=0).min(axis=0)).all()
        and (matrix[row] < np.delete(matrix, row, axis=0).max(axis=0)).all()
    ]
    whole = [entry.slug for entry in ranked(matrix, given_weights, senses).entries]
    names = [f"m{row}" for row in range(len(matrix))]
    for row in inside:
        left = ranked(np.delete(matrix, row, axis=0), given_weights, senses, names=names[:row] + names[row + 1 :])
        assert [entry.slug for entry in left.entries] == [slug for slug in whole if slug != f"m{row}"]


def test_bounds_of_another_source_do_not_move_with_the_models() -> None:
    ranking, few = rank(bounds="source:keras"), rank(bounds="source:keras", where="params<10M")
    scores = {entry.slug: entry.score for entry in ranking.entries}
    assert all(entry.score == scores[entry.slug] for entry in few.entries)
    assert (ranking.criteria[0].low, ranking.criteria[0].high) == (89.5, 97.5)
    assert "min-max normalized over all models of keras, summed" in ranking.caption


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bounds": "source:kears"}, "unknown source 'kears'; did you mean 'keras'"),
        ({"data": np.ones((2, 3)), "bounds": "source:keras"}, "bounds of source keras are a catalog's"),
        ({"data": np.array([[1.0, 0.0, 1.0]]), "normalize": "max"}, "model 1 has 0 for gpu; expected more than 0, as"),
        (
            {"data": np.array([[-1.0, 1.0, 1.0]]), "normalize": "sum"},
            "model 1 has -1 for top5; expected more than 0, or 0",
        ),
        ({"data": np.array([[1.0, 1.0, 0.0]]), "normalize": "log-min-max"}, "model 1 has 0 for params; expected more"),
        (
            {"data": np.array([[1.0, 5e-324, 1.0], [1, 1, 1]]), "normalize": "max"},
            "model 1 has 4.94066e-324 for gpu, at the ends of what a number can be",
        ),
        ({"normalize": "minmax"}, "`normalize`: unknown method 'minmax'; did you mean 'min-max'"),
        ({"method": "vikor", "missing": "renormalize"}, "`missing` renormalize: `method` vikor measures models"),
    ],
)
def test_what_a_method_cannot_take_is_refused_by_name(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        rank(options.pop("data", None), by="top5:max,gpu:min,params:min", **options)


# --- missing values


GAPS = pd.DataFrame({"a": [4.0, 2.0, np.nan, 0.0], "b": [9.0, 5.0, 7.0, 5.0]}, index=["w", "x", "gap", "z"])


def test_renormalizing_scores_a_model_by_what_it_has() -> None:
    ranking = rank(GAPS, by="a:3:max,b:max", missing="renormalize")
    gap = next(entry for entry in ranking.entries if entry.slug == "gap")
    assert gap.score == pytest.approx(2 * 0.5)
    assert gap.contributions == {"b": pytest.approx(1.0)}
    assert "a" not in gap.normalized
    assert next(entry for entry in ranking.entries if entry.slug == "w").score == pytest.approx(2)


def test_a_model_with_no_value_at_all_is_left_out_of_renormalizing_and_bounds() -> None:
    frame = pd.concat([GAPS, pd.DataFrame({"a": [np.nan], "b": [np.nan]}, index=["none"])])
    for missing in ("renormalize", "bounds"):
        ranking = rank(frame, by="a:max,b:max", missing=missing)
        assert [(item.slug, item.reason) for item in ranking.excluded] == [("none", "no value for a, b")]


@pytest.mark.parametrize("method", ["sum", "product"])
@settings(max_examples=15)
@given(matrix=arrays(np.float64, (4, 2), elements=st.integers(1, 5)), gaps=arrays(bool, (4, 2)), data=st.data())
def test_no_filling_of_the_gaps_leaves_the_possible_ranks_and_some_filling_reaches_each_end(
    method: str, matrix: np.ndarray, gaps: np.ndarray, data: st.DataObject
) -> None:
    bounds = {"a": (1.0, 5.0), "b": (1.0, 5.0)}
    assume(not gaps.all(axis=1).any())
    options = {"by": "a:max,b:2:min", "method": method, "normalize": "min-max", "names": list("wxyz")}
    open_ = rank(np.where(gaps, np.nan, matrix), missing="bounds", bounds=bounds, **options)
    possible = {entry.slug: entry.possible for entry in open_.entries}
    drawn = np.where(gaps, data.draw(arrays(np.float64, (4, 2), elements=st.integers(1, 5))), matrix)
    for entry in rank(drawn, bounds=bounds, **options).entries:
        best, worst = possible[entry.slug]
        assert best <= entry.rank <= worst
    better, worse = np.array([5.0, 1.0]), np.array([1.0, 5.0])
    for row, slug in enumerate("wxyz"):
        for end, own, others in ((0, better, worse), (1, worse, better)):
            filling = np.where(np.arange(4)[:, None] == row, own, others)
            filled = rank(np.where(gaps, filling, matrix), bounds=bounds, **options)
            assert ranks(filled)[slug] == possible[slug][end]


def test_the_possible_ranks_stand_in_the_table_and_in_json() -> None:
    ranking = rank(GAPS, by="a:max,b:max", missing="bounds")
    assert [column.key for column in ranking.table().columns][:4] == ["rank", "best", "worst", "name"]
    gap = next(row for row in ranking.to_dict()["ranking"] if row["slug"] == "gap")
    assert (gap["rank"], gap["best"], gap["worst"]) == (2, 2, 2)
    assert "best" not in rank(GAPS, by="a:max,b:max").to_dict()["ranking"][0]


# --- how a ranking by another method is shown


@pytest.mark.parametrize("method", [name for name, item in aggregate.METHODS.items() if not item.additive])
def test_contributions_are_shown_only_where_they_add_up(method: str) -> None:
    ranking = rank(method=method)
    assert [column.key for column in ranking.table().columns] == ["rank", "name", "score", "top5", "gpu", "params"]
    assert ranking.entries[0].contributions == {}
    assert f"{aggregate.METHODS[method].caption}. 14 ranked of 28 models" in ranking.caption
    assert not [column for column in ranking.to_frame().columns if "contribution" in column]


def test_negative_contributions_have_no_bar_and_add_up() -> None:
    ranking = rank(normalize="z-score")
    assert "bar" not in [column.key for column in ranking.table().columns]
    for entry in ranking.entries:
        assert sum(entry.contributions.values()) == pytest.approx(entry.score)


def test_scores_as_small_as_shares_of_a_sum_are_not_tied_by_their_smallness() -> None:
    random = np.random.default_rng(0)
    matrix = 1 + 1e-6 * random.permutation(3000)[:, None]
    assert [entry.rank for entry in rank(matrix, by="a:max", normalize="sum").entries] == list(range(1, 3001))


def test_a_method_s_usual_normalization_gives_way_to_one_that_is_named() -> None:
    assert rank(method="topsis").profile.normalize == "vector"
    assert rank(method="topsis", normalize="min-max").profile.normalize == "min-max"
