"""Imported builders: functions that Python can import, named ``package.module:function``."""

import hashlib
import importlib
import inspect
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import numpy as np

from modelzoo.architectures.softmax import without_softmax
from modelzoo.architectures.weights import assign, to_numpy
from modelzoo.errors import ZooError, unknown, with_kind

_PROBABILITIES = ("softmax", "sigmoid", "log_softmax", "logsoftmax")

# The sum of probabilities in bfloat16 differs from 1 by less.
_SUM_TOLERANCE = 1e-2


def require_function_name(build: str) -> None:
    """Raise a ZooError where the name has not the form ``package.module:function``."""
    module_name, _, name = build.partition(":")
    if not (name.isidentifier() and all(part.isidentifier() for part in module_name.split("."))):
        raise ZooError(
            f"builder is {build!r}; expected keras:NAME or modelzoo:NAME, or your own package.module:function"
        )


def import_function(build: str) -> Callable[..., Any]:
    """Import the function that ``package.module:function`` names; the working folder is searched last.

    Raises
    ------
    ZooError
        If the module cannot be imported, or has no function of that name.
    """
    require_function_name(build)
    module_name, _, name = build.partition(":")
    _search_working_folder()
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise ZooError(
            f"builder {build!r}: {module_name} cannot be imported ({with_kind(error)}); expected keras:NAME or "
            "modelzoo:NAME, or a module in this folder or in one of PYTHONPATH"
        ) from error
    function = getattr(module, name, None)
    if function is not None and not callable(function):
        raise ZooError(f"builder {build!r} is {function!r}; expected a function of input_shape and classes")
    if function is None:
        functions = [key for key, value in vars(module).items() if callable(value)]
        hint = f"{getattr(module, '__file__', None) or module_name} defines it nowhere"
        raise unknown(f"function of {module_name}", name, functions, hint=hint)
    imported: Callable[..., Any] = function
    return imported


def _search_working_folder() -> None:
    """Add the working folder to the folders of imports, which a worker inherits.

    It comes last: a file there that has the name of an installed module, such as ``random.py``, replaces none. The
    script `zoo` is started without the folder; ``python -m modelzoo`` and notebooks have it.
    """
    with suppress(OSError):  # the folder is gone
        if not {"", (folder := os.getcwd())} & set(sys.path):  # noqa: PTH109  # entries of sys.path are texts
            sys.path.append(folder)


def fingerprint(build: str) -> str:
    """Return eight hexadecimal digits of the function's source file and of its imports from the same folder.

    The folder is the one from which Python imports the builder's module or package. A function without a file, such as
    a compiled one, has ``00000000``.
    """
    function = import_function(build)
    digest = hashlib.sha256()
    try:
        digest.update(Path(inspect.getsourcefile(function) or "").read_bytes())
        for path in _imported_files(build.partition(":")[0]):
            digest.update(path.read_bytes())
    except (TypeError, OSError):
        return "0" * 8
    return digest.hexdigest()[:8]


def _imported_files(module: str) -> list[Path]:
    """Return the file of a module and those that it imports from its folder, directly or through each other."""
    path = getattr(sys.modules[module], "__file__", None)
    if path is None:
        return []
    folder = Path(path).parents[module.count(".") + path.endswith("__init__.py")]
    if folder.name.endswith("-packages"):  # an installed package imports all others from there
        return []
    finder = ModuleFinder([str(folder)])
    for package in accumulate(module.split(".")[:-1], "{}.{}".format):
        if getattr(sys.modules[package], "__file__", None) is None:  # a folder without __init__.py
            vars(finder.add_module(package))["__path__"] = list(sys.modules[package].__path__)
    with suppress(Exception):  # as of a file that does not compile, whose import fails later
        finder.import_hook(module)
    files = [vars(found)["__file__"] for found in finder.modules.values()]
    return sorted(Path(file) for file in files if file and file.endswith(".py"))


def build(
    name: str, *, input_shape: tuple[int, int, int], classes: int, note: Callable[[str], None] = lambda text: None
) -> Any:
    """Import and call the function with `input_shape` and `classes`: it returns a network from pixels 0-255 to logits.

    A final softmax is removed, with a note: training and test apply it.

    Raises
    ------
    ZooError
        If the function cannot be imported, fails, or returns no Keras model of this input and output. Or if the model
        gives probabilities, and its last step is no softmax of Keras.
    """
    call = f"builder {name!r}, called with input_shape={input_shape} and classes={classes},"
    network = _call(name, call, input_shape=input_shape, classes=classes)
    logits = without_softmax(network)
    made = network if logits is None else logits
    activation = _last_activation(made)
    if activation not in _PROBABILITIES:
        activation = _probabilities(made, input_shape, classes)
    if activation:
        raise ZooError(
            f"{call} gave a model that ends in a {activation}; expected logits, because training and test apply "
            "the softmax: leave the activation out"
        )
    if logits is not None:
        note(
            f"builder {name!r} gives a model that ends in a softmax; zoo removes it, because training and test apply it"
        )
    return made


def _call(name: str, call: str, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Return the function's Keras model, of this input and output."""
    import keras

    function = import_function(name)
    try:
        network = function(input_shape=input_shape, classes=classes)
    except ZooError:
        raise
    except (Exception, SystemExit) as error:
        raise ZooError(f"{call} failed: {with_kind(error)}") from error
    if not isinstance(network, keras.Model):
        raise ZooError(f"{call} gave a {type(network).__name__}; expected a Keras model")
    shapes = _shapes(network)
    if shapes != ((None, *input_shape), (None, classes)):
        raise ZooError(f"{call} gave a model from {shapes[0]} to {shapes[1]}; expected one output, (None, {classes})")
    return network


def _probabilities(network: Any, input_shape: tuple[int, int, int], classes: int) -> str:
    """Return the activation whose values the outputs are, whatever layer computes them; empty for logits.

    An untrained network may give any logits, also equal ones or none below 0. Therefore the layers
    with one value a class get large random weights. Logits then leave the range from 0 to 1. Constant outputs show
    nothing.
    """
    import keras

    random = np.random.default_rng(0)
    images = random.integers(0, 256, (4, *input_shape)).astype(np.float32)
    head = [variable for variable in network.trainable_variables if tuple(variable.shape[-1:]) == (classes,)]
    before = [to_numpy(variable) for variable in head]
    for variable in head:
        assign(variable, random.normal(scale=10, size=variable.shape).astype(np.float32))
    try:
        # JAX compiles every operation of a call by itself, and one program for a batch.
        on_jax = keras.backend.backend() == "jax"
        outputs = network.predict_on_batch(images) if on_jax else network(images, training=False)
        values = keras.ops.convert_to_numpy(outputs).astype(np.float32)
    finally:
        for variable, value in zip(head, before, strict=True):
            assign(variable, value)
    if not ((values >= 0) & (values <= 1)).all() or np.ptp(values) == 0:
        return ""
    if np.abs(values.sum(axis=1) - 1).max() < _SUM_TOLERANCE:
        return "softmax"
    return "sigmoid" if head else ""


def _last_activation(network: Any) -> str:
    """Return the name of the network's last activation or layer, also of a network within it."""
    last = network.outputs[0]._keras_history.operation
    if hasattr(last, "outputs") and hasattr(last, "layers"):
        return _last_activation(last)
    named = getattr(last, "activation", None)
    return str(getattr(named, "__name__", None) or type(last).__name__).lower()


def _shapes(network: Any) -> tuple[Any, Any]:
    """Return input and output shape; None for a model without an input."""
    try:
        return network.input_shape, network.output_shape
    except (AttributeError, ValueError):
        return None, None
