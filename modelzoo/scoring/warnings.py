"""Criterion warnings: a criterion that few models differ by, or differ by too little."""

from collections.abc import Sequence

import numpy as np

from modelzoo.catalog.criteria import Criterion
from modelzoo.scoring import aggregate, normalize
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.rounding import are_equal
from modelzoo.scoring.scores import Scores
from modelzoo.scoring.senses import FloatArray, IndexArray

# A criterion separates few models if more than this share of them is within HEAP on its scale of 1.
CROWD = 0.5
# Among models within this part of the scale, the criterion decides no more than a tenth of another criterion.
HEAP = 0.1
# More than half of evenly spread models are within HEAP by chance in 8 % of rankings of five. In rankings of eight it
# is 0.5 %.
FEWEST = 8
# Published values have about three digits. A range of less than 1 % of their size is ten steps of rounding at most.
TINY = 0.01
# The size of a random sample of models. Once in 10^9 samples a crowd of more than half of all models has less than
# 43 % of it.
_SAMPLE = 2048
_SAMPLE_CROWD = 0.43


def criterion_warnings(scores: Scores) -> list[str]:
    """Return the warnings about the criteria, a sentence each."""
    profile, criteria, (low, high) = scores.profile, scores.ranked.criteria, scores.reference.bounds
    return [
        *_equal(criteria, profile, low, high),
        *_beyond(scores, low, high),
        *_crowded(scores, low, high),
        *_blown_up(criteria, profile, low, high),
        *_unequal(profile, scores.ranked.values),
    ]


def _equal(criteria: Sequence[Criterion], profile: Profile, low: FloatArray, high: FloatArray) -> list[str]:
    gives = "gives 1 to each and " if normalize.METHODS[profile.normalize].span else ""
    equal = [criterion.key for criterion, same in zip(criteria, are_equal(low, high), strict=True) if same]
    return [f"all models have the same {key}; it {gives}moves no rank" for key in equal]


def _beyond(scores: Scores, low: FloatArray, high: FloatArray) -> list[str]:
    profile = scores.profile
    # Within the bounds of all models or of the ranked ones lies every model.
    if profile.bounds in ("all", "ranked") or not normalize.METHODS[profile.normalize].unit:
        return []
    values = scores.values()
    beyond = ((values < low) | (values > high)).sum(axis=0)
    return [
        f"{count} model{'s' if count > 1 else ''} outside the bounds of {criterion.key}, {criterion.show(least)} to "
        f"{criterion.show(most)}; counted as at the bound"
        for criterion, count, least, most in zip(scores.ranked.criteria, beyond, low, high, strict=True)
        if count
    ]


def _crowded(scores: Scores, low: FloatArray, high: FloatArray) -> list[str]:
    profile, criteria, count = scores.profile, scores.ranked.criteria, len(scores.ranked.names)
    method = normalize.METHODS[profile.normalize]
    # The other methods go by ratios, by order, or by a spread that they measure themselves.
    if not (method.crowds and aggregate.METHODS[profile.method].additive):
        return []
    columns = list(range(len(criteria)))
    if count > 2 * _SAMPLE:
        samples = _known(scores, np.random.default_rng(0).integers(count, size=_SAMPLE))
        columns = [
            column for column, values in enumerate(samples) if fullest(values, HEAP)[0] > _SAMPLE_CROWD * len(values)
        ]
    known = _known(scores) if columns else []
    warnings = []
    for column in columns:
        criterion, values = criteria[column], known[column]
        crowd, start = fullest(values, HEAP)
        if len(values) >= FEWEST and crowd > CROWD * len(values) and not are_equal(low[column], high[column]):
            warnings.append(
                f"{criterion.key} separates few models: {crowd} of {len(values)} lie within a tenth of its scale, at "
                f"{values[start]:.2f} to {values[start + crowd - 1]:.2f}, since it runs from "
                f"{criterion.show(low[column])} to {criterion.show(high[column])}; compare --normalize {method.instead}"
            )
    return warnings


def _known(scores: Scores, rows: IndexArray | slice = slice(None)) -> list[FloatArray]:
    """Return the normalized values of each criterion in ascending order, without replaced ones."""
    missing, normalized = np.isnan(scores.ranked.values[rows]), scores.parts(rows).normalized
    return [np.sort(column[~absent]) for column, absent in zip(normalized.T, missing.T, strict=True)]


def _blown_up(criteria: Sequence[Criterion], profile: Profile, low: FloatArray, high: FloatArray) -> list[str]:
    if not normalize.METHODS[profile.normalize].span:
        return []
    fixed = profile.bounds if isinstance(profile.bounds, dict) else {}
    warnings = []
    for criterion, least, most in zip(criteria, low, high, strict=True):
        # A year has no size that a difference could be small against.
        if criterion.key in fixed or criterion.unit == "year":
            continue
        if not are_equal(least, most) and most / 2 - least / 2 < TINY / 2 * max(abs(least), abs(most)):
            warnings.append(
                f"{criterion.key} only runs from {criterion.show(least)} to {criterion.show(most)}, less than 1 % of "
                f"its size, and {profile.normalize} stretches that to the whole scale; fix its bounds in a profile, "
                "or weigh it less"
            )
    return warnings


def _unequal(profile: Profile, values: FloatArray) -> list[str]:
    if profile.missing != "renormalize":
        return []
    count = int(np.isnan(values).any(axis=1).sum())
    if not count:
        return []
    return [
        f"{count} of {len(values)} models are scored without some of the criteria, and may lead by what they lack; "
        "--missing bounds shows what that leaves open"
    ]


def fullest(ordered: FloatArray, width: float) -> tuple[int, int]:
    """Return the count of the ascending values in the fullest window of that width, and its start; 0 of none."""
    if not len(ordered):
        return 0, 0
    counts = np.searchsorted(ordered, ordered + width, side="right") - np.arange(len(ordered))
    start = int(counts.argmax())
    return int(counts[start]), start
