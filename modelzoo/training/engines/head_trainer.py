"""The frozen epochs: the head of a network, trained on the features of its backbone."""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from modelzoo.recipes.recipe import Recipe
from modelzoo.timing.compiled_call import MakeCall, traced_call
from modelzoo.training.engines.engine import Array, OnCall, Score
from modelzoo.training.engines.feed import read_batches
from modelzoo.training.engines.fit import accuracy_metric, fit_once, steps_per_execution
from modelzoo.training.head import cut_at_head

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split


class InferenceMode(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """A network that is called in inference mode, also while it is trained: batch normalization keeps its statistics.

    `network(inputs, training=False)` alone does not: Keras 3.15 replaces the argument when the outer network is called.
    """

    def __init__(self, network: Any) -> None:
        super().__init__(name=network.name)
        self.network = network

    def call(self, inputs: Any) -> Any:
        """Call the network."""
        return self.network(inputs, training=False)


class HeadTrainer:
    """The head of a network and its optimizer; the features of each split are computed at its first use.

    Parameters
    ----------
    new_layers : names of the layers that the initial weights lack
    steps : of one epoch
    """

    def __init__(self, network: Any, new_layers: Collection[str], recipe: Recipe, *, steps: int, loss: Any) -> None:
        self._backbone, self._head = cut_at_head(network, new_layers)
        self._head.compile(
            optimizer=keras.optimizers.Adam(recipe.head_learning_rate),
            loss=loss,
            weighted_metrics=[accuracy_metric()],
            jit_compile="auto",
            steps_per_execution=steps_per_execution(self._head, steps),
        )
        self._optimizer = self._head.optimizer
        self._optimizer.build(self._head.trainable_variables)
        self._last_step, self._batch_size = recipe.head_epochs * steps, recipe.batch_size
        self._features: dict[int, tuple[Array, Array]] = {}
        self._backbone_call: MakeCall | None = None

    @property
    def is_active(self) -> bool:
        """Whether the next epoch is a frozen one: the optimizer's count of steps, which a checkpoint has, tells it."""
        return int(self._optimizer.iterations) < self._last_step

    @property
    def optimizer_variables(self) -> list[Any]:
        """The variables that are not the network's."""
        return list(self._optimizer.variables)

    def tuned_network(self) -> Any:
        """Return the network of the later epochs, with the backbone in inference mode."""
        (images,) = self._backbone.inputs
        inputs = keras.Input(images.shape[1:], dtype=images.dtype, name="images")
        return keras.Model(inputs, self._head(InferenceMode(self._backbone)(inputs)))

    def fit(self, split: "Split", order: Array, on_call: OnCall) -> Score:
        """Train the head for one pass over the features in this order; return loss and accuracy."""
        features, labels = self._features_of(split)[order], split.labels[order]
        feed = {"x": features, "y": labels, "batch_size": self._batch_size}
        score = fit_once(self._head, feed, steps=-(-len(order) // self._batch_size), on_call=on_call)
        if not self.is_active:
            self._features.clear()
        return score

    def logits(self, split: "Split") -> Array:
        """Return one row of logits for each image."""
        return np.asarray(self._head.predict(self._features_of(split), batch_size=self._batch_size, verbose=0))

    def _features_of(self, split: "Split") -> Array:
        """Return the features of the images, as float32; compute them at the first call."""
        key, images = id(split.images), split.images
        if key not in self._features:
            self._backbone_call = self._backbone_call or traced_call(self._backbone)
            features = [
                np.asarray(self._backbone_call(batch)(), np.float32) for batch in read_batches(images, self._batch_size)
            ]
            self._features[key] = images, np.concatenate(features)  # the images keep their id from another array
        return self._features[key][1]
