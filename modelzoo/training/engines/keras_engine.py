"""The engine for every backend: Keras' `fit`, one epoch a call."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import metrics

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.host_weights import drawn_on_host
from modelzoo.architectures.weights import assign, to_numpy
from modelzoo.machine.hardware import has_gpu
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.events import Report, ignore
from modelzoo.statistics.recall import macro_recall
from modelzoo.timing.compiled_call import MakeCall, traced_call
from modelzoo.training.augmentation import transform_shapes
from modelzoo.training.ema import WeightAverages
from modelzoo.training.engines.engine import UNCHANGED, Array, OnStep, Score
from modelzoo.training.engines.feed import feed, feed_images, read_batches
from modelzoo.training.initial_weights import load_initial_weights
from modelzoo.training.losses import make_loss, mixed_loss, with_auxiliary
from modelzoo.training.network import logits_alone, trained_graph, whole_network
from modelzoo.training.optimizers import make_optimizer

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split

# Below this count of parameters a step takes a CPU a few milliseconds.
_SMALL = 1_000_000
_MANY_STEPS = 100


class KerasEngine:
    """A network compiled by Keras on any of its backends.

    `network` is one graph of geometry, pixel contract and network, from stored uint8 images to logits. So batches stay
    small on their way to the device. Under a recipe with `ema` it has the averaged weights, except during training.

    Parameters
    ----------
    steps : of one epoch
    prior : (classes,), the `losses.log_prior` of the training images, added to the logits in the loss
    """

    @drawn_on_host()
    def __init__(
        self,
        build: str,
        recipe: Recipe,
        *,
        image_shape: tuple[int, ...],
        classes: int,
        seed: int,
        steps: int,
        prior: Array | None = None,
        report: Report = ignore,
    ) -> None:
        keras.utils.clear_session(free_memory=True)
        keras.utils.set_random_seed(seed)
        self.batch_size, self.classes = recipe.batch_size, classes
        self._builder = builder = find_builder(build)
        whole = whole_network(builder, recipe, image_shape=image_shape, classes=classes)
        self.network = logits_alone(whole)
        if recipe.weights is not None:
            load_initial_weights(self.network, recipe.weights, name=builder.name, report=report)
        self._model = keras.Model(self.network.inputs, self.network.outputs)
        self._model.compile(
            optimizer=make_optimizer(recipe, steps),
            loss=builder.loss or make_loss(recipe.label_smoothing, classes, prior),
            weighted_metrics=[_accuracy(mixed=False)],
            jit_compile="auto",
            steps_per_execution=_steps_per_execution(self.network, steps),
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._ema = WeightAverages(self._model.optimizer, self._model.trainable_variables) if recipe.ema else None
        self._traced: MakeCall | None = None
        self._trained = self._model
        shapes, auxiliary = transform_shapes(recipe.augmentation), builder.auxiliary
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
        """The optimizer's learning rate at its next step."""
        rate = keras.ops.convert_to_numpy(self._model.optimizer.learning_rate)
        return float(f"{float(rate):.7g}")  # 0.001, not its float32

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        self._model.optimizer.learning_rate = rate

    def train_epoch(
        self, split: "Split", order: Array, on_step: OnStep, transforms: Mapping[str, Array] = UNCHANGED
    ) -> Score:
        """Train on the images once, in this order and with these transforms; call `on_step` with the count of steps."""
        with self._weights_in_training():
            logs = self._fit(split, order, on_step, transforms)
        return Score(loss=float(logs["loss"]), accuracy=100 * float(logs["accuracy"]))

    def evaluate(self, split: "Split") -> Score:
        """Compute loss, accuracy and macro recall from the logits of the current weights."""
        logits, labels = self.logits(split), split.labels
        predicted = logits.argmax(axis=1)
        return Score(
            loss=self._mean_loss(labels, logits),
            accuracy=100 * float((predicted == labels).mean()),
            macro_recall=macro_recall(labels, predicted),
        )

    def logits(self, split: "Split") -> Array:
        """Return one row of logits for each image."""
        if keras.backend.backend() != "tensorflow":
            return np.asarray(self._model.predict(**feed_images(split, self.batch_size), verbose=0))
        make_call, full = self.traced(), has_gpu()
        logits = []
        for batch in read_batches(split.images, self.batch_size):
            if full:  # XLA would compile a second program for an incomplete batch
                batch = np.resize(batch, (self.batch_size, *batch.shape[1:]))
            logits.append(make_call(batch)())
        return np.concatenate(logits)[: len(split)]

    def traced(self) -> MakeCall:
        """Return the network's traced call, with its current weights; TensorFlow traces once."""
        if self._traced is None or keras.backend.backend() != "tensorflow":
            self._traced = traced_call(self.network)
        return self._traced

    def state(self) -> list[Array]:
        """Return everything that a later process needs to resume: weights, statistics, optimizer and random state."""
        with self._weights_in_training():
            return [to_numpy(variable) for variable in self._variables()]

    def restore(self, state: Sequence[Array]) -> None:
        """Restore a result of `state`; a ValueError names the first array that is of another network."""
        variables = self._variables()
        if len(variables) != len(state):
            raise ValueError(f"it has {len(state)} arrays, and the network {len(variables)}")
        for variable, value in zip(variables, state, strict=True):
            if tuple(variable.shape) != value.shape:
                raise ValueError(f"{variable.path} has shape {tuple(variable.shape)}, and there {value.shape}")
        self._discard_averaged()
        for variable, value in zip(variables, state, strict=True):
            assign(variable, value)
        if self._ema:
            self._ema.swap_in()

    def weights(self) -> list[Array]:
        """Return the weights that a prediction depends on."""
        return [to_numpy(variable) for variable in self.network.weights]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Restore a result of `weights` for a test; a resumed training begins with `restore`."""
        self._discard_averaged()
        for variable, value in zip(self.network.weights, weights, strict=True):
            assign(variable, value)

    def _mean_loss(self, labels: Array, logits: Array) -> float:
        return float(self._model.compute_loss(y=labels, y_pred=logits, training=False))

    @contextmanager
    def _weights_in_training(self) -> Iterator[None]:
        """Restore the weights in training for the block, in place of the averaged weights."""
        if self._ema is None:
            yield
            return
        self._ema.swap_out()
        yield
        self._ema.swap_in()

    def _discard_averaged(self) -> None:
        if self._ema:
            self._ema.discard()

    def _fit(self, split: "Split", order: Array, on_step: OnStep, transforms: Mapping[str, Array]) -> Mapping[str, Any]:
        """Train for one pass; return loss and accuracy, means over its images at their steps."""
        steps = -(-len(order) // self.batch_size)  # Keras counts the last call as a full one
        callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: on_step(min(step + 1, steps)))
        data = feed(split, order, self.batch_size, transforms, self.classes)
        history = self._trained.fit(**data, shuffle=False, callbacks=[callback], verbose=0).history
        return {name: values[-1] for name, values in history.items()}

    def _variables(self) -> list[Any]:
        # `weights` lack the state of dropout layers; `non_trainable_variables` have it. Each epoch resets metrics.
        model = self._model
        return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables]


def _steps_per_execution(network: Any, steps: int) -> int:
    """Return the steps of one call of the graph: several where a step is short against the call.

    On two CPU cores LeNet-5 has 1.43 times the images a second of plain `fit`. With one step a call it has 1.26 times.
    50 steps gain no more than 8. A larger network gains nothing on a CPU, and would report its progress less often. On
    a GPU its steps are short too. JAX ignores the number: its loop in Keras is on the host. A short epoch gains
    nothing.
    """
    if keras.backend.backend() != "tensorflow" or steps < _MANY_STEPS:
        return 1
    return 8 if network.count_params() < _SMALL or has_gpu() else 1


def _accuracy(mixed: bool, stacked: bool = False) -> Any:
    """Return the metric of accuracy of the logits; in a stack of classifiers they are the first."""
    if not stacked:
        return (metrics.CategoricalAccuracy if mixed else metrics.SparseCategoricalAccuracy)(name="accuracy")
    correct = metrics.categorical_accuracy if mixed else metrics.sparse_categorical_accuracy
    return metrics.MeanMetricWrapper(lambda labels, heads: correct(labels, heads[:, 0]), name="accuracy")
