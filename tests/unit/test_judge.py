"""Each clause is judged by the answers there are; a bug of ours blocks one clause, and no verdict holds a secret."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from talkstack_contract.errors import Blocked
from talkstack_contract.judging.judge import Generated, Run
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Effect, Exchange, Judgement, Request, RequirementLevel, Verdict, Violation
from talkstack_contract.provider.settings import Settings
from tests.unit.billing_provider import CASES as BILLING
from tests.unit.billing_provider import GIVEN, MINE, THEIRS, World, accounts_of, refused, settings
from tests.unit.setting_names import ACTIVE
from tests.unit.test_runner import (
    CASES,
    EVERYTHING,
    FAILING,
    FOUND,
    NOTHING,
    OPERATION,
    PROJECT,
    REFUSAL,
    SUCCESS,
    TODAY,
    TOKEN,
    WITHOUT_STATES,
    Asked,
    Reply,
    Scripted,
    asking,
    clauses_of,
    run_of,
)

# One answer for all clauses of a case


def test_good_provider_upholds_every_clause_that_is_put_to_the_test() -> None:
    asked = asking()
    assert set(asked.all()) - asked.which(Verdict.UPHELD) == clauses_of("generated")


def test_cases_are_asked_in_any_order_with_the_same_verdicts() -> None:
    forward, backward = asking(), asking()
    judged = {name: backward.verdict(name) for name in reversed(forward.all())}
    assert judged == {name: each.verdict for name, each in forward.all().items()}


def test_judgement_is_made_once() -> None:
    asked = asking()
    assert asked.judged("by-bearer/status.is-200") is asked.judged("by-bearer/status.is-200")


def test_judgement_holds_what_a_reader_needs() -> None:
    asked = asking({"by-bearer": Reply(201, SUCCESS, reason="Created")})
    case = CASES["by-bearer"]
    clause = case.clause("status.is-200")
    expected = Judgement(
        operation="getActiveProject",
        case="by-bearer",
        clause="status.is-200",
        statement=clause.statement,
        level=clause.level,
        provenance=clause.provenance,
        status=200,
        verdict=Verdict.VIOLATED,
        source=clause.source,
        violations=(Violation("status", "201 Created"),),
        exchanges=("getActiveProject/by-bearer",),
    )
    assert asked.run.judgement(case, clause) == expected


def test_below_a_broken_clause_nothing_is_judged() -> None:
    asked = asking({"by-bearer": Reply(201, SUCCESS)})
    broken = {"by-bearer/status.is-200"}
    assert (asked.which(Verdict.VIOLATED, "by-bearer"), asked.which(Verdict.NOT_TESTED, "by-bearer")) == (
        broken,
        clauses_of("by-bearer") - broken,
    )


def test_first_violations_are_kept_and_the_others_counted() -> None:
    run = billing({"GET /invoices": (200, [{**INVOICE, "amount": "12"}] * 500)})
    case = BILLING["listInvoices/by-bearer"]
    found = [run.judgement(case, clause) for clause in case.clauses]
    counts = {(len(each.violations), each.more_violations) for each in found if each.violations}
    assert (20, 480) in counts


def test_reason_names_the_broken_clause_above() -> None:
    judgement = asking({"by-bearer": Reply(201)}).judged("by-bearer/media-type.is-json")
    reason = "status.is-200 is not upheld, and this clause depends on it"
    assert (judgement.reason, judgement.unmet_dependency, judgement.by_settings) == (reason, "status.is-200", False)


def test_broken_value_leaves_its_neighbours_judged() -> None:
    body = {**SUCCESS, "projectData": {**PROJECT, "name": 7}}
    asked = asking({"by-bearer": Reply(200, body)})
    expected = {"by-bearer/body.project-data-name-is-text"}, {"by-bearer/body.project-data-name-is-not-empty"}
    assert (asked.which(Verdict.VIOLATED, "by-bearer"), asked.which(Verdict.NOT_TESTED, "by-bearer")) == expected


def test_other_answer_by_the_second_credential_is_violated() -> None:
    asked = asking({"by-api-key": Reply(200, {**SUCCESS, "projectData": {**PROJECT, "name": "Winter"}})})
    assert asked.which(Verdict.VIOLATED, "by-bearer", "by-api-key") == {"by-api-key/answer.is-the-same-by-bearer"}


@pytest.mark.parametrize("reply", [Reply(200, b"{"), Reply(404), Reply(204, b"")], ids=["no-json", "404", "204"])
def test_nothing_is_compared_with_an_answer_that_is_no_success(reply: Reply) -> None:
    judgement = asking({"by-bearer": reply}).judged("asked-twice/answer.is-the-same-again")
    reason = "by-bearer has no answer that answer.is-the-same-again could compare with"
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, reason)


def test_second_answer_with_another_status_is_not_the_same() -> None:
    asked = asking({"asked-twice": Reply(404, SUCCESS)})
    assert asked.verdict("asked-twice/answer.is-the-same-again") is Verdict.VIOLATED


def test_value_of_the_account_in_a_refusal_is_violated() -> None:
    asked = asking({"wrong-token": Reply(401, {"message": f"ask {PROJECT['user_id']}"})})
    asked.all("by-bearer")
    assert asked.which(Verdict.VIOLATED, "wrong-token") == {"wrong-token/body.holds-no-success-payload"}


# Another method


def test_account_is_read_again_after_another_method() -> None:
    changed = Reply(200, {**SUCCESS, "projectData": {**PROJECT, "name": "Winter"}})
    judgement = asking({"method-put/after": changed}).judged("method-put/account.is-unchanged")
    expected = Violation("$.projectData.name", '"Winter", before it "Sommer"')
    assert (judgement.verdict, judgement.violations) == (Verdict.VIOLATED, (expected,))


def test_both_exchanges_are_evidence() -> None:
    judgement = asking().judged("method-put/account.is-unchanged")
    assert judgement.exchanges == ("getActiveProject/method-put", "getActiveProject/method-put/after")


# Waivers

WAIVER = Waiver("getActiveProject/by-bearer/status.*", "slow vendor", "anna", "T-1", TODAY)
DEMOTED = {"by-bearer": Reply(201, SUCCESS)}


def test_violation_with_a_waiver_in_force_is_waived_with_its_reason() -> None:
    judgement = asking(DEMOTED, waivers=[WAIVER]).judged("by-bearer/status.is-200")
    reason = "slow vendor (T-1, anna, until 2026-11-24)"
    assert (judgement.verdict, judgement.reason, len(judgement.violations)) == (Verdict.WAIVED, reason, 1)


def test_expired_waiver_waives_nothing() -> None:
    expired = replace(WAIVER, expires=date(2026, 11, 23))
    assert asking(DEMOTED, waivers=[expired]).verdict("by-bearer/status.is-200") is Verdict.VIOLATED


def test_waiver_changes_no_upheld_clause() -> None:
    assert asking(waivers=[WAIVER]).verdict("by-bearer/status.is-200") is Verdict.UPHELD


def test_below_a_waived_clause_nothing_is_judged() -> None:
    judgement = asking(DEMOTED, waivers=[WAIVER]).judged("by-bearer/media-type.is-json")
    assert (judgement.verdict, judgement.unmet_dependency) == (Verdict.NOT_TESTED, "status.is-200")


# A 5xx seen anywhere

TRACE = Reply(500, {"message": 'Traceback (most recent call last):\n  File "/app/a.py", line 3, in x'})


def test_server_error_seen_elsewhere_is_held_to_the_clauses_of_a_500() -> None:
    asked = asking({"unknown-query": TRACE}, WITHOUT_STATES)
    asked.all("by-bearer", "unknown-query")
    [violation] = asked.judged("internal-error/body.shows-no-server-internals").violations
    assert violation.at == "$ (getActiveProject/unknown-query)"


def test_server_error_seen_elsewhere_is_evidence_of_the_clause() -> None:
    asked = asking({"unknown-query": TRACE, "no-credential": Reply(503)}, WITHOUT_STATES)
    asked.all("by-bearer", "unknown-query", "no-credential")
    judgement = asked.judged("internal-error/body.shows-no-server-internals")
    assert set(judgement.exchanges) == {"getActiveProject/unknown-query", "getActiveProject/no-credential"}


def test_server_error_of_a_generated_request_is_held_to_the_clauses_of_a_500() -> None:
    asked = asking(settings=WITHOUT_STATES)
    asked.run.record(OPERATION, generated(TRACE))
    assert asked.verdict("internal-error/body.shows-no-server-internals") is Verdict.VIOLATED


def test_server_error_seen_elsewhere_is_judged_beside_the_one_brought_about() -> None:
    asked = asking({"unknown-query": TRACE})
    asked.all("by-bearer", "unknown-query")
    judgement = asked.judged("internal-error/body.shows-no-server-internals")
    exchanges = ("getActiveProject/internal-error", "getActiveProject/unknown-query")
    assert (judgement.verdict, judgement.exchanges) == (Verdict.VIOLATED, exchanges)


def test_server_error_seen_elsewhere_is_judged_though_the_state_could_not_be_set_up() -> None:
    asked = asking({"unknown-query": TRACE}, accounts={FAILING: Blocked("the states URL is dead")})
    asked.all("by-bearer", "unknown-query")
    assert asked.verdict("internal-error/body.shows-no-server-internals") is Verdict.VIOLATED


def test_server_error_that_is_neither_seen_nor_to_be_had_is_not_asked() -> None:
    asked = asking(settings=WITHOUT_STATES)
    asked.all()
    judged = asked.all("internal-error").values()
    assert {(each.verdict, each.by_settings) for each in judged} == {(Verdict.NOT_TESTED, True)}


def test_state_that_brings_no_server_error_breaks_the_status_only() -> None:
    asked = asking({"internal-error": FOUND})
    status = {"internal-error/status.is-500"}
    assert (asked.which(Verdict.VIOLATED, "internal-error"), asked.which(Verdict.NOT_TESTED, "internal-error")) == (
        status,
        clauses_of("internal-error") - status,
    )


# Bugs of ours


class Buggy(Scripted):
    """A provider object with a bug in it."""

    def send(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:  # noqa: ARG002 - its face
        self.asked.append(exchange_id)
        raise ValueError(f"cannot send {TOKEN}")


def buggy() -> Asked:
    provider = Buggy({}, EVERYTHING, {})
    return Asked(run_of(provider), provider)


def test_bug_of_ours_is_blocked_and_shows_type_and_place_only() -> None:
    judgement = buggy().judged("internal-error/status.is-500")
    reason = "a bug of ours: ValueError in test_judge.py, line "
    assert (judgement.verdict, judgement.reason.rstrip("0123456789")) == (Verdict.BLOCKED, reason)


def test_bug_of_ours_does_not_ask_a_case_again_and_again() -> None:
    asked = buggy()
    asked.all("internal-error")
    assert Counter(asked.provider.asked)["getActiveProject/internal-error"] == 1


# Secrets

ECHOED = {
    "value": Reply(200, {**SUCCESS, "message": [TOKEN]}),
    "long-value": Reply(200, {**SUCCESS, "message": ["x" * 170 + TOKEN]}),
    "content-type": Reply(200, SUCCESS, (("Content-Type", f"text/{TOKEN}"),)),
    "reason-phrase": Reply(201, SUCCESS, reason=f"not {TOKEN}"),
    "key-that-stands-twice": Reply(200, json.dumps({TOKEN: 1})[:-1].encode() + f', "{TOKEN}": 2}}'.encode()),
}


@pytest.mark.parametrize("reply", ECHOED.values(), ids=ECHOED)
def test_violation_holds_no_secret_that_the_provider_sent_back(reply: Reply) -> None:
    judged = asking({"by-bearer": reply}).all("by-bearer")
    violations = [violation for each in judged.values() for violation in each.violations]
    assert (violations != [], TOKEN[:16] in repr(violations)) == (True, False)


def test_reason_of_a_refusal_holds_no_secret_that_the_provider_sent_back() -> None:
    reply = Reply(401, reason=f"unknown {TOKEN}")
    reasons = {each.reason for each in asking({"*": reply}).all().values()}
    assert TOKEN not in repr(reasons)


def test_evidence_is_redacted() -> None:
    asked = asking({"by-bearer": Reply(200, {**SUCCESS, "echo": TOKEN})})
    asked.all("by-bearer")
    assert TOKEN not in repr(asked.run.evidence("getActiveProject/by-bearer"))


# Generated requests


def generated(reply: Reply, number: int = 1, *, is_promised: bool = True) -> Generated:
    request = Request("GET", "http://127.0.0.1:9/user/get-active-project", (), Effect.READS)
    return Generated(reply.exchange(request, f"getActiveProject/generated/{number}"), is_promised)


def with_generated(*answers: Generated, findings: Sequence[Violation] = ()) -> Asked:
    asked = asking()
    for each in answers:
        asked.run.record(OPERATION, each)
    asked.run.record_findings(OPERATION, findings)
    return asked


KEEPS = "generated/answer.keeps-the-contract"
FINDS = "generated/schemathesis.finds-nothing"
KEPT = {
    "success": (FOUND, True),
    "refusal": (REFUSAL, True),
    "documented-404": (Reply(404), True),
    "documented-500-to-what-no-page-allows": (Reply(500), False),
    "method-not-allowed": (Reply(405), False),
    "bad-request": (Reply(400), False),
    "not-implemented": (Reply(501), False),
    "server-error": (Reply(502), False),
    "redirect-to-a-login": (Reply(302), False),
    "reworded-message": (Reply(200, {**SUCCESS, "message": "done"}), True),
    "project-of-another": (Reply(200, {**SUCCESS, "projectData": {**PROJECT, "user_id": "u-1"}}), True),
    "error-that-is-no-json": (Reply(401, b"<p>no</p>", ()), True),
}
BROKEN = {
    "undocumented-success": (Reply(201, SUCCESS), True, "status"),
    "undocumented-success-of-another-method": (Reply(204, b""), False, "status"),
    "redirect": (Reply(302), True, "status"),
    "undocumented-refusal-of-what-is-promised": (Reply(400), True, "status"),
    "documented-500-though-promised": (Reply(500), True, "status"),
    "not-implemented-though-promised": (Reply(501), True, "status"),
    "no-answer": (NOTHING, True, "status"),
    "success-without-json": (Reply(200, b"{"), True, "$ (body.is-strict-json)"),
    "success-of-another-type": (Reply(200, SUCCESS, ()), True, "content-type (media-type.is-json)"),
    "success-without-a-project": (
        Reply(200, {**SUCCESS, "projectData": None}),
        True,
        "$.projectData (body.project-data-is-object)",
    ),
    "error-with-a-project": (
        Reply(401, {"projectData": PROJECT}),
        True,
        "$.projectData (body.holds-no-success-payload)",
    ),
}


@pytest.mark.parametrize(("reply", "is_promised"), KEPT.values(), ids=KEPT)
def test_generated_answer_that_keeps_the_contract_upholds(reply: Reply, is_promised: bool) -> None:
    judgement = with_generated(generated(reply, is_promised=is_promised)).judged(KEEPS)
    assert (judgement.verdict, judgement.violations) == (Verdict.UPHELD, ())


@pytest.mark.parametrize(("reply", "is_promised", "place"), BROKEN.values(), ids=BROKEN)
def test_generated_answer_that_breaks_the_contract_is_violated(reply: Reply, is_promised: bool, place: str) -> None:
    judgement = with_generated(generated(reply, is_promised=is_promised)).judged(KEEPS)
    expected = f"{place}, in the answer to getActiveProject/generated/1"
    assert (judgement.verdict, judgement.violations[0].at) == (Verdict.VIOLATED, expected)


FAILURES = {
    "failure-of-what-is-promised": (Reply(500), True, Verdict.VIOLATED),
    "failure-of-what-no-page-allows": (Reply(502), False, Verdict.VIOLATED),
    "not-implemented": (Reply(501), False, Verdict.UPHELD),
    "refusal": (Reply(400), False, Verdict.UPHELD),
}


@pytest.mark.parametrize(("reply", "is_promised", "expected"), FAILURES.values(), ids=FAILURES)
def test_generated_request_brings_about_no_failure(reply: Reply, is_promised: bool, expected: Verdict) -> None:
    judgement = with_generated(generated(reply, is_promised=is_promised)).judged("generated/status.is-no-server-error")
    assert (judgement.verdict, judgement.level) == (expected, RequirementLevel.SHOULD)


def test_promise_that_generated_answers_break_in_one_way_is_told_once() -> None:
    judgement = with_generated(generated(Reply(201), 1), generated(Reply(201), 2)).judged(KEEPS)
    assert (len(judgement.violations), judgement.exchanges) == (1, ("getActiveProject/generated/1",))


def test_evidence_of_generated_answers_is_that_of_the_broken_ones() -> None:
    answers = (generated(FOUND, 1), generated(Reply(201), 2), generated(Reply(302), 3))
    judgement = with_generated(*answers).judged(KEEPS)
    assert judgement.exchanges == ("getActiveProject/generated/2", "getActiveProject/generated/3")


def test_findings_of_the_generator_are_violated() -> None:
    finding = Violation("GET /user/get-active-project", "Unsupported method")
    judgement = with_generated(generated(FOUND), findings=[finding]).judged(FINDS)
    assert (judgement.verdict, judgement.violations) == (Verdict.VIOLATED, (finding,))


def test_finding_of_the_generator_shows_the_request_that_it_is_about() -> None:
    asked = with_generated(generated(FOUND, 1), generated(FOUND, 2))
    asked.run.record_findings(OPERATION, [Violation("GET /thing", "No")], ["getActiveProject/generated/2"])
    assert asked.judged(FINDS).exchanges == ("getActiveProject/generated/2",)


def test_no_finding_of_the_generator_upholds() -> None:
    assert with_generated(generated(FOUND)).verdict(FINDS) is Verdict.UPHELD


@pytest.mark.parametrize("clause", [KEEPS, FINDS])
def test_clause_about_generated_requests_is_not_asked_where_none_was(clause: str) -> None:
    judgement = asking().judged(clause)
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, "no request was generated")


@pytest.mark.parametrize("clause", [KEEPS, FINDS])
def test_clause_about_generated_requests_is_blocked_with_a_dead_provider(clause: str) -> None:
    asked = asking({"*": NOTHING})
    asked.all("by-bearer")
    assert asked.verdict(clause) is Verdict.BLOCKED


# Many operations


def billing(broken: Mapping[str, tuple[int, Any]], given: Settings | None = None) -> Run:
    """A run against the billing API, where these requests are answered so."""
    world = World(broken={line: refused(*answer) for line, answer in broken.items()})
    accounts = accounts_of(given or settings(), world)
    return Run(list(BILLING.values()), accounts, (), TODAY)


def judged(run: Run, id_: str) -> Judgement:
    case, _, clause = id_.rpartition("/")
    return run.judgement(BILLING[case], BILLING[case].clause(clause))


INVOICE = {"id": "invoice-mine-1", "user_id": "user-mine", "title": "Title", "amount": 1200}
LISTED = "listInvoices/by-bearer/"
NOTHING_TO_JUDGE = "the value occurred in no answer, so that there is nothing to judge"


def test_list_of_items_is_judged_item_by_item() -> None:
    run = billing({"GET /invoices": (200, [INVOICE, {**INVOICE, "amount": "12"}])})
    broken = judged(run, f"{LISTED}body.amount-is-whole-number")
    assert (judged(run, f"{LISTED}body.id-is-text").verdict, broken.violations) == (
        Verdict.UPHELD,
        (Violation("$[1].amount", '"12"'),),
    )


@pytest.mark.parametrize("clause", ["body.is-object", "body.id-is-text", "account.is-the-asking-one"])
def test_what_is_promised_of_items_is_not_asked_of_an_empty_list(clause: str) -> None:
    judgement = judged(billing({"GET /invoices": (200, [])}), f"{LISTED}{clause}")
    assert (judgement.verdict, judgement.reason, judgement.by_settings) == (
        Verdict.NOT_TESTED,
        NOTHING_TO_JUDGE,
        False,
    )


def test_list_itself_is_judged_though_it_is_empty() -> None:
    assert judged(billing({"GET /invoices": (200, [])}), f"{LISTED}body.is-list").verdict is Verdict.UPHELD


def test_empty_list_does_not_show_what_was_asked_for() -> None:
    judgement = judged(billing({"GET /invoices": (200, [])}), f"{LISTED}answer.shows-invoice-id")
    assert judgement.verdict is Verdict.VIOLATED


@pytest.mark.parametrize(("known", "expected"), [("invoice-mine-1", Verdict.UPHELD), ("invoice-x", Verdict.VIOLATED)])
def test_answer_shows_the_object_that_was_asked_for(known: str, expected: Verdict) -> None:
    answer = {"message": "m", "status": "success", "invoice": {**INVOICE, "id": known}}
    run = billing({"GET /invoices/invoice-mine-1": (200, answer)})
    assert judged(run, "getInvoice/by-bearer/answer.shows-invoice-id").verdict is expected


def test_answer_shows_the_text_that_this_request_sent() -> None:
    assert judged(billing({}), "createInvoice/by-bearer/answer.shows-title").verdict is Verdict.UPHELD


# Another account's object

FOREIGN = "getInvoice/invoice-id-foreign/"
SHOWS_NOTHING = f"{FOREIGN}body.shows-nothing-of-another-account"
THEIR_LINE = "GET /invoices/invoice-theirs-1"


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_refusal_that_names_the_id_that_was_asked_for_shows_nothing(status: int) -> None:
    run = billing({THEIR_LINE: (status, {"message": "invoice-theirs-1 is not yours"})})
    assert [judged(run, f"{FOREIGN}status.is-a-refusal").verdict, judged(run, SHOWS_NOTHING).verdict] == (
        [Verdict.UPHELD] * 2
    )


@pytest.mark.parametrize("status", [200, 403, 404])
@pytest.mark.parametrize("leak", ["user-theirs", "Title of theirs"])
def test_answer_that_shows_what_another_account_has_is_violated(status: int, leak: str) -> None:
    theirs = replace(THEIRS, values={**THEIRS.values, "invoiceTitle": "Title of theirs"})
    run = billing({THEIR_LINE: (status, {"message": leak})}, settings({**GIVEN, theirs.state: theirs}))
    judgement = judged(run, SHOWS_NOTHING)
    expected = Violation("$", f'"{leak}", which belongs to another account')
    assert (judgement.verdict, judgement.violations) == (Verdict.VIOLATED, (expected,))


@pytest.mark.parametrize("known", ["invoice/+theirs 1", "Größe-von-jemandem", "+15550009999"])
def test_refusal_may_name_an_id_that_a_url_writes_otherwise(known: str) -> None:
    theirs = replace(THEIRS, values={"invoiceId": known})
    line = f"GET /invoices/{known}"
    run = billing({line: (404, {"message": f"no {known}"})}, settings({**GIVEN, theirs.state: theirs}))
    assert judged(run, SHOWS_NOTHING).verdict is Verdict.UPHELD


@pytest.mark.parametrize("known", ["Größe-von-jemandem", 'an "id" of theirs'])
def test_refusal_may_name_an_id_that_json_writes_otherwise(known: str) -> None:
    theirs = replace(THEIRS, values={"invoiceId": known})
    answer = (404, {"message": f"no {known}"})
    run = billing({"POST /invoices/search": answer}, settings({**GIVEN, theirs.state: theirs}))
    judgement = judged(run, "findInvoice/invoice-id-foreign/body.shows-nothing-of-another-account")
    assert judgement.verdict is Verdict.UPHELD


def test_another_accounts_object_that_is_not_known_is_not_asked_for() -> None:
    run = billing({}, settings({ACTIVE: MINE}))
    judgement = judged(run, SHOWS_NOTHING)
    assert (judgement.verdict, judgement.by_settings) == (Verdict.NOT_TESTED, True)


def test_value_that_both_accounts_have_gives_nothing_away() -> None:
    theirs = replace(THEIRS, values={**THEIRS.values, "rateId": "rate-of-everyone"})
    mine = replace(MINE, values={**MINE.values, "rateId": "rate-of-everyone"})
    given = settings({**GIVEN, theirs.state: theirs, ACTIVE: mine})
    run = billing({THEIR_LINE: (404, {"message": "see rate-of-everyone"})}, given)
    assert judged(run, SHOWS_NOTHING).verdict is Verdict.UPHELD


# Credentials that an answer gives away


def test_credential_that_a_login_gives_is_shown_in_no_other_evidence() -> None:
    given, invoice = "a" * 8 + "-new-token", {"message": "m", "status": "success", "invoice": INVOICE}
    answers = {
        "POST /sessions": (200, {"message": "m", "status": "success", "user": {"id": "u"}, "accessToken": given}),
        "GET /invoices/invoice-mine-1": (200, {**invoice, "echo": [given]}),
    }
    run = billing(answers)
    for name in ("logIn/without-credential/status.is-200", "getInvoice/by-bearer/status.is-200"):
        judged(run, name)
    shown = [run.evidence(id_) for id_ in ("logIn/without-credential", "getInvoice/by-bearer")]
    assert (given in repr(shown), run.known()["learned"]) == (False, [given])


def test_value_that_an_answer_merely_calls_a_token_is_masked_where_it_stands_and_nowhere_else() -> None:
    invoice = {"message": "m", "status": "success", "invoice": INVOICE}
    run = billing({"GET /invoices/invoice-mine-1": (200, {**invoice, "token": "exchange", "echo": "exchange-1"})})
    judged(run, "getInvoice/by-bearer/status.is-200")
    shown = run.evidence("getInvoice/by-bearer").body
    assert ('"token": "[redacted]", "echo": "exchange-1"' in shown, run.known()["learned"]) == (True, [])


def test_password_that_was_sent_is_shown_in_no_evidence() -> None:
    run = billing({"POST /sessions": (401, {"message": f"{MINE.values['password']} is wrong"})})
    judged(run, "logIn/without-credential/status.is-200")
    assert MINE.values["password"] not in repr(run.evidence("logIn/without-credential"))


LEAKS = {
    "framework-text": ("by-bearer", "Unauthorized", "no-credential", 401, {"message": "Unauthorized"}, Verdict.UPHELD),
    "name-to-a-stranger": (
        "by-bearer",
        "Frühjahrsputz",
        "no-credential",
        401,
        {"message": "Frühjahrsputz"},
        Verdict.VIOLATED,
    ),
}


@pytest.mark.parametrize("name", LEAKS)
def test_text_that_http_itself_has_is_nobodys_data(name: str) -> None:
    success, project, refusal, status, body, expected = LEAKS[name]
    known = {**SUCCESS, "projectData": {**PROJECT, "name": project}}
    asked = asking({success: Reply(200, known), refusal: Reply(status, body)})
    asked.all(success)
    assert asked.judged(f"{refusal}/body.holds-no-success-payload").verdict is expected


# What is left behind


def test_run_tells_what_it_left_behind() -> None:
    run = billing({"DELETE /invoices/invoice-made-1": (500, None)})
    judged(run, "createInvoice/by-bearer/status.is-200")
    run.accounts.close()
    [told] = run.known()["left_behind"]
    assert told == "what createInvoice made (invoiceId invoice-made-1): deleteInvoice answered 500 Reason"


# Fields that no page documents

COLOURFUL = Reply(200, {**SUCCESS, "projectData": {**PROJECT, "colour": "red"}})
COLOUR = ("$.projectData.colour",)


def undocumented(replies: Mapping[str, Reply], exchange_id: str) -> tuple[str, ...]:
    asked = asking(replies)
    asked.all()
    return asked.run.evidence(f"getActiveProject/{exchange_id}").undocumented


@pytest.mark.parametrize("name", ["by-bearer", "asked-twice", "unknown-query", "method-put/after"])
def test_evidence_names_the_undocumented_fields(name: str) -> None:
    assert undocumented({name: COLOURFUL}, name) == COLOUR


OF_NO_PAGE = {
    "documented": ("by-bearer", FOUND),
    "error": ("no-credential", Reply(401, {"message": "no", "colour": 1})),
    "another-method": ("method-put", COLOURFUL),
    "undocumented-status": ("by-bearer", replace(COLOURFUL, status=201)),
    "no-strict-json": ("by-bearer", Reply(200, b'{"message": "", "colour": NaN}')),
}


@pytest.mark.parametrize(("name", "reply"), OF_NO_PAGE.values(), ids=OF_NO_PAGE)
def test_evidence_names_no_field_where_no_page_prints_the_body(name: str, reply: Reply) -> None:
    assert undocumented({name: reply}, name) == ()


def test_evidence_of_a_generated_request_names_the_undocumented_fields() -> None:
    evidence = with_generated(generated(COLOURFUL)).run.evidence("getActiveProject/generated/1")
    assert (evidence.operation, evidence.undocumented) == ("getActiveProject", COLOUR)


def test_undocumented_field_shows_no_secret_and_moves_no_cursor() -> None:
    body = {**SUCCESS, f"a-{TOKEN}": 1, "b\x1b[2J": 1}
    assert undocumented({"by-bearer": Reply(200, body)}, "by-bearer") == ("$.a-[redacted]", "$.b\\x1b[2J")


# What others write meanwhile

LATER = Reply(200, {**SUCCESS, "projectData": {**PROJECT, "name": "Renamed"}})
MEANWHILE = {
    "changed-for-good": (LATER, Verdict.UPHELD),
    "changed-by-the-request": (FOUND, Verdict.VIOLATED),
    "no-answer-to-tell-by": (Reply(503), Verdict.VIOLATED),
}


@pytest.mark.parametrize("case", ["unknown-query", "unusual-accept"])
@pytest.mark.parametrize(("again", "expected"), MEANWHILE.values(), ids=MEANWHILE)
def test_answer_that_differs_is_held_to_a_new_one(again: Reply, expected: Verdict, case: str) -> None:
    asked = asking({case: LATER, "by-bearer/again": again})
    assert asked.verdict(f"{case}/answer.is-unchanged") is expected


def test_answer_that_does_not_differ_costs_no_request() -> None:
    asked = asking()
    asked.all("by-bearer", "unknown-query")
    assert "getActiveProject/by-bearer/again" not in asked.run.answers.exchanges


def test_same_request_twice_is_held_to_the_first_answer() -> None:
    asked = asking({"asked-twice": LATER, "by-bearer/again": LATER})
    assert asked.verdict("asked-twice/answer.is-the-same-again") is Verdict.VIOLATED
