"""The number of residual blocks in each stage."""

import math
from dataclasses import dataclass
from typing import Any

from modelzoo.architectures.changes.activation import is_hidden_activation
from modelzoo.architectures.graph import Graph, Step, Walk, before, graph_of, is_a, rebuild, source
from modelzoo.architectures.residual import residual_blocks
from modelzoo.errors import ZooError

_CONVOLVING = ("Dense", "BaseConv", "BaseDepthwiseConv", "BaseSeparableConv")

# The end of a search.
_MORE = ("", None)


@dataclass(frozen=True)
class ClosedBlock:
    """One block: its calls, its input, and its output (after the activation of its sum, if any)."""

    nodes: list[Any]
    takes: Any
    gives: Any


@dataclass(frozen=True)
class Stage:
    """Successive blocks with identity shortcuts, and the number of other blocks of their stage.

    At most two blocks of a stage have another shortcut. The equally built block before the others makes the stage's
    maps. ResNetV2's last block shrinks them.
    """

    blocks: list[ClosedBlock]
    others: int

    def scaled(self, factor: float) -> int:
        """Return the number of blocks with identity shortcuts at this factor; the stage's first block stays."""
        count = math.floor(factor * (len(self.blocks) + self.others) + 0.5) - self.others
        return max(count, 0 if self.others else 1)


def scale_depth(network: Any, factor: float, *, name: str) -> Any:
    """Return the network with the residual blocks of each stage times `factor`, rounded, at least the first.

    Blocks with an identity shortcut are removed from the end of their stage, or the last one is repeated. Layers that
    make a stage's maps or shrink them stay, and count where they are a block.

    Raises
    ------
    ZooError
        If the network has no residual blocks with an identity shortcut, or no stage would change.
    """
    graph = graph_of(network)
    stages = find_stages(graph)
    if not stages:
        raise ZooError(
            f"depth is {factor:g}; {name} has no residual blocks to leave out or repeat; leave depth out of the recipe"
        )
    if all(stage.scaled(factor) == len(stage.blocks) for stage in stages):
        counts = ", ".join(str(len(stage.blocks) + stage.others) for stage in stages)
        raise ZooError(
            f"depth is {factor:g}; the stages of {name} would keep their {counts} blocks; expected a factor "
            "further from 1"
        )
    return _with_blocks(network, graph, [(stage, stage.scaled(factor)) for stage in stages])


def _with_blocks(network: Any, graph: Graph, counts: list[tuple[Stage, int]]) -> Any:
    dropped: set[int] = set()
    passed: dict[int, ClosedBlock] = {}
    repeated: dict[int, tuple[ClosedBlock, int]] = {}
    for stage, count in counts:
        for block in stage.blocks[count:]:
            dropped |= {id(node) for node in block.nodes[:-1]}
            passed[id(block.nodes[-1])] = block
        if count > len(stage.blocks):
            last = stage.blocks[-1]
            repeated[id(last.nodes[-1])] = (last, count - len(stage.blocks))

    def visit(step: Step) -> Any:
        if id(step.node) in passed:
            return step.tensors[id(passed[id(step.node)].takes)]
        output = step.run()
        if id(step.node) in repeated:
            block, times = repeated[id(step.node)]
            for time in range(times):
                output = _repeat(block, output, f"_repeat{time + 1}")
        return output

    return rebuild(network, visit, nodes=[node for node in graph.nodes if id(node) not in dropped])


def _repeat(block: ClosedBlock, maps: Any, suffix: str) -> Any:
    walk = Walk(Step.run, {id(block.takes): maps}, suffix=suffix)
    walk.go(block.nodes)
    return walk.tensors[id(block.gives)]


def find_stages(graph: Graph) -> list[Stage]:
    """Return the stages with blocks that have an identity shortcut."""
    blocks = {id(block.takes): block for block in _closed_blocks(graph)}
    outputs = {id(block.gives) for block in blocks.values()}
    stages = []
    for first in blocks.values():
        if id(first.takes) not in outputs:
            chain = [first]
            while following := blocks.get(id(chain[-1].gives)):
                chain.append(following)
            others = _is_built_alike(first) + _is_shrunk_by_a_block(graph, chain[-1].gives)
            stages.append(Stage(chain, others))
    return stages


def _closed_blocks(graph: Graph) -> list[ClosedBlock]:
    """Return the residual blocks without other paths in or out, unlike a cell of NASNet."""
    closed = []
    for block in residual_blocks(graph):
        ids = before(block.branch).keys() - before(block.shortcut).keys() | {id(block.addition)}
        nodes = [node for node in graph.nodes if id(node) in ids]
        inputs = {id(tensor) for node in nodes for tensor in node.input_tensors if id(source(tensor)) not in ids}
        reading = [*graph.readers[id(block.shortcut)], *(reader for node in nodes[:-1] for reader in graph.after(node))]
        if inputs == {id(block.shortcut)} and all(id(reader) in ids for reader in reading):
            nodes += _activation_of(graph, block.addition)
            closed.append(ClosedBlock(nodes, block.shortcut, nodes[-1].outputs[0]))
    return closed


def _activation_of(graph: Graph, addition: Any) -> list[Any]:
    """Return the activation of the sum, which is part of the block if nothing else reads the sum."""
    following = graph.after(addition)
    alone = len(following) == 1 and is_hidden_activation(following[0]) and not is_a(following[0], *_CONVOLVING)
    return following if alone else []


def _is_built_alike(block: ClosedBlock) -> bool:
    """Return whether the layers before the block have the block's convolutions, and further layers before them."""
    own = _convolutions(block.gives, until=source(block.takes))
    earlier = _convolutions(block.takes)
    return len(earlier) > len(own) and earlier[: len(own)] == own


def _is_shrunk_by_a_block(graph: Graph, tensor: Any) -> bool:
    """Return whether a block with a pooled shortcut follows."""
    return any(
        not getattr(reader.operation, "weights", None) and any(is_a(node, "Add") for node in graph.after(reader))
        for reader in graph.readers[id(tensor)]
    )


def _convolutions(tensor: Any, *, until: Any = None, joined: bool = False) -> list[tuple[str, Any]]:
    """Return kinds and kernels of the layers on the way back from a tensor.

    At the first junction the longest way continues. At the second one, or at a slice, the list ends with `_MORE`.
    """
    layers = []
    node = source(tensor)
    while node is not until and not node.is_input:
        if is_a(node, *_CONVOLVING):
            layers.append((type(node.operation).__name__, getattr(node.operation, "kernel_size", None)))
        ways = _ways(node)
        if is_a(node, "GetItem") or (joined and len(ways) > 1):
            return [*layers, _MORE]
        if len(ways) > 1:
            return layers + max((_convolutions(way, until=until, joined=True) for way in ways), key=len)
        node = source(ways[0])
    return layers


def _ways(node: Any) -> list[Any]:
    """Return the inputs of the call, without the gate where the call is maps times their gate."""
    inputs: list[Any] = node.input_tensors
    if is_a(node, "Multiply") and len(inputs) == 2:
        gated = [maps for maps, gate in (inputs, reversed(inputs)) if id(source(maps)) in before(gate)]
        return gated or inputs
    return inputs
