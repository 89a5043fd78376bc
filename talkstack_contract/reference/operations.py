"""The operations of the docs that the reference provider answers, written from the pages' meaning."""

from collections.abc import Callable
from dataclasses import dataclass

from talkstack_contract.reference.answers import Answer, error, success
from talkstack_contract.reference.world import Account, Project


@dataclass(frozen=True)
class Operation:
    """One method and path; `answer` is what an account gets, once its credential is accepted."""

    operation_id: str
    method: str
    path: str
    answer: Callable[[Account], Answer]


ACTIVE_PROJECT_MESSAGE = "fetched active project data."
"""Source: user/get-active-project, Success Response."""


def project_data(project: Project) -> dict[str, object]:
    """The printed form of a project: six keys."""
    return {
        "name": project.name,
        "user_id": project.user_id,
        "status": project.status,
        "description": project.description,
        "call_status_webhook": project.call_status_webhook,
        "id": project.id,
    }


def project_answer(project: Project) -> Answer:
    """200 with this project."""
    return success(ACTIVE_PROJECT_MESSAGE, "projectData", project_data(project))


def get_active_project(account: Account) -> Answer:
    """200 with the active project, 404 where none is set, 500 where reading it fails."""
    if account.is_failing:
        return error(500, "The active project could not be read.")
    if account.active_project is None:
        return error(404, "No project of this account is active.")
    return project_answer(account.active_project)


UNAUTHORIZED = error(401, "This credential is not accepted.")

OPERATIONS = (Operation("getActiveProject", "GET", "/user/get-active-project", get_active_project),)
