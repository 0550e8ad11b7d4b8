"""The splits of labeled image files: read, divided, and in an order that their content gives."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.datasets.dataset import Split
from modelzoo.datasets.division import SHARES, Shares, divide, require_images, require_no_shares
from modelzoo.datasets.image_facts import ImageFacts
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.image_notes import PlacedImage, notes_of
from modelzoo.datasets.listing import PARTS, LabeledFile, Listing, all_problems
from modelzoo.datasets.scan import scan
from modelzoo.datasets.splits import SMALL
from modelzoo.errors import ZooError


def ignore(text: str) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class ImageOptions:
    """Ways to read image files: shares of the splits in percent, and whether broken files are left out."""

    shares: Shares = SHARES
    skip_broken: bool = False
    report: Callable[[str], None] = ignore


@dataclass(frozen=True)
class LabeledImages:
    """The splits of labeled image files, the digest of each, the number of files of each kind, and notes."""

    splits: Mapping[str, Split]
    checksums: Mapping[str, str]
    kinds: Mapping[str, int]
    notes: tuple[str, ...]


def load_images(listing: Listing, options: ImageOptions) -> LabeledImages:
    """Read the images of a listing, and divide those that have no split.

    The images of a split are ordered by class, then by digest: the names of files change nothing.

    Raises
    ------
    ZooError
        If files cannot be decoded, unless the options leave them out. If a class or split lacks images.
    """
    found, broken = scan(listing, options.report)
    if broken and not options.skip_broken:
        advice = "; mend or remove them, or leave them out with `skip_broken`"
        raise all_problems([str(error) for _, error in broken], "image", advice)
    images = sorted(
        PlacedImage(PARTS.index(part), file.label, facts.digest, file.name, file.path, facts)
        for part, (file, facts) in zip(_parts(listing, found, options.shares), found, strict=True)
    )
    _require_parts(listing, images)
    files = _image_files(images)
    small = (size := files.one_size) is not None and max(size) <= SMALL
    labels = np.array([image.label for image in images], np.int64)
    whole = Split(files.read() if small else files, labels, np.array([image.name for image in images]))
    parts = np.array([image.part for image in images])
    return LabeledImages(
        splits={part: whole.take(np.flatnonzero(parts == index)) for index, part in enumerate(PARTS)},
        checksums={
            part: _digest((image.digest, listing.classes[image.label]) for image in images if image.part == index)
            for index, part in enumerate(PARTS)
        },
        kinds=dict(Counter(kind for _, facts in found for kind in facts.kinds).most_common()),
        notes=notes_of(listing, images, [file.name for file, _ in broken]),
    )


def _parts(listing: Listing, found: Sequence[tuple[LabeledFile, ImageFacts]], shares: Shares) -> list[str]:
    """Return the split of each image: as the user chose it, else by the shares."""
    parts = [file.part for file, _ in found]
    whole = "" in parts or not parts
    if not whole and "validation" in parts:
        require_no_shares(shares, shown(listing.origin))
        return parts
    rows = [row for row, part in enumerate(parts) if part in ("", "train")]
    labels = [found[row][0].label for row in rows]
    digests, copies = ([getattr(found[row][1], name) for row in rows] for name in ("digest", "pixel_digest"))
    if whole:
        require_images(listing.classes, labels, copies, shown(listing.origin))
    indices = divide(labels, digests, copies, shares=shares if whole else shares[:2])
    for row, index in zip(rows, indices, strict=True):
        parts[row] = PARTS[index]
    return parts


def _require_parts(listing: Listing, images: Sequence[PlacedImage]) -> None:
    """Refuse a split without images, and a class without images to train on."""
    trained = {image.label for image in images if image.part == 0}
    for label, name in enumerate(listing.classes):
        if label not in trained:
            raise ZooError(f"{shown(listing.origin)}: class {quote(name)} has no images to train on")
    missing = [part for index, part in enumerate(PARTS) if all(image.part != index for image in images)]
    if missing:
        why = "; a class gives one if it has two different images in train" if missing == ["validation"] else ""
        raise ZooError(f"{shown(listing.origin)}: {missing[0]} holds no images of the classes{why}")


def _image_files(images: Sequence[PlacedImage]) -> ImageFiles:
    channels: Literal[1, 3] = 1 if all(image.facts.gray for image in images) else 3
    paths = np.empty(len(images), object)
    paths[:] = [image.path for image in images]
    return ImageFiles(
        paths,
        np.array([image.digest for image in images]),
        np.array([image.facts.pixel_digest for image in images]),
        np.array([(image.facts.width, image.facts.height) for image in images], np.int64),
        channels,
    )


def _digest(images: Iterable[tuple[str, str]]) -> str:
    """Compute the SHA-256 of a split: of its sorted lines ``<SHA-256 of the file>  <class>``."""
    lines = "".join(sorted(f"{digest}  {name}\n" for digest, name in images))
    return hashlib.sha256(lines.encode()).hexdigest()
