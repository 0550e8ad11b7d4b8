"""Conditions on values: ``params<10M and gpu<=8``, numbers joined by `and`, nothing more."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base.text import quote
from modelzoo.catalog.criteria import Criterion, criterion
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.keys import KEY, split, unquoted
from modelzoo.catalog.printed_value import read_value
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog

_COMPARE: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_PART = re.compile(rf"({KEY})\s*(<=|>=|!=|==|=|<|>)\s*(\S+)")
_AND = r"\s+and\s+"
_PLAIN = Criterion("", "", "", None)
_EXAMPLE = 'as in "params<10M and gpu<=8"'


class Condition(msgspec.Struct, frozen=True):
    """One comparison of a criterion with a number."""

    key: str
    op: str
    number: float

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return where the condition holds; a missing value (NaN) meets no condition."""
        return _COMPARE[self.op](values, self.number) & ~np.isnan(values)


def parse(where: str | Sequence[Condition], criteria: Mapping[str, Criterion] | None = None) -> tuple[Condition, ...]:
    """Parse the conditions of ``key op number and …``; numbers may end in K, M or B. Keep parsed conditions.

    A key with blanks or punctuation is in double quotes.

    Parameters
    ----------
    criteria : the keys must be among them and the numbers in their units (``top1>0.7`` is refused); None for any key

    Raises
    ------
    ZooError
        If a part is not such a comparison.
    """
    if not isinstance(where, str):
        return tuple(where)
    return tuple(_parse_part(part, criteria) for part in split(where, _AND))


def _parse_part(part: str, criteria: Mapping[str, Criterion] | None) -> Condition:
    match = _PART.fullmatch(part)
    if match is None:
        raise ZooError(f"condition {quote(part)} is not understood; expected `key op number` joined by and, {_EXAMPLE}")
    key, op, number = unquoted(match[1]), match[2], match[3]
    item = _PLAIN if criteria is None else criterion(key, criteria)
    try:
        return Condition(key, op, read_value(number, item).value)
    except ZooError as error:
        raise ZooError(f"condition {quote(part)}: the number {error}; write it {_EXAMPLE}") from error


def met(table: DecisionTable, conditions: Sequence[Condition]) -> NDArray[np.bool_]:
    """Return which models meet every condition by the table's values, (n_models,)."""
    every = np.ones(len(table.slugs), dtype=bool)
    keys = [item.key for item in table.criteria]
    for condition in conditions:
        every &= condition.holds(table.values[:, keys.index(condition.key)])
    return every


def meeting(catalog: "Catalog", text: str, sources: Sequence[str] | None = None) -> NDArray[np.bool_]:
    """Return which models of the sources meet every condition of `text` by their values, (n_models,)."""
    conditions = parse(text, catalog.criteria)
    return met(catalog.table([condition.key for condition in conditions], sources), conditions)
