"""The network of a run, loaded again."""

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.base import paths
from modelzoo.benchmarking.trained import WEIGHTS
from modelzoo.datasets.dataset import DataSet
from modelzoo.deployment.run_network import load_run
from modelzoo.errors import ZooError
from modelzoo.runs.find import find_run
from modelzoo.runs.record import RECORD, read_record, write_record
from modelzoo.runs.run import Run

pytestmark = pytest.mark.xdist_group("keras")


def test_the_loaded_network_predicts_what_the_run_predicted_on_its_test_images(run_folder: Path, tiny: DataSet) -> None:
    network = modelzoo.load_model(run_folder)
    probabilities = network.probabilities(tiny.test.images)
    predictions = find_run(run_folder).predictions()
    assert predictions is not None
    assert network.facts.classes == predictions.classes == ("0", "1", "2", "3")
    best = np.argsort(-probabilities, axis=1, kind="stable")[:, : predictions.best.shape[1]]
    assert best.tolist() == predictions.best.tolist()
    with np.load(run_folder / "predictions.npz") as stored:
        np.testing.assert_array_equal(probabilities.max(axis=1).astype(np.float16), stored["prob"])


def test_the_model_of_a_run_takes_stored_images_and_gives_logits(run_folder: Path, tiny: DataSet) -> None:
    network = modelzoo.load_model(run_folder.name, run_folder.parent)
    assert network.model.input_shape == (None, 28, 28)
    logits = np.asarray(network.model(tiny.test.images[:3]))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.probabilities(tiny.test.images[:3]), shares, atol=1e-6)


def test_batches_do_not_change_probabilities(run_folder: Path, tiny: DataSet) -> None:
    network = modelzoo.load_model(run_folder)
    images = tiny.test.images[:35]
    single = np.concatenate([network.probabilities(image[None]) for image in images])
    np.testing.assert_allclose(network.probabilities(images), single, atol=1e-6)
    assert network.probabilities(images[:0]).shape == (0, 4)


@pytest.fixture
def copy(run_folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Copy the run, with another value in some fields of its record."""

    def make(**fields: Any) -> Path:
        folder = tmp_path / run_folder.name
        shutil.copytree(run_folder, folder)
        write_record(replace(read_record(folder / RECORD), **fields), folder)
        return folder

    return make


def test_a_record_of_an_earlier_version_lacks_its_builder_which_follows_from_the_variant(
    copy: Callable[..., Path], tiny: DataSet, run_folder: Path
) -> None:
    old = modelzoo.load_model(copy(build=None))
    images = tiny.test.images[:5]
    new = modelzoo.load_model(run_folder)
    np.testing.assert_array_equal(old.probabilities(images), new.probabilities(images))


def test_a_record_without_the_shape_of_its_images_is_refused_with_the_command_that_trains_again(
    copy: Callable[..., Path],
) -> None:
    with pytest.raises(ZooError, match=r"shape of its images.*`zoo bench lenet5 --recipe short") as error:
        modelzoo.load_model(copy(image_shape=None))
    assert "--seed 0" in str(error.value)


def test_the_command_that_trains_again_has_the_changes_of_the_recipe(copy: Callable[..., Path]) -> None:
    name = "short+optimizer.learning_rate=1e+3+input.mode=resize"
    with pytest.raises(ZooError) as error:
        modelzoo.load_model(copy(image_shape=None, recipe_name=name))
    words = shlex.split(str(error.value).split("`")[1])
    assert words[:9] == [
        *("zoo", "bench", "lenet5", "--recipe", "short"),
        *("--set", "optimizer.learning_rate=1e+3", "--set", "input.mode=resize"),
    ]


def test_weights_that_changed_are_refused(copy: Callable[..., Path]) -> None:
    folder = copy()
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-1] ^= 1
    (folder / WEIGHTS).write_bytes(content)
    with pytest.raises(ZooError, match="SHA-256 is not the one in the record"):
        modelzoo.load_model(folder)


def test_weights_of_another_network_are_refused(copy: Callable[..., Path]) -> None:
    with pytest.raises(ZooError, match="parameters now, 61,"):
        modelzoo.load_model(copy(build="modelzoo:lenet5-1998"))


def test_weights_that_keras_loads_in_part_are_refused(copy: Callable[..., Path]) -> None:
    from modelzoo.architectures.builder import find_builder

    other = find_builder("modelzoo:lenet5-1998").build(input_shape=(32, 32, 1), classes=4).count_params()
    with pytest.raises(ZooError, match="do not fit"):
        modelzoo.load_model(copy(build="modelzoo:lenet5-1998", total_params=other))


def test_a_shipped_run_keeps_no_weights_and_names_the_command_that_trains_it_here() -> None:
    shipped = next((paths.BENCHMARKS / "results").glob("lenet5-*"))
    with pytest.raises(ZooError, match=r"keeps no weights; `zoo bench lenet5.* --dataset emnist47 .*trains one here"):
        modelzoo.load_model(shipped)


def test_a_failed_run_is_refused(make_record: Callable[..., Any], tmp_path: Path) -> None:
    record = replace(make_record("lenet5"), outcome="failed", test=None)
    with pytest.raises(ZooError, match="has no test result"):
        load_run(Run(record, tmp_path, "local"))


def test_weights_of_a_network_of_16_bits_fit_the_same_network_in_float32(copy: Callable[..., Path]) -> None:
    from modelzoo.architectures.builder import find_builder
    from modelzoo.benchmarking.trained import save_weights
    from modelzoo.datasets.dataset import sha256_of
    from modelzoo.training.network import whole_network

    folder = copy()
    record = read_record(folder / RECORD)
    recipe = replace(record.recipe, precision="mixed_bfloat16")
    network = whole_network(find_builder("modelzoo:lenet5"), recipe, image_shape=(28, 28), classes=4)
    save_weights(network, folder / WEIGHTS)
    files = {**record.files, WEIGHTS: sha256_of(folder / WEIGHTS)}
    write_record(replace(record, recipe=recipe, precision="mixed_bfloat16", files=files), folder)
    loaded = modelzoo.load_model(folder).model
    assert loaded.layers[-1].compute_dtype == "float32"
    for one, other in zip(loaded.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
