"""The `.tflite` file: LiteRT's built-in operations alone, in float32 or in int8, any number of images."""

import os
from pathlib import Path
from typing import Any

from modelzoo.deployment.archive import facts_in, with_facts
from modelzoo.deployment.facts import NetworkFacts, read_facts
from modelzoo.deployment.tensorflow_graph import frozen_graph, quiet_tensorflow
from modelzoo.deployment.trained_network import Array, TrainedNetwork
from modelzoo.machine.native_stderr import suppress_native_stderr
from modelzoo.timing.clock import Call


def export(model: Any, facts: NetworkFacts, calibration: Array | None = None) -> bytes:
    """Return the content of a `.tflite` file of the model, which takes images and returns probabilities.

    Parameters
    ----------
    calibration : images that set the ranges of int8; None for a file in float32
    """
    import tensorflow as tf

    graph = frozen_graph(model)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], model)
    with quiet_tensorflow():
        content = converter.convert() if calibration is None else _quantized(converter, calibration)
    return with_facts(content, facts.to_json())


def _quantized(converter: Any, images: Array) -> bytes:
    """Return the network in int8, but its softmax in float: steps of 1/256 would make many classes equal."""
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image[None]] for image in images)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=["SOFTMAX"])
    quantizer = tf.lite.experimental.QuantizationDebugger(
        converter=converter, debug_dataset=converter.representative_dataset, debug_options=options
    )
    content: bytes = quantizer.get_nondebug_quantized_model()
    return content


def open_file(path: Path) -> TrainedNetwork:
    """Open a file that `export` wrote."""
    from importlib.metadata import version

    from ai_edge_litert.interpreter import Interpreter

    facts = read_facts(facts_in(path), path)
    threads = os.cpu_count() or 1
    with suppress_native_stderr():
        interpreter = Interpreter(str(path), num_threads=threads)
    (taken,), (given,) = interpreter.get_input_details(), interpreter.get_output_details()

    def make_call(images: Array) -> Call:
        interpreter.resize_tensor_input(taken["index"], images.shape)
        with suppress_native_stderr():
            interpreter.allocate_tensors()
        interpreter.set_tensor(taken["index"], images)

        def call() -> Array:
            interpreter.invoke()
            probabilities: Array = interpreter.get_tensor(given["index"])
            return probabilities

        return call

    runtime = f"LiteRT {version('ai-edge-litert')}, {threads} threads"
    return TrainedNetwork(path.name, facts, runtime, make_call)
