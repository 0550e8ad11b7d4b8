"""Runs in processes of their own, which here crash, hang, are killed, and go on; their network is made up."""

import dataclasses
import importlib
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.base.claim_files import claim_files
from modelzoo.base.scratch import scratch_folder
from modelzoo.benchmarking import run_worker, worker
from modelzoo.benchmarking.run_spec import RunSpec, split_data
from modelzoo.benchmarking.run_worker import run_in_worker
from modelzoo.datasets.dataset import DataSet, Splits
from modelzoo.datasets.mapped import export_splits
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.machine.limits import cores
from modelzoo.runs import store
from modelzoo.runs.events import EpochDone, Measuring, Report, Resumed, RunStarted, Step, Waiting
from modelzoo.runs.listing import list_runs
from modelzoo.runs.record import Hardware, OnGpu, Record, load_records, read_record

CONDITIONS = "recipe tiny, images padded to 32×32×1"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")

# The real worker, but for the network, and for what happens at the moments that ZOO_TEST names: "MOMENT=WHAT;…",
# a moment being "build", or "EPOCH.STEP".
WORK = """
import importlib.util, os, signal, sys, time
from pathlib import Path

import numpy as np

TESTS = Path({tests!r})
from modelzoo.benchmarking import charts, complete, run, trained
from modelzoo.datasets.mapped import load_splits
from modelzoo.machine import hardware
from modelzoo.runs import checkpoint
from modelzoo.timing.measure import Latencies
from modelzoo.runs.record import Hardware, Latency, OnGpu


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def hang():
    while True:
        time.sleep(1000)


def stuck():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    hang()


def big():
    raise MemoryError


def refuse():
    from modelzoo.errors import ZooError
    raise ZooError("nothing can be built of this")


def loud():
    print("something printed")
    os.write(2, b"a last word\\n")
    os._exit(7)


def full():
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))  # writing fails as on a full disk, in the middle of a file


def slow():
    time.sleep(0.05)


def asked():
    # Training defers a request to end to the end of the step.
    cells = signal.getsignal(signal.SIGTERM).__closure__
    interrupt = next(cell.cell_contents for cell in cells if hasattr(cell.cell_contents, "pending"))
    while not interrupt.pending:
        time.sleep(0.02)


happens = dict(each.split("=") for each in os.environ.get("ZOO_TEST", "").split(";") if each)


def at(moment):
    for name in (moment, "any"):
        if name in happens:
            globals()[happens[name]]()


class Network:
    trainable_weights = (np.zeros((3, 4)), np.zeros(5))

    def count_params(self):
        return 20

    def load_weights(self, path):
        assert path.read_bytes() == b"weights"


def engine_class():
    spec = importlib.util.spec_from_file_location("made_up", TESTS / "conftest.py")
    made_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made_up)

    class Engine(made_up.FakeEngine):
        network = Network()

        def train_epoch(self, split, order, on_step, figures=None):
            def told(step):
                at(f"{{self.epochs[0] + 1}}.{{step}}")
                on_step(step)

            return super().train_epoch(split, order, told, figures)

        def logits(self, split):
            return np.eye(4, dtype=np.float32)[split.labels]

    return Engine


def engine_of(spec, splits, report):
    at("build")
    return engine_class()(batch_size=spec.recipe.batch_size)


def measure_latency(network, images, batches, **given):
    at("latency")
    return Latencies(
        tuple(Latency(batch=n, p50_ms=n, p90_ms=n, p99_ms=n, images_per_s=1.0, calls=5) for n in batches)
    )


def work(report, spec, splits, runs, latency_batches, test, started):
    run.engine_of = complete.engine_of = engine_of
    trained.measure_latency = measure_latency
    trained.weights_file = lambda network: b"weights"
    run.flops_of_image = lambda network: 1.5e6
    charts.plot = lambda draw, path: path.write_bytes(b"<svg/>")
    checkpoint.CHECKPOINT_EVERY_S = float(os.environ.get("ZOO_TEST_EVERY_S", "0"))
    run.on_gpu = lambda: OnGpu(tf32=True, deterministic=False)
    hardware.versions = lambda backend: {{}}
    hardware.find_devices = lambda: None
    hardware.hardware = lambda: Hardware(
        cpu="none", cores=1, gpu=None, driver=None, memory_gb=1.0, system="none"
    )
    images = load_splits(splits)
    return run.run(spec, images, runs, report, latency_batches=latency_batches, test=test, started=started)
"""


NO_HARDWARE = Hardware(cpu="none", cores=1, gpu=None, driver=None, memory_gb=1.0, system="none")


@pytest.fixture
def pretended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let these things happen in the processes of runs, whose network is made up."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "pretended.py").write_text(WORK.format(tests=str(Path(__file__).parents[1])))
    monkeypatch.syspath_prepend(str(modules))
    monkeypatch.delitem(sys.modules, "pretended", raising=False)
    monkeypatch.setattr(run_worker, "work", importlib.import_module("pretended").work)
    monkeypatch.setattr("modelzoo.machine.hardware.hardware", lambda: NO_HARDWARE)
    return lambda happens: monkeypatch.setenv("ZOO_TEST", happens)


@pytest.fixture
def spec(tiny: DataSet, recipe_file: Path) -> RunSpec:
    """As `make_run_spec` makes it, which needs Keras."""
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.recipes.load import load_recipe

    recipe = load_recipe(recipe_file)
    return RunSpec(
        model=load_catalog().model("lenet5"),
        variant="lenet5",
        recipe_name="tiny",
        recipe=recipe,
        epochs=recipe.epochs,
        seed=0,
        dataset=split_data(tiny, None, print)[1],
        input_shape=(32, 32, 1),
        backend="tensorflow",
        precision="float32",
    )


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as scratch:
        yield scratch


@pytest.fixture
def splits(tiny: DataSet, folder: Path) -> Splits:
    return export_splits(split_data(tiny, None, print)[0], folder)


@pytest.fixture
def made(pretended: Any, spec: RunSpec, splits: Splits, folder: Path, tmp_path: Path) -> Callable[..., Record]:
    """Make the run in a process of its own, where these things happen."""

    def make(happens: str = "", runs: Path = tmp_path / "runs", **given: Any) -> Record:
        pretended(happens)
        return run_in_worker(spec, splits, runs, folder=folder, **given)

    return make


def names(path: Path) -> set[str]:
    return {found.name for found in path.iterdir()}


def told_of(record: Record) -> tuple[Any, ...]:
    return [replace(epoch, seconds=0.0) for epoch in record.epochs], record.test, record.best_epoch  # type: ignore


def test_a_run_starts_with_its_worker(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_worker, "now", lambda: "2026-01-05T10:00:00Z")
    assert made().started == "2026-01-05T10:00:00Z"


def test_a_run_in_worker_is_the_run_and_tells_the_same(made: Any, tmp_path: Path, events: list[Any]) -> None:
    record = made(report=events.append)
    assert record.outcome == "finished"
    assert record.on_gpu == OnGpu(tf32=True, deterministic=False)
    assert read_record(tmp_path / "runs" / record.id / "record.json") == record
    assert [type(event) for event in events if not isinstance(event, Step)] == [
        Waiting, RunStarted, Waiting, *[EpochDone] * 4, Measuring, Measuring
    ]  # fmt: skip
    assert {event.epoch for event in events if isinstance(event, Step)} == {1, 2, 3, 4}
    assert made(report=events.append) == record  # found, without a process
    assert events[-1] == RunStarted(record.id, "LeNet-5", CONDITIONS, finished=True)


@pytest.mark.parametrize(
    ("happens", "reason", "epochs"),
    [
        ("build=crash", "its process was ended by SIGSEGV (Segmentation fault) before its first step", 0),
        ("3.2=crash", "its process was ended by SIGSEGV (Segmentation fault) in epoch 3", 2),
        ("2.1=kill", "its process was ended by SIGKILL (Killed) after epoch 1", 1),
        ("2.5=big", "out of memory at batch size 32; try --batch-size 16, or auto", 1),
        ("1.5=loud", "its process ended with code 7 in epoch 1", 0),
    ],
    ids=["crash-building", "crash", "kill", "memory", "exit"],
)
def test_what_ends_a_process_is_the_reason_of_a_failed_run_that_can_go_on(
    made: Any, tmp_path: Path, events: list[Any], happens: str, reason: str, epochs: int, empty: Path
) -> None:
    record = made(happens)
    assert (record.outcome, record.reason, len(record.epochs)) == ("failed", reason, epochs)
    # Of a dead process nobody knows; one that could still write its record has them.
    assert (record.on_gpu is not None) == (happens == "2.5=big")
    assert load_records(tmp_path / "runs") == ((record,), ())
    (listed,) = list_runs(tmp_path / "runs", empty).runs
    assert (listed.outcome, listed.epochs) == ("failed", epochs)

    again = made(report=events.append)
    assert again.outcome == "finished"
    assert [event.epochs for event in events if isinstance(event, Resumed)] == ([epochs] if epochs else [])
    assert names(tmp_path / "runs") == {again.id}


def test_of_a_process_that_is_gone_only_the_epochs_of_its_checkpoint_are_known(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOO_TEST_EVERY_S", "20")
    assert made("3.2=crash").epochs == ()
    assert [epoch.epoch for epoch in made("3.2=big").epochs] == [1, 2]


def test_what_a_process_printed_last_lies_beside_its_failed_record(made: Any, tmp_path: Path) -> None:
    record = made("1.5=loud")
    said = (tmp_path / "runs" / record.id / store.STDERR).read_text()
    assert said.splitlines()[-2:] == ["something printed", "a last word"]


def test_a_process_that_the_system_killed_for_memory_is_told_as_that(
    made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter((4, 5))
    monkeypatch.setattr(worker, "oom_kills", lambda: next(counts))
    assert made("2.5=kill").reason == "out of memory at batch size 32 in epoch 2; try --batch-size 16, or auto"


def test_a_word_of_the_process_is_the_error_here_and_nothing_is_left_to_go_on_with(made: Any, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"^nothing can be built of this$"):
        made("build=refuse")
    assert names(tmp_path / "runs") == set()


@pytest.mark.parametrize("happens", ["2.5=hang", "2.5=stuck"])
def test_a_run_past_its_limit_is_ended_and_goes_on_when_it_is_asked_for_again(
    made: Any, tmp_path: Path, events: list[Any], monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    """The limit is over as soon as the process hangs: no test by the clock."""
    real = worker._messages
    reached: list[bool] = []

    def until_it_hangs(connection: Any, end: Any, *stop: Any) -> Any:
        for message in real(connection, None, *stop):
            yield message
            if isinstance(message, Step) and (message.epoch, message.step) == (2, 1):
                reached.append(True)
                return

    monkeypatch.setattr(worker, "_messages", until_it_hangs)
    monkeypatch.setattr(worker, "GRACE_S", 0.5)
    monkeypatch.setattr(worker, "monotonic", lambda: 1000.0 * len(reached))
    record = made(happens, limit_s=90.0)
    assert record.reason == "not done within --time-limit 90 s in epoch 2; the same command resumes it"
    monkeypatch.undo()


def test_time_that_is_over_ends_the_waiting(made: Any) -> None:
    assert "not done within --time-limit 0.01 s before its first step" in (
        made("build=hang", limit_s=0.01).reason or ""
    )


def temporary_files(report: Report) -> str:
    return tempfile.gettempdir()


def test_the_temporary_files_of_a_worker_lie_in_its_folder_and_a_limit_of_weeks_is_waited_for(tmp_path: Path) -> None:
    limit_s = 1e9  # more milliseconds than the system takes at once
    found = worker.call_in_worker(temporary_files, folder=tmp_path, backend="tensorflow", limit_s=limit_s)
    assert found == str(tmp_path)


def test_a_disk_that_is_full_is_one_line_and_loses_nothing(made: Any, tmp_path: Path, events: list[Any]) -> None:
    with pytest.raises(ZooError, match=r"^cannot write .*: File too large; [^\n]*$"):
        made("3.2=full")
    (partial,) = (tmp_path / "runs").iterdir()
    assert not [name for name in names(partial) if name.endswith(".tmp")]
    record = made(report=events.append)
    assert [event.epochs for event in events if isinstance(event, Resumed)] == [2]
    assert told_of(record) == told_of(made(runs=tmp_path / "whole"))


def test_latency_is_added_in_a_worker_whose_death_leaves_the_record(made: Any, tmp_path: Path) -> None:
    record = made(latency_batches=())
    with pytest.raises(ZooError, match=r"^latency is not added to the finished run: .*SIGSEGV .* latency$"):
        made("latency=crash")
    assert read_record(tmp_path / "runs" / record.id / "record.json") == record
    assert [latency.batch for latency in made(latency_batches=(1, 8)).latency] == [1, 8]
    assert names(tmp_path / "runs") == {record.id}


SCRIPT = """
from pathlib import Path

from modelzoo.benchmarking.worker import call_in_worker


def work(report):
    print("not reached")


call_in_worker(work, folder=Path.cwd(), backend="tensorflow")
"""


def test_a_script_without_a_main_guard_is_an_error_that_names_the_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    path = str(Path(modelzoo.__file__).parent.parent)
    ended = subprocess.run(
        [sys.executable, "script.py"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines()[-1] == (
        "modelzoo.errors.ZooError: a worker ended before its work began; a script calls modelzoo under "
        '`if __name__ == "__main__":`, because a worker imports the script'
    )


def test_another_process_that_goes_on_with_the_run_is_left_alone(
    made: Any, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.claim_run(tmp_path / "runs", spec.id), pytest.raises(ClaimedError, match=r"process \d+ on .* works on"):
        made()


# A whole program that makes the run; what it is asked to end by, a user's Ctrl-C is.
PARENT = """
import pickle, sys
from pathlib import Path

import pretended
from modelzoo.benchmarking import run_worker
from modelzoo.runs.events import Note, Step, Waiting

run_worker.work = pretended.work
spec, splits = pickle.loads(Path(sys.argv[1]).read_bytes())


def report(event):
    if isinstance(event, Step) and (event.epoch, event.step) == (2, 1):
        print("there", flush=True)
    if isinstance(event, Note):
        print(event.text, flush=True)


try:
    run_worker.run_in_worker(spec, splits, Path(sys.argv[3]), folder=Path(sys.argv[2]), report=report)
except KeyboardInterrupt:
    sys.exit(130)
"""


# The same with two runs at a time.
TWO_RUNS = PARENT.replace(
    "    run_worker.run_in_worker(spec, splits, Path(sys.argv[3]), folder=Path(sys.argv[2]), report=report)\n",
    """    from dataclasses import replace
    from modelzoo.benchmarking import shares
    from modelzoo.benchmarking.queue import Job, make_runs

    shares.hardware.has_gpu = lambda: False
    jobs = [Job(replace(spec, seed=seed)) for seed in (0, 1)]
    folder, runs = map(Path, sys.argv[2:4])
    list(make_runs(jobs, splits, runs, folder=folder, workers=2, report=lambda event: report(event.event)))
""",
)


@pytest.fixture
def program(
    pretended: Any, spec: RunSpec, splits: Splits, folder: Path, tmp_path: Path
) -> Callable[[str], "subprocess.Popen[bytes]"]:
    """Start a program that makes the run, and give it back when epoch 2 has begun."""

    def start(happens: str, program: str = PARENT) -> "subprocess.Popen[bytes]":
        pretended(happens)
        (tmp_path / "spec").write_bytes(pickle.dumps((spec, splits)))
        path = os.pathsep.join((str(tmp_path / "modules"), str(Path(modelzoo.__file__).parent.parent)))
        command = [sys.executable, "-c", program, str(tmp_path / "spec"), str(folder), str(tmp_path / "runs")]
        started = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE)
        assert started.stdout is not None
        assert started.stdout.readline() == b"there\n"
        return started

    return start


def until_free(runs: Path, spec: RunSpec) -> Path:
    """Wait for the process that works on the run to end."""
    while True:
        try:
            with store.claim_run(runs, spec.id) as claim:
                return claim.folder
        except ZooError:
            time.sleep(0.02)


def test_ctrl_c_ends_the_process_of_the_run_after_its_step(
    program: Any, made: Any, spec: RunSpec, tmp_path: Path, events: list[Any]
) -> None:
    asked = program("any=slow")
    asked.send_signal(signal.SIGINT)
    assert asked.wait() == 130
    with store.claim_run(tmp_path / "runs", spec.id) as claim:  # nobody works on it any more
        assert names(claim.folder) >= {"checkpoint.npz", "begun.json"}
    made(report=events.append)
    assert [event.epochs for event in events if isinstance(event, Resumed)] == [1]


@pytest.mark.skipif(cores() < 2, reason="each of two workers needs a core")
def test_ctrl_c_ends_all_processes_of_several_runs_after_their_step(
    program: Any, spec: RunSpec, tmp_path: Path
) -> None:
    asked = program("2.2=asked", TWO_RUNS)
    assert asked.stdout.readline() == b"there\n"  # the other run
    asked.send_signal(signal.SIGINT)
    assert asked.wait() == 130
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {
        f"{dataclasses.replace(spec, seed=seed).id}.partial" for seed in (0, 1)
    }
    for partial in (tmp_path / "runs").iterdir():
        assert names(partial) >= {"checkpoint.npz", "begun.json"}
        assert claim_files(partial) == []


def test_ctrl_c_where_whole_epochs_are_not_saved_ends_the_process_after_its_epoch(
    program: Any, made: Any, events: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZOO_TEST_EVERY_S", "20")
    asked = program("any=slow")
    asked.send_signal(signal.SIGINT)
    assert asked.wait() == 130
    assert asked.stdout.read().startswith(b"ending after epoch 2, which is then saved with 1 before it; Ctrl-C again")
    made(report=events.append)
    assert [event.epochs for event in events if isinstance(event, Resumed)] == [2]


def test_a_disk_that_is_too_full_for_what_ctrl_c_saves_is_told(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_TEST_EVERY_S", "20")
    asked = program("any=slow;2.7=full")
    asked.send_signal(signal.SIGINT)
    assert asked.wait() == 130
    assert b"\ncannot write" in asked.stdout.read()


def test_a_second_ctrl_c_ends_a_process_that_does_not_end(
    program: Any, spec: RunSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = program("2.5=stuck")
    for _ in range(2):
        asked.send_signal(signal.SIGINT)
        time.sleep(0.5)
    assert asked.wait(10) == 130  # of the 30 seconds that it may take
    with store.claim_run(tmp_path / "runs", spec.id):
        pass


def test_the_process_of_a_run_ends_with_the_one_that_started_it(
    program: Any, folder: Path, spec: RunSpec, tmp_path: Path
) -> None:
    killed = program("any=slow")
    killed.kill()
    killed.wait()
    assert (until_free(tmp_path / "runs", spec) / "checkpoint.npz").exists()
    assert store.finished_record(tmp_path / "runs", spec.id) is None
    while folder.exists():  # what was folder over is taken away in its stead
        time.sleep(0.02)
