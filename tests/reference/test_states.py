"""Provider states: what each account is, and the values that come with it."""

import pytest

from reference_provider.states import ACTIVE_PROJECT, FAILS_INSIDE, NO_ACTIVE_PROJECT, STATES
from tests.reference.asking import Opening

USER = {"email", "password", "userName", "voiceId", "freeE164"}
PROJECT = {"projectId", "projectName"}
AGENT = {"agentId", "agentName", "phoneNumberId", "e164", "callId"}
EVERYTHING = USER | PROJECT | AGENT | {"refreshToken"}

VALUES = {
    ACTIVE_PROJECT: EVERYTHING,
    "another account": EVERYTHING,
    NO_ACTIVE_PROJECT: EVERYTHING,
    "no active agent": EVERYTHING,
    "no agents": EVERYTHING - AGENT,
    "an unverified account": USER | {"code"},
    "an expired code": USER | {"code"},
    "a deleted account": USER | {"refreshToken"},
    "an expired token": EVERYTHING,
    "an expired refresh token": EVERYTHING,
    "a forgotten password": EVERYTHING | {"resetToken"},
    "an expired reset token": EVERYTHING | {"resetToken"},
    "a used reset token": EVERYTHING | {"resetToken"},
    FAILS_INSIDE: EVERYTHING | {"resetToken", "code"},
}


def test_states_are_the_agreed_ones() -> None:
    assert set(STATES) == set(VALUES)


@pytest.mark.parametrize("state", VALUES)
def test_values_of_a_state_are_texts_that_are_not_empty(opened: Opening, state: str) -> None:
    asker = opened(state)
    without_credential = state in ("an unverified account", "an expired code", "a deleted account")
    assert (set(asker.values), all(asker.values.values()), not asker.token, not asker.api_key) == (
        VALUES[state],
        True,
        without_credential,
        without_credential,
    )


def test_values_of_an_active_project_belong_together(opened: Opening) -> None:
    asker = opened()
    project, number = asker.ask("getActiveProject").json["projectData"], asker.ask("getPhoneNumber").json["data"]
    agent, call = asker.ask("getAgent").json, asker.ask("getCall").json
    active = asker.ask("getActiveAgent").json["active_agent"]
    shown = {
        "projectId": project["id"],
        "projectName": project["name"],
        "agentId": active,
        "agentName": agent["name"],
        "e164": number["e164"],
        "phoneNumberId": number["id"],
        "callId": call["callSid"],
    }
    assert (shown.items() <= dict(asker.values).items(), number["agentId"], call["from"], call["status"]) == (
        True,
        active,
        number["e164"],
        "completed",
    )


def test_free_number_is_assigned_to_nobody(opened: Opening) -> None:
    asker = opened()
    taken = {"phoneNumber": asker.values["freeE164"]}
    agent = asker.ask("createAgent", taken).json["data"]["id"]
    mine = asker.ask("getPhoneNumber").json["data"]["agentId"]
    assert (mine, agent != mine) == (asker.values["agentId"], True)


ANSWERS = {
    (NO_ACTIVE_PROJECT, "getActiveProject"): 404,
    ("no active agent", "getActiveAgent"): 404,
    ("no active agent", "getAgent"): 200,
    ("no agents", "listAgents"): 404,
    ("an unverified account", "verifyEmail"): 200,
    ("an unverified account", "logIn"): 400,
    ("an expired code", "verifyEmail"): 400,
    ("an expired code", "resendVerificationCode"): 200,
    ("a deleted account", "refreshToken"): 404,
    ("a deleted account", "logIn"): 404,
    ("an expired token", "getProject"): 401,
    ("an expired refresh token", "refreshToken"): 401,
    ("an expired refresh token", "getProject"): 200,
    ("a forgotten password", "logIn"): 200,
    ("a forgotten password", "resetPassword"): 200,
    ("an expired reset token", "resetPassword"): 400,
    ("a used reset token", "resetPassword"): 400,
}


@pytest.mark.parametrize(("state", "operation_id"), ANSWERS)
def test_state_is_what_it_says(opened: Opening, state: str, operation_id: str) -> None:
    assert opened(state).ask(operation_id).status == ANSWERS[state, operation_id]


def test_expired_token_leaves_the_key_good(opened: Opening) -> None:
    asker = opened("an expired token")
    assert asker.ask("getProject", headers={"x-api-key": asker.api_key}).status == 200


@pytest.mark.parametrize("name", ["email", "code", "refreshToken", "resetToken"])
def test_failing_account_is_known_by_each_of_its_marks(opened: Opening, name: str) -> None:
    failing, asker = opened(FAILS_INSIDE), opened()
    field = {"email": "email", "code": "code", "refreshToken": "refreshToken", "resetToken": "token"}[name]
    operation_id = {"email": "forgotPassword", "code": "verifyEmail", "refreshToken": "refreshToken"}.get(name)
    assert asker.ask(operation_id or "resetPassword", {field: failing.values[name]}).status == 500
