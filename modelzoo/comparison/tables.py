"""The tables of a comparison: candidates, pairs, confused classes."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelzoo.base.text import first_of, show_p
from modelzoo.runs.measured import STOPPED_MARK
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.comparison.confusion import Confused
    from modelzoo.comparison.result import Comparison

_NETWORK_TESTS = (
    Column("only_first", "Only first correct", "{:,}".format, right=True),
    Column("only_second", "Only second correct", "{:,}".format, right=True),
    Column("exact_p", "McNemar exact p", show_p, right=True),
    Column("p", "mid-p", show_p, right=True),
)
_RECIPE_TESTS = (
    Column("win", "First wins", "{:.0%}".format, right=True),
    Column("p", "t test p", show_p, right=True),
)

# A cell names 12 seeds or runs at most; JSON has all.
_show = partial(first_of, most=12)


def comparison_tables(comparison: "Comparison") -> tuple[Table, ...]:
    """Return all tables in reading order."""
    confused, different = comparison.most_confused(), comparison.most_different()
    tables = [_candidate_table(comparison), _pairs_for_people(comparison)]
    if confused:
        tables.append(_class_table(comparison, confused, "Classes most confused"))
    if different and len(comparison.candidates) > 1:
        tables.append(_class_table(comparison, different, "Classes confused most differently"))
    return tuple(tables)


def _candidate_table(comparison: "Comparison") -> Table:
    spread = (Column("deviation", "Seeds' sd", "{:.2f}".format, right=True),) if comparison.recipes else ()
    return Table(
        columns=(
            Column("name", "Model", wrap=False),
            Column("accuracy", "Accuracy %", "{:.2f}".format, right=True),
            Column("interval", f"{comparison.percent} interval", _show_interval, right=True),
            *spread,
            Column("seeds", "Seed", _show, right=True),
            Column("recipe", "Recipe"),
            Column("runs", "Runs", _show),
        ),
        rows=[
            (
                candidate.label + STOPPED_MARK * (not candidate.completed),
                candidate.accuracy,
                (candidate.low, candidate.high),
                *((candidate.deviation,) if spread else ()),
                candidate.seeds,
                candidate.recipe,
                candidate.runs,
            )
            for candidate in comparison.candidates
        ],
        caption=comparison.conditions,
        notes=_candidate_notes(comparison),
    )


def _candidate_notes(comparison: "Comparison") -> list[str]:
    notes = [_tested(comparison)]
    notes += [
        f"{candidate.label}: seed {candidate.seeds[0]} of {candidate.of_seeds}, as not all have several seeds; "
        "recipes are compared if each has."
        for candidate in comparison.candidates
        if len(candidate.runs) < candidate.of_seeds
    ]
    notes += [
        f"{candidate.label}: {len(candidate.runs)} seeds reach {min(candidate.accuracies):.2f} to "
        f"{max(candidate.accuracies):.2f} %."
        for candidate in comparison.candidates
        if candidate.deviation is not None
    ]
    notes += [
        f"{STOPPED_MARK} {candidate.label} was stopped at a limit, before its schedule was complete."
        for candidate in comparison.candidates
        if not candidate.completed
    ]
    return notes


def _tested(comparison: "Comparison") -> str:
    """Return a note on the population that the test is about."""
    if comparison.recipes:
        return (
            "The test compares the recipes on new seeds and new images of the same kind. The interval of an accuracy "
            "is Wilson's, of one test, without the variation over seeds."
        )
    return (
        "The test compares these trained networks on new images of the same kind, not trainings with other seeds. "
        "Intervals of accuracies are Wilson's."
    )


def _pairs_for_people(comparison: "Comparison") -> Table:
    """Return the table of pairs without superfluous columns; a narrow terminal drops the counts."""
    table = pair_table(comparison)
    single = len(comparison.pairs) == 1
    spare = {"only_first", "only_second"} if single else {"only_first", "only_second", "exact_p"}
    shown = [index for index, column in enumerate(table.columns) if not (single and column.key == "adjusted_p")]
    return replace(
        table,
        columns=[replace(column, terminal_only=column.key in spare) for column in (table.columns[i] for i in shown)],
        rows=[[row[index] for index in shown] for row in table.rows],
    )


def pair_table(comparison: "Comparison") -> Table:
    """Return the table of pairs: difference, tests, and detectable difference."""
    labels = comparison.labels
    tests = _RECIPE_TESTS if comparison.recipes else _NETWORK_TESTS
    keys = [column.key for column in tests]
    return Table(
        columns=(
            Column("first", "First"),
            Column("second", "Second", wrap=False),
            Column("difference", "Points ahead", "{:+.2f}".format, right=True, unit="points"),
            Column("low", f"{comparison.percent} from", "{:+.2f}".format, right=True, unit="points"),
            Column("high", "to", "{:+.2f}".format, right=True, unit="points"),
            *tests,
            Column("adjusted_p", "Holm p", show_p, right=True),
            Column("detectable", "Detectable", "{:.2f}".format, right=True, unit="points"),
        ),
        rows=[
            (
                labels[pair.first],
                labels[pair.second],
                pair.difference,
                pair.low,
                pair.high,
                *(pair.win[0] if key == "win" and pair.win else getattr(pair, key) for key in keys),
                pair.adjusted_p,
                pair.detectable,
            )
            for pair in comparison.pairs
        ],
        caption=comparison.verdict,
        notes=_pair_notes(comparison),
    )


def _pair_notes(comparison: "Comparison") -> list[str]:
    detectable = "the smallest difference that would be detected 4 times in 5"
    if comparison.recipes:
        notes = [
            "Interval and p: t test on components of variance, seeds and images (Satterthwaite). Detectable: "
            f"{detectable}. First wins: the probability that a new training of the first beats one of the second.",
            *_wins(comparison),
        ]
    else:
        notes = [
            "Interval: paired bootstrap. mid-p: McNemar's, which decides the verdict. Detectable: "
            f"{detectable} with as many discordant images.",
        ]
    if len(comparison.pairs) > 1:
        notes.append("Holm p is adjusted for the number of pairs; intervals are for each pair alone.")
    if comparison.omnibus:
        test = comparison.omnibus
        notes.append(
            f"All {len(comparison.candidates)} equal: Cochran's Q {test.statistic:.2f}, {test.df} degrees of freedom, "
            f"p {show_p(test.p)}."
        )
    return notes


def _wins(comparison: "Comparison") -> list[str]:
    """Return notes on the probabilities to win with their intervals, which are wide for few seeds."""
    labels = comparison.labels
    return [
        f"{labels[pair.first]} beats {labels[pair.second]} in {100 * pair.win[0]:.0f} % of the pairs of seeds "
        f"({comparison.percent} interval {100 * pair.win[1]:.0f} % to {100 * pair.win[2]:.0f} %)."
        for pair in comparison.pairs
        if pair.win
    ]


def _class_table(comparison: "Comparison", rows: Sequence["Confused"], title: str) -> Table:
    two = len(comparison.candidates) == 2
    return Table(
        columns=(
            Column("true", "Class"),
            Column("taken_for", "Taken for"),
            *(Column(label, label, _show_count, right=True) for label in comparison.labels),
            Column("difference", "Difference", "{:+.4g}".format if two else _show_count, right=True),
            Column("images", "Of images", "{:,}".format, right=True),
        ),
        rows=[
            (row.true, row.taken_for, *row.counts, row.counts[0] - row.counts[1] if two else row.spread, row.images)
            for row in rows
        ],
        caption=f"{title}: test images of the class that each candidate took for the other one.",
    )


def _show_count(count: float) -> str:
    return f"{count:,.0f}" if count == round(count) else f"{count:,.1f}"


def _show_interval(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.2f}–{ends[1]:.2f}"
