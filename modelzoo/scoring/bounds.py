"""Bounds: the models or the fixed values that each criterion is normalized over."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.senses import BoolArray, FloatArray


def reference_of(
    table: DecisionTable, ranked: DecisionTable, profile: Profile, source: DecisionTable | None
) -> DecisionTable:
    """Return the table whose values each criterion is normalized over.

    Parameters
    ----------
    ranked : the rows of the table that are ranked
    source : the table of the source that the bounds are from, where the profile names one

    Raises
    ------
    ZooError
        If no model has a value for a criterion.
    """
    if source is not None:
        reference = source
    elif isinstance(profile.bounds, dict):
        reference = msgspec.structs.replace(table, values=_fixed(table, profile.bounds))
    else:
        reference = ranked if profile.bounds == "ranked" else table
    for criterion, low in zip(table.criteria, reference.bounds[0], strict=True):
        if np.isnan(low):
            who = "no model" if source is None else f"no model of {profile.bounds_source}, whose bounds were asked for,"
            raise ZooError(
                f"{who} has a value for {criterion.key}; name a source that has it, or rank by something else"
            )
    return reference


def usable(table: DecisionTable, maximize: BoolArray, profile: Profile) -> DecisionTable:
    """Return the table without the values that the normalization cannot take: no bound is made of them."""
    outside = _outside(table, maximize, profile)
    return msgspec.structs.replace(table, values=np.where(outside, np.nan, table.values)) if outside.any() else table


def check_range(table: DecisionTable, maximize: BoolArray, profile: Profile) -> None:
    """Refuse values that the normalization cannot take; the message names model and criterion."""
    method = normalize.METHODS[profile.normalize]
    for row, column in np.argwhere(_outside(table, maximize, profile)):
        criterion, value = table.criteria[column], table.values[row, column]
        zero = value == 0 and not method.logarithmic
        raise ZooError(
            f"{table.names[row]} has {value:g} for {criterion.key}; expected more than 0"
            f"{'' if zero or method.logarithmic else ', or 0'}, as `normalize` {profile.normalize} goes by ratios"
            f"{' and less of it is better' if zero else ''}; normalize by min-max, or leave the model out"
        )


def check_finite(table: DecisionTable, normalized: FloatArray, values: FloatArray) -> None:
    """Refuse values whose normalization overflowed; the message names model and criterion."""
    for row, column in np.argwhere(~np.isfinite(normalized) & ~np.isnan(values)):
        name, key = table.names[int(row)], table.criteria[column].key
        raise ZooError(
            f"{name} has {values[row, column]:g} for {key}, at the ends of what a number can be, and cannot be "
            "normalized so; give it in another unit, or normalize by min-max or rank"
        )


def _outside(table: DecisionTable, maximize: BoolArray, profile: Profile) -> BoolArray:
    """Return which values the normalization cannot take, (n_models, n_criteria); without models if it takes all."""
    method = normalize.METHODS[profile.normalize]
    # Every method takes the numbers above 0.
    return method.outside(table.values if (table.bounds[0] <= 0).any() else table.values[:0], maximize)


def _fixed(table: DecisionTable, bounds: dict[str, tuple[float, float]]) -> NDArray[np.float64]:
    values = np.full((max(len(table.values), 2), len(table.criteria)), np.nan)
    for column, criterion in enumerate(table.criteria):
        known = bounds.get(criterion.key, table.values[:, column])
        values[: len(known), column] = known
    return values
