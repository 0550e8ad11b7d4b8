"""Exclusion: models that a condition or a missing value keeps out of the ranking."""

from collections.abc import Sequence

import msgspec
import numpy as np

from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.filters import Condition, met
from modelzoo.errors import ZooError
from modelzoo.scoring.profile import Missing
from modelzoo.scoring.senses import BoolArray

# Models that a table names for one reason; sources with thousands of them can be imported.
_NAMED = 50


class Excluded(msgspec.Struct, frozen=True):
    """A model that is not ranked, and the reason."""

    slug: str
    name: str
    reason: str


def ranked_of(
    whole: DecisionTable, table: DecisionTable, conditions: Sequence[Condition], missing: Missing
) -> DecisionTable:
    """Return the rows of the table that are ranked.

    Parameters
    ----------
    whole : with the criteria of the conditions
    table : with the criteria ranked by, of the same models

    Raises
    ------
    ZooError
        If no model is left, or a model that meets the conditions lacks a value and `missing` is "error".
    """
    if len(table.names) and not conditions and not table.incomplete.any():
        return table
    meets = met(whole, conditions)
    lacking = meets & _lacking(table, missing)
    if missing == "error" and lacking.any():
        row = int(np.argmax(lacking))
        raise ZooError(
            f"{int(lacking.sum())} of {len(lacking)} models lack a value: {table.names[row]}, for one, has none for "
            f"{', '.join(missing_keys(table, row))}; leave these models out with drop, or add a source that has them"
        )
    ranked = meets & ~lacking
    if not ranked.any():
        raise ZooError(_nothing_left(whole, table, conditions, missing, some_met=bool(meets.any())))
    return table.rows(ranked)


def exclusions(
    whole: DecisionTable, table: DecisionTable, conditions: Sequence[Condition], missing: Missing
) -> tuple[Excluded, ...]:
    """Return the models that are not ranked, with the reasons; parameters as of `ranked_of`."""
    reasons: dict[int, str] = {}
    for condition in conditions:
        column = [criterion.key for criterion in whole.criteria].index(condition.key)
        criterion, values = whole.criteria[column], whole.values[:, column]
        number = criterion.show(condition.number)
        for row in np.flatnonzero(~condition.holds(values)).tolist():
            value = "no value" if np.isnan(values[row]) else criterion.show(values[row])
            reasons.setdefault(row, f"not {condition.key}{condition.op}{number}: {value}")
    for row in np.flatnonzero(_lacking(table, missing)).tolist():
        reasons.setdefault(row, f"no value for {', '.join(missing_keys(table, row))}")
    return tuple(Excluded(table.slugs[row], table.names[row], reason) for row, reason in sorted(reasons.items()))


def named(names: Sequence[str]) -> str:
    """Return the names in a row, the first of many."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more, which the JSON names" if more > 0 else "")


def notes_on_excluded(excluded: Sequence[Excluded]) -> list[str]:
    """Return the excluded models, a line for each reason."""
    grouped: dict[str, list[str]] = {}
    for item in excluded:
        # Models fail a condition by different values: the condition is the reason, the value belongs to the name.
        reason, _, value = item.reason.partition(": ")
        grouped.setdefault(reason, []).append(f"{item.name} ({value})" if value else item.name)
    head = [f"Left out, {len(excluded)}:"] if grouped else []
    return head + [f"{reason}: {named(names)}" for reason, names in grouped.items()]


def missing_keys(table: DecisionTable, row: int) -> list[str]:
    """Return the criteria that the model has no value for."""
    return [
        criterion.key for criterion, value in zip(table.criteria, table.values[row], strict=True) if np.isnan(value)
    ]


def _lacking(table: DecisionTable, missing: Missing) -> BoolArray:
    """Return which models lack the values that a ranked one must have."""
    absent = np.isnan(table.values)
    lacking = np.zeros(len(absent), dtype=bool)
    if missing in ("drop", "error"):
        absent.any(axis=1, out=lacking)
    # A model without any value may have every rank.
    elif missing in ("renormalize", "bounds"):
        absent.all(axis=1, out=lacking)
    return lacking


def _nothing_left(
    whole: DecisionTable, table: DecisionTable, conditions: Sequence[Condition], missing: Missing, *, some_met: bool
) -> str:
    if not len(table.names):
        return "there are no models to rank; expected at least one row"
    sources = f" in {', '.join(table.sources)}" if table.sources else ""
    first = exclusions(whole.rows([0]), table.rows([0]), conditions, missing)[0]
    # Where a model met the conditions, values are missing.
    advice = "name a source that has the values, or loosen the conditions"
    if not some_met:
        advice = "loosen the conditions (counts are written as 20M)"
    return (
        f"none of {len(table.names)} models{sources} can be ranked: {first.name}, for one, has {first.reason}; {advice}"
    )
