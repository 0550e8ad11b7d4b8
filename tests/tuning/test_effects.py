"""The work after a search: the comparison with fresh seeds, and the effect of each lever."""

import pytest

from modelzoo.tuning.effects import Comparison, Effect, compare, measure_effects
from modelzoo.tuning.fields import changed
from modelzoo.tuning.search import Search, Trial

from .conftest import BASE, LEVERS, Trainings, make_search, started

GELU = {"activation": "gelu", "batch_size": 64}


def trial(search: Search, number: int, values: dict[str, object], schedule: tuple[int, ...] = (2, 4, 8)) -> Trial:
    """Add a trial with its trainings."""
    added = Trial(number, {**search.base.values, **values}, changed(BASE, values))
    added.trained = {epochs: Trainings()(added.recipe, epochs, 0) for epochs in schedule}  # type: ignore[misc]
    search.trials.append(added)
    return added


@pytest.fixture
def search() -> Search:
    made = make_search(Trainings())
    made.base.trained[2] = Trainings()(BASE, 2, 0)  # type: ignore[assignment]
    return made


def comparison(search: Search, winner: Trial, **options: object) -> Comparison | None:
    chosen = {"train": Trainings(), "ledger": search.ledger, "seed": 0, "alpha": 0.05} | options
    return compare(search.base, winner, search.plan, **chosen)  # type: ignore[arg-type]


def test_comparison_uses_fresh_seeds_and_the_longest_schedule_for_both(search: Search) -> None:
    trainings, winner = Trainings(), trial(search, 1, GELU)
    found = comparison(search, winner, train=trainings)
    assert found is not None
    assert found.seeds == (1, 2)
    assert found.epochs == 8
    assert trainings.asked == [(recipe, 8, seed) for seed in (1, 2) for recipe in (BASE, winner.recipe)]


def test_planted_effect_is_significant_and_no_effect_is_not(search: Search) -> None:
    found = comparison(search, trial(search, 1, GELU))
    assert found is not None
    assert found.significant
    assert found.low < 6 < found.high
    equal = comparison(search, trial(search, 2, {"label_smoothing": 0.1}))
    assert equal is not None
    assert not equal.significant
    assert equal.low < 0 < equal.high


def test_comparison_needs_another_winner_two_seeds_and_no_failure(search: Search) -> None:
    winner = trial(search, 1, GELU)
    assert comparison(search, search.base) is None
    assert comparison(search, winner, ledger=started(35.0)) is None
    assert comparison(search, winner, train=Trainings(fails=lambda recipe: recipe == winner.recipe)) is None


def effects(search: Search, winner: Trial, train: Trainings | None = None) -> dict[str, Effect]:
    measured = measure_effects(search, winner, train=train or Trainings(), confidence=0.95)
    return {effect.lever: effect for effect in measured}


def test_changed_lever_has_the_difference_to_the_winner_without_it(search: Search) -> None:
    trainings = Trainings()
    found = effects(search, trial(search, 1, GELU), trainings)
    activation = found["activation"]
    assert activation.points is not None
    assert activation.low < 6 < activation.high  # type: ignore[operator]
    assert activation.evidence == "winner without it, 8 epochs"
    assert (activation.base, activation.winner) == ("none", "gelu")
    batch = found["batch_size"]
    assert batch.low < 0 < batch.high  # type: ignore[operator]
    # Two trainings alone: the winner without its batch size, and without its activation.
    rest = [changed(BASE, {"activation": "gelu"}), changed(BASE, {"batch_size": 64})]
    assert trainings.asked == [(recipe, 8, 0) for recipe in rest]


def test_single_changed_lever_is_compared_with_the_base_as_it_was_trained(search: Search) -> None:
    search.base.trained[8] = Trainings()(BASE, 8, 0)  # type: ignore[assignment]
    trainings = Trainings()
    assert effects(search, trial(search, 1, {"activation": "gelu"}), trainings)["activation"].points is not None
    assert trainings.asked == []


def test_shorter_budget_takes_a_shorter_schedule_and_then_none(search: Search) -> None:
    winner = trial(search, 1, GELU)
    search.ledger = started(6 + 2 * (4 + 4) + 1)
    assert effects(search, winner)["activation"].evidence == "winner without it, 4 epochs"
    search.ledger = started(6 + 2)
    assert effects(search, winner)["activation"] == Effect(
        lever="activation",
        base="none",
        winner="gelu",
        tried=("none", "gelu"),
        evidence="not measured: the budget left no room for the winner without it",
    )


def test_lever_that_the_winner_left_alone_has_the_difference_of_means(search: Search) -> None:
    for number, dropout in enumerate((0.3, 0.35, 0.4), 1):
        trial(search, number, {"dropout": dropout}, (2,))
    for number, size in enumerate((64, 32), 4):
        trial(search, number, {"batch_size": size}, (2,))
    dropout = effects(search, search.base)["dropout"]
    assert dropout.evidence == "3 trials with another value, 3 with the base's, 2 epochs"
    assert dropout.points == pytest.approx(-7, abs=2)
    assert dropout.low < dropout.points < dropout.high < 0  # type: ignore[operator]
    assert dropout.tried == ("4 values in 0 to 0.5",)


def test_lever_without_contrast_is_not_measured(search: Search) -> None:
    trial(search, 1, {"label_smoothing": 0.1}, (2,))
    smoothing = effects(search, search.base)["label_smoothing"]
    assert smoothing.points is None
    assert smoothing.evidence == "not measured: 1 trial with another value, 1 with the base's"
    assert set(effects(search, search.base)) == {lever.key for lever in LEVERS}
