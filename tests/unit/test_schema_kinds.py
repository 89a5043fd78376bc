"""What a schema says is judged, or refused when the contract is loaded: no keyword is dropped without a word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.checks import CHECKS, Subject
from talkstack_contract.model import Case, Contract, Effect, Exchange, Request
from talkstack_contract.provider.bodies import DecodedResponse, NotJson
from talkstack_contract.provider.request_builder import request_of
from talkstack_contract.provider.settings import Settings
from tests.unit.contracts import billing_folder

PATH = "/thing"
Change = Mapping[str, Any]
NOTHING: Change = MappingProxyType({})


def loaded(folder: Path, schema: Any, operation: Change = NOTHING, item: Change = NOTHING, **files: Any) -> Contract:
    """A contract of one operation, the 200 of which has this schema; a text is YAML, and a file of its own."""
    root = yaml.safe_load((billing_folder(folder) / "openapi.yaml").read_text(encoding="utf-8"))
    if isinstance(schema, str):
        (folder / "components" / "schema.yaml").write_text(schema, encoding="utf-8")
        schema = {"$ref": "components/schema.yaml"}
    for name, content in files.items():
        (folder / "components" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    source = {"section": "Response"}
    entry = {
        "operationId": "getThing",
        "tags": [root["tags"][0]["name"]],
        "externalDocs": {"description": "Things › Get a thing", "url": "https://docs.example/thing"},
        "x-contract": {"effect": "reads", "source": source},
        "responses": {
            "200": {
                "description": "The thing.",
                "content": {"application/json": {"schema": schema}},
                "x-contract": {"state": "an active project", "source": {**source, "printed": "200 OK"}},
            }
        },
    }
    method = "head" if operation.get("method") == "head" else "get"
    changes = {key: value for key, value in operation.items() if key != "method"}
    root["paths"] = {PATH: {method: {**entry, **changes}, **item}}
    (folder / "openapi.yaml").write_text(yaml.safe_dump(root), encoding="utf-8")
    return load_contract(folder)


def success_case(contract: Contract) -> Case:
    return next(case for case in derive_cases(contract) if case.status == 200)


@cache
def _request() -> Request:
    return Request("GET", "https://api.example/thing", (), Effect.READS)


def violated(contract: Contract, body: Any) -> list[str]:
    """The clauses of the 200 that a body breaks."""
    headers = (("Content-Type", "application/json"),)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = DecodedResponse(Exchange("getThing/x", _request(), 200, "OK", headers, content, "", 1.0))
    found = []
    for clause in success_case(contract).clauses:
        with suppress(NotJson):
            if clause.check in CHECKS and list(CHECKS[clause.check](clause, Subject(answer))):
                found.append(clause.name)
    return found


OBJECT = {"type": "object"}
TEXT = {"type": "string"}

# name: schema, bodies that keep it, bodies that break it
JUDGED: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "no-key-that-nothing-describes": (
        {**OBJECT, "allOf": [{"properties": {"a": TEXT}}], "unevaluatedProperties": False},
        [{}, {"a": "x"}],
        [{"b": 1}, {"a": 1}],
    ),
    "no-item-that-nothing-describes": (
        {"prefixItems": [TEXT], "anyOf": [{"contains": {"const": 7}}, True], "unevaluatedItems": False},
        [[], ["a"], ["a", 7, 7], {}],
        [["a", 8], [1], ["a", 7, 8]],
    ),
    "nothing-is-allowed": ({**OBJECT, "properties": {"a": False}}, [{}], [{"a": None}]),
    "nothing-at-all": ({"not": {}}, [], [None, 1, {}]),
    "list-at-the-top": ({"type": "array", "items": TEXT, "minItems": 1}, [["a"]], [[], ["a", 1], {}]),
    "keys-with-signs": (
        {**OBJECT, "required": ["a|b", "*"], "properties": {"a|b": TEXT, ".": TEXT}},
        [{"a|b": "x", "*": 1}],
        [{"a": "x", "*": 1}, {"a|b": 1, "*": 1}, {"a|b": "x"}, {"a|b": "x", "*": 1, ".": 1}],
    ),
    "two-keys-of-one-name-in-kebab-case": (
        {
            **OBJECT,
            "required": ["userId", "user_id"],
            "properties": {"userId": TEXT, "user_id": {**TEXT, "minLength": 1}},
        },
        [{"userId": "", "user_id": "b"}],
        [{"userId": 1, "user_id": "b"}, {"userId": "a", "user_id": 1}, {"userId": "a", "user_id": ""}, {"userId": "a"}],
    ),
    "keys-without-a-letter": (
        {**OBJECT, "required": ["", "é", "\n", "%", "-"], "properties": {"": TEXT}},
        [{"": "", "é": 1, "\n": 1, "%": 1, "-": 1}],
        [
            {"": 1, "é": 1, "\n": 1, "%": 1, "-": 1},
            {"": "", "\n": 1, "%": 1, "-": 1},
            {"": "", "é": 1, "\n": 1, "%": 1},
        ],
    ),
    "lists-in-lists": (
        {"type": "array", "items": {"type": "array", "items": {"type": "array", "items": TEXT}}},
        [[], [[["a"]]]],
        [{}, ["a"], [["a"]], [[[1]]]],
    ),
    "anchor": (
        {**OBJECT, "properties": {"a": {"$ref": "#text"}}, "$defs": {"t": {"$anchor": "text", **TEXT}}},
        [{"a": "x"}],
        [{"a": 1}],
    ),
    "inner-id-in-a-folder": (
        {
            "$id": "https://b.example/folder/",
            "$ref": "item",
            "$defs": {
                "item": {"$id": "item", **OBJECT, "required": ["z"], "properties": {"z": {"$ref": "sub/z"}}},
                "z": {"$id": "sub/z", **TEXT},
            },
        },
        [{"z": "a"}],
        [{}, {"z": 1}],
    ),
    "reference-with-keywords-beside-it": (
        {
            "$id": "https://c.example/s",
            **OBJECT,
            "properties": {"s": {"$ref": "#/$defs/s", "maxLength": 3}},
            "$defs": {"s": {**TEXT, "pattern": "^a"}},
        },
        [{"s": "abc"}],
        [{"s": "b"}, {"s": "abcd"}, {"s": 1}],
    ),
    "dependent-inside-what-may-be-null": (
        {
            **OBJECT,
            "properties": {"card": {"type": ["object", "null"], "dependentRequired": {"number": ["code"]}}},
        },
        [{}, {"card": None}, {"card": {}}, {"card": {"number": 1, "code": 2}}],
        [{"card": {"number": 1}}, {"card": 1}],
    ),
    "inner-id": (
        {
            **OBJECT,
            "properties": {"a": {"$ref": "https://b.example/t"}},
            "$defs": {"t": {"$id": "https://b.example/t", **TEXT}},
        },
        [{"a": "x"}],
        [{"a": 1}],
    ),
    "no-other-keys": (
        {**OBJECT, "additionalProperties": False, "properties": {"id": TEXT}},
        [{}, {"id": "a"}],
        [{"id": "a", "extra": 1}],
    ),
    "other-keys-of-a-kind": (
        {**OBJECT, "additionalProperties": {"type": "integer"}, "properties": {"id": TEXT}},
        [{"id": "a", "n": 1}],
        [{"id": "a", "n": "1"}],
    ),
    "no-other-keys-below": (
        {**OBJECT, "properties": {"a": {**OBJECT, "additionalProperties": False, "properties": {"b": TEXT}}}},
        [{"a": {"b": "x"}}, {}],
        [{"a": {"b": "x", "c": 1}}],
    ),
    "keys-by-pattern": (
        {**OBJECT, "patternProperties": {r"^\p{Lu}": TEXT}, "additionalProperties": False},
        [{"Ä": "x"}],
        [{"Ä": 1}, {"ä": "x"}],
    ),
    "required-without-properties": (
        {**OBJECT, "required": ["id", "created"], "properties": {"id": TEXT}},
        [{"id": "a", "created": None}],
        [{"id": "a"}],
    ),
    "required-beside": (
        {"allOf": [{**OBJECT, "properties": {"name": TEXT}}, {"required": ["name"]}]},
        [{"name": "a"}],
        [{}, {"name": 1}],
    ),
    "one-of-at-the-top": (
        {"oneOf": [{**OBJECT, "required": ["a"]}, {**OBJECT, "required": ["b"]}]},
        [{"a": 1}, {"b": 1}],
        [{"c": 1}, {"a": 1, "b": 1}],
    ),
    "any-of-at-the-top": ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1, "b": 1}], [{"c": 1}]),
    "type-at-the-top": ({**OBJECT, "properties": {"a": TEXT}}, [{}, {"a": "x"}], [[], "a", None]),
    "text-at-the-top": ({"type": "string", "minLength": 2}, ["ab"], ["a", 1, {}]),
    "size-at-the-top": ({**OBJECT, "minProperties": 2}, [{"a": 1, "b": 2}], [{"a": 1}]),
    "first-items": (
        {**OBJECT, "properties": {"p": {"type": "array", "prefixItems": [{"type": "number"}], "items": TEXT}}},
        [{"p": [1, "a"]}, {"p": []}],
        [{"p": ["a"]}, {"p": [1, 2]}],
    ),
    "contains": (
        {**OBJECT, "properties": {"p": {"type": "array", "contains": {"const": 1}, "maxContains": 1}}},
        [{"p": [1, 2]}],
        [{"p": [2]}, {"p": [1, 1]}],
    ),
    "condition": (
        {
            **OBJECT,
            "properties": {"t": TEXT},
            "if": {"properties": {"t": {"const": "card"}}, "required": ["t"]},
            "then": {"required": ["last4"]},
            "else": {"maxProperties": 1},
        },
        [{"t": "card", "last4": "1"}, {"t": "cash"}],
        [{"t": "card"}, {"t": "cash", "x": 1}],
    ),
    "dependent": (
        {**OBJECT, "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}},
        [{"a": 1, "b": 1}, {"c": 1, "d": 1}],
        [{"a": 1}, {"c": 1}],
    ),
    "names": ({**OBJECT, "propertyNames": {"pattern": "^[a-z]+$"}}, [{"a": 1}], [{"A": 1}, {"a\n": 1}]),
    "same-keyword-twice": (
        {**OBJECT, "properties": {"s": {"allOf": [{**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "z$"}]}}},
        [{"s": "az"}],
        [{"s": "bz"}, {"s": "ab"}],
    ),
    "same-limit-twice": (
        {**OBJECT, "properties": {"n": {"allOf": [{"minimum": 3}], "minimum": 1}}},
        [{"n": 3}],
        [{"n": 2}],
    ),
    "cents": (
        {**OBJECT, "properties": {"price": {"type": "number", "multipleOf": 0.01}}},
        [{"price": 19.99}, {"price": 4.02}, {"price": 1}],
        [{"price": 0.005}, {"price": 19.999}, {"price": float("1e-308")}],
    ),
    "required-with-a-value-and-no-type": (
        {
            **OBJECT,
            "required": ["a", "b", "c"],
            "properties": {"a": {"const": 1}, "b": {"enum": [1, 2]}, "c": {"minimum": 1}},
        },
        [{"a": 1, "b": 2, "c": 1}],
        [{"b": 2, "c": 1}, {"a": 1, "c": 1}, {"a": 1, "b": 2}],
    ),
    "reference-as-a-value": (
        {**OBJECT, "properties": {"a": {"enum": [{"$ref": "#/x"}]}, "b": {"not": {"const": {"$ref": "#/x"}}}}},
        [{"a": {"$ref": "#/x"}, "b": 1}],
        [{"a": {}}, {"b": {"$ref": "#/x"}}],
    ),
    "keys-named-as-keywords-are": (
        {"anyOf": [{"required": ["$ref", "nullable"], "properties": {"$ref": TEXT, "nullable": TEXT, "$defs": TEXT}}]},
        [{"$ref": "a", "nullable": "b"}],
        [{"$ref": 1, "nullable": "b"}, {"$ref": "a", "nullable": 1}, {"$ref": "a", "nullable": "b", "$defs": 1}],
    ),
    "huge-numbers": (
        {"properties": {"n": {"multipleOf": 0.123456789}}},
        [{"n": 0}],
        [{"n": 1e308}, {"n": 10**400 + 1}],
    ),
    "letters": ({**OBJECT, "properties": {"s": {"pattern": r"^\p{L}+$"}}}, [{"s": "Müller"}], [{"s": "M1"}]),
    "end-of-text": ({**OBJECT, "properties": {"s": {"pattern": "^[a-z]+$"}}}, [{"s": "abc"}], [{"s": "abc\n"}]),
    "digits-are-ascii": ({**OBJECT, "properties": {"s": {"pattern": r"^\d$"}}}, [{"s": "1"}], [{"s": "١"}]),
    "int32": (
        {**OBJECT, "properties": {"n": {"type": "integer", "format": "int32"}}},
        [{"n": 2147483647}],
        [{"n": 3000000000}],
    ),
    "int64": (
        {**OBJECT, "properties": {"n": {"format": "int64"}}},
        [{"n": 2**63 - 1}],
        [{"n": 2**63}, {"n": -(2**63) - 1}],
    ),
    "below-what-may-be-null": (
        {
            **OBJECT,
            "properties": {"data": {"type": ["object", "null"], "required": ["id"], "properties": {"id": TEXT}}},
        },
        [{}, {"data": None}, {"data": {"id": "a"}}],
        [{"data": {}}, {"data": {"id": 1}}, {"data": 1}],
    ),
    "below-what-may-be-absent-twice": (
        {
            **OBJECT,
            "properties": {
                "a": {**OBJECT, "properties": {"b": {**OBJECT, "required": ["c"], "properties": {"c": TEXT}}}},
            },
        },
        [{}, {"a": {}}, {"a": {"b": {"c": "x"}}}],
        [{"a": {"b": {}}}],
    ),
}


@pytest.mark.parametrize("name", JUDGED)
def test_sound_body_is_upheld_and_broken_one_violated(tmp_path: Path, name: str) -> None:
    schema, sound, broken = JUDGED[name]
    contract = loaded(tmp_path / "schemas", schema)
    alarms = [body for body in sound if violated(contract, body)]
    missed = [body for body in broken if not violated(contract, body)]
    assert (alarms, missed) == ([], [])


@pytest.mark.parametrize("place", [{}, {"properties": {}}], ids=["beside", "inside"])
def test_reference_in_a_branch_is_followed(tmp_path: Path, place: Change) -> None:
    branches = {"oneOf": [{"$ref": "cat.json"}, {"$ref": "./dog.json"}]}
    schema = {**OBJECT, "required": ["pet"], "properties": {"pet": {**branches, **place}}}
    cat, dog = {**OBJECT, "required": ["meow"]}, {"$ref": "#/$defs/dog", "$defs": {"dog": {"required": ["bark"]}}}
    contract = loaded(tmp_path / "schemas", {"$ref": "components/pet.json"}, pet=schema, cat=cat, dog=dog)
    assert (violated(contract, {"pet": {"meow": 1}}), bool(violated(contract, {"pet": {}}))) == ([], True)


@pytest.mark.parametrize(
    "reference", ["./components/x.json", "components/./x.json", "./components/../components/x.json"]
)
def test_dot_in_a_reference_is_the_same_folder(tmp_path: Path, reference: str) -> None:
    other = {**OBJECT, "required": ["id"], "properties": {"id": {"$ref": "#/$defs/id"}}, "$defs": {"id": TEXT}}
    contract = loaded(tmp_path / "schemas", {"$ref": reference}, x=other)
    assert violated(contract, {"id": 1}) == ["body.id-is-text"]


def test_words_of_yaml_1_1_are_text(tmp_path: Path) -> None:
    schema = """
type: object
required: [country]
properties:
  country: {type: string, enum: [SE, NO, DK]}
  on: {type: boolean}
  at: {const: 1:30}
  zip: {type: integer, const: 0123}
"""
    contract = loaded(tmp_path / "schemas", schema)
    sound = {"country": "NO", "on": True, "at": "1:30", "zip": 123}
    assert (violated(contract, sound), violated(contract, {**sound, "on": "NO"})) == ([], ["body.on-is-boolean"])


TREE = {**OBJECT, "properties": {"name": TEXT, "children": {"type": "array", "items": {"$ref": "tree.json"}}}}
LEAF = {"name": "c", "children": []}
RECURSIVE: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "keys": (
        {"$ref": "components/tree.json"},
        [{}, {"name": "a", "children": [{"name": "b", "children": [LEAF]}]}],
        [{"name": 1}, {"children": [{"name": 1}]}, {"children": [{"children": [{"children": [{"name": 1}]}]}]}],
    ),
    "branch": (
        {"anyOf": [{"type": "null"}, {"$ref": "components/tree.json"}]},
        [None, LEAF],
        [1, {"children": [{"children": 7}]}],
    ),
    "dynamic": (
        {
            "$id": "https://a.example/strict",
            "$dynamicAnchor": "node",
            "$ref": "components/open.json",
            "unevaluatedProperties": False,
        },
        [{"data": 1, "children": [{"data": 2}]}],
        [{"children": [{"daat": 1}]}, {"daat": 1}, {"children": 1}],
    ),
}
WIDE = {**OBJECT, "properties": {f"k{i}": {"properties": {f"m{j}": TEXT for j in range(60)}} for i in range(120)}}


def test_schema_with_more_values_than_get_clauses_is_judged_as_a_whole(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", WIDE)
    bodies = [{"k0": {"m0": "x"}, "k99": {"m9": "x"}}, {"k0": {"m0": 1}}, {"k99": {"m9": 1}}]
    assert [violated(contract, body) for body in bodies] == [[], ["body.k0-m0-is-text"], ["body.matches-the-schema"]]


OPEN_TREE = {
    "$id": "https://a.example/components/open.json",
    "$dynamicAnchor": "node",
    "type": "object",
    "properties": {"data": True, "children": {"type": "array", "items": {"$dynamicRef": "#node"}}},
}


@pytest.mark.parametrize("name", RECURSIVE)
def test_schema_that_leads_back_to_itself_is_judged_at_any_depth(tmp_path: Path, name: str) -> None:
    schema, sound, wrong = RECURSIVE[name]
    contract = loaded(tmp_path / "schemas", schema, tree=TREE, open=OPEN_TREE)
    alarms = [body for body in sound if violated(contract, body)]
    missed = [body for body in wrong if not violated(contract, body)]
    assert (alarms, missed) == ([], [])


@pytest.mark.parametrize("depth", [30, 300, 450])
def test_recursive_body_is_judged_as_deep_as_it_can_be_read(tmp_path: Path, depth: int) -> None:
    contract = loaded(tmp_path / "schemas", {"$ref": "components/tree.json"}, tree=TREE)
    sound, wrong = (f'{{"children": [{inner}]}}' for inner in ("{}", '{"name": 1}'))
    bodies = [(b'{"children": [' * depth) + each.encode() + b"]}" * depth for each in (sound, wrong)]
    assert [bool(violated(contract, body)) for body in bodies] == [False, True]


REFUSED: dict[str, tuple[Any, str]] = {
    "circle": ({"allOf": [{"$ref": "components/circle.json"}]}, "refers to itself"),
    "circle-in-a-branch": ({"anyOf": [{"$ref": "components/circle.json"}]}, "refers to itself"),
    "older-dialect": (
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        "'http://json-schema.org/draft-07/schema#' is a dialect that is not judged",
    ),
    "word-of-an-older-dialect": (
        {"definitions": {"a": True}},
        "definitions: is a keyword that is not judged; write $defs",
    ),
    "example": ({**OBJECT, "examples": [[]]}, "examples: the example breaks its schema at $ (type)"),
    "example-below": (
        {"properties": {"a": {"type": "array", "items": TEXT, "example": ["x", 1]}}},
        "properties.a.example: the example breaks its schema at $[1] (type)",
    ),
    "format": ({"properties": {"at": {"format": "datetime"}}}, "at.format: 'datetime' is a format that nothing checks"),
    "format-in-a-branch": ({"not": {"format": "zip"}}, "'zip' is a format that nothing checks"),
    "pattern": ({"properties": {"s": {"pattern": "("}}}, "'(' is not a 'regex'"),
    "pattern-of-a-key": ({"patternProperties": {"[": True}}, "'[' is not a 'regex'"),
    "misspelt-keyword": ({"properties": {"s": {"maxLenght": 3}}}, "s.maxLenght: is a keyword that is not judged"),
    "dynamic-reference": ({"properties": {"s": {"$dynamicRef": "#x"}}}, "'#x' leads nowhere"),
    "misspelt-in-a-branch": (
        {"anyOf": [{"properties": {"s": {"minLenght": 1}}}]},
        "minLenght: is a keyword that is not",
    ),
    "nullable": ({"properties": {"s": {"type": "string", "nullable": True}}}, "write type: [..., 'null']"),
    "no-schema-in-a-yaml-file": ("type: text", "schemas/components/schema.yaml: type"),
    "pattern-in-a-yaml-file": ("pattern: (", "'(' is not a 'regex'"),
    "no-schema": ({"type": "text"}, "type"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_judged_is_refused(tmp_path: Path, name: str) -> None:
    schema, told = REFUSED[name]
    with pytest.raises(BadInput) as refusal:
        others = {"circle": {"$ref": "#"}} if name.startswith("circle") else {}
        derive_cases(loaded(tmp_path / "schemas", schema, **others))
    assert told in str(refusal.value)


QUERY = {
    "name": "ids",
    "in": "query",
    "required": True,
    "schema": {"type": "array", "x-contract": {"sends": ["a", "b"]}},
}
OPERATIONS_REFUSED: dict[str, tuple[Change, Change, str]] = {
    "style-of-another-place": ({"parameters": [{**QUERY, "style": "matrix"}]}, {}, "'matrix' is not a style"),
    "flat-deep-object": (
        {"parameters": [{**QUERY, "style": "deepObject", "explode": False}]},
        {},
        "explode: is false for deepObject",
    ),
    "authorization-as-a-parameter": (
        {"parameters": [{**QUERY, "in": "header", "name": "Authorization"}]},
        {},
        "is a header that OpenAPI does not describe as a parameter",
    ),
    "parameter-without-a-schema": ({"parameters": [{"name": "q", "in": "query"}]}, {}, "needs a schema, or a content"),
    "parameter-in-xml": (
        {"parameters": [{"name": "q", "in": "query", "content": {"text/xml": {"schema": {}}}}]},
        {},
        "'text/xml' is not supported",
    ),
    "unknown-scheme": ({"security": [{"bearers": []}]}, {}, "'bearers' is not a security scheme"),
    "reference-that-leads-nowhere": ({"parameters": [{"$ref": "#/components/parameters/q"}]}, {}, "leads nowhere"),
    "two-media-types": (
        {"requestBody": {"content": {"application/json": {}, "text/xml": {}}}},
        {},
        "requestBody.content",
    ),
    "whole-body-without-a-value": (
        {"requestBody": {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        {},
        "does not say what is sent",
    ),
    "callbacks": ({"callbacks": {}}, {}, "callbacks: is not a known key"),
    "servers-of-the-path": ({}, {"servers": []}, "servers: is not a known key"),
}


@pytest.mark.parametrize("name", OPERATIONS_REFUSED)
def test_what_is_not_sent_as_openapi_has_it_is_refused(tmp_path: Path, name: str) -> None:
    operation, item, told = OPERATIONS_REFUSED[name]
    with pytest.raises(BadInput) as refusal:
        loaded(tmp_path / "schemas", OBJECT, operation, item)
    assert told in str(refusal.value)


def sent_url(contract: Contract) -> str:
    case = replace(success_case(contract), scheme=None)
    sent = {field.name: field.sends for field in case.operation.fields if field.sends is not None}
    return request_of(case, sent, {}, Settings("https://api.example", True, frozenset(Effect), {})).url


def test_list_in_the_query_is_a_pair_an_item(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", OBJECT, {"parameters": [QUERY]})
    assert sent_url(contract) == "https://api.example/thing?ids=a&ids=b"


def test_parameter_of_the_path_item_is_sent_and_one_of_the_operation_wins(tmp_path: Path) -> None:
    shared = [{**QUERY, "name": "q", "schema": {"type": "string", "x-contract": {"sends": "x"}}}, QUERY]
    own = {**QUERY, "schema": {"type": "array", "x-contract": {"sends": ["c"]}}}
    contract = loaded(tmp_path / "schemas", OBJECT, {"parameters": [own]}, {"parameters": shared})
    assert sent_url(contract) == "https://api.example/thing?q=x&ids=c"


@pytest.mark.parametrize(
    ("items", "is_optional"),
    [
        ({"items": {"type": "string"}}, True),
        ({"items": {"type": "string"}, "minItems": 1}, False),
        ({"items": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}}, False),
    ],
)
def test_list_of_plain_values_may_be_empty(tmp_path: Path, items: dict[str, Any], is_optional: bool) -> None:
    schema = {"type": "object", "required": ["tags"], "properties": {"tags": {"type": "array", **items}}}
    clauses = success_case(loaded(tmp_path / "schemas", schema)).clauses
    assert [each.value_is_optional for each in clauses if each.path == ("tags", "*")] == [is_optional]


def test_answer_to_head_has_no_clause_of_a_body(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", {**OBJECT, "required": ["id"]}, {"method": "head"})
    clauses = [clause.name for clause in success_case(contract).clauses]
    assert (clauses, violated(contract, b"")) == (["status.is-200"], [])
