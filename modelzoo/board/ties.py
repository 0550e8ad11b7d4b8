"""Ties: models of a leaderboard whose accuracies are not significantly different, marked by shared letters."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, count, pairwise
from math import comb
from string import ascii_letters

from msgspec import Struct

from modelzoo.runs.correctness import Correctness, tested_runs
from modelzoo.runs.measured import MeasuredModel
from modelzoo.runs.run import Run
from modelzoo.statistics.multiple import letter_groups
from modelzoo.statistics.paired import BoolArray, images_needed, paired_table
from modelzoo.statistics.pairs import adjusted_p_values, compares_recipes

LEVEL = 0.05


class Separation(Struct, frozen=True):
    """Two tied models, neighbors in accuracy, by slug, and the further test images that would separate them.

    `images` is None where both are equally accurate, where no McNemar test compared them, or where seeds count too.
    """

    first: str
    second: str
    images: int | None


class Ties(Struct, frozen=True):
    """The letters of each model that shares a letter with another one, by slug, and a note on the test.

    `separations` has the tied neighbors, the most accurate first.
    """

    letters: dict[str, str] = {}
    note: str = ""
    separations: tuple[Separation, ...] = ()


def find_ties(models: Sequence[MeasuredModel], correctness: Correctness | None) -> Ties:
    """Return letters for the models of one protocol: models that share one are not significantly different.

    Two models are tested on the same images if both keep their predictions. Otherwise they differ if their intervals
    do not overlap; intervals that touch in one point overlap.
    """
    ordered = sorted(models, key=lambda model: (-model.accuracy, model.slug))
    tested = [model for model in ordered if correctness is not None and correctness.covers(model.runs)]
    runs = dict(zip((model.slug for model in tested), tested_runs(tested), strict=True)) if len(tested) > 1 else {}
    correct = {slug: correctness.correct(of_model) for slug, of_model in runs.items()} if correctness else {}
    significance = _significance(correct)
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
    tied = [pair for pair in pairwise(range(len(ordered))) if pair not in different]
    return Ties(
        letters={slug: text for slug, text in letters.items() if text},
        note=_note(_test(tested, runs, correct), by_interval),
        separations=tuple(_separation(ordered[first].slug, ordered[second].slug, correct) for first, second in tied),
    )


def _letters() -> Iterator[str]:
    """Yield a, b … Z, then with a number from the 53rd on: a2, b2 …"""
    yield from ascii_letters
    for number in count(2):
        yield from (f"{letter}{number}" for letter in ascii_letters)


def _significance(correct: Mapping[str, BoolArray]) -> dict[tuple[str, str], bool]:
    """Return whether each pair of tested models is significantly different."""
    slugs = list(correct)
    p_values = adjusted_p_values(list(correct.values()))
    return {(slugs[first], slugs[second]): p < LEVEL for (first, second), p in p_values.items()}


def _separation(first: str, second: str, correct: Mapping[str, BoolArray]) -> Separation:
    """Return two tied models with the further test images on which McNemar's test would find them, with 80 % power.

    The level is the one of the smallest p-value of all pairs, as Holm's adjustment may ask for.
    """
    if first not in correct or second not in correct or compares_recipes(list(correct.values())):
        return Separation(first, second, None)
    table = paired_table(correct[first][0], correct[second][0])
    needed = images_needed(table, LEVEL / comb(len(correct), 2))
    return Separation(first, second, None if needed is None else needed - table.images)


def _test(
    models: Sequence[MeasuredModel], runs: Mapping[str, tuple[Run, ...]], correct: Mapping[str, BoolArray]
) -> str:
    """Return the name of the test; empty without one."""
    if not correct:
        return ""
    if compares_recipes(list(correct.values())):
        return "t test over seeds and test images"
    several = any(len(model.runs) > 1 for model in models)
    seeds = {of_model[0].record.seed for of_model in runs.values()}
    seed = f", of seed {min(seeds)}" if several and len(seeds) == 1 else ""
    images = next(iter(correct.values())).shape[1]
    return f"McNemar's mid-p test on the same {images:,} images{seed}"


def _note(test: str, by_interval: bool) -> str:
    method = f"{test}, adjusted by Holm, level {100 * LEVEL:g} %" if test else "their intervals overlap"
    if test and by_interval:
        method += "; where a run keeps no readable predictions, their intervals overlap"
    return f"Tie: models that share a letter are not significantly different in accuracy ({method})."
