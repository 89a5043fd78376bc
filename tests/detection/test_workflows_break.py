"""Each workflow has been seen to fail: by a reference provider, one operation of which acts otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reference_provider import Reference, serve, service
from reference_provider.accounts import Account, without_agent, without_project
from reference_provider.answers import Answer, error, json_answer, success
from reference_provider.asks import Ask, Refusal, refuse
from reference_provider.issued import Purpose
from reference_provider.operations import OPERATION_BY_ID
from reference_provider.routes import Route, route_of
from talkstack_contract.contract.cases import derive_cases, in_order
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.execution.workflows import workflow_cases
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Case, Contract, Effect, Judgement, Verdict
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import settings_of_reference
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.contract.test_workflows import FILTERS, WORKFLOWS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # around midnight the day of a call is not certain, and no filter asked
SCHEMAS = Path(__file__).parents[2] / "schemas"

Act = Callable[[Ask], Answer]
Break = tuple[str, Act]
"""The operation that acts otherwise, and how."""


# Ways to act otherwise


def acts(operation: str, ask: Ask, **sent: Any) -> Answer:
    """What the operation does and answers, were these fields sent too, or with other values."""
    return OPERATION_BY_ID[operation].act(replace(ask, body={**(ask.body or {}), **sent}))


def pretends(operation: str) -> Break:
    """It answers as ever, and nothing comes of it."""

    def act(ask: Ask) -> Answer:
        if ask.account is None:
            return success("It is done.")
        answer = acts(operation, ask)
        ask.world.change(ask.asker.user_id, lambda _: ask.asker)
        return answer

    return operation, act


def shows(operation: str, *path: str, **values: Any) -> Break:
    """It answers with other values at a path."""

    def act(ask: Ask) -> Answer:
        answer = acts(operation, ask)
        document = found = json.loads(answer.body)
        for key in path:
            found = found[key]
        found.update(values)
        return json_answer(answer.status, document)

    return operation, act


def sets_too(operation: str, **sent: Any) -> Break:
    """It acts as if these fields were sent as well, unless they are."""
    return operation, lambda ask: acts(operation, ask, **{**sent, **(ask.body or {})})


def takes(operation: str, **sent: Any) -> Break:
    """It acts as if these fields were sent, whatever was."""
    return operation, lambda ask: acts(operation, ask, **sent)


def changes(operation: str, change: Callable[[Account, Ask], Account]) -> Break:
    """It makes this of the account, and nothing else."""

    def act(ask: Ask) -> Answer:
        ask.world.change(ask.asker.user_id, lambda account: change(account, ask))
        return success("It is done.")

    return operation, act


def lacks(operation: str, key: str, document: Any) -> Break:
    """Answers this to a request whose query has that key, or to every request if there is no key."""
    return operation, lambda ask: json_answer(200, document) if key in ("", *ask.query) else acts(operation, ask)


def fails(operation: str) -> Break:
    """It fails inside."""
    return operation, lambda _: error(500, "It broke.")


def ignores(operation: str, key: str) -> Break:
    """It acts as if that key were not in the query."""

    def act(ask: Ask) -> Answer:
        query = {name: value for name, value in ask.query.items() if name != key}
        return acts(operation, replace(ask, query=query))

    return operation, act


def admits_the_stranger(operation: str, key: str, purpose: Purpose) -> Break:
    """It answers with a credential that opens another account."""

    def act(ask: Ask) -> Answer:
        credential, _ = ask.world.issue(purpose, ask.world.stranger_id)
        return shows(operation, **{key: credential})[1](ask)

    return operation, act


def asks_the_owner(operation: str) -> Break:
    """It lets anybody act on the objects of their owner."""

    def act(ask: Ask) -> Answer:
        named = {**ask.path_values, **(ask.body or {})}
        owner = next((each for each in ask.world.accounts if _owns(each, named)), ask.asker)
        sent = {key: ask.world.values_of(owner)["freeE164"] for key in ("e164", "phoneNumber") if key in named}
        return acts(operation, replace(ask, account=owner), **(sent if owner is not ask.account else {}))

    return operation, act


def _owns(account: Account, named: Mapping[str, Any]) -> bool:
    agents = {each.id for each in account.agents}
    return account.project(named.get("projectId")) is not None or named.get("agentId") in agents


def takes_from_the_owner(operation: str, key: str) -> Break:
    """It takes the phone number that stands there from another account."""

    def act(ask: Ask) -> Answer:
        owner = next(each for each in ask.world.accounts if any(own.e164 == ask.text(key) for own in each.numbers))
        if owner is ask.account:
            return acts(operation, ask)
        kept = tuple(own for own in owner.numbers if own.e164 != ask.text(key))
        ask.world.change(owner.user_id, lambda account: replace(account, numbers=kept))
        return success("It is done.")

    return operation, act


# The ways that only one operation has


def signs_up_again(ask: Ask) -> Answer:
    return acts("signUp", ask, email=f"{len(ask.world.accounts)}.{ask.text('email')}")


def changes_the_password_all_the_same(ask: Ask) -> Answer:
    try:
        return acts("changePassword", ask)
    except Refusal:
        acts("changePassword", ask, oldPassword=ask.asker.password)
        raise


def locks_out(ask: Ask) -> Answer:
    account = ask.world.by_email(ask.text("email"))
    assert account is not None
    ask.world.change(account.user_id, lambda each: replace(each, password="nobody knows"))
    return acts("forgotPassword", ask)


def keeps_the_old_key(ask: Ask) -> Answer:
    key, _ = ask.world.issue(Purpose.API_KEY, ask.asker.user_id)
    return success("It is done.", apiKey=key)


def takes_a_name_twice(ask: Ask) -> Answer:
    return acts("createProject", ask, name=f"{ask.text('name')} {len(ask.asker.projects)}")


def shares_names_between_accounts(ask: Ask) -> Answer:
    names = {project.name for account in ask.world.accounts for project in account.projects}
    return refuse(400, "Somebody has this name.") if ask.text("name") in names else acts("createProject", ask)


def keeps_the_first_active_project(ask: Ask) -> Answer:
    operation, pretend = pretends("setActiveProject")
    return pretend(ask) if ask.asker.active_project else acts(operation, ask)


def prefers_the_last(ask: Ask) -> Answer:
    last = next(key for key in ("projectId", "agentId", "phoneNumberId") if ask.has(key))
    return OPERATION_BY_ID["getPhoneNumber"].act(replace(ask, body={last: ask.text(last)}))


def activates_any_project(ask: Ask) -> Answer:
    project_id = ask.text("projectId")
    project = next(found for account in ask.world.accounts if (found := account.project(project_id)))
    return changes(
        "setActiveProject",
        lambda account, _: replace(account, projects=(*account.projects, project), active_project_id=project.id),
    )[1](ask)


def project_goes_alone(account: Account, ask: Ask) -> Account:
    gone = without_project(account, ask.path_value("projectId"))
    return replace(gone, agents=account.agents, numbers=account.numbers)


def agent_goes_alone(account: Account, ask: Ask) -> Account:
    return replace(account, agents=tuple(each for each in account.agents if each.id != ask.text("agentId")))


BREAKS: dict[str, list[Break]] = {
    "signUp/twice": [("signUp", signs_up_again)],
    "verifyEmail/then-log-in": [pretends("verifyEmail"), shows("logIn", token="opens-nothing")],
    "logIn/afterwards": [shows("logIn", token="opens-nothing"), admits_the_stranger("logIn", "token", Purpose.TOKEN)],
    "refreshToken/afterwards": [
        shows("refreshToken", token="opens-nothing"),
        admits_the_stranger("refreshToken", "token", Purpose.TOKEN),
    ],
    "changePassword/new-password": [pretends("changePassword")],
    "changePassword/old-password": [pretends("changePassword")],
    "changePassword/refused": [("changePassword", changes_the_password_all_the_same)],
    "forgotPassword/afterwards": [("forgotPassword", locks_out)],
    "resetPassword/new-password": [pretends("resetPassword")],
    "resetPassword/old-password": [pretends("resetPassword")],
    "generateApiKey/new-key": [
        shows("generateApiKey", apiKey="opens-nothing"),
        admits_the_stranger("generateApiKey", "apiKey", Purpose.API_KEY),
    ],
    "generateApiKey/old-key": [("generateApiKey", keeps_the_old_key)],
    "createProject/then-read": [pretends("createProject"), takes("createProject", description="Another one.")],
    "createProject/name-again": [("createProject", takes_a_name_twice)],
    "createProject/name-of-another-account": [("createProject", shares_names_between_accounts)],
    "updateProject/then-read": [pretends("updateProject"), takes("updateProject", description="Another one.")],
    "updateProject/name-alone": [sets_too("updateProject", description="Another one.")],
    "updateProject/description-alone": [sets_too("updateProject", name="Another one")],
    "deleteProject/afterwards": [pretends("deleteProject")],
    "deleteProject/with-agents": [takes("deleteProject", cascade=True)],
    "deleteProject/with-cascade": [changes("deleteProject", project_goes_alone)],
    "deleteProject/with-cascade-and-number": [changes("deleteProject", project_goes_alone)],
    "deleteProject/the-active-one": [pretends("deleteProject")],
    "addWebhook/then-read": [pretends("addWebhook")],
    "setActiveProject/afterwards": [pretends("setActiveProject")],
    "setActiveProject/then-another": [("setActiveProject", keeps_the_first_active_project)],
    "setActiveProject/then-log-in": [shows("logIn", "user", active_project=None)],
    "createAgent/then-read": [pretends("createAgent"), takes("createAgent", systemInstruction="Say nothing.")],
    "createAgent/then-listed": [lacks("listAgents", "", [])],
    "updateAgent/then-read": [pretends("updateAgent"), takes("updateAgent", systemInstruction="Say nothing.")],
    "updateAgent/name-alone": [sets_too("updateAgent", systemInstruction="Say nothing.")],
    "updateAgent/instruction-alone": [sets_too("updateAgent", name="Another one")],
    "deleteAgent/afterwards": [pretends("deleteAgent")],
    "deleteAgent/then-listed": [pretends("deleteAgent"), fails("listAgents")],
    "deleteAgent/the-active-one": [changes("deleteAgent", agent_goes_alone)],
    "setActiveAgent/afterwards": [pretends("setActiveAgent")],
    "setActiveAgent/then-read": [shows("getProject", "data", active_agent=None)],
    "removeActiveAgent/afterwards": [pretends("removeActiveAgent")],
    "removeActiveAgent/then-read": [
        changes("removeActiveAgent", lambda account, ask: without_agent(account, ask.path_value("agentId"))),
    ],
    "assignPhoneNumber/afterwards": [pretends("assignPhoneNumber")],
    "getPhoneNumber/by-several": [("getPhoneNumber", prefers_the_last)],
    "makeCall/then-read": [pretends("makeCall"), shows("getCall", to="+999000000")],
    "makeCall/in-the-history": [pretends("makeCall"), lacks("listCalls", "", [])],
    "batchCall/in-the-history": [pretends("batchCall")],
    "listCalls/page-size-of-one": [("listCalls", lambda ask: acts("listCalls", ask, pageSize=20))],
    **{
        name: [ignores("listCalls", key), lacks("listCalls", key, [])]
        for name, key in zip((name for name in WORKFLOWS if name.startswith("listCalls/by-")), FILTERS, strict=True)
    },
    "setActiveProject/of-another-account": [("setActiveProject", activates_any_project)],
    "createAgent/with-a-number-of-another-account": [takes_from_the_owner("createAgent", "phoneNumber")],
    "assignPhoneNumber/number-of-another-account": [takes_from_the_owner("assignPhoneNumber", "e164")],
    **{
        name: [asks_the_owner(name.partition("/")[0])]
        for name in (
            "updateProject/of-another-account",
            "deleteProject/of-another-account",
            "addWebhook/of-another-account",
            "setActiveAgent/of-another-account",
            "removeActiveAgent/of-another-account",
            "createAgent/of-another-account",
            "updateAgent/of-another-account",
            "deleteAgent/of-another-account",
            "makeCall/of-another-account",
            "batchCall/of-another-account",
            "assignPhoneNumber/agent-of-another-account",
        )
    },
}


# Asking


@cache
def contract() -> Contract:
    return load_contract(SCHEMAS)


@cache
def cases() -> tuple[Case, ...]:
    return in_order([*derive_cases(contract()), *workflow_cases(contract(), WORKFLOWS)])


@pytest.fixture(scope="module")
def reference() -> Iterator[Reference]:
    with serve(clock=lambda: NOON) as reference:
        yield reference


def judged(reference: Reference, workflow: str, nonce: str) -> Judgement:
    """The verdict on the promise of one workflow, in a run of its own; `nonce` tells its names from those of others."""
    settings = settings_of_reference({**reference.provider_settings(), "accounts": {}}, contract().setting_names)
    provider = Provider(settings, Secrets(settings.secrets()))
    accounts = Accounts(cases(), provider, Ledger(), nonce)
    run = Run(cases(), accounts, (), date(2026, 1, 1), WORKFLOWS)
    case = next(case for case in cases() if case.id == workflow)
    return run.judgement(case, case.clauses[0])


def break_it(monkeypatch: pytest.MonkeyPatch, broken: Break) -> None:
    """Let one operation of the reference provider act otherwise."""
    operation_id, act = broken

    def found(host: str, path: str) -> Route | None:
        if not (route := route_of(host, path)):
            return None
        broken = (replace(each, act=act) if each.operation_id == operation_id else each for each in route.operations)
        return replace(route, operations=tuple(broken))

    monkeypatch.setattr(service, "route_of", found)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_clean_provider_keeps_the_promise(workflow: str, reference: Reference) -> None:
    judgement = judged(reference, workflow, "clean")
    assert (judgement.verdict, judgement.reason, judgement.violations) == (Verdict.UPHELD, "", ())


@pytest.mark.parametrize(
    ("workflow", "nonce", "broken"),
    [
        pytest.param(workflow, f"broken-{number}", broken, id=f"{workflow}-{number}")
        for workflow, breaks in BREAKS.items()
        for number, broken in enumerate(breaks)
    ],
)
def test_broken_promise_is_violated(
    workflow: str, nonce: str, broken: Break, reference: Reference, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(monkeypatch, broken)
    judgement = judged(reference, workflow, nonce)
    assert (judgement.verdict, judgement.reason) == (Verdict.VIOLATED, "")


def test_every_workflow_is_seen_to_fail() -> None:
    assert set(BREAKS) == set(WORKFLOWS)


def test_every_operation_that_writes_to_an_object_is_asked_with_anothers() -> None:
    asked = {each.operation for each in WORKFLOWS.values() if each.interpretation == "another-accounts-object"}
    writes = {
        operation.id
        for operation in contract().operations
        if operation.effect is not Effect.READS
        and any(field.names_object and not field.is_shared for field in operation.fields)
    }
    assert asked == writes


def test_sentence_fits_a_line() -> None:
    assert [each.sentence for each in WORKFLOWS.values() if len(each.sentence) >= 70] == []
