"""Races on made-up trainings: how they end, what they spend, and what they report."""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.racing.race import Judged, Race, Round, Train, race
from modelzoo.racing.risk import Drift
from modelzoo.statistics.paired import Paired, images_needed

IMAGES = 1000
SCHEDULE = (1, 2, 4)


def judged(wrong: int, seconds: float, images: int = IMAGES) -> Judged:
    return Judged(np.arange(images) < images - wrong, seconds)


def trainer(wrong: Mapping[str, Sequence[int]], calls: list[tuple[tuple[str, ...], int, int]] | None = None) -> Train:
    """Return trainings with these wrong images in each round, of which each takes a second an epoch."""

    def train(names: Sequence[str], number: int, epochs: int) -> dict[str, Judged | str]:
        if calls is not None:
            calls.append((tuple(names), number, epochs))
        return {name: judged(wrong[name][number - 1], epochs) for name in names}

    return train


def run(wrong: Mapping[str, Sequence[int]], *, budget_s: float = 1000, **options: object) -> Race:
    train = options.pop("train", None) or trainer(wrong)
    arguments = {"cost": lambda name, epochs: float(epochs), "schedule": SCHEDULE, **options}
    return race(list(wrong), train=train, budget_s=budget_s, **arguments)  # type: ignore[arg-type]


def test_a_race_drops_the_worst_and_trains_the_others_longer() -> None:
    calls: list[tuple[tuple[str, ...], int, int]] = []
    wrong = {"bad": (300,), "good": (60, 55, 40), "better": (62, 50, 10)}
    result = run(wrong, train=trainer(wrong, calls))
    assert calls == [(("bad", "good", "better"), 1, 1), (("good", "better"), 2, 2), (("better", "good"), 3, 4)]
    assert (result.winner, result.finalists, result.ended_by) == ("better", ("better",), "one left")
    assert [[decision.verdict for decision in ended.decisions] for ended in result.rounds] == [
        ["leader", "kept", "dropped"], ["leader", "kept"], ["leader", "dropped"],
    ]  # fmt: skip
    assert (result.spent_s, result.full_s) == (3 + 4 + 8, 12)
    assert result.level == pytest.approx(0.05 / (3 * 2))


def test_a_race_ends_with_its_schedule_and_counts_the_images_that_are_missing() -> None:
    result = run({"a": (90, 70, 50), "b": (90, 70, 55), "c": (90, 70, 56)}, drift=Drift(0.5, 5))
    assert (result.winner, result.finalists, result.ended_by) == ("a", ("a", "b", "c"), "schedule")
    # b is closer than c, so its number is the larger one.
    assert result.images_needed == images_needed(Paired(945, 5, 0, 50), result.level) - IMAGES
    assert result.risk == 0


def test_equal_finalists_need_no_number_of_images() -> None:
    result = run({"a": (90, 70, 50), "b": (90, 70, 50)}, drift=Drift(0.5, 5))
    assert (result.finalists, result.images_needed) == (("a", "b"), None)


def test_a_race_ends_if_a_further_round_would_hardly_separate_the_finalists() -> None:
    wrong = {"a": (90, 70, 50), "b": (91, 70, 50)}
    assert run(wrong, drift=Drift(0.001, 50)).ended_by == "too close"
    assert len(run(wrong, drift=Drift(0.001, 50)).rounds) == 1
    assert run(wrong, drift=Drift(0.5, 50)).ended_by == "schedule"
    # A round of twelve doublings may separate them, one of a single doubling hardly.
    ends = [run(wrong, budget_s=1e6, drift=Drift(0.005, 50), schedule=(1, epochs)).ended_by for epochs in (2, 4096)]
    assert ends == ["too close", "schedule"]


def test_changes_between_the_rounds_of_a_race_raise_its_risk() -> None:
    dropped = {"d": (59,)}
    steady = run({"a": (50, 50, 50), "b": (50, 50, 50), "c": (50, 50, 50)} | dropped, drift=Drift(0.3, 2))
    wild = run({"a": (50, 48, 50), "b": (50, 43, 50), "c": (50, 50, 43)} | dropped, drift=Drift(0.3, 2))
    assert [len(result.rounds[1].decisions) for result in (steady, wild)] == [3, 3]
    assert wild.risk > steady.risk + 0.01


def test_candidates_without_budget_are_left_out_and_are_not_called_worse() -> None:
    wrong = {"a": (50, 50, 0), "b": (55, 55, 0), "c": (56, 56, 0)}
    result = run(wrong, budget_s=3 + 5, drift=Drift(0.5, 5))
    second = result.rounds[1]
    assert [(each.candidate, each.verdict) for each in second.decisions] == [
        ("a", "leader"), ("b", "kept"), ("c", "left out"),
    ]  # fmt: skip
    assert result.risk > 0.01
    assert second.decisions[-1].reason == "2 epochs of all 3 candidates take about 6 s, and 5 s were left"


@pytest.mark.parametrize("budget_s", [3, 6, 8])
def test_a_race_ends_if_two_no_longer_fit_into_the_budget(budget_s: float) -> None:
    result = run({"a": (50, 50, 50), "b": (55, 55, 50), "c": (56, 56, 50)}, budget_s=budget_s, drift=Drift(0.5, 5))
    assert result.ended_by == "budget"
    assert len(result.rounds) == (1 if budget_s < 7 else 2)


def test_seconds_before_the_race_count() -> None:
    with pytest.raises(ZooError, match="1 s are left, which is too little for a first round of two"):
        run({"a": (1,), "b": (2,)}, budget_s=5, spent_s=4)
    assert run({"a": (1,), "b": (200,)}, budget_s=6, spent_s=4).spent_s == 6


def test_the_first_candidates_start_if_the_budget_is_too_small_for_all() -> None:
    (only,) = run({"a": (1,), "b": (200,), "c": (0,)}, budget_s=2).rounds
    assert [each.verdict for each in only.decisions] == ["leader", "dropped", "left out"]
    assert only.decisions[-1].accuracy is None


def test_a_failed_training_is_out_with_its_reason_and_counts_as_predicted() -> None:
    def train(names: Sequence[str], number: int, epochs: int) -> dict[str, Judged | str]:
        return {"a": judged(10, 1), "b": judged(200, 1), "c": "out of memory"}

    result = run({"a": (), "b": (), "c": ()}, train=train, cost=lambda name, epochs: 5.0 * epochs)
    last = result.rounds[0].decisions[-1]
    assert (last.candidate, last.verdict, last.reason) == ("c", "failed", "out of memory")
    assert (result.winner, result.spent_s) == ("a", 1 + 1 + 5)


def test_a_round_without_a_finished_training_is_an_error() -> None:
    with pytest.raises(ZooError, match="each training of round 1 failed: a: no memory; b: no memory"):
        run({"a": (), "b": ()}, train=lambda names, number, epochs: dict.fromkeys(names, "no memory"))


def test_one_candidate_wins_without_a_training() -> None:
    result = run({"a": ()})
    assert (result.winner, result.finalists, result.rounds, result.risk) == ("a", ("a",), (), 0.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"schedule": ()}, "rising numbers of epochs"),
        ({"schedule": (2, 2)}, "rising numbers of epochs"),
        ({"schedule": (0, 1)}, "rising numbers of epochs"),
        ({"alpha": 5}, "a share between 0 and 1"),
    ],
)
def test_a_race_refuses_senseless_arguments(options: dict[str, object], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        run({"a": (1,), "b": (2,)}, **options)


@pytest.mark.parametrize("names", [(), ("a", "a")])
def test_a_race_refuses_no_and_repeated_candidates(names: tuple[str, ...]) -> None:
    with pytest.raises(ZooError, match="expected each once"):
        race(names, train=trainer({}), cost=lambda name, epochs: 1.0, schedule=(1,), budget_s=9)


def test_a_drop_after_a_short_round_has_a_higher_risk_than_after_the_last_one() -> None:
    early = run({"a": (50, 50, 50), "b": (60, 60, 60)}, drift=Drift(0.5, 5))
    late = run({"a": (50, 50, 50), "b": (51, 51, 60)}, drift=Drift(0.5, 5))
    assert early.risk > 10 * late.risk > 0


def test_rounds_are_reported_as_they_end_and_a_race_is_plain_data() -> None:
    seen: list[Round] = []
    result = run({"a": (50, 50, 50), "b": (55, 55, 50), "c": (200,)}, report=seen.append)
    assert tuple(seen) == result.rounds
    assert msgspec.json.decode(msgspec.json.encode(result), type=Race) == result


COUNTS = st.lists(st.integers(0, 300), min_size=3, max_size=3)


@settings(max_examples=40)
@given(wrong=st.lists(COUNTS, min_size=2, max_size=5), seed=st.integers(0, 99))
def test_the_order_of_the_candidates_does_not_matter(wrong: list[list[int]], seed: int) -> None:
    named = {f"c{index}": counts for index, counts in enumerate(wrong)}
    mixed = {name: named[name] for name in np.random.default_rng(seed).permutation([*named]).tolist()}
    first, second = run(named), run(mixed)
    assert first.winner == second.winner
    assert first.rounds == second.rounds
    assert first.risk == pytest.approx(second.risk)


@settings(max_examples=60)
@given(wrong=st.lists(COUNTS, min_size=2, max_size=5), budget_s=st.floats(10, 80), costs=st.data())
def test_the_predicted_cost_never_exceeds_the_budget(
    wrong: list[list[int]], budget_s: float, costs: st.DataObject
) -> None:
    per_epoch = {f"c{index}": costs.draw(st.floats(0.1, 5)) for index in range(len(wrong))}
    trained: list[float] = []

    def cost(name: str, epochs: int) -> float:
        return per_epoch[name] * epochs

    def train(names: Sequence[str], number: int, epochs: int) -> dict[str, Judged | str]:
        trained.extend(cost(name, epochs) for name in names)
        return {name: judged(wrong[int(name[1:])][number - 1], cost(name, epochs)) for name in names}

    result = race([*per_epoch], train=train, cost=cost, schedule=SCHEDULE, budget_s=budget_s)
    assert sum(trained) <= budget_s + 1e-9
    assert result.spent_s == pytest.approx(sum(trained))


def test_the_same_trainings_give_the_same_race() -> None:
    finished: dict[tuple[str, int], Judged | str] = {}
    wrong = {"a": (50, 52, 40), "b": (55, 50, 50), "c": (200,)}

    def resumed(fresh: Train) -> Callable[[Sequence[str], int, int], Mapping[str, Judged | str]]:
        def train(names: Sequence[str], number: int, epochs: int) -> Mapping[str, Judged | str]:
            missing = [name for name in names if (name, number) not in finished]
            finished.update({(name, number): each for name, each in fresh(missing, number, epochs).items()})
            return {name: finished[name, number] for name in names}

        return train

    def killed(names: Sequence[str], number: int, epochs: int) -> Mapping[str, Judged | str]:
        if number == 2:
            raise KeyboardInterrupt
        return trainer(wrong)(names, number, epochs)

    with pytest.raises(KeyboardInterrupt):
        run(wrong, train=resumed(killed))
    assert run(wrong, train=resumed(trainer(wrong))) == run(wrong)
