"""Variants: the networks of this project for a model, and their counted parameters."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from modelzoo.base.text import quote
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.csv_sheet import read_sheet
from modelzoo.catalog.printed_value import PrintedValue
from modelzoo.catalog.sources import read_row

COUNTS = ("params", "trainable")
COLUMNS = ("slug", "model", *COUNTS)


class Variant(msgspec.Struct, frozen=True):
    """One network of a model; `counts` has all its parameters and the trainable ones."""

    slug: str
    model: str
    counts: Mapping[str, PrintedValue]


def read_variants(path: Path, slugs: Mapping[str, object]) -> tuple[dict[str, tuple[Variant, ...]], list[str]]:
    """Read the variants of a ``variants.csv`` by model, and the problems of the file; none without a file.

    A variant of a model that `slugs` lacks is a problem.
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
            sheet.fault(row.line, f"slug {quote(slug)} is in two rows; each variant has one row")
        elif model not in slugs:
            sheet.fault(row.line, f"model {quote(model)} is not in models.csv; add the model there first")
        else:
            counts = read_row(row, {key: CRITERIA[key] for key in COUNTS}, sheet)
            if set(counts) == set(COUNTS):
                variants[model] = (*variants.get(model, ()), Variant(slug, model, counts))
            elif not (row.cells["params"] and row.cells["trainable"]):
                sheet.fault(row.line, f"variant {quote(slug)} lacks a count; expected both, params and trainable")
        seen.add(slug)
    return variants, sheet.faults
