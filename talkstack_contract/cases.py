"""Derives what to ask from what is promised: each case is one request, with the clauses it puts to the test.

From `security` come the credentials that must do and those that must not, from a response's schema the clauses of its
body, from its `state` the account that asks. Nothing here knows an operation by name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from talkstack_contract.model import (
    Case,
    Clause,
    Contract,
    Effect,
    Form,
    Json,
    Operation,
    Part,
    Provenance,
    Response,
    Source,
)

# The order of asking. Wrong credentials come late, in case the provider locks accounts out; the server error is last,
# since its clauses judge every 5xx that the run has seen.
SUCCESS, STATE, ROBUSTNESS, GENERATED, REFUSAL, SERVER_ERROR = range(6)

RFC_8259 = Source("RFC 8259", "2, 4 and 8.1", "https://www.rfc-editor.org/rfc/rfc8259")
RFC_9110_TYPE = Source("RFC 9110", "8.3", "https://www.rfc-editor.org/rfc/rfc9110#section-8.3")
RFC_9110_5XX = Source("RFC 9110", "15.6", "https://www.rfc-editor.org/rfc/rfc9110#section-15.6")

STRICT_JSON = "body.is-strict-json"
KINDS = {
    "string": "text",
    "object": "object",
    "array": "list",
    "integer": "whole-number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
REFUSED_FORMS = (Form.WRONG, Form.EMPTY, Form.ALTERED, Form.LENGTHENED, Form.CUT_SHORT, Form.OTHER_CASE)
UNKNOWN_QUERY = (("contract-probe", "1"),)
# Allows any type, so that a provider that looks at the header has no ground for a 406.
UNUSUAL_ACCEPT = (("Accept", "application/xml;q=0.9, */*;q=0.1"),)
OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE")


def derive_cases(contract: Contract) -> tuple[Case, ...]:
    """Return every case of the contract, in the order of asking."""
    cases = [case for operation in contract.operations for case in _cases(operation)]
    return tuple(sorted(cases, key=lambda case: case.rank))


def _cases(operation: Operation) -> Iterator[Case]:
    yield from _success_cases(operation)
    for response in operation.responses:
        if response.status == 401:
            yield from _refusal_cases(operation, response)
        elif not response.is_success and response.state:
            yield from _state_cases(operation, response)
    if operation.success and operation.effect is Effect.READS:
        yield from _robustness_cases(operation)
    yield _case(operation, "generated", _generated_clauses(operation), rank=GENERATED)


def _case(operation: Operation, name: str, clauses: Iterable[Clause], *, rank: int, status: int | None = None) -> Case:
    return Case(operation, name, tuple(clauses), status, rank, operation.effect, operation.method)


def _success_cases(operation: Operation) -> Iterator[Case]:
    response = operation.success
    if response is None:
        return
    clauses = tuple(success_clauses(response))
    first = ""
    for scheme in operation.schemes:
        name = f"by-{scheme.slug}"
        case = _case(operation, name, clauses, rank=SUCCESS, status=response.status)
        case = replace(case, state=response.state, scheme=scheme, compared_with=first)
        if not first:
            first, again = name, replace(case, name="asked-twice", compared_with=name)
            yield case
        else:
            same = _same(response, f"answer.is-the-same-{first}", f"the answer is the same {_words(first)}")
            yield replace(case, clauses=(*clauses, replace(same, needs=(STRICT_JSON,))))
    if first and operation.effect is Effect.READS:
        same = _same(response, "answer.is-the-same-again", "asked twice, the answer is the same", "same-answer-twice")
        yield replace(again, clauses=(same,))


def _same(response: Response, name: str, sentence: str, reading: str = "") -> Clause:
    source = replace(response.source, reading=reading or response.source.reading)
    return Clause(name, sentence, Provenance.DOCUMENTED, source, "same-payload", _payload(response))


def _state_cases(operation: Operation, response: Response) -> Iterator[Case]:
    clauses = tuple(error_clauses(operation, response))
    server_error = response.status >= 500
    for number, scheme in enumerate(operation.schemes[:1] if server_error else operation.schemes):
        name = "internal-error" if server_error else _kebab(response.state.replace(" ", "-"))
        name = f"{name}-by-{scheme.slug}" if number else name
        rank = SERVER_ERROR if server_error else STATE
        case = _case(operation, name, clauses, rank=rank, status=response.status)
        yield replace(case, state=response.state, scheme=scheme)


def _refusal_cases(operation: Operation, response: Response) -> Iterator[Case]:
    clauses = tuple(error_clauses(operation, response))
    state = operation.success.state if operation.success else ""
    case = replace(_case(operation, "no-credential", clauses, rank=REFUSAL, status=401), state=state)
    yield case
    for scheme in operation.schemes:
        for form in REFUSED_FORMS:
            before = form in (Form.WRONG, Form.EMPTY)
            name = f"{form}-{scheme.word}" if before else f"{scheme.word}-{form}"
            yield replace(case, name=name, scheme=scheme, form=form)
        if scheme.prefix:
            yield replace(case, name=str(Form.OTHER_SCHEME), scheme=scheme, form=Form.OTHER_SCHEME)


def _robustness_cases(operation: Operation) -> Iterator[Case]:
    success = operation.success
    if success is None or not operation.schemes:
        return
    first = f"by-{operation.schemes[0].slug}"
    base = replace(
        _case(operation, "", (), rank=ROBUSTNESS),
        state=success.state,
        scheme=operation.schemes[0],
        compared_with=first,
    )
    source = replace(operation.source, reading="unknown-input")
    unchanged = Clause(
        "answer.is-unchanged",
        "what is not known changes nothing",
        Provenance.OURS,
        source,
        "same-payload",
        _payload(success),
        needs=("status.is-no-server-error",),
    )
    clauses = (_no_server_error(), unchanged)
    yield replace(base, name="unknown-query", query=UNKNOWN_QUERY, clauses=clauses)
    yield replace(base, name="unusual-accept", headers=UNUSUAL_ACCEPT, clauses=clauses)
    for method in OTHER_METHODS:
        if method not in operation.documented_methods:
            case = replace(base, name=f"method-{method.lower()}", method=method, effect=Effect.WRITES, reads_after=True)
            yield replace(case, clauses=tuple(_method_clauses(operation, success)))


def _method_clauses(operation: Operation, success: Response) -> Iterator[Clause]:
    source = replace(operation.source, reading="undocumented-method")
    yield replace(_no_server_error(), expected=(501,))
    sentence = "a method that is not documented is refused"
    yield Clause("method.is-refused", sentence, Provenance.OURS, source, "refused")
    sentence = "a method that is not documented changes nothing"
    payload = _payload(success)
    yield Clause("account.is-unchanged", sentence, Provenance.OURS, source, "unchanged-after", payload)


def _no_server_error() -> Clause:
    sentence = "a well-formed request is never answered 5xx"
    return Clause("status.is-no-server-error", sentence, Provenance.STANDARD, RFC_9110_5XX, "no-server-error", ())


def _generated_clauses(operation: Operation) -> Iterator[Clause]:
    sentence = "every answer keeps the must clauses of its status"
    yield Clause("answer.keeps-the-contract", sentence, Provenance.DOCUMENTED, operation.source, "generated")
    sentence = "Schemathesis' own checks find nothing"
    source = replace(operation.source, reading="generated-requests")
    yield Clause("schemathesis.finds-nothing", sentence, Provenance.OURS, source, "findings")


def success_clauses(response: Response) -> Iterator[Clause]:
    """Yield the clauses of a documented success: status, media type, JSON, envelope, body, owner."""
    status = _status_clause(response)
    yield status
    sentence = "the media type is JSON"
    yield Clause("media-type.is-json", sentence, Provenance.STANDARD, RFC_9110_TYPE, "media-type", needs=(status.name,))
    sentence = "the body is one JSON text and nothing else"
    yield Clause(STRICT_JSON, sentence, Provenance.STANDARD, RFC_8259, "strict-json", needs=(status.name,))
    clauses = [clause for part in response.parts for clause in _part_clauses(part, response)]
    yield from clauses
    if response.owner:
        needs = tuple(clause.name for clause in clauses if clause.path == response.owner)[:1]
        sentence = "the data is the asking account's"
        documented = Provenance.DOCUMENTED
        yield Clause(
            "account.is-the-asking-one", sentence, documented, response.source, "owner", None, response.owner, needs
        )


def error_clauses(operation: Operation, response: Response) -> Iterator[Clause]:
    """Yield the clauses of a documented error. Its body is documented nowhere, so most of them are advice."""
    status = _status_clause(response)
    yield status
    yield from error_body_clauses(operation, response, (status.name,))


def error_body_clauses(operation: Operation, response: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield the clauses that an error's body keeps, whatever brought it about."""
    if operation.success:
        yield from _not_success_clauses(operation.success, needs)
    source = replace(response.source, reading="server-internals")
    sentence = "an error shows nothing of the inside of the server"
    practice = Provenance.PRACTICE
    yield Clause("body.shows-no-server-internals", sentence, practice, source, "no-server-internals", needs=needs)
    assumed = replace(response.source, reading="error-body")
    sentence = "the media type of an error is JSON"
    yield Clause("media-type.is-json", sentence, Provenance.ASSUMED, assumed, "media-type", needs=needs)
    sentence = "the body of an error is JSON"
    yield Clause(STRICT_JSON, sentence, Provenance.ASSUMED, assumed, "strict-json", needs=needs)
    for part in response.parts:
        yield from _part_clauses(part, response)


def _not_success_clauses(success: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    for part in success.parts:
        if part.notes.get("const") == Provenance.DOCUMENTED:
            value = part.keywords["const"]
            yield Clause(
                f"envelope.{_path_words(part.path)}-is-not-{_kebab(value)}",
                f"an error never says “{value}”",
                Provenance.DOCUMENTED,
                success.source,
                "not-value",
                value,
                part.path,
                needs,
            )
    sentence = "an error never carries what only a success may show"
    yield Clause(
        "body.holds-no-success-payload",
        sentence,
        Provenance.DOCUMENTED,
        success.source,
        "no-payload",
        _payload(success),
        needs=needs,
    )


def _status_clause(response: Response) -> Clause:
    sentence = f"{_who(response)} is answered {response.status}"
    name = f"status.is-{response.status}"
    return Clause(name, sentence, Provenance.DOCUMENTED, response.source, "status", response.status)


def _who(response: Response) -> str:
    if response.state:
        return f"an account in the state “{response.state}”"
    return "a missing or wrong credential" if response.status == 401 else "such a request"


def _part_clauses(part: Part, response: Response) -> Iterator[Clause]:
    """Yield what is asked of one value: its kind first, then what only a sample shows."""
    if not part.path:
        return
    source = replace(response.source, reading=part.notes.get("reading", response.source.reading))
    prefix, shown = f"{part.notes.get('topic', 'body')}.{_path_words(part.path)}", ".".join(part.path)
    above = _kind_clause_names(part.path[:-1], response.parts)
    rest = dict(part.keywords)
    kind = rest.pop("type", None)
    documented_const = part.notes.get("const") == Provenance.DOCUMENTED
    check = "value" if part.required else "value-if-present"
    needs = (STRICT_JSON, *above)
    if kind is not None and not documented_const:
        name = f"{prefix}-is-{_kind_words(kind)}"
        sentence = f"{shown} is {_kind_words(kind).replace('-', ' ')}"
        given = Provenance(part.notes.get("provenance", Provenance.DOCUMENTED))
        yield Clause(name, sentence, given, source, check, {"type": kind}, part.path, needs)
        needs = (*needs, name)
    for suffix, keywords in _sampled(rest):
        default = Provenance.DOCUMENTED if documented_const else Provenance.SAMPLED
        given = Provenance(part.notes.get("provenance", default))
        sentence = f"{shown} {suffix.replace('-', ' ')}"
        if not documented_const:
            check = "value-if-present"
        yield Clause(f"{prefix}-{suffix}", sentence, given, source, check, keywords, part.path, needs)


def _kind_clause_names(path: tuple[str, ...], parts: Sequence[Part]) -> tuple[str, ...]:
    part = next((part for part in parts if part.path == path and path), None)
    if part is None or "type" not in part.keywords:
        return ()
    topic = part.notes.get("topic", "body")
    return (f"{topic}.{_path_words(path)}-is-{_kind_words(part.keywords['type'])}",)


def _sampled(keywords: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    rest = dict(keywords)
    values = [rest.pop("const")] if "const" in rest else rest.pop("enum", None)
    if values is not None:
        single = len(values) == 1 and len(str(values[0])) <= 16
        printed = "is-as-printed" if len(values) == 1 else "is-one-of-the-printed"
        yield (f"is-{_kebab(str(values[0]))}" if single else printed), {"enum": list(values)}
    if "format" in rest:
        yield f"is-{rest['format']}", {"format": rest.pop("format")}
    if rest.get("minLength") == 1:
        yield "is-not-empty", {"minLength": rest.pop("minLength")}
    if rest:
        yield "is-as-described", rest


def _payload(response: Response) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the documented values that are no envelope: what the answer is about."""
    paths = [part.path for part in response.parts if part.path and part.notes.get("topic") != "envelope"]
    return tuple(path for path in paths if not any(other[: len(path)] == path and other != path for other in paths))


def _kind_words(kind: Json) -> str:
    return "-or-".join(KINDS[name] for name in ([kind] if isinstance(kind, str) else kind))


def _path_words(path: tuple[str, ...]) -> str:
    return "-".join(_kebab(step) for step in path if step != "*")


def _kebab(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", str(name)).lower()).strip("-")


def _words(name: str) -> str:
    return name.replace("-", " ")
