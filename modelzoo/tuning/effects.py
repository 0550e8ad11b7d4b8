"""The work after a search: the winner against the base with fresh seeds, and the effect of each lever."""

from math import sqrt

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from modelzoo.base.text import plural
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.statistics.paired import difference_interval, paired_table
from modelzoo.statistics.variance_components import FEWEST, compare_seeds
from modelzoo.statistics.welch import mean_difference
from modelzoo.tuning.costs import Ledger, Plan, Trained
from modelzoo.tuning.fields import changed, shown, value_of
from modelzoo.tuning.search import Search, Train, Trial
from modelzoo.tuning.space import Lever, Range


class Comparison(Struct, frozen=True, kw_only=True):
    """The winner against the base recipe, each trained with the same fresh seeds, on validation images.

    Accuracies are means in percent; the difference and its interval are in points. `spread` is the standard deviation
    of the seeds of one recipe, in points.
    """

    seeds: tuple[int, ...]
    epochs: int
    base_accuracy: float
    winner_accuracy: float
    spread: float
    difference: float
    low: float
    high: float
    p_value: float
    significant: bool


class Effect(Struct, frozen=True, kw_only=True):
    """One lever: its values, and the points of validation accuracy that it gave, with an interval.

    `points` is None where no trainings tell the effect apart; `evidence` says which ones do, or why none do.
    """

    lever: str
    base: str
    winner: str
    tried: tuple[str, ...]
    evidence: str
    points: float | None = None
    low: float | None = None
    high: float | None = None


def compare(
    base: Trial, winner: Trial, plan: Plan, *, train: Train, ledger: Ledger, seed: int, alpha: float
) -> Comparison | None:
    """Train base and winner with fresh seeds and the longest schedule, and compare them.

    None where the winner is the base, a training fails, or the budget has no room for two seeds each.
    """
    epochs, pairs = plan.schedule[-1], list[tuple[Trained, Trained]]()
    for fresh in range(seed + 1, seed + 1 + plan.seeds) if winner is not base else ():
        cost_s = sum(ledger.predict(epochs, trial.epoch_s) for trial in (base, winner))
        if cost_s > ledger.left_s:
            break
        results = [train(trial.recipe, epochs, fresh) for trial in (base, winner)]
        for result in results:
            ledger.add(result)
        first, second = results
        if not isinstance(first, Trained) or not isinstance(second, Trained):
            return None
        pairs.append((first, second))
    if len(pairs) < FEWEST:
        return None
    correct = [np.stack([pair[side].correct for pair in pairs]) for side in (0, 1)]
    test = compare_seeds(correct[1], correct[0], confidence=1 - alpha)
    return Comparison(
        seeds=tuple(range(seed + 1, seed + 1 + len(pairs))),
        epochs=epochs,
        base_accuracy=100 * float(correct[0].mean()),
        winner_accuracy=100 * float(correct[1].mean()),
        spread=100 * sqrt(float(np.mean([seeds.mean(axis=1).var(ddof=1) for seeds in correct]))),
        difference=test.difference,
        low=test.low,
        high=test.high,
        p_value=test.p,
        significant=test.p < alpha,
    )


def measure_effects(search: Search, winner: Trial, *, train: Train, confidence: float) -> tuple[Effect, ...]:
    """Return the effect of each lever.

    The winner is trained without each lever that it changed, which gets the base's value back. The schedule is the
    longest one for which the budget has room. Both are compared on the same images. Any other lever has a difference
    of means: of the trials with another value, and of those with the base's.
    """
    changes = [lever for lever in search.levers if not _same(lever, winner.recipe, search.base.recipe)]
    epochs = _affordable(search, winner, len(changes))
    return tuple(
        _without(search, winner, lever, epochs, train, confidence)
        if lever in changes
        else _contrast(search, winner, lever, confidence)
        for lever in search.levers
    )


def _same(lever: Lever, recipe: Recipe, base: Recipe) -> bool:
    return bool(value_of(recipe, lever.key) == value_of(base, lever.key))


def _affordable(search: Search, winner: Trial, trainings: int) -> int | None:
    """Return the longest schedule that the winner had, and with which so many trainings fit into the budget."""
    for epochs in reversed(search.plan.schedule):
        cost_s = trainings * search.ledger.predict(epochs, winner.epoch_s)
        if epochs in winner.trained and cost_s <= search.ledger.left_s:
            return epochs
    return None


def _without(
    search: Search, winner: Trial, lever: Lever, epochs: int | None, train: Train, confidence: float
) -> Effect:
    """Return the effect of a lever that the winner changed: of the winner, minus the winner without it."""
    effect = _effect(search, winner, lever)
    if epochs is None:
        return _unmeasured(effect, "the budget left no room for the winner without it")
    try:
        values = {lever.key: search.base.values[lever.key]}
        recipe = changed(winner.recipe, values)
    except ZooError as error:
        return _unmeasured(effect, f"the winner cannot be without it: {error}")
    known = next((trial.trained[epochs] for trial in search.trials if _is(trial, recipe, epochs)), None)
    result = known or train(recipe, epochs, search.seed)
    if known is None:
        search.ledger.add(result)
    if not isinstance(result, Trained):
        return _unmeasured(effect, f"the winner without it failed: {result.reason}")
    table = paired_table(winner.trained[epochs].correct, result.correct)
    low, high = difference_interval(table, confidence)
    return _measured(effect, (table.difference, low, high), f"winner without it, {plural(epochs, 'epoch')}")


def _is(trial: Trial, recipe: Recipe, epochs: int) -> bool:
    return trial.recipe == recipe and epochs in trial.trained


def _contrast(search: Search, winner: Trial, lever: Lever, confidence: float) -> Effect:
    """Return the effect of other values of a lever that the winner left alone, over trials of the first schedule."""
    effect, epochs = _effect(search, winner, lever), search.plan.schedule[0]
    groups: tuple[list[float], list[float]] = ([], [])
    for trial in search.trials:
        if epochs in trial.trained:
            groups[_same(lever, trial.recipe, search.base.recipe)].append(trial.trained[epochs].accuracy)
    other, same = groups
    if min(len(other), len(same)) < FEWEST:
        counts = f"{plural(len(other), 'trial')} with another value, {len(same)} with the base's"
        return _unmeasured(effect, counts)
    counts = f"{len(other)} trials with another value, {len(same)} with the base's, {plural(epochs, 'epoch')}"
    return _measured(effect, mean_difference(other, same, confidence), counts)


def _effect(search: Search, winner: Trial, lever: Lever) -> Effect:
    key = lever.key
    tried = dict.fromkeys(shown(key, value_of(trial.recipe, key)) for trial in search.trials if trial.trained)
    base, won = (shown(key, value_of(trial.recipe, key)) for trial in (search.base, winner))
    ranged = isinstance(lever.values, Range) and len(tried) > 1
    return Effect(
        lever=key,
        base=base,
        winner=won,
        tried=(f"{len(tried)} values in {lever.values}",) if ranged else tuple(tried),
        evidence="",
    )


def _unmeasured(effect: Effect, reason: str) -> Effect:
    return _measured(effect, (None, None, None), f"not measured: {reason}")


def _measured(effect: Effect, values: tuple[float, float, float] | tuple[None, None, None], evidence: str) -> Effect:
    points, low, high = values
    return replace(effect, points=points, low=low, high=high, evidence=evidence)
