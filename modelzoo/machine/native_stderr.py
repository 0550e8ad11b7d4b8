"""Keeping TensorFlow's start-up messages off the terminal."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from modelzoo.errors import ZooError


@contextmanager
def without_startup_noise() -> Iterator[None]:
    """Set stderr aside while TensorFlow loads: what its C++ code then prints obeys no setting (2.21).

    Where loading fails, all that was set aside is printed after all: it may say why.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = os.dup(2)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            yield
        except Exception as error:
            if not isinstance(error, ZooError):
                aside.seek(0)
                os.write(kept, aside.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
