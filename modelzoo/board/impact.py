"""What a run does to the leaderboard, in one sentence."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Row, Section
from modelzoo.board.ranks import ordinal
from modelzoo.catalog.catalog import Catalog
from modelzoo.runs.measured import usable, validation_accuracy, validation_macro_recall
from modelzoo.runs.protocol import protocol_of

if TYPE_CHECKING:
    from modelzoo.runs.record import Record


def after_run(record: "Record", records: Iterable["Record"], catalog: Catalog) -> str:
    """Where the run's model now stands among those measured under the same protocol, or why it stands nowhere.

    Parameters
    ----------
    records : the runs there are, local and shipped, with or without this one
    """
    if not usable(record):
        return f"{record.name} has no result; the leaderboard stays as it is."
    # Before the others, so that it is this copy of the run that counts.
    board = leaderboard([record, *records], catalog)
    section = next(section for section in board.sections if section.protocol == protocol_of(record))
    row = next(row for row in section.rows if row.measured.slug == record.model)
    if record.id not in {run.id for run in row.measured.runs}:
        return f"{_kept(record, row)} {_standing(row, section)}"
    return _standing(row, section)


def _kept(record: "Record", row: Row) -> str:
    """Why another recipe's runs stand for the model."""
    model = row.measured
    if model.converged and not record.converged:
        return f"This run was stopped at a limit; {row.name} stands with recipe {model.recipe}, which converged."
    own, theirs, what = validation_accuracy(record), model.validation_accuracy, "%"
    if model.chosen_by_macro_recall:
        own, theirs, what = validation_macro_recall(record), model.validation_macro_recall, "% macro recall"
    if own is None or theirs is None:
        return f"{row.name} stands with recipe {model.recipe}."
    return (
        f"{row.name} stands with recipe {model.recipe}, {theirs:.2f} {what} on validation images against this run's "
        f"{own:.2f} %."
    )


def _standing(row: Row, section: Section) -> str:
    where = f"on {section.protocol.data}"
    if not row.measured.converged:
        return (
            f"{row.name} was stopped at a limit before it converged: it is shown {where}, and not ranked; "
            "without --epochs it trains until its own rule stops it."
        )
    ranked = sum(other.measured_rank is not None for other in section.rows)
    if row.measured_rank is not None and row.published_rank is not None:
        return (
            f"{row.name} now stands {ordinal(row.measured_rank)} of {ranked} measured {where} "
            f"({ordinal(row.published_rank)} by published figures)."
        )
    if len(section.rows) == 1:
        return f"{row.name} is the first model measured {where} under these conditions; bench another to rank them."
    if reason := section.unranked.get(row.measured.slug):
        return f"{row.name} {reason}"
    return f"{row.name} is measured {where}; bench another model to rank them."
