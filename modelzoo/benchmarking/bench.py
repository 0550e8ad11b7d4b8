"""Running what is asked for: one model, or several, each of these in a process of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.benchmarking.batch_size import with_largest_batch
from modelzoo.benchmarking.messages import handed_over
from modelzoo.benchmarking.models import best_ranked, find_model, require_builder
from modelzoo.benchmarking.run import Images, run
from modelzoo.benchmarking.run_spec import Plan, Settings, make_plan, split_data
from modelzoo.benchmarking.worker import run_apart
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.runs import events, store
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.record import Record
from modelzoo.timing.measure import BATCHES, require_batches

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog
    from modelzoo.catalog.models import Model
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.training.trainer import Data


def bench(
    model: str,
    *,
    dataset: "str | DataSet" = "emnist-balanced",
    data_dir: str | Path | None = None,
    recipe: str | Path | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    limit_train: int | None = None,
    image_size: int | None = None,
    latency_batches: Sequence[int] = BATCHES,
    runs: str | Path | None = None,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> Record:
    """Train a model, test it once, measure its latency; the record of it, which also lies in `runs`.

    A run that was finished before is not run again, one that was begun resumes from its checkpoint.

    Parameters
    ----------
    model : a model of the catalog, a variant, a builder (``keras:NAME``, ``package.module:function``), as `find_model`
        takes it
    recipe : a name in ``benchmarks/recipes`` or a TOML file; the one named like the model unless told, else default
    epochs : the most to train; below the recipe's own, the run counts as stopped at a limit
    limit_train : train on so many images only, of each class its share
    image_size : height and width in pixels that the network sees
    latency_batches : images in a call whose latency is measured; empty measures none
    runs : folder of the runs; ``ZOO_RUNS`` or ``./runs`` unless told
    report : is told what happens meanwhile

    Raises
    ------
    ZooError
        If something given cannot be used. A training that fails gives a record with outcome ``failed``.
    """
    settings = Settings(recipe, epochs, batch_size, seed, limit_train, image_size)
    require_bench_extra()
    from modelzoo.catalog.catalog import load_catalog

    chosen = find_model(catalog or load_catalog(), model)
    benched = bench_each(
        [(chosen, settings)], dataset, latency_batches=latency_batches, data_dir=data_dir, runs=runs, report=report
    )
    return benched.records[0]


@dataclass(frozen=True)
class Benched:
    """The record of each run that was asked for, None where it could not be made at all, and a line for each None."""

    measured: tuple[Record | None, ...]
    faults: tuple[str, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Those there are."""
        return tuple(record for record in self.measured if record is not None)

    @property
    def failed(self) -> bool:
        """Whether any of them failed."""
        return bool(self.faults) or any(record.outcome == "failed" for record in self.records)


def bench_all(
    models: Sequence[str],
    dataset: "str | DataSet",
    settings: Settings,
    *,
    top: int | None = None,
    by: Sequence[str] | None = None,
    report: Report = ignore,
    **how: Any,
) -> Benched:
    """Bench several models, or the `top` best ranked `by` those criteria that can be built.

    The rest, `how`, is as in `bench_each`.
    """
    require_bench_extra()
    from modelzoo.catalog.catalog import load_catalog

    catalog = load_catalog()
    chosen = [find_model(catalog, name) for name in models] if top is None else best_ranked(catalog, top, by, report)
    return bench_each([(model, settings) for model in chosen], dataset, report=report, **how)


def bench_each(
    asked: "Sequence[tuple[Model, Settings]]",
    dataset: "str | DataSet",
    *,
    seeds: int = 1,
    time_limit_s: float | None = None,
    latency_batches: Sequence[int] = BATCHES,
    data_dir: str | Path | None = None,
    runs: str | Path | None = None,
    report: Report = ignore,
) -> Benched:
    """Bench each of these models as its settings say, all on the same images.

    All that was asked for is checked before the first one is trained. More runs than one have each a process of its
    own, as has one with a time limit or a batch size to be found: then a crash, or the limit, ends that run alone.

    Parameters
    ----------
    seeds : so many runs of each model, the first with the seed of the settings, each next one with the next
    time_limit_s : seconds that each run may take, from the start of its process
    latency_batches : as in `bench`
    """
    require_batches(latency_batches)
    auto = any(settings.batch_size == "auto" for _, settings in asked)
    apart = len(asked) * seeds > 1 or time_limit_s is not None or auto or hardware.devices_left()
    if apart:
        hardware.leave_devices()
    images, plans = _prepare(asked, dataset, data_dir, report)
    place = store.runs_folder(runs)
    if len(plans) > 1:
        _require_changeable(plans, images.data)
    if not apart:
        return Benched((run(plans[0], images, place, report, latency_batches=latency_batches),), ())
    with handed_over(images) as handed:
        limits: dict[str, Any] = {"limit_s": time_limit_s, "report": report}
        return _each(
            plans,
            lambda plan: with_largest_batch(plan, handed, place, **limits) if auto else plan,
            lambda plan: run_apart(plan, handed, place, latency_batches=latency_batches, **limits),
            seeds,
        )


def _each(
    plans: Sequence[Plan], resolve: Callable[[Plan], Plan], make: Callable[[Plan], Record], seeds: int
) -> Benched:
    """Resolve each plan, then make its runs, a seed each; what cannot be done does not keep back the others."""
    measured: list[Record | None] = []
    faults = []
    for plan in plans:
        made: list[Record | None] = []
        try:
            resolved = resolve(plan)
            for more in range(seeds):
                made.append(None)
                made[-1] = make(replace(resolved, seed=resolved.seed + more))
        except ZooError as error:
            faults.append(_about(plan, error))
        measured += made + [None] * (seeds - len(made))
    if not any(measured):
        raise ZooError("; ".join(faults))
    return Benched(tuple(measured), tuple(faults))


def _about(plan: Plan, error: ZooError) -> str:
    """The error with the run of several that it is about."""
    return f"{plan.title}, recipe {plan.recipe_name}: {error}"


def _prepare(
    asked: "Sequence[tuple[Model, Settings]]", dataset: "str | DataSet", data_dir: str | Path | None, report: Report
) -> tuple[Images, list[Plan]]:
    """Load the data and resolve what is to be run: pairs of a model and how it is to be trained.

    All of them train on the same images, those of the first pair's settings.
    """
    from modelzoo.datasets.load import load_dataset

    for model, _ in asked:
        require_builder(model)
    loaded = load_dataset(dataset, data_dir) if isinstance(dataset, str) else dataset
    for note in loaded.notes:
        report(events.Note(note))
    data, facts = split_data(loaded, asked[0][1].limit_train, report)
    plans = [make_plan(model, facts, settings, report) for model, settings in asked]
    for plan in plans:
        _require_fit(plan, data)
    return Images(data, loaded.test, loaded.classes), plans


def _require_fit(plan: Plan, data: "Data") -> None:
    """Raise a ZooError now where the pictures cannot be brought to the network's input, not when the run has begun."""
    import keras

    from modelzoo.datasets.splits import fit_geometry

    pictures = keras.KerasTensor((None, *data.train.images.shape[1:]), dtype="uint8")
    side, channels = plan.recipe.input.size, plan.recipe.input.channels
    fit_geometry(pictures, size=(side, side), mode=plan.recipe.input.mode, channels=channels)


def _require_changeable(plans: Sequence[Plan], data: "Data") -> None:
    """Raise a ZooError now where a recipe changes what its network has not, not when others have trained for hours."""
    import keras

    from modelzoo.architectures.builder import find_builder
    from modelzoo.architectures.changes import UNCHANGED
    from modelzoo.training.network import network_changes, whole_network

    # Of several recipes that change a network alike, the first.
    changed = {(plan.model.build, network_changes(plan.recipe)): plan for plan in reversed(plans)}
    for (build, changes), plan in changed.items():
        # A builder of one's own may do what it likes, and does it in the process of its run.
        if changes == UNCHANGED or find_builder(build).imported:
            continue
        keras.utils.clear_session(free_memory=True)
        try:
            whole_network(
                find_builder(build),
                plan.recipe,
                image_shape=data.train.images.shape[1:],
                classes=plan.dataset.classes,
            )
        except ZooError as error:
            raise ZooError(_about(plan, error)) from None
