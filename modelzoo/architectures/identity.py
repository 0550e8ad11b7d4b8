"""The identity of a built network: its configuration and the shapes of its weights, without Keras' numbered names."""

import hashlib
from typing import Any

import msgspec

# Keys under which a configuration has names of layers: Keras numbers them by all layers that the process built before.
_NAMES = ("name", "keras_history", "input_layers", "output_layers")


def network_digest(network: Any) -> str:
    """Return the SHA-256 of the network's configuration and weight shapes, the same in every process.

    A builder's network comes without its final softmax, so the digest covers the network that is trained.
    """
    layers = list(network._flatten_layers())
    content = {
        # A network without a configuration counts by its layers, a layer without one by its class.
        "config": _config(network) or [_config(layer) for layer in layers],
        "classes": [f"{type(layer).__module__}.{type(layer).__qualname__}" for layer in layers],
        "weights": [(list(weight.shape), str(weight.dtype), weight.trainable) for weight in network.weights],
    }
    encoded = msgspec.json.encode(_canonical(content, {}), order="deterministic")
    return hashlib.sha256(encoded).hexdigest()


def _config(layer: Any) -> Any:
    try:
        return layer.get_config()
    except Exception:  # a custom layer raises any type
        return None


def _canonical(value: Any, numbers: dict[str, int], *, names: bool = False) -> Any:
    """Return the value as plain data, with names of layers as numbers in the order of their appearance."""
    if isinstance(value, dict):
        if value.get("class_name") == "__lambda__":
            # Its code is marshaled with the path of its file; the digest of the builder's files covers it.
            value = {**value, "config": {key: part for key, part in value["config"].items() if key != "code"}}
        return {
            # The name of a dtype is no layer's.
            str(key): str(part) if key == "dtype" else _canonical(part, numbers, names=key in _NAMES)
            for key, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [_canonical(part, numbers, names=names) for part in value]
    if isinstance(value, str):
        return numbers.setdefault(value, len(numbers)) if names else value
    if value is None or isinstance(value, bool | int | float):
        return value
    return _canonical(value.tolist(), numbers) if hasattr(value, "tolist") else type(value).__qualname__
