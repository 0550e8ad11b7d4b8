"""The reliability diagram."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from modelzoo.diagnosis.diagnosis import diagnose
from modelzoo.diagnosis.reliability_chart import draw_reliability
from modelzoo.errors import ZooError
from modelzoo.runs.run import Run


def test_the_chart_names_the_run_and_its_errors_and_equal_runs_give_equal_files(
    make_diagnosed: Callable[..., Run], tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    diagnosis = diagnose(make_diagnosed())
    assert diagnosis.calibration is not None
    calibrated = replace(diagnosis.calibration, temperature=1.25, ece_calibrated=0.5)
    for name in ("one.svg", "two.svg"):
        draw_reliability(replace(diagnosis, calibration=calibrated), tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "LeNet-5, recipe default, on emnist47" in drawn
    assert "calibration error 26.25 points, 0.50 with temperature 1.250" in drawn
    assert drawn == (tmp_path / "two.svg").read_text(encoding="utf-8")


def test_without_probabilities_there_is_no_chart(make_diagnosed: Callable[..., Run], tmp_path: Path) -> None:
    diagnosis = replace(diagnose(make_diagnosed()), calibration=None)
    with pytest.raises(ZooError, match="keeps no probabilities"):
        draw_reliability(diagnosis, tmp_path / "chart.png")
