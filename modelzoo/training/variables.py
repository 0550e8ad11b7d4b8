"""Variables of Keras, read and set by arrays of the host."""

from typing import Any

import numpy as np
import numpy.typing as npt


def to_numpy(variable: Any) -> npt.NDArray[Any]:
    """Return a copy of the variable's value, which no later step changes."""
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))


def assign(variable: Any, value: npt.NDArray[Any]) -> None:
    """Set the variable to a copy of the array."""
    import keras

    if keras.backend.backend() == "jax":  # Keras' own way there compiles a program for each shape
        import jax

        variable.assign(jax.device_put(value, may_alias=False))
    else:
        variable.assign(value)
