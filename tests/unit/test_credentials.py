"""A credential that does not work, or no longer, blocks its own cases; to refuse a sound one breaks a promise."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from talkstack_contract.execution.workflows import Steps
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Effect, Exchange, Judgement, Request, Verdict
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.unit.billing_provider import CASES, GIVEN, JSON, Billing, World, account, refused, settings
from tests.unit.setting_names import ACTIVE, EMPTY

TODAY = date(2026, 11, 24)
BY_TOKEN = ("getInvoice/by-bearer", "listInvoices/by-bearer", "findInvoice/by-bearer", "getInvoice/invoice-id-unknown")
BY_KEY = ("getInvoice/by-api-key", "getRate/by-api-key")
NOBODY = account(EMPTY, "nobody")


class Ending(Billing):
    """A provider that accepts the credentials of one header so many times, then refuses them; `who` narrows that."""

    def __init__(self, header: str, lasts: int, who: str = "", status: int = 401) -> None:
        super().__init__(settings(accounts={**GIVEN, EMPTY: NOBODY}, allow=frozenset({Effect.READS})), World())
        self.header, self.lasts, self.who, self.status = header, lasts, who, status
        self.used = 0

    def send(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:
        sent = {header.name: header.value for header in request.headers}
        if self.who in sent.get(self.header, ""):
            self.used += self.header in sent
            if self.header in sent and self.used > self.lasts:
                return Exchange(exchange_id, request, self.status, "Unauthorized", JSON, b'{"message": "no"}', "", 1.0)
        return super().send(request, exchange_id, deadline_s)


def run_of(provider: Billing) -> Run:
    cases = list(CASES.values())
    return Run(cases, Accounts(cases, provider, Ledger(), "n"), (), TODAY)


def judged(run: Run, *names: str) -> list[Judgement]:
    return [run.judgement(CASES[name], CASES[name].clauses[0]) for name in names]


def verdicts(run: Run, *names: str) -> list[Verdict]:
    return [each.verdict for each in judged(run, *names)]


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("lasts", [1, 2, 3])
def test_token_that_ends_in_the_middle_blocks_what_comes_after(lasts: int, status: int) -> None:
    run = run_of(Ending("Authorization", lasts, status=status))
    expected = [Verdict.UPHELD] * lasts + [Verdict.BLOCKED] * (len(BY_TOKEN) - lasts)
    assert (verdicts(run, *BY_TOKEN), verdicts(run, *BY_KEY)) == (expected, [Verdict.UPHELD] * 2)


def test_token_that_ends_is_told_in_one_line() -> None:
    run = run_of(Ending("Authorization", 1))
    reasons = {each.reason for each in judged(run, *BY_TOKEN)[1:]}
    told = "is refused (401 Unauthorized) where it was accepted before: it has expired or was revoked"
    assert reasons == {f"the token of the account 'an active project' {told}"}


def test_token_that_has_ended_is_not_sent_again() -> None:
    provider = Ending("Authorization", 1)
    verdicts(run_of(provider), *BY_TOKEN)
    assert provider.used == 3  # once accepted, once refused, once more where it was accepted


def test_mutated_form_of_a_token_that_has_ended_is_held_back() -> None:
    run = run_of(Ending("Authorization", 1))
    assert verdicts(run, *BY_TOKEN[:2], "getActiveProject/token-altered")[2] is Verdict.BLOCKED


def test_operation_that_refuses_a_token_which_opens_others_is_violated() -> None:
    provider = Billing(settings(), World(broken={"GET /invoices": refused(401)}))
    run = run_of(provider)
    found = verdicts(run, "getInvoice/by-bearer", "listInvoices/by-bearer", "findInvoice/by-bearer")
    assert found == [Verdict.UPHELD, Verdict.VIOLATED, Verdict.UPHELD]


@pytest.mark.parametrize(
    ("header", "names", "others"),
    [("x-api-key", BY_KEY, BY_TOKEN), ("Authorization", BY_TOKEN, BY_KEY)],
    ids=["key", "token"],
)
@pytest.mark.parametrize("is_first", [True, False], ids=["asked-first", "asked-last"])
def test_credential_that_never_works_blocks_its_own_cases(
    header: str, names: tuple[str, ...], others: tuple[str, ...], is_first: bool
) -> None:
    run = run_of(Ending(header, 0, who="mine"))
    order = (*names, *others) if is_first else (*others, *names)
    found = dict(zip(order, verdicts(run, *order), strict=True))
    assert (Counter(found[name] for name in names), Counter(found[name] for name in others)) == (
        {Verdict.BLOCKED: len(names)},
        {Verdict.UPHELD: len(others)},
    )


def test_credential_that_never_works_is_told_in_one_line() -> None:
    reasons = {each.reason for each in judged(run_of(Ending("x-api-key", 0, who="mine")), *BY_KEY)}
    told = "is refused wherever it is sent (401 Unauthorized): it is wrong or has expired"
    assert reasons == {f"the API key of the account 'an active project' {told}"}


def test_workflow_whose_token_has_ended_is_blocked() -> None:
    provider = Ending("Authorization", 1)
    run = run_of(provider)
    verdicts(run, "getInvoice/by-bearer")
    steps = Steps(CASES["getInvoice/by-bearer"], run.accounts, run.accounts.asks, run.answers.step)
    with pytest.raises(Exception, match="where it was accepted before"):
        steps.ask("listInvoices")


# The preflight


def test_preflight_names_each_credential_that_is_refused() -> None:
    answers = run_of(Ending("x-api-key", 0, who="mine")).answers
    told = "is refused wherever it is sent (401 Unauthorized): it is wrong or has expired"
    assert (answers.preflight(), answers.dead) == ([f"the API key of the account 'an active project' {told}"], None)


def test_preflight_finds_nothing_where_all_is_well() -> None:
    provider = Billing(settings(), World())
    assert (run_of(provider).answers.preflight(), {each.who for each in provider.world.asked}) == ([], {"mine"})


def test_preflight_asks_once_by_each_credential_and_for_the_run_too() -> None:
    provider = Billing(settings(), World())
    run = run_of(provider)
    run.answers.preflight()
    asked = [each.id for each in provider.world.asked]
    verdicts(run, *asked)
    assert ([each.id for each in provider.world.asked], asked) == (
        asked,
        ["getActiveProject/by-bearer", "getActiveProject/by-api-key"],
    )


def test_what_a_case_needs_is_made_by_the_credential_that_works() -> None:
    values = {name: value for name, value in GIVEN[ACTIVE].values.items() if name != "invoiceId"}
    provider = Ending("Authorization", 0, who="mine")
    accounts = {ACTIVE: replace(GIVEN[ACTIVE], values=values)}
    provider.settings = replace(provider.settings, accounts=accounts, allow=frozenset(Effect))
    run = run_of(provider)
    run.answers.preflight()
    assert verdicts(run, "getInvoice/by-bearer", "getInvoice/by-api-key") == [Verdict.BLOCKED, Verdict.UPHELD]


# An account that one operation alone is about

OF_THE_EMPTY = "getActiveProject/no-active-project"


def test_credential_of_an_account_of_one_operation_is_tried_at_others() -> None:
    provider = Ending("Authorization", 0, who="nobody")
    assert verdicts(run_of(provider), OF_THE_EMPTY) == [Verdict.BLOCKED]
    assert provider.used > 1


def test_operation_that_alone_refuses_the_credential_of_an_account_is_violated() -> None:
    provider = Ending("Authorization", 1000, who="nobody")
    operation = CASES[OF_THE_EMPTY].operation
    provider.world.broken[f"{operation.method} {operation.path}"] = refused(401)
    assert verdicts(run_of(provider), OF_THE_EMPTY) == [Verdict.VIOLATED]


def test_nothing_is_made_to_try_a_credential_elsewhere() -> None:
    provider = Ending("Authorization", 0, who="nobody")
    provider.settings = replace(provider.settings, allow=frozenset(Effect))
    verdicts(run_of(provider), OF_THE_EMPTY)
    assert provider.world.lines("POST", "PUT", "PATCH", "DELETE") == []
