"""More or fewer filters in every layer."""

import math
from typing import Any

from modelzoo.architectures.changes.channels import FREE, channels_of, classes_of, is_depthwise
from modelzoo.architectures.changes.classifier import classifiers
from modelzoo.architectures.graph import Step, graph_of, is_a, rebuild, source
from modelzoo.errors import ZooError


def scale_width(network: Any, factor: float, *, name: str) -> Any:
    """The network with that many times the filters of each convolution and the units of each hidden dense layer.

    The classifier gives as many outputs as before. Convolutions keep the number of their groups; depthwise ones follow
    what they get. Filters are rounded to whole numbers, and to what groups, shuffles and slices can divide; where maps
    are added, all get as many.

    Raises
    ------
    ZooError
        If the network has no dense or convolutional classifier, or layers that do not follow, or nothing would change.
    """
    graph = graph_of(network)
    classifying = classifiers(network, name=name, given=f"width is {factor:g}")
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
    """The last axis takes what the others leave."""
    given = step.node.outputs[0].shape
    (maps,), _ = step.filled
    if hasattr(step.layer, "target_shape"):
        return step.run(target_shape=(*given[1:-1], -1))
    # An operation may leave one axis open, and the images' is.
    left = math.prod(maps.shape[1:]) // math.prod(given[1:-1])
    return step.run(newshape=(-1, *given[1:-1], left))


def _slice(step: Step, size: int) -> tuple[Any, Any]:
    """The tensor and the key of a slice, its channels moved along."""
    (maps, key), _ = step.filled
    taken, given = step.node.input_tensors[0], step.node.outputs[0]
    whole = key if isinstance(key, tuple) else (key,)
    last = whole[-1]
    if channels_of(taken) == channels_of(given) or not isinstance(last, slice):
        return maps, key
    start = range(*last.indices(channels_of(taken)))[0]
    if not is_a(source(taken), "Pad"):
        start = start * channels_of(maps) // channels_of(taken)
    return maps, (*whole[:-1], slice(start, start + size, last.step))
