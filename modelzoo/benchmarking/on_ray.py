"""Runs as tasks of a Ray cluster, which starts a run again after a loss of its node."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from modelzoo.base.atomic import make_folder
from modelzoo.base.scratch import scratch_folder
from modelzoo.benchmarking.complete import is_complete
from modelzoo.benchmarking.parallel import result_of, unique_names
from modelzoo.benchmarking.prepare import in_geometry
from modelzoo.benchmarking.queue import Claimed, Job, Outcome, make_runs
from modelzoo.benchmarking.ray_cluster import connected, in_words, on_this_node, resources_of_run
from modelzoo.benchmarking.shares import THREADS
from modelzoo.benchmarking.worker import GRACE_S
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.datasets.mapped import MappedImages, export_splits, map_splits
from modelzoo.errors import ZooError, with_kind
from modelzoo.recipes.recipe import Geometry
from modelzoo.runs import store
from modelzoo.runs.events import Event, Note, OfRun, Report, RunEnded, Step, ignore
from modelzoo.runs.record import Record
from modelzoo.runs.transfer import PackedRun, pack_run, unpack_run

# Ray starts a task again after a loss of its node or process, at most this often.
_MAX_RETRIES = 3
_EVERY_S = 0.2
# A run of LeNet-5 on EMNIST Balanced takes 3.0 GB with its images, one of ResNet50 3.2 GB.
MEMORY_BYTES = 3_200_000_000


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
    with connected(address) as ray, _token(runs) as token:
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        resources = resources_of_run(nodes, MEMORY_BYTES)
        report(Note(f"each run takes {in_words(resources)} of a node"))
        listed = list(jobs)
        mailbox = on_this_node(ray, ray.remote(_Mailbox)).remote()
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
        except BaseException as error:
            with suppress(ray.exceptions.RayError):
                _cancel(ray, [*tasks])
            if isinstance(error, ray.exceptions.RayError):  # its head has ended
                advice = "repeat the command, which keeps the finished runs"
                raise ZooError(f"the Ray cluster was lost: {with_kind(error)}; {advice}") from error
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


@contextmanager
def _token(runs: Path) -> Iterator[Path]:
    """Make a folder in the folder of runs, which a node sees if it shares the folder of runs."""
    make_folder(runs)
    with scratch_folder(runs.absolute(), ".ray-") as token:
        yield token
