"""Variants for people: `zoo list --variants`, and `zoo show` of one."""

from typing import Any

import msgspec

from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.variants import COUNTS, Variant
from modelzoo.tables.table import Column, Table


class ListedVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A network of this project: its model, its parameters, and whether the model's name means this network."""

    slug: str
    model: str
    name: str
    params: int
    trainable: int
    default: bool


class VariantListing(msgspec.Struct, frozen=True):
    """The variants of all models, in the catalog's order."""

    variants: tuple[ListedVariant, ...]

    def table(self) -> Table:
        """Return a row for each variant."""
        columns = [
            Column("slug", "Variant"),
            Column("name", "Model"),
            *(Column(key, CRITERIA[key].label, lambda count: f"{count:,}", right=True) for key in COUNTS),
            Column("default", "Default", lambda default: "yes" if default else ""),
        ]
        return Table(
            columns,
            [[getattr(variant, column.key) for column in columns] for variant in self.variants],
            caption=f"{len(self.variants)} networks of this project, counted at their published input and classes; "
            "`zoo bench VARIANT` trains one, `zoo bench MODEL` the default one.",
        )


class VariantDescription(msgspec.Struct, frozen=True):
    """One variant, its model, and the other variants of the model."""

    variant: ListedVariant
    model: Model
    others: tuple[str, ...]

    def table(self) -> Table:
        """Return the counts of the variant's parameters."""
        others = f"Other variants of {self.model.name}: {', '.join(self.others)}."
        return Table(
            [Column("count", self.variant.slug), Column("built", "built", lambda count: f"{count:,}", right=True)],
            [[CRITERIA[key].label, getattr(self.variant, key)] for key in COUNTS],
            caption=f"{self.variant.slug}: a network of this project for {self.model.name}; `zoo show "
            f"{self.model.slug}` shows the published values.",
            notes=[others] if self.others else [],
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the description for JSON."""
        return {**msgspec.to_builtins(self.variant), "others": self.others}


def list_variants(catalog: Catalog) -> VariantListing:
    """List the variants of all models."""
    return VariantListing(
        tuple(_listed(variant, catalog) for of_model in catalog.variants.values() for variant in of_model)
    )


def describe_variant(catalog: Catalog, name: str) -> VariantDescription | None:
    """Describe the variant of that name, in any spelling; None if there is none."""
    for of_model in catalog.variants.values():
        for variant in of_model:
            if slugify(variant.slug) == slugify(name):
                others = tuple(other.slug for other in of_model if other is not variant)
                return VariantDescription(_listed(variant, catalog), catalog.models[variant.model], others)
    return None


def _listed(variant: Variant, catalog: Catalog) -> ListedVariant:
    model = catalog.models[variant.model]
    counts = {key: round(value.value) for key, value in variant.counts.items()}
    default = model.build == f"modelzoo:{variant.slug}"
    return ListedVariant(slug=variant.slug, model=model.slug, name=model.name, default=default, **counts)
