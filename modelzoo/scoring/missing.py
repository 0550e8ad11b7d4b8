"""Who is ranked and who is not: conditions that are not met, and values that are missing."""

from collections.abc import Sequence

import numpy as np

from modelzoo.catalog.catalog import DecisionTable
from modelzoo.catalog.filters import Condition
from modelzoo.errors import ZooError
from modelzoo.scoring.profile import Missing
from modelzoo.scoring.senses import BoolArray, FloatArray


def reasons_out(
    whole: DecisionTable, table: DecisionTable, conditions: Sequence[Condition], missing: Missing
) -> list[str]:
    """For each model, why it is not ranked; empty where it is.

    Parameters
    ----------
    whole : with the criteria of the conditions
    table : with the criteria ranked by, of the same models

    Raises
    ------
    ZooError
        If nobody is left, or a model that meets the conditions has a gap and `missing` is "error".
    """
    reasons = _unmet(whole, conditions)
    met = np.array([not reason for reason in reasons], dtype=bool)
    absent = np.isnan(table.values)
    # Of a model without any value, nothing can be said but that it may stand anywhere.
    gaps = absent.any(axis=1) if missing in ("drop", "error") else absent.all(axis=1)
    if missing in ("drop", "error", "renormalize", "bounds"):
        _refuse_gaps(table, met & gaps, missing)
        for row in np.flatnonzero(met & gaps):
            reasons[row] = f"no value for {', '.join(gaps_of(table, int(row)))}"
    if all(reasons):
        raise ZooError(_nothing_left(table, reasons, some_met=bool(met.any())))
    return reasons


def filled(values: FloatArray, low: FloatArray, high: FloatArray, maximize: BoolArray) -> FloatArray:
    """The values, with the worse bound of its criterion where one is missing."""
    return np.where(np.isnan(values), np.where(maximize, low, high), values)


def gaps_of(table: DecisionTable, row: int) -> list[str]:
    """The criteria that the model has no value for."""
    return [
        criterion.key for criterion, value in zip(table.criteria, table.values[row], strict=True) if np.isnan(value)
    ]


def _unmet(table: DecisionTable, conditions: Sequence[Condition]) -> list[str]:
    """For each model, which condition leaves it out and by which value; empty where it meets them all."""
    reasons = [""] * len(table.slugs)
    places = {criterion.key: place for place, criterion in enumerate(table.criteria)}
    for condition in conditions:
        criterion, values = table.criteria[places[condition.key]], table.values[:, places[condition.key]]
        number = criterion.show(condition.number)
        for row in np.flatnonzero(~condition.holds(values)):
            found = "no value" if np.isnan(values[row]) else criterion.show(values[row])
            reasons[row] = reasons[row] or f"not {condition.key}{condition.op}{number}: {found}"
    return reasons


def _refuse_gaps(table: DecisionTable, gaps: BoolArray, missing: Missing) -> None:
    if missing == "error" and gaps.any():
        row = int(np.argmax(gaps))
        raise ZooError(
            f"{int(gaps.sum())} of {len(gaps)} models lack a value: {table.names[row]}, for one, has none for "
            f"{', '.join(gaps_of(table, row))}; leave such models out with drop, or add a source that has them"
        )


def _nothing_left(table: DecisionTable, reasons: Sequence[str], *, some_met: bool) -> str:
    if not table.slugs:
        return "there are no models to rank; expected at least one row"
    sources = f" in {', '.join(table.sources)}" if table.sources else ""
    # Where some met them, or there are none, it is figures that are missing.
    advice = "name a source that has the figures, or loosen the conditions"
    if not some_met:
        advice = "loosen the conditions (counts are written as 20M)"
    return (
        f"none of {len(table.slugs)} models{sources} can be ranked: {table.names[0]}, for one, has {reasons[0]}; "
        f"{advice}"
    )
