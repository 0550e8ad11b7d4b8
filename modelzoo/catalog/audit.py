"""`zoo audit`: contradictions of the sources with each other, with themselves, or with the built networks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, permutations
from typing import Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base.text import listed, plural
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA, PERCENT
from modelzoo.catalog.models import Model
from modelzoo.catalog.printed_value import PrintedValue
from modelzoo.catalog.sources import Source
from modelzoo.catalog.variants import Variant
from modelzoo.tables.table import Column, Table

Kind = Literal["row", "size", "built", "difference"]

Values = Mapping[str, PrintedValue]

BUILT = "built"
ALL_PARAMETERS = "all parameters"
TRAINABLE_PARAMETERS = "trainable parameters"

# Criteria whose values differ from model to model, so that they can show a row of another model.
_DISTINCTIVE = ("size", "params", "top1", "top5", "gpu", "cpu", "depth", "gflops")
_FEWEST_SHARED = 3

# Weights are 4-byte floats. Files hold a little more than weights, and MB is 2^20 bytes or 10^6.
_BYTES = 4
_FILE_TOLERANCE = 0.10


class Finding(msgspec.Struct, frozen=True):
    """One contradiction in the values of a model.

    Attributes
    ----------
    figures : the printed texts, by source
    expected : the reason for the difference by the sources' stated bases; empty without one
    note : the sources' notes on the row
    """

    kind: Kind
    slug: str
    name: str
    criterion: str | None
    text: str
    figures: dict[str, str]
    expected: str = ""
    note: str = ""


class Audit(msgspec.Struct, frozen=True):
    """The findings: rows that fit another model first, then sizes, built networks, differences."""

    sources: tuple[str, ...]
    findings: tuple[Finding, ...]

    def table(self, *, everything: bool = False) -> Table:
        """Return a row for each finding; `everything` includes the expected ones."""
        shown = [item for item in self.findings if everything or not item.expected]
        rows = [[item.name, item.text, "; ".join(filter(None, (item.expected, item.note))) or None] for item in shown]
        hidden = len(self.findings) - len(shown)
        note = f"{hidden} differences that the sources' stated conditions explain are left out; --all lists them."
        return Table(
            [Column("model", "Model"), Column("finding", "Finding"), Column("note", "What the sources state")],
            rows,
            caption=f"{plural(len(shown), 'finding')} in the sources {', '.join(self.sources)}; "
            "two values differ if no number rounds to both.",
            notes=[note] if hidden else [],
        )


def audit(catalog: Catalog, model: str = "") -> Audit:
    """Find every contradiction in the catalog's sources, from their values and stated bases.

    Parameters
    ----------
    model : the slug of the only model to look at
    """
    finders = (find_foreign_rows, find_odd_sizes, find_miscounts, find_differences)
    found = [list(find(catalog, model)) for find in finders]
    order = {slug: row for row, slug in enumerate(catalog.models)} if any(found) and not model else {}
    findings = (sorted(part, key=lambda item: order.get(item.slug, 0)) for part in found)
    return Audit(tuple(catalog.sources), tuple(chain.from_iterable(findings)))


def _rows(source: Source, model: str) -> Iterable[tuple[str, Values]]:
    """Return the source's rows by slug, or the row of the model."""
    if not model:
        return source.rows.items()
    return [(model, source.rows[model])] if model in source.rows else []


def find_foreign_rows(catalog: Catalog, model: str = "") -> Iterator[Finding]:
    """Find rows whose values are all another model's in another source, and not their own model's there.

    At least three values must be shared, so that coarse ones (8M, 33 MB) do not match by chance.
    """
    for source, other in permutations(catalog.sources.values(), 2):
        slugs, matrix = list(other.rows), _matrix(other.rows.values())
        for slug, row in _rows(source, model):
            own = other.rows.get(slug)
            if own is None or _fits(row, own) == _shared(row, own):
                continue
            values, resolutions = _matrix([row])
            # A difference from a missing value is NaN, which is not greater.
            near = ~(np.abs(matrix[0] - values) > matrix[1] + resolutions).any(axis=1)
            for foreign_slug in [slugs[index] for index in np.flatnonzero(near)]:
                shared = _shared(row, foreign := other.rows[foreign_slug])
                if foreign_slug != slug and len(shared) >= _FEWEST_SHARED and _fits(row, foreign) == shared:
                    yield _foreign_row(catalog, slug, foreign_slug, source, other)


def _matrix(rows: Iterable[Values]) -> NDArray[np.float64]:
    """Return the distinctive values of the rows and their resolutions, (2, n_rows, n_criteria), NaN where missing."""
    missing = PrintedValue(np.nan, "", np.nan)
    cells = [[row.get(key, missing) for key in _DISTINCTIVE] for row in rows]
    return np.array(
        [[[cell.value for cell in row] for row in cells], [[cell.resolution for cell in row] for row in cells]]
    )


def _foreign_row(catalog: Catalog, slug: str, foreign_slug: str, source: Source, other: Source) -> Finding:
    row, own, foreign = source.rows[slug], other.rows[slug], other.rows[foreign_slug]
    model, fitted = catalog.models[slug], catalog.models[foreign_slug]
    matching = _fits(row, foreign)
    printed = ", ".join(f"{CRITERIA[key].label} {row[key].text}" for key in matching)
    text = (
        f"the row in {source.key} is {fitted.name}'s in {other.key}: {len(matching)} of {len(matching)} values "
        f"({printed}); {len(_fits(row, own))} of {len(_shared(row, own))} agree with {model.name}'s own row there"
    )
    figures = {source.key: _printed(row, matching), other.key: _printed(own, matching)}
    return Finding("row", slug, model.name, None, text, figures, note=_notes(slug, (source,)))


def _printed(row: Values, keys: Iterable[str]) -> str:
    return " ".join(f"{key}={row[key].text}" for key in keys if key in row)


def _shared(row: Values, other: Values) -> list[str]:
    return [key for key in _DISTINCTIVE if key in row and key in other]


def _fits(row: Values, other: Values) -> list[str]:
    return [key for key in _shared(row, other) if row[key].agrees(other[key])]


def find_odd_sizes(catalog: Catalog, model: str = "") -> Iterator[Finding]:
    """Find sizes that differ from 4 bytes a parameter of the same row by more than 10 % and rounding."""
    if not {"size", "params"} <= catalog.criteria.keys():
        return
    for source in catalog.sources.values():
        for slug, row in _rows(source, model):
            if "size" in row and "params" in row and not _holds(row["size"], row["params"]):
                size, params = row["size"], row["params"]
                megabytes = params.value * _BYTES / 10**6
                text = (
                    f"{source.key}: {size.text} MB for {_count(params)} parameters, "
                    f"which take {megabytes:.3g} MB at {_BYTES} bytes each"
                )
                figures = {source.key: f"size={size.text} params={params.text}"}
                note = _notes(slug, (source,))
                yield Finding("size", slug, catalog.models[slug].name, "size", text, figures, note=note)


def _holds(size: PrintedValue, params: PrintedValue) -> bool:
    least = (params.value - params.resolution) * _BYTES / 2**20 * (1 - _FILE_TOLERANCE)
    most = (params.value + params.resolution) * _BYTES / 10**6 * (1 + _FILE_TOLERANCE)
    return size.value + size.resolution >= least and size.value - size.resolution <= most


def find_miscounts(catalog: Catalog, model: str = "") -> Iterator[Finding]:
    """Find parameter counts that differ from the built network's, all of them or the trainable ones by the basis.

    The built network is the model's default variant; the finding names the variant that fits.
    """
    if BUILT not in catalog.sources:
        return
    built = catalog.sources[BUILT]
    for source in catalog.sources.values():
        if source is built:
            continue
        basis = source.basis.get("params", "")
        for slug, row in _rows(source, model):
            if "params" not in row or not built.rows.get(slug):
                continue
            printed, counts = row["params"], _counts_by_kind(built.rows[slug], basis)
            if any(printed.agrees(count) for count in counts.values()):
                continue
            nearest = _nearest(counts, printed)
            share = (printed.value - nearest.value) / nearest.value
            built_counts = listed((f"{_count(count)}{kind}" for kind, count in counts.items()), "or")
            text = (
                f"{source.key}: {_count(printed)} parameters; the built network has {built_counts} ({_percent(share)})"
                + _of_variants(catalog.variants.get(slug, ()), printed, basis)
            )
            figures = {source.key: printed.text, BUILT: nearest.text}
            note = _notes(slug, (source, built))
            yield Finding("built", slug, catalog.models[slug].name, "params", text, figures, note=note)


def _of_variants(variants: Sequence[Variant], printed: PrintedValue, basis: str) -> str:
    """Name the model's variants with the printed count, or the nearest two; return no text for one variant."""
    if len(variants) < 2:
        return ""
    counts = {variant.slug: _nearest(_counts_by_kind(variant.counts, basis), printed) for variant in variants}
    ranked = sorted(counts, key=lambda slug: abs(counts[slug].value - printed.value))
    fitting = [slug for slug in ranked if printed.agrees(counts[slug])]
    names = ", ".join(f"{slug} ({_count(counts[slug])})" for slug in fitting or ranked[:2])
    return f"; the row fits {names}" if fitting else f"; no variant fits, the nearest are {names}"


def _nearest(counts: Mapping[str, PrintedValue], printed: PrintedValue) -> PrintedValue:
    return min(counts.values(), key=lambda count: abs(count.value - printed.value))


def _counts_by_kind(built: Values, basis: str) -> dict[str, PrintedValue]:
    """Return the built network's counts for a basis, by their words; both counts without a basis."""
    if built["params"].value == built["trainable"].value:
        return {"": built["params"]}
    kinds = {ALL_PARAMETERS: (" in all", "params"), TRAINABLE_PARAMETERS: (" trainable", "trainable")}
    return {kind: built[key] for stated, (kind, key) in kinds.items() if basis in ("", stated)}


def find_differences(catalog: Catalog, model: str = "") -> Iterator[Finding]:
    """Find values of one model and criterion that cannot be roundings of one number."""
    sources = [source for source in catalog.sources.values() if source.key != BUILT]
    if len(sources) < 2:
        return
    for slug in [model] if model else catalog.models:
        for key in CRITERIA:
            entries = [
                _Entry(source, source.rows[slug][key], source.basis.get(key, ""))
                for source in sources
                if key in source.rows.get(slug, {})
            ]
            pairs = [(first, second) for first, second in combinations(entries, 2) if not first.agrees(second)]
            if not pairs:
                continue
            reasons = {_reason(first, second, entries) for first, second in pairs}
            if key == "params" and not _counted_as_stated(catalog, slug, entries):
                reasons = {""}
            yield _difference(
                catalog.models[slug], key, entries, expected="" if "" in reasons else "; ".join(sorted(reasons))
            )


class _Entry(NamedTuple):
    """A source's value of a model and criterion, with the stated basis."""

    source: Source
    value: PrintedValue
    basis: str

    def agrees(self, other: "_Entry") -> bool:
        return self.value.agrees(other.value)


def _difference(model: Model, key: str, entries: Sequence[_Entry], *, expected: str) -> Finding:
    printed = ", ".join(f"{item.source.key} {_count(item.value)}" for item in entries)
    sources = [item.source for item in entries]
    note = _weights(model.slug, sources) if CRITERIA[key].unit == PERCENT else _notes(model.slug, sources)
    text = f"{CRITERIA[key].heading()} differs: {printed}"
    figures = {item.source.key: item.value.text for item in entries}
    return Finding("difference", model.slug, model.name, key, text, figures, expected, note)


def _reason(first: _Entry, second: _Entry, entries: Sequence[_Entry]) -> str:
    """Return the reason for a difference by the bases of both values; empty without one."""
    bases = {_basis_of(item, entries) for item in (first, second)}
    return " and ".join(sorted(bases)) if len(bases) == 2 and "" not in bases else ""


def _basis_of(item: _Entry, entries: Sequence[_Entry]) -> str:
    """Return the stated basis of a value, or else the basis of a source with the same value."""
    return item.basis or next((other.basis for other in entries if other.basis and other.agrees(item)), "")


def _counted_as_stated(catalog: Catalog, slug: str, entries: Sequence[_Entry]) -> bool:
    """Check that each parameter count is the built network's by its basis, if the network is built."""
    built = catalog.sources[BUILT].rows.get(slug, {}) if BUILT in catalog.sources else {}
    return not built or all(
        any(item.value.agrees(count) for count in _counts_by_kind(built, item.basis).values()) for item in entries
    )


def _count(value: PrintedValue) -> str:
    """Return the printed text, a long whole number with commas between its thousands."""
    return f"{int(value.text):,}" if value.text.isdigit() and len(value.text) > 4 else value.text


def _percent(share: float) -> str:
    return f"{share:+.1%}" if abs(share) >= 0.001 else f"{share:+.2%}"


def _weights(slug: str, sources: Iterable[Source]) -> str:
    return "; ".join(f"{source.key}: {source.weights[slug]}" for source in sources if slug in source.weights)


def _notes(slug: str, sources: Iterable[Source]) -> str:
    return "; ".join(f"{source.key}: {source.notes[slug]}" for source in sources if slug in source.notes)
