"""What a leaderboard says in words: the conditions, what its columns mean, who is not ranked and why."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modelzoo.board.columns import show_range
from modelzoo.catalog.sources import Source
from modelzoo.runs.measured import LATENCY_BATCH, STOPPED_MARK, THROUGHPUT_BATCH
from modelzoo.timing.plausibility import plausibility_warnings

if TYPE_CHECKING:
    from modelzoo.board.leaderboard import Row
    from modelzoo.scoring.rank import RankedCriterion


def named(criteria: Sequence["RankedCriterion"]) -> tuple[str, ...]:
    """The criteria of a rank by key, each with its weight where that is not one."""
    return tuple(item.key if item.weight == 1 else f"{item.key} (weight {item.weight:.3g})" for item in criteria)


def legend(published_by: Sequence[str], measured_by: Sequence[str], sources: Sequence[Source]) -> list[str]:
    """What the two ranks go by, and the conditions of the figures."""
    keys = ", ".join(source.key for source in sources)
    ranks = (
        f"Ranked by {', '.join(measured_by)} as measured, and by {', '.join(published_by)} as published ({keys}), both "
        "min-max normalized and summed, over the same models; the change is in places gained. "
        "Each model stands with the recipe and variant that does best on validation images. Accuracy: on the test "
        f"images, with its 95 % Wilson interval; latency: p50 at batch {LATENCY_BATCH}; images/s: at batch "
        f"{THROUGHPUT_BATCH}."
    )
    return [ranks, *(_conditions(source) for source in sources if _conditions(source))]


def _conditions(source: Source) -> str:
    """The source's conditions that bear on accuracies and times."""
    known = [
        f"{topic}: {source.conditions[topic]}" for topic in ("accuracy", "gpu", "times") if topic in source.conditions
    ]
    return f"Published by {source.key}: {'; '.join(known)}." if known else ""


def notes_of(rows: Sequence["Row"], unranked: Mapping[str, str], sources: Sequence[Source]) -> list[str]:
    """What a reader must know of single rows.

    Parameters
    ----------
    sources : where published figures are from; those of any but the first fill gaps, which is said
    unranked : by slug, why a converged model is in neither rank
    """
    notes = [f"{row.name} {unranked[row.measured.slug]}" for row in rows if row.measured.slug in unranked]
    notes += [_stopped(row) for row in rows if not row.measured.converged]
    if not any(row.measured_rank for row in rows):
        notes.append("No ranks: they need two models that converged and have all figures, published and measured.")
    notes += [note for source in sources[1:] if (note := _filled(rows, source.key))]
    if fair := ", ".join(row.name for row in rows if row.measured.chosen_by_macro_recall):
        notes.append(f"Recipe chosen by macro recall on validation images, as one is balanced: {fair}.")
    notes += [_seeds(row) for row in rows if len(row.measured.seeds) > 1]
    found = (
        f"{row.name}: {doubt}."
        for row in rows
        for run in row.measured.runs
        for doubt in plausibility_warnings(run.latency)
    )
    notes += dict.fromkeys(found)  # seeds may be in doubt alike
    if earlier := _warmed_up_earlier(rows):
        notes.append(earlier)
    return notes


def _warmed_up_earlier(rows: Sequence["Row"]) -> str:
    """Which latencies were measured after ten calls of warm-up, where others were after as many as it took."""
    known = [(row.name, latency) for row in rows for run in row.measured.runs for latency in run.latency]
    earlier = dict.fromkeys(name for name, latency in known if latency.steady is None)
    if not earlier or all(latency.steady is None for _, latency in known):
        return ""
    return (
        f"Latency of {', '.join(earlier)}: after 10 calls of warm-up, as earlier versions measured it; of the others, "
        "after warm-up until calls are steady."
    )


def _filled(rows: Sequence["Row"], source: str) -> str:
    filled = {row.name: [key for key, origin in row.origins.items() if origin == source] for row in rows}
    cells = "; ".join(f"{name} ({', '.join(keys)})" for name, keys in filled.items() if keys)
    return f"Published figures filled from {source}: {cells}." if cells else ""


def _stopped(row: "Row") -> str:
    epochs = show_range(row.measured.epochs)
    unit = "epoch" if epochs == "1" else "epochs"
    return f"{STOPPED_MARK} {row.name} was stopped at a limit after {epochs} {unit}, before it converged: not ranked."


def _seeds(row: "Row") -> str:
    model = row.measured
    low, high = min(model.accuracies), max(model.accuracies)
    return (
        f"{row.name}: mean of {len(model.seeds)} seeds, which reach {low:.2f} to {high:.2f} % accuracy (standard "
        f"deviation {model.accuracy_deviation or 0:.2f}); the interval is that of one test, as they share their test "
        "images. Times are medians."
    )
