"""The arithmetic of the bill: rounds, their seconds, the reach of a budget, hard limits."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.racing.bill import Bill, Dropped, make_bill, require_affordable
from modelzoo.racing.bill_table import bill_table, sentences
from modelzoo.racing.limits import HardLimits, OverLimit, none_within, over_limit
from modelzoo.racing.price import Price
from modelzoo.racing.probe import VALUES, Probe, whole_s
from modelzoo.racing.schedule import rounds


def probed(slug: str, **values: Any) -> Probe:
    usual: dict[str, Any] = {
        "name": slug.title(), "params": 1000, "size_mb": 1.0, "latency_ms": 1.0, "images_per_s": 100.0,
        "peak_memory_mb": 500.0, "flops": 1e6, "start_s": 10.0, "epoch_s": 5.0,
    }  # fmt: skip
    return Probe(slug=slug, **usual | values)


def bill(*probes: Probe, schedule: tuple[int, ...] = (1, 2, 4), budget_s: float = 200.0, **fields: Any) -> Bill:
    usual: dict[str, Any] = {"spent_s": 20.0, "device": "a GPU"}
    return make_bill(probes, (), schedule=schedule, budget_s=budget_s, **usual | fields)


def test_rounds_double_up_to_the_full_epochs() -> None:
    assert rounds(30, 1) == (1, 2, 4, 8, 15, 30)
    assert rounds(30, 4) == (4, 8, 15, 30)
    assert rounds(16, 3) == (4, 8, 16)
    assert rounds(5, 9) == (5,)


@given(st.integers(1, 500), st.integers(1, 500))
def test_each_round_has_at_most_twice_the_epochs_of_the_one_before(full: int, least: int) -> None:
    epochs = rounds(full, least)
    assert epochs[-1] == full
    assert epochs[0] >= min(full, least)
    assert all(early < late <= 2 * early for early, late in pairwise(epochs))


def test_a_round_costs_the_start_and_the_epochs_of_every_candidate() -> None:
    made = bill(probed("a", start_s=10, epoch_s=5), probed("b", start_s=20, epoch_s=1))
    assert made.rounds_s == (36, 42, 54)
    assert (made.full_epochs, made.full_s, made.cost_s("b", 3)) == (4, 54, 23)


@pytest.mark.parametrize(("budget_s", "allowed"), [(55, 0), (56, 1), (97, 1), (98, 2), (151, 2), (152, 3), (900, 3)])
def test_the_budget_allows_the_rounds_that_fit_after_measuring(budget_s: float, allowed: int) -> None:
    made = bill(probed("a", start_s=10, epoch_s=5), probed("b", start_s=20, epoch_s=1), budget_s=budget_s)
    assert made.affordable_rounds == allowed


def test_a_budget_must_reach_through_the_first_round_of_the_first_two_candidates() -> None:
    probes = [probed("a", epoch_s=5), probed("b", epoch_s=7), probed("c", epoch_s=1)]
    require_affordable(bill(*probes, budget_s=52))
    with pytest.raises(ZooError, match=r"51 s is too small: measuring took 20 s, .* of A and B takes 32 s .* 1m at le"):
        require_affordable(bill(*probes, budget_s=51))


def test_two_candidates_keep_two_of_four_workers() -> None:
    probes = [probed(slug) for slug in "abcd"]
    assert bill(*probes, parallel=4).needed_s == 20 + 15
    assert bill(*probes, parallel=1).needed_s == 20 + 30


def test_an_only_candidate_needs_no_training() -> None:
    require_affordable(bill(probed("a"), schedule=(4,), budget_s=20))


def measured(slug: str, limits: HardLimits, *, latency_ms: float = 1, size_mb: float = 1) -> OverLimit | None:
    return over_limit(slug, slug.title(), limits, latency_ms=latency_ms, size_mb=size_mb)


def test_a_candidate_over_a_limit_has_value_and_limit_in_words() -> None:
    limits = HardLimits(5, 20)
    assert measured("a", limits, latency_ms=5, size_mb=20) is None
    assert measured("a", HardLimits(), latency_ms=99, size_mb=99) is None
    beyond = measured("a", limits, latency_ms=7.312, size_mb=19)
    assert beyond == OverLimit("a", "A", 7.312 / 5, "latency 7.312 ms, over the limit of 5 ms")
    both = measured("a", limits, latency_ms=7.312, size_mb=30)
    assert both is not None
    assert both.reason == "latency 7.312 ms, over the limit of 5 ms and size 30 MB, over the limit of 20 MB"


def test_limits_that_no_candidate_keeps_are_an_error_with_the_nearest_ones() -> None:
    limits = HardLimits(5, 2)
    beyond = [
        measured("a", limits, latency_ms=9),
        measured("b", limits, latency_ms=6),
        measured("c", limits, size_mb=2.2),
        measured("d", limits, latency_ms=5.5, size_mb=9),
    ]
    assert str(none_within([one for one in beyond if one])) == (
        "no candidate is left, 4 break a limit; nearest: C: size 2.2 MB, over the limit of 2 MB; "
        "B: latency 6 ms, over the limit of 5 ms"
    )


def test_the_seconds_of_an_epoch_follow_from_its_first_steps() -> None:
    """Take 0.5 s before the first call, then 0.1 s a step."""
    calls = [(8, 0.5 + 0.8), (16, 0.5 + 1.6), (18, 0.5 + 1.8)]
    assert whole_s(calls, 2.3, steps=18) == pytest.approx(2.3)
    assert whole_s(calls, 2.3, steps=118) == pytest.approx(2.3 + 10)
    assert whole_s([(1, 2.0)], 2.0, steps=5) == 10


def test_the_bill_states_rounds_reach_and_cost() -> None:
    made = bill(probed("a"), probed("b"), budget_s=150, price=Price(3.6, "USD"))
    assert [*sentences(made)] == [
        "3 rounds of 1, 2 and 4 epochs take 2 min at most if no candidate is dropped. Training all candidates fully "
        "takes 60 s at most.",
        "The budget of 2 min allows all rounds; measuring took 20 s of it.",
        "At 3.6USD/h the whole budget costs 0.15 USD, training all candidates fully 0.06 USD.",
    ]


def test_a_bill_is_read_back_from_its_json() -> None:
    made = make_bill(
        [probed("a", flops=None)], [Dropped("b", "B", "too slow")],
        schedule=(2,), budget_s=99.5, spent_s=3.25, device="a GPU", price=Price(2.5, "EUR"),
    )  # fmt: skip
    assert msgspec.json.decode(msgspec.json.encode(made.to_dict()), type=Bill) == made


def test_the_table_names_every_candidate_and_the_dropped_ones_with_the_reason() -> None:
    made = make_bill(
        [probed("a")], [Dropped("b", "B", "too slow")], schedule=(2,), budget_s=99, spent_s=1, device="a GPU"
    )
    table = bill_table(made)
    assert table.cells() == [["A", "1.00", "1.0", "1K", "500", "100", "1M", "10.0", "5.0", "20 s"]]
    assert table.notes[0] == "B is out: too slow."


def test_every_criterion_of_a_choice_but_accuracy_is_measured_by_a_probe() -> None:
    from modelzoo.racing.options import CRITERIA

    assert set(VALUES) == {*CRITERIA} - {"accuracy"}
