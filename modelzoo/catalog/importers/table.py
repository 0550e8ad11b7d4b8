"""A table of other people as a catalog: converted rows, and the problems of unreadable ones."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from modelzoo.base.atomic import atomic_file
from modelzoo.base.files import read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, plural, quote
from modelzoo.catalog.criteria import PERCENT, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.importers.cells import UNITS, is_missing
from modelzoo.catalog.models import slugify
from modelzoo.catalog.names import name_fault
from modelzoo.catalog.printed_value import PrintedValue, are_percent, column_in_percent, read_value
from modelzoo.catalog.provenance import OwnFacts, as_toml, facts_path
from modelzoo.errors import ZooError
from modelzoo.tables.table import Column, Table, render

_LINES_SHOWN = 10


class Target(msgspec.Struct, frozen=True):
    """A criterion of the catalog, and its column in the table with the unit of the cells."""

    criterion: Criterion
    column: str
    unit: str = ""

    def in_percent(self, cells: Iterable[str]) -> bool:
        """Check whether accuracies up to 1 are percentages: by the stated unit, or by all cells of the column."""
        stated = self.unit in ("percent", "fraction")
        return self.criterion.unit == PERCENT and (stated or column_in_percent(map(UNITS[self.unit], cells)))

    def read(self, text: str, *, below_one: bool) -> PrintedValue:
        """Read a cell as strictly as the catalog's own; the value's text is in the catalog's form."""
        written = UNITS[self.unit](text)
        try:
            return read_value(written, self.criterion, below_one=below_one)
        except ZooError as error:
            raise ZooError(f"{error}, for {quote(text)} in the file" if written != text else str(error)) from None


class Model(msgspec.Struct, frozen=True):
    """One converted row: its line, the model's name, and the values by criterion."""

    line: int
    name: str
    values: dict[str, PrintedValue]


class Imported(msgspec.Struct, frozen=True):
    """A converted table.

    `problems` names each unreadable row by file, line and column. `warnings` has doubts about rows of the catalog,
    `notes` a sentence for each other decision.
    """

    inputs: tuple[Path, ...]
    keys: tuple[str, ...]
    models: tuple[Model, ...]
    facts: OwnFacts
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_csv(self) -> str:
        """Return the catalog's CSV: columns for the name and each criterion, an empty cell for a missing value."""
        columns = [Column(key, key) for key in ("name", *self.keys)]
        rows = [
            [model.name, *(model.values[key].text if key in model.values else None for key in self.keys)]
            for model in self.models
        ]
        return render(Table(columns, rows), "csv")

    def write(self, path: Path, *, force: bool = False) -> None:
        """Write the catalog to `path`, and the facts about it next to it.

        Raises
        ------
        ZooError
            If `path` is no CSV, is one of the inputs, or exists without `force`.
        """
        if path.suffix.lower() != ".csv":
            raise ZooError(f"cannot write {path}: suffix {path.suffix!r}; expected .csv, which `zoo rank` reads")
        if path.is_dir():
            raise ZooError(f"cannot write {path}: it is a folder; name a file in it by --output")
        for output in (path, facts_path(path)):
            if any(output.exists() and output.samefile(table) for table in self.inputs):
                raise ZooError(f"{output} is the table that is read; write the catalog elsewhere by --output")
            if output.exists() and not force:
                raise ZooError(f"{output} exists; write the catalog elsewhere by --output, or replace it by --force")
        # Both are written before either has its name. The facts get theirs first: no catalog lacks its source.
        with atomic_file(path, follow_links=True) as catalog, atomic_file(facts_path(path), follow_links=True) as facts:
            facts.write(as_toml(self.facts).encode())
            catalog.write(self.to_csv().encode())
            catalog.flush()
            os.fsync(catalog.fileno())


def open_table(path: Path) -> Sheet:
    """Read a table; the sheet has the problems of single rows.

    Raise a ZooError if the file has a wrong encoding, no header or an open quotation mark.
    """
    sheet = read_sheet(path)
    # A problem of the whole file: it cut reading short, or there is no header.
    for line, text in sheet.noted:
        if line <= 1 or sheet.cut or not sheet.header:
            raise ZooError(text)
    return sheet


def convert(
    sheet: Sheet, targets: Sequence[Target], *, name: Callable[[Row], str], required: Sequence[str] = ()
) -> list[Model]:
    """Convert the readable rows; the sheet collects the problems of the rest.

    Parameters
    ----------
    name : the name of a row's model
    required : criteria that need a value in each row
    """
    models = []
    percent = [
        target.criterion.key for target in targets if target.in_percent(row.cells[target.column] for row in sheet.rows)
    ]
    for row in sheet.rows:
        values, problems = _values(row, targets, required, percent)
        title = name(row)
        if wrong := name_fault(title):
            problems.insert(0, f"name is {quote(title)}; expected {wrong}")
        # A column of two criteria has its problem once.
        for text in dict.fromkeys(problems):
            sheet.fault(row.line, text)
        if not problems:
            models.append(Model(row.line, title, values))
    return _marked(models, percent)


def _marked(models: list[Model], accuracies: Sequence[str]) -> list[Model]:
    """Return the models with a percent sign after small accuracies where a reader would take them for fractions."""
    for key in accuracies:
        if are_percent(np.array([model.values[key].value for model in models if key in model.values])):
            continue
        for model in models:
            value = model.values.get(key)
            if value and 0 < value.value <= 1 and not value.text.endswith("%"):
                model.values[key] = msgspec.structs.replace(value, text=f"{value.text}%")
    return models


def _values(
    row: Row, targets: Sequence[Target], required: Sequence[str], percent: Collection[str]
) -> tuple[dict[str, PrintedValue], list[str]]:
    values, problems = {}, []
    for target in targets:
        text = row.cells[target.column]
        if is_missing(text):
            if target.criterion.key in required:
                problems.append(f"{cut(target.column)} is {quote(text)}; expected a number")
            continue
        try:
            values[target.criterion.key] = target.read(text, below_one=target.criterion.key in percent)
        except ZooError as error:
            problems.append(f"{cut(target.column)} {error}")
    return values, problems


def distinct_names(
    sheet: Sheet, models: Sequence[Model], *, advice: Callable[[], str] = lambda: "remove one"
) -> list[Model]:
    """Return the models with names that differ in letters or digits.

    The numbers of RegNet_Y_1_6GF and RegNet_Y_16GF have the same digits: the second name gets its line.

    Parameters
    ----------
    advice : return the next step where a name is repeated

    Raises
    ------
    ZooError
        If two rows have the same model, or no row could be read.
    """
    if not models:
        problems = sheet.faults or [f"{shown(sheet.path)}: has no rows"]
        more = f" (no row can be read; {plural(len(problems) - 1, 'more problem')})" if len(problems) > 1 else ""
        raise ZooError(problems[0] + more)
    first: dict[str, Model] = {}
    distinct, repeats = [], []
    for model in models:
        before = first.get(slugify(model.name))
        if before and _numbers(before.name) != _numbers(model.name):
            model = msgspec.structs.replace(model, name=f"{model.name} (line {model.line})")
            before = first.get(slugify(model.name))
        if before:
            repeats.append((before, model))
        first.setdefault(slugify(model.name), model)
        distinct.append(model)
    if repeats:
        before, model = repeats[0]
        more = f" (and {len(repeats) - 1} more)" if len(repeats) > 1 else ""
        raise ZooError(
            f"{shown(sheet.path)}:{model.line}: {quote(model.name)} is in two rows, as {quote(before.name)} in "
            f"line {before.line} before; each model has one row, so {advice()}{more}"
        )
    return distinct


def _numbers(name: str) -> list[str]:
    return re.findall("[0-9]+", name)


def count_rows(sheet: Sheet, models: Sequence[Model]) -> str:
    """Return the numbers of read and unread rows: ``1554 of 1556 rows of my.csv read; not lines 14, 20``."""
    broken = sorted({line for line, _ in sheet.noted})
    # Lines of a wrong length are no rows of the sheet.
    text = f"{len(models)} of {len(models) + len(broken)} rows of {sheet.path.name} read"
    if not broken:
        return text
    more = f" and {len(broken) - _LINES_SHOWN} more" if len(broken) > _LINES_SHOWN else ""
    lines = ", ".join(map(str, broken[:_LINES_SHOWN])) + more
    return f"{text}; not {'line' if len(broken) == 1 else 'lines'} {lines}, named above"


def unused_columns(sheet: Sheet, used: Iterable[str]) -> list[str]:
    """Return a note with the unused columns, if there are any."""
    unused = [column for column in sheet.header if column not in set(used)]
    return [f"columns of {sheet.path.name} left out: {', '.join(unused)}"] if unused else []


def fingerprint(path: Path) -> str:
    """Return the file's name and checksum as its version."""
    return f"{path.name}, SHA-256 {hashlib.sha256(read_bytes(path)).hexdigest()}"
