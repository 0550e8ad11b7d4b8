"""How many channels each tensor of a network has when its layers' filters are scaled.

Tensors that must have as many channels as each other (of an addition, before and behind a pool) form a class. The size
of a class follows from others where they are joined, sliced or laid flat, and is chosen, by the filters of its layers,
where nothing says otherwise.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from modelzoo.architectures.graph import Graph, is_a, source
from modelzoo.errors import ZooError

# Layers whose filters or units are free, and the operations between two tensors that need equal channels.
FREE = ("BaseConv", "BaseSeparableConv", "Dense")
_PAIRED = (
    *("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Average", "Maximum", "Minimum"),
    "CustomScaleLayer",
)


@dataclass(frozen=True)
class _Derived:
    """The size of a class as it follows from those of others."""

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
        """Put the tensor into a class of its own, unless it has one."""
        self.parent.setdefault(id(tensor), id(tensor))
        self.width.setdefault(id(tensor), channels_of(tensor))

    def root(self, key: int) -> int:
        """The tensor that stands for the class."""
        while self.parent[key] != key:
            self.parent[key] = key = self.parent[self.parent[key]]
        return key

    def join(self, one: Any, other: Any) -> None:
        """Let both have as many channels as each other."""
        self.parent[self.root(id(other))] = self.root(id(one))

    def sizes(self, factor: float) -> dict[int, int]:
        """The channels of each tensor, by id.

        Free sizes are the scaled ones, rounded to the nearest whole number that convolutions in groups, shuffles and
        slices can divide, at least the first such.

        Raises
        ------
        ZooError
            If no sizes fit together.
        """
        definers = defaultdict(list)
        for key, rule in self.derived:
            definers[self.root(key)].append(rule)
        asked: dict[int, int] = defaultdict(lambda: 1)
        for key, step in self.steps:
            asked[self.root(key)] = math.lcm(asked[self.root(key)], step)
        steps = dict(asked)
        for _ in range(len(self.parent)):
            found = _Solver(self, factor, definers, steps).solve()
            wrong = [root for root, step in asked.items() if found[root] % step]
            if not wrong:
                return {key: found[self.root(key)] for key in self.parent}
            before = dict(steps)
            for root in wrong:
                self._ask_parts(root, asked[root], definers, steps)
            if steps == before:
                break
        raise ZooError(
            f"width is {factor:g}; no numbers of filters near that fit what {self.name} joins, divides and adds; try "
            "another width, or leave width out of the recipe"
        )

    def _ask_parts(self, root: int, step: int, definers: Any, steps: dict[int, int]) -> None:
        """Let each class that this one's size follows from be divisible by what this one is to be."""
        left, seen = [root], set()
        while left:
            one = left.pop()
            if one in seen:
                continue
            seen.add(one)
            steps[one] = math.lcm(steps.get(one, 1), step)
            left += [self.root(key) for rule in definers.get(one, ()) for key in rule.of]


@dataclass
class _Solver:
    """The sizes of classes at one factor and for given steps."""

    channels: Channels
    factor: float
    definers: dict[int, list[_Derived]]
    steps: dict[int, int]
    found: dict[int, int] = field(default_factory=dict)

    @cached_property
    def fixed(self) -> set[int]:
        return {self.channels.root(key) for key in self.channels.fixed}

    def solve(self) -> dict[int, int]:
        for key in self.channels.parent:
            self._size(self.channels.root(key), frozenset())
        return self.found

    def _size(self, root: int, waiting: frozenset[int]) -> int:
        if root in self.found:
            return self.found[root]
        rules = [] if root in waiting else self.definers.get(root, [])
        values = {
            rule.compute(*(self._size(self.channels.root(key), waiting | {root}) for key in rule.of)) for rule in rules
        }
        if root in self.fixed:
            values.add(self.channels.width[root])
        if len(values) > 1:
            raise ZooError(
                f"width is {self.factor:g}; {self.channels.name} adds maps that would have "
                f"{' and '.join(map(str, sorted(values)))} channels; leave width out of the recipe"
            )
        size = values.pop() if values else self._rounded(root)
        self.found[root] = size
        return size

    def _rounded(self, root: int) -> int:
        step = self.steps.get(root, 1)
        return max(1, math.floor(self.factor * self.channels.width[root] / step + 0.5)) * step


def channels_of(tensor: Any) -> int:
    """The size of the last axis; of maps that a shuffle has divided into groups, of the last two together."""
    shape = tensor.shape
    return int(math.prod(shape[3:]) if len(shape) > 3 else shape[-1])


def classes_of(name: str, graph: Graph, *, classifying: list[Any]) -> Channels:
    """The classes of a network's tensors.

    Raises
    ------
    ZooError
        If a layer changes the number of channels in a way that is not known here.
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
    taken, (given, *_) = node.input_tensors, node.outputs
    if is_a(node, *FREE) and not is_depthwise(node):
        groups = getattr(node.operation, "groups", 1)
        channels.steps += [(id(taken[0]), groups), (id(given), groups)]
    elif is_a(node, "Concatenate") and node.operation.axis in (-1, len(given.shape) - 1):
        channels.derived.append((id(given), _Derived(tuple(map(id, taken)), lambda *parts: sum(parts))))
    elif len(taken) == 1 and channels_of(taken[0]) == channels_of(given):
        channels.join(taken[0], given)
        if is_a(node, "Reshape") and len(given.shape) == 5:
            channels.steps.append((id(given), given.shape[3]))
    elif len(taken) > 1 and (is_a(node, *_PAIRED) or is_a(node, "Concatenate")):
        for tensor in taken:
            if channels_of(tensor) == channels_of(given):
                channels.join(tensor, given)
    else:
        _derive(channels, node)


def _derive(channels: Channels, node: Any) -> None:
    """Relate what a call with one input gives, where it has not as many channels as that."""
    (taken, *more), (given, *_) = node.input_tensors, node.outputs
    old, new = channels_of(taken), channels_of(given)
    if is_a(node, "GetItem") and is_a(source(taken), "Pad"):
        _join_window(channels, source(taken), given)
    elif is_a(node, "Pad"):
        channels.derived.append((id(given), _Derived((id(taken),), lambda size: size + new - old)))
    elif is_a(node, "GetItem", "Flatten", "Reshape", "BaseDepthwiseConv") and not more:
        ratio = new / old
        part = old // math.gcd(old, new)
        channels.steps.append((id(taken), part))
        channels.derived.append((id(given), _Derived((id(taken),), lambda size: round(size * ratio))))
    else:
        kind = type(node.operation).__name__
        raise ZooError(
            f"width cannot be changed: how many channels {kind} {node.operation.name} of {channels.name} would give is "
            "not known; leave width out of the recipe"
        )


def _join_window(channels: Channels, padding: Any, given: Any) -> None:
    """A window over padded channels has as many as there were, as in local response normalization."""
    inner = padding.input_tensors[0]
    if channels_of(inner) != channels_of(given):
        raise ZooError(
            f"width cannot be changed: {channels.name} slices its padded channels; leave width out of the recipe"
        )
    channels.join(inner, given)


def is_depthwise(node: Any) -> bool:
    """Whether the convolution has one group and one filter for each channel, however it is written."""
    layer = node.operation
    channels = channels_of(node.input_tensors[0])
    return is_a(node, "BaseConv") and channels > 1 and layer.groups == layer.filters == channels
