"""How long a training will take."""

import pytest

from modelzoo.training.eta import EtaEstimator, remaining_s


def test_the_first_step_is_told_apart_because_it_compiles() -> None:
    pace = EtaEstimator()
    assert pace.epoch_s(1, 100, 40.0) is None
    assert pace.epoch_s(2, 100, 42.0) is None
    assert pace.epoch_s(3, 100, 44.0) == pytest.approx((40 + 2 * 99, 200))


def test_the_pace_is_told_once() -> None:
    pace = EtaEstimator()
    pace.epoch_s(1, 10, 1.0)
    assert pace.epoch_s(2, 10, 9.0)
    assert pace.epoch_s(3, 10, 17.0) is None


def test_nothing_is_told_before_enough_time_has_passed() -> None:
    pace = EtaEstimator()
    assert [pace.epoch_s(step, 30, 5 + step / 10) for step in range(1, 31)] == [None] * 30


@pytest.mark.parametrize("steps", [1, 2, 30])
def test_a_later_epoch_is_never_measured_from_the_first_ones_clock(steps: int) -> None:
    pace = EtaEstimator()
    for step in range(1, steps + 1):
        assert pace.epoch_s(step, steps, 0.5 + step / 100) is None
    # A machine that slept: the first step of the second epoch takes long.
    for step in range(1, steps + 1):
        assert pace.epoch_s(step, steps, 60.0 + step) is None


def test_what_is_left_goes_by_the_median_without_the_first_epoch() -> None:
    assert remaining_s([50.0, 10.0, 12.0, 11.0], 6) == 22.0
    assert remaining_s([50.0], 3) == 100.0
    assert remaining_s([50.0, 10.0], 2) == 0.0
