"""The two ranks of the same models: by published values, and by measured ones."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from modelzoo.board.leaderboard import Row
from modelzoo.board.notes import describe_criteria
from modelzoo.errors import unknown
from modelzoo.runs.measured import MEASURES, MeasuredModel, decision_table
from modelzoo.scoring.criterion_spec import By, parse_criteria
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking

# A rank among fewer models shows nothing.
FEWEST = 2


class RankedRows(Struct, frozen=True, kw_only=True):
    """Rows with ranks, the measured ranking and its criteria, warnings, and reasons.

    `unranked` gives, by slug, the reason why a completed model has no measured rank. `unpublished` gives the reason why
    a model has a measured rank and no published one.
    """

    rows: tuple[Row, ...]
    measured_by: tuple[str, ...]
    ranking: Ranking | None = None
    unranked: dict[str, str]
    unpublished: dict[str, str] = {}
    warnings: tuple[str, ...] = ()


def rank_rows(rows: Sequence[Row], published: Ranking, by: By) -> RankedRows:
    """Rank the completed rows of one protocol by measured values, and by published values where they have these.

    Parameters
    ----------
    published : ranking of the whole catalog
    by : criteria of the measured rank, as `rank` takes them
    """
    keys = [choice.key for choice in parse_criteria(by)]
    for key in keys:
        if key not in MEASURES:
            raise unknown("measured criterion", key, MEASURES)
    completed = [row.measured for row in rows if row.measured.completed]
    if not any(all(MEASURES[key](model) is not None for key in keys) for model in completed):
        reasons = {model.slug: _missing(model, keys) for model in completed}
        return RankedRows(rows=tuple(rows), measured_by=tuple(keys), unranked=reasons)
    measured = rank(decision_table(completed, "measured", keys), by)
    ranked = measured.ranked >= FEWEST
    return RankedRows(
        rows=_with_ranks(rows, published, measured) if ranked else tuple(rows),
        measured_by=describe_criteria(measured.criteria),
        ranking=measured if ranked else None,
        unranked={item.slug: _no_rank(item.reason) for item in measured.excluded},
        unpublished=_unpublished(published, measured) if ranked else {},
        warnings=measured.warnings if ranked else (),
    )


def _missing(model: MeasuredModel, keys: Sequence[str]) -> str:
    """Return the missing measured values of a model as the end of a sentence."""
    return _no_rank(f"no value for {', '.join(key for key in keys if MEASURES[key](model) is None)}")


def _no_rank(reason: str) -> str:
    return f"has no rank (measured values: {reason})."


def _with_ranks(rows: Sequence[Row], published: Ranking, measured: Ranking) -> tuple[Row, ...]:
    """Return the rows with measured ranks; at least two models with both values have a published rank and a change."""
    measured_by_slug = {entry.slug: (entry.rank, entry.score) for entry in measured.entries}
    both = {entry.slug for entry in published.entries} & measured_by_slug.keys()
    both = both if len(both) >= FEWEST else set()
    published_among, measured_among = _ranks_among(published, both), _ranks_among(measured, both)

    def ranked(row: Row) -> Row:
        slug = row.measured.slug
        measured_rank, measured_score = measured_by_slug.get(slug, (None, None))
        row = replace(row, measured_rank=measured_rank, measured_score=measured_score)
        if slug not in both:
            return row
        published_rank, published_score = published_among[slug]
        change = published_rank - measured_among[slug][0]
        return replace(row, published_rank=published_rank, published_score=published_score, change=change)

    return tuple(ranked(row) for row in rows)


def _ranks_among(ranking: Ranking, slugs: Collection[str]) -> dict[str, tuple[int, float]]:
    """Return the rank of each of these models among them alone, and its score; equal ranks stay equal."""
    entries = [entry for entry in ranking.entries if entry.slug in slugs]
    return {entry.slug: (1 + sum(better.rank < entry.rank for better in entries), entry.score) for entry in entries}


def _unpublished(published: Ranking, measured: Ranking) -> dict[str, str]:
    """Return, by slug, why a model with a measured rank has no published values to rank by."""
    known = {entry.slug for entry in published.entries}
    excluded = {item.slug: item.reason for item in published.excluded}
    return {
        entry.slug: excluded.get(entry.slug, f"not known to {', '.join(published.sources)}")
        for entry in measured.entries
        if entry.slug not in known
    }


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th … 11th …"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
