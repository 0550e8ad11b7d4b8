"""What a reader should know before trusting a criterion: it tells too few models apart, or too small a difference."""

from collections.abc import Sequence

import numpy as np

from modelzoo.catalog.catalog import DecisionTable
from modelzoo.catalog.criteria import Criterion
from modelzoo.scoring import aggregate, normalize
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.senses import FloatArray

# A criterion tells few models apart where more than this share of them …
CROWD = 0.5
# … lies within so much of its scale of 1: weighed alike, it decides no more among them than a tenth of another one.
HEAP = 0.1
# Of evenly spread models, so many do by chance in 8 % of rankings of five, in 0.5 % of rankings of eight.
FEWEST = 8
# Published figures have about three digits: a range of less than 1 % of their size is ten steps of rounding at most.
TINY = 0.01


def cautions(
    table: DecisionTable,
    profile: Profile,
    *,
    reference: FloatArray,
    given: FloatArray,
    values: FloatArray,
    normalized: FloatArray,
) -> list[str]:
    """The warnings about the criteria, a sentence each.

    Parameters
    ----------
    reference : (n_reference, n_criteria), what was normalized over
    given, values, normalized : (n_ranked, n_criteria) of the ranked models: as they are, NaN where missing; with what
        stands in for missing ones; and normalized
    """
    low, high = normalize.bounds_of(reference)
    return [
        *_equal(table.criteria, profile, low, high),
        *_beyond(table.criteria, profile, values, low, high),
        *_crowded(table.criteria, profile, np.where(np.isnan(given), np.nan, normalized), low, high),
        *_blown_up(table.criteria, profile, low, high),
        *_unequal(profile, given),
    ]


def _equal(criteria: Sequence[Criterion], profile: Profile, low: FloatArray, high: FloatArray) -> list[str]:
    gives = "gives 1 to each and " if normalize.METHODS[profile.normalize].span else ""
    equal = [criterion.key for criterion, least, most in zip(criteria, low, high, strict=True) if least == most]
    return [f"all models have the same {key}; it {gives}moves no rank" for key in equal]


def _beyond(
    criteria: Sequence[Criterion], profile: Profile, values: FloatArray, low: FloatArray, high: FloatArray
) -> list[str]:
    if not normalize.METHODS[profile.normalize].unit:
        return []
    beyond = ((values < low) | (values > high)).sum(axis=0)
    return [
        f"{count} model{'s' if count > 1 else ''} outside the bounds of {criterion.key}, {criterion.show(least)} to "
        f"{criterion.show(most)}; counted as at the bound"
        for criterion, count, least, most in zip(criteria, beyond, low, high, strict=True)
        if count
    ]


def _crowded(
    criteria: Sequence[Criterion], profile: Profile, normalized: FloatArray, low: FloatArray, high: FloatArray
) -> list[str]:
    method = normalize.METHODS[profile.normalize]
    # The other methods go by ratios, by order, or by a spread that they measure themselves.
    if not (method.crowds and aggregate.METHODS[profile.aggregate].additive):
        return []
    said = []
    for criterion, column, least, most in zip(criteria, normalized.T, low, high, strict=True):
        known = np.sort(column[~np.isnan(column)])
        count, start = fullest(known, HEAP)
        if len(known) >= FEWEST and count > CROWD * len(known) and least < most:
            said.append(
                f"{criterion.key} tells few models apart: {count} of {len(known)} lie within a tenth of its scale, at "
                f"{known[start]:.2f} to {known[start + count - 1]:.2f}, since it runs from {criterion.show(least)} to "
                f"{criterion.show(most)}; compare --normalize {method.instead}"
            )
    return said


def _blown_up(criteria: Sequence[Criterion], profile: Profile, low: FloatArray, high: FloatArray) -> list[str]:
    if not normalize.METHODS[profile.normalize].span:
        return []
    fixed = profile.bounds if isinstance(profile.bounds, dict) else {}
    said = []
    for criterion, least, most in zip(criteria, low, high, strict=True):
        # A year has no size that a difference could be small against.
        if criterion.key in fixed or criterion.unit == "year":
            continue
        if 0 < most - least < TINY * max(abs(least), abs(most)):
            said.append(
                f"{criterion.key} only runs from {criterion.show(least)} to {criterion.show(most)}, less than 1 % of "
                f"its size, and {profile.normalize} stretches that to the whole scale; fix its bounds in a profile, "
                "or weigh it less"
            )
    return said


def _unequal(profile: Profile, given: FloatArray) -> list[str]:
    count = int(np.isnan(given).any(axis=1).sum())
    if profile.missing != "renormalize" or not count:
        return []
    return [
        f"{count} of {len(given)} models are scored without some of the criteria, and may lead by what they lack; "
        "--missing bounds shows what that leaves open"
    ]


def fullest(ordered: FloatArray, width: float) -> tuple[int, int]:
    """How many of the ascending values lie in the fullest window of that width, and where it starts; 0 of none."""
    if not len(ordered):
        return 0, 0
    counts = np.searchsorted(ordered, ordered + width, side="right") - np.arange(len(ordered))
    start = int(counts.argmax())
    return int(counts[start]), start
