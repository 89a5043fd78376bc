"""Derives the clauses of an answer from what is promised of it: status, media type, JSON, envelope, values.

A name is `topic.claim-in-kebab-case`, a sentence a claim in the present. Nothing here knows an operation by name.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from talkstack_contract.contract.schema_vocabulary import KINDS_OF, NUMBERS
from talkstack_contract.media_types import JSON, bare_type, is_json, is_text
from talkstack_contract.model import (
    BodySchema,
    Clause,
    DescribedValue,
    Json,
    Lasting,
    Operation,
    Provenance,
    RequirementLevel,
    Response,
    SchemaPart,
    Side,
    Source,
)

RFC_8259 = Source("RFC 8259", "8.1 and 10", "https://www.rfc-editor.org/rfc/rfc8259#section-10")
RFC_9110_TYPE = Source("RFC 9110", "8.3", "https://www.rfc-editor.org/rfc/rfc9110#section-8.3")
OWASP = "OWASP API Security Top 10 2023"
OBJECT_ACCESS = Source(
    OWASP,
    "API1:2023 Broken Object Level Authorization",
    "https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/",
)
AUTHENTICATION = Source(
    OWASP,
    "API2:2023 Broken Authentication",
    "https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/",
)

Path = tuple[str, ...]
Parts = Mapping[Path, DescribedValue]  # the described values of a body, by their paths

STRICT_JSON, IS_TEXT = "body.is-strict-json", "body.is-readable-text"
KINDS = {
    "string": "text",
    "object": "object",
    "array": "list",
    "integer": "whole-number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def success_clauses(response: Response) -> Iterator[Clause]:
    """Yield the clauses of a success: status, media type, JSON, envelope, body, owner, what it shows.

    Where the page prints no success, all of it is assumed.
    """
    yield from (_as_sure_as(response, clause) for clause in _success_clauses(response))


def _as_sure_as(response: Response, clause: Clause) -> Clause:
    """Return a clause of an answer, assumed like the answer itself where no page prints it.

    That nothing is shown to a caller without a credential stands, whatever the answer.
    """
    is_access_control = not response.is_success and clause.weight is RequirementLevel.MUST
    if response.is_documented or is_access_control or not clause.level.is_at_least(RequirementLevel.SHOULD):
        return clause
    interpretation = clause.source.interpretation or response.source.interpretation
    source = replace(clause.source, interpretation=interpretation)
    return replace(clause, provenance=Provenance.ASSUMED, source=source, weight=None)


def _success_clauses(response: Response) -> Iterator[Clause]:
    state = f"an account in the state “{response.state}”" if response.state else "such a request"
    status = _status_clause(response, state)
    yield status
    yield from _header_clauses(response, (status.name,))
    if not response.has_body:
        return
    typed = _media_type_clause(response, (status.name,))
    if not response.keys and response.media_type == JSON:  # no body is printed, and the RFC recommends a type only
        should = RequirementLevel.SHOULD
        typed = replace(typed, provenance=Provenance.STANDARD, source=RFC_9110_TYPE, weight=should)
    yield typed
    yield from _form_clauses(response, (status.name,))
    clauses = list(_body_clauses(response))
    yield from clauses
    if response.owner:
        needs = tuple(clause.name for clause in clauses if clause.path == response.owner)[:1]
        owned = access_control(OBJECT_ACCESS, response.source.interpretation or "another-accounts-object")
        name, sentence = "account.is-the-asking-one", "the data is the asking account's"
        yield replace(owned, name=name, statement=sentence, check="owner", path=response.owner, depends_on=needs)
    for name, path in response.shows:
        needs = tuple(clause.name for clause in clauses if clause.path == path)[:1] or (form_clause(response),)
        if "*" in path:  # one of the items does, and an empty list has none
            parts = {part.path: part for part in response.described_values}
            kinds = _kind_clause_names(path[: path.index("*")], parts)
            needs = (STRICT_JSON, *(clause.name for clause in clauses if clause.name in kinds))
        sentence = f"the answer shows the {name} that it was asked for"
        source = replace(
            response.source, interpretation=response.shows_interpretation or response.source.interpretation
        )
        provenance = Provenance.ASSUMED if response.shows_interpretation else Provenance.DOCUMENTED
        yield Clause(f"answer.shows-{kebab(name)}", sentence, provenance, source, "shows", name, path, needs)


def _media_type_clause(response: Response, needs: tuple[str, ...]) -> Clause:
    kind = bare_type(response.media_type)
    name, words = ("json", "JSON") if kind == JSON else (kebab(kind.replace("*", "any")), kind)
    sentence, provenance = f"the media type is {words}", Provenance.DOCUMENTED
    return Clause(f"media-type.is-{name}", sentence, provenance, response.source, "media-type", kind, depends_on=needs)


def _form_clauses(response: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield the clause that a body is JSON, or text, before anything is said of what it holds."""
    if is_json(response.media_type):
        sentence = "the body is one JSON text and nothing else"
        yield Clause(STRICT_JSON, sentence, Provenance.STANDARD, RFC_8259, "strict-json", depends_on=needs)
    elif is_text(response.media_type):
        sentence = "the body is text in its character encoding"
        yield Clause(IS_TEXT, sentence, Provenance.DOCUMENTED, response.source, "text", depends_on=needs)


def form_clause(response: Response) -> str:
    """Return the clause below which a body says nothing: that it is JSON, or text."""
    return IS_TEXT if is_text(response.media_type) else STRICT_JSON


def _header_clauses(response: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield that the headers of a response are there, where they have to be, and are what their schemas say."""
    given = Provenance.DOCUMENTED
    for header in response.headers:
        name, above = f"header.{kebab(header.name)}", needs
        if header.is_required:
            sentence = f"there is a header {header.name}"
            yield Clause(f"{name}-is-there", sentence, given, response.source, "header-there", header, (), needs)
            above = (*needs, f"{name}-is-there")
        sentence, optional = f"the header {header.name} is what its schema asks", not header.is_required
        name = f"{name}-is-as-described"
        yield Clause(name, sentence, given, response.source, "header", header, (), above, optional)


def access_control(source: Source, interpretation: str) -> Clause:
    """Return what a clause of access control is like: no page promises it, and it is a must all the same."""
    source = replace(source, interpretation=interpretation)
    return Clause("", "", Provenance.PRACTICE, source, "", weight=RequirementLevel.MUST)


def closed_clauses(response: Response) -> Iterator[Clause]:
    """Yield the clause that a body holds nothing but what the page prints: no page says so, a run may ask for it."""
    if response.keys and response.has_body:
        sentence = "the body holds no key that the page does not print"
        source = replace(response.source, interpretation="undocumented-fields")
        name, demanded = "body.holds-nothing-undocumented", Provenance.DEMANDED
        yield Clause(name, sentence, demanded, source, "nothing-undocumented", response.keys, depends_on=(STRICT_JSON,))


def error_clauses(
    operation: Operation, response: Response, words: str = "", also: tuple[int, ...] = ()
) -> Iterator[Clause]:
    """Yield the clauses of a printed error. Its body is documented nowhere, so most of them are advice.

    `words` tell what is answered so, `also` are statuses that do as well.
    """
    words = words or (f"an account in the state “{response.state}”" if response.state else "such a request")
    status = _status_clause(response, words, also)
    yield status
    yield from (_as_sure_as(response, clause) for clause in _header_clauses(response, (status.name,)))
    if not response.has_body:
        return
    clauses = error_body_clauses(operation, response, (status.name,))
    yield from (_as_sure_as(response, clause) for clause in clauses)


def error_body_clauses(operation: Operation, response: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield the clauses that an error's body keeps, whatever brought it about."""
    if operation.success:
        yield from _not_success_clauses(operation.success, response, needs)
    source = replace(response.source, interpretation="server-internals")
    sentence = "an error shows nothing of the inside of the server"
    practice = Provenance.PRACTICE
    yield Clause("body.shows-no-server-internals", sentence, practice, source, "no-server-internals", depends_on=needs)
    yield from _error_form_clauses(response, needs)
    yield from _body_clauses(response)


def _error_form_clauses(response: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield the media type and the form of an error's body: documented where a page prints that body."""
    if response.keys or response.media_type != JSON:
        yield _media_type_clause(response, needs)
        yield from _form_clauses(response, needs)
        return
    assumed = replace(response.source, interpretation="error-body")
    sentence = "the media type of an error is JSON"
    yield Clause("media-type.is-json", sentence, Provenance.ASSUMED, assumed, "media-type", JSON, depends_on=needs)
    sentence = "the body of an error is JSON"
    yield Clause(STRICT_JSON, sentence, Provenance.ASSUMED, assumed, "strict-json", depends_on=needs)


def fallback_clauses(operation: Operation) -> Iterator[Clause]:
    """Yield that the body of a status without a response of its own is what is said of all such statuses."""
    described = [each for each in operation.fallbacks if each.response.has_body]
    if described:
        name = "body.is-as-documented-for-other-statuses"
        sentence = f"the body is what the docs say of {' and '.join(each.name for each in described)}"
        source = described[0].response.source
        yield Clause(name, sentence, Provenance.DOCUMENTED, source, "fallback", operation)


def _not_success_clauses(success: Response, error: Response, needs: tuple[str, ...]) -> Iterator[Clause]:
    """Yield that an error is none of a success. No page says so; to a caller without a credential it is a must."""
    source = replace(error.source, interpretation="error-body")
    for part in success.described_values:
        if part.notes.get("const") == Provenance.DOCUMENTED:
            value = _literals(part.keywords)[0]
            yield Clause(
                f"{part.notes.get('topic', 'body')}.{_path_words(part.path)}-is-not-{kebab(value)}",
                f"an error never says “{value}”" if isinstance(value, str) else f"{_shown(part.path)} is not {value}",
                Provenance.ASSUMED,
                source,
                "not-value",
                value,
                part.path,
                needs,
            )
    if payload := payload_paths(success):
        sentence = "an error never carries what only a success may show"
        name, check = "body.holds-no-success-payload", "no-payload"
        clause = Clause(name, sentence, Provenance.ASSUMED, source, check, payload, depends_on=needs)
        if error.refuses:
            guarded = access_control(AUTHENTICATION, "error-body")
            needs = needs if error.is_documented else ()  # a must, which hangs on no status that is only assumed
            clause = replace(guarded, name=name, statement=sentence, check=check, expected=payload, depends_on=needs)
        yield clause


def _literals(keywords: Mapping[str, Json]) -> list[Json]:
    return [keywords["const"]] if "const" in keywords else list(keywords["enum"])


def _status_clause(response: Response, words: str, also: tuple[int, ...] = ()) -> Clause:
    statuses = (response.status, *also)
    sentence = f"{words} is answered {' or '.join(map(str, statuses))}"
    name = f"status.is-{response.status}"
    return Clause(name, sentence, response.provenance, response.source, "status", statuses)


def _body_clauses(response: Response) -> Iterator[Clause]:
    """Yield the clauses of each described value, then those of the body as a whole."""
    parts = {part.path: part for part in response.described_values}
    holders = _holders_of_the_object(parts)
    made = [clause for part in parts.values() for clause in _part_clauses(part, response, parts, holders)]
    yield from _told_apart(made)
    for provenance in response.rest:
        name = "body.matches-the-schema"
        if provenance is not Provenance.DOCUMENTED:
            name = f"body.matches-the-{provenance}-schema"
        sentence = "the body is what its schema asks, as a whole"
        expected = SchemaPart(_schema_of(response), rest_of=provenance)
        yield Clause(name, sentence, provenance, response.source, "schema", expected, (), (form_clause(response),))


def _told_apart(clauses: Sequence[Clause]) -> list[Clause]:
    """Name a value by its exact key where kebab-case would give two of them one id, as of `userId` and `user_id`."""
    paths: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for clause in clauses:
        paths[clause.name].add(clause.path)

    def name_at(name: str, path: tuple[str, ...]) -> str:
        nearest = max((each for each in paths[name] if path[: len(each)] == each), key=len, default=())
        if len(paths[name]) < 2 or not nearest:
            return name
        topic, _, words = name.partition(".")
        return f"{topic}.{_exact(nearest)}-{words.removeprefix(_path_words(nearest)).lstrip('-')}"

    def needs_of(clause: Clause) -> Iterator[str]:
        for number, name in enumerate(clause.depends_on, 1):  # of two with one name the first is of what is around it
            is_above = name in (clause.name, *clause.depends_on[number:])
            yield name_at(name, clause.path[:-1] if is_above else clause.path)

    return [replace(each, name=name_at(each.name, each.path), depends_on=tuple(needs_of(each))) for each in clauses]


def _exact(path: tuple[str, ...]) -> str:
    """Write a path so that no other is written in the same way."""
    return ".".join("items" if step == "*" else quote(step.partition("|")[0], safe="") or "%" for step in path)


def _schema_of(response: Response) -> BodySchema:
    if response.schema is None:
        raise ValueError("a response with a body has a schema")
    return response.schema


def _part_clauses(part: DescribedValue, response: Response, parts: Parts, holders: frozenset[Path]) -> Iterator[Clause]:
    """Yield the clauses of one value: its type first, then what only a sample shows."""
    keywords = dict(part.keywords)
    locations = list(part.locations)
    if not part.path and holders:  # that the body is an object follows from a key that it must have
        del keywords["type"]
        locations = [each for each in locations if each.keyword != "type"]
    if part.path in holders:
        locations += [each for each in parts[()].locations if each.keyword == "type"]
    if not part.path and not keywords:
        return
    source = replace(response.source, interpretation=part.notes.get("interpretation", response.source.interpretation))
    prefix = _prefix(part)
    kind = keywords.pop("type", None)
    is_literal = part.notes.get("const") == Provenance.DOCUMENTED
    above = _kind_clause_names(part.path[:-1], parts) if part.path else ()
    needs: tuple[str, ...] = (form_clause(response), *above)
    schema, optional = _schema_of(response), part.is_optional
    presence = {"type", "required", "anyOf"}
    if not is_literal and (kind is not None or part.required):
        words = _kind_words(kind) if kind is not None else "there"
        name = f"{prefix}is-{words}"
        sentence = f"{_shown(part.path)} is {words.replace('-', ' ')}"
        given = Provenance(part.notes.get("provenance", Provenance.DOCUMENTED))
        expected = SchemaPart(schema, tuple(each for each in locations if each.keyword in presence))
        yield Clause(name, sentence, given, source, "value", expected, part.path, needs, optional)
        needs = (*needs, name)
    if keywords.pop(Side.RESPONSE, False):
        expected = SchemaPart(schema, tuple(each for each in locations if each.keyword == Side.RESPONSE))
        name, sentence = f"{prefix}is-never-shown", f"{_shown(part.path)} is never in a response"
        form = (form_clause(response),)
        yield Clause(name, sentence, Provenance.DOCUMENTED, source, "never-shown", expected, part.path, form)
    for suffix, asked in _sampled(keywords, is_literal=is_literal):
        default = Provenance.DOCUMENTED if is_literal else Provenance.SAMPLED
        given = Provenance(part.notes.get("provenance", default))
        sentence = f"{_shown(part.path)} {suffix.replace('-', ' ')}"
        claimed = asked | presence if is_literal else asked
        mine = tuple(each for each in locations if each.keyword in claimed)
        expected = SchemaPart(
            schema, mine, kinds=_kinds_asked({word: keywords[word] for word in asked & keywords.keys()})
        )
        may_lack = optional or "null" in (kind or ())
        yield Clause(f"{prefix}{suffix}", sentence, given, source, "value", expected, part.path, needs, may_lack)


def _holders_of_the_object(parts: Parts) -> frozenset[Path]:
    """Return the values whose clauses tell that the body is an object: the keys that it must have, where there are."""
    if () not in parts or parts[()].keywords.get("type") != "object":
        return frozenset()
    first = [part for part in parts.values() if len(part.path) == 1 and part.path != ("*",)]
    required = frozenset(part.path for part in first if part.required)
    return required or frozenset(part.path for part in first if part.path[0].endswith("|."))


def _kinds_asked(keywords: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the JSON types of which all of these keywords say anything; none where one speaks of each type."""
    kinds = {KINDS_OF.get(keyword, ()) if keywords[keyword] not in NUMBERS else ("number",) for keyword in keywords}
    return kinds.pop() if len(kinds) == 1 else ()


def _prefix(part: DescribedValue) -> str:
    words = _path_words(part.path)
    return f"{part.notes.get('topic', 'body')}.{words}{'-' if words else ''}"


def _shown(path: Sequence[str]) -> str:
    *above, last = [step for step in path if step != "*"] or ["the body"]
    steps = [*(step.removesuffix("|.") for step in above), last.replace("|.", "|the body")]  # which may stand bare
    return ".".join(step.replace("|", " or ") for step in steps)


def _kind_clause_names(path: Path, parts: Parts) -> tuple[str, ...]:
    """Return the clause that says of what kind the value above is; an item of a list has its list above it."""
    part = parts.get(path)
    if path and (part is None or "type" not in part.keywords):
        return _kind_clause_names(path[:-1], parts)
    if part is None or (not path and part.keywords.get("type") != "array"):
        return ()
    return (f"{_prefix(part)}is-{_kind_words(part.keywords['type'])}",)


def _sampled(keywords: Mapping[str, Json], *, is_literal: bool) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield what a sample shows of a value, each as the end of an id and the keywords that say it."""
    rest = set(keywords)
    if rest & {"const", "enum"}:
        values = _literals(keywords)
        rest -= {"const", "enum"}
        single = is_literal or (len(values) == 1 and len(str(values[0])) <= 16)
        printed = "is-as-printed" if len(values) == 1 else "is-one-of-the-printed"
        yield (f"is-{kebab(str(values[0]))}" if single else printed), frozenset({"const", "enum"})
    if "format" in rest:
        rest.remove("format")
        yield f"is-{keywords['format']}", frozenset({"format"})
    if keywords.get("minLength") == 1:
        rest.remove("minLength")
        yield "is-not-empty", frozenset({"minLength"})
    if rest:
        yield "is-as-described", frozenset(rest)


def payload_paths(response: Response) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the documented values that are no envelope: what the answer is about."""
    literal = Provenance.DOCUMENTED  # loginStatus and the like are in errors too
    parts = [part for part in response.described_values if part.path and part.notes.get("const") != literal]
    shown = [part for part in parts if Side.RESPONSE not in part.keywords]
    paths = [part.path for part in shown if part.notes.get("topic") != "envelope"]
    above = {path[:length] for path in paths for length in range(len(path))}
    return tuple(path for path in paths if path not in above)


def lasting(response: Response) -> Lasting:
    """Return what two answers in a row agree in: the payload, or the whole text, without what is volatile."""
    paths = payload_paths(response) if is_json(response.media_type) else ((),)
    kept = (path for path in paths if not any(path[: len(each)] == each for each in response.volatile))
    return Lasting(tuple(kept), response.volatile)


def _kind_words(kind: Json) -> str:
    return "-or-".join(KINDS[name] for name in ([kind] if isinstance(kind, str) else kind))


def _path_words(path: tuple[str, ...]) -> str:
    return "-".join(kebab(step.partition("|")[0]) for step in path if step != "*")


def kebab(name: str) -> str:
    """Return a name in kebab-case, whatever case the vendor wrote it in."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", str(name)).lower()).strip("-")


def in_words(name: str) -> str:
    """Return a name in kebab-case as words."""
    return name.replace("-", " ")
