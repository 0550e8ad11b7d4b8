"""Notes on image files: what was left out or changed, copies, and contradictions."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from modelzoo.base.text import first_of, listed, plural, printable
from modelzoo.datasets.image_facts import ImageFacts
from modelzoo.datasets.image_pixels import SEVERAL, TRANSPARENT
from modelzoo.datasets.listing import PARTS, Listing

_NAMED = 3
_KINDS_NAMED = 5


class PlacedImage(NamedTuple):
    """An image in a split; `part` is the split's index. Images are ordered by the fields in their order."""

    part: int
    label: int
    digest: str
    name: str
    path: Path
    facts: ImageFacts


def notes_of(listing: Listing, images: Sequence[PlacedImage], broken: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence for each finding that changes the reading, or that makes results doubtful."""
    return (*_left_out(listing, broken), *_untested(listing, images), *_changed(images), *_copied(listing, images))


def _left_out(listing: Listing, broken: Sequence[str]) -> Iterator[str]:
    if broken:
        yield f"Left out: {plural(len(broken), 'image')} that cannot be decoded ({_named(broken)})."
    if listing.others:
        # Folders come first: each may hold many images.
        others = sorted(listing.others.items(), key=lambda other: ("folder" not in other[0], other))
        kinds = [f"{count:,} {kind}" for kind, count in others]
        more = [f"{len(kinds) - _KINDS_NAMED} other kinds"] if len(kinds) > _KINDS_NAMED else []
        yield (
            f"Left out: {listed([*kinds[:_KINDS_NAMED], *more])}; images are PNG, JPEG, BMP, WebP, GIF, TIFF or PPM "
            "files in the folders of the classes."
        )


def _untested(listing: Listing, images: Sequence[PlacedImage]) -> Iterator[str]:
    test = PARTS.index("test")
    tested = {image.label for image in images if image.part == test}
    if untested := [name for label, name in enumerate(listing.classes) if label not in tested]:
        noun = "Class" if len(untested) == 1 else "Classes"
        yield f"{noun} {_named(untested)} {'has' if len(untested) == 1 else 'have'} no test image."


def _changed(images: Sequence[PlacedImage]) -> Iterator[str]:
    gray, colored = ([image.name for image in images if image.facts.gray == is_gray] for is_gray in (True, False))
    if gray and colored:
        kind, names = ("gray", gray) if len(gray) <= len(colored) else ("in color", colored)
        yield (
            f"{len(names):,} of {len(images):,} images {'is' if len(names) == 1 else 'are'} {kind} ({_named(names)}); "
            "all are read with 3 channels."
        )
    for kind, change in (
        (TRANSPARENT, "Transparent pixels are flattened onto white"),
        ("CMYK", "CMYK is converted to RGB without a color profile"),
        (SEVERAL, "The first image of a file is read, where it holds several"),
    ):
        if names := [image.name for image in images if kind in image.facts.kinds]:
            yield f"{change}: {plural(len(names), 'file')} ({_named(names)})."


def _copied(listing: Listing, images: Sequence[PlacedImage]) -> Iterator[str]:
    """Yield notes on equal images: copies, copies in two splits, and copies under two labels."""
    copies: list[str] = []
    leaks: list[str] = []
    contradictions: list[str] = []
    by_pixels = sorted(images, key=lambda image: image.facts.pixel_digest)  # stable: train comes first
    for _, group in groupby(by_pixels, key=lambda image: image.facts.pixel_digest):
        first, *others = group
        copies += [image.name for image in others]
        leaks += [image.name for image in others if image.part != first.part]
        contradictions += [f"{image.name} and {first.name}" for image in others if image.label != first.label]
    if copies:
        where = "some of them in another split" if leaks else "in the same split"
        yield f"{_are(copies, 'a copy', 'copies')} of another by bytes or pixels, {where} ({_named(copies)})."
    if leaks:
        yield (
            f"{_are(leaks, 'a copy', 'copies')} of an image in an earlier split ({_named(leaks)}): accuracies that "
            "count them are too high; remove them from train or test."
        )
    if contradictions:
        yield f"{_are(contradictions, 'a copy', 'copies')} under another label ({_named(contradictions)})."


def _are(names: Sequence[str], one: str, several: str) -> str:
    return f"{plural(len(names), 'image')} {f'is {one}' if len(names) == 1 else f'are {several}'}"


def _named(names: Sequence[str]) -> str:
    return first_of(names, _NAMED, printable)
