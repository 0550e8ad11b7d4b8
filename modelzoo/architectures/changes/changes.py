"""The changes of a network, and their application one after another."""

from dataclasses import dataclass
from typing import Any

from modelzoo.architectures.changes.activation import swap_activations
from modelzoo.architectures.changes.batch_norm import add_batch_norm
from modelzoo.architectures.changes.depth import scale_depth
from modelzoo.architectures.changes.dropout import set_dropout
from modelzoo.architectures.changes.width import scale_width
from modelzoo.architectures.graph import flat
from modelzoo.architectures.weights import copy_weights


@dataclass(frozen=True)
class Changes:
    """The changes of one network; each default leaves it alone. `Recipe` checks the ranges.

    Attributes
    ----------
    activation : replaces every hidden activation; gates and the classifier keep theirs (`activation.py`)
    dropout : the rate, 0 to below 1, before the classifier (`dropout.py`)
    batch_norm : whether each convolution without batch normalization gets one before its activation (`batch_norm.py`)
    width : factor of filters and hidden units (`width.py`)
    depth : factor of the residual blocks of each stage (`depth.py`)
    """

    activation: str | None = None
    dropout: float | None = None
    batch_norm: bool = False
    width: float = 1.0
    depth: float = 1.0


UNCHANGED = Changes()


def apply_changes(network: Any, changes: Changes, *, name: str | None = None) -> Any:
    """Return the network with the changes applied; itself without changes.

    Layers keep their names, and their weights where these still fit.

    Parameters
    ----------
    name : the network's name in errors; its own by default

    Raises
    ------
    ZooError
        If the network cannot be changed so, or has nothing that the change is about.
    """
    if changes == UNCHANGED:
        return network
    name = name or network.name
    changed = flat(network)
    if changes.depth != 1:
        changed = scale_depth(changed, changes.depth, name=name)
    if changes.width != 1:
        changed = scale_width(changed, changes.width, name=name)
    if changes.batch_norm:
        changed = add_batch_norm(changed, name=name)
    if changes.activation is not None:
        changed = swap_activations(changed, changes.activation, name=name)
    if changes.dropout is not None:
        changed = set_dropout(changed, changes.dropout, name=name)
    copy_weights(network, changed)
    return changed
