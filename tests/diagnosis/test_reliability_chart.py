"""The reliability diagram."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.diagnosis.diagnosis import diagnose
from modelzoo.diagnosis.reliability_chart import figure
from modelzoo.errors import ZooError
from modelzoo.runs.run import Run


def test_the_chart_names_the_run_and_its_errors(
    make_diagnosed: Callable[..., Run], legible: Callable[[Any], list[str]]
) -> None:
    pytest.importorskip("matplotlib")
    diagnosis = diagnose(make_diagnosed())
    assert diagnosis.calibration is not None
    calibrated = replace(diagnosis.calibration, temperature=1.25, ece_calibrated=0.5)
    drawn = figure(replace(diagnosis, calibration=calibrated))
    title = " ".join(legible(drawn)).replace("\n", " ")
    assert "Calibration of LeNet-5, recipe default, seed 0" in title
    assert "calibration error (ECE) 26.25 points, 0.50 with temperature 1.250" in title
    assert drawn.axes[0].get_ylabel() == "correct images (%)"
    assert drawn.axes[0].containers[0].has_yerr


def test_without_probabilities_there_is_no_chart(make_diagnosed: Callable[..., Run]) -> None:
    diagnosis = replace(diagnose(make_diagnosed()), calibration=None)
    with pytest.raises(ZooError, match="keeps no probabilities"):
        figure(diagnosis)
