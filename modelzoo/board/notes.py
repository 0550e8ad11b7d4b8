"""The notes of a leaderboard: conditions, columns, and models that are not ranked."""

from collections.abc import Mapping, Sequence

from modelzoo.board.columns import show_range
from modelzoo.board.leaderboard import Note, Row
from modelzoo.catalog.sources import Source
from modelzoo.runs.choose import hidden_local_runs
from modelzoo.runs.measured import LATENCY_BATCH, STOPPED_MARK, THROUGHPUT_BATCH
from modelzoo.runs.record import Latency
from modelzoo.runs.run import Run
from modelzoo.scoring.ranked import RankedCriterion, describe_weight
from modelzoo.timing.plausibility import slower_batches, unsteady_batches

# The keys of columns, or their beginnings, that notes are on.
_PUBLISHED = ("published", "change")
_TIMES = ("latency", "throughput")


def describe_criteria(criteria: Sequence[RankedCriterion]) -> tuple[str, ...]:
    """Return the key of each criterion, with its weight unless all weigh the same."""
    weights = [describe_weight(item, criteria) for item in criteria]
    return tuple(item.key + (f" ({weight})" if weight else "") for item, weight in zip(criteria, weights, strict=True))


def legend(published_by: Sequence[str], measured_by: Sequence[str], sources: Sequence[Source]) -> list[Note]:
    """Return notes on the criteria of both ranks, and on the conditions of the values."""
    keys = ", ".join(source.key for source in sources)
    ranks = (
        f"Ranked by {', '.join(measured_by)} as measured, and by {', '.join(published_by)} as published ({keys}), both "
        "min-max normalized and summed; the change is the gain in rank among the models that have both. "
        "Each model has the recipe and variant with the best result on validation images. Accuracy: on the test "
        f"images, with its 95 % Wilson interval; latency: p50 at batch {LATENCY_BATCH}; images/s: at batch "
        f"{THROUGHPUT_BATCH}."
    )
    return [Note(ranks), *(Note(_conditions(source), _PUBLISHED) for source in sources)]


def _conditions(source: Source) -> str:
    """Return the conditions of a source for accuracies and times; empty without any."""
    conditions = [
        f"{topic}: {source.conditions[topic]}" for topic in ("accuracy", "gpu", "times") if topic in source.conditions
    ]
    return f"Published by {source.key}: {'; '.join(conditions)}." if conditions else ""


def row_notes(
    rows: Sequence[Row], unranked: Mapping[str, str], sources: Sequence[Source], *, unpublished: Mapping[str, str]
) -> list[Note]:
    """Return notes on single rows.

    Parameters
    ----------
    sources : of the published values; values of any but the first fill missing ones, and a note names them
    unranked : by slug, the reason why a completed model has no measured rank
    unpublished : by slug, the reason why a model with a measured rank has no published values to rank by
    """
    notes = [Note(f"{row.name} {unranked[row.measured.slug]}") for row in rows if row.measured.slug in unranked]
    notes += [Note(_stopped(row)) for row in rows if not row.measured.completed]
    notes.append(_without_ranks(rows, unpublished))
    notes += [Note(_filled(rows, source.key), _PUBLISHED) for source in sources[1:]]
    if balanced := ", ".join(row.name for row in rows if row.measured.chosen_by_macro_recall):
        notes.append(Note(f"Recipe chosen by macro recall on validation images, as one is balanced: {balanced}."))
    notes += [Note(_seeds(row), ("accuracy", "seeds", *_TIMES)) for row in rows if len(row.measured.seeds) > 1]
    return [*notes, *(Note(text, _TIMES) for text in (_slower(rows), _unsteady(rows), _short_warm_up(rows)))]


def _without_ranks(rows: Sequence[Row], unpublished: Mapping[str, str]) -> Note:
    """Return a note on missing ranks; empty without any."""
    if not any(row.measured_rank for row in rows):
        return Note("No ranks: they need two models with completed runs and all measured values.")
    if not any(row.published_rank for row in rows):
        return Note("No published ranks: they need two ranked models with all published values.", _PUBLISHED)
    without = ", ".join(
        f"{row.name} ({unpublished[row.measured.slug]})" for row in rows if row.measured.slug in unpublished
    )
    return Note(without and f"Without a published rank: {without}.", _PUBLISHED)


def _slower(rows: Sequence[Row]) -> str:
    """Return a note on latencies that are longer than that of a larger batch; empty without any."""
    pairs = "; ".join(
        f"{row.name} ({less.p50_ms:.3g} ms at batch {less.batch}, {more.p50_ms:.3g} ms at {more.batch})"
        for row, latencies in _latencies(rows)
        for less, more in slower_batches(latencies)
    )
    if not pairs:
        return ""
    return f"A call took longer at a smaller batch, perhaps as something else kept the machine busy: {pairs}."


def _unsteady(rows: Sequence[Row]) -> str:
    """Return a note on latencies whose calls did not become steady; empty without any."""
    found = "; ".join(
        f"{row.name} (batch {batches})"
        for row, latencies in _latencies(rows)
        if (batches := unsteady_batches(latencies))
    )
    return found and f"Calls did not become steady in warm-up: {found}."


def _latencies(rows: Sequence[Row]) -> list[tuple[Row, Sequence[Latency]]]:
    """Return the latencies of each run with its row."""
    return [(row, run.record.latency) for row in rows for run in row.measured.runs]


def hidden_note(rows: Sequence[Row], runs: Sequence[Run]) -> str:
    """Return a note on the local runs that give way to a shipped recipe; empty without any."""
    hidden = hidden_local_runs([run for row in rows for run in row.measured.runs], runs)
    names = ", ".join(dict.fromkeys(f"{run.record.name} (recipe {run.record.recipe_name})" for run in hidden))
    if not names:
        return ""
    return f"Local runs that give way to a shipped recipe with a better result: {names}; `zoo runs` lists them."


def _short_warm_up(rows: Sequence[Row]) -> str:
    """Return a note on latencies measured after ten warm-up calls, if others were measured after steady calls."""
    latencies = [(row.name, latency) for row, of_run in _latencies(rows) for latency in of_run]
    earlier = dict.fromkeys(name for name, latency in latencies if latency.steady is None)
    if not earlier or all(latency.steady is None for _, latency in latencies):
        return ""
    return (
        f"Latency of {', '.join(earlier)}: after 10 calls of warm-up, as earlier versions measured it; of the others, "
        "after warm-up until calls are steady."
    )


def _filled(rows: Sequence[Row], source: str) -> str:
    """Return a note on the published values that this source fills; empty without any."""
    filled = {row.name: [key for key, origin in row.published_sources.items() if origin == source] for row in rows}
    cells = "; ".join(f"{name} ({', '.join(keys)})" for name, keys in filled.items() if keys)
    return f"Published values filled from {source}: {cells}." if cells else ""


def _stopped(row: Row) -> str:
    epochs = show_range(row.measured.epochs)
    unit = "epoch" if epochs == "1" else "epochs"
    return (
        f"{STOPPED_MARK} {row.name} was stopped at a limit after {epochs} {unit}, before its schedule was complete: "
        "not ranked."
    )


def _seeds(row: Row) -> str:
    model = row.measured
    low, high = min(model.accuracies), max(model.accuracies)
    return (
        f"{row.name}: mean of {len(model.seeds)} seeds, which reach {low:.2f} to {high:.2f} % accuracy (standard "
        f"deviation {model.accuracy_deviation or 0:.2f}); the interval is that of one test, as they share their test "
        "images. Times are medians."
    )
