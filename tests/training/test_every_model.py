"""One training step of every network that the slides rank or that this project builds; `make test-all` runs them."""

from typing import Any

import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.registry import REGISTRY
from modelzoo.catalog.catalog import load_catalog
from modelzoo.datasets.dataset import Split
from modelzoo.recipes.recipe import SGD, Input, Recipe
from modelzoo.training.engines.choose import make_engine

pytestmark = [pytest.mark.every_model, pytest.mark.xdist_group("keras")]

CLASSES = 5


def builds() -> list[str]:
    """The default builds of the slides' models, then the variants that are not among them."""
    catalog = load_catalog()
    defaults = [catalog.model(slug).build for slug in catalog.sources["slides"].rows]
    return list(dict.fromkeys([*defaults, *(f"modelzoo:{slug}" for slug in REGISTRY)]))


@pytest.fixture(autouse=True)
def _cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.parametrize("build", builds())
def test_a_step_changes_the_weights_and_leaves_them_finite(build: str) -> None:
    """Two pictures of noise at the least size, by the engine that a GPU would have under JAX."""
    import keras

    side = find_builder(build).smallest_input
    recipe = Recipe(
        title="one step",
        batch_size=2,
        optimizer=SGD(learning_rate=1e-4, momentum=0.0, nesterov=False),  # which keeps no copies of the weights
        input=Input(size=side),
    )
    pictures = np.random.default_rng(0).integers(0, 256, (2, side, side), np.uint8)
    split = Split(pictures, np.array([0, CLASSES - 1]))
    engine: Any = make_engine(
        build,
        recipe,
        image_shape=(side, side),
        classes=CLASSES,
        seed=0,
        steps=1,
        kind="scan" if keras.backend.backend() == "jax" else "fit",
    )
    before = engine.weights()
    score = engine.train_epoch(split, np.arange(2), lambda step: None)
    after = engine.weights()
    assert np.isfinite(score.loss)
    assert all(np.isfinite(weights).all() for weights in after)
    assert any(not np.array_equal(old, new) for old, new in zip(before, after, strict=True))
    assert engine.logits(split).shape == (2, CLASSES)
