"""Proposals of configurations by Optuna, from the trials so far alone: Optuna stores nothing."""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from modelzoo.base.install import install_command
from modelzoo.errors import ZooError
from modelzoo.tuning.fields import Values
from modelzoo.tuning.space import Lever, Range

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


class Told(Struct, frozen=True):
    """A configuration and its validation accuracy in percent at the shortest schedule; 0 of a failed training."""

    values: Values
    accuracy: float


def require_optuna() -> None:
    """Raise a ZooError, without loading it, where Optuna is not installed."""
    from importlib.util import find_spec

    if find_spec("optuna") is None:
        raise ZooError(f"tuning needs optuna; {install_command('tune')}")


def propose(levers: Sequence[Lever], told: Sequence[Told], seed: int) -> dict[str, Any]:
    """Return the next configuration: the same for the same levers, trials and seed.

    The first ten are random, so that each value of a lever meets different values of the others. The next ones are
    those of a tree-structured Parzen estimator, which models good and other trials lever by lever. It needs no
    distance between choices, and few trials.

    References
    ----------
    Bergstra et al. (2011), Algorithms for Hyper-Parameter Optimization, NeurIPS 24. Watanabe (2023), arXiv 2304.11127.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    distributions = {lever.key: _distribution(lever) for lever in levers}
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed + len(told)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for trial in told:
            params = _params(levers, trial.values)
            study.add_trial(
                optuna.trial.create_trial(
                    params=params,
                    distributions={key: distributions[key] for key in params},
                    value=trial.accuracy,
                )
            )
        asked = study.ask(distributions).params
    return {lever.key: _value(lever, asked[lever.key]) for lever in levers}


def _distribution(lever: Lever) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    values = lever.values
    if not isinstance(values, Range):
        return CategoricalDistribution(range(len(values)))
    if isinstance(values.low, int) and isinstance(values.high, int):
        return IntDistribution(values.low, values.high, log=values.log, step=int(values.step or 1))
    return FloatDistribution(values.low, values.high, log=values.log, step=values.step)


def _params(levers: Sequence[Lever], values: Values) -> dict[str, Any]:
    """Return the parameters of a trial, without a value of the base recipe that lies outside of a range."""
    params: dict[str, Any] = {}
    for lever in levers:
        value = values.get(lever.key)
        if not isinstance(lever.values, Range):
            if value in lever.values:
                params[lever.key] = lever.values.index(value)
        elif value is not None and _distribution(lever)._contains(value):
            params[lever.key] = value
    return params


def _value(lever: Lever, asked: Any) -> Any:
    return asked if isinstance(lever.values, Range) else lever.values[asked]
