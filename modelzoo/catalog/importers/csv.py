"""Any CSV as a catalog, by a mapping of its columns to criteria with units."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.catalog.criteria import COUNT, CRITERIA, PERCENT, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet
from modelzoo.catalog.importers.cells import UNITS
from modelzoo.catalog.importers.table import (
    Imported,
    Target,
    convert,
    count_rows,
    distinct_names,
    fingerprint,
    open_table,
    unused_columns,
)
from modelzoo.catalog.keys import quoted, split, unquoted
from modelzoo.catalog.provenance import OwnFacts
from modelzoo.catalog.user_catalog import FACT_COLUMNS, NAME_COLUMNS
from modelzoo.errors import ZooError, unknown

_FORM = 'expected key=column or key:unit=column, comma-separated, as in name=Model,top1="Acc@1",params:M=Params'


class Mapped(msgspec.Struct, frozen=True):
    """One part of a mapping: the catalog's key, the column of the table, and the unit of its cells."""

    key: str
    column: str
    unit: str = ""


def read_mapping(text: str) -> tuple[Mapped, ...]:
    """Parse a mapping, ``name=Model,top1="Acc@1",params:M=Params,fps``; a key alone is a column of that name.

    Counts have the units K, M and B. Accuracies have the units ``fraction`` (0 to 1) and ``percent``.

    Raises
    ------
    ZooError
        If a part is not understood, a key is repeated or unknown, or names or values are missing.
    """
    parts = tuple(_read_part(part) for part in split(text, ",") if part)
    _check(parts)
    return parts


def _read_part(part: str) -> Mapped:
    left, *columns = split(part, "=")
    key, *units = split(left, ":")
    if not unquoted(key) or len(units) > 1 or columns == [""]:
        raise ZooError(f"--map {quote(part)} is not understood; {_FORM}")
    return Mapped(unquoted(key), unquoted("=".join(columns) or key), "".join(units))


def _check(parts: Sequence[Mapped]) -> None:
    keys = [part.key for part in parts]
    for part in parts:
        if keys.count(part.key) > 1:
            raise ZooError(f"--map gives {quote(part.key)} twice; give each key once")
        if part.key != "name" and part.key.casefold() in (*NAME_COLUMNS, *FACT_COLUMNS):
            raise ZooError(
                f"--map gives {quote(part.key)}, which is no criterion; expected name, {', '.join(CRITERIA)}, …"
            )
        _check_unit(part)
    if "name" not in keys:
        raise ZooError(f"--map has no column for the names of the models; {_FORM}")
    if len(keys) == 1:
        raise ZooError(f"--map gives names and no values; {_FORM}")


def _check_unit(part: Mapped) -> None:
    known = CRITERIA[part.key].unit if part.key in CRITERIA else ""
    if part.unit not in UNITS or (part.unit and part.key == "name"):
        raise ZooError(
            f"--map gives {quote(part.key)} in {quote(part.unit)}; expected {', '.join(filter(None, UNITS))} or none"
        )
    if part.unit in ("fraction", "percent") and known not in (PERCENT, ""):
        raise ZooError(f"--map gives {part.key!r} as a {part.unit}, a unit of accuracies; {part.key} is in {known}")
    if part.unit in ("K", "M", "B") and known not in (COUNT, ""):
        raise ZooError(f"--map gives {part.key!r} in {part.unit}, a unit of counts; {part.key} is in {known}")


def import_csv(path: Path, mapping: str) -> Imported:
    """Import the columns of a CSV that the mapping has, a text for `read_mapping`.

    Raises
    ------
    ZooError
        If the mapping or the file cannot be read, a column is missing, or a model has two rows.
    """
    parts = read_mapping(mapping)
    sheet = open_table(path)
    naming = _name_columns(sheet, parts)
    targets = [
        Target(CRITERIA.get(part.key, Criterion(part.key, part.key, "", None)), part.column, part.unit)
        for part in parts
        if part.key != "name"
    ]
    used = [*naming, *(target.column for target in targets)]
    for column in used:
        if column not in sheet.header:
            raise ZooError(f"{shown(path)}:1: {unknown('column', column, sheet.header)}")
    converted = convert(sheet, targets, name=lambda row: _name(row, naming))
    models = distinct_names(sheet, converted, advice=lambda: _advice(sheet, naming, used))
    return Imported(
        inputs=(path,),
        keys=tuple(target.criterion.key for target in targets),
        models=tuple(models),
        facts=OwnFacts(
            title=f"imported from {path.name}",
            address=shown(path),
            version=fingerprint(path),
            conditions={
                "values": "as in the file",
                "columns": ", ".join(f"{target.criterion.key} is {target.column}" for target in targets),
            },
        ),
        problems=tuple(sheet.faults),
        notes=(count_rows(sheet, models), *unused_columns(sheet, used)),
    )


def _name_columns(sheet: Sheet, parts: Sequence[Mapped]) -> tuple[str, ...]:
    """Return the columns that together name a model: ``name=name+pretrained`` has two."""
    (column,) = [part.column for part in parts if part.key == "name"]
    return (column,) if column in sheet.header else tuple(map(unquoted, split(column, r"\+")))


def _name(row: Row, columns: Sequence[str]) -> str:
    return " ".join(filter(None, (row.cells[column] for column in columns)))


def _advice(sheet: Sheet, naming: Sequence[str], used: Sequence[str]) -> str:
    """Return the next step where models are repeated: a further column that distinguishes them, or removal."""
    for column in sheet.header:
        names = {tuple(row.cells[name] for name in (*naming, column)) for row in sheet.rows}
        if column not in used and len(names) == len(sheet.rows):
            together = "+".join(quoted(name, r"\w+") for name in (*naming, column))
            return f"name them by two columns, --map name={together},…"
    return "remove one"
