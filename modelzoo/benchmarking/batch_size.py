"""The largest batch that fits: a few real training steps at one power of two after the other, until one does not."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelzoo.benchmarking import messages
from modelzoo.benchmarking.run_spec import Plan
from modelzoo.benchmarking.worker import Gone, do
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.runs.events import Note, Report, ignore

if TYPE_CHECKING:
    pass

# Larger batches need other recipes: fewer steps an epoch, another learning rate.
LARGEST = 1024
_SMALLEST = 16

# On a CPU a batch fits if the process stays within this share of the memory that it may have: what goes beyond its end
# is not refused, it makes the machine stand still.
SHARE = 0.5


def with_largest_batch(plan: Plan, handed: Path, runs: Path, report: Report, *, limit_s: float | None = None) -> Plan:
    """The plan with the largest batch size, a power of two from 16 to 1,024, whose training steps fit into memory.

    It is no more than there are training images. Each size is tried in a process of its own, from the smallest up, for
    `limit_s` seconds at most.

    Raises
    ------
    ZooError
        If not even the smallest fits, or the steps fail for another reason.
    """
    most = min(LARGEST, plan.dataset.train_images)
    found, size, before_mb = None, min(_SMALLEST, most), 0.0
    while size <= most:
        tried = _with(plan, size)
        report(Note(f"{plan.title}: trying batch size {size}"))
        answer = do(messages.Job(tried, handed, runs, trial=True), limit_s, ignore)
        if isinstance(answer, Gone) and not answer.failure.out_of_memory:
            raise ZooError(f"{plan.model.name} at batch size {size}: {answer.failure.reason}")
        if not isinstance(answer, messages.Fits) or not _within_share(answer.peak_memory_mb):
            break
        found = tried
        # So much would the next one take, as twice the images add twice as much.
        next_mb = answer.peak_memory_mb + 2 * max(0.0, answer.peak_memory_mb - before_mb) * (before_mb > 0)
        before_mb = answer.peak_memory_mb
        if not _within_share(next_mb):
            break
        size *= 2
    if found is None:
        raise ZooError(f"{plan.model.name} does not fit into memory at batch size {size}; try a smaller --image-size")
    report(Note(_told(found, most)))
    return found


def _with(plan: Plan, size: int) -> Plan:
    return replace(plan, recipe=msgspec.structs.replace(plan.recipe, batch_size=size))


def _within_share(memory_mb: float) -> bool:
    total = hardware.memory_limit_bytes()
    return hardware.has_gpu() or not total or memory_mb * 1e6 <= SHARE * total


def _told(found: Plan, most: int) -> str:
    size = found.recipe.batch_size
    end = f"{LARGEST:,} is the most that is tried" if size * 2 > LARGEST else f"there are {most:,} training images"
    why = end if size * 2 > most else f"{size * 2} takes more memory than it may"
    return f"{found.title}: batch size {size} is the largest that fits ({why}); --batch-size {size} is the same run"
