"""Logging of runs to another tool, after they ended: a tracker of experiments, a model card, a file of evaluations."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

import msgspec

from modelzoo.base.arguments import checked
from modelzoo.errors import ZooError
from modelzoo.runs.find import find_run
from modelzoo.runs.record import Record
from modelzoo.tracking.history import history_of

TargetName = Literal["tensorboard", "mlflow", "trackio", "model-index", "every-eval-ever"]


class Target(msgspec.Struct, frozen=True):
    """A tool that takes runs: the module that logs to it, its default output, and the packages that it needs.

    `packages` are the modules that are imported, with the name of each for pip.
    """

    module: str
    output: str
    packages: Mapping[str, str] = {}
    most_runs: int | None = None

    def log(self, record: Record, output: str) -> bool:
        """Log a record; return False if it is there already."""
        log = cast("Callable[[object, str], bool]", import_module(f"modelzoo.tracking.{self.module}").log)
        return log(history_of(record) if self.packages else record, output)


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "tensorboard": Target("tensorboard", "tensorboard", {"tensorboard": "tensorboard"}),
        "mlflow": Target("mlflow", "mlflow.db", {"mlflow": "mlflow", "sqlalchemy": "mlflow"}),
        "trackio": Target("trackio", "trackio", {"trackio": "trackio"}),
        "model-index": Target("model_index", "model-card.md", most_runs=1),
        "every-eval-ever": Target("every_eval_ever", "every_eval_ever"),
    }
)


class Logged(msgspec.Struct, frozen=True):
    """A run with the output that has it; `new` is False if the output had it before."""

    id: str
    output: str
    new: bool


@checked
def log_runs(
    names: Sequence[str], to: TargetName, output: str | None = None, *, folder: str | Path | None = None
) -> tuple[Logged, ...]:
    """Log runs to another tool, from their records alone. A run that is there already is not logged twice.

    All runs are found before the first is logged.

    Parameters
    ----------
    names : ids of runs, their beginnings, or labels
    output : file, folder, or address of a server; each target has a default
    folder : of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``

    Raises
    ------
    ZooError
        If a run is not found or has no result, a package is missing, or the output cannot be written.
    """
    target = TARGETS[to]
    if target.most_runs is not None and len(names) > target.most_runs:
        raise ZooError(f"{to} describes one network; name one run, not {len(names)}")
    for module, package in target.packages.items():
        if find_spec(module) is None:
            raise ZooError(f"{to} needs {package}; install it with `pip install {package}`")
    records = [find_run(name, folder).record for name in dict.fromkeys(names)]
    place = output or target.output
    return tuple(Logged(record.id, place, target.log(record, place)) for record in records)
