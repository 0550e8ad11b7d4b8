"""Any CSV as a catalog, by a mapping of its columns to criteria with units."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import COUNT, CRITERIA, PERCENT, Criterion
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
from modelzoo.catalog.provenance import OwnFacts
from modelzoo.catalog.user_catalog import FACT_COLUMNS, NAME_COLUMNS
from modelzoo.errors import ZooError, unknown

_PART = re.compile(r"""\s*([\w.-]+)(?::(\w+))?\s*(?:=\s*("[^"]*"|[^,]*?))?\s*(?:,|$)""")
_FORM = 'expected key=column or key:unit=column, comma-separated, as in name=Model,top1="Acc@1",params:M=Params'


class Mapped(msgspec.Struct, frozen=True):
    """One part of a mapping: the catalog's key, the column of the table, and the unit of its cells."""

    key: str
    column: str
    unit: str = ""


def read_mapping(text: str) -> tuple[Mapped, ...]:
    """Parse a mapping, ``name=Model,top1="Acc@1",params:M=Params,fps``; a key alone is a column of that name.

    Units are K, M and B for counts, and ``fraction`` for accuracies from 0 to 1.

    Raises
    ------
    ZooError
        If a part is not understood, a key is repeated or unknown, or names or values are missing.
    """
    parts: list[Mapped] = []
    start = 0
    while start < len(text):
        match = _PART.match(text, start)
        if match is None or match[3] == "":
            raise ZooError(f"--map {text[start:]!r} is not understood; {_FORM}")
        key, unit, column = match[1], match[2] or "", match[3]
        parts.append(Mapped(key, column.strip('"') if column else key, unit))
        start = match.end()
    _check(parts)
    return tuple(parts)


def _check(parts: Sequence[Mapped]) -> None:
    keys = [part.key for part in parts]
    for part in parts:
        if keys.count(part.key) > 1:
            raise ZooError(f"--map gives {part.key!r} twice; give each key once")
        if part.key in (*NAME_COLUMNS[1:], *FACT_COLUMNS):
            raise ZooError(f"--map gives {part.key!r}, which is no criterion; expected name, {', '.join(CRITERIA)}, …")
        _check_unit(part)
    if "name" not in keys:
        raise ZooError(f"--map has no column for the names of the models; {_FORM}")
    if len(keys) == 1:
        raise ZooError(f"--map gives names and no values; {_FORM}")


def _check_unit(part: Mapped) -> None:
    known = CRITERIA[part.key].unit if part.key in CRITERIA else ""
    if part.unit not in UNITS or (part.unit and part.key == "name"):
        raise ZooError(f"--map gives {part.key!r} in {part.unit!r}; expected {', '.join(filter(None, UNITS))} or none")
    if part.unit == "fraction" and known not in (PERCENT, ""):
        raise ZooError(f"--map gives {part.key!r} as a fraction, a unit of accuracies; {part.key} is in {known}")
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
    (naming,) = [part.column for part in parts if part.key == "name"]
    targets = [
        Target(CRITERIA.get(part.key, Criterion(part.key, part.key, "", None)), part.column, part.unit)
        for part in parts
        if part.key != "name"
    ]
    for part in parts:
        if part.column not in sheet.header:
            raise ZooError(f"{shown(path)}:1: {unknown('column', part.column, sheet.header)}")
    models = distinct_names(sheet, convert(sheet, targets, name=lambda row: row.cells[naming]))
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
        notes=(count_rows(sheet, models), *unused_columns(sheet, [part.column for part in parts])),
    )
