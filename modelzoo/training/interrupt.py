"""Ctrl-C, held back until the step that is under way is done and what it ends is saved."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

# A process of its own is asked to end by SIGTERM (`modelzoo.training.child`), in the same way.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held_back() -> Iterator[Callable[[], None]]:
    """Gives a function to call wherever work may end: it raises KeyboardInterrupt if Ctrl-C was pressed meanwhile.

    A second Ctrl-C waits for nothing. Only signals that would raise KeyboardInterrupt are held back, and only in the
    main thread, where Python handles them.
    """
    asked = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    def end_if_asked() -> None:
        if asked.is_set():
            raise KeyboardInterrupt

    before = _replaced(note)
    try:
        yield end_if_asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    end_if_asked()


def _replaced(handler: Any) -> dict[signal.Signals, Any]:
    """Put the handler in the place of Python's own, and give what it stands for."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    own = [number for number in _SIGNALS if signal.getsignal(number) is signal.default_int_handler]
    return {number: signal.signal(number, handler) for number in own}
