"""Projects and the agents in them, as frozen values."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Project:
    """One project of an account. `active_agent` is the id of its default agent, if it has one."""

    id: str
    name: str
    user_id: str
    description: str
    created_at: datetime
    updated_at: datetime
    call_status_webhook: str | None = None
    active_agent: str | None = None
    status: str = "ACTIVE"


@dataclass(frozen=True)
class Agent:
    """One agent of a project; its phone number knows the agent, not the other way round."""

    id: str
    project_id: str
    name: str
    system_instruction: str
    voice_id: str
