"""The changes of a network, and their application one after another."""

import math
from dataclasses import dataclass
from typing import Any

from modelzoo.architectures.changes.activation import ACTIVATIONS, swap_activations
from modelzoo.architectures.changes.batch_norm import add_batch_norm
from modelzoo.architectures.changes.depth import scale_depth
from modelzoo.architectures.changes.dropout import set_dropout
from modelzoo.architectures.changes.width import scale_width
from modelzoo.architectures.graph import flat
from modelzoo.architectures.weights import copy_weights
from modelzoo.errors import ZooError, unknown

# A larger factor is probably a typing error.
_LARGEST_FACTOR = 16.0


@dataclass(frozen=True)
class Changes:
    """The changes of one network; each default changes nothing.

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


def check_changes(changes: Changes) -> None:
    """Reject changes that no network can have.

    Raises
    ------
    ZooError
        If a value is out of its range or the activation is unknown.
    """
    if changes.activation is not None and changes.activation not in ACTIVATIONS:
        raise unknown("activation", changes.activation, ACTIVATIONS)
    if changes.dropout is not None and not 0 <= changes.dropout < 1:
        raise ZooError(f"dropout is {changes.dropout:g}; expected a rate from 0 to below 1")
    for key, factor in (("width", changes.width), ("depth", changes.depth)):
        if not (math.isfinite(factor) and 0 < factor <= _LARGEST_FACTOR):
            raise ZooError(f"{key} is {factor:g}; expected a factor above 0, at most {_LARGEST_FACTOR:g}")


def apply_changes(network: Any, changes: Changes, *, name: str | None = None) -> Any:
    """Return the network with the changes applied; itself without changes.

    Layers keep their names, and their weights where these still fit.

    Parameters
    ----------
    name : the network's name in errors; its own by default

    Raises
    ------
    ZooError
        If a change is out of range, or does not apply to the network.
    """
    check_changes(changes)
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
