"""The faults of the reference provider in batches, each for one run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reference_provider import FAULTS, Fault
from reference_provider.faults import batches
from tests.detection.measured_runs import DOCUMENTED, GENERATED, Suite
from tests.detection.run_results import ACCEPTED, REJECTED, Outcome, Run

# The first operation has so many faults that strike the same answers that they are better asked by the small contract.
BY_SMALL_CONTRACT = "getActiveProject"


@dataclass(frozen=True)
class Batch:
    """Faults that do not disturb each other, and the run that they are put to."""

    faults: tuple[Fault, ...]
    asks: str
    is_small: bool

    @property
    def name(self) -> str:
        """The name of the first of them, which is in no other batch."""
        return self.faults[0].name


def fault_batches(names: Iterable[str] = FAULTS) -> list[Batch]:
    """The batches that these faults make."""
    by_run: dict[tuple[str, bool], list[Fault]] = {}
    for fault in map(FAULTS.__getitem__, names):
        asks = GENERATED if any("/generated/" in clause for clause in fault.breaks) else DOCUMENTED
        by_run.setdefault((asks, fault.operation == BY_SMALL_CONTRACT), []).append(fault)
    return [Batch(group, *run) for run, faults in by_run.items() for group in batches(faults)]


def batch_outcomes(suite: Suite, batch: Batch) -> list[Outcome]:
    """The run against the provider with these faults on: each clause that one of them breaks is named."""
    run = suite.run_with_faults(batch.faults, batch.asks, is_small=batch.is_small)
    broken = {clause for fault in batch.faults for clause in fault.breaks}
    has_must = any(run.told[clause].strength == "must" for clause in broken & run.told.keys())
    wrong = run.problems(*((REJECTED,) if has_must else (ACCEPTED, REJECTED)))
    first, *others = batch.faults
    return [_outcome(first, run, *wrong), *(_outcome(fault, run) for fault in others)]


def _outcome(fault: Fault, run: Run, *wrong: str) -> Outcome:
    missed = [clause for clause in fault.breaks if clause not in run.violated]
    cells = tuple(f"{clause}  {'no' if clause in missed else 'yes'}  {run.exit_status}" for clause in fault.breaks)
    problems = (*(f"{clause} is not violated" for clause in missed), *wrong)
    return Outcome(fault.name, cells, not missed, problems)
