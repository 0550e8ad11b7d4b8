"""The result of a search: its trials, its winner, and the sentences about both."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from modelzoo.base.text import duration, equals_p, plural
from modelzoo.recipes.recipe import Recipe
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table
from modelzoo.tuning.effects import Comparison, Effect

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class TrialSummary(Struct, frozen=True, kw_only=True):
    """A trial: its values that differ from the base recipe, and its longest training, judged on validation images.

    Attributes
    ----------
    accuracy : in percent; None if every training failed
    seconds : of all its trainings, with their starts
    runs : ids, the shortest schedule first
    """

    number: int
    values: dict[str, str]
    epochs: int | None
    accuracy: float | None
    seconds: float
    verdict: str
    runs: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the name in sentences."""
        return f"trial {self.number}" if self.number else "the base recipe"

    @property
    def changes(self) -> str:
        """Return the values in one line."""
        return "; ".join(f"{key} {value}" for key, value in self.values.items()) or "the base recipe"


class TuneResult(Result, Struct, frozen=True, kw_only=True):
    """The result of `tune`: all trials, the best of them, the effect of each lever, and the recipe's file.

    Attributes
    ----------
    recipe_name : the base recipe, as `zoo bench --recipe` takes it
    epochs : of the recipe
    schedule : epochs of the trainings of the search
    winner : number of the best trial; 0 is the base recipe
    comparison : winner against base with fresh seeds; None if both are one, a training failed, or no budget
        was left
    alpha : of all tests that drop trials together, and of the comparison
    spent_s : seconds of all trainings, also of those before an interruption
    notes : levers and values that were left out
    """

    model: str
    title: str
    recipe_name: str
    dataset: str
    train_images: int
    validation_images: int
    space: str
    budget_s: float
    spent_s: float
    epochs: int
    schedule: tuple[int, ...]
    alpha: float
    trials: tuple[TrialSummary, ...]
    winner: int
    recipe: Recipe
    effects: tuple[Effect, ...]
    comparison: Comparison | None
    notes: tuple[str, ...] = ()
    file: str | None = None

    _index: ClassVar[str] = "trial"

    @property
    def best(self) -> TrialSummary:
        """Return the winner's trial."""
        return next(trial for trial in self.trials if trial.number == self.winner)

    def sentences(self) -> tuple[str, ...]:
        """Return which recipe won, how sure that is, and what was spent."""
        best, runs = self.best, sum(len(trial.runs) for trial in self.trials)
        trials = plural(len(self.trials) - 1, "trial")
        if self.winner:
            first = (
                f"The best of {trials} is trial {self.winner} ({best.changes}): validation accuracy "
                f"{best.accuracy:.2f} % after {plural(best.epochs or 0, 'epoch')}."
            )
        elif len(self.trials) == 1:
            first = "No configuration was tried: after the base recipe, the budget had no room for one."
        else:
            first = f"None of {trials} is more accurate than the base recipe, {self.recipe_name}."
        spent = f"{duration(self.spent_s)} of {duration(self.budget_s)}"
        return (
            first,
            *([self.compared()] if self.winner else ()),
            f"Spent {spent} on {plural(runs, 'run')} of the search and on its checks. No test image was used.",
        )

    def compared(self) -> str:
        """Return the comparison with the base recipe in a sentence."""
        found = self.comparison
        if found is None:
            return "It is not compared with the base recipe on fresh seeds: a training failed, or the budget was spent."
        side = "more" if found.difference >= 0 else "less"
        sign = 1 if found.difference >= 0 else -1
        low, high = sorted((sign * found.low, sign * found.high))
        sure = f"significantly {side} accurate" if found.significant else "not significantly different"
        shortened = f" of the recipe's {self.epochs}" if found.epochs < self.epochs else ""
        return (
            f"With {len(found.seeds)} fresh seeds each and {plural(found.epochs, 'epoch')}{shortened}, its recipe is "
            f"{sign * found.difference:.2f} points {side} accurate than {self.recipe_name} "
            f"({100 * (1 - self.alpha):g} % interval {low:.2f} to {high:.2f}, {equals_p(found.p_value)}): {sure}."
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the trials, most accurate first, and the effect of each lever."""
        return (self._trials(), self._effects())

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the effect of each lever with its interval; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.tuning.effects_chart import figure

        return plot(lambda: figure(self), path)

    def _summary(self) -> str:
        return f"{self.title}: trial {self.winner} of {len(self.trials) - 1}, {self.best.accuracy or 0:.2f} %"

    def _trials(self) -> Table:
        columns = (
            Column("trial", "Trial", right=True),
            Column("epochs", "Epochs", right=True),
            Column("val_accuracy", "Validation", "{:.2f} %".format, right=True, unit="%", sense="max"),
            Column("values", "Values"),
            Column("state", "State"),
        )
        ordered = sorted(self.trials, key=lambda trial: (-(trial.epochs or 0), -(trial.accuracy or 0)))
        rows = [(trial.number, trial.epochs, trial.accuracy, trial.changes, trial.verdict) for trial in ordered]
        caption = (
            f"{self.title}, recipe {self.recipe_name}, on {self.dataset}: {self.train_images:,} training and "
            f"{self.validation_images:,} validation images; schedules of {_listed(self.schedule)}."
        )
        return Table(columns, rows, caption=caption)

    def _effects(self) -> Table:
        columns = (
            Column("lever", "Lever"),
            Column("base", "Base"),
            Column("winner", "Winner"),
            Column("points", "Points", "{:+.2f}".format, right=True, unit="points"),
            Column("low", "From", "{:+.2f}".format, right=True, unit="points"),
            Column("high", "To", "{:+.2f}".format, right=True, unit="points"),
            Column("evidence", "Evidence"),
        )
        rows = [
            (effect.lever, effect.base, effect.winner, effect.points, effect.low, effect.high, effect.evidence)
            for effect in self.effects
        ]
        notes = ["Points are of validation accuracy: what the winner's value gave, or other values than the base's."]
        if self.comparison is not None:
            notes.append(
                f"The intervals of single trainings leave out the seeds, whose standard deviation is "
                f"{self.comparison.spread:.2f} points."
            )
        return Table(columns, rows, notes=notes)


def _listed(schedule: tuple[int, ...]) -> str:
    from modelzoo.base.text import listed

    return f"{listed(schedule)} {'epoch' if schedule == (1,) else 'epochs'}"
