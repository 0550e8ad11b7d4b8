"""Facts of a network inside a file."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from modelzoo.deployment.archive import facts_in, with_facts
from modelzoo.deployment.facts import NetworkFacts, facts_of, read_facts
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Input, Recipe

FACTS = NetworkFacts(run="lenet5-1", model="LeNet-5", classes=("a", "é"), image_shape=(28, 28), mode="crop")


@pytest.mark.parametrize(
    ("shape", "mode", "expected"),
    [
        ((28, 28), "pad", "crop"),  # the network pads
        ((32, 32), "pad", "pad"),  # the images were padded before they were stored
        ((28, 28), "resize", "resize"),
        ((32, 32, 3), "crop", "crop"),
    ],
)
def test_images_are_brought_to_their_shape_as_in_training(
    shape: tuple[int, ...], mode: Any, expected: str, make_record: Callable[..., Any]
) -> None:
    record = make_record("lenet5", recipe=Recipe(title="Any", input=Input(size=32, mode=mode)))
    assert facts_of(record, shape, ("a",)).mode == expected


def test_facts_are_read_as_they_were_written() -> None:
    assert read_facts(FACTS.to_json(), Path("a.onnx")) == FACTS


@pytest.mark.parametrize("kind", ["zip", "other"])
def test_an_archive_carries_facts_and_the_content_stays(kind: str, tmp_path: Path) -> None:
    content = b"TFL3 and more"
    if kind == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("config.json", "{}")
        content = file.getvalue()
    path = tmp_path / "file"
    path.write_bytes(with_facts(content, FACTS.to_json()))
    assert read_facts(facts_in(path), path) == FACTS
    if kind == "zip":
        assert zipfile.ZipFile(path).read("config.json") == b"{}"
    else:
        assert path.read_bytes().startswith(content)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (None, "no class names inside"),
        (b"{", "not a network with facts"),
        (msgspec.json.encode({"schema": 2}), "schema 2; this version reads up to 1, update cnn-zoo"),
        (msgspec.json.encode(msgspec.to_builtins(FACTS) | {"classes": []}), "classes"),
        (msgspec.json.encode(msgspec.to_builtins(FACTS) | {"mode": "stretch"}), "mode"),
    ],
)
def test_facts_that_cannot_be_used_are_an_error_with_the_file(data: bytes | None, words: str) -> None:
    with pytest.raises(ZooError, match=words) as error:
        read_facts(data, Path("a.onnx"))
    assert str(error.value).startswith("a.onnx")


def test_a_file_without_an_archive_has_no_facts(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"TFL3")
    assert facts_in(tmp_path / "a.tflite") is None
