"""Builders of networks, each looked up once by its name in the catalog."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from modelzoo.architectures import imported, keras_applications
from modelzoo.architectures.changes import UNCHANGED, Changes, apply_changes
from modelzoo.architectures.contract import AS_THEY_ARE, PixelContract, apply_contract
from modelzoo.architectures.host_weights import drawn_on_host
from modelzoo.errors import ZooError, unknown

_IMAGENET_CLASSES = 1000


@dataclass(frozen=True)
class Builder:
    """The builder of one network.

    `make` takes `input_shape` and `classes`; `contract` takes the number of channels. `published` has the published
    input shape and number of classes. An imported function is unknown before its call: its `smallest_input` is one
    pixel, and `published` is None. `loss` is the loss of the network's paper, of labels and logits; None for
    cross-entropy. `auxiliary` has the weight of the loss of each auxiliary classifier.
    """

    name: str
    make: Callable[..., Any]
    smallest_input: int
    contract: Callable[[int], PixelContract]
    published: tuple[tuple[int, int, int], int] | None = None
    loss: Callable[[Any, Any], Any] | None = None
    auxiliary: tuple[float, ...] = ()
    imported: bool = False

    @drawn_on_host()
    def build(
        self,
        *,
        input_shape: tuple[int, int, int],
        classes: int,
        changes: Changes = UNCHANGED,
        note: Callable[[str], None] = lambda text: None,
    ) -> Any:
        """Return the untrained Keras model, from pixels 0-255 of (height, width, channels) to one logit a class.

        A network with auxiliary classifiers returns a list: its logits, then theirs. `note` receives a sentence where
        an imported function's network is changed to end in logits.

        Raises
        ------
        ZooError
            If the input is smaller than the network takes, or the network cannot be built or changed so.
        """
        import keras

        smallest = self.smallest_input
        if min(input_shape[:2]) < smallest:
            raise ZooError(
                f"{self.name} takes {smallest}×{smallest} pixels at least, not {input_shape[1]}×{input_shape[0]}"
            )
        noted = {"note": note} if self.imported else {}
        made = self.make(input_shape=input_shape, classes=classes, **noted)
        network = apply_changes(made, changes, name=self.name)
        pixels = keras.Input(input_shape, name="pixels")
        contract = self.contract(input_shape[-1])
        return keras.Model(pixels, network(apply_contract(pixels, contract)), name=network.name)


def find_builder(build: str) -> Builder:
    """Look up ``keras:NAME``, ``modelzoo:SLUG`` or ``package.module:function``, without importing Keras or the module.

    Raises
    ------
    ZooError
        If there is no builder of that name, or the name of a function is misspelled.
    """
    origin, _, name = build.partition(":")
    if origin == "keras":
        side = keras_applications.published_input(name)
        return Builder(
            name,
            partial(keras_applications.build, name),
            keras_applications.smallest_input(name),
            partial(keras_applications.contract_of, name),
            published=((side, side, 3), _IMAGENET_CLASSES),
        )
    if origin == "modelzoo":
        from modelzoo.architectures.registry import REGISTRY

        if name not in REGISTRY:
            raise unknown("architecture", name, REGISTRY)
        own = REGISTRY[name]
        return Builder(
            name,
            own.build,
            own.smallest_input,
            lambda channels: own.contract,
            published=(own.published_input, own.published_classes),
            loss=own.loss,
            auxiliary=own.auxiliary,
        )
    imported.require_function_name(build)
    return Builder(build, partial(imported.build, build), 1, lambda channels: AS_THEY_ARE, imported=True)
