"""Signals that end a run: the first one ends it in order, and no later one keeps it from telling how it ended."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
ENDING = b"\nthe run is ending: what it made is taken back, and the reports are written\n"
STDERR = 2

_asked: list[str] = []
_is_noting: list[bool] = []


def end_at_the_first_signal() -> Callable[[], None]:
    """Have signals raise KeyboardInterrupt, until `hold_off_signals` is called.

    Returns what brings back the handlers that were there before. Python takes signals in the main thread only.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    _asked.clear()
    _is_noting.clear()
    before = {each: signal.getsignal(each) for each in SIGNALS}
    _handle(_interrupt)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    return restore


def check_signals() -> None:
    """Raise KeyboardInterrupt again for a signal whose first one was lost, as in a callback of the collector."""
    if _asked:
        raise KeyboardInterrupt(_asked[0])


def note_signals() -> None:
    """Only note a signal from now on, until what `noting_signals` guards is over.

    An interrupt while a session starts makes pytest skip the hooks that finish it.
    """
    _is_noting.append(True)


@contextmanager
def noting_signals() -> Iterator[None]:
    """Only note a signal while code is imported and parsed, which it would break, then raise KeyboardInterrupt."""
    note_signals()
    try:
        yield
    finally:
        _is_noting.clear()
    check_signals()


def hold_off_signals() -> None:
    """Let no signal raise any more, but say that the run is ending: it does already, or has ended."""
    if threading.current_thread() is threading.main_thread():
        _handle(_say_that_it_ends)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    for each in SIGNALS:
        signal.signal(each, handler)


def _interrupt(number: int, _: FrameType | None) -> None:
    _asked.append(signal.Signals(number).name)
    if len(_asked) > 1:
        _say_that_it_ends()
    elif not _is_noting:
        raise KeyboardInterrupt(_asked[0])


def _say_that_it_ends(*_: object) -> None:
    os.write(STDERR, ENDING)
