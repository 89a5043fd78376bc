"""Tokens and keys that were issued: to whom, for what, until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Purpose(Enum):
    """What a secret is good for."""

    TOKEN = "token"  # noqa: S105  a word, not a secret
    API_KEY = "API key"
    REFRESH = "refresh token"
    RESET = "reset token"


LIVES = {
    Purpose.TOKEN: timedelta(hours=2),
    Purpose.API_KEY: timedelta(days=36_500),
    Purpose.REFRESH: timedelta(days=30),
    Purpose.RESET: timedelta(hours=1),
}
"""How long each is good. The token's is documented (authentication/login, `expirationTime`), the others are ours."""

CODE_LIFE = timedelta(hours=1)
"""How long a mailed verification code is good: ours too."""


@dataclass(frozen=True)
class Issued:
    """Whom a secret was issued to, and when it ends."""

    user_id: str
    expires: datetime


class Register:
    """Every secret issued and not withdrawn. Not safe to use from several threads: the world guards it."""

    def __init__(self) -> None:
        self._issued: dict[tuple[Purpose, str], Issued] = {}

    def enter(self, purpose: Purpose, secret: str, user_id: str, expires: datetime) -> None:
        """Holds the secret good for that user until that moment."""
        self._issued[purpose, secret] = Issued(user_id, expires)

    def holder(self, purpose: Purpose, secret: str, now: datetime) -> str | None:
        """Whom the secret was issued to; None if it never was, was withdrawn, or has expired."""
        issued = self._issued.get((purpose, secret))
        return issued.user_id if issued and now < issued.expires else None

    def withdraw(self, purpose: Purpose, secret: str) -> None:
        """Ends one secret. One that is not known is no error."""
        self._issued.pop((purpose, secret), None)

    def withdraw_all(self, user_id: str) -> None:
        """Ends everything that was issued to this user."""
        self._issued = {key: issued for key, issued in self._issued.items() if issued.user_id != user_id}
