"""`zoo tune`: its sentences and tables, and its answers to wrong options."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.recipes.recipe import Recipe
from modelzoo.tuning import tune as room
from modelzoo.tuning.effects import Comparison, Effect
from modelzoo.tuning.result import TrialSummary, TuneResult


def trial(number: int, epochs: int | None, accuracy: float | None, verdict: str, **values: str) -> TrialSummary:
    runs = () if epochs is None else ("r",)
    return TrialSummary(
        number=number, values=values, epochs=epochs, accuracy=accuracy, seconds=9.0, verdict=verdict, runs=runs
    )


def effect(lever: str, base: str, winner: str, evidence: str, *numbers: float) -> Effect:
    points, low, high = numbers or (None, None, None)
    return Effect(
        lever=lever, base=base, winner=winner, tried=(base,), evidence=evidence, points=points, low=low, high=high
    )


RESULT = TuneResult(
    model="lenet5",
    title="LeNet-5",
    recipe_name="quick",
    dataset="emnist47",
    train_images=5000,
    validation_images=15_924,
    space="default",
    budget_s=600.0,
    spent_s=570.0,
    epochs=8,
    schedule=(1, 2, 4),
    alpha=0.05,
    trials=(
        trial(0, 2, 70.0, "kept, but the budget left no room for 4 epochs"),
        trial(1, 1, 60.0, "dropped after 1 epoch: 9.00 points less accurate than trial 2 (p < 0.0001)", dropout="0.5"),
        trial(2, 4, 75.5, "kept after 4 epochs", activation="gelu", batch_size="64"),
        trial(3, None, None, "failed: the loss is not finite", optimizer="sgd, learning_rate 0.1"),
    ),
    winner=2,
    recipe=Recipe(title="t"),
    effects=(
        effect("activation", "none", "gelu", "winner without it, 4 epochs", 3.0, 2.25, 3.75),
        effect("batch_size", "128", "64", "not measured: the budget left no room for the winner without it"),
        effect("dropout", "none", "none", "2 trials with another value, 2 with the base's, 1 epoch", -8.0, -12.0, -4.0),
    ),
    comparison=Comparison(
        seeds=(1, 2, 3),
        epochs=4,
        base_accuracy=72.0,
        winner_accuracy=75.0,
        spread=0.4,
        difference=3.0,
        low=1.9,
        high=4.1,
        p_value=0.002,
        significant=True,
    ),
    file="lenet5-tuned.toml",
)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the options that the command passes on."""
    options: dict[str, Any] = {}

    def tune(model: str, budget_s: float, **others: Any) -> TuneResult:
        options.update(others, model=model, budget_s=budget_s)
        return RESULT

    monkeypatch.setattr(room, "tune", tune)
    return options


def test_result_is_printed(zoo: Callable[..., Any], golden: Callable[[str, str], None], given: dict[str, Any]) -> None:
    printed = zoo("tune", "lenet5", "--budget", "10m")
    golden("tune.txt", printed.out)
    assert printed.err.splitlines()[-1] == "zoo: note: wrote lenet5-tuned.toml"
    assert (given["model"], given["budget_s"], given["seeds"]) == ("lenet5", 600, 3)


def test_json_has_the_same_result(zoo: Callable[..., Any], given: dict[str, Any]) -> None:
    import json

    content = json.loads(zoo("tune", "lenet5", "--budget", "1h", "--json").out)
    assert content["comparison"]["significant"] is True
    assert content["trials"][2]["values"] == {"activation": "gelu", "batch_size": "64"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["lenet5"], 2, "Missing option '--budget'"),
        (["lenet5", "--budget", "soon"], 2, "'soon' is no time"),
        (["lenet5", "--budget", "1h", "--seeds", "1"], 2, "--seeds"),
        (["lenet5", "--budget", "1h", "--alpha", "1"], 1, "alpha 1"),
        (["lenet4", "--budget", "1h"], 1, "unknown model 'lenet4'; did you mean 'lenet5'"),
        (["lenet5", "--budget", "1h", "--space", "defualt"], 1, "unknown space 'defualt'"),
        (["lenet5", "--budget", "1h", "-o", "new.csv"], 1, "a recipe is a TOML file"),
        (["lenet5", "--budget", "1h", "--dataset", "nowhere"], 1, "data set 'nowhere' is not in"),
        (["lenet5", "--budget", "1h", "--dataset", "glyphs", "--recipe", "quik"], 1, "unknown recipe 'quik'"),
    ],
)
def test_wrong_option_is_one_line(
    zoo: Callable[..., Any], arguments: list[str], code: int, message: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = zoo("tune", *arguments)
    assert printed.code == code
    assert message in " ".join(printed.err.split())
    assert code == 2 or len(printed.err.strip().splitlines()) == 1
