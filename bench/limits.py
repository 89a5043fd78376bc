"""Whether the limits of a run hold at the provider: `python -m bench.limits`.

Runs the suite with one, two and four workers against a provider on this machine that notes when each request comes,
with a pace, a budget (what takes something back is let through beyond it) and a number of requests at once. Ends with 1
where one of them is exceeded: by more than one request in any second, by any request of the budget, or by any request
under way.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reference_provider import serve
from tests.detection.mutating_proxy import Answer, Forward, Request, serve_proxy
from tests.runs.provider_files import provider_of, written

ROOT = Path(__file__).resolve().parents[1]
PER_SECOND, BUDGET, AT_ONCE = 20, 300, 2
WORKERS = (1, 2, 4)
LATENCY_S = 0.02


@dataclass
class Noted:
    """When each request came, how many of them took something back, and the most that were under way at once."""

    times_s: list[float] = field(default_factory=list)
    taking_back: int = 0
    under_way: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def relay(self, request: Request, forward: Forward) -> Answer:
        """Note a request and pass it on."""
        with self.lock:
            self.times_s.append(time.monotonic())
            self.taking_back += any("/clean-up-" in str(each) or "/teardown-" in str(each) for each in request.headers)
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        time.sleep(LATENCY_S)
        answer = forward(request)
        with self.lock:
            self.under_way -= 1
        return answer


def most_in_a_second(times_s: Sequence[float]) -> int:
    """Return the most requests that came in any second."""
    ordered = sorted(times_s)
    return max(sum(start <= each < start + 1 for each in ordered[at:]) for at, start in enumerate(ordered))


def noted(workers: int, limits: dict[str, float]) -> Noted:
    """Run the suite once with these limits, and return what its provider noted."""
    found = Noted()
    with (
        tempfile.TemporaryDirectory() as name,
        serve() as reference,
        serve_proxy(reference.base_url, found.relay) as proxy,
    ):
        given = {**provider_of(reference, proxy.base_url), "limits": limits, "calls_base_url": proxy.base_url}
        given.pop("states")
        file = written(Path(name) / "provider.toml", given)
        words = ["tests/contract", "-q", "-p", "no:cacheprovider", "--provider", file, "--reports", f"{name}/reports"]
        words += ["-n", str(workers)] if workers > 1 else []
        subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    return found


def main() -> int:
    """Print the table; return the exit status."""
    exceeded = False
    print("workers  most in a second  budget used  most at once")
    for workers in WORKERS:
        paced = most_in_a_second(noted(workers, {"requests_per_second": PER_SECOND, "requests": 100}).times_s)
        spent = noted(workers, {"requests": BUDGET})
        used = len(spent.times_s) - spent.taking_back
        at_once = noted(workers, {"requests_at_once": AT_ONCE, "requests": BUDGET}).most
        exceeded |= paced > PER_SECOND + 1 or used > BUDGET or at_once > AT_ONCE
        print(f"{workers:7}  {paced:8} of {PER_SECOND:4}  {used:4} of {BUDGET:4}  {at_once:4} of {AT_ONCE}")
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
