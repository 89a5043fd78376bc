"""Projects, their webhook and their active agent."""

from typing import Any

import pytest

from tests.reference.asking import Asker, Opening, opening
from tests.reference.clock import Clock


def read(asker: Asker) -> dict[str, Any]:
    return dict(asker.ask("getProject").json["data"])


def test_created_project_is_read_back(opened: Opening) -> None:
    asker = opened()
    made = asker.ask("createProject").json["data"]
    shown = asker.about(Asker(asker.clients, "", "", "", {"projectId": made["id"]})).ask("getProject").json["data"]
    assert (made["name"], made["user_id"], shown) == ("Paper boat", asker.user_id, made | {"is_deleted": False})


@pytest.mark.parametrize("operation_id", ["createProject", "updateProject"])
def test_taken_name_is_refused_and_changes_nothing(opened: Opening, operation_id: str) -> None:
    asker = opened()
    taken = asker.ask("createProject").json["data"]["name"]
    before = read(asker)
    assert (asker.ask(operation_id, {"name": taken}).status, read(asker)) == (400, before)


def test_names_are_free_in_another_account(opened: Opening) -> None:
    asker, other = opened(), opened()
    name = {"name": other.values["projectName"]}
    assert [asker.ask("createProject", name).status for _ in range(2)] == [200, 400]


def test_project_can_be_given_its_own_name(opened: Opening) -> None:
    asker = opened()
    assert asker.ask("updateProject", {"name": asker.values["projectName"]}).status == 200


@pytest.mark.parametrize(
    ("sent", "key", "value"),
    [
        pytest.param({"name": "Tin boat", "description": ...}, "name", "Tin boat", id="name"),
        pytest.param({"name": ..., "description": "Calls at two."}, "description", "Calls at two.", id="description"),
    ],
)
def test_update_changes_what_was_named_and_nothing_else(sent: dict[str, Any], key: str, value: str) -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        before = read(asker)
        clock.move(minutes=1)
        answered = asker.ask("updateProject", sent).json["data"]
        expected = before | {key: value, "updated_at": "2026-03-01T12:01:00.000Z"}
        assert (answered, read(asker)) == (expected, expected)


@pytest.mark.parametrize("sent", [{}, {"webhookUrl": "https://hooks.example.test/new"}], ids=["nothing", "webhook"])
def test_update_without_name_and_description_is_refused(opened: Opening, sent: dict[str, str]) -> None:
    assert opened().ask("updateProject", {"name": ..., "description": ..., **sent}).status == 400


def test_webhook_is_shown_in_the_project(opened: Opening) -> None:
    asker = opened()
    asker.ask("addWebhook", {"webhookURL": "https://hooks.example.test/one"})
    first = read(asker)["call_status_webhook"]
    asker.ask("updateProject", {"webhookUrl": "https://hooks.example.test/two"})
    shown = (first, read(asker)["call_status_webhook"])
    assert shown == ("https://hooks.example.test/one", "https://hooks.example.test/two")


def test_project_in_use_is_deleted_only_with_cascade(opened: Opening) -> None:
    asker = opened()
    kept = asker.ask("deleteProject", {"cascade": False}).status, asker.ask("deleteProject", {"cascade": ...}).status
    still_there = [asker.ask(each).status for each in ("getProject", "getAgent", "getPhoneNumber")]
    deleted = asker.ask("deleteProject").status
    gone = [asker.ask(each).status for each in ("getProject", "getAgent", "getPhoneNumber", "listAgents", "listCalls")]
    assert (kept, still_there, deleted, gone) == ((400, 400), [200] * 3, 200, [400, 404, 404, 404, 404])


def test_project_is_deleted_without_a_body_once_its_agents_are_gone(opened: Opening) -> None:
    asker = opened()
    asker.ask("deleteAgent")
    path, known = f"/project/{asker.values['projectId']}", {"Authorization": f"Bearer {asker.token}"}
    deleted = asker.clients["api"].send("DELETE", path, known).status
    assert (deleted, asker.ask("getActiveProject").status, asker.ask("deleteProject").status) == (200, 404, 404)


def test_login_shows_no_active_project_once_it_is_deleted(opened: Opening) -> None:
    asker = opened()
    deleted = asker.ask("deleteProject").status
    assert (deleted, asker.ask("logIn").json["user"]["active_project"]) == (200, None)


@pytest.mark.parametrize("cascade", ["true", 1, None, []], ids=str)
def test_cascade_is_true_or_false(opened: Opening, cascade: object) -> None:
    assert opened().ask("deleteProject", {"cascade": cascade}).status == 400


def test_id_left_out_of_the_path_is_refused(opened: Opening) -> None:
    asker = opened().about(Asker({}, "", "", "", {"projectId": ""}))
    assert [asker.ask(each).status for each in ("getProject", "updateProject", "deleteProject")] == [400] * 3


def test_active_agent_is_set_read_and_removed(opened: Opening) -> None:
    asker = opened("no active agent")
    agent = asker.values["agentId"]
    none = asker.ask("getActiveAgent").status
    answered = asker.ask("setActiveAgent").json["project"]["active_agent"]
    shown = (asker.ask("getActiveAgent").json["active_agent"], read(asker)["active_agent"])
    removed = [asker.ask("removeActiveAgent").status, asker.ask("getActiveAgent").status]
    again = asker.ask("removeActiveAgent").status
    assert (none, answered, shown, removed, again) == (404, agent, (agent, agent), [200, 404], 404)


def test_agent_of_another_project_cannot_be_active(opened: Opening) -> None:
    asker = opened()
    project = asker.ask("createProject").json["data"]["id"]
    assert asker.ask("setActiveAgent", {"projectId": project}).status == 404
