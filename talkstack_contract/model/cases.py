"""What is sent and what came back: a case, its request, its exchange."""

from dataclasses import dataclass, field
from datetime import datetime

from talkstack_contract.model.operations import Operation, Scheme
from talkstack_contract.model.promises import Clause
from talkstack_contract.model.words import CredentialVariant, Effect, Json, MutationKind, ParameterLocation


@dataclass(frozen=True)
class Case:
    """One request to one operation in one provider state, with the clauses it puts to the test.

    `status` is the documented status whose pair the clauses belong to, None where they belong to no pair.
    `compared_with` is the case whose answer this one is held against; `reads_after` repeats that case's request
    after this one and judges the second answer. `mutations` say which fields are sent otherwise than a success sends
    them: `(field, how, template)`. `needs_own_account` tells that the state is used up, so that no other case may
    share it.
    `takes_any_scheme` tells that another scheme does as well, where the account has no credential for this one.
    """

    operation: Operation
    name: str
    clauses: tuple[Clause, ...]
    status: int | None
    kind: int
    effect: Effect
    method: str
    state: str = ""
    scheme: Scheme | None = None
    credential_variant: CredentialVariant = CredentialVariant.VALID
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    compared_with: str = ""
    reads_after: bool = False
    mutations: tuple[tuple[str, MutationKind, Json], ...] = ()
    needs_own_account: bool = False
    takes_any_scheme: bool = False

    @property
    def id(self) -> str:
        """`operation/case`."""
        return f"{self.operation.id}/{self.name}"

    @property
    def expects_success(self) -> bool:
        """Tell whether the credential of this case is one that the provider has to accept."""
        return self.scheme is not None and self.credential_variant is CredentialVariant.VALID

    def clause(self, name: str) -> Clause:
        """Return the clause of that name."""
        return next(clause for clause in self.clauses if clause.name == name)


@dataclass(frozen=True)
class Header:
    """A request header: what is sent, and how it may be shown."""

    name: str
    value: str = field(repr=False)
    shown: str


@dataclass(frozen=True)
class SentCredential:
    """A credential as it is sent: in a header, in the query, or as a cookie, by the name of `parameter`.

    `expansion` is what becomes its value in a shell in which `variable` is set; nothing where there is no secret in it.
    `hint` says what to set that to, nothing where the environment of the run holds it.
    """

    location: ParameterLocation
    parameter: Header
    expansion: str = ""
    variable: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Request:
    """A request as it is sent. Its values are secret until `evidence` has shown them.

    `yields` are the paths at which a success shows credentials, `credentials` are what proves who asks, `shown_url` is
    the URL as it may be shown, where that is another one.
    """

    method: str
    url: str
    headers: tuple[Header, ...]
    effect: Effect
    body: bytes = field(default=b"", repr=False)
    yields: tuple[tuple[str, ...], ...] = ()
    credentials: tuple[SentCredential, ...] = ()
    shown_url: str = ""


@dataclass(frozen=True)
class Exchange:
    """A request as sent and the response as received; `body` is decoded from its transfer and content encoding.

    `body_trouble` tells why the body could not be read whole (a length or an encoding that lies), else it is empty.
    `started` is when the request was sent.
    """

    id: str
    request: Request
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    body_trouble: str
    latency_ms: float
    started: datetime | None = None

    def header(self, name: str) -> str | None:
        """Return the value of the first header of that name, in any letter case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
