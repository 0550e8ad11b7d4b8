"""Prediction: the most probable classes of images."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.text import plural
from modelzoo.deployment.inputs import files_of, fit_array, read_image
from modelzoo.deployment.load import load_model
from modelzoo.deployment.trained_network import BATCH, Array, TrainedNetwork
from modelzoo.errors import ZooError
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table
from modelzoo.training.evaluate import best_classes

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """The most probable classes of one image, best first, with their probabilities.

    `image` is its path, or its number among the given arrays.
    """

    image: str
    classes: tuple[str, ...]
    probabilities: tuple[float, ...]


class Predicted(Result, msgspec.Struct, frozen=True, kw_only=True):
    """The predictions of a network, one problem for each broken file, and the number of other files in folders."""

    network: str
    model: str
    images: tuple[Prediction, ...]
    problems: tuple[str, ...] = ()
    others: int = 0

    _index: ClassVar[str] = "image"

    def tables(self) -> tuple[Table]:
        """Return the table of the images."""
        return (predicted_table(self),)

    def plot(self, path: str | Path | None = None, *, top: int | None = None) -> "Figure":
        """Draw the classes of the first `top` images, 12 by default; write a file to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.deployment.predicted_chart import figure

        return plot(lambda: figure(self, top=top), path)

    def _remarks(self) -> tuple[str, ...]:
        return self.problems

    def _flat_table(self) -> Table:
        return predicted_table(self, flat=True)

    def _summary(self) -> str:
        first = self.images[0]
        best = f"{first.image}: {first.classes[0]} {100 * first.probabilities[0]:.1f} %"
        return f"{plural(len(self.images), 'image')} by {self.model}; {best}"


@checked
def predict(network: TrainedNetwork | str | Path, images: Any, top: int = 5) -> Predicted:
    """Predict the classes of images.

    Parameters
    ----------
    network : a result of `load_model`, or a name that it takes
    images : paths of files and folders, and patterns such as ``photos/*.jpg``. Or uint8 arrays:
        one (n, height, width) or (n, height, width, 3), or a list of images of any size
    top : number of classes of each image

    Raises
    ------
    ZooError
        If no image can be predicted. A broken file among others becomes a problem of the result.
    """
    if top < 1:
        raise ZooError(f"`top` is {top}; expected 1 or more")
    used = network if isinstance(network, TrainedNetwork) else load_model(network)
    if isinstance(images, str | Path):
        images = [images]
    if isinstance(images, np.ndarray) and images.ndim == 3 and images.shape[2] in (1, 3):
        raise ZooError(
            f"images have shape {images.shape}, as one image in color, or as many of {images.shape[2]} columns; give a "
            "list of images"
        )
    try:
        inputs = list(images)
    except TypeError:
        raise ZooError(f"images are {type(images).__name__}; expected paths, or arrays of uint8") from None
    if not inputs:
        raise ZooError("no image is given; name one file or folder at least")
    if all(isinstance(item, str | Path) for item in inputs):
        return _of_files(used, inputs, top)
    if not all(isinstance(item, np.ndarray) for item in inputs):
        raise ZooError("images are of several kinds; expected paths alone, or arrays of uint8 alone")
    pixels = [fit_array(item, used.facts) for item in inputs]
    return _result(used, _best(used, list(map(str, range(len(pixels)))), pixels, top))


def _of_files(network: TrainedNetwork, names: Iterable[str | Path], top: int) -> Predicted:
    """Predict files, a batch at a time."""
    predictions: list[Prediction] = []
    problems: list[str] = []
    others = 0
    files_left = files_of(names)
    while files := list(islice(files_left, BATCH)):
        read: list[tuple[str, Array]] = []
        for path, in_folder in files:
            try:
                pixels = read_image(path, network.facts, in_folder=in_folder)
            except ZooError as error:
                problems.append(str(error))
                continue
            if pixels is None:
                others += 1
            else:
                read.append((str(path), pixels))
        if read:
            predictions += _best(network, [name for name, _ in read], [pixels for _, pixels in read], top)
    if not predictions:
        more = f"; and {plural(len(problems) - 1, 'more file')}" if problems[1:] else ""
        raise ZooError(f"{problems[0]}{more}" if problems else "no image is there; name one file or folder at least")
    return _result(network, predictions, tuple(problems), others)


def _best(network: TrainedNetwork, names: Sequence[str], images: Sequence[Array], top: int) -> list[Prediction]:
    """Return the most probable classes of images; of equal probabilities the lower class is first."""
    probabilities = network.probabilities(np.stack(images))
    best = best_classes(probabilities, top)
    return [
        Prediction(
            image=name,
            classes=tuple(network.facts.classes[index] for index in indices),
            probabilities=tuple(float(row[index]) for index in indices),
        )
        for name, row, indices in zip(names, probabilities, best.tolist(), strict=True)
    ]


def _result(
    network: TrainedNetwork, predictions: Sequence[Prediction], problems: tuple[str, ...] = (), others: int = 0
) -> Predicted:
    return Predicted(
        network=network.name, model=network.facts.model, images=tuple(predictions), problems=problems, others=others
    )


def predicted_table(predicted: Predicted, *, flat: bool = False) -> Table:
    """Return a row for each image; the next classes are one text, or with `flat` a column each."""
    if flat:
        return _flat_table(predicted)
    columns = (
        Column("image", "Image"),
        Column("class", "Class", wrap=False),
        Column("percent", "%", "{:.1f}".format, right=True),
        Column("next", "Next"),
    )
    rows = [
        (image.image, image.classes[0], 100 * image.probabilities[0], _next(image) or None)
        for image in predicted.images
    ]
    return Table(columns, rows, caption=f"Classes by {predicted.model} ({predicted.network}), with probabilities.")


def _next(image: Prediction) -> str:
    following = zip(image.classes[1:], image.probabilities[1:], strict=True)
    return ", ".join(f"{name} {100 * probability:.1f}" for name, probability in following)


def _flat_table(predicted: Predicted) -> Table:
    """Return the table with a column for each class and each probability, for other programs."""
    count = len(predicted.images[0].classes)
    columns = [Column("image", "Image")]
    for rank in range(1, count + 1):
        columns += [
            Column(f"class_{rank}", f"Class {rank}"),
            Column(f"probability_{rank}", f"Probability {rank}", unit="share of 1"),
        ]
    rows = [
        [image.image, *(cell for pair in zip(image.classes, image.probabilities, strict=True) for cell in pair)]
        for image in predicted.images
    ]
    return Table(columns, rows)
