"""Models of the catalog: name, year, family and builder."""

from pathlib import Path
from typing import Any
from unicodedata import normalize

import msgspec

from modelzoo.base.text import quote
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet

COLUMNS = ("slug", "name", "year", "family", "build", "min_size", "highlights_ko", "highlights_en")
BUILDERS = ("keras", "modelzoo")


class Model(msgspec.Struct, frozen=True):
    """One CNN of the catalog.

    `build` is the builder, ``keras:EfficientNetB1`` or ``modelzoo:lenet5``, empty if unknown. `min_size` is the
    smallest height and width in pixels that the builder takes.
    """

    slug: str
    name: str
    year: int | None = None
    family: str = ""
    build: str = ""
    min_size: int | None = None
    highlights_ko: str = ""
    highlights_en: str = ""


def slugify(name: str) -> str:
    """Return the name in lower case, letters and digits only: ``inceptionresnetv2`` for ``Inception-ResNet v2``.

    Letters that are composed of several characters, as file names of macOS are, are the same letters.
    """
    return "".join(filter(str.isalnum, normalize("NFC", name).lower()))


def slug_of_builder(build: str) -> str:
    """Return the slug of a builder named as a model: ``nets.v1_1-build`` for ``nets.v1_1:build``.

    A Python name keeps its dots and underscores: without them, ``nets.v11:build`` would have the same slug.
    """
    return slugify(build) if build.partition(":")[0] in BUILDERS else build.replace(":", "-")


def read_models(path: Path) -> tuple[dict[str, Model], list[str]]:
    """Read the models of a ``models.csv`` by slug, in its order, and the problems of the file."""
    sheet = read_sheet(path)
    sheet.require(COLUMNS)
    for column in sheet.header:
        if column not in COLUMNS:
            sheet.fault(1, f"column {quote(column)} is unknown; expected {', '.join(COLUMNS)}")
    models: dict[str, Model] = {}
    if not set(COLUMNS) <= set(sheet.header):
        return models, sheet.faults
    for row in sheet.rows:
        model = _read_model(row, sheet)
        if model.slug in models:
            sheet.fault(row.line, f"slug {quote(model.slug)} is in two rows; each model has one row")
        elif model.slug:
            models[model.slug] = model
    return models, sheet.faults


def _read_model(row: Row, sheet: Sheet) -> Model:
    cells = row.cells
    expected = slugify(cells["name"])
    if not expected:
        sheet.fault(row.line, f"name is {quote(cells['name'])}; expected letters or digits")
    elif cells["slug"] != expected:
        sheet.fault(row.line, f"slug is {quote(cells['slug'])}; expected {expected!r}, from the name")
    builder, _, built = cells["build"].partition(":")
    if cells["build"] and (builder not in BUILDERS or not built):
        sheet.fault(row.line, f"build is {quote(cells['build'])}; expected keras:NAME, modelzoo:NAME or nothing")
    if bool(cells["build"]) != bool(cells["min_size"]):
        sheet.fault(row.line, "build and min_size must both be given, or neither")
    fields: dict[str, Any] = {column: cells[column] for column in COLUMNS}
    fields["year"] = _read_whole(row, "year", sheet, low=1900, high=2100)
    fields["min_size"] = _read_whole(row, "min_size", sheet, low=1, high=4096)
    return Model(**fields)


def _read_whole(row: Row, column: str, sheet: Sheet, *, low: int, high: int) -> int | None:
    text = row.cells[column]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
        sheet.fault(row.line, f"{column} is {quote(text)}; expected a whole number, {low}-{high}")
        return None
    return int(text)
