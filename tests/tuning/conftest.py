"""Pretended trainings: the accuracy follows from the recipe, the epochs and the seed."""

from collections.abc import Callable

import numpy as np
import pytest

from modelzoo.recipes.load import load_recipe
from modelzoo.recipes.recipe import Recipe
from modelzoo.tuning.costs import Failed, Ledger, Plan, Trained
from modelzoo.tuning.search import Search, Train
from modelzoo.tuning.space import Lever, Range, with_base

IMAGES = 2_000
START_S, EPOCH_S = 4.0, 1.0
BASE = load_recipe("quick")
LEVERS = (
    Lever("batch_size", (64, 128)),
    Lever("activation", ("relu", "gelu")),
    Lever("dropout", Range(low=0.0, high=0.5)),
    Lever("label_smoothing", (0.0, 0.1)),
)


def accuracy(recipe: Recipe, epochs: int) -> float:
    """Return a true accuracy: GELU gives 6 points, dropout takes 20 a unit, the other levers give nothing."""
    return 0.7 + 0.02 * np.log2(epochs) + 0.06 * (recipe.activation == "gelu") - 0.2 * (recipe.dropout or 0)


class Trainings:
    """Pretended trainings, each made once; one may be the last before a kill."""

    def __init__(self, killed_after: int | None = None, *, fails: Callable[[Recipe], bool] = lambda recipe: False):
        self.made: dict[tuple[bytes, int, int], Trained | Failed] = {}
        self.killed_after, self.fails = killed_after, fails
        self.asked: list[tuple[Recipe, int, int]] = []

    def __call__(self, recipe: Recipe, epochs: int, seed: int) -> Trained | Failed:
        self.asked.append((recipe, epochs, seed))
        key = repr(recipe).encode(), epochs, seed
        if key not in self.made:
            if len(self.made) == self.killed_after:
                raise KeyboardInterrupt
            self.made[key] = self._train(recipe, epochs, seed)
        return self.made[key]

    def _train(self, recipe: Recipe, epochs: int, seed: int) -> Trained | Failed:
        seconds = START_S + epochs * EPOCH_S
        if self.fails(recipe):
            return Failed("the loss is not finite", seconds)
        random = np.random.default_rng([seed, epochs, *repr(recipe).encode()])
        difficulty = np.random.default_rng(0).random(IMAGES)  # the images are the same for all
        noise = random.normal(0, 0.05, IMAGES)
        correct = difficulty + noise < accuracy(recipe, epochs)
        return Trained(epochs=epochs, correct=correct, seconds=seconds, epoch_s=EPOCH_S)


def started(budget_s: float) -> Ledger:
    """Return the ledger after a first training."""
    ledger = Ledger(budget_s)
    first = Trainings()(BASE, 2, 0)
    ledger.add(first)
    return ledger


def make_search(train: Train, budget_s: float = 400.0, plan: Plan | None = None, **options: object) -> Search:
    return Search(
        BASE,
        [with_base(lever, BASE) for lever in LEVERS],
        plan or Plan(schedule=(2, 4, 8), seeds=2, levers=len(LEVERS)),
        train=train,
        ledger=started(budget_s),
        **options,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="session")
def finished() -> tuple[Search, Trainings]:
    """Return a search after its end."""
    trainings = Trainings()
    search = make_search(trainings)
    search.run()
    return search, trainings
