"""The engine for every backend: Keras' own `fit`, an epoch a call."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.host_weights import drawn_on_host
from modelzoo.architectures.weights import assign, to_numpy
from modelzoo.datasets.splits import untuned
from modelzoo.machine.hardware import has_gpu
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.events import Report, ignore
from modelzoo.statistics.recall import macro_recall
from modelzoo.timing.compiled_call import Place, traced_call
from modelzoo.training.augmentation import figure_shapes, mixed_targets
from modelzoo.training.ema import Averages
from modelzoo.training.engines.engine import UNCHANGED, Array, OnStep, Score
from modelzoo.training.initial_weights import give_weights
from modelzoo.training.losses import make_loss, mixed_loss, with_auxiliary
from modelzoo.training.network import logits_alone, trained_graph, whole_network
from modelzoo.training.optimizers import make_optimizer

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

# Parameters below which a step of a CPU takes a few milliseconds.
_SMALL = 1_000_000
_MANY = 100


class KerasEngine:
    """A network compiled by Keras on any of its backends.

    Geometry, pixel contract and network are one graph that takes pictures as they are stored: batches stay small on
    their way to the device. `network` is that graph, from uint8 pictures to logits. `steps` make one epoch.
    Under a recipe with `ema` it has the averaged weights but while it is trained.

    Parameters
    ----------
    prior : (classes,), what `losses.log_prior` gives of the training images, added to the logits in the loss
    """

    @drawn_on_host()
    def __init__(
        self,
        build: str,
        recipe: Recipe,
        *,
        picture_shape: tuple[int, ...],
        classes: int,
        seed: int,
        steps: int,
        prior: Array | None = None,
        report: Report = ignore,
    ) -> None:
        import keras

        keras.utils.clear_session(free_memory=True)
        keras.utils.set_random_seed(seed)
        self.batch_size, self.classes = recipe.batch_size, classes
        self._builder = builder = find_builder(build)
        whole = whole_network(builder, recipe, picture_shape=picture_shape, classes=classes)
        self.network = logits_alone(whole)
        if recipe.weights is not None:
            give_weights(self.network, recipe.weights, name=builder.name, report=report)
        self._model = keras.Model(self.network.inputs, self.network.outputs)
        self._model.compile(
            optimizer=make_optimizer(recipe, steps),
            loss=builder.loss or make_loss(recipe.label_smoothing, classes, prior),
            weighted_metrics=[_accuracy(mixed=False)],
            jit_compile="auto",
            steps_per_execution=_steps_per_execution(self.network, steps),
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._averages = Averages(self._model.optimizer, self._model.trainable_variables) if recipe.ema else None
        self._traced: Place | None = None
        self._trained = self._model
        shapes, auxiliary = figure_shapes(recipe.augmentation), builder.auxiliary
        if shapes or auxiliary:
            self._trained = trained_graph(whole, shapes)
            mixed = "partner" in shapes
            loss = mixed_loss(recipe.label_smoothing, prior) if mixed else self._model.loss
            self._trained.compile(
                optimizer=self._model.optimizer,
                loss=with_auxiliary(loss, auxiliary) if auxiliary else loss,
                weighted_metrics=[_accuracy(mixed, stacked=bool(auxiliary))],
                jit_compile="auto",
                steps_per_execution=self._model.steps_per_execution,
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
        with self._weights_in_training():
            logs = self._fit(split, order, on_step, figures)
        return Score(loss=float(logs["loss"]), accuracy=100 * float(logs["accuracy"]))

    def evaluate(self, split: "Split") -> Score:
        """Compute loss, accuracy and macro recall of the network as it stands, from its logits."""
        logits, labels = self.logits(split), split.labels
        predicted = logits.argmax(axis=1)
        return Score(
            loss=self._mean_loss(labels, logits),
            accuracy=100 * float((predicted == labels).mean()),
            macro_recall=macro_recall(labels, predicted),
        )

    def logits(self, split: "Split") -> Array:
        """Return one row of logits for each image."""
        import keras

        if keras.backend.backend() != "tensorflow":
            return np.asarray(self._model.predict(split.images, batch_size=self.batch_size, verbose=0))
        place, images = self.traced(), split.images
        batches = [images[start : start + self.batch_size] for start in range(0, len(images), self.batch_size)]
        if has_gpu():  # XLA would compile a second program for what is left over
            batches[-1] = np.resize(batches[-1], (self.batch_size, *images.shape[1:]))
        return np.concatenate([place(batch)() for batch in batches])[: len(images)]

    def traced(self) -> Place:
        """The network's traced call, with the weights as they stand; TensorFlow has one for every use."""
        import keras

        if self._traced is None or keras.backend.backend() != "tensorflow":
            self._traced = traced_call(self.network)
        return self._traced

    def state(self) -> list[Array]:
        """Weights, statistics, optimizer and random state."""
        with self._weights_in_training():
            return [to_numpy(variable) for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Put back what `state` gave."""
        self._forget_averaged()
        for variable, value in zip(self._variables(), state, strict=True):
            assign(variable, value)
        if self._averages:
            self._averages.put_in()

    def weights(self) -> list[Array]:
        """What a prediction depends on."""
        return [to_numpy(variable) for variable in self.network.weights]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put back what `weights` gave, to be tested: a training that goes on begins with `restore`."""
        self._forget_averaged()
        for variable, value in zip(self.network.weights, weights, strict=True):
            assign(variable, value)

    def _mean_loss(self, labels: Array, logits: Array) -> float:
        return float(self._model.compute_loss(y=labels, y_pred=logits, training=False))

    @contextmanager
    def _weights_in_training(self) -> Iterator[None]:
        """Let the network have, for a while, the weights themselves and not their averages."""
        if self._averages is None:
            yield
            return
        self._averages.put_back()
        yield
        self._averages.put_in()

    def _forget_averaged(self) -> None:
        if self._averages:
            self._averages.drop()

    def _fit(self, split: "Split", order: Array, on_step: OnStep, figures: Mapping[str, Array]) -> Mapping[str, Any]:
        """Train for one pass; loss and accuracy are means over its images, each as its step met it."""
        import keras

        steps = -(-len(order) // self.batch_size)  # Keras counts the last call's steps as if it were full
        callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: on_step(min(step + 1, steps)))
        feed = _feed(split, order, self.batch_size, figures, self.classes)
        history = self._trained.fit(**feed, shuffle=False, callbacks=[callback], verbose=0).history
        return {name: values[-1] for name, values in history.items()}

    def _variables(self) -> list[Any]:
        # A model's `weights` leave out the state of its dropout layers; `non_trainable_variables` have it. Metrics
        # start anew with each epoch.
        model = self._model
        return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _steps_per_execution(network: Any, steps: int) -> int:
    """Return how many steps one call of the graph makes: several where a step is so short that the call itself counts.

    LeNet-5 on two CPU cores: 1.43 times the images a second of plain `fit`, 1.26 times with one step a call; 50 steps
    gain no more than 8. A larger network gains nothing there, and would report its progress less often. On a GPU its
    steps are expected to be short too. On JAX Keras' own loop is on the host, whatever this says. A short epoch is over
    before the call counts.
    """
    import keras

    if keras.backend.backend() != "tensorflow" or steps < _MANY:
        return 1
    return 8 if network.count_params() < _SMALL or has_gpu() else 1


def _accuracy(mixed: bool, stacked: bool = False) -> Any:
    """That of the logits, which are the first where other classifiers' are stacked behind them."""
    from keras import metrics

    if not stacked:
        return (metrics.CategoricalAccuracy if mixed else metrics.SparseCategoricalAccuracy)(name="accuracy")
    right = metrics.categorical_accuracy if mixed else metrics.sparse_categorical_accuracy
    return metrics.MeanMetricWrapper(lambda labels, heads: right(labels, heads[:, 0]), name="accuracy")


def targets_of(split: "Split", order: Array, batch_size: int, figures: Mapping[str, Array], classes: int) -> Array:
    """The class of each image in that order, or its shares of classes where the figures mix images."""
    labels: Array = split.labels[order]
    if "partner" not in figures:
        return labels
    return mixed_targets(labels, figures, classes=classes, batch_size=batch_size)


def _feed(split: "Split", order: Array, batch_size: int, figures: Mapping[str, Array], classes: int) -> dict[str, Any]:
    """What Keras' fit takes to go through the images in that order."""
    import keras

    labels = targets_of(split, order, batch_size, figures, classes)
    if keras.backend.backend() != "tensorflow":
        pictures = split.images[order]
        return {"x": {"pictures": pictures, **figures} if figures else pictures, "y": labels, "batch_size": batch_size}
    import tensorflow as tf

    with tf.device("CPU:0"):  # where tf.data gathers them
        images = tf.constant(split.images)

    def gather(places: Any, labels: Any, figures: Mapping[str, Any]) -> Any:
        pictures = tf.gather(images, places)
        return ({"pictures": pictures, **figures} if figures else pictures), labels

    batches = tf.data.Dataset.from_tensor_slices((order, labels, dict(figures))).batch(batch_size)
    return {"x": untuned(batches.map(gather, num_parallel_calls=1).prefetch(2))}
