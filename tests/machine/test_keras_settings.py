"""Keras' settings: one set in every process, and the backend of keras.json."""

import os
from pathlib import Path
from typing import Any

import pytest

from modelzoo.benchmarking import speeds
from modelzoo.errors import ZooError
from modelzoo.machine import doctor
from modelzoo.machine.keras_settings import backend_name, fix_settings
from modelzoo.machine.requirements import require_bench_extra

pytestmark = pytest.mark.xdist_group("keras")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a keras.json that does not exist yet."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    return tmp_path / "keras.json"


def test_the_backend_is_the_variable_s_else_the_file_s_else_tensorflow(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert backend_name() == "tensorflow"
    config.write_text('{"backend": "jax"}')
    assert backend_name() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "")
    assert backend_name() == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert backend_name() == "torch"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"backend":', "keras.json is no JSON: Expecting value.*; mend it, or remove it"),
        ("[" * 100_000, "keras.json is no JSON: .*recursion"),
        ("[1]", "keras.json is a list; expected a JSON object"),
        ('{"backend": 7}', "keras.json: backend is 7; expected a text"),
        (b"\xff\xfe", "keras.json:1: the text is UTF-16.*; KERAS_HOME names another folder"),
    ],
    ids=["broken", "deep", "list", "number", "encoding"],
)
def test_a_keras_json_that_cannot_be_used_is_an_error_of_one_line(
    config: Path, content: str | bytes, message: str
) -> None:
    config.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ZooError, match=message) as caught:
        backend_name()
    assert "\n" not in str(caught.value)
    (first, *_) = doctor.diagnose().findings
    assert (first.what, first.good) == ("Keras", False)


def test_a_pipe_as_keras_json_is_refused_and_not_waited_for(config: Path) -> None:
    os.mkfifo(config)
    with pytest.raises(ZooError, match="is a pipe; expected a regular file"):
        backend_name()


@pytest.fixture
def foreign() -> Any:
    """Set Keras as a keras.json with these values does."""
    import keras

    before = keras.config.image_data_format(), keras.config.floatx(), keras.config.epsilon()
    keras.config.set_image_data_format("channels_first")
    keras.config.set_floatx("float16")
    keras.config.set_epsilon(1e-3)
    keras.config.set_dtype_policy("float16")
    yield keras
    keras.config.set_image_data_format(before[0])
    keras.config.set_floatx(before[1])
    keras.config.set_epsilon(before[2])
    keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("config")
def test_other_settings_are_replaced_and_named_in_one_line(foreign: Any, events: list[Any]) -> None:
    require_bench_extra(events.append)
    assert foreign.config.image_data_format() == "channels_last"
    assert foreign.config.dtype_policy().name == foreign.layers.Dense(1).dtype_policy.name == "float32"
    (note,) = events
    assert note.text.startswith(
        "zoo sets Keras to image_data_format channels_last (was channels_first), floatx float32 (was float16), "
        "epsilon 1e-07 (was 0.001); keras.json: "
    )
    assert fix_settings() is None


@pytest.mark.usefixtures("config")
def test_the_doctor_and_a_worker_have_the_same_settings(foreign: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = [finding.state for finding in doctor.diagnose().findings if finding.what == "Settings"]
    assert "channels_last (was channels_first)" in settings[0]
    foreign.config.set_image_data_format("channels_first")
    found = speeds._work(lambda _: None, lambda **_: foreign.config.image_data_format(), "float32")
    assert found == "channels_last"
