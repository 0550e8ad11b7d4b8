"""The preparation of a race: data, the run of each candidate, its probe, and the bill."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import msgspec

from modelzoo.base.scratch import scratch_folder
from modelzoo.base.text import duration, listed, plural
from modelzoo.benchmarking.names import fetch_initial_weights
from modelzoo.benchmarking.network_input import stored_images
from modelzoo.benchmarking.prepare import in_geometry, prepare_run, read_splits, with_origin
from modelzoo.benchmarking.ray_cluster import require_ray
from modelzoo.benchmarking.run_spec import RunSpec, few_photos
from modelzoo.benchmarking.run_worker import build_in_worker
from modelzoo.benchmarking.shares import divide_machine
from modelzoo.benchmarking.slurm import slurm_script
from modelzoo.benchmarking.worker import require_main_guard
from modelzoo.catalog.models import Model
from modelzoo.datasets.dataset import DataSet, data_folder
from modelzoo.datasets.load import find_dataset
from modelzoo.datasets.mapped import export_splits
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra, require_packages
from modelzoo.racing.bill import Bill, Dropped, make_bill
from modelzoo.racing.candidates import candidates
from modelzoo.racing.limits import HardLimits, OverLimit, none_within
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.probe import VALUES, Probe, probe
from modelzoo.racing.schedule import schedule_of
from modelzoo.recipes.load import load_recipe, parse_changes
from modelzoo.runs.events import Measuring, Note, Report, ignore
from modelzoo.runs.protocol import device_name

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog
    from modelzoo.datasets.dataset import Splits

# A probe may take this share of the budget, and this time in any case. A candidate whose first steps take longer could
# not train a round.
LIMIT_SHARE = 0.1
LIMIT_S = 300.0


# The recipe of all candidates unless one is named: its schedule ends with its epochs, however few.
RECIPE = "best"


@dataclass(frozen=True)
class Resolved:
    """The candidates before anything is measured: the run of each by its variant, the images, and those without a run.

    The images are exported to files, which are there as long as the folder of `resolve_candidates`.
    """

    specs: Mapping[str, RunSpec]
    splits: "Splits"
    dropped: tuple[Dropped, ...]


def bill_of(
    models: Sequence[str],
    dataset: "str | DataSet",
    options: ChooseOptions,
    *,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> Bill:
    """Return the bill of a race between the named models, or between the best ranked ones; nothing is trained."""
    with scratch_folder() as folder:
        resolved = resolve_candidates(models, dataset, options, folder=folder, catalog=catalog, report=report)
        return measure_candidates(resolved, options, folder=folder, report=report)


def race_script(
    command: Sequence[str], models: Sequence[str], dataset: "str | DataSet", options: ChooseOptions, report: Report
) -> str:
    """Return the batch script of a race, after a check of all names; ImageNet weights are downloaded here.

    Parameters
    ----------
    command : the words of ``zoo choose``, as `slurm_script` takes them
    """
    training = options.training
    chosen = resolve_names(models, dataset, options, report=report)
    fetch_initial_weights([(model, training.recipe) for model in chosen], training)
    return slurm_script(command, tasks=1, workers=training.workers, data=data_folder(training.data_dir))


def resolve_names(
    models: Sequence[str],
    dataset: "str | DataSet",
    options: ChooseOptions,
    *,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> list[Model]:
    """Return the models of the candidates; raise a ZooError if a model, the data set or the recipe is unknown."""
    from modelzoo.catalog.catalog import load_catalog

    chosen = candidates(catalog or load_catalog(), models, options, report)
    training = options.training
    if isinstance(dataset, str):
        find_dataset(dataset, training.data_dir)
    load_recipe(training.recipe or RECIPE, parse_changes(training.assignments))
    return chosen


def resolve_candidates(
    models: Sequence[str],
    dataset: "str | DataSet",
    options: ChooseOptions,
    *,
    folder: Path,
    catalog: "Catalog | None" = None,
    command: str = "",
    report: Report = ignore,
) -> Resolved:
    """Load the images, and resolve the run of each candidate; one without a run is dropped with the reason.

    Parameters
    ----------
    folder : for the exported images, as long as the race lasts
    command : resumes the race

    Raises
    ------
    ZooError
        If no candidate is left, or the data cannot be used.
    """
    require_main_guard()
    require_packages()
    chosen = resolve_names(models, dataset, options, catalog=catalog, report=report)
    training = options.training
    require_bench_extra(report)
    if training.ray is not None:
        require_ray(training.ray)
    hardware.leave_devices()
    splits, facts = read_splits(dataset, training, report)
    if training.recipe is None and not few_photos(stored_images(splits.train), facts):
        training = msgspec.structs.replace(training, recipe=RECIPE)
    dropped: list[Dropped] = []
    specs: dict[str, RunSpec] = {}
    for model in chosen:
        try:
            fetch_initial_weights([(model, training.recipe)], training)
            spec = build_in_worker(prepare_run(model, splits, facts, training, report), folder, None, report=report)
        except ZooError as error:
            dropped.append(Dropped(model.slug, model.name, str(error)))
        else:
            if same := specs.get(spec.variant):
                dropped.append(Dropped(model.slug, model.name, f"it is the same network as {same.title}"))
            else:
                specs[spec.variant] = spec
    if not specs:
        raise ZooError(_none_left(dropped))
    divide_machine(min(training.workers, len(specs)))
    specs = {spec.variant: spec for spec in with_origin([*specs.values()], splits, dataset, training, command)}
    return Resolved(specs, export_splits(splits, folder), tuple(dropped))


def measure_candidates(resolved: Resolved, options: ChooseOptions, *, folder: Path, report: Report = ignore) -> Bill:
    """Measure the candidates, drop those that fail or break a hard limit, and return the bill.

    Raises
    ------
    ZooError
        If no candidate is left, or measuring takes longer than the budget.
    """
    start = perf_counter()
    measured = _probe_each([*resolved.specs.values()], resolved.splits, options, folder=folder, report=report)
    kept = [one for one in measured if isinstance(one, Probe)]
    out = [Dropped(one.slug, one.name, one.reason) for one in measured if not isinstance(one, Probe)]
    dropped = (*resolved.dropped, *out)
    if not kept:
        beyond = [one for one in measured if isinstance(one, OverLimit)]
        raise none_within(beyond) if beyond else ZooError(_none_left(dropped))
    _require_values(kept, options)
    specs = [resolved.specs[probe.slug] for probe in kept]
    schedule = schedule_of(specs)
    if len(own := sorted({spec.recipe.epochs for spec in specs})) > 1:
        report(Note(f"the recipes of the candidates have {listed(own)} epochs; the last round has {own[-1]} for all"))
    return make_bill(
        kept,
        dropped,
        schedule=schedule if len(kept) > 1 else schedule[-1:],
        budget_s=options.budget_s,
        spent_s=perf_counter() - start,
        device=device_name(hardware.hardware()),
        price=options.price,
        parallel=min(options.training.workers, len(kept)) if hardware.has_gpu() else 1,
    )


def _require_values(probes: Sequence[Probe], options: ChooseOptions) -> None:
    """Raise a ZooError, before any training, where a criterion has no value for any candidate."""
    for spec in options.criteria:
        if spec.key in VALUES and all(VALUES[spec.key](probe) is None for probe in probes):
            raise ZooError(f"`by` has {spec.key}, which no candidate has a value of on this machine; leave it out")


def _none_left(dropped: Sequence[Dropped]) -> str:
    return "no candidate can be trained: " + "; ".join(f"{one.name}: {one.reason}" for one in dropped)


def _probe_each(
    specs: Sequence[RunSpec], splits: "Splits", options: ChooseOptions, *, folder: Path, report: Report
) -> list[Probe | OverLimit | Dropped]:
    """Measure the candidates one after the other; an error drops one alone."""
    limits = HardLimits(options.max_latency_ms, options.max_size_mb)
    measured: list[Probe | OverLimit | Dropped] = []
    start = perf_counter()
    for index, spec in enumerate(specs):
        left_s = options.budget_s - (perf_counter() - start)
        if left_s <= 0:
            raise ZooError(
                f"the budget of {duration(options.budget_s)} ended after {index} of {plural(len(specs), 'candidate')} "
                f"{'was' if index == 1 else 'were'} measured; give more, or fewer candidates with `top`"
            )
        report(Measuring(f"{spec.title} without training, {index + 1} of {len(specs)}"))
        limit_s = min(left_s, max(LIMIT_S, LIMIT_SHARE * options.budget_s))
        try:
            images = in_geometry(spec.recipe, splits, report)
            measured.append(probe(spec, images, limits, folder=folder, limit_s=limit_s, report=report))
        except ZooError as error:
            measured.append(Dropped(spec.variant, spec.title, str(error)))
    return measured
