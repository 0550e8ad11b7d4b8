"""The facts of image files, found by decoding each of them once; no pixels are kept."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from modelzoo.base.files import read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import plural
from modelzoo.datasets.image_folders import ENDINGS, kind_of
from modelzoo.datasets.image_pixels import NoImageError, decode_image, pillow
from modelzoo.datasets.listing import LabeledFile, Listing
from modelzoo.errors import ZooError

# Fewer images are read within seconds.
_MANY = 2000


class ImageFacts(msgspec.Struct, frozen=True):
    """The facts of an image: digests of its file and pixels, its upright size, and the kinds of `decode_image`."""

    digest: str
    pixel_digest: str
    width: int
    height: int
    gray: bool
    kinds: tuple[str, ...]


def scan(
    listing: Listing, report: Callable[[str], None]
) -> tuple[list[tuple[LabeledFile, ImageFacts]], list[tuple[LabeledFile, ZooError]]]:
    """Decode all files of a listing, in threads; return images with facts, and broken files with errors.

    Files of a folder that are no images, and have no image's name, are counted in the listing.
    """
    pillow()
    if len(listing.files) >= _MANY:
        report(f"reading {plural(len(listing.files), 'file')} of {shown(listing.origin)}")
    images, broken = [], []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, found in zip(listing.files, pool.map(_scan_file, (file.path for file in listing.files)), strict=True):
            if isinstance(found, ImageFacts):
                images.append((file, found))
            elif isinstance(found, NoImageError) and not listing.named and file.path.suffix.lower() not in ENDINGS:
                listing.others[kind_of(file.path)] += 1
            else:
                broken.append((file, found))
    return images, broken


def _scan_file(path: Path) -> ImageFacts | ZooError:
    """Return the facts of an image, or the error of another file."""
    try:
        data = read_bytes(path)
    except ZooError as error:
        return error
    try:
        image, kinds = decode_image(data)
    except ZooError as error:
        return type(error)(f"{shown(path)} {error}")
    pixels = hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes())
    digest = hashlib.sha256(data).hexdigest()
    return ImageFacts(digest, pixels.hexdigest(), image.width, image.height, image.mode == "L", kinds)
