"""ImageNet weights of Keras Applications: the files without classifier in Keras' cache, and their addresses."""

import os
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from modelzoo.base import paths
from modelzoo.errors import ZooError, first_line

_KERNELS = "_weights_tf_dim_ordering_tf_kernels_notop.h5"
# Folder and file by the start of a network's name; {} is the rest of the name in lower case.
_FILES: Mapping[str, tuple[str, str]] = {
    "ConvNeXt": ("tensorflow/keras-applications/convnext", "convnext_{}_notop.h5"),
    "DenseNet": ("tensorflow/keras-applications/densenet", "densenet{}" + _KERNELS),
    "EfficientNet": ("keras-applications", "efficientnet{}_notop.h5"),
    "EfficientNetV2": ("tensorflow/keras-applications/efficientnet_v2", "efficientnetv2-{}_notop.h5"),
    "InceptionResNetV2": ("tensorflow/keras-applications/inception_resnet_v2", "inception_resnet_v2" + _KERNELS),
    "InceptionV3": ("tensorflow/keras-applications/inception_v3", "inception_v3" + _KERNELS),
    "MobileNet": ("tensorflow/keras-applications/mobilenet", "mobilenet_1_0_224_tf_no_top.h5"),
    "MobileNetV2": (
        "tensorflow/keras-applications/mobilenet_v2",
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5",
    ),
    "MobileNetV3": (
        "tensorflow/keras-applications/mobilenet_v3",
        "weights_mobilenet_v3_{}_224_1.0_float_no_top_v2.h5",
    ),
    "NASNet": ("tensorflow/keras-applications/nasnet", "nasnet_{}_no_top.h5"),
    "ResNet": ("tensorflow/keras-applications/resnet", "resnet{}" + _KERNELS),
    "VGG": ("tensorflow/keras-applications/vgg{}", "vgg{}" + _KERNELS),
    "Xception": ("tensorflow/keras-applications/xception", "xception" + _KERNELS),
}
_HOST = "https://storage.googleapis.com"
# The one family whose files have other names on the server.
_SERVED_AS = {"nasnet_mobile_no_top.h5": "NASNet-mobile-no-top.h5", "nasnet_large_no_top.h5": "NASNet-large-no-top.h5"}

# For a connection and for each part of a file; urllib has no limit of its own.
_TIMEOUT_S = 10.0


def imagenet_file(name: str) -> Path | None:
    """Return the file with the ImageNet weights of a network of Keras Applications in Keras' cache, or None.

    Keras is not imported.
    """
    place = place_of(name)
    return place[0] if place and paths.is_file(place[0]) else None


def fetch_imagenet(name: str) -> None:
    """Download the file of `imagenet_file` unless it is in Keras' cache.

    Raises
    ------
    ZooError
        If the download fails; it names the address and the place of the file.
    """
    place = place_of(name)
    if place is None or imagenet_file(name):
        return
    import keras

    path, address = place
    try:
        with redirect_stdout(sys.stderr), _timeout():  # Keras announces the download on standard output
            keras.utils.get_file(path.name, address, cache_subdir="models")
    except Exception as error:  # errors of urllib or Keras
        reason = first_line(error).rpartition(" -- ")[2]
        raise ZooError(
            f"no ImageNet weights of {name}: {address} cannot be loaded: {reason}; connect to the network, or put the "
            f"file at {paths.shown(path)}"
        ) from error


def place_of(name: str) -> tuple[Path, str] | None:
    """Return path in Keras' cache and address of the weights; None for a network that is not known here."""
    start = max((start for start in _FILES if name.startswith(start)), key=len, default=None)
    if start is None:
        return None
    folder, file = (part.format(name.removeprefix(start).lower()) for part in _FILES[start])
    return _cache() / "models" / file, f"{_HOST}/{folder}/{_SERVED_AS.get(file, file)}"


def _cache() -> Path:
    """Return Keras' folder: KERAS_HOME or ~/.keras, or a temporary one where it cannot be written."""
    home = os.environ.get("KERAS_HOME") or (Path("~").expanduser() / ".keras")
    folder = Path(home).expanduser()
    if os.access(folder, os.W_OK) or (not folder.exists() and os.access(folder.parent, os.W_OK)):
        return folder
    return Path("/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()) / ".keras"


@contextmanager
def _timeout() -> Iterator[None]:
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_TIMEOUT_S)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
