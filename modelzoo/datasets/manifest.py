"""CSV manifests: image files with labels, and optionally splits."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from unicodedata import normalize

from modelzoo.base.paths import is_file, shown
from modelzoo.base.text import cut, listed, quote
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.datasets.dataset import Splits
from modelzoo.datasets.listing import PART_NAMES, PARTS, LabeledFile, Listing, all_problems
from modelzoo.errors import ZooError, unknown

_REQUIRED = ("path", "label")
_COLUMNS = (*_REQUIRED, "split")


def is_manifest(path: Path) -> bool:
    """Return whether a file is a CSV whose header has the columns of a manifest."""
    if path.suffix.lower() != ".csv" or not is_file(path):
        return False
    with path.open("rb") as file:
        header = file.readline(200).decode("utf-8-sig", errors="replace")
    return {*_REQUIRED} <= {name.strip() for name in header.split(",")}


def list_manifest(path: Path) -> Listing:
    """List the files of a manifest: columns `path`, relative to the manifest, `label`, and optionally `split`.

    Raises
    ------
    ZooError
        If a row cannot be used. The error has the number of such rows, and the lines of the first ones.
    """
    sheet = read_sheet(path)
    for name in sheet.header:
        if name not in _COLUMNS:
            raise ZooError(f"{shown(path)}:1: {unknown('column', name, _COLUMNS)}")
    sheet.require(_REQUIRED)
    classes = sorted({row.cells["label"] for row in sheet.rows}) if not sheet.noted else []
    files = _files(sheet, classes)
    if sheet.noted:
        raise all_problems(sheet.faults, "row")
    if len(classes) < 2:
        raise ZooError(f"{shown(path)} has one label, {quote(classes[0])}; expected two or more")
    _require_splits(path, classes, files)
    return Listing(path, tuple(classes), tuple(files), named=True)


def manifest_of(splits: Splits) -> bytes:
    """Return the manifest of splits whose images are files, in the order of the images; empty for other images."""
    rows = [
        (name, splits.classes[label], part)
        for part, split in (("train", splits.train), ("validation", splits.validation), ("test", splits.test))
        if split.names is not None
        for name, label in zip(split.names.tolist(), split.labels.tolist(), strict=True)
    ]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([_COLUMNS, *rows] if rows else [])
    return out.getvalue().encode(errors="surrogateescape")


def _files(sheet: Sheet, classes: Sequence[str]) -> list[LabeledFile]:
    """Return the file of each row; record a fault for each row that cannot be used."""
    labels = {name: label for label, name in enumerate(classes)}
    lines: dict[Path, int] = {}
    files = []
    for row in sheet.rows if classes else ():
        path = _existing(sheet.path.parent, row.cells["path"])
        if problem := _problem(row, path, lines):
            sheet.fault(row.line, problem)
        else:
            part = PART_NAMES.get(row.cells.get("split", ""), "")
            files.append(LabeledFile(path, row.cells["path"], labels[row.cells["label"]], part))
        lines.setdefault(path, row.line)
    return files


def _existing(folder: Path, name: str) -> Path:
    """Return the path of a file; a Mac may write é in its name as two characters."""
    path, decomposed = (Path(os.path.normpath(folder / normalize(form, name))) for form in ("NFC", "NFD"))
    return decomposed if not is_file(path) and is_file(decomposed) else path


def _problem(row: Row, path: Path, lines: dict[Path, int]) -> str:
    """Return what is wrong with a row; nothing if it can be used."""
    name, label, split = (row.cells.get(column) for column in _COLUMNS)
    if not name:
        return "path is empty; expected a file"
    if not label:
        return f"the label of {quote(name)} is empty; expected the name of a class"
    if split is not None and split not in PART_NAMES:
        return f"split is {quote(split)}; expected {listed(PART_NAMES, 'or')}"
    if path in lines:
        return f"{quote(name)} is in line {lines[path]} too; expected each file once"
    return "" if is_file(path) else f"there is no file {quote(name)}; expected a path relative to the CSV file"


def _require_splits(path: Path, classes: Sequence[str], files: Sequence[LabeledFile]) -> None:
    """Check that a manifest with splits has images to train and to test on, and trains each class."""
    parts = {file.part for file in files}
    if parts == {""}:
        return
    for part in PARTS:
        if part not in parts and part != "validation":
            raise ZooError(f"{shown(path)}: no row has the split {part}; expected train and test, or no column split")
    trained = {file.label for file in files if file.part == "train"}
    if unseen := [cut(name) for label, name in enumerate(classes) if label not in trained]:
        raise ZooError(f"{shown(path)}: no row of the split train has the label {', '.join(unseen)}")
