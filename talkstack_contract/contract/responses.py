"""Reads what is promised about one status of an operation: its media type, body and headers, and our notes on it.

Source: OpenAPI 3.1, Response Object, Media Type Object and Header Object.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus

from talkstack_contract.contract.described_values import DescribedBody, described_body
from talkstack_contract.contract.joined_schemas import joined, keys
from talkstack_contract.contract.openapi_parts import Parts
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_vocabulary import kinds_of
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.media_types import JSON, is_json, is_text
from talkstack_contract.model import (
    DescribedValue,
    FallbackResponse,
    Json,
    Provenance,
    Refusal,
    Response,
    ResponseHeader,
    Source,
)

Path = tuple[str, ...]

BODILESS = frozenset({204, 205, 304})  # RFC 9110, 15.3.5, 15.3.6 and 15.4.5
REFUSALS = {"documented": Refusal.ANY, "assumed": Refusal.ANY, "missing": Refusal.MISSING, "wrong": Refusal.WRONG}


def responses_of(
    parts: Parts, there: Place, place: str, entries: Mapping[str, Json], page: Source, method: str
) -> tuple[Response, ...]:
    """Return the responses of an operation. A refusal that another status has by name is not that of the 401."""
    found = [
        _response(parts, there, entry, f"{place}.{status}", int(status), page, method)
        for status, entry in entries.items()
        if status.isdecimal()
    ]
    _check_refusals(there.file, place, found)
    for each in found:
        _check_success(there.file, f"{place}.{each.status}", each)
    return tuple(_without_what_others_refuse(each, found) for each in found)


def fallbacks_of(
    parts: Parts, there: Place, place: str, entries: Mapping[str, Json], page: Source, method: str
) -> tuple[FallbackResponse, ...]:
    """Return what is said of ranges of statuses, and of every other status: the range first, as it goes before."""
    names = sorted((status for status in entries if not status.isdecimal()), key=lambda each: each == "default")
    if "2XX" in names and not any(status.startswith("2") and status.isdecimal() for status in entries):
        problem = "is the only success, and names no status"
        raise BadInput(f"schemas/{there.file}", f"{place}.responses.2XX", problem, "write the one that comes, as 200")
    found = []
    for name in names:
        statuses = range(100, 600) if name == "default" else range(int(name[0]) * 100, int(name[0]) * 100 + 100)
        response = _response(parts, there, entries[name], f"{place}.{name}", statuses[0], page, method)
        _check_fallback(there.file, f"{place}.{name}", response)
        found.append(FallbackResponse(name, statuses, response))
    return tuple(found)


def _check_success(file: str, place: str, response: Response) -> None:
    """Refuse what only an error says, and would not be asked of a success."""
    is_guarded = any(each.is_guarded for each in response.scenarios)
    if response.is_success and (response.absent or response.malformed or response.unknown or is_guarded):
        remedy = "name the request under x-contract.cases, and what it sends"
        raise BadInput(f"schemas/{file}", f"{place}.x-contract", "says of a success what is refused", remedy)


def _check_fallback(file: str, place: str, response: Response) -> None:
    """Refuse what says how to bring about a response of one status, where no one status is meant."""
    ways = (response.state, response.absent, response.malformed, response.unknown, response.scenarios, response.shows)
    if any(ways):
        remedy = "say it under a status of its own"
        raise BadInput(f"schemas/{file}", f"{place}.x-contract", "says how to bring about a range of statuses", remedy)


def _response(parts: Parts, there: Place, entry: Json, place: str, status: int, page: Source, method: str) -> Response:
    there, entry = parts.resolved(there, entry, "response", place)
    notes, file = entry["x-contract"], there.file
    has_body = method != "HEAD" and status not in BODILESS
    media_type, body, schema = _content(parts, there, place, entry)
    for part in body.values:
        parts.check(file, part.notes, "schemaNotes", f"{place}, schema of {'.'.join(part.path) or '$'}")
        parts.check_interpretation(file, place, part.notes.get("interpretation", ""))
    for name in (notes.get("interpretation", ""), notes.get("shows_interpretation", "")):
        parts.check_interpretation(file, place, name)
    source, interpretation = notes["source"], notes.get("interpretation", "")
    known, volatile = (
        tuple(dict.fromkeys(keys(there, schema))),
        tuple(tuple(path) for path in notes.get("volatile", ())),
    )
    check_paths(file, f"{place}.x-contract.volatile", volatile, known)
    provenance = Provenance(notes.get("provenance", Provenance.DOCUMENTED))
    return Response(
        status=status,
        source=Source(page.page, source["section"], page.url, source.get("printed", ""), page.read, interpretation),
        described_values=body.values,
        state=notes.get("state", ""),
        owner=tuple(notes.get("owner", ())),
        provenance=provenance,
        shows=tuple((name, tuple(path)) for name, path in notes.get("shows", {}).items()),
        shows_interpretation=notes.get("shows_interpretation", ""),
        secrets=tuple(tuple(path) for path in notes.get("secrets", ())),
        absent=tuple((each,) if isinstance(each, str) else tuple(each) for each in notes.get("absent", ())),
        malformed=tuple(notes.get("malformed", ())),
        unknown=tuple(notes.get("unknown", ())),
        scenarios=parts.scenarios(file, place, notes.get("cases", {})),
        refuses=_refuses(status, provenance, notes.get("credential")),
        refusal=REFUSALS.get(str(notes.get("credential")), Refusal.ANY),
        volatile=volatile,
        keys=known if _is_printed(provenance, body.values) else (),
        has_body=has_body and (bool(entry.get("content")) or status >= HTTPStatus.BAD_REQUEST),
        schema=body.schema,
        rest=body.rest,
        media_type=media_type,
        headers=tuple(_headers(parts, there, place, entry.get("headers", {}))),
    )


def check_paths(file: str, place: str, paths: Sequence[Path], known: Sequence[Path]) -> None:
    """Refuse a path that leads past the keys of the schema, and would be ignored; where it names none, any may."""
    for path in paths:
        for depth, step in enumerate(path):
            steps = {each[depth] for each in known if len(each) > depth and each[:depth] == path[:depth]}
            if not steps:
                break
            if step not in steps and "*" not in steps:
                raise BadInput(f"schemas/{file}", place, f"{step!r} is no key of the response", nearest(step, steps))


def _content(parts: Parts, there: Place, place: str, entry: Json) -> tuple[str, DescribedBody, Json]:
    """Return media type, body and schema of a response; of one without a content any JSON is."""
    [(media_type, content)] = (entry.get("content") or {JSON: {}}).items()
    schema = content.get("schema", True)
    parts.checker.check(there, schema)
    parts.check_examples(there, f"{place}.content", content)
    if not (is_json(media_type) or is_text(media_type)) and schema not in (True, {}):
        problem = f"a schema for {media_type}, which is neither JSON nor text, is not supported"
        raise BadInput(f"schemas/{there.file}", f"{place}.content", problem, "leave the schema out")
    if is_text(media_type) and "string" not in joined(there, schema).get("type", "string"):
        problem = f"the schema of {media_type} describes no text"
        raise BadInput(f"schemas/{there.file}", f"{place}.content", problem, "write type: string, or a JSON media type")
    body = described_body(there, schema, are_formats_judged=parts.are_formats_judged, is_text=is_text(media_type))
    return media_type, body, schema


def _headers(parts: Parts, there: Place, place: str, entries: Mapping[str, Json]) -> Iterator[ResponseHeader]:
    for name, entry in entries.items():
        where, header = parts.resolved(there, entry, "header", f"{place}.headers.{name}")
        if name.lower() == "content-type":
            problem = "is a header that OpenAPI does not describe here"
            raise BadInput(f"schemas/{where.file}", f"{place}.headers.{name}", problem, "it is the key of the content")
        schema = header["schema"]
        parts.checker.check(where, schema)
        parts.check_examples(where, f"{place}.headers.{name}", header)
        body = described_body(where, schema, are_formats_judged=parts.are_formats_judged)
        kinds = kinds_of(joined(where, schema))
        explode, is_required = header.get("explode", False), header.get("required", False)
        yield ResponseHeader(name, body.schema, kinds, is_required, explode)


def _refuses(status: int, provenance: Provenance, credential: Json) -> Provenance | None:
    """Say how sure it is that this status answers a wrong credential: as the 401 itself, unless told otherwise."""
    if credential is False or (credential is None and status != HTTPStatus.UNAUTHORIZED):
        return None
    return Provenance(credential) if credential == Provenance.ASSUMED else provenance


def _check_refusals(file: str, place: str, responses: Sequence[Response]) -> None:
    for wanted in (Refusal.MISSING, Refusal.WRONG):
        refusing = [each for each in responses if each.refuses]
        named = [each for each in refusing if each.refusal is wanted]
        mine = named or [each for each in refusing if each.refusal is Refusal.ANY]
        if len(mine) > 1:
            told = " and ".join(str(each.status) for each in mine)
            remedy = "write x-contract.credential: missing, or wrong, or false"
            raise BadInput(f"schemas/{file}", place, f"{told} both refuse a credential", remedy)


def _without_what_others_refuse(response: Response, responses: Sequence[Response]) -> Response:
    if not response.refuses or response.refusal is not Refusal.ANY:
        return response
    others = {each.refusal for each in responses if each.refuses and each.refusal is not Refusal.ANY}
    if not others:
        return response
    left = {Refusal.MISSING, Refusal.WRONG} - others
    return replace(response, refusal=left.pop()) if left else replace(response, refuses=None)


def _is_printed(provenance: Provenance, parts: Sequence[DescribedValue]) -> bool:
    """Tell whether a page prints this body: what it may hold is assumed of an error, and of an answer not printed."""
    return provenance is Provenance.DOCUMENTED and any(
        part.notes.get("provenance") != Provenance.ASSUMED for part in parts
    )
