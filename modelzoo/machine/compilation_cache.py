"""JAX's persistent compilation cache: which compiled programs stay for later processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from modelzoo.datasets.dataset import cache_folder

_LEAST_TIME = "jax_persistent_cache_min_compile_time_secs"
_JAX_LEAST_TIME_S = 1.0  # JAX's own


def keep_compiled() -> None:
    """Let JAX keep every compiled program in the user's cache folder.

    A folder that JAX was given stays, and so does a least time of compiling. A folder that cannot be written keeps
    nothing.
    """
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    folder = cache_folder() / "jax"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if jax.config.jax_compilation_cache_dir is None and os.access(folder, os.W_OK):
        jax.config.update("jax_compilation_cache_dir", str(folder))
        compilation_cache.reset_cache()  # which JAX may have found unset before
    if _LEAST_TIME.upper() not in os.environ and getattr(jax.config, _LEAST_TIME) == _JAX_LEAST_TIME_S:
        jax.config.update(_LEAST_TIME, 0.0)


@contextmanager
def not_kept() -> Iterator[None]:
    """Keep no program that is compiled meanwhile: one with weights in it takes their space and serves no other run.

    A least time of compiling from the environment decides here too.
    """
    import jax

    if _LEAST_TIME.upper() in os.environ:
        yield
        return
    least_time = getattr(jax.config, _LEAST_TIME)
    jax.config.update(_LEAST_TIME, float("inf"))
    try:
        yield
    finally:
        jax.config.update(_LEAST_TIME, least_time)
