"""`zoo doctor` at the command line; tests/machine tests its findings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.machine import doctor
from modelzoo.machine.doctor import Finding


@pytest.fixture(autouse=True)
def _findings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fix the findings of the machine, and empty the data folder."""
    software = (
        Finding(what="Backend", state="tensorflow"),
        Finding(what="Device", state="CPU Made Up, 2 cores, 16.0 GB of memory"),
    )
    monkeypatch.setattr(doctor, "_software", lambda: software)
    monkeypatch.chdir(tmp_path)
    for name in ("ZOO_RUNS", "ZOO_DATA"):
        monkeypatch.delenv(name, raising=False)


def test_every_finding_is_printed_with_its_remedy(zoo: Any, golden: Callable[[str, str], None]) -> None:
    printed = zoo("doctor", "--data-dir", "data")
    assert (printed.code, printed.err) == (0, "")
    golden("doctor.txt", printed.out)


def test_json_says_what_is_good(zoo: Any) -> None:
    result = json.loads(zoo("doctor", "--data-dir", "data", "--json").out)
    assert {finding["what"]: finding["good"] for finding in result["findings"]} == {
        "Backend": True, "Device": True, "Data": False, "Runs": True
    }  # fmt: skip


def test_a_missing_extra_is_no_crash(zoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    printed = zoo("doctor", "--json")
    assert printed.code == 0
    assert json.loads(printed.out)["findings"][0]["state"] == "theano, unknown"
