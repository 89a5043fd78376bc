"""A workflow is a sequence of requests: what it needs it does, what it is about it asks, what came back it holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from talkstack_contract.contract.cases import WORKFLOW
from talkstack_contract.errors import Blocked, NotTested
from talkstack_contract.execution.workflows import LEFT_OUT, Reply, Steps, Workflow, workflow_cases
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Judgement, Provenance, Verdict
from talkstack_contract.provider.settings import Settings
from tests.unit.billing_provider import (
    CASES,
    MINE,
    STATES,
    Asked,
    World,
    accounts_of,
    asked_by,
    refused,
    settings,
    world_of,
)
from tests.unit.contracts import billing_contract
from tests.unit.setting_names import ACTIVE

Walk = Callable[[Steps], None]
NEW = settings(states_url=STATES)


def workflow_of(walk: Walk, **others: Any) -> Workflow:
    made = Workflow("deleteInvoice", "afterwards", "invoice.is-gone", "what is deleted is gone", walk, ACTIVE)
    return replace(made, **others)


def walked(walk: Walk, world: World | None = None, given: Settings = NEW, **others: Any) -> tuple[Judgement, World]:
    """Judge a workflow as a run does; return the judgement and the world that it was walked in."""
    workflow = workflow_of(walk, **others)
    [case] = workflow_cases(billing_contract(), {workflow.case_id: workflow})
    accounts = accounts_of(given, world)
    run = Run([*CASES.values(), case], accounts, (), date(2026, 11, 24), {workflow.case_id: workflow})
    judgement = run.judgement(case, case.clauses[0])
    accounts.close()
    return judgement, world_of(accounts)


def taken(_: object) -> None:
    """Take a step for its own sake."""


def gone(steps: Steps) -> None:
    made = steps.do("createInvoice").value("invoice", "id")
    steps.do("deleteInvoice", invoiceId=made)
    reply = steps.ask("getInvoice", invoiceId=made)
    steps.hold(reply, reply.is_refusal)


# Verdicts


def test_workflow_that_finds_nothing_is_upheld() -> None:
    judgement, world = walked(gone)
    assert (judgement.verdict, world.lines()) == (
        Verdict.UPHELD,
        ["POST /invoices", "DELETE /invoices/invoice-made-1", "GET /invoices/invoice-made-1"],
    )


def test_workflow_whose_promise_is_broken_is_violated_at_its_step() -> None:
    world = World(broken={"DELETE /invoices/invoice-made-1": refused(200, {})})
    judgement, _ = walked(gone, world)
    assert (judgement.verdict, [(each.at, each.received) for each in judgement.violations]) == (
        Verdict.VIOLATED,
        [("step 3, getInvoice", "200 Reason")],
    )


def test_every_step_is_evidence() -> None:
    judgement, world = walked(gone)
    expected = tuple(
        f"deleteInvoice/afterwards/{number}-{operation}"
        for number, operation in enumerate(("createInvoice", "deleteInvoice", "getInvoice"), 1)
    )
    assert (judgement.exchanges, tuple(each.id for each in world.asked)) == (expected, expected)


def test_step_that_something_else_is_judged_by_leaves_nothing_to_judge_where_it_fails() -> None:
    world = World(broken={"POST /invoices": refused(400)})
    judgement, _ = walked(gone, world)
    told = (judgement.verdict, judgement.reason, world.lines())
    reason = "createInvoice answered 400 Reason, and nothing follows"
    assert told == (Verdict.NOT_TESTED, reason, ["POST /invoices"])


@pytest.mark.parametrize("status", [0, 429, 502, 503, 504])
@pytest.mark.parametrize("line", ["POST /invoices", "GET /invoices/invoice-made-1"], ids=["do", "ask"])
def test_step_without_a_usable_answer_blocks(line: str, status: int) -> None:
    judgement, _ = walked(gone, World(broken={line: refused(status)}))
    assert (judgement.verdict, "gave no usable answer" in judgement.reason) == (Verdict.BLOCKED, True)


def test_violation_is_told_though_a_later_step_cannot_be_taken() -> None:
    def walk(steps: Steps) -> None:
        steps.hold(steps.do("createInvoice"), False, "nothing good")
        steps.do("getInvoice", invoiceId="nobody's")

    judgement, _ = walked(walk)
    assert (judgement.verdict, len(judgement.violations)) == (Verdict.VIOLATED, 1)


def test_value_that_an_answer_lacks_leaves_nothing_to_judge() -> None:
    judgement, _ = walked(lambda steps: taken(steps.do("createInvoice").value("invoice", "number")))
    reason = "the answer of createInvoice shows no invoice.number, which the next step needs"
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, reason)


def test_bug_in_a_workflow_is_blocked() -> None:
    judgement, _ = walked(lambda steps: steps.hold(steps.do("createInvoice", titel="x"), True))
    assert (judgement.verdict, "a bug of ours: LookupError" in judgement.reason) == (Verdict.BLOCKED, True)


def test_operation_that_the_contract_lacks_leaves_nothing_to_judge() -> None:
    judgement, _ = walked(lambda steps: steps.hold(steps.ask("sendInvoice"), True))
    assert judgement.verdict is Verdict.NOT_TESTED


def test_effect_that_is_not_allowed_is_not_asked() -> None:
    allow = frozenset({CASES["getInvoice/by-bearer"].effect})
    judgement, world = walked(gone, given=settings(states_url=STATES, allow=allow))
    assert (judgement.verdict, judgement.by_settings, world.asked) == (Verdict.NOT_TESTED, True, [])


# Who asks


def whoever_asks(steps: Steps) -> None:
    steps.do("getInvoice")
    steps.do("getInvoice", state="no invoices")
    steps.do("getInvoice", state="no invoices", api_key="key-of-someone", invoiceId="invoice-someone")
    steps.ask("getInvoice", token="token-of-someone")


def test_step_is_asked_as_the_account_of_its_state_or_by_the_credential_it_is_given() -> None:
    world = World()
    world.owners["invoice-someone"] = "someone"
    walked(whoever_asks, world)
    assert asked_by(world) == {
        "new1": ["GET /invoices/invoice-new1"],
        "new2": ["GET /invoices/invoice-new2"],
        "someone": ["GET /invoices/invoice-someone", "GET /invoices/invoice-new1"],
    }


def test_workflow_has_accounts_of_its_own_where_they_can_be_made() -> None:
    _, world = walked(gone)
    assert [state for state, action, _ in world.states if action == "setup"] == [ACTIVE]


def test_workflow_asks_as_the_account_of_the_settings_where_none_can_be_made() -> None:
    _, world = walked(gone, given=settings())
    assert ({each.who for each in world.asked}, "invoice-mine-1" in world.owners) == ({"mine"}, True)


def test_workflow_that_changes_its_account_for_good_asks_as_none_of_the_settings() -> None:
    judgement, world = walked(gone, given=settings(), needs_new=True)
    assert (judgement.verdict, judgement.by_settings, world.asked) == (Verdict.NOT_TESTED, True, [])


def test_object_of_the_settings_is_not_what_a_step_removes() -> None:
    def walk(steps: Steps) -> None:
        steps.do("deleteInvoice")

    _, world = walked(walk, given=settings())
    removed = set(world.lines("DELETE"))
    assert ("invoice-mine-1" in world.owners, removed) == (True, {"DELETE /invoices/invoice-made-1"})


def test_what_a_workflow_made_in_an_account_of_the_settings_is_taken_back() -> None:
    _, world = walked(lambda steps: taken(steps.do("createInvoice").status), given=settings())
    assert world.owners == World().owners


def test_values_of_a_state_are_known_to_the_steps() -> None:
    found: list[str] = []

    def walk(steps: Steps) -> None:
        found.extend([steps.known("invoiceId"), steps.known("invoiceId", "no invoices")])
        found.extend([steps.account.user_id, steps.account_in("no invoices").user_id])

    walked(walk)
    assert found == ["invoice-new1", "invoice-new2", "user-new1", "user-new2"]


def test_value_that_a_state_lacks_leaves_nothing_to_judge() -> None:
    judgement, _ = walked(lambda steps: taken(steps.known("code")))
    assert (judgement.verdict, judgement.by_settings) == (Verdict.NOT_TESTED, True)


# What is sent


def sent_by(walk: Walk) -> list[Asked]:
    return walked(walk)[1].asked


def test_field_that_is_not_named_is_sent_as_usual() -> None:
    [asked] = sent_by(lambda steps: taken(steps.ask("updateInvoice", note="mine").status))
    assert (asked.body["title"].startswith("talkstack-contract n-"), asked.body["note"]) == (True, "mine")


def test_field_can_be_left_out() -> None:
    [asked] = sent_by(lambda steps: taken(steps.ask("updateInvoice", note=LEFT_OUT).status))
    assert list(asked.body) == ["title"]


@pytest.mark.parametrize("value", ["{invoiceTitle}", "{nothing}", "{}", ["{fresh}"], 7, True], ids=str)
def test_value_of_a_step_is_sent_as_it_is(value: Any) -> None:
    [asked] = sent_by(lambda steps: taken(steps.ask("updateInvoice", note=value).status))
    assert asked.body["note"] == value


def test_fresh_texts_differ() -> None:
    found: list[str] = []
    walked(lambda steps: found.extend(steps.fresh() for _ in range(3)))
    assert (len(set(found)), {text.startswith("n-") for text in found}) == (3, {True})


# What came back


def reply_of(body: Any, status: int = 200) -> Reply:
    replies: list[Reply] = []
    world = World(broken={"POST /invoices": refused(status, body)})
    walked(lambda steps: replies.append(steps.ask("createInvoice")), world)
    return replies[0]


BODY = {"a": {"b": 1}, "list": [{"id": "x"}, {"id": "y"}, {}], "resfresh": "t", "no": None}
FOUND = {
    "inside": (("a", "b"), 1),
    "either": (("refresh|resfresh",), "t"),
    "items": (("list", "*", "id"), ["x", "y"]),
    "no-items": (("a", "*"), []),
    "absent": (("a", "c"), None),
    "null": (("no",), None),
    "below-a-text": (("resfresh", "x"), None),
    "bare": (("data|.", "a", "b"), 1),
}


@pytest.mark.parametrize(("path", "expected"), FOUND.values(), ids=FOUND)
def test_value_is_found_at_its_path(path: tuple[str, ...], expected: Any) -> None:
    assert reply_of(BODY).get(*path) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b'"text"'], ids=repr)
def test_nothing_is_found_in_what_is_no_object(body: bytes) -> None:
    assert reply_of(body).get("a") is None


def test_text_is_mentioned_wherever_it_stands() -> None:
    reply = reply_of({"a": ["x inv\u00e9 y"]})
    assert (reply.mentions("inv\u00e9"), reply.mentions("other")) == (True, False)


@pytest.mark.parametrize(("status", "expected"), [(200, (True, False)), (201, (True, False)), (302, (False, False))])
def test_success_is_a_2xx(status: int, expected: tuple[bool, bool]) -> None:
    reply = reply_of({}, status)
    assert (reply.is_success, reply.is_refusal) == expected


@pytest.mark.parametrize(("status", "expected"), [(400, True), (499, True), (500, False), (501, False)])
def test_refusal_is_a_4xx(status: int, expected: bool) -> None:
    assert reply_of({}, status).is_refusal is expected


def test_value_that_is_not_the_promised_one_is_told_with_it() -> None:
    def walk(steps: Steps) -> None:
        reply = steps.ask("createInvoice")
        steps.hold_equal(reply, reply.get("invoice", "amount"), 1300)
        steps.hold_equal(reply, reply.get("invoice", "amount"), 1200)

    judgement, _ = walked(walk)
    assert [each.received for each in judgement.violations] == ["1200, not 1300"]


# Cases


def test_workflow_is_a_case_of_one_clause_without_a_pair() -> None:
    workflow = workflow_of(gone, provenance=Provenance.ASSUMED, interpretation="stranger", needs_new=True)
    [case] = workflow_cases(billing_contract(), {workflow.case_id: workflow})
    [clause] = case.clauses
    told = (
        case.id,
        case.status,
        case.kind,
        case.state,
        case.needs_own_account,
        clause.name,
        clause.check,
        clause.source.interpretation,
    )
    name = "deleteInvoice/afterwards"
    assert told == (name, None, WORKFLOW, ACTIVE, True, "invoice.is-gone", "workflow", "stranger")


@pytest.mark.parametrize("error", [Blocked("why"), NotTested("why")], ids=["blocked", "not-asked"])
def test_reason_of_a_workflow_that_ends_early_is_told(error: Exception) -> None:
    def walk(_: Steps) -> None:
        raise error

    judgement, _ = walked(walk)
    assert (judgement.verdict in (Verdict.BLOCKED, Verdict.NOT_TESTED), judgement.reason) == (True, "why")


def test_account_of_the_settings_is_known_to_the_steps() -> None:
    found: list[str] = []
    walked(lambda steps: found.append(steps.account.user_id), given=settings())
    assert found == [MINE.user_id]
