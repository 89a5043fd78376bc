"""What a reader has to find in a page of `greenhouse`, from the source alone, and how near it comes."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from talkstack_contract.docs.facts import DefectKind, FactKind, How, PageFacts
from talkstack_contract.docs.reading import read_facts
from talkstack_contract.model import Json
from tests.docs.greenhouse import PAGES, DocsPage
from tests.docs.renderings import RENDERINGS, rendered

Key = tuple[str, str, str]
"""Kind, name, and value in a form in which renderings can be compared."""

READABLE = {  # bodies that are not JSON, as a person reads them
    "Pick Bed": {
        "message": "picked.",
        "status": "success",
        "bed": {"name": "North", "picked_by": None, "made_at": None},
    },
    "Read Plant": {"name": "Ivy", "bedId": "xxxxxxxx", "id": "yyyyyyyy", "care": "little water"},
    "All Plants": [
        {"name": "Ivy", "care": "little water", "id": "yyyyyyyy"},
        {"name": "Fig", "care": "sun", "id": "zzzzzzzz"},
    ],
    "Past Runs": {
        "message": "runs found.",
        "status": "success",
        "runs": [{"id": 1, "bed": "North"}, {"id": 2, "bed": "South"}],
    },
}
_UNTYPED = {"response bed.picked_by", "response bed.made_at"}
_ENUMS = {
    ("Join", "JOIN_STATUS"): {"MISSING": 0, "TAKEN": 1, "SUCCESS": 2},
    ("Enter", "ENTER_STATUS"): {"WRONG": 0, "SUCCESS": 1},
    ("Add a Bed", "soil"): ["peat", "clay", "sand"],
    ("Read Run", "status class"): {"waiting": "temporary", "burst": "permanent", "in-pipe": "temporary"},
    ("Past Runs", "valve"): ["open", "shut", "stuck"],
    ("Study Run", "questions[].kind"): ["Word", "Count", "Choice"],
}


def squashed(text: str) -> str:
    """Return what is left of a sentence in every rendering: renderings lose blanks, and put dashes."""
    return re.sub(r"[\s`*\\-]+", "", text).lower()


def _shown(kind: FactKind, value: Json) -> str:
    if isinstance(value, str) and kind in _TEXTS:
        return squashed(value)
    return json.dumps(value, sort_keys=True)


_TEXTS = {
    FactKind.DESCRIPTION,
    FactKind.CONDITION,
    FactKind.REQUEST_FIELD,
    FactKind.RESPONSE_FIELD,
    FactKind.PATH_PARAMETER,
    FactKind.QUERY_PARAMETER,
    FactKind.NOTE,
}


def expected(page: DocsPage, rendering: str) -> set[Key]:
    """Return the facts of a page that this rendering still holds."""
    return {(str(kind), name, _shown(kind, value)) for kind, name, value in _expected(page, rendering)}


def _expected(page: DocsPage, rendering: str) -> Iterator[tuple[FactKind, str, Json]]:
    yield FactKind.TITLE, "", page.title
    if page.description and rendering != "md":
        yield FactKind.DESCRIPTION, "", page.description
    path = re.sub(r":(\w+)", r"{\1}", page.path)
    yield FactKind.METHOD, "", page.method
    yield FactKind.PATH, "", path
    yield FactKind.HOST, "", urlsplit(page.address).netloc
    if page.credential:
        yield FactKind.CREDENTIAL, "", page.credential
    name, _, value = page.header.partition(": ")
    yield FactKind.HEADER, name.lower(), value
    yield from _parameters(page)
    yield from _request(page)
    if page.status != "none":
        yield FactKind.SUCCESS_STATUS, "200", "OK"
    yield from _response(page)
    for error in page.errors:
        yield FactKind.ERROR_STATUS, str(error.code), error.phrase
        yield FactKind.CONDITION, str(error.code), error.condition
    for (title, enum), values in _ENUMS.items():
        if title == page.title:
            yield FactKind.ENUM, enum, values


def _parameters(page: DocsPage) -> Iterator[tuple[FactKind, str, Json]]:
    meanings = {each.name: each.meaning for each in page.parameters}
    for name in re.findall(r":(\w+)", page.path):
        yield FactKind.PATH_PARAMETER, name, meanings.get(name, "")
        yield FactKind.REQUIRED, f"path {name}", True
    if page.parameter_heading.startswith("Filter"):
        for each in page.parameters:
            yield FactKind.QUERY_PARAMETER, each.name, each.meaning
            yield FactKind.REQUIRED, f"query {each.name}", each.required


def _request(page: DocsPage) -> Iterator[tuple[FactKind, str, Json]]:
    body = json.loads(page.request) if page.request else {}
    is_request = page.title not in ("Move Plant", "All Plants")
    for each in page.fields:
        place = each.place or each.name
        yield FactKind.REQUEST_FIELD, place, each.meaning
        yield FactKind.REQUIRED, f"request {place}", each.required
    for place, required in page.shown.items():
        yield FactKind.REQUEST_FIELD, place, ""
        yield FactKind.REQUIRED, f"request {place}", required
    if page.request and is_request:
        yield FactKind.REQUEST_EXAMPLE, "", body
        yield from _types(body, "request ")


def _response(page: DocsPage) -> Iterator[tuple[FactKind, str, Json]]:
    text = page.request if page.title == "Move Plant" else page.response
    if not text:
        return
    body = READABLE.get(page.title) or json.loads(text)
    yield FactKind.RESPONSE_EXAMPLE, "", body
    meanings = {each.place or each.name: each.meaning for each in page.response_fields}
    for place in {**dict.fromkeys(_places(body)), **meanings}:
        yield FactKind.RESPONSE_FIELD, place, meanings.get(place, "")
    yield from (fact for fact in _types(body, "response ") if fact[1] not in _UNTYPED)


def _places(value: Json, at: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, held in value.items():
            below = f"{at}.{key}" if at else key
            yield below
            yield from _places(held, below)
    elif isinstance(value, list):
        for held in value:
            yield from _places(held, f"{at}[]")


def _types(value: Json, side: str, at: str = "") -> Iterator[tuple[FactKind, str, Json]]:
    names = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
    if isinstance(value, dict):
        for key, held in value.items():
            below = f"{at}.{key}" if at else key
            yield FactKind.TYPE, side + below, names.get(type(held), "null")
            yield from _types(held, side, below)
    elif isinstance(value, list):
        for held in value:
            yield from _types(held, side, f"{at}[]")


def found(read: PageFacts) -> set[Key]:
    """Return what a reader found, notes apart: prose is kept and not compared."""
    return {
        (str(fact.kind), fact.name, _shown(fact.kind, fact.value))
        for fact in read.facts
        if fact.how in (How.PRINTED, How.DERIVED) and fact.kind is not FactKind.NOTE
    }


@dataclass(frozen=True)
class Cell:
    """Facts of one kind in one rendering, over all pages."""

    expected: int
    right: int
    wrong: int


def table() -> dict[tuple[str, str], Cell]:
    """Return, by kind and rendering, what was to be found, what was found, and what was found that is not there."""
    counts: dict[str, Counter[tuple[str, str]]] = {"expected": Counter(), "right": Counter(), "wrong": Counter()}
    for rendering in RENDERINGS:
        for page in PAGES:
            read = read_facts(rendered(page, rendering), page.title, is_whole=True)
            for name, keys in compared(page, rendering, read).items():
                counts.setdefault(name, Counter())
                counts[name].update((key[0], rendering) for key in keys)
    places = {*counts["expected"], *counts["wrong"]}
    return {place: Cell(*(counts[name][place] for name in ("expected", "right", "wrong"))) for place in sorted(places)}


LOST_DEFECTS = {  # what a rendering does not show any more: it joins words, moves code, or leaves the description out
    "squeezed": {DefectKind.OTHER_ENDPOINT, DefectKind.FOREIGN_FIELD},
    "glued": {DefectKind.OTHER_ENDPOINT, DefectKind.FOREIGN_FIELD},
    "flat": {DefectKind.RESPONSE_UNDER_REQUEST},
    "md": {DefectKind.OTHER_ENDPOINT},
}


def expected_defects(page: DocsPage, rendering: str) -> set[str]:
    """Return the kinds of defects that this rendering of a page still shows."""
    return {*page.defects} - {str(kind) for kind in LOST_DEFECTS.get(rendering, ())}


def compared(page: DocsPage, rendering: str, read: PageFacts) -> dict[str, set[Key]]:
    """Return the facts that were to be found, those that were, and those that should not have been."""
    wanted, got = expected(page, rendering), found(read)
    return {"expected": wanted, "right": wanted & got, "wrong": got - wanted, "missing": wanted - got}


def table_text(cells: dict[tuple[str, str], Cell]) -> str:
    """Return the table as text: found of expected, and wrong ones behind a plus."""
    kinds = sorted({kind for kind, _ in cells})
    lines = ["kind".ljust(18) + "".join(name.rjust(12) for name in RENDERINGS)]
    for kind in kinds:
        row = [cells.get((kind, rendering), Cell(0, 0, 0)) for rendering in RENDERINGS]
        shown = [f"{cell.right}/{cell.expected}" + (f"+{cell.wrong}" if cell.wrong else "") for cell in row]
        lines.append(kind.ljust(18) + "".join(text.rjust(12) for text in shown))
    return "\n".join(lines)
