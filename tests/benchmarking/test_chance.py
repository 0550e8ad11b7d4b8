"""A network that learned nothing: no better on validation images than the most frequent class."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.benchmarking.chance import learned_nothing
from modelzoo.recipes.recipe import Input, Recipe
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.training.evaluate import predictions

# 60 % of the images are of class 0.
LABELS = np.repeat([0, 1, 2], [60, 20, 20])
FACTS = {"classes": 3, "validation_images": 100}


@pytest.fixture
def lines(make_record: Callable[..., Any], tmp_path: Path) -> Callable[..., list[str]]:
    """The lines for a run of this validation accuracy, whose predictions are on disk."""
    save_predictions(tmp_path, predictions(np.eye(3)[LABELS], LABELS, ("a", "b", "c")), VALIDATION)

    def of(accuracy: float, **fields: Any) -> list[str]:
        return learned_nothing(make_record("vgg16", validation=accuracy, dataset=FACTS, **fields), tmp_path)

    return of


@pytest.mark.parametrize(("accuracy", "learned"), [(20, False), (60, False), (69, False), (71, True), (100, True)])
def test_a_network_learned_if_its_interval_lies_above_the_share_of_the_most_frequent_class(
    lines: Any, accuracy: float, learned: bool
) -> None:
    """Wilson's interval of 69 of 100 begins at 59.4 %, of 71 at 61.5 %."""
    assert (lines(accuracy) == []) == learned


def test_the_lines_say_what_chance_is_and_what_to_try(lines: Any) -> None:
    first, second = lines(60)
    assert first == (
        "  learned        nothing: validation accuracy 60.00 % (95 % interval 50.20-69.06) is not above 60.00 %, the "
        "share of the most frequent class"
    )
    assert second.startswith("                 try more epochs, a lower learning rate or more images")


def test_the_best_epoch_counts(lines: Any, make_record: Any) -> None:
    record = make_record("vgg16", validation=60, dataset=FACTS, epochs=3)
    best = (record.epochs[0], replace(record.epochs[1], val_accuracy=90.0), record.epochs[2])
    assert lines(60, epochs=3) != []
    assert learned_nothing(replace(record, epochs=best, best_epoch=2), Path("none")) == []


def test_pretrained_weights_are_advised_where_there_are_any(lines: Any) -> None:
    gray, color = Recipe(title="t"), Recipe(title="t", weights="imagenet", input=Input(channels=3))
    assert "`--recipe finetune`" in lines(60, build="keras:VGG16", recipe=gray)[1]
    assert "finetune" not in lines(60, build="keras:VGG16", recipe=color)[1]
    assert "finetune" not in lines(60, build="modelzoo:lenet5", recipe=gray)[1]


@pytest.mark.parametrize("balanced", [False, True])
def test_without_predictions_or_where_classes_are_balanced_chance_is_one_among_the_classes(
    make_record: Any, lines: Any, tmp_path: Path, balanced: bool
) -> None:
    recipe = Recipe(title="t", balanced=balanced)
    if not balanced:
        (tmp_path / VALIDATION).unlink()
    assert lines(50, recipe=recipe) == []
    assert "33.33 %, chance among 3 classes" in lines(40, recipe=recipe)[0]


def test_damaged_predictions_are_as_none(lines: Any, tmp_path: Path) -> None:
    (tmp_path / VALIDATION).write_bytes(b"none")
    assert "chance among 3 classes" in lines(40)[0]
