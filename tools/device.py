"""Peak rates of the device under JAX: a large bfloat16 matrix product and a large copy; run by `make gpu`.

The rate of a training is compared with these two. The numbers are random, with mean 0, since a GPU draws less power and
clocks higher on equal numbers.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

RUNS = 10


def median_s(work: Callable[[Any], Any], argument: Any) -> float:
    """Return the median wall time of a call in seconds, without the first call, which compiles."""
    import jax

    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        jax.block_until_ready(work(argument))
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    """Measure and print both rates."""
    import jax
    import jax.numpy as jnp

    device = jax.devices()[0]
    on_gpu = device.platform == "gpu"
    side = 8192 if on_gpu else 1024
    matrix_key, numbers_key = jax.random.split(jax.random.key(0))
    matrix = jax.random.normal(matrix_key, (side, side), jnp.bfloat16)
    product_s = median_s(jax.jit(lambda matrix: matrix @ matrix), matrix)
    numbers = jax.random.normal(numbers_key, (1 << (28 if on_gpu else 24),), jnp.float32)
    copy_s = median_s(jax.jit(lambda numbers: numbers + 1), numbers)
    print(f"{device.device_kind}: JAX {jax.__version__}, medians of {RUNS}")
    print(f"{side} x {side} bfloat16 product  {2 * side**3 / product_s / 1e12:8.2f} TFLOP/s")
    print(f"{numbers.nbytes / 1e9:.2f} GB read and written    {2 * numbers.nbytes / copy_s / 1e12:8.3f} TB/s")


if __name__ == "__main__":
    main()
