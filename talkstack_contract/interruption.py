"""Signals that end a run: the first one ends it in order, and no later one keeps it from telling how it ended."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ENDING = b"\nthe run is ending: what it made is taken back, and the reports are written\n"
STDERR = 2


def end_at_the_first_signal() -> Callable[[], None]:
    """Have the first signal raise KeyboardInterrupt, and the later ones say that the run is ending.

    Returns what brings back the handlers that were there before. Python takes signals in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    before = {each: signal.getsignal(each) for each in SIGNALS}
    _handle(_interrupt)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    return restore


def hold_off_signals() -> None:
    """Let no signal raise any more: the run ends already, or has ended."""
    if threading.current_thread() is threading.main_thread():
        _handle(_say_that_it_ends)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    for each in SIGNALS:
        signal.signal(each, handler)


def _interrupt(number: int, _: FrameType | None) -> None:
    _handle(_say_that_it_ends)
    raise KeyboardInterrupt(signal.Signals(number).name)


def _say_that_it_ends(*_: object) -> None:
    os.write(STDERR, ENDING)
