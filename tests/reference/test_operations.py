"""What all 33 operations have in common: the printed form, refusals, and that accounts never meet."""

from typing import Any

import pytest

from reference_provider.operations import OPERATION_BY_ID, OPERATIONS
from reference_provider.states import FAILS_INSIDE
from tests.reference.asking import BODIES, Asker, Opening, filled

T, N, NUM, B = "text", "null", "number", "truth"

KEPT = ("message", "signupStatus", "verificationStatus", "loginStatus")
"""Values that a page prints as they are sent; `status` too, where it is not a project's, a number's or a call's."""

PROJECT_DATA = {"name": T, "user_id": T, "status": T, "description": T, "call_status_webhook": T, "id": T}
CREATED = PROJECT_DATA | {"call_status_webhook": N, "active_agent": N, "created_at": T, "updated_at": T}
READ = PROJECT_DATA | {"is_deleted": B, "active_agent": T, "created_at": T, "updated_at": T}
NEW_USER = {"email": T, "name": T, "active_project": N, "created_at": T, "updated_at": T}
CALL = {
    "seconds": NUM,
    "cost": NUM,
    "status": T,
    "from": T,
    "to": T,
    "date": T,
    "recordingUrls": [T],
    "phoneNumber": T,
    "callSid": T,
}
LABELS = {"accent": T, "description": T, "age": T, "gender": T, "use_case": T}
VOICE = {"name": T, "labels": LABELS, "voice_id": T, "preview_url": T}
AGENT = {"name": T, "projectId": T, "id": T, "systemInstruction": T}


def said(message: str, **payload: object) -> dict[str, object]:
    return {"message": message, "status": T, **payload}


def texts(*keys: str) -> dict[str, str]:
    return dict.fromkeys(keys, T)


PRINTED: dict[str, object] = {
    "signUp": said("User registered successfully", user=NEW_USER | {"company_name": N}, signupStatus=3),
    "verifyEmail": said("email verification successful.", userData=NEW_USER, verificationStatus=2),
    "resendVerificationCode": said("successfully sent verification code to mail"),
    "logIn": said(
        "successfully logged in.",
        token=T,
        refreshToken=T,
        expirationTime=T,
        user=NEW_USER | {"active_project": T, "company_name": N},
        loginStatus=7,
    ),
    "refreshToken": {"token": T, "refreshToken": T, "expirationTime": T},
    "changePassword": said("successfully updated password."),
    "forgotPassword": said("If the email is registered, a reset link has been sent."),
    "resetPassword": said("Password has been reset successfully."),
    "generateApiKey": said("API key successfully generated and updated.", apiKey=T),
    "setActiveProject": said(
        "successfully set project with id {projectId} active.",
        userData={"id": T, "verified": B} | NEW_USER | {"active_project": T},
        projectData=PROJECT_DATA,
    ),
    "getActiveProject": said("fetched active project data.", projectData=PROJECT_DATA),
    "createProject": said("successfully created project.", data=CREATED),
    "getProject": said("successfully fetched project data.", data=READ),
    "updateProject": said("successfully updated project info.", data=READ),
    "deleteProject": said("successfully deleted project."),
    "addWebhook": said("added webhook url."),
    "getActiveAgent": said("added webhook url.", active_agent=T),
    "setActiveAgent": said(
        "updated active agent successfully.",
        project=texts("name", "description", "active_agent", "created_at", "call_status_webhook", "user_id"),
    ),
    "removeActiveAgent": said("Removed active agent from project successfully."),
    "createAgent": said("agent created successfully.", data=AGENT | {"voice_id": T, "phoneNumber": T}),
    "getAgent": AGENT,
    "updateAgent": said(
        "agent data updated successfully.",
        data=texts("projectId", "agentId", "name", "systemInstruction", "voice_id"),
    ),
    "deleteAgent": said("Agent Deleted"),
    "listAgents": [AGENT],
    "makeCall": said("call made successfully.", call={"call_id": T, "to": T, "from": T}),
    "getCall": CALL,
    "listCalls": said("successfully fetched call history.", data=[CALL]),
    "analyzeCall": said("successfully analysed call.", data=[{"question": T, "answer": T}]),
    "batchCall": said("batch calls queued successfully."),
    "listVoices": said("successfully fetched voice list.", voices=[VOICE] * 5),
    "getVoice": said("successfully fetched voice list.", voice=VOICE),
    "getPhoneNumber": said(
        "Phone number details fetched successfully.",
        data=texts("e164", "id", "status", "projectId", "agentId"),
    ),
    "assignPhoneNumber": said("PhoneNumber assigned successfully."),
}


def shape(value: Any, key: str = "") -> object:
    """The value with the kind of thing in place of each thing that is not printed as it is."""
    if isinstance(value, dict):
        return {name: shape(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    if key in KEPT:
        return value
    return {str: T, bool: B, int: NUM, float: NUM, type(None): N}[type(value)]


@pytest.mark.parametrize("operation_id", OPERATION_BY_ID)
def test_success_is_as_printed(opened: Opening, operation_id: str) -> None:
    asker = opened.for_success(operation_id)
    changes = {"email": f"{asker.user_id}@example.test"} if operation_id == "signUp" else None
    reply = asker.ask(operation_id, changes)
    said_status = reply.json.get("status", "success") if isinstance(reply.json, dict) else "success"
    assert (reply.status, reply.headers["content-type"], shape(reply.json), said_status) == (
        200,
        "application/json",
        filled(PRINTED[operation_id], asker.values),
        "completed" if operation_id == "getCall" else "success",
    )


REQUIRED = [
    ("signUp", "email password name"),
    ("verifyEmail", "email code"),
    ("resendVerificationCode", "email"),
    ("logIn", "email password"),
    ("refreshToken", "refreshToken"),
    ("changePassword", "oldPassword newPassword"),
    ("forgotPassword", "email"),
    ("resetPassword", "token newPassword"),
    ("setActiveProject", "projectId"),
    ("createProject", "name description"),
    ("addWebhook", "projectId webhookURL"),
    ("getActiveAgent", "projectId"),
    ("setActiveAgent", "projectId active_agent"),
    ("createAgent", "name systemInstruction projectId phoneNumber"),
    ("getAgent", "projectId agentId"),
    ("updateAgent", "projectId agentId name"),
    ("deleteAgent", "projectId agentId"),
    ("makeCall", "agentId projectId number"),
    ("getCall", "sid"),
    ("listCalls", "projectId"),
    ("analyzeCall", "sid questions"),
    ("batchCall", "projectId agentId"),
    ("getPhoneNumber", "phoneNumberId"),
    ("assignPhoneNumber", "e164 agentId projectId"),
]
FIELDS = [(operation_id, name) for operation_id, names in REQUIRED for name in names.split()]

UNFIT = {"absent": ..., "empty": "", "null": None, "number": 7, "list": ["a"], "object": {}, "truth": True}


@pytest.mark.parametrize(("operation_id", "field"), FIELDS)
def test_required_field_is_insisted_on(opened: Opening, operation_id: str, field: str) -> None:
    asker = opened.for_success(operation_id)
    # A form has no other values than texts.
    unfit = {"absent": ..., "empty": ""} if operation_id == "batchCall" else UNFIT
    statuses = {name: asker.ask(operation_id, {field: value}).status for name, value in unfit.items()}
    assert statuses == dict.fromkeys(unfit, 400)


@pytest.mark.parametrize("operation_id", ["signUp", "verifyEmail", "resendVerificationCode", "logIn", "forgotPassword"])
@pytest.mark.parametrize(
    "email", ["name", "name@", "@example.test", "a b@example.test", "a@b@example.test", "a@example."]
)
def test_malformed_email_is_refused(opened: Opening, operation_id: str, email: str) -> None:
    assert opened.for_success(operation_id).ask(operation_id, {"email": email}).status == 400


BROKEN_BODIES = {
    "no-body": b"",
    "no-json": b"{'email': 1}",
    "not-utf-8": b'{"name": "\xff"}',
    "nan": b'{"name": NaN}',
    "list": b"[]",
    "text": b'"text"',
    "null": b"null",
    "nested": b"[" * 100_000,
}


@pytest.mark.parametrize("operation_id", [each for each in BODIES if each not in ("batchCall", "deleteProject")])
def test_body_that_is_no_object_is_refused(opened: Opening, operation_id: str) -> None:
    asker, operation = opened.for_success(operation_id), OPERATION_BY_ID[operation_id]
    path, headers = filled(operation.path, asker.values), {"Authorization": f"Bearer {asker.token}"}
    statuses = {
        name: asker.clients[operation.host].send(operation.method, path, headers, body=body).status
        for name, body in BROKEN_BODIES.items()
    }
    assert statuses == dict.fromkeys(BROKEN_BODIES, 400)


def test_word_that_is_no_json_is_refused_in_any_field(opened: Opening) -> None:
    asker = opened()
    body = b'{"name": "Paper boat", "description": "Calls at noon.", "rank": %s}'
    known = {"Authorization": f"Bearer {asker.token}"}
    statuses = [
        asker.clients["api"].send("POST", "/project/create-project", known, body=body % rank).status
        for rank in (b"NaN", b"-Infinity", b"1")
    ]
    assert statuses == [400, 400, 200]


NAMING = {
    "setActiveProject": ["projectId"],
    "getProject": ["projectId"],
    "updateProject": ["projectId"],
    "deleteProject": ["projectId"],
    "addWebhook": ["projectId"],
    "getActiveAgent": ["projectId"],
    "setActiveAgent": ["projectId", "agentId"],
    "removeActiveAgent": ["agentId"],
    "createAgent": ["projectId", "freeE164"],
    "getAgent": ["projectId", "agentId"],
    "updateAgent": ["projectId", "agentId"],
    "deleteAgent": ["projectId", "agentId"],
    "listAgents": ["projectId"],
    "makeCall": ["projectId", "agentId"],
    "getCall": ["callId", "projectId"],
    "listCalls": ["projectId"],
    "analyzeCall": ["callId"],
    "batchCall": ["projectId", "agentId"],
    "getPhoneNumber": ["phoneNumberId"],
    "assignPhoneNumber": ["freeE164", "projectId", "agentId"],
}
"""The operations that name something of an account, and by which of its values."""

NAMED = [(operation_id, name) for operation_id, names in NAMING.items() for name in (*names, "everything")]
IDS = ("projectId", "agentId", "callId", "phoneNumberId", "freeE164")


def owned(asker: Asker) -> list[Any]:
    """All that can be seen of the account's own things."""
    read = ("getProject", "getAgent", "listAgents", "listCalls", "getActiveAgent", "getPhoneNumber", "getActiveProject")
    return [asker.ask(operation_id).json for operation_id in read]


@pytest.mark.parametrize(("operation_id", "name"), NAMED)
def test_things_of_another_account_are_not_found(opened: Opening, operation_id: str, name: str) -> None:
    asker, other = opened.for_success(operation_id), opened()
    before = owned(other)
    reply = asker.about(other, *(IDS if name == "everything" else (name,))).ask(operation_id)
    shown = [
        value for value in other.values.values() if value != other.values["voiceId"] and value in reply.body.decode()
    ]
    status = 400 if operation_id in ("getProject", "setActiveProject") else 404
    assert (reply.status, shown, owned(other)) == (status, [], before)


@pytest.mark.parametrize(("operation_id", "name"), NAMED)
def test_unknown_and_malformed_ids_are_answered_as_foreign_ones(opened: Opening, operation_id: str, name: str) -> None:
    asker, names = opened.for_success(operation_id), IDS if name == "everything" else (name,)
    foreign = asker.about(opened(), *names).ask(operation_id)
    replies = [
        asker.about(Asker(asker.clients, "", "", "", dict.fromkeys(names, unknown)), *names).ask(operation_id)
        for unknown in ("3f0f0c5e-0000-4000-8000-000000000000", "x", "-1", "null")
    ]
    assert replies == [foreign] * 4


@pytest.mark.parametrize("operation_id", OPERATION_BY_ID)
def test_failing_account_gets_500_from_every_operation(opened: Opening, operation_id: str) -> None:
    asker = opened(FAILS_INSIDE)
    changes = {"email": asker.values["email"]} if operation_id == "signUp" else None
    reply = asker.ask(operation_id, changes)
    assert (reply.status, sorted(reply.json), reply.json["status"]) == (500, ["message", "status"], "error")


def test_operations_are_33_with_ids_and_places_of_their_own() -> None:
    places = {(each.host, each.method, each.path) for each in OPERATIONS}
    assert (len(OPERATIONS), len(OPERATION_BY_ID), len(places)) == (33, 33, 33)
