"""Section Project: projects, their webhook and their active agent."""

from dataclasses import replace
from typing import Any

from reference_provider.accounts import Account, stored, without_active_agent, without_project
from reference_provider.answers import Answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.operations.lookups import agent_of, project_of
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import picked, project_form
from reference_provider.projects import Project

CREATED_KEYS = "name user_id status description call_status_webhook id active_agent created_at updated_at"
READ_KEYS = "name user_id status description is_deleted call_status_webhook id active_agent created_at updated_at"
UPDATED_KEYS = "name user_id status description is_deleted call_status_webhook created_at updated_at id active_agent"
ACTIVE_AGENT_KEYS = "name description active_agent created_at call_status_webhook user_id"


def create_project(ask: Ask) -> Answer:
    """A new project, not active, without webhook. 400 if another one of the account has the name."""
    name, description, now = ask.text("name"), ask.text("description"), ask.world.now()
    project_id, user_id = ask.world.invention.object_id(), ask.asker.user_id
    project = Project(project_id, name, user_id, description, created_at=now, updated_at=now)
    ask.world.change(user_id, lambda account: _with_project(account, project))
    return success("successfully created project.", data=picked(project_form(project), CREATED_KEYS))


def get_project(ask: Ask) -> Answer:
    """One project; 400 if there is none of that id."""
    project = project_of(ask.asker, ask.path_value("projectId"), 400)
    return success("successfully fetched project data.", data=picked(project_form(project), READ_KEYS))


def update_project(ask: Ask) -> Answer:
    """Another name, description or webhook. The webhook alone is not enough: the page asks for one of the others."""
    project_id = ask.path_value("projectId")
    sent = {
        "name": ask.optional_text("name"),
        "description": ask.optional_text("description"),
        "call_status_webhook": ask.optional_text("webhookUrl"),
    }
    if sent["name"] is None and sent["description"] is None:
        refuse(400, "A name or a description is needed.")
    return success(
        "successfully updated project info.", data=picked(project_form(_changed(ask, project_id, sent)), UPDATED_KEYS)
    )


def delete_project(ask: Ask) -> Answer:
    """The project is gone; with `cascade` its agents and numbers too, without it they must be gone before (400)."""
    project_id, cascades = ask.path_value("projectId"), ask.flag("cascade", False)

    def deleted(account: Account) -> Account:
        project = project_of(account, project_id)
        is_used = account.agents_of(project.id) or any(number.project_id == project.id for number in account.numbers)
        if is_used and not cascades:
            refuse(400, "Agents or phone numbers are still attached to this project.")
        return without_project(account, project.id)

    ask.world.change(ask.asker.user_id, deleted)
    return success("successfully deleted project.")


def add_webhook(ask: Ask) -> Answer:
    """The project's webhook is this one. It need not be a URL: the page's own sample is none."""
    project_id, url = ask.text("projectId"), ask.text("webhookURL")
    _changed(ask, project_id, {"call_status_webhook": url})
    return success("added webhook url.")


def get_active_agent(ask: Ask) -> Answer:
    """The id of the project's active agent; 404 where none is set. The message is printed so."""
    project = project_of(ask.asker, ask.text("projectId"))
    agent_id = project.active_agent or refuse(404, "This project has no active agent.")
    return success("added webhook url.", active_agent=agent_id)


def set_active_agent(ask: Ask) -> Answer:
    """The project's active agent is this one, which must be in the project."""
    project_id, agent_id = ask.text("projectId"), ask.text("active_agent")
    agent_of(ask.asker, project_id, agent_id)
    project = _changed(ask, project_id, {"active_agent": agent_id})
    return success("updated active agent successfully.", project=picked(project_form(project), ACTIVE_AGENT_KEYS))


def remove_active_agent(ask: Ask) -> Answer:
    """No project has this agent as its active one. 404 if none had."""
    agent_id = ask.path_values["agentId"]

    def removed(account: Account) -> Account:
        projects = tuple(without_active_agent(project, agent_id) for project in account.projects)
        if projects == account.projects:
            refuse(404, "This agent is not active.")
        return replace(account, projects=projects)

    ask.world.change(ask.asker.user_id, removed)
    return success("Removed active agent from project successfully.")


def _changed(ask: Ask, project_id: str, sent: dict[str, str | None]) -> Project:
    """The project after what was sent is changed, and nothing else; 404 if there is none of that id."""
    changes: dict[str, Any] = {key: value for key, value in sent.items() if value is not None}
    now = ask.world.now()

    def changed(account: Account) -> Account:
        project = replace(project_of(account, project_id), updated_at=now)
        return _with_project(account, replace(project, **changes))

    return project_of(ask.world.change(ask.asker.user_id, changed), project_id)


def _with_project(account: Account, project: Project) -> Account:
    if any(each.name == project.name and each.id != project.id for each in account.projects):
        refuse(400, "Another project has this name.")
    return replace(account, projects=stored(account.projects, project))


PROJECT = (
    Operation("createProject", "POST", "/project/create-project", create_project),
    Operation("getProject", "GET", "/project/{projectId}", get_project, answers_head=True),
    Operation("updateProject", "PUT", "/project/{projectId}", update_project),
    Operation("deleteProject", "DELETE", "/project/{projectId}", delete_project),
    Operation("addWebhook", "POST", "/project/call-status/add-webhookurl", add_webhook),
    Operation("getActiveAgent", "POST", "/project/active-agent", get_active_agent),
    Operation("setActiveAgent", "PATCH", "/project/active-agent", set_active_agent),
    Operation("removeActiveAgent", "PATCH", "/project/active-agent/{agentId}", remove_active_agent),
)
