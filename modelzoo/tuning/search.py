"""The search: configurations that Optuna proposes, trained with longer and longer schedules, dropped by paired tests.

It knows nothing of files, networks or devices. The same inputs give the same search. An interrupted search is
resumed by calling it again with the finished trainings.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from modelzoo.base.text import plural
from modelzoo.errors import ZooError
from modelzoo.racing.decide import corrected_level, decide
from modelzoo.recipes.recipe import Recipe
from modelzoo.tuning.costs import Failed, Ledger, Plan, Trained
from modelzoo.tuning.fields import Values, changed, value_of
from modelzoo.tuning.propose import Told, propose
from modelzoo.tuning.space import Lever

# Trains a recipe with a number of epochs and a seed.
Train = Callable[[Recipe, int, int], Trained | Failed]

# Proposals in a row that bring no new configuration; most likely all are tried.
_MOST_REPEATED = 30


@dataclass
class Trial:
    """One configuration: its values of the levers, its trainings by epochs, and its state in a sentence."""

    number: int
    values: Values
    recipe: Recipe
    trained: dict[int, Trained] = field(default_factory=dict)
    verdict: str = ""

    @property
    def name(self) -> str:
        """Return the name in sentences; the base recipe is trial 0."""
        return f"trial {self.number}" if self.number else "the base recipe"

    @property
    def epoch_s(self) -> float | None:
        """Return the seconds of an epoch in the longest training; None without one."""
        return self.trained[max(self.trained)].epoch_s if self.trained else None


class Search:
    """A search of a recipe that is more accurate than the base, on a budget.

    The search has passes. A pass shares the seconds that are left among the schedules. Optuna proposes configurations
    as long as the share of the shortest schedule lasts. After each schedule, a trial that is significantly worse than
    the best is dropped. The others are trained with the next schedule from new random weights. The most accurate
    ones come first, as long as its share lasts. A share has what earlier ones left. The best trial is part of each
    later pass.

    Pass n uses alpha / 2^n, so all of them use alpha. A trial is dropped although it is as good as the best with a
    probability of at most alpha.

    Parameters
    ----------
    report : takes a sentence on each training and each decision
    """

    def __init__(
        self,
        base: Recipe,
        levers: Sequence[Lever],
        plan: Plan,
        *,
        train: Train,
        ledger: Ledger,
        seed: int = 0,
        alpha: float = 0.05,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.plan, self.ledger, self.levers, self.seed, self.alpha = plan, ledger, levers, seed, alpha
        self._train, self._report = train, report
        self._told: list[Told] = []
        self.base = Trial(0, {lever.key: value_of(base, lever.key) for lever in levers}, base)
        self.trials = [self.base]

    def run(self) -> Trial:
        """Make passes until the budget, or the space, has no room for another one; return the best trial.

        Raises
        ------
        ZooError
            If the base recipe fails.
        """
        shortest = self.plan.schedule[0]
        if not self._trained(self.base, shortest, limit_s=self.ledger.budget_s):
            raise ZooError(f"the base recipe {self.base.verdict}; name another one with `recipe`")
        self._told.append(Told(self.base.values, self.base.trained[shortest].accuracy))
        number = 1
        while self._make_pass(number):
            number += 1
        return self.best

    @property
    def best(self) -> Trial:
        """Return the most accurate trial of the longest schedule that any trial reached."""
        longest = max(epochs for trial in self.trials for epochs in trial.trained if epochs in self.plan.schedule)
        reached = [trial for trial in self.trials if longest in trial.trained]
        return max(reached, key=lambda trial: trial.trained[longest].accuracy)

    def _make_pass(self, number: int) -> bool:
        """Make a pass; return whether it tried a new configuration."""
        schedule, start_s = self.plan.schedule, self.ledger.spent_s
        left_s = self.ledger.left_s - self._reserve_s()
        share_s = left_s / len(schedule)
        if share_s < self.ledger.predict(schedule[-1]):
            return False
        best = self.best
        new = self._try_new(start_s + share_s)
        contenders = [best, *(trial for trial in new if trial.trained)]
        for index, epochs in enumerate(schedule[1:], 2):
            if not contenders:  # each one failed, or had no room
                break
            contenders = self._survivors(contenders, schedule[index - 2], self.alpha / 2**number)
            limit_s = start_s + index * share_s
            contenders = [trial for trial in contenders if self._trained(trial, epochs, limit_s)]
        return bool(new)

    def _reserve_s(self) -> float:
        base_s, winner_s = self.base.epoch_s, self.best.epoch_s
        return self.plan.reserve_s(self.ledger, base_s or 0.0, winner_s or 0.0)

    def _try_new(self, limit_s: float) -> list[Trial]:
        """Train proposed configurations with the shortest schedule as long as the next one ends before the limit."""
        epochs, new, repeated = self.plan.schedule[0], [], 0
        known = {trial.recipe: trial for trial in self.trials}
        while self.ledger.spent_s + self.ledger.predict(epochs) <= limit_s and repeated < _MOST_REPEATED:
            values = propose(self.levers, self._told, self.seed)
            try:
                recipe = changed(self.base.recipe, values)
            except ZooError:  # the values contradict each other
                self._told.append(Told(values, 0.0))
                repeated += 1
                continue
            trial = known.get(recipe)
            repeated = repeated + 1 if trial else 0
            if trial is None:
                trial = known[recipe] = Trial(len(self.trials), values, recipe)
                self.trials.append(trial)
                new.append(trial)
                self._trained(trial, epochs, limit_s)
            self._told.append(Told(values, trial.trained[epochs].accuracy if trial.trained else 0.0))
        return new

    def _survivors(self, contenders: Sequence[Trial], epochs: int, alpha: float) -> list[Trial]:
        """Return the trials that are not significantly worse than the best, the most accurate first."""
        named = {trial.name: trial for trial in contenders}
        level = corrected_level(alpha, looks=len(self.plan.schedule) - 1, rivals=len(contenders) - 1)
        survivors = []
        for decision in decide({name: trial.trained[epochs].correct for name, trial in named.items()}, level=level):
            trial = named[decision.candidate]
            if decision.survives or max(trial.trained) > epochs:  # a longer training counts more
                survivors.append(trial)
            else:
                trial.verdict = f"dropped after {plural(epochs, 'epoch')}: {decision.reason}"
        count = f"{len(survivors)} of {plural(len(contenders), 'trial')}"
        self._report(f"after {plural(epochs, 'epoch')}, {count} not significantly worse than {survivors[0].name}")
        return survivors

    def _trained(self, trial: Trial, epochs: int, limit_s: float) -> bool:
        """Train the trial unless it is trained, or would not end before the limit; return whether it is trained."""
        if epochs in trial.trained:
            return True
        if self.ledger.spent_s + self.ledger.predict(epochs, trial.epoch_s) > limit_s:
            trial.verdict = f"kept, but the budget left no room for {plural(epochs, 'epoch')}"
            return False
        result = self._train(trial.recipe, epochs, self.seed)
        self.ledger.add(result)
        if isinstance(result, Failed):
            trial.verdict = f"failed: {result.reason}"
            self._report(f"{trial.name} {trial.verdict}")
            return False
        trial.trained[epochs] = result
        trial.verdict = f"kept after {plural(epochs, 'epoch')}"
        self._report(f"{trial.name}, {plural(epochs, 'epoch')}: validation accuracy {result.accuracy:.2f} %")
        return True
