"""Keras' settings: the user's ``keras.json``, and the settings that zoo computes with in every process."""

import json
import os
from pathlib import Path
from typing import Any

from modelzoo.base.files import read_text
from modelzoo.base.paths import shown
from modelzoo.errors import ZooError

# Keras' defaults. Another value changes the network or its training; the id of a run names none of them.
FIXED = {
    "image_data_format": "channels_last",
    "floatx": "float32",
    "epsilon": 1e-7,
    "max_epochs": None,
    "max_steps_per_epoch": None,
}


def backend_name() -> str:
    """Return the backend that Keras loads: of KERAS_BACKEND, else of ``keras.json``, else TensorFlow.

    Raises
    ------
    ZooError
        If ``keras.json`` cannot be read or is no JSON object, or its backend is no text.
    """
    name = os.environ.get("KERAS_BACKEND") or _read_config().get("backend", "tensorflow")
    if not isinstance(name, str):
        raise ZooError(f"{shown(config_path())}: backend is {name!r}; expected a text, such as 'tensorflow'")
    return name


def fix_settings() -> str | None:
    """Set Keras to the fixed settings; return a sentence that names the settings with other values, if any."""
    import keras

    differing = []
    for name, value in FIXED.items():
        read = getattr(keras.config, name, None)  # Keras 3.9 has no limits of epochs and steps
        if read is None or read() == value:
            continue
        differing.append(f"{name} {value} (was {read()})")
        getattr(keras.config, f"set_{name}")(value)
        if name == "floatx":
            keras.config.set_dtype_policy(value)
    return f"zoo sets Keras to {', '.join(differing)}; keras.json: {shown(config_path())}" if differing else None


def config_path() -> Path:
    """Return the path of ``keras.json``, by Keras' own rule (keras/src/backend/config.py)."""
    if (folder := os.environ.get("KERAS_HOME")) is None:
        home = os.path.expanduser("~")  # noqa: PTH111  # Path.expanduser raises an error without a home
        folder = f"{home if os.access(home, os.W_OK) else '/tmp'}/.keras"
    return Path(os.path.expanduser(folder)) / "keras.json"  # noqa: PTH111


def _read_config() -> dict[str, Any]:
    """Return the content of ``keras.json``; empty without the file, which Keras then makes."""
    path = config_path()
    try:
        config = json.loads(read_text(path))
    except ZooError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return {}
        raise ZooError(f"{error}; KERAS_HOME names another folder") from error
    except (ValueError, RecursionError) as error:
        raise ZooError(f"{shown(path)} is no JSON: {error}; mend it, or remove it: Keras makes another") from None
    if not isinstance(config, dict):
        raise ZooError(f"{shown(path)} is a {type(config).__name__}; expected a JSON object, as Keras makes one")
    return config
