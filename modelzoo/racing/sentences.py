"""A choice in three sentences: which network, how sure, and what was spent and saved."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelzoo.base.text import duration, first_of, listed, plural

if TYPE_CHECKING:
    from modelzoo.racing.choice import Choice, Tested
    from modelzoo.racing.race import Race, Round

_MOST_NAMES = 4

_ENDS = {
    "one left": "one candidate was left",
    "schedule": "the last round was a full training",
    "too close": "another round would hardly separate those that were left",
    "budget": "the budget did not allow another round",
}


def sentences(choice: "Choice") -> tuple[str, ...]:
    """Return which network to use, how sure that is, and what was spent; one sentence before the race ended."""
    race = choice.race
    if race is None:
        done = plural(len(choice.rounds), "round")
        return (f"The race has not ended: {done}, {duration(choice.spent_s)} spent; the same command resumes it.",)
    if not race.rounds:
        return (f"Choose {choice.winner}: it is the only candidate that is left, so nothing was trained.",)
    return _which(choice, race), _how_sure(choice, race), _spent(choice, race)


def _which(choice: "Choice", race: "Race") -> str:
    probe = next(probe for probe in choice.bill.candidates if probe.slug == race.winner)
    last = race.rounds[-1]
    accuracy = next(one.accuracy for one in last.decisions if one.candidate == race.winner)
    tested = next((one for one in choice.tested if one.candidate == race.winner), None)
    made_up = " synthetic" if choice.synthetic else ""
    on_test = _on_test(tested, made_up) if tested else "not tested yet"
    return (
        f"Choose {choice.winner}: after {plural(last.epochs, 'epoch')} it is {on_test}, and {accuracy:.2f} % on "
        f"{choice.validation_images:,}{made_up} validation images; {probe.latency_ms:.3g} ms an image, "
        f"{probe.size_mb:.3g} MB, chosen by {listed(choice.by)}."
    )


def _on_test(tested: "Tested", made_up: str) -> str:
    return (
        f"{tested.top1:.2f} % accurate on {tested.images:,}{made_up} test images (95 % interval "
        f"{tested.top1_low:.2f}–{tested.top1_high:.2f})"
    )


def _how_sure(choice: "Choice", race: "Race") -> str:
    dropped, left_out, failed = (
        [choice.name_of(one) for one in _with_verdict(race, verdict)] for verdict in ("dropped", "left out", "failed")
    )
    better, worse, others = _by_accuracy(choice, race)
    parts = []
    if dropped:
        parts.append(
            f"{_named(dropped)} {'was' if len(dropped) == 1 else 'were'} significantly worse (McNemar's test, alpha "
            f"{choice.alpha:g} for all rounds and rivals)"
        )
    for names, sense in ((better, "more"), (worse, "less")):
        if names:
            verb = "is" if len(names) == 1 else "are"
            parts.append(
                f"{_named(names)} {verb} significantly {sense} accurate, and behind by {listed(choice.by)} together"
            )
    if others:
        parts.append(f"{_named(others)} {'is' if len(others) == 1 else 'are'} not significantly different{_more(race)}")
    if left_out:
        parts.append(f"{_named(left_out)} got no further training for want of budget")
    if failed:
        parts.append(f"{_named(failed)} failed to train")
    judged = {one.candidate for ended in race.rounds for one in ended.decisions if one.accuracy is not None}
    unknown = [choice.name_of(one) for one in _with_verdict(race, "left out") if one not in judged]
    if len(dropped) + len(left_out) > len(unknown):
        won = "have won" if choice.by == ("accuracy",) else "be more accurate"
        parts.append(
            f"the estimated risk that a candidate that is out would {won} is {_percent(race.risk)}{_without(unknown)}"
        )
    return f"How sure: {'; '.join(parts)}; the race ended as {_ENDS[race.ended_by]}."


def _by_accuracy(choice: "Choice", race: "Race") -> tuple[list[str], list[str], list[str]]:
    """Return the other finalists that are significantly more accurate, less accurate, and neither."""
    better: list[str] = []
    worse: list[str] = []
    others: list[str] = []
    decisions = {one.candidate: one for one in race.rounds[-1].decisions}
    for name in race.finalists[1:]:
        one = decisions[name]
        significant = one.p_value is not None and one.p_value <= race.level
        group = others if not significant else better if (one.difference or 0) < 0 else worse
        group.append(choice.name_of(name))
    return better, worse, others


def _more(race: "Race") -> str:
    """Return how many more images would separate the finalists; empty where no number would."""
    if race.images_needed is None:
        return ""
    return f" ({race.images_needed:,} more validation images would separate them, if the differences are as measured)"


def _spent(choice: "Choice", race: "Race") -> str:
    saved_s = race.full_s - choice.spent_s
    share = f"{100 * abs(saved_s) / race.full_s:.0f} %"
    all_of = "training all candidates fully"
    saved = f"{share} less than" if saved_s >= 0 else f"{share} more than"
    text = (
        f"Spent {duration(choice.spent_s)} of {duration(choice.bill.budget_s)}, {saved} {all_of}, which takes about "
        f"{duration(race.full_s)}"
    )
    if (price := choice.bill.price) is not None:
        text += f"; this cost {price.cost(choice.spent_s)}, training all fully costs {price.cost(race.full_s)}"
    if race.rounds[-1].epochs < choice.bill.full_epochs:
        text += f"; a full training of {choice.winner} is {plural(choice.bill.full_epochs, 'epoch')}"
    return f"{text}."


def _without(unknown: Sequence[str]) -> str:
    """Return the candidates that the risk says nothing about: they were never trained."""
    return f", without {_named(unknown)}, never trained" if unknown else ""


def _with_verdict(race: "Race", verdict: str) -> list[str]:
    return [one.candidate for ended in race.rounds for one in ended.decisions if one.verdict == verdict]


def _named(names: Sequence[str]) -> str:
    return listed(names) if len(names) <= _MOST_NAMES else first_of(names, _MOST_NAMES)


def _percent(share: float) -> str:
    return "below 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"


def describe_round(choice: "Choice", ended: "Round") -> str:
    """Return the result of a round in one sentence."""
    first = ended.decisions[0]
    out = [f"{choice.name_of(one.candidate)} ({one.reason})" for one in ended.decisions if not one.survives]
    left = sum(one.survives for one in ended.decisions)
    by = f" by {listed(choice.by)}," if len(choice.by) > 1 else ""
    return (
        f"round {ended.number} of {len(choice.bill.schedule)}, {plural(ended.epochs, 'epoch')}: "
        f"{choice.name_of(first.candidate)} leads{by} with {first.accuracy or 0:.2f} % of the validation images; "
        f"{'out: ' + '; '.join(out) if out else 'none is out'}; {plural(left, 'candidate')} left"
    )
