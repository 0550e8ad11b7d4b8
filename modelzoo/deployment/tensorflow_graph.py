"""The frozen graph of a Keras model under TensorFlow, from which other forms are made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modelzoo.machine.native_stderr import suppress_native_stderr

INPUT, OUTPUT = "images", "probabilities"


def frozen_graph(model: Any) -> Any:
    """Return the concrete function of the model for any number of images, its variables replaced by constants.

    Both converters need constants. tf2onnx leaves captured values of Keras' normalization layers as missing inputs,
    and LiteRT keeps variables without their values (TensorFlow 2.21).
    """
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    images = tf.TensorSpec(model.input_shape, model.inputs[0].dtype, name=INPUT)
    function = tf.function(lambda images: {OUTPUT: model(images, training=False)})
    with quiet_tensorflow(), _compiled_functions_written_out():
        return convert_variables_to_constants_v2(function.get_concrete_function(images))


@contextmanager
def quiet_tensorflow() -> Iterator[None]:
    """Hold back the warnings of TensorFlow's converters, in Python and in C++; an error prints them."""
    import logging
    import warnings

    loggers = [logging.getLogger(name) for name in ("absl", "tensorflow", "tf2onnx")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with suppress_native_stderr(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _compiled_functions_written_out() -> Iterator[None]:
    """Write out grouped convolutions, which Keras calls on a CPU as compiled functions that no converter knows."""
    import tensorflow as tf

    eagerly = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(eagerly)
