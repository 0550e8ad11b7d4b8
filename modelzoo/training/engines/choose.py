"""The choice of an engine, by backend and device."""

from typing import TYPE_CHECKING, Any, Literal

from modelzoo.training.engines.engine import Engine

if TYPE_CHECKING:
    from modelzoo.recipes.recipe import Recipe

# Keras' `fit`, or one compiled loop over images on the device.
Kind = Literal["fit", "scan"]


def make_engine(
    build: str, recipe: "Recipe", *, kind: Kind | None = None, in_memory: bool = True, **parameters: Any
) -> Engine:
    """Make the fastest engine for backend and device, or an engine of this kind; `parameters` are `KerasEngine`'s.

    JAX on a GPU gets the compiled loop, which copies the images to the device. Images must then be arrays in memory.
    Everything else gets Keras' `fit`: on a CPU XLA computes a step slower inside a loop.
    Recipes with frozen epochs get `fit` too.
    """
    import keras

    from modelzoo.machine.hardware import has_gpu
    from modelzoo.training.engines.keras_engine import KerasEngine

    scans = in_memory and keras.backend.backend() == "jax" and has_gpu() and not recipe.frozen_epochs
    if (kind or ("scan" if scans else "fit")) == "scan":
        from modelzoo.training.engines.scan_engine import ScanEngine

        return ScanEngine(build, recipe, **parameters)
    return KerasEngine(build, recipe, **parameters)
