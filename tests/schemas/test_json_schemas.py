"""The schemas are valid and used; what they promise accepts their examples and refuses every spoilt one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from talkstack_contract.contract.clauses import success_clauses
from talkstack_contract.contract.described_values import leads_to
from talkstack_contract.contract.json_schema import FORMATS
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.judging.checks import CHECKS, Subject
from talkstack_contract.model import Effect, Exchange, Request, RequirementLevel, Response
from talkstack_contract.provider.bodies import DecodedResponse

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)
DOCUMENTS: dict[str, Any] = {
    path.relative_to(SCHEMAS).as_posix(): json.loads(path.read_text(encoding="utf-8"))
    for path in SCHEMAS.rglob("*.json")
}
BASE = "http://schemas.invalid/"
REGISTRY: Registry[Any] = Registry().with_resources(
    (BASE + name, DRAFT202012.create_resource(document)) for name, document in DOCUMENTS.items()
)
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name, document in sorted(DOCUMENTS.items())
    for number, example in enumerate(document.get("examples", []))
]
COMPONENTS = sorted(name for name in DOCUMENTS if name.startswith("components/"))
REQUESTS = [name for name in COMPONENTS if name.endswith("-request.json")]
Place = tuple[str | int, ...]  # the way to a value: keys of objects, numbers of list items


def is_valid(name: str, value: Any) -> bool:
    """Tell what a validator of its own says of a whole body."""
    whole = {"$ref": BASE + name}
    return Draft202012Validator(whole, registry=REGISTRY, format_checker=FORMATS).is_valid(value)


def responses_by_schema() -> dict[str, Response]:
    """Return the response whose body each component describes."""
    found = {}
    operations = {(operation.path, operation.method): operation for operation in CONTRACT.operations}
    for file in (SCHEMAS / "paths").glob("*.yaml"):
        for path, item in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for method, entry in item.items():
                for status, response in entry["responses"].items():
                    name = response["content"]["application/json"]["schema"]["$ref"].removeprefix("../")
                    answering = operations[path, method.upper()].response(int(status))
                    assert answering is not None
                    found[name] = answering
    return found


BODIES = responses_by_schema()
ANSWERS = [example for example in EXAMPLES if example.values[0] in BODIES]
PRINTED = [example for example in ANSWERS if BODIES[str(example.values[0])].is_documented]


# The files


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_file_is_a_json_schema(name: str) -> None:
    document = DOCUMENTS[name]
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(document)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_id_of_a_schema_is_the_name_of_its_file(name: str) -> None:
    assert (DOCUMENTS[name]["$id"], DOCUMENTS[name]["title"] != "") == (Path(name).name, True)


def references(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (str(value) for key, value in document.items() if key == "$ref")
        document = list(document.values())
    if isinstance(document, list):
        for inner in document:
            yield from references(inner)


@pytest.mark.parametrize("name", COMPONENTS)
def test_component_is_used(name: str) -> None:
    paths = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (SCHEMAS / "paths").glob("*.yaml")]
    used = {
        Path(reference.partition("#")[0]).name
        for each in [*paths, *DOCUMENTS.values()]
        for reference in references(each)
    }
    assert Path(name).name in used


def formats(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        yield from (value for key, value in document.items() if key == "format" and isinstance(value, str))
        document = list(document.values())
    if isinstance(document, list):
        for inner in document:
            yield from formats(inner)


USED_FORMATS = sorted({name for document in DOCUMENTS.values() for name in formats(document)})


@pytest.mark.parametrize("name", USED_FORMATS)
def test_format_that_is_used_refuses_a_bad_value(name: str) -> None:
    assert not Draft202012Validator({"format": name}, format_checker=FORMATS).is_valid("no such thing")


# The examples


def test_every_success_has_an_example() -> None:
    successes = {name for name, response in BODIES.items() if response.is_success}
    assert [name for name in sorted(successes) if not DOCUMENTS[name].get("examples")] == []


def test_every_request_has_an_example() -> None:
    assert [name for name in REQUESTS if not DOCUMENTS[name].get("examples")] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_keeps_its_schema(name: str, example: Any) -> None:
    assert is_valid(name, example) is True


@pytest.mark.parametrize(("name", "example"), ANSWERS)
def test_example_keeps_every_derived_clause(name: str, example: Any) -> None:
    assert broken(BODIES[name], example) == {}


@pytest.mark.parametrize(("name", "example"), PRINTED)
def test_example_without_a_required_key_breaks_a_must(name: str, example: Any) -> None:
    kept = []
    for place in places(example):
        if isinstance(place[-1], int):  # a list may be shorter
            continue
        spoilt = changed(example, place, ...)
        is_broken = not is_valid(name, spoilt) and is_promised(BODIES[name], place)
        if is_broken and RequirementLevel.MUST not in broken(BODIES[name], spoilt).values():
            kept.append(place)
    assert kept == []


def is_promised(response: Response, place: Place) -> bool:
    """Tell whether a page promises what stands there: one sample may show it, or we may have assumed it."""
    weak = {"assumed", "sampled"}
    paths = [part.path for part in response.described_values if part.notes.get("provenance") in weak]
    return not any(leads_to(path, place) for path in paths)


KINDS: list[Any] = [None, True, 7, 1.5, "text", "", "https://a.example", [], ["text"], {}, {"a": 1}]


@pytest.mark.parametrize(("name", "example"), ANSWERS)
def test_derived_clauses_refuse_what_the_schema_refuses_and_nothing_else(name: str, example: Any) -> None:
    disputed = []
    for place in places(example):
        for value in KINDS:
            spoilt = changed(example, place, value)
            if is_valid(name, spoilt) != (broken(BODIES[name], spoilt) == {}):
                disputed.append((place, value))
    assert disputed == []


def places(document: Any, above: Place = ()) -> Iterator[Place]:
    """Yield the way to every value below an example."""
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for step, value in inner:
        yield (*above, step)
        yield from places(value, (*above, step))


def changed(document: Any, place: Place, value: Any) -> Any:
    """Return a document with one value replaced, or left out where the value is `...`."""
    copied = document.copy()
    if len(place) > 1:
        copied[place[0]] = changed(document[place[0]], place[1:], value)
    elif value is ...:
        del copied[place[0]]
    else:
        copied[place[0]] = value
    return copied


def broken(response: Response, body: Any) -> dict[str, RequirementLevel]:
    """Return the clauses about the body that an answer with this body breaks."""
    request = Request("GET", "http://127.0.0.1/", (), Effect.READS)
    headers = (("Content-Type", "application/json"),)
    exchange = Exchange("op/case", request, response.status, "", headers, json.dumps(body).encode(), "", 1.0)
    subject = Subject(DecodedResponse(exchange))
    clauses = [clause for clause in success_clauses(response) if clause.check not in ("owner", "shows")]
    return {clause.name: clause.level for clause in clauses if list(CHECKS[clause.check](clause, subject))}
