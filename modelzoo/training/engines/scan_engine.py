"""The engine for JAX on a GPU: images on the device, and many steps in one compiled loop."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import jax
import numpy as np
from keras import KerasTensor
from keras.layers import BatchNormalization
from keras.optimizers.schedules import CosineDecay
from keras.src.backend import compute_output_spec

from modelzoo.architectures.weights import weighted_layers
from modelzoo.machine.compilation_cache import enable_compilation_cache
from modelzoo.recipes.recipe import Recipe
from modelzoo.training.engines.engine import Array, OnCall, Score
from modelzoo.training.engines.feed import inputs_of, targets_of
from modelzoo.training.engines.fit import as_score
from modelzoo.training.engines.keras_engine import KerasEngine
from modelzoo.training.optimizers import learning_rate
from modelzoo.training.schedules import OneCycleRate

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

# The least steps of a call to the device, so that the pause between two calls does not count.
_STEPS_A_CALL = 32

# A larger split is predicted in several calls: the device holds the logits of a whole call.
_MOST_IMAGES = 16_384


class ScanEngine(KerasEngine):
    """A network trained by the steps of Keras' `fit`, many of them in one call.

    Under `fit` a small network waits for Python between its steps. Here the device holds each split as stored, and
    `jax.lax.scan` runs the steps. A step is Keras' `train_step`, which on JAX takes and returns its whole state.

    Compiling can take longer than training, so programs are few. One program trains all whole batches. Images of weight
    0 fill the last batch up where no layer mixes the images of a batch. Batch normalization mixes them: a network with
    it has a second program for the last batch. One program predicts, for every split. Learning rates are data where
    possible: recipes that differ in epochs and learning rate then share their programs (`_passes_rates`).
    """

    def __init__(self, build: str, recipe: Recipe, **parameters: Any) -> None:
        enable_compilation_cache()
        super().__init__(build, recipe, **parameters)
        _build_metrics(self._trained, self.classes, mixed=bool(recipe.augmentation.mixup or recipe.augmentation.cutmix))
        self._fills_up = not self._builder.imported and not _mixes_images(self._trained)
        self._images: dict[int, tuple[Array, Any]] = {}
        self._images_in_calls: dict[int, tuple[Array, list[Any]]] = {}
        self._steps = jax.jit(self._train_steps, donate_argnums=0)
        self._programs: dict[tuple[int, ...], Any] = {}
        self._predictions = jax.jit(self._predict_batches)
        self._prediction_batches = 0
        self._loss = jax.jit(self._loss_of)
        rate = learning_rate(recipe, parameters["steps"])
        self._schedule = rate if _passes_rates(rate) else None
        self._rates = jax.jit(lambda steps: jax.lax.map(rate, steps))

    def logits(self, split: "Split") -> Array:
        """Return one row of logits for each image.

        The first split sets the number of images of a call, so that one program serves every split.
        """
        if not self._prediction_batches:
            parts = -(-len(split) // _MOST_IMAGES)
            self._prediction_batches = -(-len(split) // (parts * self.batch_size))
        calls = [self._predictions(self._weights_on_device(), images) for images in self._calls(split)]
        return np.concatenate([np.asarray(logits) for logits in calls])[: len(split)]

    def sample_images(self, images: int, steps: int) -> int:
        """Return the images of the least sample, from `steps` steps up, that trains by the programs of an epoch."""
        left = images % self.batch_size
        filled = int(self._fills_up and left > 0)
        whole = images // self.batch_size + filled
        a_call = steps_a_call(whole) if whole else 1
        samples = range(-(-steps // a_call) * a_call, whole, a_call)
        sample = next((sample for sample in samples if steps_a_call(sample) == a_call), whole)
        return (sample - filled) * self.batch_size + left

    def _mean_loss(self, labels: Array, logits: Array) -> float:
        return float(self._loss(self._weights_on_device(), labels, logits))

    def _fit(self, split: "Split", order: Array, on_call: OnCall, transforms: Mapping[str, Array]) -> Score:
        model, images = self._trained, self._placed(split)
        variables = [
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        ]
        state: Any = _values(*variables)
        targets = targets_of(split, order, self.batch_size, transforms, self.classes)
        data: Any = order.astype(np.int32), targets, dict(transforms), None
        if self._fills_up and len(order) % self.batch_size:
            data = _filled_up(data, len(order), self.batch_size)
        parts = list(_parts(data, len(data[0]), self.batch_size, self._epoch_rates(len(data[0]))))
        programs = [self._compiled(state, images, part) for part in parts]
        done, means = 0, []
        for part, program in zip(parts, programs, strict=True):
            state, logs = jax.block_until_ready(program(state, images, part))
            means.append(logs)
            done += len(part[0])
            score = _over_images(means, min(done * self.batch_size, len(order)), self.batch_size)
            on_call(done, score)
        for group, values in zip(variables, state, strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)
        return score

    def _epoch_rates(self, images: int) -> Array | None:
        """Return the learning rate of each step of the next epoch; None where the program computes or holds it."""
        if self._schedule is None:
            return None
        first = int(self._trained.optimizer.iterations)
        return np.asarray(self._rates(np.arange(first, first - (-images // self.batch_size), dtype=np.int32)))

    @contextmanager
    def _stepping_at(self, rate: Any) -> Iterator[None]:
        """Replace the optimizer's schedule by the rate while a step is traced; keep it where the rate is None."""
        if rate is None:
            yield
            return
        optimizer = self._trained.optimizer
        optimizer.learning_rate = lambda: rate
        try:
            yield
        finally:
            optimizer.learning_rate = self._schedule

    def _compiled(self, state: Any, images: Any, part: Any) -> Any:
        """Return the program for parts of this shape, compiled before an epoch's first step: no step seems slow."""
        shape = part[0].shape
        if shape not in self._programs:
            self._programs[shape] = self._steps.lower(state, images, part).compile()
        return self._programs[shape]

    def _train_steps(self, state: Any, images: Any, part: Any) -> Any:
        """Return the state after the steps of the part, whose arrays begin with (steps, batch), and each step's means.

        Metrics are reset with each step: over several steps they would count the images that fill a batch up.
        """

        def step(state: Any, batch: Any) -> tuple[Any, Any]:
            rows, targets, transforms, weights, rate = batch
            *rest, metrics = state
            inputs = inputs_of(images[rows], transforms)
            state = (*rest, jax.tree.map(jax.numpy.zeros_like, metrics))
            with self._stepping_at(rate):
                logs, state = self._trained.train_step(state, (inputs, targets, weights))
            return state, logs

        return jax.lax.scan(step, state, part)

    def _predict_batches(self, values: Any, images: Any) -> Any:
        """Return the logits (images, classes) of images of (batches, batch, ...)."""

        def step(_: None, images: Any) -> tuple[None, Any]:
            return None, self._model.stateless_call(*values, images, training=False)[0]

        logits = jax.lax.scan(step, None, images)[1]
        return logits.reshape(-1, logits.shape[-1])

    def _loss_of(self, values: Any, labels: Any, logits: Any) -> Any:
        (metrics,) = _values(self._model.metrics_variables)
        return self._model.stateless_compute_loss(*values, metrics, y=labels, y_pred=logits, training=False)[0]

    def _weights_on_device(self) -> Any:
        """Return what a prediction depends on."""
        return _values(self._model.trainable_variables, self._model.non_trainable_variables)

    def _placed(self, split: "Split") -> Any:
        """Return the split's images on the device; put them there at the first call."""
        key = id(split.images)
        if key not in self._images:
            self._images[key] = split.images, jax.device_put(split.images)  # the host's array keeps its id from another
        return self._images[key][1]

    def _calls(self, split: "Split") -> list[Any]:
        """Return the images on the device, cut into calls for predictions; repeated images fill the last call up."""
        key, images = id(split.images), split.images
        if key not in self._images_in_calls:
            shape = self._prediction_batches, self.batch_size, *images.shape[1:]
            calls = np.resize(images, (-(-len(images) // (shape[0] * shape[1])), *shape))
            self._images_in_calls[key] = images, [jax.device_put(call) for call in calls]
        return self._images_in_calls[key][1]


def _values(*groups: Any) -> tuple[list[Any], ...]:
    """Return the arrays of groups of variables, on the device."""
    return tuple([variable.value for variable in group] for group in groups)


def steps_a_call(batches: int) -> int:
    """Return the steps of one call: the least number, from 32 on, that cuts the batches into equal parts.

    Parts of one length share a program, and a program of a large network takes a minute to compile.
    """
    return next(steps for steps in range(min(_STEPS_A_CALL, batches), batches + 1) if batches % steps == 0)


def _passes_rates(rate: Any) -> bool:
    """Return whether steps get the schedule's rates as data, with the same weights to the last bit.

    XLA multiplies a rate that is a share of a constant peak in another order (with weight decay, CPU, JAX 0.11). So a
    cosine without warm-up and a constant rate after warm-up remain in the program.
    """
    return isinstance(rate, OneCycleRate) or (isinstance(rate, CosineDecay) and rate.warmup_steps > 0)


def _mixes_images(network: Any) -> bool:
    """Return whether a layer, of Keras or of this project, makes the outputs of a batch depend on each other."""
    return any(isinstance(layer, BatchNormalization) for layer in weighted_layers(network))


def _filled_up(data: Any, images: int, batch_size: int) -> Any:
    """Return the arrays with a full last batch, and weights: 0 for the images that fill it.

    The other images of the batch weigh more, so that its mean loss over `batch_size` images is theirs alone.
    """
    left = images % batch_size
    missing = np.resize(np.arange(images - left, images), batch_size - left)
    rows = np.concatenate([np.arange(images), missing])
    weights = np.ones(len(rows), np.float32)
    weights[images - left :] = np.repeat([batch_size / left, 0], [left, batch_size - left])
    return (*jax.tree.map(lambda array: array[rows], data[:3]), weights)


def _over_images(means: Sequence[Mapping[str, Any]], images: int, batch_size: int) -> Score:
    """Return the means over images from the means of steps; the last step may have fewer images."""
    counts = np.diff(np.arange(0, images + batch_size, batch_size).clip(max=images))
    return as_score(
        {name: np.average(np.concatenate([step[name] for step in means]), weights=counts) for name in means[0]}
    )


def _parts(arrays: Any, images: int, batch_size: int, rates: Array | None) -> Iterator[Any]:
    """Yield the arrays in parts of (steps, batch, …), and their steps' rates: whole batches, then one of the rest."""
    whole = images // batch_size
    steps = steps_a_call(whole) if whole else 1
    cuts = [(start * batch_size, steps) for start in range(0, whole, steps)]
    if images % batch_size:
        cuts.append((whole * batch_size, 1))
    for start, count in cuts:
        end = min(start + count * batch_size, images)
        part = jax.tree.map(
            lambda array, start=start, end=end, count=count: array[start:end].reshape(count, -1, *array.shape[1:]),
            arrays,
        )
        first = start // batch_size
        yield *part, None if rates is None else rates[first : first + count]


def _build_metrics(model: Any, classes: int, *, mixed: bool) -> None:
    """Build the variables of loss and metrics, as Keras' `fit` does before its first step."""
    labels = KerasTensor((1, classes), "float32") if mixed else KerasTensor((1,), "int32")
    outputs = KerasTensor((1, *model.output_shape[1:]), "float32")
    weights = KerasTensor((1,), "float32")
    for build in (model.compute_loss, model.compute_metrics):
        compute_output_spec(build, None, labels, outputs, sample_weight=weights)
