"""How much a run asks, and how fast: budget, pace, pauses, Retry-After, and requests at a time over all its processes.

A run of one process keeps the account in memory, one with workers in a file that is locked for each entry.
"""

import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import cycle
from pathlib import Path

from talkstack_contract.errors import Blocked
from talkstack_contract.model import Exchange
from talkstack_contract.provider.settings import Limits

TOO_MANY = 429  # RFC 6585, 4: says nothing of the operation, and when to ask again
PAUSES = 12  # deadlines that all pauses of a run may last together: two minutes, unless the settings say otherwise
MARGIN = 1.05  # on the time between two requests: on their way one may be late, and the next one not
LOOKS_AGAIN_S = 0.002  # how often a process looks whether a lock is free
_ENTRY = struct.Struct("<Qdd")


@dataclass
class Spent:
    """What a run has used up; `last_at` is when the last request left, by a clock that all its processes share."""

    requests: int = 0
    paused_s: float = 0.0
    last_at: float = 0.0


class Account:
    """The account of a run of one process; two threads may ask at once. `places` is how many may be under way."""

    def __init__(self, places: int | None = None) -> None:
        self._lock = threading.Lock()
        self._spent = Spent()
        self._places = threading.Semaphore(places) if places else None

    @contextmanager
    def open(self) -> Iterator[Spent]:
        """Hand out the account, and let nobody else have it meanwhile."""
        with self._lock:
            yield self._spent

    def requests(self) -> int:
        """Return how many requests have been sent, by all processes of the run."""
        with self.open() as spent:
            return spent.requests

    def place(self) -> AbstractContextManager[object]:
        """Wait until there is room for one more request under way."""
        return self._places or nullcontext()


class SharedAccount(Account):
    """The account of a run with workers, in a folder of the run's own."""

    def __init__(self, folder: Path, places: int | None = None) -> None:
        from filelock import FileLock  # only a run with workers needs it

        super().__init__()
        self._file = folder / "spent"
        self._among_processes = FileLock(folder / "lock")
        self._all_places = [folder / f"place-{number}" for number in range(places or 0)]

    @contextmanager
    def open(self) -> Iterator[Spent]:
        """Hand out the account, and let no other process have it meanwhile."""
        with self._lock, self._among_processes.acquire(poll_interval=LOOKS_AGAIN_S):
            spent = Spent(*_ENTRY.unpack(self._file.read_bytes())) if self._file.exists() else Spent()
            try:
                yield spent
            finally:
                self._file.write_bytes(_ENTRY.pack(spent.requests, spent.paused_s, spent.last_at))

    def place(self) -> AbstractContextManager[object]:
        """Wait until there is room for one more request under way, in whatever process."""
        return self._free_place() if self._all_places else nullcontext()

    @contextmanager
    def _free_place(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        for path in cycle(self._all_places):
            lock = FileLock(path)
            with suppress(Timeout):
                lock.acquire(timeout=LOOKS_AGAIN_S, poll_interval=LOOKS_AGAIN_S)
                break
        try:
            yield
        finally:
            lock.release()


class Pace:
    """Lets requests through within the limits of the settings."""

    def __init__(
        self, limits: Limits, account: Account, clock: Callable[[], float], wait: Callable[[float], None]
    ) -> None:
        self._limits, self._account, self._clock, self._wait = limits, account, clock, wait

    def let_through(self, *, is_taking_back: bool) -> None:
        """Take one more request from the budget, and wait for its time. Raises `Blocked` where the budget is used up.

        What takes something back is let through all the same.
        """
        with self._account.open() as spent:
            if spent.requests >= self._limits.requests and not is_taking_back:
                raise Blocked(f"the budget of {self._limits.requests} requests is used up (limits.requests)")
            spent.requests += 1
            if rate := self._limits.requests_per_second:
                self._wait(max(0.0, spent.last_at + MARGIN / rate - self._clock()))
                spent.last_at = self._clock()

    def place(self) -> AbstractContextManager[object]:
        """Wait until there is room for one more request under way."""
        return self._account.place()

    def pause(self, seconds: float) -> None:
        """Wait as a provider asked us to, and let nobody ask meanwhile.

        Never longer than an exchange may take, and all pauses of a run together never longer than `PAUSES` of them.
        """
        limit_s = self._limits.exchange_s
        with self._account.open() as spent:
            wait_s = min(max(seconds, 0.0), limit_s, PAUSES * limit_s - spent.paused_s)
            spent.paused_s += wait_s
            self._wait(wait_s)


def retry_after_s(exchange: Exchange) -> float:
    """Return how many seconds an answer asks to wait, by its Retry-After: seconds or a date (RFC 9110, 10.2.3).

    The date is held against that of the answer itself: no clock of ours has to be right. 0 where nothing is said.
    """
    given = exchange.header("Retry-After") or ""
    if given.isascii() and given.isdigit():
        return float(given)
    then, now = _date(given), _date(exchange.header("Date") or "")
    return max((then - now).total_seconds(), 0.0) if then and now else 0.0


def _date(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError, TypeError):  # a date may be past the calendar
        date = parsedate_to_datetime(text)
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    return None
