"""What the reference provider knows: every account and every secret, all invented, all in memory."""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from random import Random

from reference_provider.accounts import Account, values_of
from reference_provider.founding import Good, Plan, expiry, founded
from reference_provider.invention import Invention
from reference_provider.issued import LIVES, Purpose, Register
from reference_provider.voices import VOICES

__all__ = ["Account", "Clock", "World"]

Clock = Callable[[], datetime]


class World:
    """All accounts. Safe to use from several threads: what is handed out is frozen, so nobody sees half a change."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self.now = clock
        self.invention = Invention(random)
        self._lock = threading.RLock()
        self._accounts: dict[str, Account] = {}
        self._register = Register()
        self.stranger_id = self.open_account().user_id

    @property
    def stranger(self) -> Account:
        """An account that is never handed out: whom faults answer with instead of the asking one."""
        return self._accounts[self.stranger_id]

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account, oldest first."""
        with self._lock:
            return tuple(self._accounts.values())

    def account(self, user_id: str | None) -> Account | None:
        """The account of this id, as it is now."""
        return self._accounts.get(user_id) if user_id is not None else None

    def by_email(self, email: str) -> Account | None:
        """The account of this address, verified or not; letter case makes no difference."""
        return next((account for account in self.accounts if account.email.lower() == email.lower()), None)

    def by_token(self, token: str) -> Account | None:
        """The account whose token this exactly is, unless the token has expired."""
        return self.account(self.holder(Purpose.TOKEN, token))

    def by_api_key(self, api_key: str) -> Account | None:
        """The account whose API key this exactly is."""
        return self.account(self.holder(Purpose.API_KEY, api_key))

    def fails_for(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts means an account that fails inside: its address, its code or a token of it."""
        sent = frozenset(texts)
        return any(account.is_failing and not sent.isdisjoint(account.marks) for account in self.accounts)

    def open_account(self, plan: Plan | None = None) -> Account:
        """A new account as planned; one with everything if no plan is given."""
        plan, now = plan or Plan(), self.now()
        account = founded(plan, self.invention, now)
        with self._lock:
            self.admit(account)
            self._enter_secrets(account, plan.secrets(), now)
            if plan.is_deleted:
                self.close_account(account.user_id)
        return account

    def admit(self, account: Account) -> None:
        """Takes in an account made elsewhere. ValueError if its address is taken."""
        with self._lock:
            if self.by_email(account.email):
                raise ValueError("the address is taken")
            self._accounts[account.user_id] = account

    def close_account(self, user_id: str) -> None:
        """Removes the account; what was issued to it leads nowhere from now on. An unknown id is no error."""
        with self._lock:
            self._accounts.pop(user_id, None)

    def forget(self, user_id: str) -> None:
        """Removes the account and every trace of it."""
        with self._lock:
            self.close_account(user_id)
            self._register.withdraw_all(user_id)

    def change(self, user_id: str, change: Callable[[Account], Account]) -> Account:
        """Replaces the account by what `change` makes of it; nothing happens where that raises.

        `change` gets the account as it is then, and no other change comes between. KeyError if the account is gone.
        """
        with self._lock:
            self._accounts[user_id] = account = change(self._accounts[user_id])
            return account

    def issue(self, purpose: Purpose, user_id: str) -> tuple[str, datetime]:
        """A new secret of this account, and when it ends. Earlier ones stay good."""
        secret = self.invention.api_key() if purpose is Purpose.API_KEY else self.invention.secret()
        expires = self.now() + LIVES[purpose]
        with self._lock:
            self._register.enter(purpose, secret, user_id, expires)
        return secret, expires

    def holder(self, purpose: Purpose, secret: str) -> str | None:
        """The user a secret was issued to, even one who is gone; None if the secret is not good."""
        with self._lock:
            return self._register.holder(purpose, secret, self.now())

    def redeem(self, purpose: Purpose, secret: str) -> str | None:
        """As `holder`, and the secret is good no longer: of two at the same time one gets None."""
        with self._lock:
            holder = self.holder(purpose, secret)
            self._register.withdraw(purpose, secret)
            return holder

    def values_of(self, account: Account) -> Mapping[str, str]:
        """What a request about this account needs, by name."""
        return values_of(account, VOICES[0].voice_id)

    def _enter_secrets(self, account: Account, secrets: Mapping[Purpose, Good], now: datetime) -> None:
        texts = (account.token, account.api_key, account.refresh_token, account.reset_token)
        for (purpose, good), text in zip(secrets.items(), texts, strict=True):
            if good in (Good.LIVE, Good.EXPIRED):
                self._register.enter(purpose, text, account.user_id, expiry(good, purpose, now))
