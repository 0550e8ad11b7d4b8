"""The preparation of a race: candidates, their runs and probes, and the bill; what a probe measures is made up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.benchmarking import shares
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.errors import ZooError
from modelzoo.racing import prepare as preparation
from modelzoo.racing.bill import Bill
from modelzoo.racing.limits import HardLimits, OverLimit, over_limit
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.prepare import measure_candidates, resolve_candidates
from modelzoo.racing.probe import Probe
from modelzoo.racing.schedule import in_round, schedule_of
from modelzoo.runs.events import Note, ignore

pytestmark = pytest.mark.xdist_group("keras")


def images(count: int) -> Split:
    pixels = np.random.default_rng(0).integers(0, 256, (count, 28, 28), np.uint8)
    return Split(pixels, np.arange(count) % 3)


@pytest.fixture(scope="module")
def data() -> DataSet:
    return DataSet("made", "Made up", ("a", "b", "c"), images(900), images(30), {"made": "up"}, synthetic=True)


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[RunSpec]:
    """Nothing is measured: the latency of a candidate in ms is its place in the list of specs, from 1."""
    specs: list[RunSpec] = []

    def probe(spec: RunSpec, _: Any, limits: HardLimits, *, limit_s: float, **__: Any) -> Probe | OverLimit:
        specs.append(spec)
        if beyond := over_limit(spec.variant, spec.title, limits, latency_ms=len(specs), size_mb=1.0):
            return beyond
        if spec.variant == "mobilenet":
            raise ZooError("it does not fit into memory")
        return Probe(
            slug=spec.variant, name=spec.title, params=1, size_mb=1.0, latency_ms=len(specs), images_per_s=1.0,
            peak_memory_mb=None, flops=None, start_s=1.0, epoch_s=limit_s / 1000,
        )  # fmt: skip

    monkeypatch.setattr(preparation, "probe", probe)
    return specs


@dataclass(frozen=True)
class Prepared:
    """The runs of the candidates that are left, and the bill."""

    specs: dict[str, RunSpec]
    bill: Bill


@pytest.fixture
def prepared(data: DataSet, tmp_path: Path) -> Callable[..., Prepared]:
    def run(*models: str, report: Any = ignore, dataset: DataSet = data, **options: Any) -> Prepared:
        training = BenchOptions(**{"recipe": "quick"} | options.pop("training", {}))
        chosen = ChooseOptions(**{"budget_s": 3600.0} | options, training=training)
        resolved = resolve_candidates(models, dataset, chosen, folder=tmp_path, command="zoo choose", report=report)
        bill = measure_candidates(resolved, chosen, folder=tmp_path, report=report)
        return Prepared({probe.slug: resolved.specs[probe.slug] for probe in bill.candidates}, bill)

    return run


def test_the_best_ranked_models_that_can_be_built_are_the_candidates(probed: list[RunSpec], prepared: Any) -> None:
    notes: list[Any] = []
    made = prepared(top=3, where="params<30M", report=notes.append)
    assert [spec.variant for spec in probed] == list(made.specs)
    assert len(made.specs) == 3
    assert all(spec.invocation.command == "zoo choose" for spec in made.specs.values())
    assert any(isinstance(note, Note) and note.text.startswith("best ranked: ") for note in notes)


def test_a_candidate_that_fails_or_breaks_a_limit_is_dropped_and_the_others_stay(
    probed: list[RunSpec], prepared: Any
) -> None:
    made = prepared("lenet5", "mobilenet", "squeezenet", "lenet5", max_latency_ms=2, max_size_mb=1)
    assert [*made.specs] == ["lenet5"]
    assert [(one.slug, one.reason) for one in made.bill.dropped] == [
        ("mobilenet", "it does not fit into memory"),
        ("squeezenet1-0", "latency 3 ms, over the limit of 2 ms"),
    ]


def test_a_candidate_that_cannot_take_the_images_is_dropped_with_the_reason(
    probed: list[RunSpec], prepared: Any
) -> None:
    made = prepared("lenet5", "alexnet", training={"image_size": 32})
    (dropped,) = made.bill.dropped
    assert (dropped.slug, "takes 67×67 pixels at least" in dropped.reason) == ("alexnet", True)


def test_an_error_has_the_reasons_where_no_candidate_can_be_trained(probed: list[RunSpec], prepared: Any) -> None:
    with pytest.raises(ZooError, match="no candidate can be trained: MobileNet: it does not fit into memory"):
        prepared("mobilenet")


@pytest.mark.parametrize("training", [{"workers": 10_000}, {"ray": "nowhere"}], ids=["workers", "ray"])
def test_a_place_that_cannot_train_is_an_error_before_anything_is_measured(
    probed: list[RunSpec], prepared: Any, monkeypatch: pytest.MonkeyPatch, training: dict[str, Any]
) -> None:
    monkeypatch.setattr(shares, "cores", lambda: 1)
    with pytest.raises(ZooError, match=r"1 at most|HOST:PORT|needs Ray"):
        prepared("lenet5", "squeezenet", training=training)
    assert probed == []


def test_limits_that_all_candidates_break_are_one_error(probed: list[RunSpec], prepared: Any) -> None:
    with pytest.raises(ZooError, match=r"^no candidate is left, 2 break a limit; nearest: LeNet-5: latency 1 ms"):
        prepared("lenet5", "squeezenet", max_latency_ms=0.5)


def test_measuring_ends_with_the_budget(probed: list[RunSpec], prepared: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(0, 1000, 10))
    monkeypatch.setattr(preparation, "perf_counter", lambda: float(next(times)))
    with pytest.raises(ZooError, match="the budget of 15 s ended after 1 of 3 candidates was measured"):
        prepared("lenet5", "squeezenet", "shufflenet", budget_s=15)
    assert len(probed) == 1


def test_a_probe_gets_a_tenth_of_the_budget_or_five_minutes(probed: list[RunSpec], prepared: Any) -> None:
    """The made-up probe gives its limit in ms as the seconds of an epoch."""
    assert prepared("lenet5").bill.candidates[0].epoch_s == pytest.approx(0.36)
    assert prepared("lenet5", budget_s=900).bill.candidates[0].epoch_s == pytest.approx(0.3)


def test_data_without_validation_images_are_refused(probed: list[RunSpec], prepared: Any, data: DataSet) -> None:
    few = replace(data, train=images(3), test=images(3))
    with pytest.raises(ZooError, match=r"^\d validation images of 3; expected at least 1"):
        prepared("lenet5", dataset=few)


def test_the_first_round_has_enough_steps_and_the_last_has_the_epochs_of_the_recipe(
    probed: list[RunSpec], prepared: Any
) -> None:
    """750 images in batches of 8 are 94 steps: 6 epochs are the first with 500 steps."""
    made = prepared("lenet5", "squeezenet", training={"set": ("epochs=40", "batch_size=8")})
    assert (made.bill.schedule, made.bill.full_epochs) == ((10, 20, 40), 40)


def test_all_candidates_have_the_recipe_best_unless_one_is_named(probed: list[RunSpec], prepared: Any) -> None:
    made = prepared("lenet5", "vgg16", training={"recipe": None})
    assert ({spec.recipe_name for spec in made.specs.values()}, made.bill.full_epochs) == ({"best"}, 6)


def test_the_last_round_has_the_most_epochs_of_all_recipes_and_a_note_says_so(
    probed: list[RunSpec], prepared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few photos have the recipes of `bench`, which may differ from model to model."""
    monkeypatch.setattr(preparation, "few_photos", lambda *_: True)
    notes: list[Any] = []
    made = prepared("lenet5", "vgg16", training={"recipe": None}, report=notes.append)
    assert made.bill.full_epochs == 30
    assert Note("the recipes of the candidates have 2 and 30 epochs; the last round has 30 for all") in notes


def test_a_single_candidate_has_one_round(probed: list[RunSpec], prepared: Any) -> None:
    assert prepared("lenet5", training={"set": ("epochs=40", "batch_size=32")}).bill.schedule == (40,)


def test_a_round_is_the_run_that_set_epochs_makes(probed: list[RunSpec], prepared: Any) -> None:
    full = prepared("lenet5", training={"set": ("epochs=40",)}).specs["lenet5"]
    short = prepared("lenet5", training={"set": ("epochs=10",)}).specs["lenet5"]
    assert in_round(full, 10).id == short.id
    assert in_round(full, 10).recipe_name == short.recipe_name == "quick+epochs=10"
    assert in_round(full, 40) is full


def test_the_warm_up_of_a_recipe_ends_within_the_first_round(probed: list[RunSpec], prepared: Any) -> None:
    changes = ("epochs=40", "batch_size=4", "schedule.warmup_epochs=11")
    spec = prepared("lenet5", training={"set": changes}).specs["lenet5"]
    assert schedule_of([spec]) == (20, 40)
