"""Figures known only within intervals: which ranks each model can then have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace

from modelzoo.catalog.catalog import Catalog, DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import TOLERANCE, possible_ranks

# Normalizations that take nothing from other models but the bounds: with these fixed, a better figure never lowers a
# score, and never moves another model's.
BY_BOUNDS = ("min-max", "log-min-max")


ROUNDING = "its rounding"
MEASURED = "its measured interval (accuracy: 95 %; latency: from p50 by as much as to p90; others exact)"
_WITHIN = "expected key:half the width of its interval, in its unit, as in latency:0.3,accuracy:0.5"


@dataclass(frozen=True)
class Ends:
    """Each model's normalized figures at the worse and at the better end of their intervals, bounds as they stand."""

    pessimistic: FloatArray
    optimistic: FloatArray


def read_within(text: str) -> dict[str, float]:
    """By how much the figures of each criterion may be off, from ``latency:0.3,accuracy:0.5``."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, _, width = (word.strip() for word in part.partition(":"))
        try:
            found[key] = float(width)
        except ValueError:
            raise ZooError(f"within {part!r} is not understood; {_WITHIN}") from None
    return found


def within_in_words(table: DecisionTable, within: Mapping[str, float] | None) -> str:
    """How far figures were taken to be off: the rounding, what was measured, or what was stated."""
    usual = ROUNDING if table.within is None else MEASURED
    stated = ", ".join(f"{key} {width:g}" for key, width in (within or {}).items())
    return f"what was stated ({stated}), else {usual}" if stated else usual


def half_widths(data: Any, table: DecisionTable, within: Mapping[str, float] | None = None) -> FloatArray:
    """By how much each figure of the table may be off: what it is said to be off by, or half a unit of its last digit.

    Only a catalog's figures have digits, and only measured ones say it themselves; a figure of other data is taken as
    exact unless `within` has its criterion.

    Parameters
    ----------
    within : half the width of every interval of a criterion, in its unit

    Returns
    -------
    (n_models, n_criteria), 0 for missing figures
    """
    within = within or {}
    keys = [criterion.key for criterion in table.criteria]
    for key, width in within.items():
        if key not in keys or not 0 <= width < np.inf:
            raise ZooError(f"within is {key}: {width}; expected half a width of 0 or more, of one of {', '.join(keys)}")
    widths = np.zeros(table.values.shape)
    for (row, column), origin in np.ndenumerate(table.origins):
        if keys[column] in within:
            widths[row, column] = within[keys[column]]
        elif table.within is not None:
            widths[row, column] = np.nan_to_num(table.within[row, column])
        elif origin >= 0 and isinstance(data, Catalog):
            figures = data.sources[table.sources[origin]].rows
            widths[row, column] = figures[table.slugs[row]][keys[column]].resolution
    return widths


def ends(table: DecisionTable, widths: FloatArray, ranking: Ranking) -> Ends | None:
    """The models of the ranking at both ends of their figures' intervals; None where its normalization has no bounds.

    Bounds stay as they are in the ranking, and a figure beyond them counts as at them. A criterion that all models
    share keeps giving 1 to each.
    """
    if ranking.profile.normalize not in BY_BOUNDS:
        return None
    differing = np.array([item.low < item.high for item in ranking.criteria])
    signs = np.array([1.0 if item.sense == "max" else -1.0 for item in ranking.criteria])
    moves = signs * differing * widths[:, : len(signs)]
    return Ends(_normalized(table, -moves, ranking), _normalized(table, moves, ranking))


def _normalized(table: DecisionTable, moves: FloatArray, ranking: Ranking) -> FloatArray:
    """The normalized figures of the ranking's entries after the moves."""
    count = len(ranking.criteria)
    low, high = np.array([(item.low, item.high) for item in ranking.criteria]).T
    moved = replace(
        table,
        criteria=table.criteria[:count],
        values=np.asfortranarray(np.clip(table.values[:, :count] + moves, low, high)),
        origins=table.origins[:, :count],
    )
    profile = replace(
        ranking.profile,
        bounds={item.key: (item.low, item.high) for item in ranking.criteria if item.low < item.high} or "all",
        missing="drop" if ranking.profile.missing == "error" else ranking.profile.missing,
    )
    found = {entry.slug: entry.normalized for entry in rank(moved, profile=profile).entries}
    return np.array([[found[entry.slug][item.key] for item in ranking.criteria] for entry in ranking.entries])


def ranks_within(ends: Ends, ranking: Ranking) -> list[tuple[int, int]]:
    """The best and the worst rank of each entry by the weighted sum, while every figure is anywhere in its interval."""
    weights = np.array([item.weight for item in ranking.criteria])
    highest, lowest = possible_ranks(ends.pessimistic @ weights, ends.optimistic @ weights, TOLERANCE * len(weights))
    return [(int(best), int(worst)) for best, worst in zip(highest, lowest, strict=True)]
