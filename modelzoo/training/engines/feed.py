"""Batches of images for Keras: from arrays, or by rows from images that are too many for the memory."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from modelzoo.base.threads import map_in_threads
from modelzoo.datasets.tf_data import row_reader, untuned
from modelzoo.errors import ZooError
from modelzoo.training.augmentation import mixed_targets
from modelzoo.training.engines.engine import Array, OnCall, Score

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split


def feed(
    split: "Split", order: Array, batch_size: int, transforms: Mapping[str, Array], classes: int
) -> dict[str, Any]:
    """Return the arguments of Keras' `fit` for the images in this order.

    Images that are no array are read a batch at a time. The batches are the same.
    """
    labels = targets_of(split, order, batch_size, transforms, classes)
    in_memory = isinstance(split.images, np.ndarray)
    if keras.backend.backend() != "tensorflow":
        if in_memory:
            return {"x": inputs_of(split.images[order], transforms), "y": labels, "batch_size": batch_size}
        return {"x": Batches(split.images, order, batch_size, labels=labels, transforms=transforms)}
    import tensorflow as tf

    gather = _gather_in_memory(split.images) if in_memory else row_reader(split.images)
    batches = tf.data.Dataset.from_tensor_slices((order, labels, dict(transforms))).batch(batch_size)
    batches = batches.map(
        lambda rows, labels, transforms: (inputs_of(gather(rows), transforms), labels), num_parallel_calls=1
    )
    return {"x": untuned(batches.prefetch(2))}


def feed_images(split: "Split", batch_size: int) -> dict[str, Any]:
    """Return the arguments of Keras' `predict` for the images of a split, which are read as `feed` reads them."""
    if isinstance(split.images, np.ndarray):
        return {"x": split.images, "batch_size": batch_size}
    return {"x": Batches(split.images, np.arange(len(split)), batch_size, labels=split.labels, transforms={})}


def read_batches(images: Any, batch_size: int) -> Iterator[Array]:
    """Yield images in batches; those that are no array are read while the caller uses the batch before."""
    starts = range(0, len(images), batch_size)
    if isinstance(images, np.ndarray):
        return (images[start : start + batch_size] for start in starts)
    return map_in_threads(lambda start: images[start : start + batch_size], starts, threads=1)


def targets_of(split: "Split", order: Array, batch_size: int, transforms: Mapping[str, Array], classes: int) -> Array:
    """Return the class of each image in this order, or its shares of classes where transforms mix images."""
    labels: Array = split.labels[order]
    if "partner" not in transforms:
        return labels
    return mixed_targets(labels, transforms, classes=classes, batch_size=batch_size)


def inputs_of(images: Any, transforms: Mapping[str, Any]) -> Any:
    """Return the inputs of the training graph: images, and their transforms if any."""
    return {"images": images, **transforms} if transforms else images


def _gather_in_memory(images: Array) -> Callable[[Any], Any]:
    """Return the function of TensorFlow that gathers images by their rows, from one tensor."""
    import tensorflow as tf

    with tf.device("CPU:0"):  # where tf.data gathers them
        tensor = tf.constant(images)
    return lambda rows: tf.gather(tensor, rows)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of images in an order, each read when Keras asks for it; with labels and transforms for training."""

    def __init__(
        self, images: Any, order: Array, batch_size: int, *, labels: Array, transforms: Mapping[str, Array]
    ) -> None:
        super().__init__()
        self._images, self._order, self._batch_size = images, order, batch_size
        self._labels, self._transforms = labels, transforms

    def __len__(self) -> int:
        return -(-len(self._order) // self._batch_size)

    def __getitem__(self, index: int) -> Any:
        batch = slice(index * self._batch_size, (index + 1) * self._batch_size)
        transforms = {name: values[batch] for name, values in self._transforms.items()}
        return inputs_of(self._images[self._order[batch]], transforms), self._labels[batch]


class DeferredErrors:
    """Images whose errors are raised at the end of a step, because TensorFlow prints a trace of its pipeline's errors.

    The rows of an error are black. The step that trains on them is the last one of the training.
    """

    def __init__(self, images: Any) -> None:
        self.shape = images.shape
        self._images = images
        self._error: ZooError | None = None

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, rows: Any) -> Array:
        try:
            pixels: Array = self._images[rows]
            return pixels
        except ZooError as error:
            self._error = error
            return np.zeros((len(rows), *self.shape[1:]), np.uint8)

    def raising(self, on_call: OnCall) -> OnCall:
        """Return the function to call after each call of the graph, which raises an error of the images first."""

        def checked(step: int, score: Score) -> None:
            if self._error is not None:
                raise self._error
            on_call(step, score)

        return checked
