"""The leaderboard: published and measured figures of the same models, ranked by both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelzoo.board.leaderboard import Leaderboard, Row, Section
from modelzoo.board.notes import legend, named, notes_of
from modelzoo.board.ranks import with_ranks
from modelzoo.board.ties import Ties, find_ties
from modelzoo.catalog.catalog import Catalog, DecisionTable
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.runs.correctness import Reader, answer_sheet
from modelzoo.runs.measured import Measured, choose_protocol, measured_models
from modelzoo.runs.protocol import Protocol, conditions_of, dates_of, protocol_of, versions_of
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking

if TYPE_CHECKING:
    from modelzoo.runs.record import Record

PUBLISHED_BY = "top5,gpu,params"
MEASURED_BY = "accuracy,latency,params"

# Published figures that stand in every leaderboard where the catalog has them, ranked by or not.
SHOWN = ("top1", "top5", "gpu", "params")

LOCAL, SHIPPED = "local", "shipped"


def leaderboard(
    records: Iterable["Record"],
    catalog: Catalog,
    *,
    shipped: Iterable["Record"] = (),
    dataset: str | None = None,
    by: str = MEASURED_BY,
    published_by: str = PUBLISHED_BY,
    sources: Sequence[str] | None = None,
    predictions: Reader | None = None,
) -> Leaderboard:
    """Published and measured figures side by side, ranked by both over the same models.

    The published scores are those of `rank` over the whole catalog; the measured ones have the section's converged
    models for bounds. Sections of a GPU come before those of a CPU.

    Parameters
    ----------
    records : runs made here
    shipped : runs that came with the package; one that was also made here is shown once
    dataset : only runs on the data set of that name
    by, published_by : criteria of the measured and of the published rank, as `rank` takes them
    sources : where published figures are from; the catalog's default ones where none are named
    predictions : gives what a run predicted (`Gathered.predictions`), so that accuracies are compared image by image

    Raises
    ------
    ZooError
        If no run has a result, or a criterion, source or data set is unknown.
    """
    runs = _united(records, shipped)
    whence = {(run.id, protocol_of(run)): place for run, place in runs}
    published = rank(catalog, by=published_by, sources=sources)
    shown = dict.fromkeys(
        [*(key for key in SHOWN if key in catalog.criteria), *(item.key for item in published.criteria)]
    )
    figures = catalog.table(tuple(shown), published.sources)
    chosen = catalog.chosen_sources(published.sources)
    sections = []
    protocols = choose_protocol([run for run, _ in runs], dataset)
    for protocol, found in sorted(protocols.items(), key=lambda item: item[0].gpu is None):
        rows = [_row(model, catalog, figures, protocol, whence) for model in measured_models(found)]
        ties = _ties([row.measured for row in rows if row.measured.converged], predictions)
        rows = [replace(row, tie=ties.letters.get(row.measured.slug)) for row in rows]
        sections.append(_section(protocol, rows, published, by, chosen, ties.note))
    return Leaderboard(tuple(sections), named(published.criteria), figures.criteria, figures.sources)


def _united(local: Iterable["Record"], shipped: Iterable["Record"]) -> list[tuple["Record", str]]:
    """Each run once, with whence it is.

    A run's id says what was asked for. Made on another machine it is another measurement; on the same, the same one.
    """
    runs: dict[tuple[str, Protocol], tuple[Record, str]] = {}
    for place, records in ((LOCAL, local), (SHIPPED, shipped)):
        for record in records:
            runs.setdefault((record.id, protocol_of(record)), (record, place))
    return list(runs.values())


def _row(
    model: Measured,
    catalog: Catalog,
    figures: DecisionTable,
    protocol: Protocol,
    whence: Mapping[tuple[str, Protocol], str],
) -> Row:
    """The row without ranks."""
    published, origins = {}, {}
    if model.slug in figures.slugs:
        place = figures.slugs.index(model.slug)
        for column, criterion in enumerate(figures.criteria):
            value, origin = float(figures.values[place, column]), int(figures.origins[place, column])
            if not np.isnan(value):
                published[criterion.key] = value
                origins[criterion.key] = figures.sources[origin] if origin >= 0 else "catalog"
    return Row(
        name=catalog.models[model.slug].name if model.slug in catalog.models else model.name,
        measured=model,
        published=published,
        origins=origins,
        whence=" and ".join(sorted({whence[run.id, protocol] for run in model.runs})),
    )


def _ties(models: Sequence[Measured], predictions: Reader | None) -> Ties:
    """Who cannot be told apart; damaged predictions are named, and intervals compared instead."""
    if predictions is None:
        return find_ties(models, None)
    try:
        return find_ties(models, answer_sheet([run for model in models for run in model.runs], predictions))
    except ZooError as error:
        ties = find_ties(models, None)
        return replace(ties, note=f"{ties.note} Accuracies are not compared image by image: {error}.".lstrip())


def _section(
    protocol: Protocol, rows: Sequence[Row], published: Ranking, by: str, sources: Sequence[Source], tied: str
) -> Section:
    ranked = with_ranks(rows, published, by)
    runs = [run for row in rows for run in row.measured.runs]
    notes = legend(named(published.criteria), ranked.measured_by, sources)
    return Section(
        protocol=protocol,
        rows=_in_order(ranked.rows),
        measured_by=ranked.measured_by,
        versions=versions_of(runs),
        dates=dates_of(runs),
        caption=conditions_of(protocol, runs),
        notes=(
            *notes,
            *notes_of(_in_order(ranked.rows), ranked.unranked, sources),
            *filter(None, (tied,)),
            *ranked.warnings,
        ),
        unranked=ranked.unranked,
    )


def _in_order(rows: Sequence[Row]) -> tuple[Row, ...]:
    def key(row: Row) -> tuple[bool, int, bool, float, str]:
        unranked = row.measured_rank is None
        return unranked, row.measured_rank or 0, not row.measured.converged, -row.measured.accuracy, row.name

    return tuple(sorted(rows, key=key))
