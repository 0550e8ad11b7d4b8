"""Rankings: the slides' own recomputed another way, what moves no rank, and each option's effect."""

import csv
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate as aggregates
from modelzoo.scoring import normalize as normalizations
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking


def ranks(ranking: Ranking) -> dict[str, int]:
    return {entry.slug: entry.rank for entry in ranking.entries}


def reasons(ranking: Ranking) -> dict[str, str]:
    return {item.slug: item.reason for item in ranking.excluded}


def plain(figure: str) -> float:
    """A figure of the sources, read without the package: 25.6M, 60K, 94.9."""
    if not figure:
        return float("nan")
    factor = {"K": 1e3, "M": 1e6}.get(figure[-1], 1)
    return float(figure.rstrip("KM")) * factor


def slides() -> pd.DataFrame:
    with (paths.CATALOG / "sources" / "slides.csv").open(encoding="utf-8") as file:
        rows = {row.pop("slug"): row for row in csv.DictReader(file)}
    return pd.DataFrame.from_dict(rows, orient="index").map(plain)[["top5", "gpu", "params"]]


# --- the slides' ranking


def test_the_slides_scores_are_those_of_another_route() -> None:
    figures = slides()
    normalized = (figures - figures.min()) / (figures.max() - figures.min())
    normalized[["gpu", "params"]] = 1 - normalized[["gpu", "params"]]
    expected = normalized.sum(axis=1, skipna=False).dropna().sort_values(ascending=False)
    got = {entry.slug: entry.score for entry in rank().entries}
    assert list(got) == list(expected.index)
    assert list(got.values()) == pytest.approx(expected.to_list(), abs=1e-12)


def test_the_slides_ranking_has_the_four_scores_that_were_worked_out() -> None:
    entries = rank(by="top5,gpu,params").entries
    assert [(entry.rank, entry.name, round(entry.score, 4)) for entry in entries[:4]] == [
        (1, "EfficientNetB2", 2.7547),
        (2, "EfficientNetB1", 2.7497),
        (3, "EfficientNetB3", 2.7406),
        (4, "EfficientNetB0", 2.7147),
    ]
    assert [entry.rank for entry in entries] == list(range(1, 15))


def test_models_with_gaps_are_left_out_and_the_gaps_named() -> None:
    figures = slides()
    gaps = {
        slug: f"no value for {', '.join(row.index[row.isna()])}" for slug, row in figures.iterrows() if row.isna().any()
    }
    ranking = rank()
    assert reasons(ranking) == gaps
    assert (len(gaps), ranking.ranked, ranking.known) == (14, 14, 28)
    assert gaps["lenet5"] == "no value for top5, gpu"


# --- what moves no rank


# Small whole numbers: scores that differ, differ by more than any tolerance.
MATRIX = st.integers(1, 3).flatmap(
    lambda columns: arrays(np.float64, st.tuples(st.integers(1, 7), st.just(columns)), elements=st.integers(0, 9))
)
WEIGHTS = st.lists(st.integers(1, 5), min_size=3, max_size=3)
SENSES = st.lists(st.sampled_from(["max", "min"]), min_size=3, max_size=3)


def ranked(matrix: np.ndarray, weights: list[float], senses: list[str], names: list[str] | None = None) -> Ranking:
    by = [
        f"c{place}:{weight}:{sense}"
        for place, _, weight, sense in zip(range(3), matrix.T, weights, senses, strict=False)
    ]
    return rank(matrix, by=by, names=names or [f"m{row}" for row in range(len(matrix))])


@given(MATRIX, WEIGHTS, SENSES, st.floats(1e-6, 1e6))
def test_the_scale_of_the_weights_moves_no_rank(
    matrix: np.ndarray, weights: list[float], senses: list[str], scale: float
) -> None:
    scaled = [weight * scale for weight in weights]
    assert ranks(ranked(matrix, scaled, senses)) == ranks(ranked(matrix, weights, senses))


@given(MATRIX, WEIGHTS, SENSES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_moves_no_rank(
    matrix: np.ndarray, weights: list[float], senses: list[str], random: Any
) -> None:
    rows = list(range(len(matrix)))
    random.shuffle(rows)
    shuffled = ranked(matrix[rows], weights, senses, [f"m{row}" for row in rows])
    straight = ranked(matrix, weights, senses)
    assert [(entry.slug, entry.rank) for entry in shuffled.entries] == [
        (entry.slug, entry.rank) for entry in straight.entries
    ]


@given(MATRIX, WEIGHTS, SENSES, st.lists(st.floats(1e-9, 1e9), min_size=3, max_size=3))
def test_the_units_of_a_criterion_move_no_rank(
    matrix: np.ndarray, weights: list[float], senses: list[str], units: list[float]
) -> None:
    converted = matrix * units[: matrix.shape[1]]
    assert ranks(ranked(converted, weights, senses)) == ranks(ranked(matrix, weights, senses))


@given(MATRIX, WEIGHTS, SENSES)
def test_the_names_of_the_models_move_no_rank(matrix: np.ndarray, weights: list[float], senses: list[str]) -> None:
    renamed = ranked(matrix, weights, senses, [f"z{99 - row}" for row in range(len(matrix))])
    straight = ranks(ranked(matrix, weights, senses))
    assert {f"m{99 - int(slug[1:])}": place for slug, place in ranks(renamed).items()} == straight


@given(MATRIX, WEIGHTS, SENSES)
def test_a_dominated_model_never_ranks_above_its_dominator(
    matrix: np.ndarray, weights: list[float], senses: list[str]
) -> None:
    ranking = ranked(matrix, weights, senses)
    places = ranks(ranking)
    signs = np.array([1 if sense == "max" else -1 for sense in senses[: matrix.shape[1]]])
    fronts = {entry.slug: entry.front for entry in ranking.entries}
    for one, gains in enumerate(matrix * signs):
        others = [other for other, its in enumerate(matrix * signs) if (its >= gains).all() and (its > gains).any()]
        assert all(places[f"m{other}"] < places[f"m{one}"] for other in others)
        assert fronts[f"m{one}"] == (not others)


def test_models_that_differ_by_rounding_alone_are_tied() -> None:
    frame = pd.DataFrame({"a": [0.1 + 0.2, 0.3, 0.0, 1.0]}, index=["z", "b", "c", "d"])
    assert [(entry.name, entry.rank) for entry in rank(frame, by="a:max").entries] == [
        ("d", 1),
        ("b", 2),
        ("z", 2),
        ("c", 4),
    ]


@pytest.mark.parametrize("count", [1, 3, 6])
def test_scores_are_tied_within_a_billionth_of_each_criterion(count: int) -> None:
    for difference, expected in ((0.8e-9 * count, 1), (1.2e-9 * count, 2)):
        # All of the difference is in one criterion, whose weight is a share of the sum.
        matrix = np.ones((3, count))
        matrix[1, 0] -= difference
        matrix[2] = 0
        ranking = rank(matrix, by=[f"c{column}:max" for column in range(count)])
        assert ranking.ranks.tolist() == [1, expected, 3]


# --- bounds


def test_over_the_ranked_models_alone_another_model_leads() -> None:
    ranking = rank(bounds="ranked")
    assert [entry.slug for entry in ranking.entries[:2]] == ["efficientnetb3", "efficientnetb2"]
    top5, gpu, params = ranking.criteria
    assert ((top5.low, top5.high), (gpu.low, gpu.high)) == ((89.5, 97.0), (3.4, 61.6))
    assert (params.low, params.high) == (3.5e6, 66.7e6)


def test_bounds_are_of_every_model_with_a_value_whatever_the_conditions() -> None:
    everywhere = rank(where="params<10M and top5>=90")
    assert [(item.low, item.high) for item in everywhere.criteria] == [
        (item.low, item.high) for item in rank().criteria
    ]
    assert everywhere.criteria[0].low == 80.3


def test_fixed_bounds_hold_and_the_other_criteria_keep_theirs() -> None:
    ranking = rank(by="top5,gpu", bounds={"top5": (0, 100)})
    top5, gpu = ranking.criteria
    assert (top5.low, top5.high, gpu.low, gpu.high) == (0, 100, 3.4, 61.6)
    best = ranking.entries[0]
    assert best.normalized["top5"] == pytest.approx(best.values["top5"] / 100)


@pytest.mark.parametrize(("bounds", "count", "score"), [((92, 95), "9 models", 1.0), ((80, 96.9), "1 model", 1.0)])
def test_values_beyond_fixed_bounds_count_as_at_them_with_a_warning(
    bounds: tuple[float, float], count: str, score: float
) -> None:
    ranking = rank(by="top5", where="gpu>0", bounds={"top5": bounds})
    assert ranking.warnings == (
        f"{count} outside the bounds of top5, {bounds[0]:.1f} to {bounds[1]:.1f}; counted as at the bound",
    )
    assert ranking.entries[0].score == score


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"top5": (100, 80)}, "`bounds` of top5 are 100 and 80; expected finite ones, the lower one first"),
        ({"top5": (80, 80)}, "`bounds` of top5 are 80 and 80"),
        ({"top5": (0, float("inf"))}, "`bounds` of top5 are 0 and inf"),
        ({"tpo5": (0, 100)}, "`bounds` of tpo5: that is not ranked by; expected some of top5, gpu, params"),
        ({"top5": (0,)}, "bounds is {'top5': \\(0,\\)}; expected"),
        ("some", "`bounds` all, ranked, source:NAME or"),
    ],
)
def test_bounds_that_bound_nothing_are_refused(bounds: Any, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        rank(bounds=bounds)


def test_bounds_of_a_profile_hold_for_what_of_it_is_still_ranked_by() -> None:
    profile = Profile(title="T", by=("top5", "gpu"), bounds={"top5": (80.0, 100.0)})
    assert rank(profile=profile, by="top5,params").criteria[0].high == 100
    assert rank(profile=profile, by="params").profile.bounds == "all"


def test_a_criterion_that_all_share_gives_1_to_each_with_a_warning() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [5.0, 5.0, 5.0]}, index=["x", "y", "z"])
    ranking = rank(frame, by="a:max,b:min")
    assert [entry.normalized["b"] for entry in ranking.entries] == [1, 1, 1]
    assert ranking.warnings == ("all models have the same b; it gives 1 to each and moves no rank",)
    assert ranks(ranking) == ranks(rank(frame, by="a:max"))


# --- missing values


GAPS = pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": [9.0, 7.0, 5.0]}, index=["x", "y", "gap"])


def test_a_model_with_a_gap_is_dropped_but_its_values_still_bound() -> None:
    ranking = rank(GAPS, by="a:max,b:max")
    assert reasons(ranking) == {"gap": "no value for a"}
    assert ranking.criteria[1].low == 5
    assert {entry.slug: entry.normalized["b"] for entry in ranking.entries} == {"x": 1.0, "y": 0.5}


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("missing", ["zero", "worst"])
def test_a_gap_counts_as_0_or_as_the_worst_value_known(missing: Any, sense: str) -> None:
    ranking = rank(GAPS, by=f"a:{sense},b:max", missing=missing)
    gap = next(entry for entry in ranking.entries if entry.slug == "gap")
    assert gap.normalized["a"] == 0
    assert "a" not in gap.values
    assert ranking.excluded == ()


def test_the_worst_value_is_not_zero_where_the_bounds_are_wider() -> None:
    bounds = {"a": (0.0, 2.0)}
    worst = rank(GAPS, by="a:max,b:max", missing="worst", bounds=bounds).entries
    zero = rank(GAPS, by="a:max,b:max", missing="zero", bounds=bounds).entries
    assert next(entry for entry in worst if entry.slug == "gap").normalized["a"] == 0.5
    assert next(entry for entry in zero if entry.slug == "gap").normalized["a"] == 0


def test_a_gap_is_an_error_where_that_is_asked_for() -> None:
    with pytest.raises(ZooError, match="14 of 28 models lack a value: LeNet-5, for one, has none for top5, gpu; leave"):
        rank(missing="error")
    assert rank(missing="error", where="gpu>0").ranked == 14


def test_a_gap_that_a_condition_leaves_out_first_is_not_an_error() -> None:
    assert reasons(rank(GAPS, by="a:max", missing="error", where="b>5")) == {"gap": "not b>5: 5"}


def test_a_criterion_that_nobody_has_is_refused() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [np.nan, np.nan]})
    with pytest.raises(ZooError, match="no model has a value for b; name a source that has it, or rank by something"):
        rank(frame, by="a:max,b:max", missing="zero")
    with pytest.raises(ZooError, match="0, for one, has no value for b; name a source that has the values, or loosen"):
        rank(frame, by="a:max,b:max")


# --- conditions, top, sources


def test_conditions_leave_models_out_and_say_by_which_value() -> None:
    ranking = rank(where="params<10M and gpu<=6")
    assert set(ranks(ranking)) == {"mobilenet", "mobilenetv2", "efficientnetb0", "efficientnetb1"}
    assert reasons(ranking)["efficientnetb2"] == "not gpu<=6.0: 6.5"
    assert reasons(ranking)["efficientnetb7"] == "not params<10M: 66.7M"
    assert reasons(ranking)["lenet5"] == "not gpu<=6.0: no value"
    assert ranking.entries[0].score == rank().entries[1].score


def test_a_condition_may_be_on_what_is_not_ranked_by() -> None:
    ranking = rank(by="top5", where="year>=2019")
    assert [item.key for item in ranking.criteria] == ["top5"]
    assert set(ranks(ranking)) == {f"efficientnetb{place}" for place in range(8)}


def test_conditions_that_nothing_meets_are_refused() -> None:
    with pytest.raises(
        ZooError, match="none of 28 models in slides can be ranked: LeNet-5, for one, has not gpu<1"
    ) as refused:
        rank(where="gpu<1")
    assert str(refused.value).endswith("; loosen the conditions (counts are written as 20M)")


def test_top_cuts_the_list_and_moves_nothing() -> None:
    whole, best = rank(), rank(top=3)
    assert best.entries == whole.entries[:3]
    assert (best.ranked, best.excluded, best.criteria) == (14, whole.excluded, whole.criteria)
    assert rank(top=99).entries == whole.entries
    with pytest.raises(ZooError, match="top is 0; expected 1 or more"):
        rank(top=0)


def test_a_later_source_fills_gaps_and_what_it_filled_is_marked() -> None:
    both, first = rank(source=["slides", "keras"]), rank()
    assert both.sources == ("slides", "keras")
    assert rank(source="slides, keras").to_dict() == both.to_dict()
    assert both.ranked > first.ranked
    filled = {entry.slug: entry.filled for entry in both.entries}
    assert filled["vgg16"] == ("gpu",)
    assert filled["efficientnetb2"] == ()
    keras = load_catalog().sources["keras"].rows
    vgg16 = next(entry for entry in both.entries if entry.slug == "vgg16")
    assert vgg16.values["gpu"] == keras["vgg16"]["gpu"].value
    assert vgg16.values["top5"] == 89.8


def test_a_profile_s_sources_are_used_unless_others_are_named() -> None:
    assert rank(profile="edge").sources == ("keras",)
    assert rank(profile="edge", by="top1", source=["slides"]).sources == ("slides",)


def test_a_profile_s_unknown_source_is_refused() -> None:
    with pytest.raises(ZooError, match="unknown source 'kears'; did you mean 'keras'"):
        rank(profile=Profile(title="T", by=("top5",), sources=("kears",)))


def test_a_catalog_of_one_s_own_ranks_by_a_profile_with_sources(tmp_path: Any) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,top1,params,cpu\nA,70,5M,3\nB,80,9M,4\n", encoding="utf-8")
    assert ranks(rank(load_catalog(path), profile="edge")) == {"b": 1, "a": 1}


# --- what else is refused


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"by": "top6"}, "unknown criterion 'top6'; did you mean 'top5'"),
        ({"by": "year"}, "'year' has no sense of its own"),
        ({"by": "top5:0,gpu:0"}, "weights are 0, 0; expected finite numbers"),
        ({"by": "accuracy"}, "'accuracy' is measured, not published"),
        ({"by": []}, "nothing to rank by"),
        (
            {"missing": "mean"},
            "missing is 'mean'; expected 'drop', 'zero', 'worst', 'renormalize', 'bounds' or 'error'",
        ),
        ({"profile": "slide"}, "unknown profile 'slide'; did you mean 'slides'"),
        ({"profile": Profile(title="T", by=("top5",), missing="mean")}, "`missing` is 'mean'; "),  # type: ignore[arg-type]
        ({"source": ["kers"]}, "unknown source 'kers'; did you mean 'keras'"),
        ({"where": "params~10"}, "condition 'params~10' is not understood"),
        ({"names": ["a"]}, "names are for a matrix"),
    ],
)
def test_options_that_are_not_understood_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        rank(**options)


@pytest.mark.parametrize("data", [np.empty((0, 1)), pd.DataFrame({"a": []})])
def test_nothing_at_all_cannot_be_ranked(data: Any) -> None:
    with pytest.raises(ZooError, match="there are no models to rank; expected at least one row"):
        rank(data, by="a:max")


def test_one_model_alone_is_first() -> None:
    ranking = rank(np.array([[3.0]]), by="a:max", names=["x"])
    assert [(entry.rank, entry.score, entry.front) for entry in ranking.entries] == [(1, 1.0, True)]


# --- equal except for rounding


@pytest.mark.parametrize("options", [{"normalize": "z-score"}, {"method": "borda"}, {"normalize": "robust"}])
@pytest.mark.parametrize("third", [[], [0.5]])
def test_values_that_differ_by_rounding_alone_are_equal(options: dict[str, str], third: list[float]) -> None:
    matrix = np.array([[0.1 + 0.2], [0.3], *([value] for value in third)])
    ranking = rank(matrix, by="a:max", **options)
    scores = dict(zip(ranking.names, ranking.scores.tolist(), strict=True))
    assert scores["model 1"] == pytest.approx(scores["model 2"], abs=1e-9)
    assert ranks(ranking)["model1"] == ranks(ranking)["model2"]


@pytest.mark.parametrize("options", [{"normalize": name} for name in normalizations.METHODS]
                         + [{"method": name} for name in aggregates.METHODS], ids=str)  # fmt: skip
@pytest.mark.parametrize("third", [1e6 + 1, 1e6])
def test_ranked_models_that_differ_by_rounding_alone_are_tied_over_wider_bounds(
    options: dict[str, str], third: float
) -> None:
    frame = pd.DataFrame({"a": [1e6 + 0.3, 1e6 + 0.1 + 0.2, third], "b": [2, 2, 1]}, index=["x", "y", "z"])
    ranking = rank(frame, by="a:max", where="b>1", **options)
    assert ranking.ranks.tolist() == [1, 1]
    assert ranking.scores[0] == pytest.approx(ranking.scores[1], abs=1e-8)


@pytest.mark.parametrize("normalization", ["min-max", "max", "vector"])
@pytest.mark.parametrize("aggregate", ["borda", "consensus"])
def test_order_counts_by_the_values_as_given(aggregate: str, normalization: str) -> None:
    matrix = np.array([[1e-12], [2e-12], [1e5]])
    if aggregate == "consensus" and normalization == "vector":
        pytest.skip("the product takes no negative value")
    ranking = rank(matrix, by="a:min", method=aggregate, normalize=normalization)
    assert ranking.names == ("model 1", "model 2", "model 3")
    assert ranking.ranks.tolist() == [1, 2, 3]
    if aggregate == "borda":
        assert ranking.scores.tolist() == [2, 1, 0]


def test_a_missing_value_that_counts_as_0_has_the_points_of_the_worst() -> None:
    ranking = rank(np.array([[1.0], [np.nan], [2.0]]), by="a:max", method="borda", missing="zero")
    assert ranking.scores.tolist() == [2, 0.5, 0.5]


@pytest.mark.parametrize("count", [3, 20_000])
@pytest.mark.parametrize("span", [5e-324, 1e-310, 1e-306])
def test_the_least_spans_are_spans(count: int, span: float) -> None:
    values = np.linspace(0, 1, count).round(1) * (span * 10 if span < 1e-320 else span)
    ranking = rank(np.column_stack([values, np.arange(count)]), by="a:5:max,b:max")
    assert np.isfinite(ranking.scores).all()
    assert ranking.scores.max() == pytest.approx(2)


# --- values that a normalization cannot take


@pytest.mark.parametrize("normalize", ["max", "sum", "log-min-max"])
@pytest.mark.parametrize("missing", ["drop", "worst"])
def test_a_model_that_conditions_leave_out_blocks_no_normalization(normalize: str, missing: Any) -> None:
    frame = pd.DataFrame({"a": [2.0, 4.0, 0.0], "b": [1.0, 2.0, 3.0]}, index=["x", "y", "zero"])
    ranking = rank(frame, by="a:min,b:max", normalize=normalize, where="a>0", missing=missing)
    alone = rank(frame.iloc[:2], by="a:min,b:max", normalize=normalize, bounds="ranked")
    assert [row["a"] for row in (entry.normalized for entry in ranking.entries)] == [
        entry.normalized["a"] for entry in alone.entries
    ]
    with pytest.raises(ZooError, match="zero has 0 for a; expected more than 0"):
        rank(frame, by="a:min,b:max", normalize=normalize)


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_logarithm_has_no_bound_of_0(low: float) -> None:
    with pytest.raises(ZooError, match=f"`bounds` of gpu begin at {low:g}, which has no logarithm; expected more"):
        rank(by="gpu", normalize="log-min-max", bounds={"gpu": (low, 10.0)})


# --- weights as a mapping


def test_a_mapping_has_the_weights() -> None:
    frame = pd.DataFrame({"accuracy": [1.0, 0.0], "year": [0.0, 1.0]}, index=["x", "y"])
    ranking = rank(frame, by={"accuracy": 3, "year:max": np.float32(1)})
    assert [(item.key, item.stated, item.weight) for item in ranking.criteria] == [
        ("accuracy", 3, 1.5), ("year", 1, 0.5),
    ]  # fmt: skip
    assert dict(zip(ranking.names, ranking.scores.tolist(), strict=True)) == {"x": 1.5, "y": 0.5}
    assert ranking.profile == rank(frame, by="accuracy:3,year:max").profile


def test_a_data_frame_without_criteria_of_the_profile_is_refused_with_its_columns() -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "cost": [1.0, 2.0], "speed": [3.0, 4.0]})
    with pytest.raises(
        ZooError, match=r"the data have no top5, gpu, params, .*say with `by` what to rank by, of cost, speed"
    ):
        rank(frame)
