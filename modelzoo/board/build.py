"""Building the leaderboard: published and measured values of the same models, ranked by both."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec.structs import replace

from modelzoo.base.arguments import checked
from modelzoo.base.text import cut
from modelzoo.board.leaderboard import Leaderboard, Note, Row, Section
from modelzoo.board.notes import describe_criteria, hidden_note, legend, row_notes
from modelzoo.board.ranks import rank_rows
from modelzoo.board.ties import find_ties
from modelzoo.board.untested import untested_runs
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.keys import quoted
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.racing.choice import Choice
from modelzoo.runs.choose import NO_RUNS, ChosenRuns, choose_runs, is_named, is_on
from modelzoo.runs.correctness import load_correctness
from modelzoo.runs.measured import MeasuredModel, measured_models
from modelzoo.runs.protocol import Protocol, conditions_of, dates_of, versions_of
from modelzoo.runs.run import Run, all_shipped
from modelzoo.scoring.criterion_spec import By, parse_criteria
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.values import MEASURED_BY

PUBLISHED_BY = "top5,gpu,params"

# Criteria whose published values every leaderboard shows, ranked by or not, if the catalog has them.
SHOWN = ("top1", "top5", "gpu", "params")


@checked
def leaderboard(
    runs: Iterable[Run],
    catalog: Catalog,
    *,
    dataset: str | None = None,
    hardware: str | None = None,
    shipped: bool = False,
    by: By = MEASURED_BY,
    published_by: By | None = None,
    source: str | Sequence[str] | None = None,
    choices: Sequence[Choice] = (),
) -> Leaderboard:
    """Rank the same models by published and by measured values.

    The published scores are those of `rank` over the whole catalog. The bounds of the measured scores are those of the
    completed models of the section. Sections of a GPU precede those of a CPU. Accuracies are compared image by image
    where the runs keep their predictions. Without a run there is no section, only the published ranking.

    Parameters
    ----------
    runs : as `load_runs` gives them; shipped runs of models that the catalog lacks are left out
    catalog : as `load_catalog` gives it
    dataset, hardware, shipped : which of the runs, as `choose_runs` takes them; by default the local ones
    by, published_by : criteria of the measured and of the published rank, as `rank` takes them. The published
        rank is by top5, gpu and params. Where the catalog lacks one, it is by all criteria with a sense
    source : of the published values, as `rank` takes it; by default the catalog's
    choices : as `load_choices` gives them; they are shown below the ranked models, as are untested runs

    Raises
    ------
    ZooError
        If a criterion, source or data set is unknown, or no model can be ranked by published values.
    """
    published = rank(catalog, by=_usual_criteria(catalog) if published_by is None else published_by, source=source)
    shown = dict.fromkeys(
        [*(key for key in SHOWN if key in catalog.criteria), *(item.key for item in published.criteria)]
    )
    values = catalog.table(tuple(shown), published.sources)
    of_values = catalog.chosen_sources(published.sources)
    sections, problems = [], list[str]()
    runs = tuple(runs)
    usable = [run for run in runs if run.usable and (run.origin == "local" or run.record.model in catalog.models)]
    chosen = ChosenRuns(runs=(), note=NO_RUNS)
    if usable or dataset or hardware:
        chosen = choose_runs(usable, dataset, hardware=hardware, shipped=shipped)
    ordered = sorted(chosen.protocols.items(), key=lambda item: (all_shipped(item[1]), item[0].gpu is None))
    for protocol, of_protocol in ordered:
        rows = [_row(model, catalog, values) for model in measured_models(of_protocol)]
        completed = [row.measured for row in rows if row.measured.completed]
        correctness, damaged = load_correctness([run for model in completed for run in model.runs])
        problems += damaged.values()
        ties = find_ties(completed, correctness)
        rows = [replace(row, tie=ties.letters.get(row.measured.slug)) for row in rows]
        further = Note(hidden_note(rows, of_protocol)), Note(ties.note, ("tie",))
        section = _section(protocol, rows, published, by, of_values, further)
        sections.append(replace(section, separations=ties.separations))
    return Leaderboard(
        sections=tuple(sections),
        catalog=catalog,
        published=published,
        published_by=describe_criteria(published.criteria),
        measured_by=tuple(spec.key for spec in parse_criteria(by)),
        shown=values.criteria,
        sources=values.sources,
        problems=tuple(problems),
        note=chosen.note,
        untested=untested_runs(run for run in runs if _fits(run, dataset, hardware)),
        choices=tuple(one for one in choices if _matches(one.dataset, one.bill.device, dataset, hardware)),
    )


def _fits(run: Run, dataset: str | None, hardware: str | None) -> bool:
    """Return whether an own run has this data set and hardware."""
    return run.origin == "local" and _matches(run.record.dataset.name, run.protocol.hardware, dataset, hardware)


def _matches(data: str, device: str, dataset: str | None, hardware: str | None) -> bool:
    return (dataset is None or is_named(data, dataset)) and (hardware is None or is_on(device, hardware))


def _usual_criteria(catalog: Catalog) -> By:
    """Return the criteria of the published rank where none are given."""
    if all(spec.key in catalog.criteria for spec in parse_criteria(PUBLISHED_BY)):
        return PUBLISHED_BY
    keys = [quoted(key) for key, criterion in catalog.criteria.items() if criterion.sense]
    if not keys:
        listed = cut(", ".join(map(quoted, catalog.criteria)))
        raise ZooError(
            f"no column of the catalog ({listed}) is a criterion with a known sense; say with `published_by` what to "
            "rank by and which way is better, as in price:min"
        )
    return keys


def _row(model: MeasuredModel, catalog: Catalog, values: DecisionTable) -> Row:
    """Return the row without ranks."""
    published, sources = {}, {}
    if model.slug in values.slugs:
        index = values.slugs.index(model.slug)
        for column, criterion in enumerate(values.criteria):
            value, source = float(values.values[index, column]), int(values.origins[index, column])
            if not np.isnan(value):
                published[criterion.key] = value
                sources[criterion.key] = values.sources[source] if source >= 0 else "catalog"
    return Row(
        name=catalog.models[model.slug].name if model.slug in catalog.models else model.name,
        measured=model,
        published=published,
        published_sources=sources,
    )


def _section(
    protocol: Protocol,
    rows: Sequence[Row],
    published: Ranking,
    by: By,
    sources: Sequence[Source],
    notes: Sequence[Note],
) -> Section:
    """Return the section of one protocol, with ranks and notes; `notes` are further ones, empty ones are left out."""
    ranked = rank_rows(rows, published, by)
    ordered = tuple(sorted(ranked.rows, key=_order))
    records = [run.record for row in rows for run in row.measured.runs]
    every = (
        *legend(describe_criteria(published.criteria), ranked.measured_by, sources),
        *row_notes(ordered, ranked.unranked, sources, unpublished=ranked.unpublished),
        *notes,
        *map(Note, ranked.warnings),
    )
    return Section(
        protocol=protocol,
        rows=ordered,
        measured_by=ranked.measured_by,
        versions=versions_of(records),
        dates=dates_of(records),
        caption=conditions_of(protocol, records),
        notes=tuple(note for note in every if note.text),
        unranked=ranked.unranked,
        ranking=ranked.ranking,
    )


def _order(row: Row) -> tuple[bool, int, bool, float, str]:
    """Return the sort key for the ranked rows first, then the completed ones, each by accuracy."""
    unranked = row.measured_rank is None
    return unranked, row.measured_rank or 0, not row.measured.completed, -row.measured.accuracy, row.name
