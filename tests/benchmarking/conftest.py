"""What the tests of runs share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def blank_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the charts that runs leave by blank ones, because drawing takes a second of CPU time a run."""

    def plot(draw: Any, path: Path) -> None:
        path.write_bytes(b"<svg/>")

    monkeypatch.setattr("modelzoo.benchmarking.charts.plot", plot)
