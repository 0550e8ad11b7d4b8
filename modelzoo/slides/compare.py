"""Printed cells against arithmetic: every one that differs, and how it came about where that can be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal

from modelzoo.slides.deck import NORMALIZED, SCORE, SCORED, TEXT, Cell, Computed, PrintedList, PrintedRow

Kind = Literal["rounded down", "swapped with a neighbor", "inherited", "other"]

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Difference:
    """A printed cell that is not what its column's arithmetic gives.

    `printed` is the cell as it stands, `value` the number it says; None where print has none. `computed` is
    unrounded; None where the catalog has no value.
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
        """By how much print is too great."""
        if self.value is None or not isinstance(self.computed, float):
            return None
        return self.value - self.computed


def compared_cells(deck: Sequence[PrintedList], computed: Computed) -> list[tuple[PrintedList, PrintedRow, Cell]]:
    """The cells where print or the catalog has a value.

    Not what the scoring slide prints for a model that has none: a 0 for a missing GPU time, a blank for a missing
    Top-5.
    """
    return [
        (printed, row, cell)
        for printed in deck
        for row in printed.rows
        for cell in row.cells
        if not _is_gap(cell, row.slug, computed)
    ]


def differences(deck: Sequence[PrintedList], computed: Computed) -> Iterable[Difference]:
    """The compared cells where print is not what was computed."""
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
    """Whether print shows what was computed: figures and texts exactly, normalized cells and sums at two decimals."""
    expected = _expected(cell, slug, computed)
    if isinstance(expected, str):
        return cell.printed == expected
    if expected is not None and cell.value is not None and is_rounded(cell.column):
        return Decimal(str(cell.value)) == at_two_decimals(expected)
    return cell.value == expected


def is_rounded(column: str) -> bool:
    """Whether the deck computed the column, to two decimals, rather than quoted it."""
    return column == SCORE.key or column.endswith(NORMALIZED)


def at_two_decimals(value: float, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The value in decimal arithmetic; twelve decimals first, so that no binary tail decides a half."""
    return Decimal(f"{value:.12f}").quantize(_CENT, rounding)


def printed_parts(deck: Sequence[PrintedList]) -> Mapping[str, Mapping[str, Decimal]]:
    """What the scoring slide prints to be summed up: by model, then by criterion."""
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
    if cell.column == SCORE.key and _adds_up(cell, printed_parts(deck).get(row.slug, {})):
        return "inherited"
    neighbors = [other for other in printed.rows if abs(other.position - row.position) == 1]
    if any(_swapped(cell, row.slug, other, computed) for other in neighbors):
        return "swapped with a neighbor"
    if is_rounded(cell.column) and at_two_decimals(expected, ROUND_DOWN) == Decimal(str(cell.value)):
        return "rounded down"
    return "other"


def _adds_up(cell: Cell, parts: Mapping[str, Decimal]) -> bool:
    return len(parts) == len(SCORED) and sum(parts.values()) == Decimal(str(cell.value))


def _swapped(cell: Cell, slug: str, other: PrintedRow, computed: Computed) -> bool:
    """Whether of a wrong cell and the one beside it each shows what belongs into the other."""
    (beside,) = [candidate for candidate in other.cells if candidate.column == cell.column]
    return agrees(cell, other.slug, computed) and agrees(beside, slug, computed)
