"""The search: its passes, its prunings by paired tests, its budget, and its resumption."""

from dataclasses import asdict

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.statistics.paired import mid_p, paired_table
from modelzoo.tuning.costs import Failed
from modelzoo.tuning.search import Search

from .conftest import BASE, EPOCH_S, START_S, Trainings, accuracy, make_search


def test_winner_has_the_levers_that_help(finished: tuple[Search, Trainings]) -> None:
    best = finished[0].best
    assert best.recipe.activation == "gelu"
    assert accuracy(best.recipe, 8) > accuracy(BASE, 8)


def test_winner_was_trained_with_the_longest_schedule(finished: tuple[Search, Trainings]) -> None:
    search, _ = finished
    assert set(search.best.trained) == {2, 4, 8}


def test_search_leaves_the_reserve_and_no_room_for_another_pass(finished: tuple[Search, Trainings]) -> None:
    search, trainings = finished
    spent = START_S + 2 * EPOCH_S + sum(START_S + epochs * EPOCH_S for _, epochs, _ in trainings.asked)
    assert search.ledger.spent_s == pytest.approx(spent)
    reserve_s = search.plan.reserve_s(search.ledger, EPOCH_S, EPOCH_S)
    left_s = search.ledger.left_s - reserve_s
    assert 0 <= left_s < 3 * search.ledger.predict(8)


def test_dropped_trial_was_significantly_worse_and_is_trained_no_longer(finished: tuple[Search, Trainings]) -> None:
    search, _ = finished
    dropped = [trial for trial in search.trials if trial.verdict.startswith("dropped")]
    assert dropped
    for trial in dropped:
        epochs = max(trial.trained)
        assert trial.verdict.startswith(f"dropped after {epochs} epochs")
        p_values = [
            mid_p(paired_table(trial.trained[epochs].correct, other.trained[epochs].correct))
            for other in search.trials
            if epochs in other.trained and other is not trial
        ]
        assert min(p_values) < 0.05 / 2 / 2 / 2


def test_best_trial_stays_the_best_until_a_longer_training_beats_it(finished: tuple[Search, Trainings]) -> None:
    search, _ = finished
    longest = [trial for trial in search.trials if 8 in trial.trained]
    assert search.best in longest
    assert search.best.trained[8].accuracy == max(trial.trained[8].accuracy for trial in longest)
    assert not [trial for trial in longest if trial.verdict.startswith("dropped")]


def test_trials_of_equal_accuracy_are_not_dropped() -> None:
    class Equal(Trainings):
        def _train(self, recipe, epochs, seed):  # type: ignore[no-untyped-def]
            return super()._train(BASE, epochs, len(self.made))

    search = make_search(Equal())
    search.run()
    assert not [trial.verdict for trial in search.trials if trial.verdict.startswith("dropped")]


def test_longer_schedules_begin_with_the_most_accurate(finished: tuple[Search, Trainings]) -> None:
    search, trainings = finished
    order = [recipe for recipe, epochs, _ in trainings.asked if epochs == 4]
    # The first pass trains the first survivors; the trials of later passes come after them.
    first = next(trial for trial in search.trials if trial.recipe == order[0])
    assert first.trained[2].accuracy >= search.base.trained[2].accuracy


def test_all_search_trainings_share_a_seed(finished: tuple[Search, Trainings]) -> None:
    assert {seed for _, _, seed in finished[1].asked} == {0}


def test_no_configuration_is_trained_twice(finished: tuple[Search, Trainings]) -> None:
    asked = finished[1].asked
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("killed_after", [1, 9, 14])
def test_killed_search_goes_on_where_it_was(finished: tuple[Search, Trainings], killed_after: int) -> None:
    whole, uninterrupted = finished
    trainings = Trainings(killed_after)
    with pytest.raises(KeyboardInterrupt):
        make_search(trainings).run()
    assert len(trainings.made) == killed_after
    trainings.killed_after, trainings.asked = None, []
    resumed = make_search(trainings)
    assert resumed.run().number == whole.best.number
    assert trainings.asked == uninterrupted.asked
    assert list(map(without_arrays, resumed.trials)) == list(map(without_arrays, whole.trials))


def without_arrays(trial: object) -> dict[str, object]:
    return {**asdict(trial), "trained": None}  # type: ignore[call-overload]


def test_failed_configuration_is_kept_as_failed_and_not_repeated() -> None:
    trainings = Trainings(fails=lambda recipe: recipe.activation == "gelu")
    search = make_search(trainings, 300.0)
    best = search.run()
    failed = [trial for trial in search.trials if not trial.trained]
    assert failed
    assert {trial.verdict for trial in failed} == {"failed: the loss is not finite"}
    assert best.recipe.activation != "gelu"


def test_search_in_which_no_longer_training_succeeds_ends_with_the_best_of_the_shortest() -> None:
    class Short(Trainings):
        def _train(self, recipe, epochs, seed):  # type: ignore[no-untyped-def]
            return Failed("out of memory", 5.0) if epochs > 2 else super()._train(recipe, epochs, seed)

    search = make_search(Short(), 300.0)
    assert search.run().recipe.activation == "gelu"
    assert {epochs for trial in search.trials for epochs in trial.trained} == {2}


def test_failed_base_ends_the_search() -> None:
    with pytest.raises(ZooError, match="the base recipe failed: the loss is not finite; name another one"):
        make_search(Trainings(fails=lambda recipe: True)).run()


def test_small_space_ends_the_search_before_the_budget() -> None:
    trainings = Trainings()
    search = make_search(trainings, 100_000.0)
    search.levers = [lever for lever in search.levers if lever.key in ("batch_size", "label_smoothing")]
    search.run()
    assert len(search.trials) == 4


def test_without_budget_for_a_pass_the_base_is_the_best() -> None:
    search = make_search(Trainings(), 80.0)
    assert search.run() is search.base
    assert len(search.trials) == 1


def test_seed_of_the_search_changes_the_proposals(finished: tuple[Search, Trainings]) -> None:
    other = make_search(Trainings(), 300.0, seed=1)
    other.run()
    first = finished[0].trials[1 : len(other.trials)]
    assert [trial.values for trial in other.trials[1:]] != [trial.values for trial in first]


def test_sentences_name_each_training(finished: tuple[Search, Trainings]) -> None:
    lines: list[str] = []
    trainings = Trainings()
    make_search(trainings, 300.0, report=lines.append).run()
    assert sum("validation accuracy" in line for line in lines) == len(trainings.asked)
    assert np.all(["\n" not in line for line in lines])
