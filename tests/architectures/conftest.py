"""What the tests of every family ask of its networks."""

import math
from collections.abc import Callable, Iterator

import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.registry import REGISTRY


@pytest.fixture
def without_weights(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Build networks that have shapes and names alone: drawing weights takes most of the time of the large ones."""
    monkeypatch.setattr("modelzoo.architectures.changes.changes.copy_weights", lambda source, target: [])
    keras.utils.clear_session()
    with keras.StatelessScope(initialize_variables=False):
        yield


@pytest.fixture
def trainable(without_weights: None) -> Callable[[str], int]:
    """The trainable parameters of a variant at its published input and classes."""

    def count(slug: str) -> int:
        own = REGISTRY[slug]
        network = own.build(input_shape=own.published_input, classes=own.published_classes)
        return sum(math.prod(weight.shape) for weight in network.trainable_weights)

    return count


@pytest.fixture(scope="session")
def train_steps() -> Callable[..., list[float]]:
    """The losses of three steps on eight pictures of noise, one channel, with the variant's own loss."""

    def train(slug: str) -> list[float]:
        keras.utils.clear_session()
        keras.utils.set_random_seed(0)
        own = REGISTRY[slug]
        side = max(own.smallest_input, 32)
        network = find_builder(f"modelzoo:{slug}").build(input_shape=(side, side, 1), classes=4)
        loss = own.loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        outputs = 1 + len(own.auxiliary)
        network.compile(
            keras.optimizers.Adam(1e-4),
            loss=[loss] * outputs if own.auxiliary else loss,
            loss_weights=[1.0, *own.auxiliary] if own.auxiliary else None,
            run_eagerly=True,  # a graph takes longer to trace than three steps take
        )
        random = np.random.default_rng(0)
        pictures = random.integers(0, 256, (8, side, side, 1)).astype("float32")
        labels = np.arange(8) % 4
        target = [labels] * outputs if own.auxiliary else labels
        fitted = network.fit(pictures, target, batch_size=8, epochs=3, verbose=0)
        return [float(value) for value in fitted.history["loss"]]

    return train
