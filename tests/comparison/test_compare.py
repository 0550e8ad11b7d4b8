"""Comparison of runs image by image: selection, protocol, tests and texts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.comparison.compare import compare
from modelzoo.comparison.result import Comparison
from modelzoo.comparison.tables import comparison_tables
from modelzoo.errors import ZooError
from modelzoo.runs.predictions import save_predictions

IMAGES = 1000
LABELS = np.arange(IMAGES) % 10
DATA = {"classes": 10, "test_images": IMAGES}


@dataclass(frozen=True)
class Bench:
    """Makes runs of which it is known which images they got wrong: each is then taken for the next class."""

    make_record: Callable[..., Any]
    write_run: Callable[..., None]
    folder: Path
    empty: Path

    def __call__(self, model: str, wrong: Any, *, truth: bool = True, **fields: Any) -> str:
        predicted = LABELS.copy()
        predicted[wrong] = (predicted[wrong] + 1) % 10
        fields["dataset"] = DATA | fields.pop("dataset", {})
        record = self.make_record(model, correct=int((predicted == LABELS).sum()), **fields)
        self.write_run(self.folder, record, predicted, LABELS, truth=truth)
        return str(record.id)

    def compare(self, *names: str, **options: Any) -> Comparison:
        return compare(names, runs=self.folder, shipped_folder=self.empty, **options)


@pytest.fixture
def bench(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path, empty: Path) -> Bench:
    return Bench(make_record, write_run, tmp_path, empty)


def test_two_networks_are_compared_on_the_images_that_one_got_right(bench: Bench) -> None:
    bench("lenet5", slice(0, 100), name="LeNet-5")
    bench("mobilenet", slice(90, 120), name="MobileNet")
    found = bench.compare("MobileNet", "le-net 5")
    (pair,) = found.pairs
    assert [candidate.accuracy for candidate in found.candidates] == [97, 90]
    assert (pair.only_first, pair.only_second, pair.difference) == (90, 20, pytest.approx(7))
    assert pair.significant
    assert found.verdict.startswith("MobileNet is more accurate than LeNet-5: by 7.00 points")
    assert f"{pair.low:.2f} to {pair.high:.2f}" in found.verdict
    assert not found.recipes
    assert found.omnibus is None


def test_swapping_the_names_mirrors_the_comparison(bench: Bench) -> None:
    bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(90, 180))
    (one,), (other,) = bench.compare("lenet5", "mobilenet").pairs, bench.compare("mobilenet", "lenet5").pairs
    assert (other.difference, other.low, other.high) == (-one.difference, -one.high, -one.low)
    assert (other.p, other.exact_p, other.detectable) == (one.p, one.exact_p, one.detectable)


def test_a_difference_that_is_not_significant_comes_with_the_detectable_one(bench: Bench) -> None:
    bench("lenet5", slice(0, 50), name="LeNet-5")
    bench("mobilenet", slice(40, 85), name="MobileNet")
    found = bench.compare("lenet5", "mobilenet")
    assert not found.pairs[0].significant
    assert "are not significantly different in accuracy: -0.50 points (95 %" in found.verdict
    assert f"a difference of {found.pairs[0].detectable:.2f} points would be detected 4 times in 5" in found.verdict


def test_equal_predictions_are_equal(bench: Bench) -> None:
    bench("lenet5", slice(0, 50))
    bench("mobilenet", slice(0, 50))
    found = bench.compare("lenet5", "mobilenet")
    (pair,) = found.pairs
    assert (pair.difference, pair.p, pair.exact_p) == (0, 1, 1)
    assert -1 < pair.low == -pair.high < 0
    assert "too few images" in found.verdict
    assert all(item.spread == 0 for item in found.most_confused())
    assert found.most_different() == []


def test_of_several_the_most_accurate_stands_against_each_other_one(bench: Bench) -> None:
    bench("lenet5", slice(0, 200), name="LeNet-5")
    bench("mobilenet", slice(100, 150), name="MobileNet")
    bench("resnet50", slice(145, 200), name="ResNet50")
    found = bench.compare("lenet5", "mobilenet", "resnet50")
    assert "not significantly different in accuracy from ResNet50; it is more accurate than LeNet-5;" in found.verdict
    assert found.omnibus is not None
    assert found.omnibus.p < 0.001
    assert all(pair.adjusted_p >= pair.p for pair in found.pairs)


def test_one_clear_winner_of_several_is_named(bench: Bench) -> None:
    bench("lenet5", slice(0, 200), name="LeNet-5")
    bench("mobilenet", slice(0, 20), name="MobileNet")
    bench("resnet50", slice(0, 190), name="ResNet50")
    verdict = bench.compare("lenet5", "mobilenet", "resnet50").verdict
    assert verdict == "MobileNet is more accurate than both others: adjusted p < 0.0001 at most."


def test_several_seeds_of_each_test_the_recipes(bench: Bench) -> None:
    for seed in range(3):
        bench("lenet5", slice(seed * 10, 150 + seed * 11), seed=seed)
        bench("mobilenet", slice(seed * 20, 50 + seed * 21), seed=seed)
    found = bench.compare("lenet5", "mobilenet")
    (pair,) = found.pairs
    assert found.recipes
    assert [candidate.seeds for candidate in found.candidates] == [(0, 1, 2), (0, 1, 2)]
    assert found.candidates[0].deviation == pytest.approx(0.1)
    assert pair.win is not None
    assert pair.win[0] == 0
    assert (pair.only_first, pair.exact_p) == (None, None)
    assert "compares the recipes" in comparison_tables(found)[0].notes[0]


def test_where_one_has_a_single_seed_the_networks_of_the_seed_they_share_are_tested(bench: Bench) -> None:
    for seed in (0, 1, 2):
        bench("lenet5", slice(0, 100 + seed), seed=seed, name="LeNet-5")
    bench("mobilenet", slice(0, 50), seed=1)
    found = bench.compare("lenet5", "mobilenet")
    assert not found.recipes
    assert [candidate.seeds for candidate in found.candidates] == [(1,), (1,)]
    assert any(
        note.startswith("LeNet-5: seed 1 of 3, as not all have several seeds")
        for note in comparison_tables(found)[0].notes
    )


def test_two_recipes_of_one_model_over_their_seeds_are_named_by_them(bench: Bench) -> None:
    for seed in range(3):
        bench("lenet5", slice(seed * 10, 150 + seed * 11), seed=seed, name="LeNet-5", recipe_name="quick")
        bench("lenet5", slice(seed * 20, 50 + seed * 21), seed=seed, name="LeNet-5", recipe_name="slow")
    found = bench.compare("lenet5@quick", "LeNet-5@slow")
    assert found.recipes
    assert found.labels == ("LeNet-5@quick", "LeNet-5@slow")
    assert [len(candidate.runs) for candidate in found.candidates] == [3, 3]


def test_runs_are_named_by_the_beginning_of_their_ids_and_called_by_them(bench: Bench) -> None:
    one = bench("lenet5", slice(0, 100), recipe_name="quick")
    other = bench("lenet5", slice(0, 60), recipe_name="slow")
    found = bench.compare("lenet5-quick", "lenet5-s")
    assert found.labels == (one, other)
    assert [candidate.recipe for candidate in found.candidates] == ["quick", "slow"]


def test_a_run_stopped_at_a_limit_is_compared_and_marked(bench: Bench) -> None:
    bench("lenet5", slice(0, 100), name="LeNet-5", stopped_by="limit")
    bench("mobilenet", slice(0, 60))
    table = comparison_tables(bench.compare("lenet5", "mobilenet"))[0]
    assert table.rows[0][0] == "LeNet-5*"
    assert "* LeNet-5 was stopped at a limit, before its schedule was complete." in table.notes


def test_classes_confused_are_counted_with_their_difference(bench: Bench) -> None:
    bench("lenet5", np.flatnonzero(LABELS == 3)[:40])
    bench("mobilenet", np.concatenate([np.flatnonzero(LABELS == 3)[:10], np.flatnonzero(LABELS == 9)[:15]]))
    found = bench.compare("lenet5", "mobilenet")
    assert [(item.true, item.taken_for, item.images, item.counts) for item in found.most_confused()] == [
        ("3", "4", 100, (40, 10)),
        ("9", "0", 100, (0, 15)),
    ]
    assert [item.spread for item in found.most_different()] == [30, 15]
    assert [errors.sum() for errors in found.errors] == [IMAGES, IMAGES]


def test_runs_without_a_common_protocol_are_refused_by_what_differs(bench: Bench) -> None:
    bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(0, 50), hardware={"gpu": "H100"}, precision="bfloat16", dataset={"title": "EMNIST"})
    with pytest.raises(ZooError) as refused:
        bench.compare("lenet5", "mobilenet")
    assert ": gpu is none and H100; precision is float32 and bfloat16; bench" in str(refused.value)


def test_other_test_images_of_the_same_name_are_another_protocol(bench: Bench) -> None:
    bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(0, 50), dataset={"checksums": {"train": "cd"}})
    with pytest.raises(ZooError, match="the content of train differs"):
        bench.compare("lenet5", "mobilenet")


def test_of_many_files_that_differ_the_first_are_named(bench: Bench) -> None:
    for model, digest in (("lenet5", "ab"), ("mobilenet", "cd")):
        bench(model, slice(0, 50), dataset={"checksums": {f"train/a/{n:03}.png": digest for n in range(500)}})
    with pytest.raises(
        ZooError, match=r"content of train/a/000\.png, .*002\.png and 497 more files differs; bench one"
    ):
        bench.compare("lenet5", "mobilenet")


def test_images_read_in_two_ways_are_not_compared(bench: Bench) -> None:
    bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(0, 50), dataset={"reading": "transposed = false"})
    with pytest.raises(ZooError, match=r"share no protocol.*: reading is usual and transposed = false; bench one"):
        bench.compare("lenet5", "mobilenet")


def test_the_protocol_is_one_that_has_them_all(bench: Bench) -> None:
    bench("lenet5", slice(0, 100))
    bench("resnet50", slice(0, 100))
    for model, wrong in (("lenet5", 90), ("mobilenet", 40)):
        bench(model, slice(0, wrong), dataset={"name": "glyphs", "synthetic": True})
    assert bench.compare("lenet5", "mobilenet").protocol.dataset == "glyphs"
    assert bench.compare("lenet5", "resnet50").protocol.dataset == "emnist47"
    with pytest.raises(ZooError, match=r"resnet50.*mobilenet share no protocol"):
        bench.compare("lenet5", "resnet50", "mobilenet")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("lenet5",), "1 name given; expected two"),
        (("lenet5", "VGG-19"), "VGG19 has no measured run; `zoo bench vgg19` makes one"),
        (("lenet5", "mobilnet"), "unknown run or model 'mobilnet'; did you mean 'mobilenet'"),
        (("mobilenet", "lenet5-a"), "'lenet5-a' begins the ids of several runs: lenet5-a1-900-0, lenet5-a2-899-0"),
        (("mobilenet", "lenet5@b"), "lenet5 has no measured run with recipe 'b'; it has runs with a1, a2"),
        (("lenet5", "lenet5@a1"), "both select lenet5-a1-900-0"),
        (("mobilenet", "mobilenet-default"), "both select mobilenet-default-950-0"),
        (("mobilenet", "vgg16-default-0-0"), "vgg16-default-0-0 failed .no memory., it has no test result"),
    ],
)
def test_names_that_cannot_be_compared_are_errors(bench: Bench, names: tuple[str, ...], message: str) -> None:
    bench("lenet5", slice(0, 100), recipe_name="a1")
    bench("lenet5", slice(0, 101), recipe_name="a2")
    bench("mobilenet", slice(0, 50))
    bench("vgg16", slice(0, 1000), outcome="failed", reason="no memory")
    with pytest.raises(ZooError, match=message):
        bench.compare(*names)


def test_a_run_that_cannot_be_read_is_named_where_its_name_is_unknown(bench: Bench, tmp_path: Path) -> None:
    bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(0, 50))
    record = next(tmp_path.rglob("mobilenet-*/record.json"))
    record.write_text("{")
    with pytest.raises(ZooError, match=r"mobilenet.*; not read: .*mobilenet-.*record\.json: "):
        bench.compare("lenet5", "mobilenet")


def test_a_run_without_right_classes_borrows_them_from_another(bench: Bench) -> None:
    bench("lenet5", slice(0, 100), truth=False)
    bench("mobilenet", slice(0, 50))
    assert bench.compare("lenet5", "mobilenet").pairs[0].difference == pytest.approx(-5)


def test_without_right_classes_the_data_set_is_read_and_must_be_the_same(bench: Bench, tmp_path: Path) -> None:
    for model in ("lenet5", "mobilenet"):
        bench(model, slice(0, 100), truth=False)
    with pytest.raises(ZooError, match="does not keep the true classes of its test images, and data set 'emnist47'"):
        bench.compare("lenet5", "mobilenet", data_dir=tmp_path)
    images = np.full((20, 28, 28), 9, np.uint8)
    labels = np.arange(20) % 10
    np.savez(tmp_path / "emnist47.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    with pytest.raises(ZooError, match=r"emnist47 at hand is not the data set .* its checksums differ"):
        bench.compare("lenet5", "mobilenet", data_dir=tmp_path)


def test_a_run_without_predictions_is_named(bench: Bench) -> None:
    name = bench("lenet5", slice(0, 100))
    bench("mobilenet", slice(0, 50))
    (bench.folder / name / "predictions.npz").unlink()
    with pytest.raises(ZooError, match=f"{name} keeps no predictions.npz, so it cannot be compared; bench it again"):
        bench.compare("lenet5", "mobilenet")


def test_predictions_of_another_run_are_found_out(bench: Bench) -> None:
    one, other = bench("lenet5", slice(0, 100)), bench("mobilenet", slice(0, 50))
    (bench.folder / one / "predictions.npz").write_bytes((bench.folder / other / "predictions.npz").read_bytes())
    with pytest.raises(ZooError, match=r"has 950 of 1,000 correct, record\.json 900; they are not of one run"):
        bench.compare("lenet5", "mobilenet")


@pytest.mark.parametrize("names", [("nets.v1_1:build", "nets.v11:build"), ("nets.v1_1-build", "nets.v11-build")])
def test_two_builders_whose_letters_and_digits_are_equal_are_two_models(bench: Bench, names: tuple[str, str]) -> None:
    bench("nets.v1_1-build", slice(0, 100), name="nets.v1_1:build")
    bench("nets.v11-build", slice(90, 120), name="nets.v11:build")
    found = bench.compare(*names)
    assert {candidate.slug: candidate.accuracy for candidate in found.candidates} == {
        "nets.v1_1-build": 90, "nets.v11-build": 97
    }  # fmt: skip


def test_a_variant_stands_for_its_own_runs_alone(bench: Bench) -> None:
    today = bench("lenet5", slice(0, 100), name="LeNet-5")
    first = bench("lenet5", slice(90, 300), name="LeNet-5", variant="lenet5-1998", recipe_name="old", validation=80.0)
    found = bench.compare("lenet5", "lenet5-1998")
    assert [candidate.runs for candidate in found.candidates] == [(today,), (first,)]


def test_a_seed_with_damaged_predictions_is_named_and_the_others_are_compared(bench: Bench) -> None:
    names = [bench("lenet5", slice(seed, 100 + seed), seed=seed) for seed in range(3)]
    bench("mobilenet", slice(0, 50))
    (bench.folder / names[0] / "predictions.npz").write_bytes(b"damaged")
    found = bench.compare("lenet5", "mobilenet")
    assert found.candidates[0].runs == (names[1],)
    (problem,) = found.problems
    assert f"{names[0]}/predictions.npz is damaged" in problem


def test_true_classes_that_differ_are_named(bench: Bench) -> None:
    one, other = bench("lenet5", slice(0, 100)), bench("mobilenet", slice(0, 100))
    path = bench.folder / other / "predictions.npz"
    arrays = dict(np.load(path))
    shifted = {"top5": (arrays["top5"] + 1) % 10, "truth": arrays["truth"], "classes": arrays["classes"]}
    save_predictions(path.parent, shifted)
    with pytest.raises(ZooError, match=f"{other}/predictions.npz: the true classes differ from the ones that {one}"):
        bench.compare("lenet5", "mobilenet")


def test_runs_of_another_protocol_are_left_out_with_a_word(bench: Bench) -> None:
    for model in ("lenet5", "mobilenet", "vgg16"):
        bench(model, slice(0, 100))
    assert bench.compare("lenet5", "mobilenet").left_out == ""
    bench("lenet5", slice(0, 90), dataset={"train_images": 500})
    found = bench.compare("lenet5", "mobilenet").left_out
    assert found.startswith("shown: 2 local runs on emnist47 at 32×32, 80,000 training images")
    assert "; left out: 1 local run on emnist47 at 32×32, 500 training images" in found


def test_shipped_runs_are_compared_only_where_the_names_select_no_local_one(bench: Bench, tmp_path: Path) -> None:
    shipped = replace(bench, folder=tmp_path / "shipped")
    own = replace(bench, folder=tmp_path / "own", empty=shipped.folder)
    for model in ("lenet5", "mobilenet"):
        shipped(model, slice(0, 100), name=model)
    own("vgg16", slice(0, 50), name="vgg16")
    found = own.compare("lenet5", "mobilenet")
    assert found.left_out == "these runs are shipped, as no local run matches"
    with pytest.raises(ZooError, match="'lenet5' has shipped runs only; `shipped` compares these too"):
        own.compare("vgg16", "lenet5")
    assert own.compare("vgg16", "lenet5", shipped=True).candidates[0].slug == "vgg16"
    own("resnet50", slice(0, 70), name="resnet50")
    assert own.compare("vgg16", "resnet50").left_out == ""
    own("lenet5", slice(0, 300), name="lenet5", seed=1)
    own("mobilenet", slice(0, 300), name="mobilenet")
    found = own.compare("lenet5", "mobilenet")
    assert [candidate.accuracy for candidate in found.candidates] == [70, 70]
    assert "left out: 2 shipped runs on emnist47" in found.left_out
    with pytest.raises(ZooError, match="unknown hardware"):
        own.compare("lenet5", "mobilenet", hardware="TPU")


def test_two_builders_of_one_slug_are_two_models(bench: Bench) -> None:
    first = bench("netsv11build", slice(0, 100), name="nets.v1_1:build", variant="build-1", id="a-1")
    second = bench("netsv11build", slice(0, 50), name="nets.v11:build", variant="build-2", id="b-1")
    found = bench.compare("nets.v1_1:build", "nets.v11:build")
    assert [candidate.runs for candidate in found.candidates] == [(first,), (second,)]


def test_a_table_names_a_dozen_seeds_and_counts_the_others(bench: Bench) -> None:
    for seed in range(15):
        bench("lenet5", slice(seed, 100 + seed), seed=seed)
        bench("mobilenet", slice(seed, 50 + seed), seed=seed)
    cells = comparison_tables(bench.compare("lenet5", "mobilenet"))[0].cells()
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 3 more" in cells[0]
