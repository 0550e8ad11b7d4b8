"""Predictions for images: files, folders, patterns and arrays."""

import csv
import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.deployment.facts import NetworkFacts
from modelzoo.deployment.inputs import files_of, fit_array, read_image
from modelzoo.deployment.trained_network import TrainedNetwork
from modelzoo.errors import ZooError
from modelzoo.runs.find import find_run

pytestmark = pytest.mark.xdist_group("keras")

GRAY = NetworkFacts(run="r", model="Mean", classes=("dark", "light"), image_shape=(4, 4), mode="crop")
COLOR = NetworkFacts(run="r", model="Mean", classes=("dark", "light"), image_shape=(4, 4, 3), mode="resize")


@pytest.fixture
def network() -> TrainedNetwork:
    """A network whose second probability is the mean pixel."""

    def make_call(images: Any) -> Any:
        light = images.reshape(len(images), -1).mean(axis=1) / 255
        return lambda: np.stack([1 - light, light], axis=1)

    return TrainedNetwork("mean.onnx", GRAY, "made up", make_call)


def photo(path: Path, value: int, size: tuple[int, int] = (4, 4), mode: str = "L") -> Path:
    image = pytest.importorskip("PIL.Image")
    image.new(mode, size, value if mode == "L" else (value, value, value)).save(path)
    return path


def test_a_run_predicts_of_its_test_images_what_it_predicted_when_it_was_tested(
    run_folder: Path, test_images: Path
) -> None:
    pytest.importorskip("keras")
    predicted = modelzoo.predict(str(run_folder), [test_images])
    predictions = find_run(run_folder).predictions()
    assert predictions is not None
    names = np.array(predictions.classes)[predictions.best]
    assert [list(image.classes) for image in predicted.images] == names.tolist()
    assert [image.image for image in predicted.images] == [str(path) for path in sorted(test_images.iterdir())]


@pytest.mark.slow
@pytest.mark.parametrize("to", ["keras", "onnx", "litert"])
def test_a_file_predicts_what_the_run_does(
    to: str, saved: Callable[..., Path], run_folder: Path, test_images: Path
) -> None:
    of_file, of_run = (modelzoo.predict(str(name), [test_images]).images for name in (saved(to), run_folder))
    for one, other in zip(of_file, of_run, strict=True):
        assert one.classes[0] == other.classes[0]
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-4)


@pytest.mark.slow
def test_photos_are_prepared_as_in_training(tmp_path: Path) -> None:
    """Photos of several sizes and kinds: a run and its file predict of the test photos what the run did."""
    pytest.importorskip("keras")
    pytest.importorskip("onnxruntime")
    image = pytest.importorskip("PIL.Image")
    random = np.random.default_rng(0)
    for label, value in {"dark": 40, "light": 180}.items():
        (tmp_path / "photos" / label).mkdir(parents=True)
        for index in range(12):
            pixels = random.integers(value, value + 60, (*random.integers(40, 90, 2), 3), np.uint8)
            kind = ("RGB", "L", "CMYK")[index % 3]
            image.fromarray(pixels).convert(kind).save(tmp_path / "photos" / label / f"{index}.jpg")
    recipe = tmp_path / "short.toml"
    recipe.write_text('title = "Short"\nbatch_size = 8\nepochs = 2\n[input]\nmode = "auto"\nchannels = "auto"\n')
    record = modelzoo.bench(
        "lenet5", dataset=str(tmp_path / "photos"), recipe=recipe, runs=tmp_path / "runs", image_size=32,
        latency_batches=(),
    )  # fmt: skip
    run = tmp_path / "runs" / record.id
    with (run / "splits.csv").open(newline="") as file:
        paths = [tmp_path / "photos" / row["path"] for row in csv.DictReader(file) if row["split"] == "test"]
    modelzoo.save(run, "onnx", tmp_path / "net.onnx")
    predictions = find_run(run).predictions()
    assert predictions is not None
    expected = [predictions.classes[index] for index in predictions.best[:, 0]]
    for name in (run, tmp_path / "net.onnx"):
        assert [image.classes[0] for image in modelzoo.predict(name, paths).images] == expected


@pytest.mark.slow
@pytest.mark.parametrize("to", ["onnx", "litert"])
def test_a_file_of_another_runtime_needs_neither_keras_nor_a_run(
    to: str, saved: Callable[..., Path], test_images: Path, tmp_path: Path
) -> None:
    program = (
        "import sys, modelzoo; found = modelzoo.predict(sys.argv[1], [sys.argv[2]]); print(len(found.images)); "
        "assert not {'keras', 'tensorflow', 'jax'} & set(sys.modules)"
    )
    command = [sys.executable, "-c", program, str(saved(to)), str(test_images)]
    root = Path(modelzoo.__file__).parents[1]
    environment = {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "80\n"), done.stderr
    assert not list(tmp_path.glob("cache/Microsoft"))  # nothing is reported


def test_folders_and_patterns_give_their_images_in_order(tmp_path: Path, network: TrainedNetwork) -> None:
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    for name in ("b/deep/2.png", "b/1.png", "a.png", ".hidden/3.png", "[x].png"):
        photo(tmp_path / name, 255)
    (tmp_path / "notes.txt").write_text("no image")
    predicted = modelzoo.predict(network, tmp_path)
    assert [Path(image.image).relative_to(tmp_path).as_posix() for image in predicted.images] == [
        "[x].png",
        "a.png",
        "b/1.png",
        "b/deep/2.png",
    ]
    assert (predicted.others, predicted.problems) == (1, ())
    assert [path.name for path, _ in files_of([tmp_path / "b" / "*.png", tmp_path / "[x].png"])] == ["1.png", "[x].png"]
    with pytest.raises(ZooError, match=r"no file matches .*\*\.jpg"):
        list(files_of([tmp_path / "*.jpg"]))


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "locked").mkdir()
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path).name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(ZooError, match="locked cannot be read"):
        list(files_of([tmp_path]))


def test_broken_files_are_problems_and_the_others_are_predicted(tmp_path: Path, network: TrainedNetwork) -> None:
    photo(tmp_path / "good.png", 255)
    (tmp_path / "bad.jpg").write_bytes((tmp_path / "good.png").read_bytes()[:40])
    (tmp_path / "text.png").write_text("no image")
    predicted = modelzoo.predict(network, [tmp_path, tmp_path / "missing.png"])
    assert [image.classes[0] for image in predicted.images] == ["light"]
    assert len(predicted.problems) == 3
    assert all(name in " ".join(predicted.problems) for name in ("bad.jpg", "text.png", "missing.png"))
    with pytest.raises(ZooError, match=r"text\.png.*no image"):
        modelzoo.predict(network, [tmp_path / "text.png"])


def test_images_become_the_size_and_the_channels_of_the_network(tmp_path: Path) -> None:
    wide = photo(tmp_path / "wide.png", 80, (40, 20), "RGB")
    assert read_image(wide, GRAY).tolist() == np.full((4, 4), 80).tolist()  # type: ignore[union-attr]
    gray = photo(tmp_path / "gray.png", 90)
    assert read_image(gray, COLOR).tolist() == np.full((4, 4, 3), 90).tolist()  # type: ignore[union-attr]
    halves = np.repeat(np.array([[0, 100, 100, 255]], np.uint8), 2, axis=0)
    # Crop keeps the center, resize keeps everything.
    two = NetworkFacts(run="r", model="m", classes=("a",), image_shape=(2, 2), mode="crop")
    assert fit_array(halves, two).tolist() == [[100, 100], [100, 100]]
    assert fit_array(halves, NetworkFacts(run="r", model="m", classes=("a",), image_shape=(2, 2), mode="resize"))[
        0
    ].tolist() != [100, 100]


def test_a_network_of_oblong_images_gets_the_largest_centered_part() -> None:
    oblong = NetworkFacts(run="r", model="m", classes=("a",), image_shape=(2, 4), mode="crop")
    assert fit_array(np.zeros((2, 4), np.uint8), oblong).shape == (2, 4)
    rows = np.repeat(np.array([[0], [100], [100], [255]], np.uint8), 4, axis=1)
    assert fit_array(rows, oblong).tolist() == [[100] * 4] * 2


def test_arrays_are_predicted_one_by_one(network: TrainedNetwork) -> None:
    images = np.stack([np.full((4, 4), value, np.uint8) for value in (0, 51, 255)])
    predicted = modelzoo.predict(network, images, top=1)
    assert [(image.image, image.classes) for image in predicted.images] == [
        ("0", ("dark",)),
        ("1", ("dark",)),
        ("2", ("light",)),
    ]
    assert predicted.images[1].probabilities == (0.8,)
    assert modelzoo.predict(network, [np.full((9, 7, 3), 255, np.uint8)]).images[0].classes == ("light", "dark")


def test_more_images_than_a_batch_keep_their_order(network: TrainedNetwork) -> None:
    images = np.stack([np.full((4, 4), value, np.uint8) for value in range(100)])
    light = [dict(zip(image.classes, image.probabilities, strict=True))["light"] for image in
             modelzoo.predict(network, images).images]  # fmt: skip
    assert light == pytest.approx([value / 255 for value in range(100)])


@pytest.mark.parametrize(
    ("images", "words"),
    [
        ([], "no image is given"),
        ([np.zeros((4, 4))], "float64 of shape"),
        ([np.zeros((4, 4, 2), np.uint8)], "expected uint8"),
        ([np.zeros((0, 4), np.uint8)], "expected uint8"),
        (np.zeros((9, 4, 3), np.uint8), "as one image in color"),
        ([np.zeros((4, 4), np.uint8), "a.png"], "of several kinds"),
    ],
)
def test_other_images_are_refused(network: TrainedNetwork, images: Any, words: str) -> None:
    with pytest.raises(ZooError, match=words):
        modelzoo.predict(network, images)


def test_fewer_than_one_class_is_refused(network: TrainedNetwork) -> None:
    with pytest.raises(ZooError, match="`top` is 0"):
        modelzoo.predict(network, np.zeros((1, 4, 4), np.uint8), top=0)


@pytest.mark.every_model
def test_real_test_images_are_predicted_as_the_run_did(real_data: Path, tmp_path: Path) -> None:
    """A run on 5,000 images of EMNIST, its test images as files."""
    image = pytest.importorskip("PIL.Image")
    recipe = tmp_path / "short.toml"
    recipe.write_text('title = "Short"\nepochs = 1\n')
    data = modelzoo.load_dataset("emnist47", real_data)
    record = modelzoo.bench(
        "lenet5", dataset="emnist47", data_dir=real_data, recipe=recipe, runs=tmp_path / "runs",
        limit_train=5_000, latency_batches=(),
    )  # fmt: skip
    (tmp_path / "images").mkdir()
    for index in range(500):
        image.fromarray(data.test.images[index]).save(tmp_path / "images" / f"{index:03}.png")
    predicted = modelzoo.predict(tmp_path / "runs" / record.id, tmp_path / "images")
    predictions = find_run(tmp_path / "runs" / record.id).predictions()
    assert predictions is not None
    names = np.array(predictions.classes)[predictions.best[:500]]
    assert [list(image.classes) for image in predicted.images] == names.tolist()
