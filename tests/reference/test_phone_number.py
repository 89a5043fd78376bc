"""Which agent has which number, and what a number is found by."""

from typing import Any

import pytest

from tests.reference.asking import Opening


@pytest.mark.parametrize(
    ("sent", "finds"),
    [
        pytest.param({"phoneNumberId": "first", "agentId": "second", "projectId": "second"}, "first", id="by-id"),
        pytest.param({"agentId": "second", "projectId": "first"}, "second", id="by-agent"),
        pytest.param({"projectId": "second"}, "second", id="by-project"),
        pytest.param({"phoneNumberId": "none", "agentId": "first", "projectId": "first"}, None, id="wrong-id"),
        pytest.param({"agentId": "none", "projectId": "first"}, None, id="wrong-agent"),
    ],
)
def test_one_field_decides_by_precedence(opened: Opening, sent: dict[str, str], finds: str | None) -> None:
    asker = opened()
    project = asker.ask("createProject").json["data"]["id"]
    agent = asker.ask("createAgent", {"projectId": project}).json["data"]
    known: dict[str, dict[str, Any]] = {
        "first": asker.ask("getPhoneNumber").json["data"],
        "second": asker.ask("getPhoneNumber", {"phoneNumberId": ..., "agentId": agent["id"]}).json["data"],
        "none": {"id": "nobody", "agentId": "nobody", "projectId": "nobody"},
    }
    keys = {"phoneNumberId": "id", "agentId": "agentId", "projectId": "projectId"}
    fields = {"phoneNumberId": ..., **{field: known[which][keys[field]] for field, which in sent.items()}}
    reply = asker.ask("getPhoneNumber", fields)
    assert (reply.status, reply.json.get("data")) == ((200, known[finds]) if finds else (404, None))


def test_no_field_is_refused(opened: Opening) -> None:
    assert opened().ask("getPhoneNumber", {"phoneNumberId": ...}).status == 400


def test_assigned_number_replaces_the_agents_former_one(opened: Opening) -> None:
    asker = opened()
    former = asker.values["phoneNumberId"]
    assigned = asker.ask("assignPhoneNumber").status
    now = asker.ask("getPhoneNumber", {"phoneNumberId": ..., "agentId": asker.values["agentId"]}).json["data"]
    before = asker.ask("getPhoneNumber", {"phoneNumberId": former}).json["data"]
    assert (assigned, now["e164"], now["projectId"], before["agentId"]) == (
        200,
        asker.values["freeE164"],
        asker.values["projectId"],
        None,
    )


def test_number_moves_from_one_agent_to_another(opened: Opening) -> None:
    asker = opened()
    asker.ask("createAgent", {"phoneNumber": asker.values["e164"]})
    assert asker.ask("getPhoneNumber", {"phoneNumberId": ..., "agentId": asker.values["agentId"]}).status == 404
