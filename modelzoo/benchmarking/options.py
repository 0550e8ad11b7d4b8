"""The options of a benchmark, as `zoo bench` and `modelzoo.bench` take them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from modelzoo.base import paths
from modelzoo.datasets.division import SPLIT, shares_of
from modelzoo.errors import ZooError
from modelzoo.timing.measure import BATCHES, require_batches

# About 30 years: every clock holds it.
_MOST_S = 1e9
# Of the seeds that NumPy and Keras take.
_LAST_SEED = 2**32 - 1


class BenchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a benchmark; None leaves a value to the recipe or the data.

    Parameters
    ----------
    recipe : a name in ``benchmarks/recipes`` or a TOML file; default: the one named like the model, else
        ``default``. For few photos it is ``finetune`` or ``photos``
    set : assignments that change fields of the recipe, as ``optimizer.learning_rate=3e-4``
    weights : initial weights, ``imagenet`` or a ``.weights.h5`` file; short for ``weights=…`` in `set`
    epochs : the most to train; below the recipe's own, the run counts as stopped at a limit
    batch_size : images in a step; ``auto`` is the largest power of two, up to 1,024, that fits into memory
    seed : of weights, order and dropout
    seeds : runs of each model, with `seed` and the seeds that follow it
    time_limit_s : seconds for each run, from the start of its worker
    limit_train : training images, of each class its share
    split : percent of the images in train, validation and test, as ``60/20/20``, where image files have no splits
    skip_broken : leave out image files that cannot be decoded
    image_size : height and width in pixels that the network sees
    latency_batches : images in a call whose latency is measured; empty measures none
    test : whether the test split is used; a run without a test result is judged on validation images alone
    workers : runs at a time, each with its own GPU, or with its share of the cores. Their latency is measured after all
        trainings, one run at a time
    ray : the Ray cluster whose tasks make the runs. ``local`` is started here; ``auto`` is the one that RAY_ADDRESS
        names, or that runs on this machine; else its ``HOST:PORT``
    data_dir : folder of the data sets; default: ``ZOO_DATA``, else the user's cache folder
    runs : folder of the runs; default: ``ZOO_RUNS``, else ``./runs``
    """

    recipe: str | Path | None = None
    set: Sequence[str] = ()
    weights: str | Path | None = None
    epochs: int | None = None
    batch_size: int | Literal["auto"] | None = None
    seed: int = 0
    seeds: int = 1
    time_limit_s: float | None = None
    limit_train: int | None = None
    split: str = SPLIT
    skip_broken: bool = False
    image_size: int | None = None
    latency_batches: Sequence[int] = BATCHES
    test: bool = True
    workers: int = 1
    ray: str | None = None
    data_dir: str | Path | None = None
    runs: str | Path | None = None

    def __post_init__(self) -> None:
        require_batches(self.latency_batches)
        shares_of(self.split)
        for name in ("epochs", "batch_size", "seeds", "limit_train", "image_size", "workers"):
            value = getattr(self, name)
            if value not in (None, "auto") and not (isinstance(value, int) and value >= 1):
                raise ZooError(f"`{name}` is {value!r}; expected a whole number from 1")
        if self.ray is not None and self.workers > 1:
            raise ZooError("`ray` and `workers` exclude each other: Ray runs as many at a time as its nodes take")
        if self.ray is not None and self.batch_size == "auto":
            raise ZooError("`batch_size` auto tries steps on this machine, and `ray` trains on others; give a number")
        changed = [assignment.partition("=")[0].strip() for assignment in self.set]
        for name, key in (("image_size", "input.size"), ("batch_size", "batch_size")):
            if getattr(self, name) is not None and key in changed:
                raise ZooError(f"`{name}` and {key} in `set` are the same; give one of them")
        if not 0 <= self.seed <= _LAST_SEED - self.seeds + 1:
            last = f", and {self.seeds:,} of them up to {_LAST_SEED:,}" if self.seeds > 1 else f" to {_LAST_SEED:,}"
            raise ZooError(f"`seed` is {self.seed}; expected a whole number from 0{last}")
        limit_s = self.time_limit_s
        if limit_s is not None and not (isinstance(limit_s, int | float) and 0 < limit_s <= _MOST_S):
            raise ZooError(
                f"`time_limit_s` is {limit_s!r}; expected a number of seconds above 0, {_MOST_S:.0e} at most"
            )

    @property
    def assignments(self) -> tuple[str, ...]:
        """The changes of the recipe's fields: those of `set`, and `weights`."""
        weights = () if self.weights is None else (f"weights={paths.expanded(self.weights)}",)
        return (*self.set, *weights)
