"""Which models of a leaderboard cannot be told apart in accuracy, by letters that they share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, count
from string import ascii_letters

from modelzoo.runs.correctness import AnswerSheet, tested_runs
from modelzoo.runs.measured import Measured
from modelzoo.statistics.multiple import alike_groups
from modelzoo.statistics.pairs import adjusted_p_values, of_recipes

# Two are told apart where chance would part equal ones more rarely.
LEVEL = 0.05


@dataclass(frozen=True)
class Ties:
    """By slug the letters of each model that shares one with another, and how that was found out."""

    letters: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def find_ties(models: Sequence[Measured], sheet: AnswerSheet | None) -> Ties:
    """Letters for the models of one protocol: those that share one cannot be told apart in accuracy.

    By a test on the same images where both keep their predictions, else by whether their intervals overlap.
    """
    ordered = sorted(models, key=lambda model: (-model.accuracy, model.slug))
    tested = [model for model in ordered if sheet is not None and sheet.holds(model.runs)]
    parted, test = _tested(tested, sheet)
    apart, by_interval = [], False
    for (place, better), (other, worse) in combinations(enumerate(ordered), 2):
        told = parted.get((better.slug, worse.slug))
        by_interval |= told is None
        if told or (told is None and worse.accuracy_high < better.accuracy_low):
            apart.append((place, other))
    shared = [group for group in alike_groups(len(ordered), apart) if len(group) > 1]
    if not shared:
        return Ties()
    letters = {
        model.slug: "".join(letter for letter, group in zip(_letters(), shared, strict=False) if place in group)
        for place, model in enumerate(ordered)
    }
    return Ties({slug: own for slug, own in letters.items() if own}, _note(test, by_interval))


def _letters() -> Iterator[str]:
    """a, b … Z; from the 53rd on with a number, a2, b2 …, as many as are asked for."""
    yield from ascii_letters
    for round_ in count(2):
        yield from (f"{letter}{round_}" for letter in ascii_letters)


def _tested(models: Sequence[Measured], sheet: AnswerSheet | None) -> tuple[dict[tuple[str, str], bool], str]:
    """Of each pair whether the test tells it apart, and the test in words."""
    if sheet is None or len(models) < 2:
        return {}, ""
    runs = tested_runs(models)
    answers = [sheet.right(each) for each in runs]
    adjusted = adjusted_p_values(answers)
    parted = {(models[one].slug, models[other].slug): p < LEVEL for (one, other), p in adjusted.items()}
    if of_recipes(answers):
        return parted, "t test over seeds and test images"
    several = any(len(model.runs) > 1 for model in models)
    seed = f", of seed {runs[0][0].seed}" if several and len({each[0].seed for each in runs}) == 1 else ""
    return parted, f"McNemar's mid-p test on the same {len(sheet.labels):,} images{seed}"


def _note(test: str, by_interval: bool) -> str:
    how = f"{test}, adjusted by Holm, level {LEVEL:.0%}".replace("%", " %") if test else "their intervals overlap"
    if test and by_interval:
        how += "; where a run keeps no predictions, their intervals overlap"
    return f"Tie: models that share a letter cannot be told apart in accuracy ({how})."
