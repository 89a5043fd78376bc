"""What the reference provider knows: accounts, their credentials and their projects, all invented, all in memory."""

import hmac
import string
import threading
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

Clock = Callable[[], datetime]

TOKEN_LIFE = timedelta(hours=2)
"""How long a bearer token is accepted. Source: authentication/login, the docs' note on expiry."""

TOKEN_LENGTH = 128
TOKEN_ALPHABET = string.ascii_letters + string.digits + "-_"

FIRST_NAMES = ("Amaro", "Brisa", "Cosmin", "Dilva", "Eskil", "Farida", "Gorm", "Hanae")
PROJECT_NAMES = ("Harbour lights", "Lantern desk", "Quiet orchard", "Tin whistle", "Velvet relay", "Winter ferry")


@dataclass(frozen=True)
class Project:
    """One project; at most one of an account's projects is active."""

    name: str
    user_id: str
    status: str
    description: str
    call_status_webhook: str | None
    id: str
    is_active: bool


@dataclass(frozen=True)
class Account:
    """One account with its two credentials. `is_failing`: reading its projects fails inside the provider."""

    user_id: str
    name: str
    email: str
    token: str = field(repr=False)
    token_expires: datetime
    api_key: str = field(repr=False)
    projects: tuple[Project, ...] = ()
    is_failing: bool = False

    @property
    def active_project(self) -> Project | None:
        """The project that is set active, if one is."""
        return next((project for project in self.projects if project.is_active), None)


class World:
    """All accounts. Safe to use from several threads: what is handed out is frozen, so nobody sees half a change."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._accounts: dict[str, Account] = {}
        self.stranger = self.open_account(has_active_project=True)
        """An account that is never handed out: whom faults answer with instead of the asking one."""

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, oldest first."""
        with self._lock:
            return tuple(self._accounts.values())

    def open_account(self, *, has_active_project: bool, is_failing: bool = False) -> Account:
        """A new account with a fresh token and key, an inactive project and, if asked for, an active one."""
        with self._lock:
            account = self._new_account(is_failing)
            projects = [self._new_project(account, is_active=False)]
            if has_active_project:
                projects.append(self._new_project(account, is_active=True))
            account = replace(account, projects=tuple(projects))
            self._accounts[account.user_id] = account
            return account

    def close_account(self, user_id: str) -> None:
        """Removes the account; its credentials are refused from now on. An unknown id is no error."""
        with self._lock:
            self._accounts.pop(user_id, None)

    def change_projects(self, user_id: str, change: Callable[[Project], Project]) -> None:
        """Replaces each project of the account by what `change` makes of it."""
        with self._lock:
            account = self._accounts[user_id]
            self._accounts[user_id] = replace(account, projects=tuple(map(change, account.projects)))

    def by_token(self, token: str) -> Account | None:
        """The account whose token this exactly is, unless the token has expired."""
        account = self._by_secret(token, ((account.token, account) for account in self.accounts))
        return account if account and self._clock() < account.token_expires else None

    def by_api_key(self, api_key: str) -> Account | None:
        """The account whose API key this exactly is."""
        return self._by_secret(api_key, ((account.api_key, account) for account in self.accounts))

    @staticmethod
    def _by_secret(sent: str, known: Iterable[tuple[str, Account]]) -> Account | None:
        # Every known secret is compared, in constant time, so that the time taken tells nothing.
        sent_bytes = sent.encode("utf-8", "surrogateescape")
        matches = [account for secret, account in known if hmac.compare_digest(secret.encode(), sent_bytes)]
        return matches[0] if matches else None

    def _new_account(self, is_failing: bool) -> Account:
        name = self._random.choice(FIRST_NAMES)
        user_id = f"{self._random.getrandbits(96):024x}"
        return Account(
            user_id=user_id,
            name=name,
            email=f"{name.lower()}.{user_id[:6]}@example.test",
            token="".join(self._random.choices(TOKEN_ALPHABET, k=TOKEN_LENGTH)),
            token_expires=self._clock() + TOKEN_LIFE,
            api_key=f"{self._random.getrandbits(256):064x}",
            is_failing=is_failing,
        )

    def _new_project(self, account: Account, *, is_active: bool) -> Project:
        identifier = str(uuid.UUID(int=self._random.getrandbits(128), version=4))
        return Project(
            name=f"{self._random.choice(PROJECT_NAMES)} {identifier[:4]}",
            user_id=account.user_id,
            status="ACTIVE",
            description=f"Calls that {account.name} places in the evening.",
            call_status_webhook=f"https://hooks.example.test/{identifier}",
            id=identifier,
            is_active=is_active,
        )
