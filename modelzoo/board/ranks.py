"""The two ranks of the same models: by published figures, and by measured ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from modelzoo.board.leaderboard import Row
from modelzoo.board.notes import named
from modelzoo.errors import unknown
from modelzoo.runs.measured import MEASURES, Measured, decision_table
from modelzoo.scoring.criterion_spec import parse_criteria
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking

# A rank of one says nothing.
FEWEST = 2


@dataclass(frozen=True)
class Ranked:
    """Rows with their ranks, the measured rank's criteria, by slug why a converged model is in neither, warnings."""

    rows: tuple[Row, ...]
    measured_by: tuple[str, ...]
    unranked: Mapping[str, str]
    warnings: tuple[str, ...]


def with_ranks(rows: Sequence[Row], published: Ranking, by: str) -> Ranked:
    """The rows of one protocol with both ranks, over those that converged and have the figures for both.

    Parameters
    ----------
    published : of the whole catalog
    by : criteria of the measured rank, as `rank` takes them
    """
    keys = [choice.key for choice in parse_criteria(by)]
    for key in keys:
        if key not in MEASURES:
            raise unknown("measured criterion", key, MEASURES)
    measured = _measured_ranking([row.measured for row in rows if row.measured.converged], keys, by)
    if measured is None:
        unmeasured = {row.measured.slug: _missing(row.measured, keys) for row in rows if row.measured.converged}
        return Ranked(tuple(rows), tuple(keys), unmeasured, ())
    in_catalog = {entry.slug for entry in published.entries}
    slugs = [entry.slug for entry in measured.entries if entry.slug in in_catalog]
    ranked = len(slugs) >= FEWEST
    return Ranked(
        rows=tuple(_placed(row, published, measured, slugs) for row in rows) if ranked else tuple(rows),
        measured_by=named(measured.criteria),
        unranked=_reasons(published, measured),
        warnings=measured.warnings if ranked else (),
    )


def _missing(model: Measured, keys: Sequence[str]) -> str:
    """Return which measured figures keep a model from being ranked."""
    missing = ", ".join(key for key in keys if MEASURES[key](model) is None)
    return f"is in neither rank (measured figures: no value for {missing})."


def _measured_ranking(models: Sequence[Measured], keys: Sequence[str], by: str) -> Ranking | None:
    """The converged models by what was measured; None where none of them has all the figures."""
    complete = any(all(MEASURES[key](model) is not None for key in keys) for model in models)
    return rank(decision_table(models, "measured"), by) if complete else None


def _placed(row: Row, published: Ranking, measured: Ranking, slugs: Collection[str]) -> Row:
    slug = row.measured.slug
    if slug not in slugs:
        return row
    return replace(
        row,
        published_rank=_places(published, slugs)[slug],
        measured_rank=_places(measured, slugs)[slug],
        published_score=next(entry.score for entry in published.entries if entry.slug == slug),
        measured_score=next(entry.score for entry in measured.entries if entry.slug == slug),
    )


def _places(ranking: Ranking, slugs: Collection[str]) -> dict[str, int]:
    """The rank of each of these models among them alone; equal ranks stay equal."""
    ranks = {entry.slug: entry.rank for entry in ranking.entries if entry.slug in slugs}
    return {slug: 1 + sum(other < own for other in ranks.values()) for slug, own in ranks.items()}


def _reasons(published: Ranking, measured: Ranking) -> dict[str, str]:
    """Why a converged model is in neither rank, and where it would stand by what was measured."""
    in_catalog = {entry.slug for entry in published.entries}
    left_out = {item.slug: item.reason for item in published.excluded}
    reasons = {item.slug: f"is in neither rank (measured figures: {item.reason})." for item in measured.excluded}
    for entry in measured.entries:
        if entry.slug not in in_catalog:
            why = left_out.get(entry.slug, f"not known to {', '.join(published.sources)}")
            place = f"; by what was measured it would stand {ordinal(entry.rank)} of {measured.ranked}"
            would = place if measured.ranked >= FEWEST else ""
            reasons[entry.slug] = f"is in neither rank (published figures: {why}){would}."
    return reasons


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th … 11th …"""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
