"""The loss of accuracy by int8."""

import numpy as np
import pytest
from scipy.stats import binomtest

from modelzoo.deployment.int8_loss import int8_loss


def test_the_loss_is_tested_image_by_image() -> None:
    labels = np.zeros(100, int)
    original, int8 = np.zeros((100, 2)), np.zeros((100, 2))
    original[:, 0], int8[:, 0] = 1, 1
    original[:2] = [[0, 1], [0, 1]]  # int8 alone is correct on two images
    int8[2:12] = [0, 1]  # the float network alone on ten
    loss = int8_loss(original, int8, labels)
    assert (loss.images, loss.accuracy, loss.accuracy_int8) == (100, 98.0, 90.0)
    assert loss.difference == -8.0
    assert loss.low < -8.0 < loss.high < 0
    exact, tie = binomtest(2, 12).pvalue, 2 * 66 / 2**12 / 2  # mid-p counts half of the observed table
    assert loss.p == pytest.approx(exact - tie)
    assert "significant" in loss.lines()[-1]
    assert "not significant" in int8_loss(original, original, labels).lines()[-1]
