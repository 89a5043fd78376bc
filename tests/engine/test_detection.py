"""Each clause has been seen to fail, in every way that it can; and no good provider raises an alarm.

Every test is a whole run of the suite as a process of its own; `python -m tests.detection` prints the same as a table.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from talkstack_contract.reference import FAULTS
from tests.engine.mutants import SURVIVORS
from tests.engine.outcomes import (
    Run,
    Suite,
    benign_outcome,
    benign_variants,
    clean_run,
    fault_outcome,
    mutant_outcome,
    mutants,
    suite,
)


@pytest.fixture(scope="module")
def asking() -> Iterator[Suite]:
    with suite(quick=True) as asking:
        yield asking


@pytest.fixture(scope="module")
def clean(asking: Suite) -> Run:
    return clean_run(asking)


def test_clean_run_is_accepted_without_a_violation(clean: Run) -> None:
    assert (clean.exit_status, clean.violated) == (0, frozenset()), clean.output


def test_every_clause_has_a_fault(clean: Run) -> None:
    broken = {clause for fault in FAULTS.values() for clause in fault.breaks}
    assert set(clean.strengths) - broken == set()


def test_every_fault_breaks_clauses_of_the_contract(clean: Run) -> None:
    assert {name: unknown for name, f in FAULTS.items() if (unknown := set(f.breaks) - set(clean.strengths))} == {}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_caught_by_name(name: str, asking: Suite) -> None:
    assert fault_outcome(asking, name).problems == ()


@pytest.mark.parametrize("name", mutants())
def test_mutant_is_caught_or_explained(name: str, asking: Suite) -> None:
    assert mutant_outcome(asking, mutants()[name]).problems == ()


@pytest.mark.parametrize("pattern", SURVIVORS)
def test_explanation_is_of_some_mutant(pattern: str) -> None:
    assert [name for name in mutants() if fnmatchcase(name, pattern)] != []


@pytest.mark.parametrize("name", benign_variants())
def test_benign_variant_raises_no_alarm(name: str, asking: Suite) -> None:
    assert benign_outcome(asking, benign_variants()[name]).problems == ()
