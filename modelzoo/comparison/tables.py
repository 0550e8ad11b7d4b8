"""The tables of a comparison: contenders, pairs, classes confused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelzoo.comparison.verdict import show_p
from modelzoo.runs.measured import STOPPED_MARK
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.comparison.confusion import Confused
    from modelzoo.comparison.result import Comparison, Contender


def comparison_tables(comparison: "Comparison") -> tuple[Table, ...]:
    """All of them, in the order in which they are read."""
    confused, different = comparison.most_confused(), comparison.most_different()
    found = [_contender_table(comparison), _pairs_for_people(comparison)]
    if confused:
        found.append(_class_table(comparison, confused, "Classes most confused"))
    if different and len(comparison.contenders) > 1:
        found.append(_class_table(comparison, different, "Classes confused most differently"))
    return tuple(found)


def _contender_table(comparison: "Comparison") -> Table:
    spread = (Column("deviation", "Seeds' sd", "{:.2f}".format, right=True),) if comparison.recipes else ()
    return Table(
        columns=(
            Column("name", "Model", wrap=False),
            Column("accuracy", "Accuracy %", "{:.2f}".format, right=True),
            Column("interval", f"{comparison.percent} interval", _show_interval, right=True),
            *spread,
            Column("seeds", "Seed", lambda seeds: ", ".join(map(str, seeds)), right=True),
            Column("recipe", "Recipe"),
            Column("runs", "Runs", ", ".join),
        ),
        rows=[
            (
                contender.label if contender.converged else contender.label + STOPPED_MARK,
                contender.accuracy,
                (contender.low, contender.high),
                *((contender.deviation,) if spread else ()),
                contender.seeds,
                contender.recipe,
                contender.runs,
            )
            for contender in comparison.contenders
        ],
        caption=comparison.conditions,
        notes=_contender_notes(comparison),
    )


def _contender_notes(comparison: "Comparison") -> list[str]:
    notes = [_tested(comparison)]
    notes += [
        f"{contender.label}: seed {contender.seeds[0]} of {contender.of_seeds}, as not all have several; "
        "the recipes are compared where each has."
        for contender in comparison.contenders
        if len(contender.runs) < contender.of_seeds
    ]
    notes += [_spread(contender) for contender in comparison.contenders if contender.deviation is not None]
    notes += [
        f"{STOPPED_MARK} {contender.label} was stopped at a limit, before it converged."
        for contender in comparison.contenders
        if not contender.converged
    ]
    return notes


def _tested(comparison: "Comparison") -> str:
    if comparison.recipes:
        return (
            "Tested are the recipes: whether they would differ with new seeds and new images of the same kind. The "
            "interval of an accuracy is Wilson's, of one test: it leaves the seeds out."
        )
    return (
        "Tested are these trained networks: whether they would differ on new images of the same kind, not whether "
        "trainings with other seeds would. Intervals of accuracies are Wilson's."
    )


def _spread(contender: "Contender") -> str:
    low, high = min(contender.accuracies), max(contender.accuracies)
    return f"{contender.label}: {len(contender.runs)} seeds reach {low:.2f} to {high:.2f} %."


def _pairs_for_people(comparison: "Comparison") -> Table:
    """The pairs without what one pair does not need, and with what can go first where a terminal is narrow."""
    table = pair_table(comparison)
    single = len(comparison.pairs) == 1
    spare = {"only_first", "only_second"} if single else {"only_first", "only_second", "exact_p"}
    kept = [place for place, column in enumerate(table.columns) if not (single and column.key == "adjusted_p")]
    return replace(
        table,
        columns=[replace(column, terminal_only=column.key in spare) for column in (table.columns[k] for k in kept)],
        rows=[[row[place] for place in kept] for row in table.rows],
    )


def pair_table(comparison: "Comparison") -> Table:
    """Each pair with its difference, its tests, and what difference could have been found."""
    labels = comparison.labels
    tests = _recipe_columns() if comparison.recipes else _network_columns()
    keys = [column.key for column in tests]
    return Table(
        columns=(
            Column("first", "First"),
            Column("second", "Second", wrap=False),
            Column("difference", "Points ahead", "{:+.2f}".format, right=True),
            Column("low", f"{comparison.percent} from", "{:+.2f}".format, right=True),
            Column("high", "to", "{:+.2f}".format, right=True),
            *tests,
            Column("adjusted_p", "Holm p", show_p, right=True),
            Column("detectable", "Could be found", "{:.2f}".format, right=True),
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


def _network_columns() -> tuple[Column, ...]:
    return (
        Column("only_first", "Only first right", "{:,}".format, right=True),
        Column("only_second", "Only second right", "{:,}".format, right=True),
        Column("exact_p", "McNemar exact p", show_p, right=True),
        Column("p", "mid-p", show_p, right=True),
    )


def _recipe_columns() -> tuple[Column, ...]:
    return (
        Column("win", "First wins", "{:.0%}".format, right=True),
        Column("p", "t test p", show_p, right=True),
    )


def _pair_notes(comparison: "Comparison") -> list[str]:
    found = "the smallest difference that would be found 4 times in 5"
    if comparison.recipes:
        notes = [
            "Interval and p: t test on components of variance, seeds and images (Satterthwaite). Could be found: "
            f"{found}. First wins: the chance that a new training of the first beats one of the second.",
            *_wins(comparison),
        ]
    else:
        notes = [
            "Interval: paired bootstrap. mid-p: McNemar's, by which the verdict goes. Could be found: "
            f"{found} where so many images are answered differently.",
        ]
    if len(comparison.pairs) > 1:
        notes.append("Holm p is adjusted for the number of pairs; intervals are for each pair alone.")
    if comparison.omnibus:
        test = comparison.omnibus
        notes.append(
            f"All {len(comparison.contenders)} alike: Cochran's Q {test.statistic:.2f}, {test.df} degrees of freedom, "
            f"p {show_p(test.p)}."
        )
    return notes


def _wins(comparison: "Comparison") -> list[str]:
    """The chances to win with their intervals, which few seeds leave wide."""
    labels = comparison.labels
    return [
        f"{labels[pair.first]} beats {labels[pair.second]} in {pair.win[0]:.0%} of the pairs of seeds "
        f"({comparison.percent} interval {pair.win[1]:.0%} to {pair.win[2]:.0%}).".replace("%", " %").replace("  ", " ")
        for pair in comparison.pairs
        if pair.win
    ]


def _class_table(comparison: "Comparison", rows: Sequence["Confused"], title: str) -> Table:
    two = len(comparison.contenders) == 2
    return Table(
        columns=(
            Column("true", "Class"),
            Column("taken_for", "Taken for"),
            *(Column(label, label, _show_count, right=True) for label in comparison.labels),
            Column("difference", "Difference", "{:+.4g}".format if two else _show_count, right=True),
            Column("images", "Of images", "{:,}".format, right=True),
        ),
        rows=[
            (
                row.true,
                row.taken_for,
                *row.counts,
                row.counts[0] - row.counts[1] if two else row.spread,
                row.images,
            )
            for row in rows
        ],
        caption=f"{title}: test images of the class that each took for the other.",
    )


def _show_count(count: float) -> str:
    return f"{count:,.0f}" if count == round(count) else f"{count:,.1f}"


def _show_interval(ends: tuple[float, float]) -> str:
    return f"{ends[0]:.2f}–{ends[1]:.2f}"
