"""The network in training: one graph from stored images to logits."""

from collections.abc import Mapping
from typing import Any

from modelzoo.architectures.builder import Builder
from modelzoo.architectures.residual import zero_init_residual
from modelzoo.recipes.recipe import Recipe
from modelzoo.training.augmentation import apply_transforms
from modelzoo.training.precision import computing_in


def whole_network(builder: Builder, recipe: Recipe, *, image_shape: tuple[int, ...], classes: int) -> Any:
    """Build the untrained graph from stored uint8 images to logits: geometry, pixel contract, network.

    A network with auxiliary classifiers returns a list: its logits, then theirs.
    """
    import keras

    from modelzoo.datasets.splits import fit_geometry

    side, mode, channels = recipe.input.geometry
    images = keras.Input(image_shape, dtype="uint8", name="images")
    # Cast first: LiteRT pads no uint8.
    pixels = fit_geometry(keras.ops.cast(images, "float32"), size=(side, side), mode=mode, channels=channels)
    with computing_in(recipe.precision):
        network = builder.build(input_shape=(side, side, channels), classes=classes, changes=recipe.changes)
    if recipe.zero_init_residual:
        zero_init_residual(network)
    if recipe.batch_norm_momentum is not None:
        _set_batch_norm_momentum(network, recipe.batch_norm_momentum)
    logits = network(pixels)
    if recipe.precision != "float32":
        # The logarithms of the loss need float32.
        logits = keras.tree.map_structure(lambda output: keras.ops.cast(output, "float32"), logits)
    return keras.Model(images, logits, name=network.name)


def logits_alone(network: Any) -> Any:
    """Return the network without the outputs of its auxiliary classifiers, which serve training alone."""
    import keras

    return keras.Model(network.inputs, network.outputs[0], name=network.name) if network.outputs[1:] else network


def trained_graph(network: Any, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> Any:
    """Return the network behind the transforms of its images, if any, with the outputs of classifiers stacked.

    A stack of (n, classifiers, classes) is one output, with one loss and one target, under either engine.
    """
    import keras

    if network.outputs[1:]:
        network = keras.Model(network.inputs, keras.ops.stack(network.outputs, axis=1))
    return augmented(network, shapes) if shapes else network


def augmented(network: Any, shapes: Mapping[str, tuple[tuple[int, ...], str]]) -> Any:
    """Return the network behind the transforms of its images, which are inputs too."""
    import keras

    images = keras.Input(network.input_shape[1:], dtype="uint8", name="images")
    transforms = {name: keras.Input(shape, dtype=dtype, name=name) for name, (shape, dtype) in shapes.items()}
    channeled = images if len(images.shape) == 4 else keras.ops.expand_dims(images, -1)
    # Whole numbers, like stored images.
    changed = keras.ops.cast(keras.ops.round(apply_transforms(channeled, transforms)), "uint8")
    return keras.Model(
        {"images": images, **transforms}, network(keras.ops.reshape(changed, (-1, *network.input_shape[1:])))
    )


def _set_batch_norm_momentum(model: Any, momentum: float) -> None:
    import keras

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = momentum
        elif hasattr(layer, "layers"):
            _set_batch_norm_momentum(layer, momentum)
