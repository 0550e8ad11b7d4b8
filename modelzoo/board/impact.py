"""The impact of a run on the leaderboard, as one sentence."""

from collections.abc import Iterable

from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Row, Section
from modelzoo.board.ranks import ordinal
from modelzoo.catalog.catalog import Catalog
from modelzoo.runs.measured import validation_accuracy, validation_macro_recall
from modelzoo.runs.run import Run, unique_runs


def after_run(run: Run, runs: Iterable[Run], catalog: Catalog) -> str:
    """Return the new rank of the model of a run under its protocol, or the reason why it has none.

    Parameters
    ----------
    runs : all runs, local and shipped, with or without this one
    """
    record = run.record
    if record.untested:
        return f"{record.name} is not tested; the leaderboard lists the run without a rank."
    if not run.usable:
        return f"{record.name} has no result; the leaderboard does not change."
    # This run first, so that it counts and not an older copy of it.
    same_protocol = [item for item in unique_runs([run, *runs]) if item.protocol == run.protocol]
    (section,) = leaderboard(same_protocol, catalog).sections
    row = next(row for row in section.rows if row.measured.slug == record.model)
    if run.id not in {item.id for item in row.measured.runs}:
        return f"{_chosen_recipe(run, row)} {_rank(row, section)}"
    return _rank(row, section)


def _chosen_recipe(run: Run, row: Row) -> str:
    """Return why the runs of another recipe represent the model."""
    model = row.measured
    if model.completed and not run.record.completed:
        return f"This run was stopped at a limit; {row.name} keeps recipe {model.recipe}, whose schedule is complete."
    own, best, unit = validation_accuracy(run.record), model.validation_accuracy, "%"
    if model.chosen_by_macro_recall:
        own, best, unit = validation_macro_recall(run.record), model.validation_macro_recall, "% macro recall"
    if own is None or best is None:
        return f"{row.name} keeps recipe {model.recipe}."
    return (
        f"{row.name} keeps recipe {model.recipe}, with {best:.2f} {unit} on validation images; "
        f"this run has {own:.2f} %."
    )


def _rank(row: Row, section: Section) -> str:
    """Return the rank of a row, or the reason why it has none."""
    data = f"on {section.protocol.data}"
    if not row.measured.completed:
        return (
            f"{row.name} was stopped at a limit before its schedule was complete: it is shown {data}, and not ranked; "
            "without --epochs it trains until its own rule stops it; --set epochs=N is a shorter schedule."
        )
    ranked = sum(row.measured_rank is not None for row in section.rows)
    if row.measured_rank is not None:
        having = sum(item.published_rank is not None for item in section.rows)
        published = f" ({ordinal(row.published_rank)} of {having} by published values)" if row.published_rank else ""
        return f"{row.name} now ranks {ordinal(row.measured_rank)} of {ranked} measured {data}{published}."
    if len(section.rows) == 1:
        return f"{row.name} is the first model measured {data} under these conditions; bench another to rank them."
    if reason := section.unranked.get(row.measured.slug):
        return f"{row.name} {reason}"
    return f"{row.name} is measured {data}; bench another model to rank them."
