"""Which convolutional network to use, proved on your data and your machine.

The public API. Each name is loaded from its module at its first use, so that ranking never waits for Keras.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelzoo.benchmarking.bench import bench
    from modelzoo.board.build import leaderboard
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.comparison.compare import compare
    from modelzoo.datasets.load import load_dataset
    from modelzoo.datasets.prepare import prepare_datasets
    from modelzoo.deployment.latency import latency
    from modelzoo.deployment.load import load_model
    from modelzoo.deployment.predict import predict
    from modelzoo.deployment.save import save
    from modelzoo.errors import ZooError
    from modelzoo.exporting import export
    from modelzoo.racing.choose import choose
    from modelzoo.runs.run import load_runs
    from modelzoo.scoring.pareto.fronts import pareto
    from modelzoo.scoring.rank import rank
    from modelzoo.sensitivity.explain import explain
    from modelzoo.sensitivity.robustness import robustness
    from modelzoo.tuning.tune import tune

    __version__: str

__all__ = [
    "ZooError",
    "bench",
    "choose",
    "compare",
    "explain",
    "export",
    "latency",
    "leaderboard",
    "load_catalog",
    "load_dataset",
    "load_model",
    "load_runs",
    "pareto",
    "predict",
    "prepare_datasets",
    "rank",
    "robustness",
    "save",
    "tune",
]

_HOMES = {
    "ZooError": "modelzoo.errors",
    "bench": "modelzoo.benchmarking.bench",
    "choose": "modelzoo.racing.choose",
    "compare": "modelzoo.comparison.compare",
    "explain": "modelzoo.sensitivity.explain",
    "export": "modelzoo.exporting",
    "latency": "modelzoo.deployment.latency",
    "leaderboard": "modelzoo.board.build",
    "load_catalog": "modelzoo.catalog.catalog",
    "load_dataset": "modelzoo.datasets.load",
    "load_model": "modelzoo.deployment.load",
    "load_runs": "modelzoo.runs.run",
    "pareto": "modelzoo.scoring.pareto.fronts",
    "predict": "modelzoo.deployment.predict",
    "prepare_datasets": "modelzoo.datasets.prepare",
    "rank": "modelzoo.scoring.rank",
    "robustness": "modelzoo.sensitivity.robustness",
    "save": "modelzoo.deployment.save",
    "tune": "modelzoo.tuning.tune",
}

# Commands whose function has another name.
_COMMANDS = {"board": "leaderboard", "robust": "robustness", "data": "load_dataset", "list": "load_catalog"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("cnn-zoo")
    if name not in _HOMES:
        advice = f"; did you mean {_COMMANDS[name]!r}?" if name in _COMMANDS else ""
        raise AttributeError(f"module 'modelzoo' has no attribute {name!r}{advice}", name=name)
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
