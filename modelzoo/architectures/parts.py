"""What several families are made of, as functions from maps to maps; they work on tensors and on symbolic ones.

Maps have the shape (images, height, width, channels). Where a layer strides, it pads alike on all sides, as the
reference implementations do; Keras' own ``same`` pads an even map at its lower right only.
"""

from collections.abc import Callable
from typing import Any

Activation = Callable[[Any], Any]


def convolve(maps: Any, filters: int, kernel: int, *, strides: int = 1, groups: int = 1) -> Any:
    """A convolution without bias that keeps height and width, divided by `strides` and rounded up.

    Its weights are drawn as He et al. (2015), arXiv 1502.01852, do for what a unit sends on.
    """
    from keras import initializers, layers

    return layers.Conv2D(
        filters,
        kernel,
        strides,
        padding="same" if strides == 1 else "valid",
        groups=groups,
        use_bias=False,
        kernel_initializer=initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
    )(maps if strides == 1 else _pad(maps, kernel))


def convolve_each(maps: Any, kernel: int, *, strides: int = 1) -> Any:
    """A depthwise convolution without bias: one filter for each map."""
    from keras import initializers, layers

    return layers.DepthwiseConv2D(
        kernel,
        strides,
        padding="same" if strides == 1 else "valid",
        use_bias=False,
        depthwise_initializer=initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
    )(maps if strides == 1 else _pad(maps, kernel))


def normalize(maps: Any) -> Any:
    """Batch normalization whose running statistics keep nine tenths at each step."""
    from keras import layers

    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(maps)


def rectify(maps: Any) -> Any:
    """ReLU."""
    from keras import layers

    return layers.ReLU()(maps)


def rectify_leaky(maps: Any) -> Any:
    """ReLU that lets a tenth of the negative through, as Darknet's."""
    from keras import layers

    return layers.LeakyReLU(negative_slope=0.1)(maps)


def convolve_normalized(
    maps: Any, filters: int, kernel: int, *, strides: int = 1, groups: int = 1, activation: Activation | None = rectify
) -> Any:
    """A convolution, its batch normalization, and the activation if any."""
    maps = normalize(convolve(maps, filters, kernel, strides=strides, groups=groups))
    return activation(maps) if activation else maps


def pool_padded(maps: Any) -> Any:
    """The greatest of 3×3 at every second place, with one place that never wins around the map."""
    from keras import layers, ops

    padded = ops.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=float("-inf"))
    return layers.MaxPooling2D(3, 2)(padded)


def pool_rounding_up(maps: Any) -> Any:
    """The greatest of 3×3 at every second place; the last window may reach over the edge by one, as Caffe's do.

    The maps must not be negative: what lies over the edge is zero.
    """
    from keras import layers

    height, width = maps.shape[1:3]
    over = ((0, 1 - height % 2), (0, 1 - width % 2))
    return layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(over)(maps))


def average_padded(maps: Any) -> Any:
    """The mean of 3×3 at every second place, zeros around the map counted."""
    from keras import layers

    return layers.AveragePooling2D(3, 2)(_pad(maps, 3))


def shuffle_channels(maps: Any, groups: int) -> Any:
    """The channels dealt out anew, the first of each group first, then the second of each.

    References
    ----------
    Zhang, Zhou, Lin & Sun (2018), arXiv 1707.01083, figure 1.
    """
    from keras import ops

    _, height, width, channels = maps.shape
    grouped = ops.reshape(maps, (-1, height, width, groups, channels // groups))
    return ops.reshape(ops.transpose(grouped, (0, 1, 2, 4, 3)), (-1, height, width, channels))


def squeeze_and_excite(maps: Any, squeezed: int) -> Any:
    """Each map times a share, 0-1, that is computed from the means of all maps through `squeezed` units.

    References
    ----------
    Hu, Shen, Albanie, Sun & Wu (2020), arXiv 1709.01507.
    """
    from keras import layers

    means = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    hidden = layers.Conv2D(squeezed, 1, activation="relu", kernel_initializer="he_normal")(means)
    shares = layers.Conv2D(maps.shape[-1], 1, activation="sigmoid")(hidden)
    return layers.Multiply()([maps, shares])


def local_response_normalization(
    maps: Any, *, neighbors: int = 5, bias: float = 2.0, alpha: float = 1e-4, beta: float = 0.75
) -> Any:
    """Each value over (`bias` + `alpha` × the squares of its `neighbors` channels at the same place) ** `beta`.

    References
    ----------
    Krizhevsky, Sutskever & Hinton (2012), section 3.3, where k, n, α, β have these values. Caffe divides α by n.
    """
    from keras import ops

    channels, reach = maps.shape[-1], neighbors // 2
    squares = ops.pad(ops.square(maps), ((0, 0), (0, 0), (0, 0), (reach, reach)))
    total = squares[..., :channels]
    for shift in range(1, neighbors):
        total = total + squares[..., shift : shift + channels]
    return maps / (bias + alpha * total) ** beta


def classify(maps: Any, classes: int, *, dropout: float = 0.0) -> Any:
    """The mean of each map, and from them one logit a class."""
    from keras import initializers, layers

    means = layers.GlobalAveragePooling2D()(maps)
    if dropout:
        means = layers.Dropout(dropout)(means)
    return layers.Dense(classes, kernel_initializer=initializers.RandomNormal(stddev=0.01), name="logits")(means)


def _pad(maps: Any, kernel: int) -> Any:
    from keras import layers

    return maps if kernel == 1 else layers.ZeroPadding2D(kernel // 2)(maps)
