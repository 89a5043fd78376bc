"""What the contract promises of each operation, in the terms of facts, so that pages can be held against it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from talkstack_contract.contract.clauses import success_clauses
from talkstack_contract.contract.documents import read_document
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.docs.facts import FactKind
from talkstack_contract.model import (
    Clause,
    Contract,
    DescribedValue,
    Field,
    Json,
    Operation,
    Response,
    SchemaPart,
)

Key = tuple[FactKind, str]


@dataclass(frozen=True)
class Promise:
    """One thing that the contract holds of an operation.

    `clause` is the pattern of the clauses that judge it, empty where none does. `interpretation` names the decision
    behind it, where the pages are silent or contradict themselves. `places` are all places at which a value with
    several spellings may stand: one is enough.
    """

    value: Json
    clause: str = ""
    interpretation: str = ""
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlacedClause:
    """A clause about a place in the body of a success; `is_literal` tells that it asks for a value as printed."""

    place: str
    name: str
    is_literal: bool


@dataclass(frozen=True)
class PromisedOperation:
    """An operation of the contract, with what is promised of it by kind and name.

    `success_clauses` are the clauses about the body of its success.
    """

    id: str
    method: str
    path: str
    title: str
    has_documented_success: bool
    promises: dict[Key, Promise]
    success_clauses: tuple[PlacedClause, ...] = ()


def promised_operations(schemas: Path) -> list[PromisedOperation]:
    """Return what the contract in a folder promises. Raises `BadInput` where it does not load."""
    contract = load_contract(schemas)
    hosts = _hosts(schemas, contract)
    return [
        PromisedOperation(
            each.id,
            each.method,
            each.path,
            each.title,
            any(response.is_success for response in each.documented_responses),
            _by_key(_promises(each, hosts[each.id])),
            tuple(_placed_clauses(each)),
        )
        for each in contract.operations
    ]


def _by_key(promises: Iterator[tuple[Key, Promise]]) -> dict[Key, Promise]:
    """Return the promises by key; of two for one place, that which allows more places stands."""
    found: dict[Key, Promise] = {}
    for key, promise in promises:
        if key not in found or len(promise.places) >= len(found[key].places):
            found[key] = promise
    return found


def _hosts(schemas: Path, contract: Contract) -> dict[str, str]:
    """Return the host of each operation: its own server, or that of the whole document."""
    root = read_document(schemas, "openapi.yaml")
    servers = root.get("servers") or [{"url": ""}]
    hosts = {operation.id: urlsplit(servers[0]["url"]).netloc for operation in contract.operations}
    for file in sorted((schemas / "paths").glob("*.yaml")):
        for item in read_document(schemas, f"paths/{file.name}").values():
            for entry in item.values():
                if isinstance(entry, dict) and entry.get("servers"):
                    hosts[entry["operationId"]] = urlsplit(entry["servers"][0]["url"]).netloc
    return hosts


def _promises(operation: Operation, host: str) -> Iterator[tuple[Key, Promise]]:
    yield (FactKind.METHOD, ""), Promise(operation.method)
    yield (FactKind.PATH, ""), Promise(operation.path)
    yield (FactKind.HOST, ""), Promise(host)
    credential = " or ".join(_credential(scheme.parameter, scheme.prefix) for scheme in operation.schemes) or "none"
    yield (FactKind.CREDENTIAL, ""), Promise(credential, f"{operation.id}/*/status.is-401" if operation.schemes else "")
    headers = {name.lower(): value for name, value in operation.printed_headers}
    if operation.media_type:
        headers["content-type"] = operation.media_type
    yield from (((FactKind.HEADER, name), Promise(value)) for name, value in headers.items())
    for field in operation.fields:
        yield from _field_promises(field)
    for response in operation.documented_responses:
        kind = FactKind.SUCCESS_STATUS if response.status < 400 else FactKind.ERROR_STATUS
        printed = response.source.printed.partition(" ")[2]
        clause = f"{operation.id}/*/status.is-{response.status}"
        yield (kind, str(response.status)), Promise(printed, clause, response.source.interpretation)
    if operation.success and operation.success.is_documented:
        yield from _body_promises(operation, operation.success)


def _credential(header: str, prefix: str) -> str:
    return prefix.strip().lower() if prefix.strip() else header.lower()


def _field_promises(field: Field) -> Iterator[tuple[Key, Promise]]:
    if field.place == "header":
        sent = field.sends if isinstance(field.sends, str) else ""
        yield (FactKind.HEADER, field.name.lower()), Promise(sent, "", field.interpretation)
        return
    kinds = {"path": FactKind.PATH_PARAMETER, "query": FactKind.QUERY_PARAMETER}
    kind = kinds.get(field.place, FactKind.REQUEST_FIELD)
    where = field.place if field.place in kinds else "request"
    decided = field.interpretation
    yield (kind, field.name), Promise("", "", decided)
    yield (FactKind.REQUIRED, f"{where} {field.name}"), Promise(field.is_required, "", decided)
    if "type" in field.keywords:
        yield (FactKind.TYPE, f"{where} {field.name}"), Promise(field.keywords["type"], "", decided)
    if "enum" in field.keywords:
        yield (FactKind.ENUM, field.name), Promise(field.keywords["enum"], "", decided)


def _body_promises(operation: Operation, response: Response) -> Iterator[tuple[Key, Promise]]:
    clauses = [*success_clauses(response)]
    described = {each.path: each for each in response.described_values}
    for path in dict.fromkeys((*response.keys, *(each.path for each in response.described_values if each.path))):
        if not path or path[-1] == "*":
            continue
        part = described.get(path)
        mine = [each for each in clauses if each.path == path]
        clause = f"{operation.id}/*/{mine[0].name}" if mine else ""
        literals = [f"{operation.id}/*/{each.name}" for each in mine if _is_literal(each)]
        interpretation = _decided(path, described)
        places = places_of(path)
        for place in places:
            yield (FactKind.RESPONSE_FIELD, place), Promise("", clause, interpretation, tuple(places))
            if part:
                yield from _value_promises(place, part, clause, interpretation)
                yield from _literal_promises(place, part, (literals or [clause])[0], interpretation)


def _decided(path: tuple[str, ...], described: Mapping[tuple[str, ...], DescribedValue]) -> str:
    """Return the interpretation of a value, or of the nearest value that it lies in."""
    above = (described.get(path[:length]) for length in range(len(path), 0, -1))
    return next((part.notes["interpretation"] for part in above if part and part.notes.get("interpretation")), "")


def _value_promises(
    place: str, part: DescribedValue, clause: str, interpretation: str
) -> Iterator[tuple[Key, Promise]]:
    if "type" in part.keywords:
        yield (FactKind.TYPE, f"response {place}"), Promise(part.keywords["type"], clause, interpretation)


def _literal_promises(
    place: str, part: DescribedValue, clause: str, interpretation: str
) -> Iterator[tuple[Key, Promise]]:
    if "const" in part.keywords:
        yield (FactKind.RESPONSE_EXAMPLE, place), Promise([part.keywords["const"]], clause, interpretation)
    elif "enum" in part.keywords:
        yield (FactKind.RESPONSE_EXAMPLE, place), Promise(part.keywords["enum"], clause, interpretation)


def _placed_clauses(operation: Operation) -> Iterator[PlacedClause]:
    for clause in success_clauses(operation.success) if operation.success else ():
        if clause.path:
            yield from (PlacedClause(place, clause.name, _is_literal(clause)) for place in places_of(clause.path))


def _is_literal(clause: Clause) -> bool:
    part = clause.expected
    return isinstance(part, SchemaPart) and any(each.keyword in ("const", "enum") for each in part.locations)


def places_of(path: tuple[str, ...]) -> list[str]:
    """Return the places (`data[].name`) that a path of the contract means: more than one for a key in two spellings."""
    places = [""]
    for step in path:
        if step == "*":
            places = [f"{place}[]" for place in places]
            continue
        names = step.split("|")
        places = [_inside(place, name) for place in places for name in names]
    return [place for place in places if place]


def _inside(place: str, name: str) -> str:
    if name == ".":  # what it holds may stand bare
        return place
    return f"{place}.{name}" if place else name
