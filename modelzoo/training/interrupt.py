"""Ctrl-C, deferred until the current step or epoch is done and every whole epoch is saved."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# A process of its own is asked to end by SIGTERM (`modelzoo.benchmarking.worker`), in the same way.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """A deferred Ctrl-C; `pending` once it was pressed."""

    pending = False

    def raise_if_pending(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self.pending:
            raise KeyboardInterrupt


@contextmanager
def deferred_interrupt() -> Iterator[Interrupt]:
    """Hold Ctrl-C back to the end of the block, and raise KeyboardInterrupt there if Ctrl-C was pressed.

    A second Ctrl-C raises at once. A second SIGTERM does not, since a batch system and the parent process may
    both send one. Only signals that would raise KeyboardInterrupt are deferred, and only in the
    main thread, where Python handles them.
    """
    interrupt = Interrupt()

    def defer(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupt.raise_if_pending()
        interrupt.pending = True

    before = _replace_handlers(defer)
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    interrupt.raise_if_pending()


def _replace_handlers(handler: Any) -> dict[signal.Signals, Any]:
    """Replace Python's own handlers; return the replaced ones by signal."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = [number for number in _SIGNALS if signal.getsignal(number) is signal.default_int_handler]
    return {number: signal.signal(number, handler) for number in numbers}
