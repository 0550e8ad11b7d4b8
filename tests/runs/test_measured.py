"""Runs of a model put together, and the recipe chosen among them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Adam, Recipe
from modelzoo.runs.measured import MEASURES, decision_table, measured_models, measured_table, validation_accuracy
from modelzoo.runs.record import OnGpu
from modelzoo.runs.run import Run
from modelzoo.statistics.intervals import wilson

STRONG = {"recipe": Recipe(title="Strong", epochs=60), "recipe_name": "strong"}


def runs_of(records: Iterable[Any]) -> list[Run]:
    return [Run(record, Path("none"), "local") for record in records]


def test_a_model_stands_with_the_recipe_that_validates_best_not_the_one_that_tests_best(
    make_record: Callable[..., Any],
) -> None:
    plain = make_record("lenet5", correct=8900, validation=86.0)
    strong = make_record("lenet5", correct=8700, validation=87.0, **STRONG)
    (model,) = measured_models(runs_of([plain, strong]))
    assert (model.recipe, model.accuracy) == ("strong", 87.0)


def test_recipes_are_compared_by_their_mean_over_seeds(make_record: Callable[..., Any]) -> None:
    lucky = [make_record("lenet5", seed=seed, validation=value) for seed, value in enumerate((88.0, 84.0))]
    steady = [make_record("lenet5", seed=seed, validation=87.0, **STRONG) for seed in range(2)]
    (model,) = measured_models(runs_of([*lucky, *steady]))
    assert (model.recipe, model.seeds) == ("strong", (0, 1))


@pytest.mark.parametrize("strong_seeds", [1, 3])
def test_of_recipes_that_validate_equally_the_one_with_more_seeds_is_chosen(
    make_record: Callable[..., Any], strong_seeds: int
) -> None:
    default = [make_record("lenet5", seed=seed) for seed in range(2)]
    strong = [make_record("lenet5", seed=seed, **STRONG) for seed in range(strong_seeds)]
    (model,) = measured_models(runs_of([*default, *strong]))
    assert model.recipe == ("strong" if strong_seeds > 2 else "default")


def test_runs_on_another_kernel_are_seeds_and_other_precisions_are_not(make_record: Callable[..., Any]) -> None:
    run = make_record("lenet5")
    updated = make_record("lenet5", seed=1, hardware={"system": "Linux 6.19"})
    half = make_record("lenet5", seed=2, precision="mixed_bfloat16", validation=50.0)
    (model,) = measured_models(runs_of([run, updated, half]))
    assert model.seeds == (0, 1)


def test_a_recipe_changed_by_an_option_is_another_recipe(make_record: Callable[..., Any]) -> None:
    changed = Recipe(title="Default", optimizer=Adam(learning_rate=0.1))
    records = [
        make_record("lenet5", seed=0, validation=86),
        make_record("lenet5", seed=1, validation=80, recipe=changed),
    ]
    (model,) = measured_models(runs_of(records))
    assert model.seeds == (0,)


def test_a_reworded_description_leaves_the_recipe_the_same(make_record: Callable[..., Any]) -> None:
    reworded = Recipe(title="Default", description="the one to begin with")
    (model,) = measured_models(runs_of([make_record("lenet5"), make_record("lenet5", seed=1, recipe=reworded)]))
    assert model.seeds == (0, 1)


def test_completed_runs_precede_better_ones_that_were_stopped_at_a_limit(make_record: Callable[..., Any]) -> None:
    completed = make_record("lenet5", validation=80.0)
    stopped = make_record("lenet5", seed=1, validation=90.0, stopped_by="limit")
    (model,) = measured_models(runs_of([stopped, completed]))
    assert model.completed
    assert model.seeds == (0,)
    (alone,) = measured_models(runs_of([stopped]))
    assert not alone.completed


def test_seeds_are_averaged_and_leave_the_interval_as_wide_as_one_test(make_record: Callable[..., Any]) -> None:
    records = [make_record("lenet5", seed=seed, correct=8600 + 100 * seed, latency=1.0 + seed) for seed in range(3)]
    (model,) = measured_models(runs_of(records))
    assert model.accuracy == pytest.approx(87.0)
    assert (model.accuracy_low, model.accuracy_high) == wilson(8700, 10_000)
    assert model.latency_ms == 2.0
    assert model.accuracies == (86.0, 87.0, 88.0)


def test_a_run_given_twice_counts_once(make_record: Callable[..., Any]) -> None:
    (model,) = measured_models(
        runs_of([make_record("lenet5"), make_record("lenet5", latency=9.0), make_record("lenet5", seed=1)])
    )
    assert (model.seeds, model.latency_ms) == ((0, 1), 2.0)


def test_runs_that_a_limit_stopped_elsewhere_are_no_seeds_of_one(make_record: Callable[..., Any]) -> None:
    short = [make_record("lenet5", seed=seed, stopped_by="limit", epochs=1, correct=300) for seed in (0, 1)]
    long = make_record("lenet5", id="longer", stopped_by="limit", epochs=7, correct=2600, validation=90.0)
    (model,) = measured_models(runs_of([*short, long]))
    assert (model.seeds, model.accuracy) == ((0,), pytest.approx(26.0))


def test_one_run_counts_for_each_seed(make_record: Callable[..., Any]) -> None:
    """Asked for with another limit that it did not come to, a training is another run and the same training."""
    (model,) = measured_models(
        runs_of([make_record("lenet5"), make_record("lenet5", id="again"), make_record("lenet5", seed=1)])
    )
    assert model.seeds == (0, 1)


def test_variants_of_a_model_are_not_averaged(make_record: Callable[..., Any]) -> None:
    old = make_record("lenet5", variant="lenet5-1998", validation=80.0)
    (model,) = measured_models(runs_of([old, make_record("lenet5", seed=1, validation=81.0)]))
    assert (model.variant, model.seeds) == ("lenet5", (1,))


def test_where_a_recipe_is_balanced_macro_recall_chooses(make_record: Callable[..., Any]) -> None:
    """A balanced recipe gives up accuracy, which validation images of the training images' classes measure."""

    def run(name: str, accuracy: float, recall: float | None, *, balanced: bool = False) -> Any:
        record = make_record(
            "lenet5", validation=accuracy, recipe_name=name, recipe=Recipe(title=name, balanced=balanced)
        )
        return replace(record, epochs=tuple(replace(epoch, val_macro_recall=recall) for epoch in record.epochs))

    plain, other = (
        run("plain", 89.0, 87.9),
        replace(run("other", 88.9, 88.0), recipe=Recipe(title="o", ema=0.9)),
    )
    fair = run("fair", 88.5, 88.4, balanced=True)
    (chosen,) = measured_models(runs_of([plain, other, fair]))
    assert (chosen.recipe, chosen.chosen_by_macro_recall) == ("fair", True)
    assert chosen.validation_macro_recall == pytest.approx(88.4)
    (chosen,) = measured_models(runs_of([plain, other]))
    assert (chosen.recipe, chosen.chosen_by_macro_recall) == ("plain", False)
    (chosen,) = measured_models(runs_of([run("plain", 89.0, None), fair]))  # a record of an earlier version
    assert (chosen.recipe, chosen.chosen_by_macro_recall) == ("plain", False)


def test_validation_accuracy_is_that_of_the_weights_that_were_kept(make_record: Callable[..., Any]) -> None:
    record = make_record("lenet5", epochs=3)
    values = (70.0, 80.0, 75.0)
    epochs = tuple(replace(epoch, val_accuracy=value) for epoch, value in zip(record.epochs, values, strict=True))
    assert validation_accuracy(replace(record, epochs=epochs, best_epoch=2)) == 80.0
    assert validation_accuracy(replace(record, epochs=epochs, best_epoch=None)) == 75.0
    assert validation_accuracy(replace(record, epochs=(), best_epoch=None)) is None


def test_the_table_to_rank_by_has_all_that_was_measured(make_record: Callable[..., Any]) -> None:
    measured = {"peak_memory_mb": 900.5, "flops": 8e5, "saved_model_bytes": 270_000}
    lenet = make_record("lenet5", latency=0.5, **measured)
    lenet = replace(lenet, test=replace(lenet.test, macro_recall=85.5, ece=2.5))
    table, _ = measured_table(runs_of([lenet, make_record("mobilenet")]))
    assert table.slugs == ("lenet5", "mobilenet")
    assert [criterion.key for criterion in table.criteria] == [
        "accuracy", "latency", "throughput", "epoch_s", "params", "macro_recall", "ece", "peak_memory", "flops",
        "model_size",
    ]  # fmt: skip
    assert table.values[0].tolist() == [86.0, 0.5, 64_000.0, 30.0, 1_050_000.0, 85.5, 2.5, 900.5, 8e5, 0.27]
    assert table.values.flags.f_contiguous


def test_scores_are_means_over_seeds_and_memory_is_the_gpus(make_record: Callable[..., Any]) -> None:
    records = []
    for seed, ece in enumerate((2.0, 3.0)):
        facts = OnGpu(tf32=True, deterministic=False, peak_memory_mb=500.0 + seed)
        record = make_record("lenet5", seed=seed, peak_memory_mb=9000.0, on_gpu=facts, hardware={"gpu": "H100"})
        records.append(replace(record, test=replace(record.test, ece=ece)))
    (model,) = measured_models(runs_of(records))
    assert (MEASURES["ece"](model), MEASURES["peak_memory"](model)) == (2.5, 500.5)
    (model,) = measured_models(runs_of([records[0], replace(records[1], test=replace(records[1].test, ece=None))]))
    assert MEASURES["ece"](model) is None  # one seed has neither the value nor predictions


def test_only_the_criteria_that_are_ranked_by_read_predictions(
    make_record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(run: Run) -> None:
        raise AssertionError("predictions were read")

    monkeypatch.setattr(Run, "predictions", read)
    models = measured_models(runs_of([make_record("lenet5")]))
    assert decision_table(models, "measured", ["accuracy", "flops"]).values.shape == (1, 2)
    with pytest.raises(AssertionError, match="predictions were read"):
        decision_table(models, "measured", ["ece"])


def test_what_was_not_measured_is_nan_and_of_no_source(make_record: Callable[..., Any]) -> None:
    table, _ = measured_table(runs_of([replace(make_record("lenet5"), latency=())]))
    assert np.isnan(table.values[0, 1])
    assert table.origins[0].tolist() == [0, -1, -1, 0, 0, -1, -1, -1, -1, -1]


def test_the_table_is_of_one_protocol_and_says_which(make_record: Callable[..., Any]) -> None:
    glyphs = {"name": "glyphs", "synthetic": True}
    records = [make_record("lenet5", dataset=glyphs), make_record("lenet5"), make_record("mobilenet")]
    assert measured_table(runs_of(records))[0].slugs == ("lenet5", "mobilenet")
    chosen, _ = measured_table(runs_of(records), dataset="glyphs")
    assert chosen.slugs == ("lenet5",)
    assert chosen.sources == ("glyphs (synthetic), measured on Xeon 8481C (2 cores), no GPU",)


def test_a_run_stopped_at_a_limit_is_not_ranked_by_what_it_reached(make_record: Callable[..., Any]) -> None:
    stopped = make_record("resnet50", stopped_by="limit")
    assert measured_table(runs_of([make_record("lenet5"), stopped]))[0].slugs == ("lenet5",)
    with pytest.raises(ZooError, match="no measured run was completed; bench without --epochs"):
        measured_table(runs_of([stopped]))


def test_an_unknown_data_set_is_answered_with_the_near_one(make_record: Callable[..., Any]) -> None:
    with pytest.raises(ZooError, match="unknown measured data set 'emnist'; did you mean 'emnist47'"):
        measured_table(runs_of([make_record("lenet5")]), dataset="emnist")


def test_without_a_result_the_error_names_the_command_that_makes_one(make_record: Callable[..., Any]) -> None:
    failed = replace(make_record("lenet5"), outcome="failed", test=None, reason="out of memory")
    for records in ([], [failed]):
        with pytest.raises(ZooError, match="`zoo bench efficientnetb1 --dataset glyphs`"):
            measured_table(runs_of(records))


def test_local_runs_that_give_way_to_shipped_ones_of_their_protocol_are_named(make_record: Callable[..., Any]) -> None:
    def run(origin: Any, **fields: Any) -> Run:
        return Run(make_record("lenet5", **fields), Path("none"), origin)

    shipped, local = run("shipped", validation=90.0), run("local", recipe=Recipe(title="Mine", batch_size=7))
    assert ": 1 local run on emnist47" in measured_table([shipped, local], shipped=True)[1].partition("left out")[2]
    assert measured_table([shipped], shipped=True)[1] == ""
    # A local run that is shown stands for the other local ones of its model.
    assert measured_table([run("local", validation=90.0), local])[1] == ""


def test_a_sentence_on_runs_that_are_left_out_names_three_groups(make_record: Callable[..., Any]) -> None:
    runs = runs_of([make_record("lenet5", dataset={"name": f"set{number}"}) for number in range(9)])
    sentence = measured_table(runs)[1]
    assert sentence.count("1 local run on") == 4
    assert "; left out: 1 local run on set1" in sentence
    assert "· runs of 5 other protocols; " in sentence
