"""Identities of built networks: equal for equal networks, however often and wherever they are built."""

import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from modelzoo.architectures.identity import network_digest

pytestmark = pytest.mark.xdist_group("keras")


class Scaled(keras.layers.Layer):
    """A custom layer that Keras cannot configure."""

    def __init__(self, function: Any) -> None:
        super().__init__()
        self.function = function

    def call(self, values: Any) -> Any:
        return self.function(values)


def network(
    *, units: int = 4, activation: str = "relu", shift: float = 1.0, dtype: str = "float32", custom: bool = False
) -> Any:
    pixels = keras.Input((4, 4, 1))
    values = keras.layers.Flatten()(pixels) + np.full((16,), shift, "float32")
    # The layer is named like its function: the name is no part of the identity, the function is.
    values = keras.layers.Activation(activation, name=activation)(values)
    values = keras.Sequential([keras.layers.Dense(units, dtype=dtype)])(values)
    values = Scaled(lambda given: given * 2)(values) if custom else values
    return keras.Model(pixels, keras.layers.Lambda(lambda given: given * 3)(keras.layers.Dense(3)(values)))


@pytest.mark.parametrize("custom", [False, True])
def test_two_builds_of_one_network_in_one_process_have_one_identity(custom: bool) -> None:
    first, second = network(custom=custom), network(custom=custom)
    assert first.layers[-2].name != second.layers[-2].name  # Keras numbers them
    assert network_digest(first) == network_digest(second)


def test_builds_in_two_processes_have_one_identity() -> None:
    script = f"import sys; sys.path.insert(0, {sys.path[0]!r}); import keras\n"
    script += "from tests.architectures.test_identity import network, network_digest\n"
    script += "keras.layers.Dense(1); print(network_digest(network()))"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == network_digest(network())


@pytest.mark.parametrize(
    "other",
    [{"units": 5}, {"activation": "tanh"}, {"shift": 2.0}, {"dtype": "float64"}, {"custom": True}],
    ids=lambda other: next(iter(other)),
)
def test_another_network_has_another_identity(other: dict[str, Any]) -> None:
    assert network_digest(network(**other)) != network_digest(network())
