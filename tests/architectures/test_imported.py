import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.identity import network_digest
from modelzoo.architectures.imported import fingerprint, import_function
from modelzoo.errors import ZooError

MODULE = """
import keras

def small(*, input_shape, classes):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes)])

def doubled(*, input_shape, classes):
    return small(input_shape=input_shape, classes=2 * classes)

def positional(shape, count):
    return None

def nothing(*, input_shape, classes):
    return 7

def unbuilt(*, input_shape, classes):
    return keras.Sequential([keras.layers.Dense(classes)])

def ending_in(*ends):
    def make(*, input_shape, classes):
        layers = [keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(7, activation="softmax")]
        return keras.Sequential([*layers, keras.layers.Dense(classes), *(end() for end in ends)], name="mine")
    return make

plain = ending_in()
soft = ending_in(keras.layers.Softmax)
activated = ending_in(lambda: keras.layers.Activation("softmax", dtype="float32"))
over_images = ending_in(lambda: keras.layers.Softmax(axis=0))
twice = ending_in(keras.layers.Softmax, keras.layers.Softmax)
squashed = ending_in(lambda: keras.layers.Activation("sigmoid"), keras.layers.Softmax)

def probable(*, input_shape, classes):
    network = small(input_shape=input_shape, classes=classes)
    return keras.Sequential([network, keras.layers.Softmax()])

def dense(*, input_shape, classes):
    return logits(input_shape=input_shape, classes=classes, activation="softmax", kernel_regularizer="l2")

def functional(*, input_shape, classes):
    pixels = keras.Input(input_shape)
    return keras.Model(pixels, dense(input_shape=input_shape, classes=classes)(pixels, training=False))

def shared(*, input_shape, classes):
    pixels, again = keras.Input(input_shape), keras.layers.Dense(classes, activation="softmax")
    return keras.Model(pixels, again(again(keras.layers.Dense(classes)(keras.layers.Flatten()(pixels)))))

def recurrent(*, input_shape, classes):
    pixels = keras.Input(input_shape)
    return keras.Model(pixels, keras.layers.SimpleRNN(classes, "softmax")(keras.layers.Reshape((4, 4))(pixels)))

made = {}

def same_each_time(*, input_shape, classes):
    if "network" not in made:
        made["network"] = dense(input_shape=input_shape, classes=classes)
    return made["network"]

def within(*, input_shape, classes):
    outer = keras.Input(input_shape)
    inner = keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes, "sigmoid")])
    return keras.Model(outer, inner(outer))

def softmax(*, input_shape, classes, body=None, **dense):
    pixels = keras.Input(input_shape)
    logits = keras.layers.Dense(classes, **dense)((body or keras.layers.Flatten())(pixels))
    return keras.Model(pixels, keras.layers.Lambda(keras.ops.softmax)(logits))

def in_a_lambda(*, input_shape, classes):
    return softmax(input_shape=input_shape, classes=classes)

def of_zeros(*, input_shape, classes):
    return softmax(input_shape=input_shape, classes=classes, kernel_initializer="zeros")

def gated(*, input_shape, classes):
    pixels = keras.Input(input_shape)
    return keras.Model(pixels, 1 / (1 + keras.ops.exp(-keras.layers.Dense(classes)(keras.layers.Flatten()(pixels)))))

def logits(*, input_shape, classes, **dense):
    return keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes, **dense)])

def zeros(*, input_shape, classes):
    return logits(input_shape=input_shape, classes=classes, kernel_initializer="zeros")

def shares(*, input_shape, classes):
    bias = keras.initializers.Constant(1 / classes)
    return logits(input_shape=input_shape, classes=classes, kernel_initializer="zeros", bias_initializer=bias)

def positive(*, input_shape, classes):
    return logits(input_shape=input_shape, classes=classes, kernel_initializer=keras.initializers.Constant(1e-5))

def rectified(*, input_shape, classes):
    return logits(input_shape=input_shape, classes=classes, kernel_initializer="zeros", activation="relu")

def dead(*, input_shape, classes):
    return keras.Sequential([zeros(input_shape=input_shape, classes=7), keras.layers.Dense(classes, use_bias=False)])

def leaving(*, input_shape, classes):
    raise SystemExit(0)

number = 7
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "mynets.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "broken.py").write_text("1 / 0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in ("mynets", "broken"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("own")
def test_a_function_of_one_s_own_gets_pixels_as_they_are():
    network = find_builder("mynets:small").build(input_shape=(4, 4, 1), classes=3)
    inner = network.layers[-1]
    pixels = np.full((1, 4, 4, 1), 200, np.float32)
    assert np.asarray(network(pixels)) == pytest.approx(np.asarray(inner(pixels)))
    assert find_builder("mynets:small").smallest_input == 1


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("build", "message"),
    [
        ("nosuchmodule:small", "nosuchmodule cannot be imported .*No module named.*PYTHONPATH"),
        ("broken:small", "broken cannot be imported .ZeroDivisionError"),
        ("mynets:smal", "unknown function of mynets 'smal'; did you mean 'small'"),
        ("mynets:number", "builder 'mynets:number' is 7; expected a function of input_shape and classes"),
        ("mynets:over_images", "gave a model that ends in a softmax; expected logits"),
        ("mynets:shared", "gave a model that ends in a softmax; expected logits"),
        ("mynets:recurrent", "gave a model that ends in a softmax; expected logits"),
        ("mynets:twice", "gave a model that ends in a softmax; expected logits"),
        ("mynets:squashed", "gave a model that ends in a sigmoid; expected logits"),
        ("mynets:within", "gave a model that ends in a sigmoid; expected logits"),
        ("mynets:in_a_lambda", "gave a model that ends in a softmax; expected logits"),
        ("mynets:of_zeros", "gave a model that ends in a softmax; expected logits"),
        ("mynets:gated", "gave a model that ends in a sigmoid; expected logits"),
        ("mynets:leaving", "failed: SystemExit: 0"),
        ("mynets:positional", "called with input_shape=.4, 4, 1. and classes=3, failed: TypeError"),
        ("mynets:nothing", "gave a int; expected a Keras model"),
        ("mynets:doubled", r"to \(None, 6\); expected one output, \(None, 3\)"),
        ("mynets:unbuilt", "gave a model from None to None"),
        ("my nets:small", "expected keras:NAME or modelzoo:NAME"),
    ],
)
def test_what_is_no_builder_is_told_in_one_line(build, message):
    with pytest.raises(ZooError, match=message) as caught:
        find_builder(build).build(input_shape=(4, 4, 1), classes=3)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", ["zeros", "shares", "positive", "rectified", "dead"])
def test_logits_that_happen_to_look_like_probabilities_are_taken_and_keep_their_weights(name):
    import mynets

    keras.utils.set_random_seed(1)
    expected = [np.asarray(weight) for weight in getattr(mynets, name)(input_shape=(4, 4, 1), classes=3).weights]
    keras.utils.set_random_seed(1)
    built = find_builder(f"mynets:{name}").build(input_shape=(4, 4, 1), classes=3).weights
    assert all((np.asarray(weight) == value).all() for weight, value in zip(built, expected, strict=True))


REMOVED = ["soft", "activated", "probable", "dense", "functional", "same_each_time"]


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("name", REMOVED)
def test_a_final_softmax_is_removed_with_a_note_and_the_weights_stay(name):
    import mynets

    keras.utils.set_random_seed(1)
    given = getattr(mynets, name)(input_shape=(4, 4, 1), classes=3)
    expected = [np.asarray(weight) for weight in given.weights]
    keras.utils.set_random_seed(1)
    notes = []
    network = find_builder(f"mynets:{name}").build(input_shape=(4, 4, 1), classes=3, note=notes.append)
    assert len(notes) == 1
    assert "ends in a softmax; zoo removes it" in notes[0]
    assert all((np.asarray(weight) == value).all() for weight, value in zip(network.weights, expected, strict=True))
    pixels = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1)).astype(np.float32)
    assert np.asarray(keras.ops.softmax(network(pixels))) == pytest.approx(np.asarray(given(pixels)), abs=1e-6)
    assert np.ptp(np.asarray(network(pixels)).sum(axis=1)) > 0.01


@pytest.mark.usefixtures("own")
def test_the_digest_covers_the_network_without_its_softmax():
    shape = {"input_shape": (4, 4, 1), "classes": 3}
    digests = [network_digest(find_builder(f"mynets:{name}").build(**shape)) for name in ("soft", "soft", "activated")]
    assert len(set(digests)) == 1


@pytest.mark.usefixtures("own")
def test_a_network_that_its_builder_returns_twice_keeps_its_softmax_and_is_built_twice_alike():
    import mynets

    shape = {"input_shape": (4, 4, 1), "classes": 3}
    first, second = (find_builder("mynets:same_each_time").build(**shape) for _ in range(2))
    given = mynets.same_each_time(**shape)
    assert given.layers[-1].activation is keras.activations.softmax
    assert network_digest(first) == network_digest(second)
    assert {id(weight) for weight in first.layers[-1].layers[-1].weights}.isdisjoint(map(id, given.layers[-1].weights))


def test_the_working_folder_is_searched_last_for_a_builder_s_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of_this_folder.py").write_text("import random\nbuild = random.shuffle\n")
    (tmp_path / "random.py").write_text("1 / 0\n")
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.delitem(sys.modules, "random")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert callable(import_function("of_this_folder:build"))
    import_function("of_this_folder:build")
    assert sys.path == [*before, str(tmp_path)]
    del sys.modules["of_this_folder"]


def write_package(folder: Path, *, units: int = 4, scale: int = 1, first: str = "") -> None:
    (folder / "size.py").write_text(f"UNITS, SCALE = {units}, {scale}\n")
    (folder / "small.py").write_text(
        f"{first}\nimport keras\nfrom .size import SCALE, UNITS\n"
        "def build(*, input_shape, classes):\n"
        "    layers = [keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(UNITS)]\n"
        "    layers += [keras.layers.Lambda(lambda values: values * SCALE), keras.layers.Dense(classes)]\n"
        "    return keras.Sequential(layers)\n"
    )


@pytest.mark.parametrize("files", [["__init__.py"], []], ids=["package", "folder without __init__.py"])
def test_a_builder_s_fingerprint_covers_the_files_that_it_imports_from_its_folder(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    name = f"nets{len(files)}"
    folder = tmp_path / name
    folder.mkdir()
    for file in [*files, "unrelated.py"]:
        (folder / file).touch()

    def fingerprint_with(**content: Any) -> str:
        write_package(folder, **content)
        return fingerprint(f"{name}.small:build")

    first = fingerprint_with()
    assert fingerprint_with() == first
    (folder / "unrelated.py").write_text("CHANGED = True\n")
    assert fingerprint_with() == first
    assert len({first, fingerprint_with(units=8), fingerprint_with(scale=2), fingerprint_with(first="# new")}) == 4
