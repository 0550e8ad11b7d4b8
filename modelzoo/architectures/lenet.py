"""LeNet-5 in its modern form: ReLU, average pooling, softmax, C3 connected to all maps of S2."""

from typing import Any

import keras
from keras import layers


def build_lenet5(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from pixels 0-1 to logits; 61,706 parameters for 32×32×1 and ten classes.

    References
    ----------
    LeCun, Bottou, Bengio & Haffner (1998), Proc. IEEE 86, 2278-2324, whose layers it keeps. The changes are usual ones.
    ReLU replaces tanh, plain averages replace trained subsampling, and softmax replaces the RBF output. C3 connects
    all 16 × 6 pairs of maps.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, 5, activation="relu", name="c1"),
            layers.AveragePooling2D(2, name="s2"),
            layers.Conv2D(16, 5, activation="relu", name="c3"),
            layers.AveragePooling2D(2, name="s4"),
            layers.Conv2D(120, 5, activation="relu", name="c5"),
            layers.Flatten(name="flat"),
            layers.Dense(84, activation="relu", name="f6"),
            layers.Dense(classes, name="output"),
        ],
        name="lenet5",
    )
