"""The formats of saved networks: suffix, packages, and the functions that write and open a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modelzoo.base.files import open_regular
from modelzoo.base.paths import shown
from modelzoo.deployment import keras_file, litert_file, onnx_file
from modelzoo.deployment.trained_network import TrainedNetwork
from modelzoo.errors import ZooError, first_line, with_kind
from modelzoo.machine.keras_settings import backend_name
from modelzoo.machine.requirements import require_deploy_packages


@dataclass(frozen=True)
class Format:
    """One format: `writers` and `readers` are the packages that a file needs, `by_tensorflow` the backend's part."""

    suffix: str
    export: Callable[..., bytes]
    open_file: Callable[[Path], TrainedNetwork]
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    by_tensorflow: bool = False


FORMATS: Mapping[str, Format] = {
    "keras": Format(".keras", keras_file.export, keras_file.open_file),
    "onnx": Format(".onnx", onnx_file.export, onnx_file.open_file, ("tf2onnx",), ("onnxruntime",), by_tensorflow=True),
    "litert": Format(".tflite", litert_file.export, litert_file.open_file, (), ("ai_edge_litert",), by_tensorflow=True),
}


def is_network_file(path: str | Path) -> bool:
    """Return whether a name has the suffix of a format."""
    return Path(path).suffix.lower() in {form.suffix for form in FORMATS.values()}


def require_writing(name: str) -> None:
    """Raise a ZooError unless files of this format can be written and tested here."""
    form = FORMATS[name]
    require_deploy_packages((*form.writers, *form.readers))
    if form.by_tensorflow and (backend := backend_name()) != "tensorflow":
        raise ZooError(
            f"`to` {name} needs TensorFlow as Keras' backend, not {backend}; repeat with KERAS_BACKEND=tensorflow, "
            "which loads the weights of every backend"
        )


def require_reading(path: Path) -> Format:
    """Return the format of a file; raise a ZooError unless there is one, and the package that runs it."""
    form = next(form for form in FORMATS.values() if form.suffix == path.suffix.lower())
    open_regular(path).close()
    require_deploy_packages(form.readers)
    return form


def open_network(path: Path) -> TrainedNetwork:
    """Open a file that `zoo save` wrote, and try it on one black image.

    Raises
    ------
    ZooError
        If a package is missing, or the file is none that `zoo save` wrote.
    """
    form = require_reading(path)
    try:
        network = form.open_file(path)
        shape = network.probabilities(np.zeros((1, *network.facts.image_shape), np.uint8)).shape
    except ZooError:
        raise
    except Exception as error:  # each runtime raises its own types
        problem = first_line(error) or with_kind(error)
        raise ZooError(
            f"{path.name} cannot be opened: {problem}; save it again with `zoo save`, in another format or without int8"
        ) from error
    if shape != (1, len(network.facts.classes)):
        raise ZooError(f"{shown(path)} gives {shape[-1]} values, and names {len(network.facts.classes)} classes")
    return network
