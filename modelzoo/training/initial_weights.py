"""Where training begins, if not from weights drawn anew: those of ImageNet, or a file of an earlier training."""

import hashlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.architectures.weights import assign, copy_weights, to_numpy, weighted_layers
from modelzoo.base import paths
from modelzoo.errors import ZooError, first_line
from modelzoo.recipes.recipe import IMAGENET
from modelzoo.runs.events import Note, Report

Array = npt.NDArray[Any]

_SUFFIX = ".weights.h5"
_NAMED = 5


def give_weights(network: Any, weights: str, *, name: str, report: Report) -> None:
    """Let the network begin with these weights; what it has beside them keeps its own, and is reported.

    Parameters
    ----------
    network : the whole graph, from stored pictures to logits
    weights : ``imagenet`` or the path of a file
    name : the network's name in Keras Applications, for ``imagenet``

    Raises
    ------
    ZooError
        If the weights cannot be had, or none of them fits.
    """
    left = _copy_imagenet(network, name) if weights == IMAGENET else _copy_file(network, Path(weights))
    layers = list(weighted_layers(network))
    for layer in layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # Normalization computes with copies of its weights
    if len(left) == len(layers):
        raise ZooError(f"{weights}: none of its weights fits {network.name}; give those of the same network")
    if left:
        names = ", ".join(left[:_NAMED]) + (" …" if len(left) > _NAMED else "")
        report(Note(f"{len(left)} of {len(layers)} layers are not in the weights given and begin anew: {names}"))


def weights_digest(weights: str | None) -> str | None:
    """The SHA-256 of a file of weights; None for weights that are no file.

    Raises
    ------
    ZooError
        If there is no such file, or it has another ending.
    """
    if weights is None or weights == IMAGENET:
        return None
    path = Path(weights)
    if not weights.endswith(_SUFFIX) or not path.is_file():
        raise ZooError(
            f"weights is {paths.shown(path)!r}; expected a file NAME{_SUFFIX} that is there, or {IMAGENET!r}"
        )
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_imagenet(network: Any, name: str) -> list[str]:
    """Copy what Keras Applications learnt on ImageNet; the names of the layers that got nothing, as the classifier."""
    source = _imagenet(name)

    # Layers without a name of their own are numbered as they are made, so the same one is called differently here.
    for mine, theirs in zip(weighted_layers(network), weighted_layers(source), strict=False):
        if type(mine) is type(theirs):
            theirs.name = mine.name
    left: list[str] = copy_weights(source, network)
    _fold_rescaling(source, network)
    return left


def _imagenet(name: str) -> Any:
    import keras

    try:
        # Keras announces the download on standard output, and warns that it takes what is wanted here: the weights for
        # the size that the network was published with.
        with redirect_stdout(sys.stderr), warnings.catch_warnings(action="ignore", category=UserWarning):
            return getattr(keras.applications, name)(weights="imagenet", include_top=False)
    except Exception as error:  # whatever urllib, h5py or Keras itself make of it
        raise ZooError(
            f"ImageNet's weights of {name} cannot be had: {first_line(error)}; Keras keeps them in the folder models "
            "of KERAS_HOME or ~/.keras: connect to the network once, or put the file there"
        ) from error


def _fold_rescaling(source: Any, network: Any) -> None:
    """Take into the variance of EfficientNet's normalization the further division that comes with ImageNet's weights.

    Keras adds it only where it loads them itself (keras/src/applications/efficientnet.py, TensorFlow's issue 49930).
    """
    import keras

    scales = [layer.scale for layer in source.layers if isinstance(layer, keras.layers.Rescaling)]
    normalizations = [one for one in weighted_layers(network) if isinstance(one, keras.layers.Normalization)]
    for layer in normalizations:
        for scale in (np.asarray(one, np.float32) for one in scales if np.ndim(one)):
            layer.adapt_variance.assign(layer.adapt_variance / scale**2)


def _copy_file(network: Any, path: Path) -> list[str]:
    """Copy what fits of a file of the whole graph, of the network in it, or of Keras' own within that."""
    found = max((_loadable(one, path) for one in (network, *_inner(network))), key=_values)
    left = []
    for layer in weighted_layers(network):
        if all(id(variable) in found for variable in layer.weights):
            for variable in layer.weights:
                assign(variable, found[id(variable)])
        else:
            left.append(layer.name)
    return left


def _loadable(network: Any, path: Path) -> dict[int, Array]:
    """What the file has for the network's variables, by their ids; the network stays as it is.

    Keras does not tell what it passed over: it is what still is no number.
    """
    # With the states of dropout's random draws, which are in the file too and stay this run's own.
    kept = {id(one): (one, to_numpy(one)) for one in (*network.weights, *network.non_trainable_variables)}
    real = [one for one in network.weights if np.issubdtype(to_numpy(one).dtype, np.floating)]
    for variable in real:
        assign(variable, np.full(variable.shape, np.nan, variable.dtype))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.load_weights(path, skip_mismatch=True)
        loaded = {id(one): to_numpy(one) for one in network.weights}
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise ZooError(f"{paths.shown(path)}: no weights that Keras can read: {first_line(error)}") from None
    finally:
        for variable, value in kept.values():
            assign(variable, value)
    return {place: value for place, value in loaded.items() if not np.isnan(value.astype(np.float64)).any()}


def _values(arrays: dict[int, Array]) -> int:
    return sum(array.size for array in arrays.values())


def _inner(network: Any) -> Iterator[Any]:
    for layer in network.layers:
        if hasattr(layer, "layers"):
            yield layer
            yield from _inner(layer)
