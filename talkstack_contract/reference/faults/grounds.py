"""The grounds on which faults strike, for any operation that asks for a credential."""

from collections.abc import Callable

from talkstack_contract.reference.credentials import Credential, Kind
from talkstack_contract.reference.faults.model import Concern, Ground, Scene
from talkstack_contract.reference.world import Account

FEW_CHARACTERS = 3
"""A secret of the right length that differs in no more places than this is an altered one."""

SHORTEST_PART = 8
"""A piece of a secret shorter than this could be in it by chance."""


def answered(status: int, kind: Kind | None = None) -> Concern:
    """Concerns what a sound provider answers with this status, to this kind of credential or to any."""
    return lambda scene: scene.status == status and kind in (None, scene.credential.kind)


def refused_as(case: str) -> Concern:
    """Concerns the requests that are refused for the reason this case is named by."""
    return lambda scene: scene.status == 401 and refusal_of(scene) == case


def by_method(method: str) -> Concern:
    """Concerns requests by this method."""
    return lambda scene: scene.request.method == method


def refusal_of(scene: Scene) -> str:
    """Why this request's credential is refused, as the name of the case that puts it to the test."""
    credential = scene.credential
    if credential.kind in (Kind.NONE, Kind.OTHER_SCHEME):
        return "no-credential" if credential.kind is Kind.NONE else "other-scheme"
    noun = "token" if credential.kind is Kind.BEARER else "key"
    if not credential.value:
        return f"empty-{noun}"
    likeness = next(filter(None, (likeness_of(credential, account) for account in scene.world.accounts)), None)
    return f"{noun}-{likeness}" if likeness else f"wrong-{noun}"


def nearest_account(scene: Scene) -> Account:
    """The account that a careless provider would take the asking one for: the one whose secret this nearly is."""
    accounts = [account for account in scene.world.accounts if account is not scene.world.stranger]
    meant = (account for account in accounts if likeness_of(scene.credential, account))
    return next(meant, accounts[0])


def likeness_of(credential: Credential, account: Account) -> str | None:
    """How the sent secret was made from this account's own: "altered", "cut-short"...; None if it was not."""
    own = account.api_key if credential.kind is Kind.API_KEY else account.token
    return next((name for name, is_like in LIKENESSES if is_like(credential.value, own)), None)


def _is_altered(sent: str, own: str) -> bool:
    return len(sent) == len(own) and sum(a != b for a, b in zip(sent, own, strict=True)) <= FEW_CHARACTERS


LIKENESSES: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("altered", _is_altered),
    ("in-other-case", lambda sent, own: sent.lower() == own.lower()),
    ("lengthened", lambda sent, own: own in sent),
    ("cut-short", lambda sent, own: len(sent) >= SHORTEST_PART and sent in own),
)

SUCCESS = Ground("success", "A success", ("by-bearer", "by-api-key"), answered(200))
BY_BEARER = Ground("by-bearer", "A success by bearer token", ("by-bearer",), answered(200, Kind.BEARER))
BY_API_KEY = Ground("by-api-key", "A success by API key", ("by-api-key",), answered(200, Kind.API_KEY))
ASKED_TWICE = Ground("asked-twice", "A success", ("asked-twice",), answered(200))

REFUSALS = {
    case: Ground(case, words, (case,), refused_as(case))
    for case, words in {
        "no-credential": "A request without a credential",
        "wrong-token": "A token that was never issued",
        "wrong-key": "An API key that was never issued",
        "empty-token": "An empty token",
        "empty-key": "An empty API key",
        "other-scheme": "A good token under another scheme",
        "token-altered": "A token with a character changed",
        "token-lengthened": "A token with something added",
        "token-cut-short": "A token with its end missing",
        "token-in-other-case": "A token in other letter case",
        "key-altered": "An API key with a character changed",
        "key-lengthened": "An API key with something added",
        "key-cut-short": "An API key with its end missing",
        "key-in-other-case": "An API key in other letter case",
    }.items()
}

REFUSAL = Ground("refusal", "A refused credential", tuple(REFUSALS), answered(401))

FAILURE = Ground("internal-error", "A failure inside", ("internal-error",), answered(500))

UNKNOWN_QUERY = Ground(
    "unknown-query",
    "An unknown query parameter",
    ("unknown-query",),
    lambda scene: scene.status == 200 and bool(scene.request.query_string),
)
UNUSUAL_ACCEPT = Ground(
    "unusual-accept",
    "A wish for XML",
    ("unusual-accept",),
    lambda scene: scene.status == 200 and "xml" in scene.request.headers.get("Accept", ""),
)
UNDOCUMENTED_METHODS = tuple(
    Ground(f"method-{method.lower()}", method, (f"method-{method.lower()}",), by_method(method))
    for method in ("POST", "PUT", "PATCH", "DELETE")
)

KNOWN_HEADERS = {
    *("accept", "accept-encoding", "accept-language", "authorization", "connection", "content-length"),
    *("content-type", "cookie", "host", "user-agent", "x-api-key", "x-request-id"),
}


def _has_unknown_header(scene: Scene) -> bool:
    return scene.status == 200 and not KNOWN_HEADERS.issuperset(name.lower() for name, _ in scene.request.headers)


UNKNOWN_HEADER = Ground(
    "unknown-header",
    "A header that the provider does not know",
    ("generated",),
    _has_unknown_header,
)
"""Of our requests only those that Schemathesis makes carry such a header: `X-Schemathesis-TestCaseId`."""
