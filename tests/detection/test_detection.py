"""Each clause has been seen to fail, in every way that it can; and no good provider raises an alarm.

All faults are put to the judge here, in this process but for those of generated requests. Of mutants and benign
variants there are thousands, so that here a sample is, and `python -m tests.detection` prints them all as tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from reference_provider import FAULTS
from tests.detection.fault_batches import Batch, batch_outcomes, fault_batches
from tests.detection.judged_runs import promised
from tests.detection.measured_runs import Suite, suite
from tests.detection.mutant_layers import MOST, Recorded, first_layer, layer_outcomes, layers, recorded
from tests.detection.mutants import SURVIVORS
from tests.detection.outcomes import benign_outcome, benign_variants, mutant_outcome, mutants
from tests.detection.run_results import Outcome
from tests.detection.test_workflows_break import BREAKS

# Of the first operation's mutants and benign variants every so many-th, and of all operations' variants these.
EVERY_MUTANT, EVERY_VARIANT = 3, 3
SAMPLED_VARIANTS = (
    *("extra-keys-at-each-level", "error-as-a-page", "misprints-as-printed", "null-where-a-sample-is"),
    *[name for name, variant in benign_variants().items() if variant.is_small][::EVERY_VARIANT],
)


@pytest.fixture(scope="module")
def asking() -> Iterator[Suite]:
    with suite() as asking:
        yield asking


@pytest.fixture(scope="module")
def clean(asking: Suite) -> Recorded:
    return recorded(asking)


def test_clean_run_is_accepted_without_a_violation(clean: Recorded) -> None:
    assert (clean.run.exit_status, clean.run.violated, clean.failures) == (0, frozenset(), []), clean.run.output


def test_every_clause_has_a_fault() -> None:
    broken = {clause for fault in FAULTS.values() for clause in fault.breaks}
    assert {clause for clause in promised() if clause.rpartition("/")[0] not in BREAKS} - broken == set()


def test_every_fault_breaks_clauses_of_the_contract() -> None:
    known = promised().keys()
    assert {name: unknown for name, f in FAULTS.items() if (unknown := set(f.breaks) - known)} == {}


def test_every_fault_is_in_one_batch() -> None:
    counted = Counter(fault.name for batch in fault_batches() for fault in batch.faults)
    assert counted == Counter(list(FAULTS))


@pytest.mark.parametrize("batch", [pytest.param(batch, id=batch.name) for batch in fault_batches()])
def test_faults_are_caught_by_name(batch: Batch, asking: Suite) -> None:
    assert problems(batch_outcomes(asking, batch)) == {}


@pytest.mark.parametrize("name", [*mutants()][::EVERY_MUTANT])
def test_mutant_is_caught_or_explained(name: str, asking: Suite) -> None:
    assert mutant_outcome(asking, mutants()[name]).problems == ()


@pytest.mark.parametrize("kind", MOST)
def test_mutants_of_all_operations_are_caught_or_explained(kind: str, asking: Suite, clean: Recorded) -> None:
    assert problems(layer_outcomes(asking, first_layer(clean.answers, kind))) == {}


def test_every_explanation_is_of_some_mutant(clean: Recorded) -> None:
    names = [*mutants(), *(mutant.name for layer in layers(clean.answers) for mutant in layer)]
    assert [pattern for pattern in SURVIVORS if not any(fnmatchcase(name, pattern) for name in names)] == []


@pytest.mark.parametrize("name", SAMPLED_VARIANTS)
def test_benign_variant_raises_no_alarm(name: str, asking: Suite) -> None:
    assert benign_outcome(asking, benign_variants()[name]).problems == ()


def problems(outcomes: list[Outcome]) -> dict[str, tuple[str, ...]]:
    return {outcome.name: outcome.problems for outcome in outcomes if outcome.problems}
