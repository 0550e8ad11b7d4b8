"""JAX's persistent compilation cache: the compiled programs that later processes reuse."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from modelzoo.datasets.dataset import cache_folder
from modelzoo.errors import ZooError

_LEAST_TIME = "jax_persistent_cache_min_compile_time_secs"
_JAX_LEAST_TIME_S = 1.0  # JAX's default


def enable_compilation_cache() -> None:
    """Store every program that JAX compiles in the user's cache folder.

    A configured folder and a configured least time of compiling have priority. A folder without write access stores
    nothing.
    """
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    with suppress(OSError, ZooError):  # no home folder is known, or it cannot be written
        folder = cache_folder() / "jax"
        folder.mkdir(parents=True, exist_ok=True)
        if jax.config.jax_compilation_cache_dir is None and os.access(folder, os.W_OK):
            jax.config.update("jax_compilation_cache_dir", str(folder))
            compilation_cache.reset_cache()  # JAX may have read the unset folder before
    if _LEAST_TIME.upper() not in os.environ and getattr(jax.config, _LEAST_TIME) == _JAX_LEAST_TIME_S:
        jax.config.update(_LEAST_TIME, 0.0)


@contextmanager
def no_compilation_cache() -> Iterator[None]:
    """Store no program that is compiled in the block.

    A program with weights is as large as they are and serves no other run. A least time of compiling from the
    environment has priority here too.
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
