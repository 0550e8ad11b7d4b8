"""The sentence on how firm a ranking is, and what it is made from; proved by ranking again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelzoo.errors import ZooError
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.rank import rank
from modelzoo.sensitivity.first_rank import firmness, percent

TWO = pd.DataFrame({"a": [1.0, 0.0, 0.6], "b": [0.0, 1.0, 0.6]}, index=["x", "y", "middle"])


def test_the_sentence_of_the_slides_ranking() -> None:
    assert firmness(rank()).sentence == (
        "EfficientNetB2 leads EfficientNetB1 by 0.0051; it is first for 13 % of all weightings, EfficientNetB3 for "
        "25 %; a weight on top5 below 0.831 puts EfficientNetB1 first."
    )


def test_the_ends_of_each_weight_turn_the_slides_ranking() -> None:
    found = firmness(rank())
    assert {
        item.item.key: (item.below and item.below.name, item.above and item.above.name) for item in found.weights
    } == {
        "top5": ("EfficientNetB1", "EfficientNetB3"),
        "gpu": ("EfficientNetB3", "EfficientNetB1"),
        "params": ("EfficientNetB3", "EfficientNetB1"),
    }
    assert round(found.weights[2].high or 0, 2) == 1.54
    for item in found.weights:
        for end, rival, outward in ((item.low, item.below, -1), (item.high, item.above, 1)):
            for side, winner in ((-outward, "EfficientNetB2"), (outward, rival and rival.name)):
                weight = (end or 0) * (1 + side * 1e-5)
                by = [f"{key}:{weight}" if key == item.item.key else key for key in ("top5", "gpu", "params")]
                assert rank(by=by).entries[0].name == winner


def test_weights_are_told_as_they_were_given() -> None:
    (first, second) = firmness(rank(TWO, by="a:30:max,b:30:max")).weights
    # 30 (1 - 0.6) = 0.6 w, whichever of the two weights stays.
    assert (first.weight, first.low, first.high) == pytest.approx((30, 20, 45))
    assert (second.weight, second.low, second.high) == pytest.approx((30, 20, 45))


def test_derived_weights_are_told_as_the_ranking_has_them() -> None:
    found = firmness(rank(TWO, by="a:max,b:max", weights="rank-order-centroid"))
    assert [item.weight for item in found.weights] == [1.5, 0.5]
    # Level with middle, w = 0.6 (w + 0.5).
    assert found.weights[0].low == pytest.approx(0.75)


@given(st.floats(1e-3, 1e3))
def test_the_scale_of_the_weights_changes_no_share(scale: float) -> None:
    plain, scaled = (firmness(rank(TWO, by=f"a:{factor}:max,b:{2 * factor}:max")) for factor in (1.0, scale))
    assert plain.over.shares.tolist() == scaled.over.shares.tolist()
    assert scaled.weights[0].high == pytest.approx(scale * (plain.weights[0].high or 0))


def test_shares_are_exact_for_two_criteria() -> None:
    found = firmness(rank(TWO, by="a:max,b:max"))
    assert found.sentence == (
        "middle leads x by 0.2; it is first for 20 % of all weightings, x for 40 %; "
        "a weight on a below 0.667 puts y first."
    )
    assert found.error(0) == {"standard_error": 0.0, "interval": [found.over.shares[0, 0]] * 2}
    assert found.conditions == "First: share of all weightings, exact."


def test_the_error_of_a_drawn_share_holds_the_share() -> None:
    found = firmness(rank(), samples=1000)
    low, high = found.error(0)["interval"]
    assert low < found.over.shares[0, 0] < high
    assert high - low == pytest.approx(2 * 1.96 * found.error(0)["standard_error"], rel=0.02)
    # A model that was never first in 1000 may still be so in 4 of 1000.
    assert found.error(5)["interval"] == [0.0, pytest.approx(0.0038, abs=1e-4)]


def test_an_order_and_ranges_are_said() -> None:
    found = firmness(rank(TWO, by="a:max,b:max"), order="a>b", ranges="b:0.1:")
    assert "it is first for 25 % of the weightings with a > b and b 10 to 100 %, x for 75 %" in found.sentence


@pytest.mark.parametrize("asked", [{"order": "top5 > gpu"}, {"ranges": "top5:0.999:1"}])
def test_where_not_all_weightings_count_no_move_to_others_is_named(asked: dict[str, str]) -> None:
    found = firmness(rank(), samples=1000, **asked)  # type: ignore[arg-type]
    assert " %." in found.sentence
    assert "a weight on" not in found.sentence
    assert "no single weight" not in found.sentence


def test_one_model_alone_and_one_that_nothing_moves() -> None:
    assert firmness(rank(np.array([[1.0]]), by="a:max", names=["x"])).sentence == "x is the only ranked model."
    frame = pd.DataFrame({"a": [2.0, 1.0], "b": [2.0, 1.0]}, index=["x", "y"])
    assert firmness(rank(frame, by="a:max,b:max")).sentence == (
        "x leads y by 2; it is first for 100 % of all weightings; no single weight puts another first."
    )


def test_tied_models_are_said_to_be_tied_and_any_move_parts_them() -> None:
    frame = pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}, index=["x", "y"])
    assert firmness(rank(frame, by="a:max,b:max")).sentence == (
        "x and y are tied; x is first for 50 % of all weightings, y for 50 %; a weight on a below 1 puts y first."
    )


def test_the_table_is_the_ranking_s_with_one_more_column_and_the_sentence() -> None:
    ranking = rank()
    found, plain = firmness(ranking).table(), ranking.table()
    assert [column.key for column in found.columns if column.key != "first"] == [column.key for column in plain.columns]
    assert [[*row[:3], *row[4:]] for row in found.rows] == [list(row) for row in plain.rows]
    assert found.lead == firmness(ranking).sentence
    assert len(firmness(ranking).table(top=3).rows) == 3


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0 %"),
        (0.0004, "less than 0.1 %"),
        (0.004, "0.4 %"),
        (0.13, "13 %"),
        (0.995, "99.5 %"),
        (0.9999, "more than 99.9 %"),
        (1, "100 %"),
    ],
)
def test_a_share_is_0_or_100_percent_only_where_it_is_none_or_all(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(
    ("options", "message"),
    [({"samples": 999}, "samples is 999; expected 1,000 or more"), ({"seed": -1}, "seed is -1; expected 0 or more")],
)
def test_options_that_draw_nothing_or_too_few_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        firmness(rank(), **options)  # type: ignore[arg-type]


def test_a_cut_ranking_and_one_that_is_no_sum_are_refused() -> None:
    with pytest.raises(ZooError, match="the ranking has its best 3 models only; rank without top"):
        firmness(rank(top=3))
    other = Profile(title="T", by=("top5",), aggregate="topsis")  # type: ignore[arg-type]
    with pytest.raises(ZooError, match=r"aggregated by topsis; .* told of a weighted sum; take --method sum"):
        firmness(replace(rank(), profile=other))
