"""How an account comes into the world: a plan says what it has, the founding makes it up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from reference_provider.accounts import Account
from reference_provider.invention import Invention
from reference_provider.issued import CODE_LIFE, LIVES, Purpose
from reference_provider.projects import Agent, Project
from reference_provider.telephony import Call, PhoneNumber
from reference_provider.voices import VOICES

FREE_NUMBERS = 4
"""How many phone numbers an account begins with: the docs have no operation that buys one."""

CALL_AGE = timedelta(minutes=10)
"""How long ago the call of a furnished account was placed: it has ended."""


class Good(Enum):
    """How far a secret of the new account is good."""

    ABSENT = "never issued"
    LIVE = "issued now"
    EXPIRED = "issued long ago"
    USED = "issued and used up"


@dataclass(frozen=True)
class Plan:
    """What a new account has. The default has everything that a success needs, and nothing that was mailed."""

    verified: bool = True
    token: Good = Good.LIVE
    api_key: Good = Good.LIVE
    refresh_token: Good = Good.LIVE
    reset_token: Good = Good.ABSENT
    code: Good = Good.ABSENT
    has_project: bool = True
    has_active_project: bool = True
    has_agent: bool = True
    has_active_agent: bool = True
    is_failing: bool = False
    is_deleted: bool = False

    def secrets(self) -> dict[Purpose, Good]:
        """The secrets that the world keeps a register of."""
        return {
            Purpose.TOKEN: self.token,
            Purpose.API_KEY: self.api_key,
            Purpose.REFRESH: self.refresh_token,
            Purpose.RESET: self.reset_token,
        }


def founded(plan: Plan, invention: Invention, now: datetime) -> Account:
    """A new account as planned. Its secrets open nothing until they stand in the register."""
    account = new_account(invention, now, verified=plan.verified, is_failing=plan.is_failing)
    code_start = now if plan.code is Good.LIVE else now - CODE_LIFE
    account = replace(
        account,
        token=_secret(plan.token, invention.secret),
        api_key=_secret(plan.api_key, invention.api_key),
        refresh_token=_secret(plan.refresh_token, invention.secret),
        reset_token=_secret(plan.reset_token, invention.secret),
        code=_secret(plan.code, invention.code),
        code_expires=code_start + CODE_LIFE,
    )
    return _furnished(account, plan, invention, now) if plan.has_project else account


def new_account(
    invention: Invention, now: datetime, *, verified: bool = False, is_failing: bool = False, **named: str
) -> Account:
    """An account with free phone numbers and no secret. `named`: its name, email and password where they are given."""
    user_id, name = invention.user_id(), named.get("name") or invention.first_name()
    return Account(
        user_id=user_id,
        name=name,
        email=named.get("email") or f"{name.lower()}.{user_id[:12]}@example.test",
        password=named.get("password") or invention.secret()[:20],
        created_at=now,
        updated_at=now,
        code_expires=now,
        verified=verified,
        is_failing=is_failing,
        numbers=tuple(PhoneNumber(invention.object_id(), invention.e164()) for _ in range(FREE_NUMBERS)),
    )


def expiry(good: Good, purpose: Purpose, now: datetime) -> datetime:
    """When a secret that is good this far ends, or ended."""
    return now if good is Good.EXPIRED else now + LIVES[purpose]


def _secret(good: Good, invent: Callable[[], str]) -> str:
    return "" if good is Good.ABSENT else invent()


def _furnished(account: Account, plan: Plan, invention: Invention, now: datetime) -> Account:
    """With an inactive project, an active one if planned, and what is in it."""
    account = replace(account, projects=(_new_project(account, invention, now),))
    if plan.has_active_project:
        project = _new_project(account, invention, now)
        account = replace(account, projects=(*account.projects, project), active_project_id=project.id)
    return _manned(account, plan, invention, now) if plan.has_agent else account


def _manned(account: Account, plan: Plan, invention: Invention, now: datetime) -> Account:
    """With an agent in the last project, its number, and a call that it made."""
    project = account.projects[-1]
    agent = Agent(invention.object_id(), project.id, invention.agent_name(), "Ask what time suits.", VOICES[0].voice_id)
    first, *others = account.numbers
    number = replace(first, project_id=project.id, agent_id=agent.id)
    call = Call(invention.call_id(), project.id, agent.id, number.e164, invention.e164(), now - CALL_AGE)
    project = replace(project, active_agent=agent.id if plan.has_active_agent else None)
    return replace(
        account,
        projects=(*account.projects[:-1], project),
        agents=(agent,),
        numbers=(number, *others),
        calls=(call,),
    )


def _new_project(account: Account, invention: Invention, now: datetime) -> Project:
    identifier = invention.object_id()
    return Project(
        id=identifier,
        name=invention.project_name(),
        user_id=account.user_id,
        description=f"Calls that {account.name} places in the evening.",
        created_at=now,
        updated_at=now,
        call_status_webhook=f"https://hooks.example.test/{identifier}",
    )
