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

from talkstack_contract.cases import success_clauses
from talkstack_contract.catalogue import load_contract
from talkstack_contract.checks import CHECKS, Answer, Subject
from talkstack_contract.model import Effect, Exchange, Request, Response, Strength
from talkstack_contract.schema import FORMATS, departures

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
                    answering = operations[path, method.upper()].answering(int(status))
                    assert answering is not None
                    found[name] = answering
    return found


BODIES = responses_by_schema()


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
    assert departures("no such thing", {"format": name}) == [f"'no such thing' is not a {name!r}"]


# The examples


def test_every_success_has_an_example() -> None:
    successes = {name for name, response in BODIES.items() if response.is_success}
    assert [name for name in sorted(successes) if not DOCUMENTS[name].get("examples")] == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_keeps_its_schema(name: str, example: Any) -> None:
    assert is_valid(name, example) is True


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_keeps_every_derived_clause(name: str, example: Any) -> None:
    assert broken(BODIES[name], example) == {}


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_example_without_a_required_key_breaks_a_must(name: str, example: Any) -> None:
    kept = []
    for path in paths(example):
        spoilt = changed(example, path, ...)
        if not is_valid(name, spoilt) and Strength.MUST not in broken(BODIES[name], spoilt).values():
            kept.append(path)
    assert kept == []


KINDS: list[Any] = [None, True, 7, 1.5, "text", "", "https://a.example", [], ["text"], {}, {"a": 1}]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_derived_clauses_refuse_what_the_schema_refuses_and_nothing_else(name: str, example: Any) -> None:
    disputed = []
    for path in paths(example):
        for value in KINDS:
            spoilt = changed(example, path, value)
            if is_valid(name, spoilt) != (broken(BODIES[name], spoilt) == {}):
                disputed.append((path, value))
    assert disputed == []


def paths(document: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path to every key of an example."""
    for key, inner in document.items() if isinstance(document, dict) else ():
        yield (*path, key)
        yield from paths(inner, (*path, key))


def changed(document: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a document with one value replaced, or left out where the value is `...`."""
    copied = dict(document)
    if len(path) > 1:
        copied[path[0]] = changed(document[path[0]], path[1:], value)
    elif value is ...:
        del copied[path[0]]
    else:
        copied[path[0]] = value
    return copied


def broken(response: Response, body: Any) -> dict[str, Strength]:
    """Return the clauses about the body that an answer with this body breaks."""
    request = Request("GET", "http://127.0.0.1/", (), Effect.READS)
    headers = (("Content-Type", "application/json"),)
    exchange = Exchange("op/case", request, response.status, "", headers, json.dumps(body).encode(), "", 1.0)
    subject = Subject(Answer(exchange))
    clauses = [clause for clause in success_clauses(response) if clause.check != "owner"]
    return {clause.name: clause.strength for clause in clauses if list(CHECKS[clause.check](clause, subject))}
