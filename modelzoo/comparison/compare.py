"""Comparison of runs that share a protocol, image by image."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from modelzoo.base.arguments import checked
from modelzoo.comparison.result import Candidate, Comparison
from modelzoo.comparison.selection import select
from modelzoo.comparison.verdict import verdict
from modelzoo.errors import ZooError
from modelzoo.runs.correctness import Correctness, load_correctness, tested_runs
from modelzoo.runs.measured import MeasuredModel
from modelzoo.runs.protocol import conditions_of
from modelzoo.runs.run import Run, load_runs
from modelzoo.statistics.intervals import wilson
from modelzoo.statistics.multiple import cochran_q
from modelzoo.statistics.pairs import compare_pairs, compares_recipes
from modelzoo.statistics.recall import count_confusion

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet

# From this number of networks on, one test asks whether any differs.
SEVERAL = 3


@checked
def compare(
    names: Sequence[str],
    *,
    runs: str | Path | None = None,
    shipped_folder: str | Path | None = None,
    dataset: str | None = None,
    hardware: str | None = None,
    shipped: bool = False,
    data_dir: str | Path | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Compare the accuracy of models or runs on the test images that they share.

    Recipes are compared if each name selects several seeds, else one trained network each.

    Parameters
    ----------
    names : models, with their runs as in the leaderboard; ``MODEL@RECIPE``, for one recipe; or beginnings of run ids
    runs : folder of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    shipped_folder : folder of the shipped runs; by default the one in the package
    dataset, hardware, shipped : which of the runs, as `choose_runs` takes them. By default shipped runs count only
        where the names select no local run.
    data_dir : folder of the data sets; read only if no run keeps the true classes of its test images
    confidence : of the intervals; the level of the tests is 1 - `confidence`

    Raises
    ------
    ZooError
        If a name is unknown or ambiguous, the runs share no protocol, or one keeps no predictions.
    """
    if len(names) < 2:
        raise ZooError(f"{len(names)} name given; expected two models or runs at least")
    if not 0 < confidence < 1:
        raise ZooError(f"confidence is {confidence}; expected a share between 0 and 1, as in 0.95")
    loaded, problems = load_runs(runs, shipped_folder)
    try:
        protocol, selected, left_out = select(names, loaded, dataset, hardware=hardware, shipped=shipped)
    except ZooError as error:
        unread = f"; not read: {'; '.join(problems[:3])}" if problems else ""
        raise ZooError(f"{error}{unread}") from None
    correctness, damaged = _load_correctness([run for model in selected for run in model.runs], data_dir)
    models = [_comparable(model, correctness, damaged) for model in selected]
    tested = tested_runs(models)
    labels, predicted, classes = correctness.labels, correctness.predicted, correctness.classes
    correct = [correctness.correct(of_model) for of_model in tested]
    recipes = compares_recipes(correct)
    omnibus = len(models) >= SEVERAL and not recipes
    comparison = Comparison(
        protocol=protocol,
        conditions=conditions_of(protocol, [run.record for of_model in tested for run in of_model]),
        images=len(labels),
        classes=classes,
        candidates=tuple(
            _candidate(label, model, of_model, correctness, confidence)
            for label, model, of_model in zip(_labels(models, tested), models, tested, strict=True)
        ),
        errors=tuple(
            np.mean([count_confusion(labels, predicted[run.id], len(classes)) for run in of_model], axis=0)
            for of_model in tested
        ),
        pairs=compare_pairs(correct, confidence),
        recipes=recipes,
        omnibus=cochran_q(correctness.correct([of_model[0] for of_model in tested])) if omnibus else None,
        confidence=confidence,
        problems=(*problems, *damaged.values()),
        left_out=left_out,
    )
    return replace(comparison, verdict=verdict(comparison))


def _load_correctness(runs: Sequence[Run], data_dir: str | Path | None) -> tuple[Correctness, dict[str, str]]:
    """Load the correctness, and by run id the reason why a run cannot be compared."""

    def load(name: str) -> "DataSet":
        from modelzoo.datasets.load import load_dataset

        return load_dataset(name, data_dir)

    correctness, problems = load_correctness(runs, load)
    for run in runs:
        if run.id not in problems and (correctness is None or not correctness.covers([run])):
            problems[run.id] = f"{run.id} keeps no predictions.npz, so it cannot be compared; bench it again"
    if correctness is None:
        raise ZooError(next(iter(problems.values())))
    return correctness, problems


def _comparable(model: MeasuredModel, correctness: Correctness, problems: Mapping[str, str]) -> MeasuredModel:
    """Return the model with its runs whose predictions are known; raise an error if none are."""
    runs = tuple(run for run in model.runs if correctness.covers([run]))
    if not runs:
        raise ZooError(problems[model.runs[0].id])
    return replace(model, runs=runs)


def _labels(models: Sequence[MeasuredModel], tested: Sequence[Sequence[Run]]) -> list[str]:
    """Return the names of the models; if one name repeats, with the recipe, or the id of the only run."""
    times = Counter(model.name for model in models)
    return [
        model.name if times[model.name] == 1 else runs[0].id if len(model.runs) == 1 else f"{model.name}@{model.recipe}"
        for model, runs in zip(models, tested, strict=True)
    ]


def _candidate(
    label: str, model: MeasuredModel, runs: Sequence[Run], correctness: Correctness, confidence: float
) -> Candidate:
    correct = correctness.correct(runs)
    accuracies = tuple(float(accuracy) for accuracy in 100 * correct.mean(axis=1))
    low, high = wilson(round(float(correct.sum()) / len(runs)), correct.shape[1], confidence)
    return Candidate(
        label=label,
        slug=model.slug,
        recipe=model.recipe,
        runs=tuple(run.id for run in runs),
        seeds=tuple(run.record.seed for run in runs),
        of_seeds=len(model.runs),
        completed=model.completed,
        accuracies=accuracies,
        accuracy=fmean(accuracies),
        low=low,
        high=high,
        deviation=stdev(accuracies) if len(runs) > 1 else None,
    )
