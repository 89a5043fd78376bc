"""Kills runs that write, at random moments: `python -m tests.hostile.kills [COUNT] [SEED]`.

Each row is a run with one process or two, ended by a signal: what became of its record, whether `report` makes the same
decision of it, whether the ledger names all that is left at the provider, and what `--clean-up` leaves. Ends with 1
where one of them is not as it has to be.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from reference_provider import Reference, serve
from tests.runs.provider_files import provider_of, without, written
from tests.runs.suite_process import ROOT, own_environment

COUNT, SEED = 50, 1
LONGEST_S = 9.0  # how long such a run takes, about
SCOPE = ("--section", "Project", "--section", "Agent", "-q")
BETWEEN_TWO_S = 0.3
ENDS_WITHIN_S = 60
TRACE = "Traceback (most recent call last)"

WAYS: dict[str, tuple[signal.Signals, ...]] = {
    "SIGKILL": (signal.SIGKILL,),
    "SIGTERM": (signal.SIGTERM,),
    "SIGINT": (signal.SIGINT,),
    "SIGTERM twice": (signal.SIGTERM, signal.SIGTERM),
    "SIGINT twice": (signal.SIGINT, signal.SIGINT),
}


@dataclass(frozen=True)
class Killed:
    """What became of a run that was killed, and what is wrong with it."""

    way: str
    workers: int
    after_s: float
    exit_status: int
    lines: int
    report_status: int
    pending: int
    problems: tuple[str, ...]

    def row(self) -> str:
        """Return the row of the table."""
        told = "; ".join(self.problems) or "as it has to be"
        left = f"{self.lines:5} lines  report {self.report_status}  {self.pending:2} in the ledger"
        started = f"{self.way:13}  {self.workers} processes  {self.after_s:4.1f} s"
        return f"{started}  exit {self.exit_status:3}  {left}  {told}"


def things(reference: Reference) -> int:
    """Return how many projects and agents there are at the provider, whoever has them."""
    return sum(len(account.projects) + len(account.agents) for account in reference._service.world.accounts)


def killed(way: str, workers: int, after_s: float) -> Killed:
    """Start a run, kill it, and look at what is left."""
    with TemporaryDirectory() as name, serve() as reference:
        folder, before = Path(name), things(reference)
        file = written(folder / "provider.toml", without("states")(provider_of(reference)))
        words = ["run", "--provider", file, *SCOPE, *(["-n", str(workers)] if workers > 1 else [])]
        status = run_and_kill(folder, words, WAYS[way], after_s)
        record, ledger = folder / "reports" / "verdicts.jsonl", folder / "reports" / "ledger.jsonl"
        problems = [*record_problems(record, way)]
        terminal = (folder / "terminal.txt").read_text(errors="replace")
        problems += ["a traceback"] if TRACE in terminal else []
        report = command(folder, "report", str(record), "--reports", str(folder / "again")) if record.exists() else None
        if report and way != "SIGKILL" and status != report.returncode:
            problems.append(f"the run ended with {status}")
        is_cut = record.exists() and '"kind": "footer"' not in record.read_text(errors="replace")
        if report and is_cut and report.returncode != 6:
            problems.append("a cut record decides")
        pending = len(ledger.read_text().splitlines()) if ledger.exists() else 0
        if way != "SIGKILL" and ledger.exists() and things(reference) == before:
            problems.append("a ledger of nothing")
        problems += clean_up_problems(folder, file, ledger, things(reference) - before, reference, before)
        lines = len(record.read_bytes().splitlines()) if record.exists() else 0
        return Killed(way, workers, after_s, status, lines, report.returncode if report else 0, pending, (*problems,))


def run_and_kill(folder: Path, words: Sequence[str], signals: Sequence[signal.Signals], after_s: float) -> int:
    """Run a command in a process group of its own, send it signals, as a terminal or a CI server does; its status."""
    with (folder / "terminal.txt").open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "talkstack_contract", *words],
            cwd=folder,
            env={**own_environment(), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        with suppress(subprocess.TimeoutExpired):
            return process.wait(after_s)
        for each in signals:
            if process.poll() is None:
                kill = os.kill if each is signal.SIGTERM else os.killpg
                kill(process.pid, each)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(BETWEEN_TWO_S)
        return process.wait(ENDS_WITHIN_S)


def record_problems(record: Path, way: str) -> Sequence[str]:
    """Say what is wrong with a record: a line that is cut, but for the last one after SIGKILL, or no footer."""
    if not record.exists():
        return []
    text = record.read_text(errors="replace")
    whole, _, rest = text.rpartition("\n")
    problems = [] if way == "SIGKILL" or not rest else ["the last line is cut"]
    kinds = []
    for line in whole.splitlines():
        try:
            kinds.append(json.loads(line)["kind"])
        except ValueError:
            problems.append("a line is no JSON")
    if way != "SIGKILL" and kinds[-1:] != ["footer"]:
        problems.append("no footer")
    return problems


def clean_up_problems(
    folder: Path, file: str, ledger: Path, left: int, reference: Reference, before: int
) -> Sequence[str]:
    """Say what is wrong after a clean-up: something is left at the provider that nobody was told of."""
    if not ledger.exists():
        return [f"{left} things are left, and no ledger"] if left else []
    first = command(folder, "clean-up", str(ledger), "--provider", file)
    is_told = "it is not known what came of the request" in first.stdout
    if first.returncode not in (0, 6) or (first.returncode == 6 and not is_told):
        return [f"the clean-up ended with {first.returncode}: {first.stdout[-200:]}"]
    remaining = things(reference) - before
    return [f"{remaining} things are left that no ledger names"] if remaining and not is_told else []


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours."""
    line = [sys.executable, "-m", "talkstack_contract", *words]
    environment = {**own_environment(), "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def main(words: Sequence[str]) -> int:
    """Print the table; return the exit status."""
    count = int(words[0]) if words else COUNT
    random = Random(int(words[1]) if len(words) > 1 else SEED)
    is_wrong = False
    for number in range(count):
        way = list(WAYS)[number % len(WAYS)]
        row = killed(way, 1 + number // len(WAYS) % 2, random.uniform(0.5, LONGEST_S))
        is_wrong |= bool(row.problems)
        print(row.row(), flush=True)
    return int(is_wrong)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main(sys.argv[1:]))
