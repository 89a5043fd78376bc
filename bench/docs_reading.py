"""What reading docs costs: `python -m bench.docs_reading`.

Reads 1,000 pages of an invented API in each of its renderings, and prints pages, characters and seconds of one core.
Ends with 1 where it takes 30 s or more.
"""

from __future__ import annotations

import sys
import time
from itertools import cycle, islice

from talkstack_contract.docs.reading import read_facts
from tests.docs.greenhouse import PAGES
from tests.docs.renderings import RENDERINGS, rendered

COUNT = 1_000
LIMIT_S = 30.0


def seconds_for(texts: list[str]) -> float:
    """Return how long one core reads these pages."""
    started = time.process_time()
    for text in texts:
        read_facts(text, "page")
    return time.process_time() - started


def main() -> int:
    """Print the table; return the exit status."""
    slowest_s = 0.0
    for rendering in RENDERINGS:
        texts = [*islice(cycle(rendered(page, rendering) for page in PAGES), COUNT)]
        spent_s = seconds_for(texts)
        slowest_s = max(slowest_s, spent_s)
        print(f"{rendering:9} {COUNT} pages, {sum(map(len, texts)):9,} characters, {spent_s:5.1f} s of CPU")
    print(f"slowest: {slowest_s:.1f} s, limit {LIMIT_S:.0f} s")
    return int(slowest_s >= LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
