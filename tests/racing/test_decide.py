"""The decision after a round: worked examples, and how often the best candidate is dropped."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.racing.decide import by_accuracy, corrected_level, decide
from modelzoo.statistics.paired import BoolArray, mid_p, paired_table


def first_wrong(wrong: int, images: int = 1000) -> BoolArray:
    return np.arange(images) >= wrong


def last_wrong(wrong: int, images: int = 1000) -> BoolArray:
    return first_wrong(wrong, images)[::-1]


def verdicts(correct: Mapping[str, BoolArray], **options: object) -> dict[str, str]:
    return {decision.candidate: decision.verdict for decision in decide(correct, level=0.05, **options)}  # type: ignore[arg-type]


def test_the_level_is_divided_by_looks_and_rivals() -> None:
    assert corrected_level(0.05, looks=4, rivals=5) == pytest.approx(0.0025)
    assert corrected_level(0.05, looks=4, rivals=0) == pytest.approx(0.0125)


def test_a_worked_example_drops_the_significantly_worse_candidate_alone() -> None:
    leader, near, far = decide({"far": last_wrong(90), "near": last_wrong(59), "best": last_wrong(50)}, level=0.001)
    assert (leader.candidate, leader.verdict, leader.accuracy, leader.p_value) == ("best", "leader", 95.0, None)
    # 9 images differ, and all speak for the leader: mid-p is the probability of one of both ends, 2^-9.
    assert (near.candidate, near.verdict, near.difference) == ("near", "kept", pytest.approx(0.9))
    assert near.p_value == pytest.approx(0.5**9)
    assert near.reason == "not significantly less accurate than the leader (p = 0.0020, level 0.001)"
    assert (far.candidate, far.verdict, far.difference) == ("far", "dropped", pytest.approx(4.0))
    assert far.reason == "4.00 points less accurate than the leader (p < 0.0001, level 0.001)"
    assert [decision.survives for decision in (leader, near, far)] == [True, True, False]


def test_a_difference_on_many_disagreeing_images_is_not_significant() -> None:
    correct = {"a": first_wrong(50), "b": last_wrong(60)}
    (_, rival) = decide(correct, level=0.05)
    assert rival.verdict == "kept"
    assert rival.p_value == pytest.approx(mid_p(paired_table(correct["b"], correct["a"])))
    assert rival.reason.startswith("not significantly less accurate than the leader (p = 0.3")


def test_a_worse_candidate_stays_if_the_other_criteria_may_put_it_first() -> None:
    def fast_within_3_points(accuracies: Mapping[str, float]) -> list[str]:
        near = accuracies["fast"] > accuracies["exact"] - 3
        return ["fast", "exact"] if near else ["exact", "fast"]

    # 4 points behind; at this level the interval of the difference ends at about -2.8.
    correct = {"fast": last_wrong(90), "exact": last_wrong(50)}
    assert verdicts(correct, order=fast_within_3_points) == {"exact": "leader", "fast": "kept"}
    correct["fast"] = last_wrong(150)
    assert verdicts(correct, order=fast_within_3_points) == {"exact": "leader", "fast": "dropped"}


def test_a_more_accurate_rival_of_the_leader_stays() -> None:
    correct = {"exact": last_wrong(50), "fast": last_wrong(90)}
    assert verdicts(correct, order=lambda accuracies: sorted(accuracies, reverse=True)) == {
        "fast": "leader", "exact": "kept",
    }  # fmt: skip


@given(wrong=st.integers(1, 40), other=st.integers(0, 40), level=st.floats(1e-5, 0.5))
def test_by_accuracy_a_candidate_is_dropped_exactly_if_the_test_says_so(wrong: int, other: int, level: float) -> None:
    """The interval cannot disagree: it may end above 0 where the test is significant, in particular of few images."""
    correct = {"a": first_wrong(wrong, 120), "b": last_wrong(other, 120)}
    leader, rival = decide(correct, level=level)
    assert leader.candidate == by_accuracy({"a": -wrong, "b": -other})[0]
    significant = wrong != other and mid_p(paired_table(correct["a"], correct["b"])) <= level
    assert (rival.verdict == "dropped") == significant


@given(
    wrong=st.lists(st.integers(0, 60), min_size=2, max_size=6),
    level=st.floats(1e-4, 0.2),
    seed=st.integers(0, 1000),
)
def test_the_order_of_the_candidates_does_not_matter(wrong: list[int], level: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    correct = {f"c{index}": random.permutation(first_wrong(count, 100)) for index, count in enumerate(wrong)}
    mixed = dict(random.permutation(np.array(list(correct.items()), dtype=object)).tolist())
    assert decide(mixed, level=level) == decide(correct, level=level)


def test_of_equally_good_candidates_the_best_is_rarely_dropped() -> None:
    """All have the same true accuracy, so each may be the truly best one; the first is dropped in at most 5 %."""
    looks, candidates, races = 2, 5, 400
    level = corrected_level(0.05, looks=looks, rivals=candidates - 1)
    random = np.random.default_rng(0)
    dropped = 0
    for _ in range(races):
        for _ in range(looks):
            hits = random.random((candidates, 300)) < 0.8
            decisions = decide({str(index): row for index, row in enumerate(hits)}, level=level)
            if any(decision.candidate == "0" and not decision.survives for decision in decisions):
                dropped += 1
                break
    assert dropped / races <= 0.05


def test_a_dominated_candidate_is_dropped_with_enough_images() -> None:
    random = np.random.default_rng(0)
    better = random.random(20_000) < 0.9
    worse = better & (random.random(20_000) < 0.98)
    assert verdicts({"better": better[:100], "worse": worse[:100]})["worse"] == "kept"
    assert verdicts({"better": better, "worse": worse})["worse"] == "dropped"
