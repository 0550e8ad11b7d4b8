"""Ties: models of a leaderboard whose accuracies are not significantly different, marked by shared letters."""

from collections.abc import Iterator, Sequence
from itertools import combinations, count
from string import ascii_letters

from msgspec import Struct

from modelzoo.runs.correctness import Correctness, tested_runs
from modelzoo.runs.measured import MeasuredModel
from modelzoo.statistics.multiple import letter_groups
from modelzoo.statistics.pairs import adjusted_p_values, compares_recipes

LEVEL = 0.05


class Ties(Struct, frozen=True):
    """The letters of each model that shares a letter with another one, by slug, and a note on the test."""

    letters: dict[str, str] = {}
    note: str = ""


def find_ties(models: Sequence[MeasuredModel], correctness: Correctness | None) -> Ties:
    """Return letters for the models of one protocol: models that share one are not significantly different.

    Two models are tested on the same images if both keep their predictions. Otherwise they differ if their intervals
    do not overlap; intervals that touch in one point overlap.
    """
    ordered = sorted(models, key=lambda model: (-model.accuracy, model.slug))
    tested = [model for model in ordered if correctness is not None and correctness.covers(model.runs)]
    significance, test = _significance(tested, correctness)
    different, by_interval = [], False
    for (first, better), (second, worse) in combinations(enumerate(ordered), 2):
        significant = significance.get((better.slug, worse.slug))
        if significant is None:
            by_interval = True
            significant = worse.accuracy_high < better.accuracy_low
        if significant:
            different.append((first, second))
    every = letter_groups(len(ordered), different)
    if ordered and not every:
        return Ties(note="Tie: the models form too many groups for letters; `zoo compare` tests models pair by pair.")
    groups = [group for group in every if len(group) > 1]
    if not groups:
        return Ties()
    letters = {
        model.slug: "".join(letter for letter, group in zip(_letters(), groups, strict=False) if index in group)
        for index, model in enumerate(ordered)
    }
    return Ties({slug: text for slug, text in letters.items() if text}, _note(test, by_interval))


def _letters() -> Iterator[str]:
    """Yield a, b … Z, then with a number from the 53rd on: a2, b2 …"""
    yield from ascii_letters
    for number in count(2):
        yield from (f"{letter}{number}" for letter in ascii_letters)


def _significance(
    models: Sequence[MeasuredModel], correctness: Correctness | None
) -> tuple[dict[tuple[str, str], bool], str]:
    """Return whether each pair is significantly different, and the name of the test."""
    if correctness is None or len(models) < 2:
        return {}, ""
    runs = tested_runs(models)
    correct = [correctness.correct(of_model) for of_model in runs]
    significance = {
        (models[first].slug, models[second].slug): p < LEVEL
        for (first, second), p in adjusted_p_values(correct).items()
    }
    if compares_recipes(correct):
        return significance, "t test over seeds and test images"
    several = any(len(model.runs) > 1 for model in models)
    seeds = {of_model[0].record.seed for of_model in runs}
    seed = f", of seed {min(seeds)}" if several and len(seeds) == 1 else ""
    return significance, f"McNemar's mid-p test on the same {len(correctness.labels):,} images{seed}"


def _note(test: str, by_interval: bool) -> str:
    method = f"{test}, adjusted by Holm, level {100 * LEVEL:g} %" if test else "their intervals overlap"
    if test and by_interval:
        method += "; where a run keeps no readable predictions, their intervals overlap"
    return f"Tie: models that share a letter are not significantly different in accuracy ({method})."
