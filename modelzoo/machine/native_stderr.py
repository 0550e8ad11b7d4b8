"""Native stderr: suppressed while TensorFlow starts."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from modelzoo.errors import ZooError


@contextmanager
def suppress_native_stderr() -> Iterator[None]:
    """Hold stderr back while TensorFlow loads: no setting stops the output of its C++ code (2.21).

    If loading fails, the output is printed: it may show the cause.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        stderr = os.dup(2)
    except OSError:  # stderr is closed
        yield
        return
    with _temporary_file() as suppressed:
        os.dup2(suppressed.fileno(), 2)
        try:
            yield
        except Exception as error:
            if not isinstance(error, ZooError):
                suppressed.seek(0)
                os.write(stderr, suppressed.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def _temporary_file() -> BinaryIO:
    try:
        return tempfile.TemporaryFile()
    except OSError:  # no folder for temporary files
        return Path(os.devnull).open("w+b")
