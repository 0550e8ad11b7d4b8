"""Latency: how long one call of the trained network takes, as a program that uses it would call it."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.training.record import Latency

WARM_UP = 10
CALLS = 300
LEAST_CALLS = 20
BUDGET_S = 15.0


def measure_latency(network: Any, pictures: npt.NDArray[Any], batches: Sequence[int] = (1, 32)) -> tuple[Latency, ...]:
    """Latency of the network, from uint8 pictures to logits, for each number of pictures in a call.

    The call is traced (and compiled, where that pays: not on a CPU under TensorFlow), its input lies on the device
    already, and the clock stops when the result is there. Never Keras' `predict`, which takes 56 ms where the traced
    call of a LeNet-5 takes 0.5 ms.
    """
    call = traced_call(network)
    return tuple(_of_batch(call, pictures, batch) for batch in batches)


def traced_call(network: Any) -> Callable[[npt.NDArray[Any]], Callable[[], Any]]:
    """A function that puts pictures on the device and gives the blocking call on them."""
    import keras

    return {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[keras.backend.backend()](network)


def time_calls(
    call: Callable[[], Any],
    *,
    warm_up: int = WARM_UP,
    calls: int = CALLS,
    budget_s: float = BUDGET_S,
    clock: Callable[[], float] = perf_counter,
) -> list[float]:
    """Seconds of each call after warm-up: `calls` of them, fewer where they fill the time budget."""
    for _ in range(warm_up):
        call()
    seconds: list[float] = []
    begun = clock()
    while len(seconds) < calls and (len(seconds) < LEAST_CALLS or clock() - begun < budget_s):
        start = clock()
        call()
        seconds.append(clock() - start)
    return seconds


def summarize(seconds: Sequence[float], batch: int) -> Latency:
    """Percentiles in ms, and images a second at the median."""
    p50, p90, p99 = (float(value) for value in np.percentile(np.asarray(seconds) * 1000, (50, 90, 99)))
    return Latency(batch=batch, p50_ms=p50, p90_ms=p90, p99_ms=p99, images_per_s=batch * 1000 / p50, calls=len(seconds))


def _of_batch(call: Callable[..., Callable[[], Any]], pictures: npt.NDArray[Any], batch: int) -> Latency:
    repeated = np.resize(pictures, (batch, *pictures.shape[1:]))
    return summarize(time_calls(call(repeated)), batch)


def _tensorflow(network: Any) -> Callable[[npt.NDArray[Any]], Callable[[], Any]]:
    import tensorflow as tf

    compiled = bool(tf.config.list_physical_devices("GPU"))
    function = tf.function(lambda pictures: network(pictures, training=False), jit_compile=compiled)

    def on_device(pictures: npt.NDArray[Any]) -> Callable[[], Any]:
        placed = tf.constant(pictures)
        concrete = function.get_concrete_function(placed)
        return lambda: concrete(placed).numpy()

    return on_device


def _jax(network: Any) -> Callable[[npt.NDArray[Any]], Callable[[], Any]]:
    import jax

    trainable = [variable.value for variable in network.trainable_variables]
    others = [variable.value for variable in network.non_trainable_variables]
    function = jax.jit(lambda pictures: network.stateless_call(trainable, others, pictures, training=False)[0])

    def on_device(pictures: npt.NDArray[Any]) -> Callable[[], Any]:
        placed = jax.device_put(pictures)
        return lambda: function(placed).block_until_ready()

    return on_device


def _torch(network: Any) -> Callable[[npt.NDArray[Any]], Callable[[], Any]]:
    import keras
    import torch

    def on_device(pictures: npt.NDArray[Any]) -> Callable[[], Any]:
        placed = keras.ops.convert_to_tensor(pictures)

        def call() -> Any:
            with torch.inference_mode():
                return network(placed, training=False).cpu()

        return call

    return on_device
