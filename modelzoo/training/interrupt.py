"""Ctrl-C, held back until the step or epoch under way is done and every whole epoch is saved."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# A process of its own is asked to end by SIGTERM (`modelzoo.benchmarking.worker`), in the same way.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Whether Ctrl-C was pressed while it was held back."""

    asked = False

    def end_if_asked(self) -> None:
        """Raise KeyboardInterrupt if Ctrl-C was pressed; for wherever work may end."""
        if self.asked:
            raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[Interrupt]:
    """Hold Ctrl-C back within the block, and raise KeyboardInterrupt at its end if Ctrl-C was pressed.

    A second Ctrl-C waits for nothing. Only signals that would raise KeyboardInterrupt are held back, and only in the
    main thread, where Python handles them.
    """
    interrupt = Interrupt()

    def note(number: int, frame: FrameType | None) -> None:
        interrupt.end_if_asked()
        interrupt.asked = True

    before = _replaced(note)
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    interrupt.end_if_asked()


def _replaced(handler: Any) -> dict[signal.Signals, Any]:
    """Put the handler in the place of Python's own, and give what it stands for."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    own = [number for number in _SIGNALS if signal.getsignal(number) is signal.default_int_handler]
    return {number: signal.signal(number, handler) for number in own}
