"""Facts of a trained network: classes, images and origin, kept as JSON inside each saved file."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from modelzoo import __version__
from modelzoo.base.paths import shown
from modelzoo.errors import ZooError
from modelzoo.runs.files import decode
from modelzoo.runs.record import Record

SCHEMA = 1

FormatName = Literal["keras", "onnx", "litert"]

# The name of the facts: a key of ONNX' metadata, or a member of the archive in other files.
MEMBER = "zoo.json"

_ADVICE = "expected a file that `zoo save` wrote"

_Count = Annotated[int, msgspec.Meta(ge=1)]


class NetworkFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that a network needs to be used: names of the classes, and the images that it takes.

    Attributes
    ----------
    run, model : id of the run, and title of the model
    image_shape : (height, width) or (height, width, 3) of one image: uint8, 0-255
    mode : the way to bring another image to this shape, as of `datasets.image_pixels.fit_image`
    int8 : whether the file computes in 8-bit whole numbers
    written_by : version of cnn-zoo
    """

    schema: int = SCHEMA
    run: str
    model: str
    classes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    image_shape: Annotated[tuple[_Count, ...], msgspec.Meta(min_length=2, max_length=3)]
    mode: Literal["pad", "resize", "crop"]
    int8: bool = False
    written_by: str = ""

    def to_json(self) -> bytes:
        """Return the facts as JSON."""
        return msgspec.json.encode(self)


def facts_of(record: Record, image_shape: tuple[int, ...], classes: tuple[str, ...]) -> NetworkFacts:
    """Return the facts of the network of a run.

    Images are brought to this shape as in training. A network that pads small stored images itself has seen one size
    alone. Images of another size are cropped to it.
    """
    size, mode, _ = record.recipe.input.geometry
    inside = image_shape[:2] != (size, size)
    return NetworkFacts(
        run=record.id,
        model=record.title,
        classes=classes,
        image_shape=image_shape,
        mode="crop" if mode == "pad" and inside else mode,
        written_by=__version__,
    )


def read_facts(data: bytes | None, path: Path) -> NetworkFacts:
    """Return the facts in the JSON of a file; None is for a file without facts.

    Raises
    ------
    ZooError
        If the facts are missing, they are damaged, or of a later version.
    """
    if data is None:
        raise ZooError(f"{shown(path)} has no class names inside; {_ADVICE}")
    schema = decode(data, _Schema, path, "a network with facts", _ADVICE).schema
    if schema > SCHEMA:
        raise ZooError(f"{shown(path)}: schema {schema}; this version reads up to {SCHEMA}, update cnn-zoo")
    return decode(data, NetworkFacts, path, "a network with facts", _ADVICE)


class _Schema(msgspec.Struct):
    schema: int
