"""Initial weights: ImageNet weights of Keras Applications, or a weights file."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.architectures.imagenet import fetch_imagenet
from modelzoo.architectures.keras_applications import published_input
from modelzoo.architectures.weights import assign, copy_weights, to_numpy, weighted_layers
from modelzoo.base import paths
from modelzoo.datasets.dataset import sha256_of
from modelzoo.errors import ZooError, first_line
from modelzoo.recipes.recipe import IMAGENET
from modelzoo.runs.events import Note, Report

Array = npt.NDArray[Any]

_SUFFIX = ".weights.h5"
_NAMED = 5


def load_initial_weights(network: Any, weights: str, *, name: str, report: Report) -> list[str]:
    """Load these weights into the network; report and return the layers that keep their random weights.

    Parameters
    ----------
    network : the whole graph, from stored images to logits
    weights : ``imagenet`` or the path of a file
    name : the network's name in Keras Applications, for ``imagenet``

    Raises
    ------
    ZooError
        If the weights cannot be loaded, or none of them fits.
    """
    missing = _copy_imagenet(network, name) if weights == IMAGENET else _copy_file(network, Path(weights))
    layers = list(weighted_layers(network))
    for layer in layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # Normalization computes with copies of its weights
    if len(missing) == len(layers):
        raise ZooError(f"{weights}: none of its weights fits {network.name}; take weights of the same network")
    if missing:
        names = ", ".join(missing[:_NAMED]) + (" …" if len(missing) > _NAMED else "")
        report(Note(f"{len(missing)} of {len(layers)} layers are not in the weights and begin at random: {names}"))
    return missing


def weights_digest(weights: str | None) -> str | None:
    """Return the SHA-256 of a weights file, which `require_weights` checks; None for weights that are no file."""
    require_weights(weights)
    return None if weights is None or weights == IMAGENET else sha256_of(Path(weights))


def require_weights(weights: str | None) -> None:
    """Raise a ZooError if the weights are a file that does not exist, or has another ending."""
    if weights is None or weights == IMAGENET:
        return
    path = Path(weights)
    if not weights.endswith(_SUFFIX) or not path.is_file():
        raise ZooError(f"weights is {paths.shown(path)!r}; expected a file NAME{_SUFFIX} that exists, or {IMAGENET!r}")


def _copy_imagenet(network: Any, name: str) -> list[str]:
    """Copy the ImageNet weights of Keras Applications; return the layers that got none, as the classifier."""
    source = _imagenet(name)

    # Keras numbers unnamed layers in the order of their creation, so the same layer has another name here.
    for mine, theirs in zip(weighted_layers(network), weighted_layers(source), strict=False):
        if type(mine) is type(theirs):
            theirs.name = mine.name
    missing = copy_weights(source, network)
    _fold_rescaling(source, network)
    return missing


def _imagenet(name: str) -> Any:
    import keras

    fetch_imagenet(name)
    side = published_input(name)  # NASNetLarge of an unknown size lacks layers that its file has
    try:
        with redirect_stdout(sys.stderr):  # Keras announces the download on standard output
            return getattr(keras.applications, name)(weights="imagenet", include_top=False, input_shape=(side, side, 3))
    except Exception as error:  # errors of urllib, h5py or Keras
        raise ZooError(
            f"ImageNet's weights of {name} cannot be loaded: {first_line(error)}; Keras keeps them in the folder "
            "models of KERAS_HOME or ~/.keras: remove the file there, and the same command downloads it again"
        ) from error


def _fold_rescaling(source: Any, network: Any) -> None:
    """Fold the rescaling of ImageNet's EfficientNet weights into the variance of the normalization.

    Keras adds this division only where it loads the weights itself
    (keras/src/applications/efficientnet.py, TensorFlow's issue 49930).
    """
    import keras

    scales = [layer.scale for layer in source.layers if isinstance(layer, keras.layers.Rescaling)]
    for layer in weighted_layers(network):
        if not isinstance(layer, keras.layers.Normalization):
            continue
        for scale in (np.asarray(scale, np.float32) for scale in scales if np.ndim(scale)):
            layer.adapt_variance.assign(layer.adapt_variance / scale**2)


def _copy_file(network: Any, path: Path) -> list[str]:
    """Copy the fitting weights of a file; return the layers that got none.

    The file may hold the weights of the graph or of a network in it.
    """
    candidates = (_loadable(part, path) for part in (network, *_inner(network)))
    loaded = max(candidates, key=lambda arrays: sum(array.size for array in arrays.values()))
    missing = []
    for layer in weighted_layers(network):
        if all(id(variable) in loaded for variable in layer.weights):
            for variable in layer.weights:
                assign(variable, loaded[id(variable)])
        else:
            missing.append(layer.name)
    return missing


def _loadable(network: Any, path: Path) -> dict[int, Array]:
    """Return the file's values of the network's variables, by id; the network does not change.

    Keras does not report the variables that it skips: they are still NaN after loading.
    """
    # The file also has the random state of dropout layers; the network keeps its own.
    variables = (*network.weights, *network.non_trainable_variables)
    before = [(variable, to_numpy(variable)) for variable in variables]
    floats = [variable for variable in network.weights if np.issubdtype(to_numpy(variable).dtype, np.floating)]
    for variable in floats:
        assign(variable, np.full(variable.shape, np.nan, variable.dtype))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path, skip_mismatch=True)
        loaded = {id(variable): to_numpy(variable) for variable in network.weights}
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise ZooError(f"{paths.shown(path)}: no weights that Keras can read: {first_line(error)}") from None
    finally:
        for variable, value in before:
            assign(variable, value)
    return {key: value for key, value in loaded.items() if not np.isnan(value.astype(np.float64)).any()}


def _inner(network: Any) -> Iterator[Any]:
    for layer in network.layers:
        if hasattr(layer, "layers"):
            yield layer
            yield from _inner(layer)
