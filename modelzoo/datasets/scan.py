"""The facts of image files, found by decoding each of them once; no pixels are kept."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

from modelzoo.base.files import cannot_read, read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import plural
from modelzoo.base.threads import map_in_threads
from modelzoo.datasets.image_facts import ImageFacts, KnownFile, read_known, write_known
from modelzoo.datasets.image_folders import ENDINGS, kind_of
from modelzoo.datasets.image_pixels import NoImageError, decode_image, pillow
from modelzoo.datasets.listing import LabeledFile, Listing
from modelzoo.errors import ZooError

# Fewer images are read within seconds.
_MANY = 2000
# The facts of fewer are found again each time.
_SLOW_S = 5


def scan(
    listing: Listing, report: Callable[[str], None]
) -> tuple[list[tuple[LabeledFile, ImageFacts]], list[tuple[LabeledFile, ZooError]]]:
    """Decode all files of a listing, in threads; return images with facts, and broken files with errors.

    Files of a folder that are no images, and have no image's name, are counted in the listing.
    """
    pillow()
    begun, known = perf_counter(), read_known(listing.origin)
    new = [file for file in listing.files if str(file.path) not in known]
    if len(new) >= _MANY:
        report(f"reading {plural(len(new), 'file')} of {shown(listing.origin)}")
    images: list[tuple[LabeledFile, KnownFile]] = []
    broken = []
    scanned = map_in_threads(lambda file: _scan_file(file.path, known), listing.files)
    for file, found in zip(listing.files, scanned, strict=True):
        if isinstance(found, KnownFile):
            images.append((file, found))
        elif isinstance(found, NoImageError) and not listing.named and file.path.suffix.lower() not in ENDINGS:
            listing.others[kind_of(file.path)] += 1
        else:
            broken.append((file, found))
    if perf_counter() - begun > _SLOW_S:
        write_known(listing.origin, {str(file.path): found for file, found in images})
    return [(file, found.facts) for file, found in images], broken


def _scan_file(path: Path, known: Mapping[str, KnownFile]) -> KnownFile | ZooError:
    """Return the facts of an image, or the error of another file."""
    try:
        status = path.stat()
        if (entry := known.get(str(path))) and entry.is_of(status):
            return entry
        data = read_bytes(path)
    except OSError as error:
        return cannot_read(path, error)
    except ZooError as error:
        return error
    try:
        image, kinds = decode_image(data)
    except ZooError as error:
        return type(error)(f"{shown(path)} {error}")
    pixels = hashlib.sha256(f"{image.mode} {image.size}".encode() + image.tobytes()).hexdigest()
    digest = hashlib.sha256(data).hexdigest()
    facts = ImageFacts(digest, pixels, image.width, image.height, image.mode == "L", kinds)
    return KnownFile(status.st_size, status.st_mtime_ns, facts)
