"""Replayed races: the methods on made-up trainings, and the records that the script reads."""

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from modelzoo.base.paths import ROOT
from modelzoo.errors import ZooError
from modelzoo.racing.risk import RECORDED, Drift
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION, save_predictions, truth_arrays
from modelzoo.runs.record import Record, write_record

SEEDS, SCHEDULE = (0, 1, 2), (1, 2, 4)
NETWORKS = ("a", "b", "c", "d", "e", "f")


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import the script as Python runs it: with its own folder on the path."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    import replay  # type: ignore[import-not-found, unused-ignore]

    yield replay
    for name in ("replay", "recorded"):
        sys.modules.pop(name)


def hits(wrong: int, images: int = 400) -> np.ndarray:
    return np.arange(images) >= wrong


def recorded(replay: Any, wrong: Mapping[str, int], cost: Callable[[str], float] = lambda network: 1.0) -> Any:
    """Return trainings with these wrong images after each schedule; twice as many epochs cost twice as much."""
    trainings = {
        (network, seed, epochs): sys.modules["recorded"].Training(hits(count), hits(count), cost(network) * epochs)
        for (network, count), seed, epochs in product(wrong.items(), SEEDS, SCHEDULE)
    }
    return sys.modules["recorded"].Recorded({network: network for network in wrong}, SEEDS, SCHEDULE, trainings)


@pytest.fixture
def case(replay: Any) -> Any:
    return replay.Case(NETWORKS[:5], 0)


WRONG = {"a": 10, "b": 60, "c": 110, "d": 160, "e": 210, "f": 260}


def test_each_round_takes_the_next_seed_and_the_last_round_is_the_full_training(replay: Any) -> None:
    made = recorded(replay, WRONG)
    trainings = {key: training._replace(seconds=key[1]) for key, training in made.trainings.items()}
    made = sys.modules["recorded"].Recorded(made.models, SEEDS, SCHEDULE, trainings)
    assert [made.in_round("a", 1, number).seconds for number in (1, 2, 3)] == [1, 2, 0]
    assert made.full("a", 1).seconds == 0


def test_a_race_finds_the_clear_winner_in_the_first_round(replay: Any, case: Any) -> None:
    made = recorded(replay, WRONG)
    race = replay.run_race(made, case, made.full_cost(*case.networks) / 3)
    assert (race.winner, race.ended_by, race.spent_s) == ("a", "one left", 5)
    assert not replay.is_overtaken(made, case, race)


def test_halving_keeps_the_better_half_while_the_budget_allows(replay: Any, case: Any) -> None:
    made = recorded(replay, WRONG)
    # 5 candidates of 1 epoch, 3 of 2, 2 of 4: 19 s.
    assert replay.halving(made, case, 100) == [("a", 19, True)]
    assert replay.halving(made, case, 18) == [("a", 11, False)]
    assert replay.halving(made, case, 4) == [("a", 4, False)]


def test_random_choice_takes_the_best_of_each_random_sample(replay: Any, case: Any) -> None:
    made = recorded(replay, WRONG)
    one = replay.random_choice(made, case, 4)
    assert [sum(choice.network == network for choice in one) for network in "abcde"] == [24] * 5
    two = replay.random_choice(made, case, 8)
    # The best of two of five: of 10 pairs, a is in 4, b leads 3, c 2, d 1.
    assert [sum(choice.network == network for choice in two) for network in "abcde"] == [48, 36, 24, 12, 0]
    assert {choice.spent_s for choice in two} == {8}
    assert {choice.network for choice in replay.random_choice(made, case, 20)} == {"a"}
    assert not any(choice.trained for choice in replay.random_choice(made, case, 1))


def test_the_published_ranking_chooses_by_top1(replay: Any) -> None:
    made = recorded(replay, dict.fromkeys(("mobilenet", "resnet50", "lenet5", "unknown"), 5))
    ranked = replay.first_published(made, replay.Case(("mobilenet", "resnet50", "lenet5"), 0), 0)
    assert ranked == [("resnet50", 0, False)]
    variants = replace(made, models={"thin": "mobilenet", "wide": "resnet50", "lenet5": "lenet5"})
    assert variants.published == ("wide", "thin")
    unranked = replay.first_published(made, replay.Case(("lenet5", "unknown"), 0), 0)
    assert [choice.network for choice in unranked] == ["lenet5", "unknown"]


def test_a_choice_is_judged_by_the_test_images_of_full_training(replay: Any, case: Any) -> None:
    made = recorded(replay, WRONG)
    judged = replay.judge(made, case, [replay.Choice("a", 5, trained=False), replay.Choice("b", 5, trained=True)])
    assert judged == (0, pytest.approx(6.25), 0.5, pytest.approx(0.25), pytest.approx(0.35))


def test_the_interval_of_three_seeds_spans_them(replay: Any) -> None:
    results = [replay.Result(seed, regret, 1, 1, 1) for seed, regret in ((0, 0.1), (1, 0.2), (2, 0.6), (2, 1.0))]
    low, high = replay.seed_interval(results)
    assert 0.1 <= low < 0.14
    assert 0.6 < high <= 0.8


def test_the_report_states_whether_the_aims_are_met(replay: Any) -> None:
    text = replay.report(recorded(replay, WRONG))
    assert text.startswith("18 replays, with rounds of 1, 2 and 4 epochs. Each takes 5 networks and one of 3 seeds.")
    assert "| race                                   |     0.00 (0.00 to 0.00) |      0.00 |            100 |" in text
    assert "in 100 % of races with the budget; the aim of 90 % is met." in text
    bad = recorded(replay, WRONG)
    # The order of short trainings is the reverse of full training.
    for (network, seed, epochs), training in list(bad.trainings.items()):
        if epochs < SCHEDULE[-1]:
            bad.trainings[network, seed, epochs] = training._replace(validation=hits(270 - WRONG[network]))
    text = replay.report(bad)
    assert "in 0 % of races with the budget; the aim of 90 % is missed." in text
    assert "the aim to beat it is missed" in text


def test_too_few_networks_are_an_error(replay: Any) -> None:
    with pytest.raises(ZooError, match="4 networks with all trainings; expected 5 or more"):
        replay.report(recorded(replay, dict.fromkeys("abcd", 5)))


def test_a_network_without_all_trainings_is_left_out(replay: Any, capsys: pytest.CaptureFixture[str]) -> None:
    trainings = dict(recorded(replay, WRONG).trainings)
    del trainings["b", 1, 2]
    trainings["c", 2, 4] = trainings["c", 2, 4]._replace(test=None)
    trainings["d", 2, 2] = trainings["d", 2, 2]._replace(test=None)
    assert sys.modules["recorded"].complete_grid(trainings, WRONG).networks == ("a", "d", "e", "f")
    assert capsys.readouterr().err == "left out, as trainings are missing: b and c\n"


def test_the_drift_of_recorded_networks_is_that_of_their_changes(replay: Any) -> None:
    made = recorded(replay, WRONG)
    steady = made.drift(NETWORKS)
    assert steady == Drift(pytest.approx(0.0, abs=1e-4), 5)
    for (network, seed, epochs), training in list(made.trainings.items()):
        if network in "abc" and epochs > 1:
            made.trainings[network, seed, epochs] = training._replace(validation=hits(WRONG[network] // 2))
    assert made.drift(NETWORKS).scale > 0.1


def test_an_interrupted_epoch_is_no_cost_of_the_network(replay: Any, make_record: Callable[..., Record]) -> None:
    record = make_record("a", epochs=4)
    seconds = (20.0, 10.0, 900.0, 11.0)
    epochs = tuple(
        msgspec.structs.replace(epoch, seconds=each) for epoch, each in zip(record.epochs, seconds, strict=True)
    )
    record = msgspec.structs.replace(record, epochs=epochs)
    assert sys.modules["recorded"].seconds_of(record) == 20 + 3 * 11
    assert sys.modules["recorded"].seconds_of(make_record("a", epochs=1)) == 30
    made = recorded(replay, WRONG)
    made.trainings["a", 1, 4] = made.trainings["a", 1, 4]._replace(seconds=900)
    assert made.cost("a", 4) == 4


def test_runs_become_trainings(replay: Any, tmp_path: Path, make_record: Callable[..., Record]) -> None:
    from modelzoo.recipes.recipe import Recipe

    data = {"classes": 3, "validation_images": 40, "test_images": 50}
    for network, seed, epochs in product("ab", (0, 1), (1, 2)):
        record = make_record(
            network, correct=45, epochs=epochs, seed=seed, dataset=data, stopped_by="schedule", best_epoch=epochs,
            recipe=Recipe(title="Short", epochs=epochs), id=f"{network}-{seed}-{epochs}",
        )  # fmt: skip
        folder = tmp_path / record.id
        folder.mkdir()
        write_record(record, folder)
        for name, images, wrong in ((VALIDATION, 40, 4), (PREDICTIONS, 50, 5)):
            best = np.zeros((images, 1), np.uint8)
            labels = (np.arange(images) < wrong).astype(np.int64)
            save_predictions(folder, {"top5": best, **truth_arrays(best, labels, ("x", "y", "z"))}, name)
    made = sys.modules["recorded"].load_recorded(tmp_path)
    assert (made.networks, made.seeds, made.schedule) == (("a", "b"), (0, 1), (1, 2))
    training = made.trainings["b", 1, 2]
    assert (training.validation.sum(), training.test.sum(), training.seconds) == (36, 45, 60.0)
    assert made.full_cost("a", "b") == 120
    shutil.copytree(folder, tmp_path / "copy")
    record = msgspec.json.decode((folder / "record.json").read_bytes())
    (tmp_path / "copy" / "record.json").write_bytes(msgspec.json.encode(record | {"id": "copy"}))
    with pytest.raises(ZooError, match=r"a second run of \('b', 1, 2\)"):
        sys.modules["recorded"].load_recorded(tmp_path)


def test_two_widths_of_a_model_are_two_networks(replay: Any, make_record: Callable[..., Record]) -> None:
    from modelzoo.recipes.recipe import Recipe

    network_of = sys.modules["recorded"].network_of
    assert network_of(make_record("vgg16")) == "vgg16"
    recipe = Recipe(title="Narrow", width=0.125, batch_norm=True)
    assert network_of(make_record("vgg16", recipe=recipe)) == "vgg16 batch_norm=true width=0.125"


@pytest.mark.slow
def test_the_page_has_the_tables_of_the_committed_trainings(replay: Any) -> None:
    recorded = sys.modules["recorded"].load_recorded(replay.FOLDER)
    assert (len(recorded.networks), recorded.seeds, recorded.schedule) == (8, (0, 1, 2), (1, 2, 4, 8))
    page = ROOT / "docs" / "explanation" / "racing.md"
    assert replay.report(recorded) in page.read_text(encoding="utf-8")
    assert round(recorded.drift(recorded.networks, last=2).scale, 3) == RECORDED.scale
    assert recorded.drift(recorded.networks).df == RECORDED.df


def test_the_tables_go_between_the_markers_of_a_page(
    replay: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- replay:begin -->\nold\n<!-- replay:end -->\nafter\n")
    monkeypatch.setattr(replay, "load_recorded", lambda folder: None)
    monkeypatch.setattr(replay, "report", lambda made: "a \\1 table")
    monkeypatch.setattr(sys, "argv", ["replay.py", "--write", str(page)])
    replay.main()
    assert page.read_text() == "before\n<!-- replay:begin -->\na \\1 table\n<!-- replay:end -->\nafter\n"
    assert capsys.readouterr().out == "a \\1 table\n"
