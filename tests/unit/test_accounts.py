"""Who asks, and with which values: nothing that the settings name is changed, and what is made is taken back."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.errors import Blocked, NotTested
from talkstack_contract.model import Effect, MutationKind
from talkstack_contract.provider.settings import Account, Credential
from talkstack_contract.states.accounts import CHANGED, INVENTED, SHARED, Accounts, NotYet
from talkstack_contract.states.ledger import ACCOUNT, OBJECT, Ledger, read_ledger
from tests.unit.billing_provider import (
    CASES,
    GIVEN,
    LATE,
    MINE,
    STATES,
    THEIRS,
    Billing,
    World,
    accounts_of,
    ask,
    refused,
    settings,
    world_of,
)
from tests.unit.setting_names import ACTIVE, OTHER

READS = frozenset({Effect.READS})
WITHOUT_AN_INVOICE = replace(MINE, values={"invoiceTitle": "Mine", "rateId": "rate-eur", "e164": "+15550001"})


def sent_path(accounts: Accounts, name: str) -> str:
    return accounts.request(CASES[name]).url.removeprefix("http://127.0.0.1:9")


def why(accounts: Accounts, name: str) -> tuple[str, bool]:
    with pytest.raises(NotTested) as caught:
        accounts.request(CASES[name])
    return caught.value.reason, caught.value.by_settings


# Who asks


def test_reading_case_is_asked_as_the_account_of_the_settings() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "getInvoice/by-bearer", "findInvoice/by-bearer", "getInvoice/invoice-id-unknown")
    assert ({each.who for each in world_of(accounts).asked}, world_of(accounts).states) == ({"mine"}, [])


def test_cases_that_change_something_share_an_account_of_their_own() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "createInvoice/by-bearer", "updateInvoice/by-bearer", "createInvoice/title-absent")
    assert ({each.who for each in world_of(accounts).asked}, world_of(accounts).states) == (
        {"new1"},
        [(ACTIVE, "setup", "")],
    )


def test_case_that_uses_its_state_up_has_an_account_of_its_own() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "createInvoice/by-bearer", "deleteInvoice/by-bearer")
    assert [each.who for each in world_of(accounts).asked] == ["new1", "new2"]


def test_state_that_the_settings_lack_is_brought_about_once() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    for _ in range(2):
        ask(accounts, "listInvoices/no-invoices")
    assert world_of(accounts).states == [("no invoices", "setup", "")]


def test_without_a_states_url_all_are_asked_as_the_account_of_the_settings() -> None:
    accounts = accounts_of(settings())
    ask(accounts, "getInvoice/by-bearer", "createInvoice/by-bearer", "updateInvoice/by-bearer")
    assert {each.who for each in world_of(accounts).asked} == {"mine"}


def test_state_without_an_account_is_out_of_reach() -> None:
    reason = "no account is configured for the provider state 'no invoices'"
    assert why(accounts_of(settings()), "listInvoices/no-invoices") == (reason, True)


@pytest.mark.parametrize(
    "name", ["createInvoice/by-bearer", "remind/by-api-key", "logIn/without-credential", "getInvoice/method-post"]
)
def test_effect_that_is_not_allowed_brings_nothing_about(name: str) -> None:
    accounts = accounts_of(settings(states_url=STATES, allow=READS))
    reason = f"it has the effect {CASES[name].effect}, which the settings do not allow"
    told = why(accounts, name)
    assert (told, world_of(accounts).asked, world_of(accounts).states) == ((reason, True), [], [])


@pytest.mark.parametrize(("states_url", "who"), [("", "late"), (STATES, "late")], ids=["settings", "states-url"])
def test_expired_token_is_that_of_the_account_whose_token_has_expired(states_url: str, who: str) -> None:
    accounts = accounts_of(settings(states_url=states_url))
    request = accounts.request(CASES["createInvoice/token-expired"])
    assert [header.value for header in request.headers][1] == f"Bearer token-of-{who}"


def test_credential_that_is_given_for_a_case_is_sent_with_the_values_of_its_account() -> None:
    accounts = accounts_of(settings())
    accounts.use(CASES["getInvoice/by-bearer"], (OTHER, SHARED), Credential("given-token", "credential"))
    request = accounts.request(CASES["getInvoice/by-bearer"])
    sent = [header.value for header in request.headers][1]
    assert (sent, request.url.rpartition("/")[2]) == ("Bearer given-token", "invoice-theirs-1")


def test_account_without_that_credential_is_out_of_reach() -> None:
    accounts = accounts_of(settings({ACTIVE: replace(MINE, credentials={"api_key": MINE.credentials["api_key"]})}))
    assert why(accounts, "getInvoice/by-bearer") == ("the account 'an active project' has no token", True)


def test_fresh_text_is_that_of_this_run_and_of_no_other_request() -> None:
    accounts = accounts_of(settings())
    names = ("createInvoice/by-bearer", "createInvoice/by-api-key", "createInvoice/by-bearer")
    titles = [accounts.request(CASES[name]).body for name in names]
    assert (len(set(titles)), {b'"title": "talkstack-contract n-' in each for each in titles}) == (3, {True})


def test_state_that_cannot_be_brought_about_is_not_tried_for_every_case() -> None:
    world = World(broken={f"setup {ACTIVE}": refused(500)})
    accounts = accounts_of(settings(states_url=STATES), world)
    reasons = []
    for name in ("createInvoice/by-bearer", "updateInvoice/by-bearer", "createInvoice/title-absent"):
        with pytest.raises(Blocked) as caught:
            accounts.request(CASES[name])
        reasons.append(caught.value.reason)
    assert (len(set(reasons)), world.states) == (1, [(ACTIVE, "setup", "")])


def test_states_url_that_gives_no_answer_is_not_waited_for_again() -> None:
    world = World(broken={f"setup {ACTIVE}": refused(0)})
    accounts = accounts_of(settings(states_url=STATES), world)
    for name in ("createInvoice/by-bearer", "deleteInvoice/by-bearer"):
        with pytest.raises(Blocked):
            accounts.request(CASES[name])
    assert world.states == [(ACTIVE, "setup", "")]


# Values


def test_values_are_those_of_the_account_that_asks() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    paths = [sent_path(accounts, name) for name in ("getInvoice/by-bearer", "updateInvoice/by-bearer")]
    assert paths == ["/invoices/invoice-mine-1", "/invoices/invoice-new1"]


def test_foreign_id_is_that_of_another_account_asked_for_by_our_own() -> None:
    accounts = accounts_of(settings())
    [exchange] = ask(accounts, "getInvoice/invoice-id-foreign")
    [asked] = world_of(accounts).asked
    assert (asked.line, asked.who, exchange.status) == ("GET /invoices/invoice-theirs-1", "mine", 404)


def test_other_account_is_brought_about_where_the_settings_lack_it() -> None:
    accounts = accounts_of(settings({ACTIVE: MINE}, STATES))
    assert (sent_path(accounts, "getInvoice/invoice-id-foreign"), world_of(accounts).states) == (
        "/invoices/invoice-new1",
        [(OTHER, "setup", "")],
    )


def test_value_that_an_account_lacks_is_made_by_the_operation_that_makes_it() -> None:
    accounts = accounts_of(settings({ACTIVE: WITHOUT_AN_INVOICE}))
    path = sent_path(accounts, "getInvoice/by-bearer")
    assert (path, world_of(accounts).lines()) == ("/invoices/invoice-made-1", ["POST /invoices"])


def test_value_is_made_once_for_all_cases_of_an_account() -> None:
    accounts = accounts_of(settings({ACTIVE: WITHOUT_AN_INVOICE}))
    ask(accounts, "getInvoice/by-bearer", "getInvoice/by-api-key", "findInvoice/by-bearer")
    assert world_of(accounts).lines("POST").count("POST /invoices") == 1


def test_value_is_made_by_the_credential_that_the_account_has() -> None:
    accounts = accounts_of(
        settings({ACTIVE: replace(WITHOUT_AN_INVOICE, credentials={"api_key": MINE.credentials["api_key"]})})
    )
    ask(accounts, "getInvoice/by-api-key")
    assert [(each.line, each.who) for each in world_of(accounts).asked] == [
        ("POST /invoices", "mine"),
        ("GET /invoices/invoice-made-1", "mine"),
    ]


def test_value_is_not_made_where_the_settings_do_not_allow_it() -> None:
    accounts = accounts_of(settings({ACTIVE: WITHOUT_AN_INVOICE}, allow=READS))
    reason = "invoiceId is not known, and createInvoice, which would make one, is not allowed"
    assert (why(accounts, "getInvoice/by-bearer"), world_of(accounts).asked) == ((reason, True), [])


def test_value_that_no_operation_makes_is_out_of_reach() -> None:
    accounts = accounts_of(settings({ACTIVE: replace(MINE, values={})}))
    assert why(accounts, "getRate/by-api-key") == ("rateId of the account 'an active project' is not known", True)


MAKERS_THAT_FAIL: Mapping[str, tuple[int, Any]] = {
    "refused": (400, None),
    "server-error": (500, None),
    "no-answer": (0, None),
    "no-id": (200, {"message": "m", "status": "success", "invoice": {}}),
    "no-json": (200, b"{"),
}


@pytest.mark.parametrize(("status", "answer"), MAKERS_THAT_FAIL.values(), ids=MAKERS_THAT_FAIL)
def test_value_that_could_not_be_made_is_not_tried_for_every_case(status: int, answer: Any) -> None:
    world = World(broken={"POST /invoices": refused(status, answer)})
    accounts = accounts_of(settings({ACTIVE: WITHOUT_AN_INVOICE}), world)
    for name in ("getInvoice/by-bearer", "findInvoice/by-bearer"):
        with pytest.raises(Blocked):
            accounts.request(CASES[name])
    assert world.lines() == ["POST /invoices"]


def test_what_was_sent_can_be_asked_for() -> None:
    accounts = accounts_of(settings())
    request = accounts.request(CASES["createInvoice/by-bearer"])
    assert accounts.asked_for(CASES["createInvoice/by-bearer"], "title") == json.loads(request.body)["title"]


def test_value_of_the_account_is_asked_for_where_no_field_has_the_name() -> None:
    accounts = accounts_of(settings())
    accounts.request(CASES["listInvoices/by-bearer"])
    assert accounts.asked_for(CASES["listInvoices/by-bearer"], "invoiceId") == "invoice-mine-1"


def test_request_that_is_refused_for_its_credential_needs_no_object() -> None:
    accounts = accounts_of(settings({}))
    assert (sent_path(accounts, "updateInvoice/no-credential"), sent_path(accounts, "updateInvoice/wrong-token")) == (
        f"/invoices/{INVENTED}",
        f"/invoices/{INVENTED}",
    )


# Values that a reading operation shows


def finding(given: Mapping[str, Account], answer: Any, allow: frozenset[Effect] = frozenset(Effect)) -> Accounts:
    """Make accounts in a contract whose list shows the ids of invoices, and a provider that lists these."""
    listing = replace(CASES["listInvoices/by-bearer"].operation, finds=(("invoiceId", ("*", "id")),))
    cases = [replace(case, operation=listing) if case.operation.id == listing.id else case for case in CASES.values()]
    provider = Billing(settings(given, allow=allow), World(broken={"GET /invoices": refused(200, answer)}))
    return Accounts(cases, provider, Ledger(), "n")


LISTED = [{"id": "invoice-mine-1", "user_id": "user-mine", "title": "Mine", "amount": 1}]


def test_value_that_an_account_lacks_is_read_off_a_list_once() -> None:
    accounts = finding({ACTIVE: WITHOUT_AN_INVOICE}, LISTED)
    ask(accounts, "getInvoice/by-bearer", "findInvoice/by-bearer")
    expected = ["GET /invoices", "GET /invoices/invoice-mine-1", "POST /invoices/search"]
    assert world_of(accounts).lines() == expected


def test_value_is_made_where_the_list_is_empty() -> None:
    accounts = finding({ACTIVE: WITHOUT_AN_INVOICE}, [])
    ask(accounts, "getInvoice/by-bearer")
    assert world_of(accounts).lines() == ["GET /invoices", "POST /invoices", "GET /invoices/invoice-made-1"]


@pytest.mark.parametrize("name", ["updateInvoice/by-bearer", "deleteInvoice/by-bearer"])
def test_what_is_changed_is_not_what_a_list_shows(name: str) -> None:
    accounts = finding({ACTIVE: WITHOUT_AN_INVOICE}, LISTED)
    ask(accounts, name)
    assert ("invoice-mine-1" in world_of(accounts).owners, names_mine(world_of(accounts))) == (True, False)


def test_value_is_read_off_a_list_though_a_plan_came_before() -> None:
    accounts = finding({ACTIVE: WITHOUT_AN_INVOICE}, LISTED, READS)
    with accounts.planning(), pytest.raises(NotYet, match=r"^listInvoices has shown what there is$"):
        accounts.request(CASES["getInvoice/by-bearer"])
    assert sent_path(accounts, "getInvoice/by-bearer") == "/invoices/invoice-mine-1"


# What the settings name is left alone

CHANGES = ("deleteInvoice/by-bearer", "updateInvoice/by-bearer")


def names_mine(world: World) -> bool:
    return any(MINE.values["invoiceId"] in f"{each.line} {each.body}" for each in world.asked)


@pytest.mark.parametrize("name", CHANGES)
def test_object_of_the_settings_is_neither_changed_nor_removed(name: str) -> None:
    accounts = accounts_of(settings())
    ask(accounts, name)
    assert (names_mine(world_of(accounts)), "invoice-mine-1" in world_of(accounts).owners) == (False, True)


@pytest.mark.parametrize("name", CHANGES)
def test_object_of_the_settings_is_left_alone_where_the_states_url_names_no_account(name: str) -> None:
    world = World(broken={f"setup {ACTIVE}": refused(200, {})})
    accounts = accounts_of(settings(states_url=STATES), world)
    ask(accounts, name)
    assert (names_mine(world), "invoice-mine-1" in world.owners) == (False, True)


def test_object_of_the_settings_is_not_what_a_case_of_a_success_replaces() -> None:
    mutations = (("title", MutationKind.SENT, "{invoiceId}"),)
    case = replace(CASES["createInvoice/by-bearer"], name="a-taken-title", mutations=mutations)
    accounts = accounts_of(settings())
    accounts.provider.send(accounts.request(case), case.id)
    assert [each.body["title"] for each in world_of(accounts).asked][1:] == ["invoice-made-1"]


def test_call_leaves_what_it_names_as_it_was_so_that_nothing_is_made_for_it() -> None:
    accounts = accounts_of(settings())
    ask(accounts, "remind/by-api-key")
    assert [each.body["invoiceId"] for each in world_of(accounts).asked] == ["invoice-mine-1"]


@pytest.mark.parametrize("name", ["deleteInvoice/invoice-id-foreign", "updateInvoice/invoice-id-foreign"])
def test_object_of_the_other_account_is_put_at_no_risk(name: str) -> None:
    accounts = accounts_of(settings())
    ask(accounts, name)
    [made, changed] = world_of(accounts).asked
    assert (made.line, made.who, changed.who) == ("POST /invoices", "theirs", "mine")
    assert changed.line.endswith("/invoices/invoice-made-1")


@pytest.mark.parametrize("states", [{}, {f"setup {ACTIVE}": refused(200, {})}], ids=["no-states-url", "no-account"])
def test_account_of_the_settings_is_not_changed_for_good(states: Mapping[str, Any]) -> None:
    case = replace(CASES["updateInvoice/by-bearer"], needs_own_account=True)  # nothing that it makes can be thrown away
    accounts = accounts_of(settings(states_url=STATES if states else ""), World(broken=dict(states)))
    with pytest.raises(NotTested, match="it would change the account 'an active project' for good"):
        accounts.request(case)


def test_what_removes_an_object_of_its_own_making_may_ask_as_the_account_of_the_settings() -> None:
    accounts = accounts_of(settings())
    [exchange] = ask(accounts, "deleteInvoice/by-bearer")
    assert (exchange.status, world_of(accounts).lines()) == (200, ["POST /invoices", "DELETE /invoices/invoice-made-1"])


def test_rename_of_an_object_of_its_own_making_may_ask_as_the_account_of_the_settings() -> None:
    named = replace(CASES["updateInvoice/by-bearer"], name="renamed", needs_own_account=True)
    renames = replace(named.operation, creates=CASES["createInvoice/by-bearer"].operation.creates)
    case = replace(named, operation=renames)
    world = World()
    others = {id_: each for id_, each in CASES.items() if each.operation.id != renames.id}
    accounts = Accounts([*others.values(), case], Billing(settings(), world), Ledger(), "n")
    answer = accounts.provider.send(accounts.request(case), case.id)
    assert (answer.status, world.lines()) == (200, ["POST /invoices", "PUT /invoices/invoice-made-1"])


# Taking back


def test_everything_that_was_made_is_taken_back() -> None:
    accounts = accounts_of(settings())
    ask(accounts, "createInvoice/by-bearer", "createInvoice/by-api-key", "updateInvoice/by-bearer")
    accounts.close()
    assert (world_of(accounts).owners, accounts.left_behind, accounts.ledger.pending()) == (World().owners, [], [])


def test_accounts_are_ended_each_by_its_user_id() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "createInvoice/by-bearer", "deleteInvoice/by-bearer", "listInvoices/no-invoices")
    accounts.close()
    ended = [(state, user_id) for state, action, user_id in world_of(accounts).states if action == "teardown"]
    assert ended == [("no invoices", "user-new3"), (ACTIVE, "user-new2"), (ACTIVE, "user-new1")]


def test_what_goes_with_its_account_is_not_removed_by_itself() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "createInvoice/by-bearer")
    kinds = [entry.kind for entry in accounts.ledger.pending()]
    accounts.close()
    assert (kinds, world_of(accounts).lines("DELETE")) == ([ACCOUNT], [])


def test_what_is_made_in_an_account_of_the_settings_is_removed_by_itself() -> None:
    world = World(broken={f"setup {ACTIVE}": refused(200, {})})
    accounts = accounts_of(settings(states_url=STATES), world)
    ask(accounts, "createInvoice/by-bearer")
    accounts.close()
    assert (world.owners, accounts.left_behind) == (World().owners, [])


def test_object_is_in_the_ledger_before_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    world = World()
    seen: list[int] = []

    def told() -> tuple[int, Any]:
        seen.append(len(read_ledger(path).pending()))
        return 400, {"message": "no"}

    world.broken["POST /invoices"] = told
    ask(accounts_of(settings(), world, Ledger(path, "n")), "createInvoice/by-bearer")
    assert seen == [1]


ENDS: Mapping[str, tuple[int, Any, bool]] = {
    "made": (200, {"message": "m", "invoice": {"id": "invoice-mine-1"}}, True),
    "refused": (400, None, False),
    "unauthorised": (401, None, False),
    "redirected": (302, None, False),
    "server-error": (500, None, True),
    "no-answer": (0, None, True),
    "no-id": (200, {"message": "m"}, True),
    "no-json": (200, b"{", True),
    "id-that-is-no-text": (200, {"invoice": {"id": 7}}, True),
}


@pytest.mark.parametrize(("status", "answer", "is_pending"), ENDS.values(), ids=ENDS)
def test_what_may_have_been_made_stays_in_the_ledger(status: int, answer: Any, is_pending: bool) -> None:
    world = World(broken={"POST /invoices": refused(status, answer)})
    accounts = accounts_of(settings(), world)
    ask(accounts, "createInvoice/by-bearer")
    assert bool(accounts.ledger.pending()) is is_pending


def test_what_may_have_been_made_is_told_under_the_name_that_it_was_given() -> None:
    world = World(broken={"POST /invoices": refused(0)})
    accounts = accounts_of(settings(), world)
    ask(accounts, "createInvoice/by-bearer")
    accounts.close()
    [asked] = world.asked
    [told] = accounts.left_behind
    name = asked.body["title"].removeprefix("talkstack-contract ")
    reason = "it is not known what came of the request"
    assert told == f"what createInvoice made (perhaps, under the name {name!r}): {reason}"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_already_is_taken_for_removed(status: int) -> None:
    world = World(broken={"DELETE /invoices/invoice-made-1": refused(status)})
    accounts = accounts_of(settings(), world)
    ask(accounts, "createInvoice/by-bearer")
    accounts.close()
    assert (accounts.left_behind, accounts.ledger.pending()) == ([], [])


def test_what_one_credential_may_not_remove_another_removes(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([refused(401)(), refused(204, {})()])
    world = World(broken={"DELETE /invoices/invoice-made-1": lambda: next(answers)})
    accounts = accounts_of(settings(), world)
    removal, both = accounts.asks["deleteInvoice"], accounts.asks["createInvoice"].operation.schemes
    either = replace(removal, operation=replace(removal.operation, schemes=both))
    monkeypatch.setattr(accounts, "asks", {**accounts.asks, "deleteInvoice": either})
    ask(accounts, "createInvoice/by-bearer")
    accounts.close()
    assert (accounts.left_behind, world.lines("DELETE")) == ([], ["DELETE /invoices/invoice-made-1"] * 2)


@pytest.mark.parametrize("status", [400, 401, 403, 500, 0, 302])
def test_what_could_not_be_removed_is_told_and_stays_in_the_ledger(status: int) -> None:
    world = World(broken={"DELETE /invoices/invoice-made-1": refused(status)})
    accounts = accounts_of(settings(), world)
    ask(accounts, "createInvoice/by-bearer", "createInvoice/by-api-key")
    accounts.close()
    [told] = accounts.left_behind
    assert told.startswith("what createInvoice made (invoiceId invoice-made-1): ")
    assert (len(accounts.ledger.pending()), "invoice-made-2" in world.owners) == (1, False)


def test_account_that_cannot_be_ended_keeps_nothing_else_from_being_taken_back() -> None:
    world = World(broken={"teardown no invoices": refused(500)})
    accounts = accounts_of(settings(states_url=STATES), world)
    ask(accounts, "createInvoice/by-bearer", "listInvoices/no-invoices")
    accounts.close()
    told = ["an account in the state 'no invoices' (user_id user-new2): teardown of no invoices failed"]
    assert (accounts.left_behind, world.states[-1]) == (told, (ACTIVE, "teardown", "user-new1"))


def test_nothing_is_taken_back_where_nothing_was_made() -> None:
    accounts = accounts_of(settings())
    ask(accounts, "getInvoice/by-bearer")
    accounts.close()
    assert (world_of(accounts).lines(), accounts.left_behind) == (["GET /invoices/invoice-mine-1"], [])


# After a crash


def crashed(path: Path, world: World, states_url: str = "") -> None:
    """Run as far as it gets: two invoices and, by the states URL, an account; nothing is taken back."""
    accounts = accounts_of(settings(states_url=states_url), world, Ledger(path, "n"))
    ask(accounts, "createInvoice/by-bearer", "createInvoice/by-api-key")


@pytest.mark.parametrize("states_url", ["", STATES], ids=["objects", "accounts"])
def test_clean_up_takes_back_what_a_crash_left_and_a_second_finds_nothing(tmp_path: Path, states_url: str) -> None:
    path, world = tmp_path / "ledger.jsonl", World()
    crashed(path, world, states_url)
    cleaning = accounts_of(settings(states_url=states_url), world, read_ledger(path))
    cleaning.close()
    again = read_ledger(path).pending()
    taken = world.lines("DELETE") or [action for _, action, _ in world.states if action == "teardown"]
    assert (cleaning.left_behind, again, len(taken)) == ([], [], 1 if states_url else 2)


def test_clean_up_leaves_what_it_could_not_remove_for_the_next(tmp_path: Path) -> None:
    path, world = tmp_path / "ledger.jsonl", World()
    crashed(path, world)
    world.broken["DELETE /invoices/invoice-made-1"] = refused(500)
    accounts_of(settings(), world, read_ledger(path)).close()
    del world.broken["DELETE /invoices/invoice-made-1"]
    accounts_of(settings(), world, read_ledger(path)).close()
    assert (world.owners, read_ledger(path).pending()) == (World().owners, [])


def ledger_of(operation: str = "createInvoice", state: str = ACTIVE, **values: str) -> Ledger:
    ledger = Ledger()
    ledger.came_to(ledger.begin(OBJECT, state, operation, "n-1"), values)
    return ledger


UNABLE: Mapping[str, tuple[Ledger, Mapping[str, Account], str]] = {
    "unknown-operation": (
        ledger_of("makeInvoice", invoiceId="i"),
        GIVEN,
        "no documented operation removes it",
    ),
    "operation-that-makes-nothing": (
        ledger_of("getInvoice", invoiceId="i"),
        GIVEN,
        "no documented operation removes it",
    ),
    "unknown-account": (
        ledger_of(state="elsewhere", invoiceId="i"),
        GIVEN,
        "the settings have no account 'elsewhere'",
    ),
    "no-credential": (
        ledger_of(invoiceId="i"),
        {ACTIVE: Account(ACTIVE, values={"email": "e"})},
        "the account 'an active project' has no credential here",
    ),
    "value-that-is-not-known": (
        ledger_of(other="i"),
        {ACTIVE: WITHOUT_AN_INVOICE},
        "invoiceId, which its removal takes, is not known",
    ),
}


@pytest.mark.parametrize(("ledger", "given", "reason"), UNABLE.values(), ids=UNABLE)
def test_what_cannot_be_removed_here_is_told_and_sends_nothing(
    ledger: Ledger, given: Mapping[str, Account], reason: str
) -> None:
    accounts = accounts_of(settings(given), ledger=ledger)
    accounts.close()
    assert (accounts.left_behind[0].rpartition("): ")[2], world_of(accounts).asked) == (reason, [])


def test_clean_up_sends_no_effect_that_is_not_allowed() -> None:
    accounts = accounts_of(settings(allow=READS), ledger=ledger_of(invoiceId="i"))
    accounts.close()
    assert ("which is not allowed" in accounts.left_behind[0], world_of(accounts).asked) == (True, [])


# A plan brings nothing about

PLANNED = {
    "state": ("listInvoices/no-invoices", GIVEN, "the states URL has brought about 'no invoices'"),
    "account-to-change": ("createInvoice/by-bearer", GIVEN, f"the states URL has brought about {ACTIVE!r}"),
    "other-account": ("getInvoice/invoice-id-foreign", {ACTIVE: MINE}, f"the states URL has brought about {OTHER!r}"),
    "expired-token": (
        "getActiveProject/token-expired",
        {ACTIVE: MINE},
        "the states URL has brought about 'an expired token'",
    ),
    "value": ("getInvoice/by-bearer", {ACTIVE: WITHOUT_AN_INVOICE}, "createInvoice has made invoiceId"),
}


@pytest.mark.parametrize(("name", "given", "reason"), PLANNED.values(), ids=PLANNED)
def test_plan_brings_nothing_about_and_says_what_would_be(name: str, given: Mapping[str, Account], reason: str) -> None:
    accounts = accounts_of(settings(given, STATES))
    with accounts.planning(), pytest.raises(NotYet, match=f"^{reason}$"):
        accounts.request(CASES[name])
    assert (world_of(accounts).asked, world_of(accounts).states, accounts.ledger.pending()) == ([], [], [])


def test_after_a_plan_all_is_brought_about_as_ever() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    with accounts.planning(), pytest.raises(NotYet):
        accounts.request(CASES["createInvoice/by-bearer"])
    assert accounts.account(ACTIVE, CHANGED).user_id == "user-new1"


# Secrets, generated requests


def test_what_another_account_has_is_known_with_what_was_made_for_it() -> None:
    accounts = accounts_of(settings({ACTIVE: MINE, OTHER: replace(THEIRS, values={"invoiceTitle": "Theirs"})}))
    ask(accounts, "getInvoice/invoice-id-foreign")
    known = accounts.values_of(accounts.account(OTHER))
    assert known == {"invoiceTitle": "Theirs", "invoiceId": "invoice-made-1"}


def test_generated_requests_that_read_are_asked_as_the_account_of_the_settings() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    [sent] = accounts.generating(CASES["getInvoice/by-bearer"].operation)
    assert sent.parameter.value == "Bearer token-of-mine"


def test_generated_requests_that_write_are_asked_as_an_account_that_is_thrown_away() -> None:
    accounts = accounts_of(settings(states_url=STATES))
    ask(accounts, "createInvoice/by-bearer")
    [sent] = accounts.generating(CASES["createInvoice/by-bearer"].operation)
    assert sent.parameter.value == "Bearer token-of-new2"


def test_generated_requests_need_no_account_where_the_operation_asks_for_none() -> None:
    assert accounts_of(settings()).generating(CASES["logIn/without-credential"].operation) == ()


THROWN_AWAY = "a states URL, whose accounts are thrown away"
LACKS_TO_GENERATE = {
    "reads": ("getInvoice", settings(), Effect.READS, ""),
    "writes-with-a-states-url": ("createInvoice", settings(states_url=STATES), Effect.WRITES, ""),
    "writes-without-one": ("createInvoice", settings(), Effect.WRITES, THROWN_AWAY),
    "writes-not-allowed": (
        "createInvoice",
        settings(states_url=STATES, allow=READS),
        Effect.WRITES,
        "'writes' in allow",
    ),
    "neither": ("createInvoice", settings(allow=READS), Effect.WRITES, f"'writes' in allow, and {THROWN_AWAY}"),
    "another-method-of-a-read": ("getInvoice", settings(states_url=STATES), Effect.WRITES, ""),
    "another-method-without-a-states-url": ("getInvoice", settings(), Effect.WRITES, THROWN_AWAY),
    "no-host": (
        "remind",
        replace(settings(states_url=STATES), base_urls={}),
        Effect.PLACES_CALLS,
        "calls_base_url",
    ),
}


@pytest.mark.parametrize(
    ("operation", "given", "effect", "expected"), LACKS_TO_GENERATE.values(), ids=LACKS_TO_GENERATE
)
def test_requests_are_generated_only_where_what_they_make_is_thrown_away(
    operation: str, given: Any, effect: Effect, expected: str
) -> None:
    accounts = accounts_of(given)
    case = next(case for case in CASES.values() if case.operation.id == operation)
    assert accounts.lacks_to_generate(case.operation, effect) == expected
    assert accounts.may_generate(case.operation, effect) is (not expected)


def test_late_account_is_one_of_the_settings() -> None:
    assert accounts_of(settings()).account(LATE.state) is LATE
