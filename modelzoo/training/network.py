"""The network as it is trained: from pictures as they are stored to logits, one graph."""

from collections.abc import Mapping
from typing import Any

from modelzoo.architectures.build import build_network
from modelzoo.architectures.residual import zero_init_residual
from modelzoo.recipes.recipe import Recipe
from modelzoo.training.augmentation import change
from modelzoo.training.precision import computing_in


def whole_network(build: str, recipe: Recipe, *, picture_shape: tuple[int, ...], classes: int) -> Any:
    """The untrained graph from uint8 pictures, as they are stored, to logits: geometry, pixel contract, network.

    A network with auxiliary classifiers gives a list: its logits, then theirs.
    """
    import keras

    from modelzoo.datasets.splits import fit_geometry

    side, channels = recipe.input.size, recipe.input.channels
    pictures = keras.Input(picture_shape, dtype="uint8", name="pictures")
    pixels = fit_geometry(pictures, size=(side, side), mode=recipe.input.mode, channels=channels)
    with computing_in(recipe.precision):
        network = build_network(build, input_shape=(side, side, channels), classes=classes, changes=recipe.changes)
    if recipe.zero_init_residual:
        zero_init_residual(network)
    if recipe.batch_norm_momentum is not None:
        _set_batch_norm_momentum(network, recipe.batch_norm_momentum)
    logits = network(keras.ops.cast(pixels, "float32"))
    if recipe.precision != "float32":
        # For the loss, whose logarithms need it.
        logits = keras.tree.map_structure(lambda each: keras.ops.cast(each, "float32"), logits)
    return keras.Model(pictures, logits, name=network.name)


def logits_alone(network: Any) -> Any:
    """The network without the outputs of its auxiliary classifiers, which serve training alone."""
    import keras

    return keras.Model(network.inputs, network.outputs[0], name=network.name) if network.outputs[1:] else network


def trained_graph(network: Any, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> Any:
    """The network behind what changes its pictures, if anything; the outputs of several classifiers are stacked.

    Stacked they are (n, classifiers, classes): one output, with one loss and one target, whichever engine trains.
    """
    import keras

    if network.outputs[1:]:
        network = keras.Model(network.inputs, keras.ops.stack(network.outputs, axis=1))
    return augmented(network, shapes) if shapes else network


def augmented(network: Any, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> Any:
    """The network behind what changes its pictures, which takes the figures of the change as inputs too."""
    import keras

    pictures = keras.Input(network.input_shape[1:], dtype="uint8", name="pictures")
    figures = {name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in shapes.items()}
    channeled = pictures if len(pictures.shape) == 4 else keras.ops.expand_dims(pictures, -1)
    # As they are stored: whole numbers.
    changed = keras.ops.cast(keras.ops.round(change(channeled, figures)), "uint8")
    return keras.Model(
        {"pictures": pictures, **figures}, network(keras.ops.reshape(changed, (-1, *network.input_shape[1:])))
    )


def _set_batch_norm_momentum(model: Any, momentum: float) -> None:
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
        elif hasattr(layer, "layers"):
            _set_batch_norm_momentum(layer, momentum)
