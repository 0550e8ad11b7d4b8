"""A campaign against one tiny run: kills, failing calls and power losses at random moments, each then resumed.

`python tests/benchmarking/campaign.py FOLDER SEED KILLS FAILURES LOSSES` prints the figures as JSON. Each attempt is a
fork, in which the calls that change the disk are counted and recorded. The network is a fake of one number, the rest
is real: its run, its checkpoints, its weights file.
"""

import errno
import importlib.util
import io
import json
import os
import pickle
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "numpy"  # which starts no threads, so that a fork is safe

import keras
import numpy as np
from msgspec.structs import replace

from modelzoo.base.atomic import write_atomically
from modelzoo.benchmarking import charts, complete, trained
from modelzoo.benchmarking import run as one_run
from modelzoo.benchmarking.run_spec import RunSpec, split_data
from modelzoo.catalog.catalog import load_catalog
from modelzoo.datasets.dataset import DataSet, Splits
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.recipes.recipe import SGD, Plateau, Recipe, Stopping
from modelzoo.runs import checkpoint, events
from modelzoo.runs.record import Hardware, read_record
from modelzoo.timing.measure import Latencies
from modelzoo.training import trainer

REAL = {
    name: getattr(os, name) for name in ("open", "fdopen", "fsync", "rename", "replace", "unlink", "mkdir", "rmdir")
}

# Calls that take space, which fail on a full disk.
TAKE_SPACE = ("create", "write", "fsync", "mkdir", "rename")

EPOCHS = 6


def conftest() -> Any:
    spec = importlib.util.spec_from_file_location("made_up", Path(__file__).parents[1] / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MADE_UP = conftest()


class Engine(MADE_UP.FakeEngine):  # type: ignore[misc, name-defined]
    """The fake engine, with a network of Keras that has its number as a weight."""

    def __init__(self) -> None:
        super().__init__(val_losses=[3.0, 2.0, 2.5, 1.0, 1.5, 1.2])
        self._network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])

    @property
    def network(self) -> Any:
        self._network.set_weights([self.number.reshape(1, 1), self.random])
        return self._network


class Disk:
    """The calls of this process that change the disk, and the one that goes wrong.

    Parameters
    ----------
    moment : number of the call or event that goes wrong, from 1
    fault : is given the kind of the call, and the half of a write
    """

    def __init__(
        self, moment: int = 0, fault: Callable[[str, Callable[[], Any]], None] = lambda kind, half: None
    ) -> None:
        self.trace: list[tuple[Any, ...]] = []
        self._calls, self._moment, self._fault = 0, moment, fault
        self._paths: dict[int, str] = {}

    def call(self, kind: str, half: Callable[[], Any] = lambda: None) -> None:
        self._calls += 1
        if self._moment and self._calls >= self._moment:
            self._fault(kind, half)

    def path(self, path: Any, dir_fd: int | None = None) -> str:
        return str(Path(os.getcwd() if dir_fd is None else self._paths[dir_fd]) / os.fsdecode(path))  # noqa: PTH109

    def open(self, path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        named = self.path(path, dir_fd)
        creates = bool(flags & os.O_CREAT) and not os.path.lexists(named)
        if creates:
            self.call("create")
        descriptor = int(REAL["open"](path, flags, mode, dir_fd=dir_fd))
        self._paths[descriptor] = named
        if creates:
            self.trace.append(("create", named))
        return descriptor

    def fdopen(self, descriptor: int, mode: str = "r", *given: Any, **named: Any) -> Any:
        if mode != "wb":
            return REAL["fdopen"](descriptor, mode, *given, **named)
        disk, path = self, self._paths[descriptor]

        class Recorded(io.FileIO):
            def write(self, data: Any) -> int:
                content, position = bytes(data), self.tell()
                disk.call("write", lambda: io.FileIO.write(self, content[: len(content) // 2]))
                disk.trace.append(("write", path, position, content))
                return super().write(content) or 0

        return io.BufferedWriter(Recorded(descriptor, "wb"))

    def fsync(self, descriptor: int) -> None:
        self.call("fsync")
        self.trace.append(("fsync", self._paths[descriptor]))

    def rename(self, source: Any, target: Any) -> None:
        self.call("rename")
        REAL["replace"](source, target)
        self.trace.append(("rename", self.path(source), self.path(target)))

    def mkdir(self, path: Any, mode: int = 0o777) -> None:
        if not Path(path).parent.is_dir() or os.path.lexists(path):
            REAL["mkdir"](path, mode)  # which is an error
        self.call("mkdir")
        REAL["mkdir"](path, mode)
        self.trace.append(("mkdir", self.path(path)))

    def unlink(self, path: Any, *, dir_fd: int | None = None) -> None:
        if dir_fd is None and not os.path.lexists(path):
            REAL["unlink"](path)  # which is an error
        self.call("remove")
        REAL["unlink"](path, dir_fd=dir_fd)
        self.trace.append(("remove", self.path(path, dir_fd)))

    def rmdir(self, path: Any, *, dir_fd: int | None = None) -> None:
        self.call("remove")
        REAL["rmdir"](path, dir_fd=dir_fd)
        self.trace.append(("remove", self.path(path, dir_fd)))

    def install(self) -> None:
        for name in ("open", "fdopen", "fsync", "rename", "mkdir", "unlink", "rmdir"):
            setattr(os, name, getattr(self, name))
        os.replace = self.rename  # type: ignore[assignment]


class Node:
    """A file or a folder as processes see it, and as it is on the disk after a power loss.

    A file on the disk has the content of its last fsync. A folder has the entries of its last fsync, and the disk may
    have any first part of the changes since.
    """

    def __init__(self, folder: bool) -> None:
        self.folder = folder
        self.content, self.synced = bytearray(), b""
        self.entries: dict[str, Node] = {}
        self.on_disk: dict[str, Node] = {}
        self.changes: list[dict[str, Node | None]] = []

    def change(self, changes: "dict[str, Node | None]") -> None:
        apply(self.entries, changes)
        self.changes.append(changes)

    def fsync(self) -> None:
        self.synced, self.on_disk, self.changes = bytes(self.content), dict(self.entries), []

    def write_after_loss(self, path: Path, random: np.random.Generator) -> None:
        """Write a content that the disk may have after a power loss now."""
        if not self.folder:
            unsynced = bytes(self.content)
            choices = [self.synced, unsynced, unsynced[: len(unsynced) // 2]]
            path.write_bytes(choices[random.integers(3)] if unsynced != self.synced else self.synced)
            return
        path.mkdir()
        entries = dict(self.on_disk)
        for changes in self.changes[: random.integers(len(self.changes) + 1)]:
            apply(entries, changes)
        for name, node in entries.items():
            node.write_after_loss(path / name, random)


def apply(entries: dict[str, Node], changes: "dict[str, Node | None]") -> None:
    for name, node in changes.items():
        if node is None:
            entries.pop(name, None)
        else:
            entries[name] = node


def replayed(trace: list[tuple[Any, ...]], root: Path) -> Node:
    """Return the folder `root`, which was empty on the disk, after these calls."""
    top = Node(folder=True)

    def find(path: str) -> tuple[Node, str]:
        *folders, name = Path(path).relative_to(root).parts or ("",)
        node = top
        for folder in folders:
            node = node.entries[folder]
        return node, name

    for kind, path, *more in trace:
        parent, name = find(path)
        match kind:
            case "create" | "mkdir":
                parent.change({name: Node(folder=kind == "mkdir")})
            case "write":
                position, data = more
                parent.entries[name].content[position : position + len(data)] = data
            case "fsync":
                (parent.entries[name] if name else parent).fsync()
            case "rename":
                other, target = find(more[0])
                assert other is parent
                parent.change({name: None, target: parent.entries[name]})
            case "remove":
                parent.change({name: None})
    return top


def make_spec() -> tuple[RunSpec, Splits]:
    train, test = MADE_UP._split(12, classes=3, side=4, seed=0), MADE_UP._split(6, classes=3, side=4, seed=1)
    splits, facts = split_data(
        DataSet("few", "Few", ("a", "b", "c"), train, test, {"made": "up"}, synthetic=True), None, print
    )
    recipe = Recipe(
        title="t",
        batch_size=4,
        epochs=EPOCHS,
        optimizer=SGD(learning_rate=0.1),
        schedule=Plateau(patience=1, min_delta=0.3),
        stopping=Stopping(patience=9),
    )
    spec = RunSpec(
        model=load_catalog().model("lenet5"),
        variant="lenet5",
        recipe_name="t",
        recipe=recipe,
        epochs=EPOCHS,
        seed=0,
        dataset=facts,
        input_shape=(4, 4, 1),
        backend="numpy",
        precision="float32",
    )
    return spec, splits


def pretend() -> None:
    """Make up all that takes time or differs between machines."""
    one_run.engine_of = complete.engine_of = lambda *given: Engine()  # type: ignore[assignment]
    trained.measure_latency = lambda *given, **named: Latencies()  # type: ignore[assignment]
    one_run.flops_of_image = lambda network: 1.0
    charts.plot = lambda draw, path: write_atomically(path, b"<svg/>", follow_links=True)  # type: ignore[assignment]
    one_run.on_gpu = lambda: None
    trainer.perf_counter = lambda: 0.0
    checkpoint.CHECKPOINT_EVERY_S = 0.0
    hardware.versions = lambda backend: {}
    hardware.find_devices = lambda: None
    hardware.peak_memory_mb = lambda: None
    hardware.hardware = lambda: Hardware(cpu="none", cores=1, gpu=None, driver=None, memory_gb=1.0, system="none")


class Campaign:
    """All attempts at the run, and what the attempts before left."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.random = folder, np.random.default_rng(seed)
        self.runs, self.saved = folder / "runs", 0
        self.spec, self.splits = make_spec()
        self.figures: Counter[str] = Counter()
        whole = self.attempt()
        assert whole["outcome"] == "finished", whole
        self.trace, self.calls, self.whole = whole["trace"], whole["calls"], self.result()
        self.clear()

    def attempt(self, moment: int = 0, fault: Any = lambda kind, half: None) -> dict[str, Any]:
        """Make or resume the run in a fork; return how it ended."""
        out, log = os.pipe()
        process = os.fork()
        if not process:
            os.close(out)
            with os.fdopen(log, "wb", buffering=0) as pipe:
                self.work(pipe, Disk(moment, fault))
            os._exit(0)
        os.close(log)
        ended: dict[str, Any] = {"outcome": "killed", "resumed": None}
        with os.fdopen(out, "rb") as pipe:
            while True:
                try:
                    ended |= pickle.load(pipe)
                except (EOFError, pickle.UnpicklingError):
                    break
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        assert code == (-signal.SIGKILL if ended["outcome"] == "killed" else 0), (code, ended)
        resumed = ended["resumed"]  # None of an attempt that ended before
        assert resumed is None or resumed >= self.saved, f"{self.saved} epochs were saved, {resumed} resumed"
        self.saved = max(self.saved, ended.get("saved", 0))
        return ended

    def work(self, pipe: Any, disk: Disk) -> None:
        def tell(**told: Any) -> None:
            pipe.write(pickle.dumps(told))

        def report(event: Any) -> None:
            if isinstance(event, events.RunStarted) and event.finished:
                tell(resumed=EPOCHS)
            if isinstance(event, events.Resumed):
                tell(resumed=event.epochs)
            if isinstance(event, events.Step) and (event.epoch, event.step) == (1, 1):
                tell(resumed=0)
            if not isinstance(event, events.EtaEstimated):
                disk.call("start" if isinstance(event, events.RunStarted | events.Resumed) else "event")

        def saved(folder: Path, state: Any, arrays: Any) -> None:
            save(folder, state, arrays)
            tell(saved=len(state.epochs))
            disk.trace.append(("saved", len(state.epochs)))

        try:
            pretend()
            save, checkpoint.save_checkpoint = checkpoint.save_checkpoint, saved
            disk.install()
            record = one_run.run(self.spec, self.splits, self.runs, report)
            tell(outcome=record.outcome, reason=record.reason, trace=disk.trace, calls=disk._calls)
        except ZooError as error:
            tell(outcome="error", reason=str(error))
        except BaseException as error:
            import traceback

            tell(outcome="traceback", reason=f"{error!r}\n{traceback.format_exc()}")

    def result(self) -> tuple[Any, ...]:
        """Return all of the finished run but its times: equal to the last bit for each finished run."""
        (run,) = self.runs.iterdir()
        record = read_record(run / "record.json")
        files = {path.name: path.read_bytes() for path in run.iterdir() if path.name != "record.json"}
        return replace(record, started="", finished=""), files

    def clear(self) -> None:
        shutil.rmtree(self.runs, ignore_errors=True)
        self.saved = 0

    def finish(self) -> None:
        """Finish the run without a fault; it is equal to the uninterrupted run."""
        ended = self.attempt()
        assert ended["outcome"] == "finished", ended
        if self.result() != self.whole:
            raise AssertionError(f"{self.result()}\n{self.whole}")
        self.clear()
        self.figures["equal results"] += 1

    def kill(self) -> None:
        """Kill the run at a random call or event, in the middle of it if it is a write."""

        def fault(kind: str, half: Callable[[], Any]) -> None:
            half()
            os.kill(os.getpid(), signal.SIGKILL)

        ended = self.attempt(int(self.random.integers(1, self.calls // 2)), fault)
        self.figures["kills" if ended["outcome"] == "killed" else "finished before the kill"] += 1
        if ended["outcome"] == "finished":
            self.finish()

    def fail(self) -> None:
        """Let one call fail, or each from one on as on a full disk, or raise an error of another kind."""
        number = int(self.random.choice([errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES, errno.EROFS]))
        lasting = self.random.random() < 0.5
        left = [1]

        def fault(kind: str, half: Callable[[], Any]) -> None:
            if kind == "event" and left[0]:
                left[0] = 0
                raise RuntimeError("the device is lost")
            if (lasting and kind in TAKE_SPACE) or (not lasting and left[0] and kind not in ("event", "start")):
                left[0] = 0
                half()
                raise OSError(number, os.strerror(number))

        ended = self.attempt(int(self.random.integers(1, self.calls + 1)), fault)
        assert ended["outcome"] in ("error", "failed", "finished"), ended["reason"]
        assert "\n" not in (ended["reason"] or ""), ended
        self.figures["failing calls"] += 1
        self.figures[f"failing calls: {ended['outcome']}"] += 1
        self.finish()

    def lose_power(self) -> None:
        """Lose power after a random call of an uninterrupted run; the disk may have unsynchronized changes or not."""
        until = int(self.random.integers(1, len(self.trace) + 1))
        before = [call for call in self.trace[:until] if call[0] != "saved"]
        replayed(before, self.folder).write_after_loss(self.folder / "lost", self.random)
        shutil.rmtree(self.runs, ignore_errors=True)
        if (self.folder / "lost" / "runs").exists():
            (self.folder / "lost" / "runs").rename(self.runs)
        shutil.rmtree(self.folder / "lost")
        self.saved = max([call[1] for call in self.trace[:until] if call[0] == "saved"], default=0)
        self.figures["power losses"] += 1
        self.finish()


def main() -> None:
    folder, seed, kills, failures, losses = Path(sys.argv[1]), *map(int, sys.argv[2:])
    if Path("/proc/self/task").exists():
        assert len(list(Path("/proc/self/task").iterdir())) == 1, "a fork would lose a thread"
    campaign = Campaign(folder, seed)
    while campaign.figures["kills"] < kills:
        campaign.kill()
    campaign.finish()
    for _ in range(failures):
        campaign.fail()
    for _ in range(losses):
        campaign.lose_power()
    print(json.dumps({"seed": seed, "calls of one run": campaign.calls, **campaign.figures}))


if __name__ == "__main__":
    main()
