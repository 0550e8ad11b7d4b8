"""Interval values: values known only within a half-width, and the ranks that they leave open."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from modelzoo.base.text import quote
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.keys import split, unquoted
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.rounding import TOLERANCE, are_equal
from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import possible_ranks

# Normalizations that use only the bounds of other models. With fixed bounds, a better value never lowers a score, and
# never changes another model's.
BY_BOUNDS = ("min-max", "log-min-max")

ROUNDING = "its rounding"
MEASURED = "its measured interval (accuracy: 95 %; latency: from p50 by as much as to p90; others exact)"
_WITHIN = "expected key:half the width of its interval, in its unit, as in latency:0.3,accuracy:0.5"


def parse_half_widths(text: str) -> dict[str, float]:
    """Parse the half-width of each criterion's interval from ``latency:0.3,accuracy:0.5``."""
    widths: dict[str, float] = {}
    for part in filter(None, split(text, ",")):
        key, *width = split(part, ":")
        try:
            widths[unquoted(key)] = float(":".join(width))
        except ValueError:
            raise ZooError(f"within {quote(part)} is not understood; {_WITHIN}") from None
    return widths


def describe_half_widths(table: DecisionTable, stated: Mapping[str, float] | None) -> str:
    """Describe the half-widths of the values: rounding, measured intervals, or stated ones."""
    usual = ROUNDING if table.within is None else MEASURED
    listed = ", ".join(f"{key} {width:g}" for key, width in (stated or {}).items())
    return f"what was stated ({listed}), else {usual}" if listed else usual


def half_widths(data: Any, table: DecisionTable, stated: Mapping[str, float] | None = None) -> FloatArray:
    """Return the half-width of each value's interval: stated, measured, or half a unit of the last digit.

    Only a catalog's values have digits, and only measured values have intervals. Other values are exact unless
    `stated` has their criterion.

    Parameters
    ----------
    stated : half-width of all values of a criterion, in its unit

    Returns
    -------
    (n_models, n_criteria), 0 for missing values
    """
    stated = stated or {}
    keys = [criterion.key for criterion in table.criteria]
    for key, width in stated.items():
        if key not in keys or not 0 <= width < np.inf:
            raise ZooError(f"within is {key}: {width}; expected half a width of 0 or more, of one of {', '.join(keys)}")
    if table.within is not None:
        widths = np.nan_to_num(table.within)
    else:
        widths = np.zeros(table.values.shape)
        if isinstance(data, Catalog):
            for row, column in np.argwhere(table.origins >= 0):
                values = data.sources[table.sources[table.origins[row, column]]].rows
                widths[row, column] = values[table.slugs[row]][keys[column]].resolution
    for key, width in stated.items():
        widths[:, keys.index(key)] = width
    return widths


def ranked_values(ranking: Ranking) -> DecisionTable:
    """Return the table of the ranked values, rows in the order of the ranking."""
    return ranking.scored.ranked.rows(ranking.rows)


def normalized_intervals(ranking: Ranking, widths: FloatArray) -> tuple[FloatArray, FloatArray] | None:
    """Return the (lower, upper) ends of the normalized values; None if the normalization does not go by bounds.

    Bounds stay as they are in the ranking, and a value beyond a bound counts as at the bound. A criterion with the same
    value for all models keeps 1 for each. A missing value has no interval.

    Parameters
    ----------
    widths : (n_models, n_criteria), half-widths of the ranking's values

    Returns
    -------
    two of (n_models, n_criteria)
    """
    if ranking.profile.normalize not in BY_BOUNDS:
        return None
    values, bounds = ranking.values, np.array([(item.low, item.high) for item in ranking.criteria]).T
    maximize = np.array([item.sense == "max" for item in ranking.criteria])
    moves = np.where(maximize, 1.0, -1.0) * np.where(are_equal(*bounds), 0.0, widths)

    def normalized(moved: FloatArray) -> FloatArray:
        clipped = np.clip(moved, bounds[0], bounds[1])
        placed = normalize.METHODS[ranking.profile.normalize](clipped, bounds, maximize)
        return np.where(np.isnan(values), ranking.normalized, placed)

    return normalized(values - moves), normalized(values + moves)


def rank_intervals(lower: FloatArray, upper: FloatArray, weights: FloatArray) -> list[tuple[int, int]]:
    """Return the best and the worst rank of each model by weighted sum, with values anywhere in their intervals.

    Parameters
    ----------
    lower, upper : (n_models, n_criteria), as `normalized_intervals` returns them
    weights : (n_criteria,)
    """
    best, worst = possible_ranks(lower @ weights, upper @ weights, TOLERANCE * len(weights))
    return list(zip(best.tolist(), worst.tolist(), strict=True))
