"""Section User: the API key and the active project."""

from dataclasses import replace

from reference_provider.accounts import Account
from reference_provider.answers import Answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.issued import Purpose
from reference_provider.operations.lookups import project_of
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import PROJECT_DATA, picked, project_form, user_form
from reference_provider.projects import Project

USER_KEYS = "id name email verified created_at updated_at active_project"


def generate_api_key(ask: Ask) -> Answer:
    """A new API key; the one before is refused from now on."""
    key, _ = ask.world.issue(Purpose.API_KEY, ask.asker.user_id)

    def keyed(account: Account) -> Account:
        ask.world.redeem(Purpose.API_KEY, account.api_key)
        return replace(account, api_key=key)

    ask.world.change(ask.asker.user_id, keyed)
    return success("API key successfully generated and updated.", apiKey=key)


def set_active_project(ask: Ask) -> Answer:
    """This project is active instead of the one before. 400 if there is none of that id."""
    project_id, now = ask.text("projectId"), ask.world.now()

    def activated(account: Account) -> Account:
        project = project_of(account, project_id, 400)
        return replace(account, active_project_id=project.id, updated_at=now)

    account = ask.world.change(ask.asker.user_id, activated)
    return success(
        f"successfully set project with id {project_id} active.",
        userData=picked(user_form(account), USER_KEYS),
        projectData=_project_data(project_of(account, project_id)),
    )


def get_active_project(ask: Ask) -> Answer:
    """The active project; 404 where none is set."""
    project = ask.asker.active_project or refuse(404, "No project of this account is active.")
    return success("fetched active project data.", projectData=_project_data(project))


def _project_data(project: Project) -> dict[str, object]:
    """The form of a project on both pages about the active one: six keys."""
    return picked(project_form(project), PROJECT_DATA)


USER = (
    Operation("generateApiKey", "GET", "/user/generate-apikey", generate_api_key, "bearer"),
    Operation("setActiveProject", "POST", "/user/set-active-project", set_active_project),
    Operation("getActiveProject", "GET", "/user/get-active-project", get_active_project, answers_head=True),
)
