"""Runs of the contract suite, each as a process of its own: `python -m pytest tests/contract ...`.

They test one operation only, unless `contract` names another contract. What is only waited for is a fork of a process
that has done the importing, see `warm_runs.py`; what is signalled, or run in another checkout, is started as a user
starts it.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from signal import SIG_DFL, SIGINT, SIGKILL, Signals, signal
from typing import Any

import pytest

from talkstack_contract.provider_options import SETTINGS_FILE
from tests.detection.warm_runs import PATIENCE_S, WarmRuns
from tests.unit.small_contract import small_contract

ROOT = Path(__file__).resolve().parents[2]
WHOLE_API = ROOT / "schemas"
WHOLE = "tests/contract"
CASE = f"{WHOLE}/test_documented.py::test_case"

WORKERS = pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one-process", "two-workers"])

LOOK_AGAIN_S = 0.02

# A fork finds the plugins imported already, and pytest would warn that it cannot rewrite their assertions.
QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")

# Settings of the surrounding run or shell, which must not reach the runs that are judged. Without byte code, each run
# would compile every plugin again.
_FOREIGN = re.compile(r"(TALKSTACK|PYTEST|GITHUB)_.*|.*_proxy|NETRC|PYTHONDONTWRITEBYTECODE", re.IGNORECASE)

Line = dict[str, Any]


@dataclass(frozen=True)
class Finished:
    """A run that has ended: its exit status, all that stood in its terminal, and the lines of its `verdicts.jsonl`."""

    exit_status: int
    terminal: str
    reports: Path
    lines: tuple[Line, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """Each verdict by `case/clause`."""
        return {line["id"].partition("/")[2]: line["verdict"] for line in self.lines if line["kind"] == "verdict"}

    @property
    def footer(self) -> Line:
        """The footer; empty where the run was cut before it could write one."""
        return next((line for line in self.lines if line["kind"] == "footer"), {})

    @property
    def decision(self) -> tuple[int, str]:
        """The exit status and the decision, once it is sure that record and terminal tell the same."""
        word = str(self.footer.get("decision", ""))
        assert self.last_line.startswith(f"{word}  "), self.terminal[-3000:]
        return self.exit_status, word

    @property
    def last_line(self) -> str:
        return self.terminal.strip().rpartition("\n")[2]

    @property
    def told(self) -> str:
        """The terminal without its last line, which repeats the reason for a decision."""
        return self.terminal.strip().rpartition("\n")[0]

    def of(self, *clauses: str) -> list[str]:
        """The verdicts of these clauses."""
        return [self.verdicts.get(clause, "") for clause in clauses]

    def violated(self) -> list[str]:
        return sorted(clause for clause, given in self.verdicts.items() if given == "violated")


@dataclass(frozen=True)
class Running:
    """A run that may still be going on. It leads a process group of its own, as under a terminal."""

    process: subprocess.Popen[bytes]
    terminal: Path
    reports: Path

    def signal(self, number: Signals) -> None:
        self.process.send_signal(number)

    def signal_all(self, number: Signals) -> None:
        """Signals the workers too, as Ctrl-C does, and a machine that is switched off."""
        os.killpg(self.process.pid, number)

    def finished(self) -> Finished:
        """Waits for its end."""
        return _finished(self.process.wait(PATIENCE_S), self.terminal, self.reports)

    def wait_for_verdict(self, clause: str) -> None:
        """Waits until the record holds it: a worker may be further on than the process that writes."""
        record, pause = self.reports / "verdicts.jsonl", threading.Event()
        for _ in range(int(PATIENCE_S / LOOK_AGAIN_S)):
            if f"/{clause}" in record.read_text():
                return
            pause.wait(LOOK_AGAIN_S)
        raise TimeoutError(f"no verdict for {clause}")


def run_suite(folder: Path, *words: str, **where: Any) -> Finished:
    """Runs the suite with these words to its end; reports and terminal stay in `folder`. Takes what `started` takes."""
    if "root" in where:
        with started(folder, *words, **where) as running:
            return running.finished()
    return _run_warm(folder, *words, **where)


def _run_warm(
    folder: Path,
    *words: str,
    places: Sequence[str] = (WHOLE,),
    environment: Mapping[str, str] | None = None,
    contract: Path | None = None,
) -> Finished:
    terminal, given = folder / "terminal.txt", {**own_environment(), **(environment or {})}
    words = (*_provider(words, given), *words)
    status = _warm_runs().run([*places, *_options(folder, contract), *QUIET, *words], terminal, given)
    return _finished(status, terminal, folder / "reports")


def _provider(words: Sequence[str], environment: Mapping[str, str]) -> tuple[str, ...]:
    """Names the reference provider to a run that names none: it would read a provider file of the checkout."""
    if "--provider" in words:
        return ()
    if "--base-url" not in words and "PYTEST_BASE_URL" not in environment:
        return "--provider", "reference"
    assert not (ROOT / SETTINGS_FILE).exists(), f"{SETTINGS_FILE} of the checkout would be read; move it away"
    return ()


@cache
def _warm_runs() -> WarmRuns:
    """The starter of the runs of this process, which ends with it."""
    runs = WarmRuns(ROOT, own_environment())
    atexit.register(runs.close)
    return runs


def _options(folder: Path, contract: Path | None) -> list[str]:
    options = ["--reports", str(folder / "reports"), "-o", f"cache_dir={folder / 'cache'}"]
    return [*options, "--contract", str(contract or small_contract())]


def _finished(status: int, terminal: Path, reports: Path) -> Finished:
    told = terminal.read_text(errors="replace")
    if re.search(r"(?m)^reports: .*/partial$", told):
        reports = reports / "partial"
    record = reports / "verdicts.jsonl"
    lines = record.read_text().splitlines() if record.is_file() else []
    return Finished(status, told, reports, tuple(json.loads(line) for line in lines))


@contextmanager
def started(
    folder: Path,
    *words: str,
    places: Sequence[str] = (WHOLE,),
    environment: Mapping[str, str] | None = None,
    contract: Path | None = None,
    root: Path = ROOT,
) -> Iterator[Running]:
    """A run that is ended with the block, if it has not ended before."""
    reports, terminal = folder / "reports", folder / "terminal.txt"
    given = {**own_environment(), **(environment or {})}
    named = _provider(words, given) if root == ROOT else ()
    command = [sys.executable, "-m", "pytest", *places, *_options(folder, contract), *named, *words]
    with terminal.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # A shell that starts a job in the background has it ignore Ctrl-C, and what it starts inherits that.
            preexec_fn=lambda: signal(SIGINT, SIG_DFL),
        )
    try:
        yield Running(process, terminal, reports)
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, SIGKILL)
        process.wait(PATIENCE_S)


def own_environment() -> dict[str, str]:
    """The environment of a run that is judged: without what concerns another run."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.fullmatch(name)}


def checkout(root: Path) -> Path:
    """A copy of what a run of the suite needs."""
    for folder in ("schemas", "talkstack_contract", "reference_provider", WHOLE):
        shutil.copytree(ROOT / folder, root / folder)
    for file in ("conftest.py", "pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / file, root / file)
    return root


def times_told(text: str, run: Finished) -> int:
    """How many lines of the terminal say so, the last line aside."""
    return sum(text in line for line in run.told.splitlines())
