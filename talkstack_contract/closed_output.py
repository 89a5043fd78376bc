"""An output whose reader has gone, as of `talkstack-contract run | head -1`: nothing is written to it any more."""

from collections.abc import Callable
from typing import TextIO


class Guarded:
    """A text stream that tells once when nobody reads it any more, and takes all that is written after."""

    def __init__(self, stream: TextIO, tell: Callable[[], None]) -> None:
        self._stream, self._tell, self._is_closed = stream, tell, False

    def write(self, text: str) -> int:
        """Write a text, or nothing where nobody reads."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Hand over what was written."""
        self._try(self._stream.flush)

    def _try(self, act: Callable[[], object]) -> None:
        if self._is_closed:
            return
        try:
            act()
        except BrokenPipeError:
            self._is_closed = True
            self._tell()

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)
