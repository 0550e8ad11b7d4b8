import numpy as np
import pytest

from modelzoo.architectures.contract import AS_THEY_ARE, CAFFE, TF, TORCH, UNIT, apply_contract


def gray(value: float) -> np.ndarray:
    return np.full((1, 2, 2, 1), value, np.float32)


@pytest.mark.parametrize(("contract", "black", "white"), [(UNIT, 0, 1), (TF, -1, 1), (AS_THEY_ARE, 0, 255)])
def test_black_and_white_become_the_ends_of_the_range(contract, black, white):
    assert np.asarray(apply_contract(gray(0), contract)) == pytest.approx(np.full((1, 2, 2, 1), black))
    assert np.asarray(apply_contract(gray(255), contract)) == pytest.approx(np.full((1, 2, 2, 1), white))


def test_one_channel_loses_the_mean_of_the_three_means():
    mean = (103.939 + 116.779 + 123.68) / 3
    assert np.asarray(apply_contract(gray(200), CAFFE)) == pytest.approx(np.full((1, 2, 2, 1), 200 - mean), abs=1e-4)


def test_one_channel_is_scaled_by_the_mean_of_the_three_deviations():
    expected = (200 / 255 - (0.485 + 0.456 + 0.406) / 3) / ((0.229 + 0.224 + 0.225) / 3)
    assert np.asarray(apply_contract(gray(200), TORCH)) == pytest.approx(np.full((1, 2, 2, 1), expected), abs=1e-4)


def test_caffe_takes_blue_first():
    red = np.zeros((1, 1, 1, 3), np.float32)
    red[..., 0] = 255
    blue_first = np.asarray(apply_contract(red, CAFFE))[0, 0, 0]
    assert blue_first == pytest.approx([-103.939, -116.779, 255 - 123.68], abs=1e-4)
