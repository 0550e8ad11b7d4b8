"""Plans: what is decided for the user, and the id that follows from it."""

import dataclasses
import importlib
import os
import pickle
import re
import struct
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.base import paths
from modelzoo.benchmarking.models import best_ranked, require_builder, resolve_model
from modelzoo.benchmarking.network_input import StoredImages
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run_spec import RunSpec, default_recipe, make_run_spec, split_data, with_built_network
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import Model, slug_of_builder
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.load import load_dataset
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import AdamW, Cosine, Input, Recipe, Stopping
from modelzoo.runs.events import Note, ignore
from modelzoo.runs.record import DatasetFacts, Record, load_records

pytestmark = pytest.mark.xdist_group("keras")

FACTS = DatasetFacts(
    name="emnist-balanced",
    title="EMNIST Balanced",
    synthetic=False,
    checksums={"train": "ab", "test": "cd"},
    classes=47,
    train_images=94_000,
    validation_images=18_800,
    test_images=18_800,
)
EMNIST = StoredImages((28, 28), in_color=False)
SPEC = RunSpec(
    model=load_catalog().model("efficientnetb1"),
    variant="efficientnetb1",
    recipe_name="mine",
    recipe=Recipe(title="Mine", epochs=40, optimizer=AdamW(learning_rate=2e-3), schedule=Cosine(warmup_epochs=1)),
    epochs=40,
    seed=0,
    dataset=FACTS,
    input_shape=(32, 32, 1),
    backend="tensorflow",
    precision="float32",
)


def changed(**fields: Any) -> RunSpec:
    from dataclasses import replace as with_

    return with_(SPEC, **fields)


def test_an_id_is_what_it_always_was() -> None:
    """Another id here makes every run there is a stranger: raise _REVISION only where training itself changed."""
    assert SPEC.id == "efficientnetb1-6c258bacd4"


@pytest.mark.parametrize("record", load_records(paths.BENCHMARKS / "results")[0], ids=lambda record: record.id)
def test_the_id_of_a_published_run_follows_from_its_record(record: Record) -> None:
    spec = RunSpec(
        model=Model(record.model, record.name),
        variant=record.variant,
        recipe_name="",
        recipe=record.recipe,
        # The number of epochs that was set: a limit, or the recipe's.
        epochs=len(record.epochs) if record.stopped_by == "limit" else record.recipe.epochs,
        seed=record.seed,
        dataset=record.dataset,
        input_shape=record.input_shape,
        backend=record.backend,
        precision=record.precision,
        weights_sha256=record.weights_sha256,
    )
    assert spec.id == record.id


@pytest.mark.parametrize(
    "same",
    [
        {"recipe_name": "other"},
        {"recipe": replace(SPEC.recipe, title="Other", description="words")},
        {"recipe": replace(SPEC.recipe, input=Input(), label_smoothing=0.0)},
        {"dataset": replace(FACTS, title="Another title")},
        {"dataset": replace(FACTS, checksums={"test": "cd", "train": "ab"})},
    ],
    ids=["recipe's name", "texts", "defaults", "data set's title", "order of checksums"],
)
def test_what_changes_no_outcome_changes_no_id(same: dict[str, Any]) -> None:
    assert changed(**same).id == SPEC.id


@pytest.mark.parametrize(
    "other",
    [
        {"model": load_catalog().model("efficientnetb2")},
        {"variant": "other"},
        {"recipe": replace(SPEC.recipe, batch_size=64)},
        {"recipe": replace(SPEC.recipe, stopping=Stopping())},
        {"recipe": replace(SPEC.recipe, schedule=Cosine())},
        {"epochs": 39},
        {"seed": 1},
        {"dataset": replace(FACTS, checksums={"train": "ab", "test": "ef"})},
        {"dataset": replace(FACTS, limit_train=94_000)},
        {"dataset": replace(FACTS, validation_images=18_799)},
        {"dataset": replace(FACTS, reading="transposed = false")},
        {"input_shape": (64, 64, 1)},
        {"input_shape": (32, 32, 3)},
        {"backend": "jax"},
        {"precision": "mixed_bfloat16"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_what_may_change_the_outcome_changes_the_id(other: dict[str, Any]) -> None:
    assert changed(**other).id != SPEC.id


def planned(model: str = "lenet5", report: Any = ignore, **settings: Any) -> RunSpec:
    return make_run_spec(load_catalog().model(model), FACTS, EMNIST, BenchOptions(**settings), report)


def test_a_model_trains_by_the_recipe_of_its_name_else_by_the_default_one() -> None:
    assert default_recipe("lenet5", "lenet5") == "lenet5"
    assert default_recipe("resnet50", "resnet50") == "default"
    assert default_recipe("lenet5", "lenet5-1998") == "lenet5-1998"
    assert planned().recipe_name == "lenet5"


def test_few_photos_in_color_are_finetuned_where_the_weights_are_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    photos = StoredImages((640, 480), in_color=True, photos=True)
    few = replace(FACTS, name="photos", train_images=4_999)

    def recipe(model: str = "efficientnetb0", images: StoredImages = photos, facts: DatasetFacts = few) -> str:
        return make_run_spec(load_catalog().model(model), facts, images, BenchOptions(), ignore).recipe_name

    assert recipe() == "photos"
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "efficientnetb0_notop.h5").write_bytes(b"")
    assert recipe() == "finetune"
    assert recipe("efficientnetb1") == "photos"
    assert recipe("lenet5") == "lenet5"
    assert recipe(facts=replace(few, train_images=5_000)) == "default"
    assert recipe(images=StoredImages((640, 480), in_color=False, photos=True)) == "photos-gray"
    assert recipe(images=EMNIST) == "default"
    assert recipe(images=StoredImages((64, 64), in_color=True)) == "default"


def test_a_loss_without_labels_to_smooth_is_not_smoothed() -> None:
    variant = resolve_model(load_catalog(), "lenet5-1998")
    with pytest.raises(ZooError, match=r"label_smoothing is 0\.1; expected 0: lenet5-1998 trains by"):
        make_run_spec(variant, FACTS, EMNIST, BenchOptions(recipe="lenet5"), ignore)


@pytest.mark.parametrize("way", ["mixup", "cutmix"])
def test_mixing_is_refused_where_the_loss_knows_one_class_a_picture(way: str, tmp_path: Path) -> None:
    recipe = tmp_path / "mixed.toml"
    recipe.write_text(f'title = "mixed"\n[augmentation]\n{way} = 0.4\n')
    with pytest.raises(ZooError, match=rf"augmentation\.{way} is 0\.4; expected 0: lenet5-1998"):
        make_run_spec(resolve_model(load_catalog(), "lenet5-1998"), FACTS, EMNIST, BenchOptions(recipe=recipe), ignore)


@pytest.mark.parametrize("recipe", ["default", "lenet5"])
def test_a_network_with_auxiliary_classifiers_is_planned_as_any_other(recipe: str) -> None:
    spec = make_run_spec(
        resolve_model(load_catalog(), "googlenet-auxiliary"), FACTS, EMNIST, BenchOptions(recipe=recipe), ignore
    )
    assert (spec.variant, spec.input_shape) == ("googlenet-auxiliary", (79, 79, 1))


def test_settings_take_the_place_of_the_recipes_fields() -> None:
    spec = planned(recipe="quick", batch_size=7, seed=5, image_size=40)
    assert (spec.recipe.batch_size, spec.seed, spec.input_shape) == (7, 5, (40, 40, 1))
    assert spec.recipe.input.mode == "pad"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"image_size": 32, "set": ["input.size=48"]}, r"`image_size` and input\.size in `set`"),
        ({"batch_size": 8, "set": ["batch_size = 16"]}, "`batch_size` and batch_size in `set`"),
    ],
)
def test_one_field_is_not_given_twice(options: dict[str, Any], found: str) -> None:
    with pytest.raises(ZooError, match=found):
        BenchOptions(**options)


def test_fewer_epochs_cut_the_recipe_and_more_stretch_it() -> None:
    cut, stretched = planned(recipe="quick", epochs=2), planned(recipe="quick", epochs=50)
    assert (cut.epochs, cut.recipe.epochs) == (2, 5)
    assert (stretched.epochs, stretched.recipe.epochs) == (50, 50)


def test_weights_of_a_file_are_known_by_what_it_holds_wherever_it_lies(tmp_path: Path) -> None:
    ids = []
    for folder, data in (("a", b"one"), ("b", b"one"), ("c", b"other")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "run.weights.h5").write_bytes(data)
        recipe = tmp_path / folder / "mine.toml"
        recipe.write_text('title = "Mine"\nweights = "run.weights.h5"\n')
        spec = planned(recipe=recipe)
        assert spec.weights_sha256 is not None
        ids.append(spec.id)
    assert ids[0] == ids[1] != ids[2]
    assert ids[0] != changed(model=load_catalog().model("lenet5"), variant="lenet5").id


def test_weights_that_are_not_there_are_told_before_anything_is_trained(tmp_path: Path) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text('title = "Mine"\nweights = "none.weights.h5"\n')
    with pytest.raises(ZooError, match=r"none\.weights\.h5'; expected a file NAME\.weights\.h5 that exists"):
        planned(recipe=recipe)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_as_weights_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.weights.h5")
    recipe = tmp_path / "mine.toml"
    recipe.write_text('title = "Mine"\nweights = "pipe.weights.h5"\n')
    with pytest.raises(ZooError, match=r"pipe\.weights\.h5'; expected a file NAME\.weights\.h5 that exists"):
        planned(recipe=recipe)


def test_a_plan_has_the_precision_that_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: list[Any]
) -> None:
    recipe = tmp_path / "mine.toml"
    recipe.write_text('title = "Mine"\nprecision = "mixed_bfloat16"\n')
    monkeypatch.setattr("modelzoo.training.precision._has_bfloat16", lambda: False)
    without = planned(recipe=recipe, report=events.append)
    assert (without.precision, without.recipe.precision) == ("float32", "float32")
    assert [event.text for event in events] == ["no GPU of compute capability 8: float32 in place of mixed_bfloat16"]
    monkeypatch.setattr("modelzoo.training.precision._has_bfloat16", lambda: True)
    having = planned(recipe=recipe)
    assert (having.precision, having.recipe.precision) == ("mixed_bfloat16", "mixed_bfloat16")
    assert having.id != without.id


def test_a_model_that_takes_no_input_so_small_gets_its_minimum_and_says_so(events: list[Any]) -> None:
    spec = planned("xception", report=events.append)
    assert spec.input_shape == (71, 71, 1)
    assert spec.recipe.input.mode == "resize"
    assert events == [Note("Xception takes 71×71 pixels at least; the images are resized to it")]


def test_a_size_that_is_asked_for_and_too_small_is_refused() -> None:
    with pytest.raises(ZooError, match="`image_size` is 20; LeNet-5 takes 32×32 pixels at least"):
        planned(image_size=20)


def test_a_model_without_builder_is_refused_with_what_to_do() -> None:
    with pytest.raises(ZooError, match="LeNet-5 has no builder; choose a model with a builder, or name your own"):
        require_builder(msgspec.structs.replace(load_catalog().model("lenet5"), build=""))


def test_the_best_ranked_that_can_be_built_are_chosen_and_the_others_named(events: list[Any]) -> None:
    chosen = best_ranked(load_catalog(), 2, events.append, by=["top5", "params"])
    assert len(chosen) == 2
    assert all(model.build for model in chosen)
    (note,) = events
    assert note.text.startswith(f"best ranked: {chosen[0].name}, {chosen[1].name}")


def made(labels: Any, **fields: Any) -> DataSet:
    labels = np.asarray(labels)
    images = np.arange(len(labels) * 4, dtype=np.uint32).astype(np.uint8).reshape(-1, 2, 2)
    classes = tuple(str(one) for one in range(int(labels.max()) + 1))
    test = Split(images[:3] + np.uint8(7), labels[:3])
    given = {"name": "made", "title": "", "checksums": {"train": "ab"}} | fields
    return DataSet(classes=classes, train=Split(images, labels), test=test, **given)


def test_a_sixth_is_kept_for_validation_evenly_from_the_classes() -> None:
    data, facts = split_data(made(np.arange(120) % 4), None, ignore)
    assert (facts.train_images, facts.validation_images, facts.test_images, facts.classes) == (100, 20, 3, 4)
    assert np.bincount(data.validation.labels).tolist() == [5] * 4
    assert np.bincount(data.train.labels).tolist() == [25] * 4


@pytest.mark.parametrize(("limit", "counts"), [(40, [10] * 4), (42, [11, 11, 10, 10]), (4, [1] * 4)])
def test_a_limit_is_drawn_evenly_from_the_classes(limit: int, counts: list[int]) -> None:
    data, facts = split_data(made(np.arange(240) % 4), limit, ignore)
    assert np.bincount(data.train.labels).tolist() == counts
    assert (facts.train_images, facts.limit_train) == (limit, limit)
    assert facts.validation_images == 40  # that of the whole data set


def test_a_limit_of_uneven_classes_keeps_their_shares() -> None:
    data, _ = split_data(made(np.repeat([0, 1], [180, 60])), 40, ignore)
    assert np.bincount(data.train.labels).tolist() == [30, 10]


def test_a_limit_draws_the_same_images_each_time() -> None:
    first, _ = split_data(made(np.arange(240) % 4), 40, ignore)
    again, _ = split_data(made(np.arange(240) % 4), 40, ignore)
    assert (first.train.images == again.train.images).all()


def test_a_validation_split_of_the_data_set_is_used_and_no_other_is_cut() -> None:
    dataset = made(np.arange(120) % 4)
    validated = dataclasses.replace(dataset, validation=dataset.train.take(slice(30)))
    data, facts = split_data(validated, 40, ignore)
    assert (facts.train_images, facts.validation_images) == (40, 30)
    np.testing.assert_array_equal(data.validation.images, dataset.train.images[:30])


def test_a_limit_of_image_files_draws_files_with_their_names(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", each=10)
    data, facts = split_data(load_dataset(str(tmp_path / "photos")), 6, ignore)
    assert (len(data.train.images), facts.train_images, facts.validation_images) == (6, 6, 2)
    assert [path.name for path in data.train.images.paths] == [Path(name).name for name in data.train.names]
    assert np.bincount(data.train.labels).tolist() == [3, 3]


def test_other_shares_of_a_folder_and_other_images_are_another_run_and_other_names_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    write_photos(folder, each=10)

    def id_of(**options: Any) -> str:
        return changed(dataset=split_data(load_dataset(str(folder), **options), None, ignore)[1]).id

    usual = id_of()
    assert id_of(split="60/20/20") != usual
    (folder / "a/0.png").rename(folder / "a/renamed.png")
    assert id_of() == usual
    (folder / "a/renamed.png").unlink()
    assert id_of() != usual


def write_photos(folder: Path, each: int) -> None:
    """Write images of several sizes in two classes."""
    image_module = pytest.importorskip("PIL.Image")
    for label, name in enumerate("ab"):
        (folder / name).mkdir(parents=True)
        for number in range(each):
            pixels = np.random.default_rng([label, number]).integers(0, 256, (40 + number, 36, 3), dtype=np.uint8)
            image_module.fromarray(pixels).save(folder / name / f"{number}.png")


def test_a_limit_of_fewer_images_than_classes_is_refused() -> None:
    with pytest.raises(ZooError, match="`limit_train` is 3; expected 4 at least, one image a class"):
        split_data(made(np.arange(240) % 4), 3, ignore)


@pytest.mark.parametrize("limit", [200, 5000])
def test_a_limit_of_all_images_is_none(limit: int, events: list[Any]) -> None:
    _, facts = split_data(made(np.arange(240) % 4), limit, events.append)
    assert (facts.train_images, facts.limit_train) == (200, None)
    assert events == [Note("there are 200 training images; all are used")]


def test_two_data_sets_of_one_name_are_never_one_run() -> None:
    labels = np.arange(240) % 4
    own, same, other = made(labels, checksums={}), made(labels, checksums={}), made(labels[::-1], checksums={})
    facts = [split_data(dataset, None, ignore)[1] for dataset in (own, same, other)]
    assert facts[0] == facts[1] != facts[2]
    assert set(facts[0].checksums) == {"train", "test"}


def test_a_changed_builder_of_ones_own_is_another_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "own_network.py"
    ids = []
    for units in (8, 16):
        module.write_text(f"def build(*, input_shape, classes):\n    return {units}\n")
        model = resolve_model(load_catalog(), "own_network:build")
        ids.append(make_run_spec(model, FACTS, EMNIST, BenchOptions(), ignore).id)
        monkeypatch.delitem(sys.modules, "own_network")
        importlib.invalidate_caches()
    assert ids[0].rpartition("-")[0] == ids[1].rpartition("-")[0] == "own_network-build"
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    "labels", [np.repeat(np.arange(13), [60, *[1] * 12]), np.arange(120) % 4], ids=["rare classes", "even classes"]
)
def test_a_cut_that_spares_rare_classes_is_another_reading(labels: Any) -> None:
    data, facts = split_data(made(labels), None, ignore)
    assert np.bincount(data.train.labels).all()
    assert bool(facts.reading) == (len(set(labels)) == 13)
    _, limited = split_data(made(np.repeat([0, 1], [180, 2])), 20, ignore)
    assert limited.reading == "an image of each rare class kept in train"


def test_how_images_are_read_is_in_the_facts_and_the_id() -> None:
    usual, turned = (
        split_data(made(np.arange(120) % 4, reading=reading), None, ignore)[1] for reading in ("", "turned")
    )
    assert "reading" not in msgspec.to_builtins(usual)
    assert turned.reading == "turned"
    assert changed(dataset=usual).id != changed(dataset=turned).id
    assert pickle.loads(pickle.dumps(usual)) == usual  # a worker gets them


def test_a_folder_that_is_turned_another_way_later_is_another_run(tmp_path: Path) -> None:
    """Images are turned by the folder's name; its owner then says otherwise. Neither run resumes the other."""
    images, labels = np.arange(24 * 12, dtype=np.uint32).astype(np.uint8).reshape(24, 4, 3), np.arange(24) % 3
    folder = tmp_path / "emnist-mine"
    folder.mkdir()
    for part in ("train", "test"):
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            head = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
            (folder / f"{part}-{kind}-ubyte").write_bytes(head + array.astype(np.uint8).tobytes())
    ids = []
    for line in (
        "",
        "transposed = true",
        "transposed = false",
        'classes = ["a", "b", "c"]',
        'classes = ["b", "a", "c"]',
    ):
        (folder / "dataset.toml").write_text(line)
        ids.append(changed(dataset=split_data(load_dataset(str(folder)), None, ignore)[1]).id)
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


@pytest.fixture
def own_spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunSpec:
    """The spec of a custom builder whose network depends on the environment."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "by_environment.py").write_text(
        "import os, keras\n"
        "def build(*, input_shape, classes):\n"
        "    layers = [keras.Input(input_shape), keras.layers.Flatten()]\n"
        "    layers += [keras.layers.Dense(int(os.environ['UNITS'])), keras.layers.Dense(classes)]\n"
        "    return keras.Sequential(layers)\n"
    )
    return make_run_spec(resolve_model(load_catalog(), "by_environment:build"), FACTS, EMNIST, BenchOptions(), ignore)


def test_the_network_that_a_custom_builder_builds_is_part_of_its_run_s_id(
    own_spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    for units in (8, 8, 16):
        monkeypatch.setenv("UNITS", str(units))
        built.append(with_built_network(own_spec))
    first, again, other = built
    assert first == again
    assert len({own_spec.id, first.id, other.id}) == len({own_spec.variant, first.variant, other.variant}) == 3
    assert re.fullmatch(r"build-[0-9a-f]{8}", first.variant)


def test_the_network_of_a_catalog_s_model_is_not_built_for_its_id() -> None:
    assert with_built_network(SPEC) is SPEC


def test_two_builders_whose_names_differ_by_an_underscore_have_two_slugs() -> None:
    names = ("nets.v1_1:build", "nets.v11:build", "nets.v1.1:build", "netsv11:build", "keras:ResNet50")
    assert [slug_of_builder(name) for name in names] == [
        "nets.v1_1-build", "nets.v11-build", "nets.v1.1-build", "netsv11-build", "kerasresnet50"
    ]  # fmt: skip
