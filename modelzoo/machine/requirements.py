"""The requirements of training: Keras, a backend, file locks."""

import os
from importlib import import_module

from modelzoo.errors import ZooError, first_line
from modelzoo.machine.hardware import BACKENDS


def require_bench_extra() -> None:
    """Raise a ZooError that names the missing package where training is not possible."""
    try:
        if "KERAS_BACKEND" not in os.environ:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        for name in ("keras", "filelock"):  # if both are missing, the error names Keras
            import_module(name)
    except ModuleNotFoundError as error:
        extra = BACKENDS.get(os.environ.get("KERAS_BACKEND", "tensorflow"), "bench")
        raise ZooError(f"training needs {error.name}; pip install 'cnn-zoo[{extra}]'") from None
    except (ImportError, ValueError) as error:  # a broken installation, a backend that Keras does not know
        raise ZooError(f"Keras does not load: {first_line(error)}; `zoo doctor` says what is missing") from error
