"""The largest batch size that fits into memory, by a few training steps at each power of two."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.run_worker import try_in_worker
from modelzoo.errors import ZooError
from modelzoo.machine import hardware, limits
from modelzoo.runs.events import Note, Report
from modelzoo.training.failure import Failure

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits

# Larger batches need other recipes: fewer steps an epoch, another learning rate.
LARGEST = 1024
_SMALLEST = 16

# On a CPU a batch fits if the process stays within this share of its memory limit. An allocation beyond the limit is
# not refused; it makes the machine swap.
SHARE = 0.5


def with_largest_batch(
    spec: RunSpec,
    splits: "Splits",
    report: Report,
    *,
    folder: Path,
    limit_s: float | None = None,
    workers: int = 1,
) -> RunSpec:
    """Return the spec with the largest batch size, a power of two from 16 to 1,024, that fits into memory.

    It is no more than there are training images. Each size is tried in a process of its own, from the smallest up, for
    `limit_s` seconds at most. On a CPU several workers share the memory.

    Raises
    ------
    ZooError
        If not even the smallest fits, or the steps fail for another reason.
    """
    most = min(LARGEST, spec.dataset.train_images)
    largest, size, before_mb = None, min(_SMALLEST, most), 0.0
    while size <= most:
        trial = replace(spec, recipe=msgspec.structs.replace(spec.recipe, batch_size=size))
        report(Note(f"{spec.title}: trying batch size {size}"))
        peak_mb = try_in_worker(trial, splits, folder=folder, limit_s=limit_s)
        if isinstance(peak_mb, Failure) and not peak_mb.out_of_memory:
            raise ZooError(f"{spec.model.name} at batch size {size}: {peak_mb.reason}")
        if not isinstance(peak_mb, float) or not _within_share(peak_mb * workers):
            break
        largest = trial
        # The next size adds twice as many images as this one did, and so twice the memory. The first size adds to none.
        growth_mb = max(0.0, peak_mb - before_mb) if before_mb else 0.0
        if not _within_share((peak_mb + 2 * growth_mb) * workers):
            break
        before_mb = peak_mb
        size *= 2
    if largest is None:
        raise ZooError(f"{spec.model.name} does not fit into memory at batch size {size}; try a smaller `image_size`")
    report(Note(_describe(largest, most)))
    return largest


def _within_share(memory_mb: float) -> bool:
    total = limits.memory_limit_bytes()
    return hardware.has_gpu() or not total or memory_mb * 1e6 <= SHARE * total


def _describe(spec: RunSpec, most: int) -> str:
    size = spec.recipe.batch_size
    end = f"{LARGEST:,} is the most that is tried" if size * 2 > LARGEST else f"there are {most:,} training images"
    why = end if size * 2 > most else f"{size * 2} takes more memory than it may"
    return f"{spec.title}: batch size {size} is the largest that fits ({why}); `batch_size` {size} gives the same run"
