"""First-rank robustness: the sentence and the facts in it, proved by ranking again."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from modelzoo.errors import ZooError
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.rank import rank
from modelzoo.sensitivity.first_rank import FirstRank, first_rank, percent
from modelzoo.sensitivity.tables import first_rank_table

TWO = pd.DataFrame({"a": [1.0, 0.0, 0.6], "b": [0.0, 1.0, 0.6]}, index=["x", "y", "middle"])


def of(*arguments: Any, **options: Any) -> FirstRank:
    return first_rank(rank(*arguments, **options))[0]


def test_the_sentence_of_the_slides_ranking() -> None:
    sentence = of().sentence
    facts = (
        "EfficientNetB2 leads EfficientNetB1 by 0.0051",
        "13 % of all weightings",
        "EfficientNetB3 for 25 %",
        "a weight on top5 below 0.831 puts EfficientNetB1 first",
    )
    positions = [sentence.index(fact) for fact in facts]
    assert positions == sorted(positions)


def test_the_ends_of_each_weight_turn_the_slides_ranking() -> None:
    result = of()
    assert {item.key: (item.below, item.above) for item in result.weights} == {
        "top5": ("efficientnetb1", "efficientnetb3"),
        "gpu": ("efficientnetb3", "efficientnetb1"),
        "params": ("efficientnetb3", "efficientnetb1"),
    }
    assert round(result.weights[2].high or 0, 2) == 1.54
    for item in result.weights:
        for end, rival, outward in ((item.low, item.below, -1), (item.high, item.above, 1)):
            for side, winner in ((-outward, "efficientnetb2"), (outward, rival)):
                weight = (end or 0) * (1 + side * 1e-5)
                by = [f"{key}:{weight}" if key == item.key else key for key in ("top5", "gpu", "params")]
                assert rank(by=by).entries[0].slug == winner


def test_weights_are_the_stated_ones() -> None:
    first, second = of(TWO, by="a:30:max,b:30:max").weights
    # 30 (1 - 0.6) = 0.6 w, whichever of the two weights stays.
    assert (first.weight, first.low, first.high) == pytest.approx((30, 20, 45))
    assert (second.weight, second.low, second.high) == pytest.approx((30, 20, 45))


def test_derived_weights_are_the_scaled_ones() -> None:
    result = of(TWO, by="a:max,b:max", weights="rank-order-centroid")
    assert [item.weight for item in result.weights] == [1.5, 0.5]
    # Level with middle, w = 0.6 (w + 0.5).
    assert result.weights[0].low == pytest.approx(0.75)


@given(st.floats(1e-3, 1e3))
def test_the_scale_of_the_weights_changes_no_share(scale: float) -> None:
    plain, scaled = (first_rank(rank(TWO, by=f"a:{factor}:max,b:{2 * factor}:max")) for factor in (1.0, scale))
    assert plain[1] == scaled[1]
    assert scaled[0].weights[0].high == pytest.approx(scale * (plain[0].weights[0].high or 0))


def test_shares_are_exact_for_two_criteria() -> None:
    result, shares = first_rank(rank(TWO, by="a:max,b:max"))
    assert (result.exact, result.samples) == (True, 0)
    assert [first.share for first in shares] == pytest.approx([0.2, 0.4, 0.4])
    assert all(first.standard_error == 0 and set(first.interval) == {first.share} for first in shares)
    for fact in ("middle leads x by 0.2", "20 % of all weightings", "x for 40 %", "on a below 0.667 puts y first"):
        assert fact in result.sentence


def test_the_error_of_a_sampled_share_contains_the_share() -> None:
    _, shares = first_rank(rank(), samples=1000)
    low, high = shares[0].interval
    assert low < shares[0].share < high
    assert high - low == pytest.approx(2 * 1.96 * shares[0].standard_error, rel=0.02)
    # A model that was never first in 1000 may still be first in 4 of 1000.
    assert shares[5].interval == (0.0, pytest.approx(0.0038, abs=1e-4))


def test_the_sentence_names_order_and_ranges() -> None:
    result, _ = first_rank(rank(TWO, by="a:max,b:max"), order="a>b", ranges="b:0.1:")
    assert result.asked == "a > b and b 10 to 100 %"
    assert "25 % of the weightings with a > b and b 10 to 100 %, x for 75 %" in result.sentence


@pytest.mark.parametrize("asked", [{"order": "top5 > gpu"}, {"ranges": "top5:0.999:1"}])
def test_where_not_all_weightings_count_no_move_to_others_is_named(asked: dict[str, str]) -> None:
    sentence = first_rank(rank(), samples=1000, **asked)[0].sentence  # type: ignore[arg-type]
    assert " %." in sentence
    assert "a weight on" not in sentence
    assert "no single weight" not in sentence


def test_one_model_alone_and_one_that_nothing_moves() -> None:
    assert of(np.array([[1.0]]), by="a:max", names=["x"]).sentence == "x is the only ranked model."
    frame = pd.DataFrame({"a": [2.0, 1.0], "b": [2.0, 1.0]}, index=["x", "y"])
    sentence = of(frame, by="a:max,b:max").sentence
    for fact in ("x leads y by 2", "100 % of all weightings;", "no single weight"):
        assert fact in sentence


def test_tied_models_are_called_tied_and_any_move_breaks_the_tie() -> None:
    frame = pd.DataFrame({"a": [1.0, 0.0], "b": [0.0, 1.0]}, index=["x", "y"])
    sentence = of(frame, by="a:max,b:max").sentence
    for fact in ("x and y are tied", "50 % of all weightings, y for 50 %", "a weight on a below 1 puts y first"):
        assert fact in sentence


def test_the_table_is_the_ranking_s_with_one_more_column_and_the_sentence() -> None:
    ranking = rank()
    result, shares = first_rank(ranking)
    robust, plain = first_rank_table(result, shares, ranking), ranking.table()
    assert [column.key for column in robust.columns if column.key != "first"] == [col.key for col in plain.columns]
    assert [[*row[:3], *row[4:]] for row in robust.rows] == [list(row) for row in plain.rows]
    assert [row[3] for row in robust.rows] == [first.share for first in shares]
    assert robust.lead == result.sentence
    assert len(first_rank_table(result, shares, ranking, top=3).rows) == 3


@pytest.mark.parametrize(
    ("share", "text"),
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
def test_a_share_is_0_or_100_percent_only_where_it_is_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("options", "message"),
    [({"samples": 999}, "samples is 999; expected 1,000 or more"), ({"seed": -1}, "seed is -1; expected 0 or more")],
)
def test_options_that_draw_nothing_or_too_few_are_refused(options: dict[str, int], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        first_rank(rank(), **options)  # type: ignore[arg-type]


def test_a_cut_ranking_and_one_that_is_no_sum_are_refused() -> None:
    with pytest.raises(ZooError, match="the ranking has its best 3 models only; rank without top"):
        first_rank(rank(top=3))
    other = Profile(title="T", by=("top5",), method="topsis")  # type: ignore[arg-type]
    with pytest.raises(ZooError, match=r"aggregated by topsis; .* a weighted sum; take `method` sum"):
        first_rank(replace(rank(), profile=other))
