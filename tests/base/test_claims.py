"""Claims: one holder at a time, takeovers after a death or a silence, and a holder that finds out."""

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelzoo.base import claim_files as watching
from modelzoo.base import claims
from modelzoo.base.claim_files import Watch, claim_files
from modelzoo.base.claims import Claim, claimed, take_claim
from modelzoo.base.processes import Process, this_process
from modelzoo.errors import ClaimedError, ZooError

ELSEWHERE = Process("node7", "other start", "pid:[1]", 4321, "99")
ENDED = msgspec.structs.replace(this_process(), started="1")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the observer; each wait of a poll is a second of it."""
    now = [1000.0]
    monkeypatch.setattr(watching, "monotonic", lambda: now[0])
    monkeypatch.setattr(claims, "sleep", lambda seconds: now.__setitem__(0, now[0] + 1.0))
    return now


def write(folder: Path, number: int, holder: Process, *, beat: int = 0) -> Path:
    """Write the claim of another process."""
    path = folder / f"claim-{number:06}.json"
    path.write_bytes(msgspec.json.encode({"token": f"of {number}", "holder": holder, "beat": beat}))
    return path


def take(folder: Path, **how: Any) -> Claim:
    return take_claim(folder, "works here", **how)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Claim]:
    claim = take(tmp_path)
    yield claim
    claim.release()


def test_a_claim_is_held_by_one_and_leaves_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with (
            claimed(tmp_path, "works here"),
            pytest.raises(ClaimedError, match=rf"^process {os.getpid()} on .* works here; wait for it$"),
            claimed(tmp_path, "works here"),
        ):
            pass
    assert list(tmp_path.iterdir()) == []


def test_claims_of_two_names_exclude_nobody(held: Claim, tmp_path: Path) -> None:
    with claimed(tmp_path, "works here", name="latency"):
        pass


def test_a_process_that_ended_on_this_machine_holds_nothing(tmp_path: Path, clock: list[float]) -> None:
    write(tmp_path, 3, ENDED)
    take(tmp_path).release()
    assert clock == [1000.0]
    assert list(tmp_path.iterdir()) == []


def test_a_silent_process_of_another_machine_is_taken_over_after_the_stated_time(
    tmp_path: Path, clock: list[float]
) -> None:
    texts: list[str] = []
    write(tmp_path, 3, ELSEWHERE)
    claim = take(tmp_path, report=texts.append)
    assert clock[0] == 1000.0 + watching.STALE_S
    assert claim_files(tmp_path) == [tmp_path / "claim-000004.json"]
    assert texts == ["process 4321 on node7 works here; waiting for a sign of life, 60 s at most"]
    claim.require()
    claim.release()


def test_a_sign_of_life_ends_the_wait(tmp_path: Path, clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def beat(seconds: float) -> None:
        clock[0] += 10
        write(tmp_path, 3, ELSEWHERE, beat=1)

    write(tmp_path, 3, ELSEWHERE)
    monkeypatch.setattr(claims, "sleep", beat)
    with pytest.raises(ClaimedError, match="process 4321 on node7 works here"):
        take(tmp_path)
    assert clock[0] == 1010.0


def test_a_holder_that_falls_silent_later_is_taken_over_too(tmp_path: Path, clock: list[float]) -> None:
    watch = Watch(tmp_path)
    states = []
    for beat in (0, 1, 1):
        write(tmp_path, 3, ELSEWHERE, beat=beat)
        states.append(watch.look().state)
        clock[0] += 59.0
    clock[0] += 1.0
    assert [*states, watch.look().state] == ["unsure", "held", "held", "stale"]


def test_another_machine_s_clock_is_never_compared(tmp_path: Path, clock: list[float]) -> None:
    os.utime(write(tmp_path, 1, ELSEWHERE), (0, 0))
    assert Watch(tmp_path).look().state == "unsure"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"token": 1}', b"\xff"])
def test_a_half_written_claim_has_the_same_time(tmp_path: Path, clock: list[float], content: bytes) -> None:
    (tmp_path / "claim-000001.json").write_bytes(content)
    take(tmp_path).release()
    assert clock[0] == 1000.0 + watching.STALE_S


def test_a_planted_link_or_pipe_is_neither_followed_nor_waited_for(tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_bytes(msgspec.json.encode({"token": "1", "holder": this_process()}))
    folder.mkdir()
    os.mkfifo(folder / "claim-000001.json")
    (folder / "claim-000002.json").symlink_to(victim)
    take(folder).release()
    assert b'"1"' in victim.read_bytes()


def test_a_holder_whose_claim_was_taken_over_stops_and_leaves_the_newer_one(held: Claim, tmp_path: Path) -> None:
    held.require()
    seen = Watch(tmp_path).look()
    newer = claims._create(tmp_path, "claim", seen)
    assert newer is not None
    with pytest.raises(ClaimedError, match=rf"process {os.getpid()} on .* took .* over, because .* 60 s; this process"):
        held.require()
    held.release()
    newer.require()
    newer.release()
    with pytest.raises(ClaimedError, match="another process took"):  # which has finished meanwhile
        held.require()


def test_the_number_of_an_ended_takeover_may_come_again_without_confusion(held: Claim, tmp_path: Path) -> None:
    """A slow taker, which saw an earlier claim of this number, finds that it is another one."""
    earlier = watching.Sight(1, msgspec.json.encode({"token": "earlier", "holder": ENDED}), "stale")
    assert claims._create(tmp_path, "claim", earlier) is None
    held.require()
    assert len(claim_files(tmp_path)) == 1


def test_a_heartbeat_changes_the_content_and_nothing_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "BEAT_S", 0.01)
    watch, beaten = Watch(tmp_path), threading.Event()
    with claimed(tmp_path, "works here"):
        first = watch.look().content
        while watch.look().content == first:
            beaten.wait(0.01)
        other = tmp_path / "claim-000001.json"
        other.unlink()
        write(tmp_path, 1, ELSEWHERE, beat=5)
        before = other.read_bytes()
        beaten.wait(0.1)
    assert other.read_bytes() == before


def test_a_folder_that_cannot_take_a_claim_is_named_and_keeps_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(claims.os, "write", full)
    with pytest.raises(ZooError, match=r"cannot write .*: No space .*; choose a folder"), claimed(tmp_path, ""):
        pass
    assert list(tmp_path.iterdir()) == []


# A process of a race. At each line of its stdin it takes the claim of the named folder, if it can, and answers.
RACER = """
import sys
from pathlib import Path
from modelzoo.base.claims import take_claim
from modelzoo.errors import ClaimedError

held = []
for line in sys.stdin:
    try:
        held.append(take_claim(Path(line.strip()), "works here"))
        print("won", flush=True)
    except ClaimedError:
        print("lost", flush=True)
"""

# A process that believes to be on another machine. It writes a file, if it still may, at a line of its stdin.
HOLDER = """
import sys
from pathlib import Path
from modelzoo.base import claims, processes

processes._machine = lambda: ("node7", "other start", "pid:[1]")
claims.BEAT_S = 0.05
with claims.claimed(Path(sys.argv[1]), "works here") as claim:
    print("held", flush=True)
    sys.stdin.readline()
    try:
        claim.require()
        (claim.folder / "written").touch()
    except claims.ClaimedError as error:
        print(error, flush=True)
"""


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Start Python with a program; it ends with the test."""
    started: list[subprocess.Popen[str]] = []
    path = os.pathsep.join((str(Path(claims.__file__).parents[2]), os.environ.get("PYTHONPATH", "")))

    def start(*command: str) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": path}
        started.append(
            subprocess.Popen([sys.executable, "-c", *command], env=environment, text=True, stdin=pipe, stdout=pipe)
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        with process:
            pass


@pytest.mark.parametrize("stale", [False, True], ids=["free", "stale"])
def test_one_of_several_processes_wins_each_race(tmp_path: Path, start: Any, stale: bool) -> None:
    rounds, racers = 100, [start(RACER) for _ in range(4)]
    for number in range(rounds):
        folder = tmp_path / str(number)
        folder.mkdir()
        if stale:
            write(folder, 1, ENDED)
        for racer in racers:
            racer.stdin.write(f"{folder}\n")
            racer.stdin.flush()
        answers = sorted(racer.stdout.readline() for racer in racers)
        assert answers == ["lost\n"] * 3 + ["won\n"]
        assert len(claim_files(folder)) == 1


def test_a_suspended_holder_is_taken_over_and_writes_nothing_after_it(
    tmp_path: Path, start: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = start(HOLDER, str(tmp_path))
    assert holder.stdout.readline() == "held\n"
    monkeypatch.undo()  # a real clock, but short times
    monkeypatch.setattr(watching, "STALE_S", 1.0)
    monkeypatch.setattr(claims, "_POLL_S", 0.05)
    with pytest.raises(ClaimedError, match=f"process {holder.pid} on node7 works here"):
        take(tmp_path)
    holder.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, holder.pid, os.WSTOPPED | os.WNOWAIT)
    claim = take(tmp_path)
    holder.send_signal(signal.SIGCONT)
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert f"process {os.getpid()} on" in holder.stdout.readline()
    assert holder.wait(20) == 0
    claim.require()
    claim.release()
    assert list(tmp_path.iterdir()) == []


def test_claims_of_many_threads_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    inside, most = [0], [0]

    def work() -> None:
        for _ in range(20):
            with suppress(ClaimedError), claimed(tmp_path, "works here"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_a_claim_is_made_with_its_content_in_one_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process killed before the link leaves no claim; its file is one of the claim's, for who cleans up."""

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(claims.os, "link", killed)
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            take(tmp_path)
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".claim-000001.json.")
    assert claim_files(tmp_path) == [left]
    take(tmp_path).release()


def test_a_file_system_without_hard_links_has_claims_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: Any) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(claims.os, "link", link)
    first = take(tmp_path)
    with pytest.raises(ClaimedError):
        take(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["claim-000001.json"]
    first.release()
    assert list(tmp_path.iterdir()) == []
