"""Building a network by the name that the catalog gives its builder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

from modelzoo.architectures import keras_applications
from modelzoo.architectures.contract import UNIT, PixelContract, apply_contract
from modelzoo.architectures.lenet import build_lenet5
from modelzoo.errors import ZooError, unknown


@dataclass(frozen=True)
class Architecture:
    """A network of this project: its builder, the pixels it expects, the least height and width it takes."""

    build: Callable[..., Any]
    contract: PixelContract
    smallest_input: int


# One line for each architecture of this project; `modelzoo:NAME` in the catalog.
REGISTRY: Mapping[str, Architecture] = MappingProxyType(
    {
        "lenet5": Architecture(build_lenet5, UNIT, 32),
    }
)


def smallest_input(build: str) -> int:
    """The least height and width in pixels that ``keras:NAME`` or ``modelzoo:NAME`` takes."""
    builder, name = _split(build)
    return keras_applications.smallest_input(name) if builder == "keras" else REGISTRY[name].smallest_input


def to_contract(build: str, pixels: Any) -> Any:
    """Pixels 0-255 of shape (…, height, width, channels) as the network's first own layer gets them."""
    builder, name = _split(build)
    if builder == "keras":
        return apply_contract(pixels, keras_applications.contract_of(name, pixels.shape[-1]))
    return apply_contract(pixels, REGISTRY[name].contract)


def build_network(build: str, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """The untrained Keras model, from pixels 0-255 of (height, width, channels) to one logit a class.

    Raises
    ------
    ZooError
        If nothing of that name is built, or the input is smaller than the network takes.
    """
    import keras

    builder, name = _split(build)
    smallest = smallest_input(build)
    if min(input_shape[:2]) < smallest:
        raise ZooError(f"{name} takes {smallest}×{smallest} pixels at least, not {input_shape[1]}×{input_shape[0]}")
    pixels = keras.Input(input_shape, name="pixels")
    make: Callable[..., Any] = partial(keras_applications.build, name) if builder == "keras" else REGISTRY[name].build
    network = make(input_shape=input_shape, classes=classes)
    return keras.Model(pixels, network(to_contract(build, pixels)), name=network.name)


def _split(build: str) -> tuple[str, str]:
    builder, _, name = build.partition(":")
    if builder == "modelzoo":
        if name not in REGISTRY:
            raise unknown("architecture", name, REGISTRY)
    elif builder != "keras":
        raise ZooError(f"builder is {build!r}; expected keras:NAME or modelzoo:NAME")
    return builder, name
