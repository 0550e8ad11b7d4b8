"""Tuning: a better recipe for one model, on a budget, without the test images."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base.arguments import checked
from modelzoo.base.paths import toml_name
from modelzoo.base.scratch import scratch_folder
from modelzoo.base.text import duration, listed, plural
from modelzoo.benchmarking.models import resolve_model
from modelzoo.benchmarking.names import fetch_initial_weights, require_names
from modelzoo.benchmarking.network_input import stored_images
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.prepare import image_shape, prepare_runs
from modelzoo.benchmarking.progress import Reporting, reporting
from modelzoo.benchmarking.run_worker import build_in_worker
from modelzoo.benchmarking.worker import require_main_guard
from modelzoo.catalog.catalog import Catalog
from modelzoo.datasets.dataset import DataSet
from modelzoo.datasets.division import SPLIT
from modelzoo.datasets.mapped import export_splits
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra, require_packages
from modelzoo.recipes.checks import require_consistent
from modelzoo.recipes.load import load_recipe, parse_changes
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.events import Note, Report
from modelzoo.statistics.variance_components import FEWEST
from modelzoo.tuning.costs import Failed, Ledger, Plan, Trained, make_plan
from modelzoo.tuning.effects import compare, measure_effects
from modelzoo.tuning.fields import shown, value_of
from modelzoo.tuning.possible import possible_levers
from modelzoo.tuning.propose import require_optuna
from modelzoo.tuning.recipe_file import recipe_path, write_recipe
from modelzoo.tuning.result import TrialSummary, TuneResult
from modelzoo.tuning.search import Search, Trial
from modelzoo.tuning.space import Lever, load_space
from modelzoo.tuning.trainings import Trainings

# Epochs of the first training, which measures seconds an epoch: the first epoch compiles.
_PROBE = 2


@checked
def tune(
    model: str,
    budget_s: float,
    *,
    space: str | Path = "default",
    dataset: "str | DataSet" = "emnist-balanced",
    recipe: str | Path | None = None,
    set: Sequence[str] = (),
    seed: int = 0,
    seeds: int = 3,
    alpha: float = 0.05,
    limit_train: int | None = None,
    split: str = SPLIT,
    skip_broken: bool = False,
    data_dir: str | Path | None = None,
    runs: str | Path | None = None,
    output: str | Path | None = None,
    catalog: "Catalog | None" = None,
    command: str = "",
    report: Reporting = "progress",
) -> TuneResult:
    """Find a better recipe for a model, and write it as a file that says what was tried.

    Optuna proposes values of the levers. Each is trained with a short complete schedule, and judged on the validation
    images. A trial that is significantly worse than the best is dropped; the others get longer schedules. At the end
    fresh seeds compare the best recipe with the base recipe. The effect of each lever is measured too.

    The runs are ordinary ones without a test result. The same call after an interruption reads them and continues.

    Parameters
    ----------
    model : as for `bench`
    budget_s : seconds of all trainings, also of those before an interruption
    space : a name in ``benchmarks/spaces`` or a TOML file
    recipe, set : the base recipe, and changes of its fields, as for `bench`
    seed : of the search and its trainings; the comparison uses the ones that follow it
    seeds : fresh seeds of the comparison, 2 or more
    alpha : level of the tests
    output : the recipe file; default: ``MODEL-tuned.toml`` in the current folder
    catalog, dataset, limit_train, split, skip_broken, data_dir, runs, report : as for `bench`
    command : the command that repeats the search, for the runs

    Raises
    ------
    ZooError
        If an argument cannot be used, the budget is too small, or the base recipe cannot be trained.
    """
    if seeds < FEWEST or not 0 < alpha < 1 or budget_s <= 0:
        raise ZooError(
            f"`seeds` is {seeds}, alpha {alpha:g}, the budget {budget_s:g} s; expected {FEWEST} seeds or more, alpha "
            "between 0 and 1, and a budget above 0"
        )
    options = BenchOptions(
        recipe=recipe, set=tuple(set), seed=seed, limit_train=limit_train, split=split, skip_broken=skip_broken,
        latency_batches=(), data_dir=data_dir, runs=runs,
    )  # fmt: skip
    require_optuna()
    require_packages()
    require_main_guard()
    levers = load_space(space).levers
    from modelzoo.catalog.catalog import load_catalog

    found = resolve_model(catalog or load_catalog(), model)
    path = recipe_path(output, found.slug)
    require_names([(found, recipe)], dataset, options)
    with reporting(report) as progress, scratch_folder() as folder:
        require_bench_extra(progress)
        fetch_initial_weights([(found, recipe)], options)
        hardware.leave_devices()
        splits, (spec,) = prepare_runs([(found, recipe)], dataset, options, command=command, report=progress)
        if not len(splits.validation):
            raise ZooError(f"{spec.dataset.name} has no validation images, by which a search judges; add some")
        spec = build_in_worker(spec, folder, None, report=progress)
        name = recipe or spec.recipe_name.partition("+")[0]
        trainings = Trainings(
            spec=spec,
            file=load_recipe(name),
            options=msgspec.structs.replace(options, recipe=name),
            images=stored_images(splits.train),
            splits=export_splits(splits, folder),
            folder=folder,
            report=progress,
        )
        base = load_recipe(name, parse_changes(options.assignments))
        possible, notes = possible_levers(levers, base, spec, image_shape(spec, splits))
        for note in notes:
            progress(Note(note))
        result = _search(
            base,
            possible,
            trainings,
            budget_s=budget_s,
            seeds=seeds,
            alpha=alpha,
            space=toml_name(space),
            report=progress,
        )
        result = msgspec.structs.replace(result, notes=tuple(notes), file=str(path))
        write_recipe(path, result, name, trainings.file)
        return result


def _search(
    base: Recipe,
    levers: list[Lever],
    trainings: Trainings,
    *,
    budget_s: float,
    seeds: int,
    alpha: float,
    space: str,
    report: Report,
) -> TuneResult:
    """Measure the seconds of the base recipe, plan, search, compare, and measure the levers."""
    seed, ledger = trainings.spec.seed, Ledger(budget_s)
    known, plan = _planned(base, levers, trainings, ledger, seeds)
    report(Note(_plan_in_words(plan, ledger, known)))
    search = Search(
        base,
        levers,
        plan,
        train=trainings,
        ledger=ledger,
        seed=seed,
        alpha=alpha,
        report=lambda line: report(Note(f"{line}; {duration(max(0.0, ledger.left_s))} left")),
    )
    search.base.trained.update(known)
    winner = search.run()
    report(Note(f"{winner.name} is the best; now {plan.seeds} fresh seeds, and the effect of each lever"))
    comparison = compare(search.base, winner, plan, train=trainings, ledger=ledger, seed=seed, alpha=alpha)
    effects = measure_effects(search, winner, train=trainings, confidence=1 - alpha)
    spec = trainings.spec
    return TuneResult(
        model=spec.model.slug,
        title=spec.title,
        recipe_name=spec.recipe_name,
        dataset=spec.dataset.name,
        train_images=spec.dataset.train_images,
        validation_images=spec.dataset.validation_images,
        space=space,
        budget_s=budget_s,
        spent_s=ledger.spent_s,
        epochs=base.epochs,
        schedule=plan.schedule,
        alpha=alpha,
        trials=tuple(_summarized(trial, search, trainings) for trial in search.trials),
        winner=winner.number,
        recipe=winner.recipe,
        effects=effects,
        comparison=comparison,
    )


def _planned(
    base: Recipe, levers: list[Lever], trainings: Trainings, ledger: Ledger, seeds: int
) -> tuple[dict[int, Trained], Plan]:
    """Train the base recipe twice, with few epochs, and plan by its seconds.

    The second training begins where the first one ends, so it measures the start of a process.
    """
    least = next(epochs for epochs in range(1, base.epochs + 1) if _is_consistent(base, epochs))
    first = min(max(_PROBE, least), base.epochs)
    known: dict[int, Trained] = {}
    for epochs in dict.fromkeys((first, min(2 * first, base.epochs))):
        result = trainings(base, epochs, trainings.spec.seed)
        ledger.add(result)
        if isinstance(result, Failed):
            raise ZooError(f"the base recipe failed: {result.reason}; name another one by `recipe`")
        known[epochs] = result
        plan = make_plan(ledger, base.epochs, least=least, seeds=seeds, levers=len(levers), epoch_s=result.epoch_s)
    return known, plan


def _is_consistent(recipe: Recipe, epochs: int) -> bool:
    try:
        require_consistent(msgspec.structs.replace(recipe, epochs=epochs))
    except ZooError:
        return False
    return True


def _plan_in_words(plan: Plan, ledger: Ledger, known: dict[int, Trained]) -> str:
    epoch_s = known[max(known)].epoch_s
    reserve_s = plan.reserve_s(ledger, epoch_s, epoch_s)
    count = int((ledger.left_s - reserve_s) / len(plan.schedule) / ledger.predict(plan.schedule[0], epoch_s))
    return (
        f"an epoch takes {duration(epoch_s)}, a start {duration(ledger.predict(0))}; schedules of "
        f"{listed(plan.schedule)} epochs, the shortest one for about {plural(count, 'configuration')} or more; "
        f"{duration(reserve_s)} are reserved for {plan.seeds} fresh seeds and the effects of {plan.levers} levers"
    )


def _summarized(trial: Trial, search: Search, trainings: Trainings) -> TrialSummary:
    longest = max(trial.trained, default=None)
    base = search.base.recipe
    values: dict[str, Any] = {lever.key: value_of(trial.recipe, lever.key) for lever in search.levers}
    return TrialSummary(
        number=trial.number,
        values={key: shown(key, value) for key, value in values.items() if value != value_of(base, key)},
        epochs=longest,
        accuracy=None if longest is None else trial.trained[longest].accuracy,
        seconds=sum(trained.seconds for trained in trial.trained.values()),
        verdict=trial.verdict,
        runs=tuple(trainings.ids[trial.recipe, epochs, search.seed] for epochs in sorted(trial.trained)),
    )
