"""The files of ImageNet's weights: found in Keras' cache, fetched, and named where they are missing."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.architectures import keras_applications
from modelzoo.architectures.imagenet import fetch_imagenet, imagenet_file, place_of
from modelzoo.errors import ZooError


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def get_file(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], list[tuple[Any, ...]]]:
    """Let Keras' download do this; the list has what it is asked for."""

    def install(function: Callable[[], None]) -> list[tuple[Any, ...]]:
        import keras

        asked: list[tuple[Any, ...]] = []

        def download(file: str, address: str, **named: Any) -> None:
            asked.append((file, address, named, socket.getdefaulttimeout()))
            print("Downloading data")
            function()

        monkeypatch.setattr(keras.utils, "get_file", download)
        return asked

    return install


def test_only_a_file_in_the_cache_is_found(cache: Path) -> None:
    assert imagenet_file("EfficientNetV2S") is None
    (cache / "efficientnetv2-s_notop.h5").touch()
    assert imagenet_file("EfficientNetV2S") == cache / "efficientnetv2-s_notop.h5"
    assert imagenet_file("EfficientNetB0") is None
    assert imagenet_file("LeNet5") is None


def test_without_a_variable_the_cache_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    place = place_of("VGG16")
    assert place is not None
    assert place[0] == tmp_path / ".keras" / "models" / "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"


def test_every_network_of_keras_has_a_file_of_its_own() -> None:
    places = [place_of(name) for name in keras_applications.names()]
    assert None not in places
    assert len({place[0] for place in places if place}) == len(places)
    assert len({place[1] for place in places if place}) == len(places)


def test_a_file_that_is_not_there_is_downloaded_in_limited_time(
    get_file: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = get_file(lambda: None)
    fetch_imagenet("NASNetMobile")
    folder = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet"
    assert asked == [("nasnet_mobile_no_top.h5", f"{folder}/NASNet-mobile-no-top.h5", {"cache_subdir": "models"}, 10.0)]
    assert socket.getdefaulttimeout() is None
    assert capsys.readouterr().out == ""


def test_a_file_in_the_cache_is_not_downloaded(get_file: Any, cache: Path) -> None:
    asked = get_file(lambda: None)
    (cache / "mobilenet_1_0_224_tf_no_top.h5").touch()
    fetch_imagenet("MobileNet")
    assert asked == []


def test_without_a_network_one_line_says_where_to_put_the_file(get_file: Any, cache: Path) -> None:
    def offline() -> None:
        raise Exception("URL fetch failure on https://example.org/m.h5: None -- [Errno -2] no name\nTraceback")

    get_file(offline)
    with pytest.raises(ZooError) as error:
        fetch_imagenet("MobileNet")
    text = str(error.value)
    assert "\n" not in text
    assert "Traceback" not in text
    assert "mobilenet/mobilenet_1_0_224_tf_no_top.h5 cannot be loaded: [Errno -2] no name; connect" in text
    assert text.endswith(f"or put the file at {cache / 'mobilenet_1_0_224_tf_no_top.h5'}")
