"""The engine: one network, its optimizer and its random state, trained an epoch at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from modelzoo.architectures.build import build_network
from modelzoo.architectures.residual import zero_init_residual
from modelzoo.training.recipe import SGD, Adam, AdamW, Cosine, Recipe

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

Array = npt.NDArray[Any]
OnStep = Callable[[int], None]


@dataclass(frozen=True)
class Score:
    """Mean loss, and accuracy in percent, over one pass of the images."""

    loss: float
    accuracy: float


class Engine(Protocol):
    """What the trainer needs of a way to train; `state` is all that a later process needs to go on alike."""

    learning_rate: float

    def train_epoch(self, split: "Split", order: Array, on_step: OnStep) -> Score:
        """One pass over the images in that order; `on_step` is told how many steps are done."""

    def evaluate(self, split: "Split") -> Score:
        """Loss and accuracy of the network as it stands."""

    def state(self) -> list[Array]:
        """Weights, statistics, optimizer and random state."""

    def restore(self, state: Sequence[Array]) -> None:
        """Put back what `state` gave."""

    def weights(self) -> list[Array]:
        """What a prediction depends on."""

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put back what `weights` gave."""


class KerasEngine:
    """A network compiled by Keras on any of its backends.

    Geometry, pixel contract and network are one graph that takes pictures as they are stored: batches stay small on
    their way to the device. `network` is that graph, from uint8 pictures to logits. `steps` make one epoch.
    """

    def __init__(
        self, build: str, recipe: Recipe, *, picture_shape: tuple[int, ...], classes: int, seed: int, steps: int
    ) -> None:
        import keras

        keras.utils.clear_session(free_memory=True)
        keras.utils.set_random_seed(seed)
        self.batch_size = recipe.batch_size
        self.network = _whole_network(build, recipe, picture_shape=picture_shape, classes=classes)
        if recipe.zero_init_residual:
            zero_init_residual(self.network)
        if recipe.batch_norm_momentum is not None:
            _set_batch_norm_momentum(self.network, recipe.batch_norm_momentum)
        self._model = keras.Model(self.network.inputs, self.network.outputs)
        self._model.compile(
            optimizer=_optimizer(recipe, steps),
            loss=_loss(recipe.label_smoothing, classes),
            metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
            jit_compile="auto",
        )
        self._model.optimizer.build(self._model.trainable_variables)

    @property
    def learning_rate(self) -> float:
        """The optimizer's rate at its next step."""
        import keras

        rate = keras.ops.convert_to_numpy(self._model.optimizer.learning_rate)
        return float(f"{float(rate):.7g}")  # 0.001 as it was given, not as float32 holds it

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._model.optimizer.learning_rate = rate

    def train_epoch(self, split: "Split", order: Array, on_step: OnStep) -> Score:
        """One pass over the images in that order; `on_step` is told how many steps are done."""
        import keras

        callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: on_step(step + 1))
        feed = _feed(split, order, self.batch_size)
        logs = self._model.fit(**feed, shuffle=False, callbacks=[callback], verbose=0).history
        return Score(loss=float(logs["loss"][-1]), accuracy=100 * float(logs["accuracy"][-1]))

    def evaluate(self, split: "Split") -> Score:
        """Loss and accuracy of the network as it stands."""
        order = np.arange(len(split.labels))
        logs = self._model.evaluate(**_feed(split, order, self.batch_size), return_dict=True, verbose=0)
        return Score(loss=float(logs["loss"]), accuracy=100 * float(logs["accuracy"]))

    def logits(self, split: "Split") -> Array:
        """One row of logits for each image."""
        order = np.arange(len(split.labels))
        feed = _feed(split, order, self.batch_size)
        feed.pop("y", None)
        return np.asarray(self._model.predict(**feed, verbose=0))

    def state(self) -> list[Array]:
        """Weights, statistics, optimizer and random state."""
        return [_to_numpy(variable) for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Put back what `state` gave."""
        for variable, value in zip(self._variables(), state, strict=True):
            variable.assign(value)

    def weights(self) -> list[Array]:
        """What a prediction depends on."""
        return [_to_numpy(variable) for variable in self.network.weights]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put back what `weights` gave."""
        for variable, value in zip(self.network.weights, weights, strict=True):
            variable.assign(value)

    def _variables(self) -> list[Any]:
        # A model's `weights` leave out the state of its dropout layers; `non_trainable_variables` have it. Metrics
        # start anew with each epoch.
        model = self._model
        return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _whole_network(build: str, recipe: Recipe, *, picture_shape: tuple[int, ...], classes: int) -> Any:
    import keras

    from modelzoo.datasets.prepare import fit_geometry

    side, channels = recipe.input.size, recipe.input.channels
    pictures = keras.Input(picture_shape, dtype="uint8", name="pictures")
    pixels = fit_geometry(pictures, size=(side, side), mode=recipe.input.mode, channels=channels)
    network = build_network(build, input_shape=(side, side, channels), classes=classes)
    return keras.Model(pictures, network(keras.ops.cast(pixels, "float32")), name=network.name)


def _set_batch_norm_momentum(model: Any, momentum: float) -> None:
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
        elif hasattr(layer, "layers"):
            _set_batch_norm_momentum(layer, momentum)


def _optimizer(recipe: Recipe, steps: int) -> Any:
    from keras import optimizers

    chosen = recipe.optimizer
    rate = _learning_rate(recipe, steps)
    match chosen:
        case Adam():
            return optimizers.Adam(rate)
        case AdamW():
            return optimizers.AdamW(rate, weight_decay=chosen.weight_decay)
        case SGD():
            decay = chosen.weight_decay or None
            return optimizers.SGD(rate, momentum=chosen.momentum, nesterov=chosen.nesterov, weight_decay=decay)


def _learning_rate(recipe: Recipe, steps: int) -> Any:
    """A rate that the trainer sets, or a cosine that the optimizer's own step count drives."""
    from keras.optimizers.schedules import CosineDecay

    peak = recipe.optimizer.learning_rate
    if not isinstance(recipe.schedule, Cosine):
        return peak
    warmup = round(recipe.schedule.warmup_epochs * steps)
    if not warmup:
        return CosineDecay(peak, recipe.epochs * steps)
    return CosineDecay(0.0, recipe.epochs * steps - warmup, warmup_target=peak, warmup_steps=warmup)


def _loss(smoothing: float, classes: int) -> Any:
    import keras

    if not smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return partial(_smoothed_crossentropy, smoothing=smoothing, classes=classes)


def _smoothed_crossentropy(labels: Any, logits: Any, *, smoothing: float, classes: int) -> Any:
    """Cross-entropy to labels that give `smoothing` of their weight to all classes alike."""
    import keras

    targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)


def _feed(split: "Split", order: Array, batch_size: int) -> dict[str, Any]:
    """What Keras' fit, evaluate and predict take to go through the images in that order."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return {"x": split.images[order], "y": split.labels[order], "batch_size": batch_size}
    import tensorflow as tf

    images, labels = tf.constant(split.images), tf.constant(split.labels)
    places = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
    gather = places.map(lambda batch: (tf.gather(images, batch), tf.gather(labels, batch)), num_parallel_calls=1)
    return {"x": gather.prefetch(2)}


def _to_numpy(variable: Any) -> Array:
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))
