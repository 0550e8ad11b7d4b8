"""The number of channels of each tensor of a network after scaling its layers' filters.

Tensors that must have equal numbers of channels (in an addition, before and after a pool) form a class. The size of a
class is the scaled number of its layers' filters. For concatenations, slices and flattening it is derived from other
classes.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from modelzoo.architectures.graph import Graph, is_a, source
from modelzoo.errors import ZooError

# Layers with free filters or units, and operations between tensors with equal channels.
FREE = ("BaseConv", "BaseSeparableConv", "Dense")
_PAIRED = (
    *("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Average", "Maximum", "Minimum"),
    "CustomScaleLayer",
)


@dataclass(frozen=True)
class _Derived:
    """The size of a class, derived from other classes."""

    of: tuple[int, ...]
    compute: Callable[..., int]


@dataclass
class Channels:
    """The classes of a network's tensors, by the ids of tensors, and their sizes at a factor."""

    name: str
    parent: dict[int, int] = field(default_factory=dict)
    width: dict[int, int] = field(default_factory=dict)
    fixed: list[int] = field(default_factory=list)
    derived: list[tuple[int, _Derived]] = field(default_factory=list)
    steps: list[tuple[int, int]] = field(default_factory=list)

    def add(self, tensor: Any) -> None:
        """Add the tensor as a class, unless it has one."""
        self.parent.setdefault(id(tensor), id(tensor))
        self.width.setdefault(id(tensor), channels_of(tensor))

    def root(self, key: int) -> int:
        """Return the representative tensor of the class."""
        while self.parent[key] != key:
            self.parent[key] = key = self.parent[self.parent[key]]
        return key

    def join(self, first: Any, second: Any) -> None:
        """Merge the classes of two tensors."""
        self.parent[self.root(id(second))] = self.root(id(first))

    def sizes(self, factor: float) -> dict[int, int]:
        """Compute the channels of each tensor, by id.

        Free sizes are scaled and rounded to the nearest positive number that convolutions in groups, shuffles and
        slices can divide.

        Raises
        ------
        ZooError
            If no sizes fit together.
        """
        definers = defaultdict(list)
        for key, rule in self.derived:
            definers[self.root(key)].append(rule)
        required: dict[int, int] = defaultdict(lambda: 1)
        for key, step in self.steps:
            required[self.root(key)] = math.lcm(required[self.root(key)], step)
        steps = dict(required)
        for _ in range(len(self.parent)):
            sizes = self._sizes(factor, definers, steps)
            wrong = [root for root, step in required.items() if sizes[root] % step]
            if not wrong:
                return {key: sizes[self.root(key)] for key in self.parent}
            before = dict(steps)
            for root in wrong:
                self._require_parts(root, required[root], definers, steps)
            if steps == before:
                break
        raise ZooError(
            f"width is {factor:g}; no numbers of filters near that fit what {self.name} joins, divides and adds; try "
            "another width, or leave width out of the recipe"
        )

    def _require_parts(self, root: int, step: int, definers: Any, steps: dict[int, int]) -> None:
        """Require divisibility by `step` of each class that this class is derived from."""
        left, seen = [root], set()
        while left:
            part = left.pop()
            if part in seen:
                continue
            seen.add(part)
            steps[part] = math.lcm(steps.get(part, 1), step)
            left += [self.root(key) for rule in definers.get(part, ()) for key in rule.of]

    def _sizes(self, factor: float, definers: dict[int, list[_Derived]], steps: dict[int, int]) -> dict[int, int]:
        """Compute the size of each class, by its representative, with free sizes divisible by their steps."""
        fixed = {self.root(key) for key in self.fixed}
        known: dict[int, int] = {}

        def size(root: int, waiting: frozenset[int] = frozenset()) -> int:
            if root in known:
                return known[root]
            rules = [] if root in waiting else definers.get(root, [])
            values = {rule.compute(*(size(self.root(key), waiting | {root}) for key in rule.of)) for rule in rules}
            if root in fixed:
                values.add(self.width[root])
            if len(values) > 1:
                raise ZooError(
                    f"width is {factor:g}; {self.name} adds maps that would have "
                    f"{' and '.join(map(str, sorted(values)))} channels; leave width out of the recipe"
                )
            step = steps.get(root, 1)
            rounded = max(1, math.floor(factor * self.width[root] / step + 0.5)) * step
            known[root] = values.pop() if values else rounded
            return known[root]

        for key in self.parent:
            size(self.root(key))
        return known


def channels_of(tensor: Any) -> int:
    """Return the size of the last axis; the last two axes for maps that a shuffle has divided into groups."""
    shape = tensor.shape
    return int(math.prod(shape[3:]) if len(shape) > 3 else shape[-1])


def classes_of(name: str, graph: Graph, *, classifying: list[Any]) -> Channels:
    """Return the classes of a network's tensors.

    Raises
    ------
    ZooError
        If a layer changes the number of channels in an unknown way.
    """
    channels = Channels(name)
    for node in graph.nodes:
        for tensor in (*node.input_tensors, *node.outputs):
            channels.add(tensor)
            if source(tensor).is_input:
                channels.fixed.append(id(tensor))
    channels.fixed += [id(tensor) for node in classifying for tensor in node.outputs]
    for node in graph.nodes:
        _relate(channels, node)
    return channels


def _relate(channels: Channels, node: Any) -> None:
    inputs, (output, *_) = node.input_tensors, node.outputs
    if is_a(node, *FREE) and not is_depthwise(node):
        groups = getattr(node.operation, "groups", 1)
        channels.steps += [(id(inputs[0]), groups), (id(output), groups)]
    elif is_a(node, "Concatenate") and node.operation.axis in (-1, len(output.shape) - 1):
        channels.derived.append((id(output), _Derived(tuple(map(id, inputs)), lambda *parts: sum(parts))))
    elif len(inputs) == 1 and channels_of(inputs[0]) == channels_of(output):
        channels.join(inputs[0], output)
        if is_a(node, "Reshape") and len(output.shape) == 5:
            channels.steps.append((id(output), output.shape[3]))
    elif len(inputs) > 1 and (is_a(node, *_PAIRED) or is_a(node, "Concatenate")):
        for tensor in inputs:
            if channels_of(tensor) == channels_of(output):
                channels.join(tensor, output)
    else:
        _derive(channels, node)


def _derive(channels: Channels, node: Any) -> None:
    """Derive the output's number of channels from the input's, for a call that changes it."""
    (first, *more), (output, *_) = node.input_tensors, node.outputs
    old, new = channels_of(first), channels_of(output)
    if is_a(node, "GetItem") and is_a(source(first), "Pad"):
        _join_window(channels, source(first), output)
    elif is_a(node, "Pad"):
        channels.derived.append((id(output), _Derived((id(first),), lambda size: size + new - old)))
    elif is_a(node, "GetItem", "Flatten", "Reshape", "BaseDepthwiseConv") and not more:
        ratio = new / old
        part = old // math.gcd(old, new)
        channels.steps.append((id(first), part))
        channels.derived.append((id(output), _Derived((id(first),), lambda size: round(size * ratio))))
    else:
        kind = type(node.operation).__name__
        raise ZooError(
            f"width cannot be changed: the number of channels of {kind} {node.operation.name} in {channels.name} is "
            "not known; leave width out of the recipe"
        )


def _join_window(channels: Channels, padding: Any, output: Any) -> None:
    """Join a window over padded channels with the unpadded ones, as in local response normalization."""
    inner = padding.input_tensors[0]
    if channels_of(inner) != channels_of(output):
        raise ZooError(
            f"width cannot be changed: {channels.name} slices its padded channels; leave width out of the recipe"
        )
    channels.join(inner, output)


def is_depthwise(node: Any) -> bool:
    """Return whether the convolution has one group and one filter for each channel, in either notation."""
    layer = node.operation
    channels = channels_of(node.input_tensors[0])
    return is_a(node, "BaseConv") and channels > 1 and layer.groups == layer.filters == channels
