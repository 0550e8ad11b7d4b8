"""Learning rates step by step, against their published formulas worked out by hand."""

import math

import pytest

pytestmark = pytest.mark.xdist_group("keras")


def test_one_cycle_is_that_of_pytorch() -> None:
    """Phases end at pct_start × total - 1 and at total - 1; each is end + (start - end) / 2 × (1 + cos(pi × share))."""
    from modelzoo.training.schedules import OneCycleRate

    rate = OneCycleRate(0.1, 100, rise=0.3, start_divisor=25.0, end_divisor=1e4)
    first, last = 0.1 / 25, 0.1 / 25 / 1e4
    expected = {
        0: first,
        10: 0.1 + (first - 0.1) / 2 * (1 + math.cos(math.pi * 10 / 29)),
        29: 0.1,
        30: last + (0.1 - last) / 2 * (1 + math.cos(math.pi * 1 / 70)),
        64: (0.1 + last) / 2,
        99: last,
        150: last,
    }
    assert {step: float(rate(step)) for step in expected} == pytest.approx(expected, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_cycle_of_a_handful_of_steps_is_finite(steps: int) -> None:
    from modelzoo.training.schedules import OneCycleRate

    rate = OneCycleRate(0.1, steps, rise=0.3, start_divisor=25.0, end_divisor=1e4)
    assert all(0 < float(rate(step)) < 0.1001 for step in range(steps + 1))


def test_a_warm_up_is_a_line_to_the_rate() -> None:
    from modelzoo.training.schedules import Warmup

    assert [float(Warmup(0.4, 4)(step)) for step in (0, 1, 3, 4, 9)] == pytest.approx([0.0, 0.1, 0.3, 0.4, 0.4])
