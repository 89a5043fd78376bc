"""The grounds on which faults strike, made for each operation from what its page prints."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reference_provider.credentials import Kind
from reference_provider.faults.model import Concern, Ground, Scene
from reference_provider.faults.printed import Printed, absent_names
from reference_provider.faults.recognition import case_of, path_pattern

REFUSALS = {
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
    "token-expired": "A token that has expired",
    "key-altered": "An API key with a character changed",
    "key-lengthened": "An API key with something added",
    "key-cut-short": "An API key with its end missing",
    "key-in-other-case": "An API key in other letter case",
}

ASSUMED_REFUSALS = ("no-credential", "wrong-token", "wrong-key")
"""The only ones that are asked where no page prints a refusal."""

PLAIN_REFUSALS = (*ASSUMED_REFUSALS, "empty-token", "token-expired")
"""The only ones that are asked of an operation that changes something."""

SUCCESS_WORDS = {
    "by-bearer": "A success by bearer token",
    "by-api-key": "A success by API key",
    "without-credential": "A success",
}

SPOILT = ("empty", "null", "of-another-type", "unknown", "foreign", "malformed")

UNUSUAL = ("unknown-query", "unusual-accept")
"""Cases of a read that are answered as a success is."""

UNDOCUMENTED_METHODS = ("POST", "PUT", "PATCH", "DELETE")

KNOWN_HEADERS = {
    *("accept", "accept-encoding", "accept-language", "authorization", "connection", "content-length"),
    *("content-type", "cookie", "host", "user-agent", "x-api-key", "x-request-id"),
}


def in_cases(page: Printed, cases: Iterable[str]) -> Concern:
    """Concerns the requests to the operation that look like one of these cases."""
    operation, names = page.operation, frozenset(cases)
    return lambda scene: scene.operation.operation_id == operation and case_of(scene) in names


def ground(page: Printed, name: str, words: str, cases: tuple[str, ...], *looks: str, family: str = "") -> Ground:
    """What these cases see; `looks` are the cases that their requests are recognised as, if others."""
    struck = frozenset(looks or cases)
    return Ground(page.operation, name, words, cases, in_cases(page, struck), struck, family)


def success(page: Printed) -> Ground:
    """Every success, however it is asked for."""
    cases = (*page.schemes, *page.sheets)
    return ground(page, "success", "A success", cases, *cases, *UNUSUAL)


def other_sheets(page: Printed) -> tuple[Ground, ...]:
    """A success of a sheet in its other form, where the page takes one."""
    return tuple(ground(page, name, "A sheet as XLSX", (name,), family="success") for name in page.sheets)


def one_credential(page: Printed) -> tuple[Ground, ...]:
    """A success by each kind of credential, where there are two."""
    names = page.schemes if len(page.schemes) > 1 else ()
    return tuple(ground(page, name, SUCCESS_WORDS[name], (name,), family="success") for name in names)


def asked_twice(page: Printed) -> Ground:
    """A success that is asked for again."""
    return ground(page, "asked-twice", "A success", ("asked-twice",), *page.schemes, *UNUSUAL, family="success")


def refusals(page: Printed) -> tuple[str, ...]:
    """The cases of a credential that is none."""
    if not page.refusals:
        return ()
    printed = tuple(REFUSALS) if page.reads else PLAIN_REFUSALS
    named = printed if page.refusals == "printed" else ASSUMED_REFUSALS
    return tuple(name for name in named if page.credential == "either" or "key" not in name)


def each_refusal(page: Printed) -> tuple[Ground, ...]:
    """Each credential that is none by itself."""
    return tuple(ground(page, name, REFUSALS[name], (name,), family="refusal") for name in refusals(page))


def refusal(page: Printed) -> Ground:
    """Every credential that is none."""
    return ground(page, "refusal", "A refused credential", refusals(page))


def failure(page: Printed) -> Ground:
    """A failure inside the provider."""
    return ground(page, "internal-error", "A failure inside", ("internal-error",))


def told(page: Printed, status: int, cases: tuple[str, ...]) -> Ground:
    """Everything that the page prints this status for."""
    name = cases[0] if _is_by_either(cases) else f"error-{status}"
    words = f"What is answered {status}"
    looks = (looks_like(page, case, status) for case in cases)
    return ground(page, name, words, cases, *looks, family=f"error-{status}")


def each_told(page: Printed, status: int, cases: tuple[str, ...]) -> Iterator[Ground]:
    """Each field that is spoilt by itself, and the rest; what a state brings about, by each credential."""
    if _is_by_either(cases):
        yield from _by_each_credential(page, status, cases)
        return
    family = f"error-{status}"
    rest = tuple(case for case in cases if looks_like(page, case, status) != case)
    for case in cases:
        if case not in rest:
            yield ground(page, case, words_of(case), (case,), family=family)
    if rest:
        name, words, looks = "-or-".join(rest), words_of(" or ".join(rest)), f"otherwise-{status}"
        yield ground(page, name, words, rest, looks, family=family)


def looks_like(page: Printed, case: str, status: int) -> str:
    """The case that its requests are recognised as: by what is spoilt in them, else only by their status."""
    slugs = [field.slug for field in page.fields]
    is_spoilt = any(case.removeprefix(f"{slug}-") in SPOILT or case == f"no-{slug}" for slug in slugs)
    return case if is_spoilt or absent_names(case) else f"otherwise-{status}"


def words_of(case: str) -> str:
    """The case in words, to begin a sentence."""
    return case.replace("-", " ").capitalize()


def _is_by_either(cases: tuple[str, ...]) -> bool:
    return cases[1:] == (f"{cases[0]}-by-api-key",)


def _by_each_credential(page: Printed, status: int, cases: tuple[str, ...]) -> Iterator[Ground]:
    for case, name, kind in (
        (cases[0], f"{cases[0]}-by-bearer", Kind.BEARER),
        (cases[1], cases[1], Kind.API_KEY),
    ):
        base = ground(page, name, words_of(name), (case,), f"otherwise-{status}", family=f"error-{status}")
        yield replace(base, concerns=_by_kind(base.concerns, kind))


def _by_kind(concerns: Concern, kind: Kind) -> Concern:
    return lambda scene: scene.credential.kind is kind and concerns(scene)


def unusual(page: Printed) -> tuple[Ground, ...]:
    """A read that is asked for with something that no page mentions."""
    words = {"unknown-query": "An unknown query parameter", "unusual-accept": "A wish for XML"}
    return tuple(ground(page, name, words[name], (name,), family="success") for name in UNUSUAL)


def undocumented_methods(page: Printed, pages: Iterable[Printed]) -> tuple[Ground, ...]:
    """Each method by which no page asks for this path."""
    documented = {each.method for each in pages if each.path == page.path}
    literal = {each.path for each in pages if "{" not in each.path and each.path != page.path}
    return tuple(
        Ground(page.operation, f"method-{method.lower()}", method, (f"method-{method.lower()}",), concern)
        for method in UNDOCUMENTED_METHODS
        if method not in documented
        for concern in [_by_method(page, method, literal)]
    )


def _by_method(page: Printed, method: str, literal: set[str]) -> Concern:
    pattern = path_pattern(page.path)

    def concerns(scene: Scene) -> bool:
        request = scene.request
        return request.method == method and bool(pattern.fullmatch(request.path)) and request.path not in literal

    return concerns


def unknown_header(page: Printed) -> Ground:
    """Of our requests only those that Schemathesis makes carry such a header: `X-Schemathesis-TestCaseId`."""

    def concerns(scene: Scene) -> bool:
        if scene.operation.operation_id != page.operation or case_of(scene) in REFUSALS:
            return False
        return not KNOWN_HEADERS.issuperset(name.lower() for name, _ in scene.request.headers)

    words = "A header that the provider does not know"
    return Ground(page.operation, "unknown-header", words, ("generated",), concerns)
