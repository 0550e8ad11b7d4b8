"""Results of public functions in a notebook: one line, a short escaped table, a data frame with units."""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

import modelzoo
from modelzoo.benchmarking.bench import BenchResult
from modelzoo.benchmarking.speeds import Conditions, NetworkSpeed, Speeds
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.deployment.facts import NetworkFacts
from modelzoo.deployment.save import Saved
from modelzoo.deployment.trained_network import TrainedNetwork
from modelzoo.racing.bill import Dropped, make_bill
from modelzoo.racing.choice import Choice
from modelzoo.racing.decide import Decision
from modelzoo.racing.probe import Probe
from modelzoo.racing.race import Race, Round
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.record import Latency, Record
from modelzoo.runs.run import Run, Runs
from modelzoo.tables.result import HTML_ROWS, HTML_TABLES, Result, short_html
from modelzoo.tables.table import Column, Table
from modelzoo.tuning.effects import Effect
from modelzoo.tuning.result import TrialSummary, TuneResult

SCRIPT = "<script>alert(1)</script>"
# Public names without a result of their own: batches of a framework, written files, and an error.
WITHOUT = {"ZooError", "export", "prepare_datasets"}


@cache
def runs() -> Runs:
    return modelzoo.load_runs()[0]


def record() -> Record:
    return runs()[0].record


def network() -> TrainedNetwork:
    facts = NetworkFacts(run="r", model="Mean", classes=("dark", SCRIPT), image_shape=(4, 4), mode="crop")

    def make_call(images: Any) -> Any:
        return lambda: np.stack([1 - images.mean(axis=(1, 2)) / 255, images.mean(axis=(1, 2)) / 255], axis=1)

    return TrainedNetwork("mean.onnx", facts, "made up", make_call)


def speeds() -> Speeds:
    latency = Latency(batch=1, p50_ms=2.0, p90_ms=2.5, p99_ms=3.0, images_per_s=500.0, calls=300)
    speed = NetworkSpeed(
        model="m", name=SCRIPT, build=None, input_shape=(32, 32, 1), classes=10, total_params=1, flops=None,
        latency=(latency,),
    )  # fmt: skip
    conditions = Conditions(
        started="2026-01-01T00:00:00Z", backend="jax", versions={}, precision="float32", hardware=record().hardware,
        calls=300, seconds=10.0, peak_flops_per_s=None, peak_basis=None,
    )  # fmt: skip
    return Speeds(conditions=conditions, networks=(speed,))


def tuned() -> TuneResult:
    trials = [
        TrialSummary(
            number=number, values=values, epochs=4, accuracy=80.0 + number, seconds=9.0, verdict=SCRIPT, runs=("r",)
        )
        for number, values in enumerate(({}, {"activation": SCRIPT}))
    ]
    effect = Effect(
        lever="activation", base="none", winner="gelu", tried=("gelu",), evidence=SCRIPT, points=1.0, low=0.5, high=1.5
    )
    return TuneResult(
        model="m", title=SCRIPT, recipe_name="quick", dataset="d", train_images=9, validation_images=9, space="default",
        budget_s=600.0, spent_s=500.0, epochs=5, schedule=(1, 2, 4), alpha=0.05, trials=tuple(trials), winner=1,
        recipe=Recipe(title="t"), effects=(effect,), comparison=None,
    )  # fmt: skip


def chosen() -> Choice:
    """A choice of two candidates, the second of which a round dropped."""
    measured = {"params": 1, "size_mb": 1.0, "latency_ms": 1.0, "images_per_s": 1.0, "peak_memory_mb": None}
    probes = [Probe(slug=slug, name=SCRIPT, flops=None, start_s=1.0, epoch_s=1.0, **measured) for slug in ("a", "b")]
    decisions = (
        Decision(candidate="a", verdict="leader", reason=SCRIPT, accuracy=90.0, difference=0.0),
        Decision(candidate="b", verdict="dropped", reason=SCRIPT, accuracy=80.0, difference=10.0, p_value=1e-9),
    )
    rounds = (Round(number=1, epochs=4, decisions=decisions, spent_s=9.0),)
    return Choice(
        id="choice-1", dataset=SCRIPT, synthetic=False, validation_images=99, by=("accuracy",), alpha=0.05, seed=0,
        started="2026-01-05T10:00:00Z", finished="2026-01-05T11:00:00Z", spent_s=9.0, rounds=rounds,
        bill=make_bill(
            probes, (Dropped("c", SCRIPT, SCRIPT),), schedule=(4, 8), budget_s=60.0, spent_s=1.0, device=SCRIPT
        ),
        race=Race(
            winner="a", finalists=("a",), rounds=rounds, ended_by="one left", level=0.02, spent_s=9.0, full_s=20.0,
            risk=0.01, images_needed=None,
        ),
    )  # fmt: skip


def dataset() -> DataSet:
    split = Split(np.arange(32, dtype=np.uint8).reshape(2, 4, 4), np.arange(2))
    return DataSet("d", "Digits", ("a", SCRIPT), split, split, {})


FRAME = pd.DataFrame({"top5": [90.0, 80.0, 85.0], "params": [9e6, 1e6, 4e6]}, index=[SCRIPT, "b", "c"])

RESULTS: dict[str, Callable[[], Sequence[Result]]] = {
    "rank": lambda: [modelzoo.rank(), modelzoo.rank(FRAME, by="top5,params"), modelzoo.rank(method="topsis", top=3)],
    "pareto": lambda: [modelzoo.pareto(), modelzoo.pareto(FRAME, "top5,params")],
    "explain": lambda: [modelzoo.explain(modelzoo.rank(FRAME, by="top5,params"), "b", SCRIPT)],
    "robustness": lambda: [modelzoo.robustness(samples=1000), modelzoo.robustness(FRAME, "top5,params", samples=1000)],
    "leaderboard": lambda: [modelzoo.leaderboard(runs(), modelzoo.load_catalog())],
    "compare": lambda: [modelzoo.compare(["lenet5@lenet5", "lenet5@lenet5-1998"])],
    "load_runs": lambda: [runs(), runs()[0]],
    "bench": lambda: [record(), BenchResult((record(), None), (SCRIPT,))],
    "latency": lambda: [speeds()],
    "tune": lambda: [tuned()],
    "choose": lambda: [chosen()],
    "predict": lambda: [modelzoo.predict(network(), [np.full((4, 4), 9, np.uint8)])],
    "save": lambda: [Saved(run="r", file=SCRIPT, format="onnx", size_mb=1.5, runtime="ONNX Runtime")],
    "load_model": lambda: [network()],
    "load_catalog": lambda: [modelzoo.load_catalog()],
    "load_dataset": lambda: [dataset()],
}


def test_every_public_function_has_its_result_here() -> None:
    assert set(RESULTS) | WITHOUT == set(modelzoo.__all__)


@cache
def results(name: str) -> Sequence[Result]:
    return RESULTS[name]()


@pytest.mark.parametrize("name", RESULTS)
def test_the_results_are_of_the_types_that_the_function_names(name: str) -> None:
    hint = get_type_hints(getattr(modelzoo, name))["return"]
    for result in results(name):
        assert type(result) in {hint, *get_args(hint), Run}


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_prints_one_short_line_with_its_type(name: str) -> None:
    for result in results(name):
        text = repr(result)
        assert text.startswith(f"{type(result).__name__}(")
        assert text.isprintable()
        assert len(text) < 200


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_a_short_table_and_no_markup_of_names(name: str) -> None:
    for result in results(name):
        text = result._repr_html_()
        assert text.count("<table>") == min(len(result.tables()), HTML_TABLES)
        assert text.count("<tr>") <= HTML_TABLES * (HTML_ROWS + 1)
        assert SCRIPT not in text


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_a_data_frame_with_units_conditions_and_sources(name: str) -> None:
    for result in results(name):
        frame = result.to_frame()
        assert len(frame) > 0
        assert set(frame.attrs) == {"units", "conditions", "sources"}
        assert set(frame.attrs["units"]) <= set(frame.columns)
        assert json.loads(json.dumps(frame.attrs)) == frame.attrs


# Results without a chart, with the result that has it. A catalog has no chosen criteria. A network has no values before
# it predicts. A saved file is one row.
UNDRAWN = {"load_catalog": "pareto(catalog, by)", "load_model": "predict(network, images)", "save": "latency(file)"}


@pytest.mark.parametrize("name", sorted(RESULTS.keys() - UNDRAWN.keys()))
def test_a_result_draws_itself(name: str) -> None:
    pytest.importorskip("matplotlib")
    for result in results(name):
        figure = result.plot()
        assert any(axes.has_data() for axes in figure.axes)


@pytest.mark.parametrize(("name", "drawn"), UNDRAWN.items())
def test_a_result_without_a_chart_names_one_that_has_it(name: str, drawn: str) -> None:
    for result in results(name):
        with pytest.raises(modelzoo.ZooError, match=re.escape(f"modelzoo.{drawn}.plot()")):
            result.plot()


def test_a_long_table_shows_its_first_rows_and_counts_the_others() -> None:
    text = short_html([Table([Column("a", "A")], [[f"row {number}"] for number in range(1, 1013)], notes=["<b>"])])
    assert "row 10<" in text
    assert "row 11<" not in text
    assert "… 1,002 more" in text
    assert "<li>&lt;b&gt;</li>" in text


def test_a_ranking_names_its_models_criteria_and_winner() -> None:
    assert repr(modelzoo.rank()) == "Ranking(14 of 28 models by top5, gpu, params; first EfficientNetB2 2.7547)"


def test_a_cut_ranking_counts_its_own_models_in_a_notebook() -> None:
    assert "… 4 more" in modelzoo.rank()._repr_html_()
    assert "more" not in modelzoo.rank(top=5)._repr_html_()


def test_units_and_sources_of_a_ranking_are_those_of_the_catalog() -> None:
    frame = modelzoo.rank(source="keras", by="top1,cpu,params").to_frame()
    assert frame.attrs["units"] == {"top1": "%", "cpu": "ms", "params": "count"}
    assert frame.attrs["sources"] == ["keras"]
    assert frame.attrs["conditions"].startswith("Score: top1 (max)")


def test_the_frame_of_a_robustness_has_the_numbers_of_its_models() -> None:
    result = modelzoo.robustness(samples=1000)
    frame = result.to_frame()
    assert frame["first"].tolist() == [model.first.share for model in result.models]
    assert frame.loc[result.models[1].slug, "distance"] == result.models[1].change.distance  # type: ignore[union-attr]
    assert frame.attrs["units"]["first"] == "share of 1"


def test_the_frame_of_a_record_has_its_epochs() -> None:
    frame = record().to_frame()
    assert frame.index.name == "epoch"
    assert frame["val_accuracy"].tolist() == [epoch.val_accuracy for epoch in record().epochs]
    assert frame.attrs["units"]["seconds"] == "s"


def test_the_frame_of_the_leaderboard_has_units_of_published_and_measured_values() -> None:
    units = modelzoo.leaderboard(runs(), modelzoo.load_catalog()).to_frame().attrs["units"]
    assert units.items() >= {"published_gpu": "ms", "latency": "ms", "accuracy_low": "%", "params": "count"}.items()


def test_runs_are_a_tuple_that_can_be_unpacked() -> None:
    first, *_ = loaded = runs()
    assert isinstance(loaded, tuple)
    assert loaded.to_frame().index[0] == first.id
