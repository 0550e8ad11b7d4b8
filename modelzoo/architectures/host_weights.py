"""Initial weights under JAX, drawn by numpy on the host: JAX compiles a program for each shape that it draws."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

# Keras truncates a normal distribution at two standard deviations.
_TRUNCATED_AT = 2.0


@contextmanager
def drawn_on_host() -> Iterator[None]:
    """Draw the values of variables that are created in the block by numpy under JAX.

    The distributions are those of Keras' initializers, each drawn from its initializer's seed. Without this, building
    EfficientNetB0 compiles 242 programs.
    """
    import keras

    if keras.backend.backend() != "jax":
        yield
        return
    initialize = keras.Variable._initialize_with_initializer
    keras.Variable._initialize_with_initializer = _from_host(initialize)
    try:
        yield
    finally:
        keras.Variable._initialize_with_initializer = initialize


def _from_host(initialize: Any) -> Any:
    """Return Keras' method that initializes a variable, with the value drawn on the host."""
    import jax
    from keras.initializers import Constant, Ones, Zeros

    def initialize_from_host(variable: Any, initializer: Any) -> None:
        constants = {Zeros: 0, Ones: 1, Constant: getattr(initializer, "value", None)}
        constant = constants.get(type(initializer))

        def first_value(shape: Any, dtype: Any) -> Any:
            if constant is not None:
                return jax.device_put(np.full(shape, constant, dtype))
            with _numpy_draws():
                return jax.device_put(initializer(shape, dtype=dtype))

        initialize(variable, first_value)

    return initialize_from_host


@contextmanager
def _numpy_draws() -> Iterator[None]:
    """Replace Keras' functions of the same names by the draws below."""
    from keras.src.backend.jax import random

    draws = {"normal": _normal, "truncated_normal": _truncated_normal, "uniform": _uniform}
    originals = {name: getattr(random, name) for name in draws}
    for name, draw in draws.items():
        setattr(random, name, draw)
    try:
        yield
    finally:
        for name, draw in originals.items():
            setattr(random, name, draw)


def _normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Array:
    return _typed(mean + stddev * _random(seed).standard_normal(shape, np.float32), dtype)


def _truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Array:
    from scipy.special import ndtr, ndtri

    below, above = ndtr(-_TRUNCATED_AT), ndtr(_TRUNCATED_AT)
    shares = below + (above - below) * _random(seed).random(shape, np.float32)
    return _typed(mean + stddev * ndtri(shares), dtype)


def _uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Array:
    return _typed(minval + (maxval - minval) * _random(seed).random(shape, np.float32), dtype)


def _random(seed: Any) -> np.random.Generator:
    """Return a generator for an initializer's seed: a number, a generator of seeds, or None for Keras' global one."""
    if isinstance(seed, int):
        return np.random.default_rng(seed)
    from keras.src.random.seed_generator import draw_seed

    return np.random.default_rng(np.asarray(draw_seed(seed)))


def _typed(values: Any, dtype: Any) -> Array:
    from keras.config import floatx

    return np.asarray(values, dtype or floatx())
