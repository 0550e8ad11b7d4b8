"""Batches of images for Keras: from arrays in memory, or row by row from images that are too many for it."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from modelzoo.base.threads import map_in_threads
from modelzoo.datasets.splits import untuned
from modelzoo.training.augmentation import mixed_targets
from modelzoo.training.engines.engine import Array

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

    gather = _gather_in_memory(split.images) if in_memory else _gather_rows(split.images)
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


def _gather_rows(images: Any) -> Callable[[Any], Any]:
    """Return the function of TensorFlow that reads images by their rows."""
    import tensorflow as tf

    def gather(rows: Any) -> Any:
        pixels = tf.numpy_function(images.__getitem__, [rows], tf.uint8, stateful=False)
        return tf.ensure_shape(pixels, (None, *images.shape[1:]))

    return gather


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
