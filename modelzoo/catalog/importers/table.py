"""A table of other people's as a catalog: its rows converted, those that cannot be read named, the rest written."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from modelzoo.base.atomic import write_atomically
from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.importers.cells import UNITS, is_missing
from modelzoo.catalog.models import slugify
from modelzoo.catalog.names import name_fault
from modelzoo.catalog.printed_value import PrintedValue, read_value
from modelzoo.catalog.provenance import OwnFacts, as_toml, facts_path
from modelzoo.errors import ZooError

_LINES_SHOWN = 10


@dataclass(frozen=True)
class Target:
    """A criterion of the catalog to be made, and the column of theirs that it is from, with the unit of its cells."""

    criterion: Criterion
    column: str
    unit: str = ""

    def read(self, text: str) -> PrintedValue:
        """The figure, read as strictly as the catalog's own; its text is what the catalog will print."""
        written = UNITS[self.unit](text)
        try:
            return read_value(written, self.criterion)
        except ZooError as error:
            raise ZooError(f"{error}, for {text!r} in the file" if written != text else str(error)) from None


@dataclass(frozen=True)
class Model:
    """One converted row: the model's name, its figures by criterion, and the line they are from."""

    line: int
    name: str
    figures: dict[str, PrintedValue]


@dataclass(frozen=True)
class Imported:
    """A converted table.

    `faults` names each row that cannot be read, by file, line and column; `warnings` what is doubtful of the rows
    that are kept; `notes` is what else was done, a sentence each.
    """

    inputs: tuple[Path, ...]
    keys: tuple[str, ...]
    models: tuple[Model, ...]
    facts: OwnFacts
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_csv(self) -> str:
        """The catalog's CSV: a column for the name, one for each criterion, missing figures empty."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", *self.keys])
        for model in self.models:
            writer.writerow([model.name, *(_text(model.figures.get(key)) for key in self.keys)])
        return out.getvalue()

    def write(self, path: Path, *, force: bool = False) -> None:
        """Write the catalog to `path`, and beside it where it is from.

        Raises
        ------
        ZooError
            If `path` is no CSV, is one of the tables read, or exists, unless `force` replaces it.
        """
        if path.suffix.lower() != ".csv":
            raise ZooError(f"cannot write {path}: suffix {path.suffix!r}; expected .csv, which `zoo rank` reads")
        if path.is_dir():
            raise ZooError(f"cannot write {path}: it is a folder; name a file in it by --out")
        for made in (path, facts_path(path)):
            if any(made.exists() and made.samefile(given) for given in self.inputs):
                raise ZooError(f"{made} is the table that is read; write the catalog elsewhere by --out")
            if made.exists() and not force:
                raise ZooError(f"{made} exists; write the catalog elsewhere by --out, or replace it by --force")
        # A catalog never stands without its source: the facts come first.
        write_atomically(facts_path(path), as_toml(self.facts))
        write_atomically(path, self.to_csv())


def open_table(path: Path, columns: Iterable[str], *, what: str) -> Sheet:
    """The table's rows; those with a fault of their own are noted in the sheet.

    Parameters
    ----------
    columns : those that it must have
    what : what the table was expected to be, for the error

    Raises
    ------
    ZooError
        If the file cannot be read as a whole: wrong encoding, no header, columns missing, a quotation mark left open.
    """
    sheet = read_sheet(path)
    # Where reading was cut short, that is noted first; without a header, nothing was read.
    for line, text in sheet.noted:
        if line <= 1 or sheet.cut or not sheet.header:
            raise ZooError(text)
    for column in columns:
        if column not in sheet.header:
            raise ZooError(
                f"{shown(path)}:1: column {column} is missing; expected {what} (the header has "
                f"{', '.join(sheet.header)})"
            )
    return sheet


def convert(
    sheet: Sheet, targets: Sequence[Target], *, name: Callable[[Row], str], required: Sequence[str] = ()
) -> list[Model]:
    """The rows that can be read whole; of the others each fault goes to the sheet.

    Parameters
    ----------
    name : what the row's model is called
    required : criteria that a row must have a figure of
    """
    models = []
    for row in sheet.rows:
        figures, faults = _figures(row, targets, required)
        if wrong := name_fault(name(row)):
            faults.insert(0, f"name is {name(row)!r}; expected {wrong}")
        # A column that is two criteria has its fault once.
        for text in dict.fromkeys(faults):
            sheet.fault(row.line, text)
        if not faults:
            models.append(Model(row.line, name(row), figures))
    return models


def _figures(row: Row, targets: Sequence[Target], required: Sequence[str]) -> tuple[dict[str, PrintedValue], list[str]]:
    figures, faults = {}, []
    for target in targets:
        text = row.cells[target.column]
        if is_missing(text):
            if target.criterion.key in required:
                faults.append(f"{target.column} is {text!r}; expected a number")
            continue
        try:
            figures[target.criterion.key] = target.read(text)
        except ZooError as error:
            faults.append(f"{target.column} {error}")
    return figures, faults


def told_apart(sheet: Sheet, models: Iterable[Model]) -> list[Model]:
    """The models, each with a name of its own even where only letters and digits count.

    Names that differ in their numbers alone (RegNet_Y_1_6GF, RegNet_Y_16GF) are of two models, whose second one gets
    its line into its name.

    Raises
    ------
    ZooError
        If two rows are of one model: which of them is right, nobody can tell.
    """
    first: dict[str, Model] = {}
    apart, repeats = [], []
    for model in models:
        before = first.get(slugify(model.name))
        if before and _numbers(before.name) != _numbers(model.name):
            model = replace(model, name=f"{model.name} (line {model.line})")
            before = first.get(slugify(model.name))
        if before:
            repeats.append((before, model))
        first.setdefault(slugify(model.name), model)
        apart.append(model)
    if repeats:
        before, model = repeats[0]
        more = f" (and {len(repeats) - 1} more)" if len(repeats) > 1 else ""
        raise ZooError(
            f"{shown(sheet.path)}:{model.line}: {model.name!r} stands twice, as {before.name!r} in line {before.line} "
            f"before; each model has one row, so remove one{more}"
        )
    return apart


def _numbers(name: str) -> list[str]:
    return re.findall("[0-9]+", name)


def refuse_nothing(sheet: Sheet, models: Sequence[Model]) -> None:
    """Raise the first fault where no row could be read."""
    if not models:
        faults = sheet.faults or [f"{shown(sheet.path)}: has no rows"]
        more = f" (no row can be read; there are {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise ZooError(faults[0] + more)


def count_rows(sheet: Sheet, models: Sequence[Model]) -> str:
    """How many rows were read, and which were not: ``1554 of 1556 rows of my.csv read; not lines 14, 20``."""
    broken = sorted({line for line, _ in sheet.noted})
    # Rows of a wrong length are faults that never became rows.
    found = len(models) + len(broken)
    shown_lines = ", ".join(map(str, broken[:_LINES_SHOWN]))
    if len(broken) > _LINES_SHOWN:
        shown_lines += f" and {len(broken) - _LINES_SHOWN} more"
    text = f"{len(models)} of {found} rows of {sheet.path.name} read"
    return text + (f"; not {'line' if len(broken) == 1 else 'lines'} {shown_lines}, named above" if broken else "")


def left_out(sheet: Sheet, used: Iterable[str]) -> list[str]:
    """A sentence that names the columns that are not used, where there are any."""
    unused = [column for column in sheet.header if column not in set(used)]
    return [f"columns of {sheet.path.name} left out: {', '.join(unused)}"] if unused else []


def fingerprint(path: Path) -> str:
    """The file's name and checksum, which tell its version; of what is no file, and gone when read, the name."""
    if not path.is_file():
        return path.name
    return f"{path.name}, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _text(figure: PrintedValue | None) -> str:
    return figure.text if figure else ""
