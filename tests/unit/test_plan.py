"""A plan lists its cases by operation, and ends with the requests of each effect."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from talkstack_contract.contract.cases import WORKFLOW
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.execution.runner import PlannedCase
from talkstack_contract.judging.judge import Run
from talkstack_contract.locations import CONTRACT
from talkstack_contract.model import Effect
from talkstack_contract.reports.plan import plan_lines
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.unit.test_runner import CASES, EVERYTHING, TODAY, WITHOUT_STATES, Scripted

WHOLE = load_contract(CONTRACT)
CASE = CASES["by-bearer"]
GENERATED = CASES["generated"]
A_WORKFLOW = replace(CASE, kind=WORKFLOW)
OTHER = replace(CASE, operation=WHOLE.operations[0])
HEAD = f"\n{CASE.operation.id}  GET {CASE.operation.path}  reads"


def lines(*planned: PlannedCase) -> list[str]:
    return [*plan_lines(WHOLE, planned)]


def test_cases_stand_under_their_operation_in_the_order_of_the_contract() -> None:
    first = WHOLE.operations[0]
    found = lines(PlannedCase(CASE, "this"), PlannedCase(OTHER, "that"), PlannedCase(replace(CASE, name="b"), "again"))
    assert found[:-1] == [
        f"\n{first.id}  {first.method} {first.path}  {first.effect}",
        f"  {OTHER.id}: that",
        HEAD,
        f"  {CASE.id}: this",
        f"  {CASE.operation.id}/b: again",
    ]


TOTALS: dict[str, tuple[Sequence[PlannedCase], str]] = {
    "none": ([], "plan: 0 requests"),
    "one": ([PlannedCase(CASE, "", (Effect.READS,))], "plan: 1 request: 1 reads"),
    "effects": (
        [PlannedCase(CASE, "", (Effect.WRITES, Effect.READS)), PlannedCase(CASE, "", (Effect.READS,))],
        "plan: 3 requests: 2 reads, 1 writes",
    ),
    "not-tested": (
        [PlannedCase(CASE, "", (Effect.READS,)), PlannedCase(CASE, "")],
        "plan: 1 request: 1 reads; 1 case not tested",
    ),
    "apart": (
        [PlannedCase(GENERATED, "", generated=25), PlannedCase(A_WORKFLOW, "", is_workflow=True)],
        "plan: 0 requests; apart from these: up to 25 generated requests, 1 workflow",
    ),
    "not-allowed": (
        [PlannedCase(GENERATED, ""), PlannedCase(A_WORKFLOW, "")],
        "plan: 0 requests; 2 cases not tested",
    ),
}


@pytest.mark.parametrize(("planned", "expected"), TOTALS.values(), ids=TOTALS)
def test_totals_count_requests_by_effect(planned: Sequence[PlannedCase], expected: str) -> None:
    assert lines(*planned)[-1] == f"\n{expected}"


PLANNED = {
    "read-again-after": ("method-delete", EVERYTHING, (Effect.WRITES, Effect.READS), 0),
    "after-a-state": ("internal-error", EVERYTHING, (Effect.READS,), 0),
    "not-tested": ("internal-error", WITHOUT_STATES, (), 0),
    "generated": ("generated", EVERYTHING, (), 25),
    "generated-not-allowed": ("generated", replace(EVERYTHING, allow=frozenset()), (), 0),
}


@pytest.mark.parametrize(("name", "settings", "effects", "generated"), PLANNED.values(), ids=PLANNED)
def test_case_is_planned_with_every_request_that_it_sends(
    name: str, settings: object, effects: tuple[Effect, ...], generated: int
) -> None:
    provider = Scripted({}, settings, {})  # type: ignore[arg-type]  # a row of a table of several types
    cases = list(CASES.values())
    found = Run(cases, Accounts(cases, provider, Ledger(), "n"), (), TODAY).answers.plan(CASES[name], 5)
    assert (found.effects, found.generated, provider.asked) == (effects, generated, [])
