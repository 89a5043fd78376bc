"""Lays faults on the responses of Prometheus, and prints which clause catches each.

`python -m examples.prometheus.faults [part of a name ...]`. A proxy stands in front of the server. For each fault it
changes the responses, and one case is tested: the one whose response the fault changes. The exit status is 0 if each
fault is caught by the clause that it breaks, and where the contract promises nothing, by none.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from examples.prometheus.fault_table import FAULTS, Fault
from examples.prometheus.proxy import proxy, unchanged
from examples.prometheus.run import command
from examples.prometheus.server import prometheus

DECIDED = (0, 1)  # exit statuses of a run in which nothing was blocked


@dataclass(frozen=True)
class Row:
    """What became of a fault: the clauses that caught it, each with its requirement level."""

    fault: Fault
    caught_by: tuple[str, ...]
    exit_status: int

    @property
    def is_as_expected(self) -> bool:
        """Tell whether the clause that the fault breaks caught it, or none where none is promised."""
        names = [each.partition(" ")[0] for each in self.caught_by]
        is_caught = self.fault.clause in names if self.fault.clause else not names
        return is_caught and self.exit_status in DECIDED

    def cells(self) -> tuple[str, str, str]:
        """Return the fault, the case, and what caught it or why nothing has to."""
        told = ", ".join(self.caught_by) or (f"not promised: {self.fault.unpromised}" if self.fault.unpromised else "-")
        return self.fault.name, self.fault.case, told if self.is_as_expected else f"UNEXPECTED  {told}"


def violated(record: Path) -> Iterator[str]:
    """Yield the violated clauses of a run, each with its requirement level."""
    for line in map(json.loads, record.read_text(encoding="utf-8").splitlines()):
        if line["kind"] == "verdict" and line["verdict"] == "violated":
            yield f"{line['id'].rpartition('/')[2]} ({line['level']})"


def rows(faults: Sequence[Fault], folder: Path) -> Iterator[Row]:
    """Test the case of each fault while it is on."""
    with prometheus(folder) as server, proxy(server.url) as between:
        for fault in faults:
            reports = folder / "reports"
            options = ["--only", fault.case, "--reports", str(reports), "-q"]
            between.change = fault.change
            run = subprocess.run(command(server, between.url, folder, options), capture_output=True, check=False)
            between.change = unchanged
            yield Row(fault, tuple(violated(reports / "verdicts.jsonl")), run.returncode)


def main(words: Sequence[str]) -> int:
    """Print the table, of the faults whose names hold one of the words; without words, of all."""
    faults = [each for each in FAULTS if not words or any(word in each.name for word in words)]
    found = []
    with TemporaryDirectory() as name:
        for row in rows(faults, Path(name)):
            print(f"| {' | '.join(row.cells())} |", flush=True)
            found.append(row)
    caught = sum(bool(row.fault.clause) and row.is_as_expected for row in found)
    free = sum(not row.fault.clause and row.is_as_expected for row in found)
    print(f"{caught} of {sum(bool(each.clause) for each in faults)} faults caught, {free} changes break no promise")
    return int(not all(row.is_as_expected for row in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
