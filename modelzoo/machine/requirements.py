"""The requirements of training (Keras, a backend) and of deployment (converters, runtimes)."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

from modelzoo.base.install import install_command
from modelzoo.base.text import reason
from modelzoo.errors import ZooError, first_line
from modelzoo.machine.hardware import BACKENDS
from modelzoo.machine.keras_settings import backend_name, fix_settings
from modelzoo.machine.native_stderr import suppress_native_stderr
from modelzoo.runs.events import Note, Report, Waiting, ignore

# The modules of the extra `deploy`, with the names that pip knows.
DEPLOY_PACKAGES = {"tf2onnx": "tf2onnx", "onnxruntime": "onnxruntime", "ai_edge_litert": "ai-edge-litert"}
_TITLES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}


def require_packages() -> None:
    """Raise a ZooError, without loading Keras, where Keras, which training needs, is not installed."""
    if find_spec("keras") is None:
        raise _missing("keras", backend_name())


def require_deploy_packages(modules: Iterable[str]) -> None:
    """Raise a ZooError, without loading them, where one of these modules of the extra `deploy` is not installed."""
    for name in modules:
        if find_spec(name) is None:
            raise ZooError(f"this needs {DEPLOY_PACKAGES[name]}; {install_command('deploy')}")


def loading(backend: str) -> Waiting:
    """Return the event for the seconds that loading Keras with this backend takes."""
    return Waiting(f"loading {_TITLES.get(backend, 'Keras')}")


def require_bench_extra(report: Report = ignore, *, precision: str | None = None) -> None:
    """Load Keras in silence, fix its settings, and report the wait and the settings that differed.

    A worker sets the precision of its parent process.

    Raises
    ------
    ZooError
        If training is not possible; it names the missing package or the wrong file.
    """
    backend = backend_name() if sys.modules.get("keras") is None else ""
    if backend:
        report(loading(backend))
    try:
        with suppress_native_stderr():
            import_module("keras")
        if differing := fix_settings():
            report(Note(differing))
        if precision is not None:
            sys.modules["keras"].config.set_dtype_policy(precision)
    except ModuleNotFoundError as error:
        raise _missing(error.name, backend) from None
    except OSError as error:  # no folder for temporary files
        raise ZooError(f"Keras does not load: {reason(error)}; TMPDIR names a folder that can be written") from error
    except (ImportError, ValueError) as error:  # a broken installation, a backend that Keras does not know
        raise ZooError(f"Keras does not load: {first_line(error)}; `zoo doctor` says what is missing") from error


def _missing(package: str | None, backend: str) -> ZooError:
    return ZooError(f"training needs {package}; {install_command(BACKENDS.get(backend, 'bench'))}")
