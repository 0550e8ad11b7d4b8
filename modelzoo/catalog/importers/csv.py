"""Any CSV as a catalog, by a mapping that says which of its columns is which criterion, and in what unit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import COUNT, CRITERIA, PERCENT, Criterion
from modelzoo.catalog.csv_sheet import Sheet
from modelzoo.catalog.importers.cells import UNITS
from modelzoo.catalog.importers.table import (
    Imported,
    Target,
    convert,
    count_rows,
    fingerprint,
    left_out,
    open_table,
    refuse_nothing,
    told_apart,
)
from modelzoo.catalog.provenance import OwnFacts
from modelzoo.catalog.user_catalog import FACT_COLUMNS, NAME_COLUMNS
from modelzoo.errors import ZooError, unknown

_PART = re.compile(r"""\s*([\w.-]+)(?::(\w+))?\s*(?:=\s*("[^"]*"|[^,]*?))?\s*(?:,|$)""")
_FORM = 'expected key=column or key:unit=column, comma-separated, as in name=Model,top1="Acc@1",params:M=Params'


@dataclass(frozen=True)
class Mapped:
    """One part of a mapping: the catalog's key, the column of theirs, and the unit of its cells."""

    key: str
    column: str
    unit: str = ""


def read_mapping(text: str) -> tuple[Mapped, ...]:
    """The parts of ``name=Model,top1="Acc@1",params:M=Params,fps``; a key alone is a column of that name.

    Units are K, M and B for numbers counted in them, and ``fraction`` for accuracies from 0 to 1.

    Raises
    ------
    ZooError
        If a part is not understood, a key stands twice or is no criterion's, none is the name, or none has figures.
    """
    parts: list[Mapped] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or match[3] == "":
            raise ZooError(f"--map {text[at:]!r} is not understood; {_FORM}")
        key, unit, column = match[1], match[2] or "", match[3]
        parts.append(Mapped(key, column.strip('"') if column else key, unit))
        at = match.end()
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
        raise ZooError(f"--map does not say which column names the models; {_FORM}")
    if len(keys) == 1:
        raise ZooError(f"--map gives names and no figures; {_FORM}")


def _check_unit(part: Mapped) -> None:
    known = CRITERIA[part.key].unit if part.key in CRITERIA else ""
    if part.unit not in UNITS or (part.unit and part.key == "name"):
        raise ZooError(f"--map gives {part.key!r} in {part.unit!r}; expected {', '.join(filter(None, UNITS))} or none")
    if part.unit == "fraction" and known not in (PERCENT, ""):
        raise ZooError(f"--map gives {part.key!r} as a fraction; that is for accuracies, which are in percent here")
    if part.unit in ("K", "M", "B") and known not in (COUNT, ""):
        raise ZooError(f"--map gives {part.key!r} in {part.unit}; that is for counts, and {part.key} is in {known}")


def import_csv(path: Path, mapping: str) -> Imported:
    """The CSV as a catalog of the mapped columns.

    Parameters
    ----------
    mapping : as `read_mapping` takes it

    Raises
    ------
    ZooError
        If the mapping or the file cannot be read as a whole, a column is not there, or a model has two rows.
    """
    parts = read_mapping(mapping)
    sheet = open_table(path, (), what="a CSV table")
    (naming,) = [part.column for part in parts if part.key == "name"]
    targets = [Target(_criterion(part.key), part.column, part.unit) for part in parts if part.key != "name"]
    _check_columns(sheet, [part.column for part in parts])
    models = told_apart(sheet, convert(sheet, targets, name=lambda row: row.cells[naming]))
    refuse_nothing(sheet, models)
    return Imported(
        inputs=(path,),
        keys=tuple(target.criterion.key for target in targets),
        models=tuple(models),
        facts=_facts(path, targets),
        faults=tuple(sheet.faults),
        notes=(count_rows(sheet, models), *left_out(sheet, [part.column for part in parts])),
    )


def _criterion(key: str) -> Criterion:
    return CRITERIA[key] if key in CRITERIA else Criterion(key, key, "", None)


def _check_columns(sheet: Sheet, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in sheet.header:
            raise ZooError(f"{shown(sheet.path)}:1: {unknown('column', column, sheet.header)}")


def _facts(path: Path, targets: Sequence[Target]) -> OwnFacts:
    return OwnFacts(
        title=f"imported from {path.name}",
        address=shown(path),
        version=fingerprint(path),
        conditions={
            "figures": "as the file gives them",
            "columns": ", ".join(f"{target.criterion.key} is {target.column}" for target in targets),
        },
    )
