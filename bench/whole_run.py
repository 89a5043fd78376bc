"""What all verdicts cost: `python -m bench.whole_run`.

Runs the suite against the embedded reference provider, whole and without generated requests, and prints requests for
each operation, seconds, these as a ratio to the bare sending of the same requests, the start-up as a ratio to that of
an empty suite that collects Schemathesis on the same contract, peak memory, and the size of report.html.

Ends with 1 where a bound is missed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from reference_provider import serve

ROOT = Path(__file__).resolve().parents[1]
WHOLE, DOCUMENTED, START_UP = 6.0, 4.0, 1.5  # ratios
SECONDS, PEAK_MB, REPORT_MB = 10.0, 150, 2.5
EMPTY_SUITE = """\
import schemathesis

schema = schemathesis.openapi.from_path({path!r})


@schema.parametrize()
def test_nothing(case):
    pass
"""


@dataclass(frozen=True)
class Measured:
    """What one process took, and the lines of its record."""

    seconds: float
    peak_mb: float
    lines: list[dict[str, Any]]

    @property
    def exchanges(self) -> list[dict[str, Any]]:
        """The exchanges of the record."""
        return [line for line in self.lines if line["kind"] == "exchange"]


def process(folder: Path, *words: str) -> tuple[float, float]:
    """Run a command of Python once, and return its seconds and its peak memory in MB."""
    started = time.perf_counter()
    quiet = subprocess.DEVNULL
    made = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=folder,
        stdout=quiet,
        stderr=quiet,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    _, _, usage = os.wait4(made.pid, 0)
    return time.perf_counter() - started, usage.ru_maxrss / 1000


def run(folder: Path, *words: str) -> Measured:
    """Run the suite once against the embedded reference provider."""
    seconds, peak_mb = process(folder, "talkstack_contract", "run", "--provider", "reference", "-q", *words)
    text = max(folder.glob("reports/**/verdicts.jsonl"), key=lambda path: path.stat().st_mtime).read_text("ascii")
    return Measured(seconds, peak_mb, [json.loads(line) for line in text.splitlines()])


def replay_seconds(exchanges: list[dict[str, Any]], count: int) -> float:
    """Return how long `count` of these requests take that nobody judges."""
    with serve() as reference, requests.Session() as session:
        key = {"x-api-key": reference.accounts["an active project"].api_key}
        started = time.perf_counter()
        for each in islice(cycle(exchanges), count):
            address = urlsplit(each["url"])
            url = f"{reference.base_url}{address.path}{f'?{address.query}' if address.query else ''}"
            body = (each.get("request_body") or "").encode(errors="replace")
            session.request(each["method"], url, headers=key, data=body)
        return time.perf_counter() - started


def told(name: str, measured: Measured, limit: float) -> bool:
    """Print what a run took, and tell whether it is within its bound."""
    footer = measured.lines[-1]
    count = footer["requests"] + footer["generated_requests"]
    ratio = measured.seconds / replay_seconds(measured.exchanges, count)
    print(
        f"{name}: {count} requests in {measured.seconds:.1f} s, {ratio:.1f} times their bare sending, limit {limit:.0f}"
    )
    return ratio <= limit


def start_up(folder: Path) -> bool:
    """Print what a start takes, bytecode warm, and tell whether it is within its bound."""
    (folder / "test_empty.py").write_text(EMPTY_SUITE.format(path=str(ROOT / "schemas" / "openapi.yaml")), "utf-8")
    ours = ["talkstack_contract", "run", "--provider", "reference", "--collect-only", "-q"]
    empty = ["pytest", "-q", "--collect-only", "-p", "no:cacheprovider", "test_empty.py"]
    ours_s, empty_s = (min(process(folder, *words)[0] for _ in range(3)) for words in (ours, empty))
    print(f"start-up: {ours_s:.2f} s, {ours_s / empty_s:.2f} times an empty suite with Schemathesis, limit {START_UP}")
    return ours_s / empty_s <= START_UP


def main() -> int:
    """Print the table; return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        is_quick = start_up(folder)
        whole = run(folder)
        report_mb = (folder / "reports" / "report.html").stat().st_size / 1e6
        documented = run(folder, "-k", "not test_generated")
    sent = Counter(line["id"].partition("/")[0] for line in documented.exchanges)
    for operation, count in sent.most_common():
        print(f"{count:5}  {operation}")
    average = len(documented.exchanges) / len(sent)
    print(f"{average:.1f} requests on record for an operation on average, generated ones apart")
    within = [told("whole run", whole, WHOLE), told("without generated requests", documented, DOCUMENTED), is_quick]
    print(f"peak memory {whole.peak_mb:.0f} MB, limit {PEAK_MB}; report.html {report_mb:.2f} MB, limit {REPORT_MB}")
    within += [whole.seconds <= SECONDS, whole.peak_mb <= PEAK_MB, report_mb <= REPORT_MB]
    return int(not all(within))


if __name__ == "__main__":
    sys.exit(main())
