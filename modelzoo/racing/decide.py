"""The decision after a round: paired tests against the leader on the same validation images."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from modelzoo.base.text import equals_p
from modelzoo.statistics.paired import BoolArray, Paired, difference_interval, mid_p, paired_table

Verdict = Literal["leader", "kept", "dropped", "failed", "left out"]
Order = Callable[[Mapping[str, float]], Sequence[str]]


class Decision(Struct, frozen=True, kw_only=True):
    """The verdict on a candidate after a round, and its reason in one sentence.

    `accuracy` is in percent of the validation images, `difference` in points behind the leader. A more accurate rival
    has a negative difference. Both are None where the candidate was not judged; the leader has no `p_value`.
    """

    candidate: str
    verdict: Verdict
    reason: str
    accuracy: float | None = None
    difference: float | None = None
    p_value: float | None = None

    @property
    def survives(self) -> bool:
        """Return whether the candidate stays in the race."""
        return self.verdict in ("leader", "kept")


def by_accuracy(accuracies: Mapping[str, float]) -> list[str]:
    """Return the candidates by accuracy, best first; equal ones by name."""
    return sorted(accuracies, key=lambda candidate: (-accuracies[candidate], candidate))


def corrected_level(alpha: float, *, looks: int, rivals: int) -> float:
    """Return the level of each test against the leader, by Bonferroni for all looks and rivals.

    The data choose the leader, so any rival may be the one that drops the truly best candidate. It takes part in at
    most `looks` × `rivals` tests, so it is dropped with a probability of at most `alpha`. Holm's procedure is not valid
    here: it raises the level once other rivals are rejected. The truly best candidate still faces the luckiest of all
    rivals.
    """
    return alpha / (looks * max(1, rivals))


def decide(correct: Mapping[str, BoolArray], *, level: float, order: Order = by_accuracy) -> tuple[Decision, ...]:
    """Return the verdict on each candidate of a round, in the order of `order`, so the leader is first.

    A rival is dropped if two conditions hold. It is significantly less accurate than the leader (McNemar's mid-p at
    most `level`). And it would not be first even with the accuracy at the upper end of the interval of the difference.

    Parameters
    ----------
    correct : for each candidate (n_images,), whether it classified each validation image correctly
    level : of each test, see `corrected_level`
    order : ranks candidates, best first, by their accuracies in percent and by all else that it knows of them
    """
    accuracies = {candidate: 100 * float(hits.mean()) for candidate, hits in correct.items()}
    leader, *rivals = order(accuracies)
    first = Decision(
        candidate=leader, verdict="leader", reason="first of this round", accuracy=accuracies[leader], difference=0.0
    )
    tables = {rival: paired_table(correct[rival], correct[leader]) for rival in rivals}
    return (first, *(_decide(rival, leader, tables[rival], accuracies, level, order) for rival in rivals))


def _decide(
    rival: str, leader: str, table: Paired, accuracies: Mapping[str, float], level: float, order: Order
) -> Decision:
    p = mid_p(table)
    verdict: Verdict = "kept"
    if not is_worse(table, level):
        reason = f"not significantly less accurate than the leader ({equals_p(p)}, level {level:.2g})"
    else:
        behind = f"{-table.difference:.2f} points less accurate than the leader ({equals_p(p)}, level {level:.2g})"
        if _may_be_first(rival, leader, table, accuracies, level, order):
            reason = f"{behind}, but the other criteria may still put it first"
        else:
            verdict, reason = "dropped", behind
    return Decision(
        candidate=rival,
        verdict=verdict,
        reason=reason,
        accuracy=accuracies[rival],
        difference=-table.difference,
        p_value=p,
    )


def is_worse(table: Paired, level: float) -> bool:
    """Return whether the first of a paired table is significantly less accurate than the second."""
    return table.difference < 0 and mid_p(table) <= level


def _may_be_first(
    rival: str, leader: str, table: Paired, accuracies: Mapping[str, float], level: float, order: Order
) -> bool:
    """Return whether a rival that is significantly less accurate may be first by the other criteria.

    The test has decided that the rival is less accurate, by one image at least. The bootstrap interval may end above
    zero, so one image below the leader is the most that counts. The interval is slow to compute and comes second.
    """

    def is_first(difference: float) -> bool:
        return order({**accuracies, rival: accuracies[leader] + difference})[0] == rival

    one_image = -100 / table.images
    return is_first(one_image) and is_first(min(one_image, difference_interval(table, 1 - level)[1]))
