"""The division of images into train, validation and test, by class, content and seed."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from modelzoo.base.text import first_of, quote
from modelzoo.datasets.listing import PARTS
from modelzoo.errors import ZooError

Value = TypeVar("Value", int, str)
Shares = tuple[int, int, int]

# Percent of the images in train, validation and test, as an option has them and as numbers.
SPLIT = "70/15/15"
SHARES: Shares = (70, 15, 15)

# All runs on a folder use one division, so that they differ by training alone.
_SEED = 0
_NAMED = 3


def shares_of(text: str) -> Shares:
    """Parse shares such as ``70/15/15``, in percent."""
    parts = [int(part) if part.strip().isdecimal() else 0 for part in text.split("/")]
    if len(parts) != len(PARTS) or min(parts) < 1 or sum(parts) != 100:
        raise ZooError(
            f"`split` is {quote(text)}; expected percentages of train, validation and test from 1 that add up to 100, "
            "as 70/15/15"
        )
    return parts[0], parts[1], parts[2]


def require_no_shares(shares: Shares, where: str) -> None:
    """Refuse other shares than the usual ones for a data set that has splits."""
    if shares != SHARES:
        raise ZooError(f"{where} has splits of its own; leave out `split`")


def divide(labels: Sequence[int], digests: Sequence[str], copies: Sequence[str], *, shares: Sequence[int]) -> list[int]:
    """Divide the images of each class by shares; return the index of the share for each image.

    Equal images get one share. Each class has an image in each share if it has as many different images; the first
    share comes first. Images are ordered by a hash, so that added images move few others.

    Parameters
    ----------
    digests : of the content of the files
    copies : equal for equal images; an image under two labels counts for the first one
    """
    label_of, digest_of = _first(labels, copies), _first(digests, copies)
    ordered = sorted(label_of, key=lambda image: hashlib.sha256(f"{_SEED} {digest_of[image]}".encode()).digest())
    images_of: dict[int, list[str]] = {}
    for image in ordered:
        images_of.setdefault(label_of[image], []).append(image)
    share_of = {
        image: index
        for images in images_of.values()
        for image, index in zip(images, _indices(len(images), shares), strict=True)
    }
    return [share_of[image] for image in copies]


def require_images(classes: Sequence[str], labels: Sequence[int], copies: Sequence[str], where: str) -> None:
    """Refuse classes that have fewer different images than there are splits."""
    counts = np.bincount(list(_first(labels, copies).values()), minlength=len(classes)).tolist()
    few = [f"{quote(name)} has {count}" for name, count in zip(classes, counts, strict=True) if count < len(PARTS)]
    if few:
        raise ZooError(
            f"{where}: class {first_of(few, _NAMED)}; expected 3 different images at least, one for each of train, "
            "validation and test: add images, or remove the class"
        )


def _first(values: Sequence[Value], copies: Sequence[str]) -> dict[str, Value]:
    """Return the least value of each different image."""
    least: dict[str, Value] = {}
    for value, image in sorted(zip(values, copies, strict=True)):
        least.setdefault(image, value)
    return least


def _indices(count: int, shares: Sequence[int]) -> list[int]:
    """Return the index of the share for each of `count` ordered images."""
    bounds = np.rint(np.cumsum(shares) / sum(shares) * count).astype(int)
    for at in range(len(bounds)):  # an image in each share, as far as there are any
        low = bounds[at - 1] + 1 if at else 1
        bounds[at] = min(max(bounds[at], low), max(count - (len(bounds) - 1 - at), low))
    return [int(index) for index in np.searchsorted(bounds, np.arange(count), side="right")]
