"""Learning curves."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.curves_chart import figure, figure_of_many

pytest.importorskip("matplotlib")


def test_one_run_has_loss_and_accuracy_of_both_splits_and_its_tested_epoch(
    make_run: Callable[..., Any], legible: Callable[[Any], list[str]]
) -> None:
    run = make_run("lenet5", name="LeNet-5", epochs=20, best_epoch=7)
    drawn = figure([run.record])
    texts = legible(drawn)
    loss, accuracy = drawn.axes
    assert [axes.get_ylabel() for axes in drawn.axes] == ["loss", "accuracy (%)"]
    assert {axes.get_xlabel() for axes in drawn.axes} == {"epoch"}
    train, validation, best = accuracy.lines
    assert list(train.get_ydata()) == [epoch.accuracy for epoch in run.record.epochs]
    assert list(validation.get_ydata()) == [epoch.val_accuracy for epoch in run.record.epochs]
    assert list(best.get_xdata()) == [7]
    assert len(loss.lines) == 3
    assert {"training", "validation", "tested epoch", "Learning curves: LeNet-5, recipe default, seed 0"} <= set(texts)
    assert any(text.startswith("Measured on emnist47") and "no GPU" in text for text in texts)


def test_several_runs_are_named_by_their_differences_alone(
    make_run: Callable[..., Any], legible: Callable[[Any], list[str]]
) -> None:
    runs = [make_run("lenet5", name="LeNet-5", seed=seed, recipe_name=recipe) for seed in (0, 1) for recipe in "ab"]
    texts = legible(figure([run.record for run in runs]))
    assert {"recipe a, seed 0", "recipe b, seed 0", "recipe a, seed 1", "recipe b, seed 1"} <= set(texts)
    assert "Learning curves: 4 runs, LeNet-5" in texts


def test_thirty_runs_with_long_names_stay_legible(
    make_run: Callable[..., Any], legible: Callable[[Any], list[str]]
) -> None:
    assert len(legible(figure([make_run("m", name=f"{number} {'long ' * 20}").record for number in range(30)]))) > 30


def test_no_run_and_no_epoch_are_errors(make_run: Callable[..., Any]) -> None:
    with pytest.raises(ZooError, match="name one at least"):
        figure([])
    with pytest.raises(ZooError, match="has no epoch"):
        figure([make_run("lenet5", epochs=0, best_epoch=None).record])


def test_of_many_runs_the_most_accurate_are_drawn(
    make_run: Callable[..., Any], legible: Callable[[Any], list[str]]
) -> None:
    records = [make_run("lenet5", seed=seed, correct=500 + seed).record for seed in range(9)]
    untrained = make_run("lenet5", epochs=0, best_epoch=None).record
    texts = legible(figure_of_many([untrained, *records], top=2))
    assert {"seed 8", "seed 7"} <= set(texts)
    assert not {"seed 6", "seed 0"} & set(texts)
    assert "Learning curves: 2 runs, lenet5, recipe default, the most accurate of 9 runs" in texts
    with pytest.raises(ZooError, match="no run has an epoch"):
        figure_of_many([untrained])
