"""The number of filters in every layer."""

import math
from typing import Any

from modelzoo.architectures.changes.channels import FREE, channels_of, classes_of, is_depthwise
from modelzoo.architectures.changes.classifier import classifiers
from modelzoo.architectures.graph import Step, graph_of, is_a, rebuild, source
from modelzoo.errors import ZooError


def scale_width(network: Any, factor: float, *, name: str) -> Any:
    """Return the network with the filters of convolutions and the units of hidden dense layers times `factor`.

    The classifier keeps its outputs. Convolutions keep their number of groups; depthwise convolutions follow their
    input. Filters are rounded to numbers that groups, shuffles and slices can divide; added maps get equal numbers.

    Raises
    ------
    ZooError
        If the network has no dense or convolutional classifier, or layers that cannot follow, or would not change.
    """
    graph = graph_of(network)
    classifying = classifiers(network, name=name, change=f"width is {factor:g}")
    sizes = classes_of(name, graph, classifying=classifying).sizes(factor)
    free = [node for node in graph.nodes if is_a(node, *FREE)]
    if all(sizes[id(node.outputs[0])] == channels_of(node.outputs[0]) for node in free):
        raise ZooError(
            f"width is {factor:g}; every layer of {name} would keep its filters; expected a factor further from 1"
        )
    return rebuild(network, lambda step: _scaled(step, sizes[id(step.node.outputs[0])]))


def _scaled(step: Step, size: int) -> Any:
    node = step.node
    if is_a(node, "BaseConv", "BaseSeparableConv"):
        return step.run(filters=size, **({"groups": size} if is_depthwise(node) else {}))
    if is_a(node, "Dense"):
        return step.run(units=size)
    if is_a(node, "LayerScale"):
        return step.run(projection_dim=size)
    if is_a(node, "Reshape"):
        return _reshaped(step)
    if is_a(node, "GetItem"):
        return step.copy()(*_slice(step, size))
    return step.run()


def _reshaped(step: Step) -> Any:
    """Run a reshaping call with the last axis free."""
    shape = step.node.outputs[0].shape
    (maps,), _ = step.filled
    if hasattr(step.layer, "target_shape"):
        return step.run(target_shape=(*shape[1:-1], -1))
    # An operation may have one free axis, the axis of images.
    last = math.prod(maps.shape[1:]) // math.prod(shape[1:-1])
    return step.run(newshape=(-1, *shape[1:-1], last))


def _slice(step: Step, size: int) -> tuple[Any, Any]:
    """Return the tensor and the key of a slice, with scaled channels."""
    (maps, key), _ = step.filled
    old, output = step.node.input_tensors[0], step.node.outputs[0]
    whole = key if isinstance(key, tuple) else (key,)
    last = whole[-1]
    if channels_of(old) == channels_of(output) or not isinstance(last, slice):
        return maps, key
    start = range(*last.indices(channels_of(old)))[0]
    if not is_a(source(old), "Pad"):
        start = start * channels_of(maps) // channels_of(old)
    return maps, (*whole[:-1], slice(start, start + size, last.step))
