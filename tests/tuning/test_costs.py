"""The budget: predictions by medians, and the schedules that it allows."""

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.tuning.costs import Failed, Ledger, Plan, Trained, make_plan


def ledger(budget_s: float, *, start_s: float = 5.0, epoch_s: float = 2.0) -> Ledger:
    made = Ledger(budget_s)
    correct = np.array([True, False])
    made.add(Trained(epochs=2, correct=correct, seconds=start_s + 2 * epoch_s, epoch_s=epoch_s))
    return made


def plan(budget_s: float, epochs: int = 30, least: int = 1) -> Plan:
    return make_plan(ledger(budget_s), epochs, least=least, seeds=3, levers=10, epoch_s=2.0)


def test_prediction_is_start_plus_epochs() -> None:
    made = ledger(100.0)
    assert made.predict(10) == 25.0
    assert made.predict(10, epoch_s=3.0) == 35.0
    assert (made.spent_s, made.left_s) == (9.0, 91.0)


def test_one_slow_training_does_not_change_the_prediction() -> None:
    made = ledger(1e4)
    for seconds in (9.0, 900.0):
        made.add(Trained(epochs=2, correct=np.array([True]), seconds=seconds, epoch_s=2.0))
    assert made.predict(2) == 9.0


def test_failed_training_costs_its_seconds_alone() -> None:
    made = ledger(100.0)
    made.add(Failed("no", 40.0))
    assert (made.left_s, made.predict(2)) == (51.0, 9.0)


def test_large_budget_has_the_full_schedule() -> None:
    assert plan(1e5).schedule == (8, 15, 30)
    assert plan(1e5, epochs=5).schedule == (2, 3, 5)
    assert plan(1e5, epochs=1).schedule == (1,)


def test_smaller_budgets_have_shorter_schedules() -> None:
    assert plan(1600).schedule == (4, 8, 15)
    assert plan(1000).schedule == (2, 4, 8)
    assert plan(500).schedule == (1, 2, 4)


def test_shortest_schedule_is_one_that_the_recipe_allows() -> None:
    assert plan(1000, least=2).schedule == (2, 4, 8)
    assert plan(1e5, epochs=5, least=2).schedule == (2, 3, 5)
    with pytest.raises(ZooError, match="too small"):
        plan(500, least=2)


@pytest.mark.parametrize("budget_s", [500, 1000, 1600, 5000])
def test_reserve_is_a_third_of_the_budget_at_most(budget_s: float) -> None:
    made = ledger(budget_s)
    chosen = make_plan(made, 30, least=1, seeds=3, levers=10, epoch_s=2.0)
    longest, shortest = 5 + 2 * chosen.schedule[-1], 5 + 2 * chosen.schedule[0]
    assert chosen.reserve_s(made, 2.0, 2.0) == 3 * 2 * longest + 10 * shortest
    assert chosen.reserve_s(made, 2.0, 2.0) <= budget_s / 3


def test_budget_that_is_too_small_is_an_error_with_the_budget_that_is_enough() -> None:
    with pytest.raises(ZooError, match=r"the budget of 60 s is too small: an epoch takes 2 s .* takes 444 s; give"):
        plan(60)
    assert plan(444).schedule == (1, 2, 4)
