"""The `.onnx` file: opset 18, any number of images, run by onnxruntime."""

import os
from pathlib import Path
from typing import Any

from modelzoo.deployment.facts import MEMBER, NetworkFacts, read_facts
from modelzoo.deployment.tensorflow_graph import INPUT, OUTPUT, frozen_graph, quiet_tensorflow
from modelzoo.deployment.trained_network import Array, TrainedNetwork
from modelzoo.timing.clock import Call

# The latest that tf2onnx 1.17 writes.
OPSET = 18


def export(model: Any, facts: NetworkFacts, calibration: Array | None = None) -> bytes:
    """Return the content of an `.onnx` file of the model, which takes images and returns probabilities."""
    from tf2onnx.convert import from_graph_def

    graph = frozen_graph(model)
    names = {graph.inputs[0].name: INPUT, graph.outputs[0].name: OUTPUT}
    with quiet_tensorflow():
        converted, _ = from_graph_def(
            graph.graph.as_graph_def(),
            name=model.name,
            input_names=[graph.inputs[0].name],
            output_names=[graph.outputs[0].name],
            opset=OPSET,
            custom_op_handlers={"Erfc": (_erfc, [])},
            tensors_to_rename=names,
        )
    converted.metadata_props.add(key=MEMBER, value=facts.to_json().decode())
    content: bytes = converted.SerializeToString()
    return content


def open_file(path: Path) -> TrainedNetwork:
    """Open a file that `export` wrote."""
    # From 1.32 on the import alone begins to report to Microsoft, and writes an identifier of the device.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads = os.cpu_count() or 1
    options.log_severity_level = 4  # fatal errors alone; others are raised
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map.get(MEMBER)
    facts = read_facts(None if metadata is None else metadata.encode(), path)

    def make_call(images: Array) -> Call:
        return lambda: session.run([OUTPUT], {INPUT: images})[0]

    return TrainedNetwork(path.name, facts, f"onnxruntime {onnxruntime.__version__}, {threads} threads", make_call)


def _erfc(context: Any, node: Any, name: str, arguments: Any) -> None:
    """Write erfc(x), which tf2onnx lacks, as 1 - erf(x)."""
    import numpy as np

    erf = context.make_node("Erf", [node.input[0]], name=f"{name}_erf")
    one = context.make_const(f"{name}_one", np.array(1, np.float32))
    outputs, shapes, types = node.output, node.output_shapes, node.output_dtypes
    context.remove_node(name)
    context.make_node("Sub", [one.output[0], erf.output[0]], name=name, outputs=outputs, shapes=shapes, dtypes=types)
