import sys
from pathlib import Path

import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
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

def probable(*, input_shape, classes):
    network = small(input_shape=input_shape, classes=classes)
    return keras.Sequential([network, keras.layers.Softmax()])

def within(*, input_shape, classes):
    outer = keras.Input(input_shape)
    inner = keras.Sequential([keras.Input(input_shape), keras.layers.Flatten(), keras.layers.Dense(classes, "sigmoid")])
    return keras.Model(outer, inner(outer))

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
        ("mynets:probable", "gave a model that ends in a softmax; expected logits"),
        ("mynets:within", "gave a model that ends in a sigmoid; expected logits"),
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
