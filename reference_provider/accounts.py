"""An account with all that is its own, as one frozen value.

What an operation finds, it finds in the asking account. No other account can show, because none is looked at.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol, TypeVar

from reference_provider.projects import Agent, Project
from reference_provider.telephony import Call, PhoneNumber


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Thing = TypeVar("Thing", bound=_HasId)


@dataclass(frozen=True)
class Account:
    """One account and its objects, oldest first.

    `token`, `refresh_token` and `reset_token` are those handed out with the account, empty where there is none:
    whether one is still good, and which came later, only the world knows. `api_key` and `code` are the present ones.
    `is_failing`: whatever this account asks fails inside.
    """

    user_id: str
    name: str
    email: str
    password: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    code_expires: datetime
    token: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    reset_token: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    verified: bool = True
    is_failing: bool = False
    active_project_id: str | None = None
    projects: tuple[Project, ...] = ()
    agents: tuple[Agent, ...] = ()
    numbers: tuple[PhoneNumber, ...] = ()
    calls: tuple[Call, ...] = field(default=(), repr=False)

    @property
    def active_project(self) -> Project | None:
        """The project that is set active, if one is."""
        return self.project(self.active_project_id)

    def project(self, project_id: str | None) -> Project | None:
        """The account's own project of this id."""
        return with_id(self.projects, project_id)

    def agent(self, project_id: str, agent_id: str) -> Agent | None:
        """The agent of this id, if it is in this project of the account."""
        agent = with_id(self.agents, agent_id)
        return agent if agent and agent.project_id == project_id else None

    def agents_of(self, project_id: str) -> tuple[Agent, ...]:
        """The agents in this project."""
        return tuple(agent for agent in self.agents if agent.project_id == project_id)

    def number_of(self, agent_id: str) -> PhoneNumber | None:
        """The number assigned to this agent."""
        return next((number for number in self.numbers if number.agent_id == agent_id), None)

    def call(self, call_id: str) -> Call | None:
        """The account's own call of this id."""
        return with_id(self.calls, call_id)

    @property
    def marks(self) -> frozenset[str]:
        """The texts in a request's body that mean this account where no credential is asked for."""
        marks = (self.email, self.code, self.refresh_token, self.reset_token)
        return frozenset(mark for mark in marks if mark)


def with_id(things: Iterable[Thing], wanted: str | None) -> Thing | None:
    """The thing that has this id."""
    return next((thing for thing in things if thing.id == wanted), None)


def stored(things: tuple[Thing, ...], thing: Thing) -> tuple[Thing, ...]:
    """These things with this one in the place of its id, or at the end."""
    if with_id(things, thing.id) is None:
        return (*things, thing)
    return tuple(thing if each.id == thing.id else each for each in things)


def without_agent(account: Account, agent_id: str) -> Account:
    """The account after this agent is deleted: its number is free, no project has it active. Its calls remain."""
    return replace(
        account,
        agents=tuple(agent for agent in account.agents if agent.id != agent_id),
        numbers=tuple(_freed(number, agent_id) for number in account.numbers),
        projects=tuple(without_active_agent(project, agent_id) for project in account.projects),
    )


def without_project(account: Account, project_id: str) -> Account:
    """The account after this project is deleted with its agents and their phone numbers. Its calls remain."""
    return replace(
        account,
        projects=tuple(project for project in account.projects if project.id != project_id),
        agents=tuple(agent for agent in account.agents if agent.project_id != project_id),
        numbers=tuple(number for number in account.numbers if number.project_id != project_id),
        active_project_id=None if account.active_project_id == project_id else account.active_project_id,
    )


def without_active_agent(project: Project, agent_id: str) -> Project:
    """The project, without this agent as its active one."""
    return replace(project, active_agent=None) if project.active_agent == agent_id else project


def _freed(number: PhoneNumber, agent_id: str) -> PhoneNumber:
    return replace(number, project_id=None, agent_id=None) if number.agent_id == agent_id else number


def values_of(account: Account, voice_id: str) -> Mapping[str, str]:
    """What a request about this account needs, by name; a name is left out where the account has no such thing.

    `voice_id` is the voice to name where the account has no agent.
    """
    project = account.active_project or next(iter(account.projects), None)
    agents = account.agents_of(project.id) if project else ()
    agent = with_id(agents, project.active_agent if project else None) or next(iter(agents), None)
    number = account.number_of(agent.id) if agent else None
    free = next((number for number in account.numbers if number.agent_id is None), None)
    call = next(iter(account.calls), None)
    values = {
        "email": account.email,
        "password": account.password,
        "userName": account.name,
        "code": account.code,
        "refreshToken": account.refresh_token,
        "resetToken": account.reset_token,
        "projectId": project and project.id,
        "projectName": project and project.name,
        "agentId": agent and agent.id,
        "agentName": agent and agent.name,
        "voiceId": agent.voice_id if agent else voice_id,
        "phoneNumberId": number and number.id,
        "e164": number and number.e164,
        "freeE164": free and free.e164,
        "callId": call and call.id,
    }
    return {name: value for name, value in values.items() if value}
