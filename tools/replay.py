"""Races replayed on recorded trainings, against successive halving, random choice and the published ranking.

Usage: python tools/replay.py [FOLDER] [--write PAGE]

FOLDER has runs of several networks: complete schedules of rising length, each with the same seeds. A replay takes five
of the networks and a seed. The tables are printed; `--write` also puts them between the markers of a page. `make
replay` runs it. A missed aim is reported and is no failure.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, pairwise, permutations, product
from math import ceil, inf
from pathlib import Path
from typing import NamedTuple

import numpy as np
from recorded import Recorded, load_recorded
from tabulate import tabulate

import modelzoo
from modelzoo.base.text import listed, plural
from modelzoo.racing.decide import by_accuracy, is_worse
from modelzoo.racing.race import Judged, Race, race
from modelzoo.racing.risk import RECORDED
from modelzoo.statistics.paired import BoolArray, paired_table

FOLDER = Path(__file__).parents[1] / "benchmarks" / "races" / "emnist47-20000"
MARKERS = re.compile(r"(?<=<!-- replay:begin -->\n).*?(?=<!-- replay:end -->)", re.DOTALL)

CANDIDATES = 5
BUDGET = 1 / 3  # of the cost of training all candidates fully
LEVEL = 0.05  # of the test whether a choice is worse than the winner
AIM = 0.9  # share of replays with a choice that is not significantly worse
RISKS = (0.0, 0.05, 0.2, 0.5, 1.0)  # bounds of the groups of predicted risks
_ROUNDING_S = 1e-6


class Case(NamedTuple):
    """A replay: its candidates, and the seed of its first round."""

    networks: tuple[str, ...]
    seed: int


class Choice(NamedTuple):
    """A network that a method chose, the seconds spent, and whether they include its full training."""

    network: str
    spent_s: float
    trained: bool


class Result(NamedTuple):
    """The means over the choices of one replay.

    `regret` is in test points behind the winner of full training. `similar` is the share of choices that are not
    significantly worse. `cost` is the share of the cost of training all fully. `with_training` includes the full
    training of the choice.
    """

    seed: int
    regret: float
    similar: float
    cost: float
    with_training: float


Method = Callable[[Recorded, Case, float], Sequence[Choice]]


def run_race(recorded: Recorded, case: Case, budget_s: float) -> Race:
    """Run a race on recorded trainings. If two other networks are recorded, their drift is the prior."""
    others = [network for network in recorded.networks if network not in case.networks]

    def train(names: Sequence[str], number: int, epochs: int) -> Mapping[str, Judged | str]:
        return {
            name: Judged(recorded.in_round(name, case.seed, number).validation, recorded.cost(name, epochs))
            for name in names
        }

    return race(
        case.networks,
        train=train,
        cost=recorded.cost,
        schedule=recorded.schedule,
        budget_s=budget_s,
        drift=recorded.drift(others) if len(others) > 1 else RECORDED,
    )


def halving(recorded: Recorded, case: Case, budget_s: float) -> list[Choice]:
    """Choose by successive halving: each round keeps the better half by accuracy, if the budget allows.

    References
    ----------
    Jamieson & Talwalkar (2016), AISTATS.
    """
    survivors, spent_s, rounds = list(case.networks), 0.0, 0
    for number, epochs in enumerate(recorded.schedule, 1):
        sums = np.cumsum([recorded.cost(network, epochs) for network in survivors])
        fitting = int((sums <= budget_s - spent_s).sum())
        if fitting < 2:
            break
        spent_s, rounds = spent_s + float(sums[fitting - 1]), number
        accuracies = {
            network: accuracy(recorded.in_round(network, case.seed, number).validation)
            for network in survivors[:fitting]
        }
        survivors = by_accuracy(accuracies)[: ceil(fitting / 2)]
    return [Choice(survivors[0], spent_s, rounds == len(recorded.schedule))]


def random_choice(recorded: Recorded, case: Case, budget_s: float) -> list[Choice]:
    """Train candidates fully in random order while they fit, and choose the best; return the choice of every order."""
    costs = {network: recorded.full_cost(network) for network in case.networks}
    best = by_accuracy({name: accuracy(recorded.full(name, case.seed).validation) for name in case.networks})
    choices = []
    for order in permutations(case.networks):
        spent_s, trained = 0.0, list[str]()
        for network in order:
            if spent_s + costs[network] <= budget_s:
                spent_s += costs[network]
                trained.append(network)
        choices.append(Choice(min(trained, key=best.index, default=order[0]), spent_s, bool(trained)))
    return choices


def first_published(recorded: Recorded, case: Case, budget_s: float) -> list[Choice]:
    """Choose the highest published accuracy; return each network if none has a value."""
    ranked = [network for network in recorded.published if network in case.networks]
    return [Choice(network, 0.0, trained=False) for network in ranked[:1] or case.networks]


def accuracy(correct: BoolArray) -> float:
    """Return the accuracy in percent."""
    return 100 * float(correct.mean())


def judge(recorded: Recorded, case: Case, choices: Sequence[Choice]) -> Result:
    """Compare the choices of one replay with the winner of full training, on the test images."""
    test = {network: recorded.tested(network, case.seed) for network in case.networks}
    winner = by_accuracy({network: accuracy(correct) for network, correct in test.items()})[0]
    full_s = recorded.full_cost(*case.networks)
    tables = {network: paired_table(correct, test[winner]) for network, correct in test.items()}
    worse = {network: is_worse(table, LEVEL) for network, table in tables.items()}
    spent_s = np.array([choice.spent_s for choice in choices])
    training_s = [0.0 if choice.trained else recorded.full_cost(choice.network) for choice in choices]
    return Result(
        case.seed,
        regret=float(np.mean([-tables[choice.network].difference for choice in choices])),
        similar=float(np.mean([not worse[choice.network] for choice in choices])),
        cost=float(spent_s.mean()) / full_s,
        with_training=float((spent_s + training_s).mean()) / full_s,
    )


def seed_interval(results: Sequence[Result]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean regret: all ways to draw as many seeds with replacement."""
    of_seed = defaultdict(list)
    for result in results:
        of_seed[result.seed].append(result.regret)
    means = [float(np.mean(regrets)) for regrets in of_seed.values()]
    low, high = np.percentile([np.mean(drawn) for drawn in product(means, repeat=len(means))], (2.5, 97.5))
    return float(low), float(high)


def method_row(name: str, results: Sequence[Result]) -> list[str]:
    """Return the line of a method."""
    low, high = seed_interval(results)
    mean = Result(*np.mean(results, axis=0))
    return [
        name,
        f"{mean.regret:.2f} ({low:.2f} to {high:.2f})",
        f"{max(result.regret for result in results):.2f}",
        *(f"{100 * share:.0f}" for share in (mean.similar, mean.cost, mean.with_training)),
    ]


def risk_rows(recorded: Recorded, cases: Sequence[Case], races: Sequence[Race]) -> list[list[str]]:
    """Return the predicted risk of groups of races, and how often a dropped candidate beat the winner."""
    risks = np.array([result.risk for result in races])
    happened = np.array([is_overtaken(recorded, case, result) for case, result in zip(cases, races, strict=True)])
    groups = {f"{100 * low:.0f}–{100 * high:.0f}": (risks >= low) & (risks < high) for low, high in pairwise(RISKS)}
    return [
        [name, f"{group.sum()}", f"{100 * risks[group].mean():.0f}", f"{100 * happened[group].mean():.0f}"]
        for name, group in {**groups, "all": risks >= 0}.items()
        if group.any()
    ]


def is_overtaken(recorded: Recorded, case: Case, result: Race) -> bool:
    """Return whether any candidate that is no finalist beats the winner on the test images after full training."""
    won = recorded.tested(result.winner, case.seed).sum()
    out = [network for network in case.networks if network not in result.finalists]
    return any(recorded.tested(network, case.seed).sum() > won for network in out)


def report(recorded: Recorded) -> str:
    """Return the tables and whether the aims are met, in Markdown."""
    cases = [Case(*case) for case in product(combinations(recorded.networks, CANDIDATES), recorded.seeds)]
    if not cases:
        found = plural(len(recorded.networks), "network")
        raise modelzoo.ZooError(f"{found} with all trainings; expected {CANDIDATES} or more")
    third = [BUDGET * recorded.full_cost(*case.networks) for case in cases]
    limited, free = (
        [run_race(recorded, case, budget_s) for case, budget_s in zip(cases, budgets, strict=True)]
        for budgets in (third, [inf] * len(cases))
    )

    def raced(races: Sequence[Race]) -> list[Result]:
        choices = [Choice(each.winner, each.spent_s, len(each.rounds) == len(recorded.schedule)) for each in races]
        return [judge(recorded, case, [choice]) for case, choice in zip(cases, choices, strict=True)]

    def played(method: Method, budgets: Sequence[float]) -> list[Result]:
        return [
            judge(recorded, case, method(recorded, case, budget_s))
            for case, budget_s in zip(cases, budgets, strict=True)
        ]

    def at_cost_of(results: Sequence[Result]) -> list[Result]:
        full_s = [recorded.full_cost(*case.networks) for case in cases]
        budgets = [result.with_training * cost_s for result, cost_s in zip(results, full_s, strict=True)]
        return played(random_choice, [budget_s + _ROUNDING_S for budget_s in budgets])

    race_limited, race_free, random = raced(limited), raced(free), played(random_choice, third)
    methods = {
        "race": race_limited,
        "successive halving": played(halving, third),
        "random choice": random,
        "first by published Top-1": played(first_published, third),
        "random choice at all costs of the race": at_cost_of(race_limited),
        "race without a budget": race_free,
        "random choice at all its costs": at_cost_of(race_free),
    }
    similar = float(np.mean([result.similar for result in race_limited]))
    gain = float(np.mean([ours.regret - theirs.regret for ours, theirs in zip(random, race_limited, strict=True)]))
    drift, latest = (recorded.drift(recorded.networks, last=last) for last in (None, 2))
    ends = Counter(result.ended_by for result in limited)
    return "\n\n".join(
        [
            f"{plural(len(cases), 'replay')}, with rounds of {listed(recorded.schedule)} epochs. Each takes "
            f"{CANDIDATES} networks and one of {plural(len(recorded.seeds), 'seed')}. The budget is {100 * BUDGET:.0f} "
            f"% of the cost of training all {CANDIDATES} with {recorded.schedule[-1]} epochs. The networks:",
            "\n".join(f"- {network}" for network in recorded.networks),
            markdown(
                [method_row(name, results) for name, results in methods.items()],
                ["", "regret, points (95 %)", "largest", "not worse, %", "cost, %", "cost with full training, %"],
            ),
            f"- Not significantly worse than the winner in {100 * similar:.0f} % of races with the budget; the aim of "
            f"{100 * AIM:.0f} % is {'met' if similar >= AIM else 'missed'}.\n"
            f"- The regret of random choice is {gain:+.2f} points larger; the aim to beat it is "
            f"{'met' if gain > 0 else 'missed'}.\n"
            f"- Ends of races with the budget: {listed(f'{end} ({count})' for end, count in sorted(ends.items()))}.\n"
            f"- Drift of all {plural(len(recorded.networks), 'network')}: {drift.scale:.3f} in log-odds a doubling, "
            f"{latest.scale:.3f} in the last one alone.",
            *(
                f"Predicted risk {name}, in percent, and how often a dropped network won:\n\n"
                + markdown(risk_rows(recorded, cases, results), ["risk", "races", "mean risk", "happened"])
                for name, results in {"with the budget": limited, "without a budget": free}.items()
            ),
        ]
    )


def markdown(rows: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    """Return a Markdown table."""
    align = ("left", *["right"] * (len(headers) - 1))
    return tabulate(rows, headers, tablefmt="pipe", disable_numparse=True, colalign=align)


def main() -> None:
    """Print the report, and write it into a page on request."""
    parser = argparse.ArgumentParser(description="Replay races on recorded trainings.")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables between the markers of this page")
    options = parser.parse_args()
    try:
        text = report(load_recorded(options.folder))
    except modelzoo.ZooError as error:
        sys.exit(str(error))
    print(text)
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(MARKERS.sub(lambda _: f"{text}\n", page), encoding="utf-8")


if __name__ == "__main__":
    main()
