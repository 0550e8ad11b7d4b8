"""More or fewer residual blocks in each stage."""

import math
from dataclasses import dataclass
from typing import Any

from modelzoo.architectures.changes.activation import is_hidden_activation
from modelzoo.architectures.graph import Graph, Step, Walk, before, graph_of, is_a, rebuild, source
from modelzoo.architectures.residual import residual_blocks
from modelzoo.errors import ZooError

_CONVOLVING = ("Dense", "BaseConv", "BaseDepthwiseConv", "BaseSeparableConv")

# Stands for what is not looked at further.
_MORE = ("", None)


@dataclass(frozen=True)
class ClosedBlock:
    """One block: its calls, the tensor that it takes, the one it gives (behind the activation of its sum, if any)."""

    nodes: list[Any]
    takes: Any
    gives: Any


@dataclass(frozen=True)
class Stage:
    """Blocks with bare shortcuts that follow each other, and how many others belong to their stage.

    These are the block before them, which makes the stage's maps, where it is built like them, and ResNetV2's last,
    which shrinks them.
    """

    blocks: list[ClosedBlock]
    others: int

    def kept(self, factor: float) -> int:
        """How many with bare shortcuts there are when the stage's blocks are multiplied; its first block stays."""
        wanted = math.floor(factor * (len(self.blocks) + self.others) + 0.5) - self.others
        return max(wanted, 0 if self.others else 1)


def scale_depth(network: Any, factor: float, *, name: str) -> Any:
    """The network with that many times the residual blocks in each stage, rounded, at least the first.

    Blocks with a bare shortcut are left out from the end of their stage, or the last is repeated; what makes a stage's
    maps or shrinks them stays, and is counted where it is a block. A stage of one such block stays as it is.

    Raises
    ------
    ZooError
        If the network has no residual blocks with a bare shortcut, or each stage would keep those it has.
    """
    graph = graph_of(network)
    stages = find_stages(graph)
    if not stages:
        raise ZooError(
            f"depth is {factor:g}; {name} has no residual blocks to leave out or repeat; leave depth out of the recipe"
        )
    if all(stage.kept(factor) == len(stage.blocks) for stage in stages):
        counts = ", ".join(str(len(stage.blocks) + stage.others) for stage in stages)
        raise ZooError(
            f"depth is {factor:g}; the stages of {name} would keep their {counts} blocks; expected a factor "
            "further from 1"
        )
    return _with_blocks(network, graph, [(stage, stage.kept(factor)) for stage in stages])


def _with_blocks(network: Any, graph: Graph, wanted: list[tuple[Stage, int]]) -> Any:
    dropped: set[int] = set()
    passed: dict[int, ClosedBlock] = {}
    repeated: dict[int, tuple[ClosedBlock, int]] = {}
    for stage, count in wanted:
        for block in stage.blocks[count:]:
            dropped |= {id(node) for node in block.nodes[:-1]}
            passed[id(block.nodes[-1])] = block
        if count > len(stage.blocks):
            last = stage.blocks[-1]
            repeated[id(last.nodes[-1])] = (last, count - len(stage.blocks))

    def visit(step: Step) -> Any:
        if id(step.node) in passed:
            return step.tensors[id(passed[id(step.node)].takes)]
        made = step.run()
        if id(step.node) in repeated:
            block, times = repeated[id(step.node)]
            for time in range(times):
                made = _again(block, made, f"_repeat{time + 1}")
        return made

    return rebuild(network, visit, nodes=[node for node in graph.nodes if id(node) not in dropped])


def _again(block: ClosedBlock, maps: Any, suffix: str) -> Any:
    walk = Walk(Step.run, {id(block.takes): maps}, suffix=suffix)
    walk.go(block.nodes)
    return walk.tensors[id(block.gives)]


def find_stages(graph: Graph) -> list[Stage]:
    """The stages that have blocks with a bare shortcut."""
    blocks = {id(block.takes): block for block in _closed_blocks(graph)}
    given = {id(block.gives) for block in blocks.values()}
    stages = []
    for first in blocks.values():
        if id(first.takes) not in given:
            chain = [first]
            while following := blocks.get(id(chain[-1].gives)):
                chain.append(following)
            others = _is_built_alike(first) + _is_shrunk_by_a_block(graph, chain[-1].gives)
            stages.append(Stage(chain, others))
    return stages


def _closed_blocks(graph: Graph) -> list[ClosedBlock]:
    """The residual blocks into which no other path leads or looks, as it does in a cell of NASNet."""
    found = []
    for block in residual_blocks(graph):
        ids = before(block.branch).keys() - before(block.shortcut).keys() | {id(block.addition)}
        nodes = [node for node in graph.nodes if id(node) in ids]
        taken = {id(tensor) for node in nodes for tensor in node.input_tensors if id(source(tensor)) not in ids}
        reading = [*graph.readers[id(block.shortcut)], *(reader for node in nodes[:-1] for reader in graph.after(node))]
        if taken == {id(block.shortcut)} and all(id(reader) in ids for reader in reading):
            nodes += _activation_of(graph, block.addition)
            found.append(ClosedBlock(nodes, block.shortcut, nodes[-1].outputs[0]))
    return found


def _activation_of(graph: Graph, addition: Any) -> list[Any]:
    """The activation of the sum, which is part of the block, if nothing else reads the sum."""
    following = graph.after(addition)
    alone = len(following) == 1 and is_hidden_activation(following[0]) and not is_a(following[0], *_CONVOLVING)
    return following if alone else []


def _is_built_alike(block: ClosedBlock) -> bool:
    """Whether what stands before the block has the block's convolutions, with more of the network before them."""
    own = _convolutions(block.gives, until=source(block.takes))
    there = _convolutions(block.takes)
    return len(there) > len(own) and there[: len(own)] == own


def _is_shrunk_by_a_block(graph: Graph, tensor: Any) -> bool:
    """Whether a block with a pooled shortcut follows."""
    return any(
        not getattr(reader.operation, "weights", None) and any(is_a(node, "Add") for node in graph.after(reader))
        for reader in graph.readers[id(tensor)]
    )


def _convolutions(tensor: Any, *, until: Any = None, joined: bool = False) -> list[tuple[str, Any]]:
    """Kinds and kernels of the layers on the way back from a tensor.

    Where ways join it is the longest, but only once: at the second such place, or a slice, it ends, and says so.
    """
    found = []
    node = source(tensor)
    while node is not until and not node.is_input:
        if is_a(node, *_CONVOLVING):
            found.append((type(node.operation).__name__, getattr(node.operation, "kernel_size", None)))
        ways = _ways(node)
        if is_a(node, "GetItem") or (joined and len(ways) > 1):
            return [*found, _MORE]
        if len(ways) > 1:
            return found + max((_convolutions(way, until=until, joined=True) for way in ways), key=len)
        node = source(ways[0])
    return found


def _ways(node: Any) -> list[Any]:
    """What the call takes, without the gate where it is maps times their gate."""
    taken: list[Any] = node.input_tensors
    if is_a(node, "Multiply") and len(taken) == 2:
        gated = [one for one, gate in (taken, reversed(taken)) if id(source(one)) in before(gate)]
        return gated or taken
    return taken
