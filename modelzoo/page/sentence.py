"""The sentence of a section: who leads, how firm, what would change it, and what would separate the tied."""

from modelzoo.board.leaderboard import Leaderboard, Section
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.first_rank import first_rank


def describe_section(section: Section) -> str:
    """Describe the measured ranking of a section and its most accurate tied models; empty without either."""
    parts = [_describe(section.ranking), _separation(section)]
    return " ".join(filter(None, parts))


def describe_board(board: Leaderboard) -> str:
    """Describe the first section with a ranking, or the published ranking if there is none."""
    ranked = next((section for section in board.sections if section.ranking), None)
    return describe_section(ranked) if ranked else _describe(board.published)


def _describe(ranking: Ranking | None) -> str:
    return first_rank(ranking)[0].sentence if ranking else ""


def _separation(section: Section) -> str:
    """Describe the first tied pair with a known number of further test images, else the first tied pair."""
    tied = sorted(section.separations, key=lambda pair: pair.images is None)
    if not tied:
        return ""
    names = {row.measured.slug: row.name for row in section.rows}
    pair = f"{names[tied[0].first]} and {names[tied[0].second]}"
    if tied[0].images is None:
        return f"{pair} are tied in accuracy; no number of test images is known to separate them."
    return f"{pair} are tied in accuracy; about {_rounded(tied[0].images)} more test images would separate them."


def _rounded(images: int) -> str:
    """Format a number with its two first digits: ``4,300``."""
    return f"{float(f'{images:.2g}'):,.0f}"
