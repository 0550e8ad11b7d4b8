"""Which convolutional network to use, proved on your data and your machine.

The public API; each name is loaded from its module when it is first used, so that ranking never waits for Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelzoo.board.compare import compare
    from modelzoo.board.merge import leaderboard
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.datasets.load import load_dataset
    from modelzoo.datasets.prepare import prepare_datasets
    from modelzoo.errors import ZooError
    from modelzoo.scoring.explain import explain
    from modelzoo.scoring.pareto.fronts import pareto
    from modelzoo.scoring.rank import rank
    from modelzoo.scoring.robustness import robustness
    from modelzoo.training.record import load_records
    from modelzoo.training.runner import bench
    from modelzoo.training.speed import latency

__all__ = [
    "ZooError",
    "bench",
    "compare",
    "explain",
    "latency",
    "leaderboard",
    "load_catalog",
    "load_dataset",
    "load_records",
    "pareto",
    "prepare_datasets",
    "rank",
    "robustness",
]

_HOMES = {
    "ZooError": "modelzoo.errors",
    "bench": "modelzoo.training.runner",
    "compare": "modelzoo.board.compare",
    "explain": "modelzoo.scoring.explain",
    "latency": "modelzoo.training.speed",
    "leaderboard": "modelzoo.board.merge",
    "load_catalog": "modelzoo.catalog.catalog",
    "load_dataset": "modelzoo.datasets.load",
    "load_records": "modelzoo.training.record",
    "pareto": "modelzoo.scoring.pareto.fronts",
    "prepare_datasets": "modelzoo.datasets.prepare",
    "rank": "modelzoo.scoring.rank",
    "robustness": "modelzoo.scoring.robustness",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'modelzoo' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
