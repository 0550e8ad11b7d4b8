"""Print against arithmetic: every cell and every position that differs, found by computing."""

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

    `computed` is unrounded; None where the catalog has no value. `printed` is None where print has none.
    """

    table: str
    slug: str
    model: str
    column: str
    printed: str | None
    computed: float | str | None
    size: float | None
    kind: Kind


@dataclass(frozen=True)
class Displaced:
    """A printed row out of order, both positions from 1.

    `computed_position` is the nearest that its key allows: rows of equal key may stand in any order among themselves,
    rows without a value keep their printed place.
    """

    table: str
    column: str
    slug: str
    model: str
    printed_position: int
    computed_position: int


@dataclass(frozen=True)
class Comparison:
    """All that differs, and how many cells were compared."""

    differences: tuple[Difference, ...]
    displaced: tuple[Displaced, ...]
    cells: int


def compare(deck: Sequence[PrintedList], computed: Computed) -> Comparison:
    """Hold each printed cell and each printed order against what was computed.

    A cell counts where print or the catalog has a value, except what the scoring slide prints for a model that has
    none: a 0 for a missing GPU time, a blank for a missing Top-5.
    """
    differences: list[Difference] = []
    cells = 0
    for printed in deck:
        compared = [
            (row, cell) for row in printed.rows for cell in row.cells if not _beside_the_point(cell, row.slug, computed)
        ]
        cells += len(compared)
        wrong = [(row, cell) for row, cell in compared if not agrees(cell, row.slug, computed)]
        differences += [
            _difference(printed, row, cell, computed, _kind(deck, printed, row, cell, computed)) for row, cell in wrong
        ]
    return Comparison(
        differences=tuple(differences),
        displaced=tuple(row for printed in deck for row in displaced_rows(printed, computed)),
        cells=cells,
    )


def agrees(cell: Cell, slug: str, computed: Computed) -> bool:
    """Whether print shows what was computed: figures exactly, normalized cells and sums at two decimals."""
    if cell.column == TEXT:
        return cell.printed == computed.texts.get(slug)
    value = computed.value(cell.column, slug)
    if value is None or cell.value is None:
        return value is None and cell.value is None
    if is_rounded(cell.column):
        return Decimal(str(cell.value)) == at_two_decimals(value)
    return cell.value == value


def is_rounded(column: str) -> bool:
    """Whether the deck computed the column, to two decimals, rather than quoted it."""
    return column == SCORE.key or column.endswith(NORMALIZED)


def at_two_decimals(value: float, rounding: str = ROUND_HALF_UP) -> Decimal:
    """The value in decimal arithmetic; twelve decimals first, so that no binary tail decides a half."""
    return Decimal(f"{value:.12f}").quantize(_CENT, rounding)


def displaced_rows(printed: PrintedList, computed: Computed) -> Iterable[Displaced]:
    """The rows whose printed position their key does not allow."""
    keys = {row.slug: computed.value(printed.key, row.slug) for row in printed.rows}
    valued = [(row, key) for row in printed.rows if (key := keys[row.slug]) is not None]
    # The places that the rows with a value share among them, in order.
    places = [row.position for row, _ in valued]
    for index, (row, key) in enumerate(valued):
        first = sum(other > key if printed.maximize else other < key for _, other in valued)
        last = first + sum(other == key for _, other in valued) - 1
        nearest = min(max(index, first), last)
        if nearest != index:
            yield Displaced(
                table=printed.table,
                column=printed.key,
                slug=row.slug,
                model=_name(row.slug, computed),
                printed_position=row.position,
                computed_position=places[nearest],
            )


def printed_cells(deck: Sequence[PrintedList]) -> Mapping[str, Mapping[str, Decimal]]:
    """The scoring slide's normalized cells as printed: by model, then by criterion."""
    cells: dict[str, dict[str, Decimal]] = {}
    for printed in deck:
        for row in printed.rows:
            for cell in row.cells:
                if cell.column.endswith(NORMALIZED) and cell.value is not None:
                    key = cell.column.removesuffix(NORMALIZED)
                    cells.setdefault(row.slug, {})[key] = Decimal(str(cell.value))
    return cells


def _beside_the_point(cell: Cell, slug: str, computed: Computed) -> bool:
    if cell.column == TEXT:
        return False
    missing = computed.value(cell.column, slug) is None
    return missing and (cell.value is None or (cell.column.endswith(NORMALIZED) and cell.value == 0))


def _difference(printed: PrintedList, row: PrintedRow, cell: Cell, computed: Computed, kind: Kind) -> Difference:
    text = cell.column == TEXT
    value = None if text else computed.value(cell.column, row.slug)
    size = None if value is None or cell.value is None else cell.value - value
    return Difference(
        table=printed.table,
        slug=row.slug,
        model=_name(row.slug, computed),
        column=cell.column,
        printed=cell.printed,
        computed=computed.texts.get(row.slug) if text else value,
        size=size,
        kind=kind,
    )


def _kind(deck: Sequence[PrintedList], printed: PrintedList, row: PrintedRow, cell: Cell, computed: Computed) -> Kind:
    value = None if cell.column == TEXT else computed.value(cell.column, row.slug)
    if value is None or cell.value is None:
        return "other"
    if cell.column == SCORE.key and _sum_of_printed(deck, row.slug) == Decimal(str(cell.value)):
        return "inherited"
    if any(_swapped(cell, row.slug, other, computed) for other in _neighbors(printed, row)):
        return "swapped with a neighbor"
    if is_rounded(cell.column) and at_two_decimals(value, ROUND_DOWN) == Decimal(str(cell.value)):
        return "rounded down"
    return "other"


def _sum_of_printed(deck: Sequence[PrintedList], slug: str) -> Decimal | None:
    cells = printed_cells(deck).get(slug, {})
    return sum(cells.values(), Decimal(0)) if len(cells) == len(SCORED) else None


def _neighbors(printed: PrintedList, row: PrintedRow) -> list[PrintedRow]:
    return [other for other in printed.rows if abs(other.position - row.position) == 1]


def _swapped(cell: Cell, slug: str, other: PrintedRow, computed: Computed) -> bool:
    """Whether each of the two cells shows what belongs into the other one, and both are wrong."""
    (beside,) = [candidate for candidate in other.cells if candidate.column == cell.column]
    if agrees(beside, other.slug, computed):
        return False
    return agrees(cell, other.slug, computed) and agrees(beside, slug, computed)


def _name(slug: str, computed: Computed) -> str:
    return computed.names.get(slug, slug)
