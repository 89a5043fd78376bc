"""What an ask names by its id, found among the asking account's own things.

Another account's object is refused exactly as one that does not exist, and as an id that could be nobody's.
"""

from reference_provider.accounts import Account
from reference_provider.asks import Ask, refuse
from reference_provider.projects import Agent, Project
from reference_provider.telephony import PhoneNumber
from reference_provider.voices import VOICE_BY_ID, VOICES, Voice


def project_of(account: Account, project_id: str, status: int = 404) -> Project:
    """This project of the account. Refused with `status` if there is none."""
    return account.project(project_id) or refuse(status, "There is no such project.")


def agent_of(account: Account, project_id: str, agent_id: str) -> Agent:
    """This agent of the account. Refused with 404 if it, or the project, is none, or the agent is in another one."""
    return account.agent(project_id, agent_id) or refuse(404, "There is no such agent in this project.")


def asked_agent(ask: Ask) -> Agent:
    """The agent that `projectId` and `agentId` of the body name."""
    project_id, agent_id = ask.text("projectId"), ask.text("agentId")
    return agent_of(ask.asker, project_id, agent_id)


def own_number(account: Account, e164: str) -> PhoneNumber:
    """This number of the account. Refused with 404 if it has no such number."""
    number = next((number for number in account.numbers if number.e164 == e164), None)
    return number or refuse(404, "This account has no such phone number.")


def asked_voice(ask: Ask) -> Voice:
    """The voice that the optional `voice_id` of the body names; the first one if it is left out."""
    voice_id = ask.optional_text("voice_id")
    return VOICES[0] if voice_id is None else voice_of(voice_id)


def voice_of(voice_id: str) -> Voice:
    """The voice of this id. Refused with 404 if there is none: no page says what is answered then."""
    return VOICE_BY_ID.get(voice_id) or refuse(404, "There is no such voice.")
