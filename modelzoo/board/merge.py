"""The leaderboard: published and measured figures of the same models, ranked by both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from modelzoo.board.measured import Measured, choose_protocol, decision_table, measured_models
from modelzoo.board.notes import caption_of, legend, named, notes_of
from modelzoo.board.protocol import Protocol, dates_of, protocol_of, versions_of
from modelzoo.board.standing import Leaderboard, Row, Section
from modelzoo.catalog.catalog import Catalog, DecisionTable
from modelzoo.catalog.sources import Source
from modelzoo.scoring.rank import Ranking, rank

if TYPE_CHECKING:
    from modelzoo.training.record import Record

PUBLISHED_BY = "top5,gpu,params"
MEASURED_BY = "accuracy,latency,params"

# Published figures that stand in every leaderboard where the catalog has them, ranked by or not.
SHOWN = ("top1", "top5", "gpu", "params")

LOCAL, SHIPPED = "local", "shipped"

# A rank of one says nothing.
FEWEST = 2


def leaderboard(
    records: Iterable["Record"],
    catalog: Catalog,
    *,
    shipped: Iterable["Record"] = (),
    dataset: str | None = None,
    by: str = MEASURED_BY,
    published_by: str = PUBLISHED_BY,
    sources: Sequence[str] | None = None,
) -> Leaderboard:
    """Published and measured figures side by side, ranked by both over the same models.

    The published scores are those of `rank` over the whole catalog; the measured ones have the section's converged
    models for bounds.

    Parameters
    ----------
    records : runs made here
    shipped : runs that came with the package; one that was also made here is shown once
    dataset : only runs on the data set of that name
    by, published_by : criteria of the measured and of the published rank, as `rank` takes them
    sources : where published figures are from; the catalog's default ones where none are named

    Raises
    ------
    ZooError
        If no run has a result, or a criterion, source or data set is unknown.
    """
    runs = _united(records, shipped)
    whence = {(run.id, protocol_of(run)): place for run, place in runs}
    published = rank(catalog, by=published_by, sources=sources)
    shown = dict.fromkeys((*(key for key in SHOWN if key in catalog.criteria), *(c.key for c in published.criteria)))
    figures = catalog.table(tuple(shown), sources)
    chosen = catalog.chosen_sources(sources)
    sections = []
    for protocol, found in choose_protocol([run for run, _ in runs], dataset).items():
        rows = [_row(model, catalog, figures, protocol, whence) for model in measured_models(found)]
        sections.append(_section(protocol, rows, published, by, chosen))
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


def _section(
    protocol: Protocol, rows: Sequence[Row], published: Ranking, by: str, sources: Sequence[Source]
) -> Section:
    converged = [row.measured for row in rows if row.measured.converged]
    of_published = {entry.slug: entry for entry in published.entries}
    # Where too few stand for a rank, the criteria are still read, so that a wrong one is an error all the same.
    measured = rank(decision_table(converged or [row.measured for row in rows], protocol.data), by=by)
    candidates = [entry.slug for entry in measured.entries if entry.slug in of_published]
    ranked = candidates if converged and len(candidates) >= FEWEST else []
    alone = _places(measured, [entry.slug for entry in measured.entries])
    unranked = _reasons(rows, published, measured, alone if len(alone) >= FEWEST else {})
    rows = _in_order(_with_ranks(rows, published, measured, ranked))
    runs = [run for row in rows for run in row.measured.runs]
    notes = legend(named(published.criteria), named(measured.criteria), sources) + notes_of(rows, unranked, sources)
    return Section(
        protocol=protocol,
        rows=tuple(rows),
        measured_by=named(measured.criteria),
        versions=versions_of(runs),
        dates=dates_of(runs),
        caption=caption_of(protocol, runs),
        notes=tuple(notes),
    )


def _with_ranks(rows: Sequence[Row], published: Ranking, measured: Ranking, slugs: Sequence[str]) -> list[Row]:
    if not slugs:
        return list(rows)
    before, after = _places(published, slugs), _places(measured, slugs)
    scores = {entry.slug: entry.score for entry in published.entries}
    own = {entry.slug: entry.score for entry in measured.entries}
    return [
        replace(
            row,
            published_rank=before[slug],
            measured_rank=after[slug],
            published_score=scores[slug],
            measured_score=own[slug],
        )
        if (slug := row.measured.slug) in after
        else row
        for row in rows
    ]


def _places(ranking: Ranking, slugs: Sequence[str]) -> dict[str, int]:
    """The rank of each of these models among them alone; equal ranks stay equal."""
    ranks = {entry.slug: entry.rank for entry in ranking.entries if entry.slug in slugs}
    return {slug: 1 + sum(other < own for other in ranks.values()) for slug, own in ranks.items()}


def _reasons(rows: Sequence[Row], published: Ranking, measured: Ranking, alone: Mapping[str, int]) -> dict[str, str]:
    """Why a converged model is in neither rank, and where it would stand by what was measured."""
    reasons: dict[str, str] = {}
    ranked = {entry.slug for entry in published.entries}
    unpublished = {item.slug: item.reason for item in published.excluded}
    unmeasured = {item.slug: item.reason for item in measured.excluded}
    for row in rows:
        slug = row.measured.slug
        if not row.measured.converged:
            continue
        if slug in unmeasured:
            reasons[slug] = f"is in neither rank (measured figures: {unmeasured[slug]})."
        elif slug not in ranked:
            why = unpublished.get(slug, f"not known to {', '.join(published.sources)}")
            would = f"; by what was measured it would stand {ordinal(alone[slug])} of {len(alone)}" if alone else ""
            reasons[slug] = f"is in neither rank (published figures: {why}){would}."
    return reasons


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th …"""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _in_order(rows: Sequence[Row]) -> list[Row]:
    def key(row: Row) -> tuple[bool, int, bool, float, str]:
        unranked = row.measured_rank is None
        return unranked, row.measured_rank or 0, not row.measured.converged, -row.measured.accuracy, row.name

    return sorted(rows, key=key)
