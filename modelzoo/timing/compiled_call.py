"""The forward pass as a program that uses the network calls it: traced once, and over when its result is there."""

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from modelzoo.machine.compilation_cache import not_kept
from modelzoo.machine.gpu_facts import tensorflow_is_deterministic
from modelzoo.machine.hardware import has_gpu
from modelzoo.timing.clock import Call

# Puts pictures on the device and gives the call on them, which blocks until its result is there.
Place = Callable[[npt.NDArray[Any]], Call]


def traced_call(network: Any) -> Place:
    """A function that puts pictures on the device and gives the blocking call on them."""
    import keras

    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](network)


def _tensorflow(network: Any) -> Place:
    import tensorflow as tf

    compiled = has_gpu() and not tensorflow_is_deterministic()  # as Keras decides
    # One trace for every number of pictures.
    pictures = tf.TensorSpec(network.input_shape, network.inputs[0].dtype)
    function = tf.function(lambda given: network(given, training=False), jit_compile=compiled)
    concrete = function.get_concrete_function(pictures)

    def on_device(pictures: npt.NDArray[Any]) -> Call:
        placed = tf.constant(pictures)
        return lambda: concrete(placed).numpy()

    return on_device


def _jax(network: Any) -> Place:
    """Trace with the weights as constants: XLA folds them into a third fewer kernels (EfficientNetB0: 166 of 267)."""
    import jax

    trainable = [variable.value for variable in network.trainable_variables]
    others = [variable.value for variable in network.non_trainable_variables]
    function = jax.jit(lambda pictures: network.stateless_call(trainable, others, pictures, training=False)[0])

    def on_device(pictures: npt.NDArray[Any]) -> Call:
        placed = jax.device_put(pictures)
        with not_kept():
            function(placed).block_until_ready()
        return lambda: function(placed).block_until_ready()

    return on_device


def _torch(network: Any) -> Place:
    import keras
    import torch

    def on_device(pictures: npt.NDArray[Any]) -> Call:
        placed = keras.ops.convert_to_tensor(pictures)

        def call() -> Any:
            with torch.inference_mode():
                return network(placed, training=False).cpu()

        return call

    return on_device
