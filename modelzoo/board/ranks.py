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
    """Rows with ranks, the criteria of the measured rank, warnings, and reasons.

    `unranked` gives, by slug, the reason why a completed model is in neither rank.
    """

    rows: tuple[Row, ...]
    measured_by: tuple[str, ...]
    unranked: dict[str, str]
    warnings: tuple[str, ...] = ()


def rank_rows(rows: Sequence[Row], published: Ranking, by: By) -> RankedRows:
    """Rank the rows of one protocol twice: the completed models that have the values for both ranks.

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
    published_slugs = {entry.slug for entry in published.entries}
    slugs = {entry.slug for entry in measured.entries} & published_slugs
    ranked = len(slugs) >= FEWEST
    return RankedRows(
        rows=_with_ranks(rows, published, measured, slugs) if ranked else tuple(rows),
        measured_by=describe_criteria(measured.criteria),
        unranked=_reasons(published, measured),
        warnings=measured.warnings if ranked else (),
    )


def _missing(model: MeasuredModel, keys: Sequence[str]) -> str:
    """Return the missing measured values of a model as the end of a sentence."""
    missing = ", ".join(key for key in keys if MEASURES[key](model) is None)
    return f"is in neither rank (measured values: no value for {missing})."


def _with_ranks(rows: Sequence[Row], published: Ranking, measured: Ranking, slugs: Collection[str]) -> tuple[Row, ...]:
    """Return the rows, with both ranks and scores for the models in `slugs`."""
    published_by_slug, measured_by_slug = _ranks_among(published, slugs), _ranks_among(measured, slugs)

    def ranked(row: Row) -> Row:
        published_rank, published_score = published_by_slug[row.measured.slug]
        measured_rank, measured_score = measured_by_slug[row.measured.slug]
        return replace(
            row,
            published_rank=published_rank,
            measured_rank=measured_rank,
            published_score=published_score,
            measured_score=measured_score,
        )

    return tuple(ranked(row) if row.measured.slug in slugs else row for row in rows)


def _ranks_among(ranking: Ranking, slugs: Collection[str]) -> dict[str, tuple[int, float]]:
    """Return the rank of each of these models among them alone, and its score; equal ranks stay equal."""
    entries = [entry for entry in ranking.entries if entry.slug in slugs]
    return {entry.slug: (1 + sum(better.rank < entry.rank for better in entries), entry.score) for entry in entries}


def _reasons(published: Ranking, measured: Ranking) -> dict[str, str]:
    """Return, by slug, why a completed model is in neither rank, and its rank by the measured values alone."""
    published_slugs = {entry.slug for entry in published.entries}
    excluded = {item.slug: item.reason for item in published.excluded}
    reasons = {item.slug: f"is in neither rank (measured values: {item.reason})." for item in measured.excluded}
    for entry in measured.entries:
        if entry.slug not in published_slugs:
            reason = excluded.get(entry.slug, f"not known to {', '.join(published.sources)}")
            alone = f"; by measured values it would rank {ordinal(entry.rank)} of {measured.ranked}"
            reasons[entry.slug] = (
                f"is in neither rank (published values: {reason}){alone if measured.ranked >= FEWEST else ''}."
            )
    return reasons


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th … 11th …"""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
