"""What one run, or two, show about a fault, a mutant or a benign variant.

Each run is `pytest tests/contract` as a process of its own against our reference provider: with one of its named faults
on, behind the mutating proxy, or behind a proxy that makes another, equally good provider of it.
"""

from __future__ import annotations

import functools
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from talkstack_contract.reference import FAULTS, Reference, serve
from tests.engine.benign import Variant, variants
from tests.engine.mutants import derived_mutants, why_it_survives
from tests.engine.mutating_proxy import serve_proxy
from tests.engine.mutations import Mutation, taken_clean
from tests.engine.warm_runs import WarmRuns

ROOT = Path(__file__).resolve().parents[2]

WHOLE, DOCUMENTED = "tests/contract", "tests/contract/test_documented.py"

ACCEPTED, REJECTED, INCONCLUSIVE = 0, 1, 6

# Long enough for a loopback on a busy machine, short enough that one that never answers does not hold the table up.
_LIMITS = "\n[limits]\nexchange_s = 1.0\n"

# Settings of the surrounding run or shell, which must not reach the runs that are measured.
_FOREIGN = ("TALKSTACK_", "PYTEST_", "GITHUB_")


@dataclass(frozen=True)
class Run:
    """One run of the suite: what it decided and the strength of each clause it found violated, by `case/clause`."""

    exit_status: int
    strengths: Mapping[str, str]
    violated: frozenset[str]
    is_complete: bool
    output: str

    @property
    def found_something(self) -> bool:
        return bool(self.violated) or self.exit_status == INCONCLUSIVE

    @property
    def shown(self) -> str:
        """The heaviest violated clause, how many more there are, and the exit status."""
        if not self.violated:
            return f"blocked  {self.exit_status}"
        first, *others = self.violated_of("must") + self.violated_of("should") + self.violated_of("advice")
        return f"{first}{f' and {len(others)} more' if others else ''}  {self.exit_status}"

    def violated_of(self, *strengths: str) -> list[str]:
        return sorted(clause for clause in self.violated if self.strengths[clause] in strengths)


@dataclass(frozen=True)
class Outcome:
    """What one line of the table shows; `good` is what the rate counts, `problems` what a test must not find."""

    name: str
    cells: tuple[str, ...]
    good: bool
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Suite:
    """The suite as it is run here; where `quick`, only as far as a line of the table needs it."""

    runs: WarmRuns
    quick: bool = False

    def run(self, folder: Path, base_url: str, *words: str) -> Run:
        """Asks the provider of `provider.toml` in that folder by `base_url`; the reports stay in the folder."""
        provider, reports, output = folder / "provider.toml", folder / "reports", folder / "output.txt"
        options = ["--provider", str(provider), "--base-url", base_url, "--reports", str(reports)]
        words = (*words, *options, "-q", "--disable-warnings", "-p", "no:cacheprovider")
        return _read(self.runs.run(words, output), reports / "verdicts.jsonl", output.read_text())


@contextmanager
def suite(*, quick: bool = False) -> Iterator[Suite]:
    """What every run here is made with."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    with WarmRuns(ROOT, environment) as runs:
        yield Suite(runs, quick)


def clean_run(suite: Suite) -> Run:
    """The run against the reference provider as it is."""
    with _provider() as (folder, reference):
        return suite.run(folder, reference.base_url, WHOLE)


def fault_outcome(suite: Suite, name: str) -> Outcome:
    """The run against the provider with that fault on: each clause that the fault breaks is named."""
    if suite.quick and not any(clause.startswith("generated/") for clause in FAULTS[name].breaks):
        # A success is asked too: only a provider that answers is held to what it does not answer.
        narrow = " or ".join(("by-bearer/status", *FAULTS[name].breaks))
        outcome = _fault_outcome(suite, name, DOCUMENTED, "-k", narrow)
        if not outcome.problems:
            return outcome
    return _fault_outcome(suite, name, WHOLE)


def _fault_outcome(suite: Suite, name: str, *words: str) -> Outcome:
    breaks = FAULTS[name].breaks
    with _provider(name) as (folder, reference):
        run = suite.run(folder, reference.base_url, *words)
    missed = [clause for clause in breaks if clause not in run.violated]
    must = any(run.strengths.get(clause) == "must" for clause in breaks)
    problems = [f"{clause} is not violated" for clause in missed]
    problems += _exit_problems(run, (REJECTED,) if must else (ACCEPTED, REJECTED))
    cells = tuple(f"{clause}  {'no' if clause in missed else 'yes'}  {run.exit_status}" for clause in breaks)
    return Outcome(name, cells, not missed, tuple(problems))


def mutant_outcome(suite: Suite, mutation: Mutation) -> Outcome:
    """The run against the mutant: something is violated or blocked, or a reason says why it keeps every promise."""
    reason = why_it_survives(mutation.name)
    run, broken = _proxied_run(suite, mutation, DOCUMENTED if suite.quick and not reason else WHOLE)
    problems = broken + _exit_problems(run, (ACCEPTED, REJECTED, INCONCLUSIVE))
    if not run.found_something and not reason:
        problems.append("survived, and nothing explains why it may")
    if run.found_something and reason:
        problems.append(f"caught by {run.shown}, but explained as a survivor: {reason}")
    cell = run.shown if run.found_something else f"survived: {reason}"
    return Outcome(mutation.name, (cell,), run.found_something, tuple(problems))


def benign_outcome(suite: Suite, variant: Variant) -> Outcome:
    """The runs against a variant that keeps every promise, at the default level and at `--fail-on advice`."""
    strict, strictly_broken = _proxied_run(suite, variant.mutation, WHOLE, "--fail-on", "advice")
    # Accepted at the strictest level is accepted at every level.
    is_clear = suite.quick and strict.exit_status == ACCEPTED
    run, broken = (strict, []) if is_clear else _proxied_run(suite, variant.mutation, WHOLE)
    alarms = run.violated_of("must", "should") + strict.violated_of("must", "should")
    advice = strict.violated_of("advice")
    unlisted = [clause for clause in advice if not any(fnmatchcase(clause, pattern) for pattern in variant.advice)]
    idle = [pattern for pattern in variant.advice if not any(fnmatchcase(clause, pattern) for clause in advice)]
    problems = [
        *broken,
        *strictly_broken,
        *(f"{clause} is violated" for clause in alarms),
        *(f"{clause} (advice) is violated and not listed" for clause in unlisted),
        *(f"{pattern} is listed and nothing matches it" for pattern in idle),
        *_exit_problems(run, (ACCEPTED,)),
        *_exit_problems(strict, (REJECTED if advice else ACCEPTED,)),
    ]
    cells = tuple(f"{pattern}: {reason}" for pattern, reason in variant.advice.items())
    return Outcome(variant.name, cells, not alarms and not unlisted and run.exit_status == ACCEPTED, tuple(problems))


@functools.cache
def mutants() -> Mapping[str, Mutation]:
    """Every mutant of the reference provider by name."""
    with serve(port=0) as reference:
        return {mutation.name: mutation for mutation in derived_mutants(taken_clean(reference.base_url))}


def benign_variants() -> Mapping[str, Variant]:
    return {variant.name: variant for variant in variants()}


@contextmanager
def _provider(*faults: str) -> Iterator[tuple[Path, Reference]]:
    """A reference provider with these faults, and a folder with the provider file that leads to it."""
    with tempfile.TemporaryDirectory() as folder, serve(port=0, faults=faults) as reference:
        file = Path(folder, "provider.toml")
        reference.write_provider(file)
        file.write_text(file.read_text() + _LIMITS)
        yield Path(folder), reference


def _proxied_run(suite: Suite, mutation: Mutation, *words: str) -> tuple[Run, list[str]]:
    """The run with the mutating proxy in between, and what went wrong inside the proxy."""
    with _provider() as (folder, reference):
        relay = mutation.start(taken_clean(reference.base_url))
        with serve_proxy(reference.base_url, relay) as proxy:
            run = suite.run(folder, proxy.base_url, *words)
    return run, [f"the proxy broke: {failure}" for failure in proxy.failures]


def _read(exit_status: int, verdicts: Path, output: str) -> Run:
    lines = [json.loads(line) for line in verdicts.read_text().splitlines()] if verdicts.exists() else []
    found = {line["id"].partition("/")[2]: line for line in lines if line["kind"] == "verdict"}
    strengths = {clause: line["strength"] for clause, line in found.items()}
    violated = frozenset(clause for clause, line in found.items() if line["verdict"] == "violated")
    is_complete = any(line["kind"] == "footer" for line in lines)
    return Run(exit_status, strengths, violated, is_complete, output)


def _exit_problems(run: Run, expected: Sequence[int]) -> list[str]:
    if run.exit_status in expected and run.is_complete:
        return []
    due = " or ".join(map(str, expected))
    record = "complete" if run.is_complete else "incomplete"
    return [f"exit status {run.exit_status}, not {due}; record {record}; the run ended with:\n{run.output[-2000:]}"]
