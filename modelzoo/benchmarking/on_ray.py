"""Runs as tasks of a Ray cluster, which starts a run again after a loss of its node."""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from modelzoo.base.atomic import make_folder
from modelzoo.base.install import install_command
from modelzoo.base.scratch import scratch_folder
from modelzoo.base.text import byte_size, plural, reason
from modelzoo.benchmarking.complete import is_complete
from modelzoo.benchmarking.parallel import result_of, unique_names
from modelzoo.benchmarking.prepare import in_geometry
from modelzoo.benchmarking.queue import Claimed, Job, Outcome, make_runs
from modelzoo.benchmarking.shares import THREADS
from modelzoo.benchmarking.worker import GRACE_S
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.datasets.mapped import MappedImages, export_splits, map_splits
from modelzoo.errors import ZooError, first_line, with_kind
from modelzoo.recipes.recipe import Geometry
from modelzoo.runs import store
from modelzoo.runs.events import Event, Note, OfRun, Report, RunEnded, Step, ignore
from modelzoo.runs.record import Record
from modelzoo.runs.transfer import PackedRun, pack_run, unpack_run

# A cluster of this process alone, and the one that runs on this machine or that RAY_ADDRESS names.
LOCAL, AUTO = "local", "auto"

_ADVICE = "start one with `ray start --head`, join this machine to it, or use local"

# Ray starts a task again after a loss of its node or process, at most this often.
_MAX_RETRIES = 3
_EVERY_S = 0.2
# A run of LeNet-5 on EMNIST Balanced takes 3.0 GB with its images, one of ResNet50 3.2 GB.
MEMORY_BYTES = 3_200_000_000
_CONNECT_S = 5.0


@dataclass(frozen=True)
class _Placed:
    """A task has begun on a node, which shares the folder of runs or does not."""

    shared: bool


class _Mailbox:
    """The events of all tasks, in a process of Ray on the node of this program."""

    def __init__(self) -> None:
        self._events: list[tuple[int, Event | _Placed]] = []

    def put(self, index: int, event: Event | _Placed) -> None:
        """Add an event of a task."""
        self._events.append((index, event))

    def take(self) -> list[tuple[int, Event | _Placed]]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events


def require_ray(address: str) -> None:
    """Raise a ZooError where Ray is not installed, or nothing listens at HOST:PORT."""
    if find_spec("ray") is None:
        raise ZooError(f"`ray` needs Ray; {install_command('ray')}")
    _require_reachable(address)


def make_runs_on_ray(
    jobs: Iterable[Job],
    splits: Splits,
    runs: Path,
    *,
    address: str,
    limit_s: float | None = None,
    wait: bool = False,
    report: Report = ignore,
) -> Iterator[tuple[int, Outcome]]:
    """Make each run in a task of a Ray cluster, and yield its index and outcome when it ends.

    A node that shares the folder of runs works in it. A run whose node is lost then resumes from its checkpoint. From
    any other node the files of a run come back when it ends, and a lost run begins again.

    Parameters
    ----------
    splits : as `export_splits` returns them; files of images are decoded here, to the input of each network
    address : ``local`` starts a cluster on this machine for these runs. ``auto`` is the cluster that RAY_ADDRESS names,
        or that runs on this machine. ``HOST:PORT`` is that of a cluster to which this machine belongs
    limit_s, wait : as for `make_runs`; a task that waits for the run of another process keeps its CPUs meanwhile

    Raises
    ------
    ZooError
        If Ray is not installed, there is no cluster, or no node of it has the resources of a run.
    """
    with _connected(address) as ray, _token(runs) as token:
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        resources = resources_of_run(nodes, MEMORY_BYTES)
        report(Note(f"each run takes {_in_words(resources)} of a node"))
        listed = list(jobs)
        mailbox = _on_this_node(ray, ray.remote(_Mailbox)).remote()
        task = ray.remote(_make_run).options(**resources, max_retries=_MAX_RETRIES)
        images: dict[Geometry, Any] = {}
        tasks: dict[Any, tuple[int, Job]] = {}
        try:
            for index, job in enumerate(listed):
                known = store.finished_record(runs, job.spec.id)
                if known is not None and is_complete(known, job.latency_batches, test=job.test):
                    yield index, known
                    continue
                geometry = job.spec.recipe.input.geometry
                if geometry not in images:
                    images[geometry] = ray.put(_in_memory(in_geometry(job.spec.recipe, splits, report)))
                packed = pack_run(runs, job.spec.id)
                tasks[task.remote(index, job, images[geometry], token, packed, limit_s, wait, mailbox)] = index, job
            yield from _outcomes(ray, tasks, unique_names([job.spec for job in listed]), runs, mailbox, report)
        except BaseException:
            _cancel(ray, [*tasks])
            raise


def _make_run(
    index: int,
    job: Job,
    splits: Splits,
    token: Path,
    packed: PackedRun,
    limit_s: float | None,
    wait: bool,
    mailbox: Any,
) -> tuple[Outcome, PackedRun | None]:
    """Make one run, in a task of Ray; return its outcome, and its files unless the folder is shared."""
    import ray

    cpus = ray.get_runtime_context().get_assigned_resources()["CPU"]
    os.environ.update(dict.fromkeys(THREADS, str(int(cpus))))
    shared = token.is_dir()
    mailbox.put.remote(index, _Placed(shared))
    sent = None

    def report(event: Event) -> None:
        nonlocal sent
        if not isinstance(event, Step):  # a thousand networks take too many
            # A task that waits for an answer leaves its CPU to the next one.
            sent = mailbox.put.remote(index, event)

    run_id = job.spec.id
    try:
        with scratch_folder() as folder:
            runs = token.parent if shared else folder / "runs"
            if not shared:
                make_folder(runs)
                unpack_run(packed, runs, run_id)
            mapped, again = export_splits(splits, folder), shared and _is_again(token / str(index))
            made = make_runs([job], mapped, runs, folder=folder, limit_s=limit_s, wait=wait or again, report=report)
            ((_, outcome),) = made
            files = None if shared else pack_run(runs, run_id)
    except ZooError as error:
        outcome, files = ZooError(str(error)), None
    if sent is not None:
        ray.wait([sent])  # calls of one task arrive in order: its events are there before its outcome
    return outcome, files


def _is_again(begun: Path) -> bool:
    """Return whether a task with this mark has begun before; its process may still hold the run."""
    try:
        begun.mkdir()
    except FileExistsError:
        return True
    return False


def _outcomes(
    ray: Any, tasks: dict[Any, tuple[int, Job]], names: Sequence[str], runs: Path, mailbox: Any, report: Report
) -> Iterator[tuple[int, Outcome]]:
    """Yield the outcome of each task as it ends, and report the events of all."""
    ids = {index: job.spec.id for index, job in tasks.values()}
    placed: set[int] = set()

    def report_of(index: int, event: Event) -> None:
        report(OfRun(ids[index], names[index], event))

    while tasks:
        ended, _ = ray.wait([*tasks], timeout=_EVERY_S)
        for index, event in ray.get(mailbox.take.remote()):
            if not isinstance(event, _Placed):
                report_of(index, event)
            elif index in placed:
                resumes = "resumes from its last checkpoint" if event.shared else "begins again"
                report_of(index, Note(f"Ray lost its node or its process; the run {resumes}"))
            else:
                placed.add(index)
        for task in ended:
            index, job = tasks.pop(task)
            outcome = _outcome(ray, task, job, runs)
            if not isinstance(outcome, Claimed):
                report_of(index, RunEnded(result_of(outcome)))
            yield index, outcome


def _outcome(ray: Any, task: Any, job: Job, runs: Path) -> Outcome:
    """Return the outcome of a task that has ended; the files of its run, if any, are published."""
    try:
        made: tuple[Outcome, PackedRun | None] = ray.get(task)
        outcome, packed = made
        known = store.finished_record(runs, job.spec.id)
        if known is not None and not (isinstance(outcome, Record) and outcome.outcome == "finished"):
            return known  # another process has finished the run
        if packed is not None:
            unpack_run(packed, runs, job.spec.id)
    except ray.exceptions.RayTaskError as error:
        return ZooError(f"its task failed on a node: {with_kind(error.cause)}; every node needs the same cnn-zoo")
    except ray.exceptions.RayError as error:
        return ZooError(f"Ray lost its node or process {_MAX_RETRIES + 1} times: {with_kind(error)}")
    except ZooError as error:
        return error
    return outcome


def _cancel(ray: Any, tasks: list[Any]) -> None:
    """Stop the tasks as Ctrl-C does, and wait for their checkpoints; a second Ctrl-C waits no longer."""
    for task in tasks:
        ray.cancel(task)
    if tasks:
        ray.wait(tasks, num_returns=len(tasks), timeout=GRACE_S)


def _in_memory(splits: Splits) -> Splits:
    """Return the splits with arrays in place of mapped files, which other nodes do not have."""

    def load(part: str, split: Split) -> Split:
        mapped = isinstance(split.images, MappedImages)
        return replace(split, images=split.images.mapped()) if mapped else split

    return map_splits(load, splits)


def _in_words(resources: Mapping[str, int]) -> str:
    gpus, cpus, memory = (resources[name] for name in ("num_gpus", "num_cpus", "memory"))
    return f"{plural(gpus, 'GPU') + ', ' if gpus else ''}{plural(cpus, 'CPU')} and {byte_size(memory)} of memory"


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Yield the module `ray`, connected to the cluster; a program that is connected already stays so."""
    # A cluster on this machine reports nothing to Ray's makers. Latency is measured at the priority of other commands.
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")
    if address == AUTO:
        address = os.environ.get("RAY_ADDRESS") or AUTO
    require_ray(address)
    ray = import_module("ray")
    if ray.is_initialized():
        yield ray
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(address=address, include_dashboard=False, log_to_driver=False, logging_level="error")
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        cause = "none runs here, and RAY_ADDRESS is not set" if address == AUTO else first_line(error)
        raise ZooError(f"no Ray cluster at {address}: {cause}; {_ADVICE}") from None
    finally:
        with suppress(ValueError):  # not the main thread, where Ray leaves the handler alone too
            signal.signal(signal.SIGTERM, handler)
    try:
        yield ray
    finally:
        ray.shutdown()


def _require_reachable(address: str) -> None:
    """Raise a ZooError where nothing listens at HOST:PORT: Ray itself tries for two minutes, then exits."""
    if address in (LOCAL, AUTO):
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ZooError(f"`ray` is {address!r}; expected {LOCAL}, {AUTO} or HOST:PORT")
    try:
        socket.create_connection((host, int(port)), timeout=_CONNECT_S).close()
    except (OSError, OverflowError) as error:
        raise ZooError(f"no Ray cluster at {address}: {reason(error)}; {_ADVICE}") from None


@contextmanager
def _token(runs: Path) -> Iterator[Path]:
    """Make a folder in the folder of runs, which a node sees if it shares the folder of runs."""
    make_folder(runs)
    token = Path(tempfile.mkdtemp(prefix=".ray-", dir=runs.absolute()))
    try:
        yield token
    finally:
        shutil.rmtree(token, ignore_errors=True)


def _on_this_node(ray: Any, actor: Any) -> Any:
    """Return the actor class, to be placed on the node of this program, where it takes no CPU."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return actor.options(num_cpus=0, scheduling_strategy=here)


def resources_of_run(nodes: Sequence[Mapping[str, float]], memory: int) -> Mapping[str, int]:
    """Return the resources of a run: a GPU with its share of CPUs, else all CPUs of the smallest node.

    Parameters
    ----------
    nodes : resources of each node, by Ray's names
    memory : of a run, in bytes

    Raises
    ------
    ZooError
        If no node has them.
    """
    gpus = int(any(node.get("GPU", 0) >= 1 for node in nodes))
    able = [node for node in nodes if node.get("GPU", 0) >= gpus and node.get("CPU", 0) >= 1]
    cpus = min((int(node["CPU"] // max(1, node.get("GPU", 0))) for node in able), default=1)
    able = [node for node in able if node.get("memory", 0) >= memory]
    resources = {"num_gpus": gpus, "num_cpus": max(1, cpus), "memory": memory}
    if not able:
        most = max((node.get("memory", 0) for node in nodes), default=0)
        raise ZooError(
            f"no node of the Ray cluster has {_in_words(resources)}; of {plural(len(nodes), 'node')} the largest has "
            f"{byte_size(most)}: add a node, or start one with `ray start --memory`"
        )
    return resources
