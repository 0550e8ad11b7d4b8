"""Imported builders: functions that Python can import, named ``package.module:function``."""

import hashlib
import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from modelzoo.errors import ZooError, unknown, with_kind

_PROBABILITIES = ("softmax", "sigmoid", "log_softmax", "logsoftmax")


def import_function(build: str) -> Callable[..., Any]:
    """Import the function that ``package.module:function`` names.

    Raises
    ------
    ZooError
        If the module cannot be imported, or has no function of that name.
    """
    module_name, _, name = build.partition(":")
    if not (name.isidentifier() and all(part.isidentifier() for part in module_name.split("."))):
        raise ZooError(
            f"builder is {build!r}; expected keras:NAME or modelzoo:NAME, or your own package.module:function"
        )
    try:
        module = importlib.import_module(module_name)
    except Exception as error:
        raise ZooError(
            f"builder {build!r}: {module_name} cannot be imported ({with_kind(error)}); expected keras:NAME or "
            "modelzoo:NAME, or a module in a folder of PYTHONPATH"
        ) from error
    function = getattr(module, name, None)
    if function is not None and not callable(function):
        raise ZooError(f"builder {build!r} is {function!r}; expected a function of input_shape and classes")
    if function is None:
        functions = [key for key, value in vars(module).items() if callable(value)]
        raise unknown(f"function of {module_name}", name, functions, hint=f"{module_name} defines it nowhere")
    imported: Callable[..., Any] = function
    return imported


def fingerprint(build: str) -> str:
    """Return eight hexadecimal digits of the function's source file: a changed network has others.

    Imports of the file are not covered; a function without a file, such as a compiled one, has ``00000000``.
    """
    function = import_function(build)
    try:
        source = Path(inspect.getsourcefile(function) or "").read_bytes()
    except (TypeError, OSError):
        return "0" * 8
    return hashlib.sha256(source).hexdigest()[:8]


def build(function: Callable[..., Any], name: str, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Call the function with `input_shape` and `classes`: it must return a network from pixels 0-255 to logits.

    Raises
    ------
    ZooError
        If the function fails, or returns no Keras model of this input and output, or a model of probabilities.
    """
    import keras

    call = f"builder {name!r}, called with input_shape={input_shape} and classes={classes},"
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
    if (activation := _last_activation(network)) in _PROBABILITIES:
        raise ZooError(
            f"{call} gave a model that ends in a {activation}; expected logits, because training and test apply "
            "the softmax: leave the activation out"
        )
    return network


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
