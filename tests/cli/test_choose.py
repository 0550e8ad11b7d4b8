"""`zoo choose` at the command line; what it measures is tested in tests/racing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelzoo.base.paths import ROOT
from modelzoo.errors import ZooError
from modelzoo.racing import choice as kept
from modelzoo.racing import choose as choosing
from modelzoo.racing import prepare
from modelzoo.racing.bill import Bill, Dropped, make_bill
from modelzoo.racing.choice import Choice, Training, load_choices, write_choice
from modelzoo.racing.decide import Decision
from modelzoo.racing.options import ChooseOptions
from modelzoo.racing.price import Price
from modelzoo.racing.probe import Probe
from modelzoo.racing.race import Race, Round
from modelzoo.racing.sentences import sentences
from modelzoo.runs import events
from modelzoo.runs.record import Record, write_record


def probed(slug: str, name: str, **values: Any) -> Probe:
    usual: dict[str, Any] = {
        "params": 61_706, "size_mb": 0.26, "latency_ms": 0.41, "images_per_s": 20_000.0, "peak_memory_mb": 812.3,
        "flops": 854_000.0, "start_s": 9.6, "epoch_s": 11.8,
    }  # fmt: skip
    return Probe(slug=slug, name=name, **usual | values)


def billed(**fields: Any) -> Bill:
    slower = {"params": 3_240_000, "size_mb": 13.4, "latency_ms": 6.2, "start_s": 16.0, "epoch_s": 160.4}
    probes = [probed("lenet5", "LeNet-5"), probed("mobilenet", "MobileNet", **slower)]
    dropped = [Dropped("vgg16", "VGG16", "size 134.7 MB, over the limit of 20 MB")]
    usual: dict[str, Any] = {"schedule": (4, 8, 15, 30), "budget_s": 7200.0, "spent_s": 95.0, "device": "a GPU"}
    return make_bill(fields.pop("probes", probes), dropped, **usual | fields)


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Let the measuring give this bill, and keep its arguments in a list."""

    def give(bill: Bill | None = None, error: BaseException | None = None) -> list[Any]:
        asked: list[Any] = []

        def bill_of(*given: Any, report: Any) -> Bill:
            asked.append(given)
            report(events.Measuring("LeNet-5 without training, 1 of 2"))
            if error is not None:
                raise error
            return bill or billed()

        monkeypatch.setattr(prepare, "bill_of", bill_of)
        return asked

    return give


def test_the_bill_has_the_candidates_the_dropped_ones_the_rounds_and_the_cost(
    zoo: Any, chosen: Any, golden: Callable[[str, str], None]
) -> None:
    chosen(billed(price=Price(2.5, "USD")))
    printed = zoo("choose", "--dataset", "glyphs", "--budget", "2h", "--dry-run")
    assert (printed.code, printed.err) == (0, "measuring LeNet-5 without training, 1 of 2\n")
    golden("choose-dry-run.txt", printed.out)


def test_the_options_are_those_of_the_choice_and_of_its_runs(zoo: Any, chosen: Any) -> None:
    asked = chosen()
    zoo(
        "choose", "--dataset", "./photos", "--budget", "90m", "--max-latency", "5ms", "--max-size", "1.5GB",
        "--by", "accuracy:2,latency", "--top", "4", "--profile", "edge", "--source", "keras,slides",
        "--where", "params<30M", "--price", "2.5 usd/h", "--alpha", "0.01", "--recipe", "best", "--set", "epochs=16",
        "--seed", "3", "--limit-train", "5000", "--image-size", "64", "--dry-run",
    )  # fmt: skip
    ((models, dataset, options),) = asked
    assert (models, dataset) == ((), "./photos")
    assert options == ChooseOptions(
        budget_s=5400, max_latency_ms=5, max_size_mb=1500, by="accuracy:2,latency", top=4, profile="edge",
        source=["keras", "slides"], where="params<30M", price=Price(2.5, "USD"), alpha=0.01, training=options.training,
    )  # fmt: skip
    training = options.training
    assert (training.recipe, training.set, training.seed) == ("best", ("epochs=16",), 3)
    assert (training.limit_train, training.image_size) == (5000, 64)


def test_the_json_has_the_whole_bill(zoo: Any, chosen: Any) -> None:
    chosen()
    printed = zoo("choose", "lenet5", "mobilenet", "--budget", "2h", "--dry-run", "--json")
    assert msgspec.json.decode(printed.out, type=Bill) == billed()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--budget", "soon"], "'soon' is no time; expected seconds, or a number with s, m or h, as in 90m"),
        (["--budget", "0h"], "'0h' is no time"),
        ([], "Missing option '--budget'"),
        (["--budget", "2h", "--max-latency", "5"], "'5' is no latency; expected a number with us, ms or s, as in 5ms"),
        (["--budget", "2h", "--max-latency", "-5ms"], "'-5ms' is no latency"),
        (["--budget", "2h", "--max-size", "20"], "'20' is no size; expected a number with kB, MB or GB, as in 20MB"),
        (["--budget", "2h", "--price", "2.5"], "'2.5' is no price; expected an amount, a currency and /h, as in 2.5U"),
        (["--budget", "2h", "--price", "2.5/h"], "'2.5/h' is no price"),
        (["lenet5", "--budget", "2h", "--where", "params<3M"], "name models or give these"),
    ],
)
def test_wrong_usage_is_one_line_with_the_expected_form(
    zoo: Any, chosen: Any, options: list[str], message: str
) -> None:
    asked = chosen()
    printed = zoo("choose", *options, "--dry-run")
    assert (printed.code, asked) == (2, [])
    assert message in " ".join(printed.err.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--by", "latency"], "--by is latency; expected accuracy among them: `zoo latency` compares the others"),
        (["--by", "accuracy:0,latency"], "the weight of accuracy is 0; give one above 0"),
        (["--by", "accuracy,lateny"], "unknown criterion of a choice 'lateny'; did you mean 'latency'?"),
        (["--by", "accuracy,ece"], "unknown criterion of a choice 'ece'"),
        (["--alpha", "1"], "--alpha is 1; expected a probability between 0 and 1, as 0.05"),
    ],
)
def test_contradictory_options_are_one_line(zoo: Any, chosen: Any, options: list[str], message: str) -> None:
    asked = chosen()
    printed = zoo("choose", *options, "--budget", "2h", "--dry-run")
    assert (printed.code, printed.out, asked) == (1, "", [])
    assert printed.err.startswith(f"zoo: {message}")
    assert printed.err.count("\n") == 1


def test_a_budget_that_is_too_small_for_two_candidates_prints_the_bill_and_the_least_budget(
    zoo: Any, chosen: Any
) -> None:
    chosen(billed(budget_s=600.0))
    printed = zoo("choose", "--budget", "10m", "--dry-run")
    assert printed.code == 1
    assert "LeNet-5" in printed.out
    assert printed.err.splitlines()[-1] == (
        "zoo: the budget of 10 min is too small: measuring took 95 s, and the first round of LeNet-5 and "
        "MobileNet takes 12 min (4 epochs each); give 14m at least"
    )


def test_limits_that_all_candidates_break_are_one_line(zoo: Any, chosen: Any) -> None:
    chosen(error=ZooError("no candidate is left, 2 break a limit; nearest: LeNet-5: latency 0.41 ms, over the limit"))
    printed = zoo("choose", "--budget", "2h", "--max-latency", "1us", "--dry-run")
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.splitlines()[1].startswith("zoo: no candidate is left, 2 break a limit; nearest: LeNet-5")


def test_ctrl_c_while_measuring_says_that_nothing_was_trained(zoo: Any, chosen: Any) -> None:
    chosen(error=KeyboardInterrupt())
    printed = zoo("choose", "--budget", "2h", "--dry-run")
    assert (printed.code, printed.out) == (130, "")
    assert printed.err.endswith("zoo: interrupted while the candidates were measured; nothing was trained\n")


def decided(candidate: str, verdict: Any, accuracy: float, behind: float, p: float | None, reason: str) -> Decision:
    return Decision(
        candidate=candidate, verdict=verdict, accuracy=accuracy, difference=behind, p_value=p, reason=reason
    )


def made_choice(**fields: Any) -> Choice:
    """A race of three candidates: one is dropped, one cannot be told from the winner."""
    probes = [
        probed("lenet5", "LeNet-5"),
        probed("mobilenet", "MobileNet", params=3_240_000, size_mb=13.4, latency_ms=6.2, start_s=16.0, epoch_s=160.4),
        probed("squeezenet1-0", "SqueezeNet", params=750_000, size_mb=3.1, latency_ms=2.2, start_s=12.0, epoch_s=40.0),
    ]
    worse, near = "31.20 points less accurate than the leader (p < 0.0001, level 0.0063)", "not significantly less …"
    rounds = (
        Round(
            number=1, epochs=4, spent_s=900.0, decisions=(
                decided("squeezenet1-0", "leader", 81.2, 0.0, None, "first of this round"),
                decided("lenet5", "kept", 80.9, 0.3, 0.41, near),
                decided("mobilenet", "dropped", 50.0, 31.2, 1e-30, worse),
            ),
        ),
        Round(
            number=2, epochs=8, spent_s=1500.0, decisions=(
                decided("squeezenet1-0", "leader", 84.1, 0.0, None, "first of this round"),
                decided("lenet5", "kept", 83.8, 0.3, 0.38, near),
            ),
        ),
    )  # fmt: skip
    finalists = ("squeezenet1-0", "lenet5")
    trainings = [
        Training(round=ended.number, candidate=one.candidate, run=f"{one.candidate}-{ended.number}", seconds=200.0)
        for ended in rounds
        for one in ended.decisions
    ]
    tested = [
        kept.Tested(
            candidate=name,
            run=f"{name}-2",
            epochs=8,
            images=14_550,
            top1=top1,
            top1_low=top1 - 0.6,
            top1_high=top1 + 0.6,
        )
        for name, top1 in zip(finalists, (83.9, 83.7), strict=True)
    ]
    usual: dict[str, Any] = {
        "id": "choice-0123456789", "dataset": "emnist47", "synthetic": False, "validation_images": 15_924,
        "by": ("accuracy",), "alpha": 0.05, "seed": 0, "started": "2026-01-05T10:00:00Z",
        "finished": "2026-01-05T10:40:00Z", "trainings": tuple(trainings), "rounds": rounds, "tested": tuple(tested),
        "bill": billed(probes=probes), "spent_s": 1560.0,
        "race": Race(
            winner="squeezenet1-0", finalists=finalists, rounds=rounds, ended_by="too close", level=0.0063,
            spent_s=1500.0, full_s=6300.0, risk=0.012, images_needed=31_000,
        ),
    }  # fmt: skip
    return Choice(**usual | fields)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the race give `made_choice`, and keep its arguments."""
    asked: list[Any] = []

    def make_choice(*given: Any, **named: Any) -> Choice:
        asked.append((given, named))
        return made_choice()

    monkeypatch.setattr(choosing, "make_choice", make_choice)
    return asked


def test_a_choice_is_a_table_and_three_sentences(zoo: Any, made: Any, golden: Callable[[str, str], None]) -> None:
    printed = zoo("choose", "--dataset", "emnist47", "--budget", "2h")
    assert printed.code == 0
    golden("choose.txt", printed.out)


def test_the_json_of_a_choice_has_its_decisions_and_its_sentences(zoo: Any, made: Any) -> None:
    whole = json.loads(zoo("choose", "--budget", "2h", "--json").out)
    assert len(whole.pop("sentences")) == 3
    assert msgspec.convert(whole, Choice) == made_choice()


def test_the_board_lists_untested_runs_and_shows_choices(
    zoo: Any, tmp_path: Path, make_record: Callable[..., Record], golden: Callable[[str, str], None]
) -> None:
    tested = make_record("lenet5", id="lenet5-a", recipe_name="best")
    untested = make_record("squeezenet", id="squeezenet-b", recipe_name="best+epochs=4", epochs=4, seed=2)
    for record in (tested, msgspec.structs.replace(untested, test=None, latency=())):
        (tmp_path / record.id).mkdir()
        write_record(record, tmp_path / record.id)
    write_choice(made_choice(), tmp_path)
    printed = zoo("board", "--runs", str(tmp_path))
    assert (printed.code, printed.err) == (0, "")
    golden("board-choice.txt", printed.out)
    whole = json.loads(zoo("board", "--runs", str(tmp_path), "--json").out)
    assert [one["runs"] for one in whole["untested"]] == [["squeezenet-b"]]
    assert [one["id"] for one in whole["choices"]] == ["choice-0123456789"]
    assert [row["runs"] for section in whole["sections"] for row in section["rows"]] == [["lenet5-a"]]


def test_a_finalist_that_is_more_accurate_and_behind_by_all_criteria_is_not_called_equal() -> None:
    choice = made_choice(by=("accuracy", "latency"))
    assert choice.race is not None
    last = choice.race.rounds[-1]
    better = decided("lenet5", "kept", 94.1, -10.0, 1e-15, "more accurate")
    ended = msgspec.structs.replace(last, decisions=(last.decisions[0], better))
    race = msgspec.structs.replace(choice.race, rounds=(*choice.race.rounds[:-1], ended))
    sure = sentences(msgspec.structs.replace(choice, race=race))[1]
    assert "LeNet-5 is significantly more accurate, and behind by accuracy and latency together" in sure
    assert "cannot be told" not in sure


def test_the_page_has_the_sentences_of_the_committed_race() -> None:
    (choice,), problems = load_choices(ROOT / "benchmarks" / "races" / "emnist47-choice")
    page = (ROOT / "docs" / "how-to" / "choose.md").read_text(encoding="utf-8")
    assert not problems
    assert choice.command in page
    assert [sentence for sentence in sentences(choice) if sentence not in page] == []


def test_the_last_sentence_has_the_cost_at_the_price() -> None:
    choice = made_choice()
    bill = msgspec.structs.replace(choice.bill, price=Price(2.5, "USD"))
    spent = sentences(msgspec.structs.replace(choice, bill=bill))[-1]
    assert spent.startswith("Spent 26 min of 2 h 00 min, 75 % less than training all candidates fully")
    assert "; this cost 1.08 USD, training all fully costs 4.38 USD" in spent


def test_the_script_of_slurm_repeats_the_command_in_one_task_with_a_gpu_for_each_worker(zoo: Any, made: Any) -> None:
    given = ("choose", "--dataset", "glyphs", "--budget", "2h", "--workers", "4", "--print-slurm")
    printed = zoo(*given)
    assert (printed.code, made) == (0, [])
    assert "#SBATCH --array=0-0\n" in printed.out
    assert "#SBATCH --gres=gpu:4\n" in printed.out
    assert "nothing to do" in printed.out
    for other in (["--dry-run"], ["--ray", "local"]):
        assert "give one of them" in zoo(*given, *other).err
    wrong = zoo(*given, "lenet6")
    assert (wrong.code, wrong.out, "unknown model 'lenet6'" in wrong.err) == (1, "", True)


def test_a_race_that_is_interrupted_names_the_way_to_go_on(zoo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(choosing, "make_choice", interrupted)
    printed = zoo("choose", "--budget", "2h")
    assert (printed.code, printed.err) == (130, "zoo: interrupted; the same command resumes the race\n")
