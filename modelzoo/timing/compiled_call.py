"""The forward pass as an application calls it: traced once, and blocking until its result is there."""

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from modelzoo.machine.compilation_cache import no_compilation_cache
from modelzoo.machine.gpu_facts import tensorflow_is_deterministic
from modelzoo.machine.hardware import has_gpu
from modelzoo.timing.clock import Call

# Puts images on the device and returns the blocking call on them.
MakeCall = Callable[[npt.NDArray[Any]], Call]


def traced_call(network: Any) -> MakeCall:
    """Return a function that puts images on the device and returns the blocking call on them."""
    import keras

    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](network)


def _tensorflow(network: Any) -> MakeCall:
    import tensorflow as tf

    compiled = has_gpu() and not tensorflow_is_deterministic()  # as Keras decides
    # One trace for every number of images.
    images = tf.TensorSpec(network.input_shape, network.inputs[0].dtype)
    function = tf.function(lambda images: network(images, training=False), jit_compile=compiled)
    concrete = function.get_concrete_function(images)

    def on_device(images: npt.NDArray[Any]) -> Call:
        placed = tf.constant(images)
        return lambda: concrete(placed).numpy()

    return on_device


def _jax(network: Any) -> MakeCall:
    """Trace with the weights as constants: XLA folds them into a third fewer kernels (EfficientNetB0: 166 of 267)."""
    import jax

    trainable = [variable.value for variable in network.trainable_variables]
    others = [variable.value for variable in network.non_trainable_variables]
    function = jax.jit(lambda images: network.stateless_call(trainable, others, images, training=False)[0])

    def on_device(images: npt.NDArray[Any]) -> Call:
        placed = jax.device_put(images)
        with no_compilation_cache():
            function(placed).block_until_ready()
        return lambda: function(placed).block_until_ready()

    return on_device


def _torch(network: Any) -> MakeCall:
    import keras
    import torch

    def on_device(images: npt.NDArray[Any]) -> Call:
        placed = keras.ops.convert_to_tensor(images)

        def call() -> Any:
            with torch.inference_mode():
                return network(placed, training=False).cpu()

        return call

    return on_device
