"""Printed cells against arithmetic: every difference, and its kind."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from modelzoo.slides.deck import Computed
from modelzoo.slides.printed import NORMALIZED, SCORE, SCORED, TEXT, Cell, PrintedList, PrintedRow

Kind = Literal["rounded down", "swapped with a neighbor", "inherited", "other"]

_CENT = Decimal("0.01")


class Difference(msgspec.Struct, frozen=True):
    """A printed cell that differs from the arithmetic of its column.

    `printed` is the text of the cell and `value` its number; None if print has none. `computed` is unrounded; None
    if the catalog has no value.
    """

    table: str
    slug: str
    model: str
    column: str
    printed: str | None
    value: float | None
    computed: float | str | None
    kind: Kind

    @property
    def size(self) -> float | None:
        """Return the printed value minus the computed one."""
        if self.value is None or not isinstance(self.computed, float):
            return None
        return self.value - self.computed


def compared_cells(deck: Sequence[PrintedList], computed: Computed) -> list[tuple[PrintedList, PrintedRow, Cell]]:
    """Return the cells with a value in print or in the catalog.

    The scoring slide's marks of missing values are left out: 0 for a GPU time, blank for a Top-5.
    """
    return [
        (printed, row, cell)
        for printed in deck
        for row in printed.rows
        for cell in row.cells
        if not _is_gap(cell, row.slug, computed)
    ]


def differences(deck: Sequence[PrintedList], computed: Computed) -> Iterable[Difference]:
    """Yield the compared cells with a difference."""
    for printed, row, cell in compared_cells(deck, computed):
        if not agrees(cell, row.slug, computed):
            yield Difference(
                table=printed.table,
                slug=row.slug,
                model=computed.names[row.slug],
                column=cell.column,
                printed=cell.printed,
                value=cell.value,
                computed=_expected(cell, row.slug, computed),
                kind=_kind(deck, printed, row, cell, computed),
            )


def agrees(cell: Cell, slug: str, computed: Computed) -> bool:
    """Return whether print agrees: values and texts exactly, normalized cells and sums at two decimals."""
    expected = _expected(cell, slug, computed)
    if isinstance(expected, str):
        return cell.printed == expected
    if expected is not None and cell.value is not None and is_rounded(cell.column):
        return Decimal(str(cell.value)) == at_two_decimals(expected)
    return cell.value == expected


def is_rounded(column: str) -> bool:
    """Return whether the deck computed the column, to two decimals, and did not quote it."""
    return column == SCORE.key or column.endswith(NORMALIZED)


def at_two_decimals(value: float, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return the value at two decimals; twelve decimals come first, so that no binary tail decides a half."""
    return Decimal(f"{value:.12f}").quantize(_CENT, rounding)


def printed_parts(deck: Sequence[PrintedList]) -> Mapping[str, Mapping[str, Decimal]]:
    """Return the scoring slide's printed terms of each sum, by model and criterion."""
    parts: dict[str, dict[str, Decimal]] = {}
    for printed in deck:
        for row in printed.rows:
            for cell in row.cells:
                if cell.column.endswith(NORMALIZED) and cell.value is not None:
                    parts.setdefault(row.slug, {})[cell.column] = Decimal(str(cell.value))
    return parts


def _is_gap(cell: Cell, slug: str, computed: Computed) -> bool:
    if _expected(cell, slug, computed) not in (None, ""):
        return False
    return cell.printed is None or (cell.column.endswith(NORMALIZED) and cell.value == 0)


def _expected(cell: Cell, slug: str, computed: Computed) -> float | str | None:
    return computed.highlights["ko"][slug] if cell.column == TEXT else computed.value(cell.column, slug)


def _kind(deck: Sequence[PrintedList], printed: PrintedList, row: PrintedRow, cell: Cell, computed: Computed) -> Kind:
    expected = _expected(cell, row.slug, computed)
    if not isinstance(expected, float) or cell.value is None:
        return "other"
    parts = printed_parts(deck).get(row.slug, {})
    if cell.column == SCORE.key and len(parts) == len(SCORED) and sum(parts.values()) == Decimal(str(cell.value)):
        return "inherited"
    neighbors = [other for other in printed.rows if abs(other.position - row.position) == 1]
    if any(_swapped(cell, row.slug, other, computed) for other in neighbors):
        return "swapped with a neighbor"
    if is_rounded(cell.column) and at_two_decimals(expected, ROUND_DOWN) == Decimal(str(cell.value)):
        return "rounded down"
    return "other"


def _swapped(cell: Cell, slug: str, other: PrintedRow, computed: Computed) -> bool:
    """Return whether a wrong cell and its neighbor show each other's value."""
    (neighbor,) = [candidate for candidate in other.cells if candidate.column == cell.column]
    return agrees(cell, other.slug, computed) and agrees(neighbor, slug, computed)
