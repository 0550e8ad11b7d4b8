"""The candidates of a race: named models, or the best ranked ones that can be built."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelzoo.benchmarking.models import best_ranked
from modelzoo.benchmarking.names import resolve_models
from modelzoo.catalog.models import Model
from modelzoo.racing.options import ChooseOptions
from modelzoo.runs.events import Report

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog


def candidates(catalog: "Catalog", names: Sequence[str], options: ChooseOptions, report: Report) -> list[Model]:
    """Return the named models, or without names the best ranked ones that have a builder.

    Raises
    ------
    ZooError
        If a name is unknown, or no ranked model has a builder.
    """
    if names:
        return resolve_models(catalog, list(dict.fromkeys(names)))
    return best_ranked(
        catalog, options.top, report, profile=options.profile, source=options.source, where=options.where
    )
