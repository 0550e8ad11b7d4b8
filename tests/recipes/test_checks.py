"""Recipes that a network cannot be trained by, refused by name."""

from typing import Any

import pytest

from modelzoo.benchmarking.models import resolve_model
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_compatible
from modelzoo.recipes.recipe import Augmentation, Input, Recipe

pytestmark = pytest.mark.xdist_group("keras")


def require(model: str, **fields: Any) -> None:
    require_compatible(resolve_model(load_catalog(), model), model, Recipe(title="t", **fields))


@pytest.mark.parametrize(
    ("model", "fields", "words"),
    [
        (
            "lenet5-1998",
            {"augmentation": Augmentation(mixup=0.2)},
            r"augmentation\.mixup is 0\.2; expected 0: lenet5-1998",
        ),
        ("lenet5-1998", {"label_smoothing": 0.1}, r"label_smoothing is 0\.1; expected 0"),
        ("lenet5-1998", {"balanced": True}, r"balanced is true; expected false: lenet5-1998 .* outputs are no logits"),
        (
            "lenet5",
            {"weights": "imagenet", "input": Input(channels=3)},
            "only Keras Applications have, and lenet5 is none; expected a file",
        ),
        (
            "googlenet-auxiliary",
            {"weights": "mine.weights.h5", "frozen_epochs": 2},
            r"frozen_epochs is 2; expected 0: googlenet-auxiliary has auxiliary classifiers",
        ),
    ],
    ids=["mixing", "smoothing", "balancing", "ImageNet's weights", "auxiliary classifiers"],
)
def test_what_cannot_go_together_is_refused(model: str, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ZooError, match=words):
        require(model, **fields)


def test_a_loss_of_its_own_goes_with_averages_a_supplement_and_a_file_of_weights() -> None:
    require("lenet5-1998", ema=0.9, supplement=0.2, weights="mine.weights.h5")
    require("mobilenet", weights="imagenet", input=Input(channels=3), ema=0.9, activation="gelu")
