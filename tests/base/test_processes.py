"""Processes: running, ended, or not known here."""

import os
import subprocess
import sys

import pytest
from msgspec.structs import replace

from modelzoo.base import processes
from modelzoo.base.processes import Process, is_running, this_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux names its processes exactly")


def test_this_process_runs_and_a_later_one_of_the_same_number_is_another() -> None:
    assert is_running(this_process()) is True
    assert is_running(replace(this_process(), started="1")) is False


@pytest.mark.parametrize("changed", [{"host": "other"}, {"boot": "earlier"}, {"namespace": "pid:[1]"}], ids=str)
def test_a_process_of_another_machine_start_or_container_is_not_known(changed: dict[str, str]) -> None:
    assert is_running(replace(this_process(), started="1", **changed)) is None


def test_a_process_has_ended_before_its_parent_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        there = replace(this_process(), pid=child.pid, started=processes._start_of(child.pid))
        assert is_running(there) is True
        assert child.stdin is not None
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie from now on
        assert is_running(there) is False
        child.wait()
        assert is_running(there) is False


def test_a_system_that_names_no_start_knows_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_machine", lambda: ("host", "", ""))
    assert is_running(Process("host", "", "", os.getpid(), "")) is None
