"""Recorded trainings of several networks: complete schedules of rising length, each with the same seeds."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import product
from math import sqrt
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

import modelzoo
from modelzoo.architectures.changes.changes import UNCHANGED
from modelzoo.base.text import listed
from modelzoo.racing.risk import Drift, updated_drift
from modelzoo.runs.predictions import Predictions
from modelzoo.runs.record import Record
from modelzoo.statistics.paired import BoolArray

Key = tuple[str, int, int]  # network, seed, epochs


class Training(NamedTuple):
    """A recorded training: correct validation and test images, and the seconds of its epochs."""

    validation: BoolArray
    test: BoolArray | None
    seconds: float


@dataclass(frozen=True)
class Recorded:
    """Recorded trainings, of which each network has every seed and every number of epochs.

    `models` has the slug of each network. Two variants of a model are two networks, and so are two widths of one.
    """

    models: Mapping[str, str]
    seeds: tuple[int, ...]
    schedule: tuple[int, ...]
    trainings: Mapping[Key, Training]

    @property
    def networks(self) -> tuple[str, ...]:
        """Return the names of the networks."""
        return tuple(self.models)

    @cached_property
    def _costs(self) -> dict[tuple[str, int], float]:
        return {
            (network, epochs): median(self.trainings[network, seed, epochs].seconds for seed in self.seeds)
            for network, epochs in product(self.networks, self.schedule)
        }

    def cost(self, network: str, epochs: int) -> float:
        """Return the median seconds over the seeds."""
        return self._costs[network, epochs]

    def full_cost(self, *networks: str) -> float:
        """Return the seconds of training these networks with the longest schedule."""
        return sum(self.cost(network, self.schedule[-1]) for network in networks)

    def in_round(self, network: str, first_seed: int, number: int) -> Training:
        """Return the training of a round. Each round takes the next seed, as a live race does."""
        seed = self.seeds[(self.seeds.index(first_seed) + number - 1) % len(self.seeds)]
        return self.trainings[network, seed, self.schedule[number - 1]]

    def full(self, network: str, first_seed: int) -> Training:
        """Return the full training, which is the one of the last round."""
        return self.in_round(network, first_seed, len(self.schedule))

    def tested(self, network: str, first_seed: int) -> BoolArray:
        """Return which test images the full training classified correctly."""
        correct = self.full(network, first_seed).test
        if correct is None:
            raise modelzoo.ZooError(f"{network}, seed {first_seed}: no test predictions")
        return correct

    @cached_property
    def published(self) -> tuple[str, ...]:
        """Return the networks in the order of published Top-1 accuracy; a network without a value is left out."""
        ranked = modelzoo.rank(by="top1").slugs
        with_value = [network for network, model in self.models.items() if model in ranked]
        return tuple(sorted(with_value, key=lambda network: ranked.index(self.models[network])))

    def drift(self, networks: Sequence[str], *, last: int | None = None) -> Drift:
        """Return the drift among these networks over the last rounds, or over all, pooled over the first seeds.

        All seeds share the networks, so seeds add no degrees of freedom.
        """
        scales = [self._drift_from(networks, seed, last).scale for seed in self.seeds]
        return Drift(sqrt(np.mean(np.square(scales))), len(networks) - 1)

    def _drift_from(self, networks: Sequence[str], first_seed: int, last: int | None) -> Drift:
        rounds = [
            (epochs, {network: self.in_round(network, first_seed, number).validation for network in networks})
            for number, epochs in enumerate(self.schedule, 1)
        ]
        return updated_drift(rounds if last is None else rounds[-last:], _NO_PRIOR)


# So few degrees of freedom that the rounds alone count.
_NO_PRIOR = Drift(1.0, 1e-9)


def load_recorded(folder: Path) -> Recorded:
    """Load the networks with a complete grid of seeds and epochs; report the others."""
    runs, problems = modelzoo.load_runs(folder)
    for problem in problems:
        print(problem, file=sys.stderr)
    local = [run for run in runs if run.origin == "local" and run.record.stopped_by == "schedule"]
    if len({run.protocol for run in local}) != 1:
        raise modelzoo.ZooError(f"{folder}: no runs with complete schedules, or runs under different conditions")
    trainings: dict[Key, Training] = {}
    for run in local:
        if (validation := correct_images(run.validation_predictions())) is None:
            continue
        record = run.record
        key = network_of(record), record.seed, len(record.epochs)
        if key in trainings:
            raise modelzoo.ZooError(f"{run.folder}: a second run of {key}; expected one for each network, seed, epochs")
        trainings[key] = Training(validation, correct_images(run.predictions()), seconds_of(record))
    return complete_grid(trainings, {network_of(run.record): run.record.model for run in local})


def network_of(record: Record) -> str:
    """Return the name of a network: its variant, with the recipe's changes, as in ``resnet50 width=0.125``."""
    changes = asdict(record.recipe.changes)
    changed = [f"{name}={changes[name]}".lower() for name, usual in asdict(UNCHANGED).items() if changes[name] != usual]
    return " ".join([record.variant, *changed])


def seconds_of(record: Record) -> float:
    """Return the seconds of all epochs: the first one, which compiles, and the median of the others for each other.

    Other work may interrupt an epoch, which is no cost of the network.
    """
    first, *others = [epoch.seconds for epoch in record.epochs]
    return first + len(others) * median(others or [0.0])


def correct_images(predictions: Predictions | None) -> BoolArray | None:
    """Return which images were classified correctly; None without predictions or labels."""
    if predictions is None or predictions.labels is None:
        return None
    correct: BoolArray = predictions.best[:, 0] == predictions.labels
    return correct


def complete_grid(trainings: Mapping[Key, Training], models: Mapping[str, str]) -> Recorded:
    """Return the networks that have all seeds and epochs, and a test result of each full training."""
    _, seeds, schedule = (tuple(sorted(set(values))) for values in zip(*trainings, strict=True))
    networks = sorted({network for network, *_ in trainings})

    def is_complete(network: str) -> bool:
        grid = [trainings.get((network, seed, epochs)) for seed, epochs in product(seeds, schedule)]
        tested = [trainings.get((network, seed, schedule[-1])) for seed in seeds]
        return None not in grid and all(training and training.test is not None for training in tested)

    complete = tuple(network for network in networks if is_complete(network))
    if missing := [network for network in networks if network not in complete]:
        print(f"left out, as trainings are missing: {listed(missing)}", file=sys.stderr)
    return Recorded({network: models[network] for network in complete}, seeds, schedule, trainings)
