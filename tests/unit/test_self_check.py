"""Every keyword of JSON Schema 2020-12 and every field of OpenAPI 3.1: judged, sent, refused, or an annotation.

The lists of keywords and fields are those of the two standards; what becomes of each is said here, and tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from jsonschema_specifications import REGISTRY
from openapi_spec_validator.schemas import schema_v31

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.errors import BadInput
from tests.unit import test_openapi_kinds as kinds
from tests.unit.test_schema_kinds import loaded, violated

Part = Mapping[str, Any]
NOTHING: Part = MappingProxyType({})
DIALECT = "https://json-schema.org/draft/2020-12"
VOCABULARIES = (
    *(
        "core",
        "applicator",
        "unevaluated",
        "validation",
        "meta-data",
        "format-annotation",
        "format-assertion",
        "content",
    ),
)


def keywords_of_the_standard() -> set[str]:
    metas = [REGISTRY.contents(f"{DIALECT}/schema")]
    metas += [REGISTRY.contents(f"{DIALECT}/meta/{name}") for name in VOCABULARIES]
    return {keyword for meta in metas for keyword in meta["properties"]}


A = {"properties": {"a": {"type": "integer"}}}
# Of each keyword that is judged: a schema with it, and a body that breaks it.
JUDGED: dict[str, tuple[Any, Any]] = {
    "$ref": ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, "x"),
    "$dynamicRef": ({"$dynamicRef": "#n", "$defs": {"n": {"$dynamicAnchor": "n", "type": "integer"}}}, "x"),
    "prefixItems": ({"prefixItems": [{"type": "integer"}]}, ["x"]),
    "items": ({"items": {"type": "integer"}}, ["x"]),
    "contains": ({"contains": {"const": 1}}, [2]),
    "additionalProperties": ({"additionalProperties": False}, {"a": 1}),
    "properties": (A, {"a": "x"}),
    "patternProperties": ({"patternProperties": {"^a": {"type": "integer"}}}, {"ab": "x"}),
    "dependentSchemas": ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}),
    "propertyNames": ({"propertyNames": {"maxLength": 1}}, {"ab": 1}),
    "if": ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}),
    "then": ({"if": True, "then": {"required": ["b"]}}, {}),
    "else": ({"if": False, "else": {"required": ["b"]}}, {}),
    "allOf": ({"allOf": [{"required": ["b"]}]}, {}),
    "anyOf": ({"anyOf": [{"required": ["b"]}, {"required": ["c"]}]}, {}),
    "oneOf": ({"oneOf": [True, {"required": ["b"]}]}, {"b": 1}),
    "not": ({"not": {"required": ["b"]}}, {"b": 1}),
    "unevaluatedItems": ({"prefixItems": [True], "unevaluatedItems": False}, [1, 2]),
    "unevaluatedProperties": ({**A, "unevaluatedProperties": False}, {"b": 1}),
    "type": ({"type": "object"}, []),
    "const": ({"properties": {"a": {"const": 1}}}, {"a": 2}),
    "enum": ({"properties": {"a": {"enum": [1, 2]}}}, {"a": 3}),
    "multipleOf": ({"properties": {"a": {"multipleOf": 0.01}}}, {"a": 0.005}),
    "maximum": ({"properties": {"a": {"maximum": 1}}}, {"a": 2}),
    "exclusiveMaximum": ({"properties": {"a": {"exclusiveMaximum": 1}}}, {"a": 1}),
    "minimum": ({"properties": {"a": {"minimum": 1}}}, {"a": 0}),
    "exclusiveMinimum": ({"properties": {"a": {"exclusiveMinimum": 1}}}, {"a": 1}),
    "maxLength": ({"properties": {"a": {"maxLength": 1}}}, {"a": "xy"}),
    "minLength": ({"properties": {"a": {"minLength": 2}}}, {"a": "x"}),
    "pattern": ({"properties": {"a": {"pattern": "^[0-9]$"}}}, {"a": "x"}),
    "maxItems": ({"maxItems": 1}, [1, 2]),
    "minItems": ({"minItems": 1}, []),
    "uniqueItems": ({"uniqueItems": True}, [1, 1.0]),
    "maxContains": ({"contains": True, "maxContains": 1}, [1, 2]),
    "minContains": ({"contains": True, "minContains": 2}, [1]),
    "maxProperties": ({"maxProperties": 1}, {"a": 1, "b": 2}),
    "minProperties": ({"minProperties": 1}, {}),
    "required": ({"required": ["a"]}, {}),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    "format": ({"properties": {"a": {"format": "date"}}}, {"a": "x"}),
    "writeOnly": ({"properties": {"a": {"writeOnly": True}}}, {"a": 1}),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "definitions": ({"definitions": {}}, "write $defs"),
    "dependencies": ({"dependencies": {}}, "write dependentRequired"),
    "$recursiveAnchor": ({"$recursiveAnchor": "thing"}, "write $dynamicAnchor"),
    "$recursiveRef": ({"$recursiveRef": "#"}, "write $dynamicRef"),
}
# By the standard these name a schema, or say something to a person: no value breaks them.
ANNOTATIONS: dict[str, Any] = {
    "$id": "thing.json",
    "$schema": f"{DIALECT}/schema",
    "$anchor": "thing",
    "$dynamicAnchor": "thing",
    "$vocabulary": {},
    "$comment": "x",
    "$defs": {"a": {"type": "integer"}},
    "title": "x",
    "description": "x",
    "default": {},
    "deprecated": True,
    "readOnly": True,  # says what a request leaves out
    "examples": [{}],
    "contentEncoding": "base64",
    "contentMediaType": "text/csv",
    "contentSchema": {"type": "string"},
}


def test_no_keyword_of_the_standard_is_missing() -> None:
    assert keywords_of_the_standard() == JUDGED.keys() | REFUSED.keys() | ANNOTATIONS.keys()


@pytest.mark.parametrize("keyword", JUDGED)
def test_keyword_has_a_clause_that_can_be_violated(tmp_path: Path, keyword: str) -> None:
    schema, body = JUDGED[keyword]
    in_a_file = yaml.safe_dump(schema)
    assert violated(loaded(tmp_path / "schemas", in_a_file), json.dumps(body).encode()) != []


@pytest.mark.parametrize("keyword", REFUSED)
def test_keyword_of_another_draft_is_refused_with_the_remedy(tmp_path: Path, keyword: str) -> None:
    schema, remedy = REFUSED[keyword]
    with pytest.raises(BadInput) as refusal:
        loaded(tmp_path / "schemas", schema)
    assert str(refusal.value).startswith("schemas/openapi.yaml: ")
    assert (keyword in str(refusal.value), remedy in str(refusal.value)) == (True, True)


@pytest.mark.parametrize("keyword", ANNOTATIONS)
def test_annotation_asks_nothing(tmp_path: Path, keyword: str) -> None:
    schema = {"type": "object", **A}
    plain = names(loaded(tmp_path / "plain", schema))
    assert names(loaded(tmp_path / "schemas", {**schema, keyword: ANNOTATIONS[keyword]})) == plain


def names(contract: Any) -> list[str]:
    return [f"{case.id}/{clause.name}" for case in derive_cases(contract) for clause in case.clauses]


# OpenAPI: an object and its field, as its own schema of version 3.1 lists them

SENT, JUDGES, REFUSES, ANNOTATES, NEEDED = "sent", "judged", "refused", "annotation", "needed"
FIELDS: dict[str, dict[str, str]] = {
    "operation": {
        "operationId": NEEDED,
        "tags": NEEDED,
        "externalDocs": NEEDED,
        "responses": NEEDED,
        "parameters": SENT,
        "requestBody": SENT,
        "security": SENT,
        "servers": SENT,
        "summary": ANNOTATES,
        "description": ANNOTATES,
        "deprecated": ANNOTATES,
        "callbacks": REFUSES,
    },
    "path-item": {
        **dict.fromkeys(("get", "put", "post", "delete", "options", "head", "patch", "trace"), SENT),
        "$ref": SENT,
        "parameters": SENT,
        "summary": ANNOTATES,
        "description": ANNOTATES,
        "servers": REFUSES,
    },
    "response": {
        "content": JUDGES,
        "headers": JUDGES,
        "description": ANNOTATES,
        "links": REFUSES,
    },
    "parameter": {
        **dict.fromkeys(("name", "in", "required", "schema", "content", "style", "explode", "allowReserved"), SENT),
        **dict.fromkeys(("description", "deprecated", "allowEmptyValue", "example", "examples"), ANNOTATES),
    },
    "header": {
        **dict.fromkeys(("required", "schema", "explode"), JUDGES),
        "style": JUDGES,
        "content": REFUSES,
        **dict.fromkeys(("description", "deprecated", "example", "examples"), ANNOTATES),
    },
    "media-type": {"schema": JUDGES, "encoding": SENT, "example": ANNOTATES, "examples": ANNOTATES},
    "encoding": {
        **dict.fromkeys(("contentType", "style", "explode", "allowReserved"), SENT),
        "headers": REFUSES,
    },
    "request-body": {"content": SENT, "required": SENT, "description": ANNOTATES},
}


def fields_of_the_standard(name: str) -> set[str]:
    definitions = schema_v31["$defs"]
    found: set[str] = set()
    waiting = [definitions[name]]
    while waiting:
        schema = waiting.pop()
        found |= set(schema.get("properties", {}))
        waiting += [*schema.get("allOf", ()), *schema.get("dependentSchemas", {}).values()]
        waiting += [*schema.get("$defs", {}).values(), *(schema[word] for word in ("then", "else") if word in schema)]
        waiting += [definitions[each] for each in [schema.get("$ref", "").rpartition("/")[2]] if each in definitions]
    return found


@pytest.mark.parametrize("name", FIELDS)
def test_no_field_of_openapi_is_missing(name: str) -> None:
    assert fields_of_the_standard(name) - {"$ref"} == FIELDS[name].keys() - {"$ref"}


ADDED: dict[str, Any] = {
    "callbacks": {},
    "servers": [{"url": "https://other.example"}],
    "links": {},
    "headers": {},
}


def with_field(folder: Path, name: str, field: str, value: Any) -> Any:
    """Add a field to an object of that kind in a contract, and load it."""
    if name == "operation":
        return kinds.loaded(folder, {field: value})
    if name == "path-item":
        return loaded(folder, {"type": "object"}, item={field: value})
    if name == "response":
        return kinds.loaded(folder, success={field: value})
    if name == "media-type":
        return kinds.loaded(folder, success={"content": {"application/json": {"schema": True, field: value}}})
    if name == "header":
        return kinds.loaded(folder, success={"headers": {"X-A": {"schema": True, field: value}}})
    if name == "parameter":
        return kinds.loaded(folder, {"parameters": [{"name": "q", "in": "query", "schema": True, field: value}]})
    if name == "encoding":
        return kinds.loaded(folder, kinds.form(kinds.MULTIPART, "x", {field: value}), method="post")
    body = {"content": {"text/plain": {"schema": {"x-contract": {"sends": "x"}}}}, field: value}
    return kinds.loaded(folder, {"requestBody": body}, method="post")


REFUSED_FIELDS = [(name, field) for name, fields in FIELDS.items() for field in fields if fields[field] is REFUSES]
ANNOTATING_FIELDS = [(name, field) for name, fields in FIELDS.items() for field in fields if fields[field] is ANNOTATES]
TRUTHS = ("deprecated", "allowEmptyValue")


@pytest.mark.parametrize(("name", "field"), REFUSED_FIELDS)
def test_field_that_is_not_judged_is_refused(tmp_path: Path, name: str, field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        with_field(tmp_path / "schemas", name, field, ADDED.get(field, {}))
    assert (str(refusal.value).startswith("schemas/openapi.yaml: "), field in str(refusal.value)) == (True, True)


def test_encoding_of_a_response_is_refused(tmp_path: Path) -> None:
    content = {"application/json": {"schema": True, "encoding": {}}}
    with pytest.raises(BadInput, match="encoding"):
        kinds.loaded(tmp_path / "schemas", success={"content": content})


@pytest.mark.parametrize(("name", "field"), ANNOTATING_FIELDS)
def test_field_that_is_an_annotation_changes_no_clause(tmp_path: Path, name: str, field: str) -> None:
    value: Any = True if field in TRUTHS else {} if field == "examples" else "x"
    plain = names(with_field(tmp_path / "plain", name, "x-nothing", 1))
    assert names(with_field(tmp_path / "schemas", name, field, value)) == plain


@pytest.mark.parametrize("name", ["webhooks", "jsonSchemaDialect"])
def test_root_says_nothing_that_is_not_judged(tmp_path: Path, name: str) -> None:
    root = {"webhooks": {"paid": {}}, "jsonSchemaDialect": "https://example.test/dialect"}
    with pytest.raises(BadInput, match=name):
        kinds.loaded(tmp_path / "schemas", root={name: root[name]})
