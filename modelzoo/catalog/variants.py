"""The variants: the networks of this project that can be built for a model, and their parameters as counted."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.csv_sheet import read_sheet
from modelzoo.catalog.printed_value import PrintedValue
from modelzoo.catalog.sources import read_row

_FIGURES = ("params", "trainable")
COLUMNS = ("slug", "model", *_FIGURES)


class Variant(msgspec.Struct, frozen=True):
    """One network that can be built for a model; `figures` has its parameters, all and the trainable ones."""

    slug: str
    model: str
    figures: Mapping[str, PrintedValue]


def read_variants(path: Path, slugs: Mapping[str, object]) -> tuple[dict[str, tuple[Variant, ...]], list[str]]:
    """The variants of a ``variants.csv`` by their model, and the faults of the file; none where there is no file.

    Parameters
    ----------
    slugs : the models that the catalog has; a variant of another is a fault
    """
    if not path.exists():
        return {}, []
    sheet = read_sheet(path)
    sheet.require(COLUMNS)
    if not set(COLUMNS) <= set(sheet.header):
        return {}, sheet.faults
    variants: dict[str, tuple[Variant, ...]] = {}
    seen: set[str] = set()
    for row in sheet.rows:
        slug, model = row.cells["slug"], row.cells["model"]
        if slug in seen:
            sheet.fault(row.line, f"slug {slug!r} stands twice; each variant has one row")
        elif model not in slugs:
            sheet.fault(row.line, f"model {model!r} is not in models.csv; add the model there first")
        else:
            figures = read_row(row, {key: CRITERIA[key] for key in _FIGURES}, sheet)
            if set(figures) == set(_FIGURES):
                variants[model] = (*variants.get(model, ()), Variant(slug, model, figures))
            elif not (row.cells["params"] and row.cells["trainable"]):
                sheet.fault(row.line, f"variant {slug!r} lacks a count; expected both, params and trainable")
        seen.add(slug)
    return variants, sheet.faults
