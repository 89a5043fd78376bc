"""A schema constrains each value, however it is put together; a body keeps it, or breaks a keyword of it."""

import re
from typing import Any

import pytest

from talkstack_contract.contract.described_values import described_body
from talkstack_contract.contract.joined_schemas import keys
from talkstack_contract.contract.joined_schemas import properties as properties_of
from talkstack_contract.contract.json_schema import FORMATS, BodyValidator, check_document, check_schema
from talkstack_contract.contract.schema_files import Place, SchemaFiles
from talkstack_contract.errors import BadInput
from talkstack_contract.model import DescribedValue

Told = tuple[bool, dict[str, Any], dict[str, str]]


def place_of(schema: Any, **others: Any) -> Place:
    """Return the place of a schema in `a/b.json`, with other documents beside it."""
    documents = {"a/b.json": schema, **{f"a/{name}.json": other for name, other in others.items()}}
    return SchemaFiles(documents).place("a/b.json")


def described(schema: Any, **others: Any) -> dict[tuple[str, ...], DescribedValue]:
    """Return each value that a schema describes, by its path."""
    return {part.path: part for part in described_body(place_of(schema, **others), schema).values}


def parts(schema: Any, **others: Any) -> dict[tuple[str, ...], Told]:
    """Return of each described value whether it is required, its keywords, and the notes."""
    found = described(schema, **others)
    return {path: (part.required, dict(part.keywords), dict(part.notes)) for path, part in found.items()}


def broken(value: Any, schema: Any) -> list[str]:
    """Return the keywords that a value breaks."""
    return [each.keyword for each in BodyValidator(place_of(schema), schema).broken(value)]


def test_every_described_value_is_a_part() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string", "minLength": 1}, "note": {"type": ["string", "null"]}, "free": {}},
    }
    assert parts(schema) == {
        (): (False, {"type": "object"}, {}),
        ("id",): (True, {"type": "string", "minLength": 1}, {}),
        ("note",): (False, {"type": ["string", "null"]}, {}),
    }


def test_items_of_a_list_stand_under_a_star() -> None:
    schema = {"type": "array", "items": {"required": ["id"], "properties": {"id": {"type": "string"}}}}
    assert parts(schema)["*", "id"] == (True, {"type": "string"}, {})


def test_what_two_places_say_of_a_value_is_joined() -> None:
    schema = {
        "allOf": [
            {"required": ["id"], "properties": {"id": {"type": "string", "x-contract": {"interpretation": "r"}}}}
        ],
        "properties": {"id": {"const": "x", "x-contract": {"topic": "t"}}},
    }
    assert parts(schema)["id",] == (True, {"type": "string", "const": "x"}, {"interpretation": "r", "topic": "t"})


def test_key_that_only_another_place_requires_is_required() -> None:
    schema = {"allOf": [{"required": ["id"]}], "properties": {"id": {"type": "string"}}}
    assert described(schema)["id",].required


def test_reference_is_followed_into_another_file() -> None:
    schema = {"properties": {"data": {"$ref": "../a/c.json#/$defs/x"}}}
    other = {"$defs": {"x": {"type": "object", "properties": {"id": {"$ref": "#/$defs/id"}}}, "id": {"type": "string"}}}
    assert described(schema, c=other)["data", "id"].keywords == {"type": "string"}


def test_requirement_is_followed_into_another_file() -> None:
    schema = {"allOf": [{"$ref": "c.json"}], "properties": {"id": {"type": "string"}}}
    assert described(schema, c={"required": ["id"]})["id",].required


ENVELOPE = {"required": ["data"], "x-contract": {"topic": "envelope", "interpretation": "r"}}
TOPICS: dict[str, tuple[Any, str]] = {
    "described-nowhere": ({"allOf": [ENVELOPE]}, "envelope"),
    "described-by-nothing": ({"allOf": [ENVELOPE], "properties": {"data": True}}, "envelope"),
    "described-outside": ({"allOf": [ENVELOPE], "properties": {"data": {"oneOf": [{}]}}}, "body"),
    "described-inside": ({"allOf": [{**ENVELOPE, "properties": {"data": {"type": "string"}}}]}, "envelope"),
}


@pytest.mark.parametrize("name", TOPICS)
def test_value_is_of_the_topic_of_the_schema_that_describes_it(name: str) -> None:
    schema, topic = TOPICS[name]
    assert described(schema)["data",].notes == {"topic": topic, "interpretation": "r"}


def test_topic_provenance_and_reading_reach_what_is_below() -> None:
    notes = {"topic": "t", "provenance": "assumed", "interpretation": "r", "const": "documented"}
    schema = {"x-contract": notes, "type": "object", "properties": {"id": {"type": "string"}}}
    below = {"topic": "t", "provenance": "assumed", "interpretation": "r"}
    assert (described(schema)[()].notes, described(schema)["id",].notes) == (notes, below)


def test_note_below_wins() -> None:
    schema = {"x-contract": {"topic": "t"}, "properties": {"id": {"type": "string", "x-contract": {"topic": "u"}}}}
    assert described(schema)["id",].notes == {"topic": "u"}


def test_annotations_ask_nothing() -> None:
    schema = {"properties": {"id": {"title": "x", "description": "y", "examples": ["z"], "default": 1}}}
    assert [path for path in parts(schema) if path] == []


def test_key_that_has_to_be_there_is_a_part_though_nothing_else_is_asked_of_it() -> None:
    assert parts({"required": ["data"], "properties": {"data": {}}})["data",] == (True, {}, {})


# Keys, whatever is asked of them

INVOICE = {"properties": {"id": {"type": "string"}, "note": {}}}
KEYS: dict[str, tuple[Any, list[str]]] = {
    "object": (INVOICE, ["id", "note"]),
    "below-a-key": ({"properties": {"data": INVOICE}}, ["data", "data.id", "data.note"]),
    "list": ({"items": INVOICE}, ["*", "*.id", "*.note"]),
    "two-spellings": ({"properties": {"a": {**INVOICE, "x-contract": {"alias": "."}}}}, ["a|.", "a|..id", "a|..note"]),
    "reference-and-keys-beside-it": (
        {"allOf": [{"$ref": "c.json"}], "properties": {"paid": {"type": "boolean"}}},
        ["id", "note", "paid"],
    ),
    "branches": (
        {"anyOf": [{"required": ["a"]}, INVOICE], "oneOf": [{"$ref": "c.json"}, {"properties": {"b": {}}}]},
        ["id", "note", "id", "note", "b"],
    ),
    "any-key": ({"additionalProperties": INVOICE}, ["*", "*.id", "*.note"]),
    "no-other-key": ({"properties": {"id": {}}, "additionalProperties": False}, ["id"]),
    "no-key": ({"type": "object"}, []),
    "anything": (True, []),
}


@pytest.mark.parametrize(("schema", "expected"), KEYS.values(), ids=KEYS)
def test_every_key_that_is_named_is_known(schema: Any, expected: list[str]) -> None:
    assert [".".join(path) for path in keys(place_of(schema, c=INVOICE), schema)] == expected


@pytest.mark.parametrize("reference", ["none.json", "c.json#/nothing", "#/$defs/none", "../../c.json"])
def test_reference_that_leads_nowhere_is_bad_input(reference: str) -> None:
    with pytest.raises(BadInput, match=r"^schemas/a/b.json: \$ref: .* leads nowhere; name a file and a key$"):
        parts({"$ref": reference}, c={})


# Schemas and documents of our own


@pytest.mark.parametrize(
    "document",
    [{"type": "objekt"}, {"required": "id"}, {"properties": []}, {"minLength": -1}, {"pattern": "("}, 7],
    ids=["type", "required", "properties", "length", "pattern", "number"],
)
def test_what_is_no_json_schema_is_bad_input(document: Any) -> None:
    with pytest.raises(BadInput, match=r"^schemas/x.json: .*; see JSON Schema 2020-12$"):
        check_schema("x.json", document)


META = {
    "type": "object",
    "required": ["name"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "kind": {"enum": ["apple", "pear"]},
        "day": {"type": "string", "format": "date"},
        "inner": {"type": "array", "items": {"additionalProperties": False, "properties": {"x": {}}}},
    },
}
MISTAKES = {
    "not-an-object": ([], "f: top level: is not of type object; fix it, or see schemas/meta for what is allowed"),
    "missing": ({}, "f: name: is missing; add it"),
    "unknown": ({"name": "a", "nam": 1}, "f: nam: is not a known key; nearest: 'name'"),
    "unknown-and-far": ({"name": "a", "zzz": 1}, "f: zzz: is not a known key; known: day, inner, kind, name"),
    "unknown-inside": ({"name": "a", "inner": [{"x": 1}, {"y": 1}]}, "f: inner.1.y: is not a known key; known: x"),
    "other-type": ({"name": 7}, "f: name: is not of type string; fix it, or see schemas/meta for what is allowed"),
    "no-choice": ({"name": "a", "kind": "aple"}, "f: kind: 'aple' is not one of ['apple', 'pear']; nearest: 'apple'"),
    "no-day": ({"name": "a", "day": "soon"}, "f: day: is not a date; fix it, or see schemas/meta"),
}


@pytest.mark.parametrize(("document", "expected"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_names_file_key_and_remedy(document: Any, expected: str) -> None:
    with pytest.raises(BadInput, match=f"^{re.escape(expected)}"):
        check_document("f", document, META)


def test_mistake_names_the_place_that_it_stands_in() -> None:
    with pytest.raises(BadInput, match=r"^f: paths\.x\.name: "):
        check_document("f", {"name": 7}, META, "paths.x")


def test_mistake_shows_no_value_of_a_wrong_kind() -> None:
    with pytest.raises(BadInput) as refused:
        check_document("f", {"name": ["hunter2hunter2"]}, META)
    assert "hunter2" not in str(refused.value)


def test_document_as_its_schema_asks_is_fine() -> None:
    document = {"name": "a", "kind": "pear", "day": "2026-11-24", "inner": [{"x": 1}]}
    assert check_document("f", document, META) is None  # type: ignore[func-returns-value]


# Values


@pytest.mark.parametrize(
    ("value", "keywords"),
    [
        ("x", {"type": "string"}),
        (None, {"type": ["string", "null"]}),
        (1, {"type": "integer"}),
        (1.0, {"type": "integer"}),
        ("x", {"enum": ["x"]}),
        ("", {"minLength": 0}),
        ("https://a.example", {"format": "uri"}),
        (7, {"format": "uri"}),
        (None, {"minLength": 1}),
    ],
    ids=repr,
)
def test_value_gives_what_is_asked(value: Any, keywords: dict[str, Any]) -> None:
    assert broken(value, keywords) == []


@pytest.mark.parametrize(
    ("value", "keywords"),
    [
        (None, {"type": "string"}),
        (True, {"type": "integer"}),
        (True, {"enum": [1]}),
        ("X", {"enum": ["x"]}),
        ("", {"minLength": 1}),
        ("a b", {"format": "uri"}),
        (["x", "x"], {"uniqueItems": True}),
        ([1, 1.0], {"uniqueItems": True}),
        ({"a": 1}, {"propertyNames": {"minLength": 2}}),
        (7, {"not": {}}),
    ],
    ids=repr,
)
def test_value_breaks_what_is_asked(value: Any, keywords: dict[str, Any]) -> None:
    assert broken(value, keywords) == [next(iter({**keywords.get("propertyNames", {}), **keywords}))]


@pytest.mark.parametrize("value", [[1, True], [0, False], [{"a": 1}, {"a": True}], [[1], [True]], ["1", 1]], ids=repr)
def test_items_that_only_python_calls_equal_are_unique(value: Any) -> None:
    assert broken(value, {"uniqueItems": True}) == []


REFUSED_FORMATS = {
    "uri": "no uri",
    "date": "2026-02-30",
    "date-time": "2026-11-24 10:00",
    "email": "nobody",
    "ipv4": "1.2.3",
    "uuid": "1234",
}


@pytest.mark.parametrize(("name", "value"), REFUSED_FORMATS.items(), ids=REFUSED_FORMATS)
def test_format_really_refuses_a_bad_value(name: str, value: str) -> None:
    assert (name in FORMATS.checkers, broken(value, {"format": name})) == (True, ["format"])


# The fields of a request


def properties(schema: Any, **others: Any) -> dict[str, tuple[Any, bool]]:
    found = list(properties_of(place_of(schema, **others), schema))
    assert len({name for name, _, _ in found}) == len(found)
    return {name: (inner, is_required) for name, inner, is_required in found}


NOTES = {"sends": "{invoiceId}"}
FIELDS: dict[str, tuple[Any, dict[str, tuple[Any, bool]]]] = {
    "plain": (
        {"required": ["id"], "properties": {"id": {"type": "string"}, "note": {}}},
        {"id": ({"type": "string"}, True), "note": ({}, False)},
    ),
    "whole-schema-elsewhere": ({"$ref": "c.json"}, {"id": ({"type": "string", "x-contract": NOTES}, True)}),
    "field-elsewhere": (
        {"properties": {"id": {"$ref": "c.json#/properties/id"}}},
        {"id": ({"type": "string", "x-contract": NOTES}, False)},
    ),
    "field-elsewhere-with-notes-beside": (
        {"properties": {"id": {"$ref": "c.json#/properties/id", "x-contract": {"id": True}, "minLength": 1}}},
        {"id": ({"type": "string", "minLength": 1, "x-contract": {**NOTES, "id": True}}, False)},
    ),
    "field-elsewhere-sent-otherwise": (
        {"properties": {"id": {"$ref": "c.json#/properties/id", "x-contract": {"sends": "x"}}}},
        {"id": ({"type": "string", "x-contract": {"sends": "x"}}, False)},
    ),
    "required-by-another-place": (
        {"allOf": [{"$ref": "c.json"}], "properties": {"id": {"minLength": 1}, "b": True}, "required": ["b"]},
        {"id": ({"type": "string", "x-contract": NOTES, "minLength": 1}, True), "b": ({}, True)},
    ),
    "required-here-described-there": (
        {"allOf": [{"properties": {"x": {"type": "integer"}}}], "required": ["x"]},
        {"x": ({"type": "integer"}, True)},
    ),
    "one-of": (
        {"anyOf": [{"required": ["a"]}, {"required": ["b"]}], "properties": {"a": {}, "b": {}}},
        {"a": ({}, False), "b": ({}, False)},
    ),
    "none": ({"type": "object"}, {}),
    "any": (True, {}),
}
OTHER = {"required": ["id"], "properties": {"id": {"type": "string", "x-contract": NOTES}}}


@pytest.mark.parametrize(("schema", "expected"), FIELDS.values(), ids=FIELDS)
def test_field_is_told_once_with_all_that_is_said_of_it(schema: Any, expected: Any) -> None:
    assert properties(schema, c=OTHER) == expected


def test_other_name_of_a_key_is_a_step_of_its_path() -> None:
    schema = {
        "required": ["token", "data"],
        "properties": {
            "token": {"type": "string", "x-contract": {"alias": "tokn"}},
            "data": {"x-contract": {"alias": "."}, "required": ["id"], "properties": {"id": {"type": "string"}}},
        },
    }
    found = described(schema)
    assert [(path, part.required) for path, part in found.items() if path] == [
        (("token|tokn",), True),
        (("data|.",), True),
        (("data|.", "id"), True),
    ]
