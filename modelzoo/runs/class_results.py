"""Results of one run by class: accuracy with its interval, and the classes that errors were taken for."""

from msgspec import Struct

from modelzoo.runs.scores import LabeledPredictions
from modelzoo.statistics.intervals import wilson
from modelzoo.statistics.recall import confusions, count_by_class


class ClassResult(Struct, frozen=True, kw_only=True):
    """The test images of one class: accuracy in percent with its 95 % interval, None without images.

    `taken_for` is the class that most of the errors were taken for, `taken_for_images` their number.
    """

    name: str
    images: int
    correct: int
    accuracy: float | None
    low: float | None
    high: float | None
    taken_for: str | None
    taken_for_images: int


class Confused(Struct, frozen=True, kw_only=True):
    """Test images of the class `true` that were taken for another class; `of_images` counts all images of the class."""

    true: str
    taken_for: str
    images: int
    of_images: int


def class_results(tested: LabeledPredictions) -> tuple[ClassResult, ...]:
    """Return the result of each class, worst first.

    The order goes by the upper end of the interval, so that a few images decide little. Classes without images are
    last.
    """
    images, correct = count_by_class(tested.labels, tested.predicted, len(tested.classes))
    most = {pair.true: pair for pair in reversed(confusions(tested.labels, tested.predicted))}
    results = []
    for number, (of_class, right) in enumerate(zip(images.tolist(), correct.tolist(), strict=True)):
        low, high = wilson(right, of_class) if of_class else (None, None)
        pair = most.get(number)
        results.append(
            ClassResult(
                name=tested.classes[number],
                images=of_class,
                correct=right,
                accuracy=100 * right / of_class if of_class else None,
                low=low,
                high=high,
                taken_for=tested.classes[pair.taken_for] if pair else None,
                taken_for_images=pair.images if pair else 0,
            )
        )
    return tuple(sorted(results, key=lambda result: 101.0 if result.high is None else result.high))


def confused_classes(tested: LabeledPredictions) -> tuple[Confused, ...]:
    """Return the pairs of classes with errors, most images first."""
    images, _ = count_by_class(tested.labels, tested.predicted, len(tested.classes))
    return tuple(
        Confused(
            true=tested.classes[pair.true],
            taken_for=tested.classes[pair.taken_for],
            images=pair.images,
            of_images=int(images[pair.true]),
        )
        for pair in confusions(tested.labels, tested.predicted)
    )
