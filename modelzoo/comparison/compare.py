"""Comparing runs that share a protocol, image by image."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev
from typing import TYPE_CHECKING

from modelzoo.comparison.confusion import confusion
from modelzoo.comparison.result import Comparison, Contender
from modelzoo.comparison.selection import find_contenders
from modelzoo.comparison.verdict import verdict
from modelzoo.errors import ZooError
from modelzoo.runs.collect import RUNS, gather
from modelzoo.runs.correctness import AnswerSheet, answer_sheet, tested_runs
from modelzoo.runs.measured import Measured
from modelzoo.runs.protocol import conditions_of
from modelzoo.statistics.intervals import wilson
from modelzoo.statistics.multiple import cochran_q
from modelzoo.statistics.pairs import compare_pairs, of_recipes

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.record import Record

# From three on there is a question whether any differs.
SEVERAL = 3


def compare(
    names: Sequence[str],
    *,
    runs: str | Path = RUNS,
    shipped: Path | None = None,
    dataset: str | None = None,
    data_dir: str | Path | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Which of several models or runs is more accurate, as far as the test images they share can tell.

    The recipes are compared where each name stands for several seeds, else one trained network each.

    Parameters
    ----------
    names : models, each standing for its runs as the leaderboard takes them; ``MODEL@RECIPE``, for its runs with that
        recipe; or ids of runs, or beginnings of ids
    runs : folder of the runs made here; the shipped ones are found too
    dataset : only runs on the data set of that name
    data_dir : where data sets lie; read only where no run keeps the right classes of its test images
    confidence : of the intervals; two are told apart at the level 1 - `confidence`

    Raises
    ------
    ZooError
        If a name is unknown or ambiguous, the runs share no protocol, or one keeps no predictions.
    """
    if len(names) < 2:
        raise ZooError(f"{len(names)} name given; expected two models or runs at least")
    if not 0 < confidence < 1:
        raise ZooError(f"confidence is {confidence}; expected a share between 0 and 1, as in 0.95")
    found = gather(Path(runs), shipped)
    protocol, models = find_contenders(names, (*found.local, *found.shipped), dataset)
    chosen = tested_runs(models)
    every = [run for each in chosen for run in each]

    def load(name: str) -> "DataSet":
        from modelzoo.datasets.load import load_dataset

        return load_dataset(name, data_dir)

    sheet = _required(answer_sheet(every, found.predictions, load), every)
    answers = [sheet.right(each) for each in chosen]
    recipes = of_recipes(answers)
    omnibus = len(models) >= SEVERAL and not recipes
    labels = _labels(models, chosen)
    comparison = Comparison(
        protocol=protocol,
        conditions=conditions_of(protocol, every),
        images=len(sheet.labels),
        classes=sheet.classes,
        contenders=tuple(
            _contender(label, model, each, sheet, confidence)
            for label, model, each in zip(labels, models, chosen, strict=True)
        ),
        pairs=compare_pairs(answers, confidence),
        recipes=recipes,
        omnibus=cochran_q(sheet.right([each[0] for each in chosen])) if omnibus else None,
        confidence=confidence,
        faults=found.faults,
        verdict="",
    )
    return replace(comparison, verdict=verdict(comparison))


def _required(sheet: AnswerSheet | None, runs: Sequence["Record"]) -> AnswerSheet:
    missing = [run.id for run in runs if sheet is None or run.id not in sheet.predicted]
    if sheet is None or missing:
        raise ZooError(f"{missing[0]} keeps no predictions.npz, so it cannot be compared; bench it again")
    return sheet


def _labels(models: Sequence[Measured], chosen: Sequence[Sequence["Record"]]) -> list[str]:
    """The models' names; where two contenders are of one model, each with its recipe, or the id of its only run."""
    times = Counter(model.name for model in models)
    return [
        model.name if times[model.name] == 1 else each[0].id if len(model.runs) == 1 else f"{model.name}@{model.recipe}"
        for model, each in zip(models, chosen, strict=True)
    ]


def _contender(
    label: str, model: Measured, runs: Sequence["Record"], sheet: AnswerSheet, confidence: float
) -> Contender:
    import numpy as np

    right = sheet.right(runs)
    accuracies = tuple(float(accuracy) for accuracy in 100 * right.mean(axis=1))
    low, high = wilson(round(float(right.sum()) / len(runs)), right.shape[1], confidence)
    return Contender(
        label=label,
        slug=model.slug,
        recipe=model.recipe,
        runs=tuple(run.id for run in runs),
        seeds=tuple(run.seed for run in runs),
        of_seeds=len(model.runs),
        converged=model.converged,
        accuracies=accuracies,
        accuracy=fmean(accuracies),
        low=low,
        high=high,
        deviation=stdev(accuracies) if len(runs) > 1 else None,
        errors=confusion(np.stack([sheet.predicted[run.id] for run in runs]), sheet.labels, len(sheet.classes)),
    )
