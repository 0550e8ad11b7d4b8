"""Parts of several families, as functions from maps to maps; they take tensors and symbolic tensors.

Maps have the shape (images, height, width, channels). A layer with strides pads all sides equally, as the reference
implementations do. Keras' ``same`` pads an even map at its lower right only.
"""

from collections.abc import Callable
from typing import Any

from keras import initializers, layers, ops

Activation = Callable[[Any], Any]


def convolve_each(maps: Any, kernel: int, *, strides: int = 1) -> Any:
    """Apply a depthwise convolution without bias: one filter for each map."""
    return layers.DepthwiseConv2D(
        kernel,
        strides,
        padding="same" if strides == 1 else "valid",
        use_bias=False,
        depthwise_initializer=initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
    )(maps if strides == 1 else _pad(maps, kernel))


def normalize(maps: Any) -> Any:
    """Apply batch normalization with a momentum of 0.9."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(maps)


def rectify(maps: Any) -> Any:
    """Apply ReLU."""
    return layers.ReLU()(maps)


def rectify_leaky(maps: Any) -> Any:
    """Apply a leaky ReLU with a negative slope of 0.1, as in Darknet."""
    return layers.LeakyReLU(negative_slope=0.1)(maps)


def convolve_normalized(
    maps: Any, filters: int, kernel: int, *, strides: int = 1, groups: int = 1, activation: Activation | None = rectify
) -> Any:
    """Apply a convolution without bias, batch normalization, and the activation if any.

    Height and width are divided by `strides` and rounded up. The initialization is that of He et al. (2015), arXiv
    1502.01852, by the fan-out.
    """
    convolution = layers.Conv2D(
        filters,
        kernel,
        strides,
        padding="same" if strides == 1 else "valid",
        groups=groups,
        use_bias=False,
        kernel_initializer=initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal"),
    )
    maps = normalize(convolution(maps if strides == 1 else _pad(maps, kernel)))
    return activation(maps) if activation else maps


def pool_padded(maps: Any) -> Any:
    """Return the maximum of each 3×3 with strides of 2, after padding by one.

    The padding repeats the edge, which is in the same window, so that it never counts. Minus infinity would give the
    same maxima, and 8-bit numbers a useless range.
    """
    padded = ops.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    return layers.MaxPooling2D(3, 2)(padded)


def pool_rounding_up(maps: Any) -> Any:
    """Return the maximum of each 3×3 with strides of 2.

    The last window may exceed the edge by one, as in Caffe. The maps must not be negative: the padding is zero.
    """
    height, width = maps.shape[1:3]
    over = ((0, 1 - height % 2), (0, 1 - width % 2))
    return layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(over)(maps))


def average_padded(maps: Any) -> Any:
    """Return the mean of each 3×3 with strides of 2, including the zeros of the padding."""
    return layers.AveragePooling2D(3, 2)(_pad(maps, 3))


def shuffle_channels(maps: Any, groups: int) -> Any:
    """Order the channels: the first of each group, then the second of each group, and so on.

    References
    ----------
    Zhang, Zhou, Lin & Sun (2018), arXiv 1707.01083, figure 1.
    """
    _, height, width, channels = maps.shape
    grouped = ops.reshape(maps, (-1, height, width, groups, channels // groups))
    return ops.reshape(ops.transpose(grouped, (0, 1, 2, 4, 3)), (-1, height, width, channels))


def squeeze_and_excite(maps: Any, squeezed: int) -> Any:
    """Scale each map by a gate, 0-1, computed from the means of all maps through `squeezed` units.

    References
    ----------
    Hu, Shen, Albanie, Sun & Wu (2020), arXiv 1709.01507.
    """
    means = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    hidden = layers.Conv2D(squeezed, 1, activation="relu", kernel_initializer="he_normal")(means)
    gates = layers.Conv2D(maps.shape[-1], 1, activation="sigmoid")(hidden)
    return layers.Multiply()([maps, gates])


def local_response_normalization(
    maps: Any, *, neighbors: int = 5, bias: float = 2.0, alpha: float = 1e-4, beta: float = 0.75
) -> Any:
    """Divide each value by (`bias` + `alpha` × the squares of `neighbors` channels at its pixel) ** `beta`.

    References
    ----------
    Krizhevsky, Sutskever & Hinton (2012), section 3.3, where k, n, α, β have these values. Caffe divides α by n.
    """
    channels, reach = maps.shape[-1], neighbors // 2
    squares = ops.pad(ops.square(maps), ((0, 0), (0, 0), (0, 0), (reach, reach)))
    total = squares[..., :channels]
    for shift in range(1, neighbors):
        total = total + squares[..., shift : shift + channels]
    return maps / (bias + alpha * total) ** beta


def classify(maps: Any, classes: int, *, dropout: float = 0.0) -> Any:
    """Compute the mean of each map, and from the means one logit a class."""
    means = layers.GlobalAveragePooling2D()(maps)
    if dropout:
        means = layers.Dropout(dropout)(means)
    return layers.Dense(classes, kernel_initializer=initializers.RandomNormal(stddev=0.01), name="logits")(means)


def _pad(maps: Any, kernel: int) -> Any:
    return maps if kernel == 1 else layers.ZeroPadding2D(kernel // 2)(maps)
