"""Who asks: the credential a request carries, and the account behind it."""

from dataclasses import dataclass, field
from enum import Enum

from werkzeug.wrappers import Request

from reference_provider.operations import Operation
from reference_provider.world import Account, World


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


def account_of(credential: Credential, operation: Operation, world: World) -> Account | None:
    """The account that asks this operation; None where the credential is refused, or none is asked for."""
    if credential.kind is Kind.BEARER and operation.asks_credential != "none":
        return world.by_token(credential.value)
    if credential.kind is Kind.API_KEY and operation.asks_credential == "either":
        return world.by_api_key(credential.value)
    return None
