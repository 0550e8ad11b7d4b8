"""The engine for every backend: Keras' `fit`, one epoch a call."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

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
from modelzoo.training.engines.engine import UNCHANGED, Array, OnCall, OnStep, Score
from modelzoo.training.engines.feed import DeferredErrors, feed, feed_images, read_batches
from modelzoo.training.engines.fit import accuracy_metric, fit_once, steps_per_execution
from modelzoo.training.engines.head_trainer import HeadTrainer
from modelzoo.training.initial_weights import load_initial_weights
from modelzoo.training.losses import make_loss, mixed_loss, with_auxiliary
from modelzoo.training.network import logits_alone, trained_graph, whole_network
from modelzoo.training.optimizers import make_optimizer

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split


class KerasEngine:
    """A network compiled by Keras on any of its backends.

    `network` is one graph of geometry, pixel contract and network, from stored uint8 images to logits. So batches stay
    small on their way to the device. Under a recipe with `ema` it has the averaged weights, except during training.
    A recipe's frozen epochs come first, and train the head alone (`HeadTrainer`).

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
        loss = builder.loss or make_loss(recipe.label_smoothing, classes, prior)
        self._head: HeadTrainer | None = None
        if recipe.weights is not None:
            new_layers = load_initial_weights(self.network, recipe.weights, name=builder.name, report=report)
            if recipe.frozen_epochs:
                self._head = HeadTrainer(self.network, new_layers, recipe, steps=steps, loss=loss)
                whole = self._head.tuned_network()
        self._model = keras.Model(self.network.inputs, self.network.outputs)
        self._model.compile(
            optimizer=make_optimizer(recipe, steps),
            loss=loss,
            weighted_metrics=[accuracy_metric()],
            jit_compile="auto",
            steps_per_execution=steps_per_execution(self.network, steps),
        )
        self.so_far: Score | None = None
        self._traced: MakeCall | None = None
        self._trained = self._model
        shapes, auxiliary = transform_shapes(recipe.augmentation), builder.auxiliary
        if shapes or auxiliary or self._head:
            self._trained = trained_graph(whole, shapes)
            mixed = "partner" in shapes
            loss = mixed_loss(recipe.label_smoothing, prior) if mixed else self._model.loss
            self._trained.compile(
                optimizer=self._model.optimizer,
                loss=with_auxiliary(loss, auxiliary) if auxiliary else loss,
                weighted_metrics=[accuracy_metric(mixed=mixed, stacked=bool(auxiliary))],
                jit_compile="auto",
                steps_per_execution=self._model.steps_per_execution,
            )
        trainable = self._trained.trainable_variables
        if recipe.head_epochs < recipe.epochs:  # else the optimizer would only take memory
            self._model.optimizer.build(trainable)
        self._ema = WeightAverages(self._model.optimizer, trainable) if recipe.ema else None

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

        def on_call(step: int, means: Score) -> None:
            self.so_far = means
            on_step(step)

        if self._head and self._head.is_active:
            return self._head.fit(split, order, on_call)
        with self._weights_in_training():
            return self._fit(split, order, on_call, transforms)

    def sample_images(self, images: int, steps: int) -> int:
        """Return the images of the least sample, from `steps` steps up, that trains by the programs of an epoch.

        It has whole calls of the graph, then the incomplete batch of the epoch. It is an epoch of `images` at most.
        """
        a_call = int(self._model.steps_per_execution)
        return min(images, -(-steps // a_call) * a_call * self.batch_size + images % self.batch_size)

    def evaluate(self, split: "Split") -> Score:
        """Compute loss, accuracy and macro recall from the logits of the current weights."""
        head = self._head if self._head and self._head.is_active else None
        logits, labels = (head or self).logits(split), split.labels
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

    def _fit(self, split: "Split", order: Array, on_call: OnCall, transforms: Mapping[str, Array]) -> Score:
        """Train for one pass; return loss and accuracy, means over its images at their steps."""
        if not isinstance(split.images, np.ndarray):
            images = DeferredErrors(split.images)
            split, on_call = replace(split, images=images), images.raising(on_call)
        data = feed(split, order, self.batch_size, transforms, self.classes)
        return fit_once(self._trained, data, steps=-(-len(order) // self.batch_size), on_call=on_call)

    def _variables(self) -> list[Any]:
        # `weights` lack the state of dropout layers; `non_trainable_variables` have it. Each epoch resets metrics.
        model = self._model
        head = self._head.optimizer_variables if self._head else []
        return [*model.trainable_variables, *model.non_trainable_variables, *model.optimizer.variables, *head]
