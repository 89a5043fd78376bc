"""Whether what a provider sends costs time in proportion to its length: `python -m bench.linear_time`.

Texts that are made to take long, each at one length and at twice that length: searched for server internals, redacted,
and written into a curl line. Prints the ratio of the CPU times. Ends with 1 where one is above the limit.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

from talkstack_contract.judging.checks import INTERNALS as SERVER_INTERNALS
from talkstack_contract.judging.checks import INTERNALS_SEARCHED
from talkstack_contract.provider.curl_line import curl_of
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets, without_secret_keys
from tests.unit.spiteful import IN_BODIES, IN_ERRORS, SECRETS
from tests.unit.test_curl_line import request
from tests.unit.test_evidence import posted

LIMIT = 3.0  # of the ratio: 2 is linear, 4 is quadratic
SHORTEST_S = 0.02  # of a measured time: below it a clock says little, so the work is repeated
LENGTH = 32_768


def searched(text: str) -> None:
    """Look for what an error must not show."""
    for pattern in SERVER_INTERNALS.values():
        re.search(pattern, text)


def redacted(text: str) -> None:
    """Make evidence of a body, and take the secrets out of it."""
    secrets = Secrets([(value, name) for name, value in SECRETS.items()])
    evidence_of(posted(text.encode(), text.encode()), secrets)
    secrets.redacted(without_secret_keys(text))


def repeated(text: str) -> None:
    """Write the line that repeats a request."""
    curl_of(request(text.encode()), Secrets([(value, name) for name, value in SECRETS.items()]))


WORKS: dict[str, tuple[Callable[[str], None], dict[str, str], int]] = {
    "search for internals": (searched, IN_ERRORS, INTERNALS_SEARCHED // 2),
    "redaction": (redacted, IN_BODIES, LENGTH),
    "curl line": (repeated, IN_BODIES, LENGTH),
}


def seconds(work: Callable[[str], None], text: str) -> float:
    """Return how long a work takes on this machine, repeated until the clock can tell."""
    count, spent = 1, 0.0
    while True:
        started = time.process_time()
        for _ in range(count):
            work(text)
        spent = time.process_time() - started
        if spent >= SHORTEST_S:
            return spent / count
        count *= 2


def main() -> int:
    """Print the table; return the exit status."""
    worst = 0.0
    for name, (work, pieces, length) in WORKS.items():
        for which, piece in pieces.items():
            long = (piece * (2 * length // len(piece) + 1))[: 2 * length]
            once, twice = (
                min(seconds(work, long[:length]) for _ in range(3)),
                min(seconds(work, long) for _ in range(3)),
            )
            worst = max(worst, twice / once)
            print(f"{name:20}  {which:24}  {once * 1000:8.2f} ms  {twice * 1000:8.2f} ms  x {twice / once:.1f}")
    print(f"worst: x {worst:.1f} for twice the length, limit x {LIMIT:.1f}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
