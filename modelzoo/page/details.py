"""Details of one run: its learning curve, the accuracy of each class, and the most confused classes."""

import msgspec

from modelzoo.errors import ZooError
from modelzoo.runs.class_results import class_results, confused_classes
from modelzoo.runs.protocol import conditions_of
from modelzoo.runs.run import Run
from modelzoo.runs.scores import LabeledPredictions, read_labeled

_MOST_CONFUSED = 20


class Curve(msgspec.Struct, frozen=True):
    """The learning curve, a number for each epoch; accuracies in percent."""

    epochs: list[int]
    loss: list[float]
    val_loss: list[float]
    accuracy: list[float]
    val_accuracy: list[float]


class Classes(msgspec.Struct, frozen=True):
    """The test images of each class, worst class first; `low` and `high` are the 95 % interval of the accuracy."""

    name: list[str]
    images: list[int]
    correct: list[int]
    low: list[float | None]
    high: list[float | None]
    taken_for: list[str | None]
    taken_for_images: list[int]


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """One run. `confused` has the true class, the predicted class, their images, and all images of the true class.

    `classes` is None and `confused` empty where the run keeps no predictions.
    """

    run: str
    conditions: str
    curve: Curve
    classes: Classes | None = None
    confused: list[tuple[str, str, int, int]] = []  # msgspec copies it


def detail_of(run: Run) -> Detail:
    """Return the details of a run."""
    record = run.record
    epochs = record.epochs
    detail = Detail(
        run=run.id,
        conditions=conditions_of(run.protocol, [record]),
        curve=Curve(
            epochs=[epoch.epoch for epoch in epochs],
            loss=[epoch.loss for epoch in epochs],
            val_loss=[epoch.val_loss for epoch in epochs],
            accuracy=[epoch.accuracy for epoch in epochs],
            val_accuracy=[epoch.val_accuracy for epoch in epochs],
        ),
    )
    try:
        tested = read_labeled(run)
    except ZooError:  # `Leaderboard.problems` names damaged predictions
        return detail
    return msgspec.structs.replace(detail, classes=_classes(tested), confused=_confused(tested))


def _classes(tested: LabeledPredictions) -> Classes:
    results = class_results(tested)
    return Classes(
        name=[item.name for item in results],
        images=[item.images for item in results],
        correct=[item.correct for item in results],
        low=[item.low for item in results],
        high=[item.high for item in results],
        taken_for=[item.taken_for for item in results],
        taken_for_images=[item.taken_for_images for item in results],
    )


def _confused(tested: LabeledPredictions) -> list[tuple[str, str, int, int]]:
    pairs = confused_classes(tested)[:_MOST_CONFUSED]
    return [(pair.true, pair.taken_for, pair.images, pair.of_images) for pair in pairs]
