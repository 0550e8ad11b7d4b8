"""The impact of runs on the leaderboard, a sentence for each."""

from collections.abc import Iterable, Iterator, Sequence

from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Row, Section
from modelzoo.board.ranks import ordinal
from modelzoo.catalog.catalog import Catalog
from modelzoo.runs.measured import validation_accuracy, validation_macro_recall
from modelzoo.runs.protocol import Protocol
from modelzoo.runs.run import Run, unique_runs


def after_runs(made: Sequence[Run], runs: Iterable[Run], catalog: Catalog) -> Iterator[str]:
    """Yield for each run the new rank of its model under its protocol, or the reason why it has none.

    The leaderboard of a protocol is built once, however many of the runs it ranks.

    Parameters
    ----------
    runs : all runs, local and shipped, with or without those that were made
    """
    sections: dict[Protocol, Section] = {}
    every = unique_runs([*made, *runs])  # those that were made count, and not an older copy of them
    for run in made:
        if run.usable and run.protocol not in sections:
            same_protocol = [item for item in every if item.protocol == run.protocol]
            (sections[run.protocol],) = leaderboard(same_protocol, catalog).sections
        yield _impact(run, sections.get(run.protocol))


def _impact(run: Run, section: Section | None) -> str:
    record = run.record
    if record.untested:
        return f"{record.name} is not tested; the leaderboard lists the run without a rank."
    if section is None or not run.usable:
        return f"{record.name} has no result; the leaderboard does not change."
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
