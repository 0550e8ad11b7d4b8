"""Measured models: the runs of each under one protocol, one recipe chosen, its seeds averaged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean, median, stdev
from types import MappingProxyType

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.errors import ZooError
from modelzoo.runs.choose import choose_runs, describe_left_out
from modelzoo.runs.record import Record
from modelzoo.runs.repeats import repeats
from modelzoo.runs.run import Run
from modelzoo.runs.scores import ece_of, macro_recall_of, model_size_mb_of, peak_memory_mb_of
from modelzoo.statistics.intervals import wilson

FloatArray = NDArray[np.float64]

# Marks the name of a model whose training stopped at a limit.
STOPPED_MARK = "*"

_ADVICE = "`dataset`, `hardware` and `shipped` choose others, `zoo board` shows all of yours"

LATENCY_BATCH = 1
THROUGHPUT_BATCH = 32


class MeasuredModel(Struct, frozen=True, kw_only=True):
    """One model as measured under one protocol: all seeds of its chosen recipe.

    Accuracies are means over the seeds, in percent. The interval is that of one test of as many images. More
    seeds make it no narrower, as they share their test images. Times are medians over the seeds.
    """

    slug: str
    name: str
    variant: str
    recipe: str
    runs: tuple[Run, ...]
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    validation_accuracy: float | None
    latency_ms: float | None
    images_per_s: float | None
    epoch_s: float | None
    params: int
    completed: bool
    validation_macro_recall: float | None = None
    chosen_by_macro_recall: bool = False

    @property
    def latency_spread_ms(self) -> float | None:
        """Return p90 - p50 latency in ms, the largest over the seeds; None if not measured."""
        pairs = [
            (_at_batch(run, LATENCY_BATCH, "p50_ms"), _at_batch(run, LATENCY_BATCH, "p90_ms")) for run in self.runs
        ]
        return max((p90 - p50 for p50, p90 in pairs if p50 is not None and p90 is not None), default=None)

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seeds that the values are means of."""
        return tuple(run.record.seed for run in self.runs)

    @property
    def epochs(self) -> tuple[int, ...]:
        """Return the number of trained epochs of each seed."""
        return tuple(len(run.record.epochs) for run in self.runs)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Return the test accuracy of each seed, in percent."""
        return tuple(run.record.test.top1 for run in self.runs if run.record.test)

    @property
    def accuracy_deviation(self) -> float | None:
        """Return the sample standard deviation of the accuracies, in percentage points; None for one seed."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None


# Scores that records of earlier versions lack take the time to read predictions.
MEASURES: Mapping[str, Callable[[MeasuredModel], float | None]] = MappingProxyType(
    {
        "accuracy": lambda model: model.accuracy,
        "latency": lambda model: model.latency_ms,
        "throughput": lambda model: model.images_per_s,
        "epoch_s": lambda model: model.epoch_s,
        "params": lambda model: model.params,
        "macro_recall": lambda model: _mean([macro_recall_of(run) for run in model.runs]),
        "ece": lambda model: _mean([ece_of(run) for run in model.runs]),
        "peak_memory": lambda model: _median(map(peak_memory_mb_of, model.runs)),
        "flops": lambda model: _median(run.record.flops for run in model.runs),
        "model_size": lambda model: _median(map(model_size_mb_of, model.runs)),
    }
)


# Half widths of the values; other measures are counted, or their width is unknown.
HALF_WIDTHS: Mapping[str, Callable[[MeasuredModel], float | None]] = MappingProxyType(
    {
        "accuracy": lambda model: (model.accuracy_high - model.accuracy_low) / 2,
        "latency": lambda model: model.latency_spread_ms,
    }
)


def measured_models(runs: Iterable[Run]) -> tuple[MeasuredModel, ...]:
    """Return each model with the recipe of the best mean validation accuracy over its seeds.

    With a balanced recipe among those of a model, the best macro recall decides, if all runs have one. A balanced
    recipe trades accuracy on frequent classes for recall on rare ones. The test accuracy decides nothing.
    Completed runs precede runs that were stopped at a limit, which show how far training got.

    Parameters
    ----------
    runs : of one protocol
    """
    models: dict[str, list[MeasuredModel]] = {}
    for group in repeats(runs):
        models.setdefault(group[0].record.model, []).append(_measured(group))
    return tuple(_chosen(recipes) for recipes in models.values())


def _chosen(recipes: Sequence[MeasuredModel]) -> MeasuredModel:
    """Return the recipe that represents a model."""
    balanced = any(model.runs[0].record.recipe.balanced for model in recipes)
    by_recall = balanced and all(model.validation_macro_recall is not None for model in recipes)

    def preference(model: MeasuredModel) -> tuple[bool, float, int, str, str]:
        validation = model.validation_macro_recall if by_recall else model.validation_accuracy
        # Of recipes with equal validation accuracy the one with more seeds, then any fixed order.
        return model.completed, -1.0 if validation is None else validation, len(model.runs), model.recipe, model.variant

    return replace(max(recipes, key=preference), chosen_by_macro_recall=by_recall)


def _measured(runs: tuple[Run, ...]) -> MeasuredModel:
    first = runs[0].record
    tests = [run.record.test for run in runs if run.record.test]
    images = tests[0].images
    low, high = wilson(round(fmean(test.correct for test in tests)), images)
    return MeasuredModel(
        slug=first.model,
        name=first.name,
        variant=first.variant,
        recipe=first.recipe_name,
        runs=runs,
        accuracy=fmean(100 * test.correct / images for test in tests),
        accuracy_low=low,
        accuracy_high=high,
        validation_accuracy=_mean([validation_accuracy(run.record) for run in runs]),
        latency_ms=_median(_at_batch(run, LATENCY_BATCH, "p50_ms") for run in runs),
        images_per_s=_median(_at_batch(run, THROUGHPUT_BATCH, "images_per_s") for run in runs),
        epoch_s=_median(run.record.seconds_per_epoch for run in runs),
        params=first.total_params,
        completed=first.completed,
        validation_macro_recall=_mean([validation_macro_recall(run.record) for run in runs]),
    )


def validation_accuracy(record: Record) -> float | None:
    """Return the validation accuracy of the tested weights, in percent: of the best epoch, else of the last one."""
    return epoch.val_accuracy if (epoch := record.tested_epoch) else None


def validation_macro_recall(record: Record) -> float | None:
    """Return the validation macro recall of the tested weights, in percent; None in records of earlier versions."""
    return epoch.val_macro_recall if (epoch := record.tested_epoch) else None


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean; None where a value is missing."""
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None


def _at_batch(run: Run, batch: int, field: str) -> float | None:
    """Return a field of the latency with this batch size; None if not measured."""
    values = [getattr(latency, field) for latency in run.record.latency if latency.batch == batch]
    return values[0] if values else None


def _median(values: Iterable[float | None]) -> float | None:
    """Return the median of the known values; None where none is known."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def decision_table(
    models: Sequence[MeasuredModel], source: str, keys: Sequence[str] = tuple(MEASURES)
) -> DecisionTable:
    """Return the measured values of these models as the matrix that `rank` takes, NaN where none was measured."""
    values = _matrix(models, [MEASURES[key] for key in keys])
    return DecisionTable(
        slugs=tuple(model.slug for model in models),
        names=tuple(model.name for model in models),
        criteria=tuple(CRITERIA[key] for key in keys),
        values=values,
        origins=np.where(np.isnan(values), NO_SOURCE, 0).astype(np.int8, order="F"),
        sources=(source,),
        within=_matrix(models, [HALF_WIDTHS.get(key, lambda _: 0.0) for key in keys]),
    )


def _matrix(models: Sequence[MeasuredModel], measures: Sequence[Callable[[MeasuredModel], float | None]]) -> FloatArray:
    # A float64 array has NaN for None.
    rows = [[measure(model) for measure in measures] for model in models]
    return np.array(rows, np.float64, order="F").reshape(len(models), len(measures))


def measured_table(
    runs: Iterable[Run], *, dataset: str | None = None, hardware: str | None = None, shipped: bool = False
) -> tuple[DecisionTable, str]:
    """Return all measured values of the completed models of one protocol, the one with most models, for `rank`.

    The name of the only source names the data set and says whether its images are synthetic. A sentence says which
    runs are left out; it is empty without any. `choose_runs` describes the options.

    Raises
    ------
    ZooError
        If no run was completed.
    """
    chosen = choose_runs(runs, dataset, hardware=hardware, shipped=shipped)
    for protocol, of_protocol in chosen.protocols.items():
        models = [model for model in measured_models(of_protocol) if model.completed]
        if models:
            on_gpu = f" in {protocol.precision} on {protocol.backend}" if protocol.gpu else ""
            table = decision_table(models, f"{protocol.data}, measured on {protocol.hardware}{on_gpu}")
            shown = [run for model in models for run in model.runs]
            return table, describe_left_out(shown, (*chosen.runs, *chosen.hidden), _ADVICE) or chosen.note
    raise ZooError("no measured run was completed; bench without --epochs, so that training stops by its own rule")
