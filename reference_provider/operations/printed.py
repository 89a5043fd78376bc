"""Accounts, projects, agents, numbers, calls and voices in the forms that the pages print.

Each page prints its own choice of keys, in its own order: `picked` takes them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from reference_provider.accounts import Account
from reference_provider.projects import Agent, Project
from reference_provider.telephony import Call, PhoneNumber
from reference_provider.voices import Voice

Form = Mapping[str, object]


def picked(form: Form, keys: str) -> dict[str, object]:
    """These keys of the form, separated by blanks, in this order."""
    return {key: form[key] for key in keys.split()}


def moment(when: datetime) -> str:
    """Date and time as the pages print them: UTC, milliseconds, Z."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user_form(account: Account) -> Form:
    """Every key that any page prints of a user."""
    return {
        "id": account.user_id,
        "name": account.name,
        "email": account.email,
        "verified": account.verified,
        "created_at": moment(account.created_at),
        "updated_at": moment(account.updated_at),
        "active_project": account.active_project_id,
        "company_name": None,  # no operation sets it
    }


def project_form(project: Project) -> Form:
    """Every key that any page prints of a project."""
    return {
        "id": project.id,
        "name": project.name,
        "user_id": project.user_id,
        "status": project.status,
        "description": project.description,
        "is_deleted": False,  # a deleted one is not found, so that nobody sees true
        "call_status_webhook": project.call_status_webhook,
        "active_agent": project.active_agent,
        "created_at": moment(project.created_at),
        "updated_at": moment(project.updated_at),
    }


PROJECT_DATA = "name user_id status description call_status_webhook id"
"""Source: user/get-active-project and user/set-active-project, Success Response."""


def agent_form(agent: Agent, number: PhoneNumber | None = None) -> Form:
    """Every key that any page prints of an agent; `id` and `agentId` are the same thing."""
    return {
        "id": agent.id,
        "agentId": agent.id,
        "projectId": agent.project_id,
        "name": agent.name,
        "systemInstruction": agent.system_instruction,
        "voice_id": agent.voice_id,
        "phoneNumber": number and number.e164,
    }


def number_form(number: PhoneNumber) -> Form:
    """A phone number. The one status that is printed is that of an assigned number: we give it to all."""
    return {
        "e164": number.e164,
        "id": number.id,
        "status": "AVAILABLE",
        "projectId": number.project_id,
        "agentId": number.agent_id,
    }


def call_form(call: Call, now: datetime) -> Form:
    """A call at this moment, without the printed keys that are one customer's own."""
    return {
        "seconds": call.seconds(now),
        "cost": call.cost(now),
        "status": call.status(now),
        "from": call.from_e164,
        "to": call.to_e164,
        "date": format_datetime(call.placed_at.astimezone(UTC)),
        "recordingUrls": call.recording_urls(now),
        "phoneNumber": call.to_e164,
        "callSid": call.id,
    }


def voice_form(voice: Voice) -> Form:
    """A voice; both pages print the same."""
    return {
        "name": voice.name,
        "labels": {
            "accent": voice.accent,
            "description": voice.description,
            "age": voice.age,
            "gender": voice.gender,
            "use_case": voice.use_case,
        },
        "voice_id": voice.voice_id,
        "preview_url": voice.preview_url,
    }
