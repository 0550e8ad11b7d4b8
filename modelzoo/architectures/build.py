"""Building a network by the name that the catalog gives its builder."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from modelzoo.architectures import imported, keras_applications
from modelzoo.architectures.changes import UNCHANGED, Changes, apply_changes
from modelzoo.architectures.contract import AS_THEY_ARE, PixelContract, apply_contract
from modelzoo.architectures.host_weights import drawn_on_host
from modelzoo.architectures.registry import REGISTRY
from modelzoo.errors import ZooError, unknown

_IMAGENET_CLASSES = 1000


@dataclass(frozen=True)
class _Builder:
    """What a builder's name stands for; `contract` tells the pixels by the number of channels.

    `published` is the input and the number of classes that it was published with.
    """

    name: str
    make: Callable[..., Any]
    smallest_input: int
    contract: Callable[[int], PixelContract]
    published: tuple[tuple[int, int, int], int] | None = None
    loss: Callable[[Any, Any], Any] | None = None
    auxiliary: tuple[float, ...] = ()


def smallest_input(build: str) -> int:
    """The least height and width in pixels that ``keras:NAME``, ``modelzoo:SLUG`` or an imported builder takes.

    Of an imported one nothing is known before it is called: one pixel.
    """
    return _find(build).smallest_input


def published_input(build: str) -> tuple[tuple[int, int, int], int] | None:
    """Input (height, width, channels) and number of classes that the network was published with.

    Of an imported builder nothing is known: None.
    """
    return _find(build).published


def own_loss(build: str) -> Callable[[Any, Any], Any] | None:
    """The loss of the network's paper, of labels and logits; None where that is cross-entropy."""
    return _find(build).loss


def auxiliary_weights(build: str) -> tuple[float, ...]:
    """What the loss of each auxiliary classifier counts beside that of the logits; none where there is no such."""
    return _find(build).auxiliary


def to_contract(build: str, pixels: Any) -> Any:
    """Pixels 0-255 of shape (…, height, width, channels) as the network's first own layer gets them."""
    return apply_contract(pixels, _find(build).contract(pixels.shape[-1]))


@drawn_on_host()
def build_network(build: str, *, input_shape: tuple[int, int, int], classes: int, changes: Changes = UNCHANGED) -> Any:
    """The untrained Keras model, from pixels 0-255 of (height, width, channels) to one logit a class.

    A network with auxiliary classifiers gives a list: its logits, then theirs.

    Raises
    ------
    ZooError
        If nothing of that name is built, the input is smaller than the network takes, or it cannot be changed so.
    """
    import keras

    builder = _find(build)
    smallest = builder.smallest_input
    if min(input_shape[:2]) < smallest:
        raise ZooError(
            f"{builder.name} takes {smallest}×{smallest} pixels at least, not {input_shape[1]}×{input_shape[0]}"
        )
    network = apply_changes(builder.make(input_shape=input_shape, classes=classes), changes, name=builder.name)
    pixels = keras.Input(input_shape, name="pixels")
    contract = builder.contract(input_shape[-1])
    return keras.Model(pixels, network(apply_contract(pixels, contract)), name=network.name)


def _find(build: str) -> _Builder:
    origin, _, name = build.partition(":")
    if origin == "keras":
        make = partial(keras_applications.build, name)
        contract = partial(keras_applications.contract_of, name)
        side = keras_applications.published_input(name)
        return _Builder(
            name,
            make,
            keras_applications.smallest_input(name),
            contract,
            published=((side, side, 3), _IMAGENET_CLASSES),
        )
    if origin == "modelzoo":
        if name not in REGISTRY:
            raise unknown("architecture", name, REGISTRY)
        own = REGISTRY[name]
        return _Builder(
            name,
            own.build,
            own.smallest_input,
            lambda channels: own.contract,
            (own.published_input, own.published_classes),
            loss=own.loss,
            auxiliary=own.auxiliary,
        )
    imported.find_builder(build)
    return _Builder(build, partial(imported.build, build), 1, lambda channels: AS_THEY_ARE)
