"""Parts of TensorFlow's pipelines of images."""

from collections.abc import Callable
from typing import Any


def untuned(batches: Any) -> Any:
    """Return the tf.data.Dataset without its autotuner, which delays the end of each pass.

    The autotuner wakes after 10, 20, 40 … ms, up to a minute (TensorFlow 2.21). A pass ends only when it wakes: one of
    LeNet-5 of 0.83 s ends after 1.28 s, one of 3.6 s after 5.2 s.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.with_options(options)


def row_reader(images: Any) -> Callable[[Any], Any]:
    """Return the function of TensorFlow that reads the rows of images; the images stay where they are."""
    import tensorflow as tf

    def read(rows: Any) -> Any:
        pixels = tf.numpy_function(images.__getitem__, [rows], tf.uint8, stateful=False)
        return tf.ensure_shape(pixels, (None, *images.shape[1:]))

    return read
