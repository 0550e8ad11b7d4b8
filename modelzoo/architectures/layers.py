"""Layers that Keras lacks, for LeNet-5 of 1998. This module imports Keras: builders import it where they use it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


class PartialConvolution(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """A convolution of which each map is fed by some maps only, and has weights for no others.

    Parameters
    ----------
    table : (maps in, maps out), truth where one feeds the other
    span : weights and biases are drawn evenly between ±`span` over the number of values that feed a unit
    """

    def __init__(self, table: Sequence[Sequence[bool]], kernel_size: int, span: float, **more: Any) -> None:
        super().__init__(**more)
        self.table, self.kernel_size, self.span = table, kernel_size, span
        self._joined = np.argwhere(np.asarray(table, bool))
        self._inputs = kernel_size**2 * np.sum(np.asarray(table, bool), axis=0)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make one small kernel for each joined pair of maps, and one bias for each map."""
        maps_in, maps_out = np.shape(self.table)
        if input_shape[-1] != maps_in:
            raise ValueError(f"the table is of {maps_in} maps, the input has {input_shape[-1]}")
        side, reach = self.kernel_size, self.span / self._inputs
        self.kernels = self._drawn("kernels", (side, side, len(self._joined)), reach[self._joined[:, 1]])
        self.bias = self._drawn("bias", (maps_out,), reach)
        # By place in the whole kernel: which of the small ones stands there, or the zeros behind the last.
        self._standing = np.full((maps_in, maps_out), len(self._joined))
        self._standing[tuple(self._joined.T)] = np.arange(len(self._joined))

    def call(self, maps: Any) -> Any:
        """The maps, smaller by the kernel's reach."""
        kernel = ops.take(ops.pad(self.kernels, ((0, 0), (0, 0), (0, 1))), self._standing, axis=-1)
        return ops.conv(maps, kernel, padding="valid", data_format="channels_last") + self.bias

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """The shape of the maps that `call` gives."""
        batch, height, width, _ = input_shape
        lost = self.kernel_size - 1
        return batch, height and height - lost, width and width - lost, np.shape(self.table)[1]

    def _drawn(self, name: str, shape: tuple[int, ...], reach: Any) -> Any:
        drawer = keras.initializers.RandomUniform(-1.0, 1.0)
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=lambda shape, dtype: drawer(shape, dtype) * ops.cast(reach, dtype),
        )


class RadialBasis(keras.layers.Layer):  # type: ignore[misc]
    """Minus the squared distance of the input to each of some fixed codes: logits that are greatest for the nearest.

    Parameters
    ----------
    codes : (classes, features)
    """

    def __init__(self, codes: Any, **more: Any) -> None:
        super().__init__(**more)
        self._values = np.asarray(codes, np.float32)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Keep the codes as weights that are not trained."""
        self.codes = self.add_weight(
            name="codes",
            shape=self._values.shape,
            initializer=lambda shape, dtype: ops.cast(self._values, dtype),
            trainable=False,
        )

    def call(self, features: Any) -> Any:
        """(images, classes)."""
        return -ops.sum(ops.square(ops.expand_dims(features, 1) - self.codes), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """One logit a class."""
        return input_shape[0], len(self._values)

    def get_config(self) -> dict[str, Any]:
        """What an equal layer is made from: the codes as lists."""
        return {**super().get_config(), "codes": self._values.tolist()}
