"""LeNet-5 as published in 1998: partly connected maps, trained subsampling, distances to codes, and its loss."""

from typing import Any

import keras
import numpy as np
from keras import initializers, layers, ops
from numpy.typing import NDArray

from modelzoo.architectures.layers import PartialConvolution, RadialBasis
from modelzoo.errors import ZooError

# Table I of the paper: the maps of S2 (six rows) that feed each map of C3 (sixteen columns).
C3_TABLE = (
    "X...XXX..XXXX.XX",
    "XX...XXX..XXXX.X",
    "XXX...XXX..X.XXX",
    ".XXX..XXXX..X.XX",
    "..XXX..XXXX.XX.X",
    "...XXX..XXXX.XXX",
)

_FEATURES = 84
# Weights are drawn uniformly between ±2.4 over the unit's number of inputs (appendix A).
_SPAN = 2.4
# The paper does not state its constant j. This one is the squared distance of a code from the midpoint of two codes.
# So the loss pushes away only wrong codes that are nearer than the midpoint. Training was 5 epochs of Adam on 12,000
# EMNIST images of 47 classes. Top-1 on other images was 77.8 %; with 1 and 168 it was 74.1 and 74.2 %.
_J = 42.0


def build_lenet5_1998(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from pixels -0.1 to 1.175 to logits, which are minus the squared distances to codes.

    60,000 trainable parameters and 840 fixed ones, the codes, for 32×32×1 and ten classes.

    The paper's codes are drawings, 7×12, of the characters of its classes. A builder knows only the number of classes.
    So `codes` returns codes with the same length and values, and the greatest distances.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), Proc. IEEE 86, 2278-2324, section II-B and appendix A.
    """
    table = [[cell == "X" for cell in row] for row in C3_TABLE]
    pixels = keras.Input(input_shape)
    maps = squash(layers.Conv2D(6, 5, **_initializers(25 * input_shape[-1]), name="c1")(pixels))
    maps = squash(_subsample(maps, "s2"))
    maps = squash(PartialConvolution(table, 5, _SPAN, name="c3")(maps))
    maps = squash(_subsample(maps, "s4"))
    maps = squash(layers.Conv2D(120, 5, **_initializers(25 * 16), name="c5")(maps))
    units = layers.Flatten(name="flat")(maps)
    units = squash(layers.Dense(_FEATURES, **_initializers(units.shape[-1]), name="f6")(units))
    return keras.Model(pixels, RadialBasis(codes(classes), name="output")(units), name="lenet5-1998")


def codes(classes: int) -> NDArray[np.int8]:
    """Return a code of 84 values, each 1 or -1, for each class.

    The codes are the rows of a Hadamard matrix, then their negatives from the 85th class on. Two codes differ in 42
    values, a code and its negative in all.

    Raises
    ------
    ZooError
        If there are more than 168 classes.

    References
    ----------
    Paley (1933), J. Math. Phys. 12, 311-320: the matrix of order q + 1 for the prime q = 83.
    """
    if classes > 2 * _FEATURES:
        raise ZooError(f"lenet5-1998 has codes for {2 * _FEATURES} classes, not {classes}; take lenet5")
    prime = _FEATURES - 1
    squares = {number**2 % prime for number in range(1, prime)}
    residues = np.array([0] + [1 if number in squares else -1 for number in range(1, prime)])
    numbers = np.arange(prime)
    skew = np.zeros((_FEATURES, _FEATURES), int)
    skew[0, 1:], skew[1:, 0] = 1, -1
    skew[1:, 1:] = residues[(numbers[:, None] - numbers) % prime]
    rows = skew + np.eye(_FEATURES, dtype=int)
    return np.concatenate([rows, -rows])[:classes].astype(np.int8)


def squash(units: Any) -> Any:
    """Apply the paper's sigmoid, 1.7159 tanh(2/3 a), which maps 1 to 1 and -1 to -1."""
    return 1.7159 * ops.tanh(2 / 3 * units)


def map_loss(labels: Any, logits: Any, *, j: float = _J) -> Any:
    """Compute the paper's loss of each image: the correct code near, the others not nearer than about `j`.

    Parameters
    ----------
    labels : class numbers, (images,) or (images, 1)
    logits : (images, classes), minus the squared distances

    References
    ----------
    Equation 9: the distance to the correct code, plus log(exp(-j) + the sum of exp(-distance) over all classes).
    """
    classes = logits.shape[-1]
    correct = ops.sum(ops.one_hot(ops.reshape(labels, (-1,)), classes, dtype=logits.dtype) * logits, axis=-1)
    others = ops.logsumexp(ops.pad(logits, ((0, 0), (0, 1)), constant_values=-j), axis=-1)
    return others - correct


def _subsample(maps: Any, name: str) -> Any:
    """Return the sum of each 2×2, times a trained coefficient a map, plus a trained bias a map."""
    sums = layers.Rescaling(4.0, name=f"{name}_sums")(layers.AveragePooling2D(2, name=f"{name}_means")(maps))
    return layers.DepthwiseConv2D(1, **_initializers(4, kernel="depthwise"), name=name)(sums)


def _initializers(inputs: int, kernel: str = "kernel") -> dict[str, Any]:
    reach = _SPAN / inputs
    return {f"{kind}_initializer": initializers.RandomUniform(-reach, reach) for kind in (kernel, "bias")}
