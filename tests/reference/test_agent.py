"""The agents of a project."""

from typing import Any

import pytest

from tests.reference.asking import Asker, Opening


def listed(asker: Asker) -> list[dict[str, Any]]:
    return list(asker.ask("listAgents").json)


def test_created_agent_is_read_listed_and_has_its_number(opened: Opening) -> None:
    asker = opened()
    made = asker.ask("createAgent").json["data"]
    read = asker.ask("getAgent", {"agentId": made["id"]}).json
    number = asker.ask("getPhoneNumber", {"phoneNumberId": ..., "agentId": made["id"]}).json["data"]["e164"]
    assert (made["name"], made["phoneNumber"], number, read in listed(asker), read.items() <= made.items()) == (
        "Wren",
        asker.values["freeE164"],
        asker.values["freeE164"],
        True,
        True,
    )


def test_voice_may_be_left_out(opened: Opening) -> None:
    asker = opened()
    assert asker.ask("createAgent", {"voice_id": ...}).json["data"]["voice_id"] == asker.values["voiceId"]


@pytest.mark.parametrize("operation_id", ["createAgent", "updateAgent"])
def test_unknown_voice_is_not_found(opened: Opening, operation_id: str) -> None:
    asker = opened()
    before = listed(asker)
    assert (asker.ask(operation_id, {"voice_id": "voice-nobody"}).status, listed(asker)) == (404, before)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"name": "Robin"}, id="name"),
        pytest.param({"name": ..., "systemInstruction": "Ask for an hour."}, id="instruction"),
        pytest.param({"name": "Robin", "voice_id": "voice-esk"}, id="name-and-voice"),
    ],
)
def test_update_changes_what_was_named_and_nothing_else(opened: Opening, sent: dict[str, Any]) -> None:
    asker = opened()
    before = asker.ask("getAgent").json | {"voice_id": asker.values["voiceId"]}
    changes = {key: value for key, value in sent.items() if value is not ...}
    answered = asker.ask("updateAgent", sent).json["data"]
    after = asker.ask("getAgent").json
    expected = before | changes
    assert (answered | {"id": answered["agentId"]}, after) == (
        expected | {"agentId": before["id"]},
        {key: expected[key] for key in after},
    )


def test_voice_alone_is_no_update(opened: Opening) -> None:
    assert opened().ask("updateAgent", {"name": ..., "voice_id": "voice-esk"}).status == 400


def test_deleted_agent_is_gone_its_number_free_and_no_longer_active(opened: Opening) -> None:
    asker = opened()
    statuses = [asker.ask(each).status for each in ("deleteAgent", "getAgent", "getActiveAgent", "listAgents")]
    number = asker.ask("getPhoneNumber").json["data"]
    again = asker.ask("createAgent", {"phoneNumber": asker.values["e164"]}).status
    assert (statuses, number["agentId"], number["projectId"], again) == ([200, 404, 404, 404], None, None, 200)


def test_deleted_agents_calls_remain(opened: Opening) -> None:
    asker = opened()
    asker.ask("deleteAgent")
    assert asker.ask("getCall").status == 200


def test_agent_is_not_found_in_another_project(opened: Opening) -> None:
    asker = opened()
    project = asker.ask("createProject").json["data"]["id"]
    asked = ("getAgent", "updateAgent", "deleteAgent", "makeCall", "assignPhoneNumber", "batchCall")
    assert [asker.ask(each, {"projectId": project}).status for each in asked] == [404] * 6


def test_project_without_agents_is_404_and_one_without_id_is_400(opened: Opening) -> None:
    asker = opened("no agents")
    nameless = asker.about(Asker({}, "", "", "", {"projectId": ""}))
    assert (asker.ask("listAgents").status, nameless.ask("listAgents").status) == (404, 400)
