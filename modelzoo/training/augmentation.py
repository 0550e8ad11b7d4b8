"""Augmentation: images moved, bent, erased and mixed, by transforms drawn on the host and applied on the device.

An image's transforms depend only on seed, epoch and its index in the epoch, under each backend and engine. Numpy draws
them, a few dozen numbers an image, and they are inputs of the training graph. So a resumed run augments like an
uninterrupted one, and plain array operations compile where Keras' layers would not.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.recipes.recipe import Augmentation

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

# Nodes of the elastic grid along each side: strokes bend over about a quarter of an image.
_NODES = 5

# Separates these draws from the order of the images, which is drawn from seed and epoch.
_STREAM = 1


def sample_transforms(
    augmentation: Augmentation, *, seed: int, epoch: int, images: int, batch_size: int, size: tuple[int, int]
) -> dict[str, Array]:
    """Draw the transforms of each image of an epoch, in the order of training.

    Parameters
    ----------
    size : height and width in pixels

    Returns
    -------
    arrays of (images, …) by name; only the transforms of the augmentation:

    - ``affine`` (2, 3), from a position in the result to its position in the image, in pixels from the center
    - ``bend`` (2, 5, 5), displacements in pixels at the nodes of a grid over the image
    - ``erase`` (4,), top, left, bottom and right of the blackened rectangle, which may be empty
    - ``partner``, the index in the batch of the image to mix with
    - ``share``, the image's share of the label
    - ``blend``, the image's share of each pixel
    - ``patch`` (4,), the rectangle that the partner fills
    - ``mirror``, whether the image is mirrored
    """
    random = np.random.default_rng([seed, epoch, _STREAM])
    transforms: dict[str, Array] = {}
    if augmentation.translate or augmentation.rotate or augmentation.zoom or augmentation.shear:
        transforms["affine"] = _affine(augmentation, random, images, size)
    if augmentation.elastic:
        scale = augmentation.elastic * np.asarray(size)[:, None, None]
        transforms["bend"] = (scale * random.normal(size=(images, 2, _NODES, _NODES))).astype(np.float32)
    if augmentation.erase:
        transforms["erase"] = _rectangles(
            random.uniform(0.02, 0.25, images) * (random.random(images) < augmentation.erase), random, size
        )
    if augmentation.mixup or augmentation.cutmix:
        transforms |= _mixing(augmentation, random, images, batch_size, size)
    if augmentation.flip:  # drawn last, so that the other transforms are as without it
        transforms["mirror"] = random.random(images) < augmentation.flip
    return transforms


def _affine(augmentation: Augmentation, random: np.random.Generator, images: int, size: tuple[int, int]) -> Floats:
    """Draw the inverse of four moves in this order: shear along the rows, scale, rotate, shift."""
    angle = np.deg2rad(random.uniform(-augmentation.rotate, augmentation.rotate, images))
    slant = np.tan(np.deg2rad(random.uniform(-augmentation.shear, augmentation.shear, images)))
    reach = np.log1p(augmentation.zoom)
    scale = np.exp(random.uniform(-reach, reach, images))
    shift = random.uniform(-augmentation.translate, augmentation.translate, (images, 2)) * np.asarray(size)
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    # Rows, then columns.
    back = np.stack([np.stack([cos, -sin], -1), np.stack([sin - slant * cos, cos + slant * sin], -1)], axis=1)
    moved = -np.einsum("nij,nj->ni", back, shift)
    return np.concatenate([back, moved[:, :, None]], axis=2).astype(np.float32)


def _rectangles(areas: Array, random: np.random.Generator, size: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Draw rectangles of about these shares of the image, anywhere within it, with sides up to 3 to 1."""
    height, width = size
    ratio = np.exp(random.uniform(-np.log(3) / 2, np.log(3) / 2, len(areas)))
    tall = np.clip(np.rint(height * np.sqrt(areas * ratio)), 0, height).astype(np.int32)
    wide = np.clip(np.rint(width * np.sqrt(areas / ratio)), 0, width).astype(np.int32)
    top = np.floor(random.random(len(areas)) * (height - tall + 1)).astype(np.int32)
    left = np.floor(random.random(len(areas)) * (width - wide + 1)).astype(np.int32)
    return np.stack([top, left, top + tall, left + wide], axis=1)


def _mixing(
    augmentation: Augmentation, random: np.random.Generator, images: int, batch_size: int, size: tuple[int, int]
) -> dict[str, Array]:
    """Draw partners within each batch; a coin toss chooses mixup or CutMix for a batch where both are on."""
    batch = np.arange(images) // batch_size
    toss = random.random(batch[-1] + 1) < 0.5
    cut = np.full(images, not augmentation.mixup) if not (augmentation.mixup and augmentation.cutmix) else toss[batch]
    starts = np.arange(0, images, batch_size)
    counts = np.minimum(batch_size, images - starts).tolist()
    partner = np.concatenate([random.permutation(count) for count in counts])
    blended = random.beta(augmentation.mixup, augmentation.mixup, images) if augmentation.mixup else np.ones(images)
    uncut = random.beta(augmentation.cutmix, augmentation.cutmix, images) if augmentation.cutmix else np.ones(images)
    patch = _rectangles(np.where(cut, 1 - uncut, 0), random, size)
    area = (patch[:, 2] - patch[:, 0]) * (patch[:, 3] - patch[:, 1]) / (size[0] * size[1])
    blend = np.where(cut, 1, blended)
    share = np.where(cut, 1 - area, blended)
    return {
        "partner": partner.astype(np.int32),
        "share": share.astype(np.float32),
        "blend": blend.astype(np.float32),
        "patch": patch,
    }


def transform_shapes(augmentation: Augmentation) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shape, without the axis of images, and the dtype of each transform in the training graph."""
    transforms = sample_transforms(augmentation, seed=0, epoch=0, images=1, batch_size=1, size=(1, 1))
    return {name: (array.shape[1:], str(array.dtype)) for name, array in transforms.items()}


def apply_transforms(images: Any, transforms: Mapping[str, Any]) -> Any:
    """Apply the transforms to the images: mirror, move and bend in one interpolation, then mix, then erase.

    The backend's array operations compute the result, so that a compiled step can include them.

    Parameters
    ----------
    images : (n, height, width, channels), 0-255
    transforms : arrays of (n, …) by name, a result of `sample_transforms`

    Returns
    -------
    (n, height, width, channels), float32, 0-255
    """
    from keras import ops

    images = ops.cast(images, "float32")
    height, width = images.shape[1:3]
    if "mirror" in transforms:
        images = ops.where(ops.reshape(transforms["mirror"], (-1, 1, 1, 1)), ops.flip(images, axis=2), images)
    if "affine" in transforms or "bend" in transforms:
        images = _resampled(images, *_positions(transforms, height, width))
    if "partner" in transforms:
        partners = ops.take(images, transforms["partner"], axis=0)
        blend = ops.reshape(transforms["blend"], (-1, 1, 1, 1))
        mixed = blend * images + (1 - blend) * partners
        images = ops.where(_inside(transforms["patch"], height, width), partners, mixed)
    if "erase" in transforms:
        images = ops.where(_inside(transforms["erase"], height, width), 0.0, images)
    return images


def mixed_targets(labels: Array, transforms: Mapping[str, Array], *, classes: int, batch_size: int) -> Floats:
    """Return targets of (images, classes), shared between the classes of each image and of its partner.

    Parameters
    ----------
    labels : (images,) in the order of the transforms, which include partners
    """
    rows = np.arange(len(labels))
    partners = labels[rows // batch_size * batch_size + transforms["partner"]]
    targets = np.zeros((len(labels), classes), np.float32)
    # Added, not set: a partner may be of the same class.
    np.add.at(targets, (rows, labels), transforms["share"])
    np.add.at(targets, (rows, partners), 1 - transforms["share"])
    return targets


def _positions(transforms: Mapping[str, Any], height: int, width: int) -> tuple[Any, Any]:
    """Return row and column in the image for each pixel of the result: two arrays of (n, height, width)."""
    from keras import ops

    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    middle = (height - 1) / 2, (width - 1) / 2
    rows, columns = rows - middle[0], columns - middle[1]
    if "affine" in transforms:
        # Each of (n, 1, 1) before the grid.
        factors = ops.transpose(ops.reshape(transforms["affine"], (-1, 6)))[:, :, None, None]
        from_rows = factors[0] * rows + factors[1] * columns + factors[2] + middle[0]
        from_columns = factors[3] * rows + factors[4] * columns + factors[5] + middle[1]
    else:
        from_rows, from_columns = rows[None] + middle[0], columns[None] + middle[1]
    if "bend" in transforms:
        bent = ops.matmul(ops.matmul(_hats(height), transforms["bend"]), _hats(width).T)
        from_rows, from_columns = bent[:, 0] + from_rows, bent[:, 1] + from_columns
    return from_rows, from_columns


def _hats(side: int) -> Floats:
    """Return the matrix (side, nodes) that interpolates between the two nearest nodes of the elastic grid."""
    position = np.linspace(0, _NODES - 1, side, dtype=np.float32)
    hats: Floats = np.clip(1 - np.abs(position[:, None] - np.arange(_NODES, dtype=np.float32)), 0, None)
    return hats


def _resampled(images: Any, rows: Any, columns: Any) -> Any:
    """Return the images' values at fractional positions, by bilinear interpolation; the outside is black."""
    from keras import ops

    height, width, channels = images.shape[1:]
    top, left = ops.floor(rows), ops.floor(columns)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    padded = ops.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    flat = ops.reshape(padded, (-1, (height + 2) * (width + 2), channels))

    def at(row: Any, column: Any) -> Any:
        row = ops.cast(ops.clip(row + 1, 0, height + 1), "int32")
        column = ops.cast(ops.clip(column + 1, 0, width + 1), "int32")
        index = ops.reshape(row * (width + 2) + column, (-1, height * width, 1))
        return ops.reshape(ops.take_along_axis(flat, index, axis=1), (-1, height, width, channels))

    above = at(top, left) * (1 - right) + at(top, left + 1) * right
    below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return above * (1 - down) + below * down


def _inside(rectangles: Any, height: int, width: int) -> Any:
    """Return the mask (n, height, width, 1) of the pixels in each image's rectangle."""
    from keras import ops

    top, left, bottom, right = (rectangles[:, side, None, None, None] for side in range(4))
    rows, columns = np.mgrid[:height, :width].astype(np.int32)[..., None]
    return ops.logical_and(
        ops.logical_and(top <= rows, bottom > rows), ops.logical_and(left <= columns, right > columns)
    )
