"""Layers that Keras lacks, for LeNet-5 of 1998. This module imports Keras: builders import it where they use it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("modelzoo")
class PartialConvolution(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """A convolution that connects each output map to some input maps only, with weights for these alone.

    Parameters
    ----------
    table : (maps in, maps out), True for connected maps
    span : weights and biases are drawn uniformly between ±`span` over the number of inputs of a unit
    """

    def __init__(self, table: Sequence[Sequence[bool]], kernel_size: int, span: float, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.table, self.kernel_size, self.span = table, kernel_size, span
        self._connected = np.argwhere(np.asarray(table, bool))
        self._inputs = kernel_size**2 * np.sum(np.asarray(table, bool), axis=0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create one small kernel for each connected pair of maps, and one bias for each output map."""
        maps_in, maps_out = np.shape(self.table)
        if input_shape[-1] != maps_in:
            raise ValueError(f"the table is of {maps_in} maps, the input has {input_shape[-1]}")
        side, reach = self.kernel_size, self.span / self._inputs
        self.kernels = self._draw("kernels", (side, side, len(self._connected)), reach[self._connected[:, 1]])
        self.bias = self._draw("bias", (maps_out,), reach)
        # For each pair of maps the index of its small kernel, or of the zeros after the last one.
        self._kernel_index = np.full((maps_in, maps_out), len(self._connected))
        self._kernel_index[tuple(self._connected.T)] = np.arange(len(self._connected))

    def call(self, maps: Any) -> Any:
        """Apply the convolution, without padding."""
        kernel = ops.take(ops.pad(self.kernels, ((0, 0), (0, 0), (0, 1))), self._kernel_index, axis=-1)
        return ops.conv(maps, kernel, padding="valid", data_format="channels_last") + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of a result of `call`."""
        batch, height, width, _ = input_shape
        lost = self.kernel_size - 1
        return batch, height and height - lost, width and width - lost, np.shape(self.table)[1]

    def _draw(self, name: str, shape: tuple[int, ...], reach: Any) -> Any:
        uniform = keras.initializers.RandomUniform(-1.0, 1.0)
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=lambda shape, dtype: uniform(shape, dtype) * ops.cast(reach, dtype),
        )


@keras.saving.register_keras_serializable("modelzoo")
class RadialBasis(keras.layers.Layer):  # type: ignore[misc]
    """Logits that are minus the squared distances of the input to fixed codes.

    Parameters
    ----------
    codes : (classes, features)
    """

    def __init__(self, codes: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._values = np.asarray(codes, np.float32)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the codes as weights that are not trained."""
        self.codes = self.add_weight(
            name="codes",
            shape=self._values.shape,
            initializer=lambda shape, dtype: ops.cast(self._values, dtype),
            trainable=False,
        )

    def call(self, features: Any) -> Any:
        """Compute the logits (images, classes)."""
        return -ops.sum(ops.square(ops.expand_dims(features, 1) - self.codes), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of a result of `call`."""
        return input_shape[0], len(self._values)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of an equal layer: the codes as lists."""
        return {**super().get_config(), "codes": self._values.tolist()}
