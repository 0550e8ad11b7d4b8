"""The engine: one network, its optimizer and its random state, trained an epoch at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from modelzoo.architectures.build import build_network, own_loss
from modelzoo.architectures.residual import zero_init_residual
from modelzoo.training.augmentation import change, figure_shapes, mixed_targets
from modelzoo.training.recipe import SGD, Adam, AdamW, Cosine, Recipe

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

Array = npt.NDArray[Any]
OnStep = Callable[[int], None]

# The figures of an epoch whose pictures are trained on as they are.
UNCHANGED: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True)
class Score:
    """Mean loss, and accuracy in percent, over one pass of the images."""

    loss: float
    accuracy: float


class Engine(Protocol):
    """What the trainer needs of a way to train; `state` is all that a later process needs to go on alike."""

    learning_rate: float

    def train_epoch(
        self, split: "Split", order: Array, on_step: OnStep, figures: Mapping[str, Array] = UNCHANGED
    ) -> Score:
        """One pass over the images in that order, changed as the figures say; `on_step` is told the steps done."""

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
        self.batch_size, self.classes = recipe.batch_size, classes
        self.network = _whole_network(build, recipe, picture_shape=picture_shape, classes=classes)
        if recipe.zero_init_residual:
            zero_init_residual(self.network)
        if recipe.batch_norm_momentum is not None:
            _set_batch_norm_momentum(self.network, recipe.batch_norm_momentum)
        self._model = keras.Model(self.network.inputs, self.network.outputs)
        self._model.compile(
            optimizer=_optimizer(recipe, steps),
            loss=_loss(build, recipe.label_smoothing, classes),
            metrics=[_accuracy(mixed=False)],
            jit_compile="auto",
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._trained = self._model
        if shapes := figure_shapes(recipe.augmentation):
            self._trained = _augmented(self.network, shapes)
            mixed = "partner" in shapes
            self._trained.compile(
                optimizer=self._model.optimizer,
                loss=_mixed_loss(recipe.label_smoothing) if mixed else self._model.loss,
                metrics=[_accuracy(mixed)],
                jit_compile="auto",
            )

    @property
    def learning_rate(self) -> float:
        """The optimizer's rate at its next step."""
        import keras

        rate = keras.ops.convert_to_numpy(self._model.optimizer.learning_rate)
        return float(f"{float(rate):.7g}")  # 0.001 as it was given, not as float32 holds it

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._model.optimizer.learning_rate = rate

    def train_epoch(
        self, split: "Split", order: Array, on_step: OnStep, figures: Mapping[str, Array] = UNCHANGED
    ) -> Score:
        """One pass over the images in that order, changed as the figures say; `on_step` is told the steps done."""
        import keras

        callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: on_step(step + 1))
        feed = _feed(split, order, self.batch_size, figures, self.classes)
        logs = self._trained.fit(**feed, shuffle=False, callbacks=[callback], verbose=0).history
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


def _augmented(network: Any, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> Any:
    """The network behind what changes its pictures, which takes the figures of the change as inputs too."""
    import keras

    pictures = keras.Input(network.input_shape[1:], dtype="uint8", name="pictures")
    figures = {name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in shapes.items()}
    channeled = pictures if len(pictures.shape) == 4 else keras.ops.expand_dims(pictures, -1)
    # As they are stored: whole numbers.
    changed = keras.ops.cast(keras.ops.round(change(channeled, figures)), "uint8")
    return keras.Model(
        {"pictures": pictures, **figures}, network(keras.ops.reshape(changed, (-1, *network.input_shape[1:])))
    )


def _accuracy(mixed: bool) -> Any:
    from keras import metrics

    kind = metrics.CategoricalAccuracy if mixed else metrics.SparseCategoricalAccuracy
    return kind(name="accuracy")


def _mixed_loss(smoothing: float) -> Any:
    """Cross-entropy to targets that are shared between classes."""
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)


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


def _loss(build: str, smoothing: float, classes: int) -> Any:
    """Cross-entropy, or the loss of the network's own paper."""
    import keras

    own = own_loss(build)
    if own is not None:
        return own
    if not smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return partial(_smoothed_crossentropy, smoothing=smoothing, classes=classes)


def _smoothed_crossentropy(labels: Any, logits: Any, *, smoothing: float, classes: int) -> Any:
    """Cross-entropy to labels that give `smoothing` of their weight to all classes alike."""
    import keras

    targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)


def _feed(
    split: "Split", order: Array, batch_size: int, figures: Mapping[str, Array] = UNCHANGED, classes: int = 0
) -> dict[str, Any]:
    """What Keras' fit, evaluate and predict take to go through the images in that order."""
    import keras

    labels: Array = split.labels[order]
    if "partner" in figures:
        labels = mixed_targets(labels, figures, classes=classes, batch_size=batch_size)
    if keras.backend.backend() != "tensorflow":
        pictures = split.images[order]
        return {"x": {"pictures": pictures, **figures} if figures else pictures, "y": labels, "batch_size": batch_size}
    import tensorflow as tf

    images = tf.constant(split.images)

    def gather(places: Any, labels: Any, figures: Mapping[str, Any]) -> Any:
        pictures = tf.gather(images, places)
        return ({"pictures": pictures, **figures} if figures else pictures), labels

    batches = tf.data.Dataset.from_tensor_slices((order, labels, dict(figures))).batch(batch_size)
    return {"x": batches.map(gather, num_parallel_calls=1).prefetch(2)}


def _to_numpy(variable: Any) -> Array:
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))
