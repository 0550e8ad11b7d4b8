"""The choice of an engine, by backend and device."""

from typing import TYPE_CHECKING, Any, Literal

from modelzoo.training.engines.engine import Engine

if TYPE_CHECKING:
    from modelzoo.recipes.recipe import Recipe

# Keras' `fit`, or one compiled loop over images that lie on the device.
Kind = Literal["fit", "scan"]


def make_engine(build: str, recipe: "Recipe", *, kind: Kind | None = None, **given: Any) -> Engine:
    """The engine that is fastest for backend and device, or one of the kind asked for; `given` as `KerasEngine` has it.

    That is the compiled loop where JAX has a GPU, and Keras' `fit` elsewhere: on a CPU XLA computes the same step
    slower inside a loop.
    """
    import keras

    from modelzoo.machine.hardware import has_gpu
    from modelzoo.training.engines.keras_engine import KerasEngine

    if (kind or ("scan" if keras.backend.backend() == "jax" and has_gpu() else "fit")) == "scan":
        from modelzoo.training.engines.scan_engine import ScanEngine

        return ScanEngine(build, recipe, **given)
    return KerasEngine(build, recipe, **given)
