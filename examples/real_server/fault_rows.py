"""Tests the case of each fault while it is on, and prints which clause catches it."""

import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.real_server.changes import Fault
from examples.real_server.proxy import Proxy, as_sent, unchanged

DECIDED = (0, 1)  # exit statuses of a run in which nothing was blocked

Command = Callable[[str, Path, Sequence[str]], list[str]]


@dataclass(frozen=True)
class Row:
    """What became of a fault: the clauses that caught it, each with its requirement level."""

    fault: Fault
    caught_by: tuple[str, ...]
    exit_status: int

    @property
    def is_as_expected(self) -> bool:
        """Tell whether the clause that the fault breaks caught it, or none where none is promised or sees it."""
        names = [each.partition(" ")[0] for each in self.caught_by]
        is_caught = self.fault.clause in names if self.fault.clause else not names
        return is_caught and self.exit_status in DECIDED

    def cells(self) -> tuple[str, str, str]:
        """Return the fault, the case, and what caught it or why nothing does."""
        told = ", ".join(self.caught_by) or self._why_not()
        return self.fault.name, self.fault.case, told if self.is_as_expected else f"UNEXPECTED  {told}"

    def _why_not(self) -> str:
        return f"not promised: {self.fault.unpromised}" if self.fault.unpromised else "-"


def violated(record: Path) -> Iterator[tuple[str, str]]:
    """Yield the id and the requirement level of each violated clause of a run."""
    for line in map(json.loads, record.read_text(encoding="utf-8").splitlines()):
        if line["kind"] == "verdict" and line["verdict"] == "violated":
            yield line["id"], line["level"]


def rows(
    faults: Sequence[Fault],
    between: Proxy,
    folder: Path,
    command: Command,
    departures: frozenset[str] = frozenset(),
) -> Iterator[Row]:
    """Test the case of each fault while it is on; `departures` are clauses that the server violates by itself."""
    for fault in faults:
        reports = folder / "reports"
        options = ["--only", fault.case, "--reports", str(reports), "-q"]
        between.change, between.before, between.method = fault.change, fault.before, fault.method
        run = subprocess.run(command(between.url, folder, options), capture_output=True, check=False)
        between.change, between.before, between.method = unchanged, as_sent, ""
        found = [each for each in violated(reports / "verdicts.jsonl") if each[0] not in departures]
        yield Row(fault, tuple(f"{id_.rpartition('/')[2]} ({level})" for id_, level in found), run.returncode)


def named(faults: Sequence[Fault], words: Sequence[str]) -> list[Fault]:
    """Return the faults whose names hold one of the words; without words, all."""
    return [each for each in faults if not words or any(word in each.name for word in words)]


def print_table(found: Iterator[Row]) -> int:
    """Print each row when it is known, then the figures; return 0 where each fault is caught as expected."""
    seen = []
    for row in found:
        print(f"| {' | '.join(row.cells())} |", flush=True)
        seen.append(row)
    print(totals(seen))
    return int(not all(row.is_as_expected for row in seen))


def totals(found: Sequence[Row]) -> str:
    """Return how many faults were caught."""
    caught = sum(bool(row.fault.clause) and row.is_as_expected for row in found)
    free = sum(bool(row.fault.unpromised) and row.is_as_expected for row in found)
    promised = sum(not row.fault.unpromised for row in found)
    return f"{caught} of {promised} faults caught, {free} changes break no promise"
