"""What all verdicts cost: `python -m bench.whole_run`.

Runs the deterministic part of the suite (no generated requests, no workflows) against the embedded reference provider,
and prints requests per operation, seconds, and the seconds as a ratio to the bare sending of as many requests.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import requests

from reference_provider import serve

ROOT = Path(__file__).resolve().parents[1]


def lines_of_run(folder: Path) -> list[dict[str, Any]]:
    """Run the suite once, and return the lines of its record."""
    words = ["tests/contract/test_documented.py", "-q", "-p", "no:cacheprovider", "--reports", str(folder)]
    words += ["--provider", "reference"]
    subprocess.run([sys.executable, "-m", "pytest", *words], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    return [
        json.loads(line) for line in (folder / "partial" / "verdicts.jsonl").read_text(encoding="ascii").splitlines()
    ]


def bare_seconds(count: int) -> float:
    """Return how long `count` requests take that nobody judges."""
    with serve() as reference, requests.Session() as session:
        account = reference.accounts["an active project"]
        started = time.perf_counter()
        for _ in range(count):
            session.get(f"{reference.base_url}/user/get-active-project", headers={"x-api-key": account.api_key})
        return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        lines = lines_of_run(Path(folder))
    wall_s = time.perf_counter() - started
    header, footer = lines[0], lines[-1]
    sent = Counter(line["id"].partition("/")[0] for line in lines if line["kind"] == "exchange")
    for operation, count in sent.most_common():
        print(f"{count:5}  {operation}")
    operations, total = header["contract"]["operations"], sum(sent.values())
    print(f"\n{total} requests to {operations} operations, {total / operations:.1f} on average")
    print(f"{footer['requests']} requests with those that set states up and take them back")
    print(f"{footer['seconds']:.1f} s of asking and judging, {wall_s:.1f} s with start and end of the process")
    print(f"{footer['seconds'] / bare_seconds(footer['requests']):.1f} times the bare sending of as many requests")


if __name__ == "__main__":
    main()
