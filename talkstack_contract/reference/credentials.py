"""Who asks: the credential a request carries, and the account behind it."""

from dataclasses import dataclass, field
from enum import Enum

from werkzeug.wrappers import Request

from talkstack_contract.reference.world import Account, World


class Kind(Enum):
    """How a credential is carried."""

    BEARER = "bearer"
    API_KEY = "api-key"
    OTHER_SCHEME = "other-scheme"
    NONE = "none"


@dataclass(frozen=True)
class Credential:
    """The credential of one request, as sent."""

    kind: Kind
    value: str = field(default="", repr=False)


def credential_of(request: Request) -> Credential:
    """The credential that decides.

    An `Authorization` header decides alone, even beside a good `x-api-key`: whoever sends a bad token is refused.
    """
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        scheme, _, value = authorization.partition(" ")
        kind = Kind.BEARER if scheme.lower() == "bearer" else Kind.OTHER_SCHEME
        return Credential(kind, value.strip(" "))
    api_key = request.headers.get("x-api-key")
    return Credential(Kind.NONE) if api_key is None else Credential(Kind.API_KEY, api_key)


def account_of(credential: Credential, world: World) -> Account | None:
    """The account that this credential belongs to; None if it is refused."""
    if credential.kind is Kind.BEARER:
        return world.by_token(credential.value)
    if credential.kind is Kind.API_KEY:
        return world.by_api_key(credential.value)
    return None
