"""Variables of Keras, as arrays of their own."""

from typing import Any

import numpy as np
import numpy.typing as npt


def to_numpy(variable: Any) -> npt.NDArray[Any]:
    """A copy of the variable's value, which no later step changes."""
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))
