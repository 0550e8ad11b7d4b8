"""Explanations: the parts of a lead, and the break-even weights, proved by ranking again."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank
from modelzoo.sensitivity.explain import Explanation, explain
from modelzoo.sensitivity.weight_stability import break_even_weight

KEYS = ("a", "b", "c")


def explained(matrix: np.ndarray, weights: list[float]) -> Explanation:
    by = [f"{key}:{weight!r}:max" for key, weight in zip(KEYS, weights, strict=True)]
    return explain(rank(matrix, by=by, names=["x", "y"], bounds=dict.fromkeys(KEYS, (0.0, 9.0))), "x", "y")


def lead_of_the_better(before: Explanation, matrix: np.ndarray, weights: list[float]) -> float:
    """The lead that the better model of `before` has by these weights."""
    after = explained(matrix, weights)
    return after.lead if after.better.slug == before.better.slug else -after.lead


@given(
    arrays(np.float64, (2, 3), elements=st.integers(0, 9)),
    st.lists(st.integers(0, 5), min_size=3, max_size=3).filter(any),
)
def test_just_beyond_the_turning_weight_the_other_leads_and_just_before_it_not(
    matrix: np.ndarray, weights: list[int]
) -> None:
    before = explained(matrix, weights)
    assume(not before.tied)
    for item in before.criteria:
        if item.break_even_weight is None:
            # No weight reverses them, neither 0 nor a huge one.
            for extreme in (0.0, 1e6):
                moved = [extreme if key == item.key else float(w) for key, w in zip(KEYS, weights, strict=True)]
                if any(moved):
                    assert lead_of_the_better(before, matrix, moved) >= -1e-12
            continue
        away = 1 if item.break_even_weight > item.weight else -1
        for step, turned in ((1e-4, True), (-1e-4, False)):
            weight = item.break_even_weight * (1 + away * step)
            moved = [weight if key == item.key else float(w) for key, w in zip(KEYS, weights, strict=True)]
            assert (lead_of_the_better(before, matrix, moved) < 0) == turned


@given(
    arrays(np.float64, (2, 3), elements=st.integers(0, 9)),
    st.lists(st.integers(1, 5), min_size=3, max_size=3),
)
def test_the_parts_add_up_to_the_lead(matrix: np.ndarray, weights: list[int]) -> None:
    result = explained(matrix, weights)
    assert sum(item.gain for item in result.criteria) == pytest.approx(result.lead, abs=1e-12)
    gains = [abs(item.gain) for item in result.criteria]
    assert gains == sorted(gains, reverse=True)


def test_the_turning_weight_of_the_slides_ranking_turns_it() -> None:
    result = explain(rank(), "efficientnetb1", "resnet50")
    (gpu,) = [item for item in result.criteria if item.break_even_weight is not None]
    assert (gpu.key, round(gpu.break_even_weight or 0, 2)) == ("gpu", 10.29)
    for factor, ahead in ((0.999, "efficientnetb1"), (1.001, "resnet50")):
        again = rank(by=f"top5,gpu:{(gpu.break_even_weight or 0) * factor},params")
        assert explain(again, "efficientnetb1", "resnet50").better.slug == ahead


def test_weights_are_the_stated_ones() -> None:
    result = explain(rank(by="top5:2,gpu,params"), "efficientnetb1", "resnet50")
    assert {item.key: item.weight for item in result.criteria} == {"top5": 2, "gpu": 1, "params": 1}
    (gpu,) = [item for item in result.criteria if item.break_even_weight is not None]
    assert f"A weight on gpu above {gpu.break_even_weight:.4g} (now 1) puts ResNet50 ahead" in result.turning
    again = rank(by=f"top5:2,gpu:{(gpu.break_even_weight or 0) * 1.001},params")
    assert explain(again, "efficientnetb1", "resnet50").better.slug == "resnet50"


def test_the_order_of_the_two_does_not_matter() -> None:
    ranking = rank()
    assert explain(ranking, "resnet50", "efficientnetb1") == explain(ranking, "efficientnetb1", "resnet50")


def test_without_a_second_one_the_winner_is_compared_with_the_runner_up_and_others_with_the_winner() -> None:
    ranking = rank()
    first = explain(ranking, "EfficientNet-B2")
    assert (first.better.slug, first.worse.slug) == ("efficientnetb2", "efficientnetb1")
    other = explain(ranking, "resnet50")
    assert (other.better.slug, other.worse.slug) == ("efficientnetb2", "resnet50")


def test_the_sentence_has_leader_lead_and_criteria() -> None:
    sentence = explain(rank(), "efficientnetb1", "resnet50").sentence
    facts = ("EfficientNetB1 (rank 2)", "ResNet50 (rank 8)", "0.1915", "better by Params, Top-5", "worse by GPU")
    positions = [sentence.index(fact) for fact in facts]
    assert positions == sorted(positions)


def test_a_model_that_is_worse_in_everything_is_turned_by_nothing() -> None:
    result = explained(np.array([[9.0, 9.0, 9.0], [1.0, 1.0, 1.0]]), [1, 1, 1])
    assert result.sentence.endswith("and worse by nothing.")
    assert result.turning == "No single weight puts y ahead."


def test_a_weight_of_nothing_that_only_ties_turns_nothing() -> None:
    result = explained(np.array([[9.0, 5.0, 5.0], [1.0, 5.0, 5.0]]), [1, 1, 1])
    assert [item.break_even_weight for item in result.criteria] == [None, None, None]


def test_tied_models_are_said_to_be_tied_and_no_weight_is_named() -> None:
    frame = pd.DataFrame({"a": [0.1 + 0.2, 0.3, 1.0], "b": [0.3, 0.1 + 0.2, 0.0]}, index=["B", "A", "C"])
    result = explain(rank(frame, by="a:max,b:max"), "B", "A")
    assert result.tied
    assert result.sentence == f"A and B are tied (rank {result.better.rank})."
    assert result.turning == "Any weight that tells them apart parts them."
    assert [item.break_even_weight for item in result.criteria] == [None, None]


def test_models_tied_by_a_trade_have_no_turning_weight_either() -> None:
    result = explained(np.array([[3.0, 6.0, 0.0], [6.0, 3.0, 0.0]]), [1, 1, 1])
    assert result.tied
    assert [item.break_even_weight for item in result.criteria] == [None, None, None]


def test_a_model_that_is_not_ranked_says_why() -> None:
    with pytest.raises(ZooError, match=r"LeNet-5 is not ranked: no value for top5, gpu; .* `zoo show lenet5`"):
        explain(rank(), "LeNet 5", "resnet50")
    with pytest.raises(ZooError, match=r"ResNet50 is not ranked: not params<10M: 25.6M"):
        explain(rank(where="params<10M"), "efficientnetb1", "resnet50")


@pytest.mark.parametrize(
    ("name", "near"), [("resnet5", "resnet50"), ("lenet", "lenet5"), ("EfficientNet-B11", "efficientnetb1")]
)
def test_an_unknown_model_names_the_nearest_ranked_or_not(name: str, near: str) -> None:
    with pytest.raises(ZooError, match=rf"unknown model '\w+'; did you mean .*'{near}'"):
        explain(rank(), "efficientnetb2", name)


def test_the_same_model_twice_is_refused() -> None:
    with pytest.raises(ZooError, match="ResNet50 was given twice; name two models"):
        explain(rank(), "ResNet-50", "resnet50")


def test_the_only_ranked_model_has_none_to_compare_with() -> None:
    with pytest.raises(ZooError, match="x is the only ranked model"):
        explain(rank(np.array([[1.0]]), by="a:max", names=["x"]), "x")


def test_names_that_differ_only_in_case_are_told_apart() -> None:
    ranking = rank(np.array([[1.0], [2.0]]), by="a:max", names=["Net", "net"])
    result = explain(ranking, "Net", "net")
    assert (result.better.name, result.worse.name) == ("net", "Net")


@pytest.mark.parametrize(
    ("difference", "rest", "expected"),
    [(0.5, -1.0, 2.0), (-0.25, 1.0, 4.0), (0.5, 1.0, None), (0.0, 1.0, None), (0.5, 0.0, None), (0.5, -1e-16, None)],
)
def test_the_turning_weight_is_where_the_lead_is_0(difference: float, rest: float, expected: float | None) -> None:
    assert break_even_weight(difference, rest) == expected


def test_json_has_both_models_and_each_criterion() -> None:
    result = explain(rank(), "efficientnetb1", "resnet50").to_dict()
    assert list(result) == ["better", "worse", "lead", "tied", "criteria", "sentence", "turning"]
    assert list(result["criteria"][0]) == ["key", "weight", "better", "worse", "gain", "turning_weight"]
    assert [row["key"] for row in result["criteria"]] == ["params", "top5", "gpu"]
    assert result["lead"] == pytest.approx(result["better"]["score"] - result["worse"]["score"])


def test_a_gap_counted_as_0_is_shown_as_a_gap() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan], "b": [9.0, 7.0, 5.0]}, index=["x", "y", "gap"])
    ranking = rank(frame, by="a:max,b:max", missing="zero")
    result = explain(ranking, "gap", "y")
    assert {item.key: item.worse for item in result.criteria} == {"a": None, "b": 5.0}
    assert "–" in [cell for row in result.table().cells() for cell in row[1:3]]
