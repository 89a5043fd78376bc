"""Runs of the suite that are measured: each is `pytest` on `tests/contract`, a process of its own, at our own provider.

A run asks the whole contract, or the small one of `getActiveProject`, where it takes a second.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reference_provider import Reference, serve
from tests.detection.mutating_proxy import Relay, serve_proxy
from tests.detection.warm_runs import WarmRuns
from tests.unit.small_contract import small_contract

ROOT = Path(__file__).resolve().parents[2]

# What a run asks: everything, one request per case, or what Schemathesis generates.
WHOLE = "tests/contract"
DOCUMENTED = f"{WHOLE}/test_documented.py"
GENERATED = f"{WHOLE}/test_generated.py"

ACCEPTED, REJECTED, INCONCLUSIVE = 0, 1, 6

# Long enough for a loopback on a busy machine, short enough that one that never answers does not hold the table up.
_LIMITS = "\n[limits]\nexchange_s = 2.0\n"

# Settings of the surrounding run or shell, which must not reach the runs that are measured.
_FOREIGN = ("TALKSTACK_", "PYTEST_", "GITHUB_")


Start = Callable[[str], Relay]
"""Gives the relay of one run, told where the provider is."""


@dataclass(frozen=True)
class Told:
    """What a run tells of one clause; `exchanges` are those that its verdict is read off."""

    strength: str
    verdict: str
    exchanges: tuple[str, ...]
    of_run: bool

    @property
    def is_found(self) -> bool:
        """Whether something is wrong: a broken promise, or no usable answer."""
        return self.verdict in ("violated", "blocked")


@dataclass(frozen=True)
class Run:
    """One run: what it decided, and what it tells of each clause by `operation/case/clause`."""

    exit_status: int
    told: Mapping[str, Told]
    is_complete: bool
    output: str

    @property
    def violated(self) -> frozenset[str]:
        return frozenset(clause for clause, told in self.told.items() if told.verdict == "violated")

    @property
    def found_something(self) -> bool:
        return bool(self.violated) or self.exit_status == INCONCLUSIVE

    @property
    def shown(self) -> str:
        """The heaviest violated clause, how many more there are, and the exit status."""
        return f"{self.heaviest(self.violated)}  {self.exit_status}"

    def heaviest(self, found: frozenset[str]) -> str:
        """The heaviest of these clauses, and how many more there are."""
        ranks = {"must": 0, "should": 1, "advice": 2}
        ordered = sorted(found, key=lambda clause: (ranks[self.told[clause].strength], clause))
        more = f" and {len(ordered) - 1} more" if ordered[1:] else ""
        return f"{ordered[0]}{more}" if ordered else "blocked"

    def violated_of(self, *strengths: str) -> list[str]:
        return sorted(clause for clause in self.violated if self.told[clause].strength in strengths)

    def problems(self, *expected: int) -> list[str]:
        """What is wrong with the run itself: it ended otherwise than expected, or was cut short."""
        if self.exit_status in expected and self.is_complete:
            return []
        due = " or ".join(map(str, expected))
        record = "complete" if self.is_complete else "incomplete"
        end = self.output[-2000:]
        return [f"exit status {self.exit_status}, not {due}; record {record}; the run ended with:\n{end}"]


@dataclass(frozen=True)
class Outcome:
    """What one line of a table shows; `good` is what the rate counts, `problems` what a test must not find."""

    name: str
    cells: tuple[str, ...]
    good: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """The suite as it is run here, with the whole contract and with the small one."""

    runs: WarmRuns
    settings: Path  # of pytest, in place of ours: without the pages, which nobody looks at here

    def run(self, folder: Path, *words: str, is_small: bool = False) -> Run:
        """Asks the provider of `provider.toml` in that folder; the reports stay in the folder."""
        reports, output = folder / "reports", folder / "output.txt"
        options = ["--provider", str(folder / "provider.toml"), "--reports", str(reports)]
        without = [word for name in ("cacheprovider", "html", "junitxml") for word in ("-p", f"no:{name}")]
        options += ["-c", str(self.settings), "--rootdir", str(ROOT), *without]
        words = (*words, *options, "-q", "--tb=no", "--disable-warnings")
        words += ("--contract", str(small_contract())) if is_small else ()
        exit_status = self.runs.run(words, output)
        return _read(exit_status, reports / "verdicts.jsonl", output.read_text())

    def run_with_faults(self, faults: Sequence[str], *words: str, is_small: bool = False) -> Run:
        """Asks the reference provider with these faults on."""
        with _provider(faults) as (folder, _):
            return self.run(folder, *words, is_small=is_small)

    def run_behind(self, start: Start, *words: str, is_small: bool = False) -> tuple[Run, list[str]]:
        """Asks with a proxy before each of the two hosts, and tells what broke inside the proxies."""
        with _provider() as (folder, reference), ExitStack() as stack:
            file, relay = folder / "provider.toml", start(reference.base_url)
            proxies = []
            for url in (reference.base_url, reference.calls_base_url):
                proxies.append(stack.enter_context(serve_proxy(url, relay)))
                file.write_text(file.read_text().replace(url, proxies[-1].base_url))
            run = self.run(folder, *words, is_small=is_small)
        return run, [f"the proxy broke: {failure}" for proxy in proxies for failure in proxy.failures]


_SETTINGS = f"[pytest]\naddopts = --import-mode=importlib\npythonpath = {ROOT}\n"


@contextmanager
def suite() -> Iterator[Suite]:
    """What every run here is made with."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with tempfile.TemporaryDirectory() as folder, WarmRuns(ROOT, environment) as runs:
        (settings := Path(folder, "pytest.ini")).write_text(_SETTINGS)
        yield Suite(runs, settings)


@contextmanager
def _provider(faults: Sequence[str] = ()) -> Iterator[tuple[Path, Reference]]:
    """A reference provider with these faults, and a folder with the provider file that leads to it."""
    with tempfile.TemporaryDirectory() as folder, serve(port=0, faults=faults) as reference:
        file = Path(folder, "provider.toml")
        reference.write_provider(file)
        file.write_text(file.read_text() + _LIMITS)
        yield Path(folder), reference


def _read(exit_status: int, verdicts: Path, output: str) -> Run:
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()] if verdicts.exists() else []
    told = {
        line["id"]: Told(line["level"], line["verdict"], tuple(line["exchanges"]), line["run_wide"])
        for line in lines
        if line["kind"] == "verdict"
    }
    is_complete = any(line["kind"] == "footer" for line in lines)
    return Run(exit_status, told, is_complete, output)
