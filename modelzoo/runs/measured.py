"""What was measured of each model: its runs put together, one recipe chosen, seeds averaged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median, stdev
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.catalog import NO_SOURCE, DecisionTable
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.errors import ZooError, unknown
from modelzoo.recipes.recipe import identity_of
from modelzoo.runs.protocol import Protocol, by_protocol
from modelzoo.statistics.intervals import wilson

if TYPE_CHECKING:
    from modelzoo.runs.record import Epoch, Record

FloatArray = NDArray[np.float64]

# Marks the name of a model whose training stopped at a limit.
STOPPED_MARK = "*"

LATENCY_BATCH = 1
THROUGHPUT_BATCH = 32


@dataclass(frozen=True)
class Measured:
    """One model as measured under one protocol: every seed of the recipe it stands with.

    Accuracies are means over the seeds, in percent. The interval is that of one test of as many images: the seeds
    share their test images, so more seeds make it no narrower. Times are medians over the seeds.
    """

    slug: str
    name: str
    variant: str
    recipe: str
    runs: tuple["Record", ...]
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    validation_accuracy: float | None
    latency_ms: float | None
    images_per_s: float | None
    epoch_s: float | None
    params: int
    converged: bool
    validation_macro_recall: float | None = None
    chosen_by_macro_recall: bool = False

    @property
    def latency_spread_ms(self) -> float | None:
        """By how much one call in ten is slower than the median one, in the run where that is most; None without."""
        found = [
            (_at_batch(run, LATENCY_BATCH, "p50_ms"), _at_batch(run, LATENCY_BATCH, "p90_ms")) for run in self.runs
        ]
        return max((p90 - p50 for p50, p90 in found if p50 is not None and p90 is not None), default=None)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that the figures are means of."""
        return tuple(run.seed for run in self.runs)

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs that each seed was trained for."""
        return tuple(len(run.epochs) for run in self.runs)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """Test accuracy of each seed, in percent."""
        return tuple(run.test.top1 for run in self.runs if run.test)

    @property
    def accuracy_deviation(self) -> float | None:
        """The sample's standard deviation of the seeds' accuracies, in percentage points; None for one seed."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None


MEASURES: Mapping[str, Callable[[Measured], float | None]] = MappingProxyType(
    {
        "accuracy": lambda model: model.accuracy,
        "latency": lambda model: model.latency_ms,
        "throughput": lambda model: model.images_per_s,
        "epoch_s": lambda model: model.epoch_s,
        "params": lambda model: model.params,
    }
)


# By how much the figures may be off; the others are counted, or nothing is known of them.
_WITHIN: Mapping[str, Callable[[Measured], float | None]] = MappingProxyType(
    {
        "accuracy": lambda model: (model.accuracy_high - model.accuracy_low) / 2,
        "latency": lambda model: model.latency_spread_ms,
    }
)


def usable(record: "Record") -> bool:
    """Whether the run came to a test result; a failed one has none."""
    return record.outcome == "finished" and record.test is not None


def measured_models(records: Iterable["Record"]) -> tuple[Measured, ...]:
    """Each model with the recipe that has the best mean validation accuracy over its seeds.

    Where one of the model's recipes is balanced, the best macro recall decides instead, if every run has it: a balanced
    recipe gives up accuracy on frequent classes. The test accuracy has no say in it. Runs that converged go before runs
    that stopped at a limit: these say how far training got, not what the model can do.

    Parameters
    ----------
    records : usable runs of one protocol; of those with the same id the first counts
    """
    once: dict[str, Record] = {}
    for record in records:
        once.setdefault(record.id, record)
    models: dict[str, dict[tuple[str, bytes, int], dict[int, Record]]] = {}
    for record in once.values():
        # A recipe changed by an option keeps its name and is another recipe.
        does = msgspec.json.encode(identity_of(record.recipe, record.weights_sha256), order="sorted")
        # Runs that a limit stopped are alike where they got equally far; one run counts for each seed.
        recipe = (record.variant, does, 0 if record.converged else len(record.epochs))
        models.setdefault(record.model, {}).setdefault(recipe, {}).setdefault(record.seed, record)
    return tuple(_chosen([_measured(list(runs.values())) for runs in recipes.values()]) for recipes in models.values())


def _chosen(recipes: Sequence[Measured]) -> Measured:
    """Return the recipe that stands for a model."""
    balanced = any(model.runs[0].recipe.balanced for model in recipes)
    by_recall = balanced and all(model.validation_macro_recall is not None for model in recipes)

    def preference(model: Measured) -> tuple[bool, float, int, str, str]:
        validation = model.validation_macro_recall if by_recall else model.validation_accuracy
        # Recipes that validate alike: the one with more seeds, then any fixed order.
        return model.converged, -1.0 if validation is None else validation, len(model.runs), model.recipe, model.variant

    return replace(max(recipes, key=preference), chosen_by_macro_recall=by_recall)


def _measured(runs: Sequence["Record"]) -> Measured:
    runs = sorted(runs, key=lambda run: run.seed)
    first = runs[0]
    tests = [run.test for run in runs if run.test]
    images = tests[0].images
    low, high = wilson(round(fmean(test.correct for test in tests)), images)
    validation = [validation_accuracy(run) for run in runs]
    recall = [validation_macro_recall(run) for run in runs]
    return Measured(
        slug=first.model,
        name=first.name,
        variant=first.variant,
        recipe=first.recipe_name,
        runs=tuple(runs),
        accuracy=fmean(100 * test.correct / images for test in tests),
        accuracy_low=low,
        accuracy_high=high,
        validation_accuracy=_mean(validation),
        latency_ms=_median(_at_batch(run, LATENCY_BATCH, "p50_ms") for run in runs),
        images_per_s=_median(_at_batch(run, THROUGHPUT_BATCH, "images_per_s") for run in runs),
        epoch_s=_median(run.seconds_per_epoch for run in runs),
        params=first.total_params,
        converged=first.converged,
        validation_macro_recall=_mean(recall),
    )


def validation_accuracy(record: "Record") -> float | None:
    """Validation accuracy of the weights that were kept, in percent: the best epoch's, else the last one's."""
    epoch = _kept_epoch(record)
    return None if epoch is None else epoch.val_accuracy


def validation_macro_recall(record: "Record") -> float | None:
    """Return the macro recall on validation images of the weights that were kept, in percent; None in old records."""
    epoch = _kept_epoch(record)
    return None if epoch is None else epoch.val_macro_recall


def _kept_epoch(record: "Record") -> "Epoch | None":
    kept = [epoch for epoch in record.epochs if epoch.epoch == record.best_epoch] or record.epochs[-1:]
    return kept[0] if kept else None


def _mean(values: Sequence[float | None]) -> float | None:
    """Return the mean; None where a value is missing."""
    known = [value for value in values if value is not None]
    return fmean(known) if len(known) == len(values) else None


def _at_batch(record: "Record", batch: int, figure: str) -> float | None:
    found = [getattr(latency, figure) for latency in record.latency if latency.batch == batch]
    return found[0] if found else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def choose_protocol(records: Iterable["Record"], dataset: str | None = None) -> dict[Protocol, list["Record"]]:
    """The usable runs of each protocol, of one data set where it is named, the protocol with most models first.

    Raises
    ------
    ZooError
        If there are none; the error says how to make one.
    """
    records = [record for record in records if usable(record)]
    if not records:
        raise ZooError("no measured runs; make one with `zoo bench efficientnetb1 --dataset glyphs`")
    chosen = [record for record in records if dataset in (None, record.dataset.name)]
    if not chosen:
        known = {record.dataset.name for record in records}
        raise unknown("measured data set", str(dataset), known)
    return by_protocol(chosen)


def decision_table(models: Sequence[Measured], source: str) -> DecisionTable:
    """The measured figures of these models as the matrix that ranking starts from, NaN where none was measured."""
    values = _matrix(models, list(MEASURES.values()))
    return DecisionTable(
        slugs=tuple(model.slug for model in models),
        names=tuple(model.name for model in models),
        criteria=tuple(CRITERIA[key] for key in MEASURES),
        values=values,
        origins=np.where(np.isnan(values), NO_SOURCE, 0).astype(np.int8, order="F"),
        sources=(source,),
        within=_matrix(models, [_WITHIN.get(key, lambda _: 0.0) for key in MEASURES]),
    )


def _matrix(models: Sequence[Measured], measures: Sequence[Callable[[Measured], float | None]]) -> FloatArray:
    values = np.full((len(models), len(measures)), np.nan, order="F")
    for column, measure in enumerate(measures):
        for row, model in enumerate(models):
            value = measure(model)
            if value is not None:
                values[row, column] = value
    return values


def measured_table(records: Iterable["Record"], *, dataset: str | None = None) -> DecisionTable:
    """The converged models of one protocol, the one with most of them, by all that was measured, for `rank`.

    Its only source is named after the data set, and says so where that is synthetic.

    Raises
    ------
    ZooError
        If no run converged.
    """
    protocols = choose_protocol(records, dataset)
    for protocol, runs in protocols.items():
        models = [model for model in measured_models(runs) if model.converged]
        if models:
            how = f" in {protocol.precision} on {protocol.backend}" if protocol.gpu else ""
            return decision_table(models, f"{protocol.data}, measured on {protocol.hardware}{how}")
    raise ZooError("no measured run converged; bench without --epochs, so that training stops by its own rule")
