"""What figures are normalized over: all models, the ranked ones, another source's, or fixed bounds."""

import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.senses import BoolArray, FloatArray


def reference_of(table: DecisionTable, kept: BoolArray, profile: Profile, other: DecisionTable | None) -> FloatArray:
    """The matrix that each criterion is normalized over, of as many rows as it takes, NaN where there are fewer.

    Parameters
    ----------
    kept : which models of the table are ranked
    other : the table of the source that the bounds are from, where the profile names one

    Raises
    ------
    ZooError
        If there is no value for a criterion at all.
    """
    if other is not None:
        values = other.values
    elif isinstance(profile.bounds, dict):
        values = _fixed(table, profile.bounds)
    else:
        values = table.values[kept] if profile.bounds == "ranked" else table.values
    for criterion, column in zip(table.criteria, values.T, strict=True):
        if np.isnan(column).all():
            who = "no model" if other is None else f"no model of {profile.bounds_source}, whose bounds were asked for,"
            raise ZooError(
                f"{who} has a value for {criterion.key}; name a source that has it, or rank by something else"
            )
    return values


def refuse_outside(table: DecisionTable, values: FloatArray, maximize: BoolArray, profile: Profile) -> None:
    """Refuse figures that the normalization cannot take; the message names model and criterion."""
    method = normalize.METHODS[profile.normalize]
    for row, column in np.argwhere(method.outside(values, maximize)):
        criterion, value = table.criteria[column], values[row, column]
        zero = value == 0 and not method.logarithmic
        raise ZooError(
            f"{table.names[row]} has {value:g} for {criterion.key}; expected more than 0"
            f"{'' if zero or method.logarithmic else ', or 0'}, as `normalize` {profile.normalize} goes by ratios"
            f"{' and less of it is better' if zero else ''}; normalize by min-max, or leave the model out"
        )


def refuse_overflow(table: DecisionTable, rows: NDArray[np.intp], normalized: FloatArray, values: FloatArray) -> None:
    """Refuse what the normalization made no finite number of; `rows` are the table's of the other two arrays."""
    for row, column in np.argwhere(~np.isfinite(normalized) & ~np.isnan(values)):
        name, key = table.names[int(rows[row])], table.criteria[column].key
        raise ZooError(
            f"{name} has {values[row, column]:g} for {key}, at the ends of what a number can be, and cannot be "
            "normalized so; give it in another unit, or normalize by min-max or rank"
        )


def _fixed(table: DecisionTable, bounds: dict[str, tuple[float, float]]) -> FloatArray:
    values = np.full((max(len(table.values), 2), len(table.criteria)), np.nan)
    for column, criterion in enumerate(table.criteria):
        known = bounds.get(criterion.key, table.values[:, column])
        values[: len(known), column] = known
    return values
