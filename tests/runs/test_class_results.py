"""Results of a run by class."""

import numpy as np
import pytest

from modelzoo.runs.class_results import class_results
from modelzoo.runs.scores import LabeledPredictions
from modelzoo.statistics.intervals import wilson


def labeled(labels: list[int], predicted: list[int], classes: str) -> LabeledPredictions:
    return LabeledPredictions(np.array(labels), np.array(predicted, np.uint8), None, tuple(classes))


def test_a_class_has_its_wilson_interval_and_the_class_that_it_is_mostly_taken_for() -> None:
    labels = [0] * 4 + [1] * 4
    results = {result.name: result for result in class_results(labeled(labels, [0, 2, 2, 1, 1, 1, 1, 1], "abc"))}
    first = results["a"]
    assert (first.images, first.correct, first.accuracy) == (4, 1, 25.0)
    assert (first.low, first.high) == wilson(1, 4)
    assert (first.taken_for, first.taken_for_images) == ("c", 2)
    assert (results["b"].accuracy, results["b"].taken_for, results["b"].taken_for_images) == (100.0, None, 0)


def test_a_class_whose_only_image_is_wrong_is_not_the_worst_one() -> None:
    labels = [0] * 100 + [1] + [2] * 9
    predicted = [1] * 95 + [0] * 5 + [0] * 10
    results = class_results(labeled(labels, predicted, "abcd"))
    # 5 of 100, 0 of 9, 0 of 1, and a class without images.
    assert [result.name for result in results] == ["a", "c", "b", "d"]
    assert [result.accuracy for result in results] == [pytest.approx(5), 0, 0, None]
    assert (results[-1].images, results[-1].low, results[-1].high) == (0, None, None)
