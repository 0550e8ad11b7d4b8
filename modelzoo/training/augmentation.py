"""Augmentation: pictures moved, bent, erased and mixed, by figures drawn on the host and applied on the device.

What happens to a picture hangs on seed, epoch and its place in the epoch alone, whichever backend or engine trains:
numpy draws an epoch's figures, a few dozen a picture, and they are inputs of the training graph beside the pictures. So
a resumed run augments as one that ran through, and plain array operations compile where Keras' layers would not.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.recipes.recipe import Augmentation

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

# Nodes of the elastic grid along each side: strokes bend over about a quarter of the picture.
_NODES = 5

# Keeps the figures apart from the order of the pictures, which is drawn from seed and epoch alone.
_STREAM = 1


def draw_figures(
    augmentation: Augmentation, *, seed: int, epoch: int, images: int, batch_size: int, picture: tuple[int, int]
) -> dict[str, Array]:
    """What is done to each picture of an epoch, in the order in which they are trained on.

    Parameters
    ----------
    picture : height and width in pixels

    Returns
    -------
    by name, an array of (images, …); only what the augmentation asks for:
    ``affine`` (2, 3), from a place in the result, in pixels from the middle, to the place in the picture it shows;
    ``bend`` (2, 5, 5), displacements in pixels at the nodes of a grid over the picture;
    ``erase`` (4,), top, left, bottom and right of the rectangle that is blackened, empty where there is none;
    ``partner`` the place in the batch of the picture it is mixed with, ``share`` what is left of the picture itself in
    its label, ``blend`` in each of its pixels, and ``patch`` (4,) the rectangle that is the partner's
    """
    random = np.random.default_rng([seed, epoch, _STREAM])
    figures: dict[str, Array] = {}
    if augmentation.translate or augmentation.rotate or augmentation.zoom or augmentation.shear:
        figures["affine"] = _affine(augmentation, random, images, picture)
    if augmentation.elastic:
        scale = augmentation.elastic * np.asarray(picture)[:, None, None]
        figures["bend"] = (scale * random.normal(size=(images, 2, _NODES, _NODES))).astype(np.float32)
    if augmentation.erase:
        figures["erase"] = _rectangles(
            random.uniform(0.02, 0.25, images) * (random.random(images) < augmentation.erase), random, picture
        )
    if augmentation.mixup or augmentation.cutmix:
        figures |= _mixing(augmentation, random, images, batch_size, picture)
    return figures


def _affine(augmentation: Augmentation, random: np.random.Generator, images: int, picture: tuple[int, int]) -> Floats:
    """The inverse of: shear along the rows, scale, rotate, shift."""
    angle = np.deg2rad(random.uniform(-augmentation.rotate, augmentation.rotate, images))
    slant = np.tan(np.deg2rad(random.uniform(-augmentation.shear, augmentation.shear, images)))
    reach = np.log1p(augmentation.zoom)
    scale = np.exp(random.uniform(-reach, reach, images))
    shift = random.uniform(-augmentation.translate, augmentation.translate, (images, 2)) * np.asarray(picture)
    cos, sin = np.cos(angle) / scale, np.sin(angle) / scale
    # Rows, then columns.
    back = np.stack([np.stack([cos, -sin], -1), np.stack([sin - slant * cos, cos + slant * sin], -1)], axis=1)
    moved = -np.einsum("nij,nj->ni", back, shift)
    return np.concatenate([back, moved[:, :, None]], axis=2).astype(np.float32)


def _rectangles(areas: Array, random: np.random.Generator, picture: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Rectangles of about these shares of the picture, anywhere within it, their sides up to 3 to 1."""
    height, width = picture
    ratio = np.exp(random.uniform(-np.log(3) / 2, np.log(3) / 2, len(areas)))
    tall = np.clip(np.rint(height * np.sqrt(areas * ratio)), 0, height).astype(np.int32)
    wide = np.clip(np.rint(width * np.sqrt(areas / ratio)), 0, width).astype(np.int32)
    top = np.floor(random.random(len(areas)) * (height - tall + 1)).astype(np.int32)
    left = np.floor(random.random(len(areas)) * (width - wide + 1)).astype(np.int32)
    return np.stack([top, left, top + tall, left + wide], axis=1)


def _mixing(
    augmentation: Augmentation, random: np.random.Generator, images: int, batch_size: int, picture: tuple[int, int]
) -> dict[str, Array]:
    """Partners within each batch. With both ways of mixing, each batch gets one by the toss of a coin."""
    batch = np.arange(images) // batch_size
    toss = random.random(batch[-1] + 1) < 0.5
    cut = np.full(images, not augmentation.mixup) if not (augmentation.mixup and augmentation.cutmix) else toss[batch]
    starts = np.arange(0, images, batch_size)
    sizes = np.minimum(batch_size, images - starts).tolist()
    partner = np.concatenate([random.permutation(size) for size in sizes])
    blended = random.beta(augmentation.mixup, augmentation.mixup, images) if augmentation.mixup else np.ones(images)
    kept = random.beta(augmentation.cutmix, augmentation.cutmix, images) if augmentation.cutmix else np.ones(images)
    patch = _rectangles(np.where(cut, 1 - kept, 0), random, picture)
    area = (patch[:, 2] - patch[:, 0]) * (patch[:, 3] - patch[:, 1]) / (picture[0] * picture[1])
    blend = np.where(cut, 1, blended)
    share = np.where(cut, 1 - area, blended)
    return {
        "partner": partner.astype(np.int32),
        "share": share.astype(np.float32),
        "blend": blend.astype(np.float32),
        "patch": patch,
    }


def figure_shapes(augmentation: Augmentation) -> dict[str, tuple[tuple[int, ...], str]]:
    """Shape (of one picture's) and dtype of each figure, as the training graph takes them."""
    drawn = draw_figures(augmentation, seed=0, epoch=0, images=1, batch_size=1, picture=(1, 1))
    return {name: (array.shape[1:], str(array.dtype)) for name, array in drawn.items()}


def change(pictures: Any, figures: Mapping[str, Any]) -> Any:
    """The pictures as the figures say: moved and bent in one interpolation, then mixed, then erased.

    Array operations of the backend, so that it can stand in a compiled step.

    Parameters
    ----------
    pictures : (n, height, width, channels), 0-255
    figures : by name, arrays of (n, …), as `draw_figures` gives them

    Returns
    -------
    (n, height, width, channels), float32, 0-255
    """
    from keras import ops

    pictures = ops.cast(pictures, "float32")
    height, width = pictures.shape[1:3]
    if "affine" in figures or "bend" in figures:
        pictures = _resampled(pictures, *_places(figures, height, width))
    if "partner" in figures:
        partners = ops.take(pictures, figures["partner"], axis=0)
        blend = ops.reshape(figures["blend"], (-1, 1, 1, 1))
        mixed = blend * pictures + (1 - blend) * partners
        pictures = ops.where(_inside(figures["patch"], height, width), partners, mixed)
    if "erase" in figures:
        pictures = ops.where(_inside(figures["erase"], height, width), 0.0, pictures)
    return pictures


def mixed_targets(labels: Array, figures: Mapping[str, Array], *, classes: int, batch_size: int) -> Floats:
    """One-hot targets of (images, classes), shared between each picture's class and its partner's.

    Parameters
    ----------
    labels : (images,) in the order of the figures, which have partners
    """
    places = np.arange(len(labels))
    partners = labels[places // batch_size * batch_size + figures["partner"]]
    targets = np.zeros((len(labels), classes), np.float32)
    # Added, not set: a partner may be of the same class.
    np.add.at(targets, (places, labels), figures["share"])
    np.add.at(targets, (places, partners), 1 - figures["share"])
    return targets


def _places(figures: Mapping[str, Any], height: int, width: int) -> tuple[Any, Any]:
    """The row and the column of the picture that each place of the result shows: two of (n, height, width)."""
    from keras import ops

    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    middle = (height - 1) / 2, (width - 1) / 2
    rows, columns = rows - middle[0], columns - middle[1]
    if "affine" in figures:
        # Each of (n, 1, 1) before the grid.
        factors = ops.transpose(ops.reshape(figures["affine"], (-1, 6)))[:, :, None, None]
        from_rows = factors[0] * rows + factors[1] * columns + factors[2] + middle[0]
        from_columns = factors[3] * rows + factors[4] * columns + factors[5] + middle[1]
    else:
        from_rows, from_columns = rows[None] + middle[0], columns[None] + middle[1]
    if "bend" in figures:
        bent = ops.matmul(ops.matmul(_hats(height), figures["bend"]), _hats(width).T)
        from_rows, from_columns = bent[:, 0] + from_rows, bent[:, 1] + from_columns
    return from_rows, from_columns


def _hats(side: int) -> Floats:
    """The matrix that interpolates between the two nearest nodes of the elastic grid: (side, nodes)."""
    place = np.linspace(0, _NODES - 1, side, dtype=np.float32)
    hats: Floats = np.clip(1 - np.abs(place[:, None] - np.arange(_NODES, dtype=np.float32)), 0, None)
    return hats


def _resampled(pictures: Any, rows: Any, columns: Any) -> Any:
    """The pictures' values at fractional places, bilinear, black outside."""
    from keras import ops

    height, width, channels = pictures.shape[1:]
    top, left = ops.floor(rows), ops.floor(columns)
    down, right = (rows - top)[..., None], (columns - left)[..., None]
    padded = ops.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    flat = ops.reshape(padded, (-1, (height + 2) * (width + 2), channels))

    def at(row: Any, column: Any) -> Any:
        row = ops.cast(ops.clip(row + 1, 0, height + 1), "int32")
        column = ops.cast(ops.clip(column + 1, 0, width + 1), "int32")
        place = ops.reshape(row * (width + 2) + column, (-1, height * width, 1))
        return ops.reshape(ops.take_along_axis(flat, place, axis=1), (-1, height, width, channels))

    above = at(top, left) * (1 - right) + at(top, left + 1) * right
    below = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right
    return above * (1 - down) + below * down


def _inside(rectangles: Any, height: int, width: int) -> Any:
    """Which pixels lie in each picture's rectangle: (n, height, width, 1)."""
    from keras import ops

    top, left, bottom, right = (rectangles[:, place, None, None, None] for place in range(4))
    rows, columns = np.mgrid[:height, :width].astype(np.int32)[..., None]
    return ops.logical_and(
        ops.logical_and(top <= rows, bottom > rows), ops.logical_and(left <= columns, right > columns)
    )
