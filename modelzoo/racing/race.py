"""The race: rounds of complete trainings, each longer than the last, until one candidate is left.

It knows nothing of files, networks or devices. The same inputs give the same race. An interrupted race is
resumed by calling `race` again: `train` then returns finished trainings at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import log2
from typing import Literal

from msgspec import Struct

from modelzoo.base.text import listed, plural
from modelzoo.errors import ZooError
from modelzoo.racing.decide import Decision, Order, by_accuracy, corrected_level, decide
from modelzoo.racing.risk import RECORDED, Drift, overtake_risk, separation_probability, updated_drift
from modelzoo.statistics.paired import BoolArray, images_needed, paired_table

# A round is not worth its cost if it separates no rival from the leader with this probability.
TOO_CLOSE = 0.1

End = Literal["one left", "schedule", "too close", "budget"]


class Judged(Struct, frozen=True):
    """A training as a race sees it: whether each validation image was classified correctly, and the seconds."""

    correct: BoolArray
    seconds: float


Train = Callable[[Sequence[str], int, int], Mapping[str, Judged | str]]
Cost = Callable[[str, int], float]


class Round(Struct, frozen=True, kw_only=True):
    """A round: its epochs, the decision on each candidate, best first, and all seconds spent until its end."""

    number: int
    epochs: int
    decisions: tuple[Decision, ...]
    spent_s: float


class Race(Struct, frozen=True, kw_only=True):
    """The result of a race.

    Attributes
    ----------
    winner : the leader of the last round
    finalists : the candidates that were never dropped, the winner first
    ended_by : why no further round was trained
    level : of each test
    spent_s : seconds spent, with those before the race
    full_s : predicted seconds of training all candidates with the epochs of the last round
    risk : probability that any candidate that was dropped or left out would be more accurate than the winner after
        these epochs. A candidate that was never judged is not in it.
    images_needed : further validation images that would separate the winner from all other finalists, with a power of
        0.8. Finalists of equal accuracy do not count; None if none is left.
    """

    winner: str
    finalists: tuple[str, ...]
    rounds: tuple[Round, ...]
    ended_by: End
    level: float
    spent_s: float
    full_s: float
    risk: float
    images_needed: int | None


# The epochs of each round so far, and the correct images of the candidates that it judged.
_Past = list[tuple[int, Mapping[str, BoolArray]]]


def race(
    candidates: Sequence[str],
    *,
    train: Train,
    cost: Cost,
    schedule: Sequence[int],
    budget_s: float,
    alpha: float = 0.05,
    spent_s: float = 0.0,
    order: Order = by_accuracy,
    drift: Drift = RECORDED,
    report: Callable[[Round], None] = lambda _: None,
) -> Race:
    """Run a race: train all candidates, drop those that cannot win, train the others longer, until it ends.

    It ends if one candidate is left, no round is left, or a round of two exceeds the budget.
    It also ends if a further round would hardly separate any rival from the leader (`TOO_CLOSE`).

    Parameters
    ----------
    candidates : names, the most promising first: the first ones start if the budget is too small for all
    train : trains candidates in a round, given its number and epochs; returns each result, or the reason of a failure
    cost : predicted seconds of training a candidate for so many epochs; a failed training counts as this
    schedule : epochs of each round, rising; the last one is a full training
    budget_s : seconds for everything, with those of `spent_s`
    alpha : probability of dropping the truly best candidate of a round, at most
    spent_s : seconds spent before the race
    order : ranks candidates, best first, by their accuracies in percent
    drift : prior of the change of differences with longer training
    report : gets each round when it ends

    Raises
    ------
    ZooError
        If an argument makes no sense, a first round exceeds the budget, or all trainings of a round fail.
    """
    _check(candidates, schedule, alpha)
    level = corrected_level(alpha, looks=len(schedule), rivals=len(candidates) - 1)
    full_s = sum(cost(candidate, schedule[-1]) for candidate in candidates)
    survivors, rounds, past = tuple(candidates), list[Round](), _Past()
    ended_by: End = "one left"
    while len(survivors) > 1:
        if len(rounds) == len(schedule):
            ended_by = "schedule"
            break
        number, epochs, left_s = len(rounds) + 1, schedule[len(rounds)], budget_s - spent_s
        if past and _too_close(survivors, past, epochs, level=level, drift=drift):
            ended_by = "too close"
            break
        costs = {candidate: cost(candidate, epochs) for candidate in survivors}
        entrants = _affordable(costs, left_s)
        if len(entrants) < 2:
            if not rounds:
                raise ZooError(f"{left_s:,.0f} s are left, which is too little for a first round of two candidates")
            ended_by = "budget"
            break
        results = train(entrants, number, epochs)
        correct, failed = _sort_results(entrants, results, number)
        spent_s += sum(
            result.seconds if isinstance(result := results[name], Judged) else costs[name] for name in entrants
        )
        decisions = (
            *decide(correct, level=level, order=order),
            *(Decision(candidate=name, verdict="failed", reason=reason) for name, reason in failed.items()),
            *_left_out(costs, entrants, left_s, epochs),
        )
        rounds.append(Round(number=number, epochs=epochs, decisions=decisions, spent_s=spent_s))
        past.append((epochs, correct))
        survivors = tuple(decision.candidate for decision in decisions if decision.survives)
        report(rounds[-1])
    return Race(
        winner=survivors[0],
        finalists=survivors,
        rounds=tuple(rounds),
        ended_by=ended_by,
        level=level,
        spent_s=spent_s,
        full_s=full_s,
        risk=_risk(survivors[0], rounds, past, full_epochs=schedule[-1], drift=drift),
        images_needed=_images_needed(survivors, past, level),
    )


def _check(candidates: Sequence[str], schedule: Sequence[int], alpha: float) -> None:
    if not candidates or len(set(candidates)) < len(candidates):
        raise ZooError(f"candidates of a race are {listed(candidates) if candidates else 'none'}; expected each once")
    if not schedule or schedule[0] < 1 or any(after <= before for before, after in pairwise(schedule)):
        raise ZooError(f"the schedule of a race is {list(schedule)}; expected rising numbers of epochs, as in 1, 2, 4")
    if not 0 < alpha < 1:
        raise ZooError(f"alpha is {alpha}; expected a share between 0 and 1, as in 0.05")


def _affordable(costs: Mapping[str, float], left_s: float) -> tuple[str, ...]:
    """Return the first candidates whose costs together do not exceed the seconds that are left."""
    sums = accumulate(costs.values())
    return tuple(candidate for candidate, total_s in zip(costs, sums, strict=True) if total_s <= left_s)


def _sort_results(
    entrants: Sequence[str], results: Mapping[str, Judged | str], number: int
) -> tuple[dict[str, BoolArray], dict[str, str]]:
    """Return the correct images of each candidate that was trained, and the reasons of the others' failures."""
    correct, failed = dict[str, BoolArray](), dict[str, str]()
    for candidate in entrants:
        result = results[candidate]
        if isinstance(result, Judged):
            correct[candidate] = result.correct
        else:
            failed[candidate] = result
    if not correct:
        reasons = "; ".join(f"{candidate}: {reason}" for candidate, reason in failed.items())
        raise ZooError(f"each training of round {number} failed: {reasons}")
    return correct, failed


def _left_out(costs: Mapping[str, float], entrants: Sequence[str], left_s: float, epochs: int) -> Iterator[Decision]:
    reason = (
        f"{plural(epochs, 'epoch')} of all {len(costs)} candidates take about {sum(costs.values()):,.0f} s, and "
        f"{left_s:,.0f} s were left"
    )
    return (
        Decision(candidate=candidate, verdict="left out", reason=reason)
        for candidate in costs
        if candidate not in entrants
    )


def _too_close(survivors: Sequence[str], past: _Past, epochs: int, *, level: float, drift: Drift) -> bool:
    """Return whether a round of so many epochs would probably separate no rival from the leader."""
    before, correct = past[-1]
    leader, *rivals = survivors
    drift = updated_drift(past, drift)
    return all(
        separation_probability(paired_table(correct[rival], correct[leader]), log2(epochs / before), drift, level)
        < TOO_CLOSE
        for rival in rivals
    )


def _risk(winner: str, rounds: Sequence[Round], past: _Past, *, full_epochs: int, drift: Drift) -> float:
    """Return the probability that any candidate that was dropped or left out would beat the winner at full training."""
    out = {
        decision.candidate
        for ended in rounds
        for decision in ended.decisions
        if decision.verdict in ("dropped", "left out")
    }
    last = {candidate: entry for entry in past for candidate in entry[1] if candidate in out}
    differences = [
        (paired_table(correct[candidate], correct[winner]), log2(full_epochs / epochs))
        for candidate, (epochs, correct) in last.items()
    ]
    return overtake_risk(differences, updated_drift(past, drift))


def _images_needed(finalists: Sequence[str], past: _Past, level: float) -> int | None:
    """Return how many more images would separate the first finalist from all others; None if there are none."""
    if len(finalists) < 2:
        return None
    correct = past[-1][1]
    winner, *others = finalists
    tables = [paired_table(correct[winner], correct[other]) for other in others]
    more = [needed - table.images for table in tables if (needed := images_needed(table, level)) is not None]
    return max((count for count in more if count > 0), default=None)
