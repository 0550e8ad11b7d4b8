"""`zoo show`: one model, with every value, its source and the source's conditions."""

from collections.abc import Iterator
from typing import Any

import msgspec

from modelzoo.catalog.audit import Finding, audit
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import Criterion
from modelzoo.catalog.listing import describe_model
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.sources import Source
from modelzoo.catalog.variant_listing import VariantDescription, describe_variant
from modelzoo.tables.table import Column, Table

# The fields of a source in JSON as they are.
_STATED = ("key", "title", "address", "version", "conditions", "basis")


class Description(msgspec.Struct, frozen=True):
    """A model with its sources, their criteria, the audit's findings in them, and its variants."""

    model: Model
    sources: tuple[Source, ...]
    criteria: tuple[Criterion, ...]
    findings: tuple[Finding, ...]
    variants: tuple[str, ...] = ()

    def table(self) -> Table:
        """Return the printed values, a row for each criterion, a column for each source."""
        columns = [Column("criterion", self.model.name)]
        columns += [Column(source.key, source.key, right=True) for source in self.sources]
        rows = [
            [item.heading(), *(self._printed(source, item.key) for source in self.sources)] for item in self.criteria
        ]
        return Table(columns, rows, caption=self._caption(), notes=tuple(self._notes()))

    def to_dict(self) -> dict[str, Any]:
        """Return the description for JSON: each value, its print and its rounding, by source and criterion."""
        return {
            **describe_model(self.model),
            "variants": self.variants,
            "sources": [
                {
                    **{field: getattr(source, field) for field in _STATED},
                    "weights": source.weights.get(self.model.slug),
                    "note": source.notes.get(self.model.slug),
                    "figures": {
                        key: {"value": value.value, "printed": value.text, "rounded_by": value.resolution}
                        for key, value in source.rows[self.model.slug].items()
                    },
                }
                for source in self.sources
            ],
            "findings": msgspec.to_builtins(self.findings),
        }

    def _printed(self, source: Source, key: str) -> str | None:
        value = source.rows[self.model.slug].get(key)
        return value.text if value else None

    def _caption(self) -> str:
        model = self.model
        when = ", ".join(filter(None, (str(model.year or ""), model.family and f"{model.family} family")))
        return f"{model.name}{f' ({when})' if when else ''}: {_how_built(model)}."

    def _notes(self) -> Iterator[str]:
        model = self.model
        known_for = "; ".join(filter(None, (model.highlights_en, model.highlights_ko)))
        if known_for:
            yield f"Known for: {known_for}."
        if len(self.variants) > 1:
            yield f"Variants: {', '.join(self.variants)}; `zoo list --variants` has their parameters."
        for source in self.sources:
            yield f"{source.key}: {source.title}, {source.version}; {source.address}"
            conditions = [f"{topic}: {text}" for topic, text in source.conditions.items()]
            texts = (source.weights.get(model.slug), source.notes.get(model.slug), *conditions)
            yield f"  {'; '.join(filter(None, texts))}"
        for finding in self.findings:
            reason = f" (expected: {finding.expected})" if finding.expected else ""
            yield f"Audit: {finding.text}{reason}"


def describe(catalog: Catalog, name: str) -> Description | VariantDescription:
    """Describe the model, or the variant of a model, of that name, in any spelling."""
    if slugify(name) not in catalog.models and (variant := describe_variant(catalog, name)):
        return variant
    model = catalog.model(name)
    sources = tuple(source for source in catalog.sources.values() if model.slug in source.rows)
    printed = {key for source in sources for key in source.rows[model.slug]}
    return Description(
        model=model,
        sources=sources,
        variants=tuple(variant.slug for variant in catalog.variants.get(model.slug, ())),
        criteria=tuple(item for key, item in catalog.criteria.items() if key in printed),
        findings=audit(catalog, model.slug).findings,
    )


def _how_built(model: Model) -> str:
    builder, _, name = model.build.partition(":")
    if not builder:
        return "no builder is known; `zoo bench` takes one of your own, package.module:function"
    by = {"keras": f"Keras Applications' {name}"}.get(builder, f"this project's {name}")
    return f"built by {by}, from {model.min_size}×{model.min_size} pixels"
