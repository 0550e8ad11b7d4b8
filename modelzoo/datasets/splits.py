"""The geometry and channels of a network's input, and the validation split cut from the training images."""

from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from modelzoo.datasets.dataset import Split
from modelzoo.datasets.image_pixels import Mode
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    import numpy.typing as npt

# EMNIST Balanced's proportion: 18,800 of 112,800 training images, as many as its test split has.
VALIDATION_SHARE = 1 / 6
# A benchmark takes no more, as many as the slides: more images would hardly make accuracies more precise.
MOST_VALIDATION = 18_800

# Images of one size up to this side, as EMNIST's, are read into memory and padded. Most networks take no smaller input.
SMALL = 32


def fit_geometry(images: Any, *, size: tuple[int, int], mode: Mode, channels: Literal[1, 3]) -> Any:
    """Convert images to the size and the channels of a network's input, still 0-255.

    It works on arrays of any backend, and on Keras' symbolic tensors: a network's graph can begin with it.

    Parameters
    ----------
    images : (n, height, width) or (n, height, width, 1 or 3)
    size : width and height in pixels
    mode : "pad" puts zeros around the image, "resize" interpolates bilinearly. "crop" interpolates the largest
        centered part of the wanted aspect ratio

    Returns
    -------
    (n, height, width, channels): float32 where resized, else of the same type
    """
    from keras import ops

    if len(images.shape) == 3:
        images = ops.expand_dims(images, -1)
    width, height = size
    rows, columns, stored = (int(length) for length in images.shape[1:])
    check_geometry((columns, rows), size, mode)
    if (rows, columns) != (height, width):
        if mode == "pad":
            above, left = (height - rows) // 2, (width - columns) // 2
            beyond = ((0, 0), (above, height - rows - above), (left, width - columns - left), (0, 0))
            images = ops.pad(images, beyond)
        else:
            images = ops.image.resize(
                ops.cast(images, "float32"),
                (height, width),
                crop_to_aspect_ratio=mode == "crop",
                data_format="channels_last",
            )
    if stored == channels:
        return images
    if stored == 1:
        return ops.repeat(images, channels, axis=-1)
    raise ZooError(
        f"the images have {stored} channels and the network takes {channels}; "
        f"set input.channels = {stored} in the recipe"
    )


def check_geometry(image: tuple[int, int], size: tuple[int, int], mode: str) -> None:
    """Reject an impossible input size; both sizes are (width, height) in pixels."""
    if mode not in get_args(Mode):
        raise ZooError(f"mode is {mode!r}; expected 'pad', 'resize' or 'crop'")
    if min(size) < 1:
        raise ZooError(f"size is {size[0]}×{size[1]}; expected width and height of at least 1 pixel")
    if mode == "pad" and (size[0] < image[0] or size[1] < image[1]):
        raise ZooError(
            f"{image[0]}×{image[1]} images cannot be padded to {size[0]}×{size[1]}, which is smaller; use crop"
        )


def validation_size(images: int) -> int:
    """Return the default number of validation images: a sixth, EMNIST Balanced's proportion."""
    return round(images * VALIDATION_SHARE)


def cut_validation(split: Split, count: int, seed: int) -> tuple[Split, Split]:
    """Cut `count` validation images from a split; return the remaining images and the validation images.

    Each class gives its share, rounded so that the counts add up, and keeps at least one image. The seed chooses the
    images. Both keep the order of the split.
    """
    most = len(split) - len(np.unique(split.labels))
    if not 0 < count <= most:
        raise ZooError(
            f"{count:,} validation images of {len(split):,}; expected at least 1, and at most {most:,}: each class "
            "keeps an image to train on"
        )
    chosen = stratified(split.labels, count, seed, left=1)
    remaining = np.ones(len(split), bool)
    remaining[chosen] = False
    return split.take(remaining), split.take(chosen)


def limit_split(split: Split, count: int, seed: int) -> Split:
    """Draw `count` images by the shares of the classes, at least one of each, in the order of the split."""
    chosen = stratified(split.labels, count, seed, least=1)
    return split.take(chosen)


def stratified(
    labels: "npt.NDArray[np.int64]", count: int, seed: int, *, least: int = 0, left: int = 0
) -> "npt.NDArray[np.intp]":
    """Draw the indices, in ascending order, of `count` labels by the shares of the classes.

    Parameters
    ----------
    least, left : labels of each class that are drawn, and that are not drawn, at least
    """
    random = np.random.default_rng(seed)
    _, sizes = np.unique(labels, return_counts=True)
    by_class = np.split(np.argsort(labels, kind="stable"), np.cumsum(sizes)[:-1])
    shares = _shares(sizes, count, least, left)
    drawn = [random.permutation(indices)[:share] for indices, share in zip(by_class, shares, strict=True)]
    return np.sort(np.concatenate(drawn))


def keeps_rare_classes(labels: "npt.NDArray[np.int64]", count: int, *, least: int = 0, left: int = 0) -> bool:
    """Return whether the bounds of `stratified` change the share of a class; other cuts are as without bounds."""
    _, sizes = np.unique(labels, return_counts=True)
    return not np.array_equal(_shares(sizes, count, least, left), _shares(sizes, count, 0, 0))


def _shares(sizes: "npt.NDArray[np.intp]", count: int, least: int, left: int) -> "npt.NDArray[np.intp]":
    """Return the share of each class in `count` images."""
    exact = sizes * (count / sizes.sum())
    low, high = np.minimum(least, sizes), np.maximum(sizes - left, 0)
    shares: npt.NDArray[np.intp] = np.clip(np.floor(exact).astype(np.intp), low, high)
    # The shares that are farthest from their exact values change by one; at a tie, those of the lower classes.
    while missing := count - int(shares.sum()):
        step = 1 if missing > 0 else -1
        free = np.flatnonzero(shares < high if step > 0 else shares > low)
        farthest = np.argsort((shares - exact)[free] * step, kind="stable")
        shares[free[farthest[: abs(missing)]]] += step
    return shares
