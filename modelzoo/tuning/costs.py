"""The budget of a search: seconds spent, and the prediction for the next training."""

from collections.abc import Iterable
from statistics import median

from msgspec import Struct

from modelzoo.errors import ZooError
from modelzoo.statistics.paired import BoolArray

# The most of the budget that is reserved for the work after the search.
RESERVED = 1 / 3
# Schedules of a search, each twice as long as the last.
LENGTHS = 3


class Trained(Struct, frozen=True, kw_only=True):
    """A finished training: whether it classified each validation image correctly, and its seconds.

    `seconds` counts all from the start of the process, `epoch_s` one epoch.
    """

    epochs: int
    correct: BoolArray
    seconds: float
    epoch_s: float

    @property
    def accuracy(self) -> float:
        """Return the validation accuracy in percent."""
        return 100 * float(self.correct.mean())


class Failed(Struct, frozen=True):
    """A training without a result: the reason, and the seconds that it took."""

    reason: str
    seconds: float


class Ledger:
    """The seconds of the trainings so far, and predictions from them."""

    def __init__(self, budget_s: float) -> None:
        self.budget_s = budget_s
        self.spent_s = 0.0
        self._start_s: list[float] = []
        self._epoch_s: list[float] = []

    def add(self, training: Trained | Failed) -> None:
        """Add the seconds of a training."""
        self.spent_s += training.seconds
        if isinstance(training, Trained):
            self._start_s.append(training.seconds - training.epochs * training.epoch_s)
            self._epoch_s.append(training.epoch_s)

    @property
    def left_s(self) -> float:
        """Return the seconds that are left."""
        return self.budget_s - self.spent_s

    def predict(self, epochs: int, epoch_s: float | None = None) -> float:
        """Return the predicted seconds of a training, by the medians of the trainings so far.

        Parameters
        ----------
        epoch_s : measured seconds of an epoch of the same configuration, if it was trained before
        """
        return median(self._start_s) + epochs * (median(self._epoch_s) if epoch_s is None else epoch_s)


class Plan(Struct, frozen=True, kw_only=True):
    """The plan of a search: epochs of its schedules, fresh seeds of the comparison, and the number of levers."""

    schedule: tuple[int, ...]
    seeds: int
    levers: int

    def reserve_s(self, ledger: Ledger, base_s: float, winner_s: float) -> float:
        """Return the seconds of the work after the search.

        The base and the winner are trained with each fresh seed and the longest schedule. The winner without each
        of its levers is trained with the shortest schedule.

        Parameters
        ----------
        base_s, winner_s : seconds of an epoch
        """
        longest, shortest = self.schedule[-1], self.schedule[0]
        pair_s = ledger.predict(longest, base_s) + ledger.predict(longest, winner_s)
        return self.seeds * pair_s + self.levers * ledger.predict(shortest, winner_s)


def make_plan(ledger: Ledger, full_epochs: int, *, least: int, seeds: int, levers: int, epoch_s: float) -> Plan:
    """Return the plan with the longest schedules that leave two thirds of the budget to the search.

    The longest schedule is the recipe's own, or a half, a quarter, … of it.

    Parameters
    ----------
    full_epochs, least : epochs of the recipe, and the fewest that it can be trained with
    epoch_s : seconds of an epoch with the base recipe

    Raises
    ------
    ZooError
        If the budget is too small for any plan.
    """
    for longest in _halvings(full_epochs, least):
        plan = Plan(schedule=_schedule(longest, least), seeds=seeds, levers=levers)
        reserve_s = plan.reserve_s(ledger, epoch_s, epoch_s)
        if reserve_s <= RESERVED * ledger.budget_s and ledger.spent_s <= RESERVED * ledger.budget_s:
            return plan
    needed_s = max(reserve_s, ledger.spent_s) / RESERVED
    raise ZooError(
        f"the budget of {ledger.budget_s:.0f} s is too small: an epoch takes {epoch_s:.2g} s and a start "
        f"{ledger.predict(0):.2g} s, so the shortest search takes {needed_s:.0f} s; give this budget, or fewer images "
        "by `limit_train`"
    )


def _halvings(full_epochs: int, least: int) -> Iterable[int]:
    """Yield the full epochs, half of them, and so on, as long as the shortest schedule is long enough."""
    longest = full_epochs
    yield longest
    while _half(longest) >= least * 2 ** (LENGTHS - 1):
        longest = _half(longest)
        yield longest


def _schedule(longest: int, least: int) -> tuple[int, ...]:
    lengths = [longest]
    while len(lengths) < LENGTHS and _half(lengths[-1]) >= least and lengths[-1] > 1:
        lengths.append(_half(lengths[-1]))
    return tuple(reversed(lengths))


def _half(epochs: int) -> int:
    return (epochs + 1) // 2
