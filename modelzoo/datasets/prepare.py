"""The images of a data set as batches in the size of a network's input."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.decoded import StreamedImages
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.image_pixels import Mode
from modelzoo.datasets.splits import check_geometry, cut_validation, fit_geometry, validation_size
from modelzoo.datasets.tf_data import row_reader, untuned
from modelzoo.errors import ZooError

_CHUNK = 4096


@checked
def prepare_datasets(
    dataset: DataSet,
    resize_shape: tuple[int, int] = (32, 32),
    *,
    mode: Mode | None = None,
    channels: Literal[1, 3] = 1,
    validation: int | None = None,
    batch_size: int = 256,
    seed: int = 0,
) -> tuple[Any, Any, Any]:
    """Return train, validation and test images in the size of a network's input, uint8, 0-255.

    Images in files are decoded when their batch is needed.

    Parameters
    ----------
    dataset : as `load_dataset` gives it
    resize_shape : (width, height) in pixels
    mode : "resize" interpolates bilinearly, "pad" puts zeros around the image (28 to 32). "crop" scales the shorter
        side and cuts the center. Default: "crop" for images in files, else "resize"
    channels : of each prepared image: 1 for gray, 3 for color
    validation : the number of validation images cut from train; default: the data set's own, else a sixth
    batch_size : images in a batch, where there are batches
    seed : chooses the validation images, and shuffles the training images in each epoch

    Returns
    -------
    Three of tf.data.Dataset, batches of (images, labels), where TensorFlow is Keras' backend; three of Split otherwise.
    Images have shape (n, height, width, channels).
    """
    import keras

    if batch_size < 1:
        raise ZooError(f"batch_size is {batch_size}; expected 1 or more")
    in_files = isinstance(dataset.train.images, ImageFiles)
    mode = mode or ("crop" if in_files else "resize")
    check_geometry(_largest(dataset), resize_shape, mode)
    train, held_out = _with_validation(dataset, validation, seed)
    parts = [train, held_out, dataset.test]
    if in_files:
        parts = [replace(part, images=StreamedImages(part.images, resize_shape, mode, channels)) for part in parts]

    def fit(images: Any) -> Any:
        return _whole(fit_geometry(images, size=resize_shape, mode=mode, channels=channels))

    if keras.backend.backend() != "tensorflow":
        return _prepared(parts[0], fit), _prepared(parts[1], fit), _prepared(parts[2], fit)
    train_batches, validation_batches, test_batches = (
        _batches(part, fit, batch_size, seed if part is parts[0] else None) for part in parts
    )
    return train_batches, validation_batches, test_batches


def _largest(dataset: DataSet) -> tuple[int, int]:
    """Return the largest width and height of the images."""
    stored = [split.images for split in dataset.splits.values()]
    sizes = [images.sizes.max(axis=0) if isinstance(images, ImageFiles) else images.shape[2:0:-1] for images in stored]
    width, height = np.max(sizes, axis=0).tolist()
    return width, height


def _with_validation(dataset: DataSet, count: int | None, seed: int) -> tuple[Split, Split]:
    """Return the training and validation images: the data set's own split, or `count` images cut from train."""
    if dataset.validation is None:
        return cut_validation(dataset.train, validation_size(len(dataset.train)) if count is None else count, seed)
    if count is not None:
        raise ZooError(
            f"`validation` is {count}, and the data set has a validation split of {len(dataset.validation):,} images; "
            "leave `validation` out"
        )
    return dataset.train, dataset.validation


def _batches(split: Split, fit: Callable[[Any], Any], batch_size: int, seed: int | None) -> Any:
    """Return a tf.data.Dataset of batches of a split; a seed shuffles it."""
    import tensorflow as tf

    in_memory = isinstance(split.images, np.ndarray)
    read = None if in_memory else row_reader(split.images)
    batches = tf.data.Dataset.from_tensor_slices((split.images if in_memory else np.arange(len(split)), split.labels))
    if seed is not None:
        batches = batches.shuffle(len(split), seed=seed)
    batches = batches.batch(batch_size)
    if read:
        batches = batches.map(lambda rows, labels: (read(rows), labels))
    return untuned(batches.map(lambda images, labels: (fit(images), labels), tf.data.AUTOTUNE).prefetch(2))


def _prepared(split: Split, fit: Callable[[Any], Any]) -> Split:
    from keras import ops

    chunks = [ops.convert_to_numpy(fit(split.images[at : at + _CHUNK])) for at in range(0, len(split), _CHUNK)]
    return Split(np.concatenate(chunks), split.labels)


def _whole(pixels: Any) -> Any:
    """Return interpolated pixels as uint8, rounded."""
    from keras import ops

    return pixels if "uint8" in str(pixels.dtype) else ops.cast(ops.clip(ops.round(pixels), 0, 255), "uint8")
