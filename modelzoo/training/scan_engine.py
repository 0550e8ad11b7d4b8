"""The engine for JAX on a GPU: images that lie on the device, and many steps in one compiled loop over them."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from modelzoo.datasets.dataset import cache_folder
from modelzoo.training.engine import Array, OnStep
from modelzoo.training.keras_engine import KerasEngine, targets_of
from modelzoo.training.recipe import Recipe

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

# A call to the device lasts this long at least, so that the pause between two does not count.
_STEPS_A_CALL = 32


class ScanEngine(KerasEngine):
    """A network trained by the very steps of Keras' `fit`, many of them in one call.

    Under `fit` a small network waits for Python between its steps. Here each split lies on the device as it is stored,
    and `jax.lax.scan` goes on from step to step; the step is Keras' own `train_step`, which on JAX takes and gives all
    of its state. Two programs train an epoch, for its whole batches and for the images left over, so that these count
    as they do in `fit`; both are compiled in the first epoch.
    """

    def __init__(self, build: str, recipe: Recipe, **given: Any) -> None:
        import jax

        keep_compiled()
        super().__init__(build, recipe, **given)
        _build_metrics(self._trained, self.classes, mixed=bool(recipe.augmentation.mixup or recipe.augmentation.cutmix))
        self._on_device: dict[int, tuple[Array, Any]] = {}
        self._steps = jax.jit(self._train_steps, donate_argnums=0)
        self._programs: dict[tuple[int, ...], Any] = {}
        self._predictions = jax.jit(self._predict_batches)

    def logits(self, split: "Split") -> Array:
        """One row of logits for each image; the last batch is filled up, as images do not meet here."""
        batches = -(-len(split.labels) // self.batch_size)
        places = np.resize(np.arange(len(split.labels), dtype=np.int32), (batches, self.batch_size))
        variables = self._model.trainable_variables, self._model.non_trainable_variables
        values = tuple([variable.value for variable in group] for group in variables)
        return np.asarray(self._predictions(values, self._placed(split), places)[: len(split.labels)])

    def _fit(self, split: "Split", order: Array, on_step: OnStep, figures: Mapping[str, Array]) -> Mapping[str, Any]:
        import jax

        self._trained.reset_metrics()
        model, images = self._trained, self._placed(split)
        targets = targets_of(split, order, self.batch_size, figures, self.classes)
        variables = [
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        ]
        state: Any = tuple([variable.value for variable in group] for group in variables)
        parts = list(_parts((order.astype(np.int32), targets, dict(figures)), len(order), self.batch_size))
        programs = [self._compiled(state, images, part) for part in parts]
        done = 0
        for part, program in zip(parts, programs, strict=True):
            state = jax.block_until_ready(program(state, images, part))
            done += len(part[0])
            on_step(done)
        for group, values in zip(variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return dict(model.get_metrics_result())

    def _compiled(self, state: Any, images: Any, part: Any) -> Any:
        """The program for parts of that shape: compiled before an epoch's first step, so that no step seems slow."""
        shape = part[0].shape
        if shape not in self._programs:
            self._programs[shape] = self._steps.lower(state, images, part).compile()
        return self._programs[shape]

    def _train_steps(self, state: Any, images: Any, part: Any) -> Any:
        """The state after the steps of the part, each of whose arrays begins with (steps, batch)."""
        import jax

        def step(state: Any, batch: Any) -> tuple[Any, None]:
            places, targets, figures = batch
            pictures = images[places]
            _, state = self._trained.train_step(
                state, ({"pictures": pictures, **figures} if figures else pictures, targets)
            )
            return state, None

        return jax.lax.scan(step, state, part)[0]

    def _predict_batches(self, values: Any, images: Any, places: Any) -> Any:
        import jax

        def step(_: None, places: Any) -> tuple[None, Any]:
            return None, self._model.stateless_call(*values, images[places], training=False)[0]

        logits = jax.lax.scan(step, None, places)[1]
        return logits.reshape(-1, logits.shape[-1])

    def _placed(self, split: "Split") -> Any:
        """The split's images on the device, put there when they are first asked for."""
        import jax

        key = id(split.images)
        if key not in self._on_device:
            self._on_device[key] = split.images, jax.device_put(split.images)  # the first keeps the id from another
        return self._on_device[key][1]


def steps_a_call(batches: int) -> int:
    """How many steps one call takes: the least, from 32 on, that cuts the batches into equal parts.

    Parts of one length are one program, and a program of a large network takes a minute to compile.
    """
    return next(steps for steps in range(min(_STEPS_A_CALL, batches), batches + 1) if batches % steps == 0)


def keep_compiled() -> None:
    """Let JAX keep compiled programs in the user's cache folder, unless it was told another or cannot write there."""
    import jax
    from jax.experimental.compilation_cache import compilation_cache

    folder = cache_folder() / "jax"
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    if jax.config.jax_compilation_cache_dir is None and os.access(folder, os.W_OK):
        jax.config.update("jax_compilation_cache_dir", str(folder))
        compilation_cache.reset_cache()  # which JAX may have found unset before


def _parts(arrays: Any, images: int, batch_size: int) -> Iterator[Any]:
    """The arrays in parts of (steps, batch, …): whole batches, and what is left over as one step."""
    import jax

    whole = images // batch_size
    steps = steps_a_call(whole) if whole else 1
    cuts = [(start * batch_size, steps) for start in range(0, whole, steps)]
    if images % batch_size:
        cuts.append((whole * batch_size, 1))
    for start, count in cuts:
        end = min(start + count * batch_size, images)
        yield jax.tree.map(
            lambda array, start=start, end=end, count=count: array[start:end].reshape(count, -1, *array.shape[1:]),
            arrays,
        )


def _build_metrics(model: Any, classes: int, *, mixed: bool) -> None:
    """Let Keras make the variables of loss and metrics now, which it does as they are first called."""
    import keras

    labels = keras.ops.zeros((1, classes)) if mixed else keras.ops.zeros((1,), "int32")
    outputs = keras.ops.zeros((1, *model.output_shape[1:]))
    model.compute_loss(y=labels, y_pred=outputs)
    model.compute_metrics(x=None, y=labels, y_pred=outputs)
    model.reset_metrics()
