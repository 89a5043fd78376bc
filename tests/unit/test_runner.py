"""Each case is asked once; what is nobody's fault is blocked, what is the provider's fault is judged."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from talkstack_contract.contract.cases import REFUSAL as REFUSAL_RANK
from talkstack_contract.errors import Blocked
from talkstack_contract.execution.runner import Answers
from talkstack_contract.judging.judge import Run
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Effect, Exchange, Judgement, Request, Verdict, Violation
from talkstack_contract.provider.client import NoAnswer, Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Account, Credential, Settings
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.unit.billing_provider import CASES as BILLING
from tests.unit.billing_provider import STATES, World, accounts_of, refused, settings
from tests.unit.contracts import PROJECT as PROJECT_OPERATION
from tests.unit.contracts import cases_of, operation_of
from tests.unit.setting_names import ACTIVE, EMPTY, EXPIRED, NAMES, credentials

OPERATION = operation_of(PROJECT_OPERATION)
CASES = {case.name: case for case in cases_of(OPERATION)}
TODAY = date(2026, 11, 24)
FAILING = "the provider fails inside"
TOKEN = "eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr2Tn5Vb8Xc1Md"
OWNER = "u-8842-aa71-90"
PROJECT = {
    "name": "Sommer",
    "user_id": OWNER,
    "status": "ACTIVE",
    "description": "",
    "call_status_webhook": "https://hooks.example/calls",
    "id": "p-1170-bb42-33",
}
SUCCESS = {"message": "fetched active project data.", "status": "success", "projectData": PROJECT}
ACTIVE_ACCOUNT = Account(
    ACTIVE,
    credentials(Credential(TOKEN, "TALKSTACK_TOKEN"), Credential("4f7a91c2d8e35b60", "TALKSTACK_API_KEY")),
    OWNER,
)
EMPTY_ACCOUNT = Account(
    EMPTY, credentials(Credential("empty-token-1", "TALKSTACK_EMPTY_TOKEN"), Credential("empty-key-1", "E"))
)
EXPIRED_ACCOUNT = Account(EXPIRED, credentials(Credential("expired-token-1", "E")))
ACCOUNTS = {ACTIVE: ACTIVE_ACCOUNT, EMPTY: EMPTY_ACCOUNT, EXPIRED: EXPIRED_ACCOUNT}
EVERYTHING = Settings(
    "http://127.0.0.1:9", False, frozenset(Effect), ACCOUNTS, states_url="http://127.0.0.1:9/_states", names=NAMES
)
WITHOUT_STATES = replace(EVERYTHING, states_url="")


@dataclass(frozen=True)
class Reply:
    """What the provider answers; status 0 is no answer at all."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    reason: str = "Reason"

    def exchange(self, request: Request, exchange_id: str) -> Exchange:
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body or {"message": "no"}).encode()
        return Exchange(exchange_id, request, self.status, self.reason, self.headers, content, "", 1.0)


NOTHING = Reply(0)
REFUSAL = Reply(401)
FOUND = Reply(200, SUCCESS)
GOOD = {
    **dict.fromkeys(("by-bearer", "by-api-key", "asked-twice", "unknown-query", "unusual-accept"), FOUND),
    **dict.fromkeys(("no-active-project", "no-active-project-by-api-key"), Reply(404)),
    **dict.fromkeys(("method-post", "method-put", "method-patch", "method-delete"), Reply(405)),
    "internal-error": Reply(500),
}


class Scripted(Provider):
    """A provider that answers by the name of the case, keeps what it was asked, and sends nothing."""

    def __init__(
        self,
        replies: Mapping[str, Reply | Sequence[Reply]],
        settings: Settings,
        accounts: Mapping[str, Account | Blocked],
    ) -> None:
        super().__init__(settings, Secrets(settings.secrets()))
        self.replies = {name: [given] if isinstance(given, Reply) else list(given) for name, given in replies.items()}
        self.accounts = accounts
        self.asked: list[str] = []
        self.states: list[tuple[str, str, str]] = []
        self.pauses: list[float] = []
        self.deadlines: dict[str, float | None] = {}

    def send(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:
        name = exchange_id.partition("/")[2]
        self.asked.append(name)
        self.deadlines[name] = deadline_s
        script = self.replies.get(name) or self.replies.get("*") or [default(name)]
        reply = script.pop(0) if len(script) > 1 else script[0]
        if reply.status == 0:
            raise NoAnswer("no answer (ConnectionRefusedError)")
        return reply.exchange(request, exchange_id)

    def set_up(self, state: str, action: str, user_id: str = "") -> Account:
        self.states.append((state, action, user_id))
        given = self.accounts.get(f"{action} {state}") or self.accounts.get(state) or Account(state)
        if isinstance(given, Blocked):
            raise given
        return given

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


def default(name: str) -> Reply:
    return FOUND if name.endswith("/after") else GOOD.get(name, REFUSAL)


@dataclass(frozen=True)
class Asked:
    """A run with its scripted provider."""

    run: Run
    provider: Scripted

    def judged(self, name: str) -> Judgement:
        case, _, clause = name.partition("/")
        return self.run.judgement(CASES[case], CASES[case].clause(clause))

    def verdict(self, name: str) -> Verdict:
        return self.judged(name).verdict

    def all(self, *names: str) -> dict[str, Judgement]:
        cases = [CASES[name] for name in names] or list(CASES.values())
        judged = [self.run.judgement(case, clause) for case in cases for clause in case.clauses]
        return {f"{each.case}/{each.clause}": each for each in judged}

    def which(self, verdict: Verdict, *names: str) -> set[str]:
        return {name for name, each in self.all(*names).items() if each.verdict is verdict}


def asking(
    replies: Mapping[str, Reply | Sequence[Reply]] | None = None,
    settings: Settings = EVERYTHING,
    accounts: Mapping[str, Account | Blocked] | None = None,
    waivers: Sequence[Waiver] = (),
) -> Asked:
    provider = Scripted(replies or {}, settings, accounts or {})
    return Asked(run_of(provider, waivers), provider)


def run_of(provider: Provider, waivers: Sequence[Waiver] = ()) -> Run:
    cases = list(CASES.values())
    return Run(cases, Accounts(cases, provider, Ledger(), "n"), waivers, TODAY)


def clauses_of(*names: str) -> set[str]:
    return {f"{name}/{clause.name}" for name in names for clause in CASES[name].clauses}


# Once


def test_each_case_is_asked_once() -> None:
    asked = asking()
    asked.all()
    methods = ("method-post", "method-put", "method-patch", "method-delete")
    expected = [name for name in CASES if name != "generated"] + [f"{name}/after" for name in methods]
    assert Counter(asked.provider.asked) == Counter(expected)


# Blocked or violated?

UNUSABLE = {"no-answer": NOTHING, **{str(status): Reply(status) for status in (502, 503, 504)}}
TOO_FAST = Reply(429)  # as it comes from the provider, which has asked once more already
DEAD = {**UNUSABLE, "429": TOO_FAST}


@pytest.mark.parametrize("reply", DEAD.values(), ids=DEAD)
def test_dead_provider_blocks_everything(reply: Reply) -> None:
    asked = asking({"*": reply})
    judged = asked.all()
    assert ({each.verdict for each in judged.values()}, {each.run_wide for each in judged.values()}) == (
        {Verdict.BLOCKED},
        {True},
    )


@pytest.mark.parametrize("reply", DEAD.values(), ids=DEAD)
def test_dead_provider_is_told_once_and_not_asked_again(reply: Reply) -> None:
    asked = asking({"*": reply})
    reasons = {each.reason for each in asked.all().values()}
    assert (len(reasons), sorted(asked.provider.asked)) == (1, ["by-bearer", "no-credential"])


def test_kept_error_holds_no_frame_however_often_it_is_told() -> None:
    """A frame holds the answers that were in hand, so a kept traceback would keep them to the end of the run."""
    asked = asking({"*": NOTHING})
    case = CASES["by-bearer"]
    told = []
    for _ in range(2):
        with pytest.raises(Blocked) as caught:
            asked.run.answers.of(case)
        told.append(caught.value)
    first, second = told
    kept = asked.run.answers.dead
    assert kept is not None
    assert (kept.__traceback__, kept.__context__, kept.of_run) == (None, None, True)
    assert (first is second, first.reason, second.of_run) == (False, second.reason, True)


@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
def test_case_without_a_usable_answer_is_asked_once_more(reply: Reply) -> None:
    asked = asking({"by-api-key": [reply, FOUND]})
    asked.all("by-bearer", "by-api-key")
    assert (asked.provider.asked.count("by-api-key"), asked.which(Verdict.UPHELD, "by-api-key")) == (
        2,
        clauses_of("by-api-key"),
    )


def test_documented_503_is_an_answer_and_asked_once() -> None:
    case = replace(CASES["by-api-key"], status=503)
    cases = [CASES["by-bearer"], case]
    provider = Scripted({"by-api-key": [Reply(503), FOUND]}, EVERYTHING, {})
    answers = Answers(cases, provider, Accounts(cases, provider, Ledger(), "n"))
    answers.of(CASES["by-bearer"])
    assert (answers.of(case).exchange.status, provider.asked) == (503, ["by-bearer", "by-api-key"])


def test_nobody_is_rung_twice_to_learn_whether_an_answer_was_lost() -> None:
    operation = replace(operation_of("getActiveProject"), effect=Effect.PLACES_CALLS)
    cases = {case.name: case for case in cases_of(operation)}
    provider = Scripted({"by-api-key": Reply(0)}, EVERYTHING, {})
    run = Run(list(cases.values()), Accounts(list(cases.values()), provider, Ledger(), "n"), (), TODAY)
    verdicts = [run.judgement(cases[name], cases[name].clauses[0]).verdict for name in ("by-bearer", "by-api-key")]
    assert (verdicts, provider.asked.count("by-api-key")) == ([Verdict.UPHELD, Verdict.BLOCKED], 1)


@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
@pytest.mark.parametrize("name", ["by-api-key", "no-active-project", "wrong-token", "unknown-query"])
def test_no_usable_answer_twice_is_violated(name: str, reply: Reply) -> None:
    asked = asking({name: reply})
    asked.all("by-bearer")
    verdict = asked.verdict(f"{name}/{CASES[name].clauses[0].name}")
    assert (verdict, asked.provider.asked.count(name)) == (Verdict.VIOLATED, 2)


@pytest.mark.parametrize("reply", [TOO_FAST, Reply(429, headers=(("Retry-After", "0"),))], ids=["bare", "retry-after"])
@pytest.mark.parametrize("name", ["by-api-key", "wrong-token", "unknown-query", "method-post"])
def test_429_blocks_every_clause_of_its_case(name: str, reply: Reply) -> None:
    asked = asking({name: reply})
    asked.all("by-bearer")
    assert (asked.which(Verdict.BLOCKED, name), asked.provider.asked.count(name)) == (clauses_of(name), 1)


def test_429_to_what_is_asked_afterwards_shows_no_change() -> None:
    asked = asking({"method-post/after": TOO_FAST})
    assert asked.which(Verdict.BLOCKED, "method-post") == {"method-post/account.is-unchanged"}


def test_provider_that_asks_to_wait_longer_than_a_run_does_blocks_the_case() -> None:
    asked = asking({"by-api-key": Reply(429, headers=(("Retry-After", "3600"),))})
    asked.all("by-bearer")
    judgement = asked.judged("by-api-key/status.is-200")
    reason = "the provider is asked too fast (429), and asks to wait longer than a run does"
    assert (judgement.verdict, judgement.reason, judgement.run_wide) == (Verdict.BLOCKED, reason, False)


@pytest.mark.parametrize("reply", UNUSABLE.values(), ids=UNUSABLE)
def test_first_case_without_a_usable_answer_is_violated_where_the_provider_answers_another(reply: Reply) -> None:
    asked = asking({"by-bearer": reply})
    assert (asked.which(Verdict.VIOLATED, "by-bearer"), asked.which(Verdict.BLOCKED)) == (
        {"by-bearer/status.is-200"},
        set(),
    )


def test_provider_that_dies_after_the_first_case_is_violated() -> None:
    asked = asking({"by-api-key": NOTHING, "no-active-project": NOTHING})
    statuses = ("by-bearer/status.is-200", "by-api-key/status.is-200", "no-active-project/status.is-404")
    verdicts = [asked.verdict(name) for name in statuses]
    assert verdicts == [Verdict.UPHELD, Verdict.VIOLATED, Verdict.VIOLATED]


def test_violation_says_that_no_answer_came() -> None:
    judgement = asking({"by-bearer": NOTHING}).judged("by-bearer/status.is-200")
    assert judgement.violations == (Violation("status", "no answer (ConnectionRefusedError)"),)


def test_witness_is_asked_within_half_a_deadline_so_that_a_dead_provider_costs_one() -> None:
    asked = asking({"*": NOTHING})
    asked.all()
    assert asked.provider.deadlines == {"by-bearer": None, "no-credential": EVERYTHING.limits.exchange_s / 2}


def test_no_witness_is_asked_where_the_first_case_has_an_answer() -> None:
    asked = asking()
    asked.judged("by-bearer/status.is-200")
    assert asked.provider.asked == ["by-bearer"]


def test_second_try_waits_as_long_as_the_provider_asks() -> None:
    asked = asking({"by-bearer": [Reply(503, headers=(("Retry-After", "7"),)), FOUND]})
    verdict = asked.verdict("by-bearer/status.is-200")
    assert (asked.provider.pauses, verdict) == ([7.0], Verdict.UPHELD)


@pytest.mark.parametrize(
    "reply", [Reply(302), Reply(418), Reply(200, b"\xff"), Reply(500)], ids=["302", "418", "body", "500"]
)
def test_usable_answer_is_judged_however_strange(reply: Reply) -> None:
    asked = asking({"by-bearer": reply})
    blocked = asked.which(Verdict.BLOCKED)
    assert (asked.which(Verdict.VIOLATED, "by-bearer") != set(), asked.provider.asked.count("by-bearer"), blocked) == (
        True,
        1,
        set(),
    )


# Refused credentials

BY_TOKEN = ("by-bearer", "asked-twice", "unknown-query", "unusual-accept", "no-active-project", "internal-error")
BY_KEY = ("by-api-key", "no-active-project-by-api-key")


@pytest.mark.parametrize("status", [401, 403])
def test_refusal_of_every_credential_blocks_everything(status: int) -> None:
    asked = asking({"*": Reply(status, reason="Unauthorized")})
    reasons = {(each.verdict, each.reason, each.run_wide) for each in asked.all().values()}
    assert reasons == {(Verdict.BLOCKED, f"every credential given is refused ({status} Unauthorized)", True)}


def test_refusal_of_every_credential_is_known_before_the_wrong_ones_are_tried() -> None:
    asked = asking({"*": REFUSAL})
    asked.all()
    refusals = {name for name in asked.provider.asked if CASES[name].kind == REFUSAL_RANK}
    assert refusals - {"no-credential"} == set()


def test_one_refused_credential_while_another_works_is_violated() -> None:
    asked = asking(dict.fromkeys(BY_KEY, REFUSAL))
    refused = asked.verdict("by-api-key/status.is-200")
    assert (asked.verdict("by-bearer/status.is-200"), refused, asked.which(Verdict.BLOCKED)) == (
        Verdict.UPHELD,
        Verdict.VIOLATED,
        set(),
    )


def test_first_credential_refused_while_the_second_works_is_violated() -> None:
    asked = asking(dict.fromkeys(BY_TOKEN, REFUSAL))
    verdicts = asked.verdict("by-bearer/status.is-200"), asked.verdict("by-api-key/status.is-200")
    assert (verdicts, asked.which(Verdict.BLOCKED)) == ((Verdict.VIOLATED, Verdict.UPHELD), set())


def test_one_account_refused_while_another_works_is_violated() -> None:
    asked = asking(
        {**dict.fromkeys(BY_TOKEN, REFUSAL), **dict.fromkeys(BY_KEY, REFUSAL), "no-active-project": Reply(404)}
    )
    verdicts = asked.verdict("by-bearer/status.is-200"), asked.verdict("no-active-project/status.is-404")
    assert verdicts == (Verdict.VIOLATED, Verdict.UPHELD)


def test_mutated_form_of_a_refused_credential_is_held_back() -> None:
    asked = asking(dict.fromkeys(BY_KEY, REFUSAL))
    judged = asked.all("key-altered", "key-lengthened", "key-cut-short", "key-in-other-case")
    reasons = {(each.verdict, each.reason) for each in judged.values()}
    reason = "the key itself is refused, so refusing a spoilt one means nothing"
    sent = [name for name in asked.provider.asked if name.startswith("key-")]
    assert (reasons, sent) == ({(Verdict.NOT_TESTED, reason)}, [])


def test_mutated_form_of_a_working_credential_is_sent() -> None:
    asked = asking(dict.fromkeys(BY_KEY, REFUSAL))
    assert asked.verdict("token-altered/status.is-401") is Verdict.UPHELD


def test_mutated_credential_that_is_accepted_is_violated() -> None:
    asked = asking({"token-cut-short": FOUND})
    assert asked.which(Verdict.VIOLATED, "token-cut-short") == {"token-cut-short/status.is-401"}


# Provider states

BROUGHT_ABOUT = Account(FAILING, credentials(Credential("state-token-1", "TALKSTACK_TOKEN")), "u-77")


def test_state_is_brought_about_once_and_ended_for_its_account() -> None:
    asked = asking(accounts={FAILING: BROUGHT_ABOUT})
    asked.all()
    asked.run.accounts.close()
    expected = [(FAILING, "setup", ""), (FAILING, "teardown", "u-77")]
    assert (asked.provider.states, asked.run.accounts.left_behind) == (expected, [])


def test_case_asks_as_the_account_that_the_state_names() -> None:
    asked = asking(accounts={FAILING: BROUGHT_ABOUT})
    exchange = asked.run.answers.of(CASES["internal-error"]).exchange
    assert [header.value for header in exchange.request.headers] == ["application/json", "Bearer state-token-1"]


def test_state_without_an_account_of_its_own_is_asked_as_the_active_one() -> None:
    asked = asking()
    exchange = asked.run.answers.of(CASES["internal-error"]).exchange
    assert [header.value for header in exchange.request.headers] == ["application/json", f"Bearer {TOKEN}"]


def test_state_is_ended_once() -> None:
    asked = asking(accounts={FAILING: BROUGHT_ABOUT})
    asked.all()
    asked.run.accounts.close()
    asked.run.accounts.close()
    assert len(asked.provider.states) == 2


def test_state_that_cannot_be_ended_is_told() -> None:
    asked = asking(accounts={FAILING: BROUGHT_ABOUT, f"teardown {FAILING}": Blocked("could not be ended")})
    asked.all("internal-error")
    asked.run.accounts.close()
    assert asked.run.accounts.left_behind == [
        "an account in the state 'the provider fails inside' (user_id u-77): could not be ended"
    ]


def test_state_that_cannot_be_set_up_blocks_its_case_only() -> None:
    asked = asking(accounts={FAILING: Blocked("could not be set up")})
    blocked = {name: each.reason for name, each in asked.all().items() if each.verdict is Verdict.BLOCKED}
    assert blocked == dict.fromkeys(clauses_of("internal-error"), "could not be set up")


def test_state_that_cannot_be_set_up_is_tried_once() -> None:
    asked = asking(accounts={FAILING: Blocked("could not be set up")})
    asked.all("internal-error")
    assert asked.provider.states == [(FAILING, "setup", "")]


def test_state_that_names_no_account_blocks_where_there_is_no_active_one() -> None:
    asked = asking(settings=replace(EVERYTHING, accounts={EMPTY: EMPTY_ACCOUNT}))
    judgement = asked.judged("internal-error/status.is-500")
    assert (judgement.verdict, FAILING in judgement.reason) == (Verdict.BLOCKED, True)


def test_account_of_the_settings_needs_no_state_to_be_brought_about() -> None:
    asked = asking()
    asked.all("no-active-project", "by-bearer")
    assert asked.provider.states == []


# Out of reach of the settings


def out_of_reach(settings: Settings, name: str) -> tuple[Judgement, list[str]]:
    asked = asking(settings=settings)
    return asked.judged(name), asked.provider.asked


@pytest.mark.parametrize("name", ["method-post", "method-put", "method-patch", "method-delete"])
def test_effect_that_is_not_allowed_is_not_asked(name: str) -> None:
    settings = replace(EVERYTHING, allow=frozenset({Effect.READS}))
    judgement, sent = out_of_reach(settings, f"{name}/method.is-refused")
    told = (judgement.verdict, judgement.by_settings, judgement.reason, judgement.remedy, sent)
    reason = "it has the effect writes, which the settings do not allow"
    assert told == (Verdict.NOT_TESTED, True, reason, "add 'writes' to allow in the provider file", [])


def test_state_that_is_not_to_be_had_is_not_asked() -> None:
    settings = replace(WITHOUT_STATES, accounts={ACTIVE: ACTIVE_ACCOUNT})
    judgement, sent = out_of_reach(settings, "no-active-project/status.is-404")
    told = (judgement.verdict, judgement.by_settings, judgement.reason, EMPTY in judgement.remedy, sent)
    assert told == (
        Verdict.NOT_TESTED,
        True,
        "no account is configured for the provider state 'no active project'",
        True,
        [],
    )


@pytest.mark.parametrize(("name", "key"), [("by-api-key", "api_key"), ("by-bearer", "token")])
def test_credential_that_is_not_given_is_not_asked(name: str, key: str) -> None:
    others = {name: each for name, each in ACTIVE_ACCOUNT.credentials.items() if name != key}
    account = replace(ACTIVE_ACCOUNT, credentials=others)
    judgement, sent = out_of_reach(replace(EVERYTHING, accounts={ACTIVE: account}), f"{name}/status.is-200")
    told = (judgement.verdict, judgement.by_settings, judgement.reason, sent)
    assert told == (Verdict.NOT_TESTED, True, f"the account 'an active project' has no {key}", [])


def test_credential_without_a_letter_has_no_other_case() -> None:
    account = replace(ACTIVE_ACCOUNT, credentials=credentials(Credential("0123456789", "TALKSTACK_TOKEN")))
    settings = replace(EVERYTHING, accounts={ACTIVE: account})
    judgement, sent = out_of_reach(settings, "token-in-other-case/status.is-401")
    assert (judgement.verdict, judgement.by_settings, sent) == (Verdict.NOT_TESTED, True, [])


def test_owner_is_not_judged_where_the_user_id_is_not_known() -> None:
    account = replace(ACTIVE_ACCOUNT, user_id="")
    asked = asking(settings=replace(EVERYTHING, accounts={**ACCOUNTS, ACTIVE: account}))
    owner = asked.judged("by-bearer/account.is-the-asking-one")
    others = asked.which(Verdict.UPHELD, "by-bearer")
    assert (owner.verdict, owner.by_settings, others) == (
        Verdict.NOT_TESTED,
        True,
        clauses_of("by-bearer") - {"by-bearer/account.is-the-asking-one"},
    )


def test_case_without_a_credential_needs_no_account() -> None:
    asked = asking(settings=replace(WITHOUT_STATES, accounts={}))
    names = ("no-credential", "wrong-token", "wrong-key", "empty-token", "empty-key")
    assert asked.which(Verdict.UPHELD, *names) == clauses_of(*names)


# The plan


def planned(name: str, settings: Settings = EVERYTHING) -> str:
    asked = asking(settings=settings)
    line = asked.run.answers.plan(CASES[name], 5).told
    assert asked.provider.asked == []
    return line


BASE = "http://127.0.0.1:9/user/get-active-project"
BEARER = "-H 'Accept: application/json' -H \"Authorization: Bearer $TALKSTACK_TOKEN\""
PLANS = {
    "by-bearer": f"curl -i {BEARER} '{BASE}'",
    "no-credential": f"curl -i -H 'Accept: application/json' '{BASE}'",
    "method-delete": f"curl -i -X DELETE {BEARER} '{BASE}'",
    "generated": "up to 25 generated requests to GET /user/get-active-project",
    "internal-error": (
        "GET /user/get-active-project, after the states URL has brought about 'the provider fails inside'"
    ),
}


@pytest.mark.parametrize(("name", "expected"), PLANS.items(), ids=PLANS)
def test_plan_says_what_would_be_sent_and_sends_nothing(name: str, expected: str) -> None:
    assert planned(name) == expected


def test_plan_says_what_would_not_be_asked() -> None:
    settings = replace(EVERYTHING, allow=frozenset({Effect.READS}))
    assert planned("method-put", settings) == "not tested: it has the effect writes, which the settings do not allow"


# Many operations


def billing(world: World, given: Settings | None = None) -> Run:
    return Run(list(BILLING.values()), accounts_of(given or settings(), world), (), TODAY)


def verdicts(run: Run, *names: str) -> list[Verdict]:
    return [run.judgement(BILLING[name], BILLING[name].clauses[0]).verdict for name in names]


def test_operation_that_refuses_every_credential_blocks_no_other() -> None:
    world = World(broken={"GET /rates/rate-eur": refused(401)})
    run = billing(world)
    found = verdicts(run, "getRate/by-api-key", "getInvoice/by-bearer", "findInvoice/by-bearer")
    assert (found, run.answers.dead) == ([Verdict.VIOLATED, Verdict.UPHELD, Verdict.UPHELD], None)


def test_credentials_that_no_operation_takes_are_refused_for_the_whole_run() -> None:
    lines = ("GET /invoices", "GET /invoices/invoice-mine-1", "POST /invoices/search", "GET /rates/rate-eur")
    others = ("GET /user/get-active-project", "GET /invoices/export", "POST /invoices")
    world = World(broken=dict.fromkeys((*lines, *others), refused(401)))
    found = verdicts(billing(world), "createInvoice/by-bearer", "getInvoice/by-bearer", "logIn/without-credential")
    assert (set(found), world.lines().count("POST /invoices")) == ({Verdict.BLOCKED}, 3)


def test_no_operation_that_changes_something_is_asked_only_to_know_whether_a_credential_does() -> None:
    world = World(broken={"GET /invoices": refused(401), "GET /rates/rate-eur": refused(401)})
    verdicts(billing(world), "getRate/by-api-key")
    assert {line.split()[0] for line in world.lines() if line != "POST /invoices/search"} == {"GET"}


def test_thing_is_made_before_a_list_of_such_things_is_read() -> None:
    world = World()
    verdicts(billing(world), "listInvoices/by-bearer")
    assert world.lines() == ["POST /invoices", "GET /invoices"]


def test_list_of_a_run_that_only_reads_is_read_as_it_is() -> None:
    world = World()
    verdicts(billing(world, settings(allow=frozenset({Effect.READS}))), "listInvoices/by-bearer")
    assert world.lines() == ["GET /invoices"]


def test_preflight_makes_nothing_and_its_list_is_read_again() -> None:
    world = World()
    run = billing(world)
    run.answers.preflight()
    assert set(world.lines()) & {"POST /invoices"} == set()
    verdicts(run, "listInvoices/by-bearer")
    assert world.lines()[-2:] == ["POST /invoices", "GET /invoices"]


def test_first_operation_without_an_answer_is_violated_where_another_answers() -> None:
    world = World(broken={"POST /sessions": refused(0)})
    found = verdicts(billing(world), "logIn/without-credential", "getInvoice/by-bearer")
    assert found == [Verdict.VIOLATED, Verdict.UPHELD]


def test_witness_brings_nothing_about() -> None:
    world = World(broken={"POST /sessions": refused(0)})
    verdicts(billing(world, settings(states_url=STATES)), "logIn/without-credential")
    assert ([action for _, action, _ in world.states], world.lines("POST").count("POST /invoices")) == (["setup"], 0)


def test_witness_is_not_asked_where_reading_is_not_allowed() -> None:
    world = World(broken={"POST /sessions": refused(0)})
    allow = frozenset({Effect.ISSUES_CREDENTIALS})
    found = verdicts(billing(world, settings(allow=allow)), "logIn/without-credential")
    assert (found, set(world.lines())) == ([Verdict.BLOCKED], {"POST /sessions"})


def once(status: int, then: tuple[int, Any]) -> Callable[[], tuple[int, Any]]:
    """Answer with that status at first, and so ever after."""
    script = [(status, None)]
    return lambda: script.pop() if script else then


MADE_AT_LAST = (200, {"message": "m", "status": "success", "invoice": {"id": "invoice-9", "title": "t"}})


def test_second_try_is_a_request_of_its_own_since_the_name_of_the_first_may_be_taken() -> None:
    world = World(broken={"POST /invoices": once(503, MADE_AT_LAST)})
    run = billing(world)
    verdicts(run, "getInvoice/by-bearer", "createInvoice/by-bearer")
    titles = [each.body["title"] for each in world.asked if each.line == "POST /invoices"]
    assert (len(titles), len(set(titles))) == (2, 2)


@pytest.mark.parametrize(("status", "count"), [(0, 2), (502, 2), (503, 2), (504, 2)])
def test_what_a_first_try_may_have_made_is_in_the_ledger_too(status: int, count: int) -> None:
    run = billing(World(broken={"POST /invoices": once(status, MADE_AT_LAST)}))
    verdicts(run, "getInvoice/by-bearer", "createInvoice/by-bearer")
    assert len(run.accounts.ledger.pending()) == count


def test_mutated_credential_is_sent_where_no_page_prints_a_success_to_hold_it_against() -> None:
    operation = operation_of("getActiveProject")
    operation = replace(operation, responses=tuple(each for each in operation.responses if not each.is_success))
    cases = {case.name: case for case in cases_of(operation)}
    provider = Scripted({}, EVERYTHING, {})
    run = Run(list(cases.values()), Accounts(list(cases.values()), provider, Ledger(), "n"), (), TODAY)
    case = replace(cases["token-altered"], state=ACTIVE)
    assert run.judgement(case, case.clauses[0]).verdict is Verdict.UPHELD


PLANNED = {
    "given": ("getInvoice/by-bearer", "curl -i -H 'Accept: application/json'"),
    "to-be-opened": (
        "createInvoice/by-bearer",
        "POST /invoices, after the states URL has brought about 'an active project'",
    ),
    "foreign": ("getInvoice/invoice-id-foreign", "curl -i -H 'Accept: application/json'"),
}


@pytest.mark.parametrize(("name", "expected"), PLANNED.values(), ids=PLANNED)
def test_plan_of_many_operations_sends_nothing(name: str, expected: str) -> None:
    world = World()
    run = billing(world, settings(states_url=STATES))
    line = run.answers.plan(BILLING[name], 5).told
    assert (line[: len(expected)], world.asked, world.states) == (expected, [], [])


def test_plan_shows_no_secret_that_a_body_would_hold() -> None:
    line = billing(World()).answers.plan(BILLING["logIn/without-credential"], 5).told
    assert ("anna@example.test" in line, "pass-word-1" in line) == (True, False)
