"""`zoo audit`: where the sources contradict each other, themselves, or the networks as built."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Literal

from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA, PERCENT
from modelzoo.catalog.models import Model
from modelzoo.catalog.printed_value import PrintedValue
from modelzoo.catalog.sources import Source
from modelzoo.catalog.variants import Variant
from modelzoo.tables.table import Column, Table

Kind = Literal["row", "size", "built", "difference"]

Figures = Mapping[str, PrintedValue]

BUILT = "built"
ALL_PARAMETERS = "all parameters"
TRAINABLE_PARAMETERS = "trainable parameters"

# A row can only be told to be another model's by figures that tell models apart.
_TELLING = ("size", "params", "top1", "top5", "gpu", "cpu", "depth", "gflops")
_FEWEST_SHARED = 3

# Weights are stored as 4-byte floats. Files hold a little more than weights, and print MB for 2^20 bytes or for 10^6.
_BYTES = 4
_FILE_TOLERANCE = 0.10


@dataclass(frozen=True)
class Finding:
    """One contradiction: of which model, in which criterion, what, and why it may be so.

    `figures` are the texts as printed, by source. `expected` says why such a difference is no fault of either source,
    and is empty where nothing stated explains it; `note` is what the sources say about the row.
    """

    kind: Kind
    slug: str
    name: str
    criterion: str | None
    text: str
    figures: dict[str, str]
    expected: str = ""
    note: str = ""


@dataclass(frozen=True)
class Audit:
    """What was found, the rows that fit another model first, then sizes, built networks, differences."""

    findings: tuple[Finding, ...]
    sources: tuple[str, ...]

    def table(self, *, everything: bool = False) -> Table:
        """The findings, a row each; those that stated conditions explain only where `everything` is asked for."""
        shown = [item for item in self.findings if everything or not item.expected]
        rows = [[item.name, item.text, "; ".join(filter(None, (item.expected, item.note))) or None] for item in shown]
        hidden = len(self.findings) - len(shown)
        notes = []
        if hidden:
            notes.append(
                f"{hidden} differences that the sources' stated conditions explain are left out; --all lists them."
            )
        return Table(
            [Column("model", "Model"), Column("finding", "Finding"), Column("note", "What the sources state")],
            rows,
            caption=f"{_counted(len(shown), 'finding')} in the sources {', '.join(self.sources)}; "
            "figures differ where no one value rounds to both.",
            notes=notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """Every finding, explained or not, as JSON has it."""
        return {"sources": list(self.sources), "findings": [asdict(item) for item in self.findings]}


def audit(catalog: Catalog) -> Audit:
    """Every contradiction in the catalog's sources, computed from their figures and stated bases."""
    findings = [
        *_sorted_by_model(catalog, find_foreign_rows(catalog)),
        *_sorted_by_model(catalog, find_odd_sizes(catalog)),
        *_sorted_by_model(catalog, find_miscounts(catalog)),
        *_sorted_by_model(catalog, find_differences(catalog)),
    ]
    return Audit(tuple(findings), tuple(catalog.sources))


def find_foreign_rows(catalog: Catalog) -> Iterator[Finding]:
    """Rows whose every figure is another model's in some other source, and not its own model's there.

    At least three figures must be shared, so that coarse ones (8M, 33 MB) do not make a match by chance.
    """
    for source in catalog.sources.values():
        for other in catalog.sources.values():
            if other is source:
                continue
            for slug, row in source.figures.items():
                own = other.figures.get(slug)
                if own is None or _fits(row, own) == _shared(row, own):
                    continue
                for foreign_slug, foreign in other.figures.items():
                    shared = _shared(row, foreign)
                    if foreign_slug != slug and len(shared) >= _FEWEST_SHARED and _fits(row, foreign) == shared:
                        yield _foreign_row(catalog, slug, foreign_slug, source, other)


def _foreign_row(catalog: Catalog, slug: str, foreign_slug: str, source: Source, other: Source) -> Finding:
    row, own, foreign = source.figures[slug], other.figures[slug], other.figures[foreign_slug]
    model, fitted = catalog.models[slug], catalog.models[foreign_slug]
    matching = _fits(row, foreign)
    printed = ", ".join(f"{CRITERIA[key].label} {row[key].text}" for key in matching)
    text = (
        f"the row in {source.key} is {fitted.name}'s in {other.key}: {len(matching)} of {len(matching)} figures "
        f"({printed}); of {model.name}'s own there it has {len(_fits(row, own))} of {len(_shared(row, own))}"
    )
    figures = {source.key: _printed(row, matching), other.key: _printed(own, matching)}
    return Finding("row", slug, model.name, None, text, figures, note=_notes(slug, (source,)))


def _printed(row: Figures, keys: Iterable[str]) -> str:
    return " ".join(f"{key}={row[key].text}" for key in keys if key in row)


def _shared(row: Figures, other: Figures) -> list[str]:
    return [key for key in _TELLING if key in row and key in other]


def _fits(row: Figures, other: Figures) -> list[str]:
    return [key for key in _shared(row, other) if row[key].agrees(other[key])]


def find_odd_sizes(catalog: Catalog) -> Iterator[Finding]:
    """Sizes that are not what the same row's parameters take at 4 bytes each, give or take 10 % and rounding."""
    for source in catalog.sources.values():
        for slug, row in source.figures.items():
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


def find_miscounts(catalog: Catalog) -> Iterator[Finding]:
    """Parameter counts that are not the built network's: all of them or the trainable ones, as the source counts.

    Where a model has several variants, the built one is its default; the finding says which of them fits instead.
    """
    if BUILT not in catalog.sources:
        return
    built = catalog.sources[BUILT]
    for source in catalog.sources.values():
        if source is built:
            continue
        for slug, row in source.figures.items():
            counts = built.figures.get(slug, {})
            if "params" in row and counts and not _is_count_of(counts, row["params"], source.basis.get("params", "")):
                yield _miscount(catalog, slug, source)


def _miscount(catalog: Catalog, slug: str, source: Source) -> Finding:
    model, built = catalog.models[slug], catalog.sources[BUILT]
    printed, basis = source.figures[slug]["params"], source.basis.get("params", "")
    counts = _counts_by_kind(built.figures[slug], basis)
    nearest = _nearest(counts, printed)
    share = (printed.value - nearest.value) / nearest.value
    found = " or ".join(f"{_count(figure)}{kind}" for kind, figure in counts.items())
    return Finding(
        "built",
        model.slug,
        model.name,
        "params",
        f"{source.key}: {_count(printed)} parameters; the built network has {found} ({_percent(share)})"
        + _of_variants(catalog.variants.get(slug, ()), printed, basis),
        {source.key: printed.text, BUILT: nearest.text},
        note=_notes(model.slug, (source, built)),
    )


def _of_variants(variants: Sequence[Variant], printed: PrintedValue, basis: str) -> str:
    """Which of the model's variants have the printed count, or which two come nearest; empty where it has but one."""
    if len(variants) < 2:
        return ""
    counts = {variant.slug: _nearest(_counts_by_kind(variant.figures, basis), printed) for variant in variants}
    ranked = sorted(counts, key=lambda slug: abs(counts[slug].value - printed.value))
    fitting = [slug for slug in ranked if printed.agrees(counts[slug])]
    told = ", ".join(f"{slug} ({_count(counts[slug])})" for slug in fitting or ranked[:2])
    return f"; the row fits {told}" if fitting else f"; no variant fits, the nearest are {told}"


def _nearest(counts: Mapping[str, PrintedValue], printed: PrintedValue) -> PrintedValue:
    return min(counts.values(), key=lambda figure: abs(figure.value - printed.value))


def _is_count_of(built: Figures, printed: PrintedValue, basis: str) -> bool:
    return any(printed.agrees(figure) for figure in _counts_by_kind(built, basis).values())


def _counts_by_kind(built: Figures, basis: str) -> dict[str, PrintedValue]:
    """The built network's counts that a figure of that basis may be, by the word for them; either without a basis."""
    if built["params"].value == built["trainable"].value:
        return {"": built["params"]}
    kinds = {ALL_PARAMETERS: (" in all", "params"), TRAINABLE_PARAMETERS: (" trainable", "trainable")}
    return {kind: built[key] for stated, (kind, key) in kinds.items() if basis in ("", stated)}


def find_differences(catalog: Catalog) -> Iterator[Finding]:
    """Figures of one model and criterion that cannot be roundings of one value."""
    sources = [source for source in catalog.sources.values() if source.key != BUILT]
    for slug, model in catalog.models.items():
        for key in CRITERIA:
            given = [
                _Given(source, source.figures[slug][key]) for source in sources if key in source.figures.get(slug, {})
            ]
            pairs = [(one, other) for one, other in combinations(given, 2) if not one.figure.agrees(other.figure)]
            if not pairs:
                continue
            reasons = {_reason(one, other, key, given) for one, other in pairs}
            if key == "params" and not _counted_as_stated(catalog, slug, given):
                reasons = {""}
            yield _difference(model, key, given, expected="" if "" in reasons else "; ".join(sorted(reasons)))


@dataclass(frozen=True)
class _Given:
    """A source's figure of the model and criterion at hand."""

    source: Source
    figure: PrintedValue

    def basis(self, key: str) -> str:
        return self.source.basis.get(key, "")


def _difference(model: Model, key: str, given: Sequence[_Given], *, expected: str) -> Finding:
    printed = ", ".join(f"{item.source.key} {_count(item.figure)}" for item in given)
    sources = [item.source for item in given]
    note = _weights(model.slug, sources) if CRITERIA[key].unit == PERCENT else _notes(model.slug, sources)
    return Finding(
        "difference",
        model.slug,
        model.name,
        key,
        f"{CRITERIA[key].heading()} differs: {printed}",
        {item.source.key: item.figure.text for item in given},
        expected,
        note,
    )


def _reason(one: _Given, other: _Given, key: str, given: Sequence[_Given]) -> str:
    """Why the two may differ, from the bases that their sources state; empty where those do not explain it.

    A figure without a stated basis contradicts a source only where it is no other source's figure.
    """
    bases = {_basis_of(item, key, given) for item in (one, other)}
    return " and ".join(sorted(bases)) if len(bases) == 2 and "" not in bases else ""


def _basis_of(item: _Given, key: str, given: Sequence[_Given]) -> str:
    """The basis that the figure's source states, or else that of a source that has the same figure."""
    same = (other for other in given if other.basis(key) and other.figure.agrees(item.figure))
    return item.basis(key) or next((other.basis(key) for other in same), "")


def _counted_as_stated(catalog: Catalog, slug: str, given: Sequence[_Given]) -> bool:
    """Whether each parameter count is the built network's by its own basis, as far as one is built."""
    built = catalog.sources[BUILT].figures.get(slug, {}) if BUILT in catalog.sources else {}
    return not built or all(_is_count_of(built, item.figure, item.basis("params")) for item in given)


def _count(figure: PrintedValue) -> str:
    """The figure as printed, a long whole number with commas between its thousands."""
    return f"{int(figure.text):,}" if figure.text.isdigit() and len(figure.text) > 4 else figure.text


def _percent(share: float) -> str:
    return f"{share:+.1%}" if abs(share) >= 0.001 else f"{share:+.2%}"


def _weights(slug: str, sources: Iterable[Source]) -> str:
    return "; ".join(f"{source.key}: {source.weights[slug]}" for source in sources if slug in source.weights)


def _notes(slug: str, sources: Iterable[Source]) -> str:
    return "; ".join(f"{source.key}: {source.notes[slug]}" for source in sources if slug in source.notes)


def _sorted_by_model(catalog: Catalog, findings: Iterable[Finding]) -> list[Finding]:
    places = {slug: place for place, slug in enumerate(catalog.models)}
    return sorted(findings, key=lambda finding: places[finding.slug])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
