"""Optuna's proposals follow from levers, trials and seed alone."""

import numpy as np

from modelzoo.tuning.propose import Told, propose
from modelzoo.tuning.space import Lever, Range

LEVERS = (
    Lever("batch_size", (64, 128)),
    Lever("optimizer", ({"name": "adam"}, {"name": "sgd"})),
    Lever("dropout", Range(low=0.0, high=0.5)),
    Lever("width", Range(low=1, high=4, step=1)),
)


def history(count: int, seed: int = 0) -> list[Told]:
    """Tell the trials of a search that sees a peak at dropout 0.1 with SGD."""
    told: list[Told] = []
    for _ in range(count):
        values = propose(LEVERS, told, seed)
        told.append(Told(values, 90 - 40 * abs(values["dropout"] - 0.1) - 5 * (values["optimizer"]["name"] == "adam")))
    return told


def test_proposals_are_values_of_the_levers() -> None:
    for trial in history(12):
        assert trial.values["batch_size"] in (64, 128)
        assert trial.values["optimizer"] in LEVERS[1].values
        assert 0 <= trial.values["dropout"] <= 0.5
        assert trial.values["width"] in (1, 2, 3, 4)
        assert isinstance(trial.values["width"], int)


def test_same_history_gives_the_same_proposal() -> None:
    told = history(11)
    assert propose(LEVERS, told, 0) == propose(LEVERS, list(told), 0)
    assert propose(LEVERS, told, 0) != propose(LEVERS, told, 1)


def test_later_proposals_are_nearer_to_the_best() -> None:
    distances = np.array([[abs(t.values["dropout"] - 0.1) for t in history(28, seed)] for seed in range(2)])
    assert distances[:, 14:].mean() < 0.6 * distances[:, :10].mean()


def test_base_outside_of_a_range_counts_for_the_other_levers() -> None:
    base = Told({"batch_size": 64, "optimizer": {"name": "adam"}, "dropout": None, "width": 9}, 70.0)
    assert propose(LEVERS, [base], 0)["dropout"] <= 0.5
