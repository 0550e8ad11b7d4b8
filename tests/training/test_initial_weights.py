"""Where training begins: files of earlier runs and of Keras, and ImageNet's weights without a network."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import builder, registry
from modelzoo.architectures.contract import UNIT
from modelzoo.architectures.registry import Architecture
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.training.initial_weights import load_initial_weights, weights_digest

pytestmark = pytest.mark.xdist_group("keras")


def build_little(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    import keras
    from keras import layers

    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(3, 3, name="first"),
            layers.BatchNormalization(name="norm"),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.5),
            layers.Dense(classes, name="output"),
        ]
    )


@pytest.fixture(autouse=True)
def _little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", {"little": Architecture(build_little, UNIT, 8, "little")})


def whole(seed: int, classes: int = 4) -> Any:
    import keras

    from modelzoo.training.network import whole_network

    keras.utils.set_random_seed(seed)
    return whole_network(
        builder.find_builder("modelzoo:little"), Recipe(title="t"), image_shape=(28, 28), classes=classes
    )


def values(network: Any) -> list[Any]:
    return [np.array(weight) for weight in network.weights]


def give(network: Any, path: Path, events: list[Any]) -> None:
    load_initial_weights(network, str(path), name="little", report=events.append)


def test_a_run_begins_with_another_runs_weights(tmp_path: Path, events: list[Any]) -> None:
    earlier, later = whole(1), whole(2)
    earlier.save_weights(tmp_path / "run.weights.h5")
    give(later, tmp_path / "run.weights.h5", events)
    assert all(np.array_equal(a, b) for a, b in zip(values(later), values(earlier), strict=True))
    assert events == []


def test_a_classifier_of_other_classes_begins_anew_and_is_named(tmp_path: Path, events: list[Any]) -> None:
    earlier, later = whole(1, classes=7), whole(2)
    before = values(later)
    earlier.save_weights(tmp_path / "run.weights.h5")
    give(later, tmp_path / "run.weights.h5", events)
    after = values(later)
    assert np.array_equal(after[0], values(earlier)[0])
    assert np.array_equal(after[-2], before[-2])
    assert np.isfinite(np.concatenate([one.ravel() for one in after])).all()
    assert [event.text for event in events] == ["1 of 3 layers are not in the weights and begin at random: output"]


def test_weights_that_keras_saved_of_the_network_alone_fit_too(tmp_path: Path, events: list[Any]) -> None:
    alone, later = build_little(input_shape=(32, 32, 1), classes=4), whole(2)
    alone.save_weights(tmp_path / "keras.weights.h5")
    give(later, tmp_path / "keras.weights.h5", events)
    assert np.array_equal(values(later)[0], np.array(alone.weights[0]))
    assert events == []


def test_the_random_state_of_dropout_stays_the_runs_own(tmp_path: Path, events: list[Any]) -> None:
    earlier, later = whole(1), whole(2)
    earlier.save_weights(tmp_path / "run.weights.h5")
    states = [np.array(one) for one in later.non_trainable_variables if "seed" in one.path]
    give(later, tmp_path / "run.weights.h5", events)
    assert states
    kept = [np.array(one) for one in later.non_trainable_variables if "seed" in one.path]
    assert all(np.array_equal(a, b) for a, b in zip(kept, states, strict=True))


def test_a_file_that_fits_nothing_is_refused(tmp_path: Path, events: list[Any]) -> None:
    import keras
    from keras import layers

    other = keras.Sequential([keras.Input((3,)), layers.Dense(2), layers.Dense(5), layers.Dense(6)])
    other.save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(ZooError, match=r"other\.weights\.h5: none of its weights fits"):
        give(whole(1), tmp_path / "other.weights.h5", events)


def test_a_file_that_is_none_of_weights_is_named(tmp_path: Path, events: list[Any]) -> None:
    (tmp_path / "bad.weights.h5").write_bytes(b"no weights")
    with pytest.raises(ZooError, match=r"bad\.weights\.h5: no weights that Keras can read"):
        give(whole(1), tmp_path / "bad.weights.h5", events)


def test_a_file_is_known_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "some.weights.h5"
    path.write_bytes(b"some")
    assert weights_digest(str(path)) == hashlib.sha256(b"some").hexdigest()
    assert weights_digest("imagenet") is None
    assert weights_digest(None) is None


@pytest.mark.parametrize("name", ["none.weights.h5", "recipe.toml"])
def test_what_is_no_file_of_weights_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "recipe.toml").write_text("")
    with pytest.raises(
        ZooError, match=r"weights is '.*'; expected a file NAME\.weights\.h5 that exists, or 'imagenet'"
    ):
        weights_digest(str(tmp_path / name))


def test_a_file_that_keras_cannot_load_is_one_error(
    keras_cache: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, events: list[Any]
) -> None:
    from modelzoo.architectures.imagenet import place_of

    place = place_of("MobileNet")
    assert place is not None
    place[0].write_bytes(b"no weights")
    with pytest.raises(
        ZooError, match=r"weights of MobileNet cannot be loaded: .*KERAS_HOME.*: remove the file"
    ) as error:
        load_initial_weights(whole(1), "imagenet", name="MobileNet", report=events.append)
    assert "\n" not in str(error.value)


def test_only_the_classifier_is_not_in_imagenets_weights(keras_cache: Callable[[str], Path], events: list[Any]) -> None:
    from modelzoo.recipes.recipe import Input
    from modelzoo.training.network import whole_network

    keras_cache("MobileNet")
    recipe = Recipe(title="t", input=Input(channels=3))
    network = whole_network(builder.find_builder("keras:MobileNet"), recipe, image_shape=(28, 28), classes=4)
    assert load_initial_weights(network, "imagenet", name="MobileNet", report=events.append) == ["conv_preds"]
    assert [event.text for event in events] == ["1 of 55 layers are not in the weights and begin at random: conv_preds"]
