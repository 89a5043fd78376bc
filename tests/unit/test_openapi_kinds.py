"""What OpenAPI 3.1 says of a request and a response is sent and judged as its specification has it."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openpyxl import load_workbook  # type: ignore[import-untyped]

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.json_schema import FORMATS, BodyValidator
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.schema_files import SchemaFiles
from talkstack_contract.errors import BadInput, NotTested
from talkstack_contract.judging.checks import CHECKS, Subject
from talkstack_contract.model import (
    Case,
    Contract,
    CredentialVariant,
    Effect,
    Exchange,
    MutationKind,
    Provenance,
    Request,
    Serialization,
)
from talkstack_contract.provider.bodies import DecodedResponse, header_value
from talkstack_contract.provider.curl_line import curl_of
from talkstack_contract.provider.parameter_styles import in_header, in_path, in_query
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.request_builder import check_valid, request_of, sent_values
from talkstack_contract.provider.settings import Credential, Settings
from talkstack_contract.states.accounts import made_value
from tests.unit.contracts import billing_folder

Part = Mapping[str, Any]
NOTHING: Part = MappingProxyType({})
SETTINGS = Settings("https://api.example", True, frozenset(Effect), {})
CREDENTIALS = {
    name: Credential(value, f"{name.upper()}_VARIABLE")
    for name, value in {"bearer": "token-1", "key": "key-1", "basic": "anna:pass-1", "oauth": "oauth-1"}.items()
}
SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "key": {"type": "apiKey", "in": "header", "name": "x-key"},
    "query": {"type": "apiKey", "in": "query", "name": "api key", "x-contract": {"credential": "key"}},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session", "x-contract": {"credential": "key"}},
    "basic": {"type": "http", "scheme": "Basic"},
    "oauth": {"type": "oauth2", "flows": {}},
}
SOURCE = {"section": "Response"}
OBJECT = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}


def response(status: str, **changes: Any) -> Part:
    notes = {"source": {**SOURCE, "printed": status}, **({"state": "an active project"} if status == "200" else {})}
    content = {"application/json": {"schema": OBJECT if status == "200" else True}}
    return {"description": "An answer.", "content": content, "x-contract": notes} | changes


def loaded(
    folder: Path,
    operation: Part = NOTHING,
    *,
    success: Part = NOTHING,
    others: Part = NOTHING,
    path: str = "/thing",
    method: str = "get",
    components: Part = NOTHING,
    root: Part = NOTHING,
) -> Contract:
    """Make a contract of one operation out of the parts that a test is about."""
    document = yaml.safe_load((billing_folder(folder) / "openapi.yaml").read_text(encoding="utf-8")) | dict(root)
    entry = {
        "operationId": "getThing",
        "tags": ["Billing"],
        "externalDocs": {"description": "Things › Get a thing", "url": "https://docs.example/thing"},
        "x-contract": {"effect": "reads", "source": SOURCE},
        "responses": {"200": response("200", **success), **others},
        **operation,
    }
    document["paths"], document["security"] = {path: {method: entry}}, []
    named = {name for alternative in entry.get("security", ()) for name in alternative}
    document["components"] = {"securitySchemes": {name: SCHEMES[name] for name in named & SCHEMES.keys()}, **components}
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_contract(folder)


def cases(contract: Contract) -> dict[str, Case]:
    return {case.name: case for case in derive_cases(contract)}


def written(case: Case) -> Request:
    scheme = case.scheme.all if case.scheme else ()
    known = {each.name: CREDENTIALS.get(each.name, CREDENTIALS["key"]) for each in scheme}
    sent = {field.name: field.sends for field in case.operation.fields if field.sends is not None}
    return request_of(case, sent, known, SETTINGS)


def success(contract: Contract) -> Request:
    return written(derive_cases(contract)[0])


def headers(request: Request) -> dict[str, str]:
    return {each.name: each.value for each in request.headers if each.name not in ("Accept", "Content-Type")}


# Parameters: the table "Style Examples" of OpenAPI 3.1, with values of our own

COLOURS, RGB, TEXT = ["red", "teal"], {"R": 10, "G": 20}, "red"
IN_PATH = {
    "simple-text": ("simple", False, TEXT, "red"),
    "simple-list": ("simple", False, COLOURS, "red,teal"),
    "simple-object": ("simple", False, RGB, "R,10,G,20"),
    "simple-object-exploded": ("simple", True, RGB, "R=10,G=20"),
    "label-text": ("label", False, TEXT, ".red"),
    "label-list": ("label", False, COLOURS, ".red,teal"),
    "label-list-exploded": ("label", True, COLOURS, ".red.teal"),
    "label-object": ("label", False, RGB, ".R,10,G,20"),
    "label-object-exploded": ("label", True, RGB, ".R=10.G=20"),
    "matrix-text": ("matrix", False, TEXT, ";colour=red"),
    "matrix-empty-text": ("matrix", False, "", ";colour"),
    "matrix-list": ("matrix", False, COLOURS, ";colour=red,teal"),
    "matrix-list-exploded": ("matrix", True, COLOURS, ";colour=red;colour=teal"),
    "matrix-object": ("matrix", False, RGB, ";colour=R,10,G,20"),
    "matrix-object-exploded": ("matrix", True, RGB, ";R=10;G=20"),
    "slash-is-escaped": ("simple", False, "a/b", "a%2Fb"),
}
IN_QUERY = {
    "form-text": ("form", True, "a b", ["colour=a%20b"]),
    "form-truth": ("form", True, True, ["colour=true"]),
    "form-list": ("form", False, COLOURS, ["colour=red,teal"]),
    "form-list-exploded": ("form", True, COLOURS, ["colour=red", "colour=teal"]),
    "form-empty-list-exploded": ("form", True, [], []),
    "form-object": ("form", False, RGB, ["colour=R,10,G,20"]),
    "form-object-exploded": ("form", True, RGB, ["R=10", "G=20"]),
    "space-list": ("spaceDelimited", False, COLOURS, ["colour=red%20teal"]),
    "space-object": ("spaceDelimited", False, RGB, ["colour=R%2010%20G%2020"]),
    "pipe-list": ("pipeDelimited", False, COLOURS, ["colour=red%7Cteal"]),
    "pipe-object": ("pipeDelimited", False, RGB, ["colour=R%7C10%7CG%7C20"]),
    "deep-object": ("deepObject", True, RGB, ["colour%5BR%5D=10", "colour%5BG%5D=20"]),
}


@pytest.mark.parametrize(("style", "explode", "value", "expected"), IN_PATH.values(), ids=IN_PATH)
def test_value_in_a_path_has_the_style_of_its_parameter(style: str, explode: bool, value: Any, expected: str) -> None:
    assert in_path("colour", value, Serialization(style, explode)) == expected


@pytest.mark.parametrize(("style", "explode", "value", "expected"), IN_QUERY.values(), ids=IN_QUERY)
def test_value_in_a_query_has_the_style_of_its_parameter(
    style: str, explode: bool, value: Any, expected: list[str]
) -> None:
    assert in_query("colour", value, Serialization(style, explode)) == expected


@pytest.mark.parametrize(
    ("value", "explode", "expected"),
    [(7, False, "7"), (COLOURS, False, "red,teal"), (RGB, False, "R,10,G,20"), (RGB, True, "R=10,G=20")],
)
def test_value_in_a_header_is_simple(value: Any, explode: bool, expected: str) -> None:
    assert in_header(value, Serialization("simple", explode)) == expected


def test_reserved_characters_stand_where_they_may() -> None:
    assert in_query("at", "a/b?c d", Serialization(allow_reserved=True)) == ["at=a/b?c%20d"]


def parameter(name: str, where: str, sends: Any, **others: Any) -> Part:
    return {"name": name, "in": where, "required": True, "schema": {"x-contract": {"sends": sends}}, **others}


def test_parameters_stand_where_they_belong(tmp_path: Path) -> None:
    given = [
        parameter("thing-id", "path", "t 1"),
        parameter("filter", "query", {"a": 1}, style="deepObject"),
        parameter("X-Trace", "header", ["a", "b"]),
        parameter("lang", "cookie", "de"),
        parameter("theme", "cookie", "dark"),
        {"name": "q", "in": "query", "content": {"application/json": {"schema": {"x-contract": {"sends": {"b": 2}}}}}},
    ]
    operation = {"parameters": given, "security": []}
    request = success(loaded(tmp_path / "schemas", operation, path="/thing/{thing-id}"))
    assert (request.url, headers(request)) == (
        "https://api.example/thing/t%201?filter%5Ba%5D=1&q=%7B%22b%22%3A%202%7D",
        {"X-Trace": "a,b", "Cookie": "lang=de; theme=dark"},
    )


def test_two_fields_of_one_name_are_two(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string", "x-contract": {"sends": "body-1"}}}}
    operation = {
        "parameters": [parameter("id", "query", "query-1"), parameter("id", "path", "path-1")],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
        "security": [],
    }
    request = success(loaded(tmp_path / "schemas", operation, path="/thing/{id}", method="post"))
    assert (request.url, request.body) == ("https://api.example/thing/path-1?id=query-1", b'{"id": "body-1"}')


def test_part_is_found_by_its_reference(tmp_path: Path) -> None:
    components = {
        "parameters": {"q": {"$ref": "#/components/parameters/p"}, "p": parameter("p", "query", "1")},
        "requestBodies": {"b": {"content": {"text/plain": {"schema": {"x-contract": {"sends": "hello"}}}}}},
        "responses": {"r": response("404")},
        "headers": {"h": {"required": True, "schema": {"type": "integer"}}},
    }
    operation = {
        "parameters": [{"$ref": "#/components/parameters/q"}],
        "requestBody": {"$ref": "#/components/requestBodies/b"},
        "security": [],
    }
    contract = loaded(
        tmp_path / "schemas",
        operation,
        success={"headers": {"X-Total": {"$ref": "#/components/headers/h"}}},
        others={"404": {"$ref": "#/components/responses/r"}},
        method="post",
        components=components,
    )
    request, [operation_read] = success(contract), contract.operations
    assert (request.url, request.body, [each.status for each in operation_read.responses]) == (
        "https://api.example/thing?p=1",
        b"hello",
        [200, 404],
    )
    assert [each.name for each in operation_read.responses[0].headers] == ["X-Total"]


def test_circle_of_references_is_refused(tmp_path: Path) -> None:
    circle = {"parameters": {"q": {"$ref": "#/components/parameters/q"}}}
    with pytest.raises(BadInput, match="circle of references"):
        loaded(tmp_path / "schemas", {"parameters": [{"$ref": "#/components/parameters/q"}]}, components=circle)


# Values of the settings, which are text

TIMES: dict[str, tuple[Part, str, Any]] = {
    "one-number": ({"type": "number"}, "1.5", 1.5),
    "text": ({"type": "string"}, "15", "15"),
}
TIMES |= {
    "a-number-among-others": ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}, "15", 15),
    "a-text-among-others": ({"anyOf": [{"type": "string", "pattern": "^x"}, {"type": "number"}]}, "x1", "x1"),
    "neither": ({"anyOf": [{"type": "string", "pattern": "^x"}, {"type": "number"}]}, "true", "true"),
}


@pytest.mark.parametrize("name", TIMES)
def test_value_of_the_settings_is_what_its_parameter_allows(tmp_path: Path, name: str) -> None:
    schema, value, expected = TIMES[name]
    field = {"name": "at", "in": "query", "schema": {**schema, "x-contract": {"sends": "{at}"}}}
    contract = loaded(tmp_path / "schemas", {"parameters": [field], "security": []})
    assert sent_values(derive_cases(contract)[0], {"at": value}.__getitem__, str) == {"at": expected}


def test_required_parameter_is_left_out(tmp_path: Path) -> None:
    given = [parameter("q", "query", "x"), parameter("X-Trace", "header", "y"), parameter("id", "path", "z")]
    found = cases(loaded(tmp_path / "schemas", {"parameters": given}, path="/thing/{id}"))
    assert {name for name in found if name.endswith("-absent")} == {"q-absent", "x-trace-absent"}


def test_mistake_is_told_by_the_path_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        loaded(tmp_path / "promises", success={"links": {}})
    assert str(refusal.value).startswith(f"{tmp_path / 'promises' / 'openapi.yaml'}: /thing.get.responses.200.links")


# Bodies of a request

BODIES: dict[str, tuple[str, Part, bytes]] = {
    "form": (
        "application/x-www-form-urlencoded",
        {
            "type": "object",
            "properties": {"a": {"x-contract": {"sends": "1 2&3"}}, "b": {"x-contract": {"sends": [1, 2]}}},
        },
        b"a=1+2%263&b=1&b=2",
    ),
    "json-of-a-vendor": (
        "application/vnd.thing+json",
        {"type": "object", "properties": {"a": {"x-contract": {"sends": 1}}}},
        b'{"a": 1}',
    ),
    "json-with-a-parameter": (
        "application/json; charset=utf-8",
        {"type": "object", "properties": {"a": {"x-contract": {"sends": 1}}}},
        b'{"a": 1}',
    ),
    "list": ("application/json", {"type": "array", "x-contract": {"sends": [{"a": 1}]}}, b'[{"a": 1}]'),
    "text": ("text/plain", {"type": "string", "x-contract": {"sends": "Grüße"}}, "Grüße".encode()),
    "read-only-key-is-left-out": (
        "application/json",
        {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"readOnly": True}, "a": {"x-contract": {"sends": 1}}},
        },
        b'{"a": 1}',
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_body_is_written_in_its_media_type(tmp_path: Path, name: str) -> None:
    media_type, schema, expected = BODIES[name]
    operation = {"requestBody": {"content": {media_type: {"schema": schema}}}, "security": []}
    request = success(loaded(tmp_path / "schemas", operation, method="post"))
    [sent] = [each.value for each in request.headers if each.name == "Content-Type"]
    assert (sent, request.body) == (media_type, expected)


# How the parts of a form are written

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def form(media_type: str, sends: Any, encoding: Part, **notes: Any) -> Part:
    """Describe an operation that takes a form of one key."""
    schema = {"type": "object", "properties": {"part": {"x-contract": {"sends": sends, **notes}}}}
    content = {media_type: {"schema": schema, "encoding": {"part": encoding}}}
    return {"requestBody": {"content": content}, "security": []}


FORM_PARTS: dict[str, tuple[Part, Any, bytes]] = {
    "list-in-one": ({"explode": False}, [1, 2], b"part=1,2"),
    "list-by-pipes": ({"style": "pipeDelimited"}, [1, 2], b"part=1%7C2"),
    "object-deep": ({"style": "deepObject"}, {"a": 1}, b"part%5Ba%5D=1"),
    "reserved-characters": ({"allowReserved": True}, "a/b", b"part=a/b"),
    "list-as-json": ({"contentType": "application/json"}, [1, 2], b"part=%5B1%2C+2%5D"),
    "text": ({"contentType": "text/plain"}, "a b", b"part=a+b"),
}


@pytest.mark.parametrize("name", FORM_PARTS)
def test_value_of_a_form_is_written_as_its_encoding_says(tmp_path: Path, name: str) -> None:
    encoding, sends, expected = FORM_PARTS[name]
    request = success(loaded(tmp_path / "schemas", form(FORM, sends, encoding), method="post"))
    assert request.body == expected


def parts_of(request: Request) -> list[tuple[str | None, str, Any]]:
    """Return the parts of a form as (name of the file, media type, content)."""
    [kind] = [each.value for each in request.headers if each.name == "Content-Type"]
    message = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + request.body)
    return [(each.get_filename(), each.get_content_type(), each.get_payload(decode=True)) for each in message.walk()][
        1:
    ]


def test_part_is_sent_in_its_media_type(tmp_path: Path) -> None:
    operation = form(MULTIPART, {"a": 1}, {"contentType": "application/json"})
    found = parts_of(success(loaded(tmp_path / "schemas", operation, method="post")))
    assert found == [(None, "application/json", b'{"a": 1}')]


def test_file_is_sent_in_each_media_type_that_it_may_have(tmp_path: Path) -> None:
    operation = form(MULTIPART, "n,m\n1,\n", {"contentType": f"text/csv, {SHEET}"}, file="sheet.csv")
    found = cases(loaded(tmp_path / "schemas", operation, method="post"))
    [usual], [other] = parts_of(written(found["without-credential"])), parts_of(written(found["part-as-xlsx"]))
    rows = load_workbook(BytesIO(other[2])).worksheets[0].iter_rows(values_only=True)
    assert (usual, other[:2], list(rows)) == (
        ("sheet.csv", "text/csv", b"n,m\n1,\n"),
        ("sheet.xlsx", SHEET),
        [("n", "m"), ("1", None)],
    )


BAD_ENCODINGS: dict[str, tuple[str, Part, str]] = {
    "headers": (MULTIPART, {"headers": {}}, "headers"),
    "picture": (MULTIPART, {"contentType": "image/png"}, "cannot be written from a text"),
    "style-of-a-part": (MULTIPART, {"style": "form"}, "is not supported in multipart/form-data"),
    "csv-in-a-form": (FORM, {"contentType": "text/csv"}, "is not supported in a form"),
    "json-body": ("application/json", {"contentType": "text/plain"}, "says nothing of application/json"),
}


@pytest.mark.parametrize("name", BAD_ENCODINGS)
def test_encoding_that_cannot_be_sent_is_refused(tmp_path: Path, name: str) -> None:
    media_type, encoding, problem = BAD_ENCODINGS[name]
    with pytest.raises(BadInput, match=problem):
        loaded(tmp_path / "schemas", form(media_type, "x", encoding), method="post")


def test_encoding_of_a_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    operation = form(MULTIPART, "x", {})
    operation["requestBody"]["content"][MULTIPART]["encoding"] = {"prat": {"contentType": "text/csv"}}
    with pytest.raises(BadInput, match=r"'prat' is not a key of the body.*part"):
        loaded(tmp_path / "schemas", operation, method="post")


def test_status_names_the_interpretations_that_a_request_rests_on(tmp_path: Path) -> None:
    address = {"effect": "reads", "source": SOURCE, "interpretation": "undocumented-401"}
    operation = {**form(FORM, "x", {}, interpretation="same-answer-twice"), "x-contract": address}
    status = derive_cases(loaded(tmp_path / "schemas", operation, method="post"))[0].clauses[0]
    assert status.source.request_interpretations == ("undocumented-401", "same-answer-twice")


# Credentials

ALTERNATIVES: dict[str, tuple[list[Part], dict[str, str]]] = {
    "two-at-once": ([{"bearer": [], "key": []}], {"Authorization": "Bearer token-1", "x-key": "key-1"}),
    "cookie": ([{"cookie": []}], {"Cookie": "session=key-1"}),
    "basic": ([{"basic": []}], {"Authorization": f"Basic {b64encode(b'anna:pass-1').decode()}"}),
    "oauth": ([{"oauth": ["read"]}], {"Authorization": "Bearer oauth-1"}),
    "none": ([], {}),
}


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_credentials_are_sent_as_their_schemes_have_it(tmp_path: Path, name: str) -> None:
    security, expected = ALTERNATIVES[name]
    assert headers(success(loaded(tmp_path / "schemas", {"security": security}))) == expected


def test_key_in_the_query_is_shown_as_a_variable(tmp_path: Path) -> None:
    request = success(loaded(tmp_path / "schemas", {"security": [{"query": []}]}))
    assert request.url == "https://api.example/thing?api%20key=key-1"
    assert curl_of(request, Secrets()).endswith('"https://api.example/thing?api%20key=$KEY_VARIABLE"')


REFUSED_401 = {"401": response("401")}


def test_each_of_two_credentials_is_refused_alone_and_wrong(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", {"security": [{"bearer": [], "key": []}]}, others=REFUSED_401)
    found = cases(contract)
    sent = {name: headers(written(found[name])) for name in ("token-left-out-with-key", "key-left-out-with-token")}
    assert sent == {
        "token-left-out-with-key": {"x-key": "key-1"},
        "key-left-out-with-token": {"Authorization": "Bearer token-1"},
    }
    wrong = headers(written(found["wrong-key-with-token"]))
    assert (wrong["Authorization"], wrong["x-key"] == "key-1") == ("Bearer token-1", False)


def test_credential_that_is_enough_alone_is_no_refusal(tmp_path: Path) -> None:
    security: list[Part] = [{"bearer": []}, {"bearer": [], "key": []}]
    found = cases(loaded(tmp_path / "schemas", {"security": security}, others=REFUSED_401))
    assert "key-left-out-with-token" not in found
    assert "token-left-out-with-key" in found


def test_credential_that_may_be_left_out_is_left_out_once(tmp_path: Path) -> None:
    found = cases(loaded(tmp_path / "schemas", {"security": [{"bearer": []}, {}]}, others=REFUSED_401))
    assert (found["by-bearer"].scheme is None, found["without-credential"].scheme) == (False, None)
    assert found["without-credential"].clause("status.is-200").expected == (200,)
    assert "no-credential" not in found


def test_two_schemes_of_one_kind_are_told_apart(tmp_path: Path) -> None:
    found = cases(loaded(tmp_path / "schemas", {"security": [{"key": []}, {"query": []}]}, others=REFUSED_401))
    assert {"by-key", "by-query", "wrong-key", "wrong-query"} <= found.keys()


def test_scheme_that_answers_a_challenge_is_refused(tmp_path: Path) -> None:
    schemes = {"digest": {"type": "http", "scheme": "Digest"}}
    with pytest.raises(BadInput, match="answers a challenge"):
        loaded(tmp_path / "schemas", {"security": [{"digest": []}]}, components={"securitySchemes": schemes})


def test_refusal_may_have_another_status(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "credential": "documented"}
    others = {"403": response("403", **{"x-contract": notes})}
    found = cases(loaded(tmp_path / "schemas", {"security": [{"bearer": []}]}, others=others))
    assert {found[name].clauses[0].expected for name in ("no-credential", "wrong-token")} == {(403,)}


def test_missing_and_wrong_credential_may_differ(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "credential": "missing"}
    others = {"401": response("401"), "404": response("404", **{"x-contract": notes})}
    found = cases(loaded(tmp_path / "schemas", {"security": [{"bearer": []}]}, others=others))
    assert [found[name].clauses[0].expected for name in ("no-credential", "wrong-token")] == [(404,), (401,)]


def test_two_statuses_for_one_refusal_are_refused(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "credential": "documented"}
    others = {"401": response("401"), "403": response("403", **{"x-contract": notes})}
    with pytest.raises(BadInput, match="401 and 403 both refuse a credential"):
        loaded(tmp_path / "schemas", {"security": [{"bearer": []}]}, others=others)


BASIC_VARIANTS = (CredentialVariant.WRONG, CredentialVariant.ALTERED, CredentialVariant.OTHER_CASE)


@pytest.mark.parametrize("variant", BASIC_VARIANTS)
def test_password_is_altered_before_it_is_encoded(tmp_path: Path, variant: CredentialVariant) -> None:
    case = derive_cases(loaded(tmp_path / "schemas", {"security": [{"basic": []}]}))[0]
    sent = headers(written(replace(case, credential_variant=variant)))["Authorization"]
    assert (sent.startswith("Basic "), sent == f"Basic {b64encode(b'anna:pass-1').decode()}") == (True, False)


def test_scheme_without_its_credential_may_be_malformed(tmp_path: Path) -> None:
    found = cases(loaded(tmp_path / "schemas", {"security": [{"bearer": []}]}, others=REFUSED_401))
    assert {name: found[name].clauses[0].expected for name in ("empty-token", "wrong-token")} == {
        "empty-token": (401, 400),
        "wrong-token": (401,),
    }


def test_header_that_the_page_prints_is_sent(tmp_path: Path) -> None:
    notes = {"effect": "reads", "source": SOURCE, "headers": {"Content-Type": "application/json"}}
    request = success(loaded(tmp_path / "schemas", {"x-contract": notes}))
    assert [each.value for each in request.headers if each.name == "Content-Type"] == ["application/json"]


# Ids of operations

VENDOR_IDS = {"snake": "get_thing", "dotted": "Things.Get", "kebab": "get-thing", "slash": "things/get"}


@pytest.mark.parametrize("name", VENDOR_IDS)
def test_operation_has_the_id_that_the_vendor_gives_it(tmp_path: Path, name: str) -> None:
    [operation] = loaded(tmp_path / "schemas", {"operationId": VENDOR_IDS[name]}).operations
    assert operation.id == VENDOR_IDS[name].replace("/", ".")


@pytest.mark.parametrize("name", ["get thing", "get*", "get[1]", "a::b", "/things", ""])
def test_id_that_no_pattern_could_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="operationId"):
        loaded(tmp_path / "schemas", {"operationId": name})


# Responses


def broken(contract: Contract, body: bytes, *given: tuple[str, str]) -> list[str]:
    case = derive_cases(contract)[0]
    exchange = Exchange(case.id, Request("GET", "https://x/", (), Effect.READS), 200, "OK", given, body, "", 1.0)
    subject = Subject(DecodedResponse(exchange))
    found: list[str] = []
    for each in case.clauses:
        if not {*each.depends_on} & {*found} and list(CHECKS[each.check](each, subject)):
            found.append(each.name)
    return found


CSV = {"content": {"text/csv": {"schema": {"type": "string", "pattern": "^id,"}}}}
TEXTS = {
    "sound": (b"id,x\n", "text/csv; charset=utf-8", []),
    "latin-1": ("id,ü".encode("latin-1"), "text/csv; charset=iso-8859-1", []),
    "another-text": (b"no", "text/csv", ["body.is-as-described"]),
    "another-type": (b"id,", "text/plain", ["media-type.is-text-csv"]),
    "no-text": (b"id,\xff", "text/csv", ["body.is-readable-text"]),
    "unknown-encoding": (b"id,", "text/csv; charset=punycode", ["body.is-readable-text"]),
}


@pytest.mark.parametrize("name", TEXTS)
def test_text_is_judged_as_text(tmp_path: Path, name: str) -> None:
    body, media_type, expected = TEXTS[name]
    assert broken(loaded(tmp_path / "schemas", success=CSV), body, ("Content-Type", media_type)) == expected


def test_text_that_changes_by_itself_is_not_compared(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "state": "an active project", "volatile": [[]]}
    contract = loaded(tmp_path / "schemas", success={**CSV, "x-contract": notes})
    assert cases(contract)["asked-twice"].clauses[0].expected.paths == ()


VOLATILE_SCHEMA = {
    "type": "object",
    "properties": {
        "data": {
            "oneOf": [{"properties": {"at": {}}}, {"properties": {"items": {"items": {"properties": {"b": {}}}}}}]
        },
        "any": {"additionalProperties": {"type": "string"}},
        "open": {"type": "object"},
    },
}


def described(folder: Path, path: list[str]) -> Contract:
    notes = {"source": SOURCE, "state": "an active project", "volatile": [path]}
    content = {"application/json": {"schema": VOLATILE_SCHEMA}}
    return loaded(folder, success={"content": content, "x-contract": notes})


@pytest.mark.parametrize("path", ["data.at", "data.items.*.b", "any.x", "any.*", "open.x.y", "data", ""])
def test_volatile_path_leads_to_a_key_of_the_response(tmp_path: Path, path: str) -> None:
    steps = path.split(".") if path else []
    assert described(tmp_path / "schemas", steps).operations[0].responses[0].volatile == (tuple(steps),)


@pytest.mark.parametrize("path", ["data.att", "data.items.*.c", "dat"])
def test_volatile_path_that_leads_nowhere_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(BadInput, match="is no key of the response"):
        described(tmp_path / "schemas", path.split("."))


def test_request_accepts_what_is_documented(tmp_path: Path) -> None:
    request = success(loaded(tmp_path / "schemas", success=CSV, others={"404": response("404")}))
    assert [each.value for each in request.headers if each.name == "Accept"] == ["text/csv, application/json"]


VENDOR_JSON = {"content": {"application/vnd.thing+json; version=1": {"schema": OBJECT}}}


def test_json_of_a_vendor_is_json_of_that_type(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", success=VENDOR_JSON)
    kind = ("Content-Type", "application/vnd.thing+json")
    assert broken(contract, b'{"id": "1"}', kind) == []
    assert broken(contract, b'{"id": 1}', kind) == ["body.id-is-text"]
    assert broken(contract, b'{"id": "1"}', ("Content-Type", "application/json")) == [
        "media-type.is-application-vnd-thing-json"
    ]


def test_body_that_is_neither_json_nor_text_has_a_type_only(tmp_path: Path) -> None:
    contract = loaded(tmp_path / "schemas", success={"content": {"image/png": {}}})
    names = [each.name for each in derive_cases(contract)[0].clauses]
    assert names == ["status.is-200", "media-type.is-image-png"]


def test_success_without_content_promises_its_status_alone(tmp_path: Path) -> None:
    entry = {key: value for key, value in response("200").items() if key != "content"}
    contract = loaded(tmp_path / "schemas", {"responses": {"200": entry}})
    assert [each.name for each in derive_cases(contract)[0].clauses] == ["status.is-200"]


PIN: Part = {"type": "string", "writeOnly": True}
WRITE_ONLY: dict[str, Part] = {
    "itself": PIN,
    "in-all-of": {"allOf": [{"type": "string"}, PIN]},
    "in-all-of-twice": {"allOf": [{"allOf": [PIN]}]},
    "by-a-reference": {"$ref": "#/components/schemas/pin"},
    "by-a-reference-in-all-of": {"allOf": [{"$ref": "#/components/schemas/pin"}]},
}


@pytest.mark.parametrize("name", WRITE_ONLY)
def test_key_that_is_only_written_is_never_required_of_a_response(tmp_path: Path, name: str) -> None:
    schema = {"type": "object", "required": ["id", "pin"], "properties": {"id": {}, "pin": WRITE_ONLY[name]}}
    content = {"content": {"application/json": {"schema": schema}}}
    contract = loaded(tmp_path / "schemas", success=content, components={"schemas": {"pin": PIN}})
    kind = ("Content-Type", "application/json")
    found = [broken(contract, body, kind) for body in (b'{"id": 1}', b'{"id": 1, "pin": "x"}')]
    assert found == [[], ["body.pin-is-never-shown"]]


HEADERS = {
    "headers": {
        "X-Total": {"required": True, "schema": {"type": "integer", "minimum": 0}},
        "X-Tags": {"schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
        "X-Limits": {"explode": True, "schema": {"type": "object", "properties": {"max": {"type": "integer"}}}},
        "X-Id": {"schema": {"type": "string", "pattern": "^[0-9]+$"}},
    }
}
GIVEN_HEADERS: dict[str, tuple[list[tuple[str, str]], list[str]]] = {
    "sound": ([("x-total", "3"), ("x-tags", "a, b"), ("x-limits", "max=9"), ("x-id", "007")], []),
    "absent": ([], ["header.x-total-is-there"]),
    "of-another-type": ([("X-Total", "three")], ["header.x-total-is-as-described"]),
    "too-small": ([("X-Total", "-1")], ["header.x-total-is-as-described"]),
    "item-of-a-list": ([("X-Total", "0"), ("X-Tags", "a"), ("X-Tags", "c")], ["header.x-tags-is-as-described"]),
    "key-of-an-object": ([("X-Total", "0"), ("X-Limits", "max=many")], ["header.x-limits-is-as-described"]),
    "text": ([("X-Total", "0"), ("X-Id", "x")], ["header.x-id-is-as-described"]),
}


@pytest.mark.parametrize("name", GIVEN_HEADERS)
def test_header_of_a_response_is_judged(tmp_path: Path, name: str) -> None:
    given, expected = GIVEN_HEADERS[name]
    contract = loaded(tmp_path / "schemas", success=HEADERS)
    assert broken(contract, b'{"id": "1"}', ("Content-Type", "application/json"), *given) == expected


def test_printed_body_of_an_error_is_as_documented_as_a_success(tmp_path: Path) -> None:
    problem = {"content": {"application/problem+json": {"schema": {**OBJECT, "required": ["id"]}}}}
    contract = loaded(tmp_path / "schemas", {"security": []}, others={"404": response("404", **problem)})
    [error] = [each for each in contract.operations[0].responses if each.status == 404]
    assert (error.keys, error.media_type) == ((("id",),), "application/problem+json")


# Statuses without a response of their own

FALLBACKS = {"4XX": response("4XX", content={"application/json": {"schema": OBJECT}}), "404": response("404")}
QUERY_ID = {
    "parameters": [
        {"name": "id", "in": "query", "schema": {"type": "string", "x-contract": {"sends": "thing-1", "id": True}}}
    ]
}
OTHER_STATUSES: dict[str, tuple[int, bytes, str, bool]] = {
    "sound": (422, b'{"id": "1"}', "application/json", True),
    "broken": (422, b"{}", "application/json", False),
    "of-another-type": (422, b'{"id": "1"}', "text/html", False),
    "no-json": (422, b"{", "application/json", False),
    "status-with-its-own": (404, b"{}", "application/json", True),
    "status-out-of-range": (500, b"{}", "application/json", True),
}


@pytest.mark.parametrize("name", OTHER_STATUSES)
def test_status_without_a_response_of_its_own_is_held_to_its_range(tmp_path: Path, name: str) -> None:
    status, body, kind, is_sound = OTHER_STATUSES[name]
    case = cases(loaded(tmp_path / "schemas", QUERY_ID, others=FALLBACKS))["id-malformed"]
    clause = case.clause("body.is-as-documented-for-other-statuses")
    given = (("Content-Type", kind),)
    exchange = Exchange(case.id, Request("GET", "https://x/", (), Effect.READS), status, "", given, body, "", 1.0)
    found = list(CHECKS[clause.check](clause, Subject(DecodedResponse(exchange))))
    assert (clause.provenance, not found) == (Provenance.DOCUMENTED, is_sound)


def test_range_goes_before_the_default(tmp_path: Path) -> None:
    others = {"default": response("default"), "4XX": response("4XX", **CSV)}
    [operation] = loaded(tmp_path / "schemas", others=others).operations
    kinds = {status: found.media_type for status in (200, 404, 500) if (found := operation.response(status))}
    assert kinds == {200: "application/json", 404: "text/csv", 500: "application/json"}


def test_server_error_that_a_request_brings_about_is_told_by_its_name(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "cases": {"a-slow-query": {"sends": {"id": "slow"}}}}
    found = cases(loaded(tmp_path / "schemas", QUERY_ID, others={"503": response("503", **{"x-contract": notes})}))
    assert found["a-slow-query"].clause("status.is-503").statement == "a slow query is answered 503"


def test_further_success_is_asked_for_by_its_cases(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "cases": {"a-new-thing": {"sends": {"id": "new"}, "or": [202]}}}
    found = cases(loaded(tmp_path / "schemas", QUERY_ID, others={"201": response("201", **{"x-contract": notes})}))
    case = found["a-new-thing"]
    asked = case.state, case.mutations, case.clause("status.is-201").expected
    assert asked == ("an active project", (("id", MutationKind.SENT, "new"),), (201, 202))


def test_other_way_to_the_success_is_judged_as_a_success(tmp_path: Path) -> None:
    notes = {**response("200")["x-contract"], "cases": {"an-old-thing": {"sends": {"id": "old"}}}}
    found = cases(loaded(tmp_path / "schemas", QUERY_ID, success={"x-contract": notes}))
    assert [each.name for each in found["an-old-thing"].clauses] == [
        each.name for each in found["without-credential"].clauses
    ]


@pytest.mark.parametrize("key", ["absent", "malformed", "unknown"])
def test_success_is_not_told_what_is_refused(tmp_path: Path, key: str) -> None:
    notes = {**response("200")["x-contract"], key: ["id"]}
    with pytest.raises(BadInput, match="says of a success what is refused"):
        loaded(tmp_path / "schemas", QUERY_ID, success={"x-contract": notes})


def test_body_is_left_out_as_a_whole(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"properties": {"id": {"x-contract": {"sends": "a"}}}}}}}
    notes = {"source": SOURCE, "absent": ["body", "id"]}
    found = cases(
        loaded(
            tmp_path / "schemas",
            {"requestBody": body},
            method="post",
            others={"400": response("400", **{"x-contract": notes})},
        )
    )
    absent = {name: case for name, case in found.items() if name.endswith("-absent")}
    sent = {name: request_of(case, sent_values(case, str, str), {}, SETTINGS) for name, case in absent.items()}
    bodies = {name: (each.body, [header.name for header in each.headers][1:]) for name, each in sent.items()}
    assert bodies == {"body-absent": (b"", []), "id-absent": (b"{}", ["Content-Type"])}


def test_contract_without_components_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    loaded(folder, {"security": []})
    document = yaml.safe_load((folder / "openapi.yaml").read_text(encoding="utf-8"))
    del document["components"]
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    assert [each.id for each in load_contract(folder).operations] == ["getThing"]


def test_range_says_nothing_of_how_it_is_brought_about(tmp_path: Path) -> None:
    notes = {"source": SOURCE, "absent": ["id"]}
    with pytest.raises(BadInput, match="says how to bring about a range of statuses"):
        loaded(tmp_path / "schemas", QUERY_ID, others={"4XX": response("4XX", **{"x-contract": notes})})


REFUSED_RESPONSES: dict[str, tuple[Part, str]] = {
    "schema-of-an-image": ({"content": {"image/png": {"schema": {"type": "string"}}}}, "neither JSON nor text"),
    "object-as-text": ({"content": {"text/plain": {"schema": OBJECT}}}, "describes no text"),
    "content-type-as-a-header": ({"headers": {"Content-Type": {"schema": {}}}}, "does not describe here"),
    "links": ({"links": {}}, "links: is not a known key"),
    "two-media-types": ({"content": {"application/json": {}, "text/csv": {}}}, "content"),
}


@pytest.mark.parametrize("name", REFUSED_RESPONSES)
def test_response_that_would_not_be_judged_is_refused(tmp_path: Path, name: str) -> None:
    changes, told = REFUSED_RESPONSES[name]
    with pytest.raises(BadInput) as refusal:
        loaded(tmp_path / "schemas", success=changes)
    assert told in str(refusal.value)


# A field of which two branches speak

NAME = {"name": {"type": "string", "minLength": 3, "x-contract": {"sends": "Ada"}}}
LONGER = {"name": {"maxLength": 8, "description": "A name.", "x-contract": {"interpretation": "unusual-values"}}}
BRANCHES: dict[str, Any] = {
    "in-the-first-branch": {"allOf": [{"properties": NAME}, {"properties": LONGER}]},
    "in-the-last-branch": {"allOf": [{"properties": LONGER}, {"properties": NAME}]},
    "below-a-branch": {"allOf": [{"properties": NAME}], "properties": LONGER},
    "in-a-reference": {"allOf": [{"properties": NAME}, {"$ref": "#/components/schemas/longer"}]},
    "in-branches-of-the-field": {"properties": {"name": {"allOf": [NAME["name"], LONGER["name"]]}}},
}


@pytest.mark.parametrize("name", BRANCHES)
def test_field_is_what_all_branches_say_of_it(tmp_path: Path, name: str) -> None:
    body = {"content": {"application/json": {"schema": {"type": "object", **BRANCHES[name]}}}}
    schemas = {"longer": {"type": "object", "properties": LONGER}}
    operation = {"requestBody": body, "security": []}
    contract = loaded(tmp_path / "schemas", operation, method="post", components={"schemas": schemas})
    [field] = contract.operations[0].fields
    found = field.sends, field.interpretation, field.keywords.get("minLength"), field.keywords.get("maxLength")
    assert found == ("Ada", "unusual-values", 3, 8)


# A value that cannot be one

MALFORMED_FIELDS: dict[str, tuple[Part, bool]] = {
    "any-text": ({"type": "string"}, True),
    "a-pattern": ({"type": "string", "pattern": "^[A-Z]+$"}, True),
    "a-pattern-that-the-usual-value-has": ({"type": "string", "pattern": "^[a-z0-9]+([._-][a-z0-9]+)*$"}, True),
    "a-uuid": ({"type": "string", "format": "uuid"}, True),
    "whatever-a-pattern-allows": ({"type": "string", "pattern": "^"}, False),
}


@pytest.mark.parametrize("location", ["path", "query", "body"])
@pytest.mark.parametrize("name", MALFORMED_FIELDS)
def test_malformed_value_is_one_that_the_schema_does_not_allow(tmp_path: Path, name: str, location: str) -> None:
    keywords, is_known = MALFORMED_FIELDS[name]
    schema = {**keywords, "x-contract": {"sends": "{id}"}}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": {"id": schema}}}}}
    field = {"name": "id", "in": location, "required": True, "schema": schema}
    others = {"400": response("400", **{"x-contract": {"source": SOURCE, "malformed": ["id"]}})}
    contract = loaded(
        tmp_path / "schemas",
        {"security": [], **({"requestBody": body} if location == "body" else {"parameters": [field]})},
        others=others,
        path="/things/{id}" if location == "path" else "/thing",
        method="post" if location == "body" else "get",
    )
    case = cases(contract)["id-malformed"]
    if not is_known:
        with pytest.raises(NotTested, match="no value is known"):
            sent_values(case, {"id": "AB"}.__getitem__, str)
        return
    [value] = sent_values(case, {"id": "AB"}.__getitem__, str).values()
    assert name == "any-text" or not Draft202012Validator(keywords, format_checker=FORMATS).is_valid(value)


# A header without a type

UNTYPED: dict[str, tuple[Part, str, bool]] = {
    "a-number-that-it-is": ({"const": 0}, "0", True),
    "another-number": ({"const": 0}, "1", False),
    "a-number-in-a-list": ({"enum": [1, 2]}, "2", True),
    "a-text-of-digits": ({"const": "0"}, "0", True),
    "too-small": ({"minimum": 100}, "0", False),
    "large-enough": ({"minimum": 100}, "100", True),
    "no-number": ({"minimum": 100}, "many", True),
    "a-pattern-of-digits": ({"pattern": "^[0-9]$"}, "12", False),
    "a-truth": ({"const": True}, "true", True),
    "a-list": ({"minItems": 2}, "a", False),
    "int32": ({"format": "int32"}, "3000000000", False),
}


@pytest.mark.parametrize("name", UNTYPED)
def test_header_without_a_type_is_read_as_what_its_schema_speaks_of(tmp_path: Path, name: str) -> None:
    schema, text, is_right = UNTYPED[name]
    contract = loaded(tmp_path / "schemas", {"security": []}, success={"headers": {"X-Total": {"schema": schema}}})
    [header] = contract.operations[0].responses[0].headers
    assert bool(header.schema.violations(header_value(text, header))) != is_right


def test_schema_of_a_request_is_that_of_a_response_too(tmp_path: Path) -> None:
    schemas = {"thing": {"type": "object", "required": ["name"], "properties": NAME}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}
    contract = loaded(
        tmp_path / "schemas",
        {"requestBody": {"content": content}, "security": []},
        success={"content": content},
        method="post",
        components={"schemas": schemas},
    )
    names = {clause.name for clause in derive_cases(contract)[0].clauses if clause.name.startswith("body.name")}
    assert (success(contract).body, names) == (
        b'{"name": "Ada"}',
        {"body.name-is-text", "body.name-is-as-described"},
    )


# What an operation makes

MADE: dict[str, tuple[Part, Part, str]] = {
    "of-another-key": ({"at": ["ident"]}, NOTHING, "'ident' is no key of the response; known: id"),
    "of-no-body": ({"at": ["id"]}, {"content": None}, "names a key of a response without a body; name the header"),
}


@pytest.mark.parametrize("name", MADE)
def test_made_value_that_no_answer_shows_is_refused(tmp_path: Path, name: str) -> None:
    place, change, expected = MADE[name]
    success = {key: value for key, value in response("201", **change).items() if value is not None}
    success["content"] = success.get("content") and {"application/json": {"schema": OBJECT}}
    entry = {"x-contract": {"effect": "writes", "source": SOURCE, "makes": {"value": "id", **place}}, "security": []}
    responses = {"201": {key: value for key, value in success.items() if value is not None}}
    with pytest.raises(BadInput, match=re.escape(expected)):
        loaded(tmp_path / "schemas", {**entry, "responses": responses}, method="post")


ADDRESSES = {
    "an-address": "https://api.example/things/t-1?at=1",
    "a-path": "/v2/things/t-1/",
    "a-path-that-goes-on": "things/t-1",
    "an-id": "t-1",
    "escaped": "/things/t%2D1",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_made_value_stands_in_a_header(tmp_path: Path, address: str) -> None:
    notes = {"effect": "writes", "source": SOURCE, "makes": {"value": "id", "header": "Location"}}
    contract = loaded(tmp_path / "schemas", {"x-contract": notes, "security": []}, method="post")
    request = success(contract)
    exchange = Exchange("", request, 201, "Created", (("location", address),), b"", "", 0.0)
    missing = replace(exchange, headers=())
    [maker] = contract.operations
    assert (made_value(maker, exchange), made_value(maker, missing)) == ("t-1", None)


# A contract that leaves things out

USUAL: dict[str, tuple[Part, Any]] = {
    "const": ({"const": "x"}, "x"),
    "enum": ({"enum": ["x", "y"]}, "x"),
    "enum-that-begins-with-nothing": ({"enum": [None, "y"], "default": None}, "y"),
    "example": ({"type": "string", "example": "x"}, "x"),
    "examples": ({"type": "integer", "examples": [7]}, 7),
    "default": ({"type": "boolean", "default": False}, False),
    "what-is-said-wins": ({"enum": ["x", "y"], "x-contract": {"sends": "y"}}, "y"),
}


@pytest.mark.parametrize("location", ["path", "query", "header"])
@pytest.mark.parametrize("name", USUAL)
def test_required_value_of_which_only_the_schema_speaks_is_sent(tmp_path: Path, name: str, location: str) -> None:
    schema, expected = USUAL[name]
    field = {"name": "kind", "in": location, "required": True, "schema": schema}
    path = "/things/{kind}" if location == "path" else "/thing"
    contract = loaded(tmp_path / "schemas", {"parameters": [field], "security": []}, path=path)
    assert sent_values(derive_cases(contract)[0], str, str) == {"kind": expected}


def test_value_that_need_not_be_sent_is_left_out(tmp_path: Path) -> None:
    field = {"name": "kind", "in": "query", "schema": {"enum": ["x", "y"]}}
    contract = loaded(tmp_path / "schemas", {"parameters": [field], "security": []})
    assert sent_values(derive_cases(contract)[0], str, str) == {}


@pytest.mark.parametrize("location", ["path", "query", "header"])
def test_required_value_of_which_nothing_speaks_is_not_tested(tmp_path: Path, location: str) -> None:
    field = {"name": "kind", "in": location, "required": True, "schema": {"type": "string"}}
    path = "/things/{kind}" if location == "path" else "/thing"
    contract = loaded(tmp_path / "schemas", {"parameters": [field], "security": []}, path=path)
    with pytest.raises(NotTested, match="nothing says what to send as kind") as told:
        check_valid(derive_cases(contract)[0], {})
    assert "x-contract.sends" in told.value.remedy


def test_status_needs_no_quotes(tmp_path: Path) -> None:
    loaded(tmp_path / "schemas", {"security": []}, others={"404": response("404")})
    file = tmp_path / "schemas" / "openapi.yaml"
    text = file.read_text(encoding="utf-8")
    assert "'404':" in text
    file.write_text(text.replace("'404':", "404:").replace("'200':", "200:"), encoding="utf-8")
    [read] = load_contract(tmp_path / "schemas").operations
    assert sorted(each.status for each in read.responses) == [200, 404]


RANGES = {
    "in-the-range": ("image/*", "image/png", True),
    "with-a-parameter": ("image/*", "Image/SVG+xml; charset=utf-8", True),
    "out-of-the-range": ("image/*", "text/html", False),
    "any": ("*/*", "application/pdf", True),
    "a-type": ("image/png", "image/jpeg", False),
}


@pytest.mark.parametrize("name", RANGES)
def test_media_type_may_be_a_range(tmp_path: Path, name: str) -> None:
    described, given, is_right = RANGES[name]
    contract = loaded(tmp_path / "schemas", {"security": []}, success={"content": {described: {}}})
    case = derive_cases(contract)[0]
    [clause] = [each for each in case.clauses if each.check == "media-type"]
    exchange = Exchange("", written(case), 200, "OK", (("Content-Type", given),), b"\x89", "", 0.0)
    found = list(CHECKS["media-type"](clause, Subject(DecodedResponse(exchange))))
    assert (found == [], re.fullmatch(r"media-type\.is-[a-z-]+", clause.name) is not None) == (is_right, True)


LEFT_OUT: dict[str, tuple[Part, Part, bool]] = {
    "no-refusal": ({"security": [{"bearer": []}]}, NOTHING, True),
    "another-refusal": ({"security": [{"bearer": []}]}, {"4XX": response("4XX")}, True),
    "a-refusal": ({"security": [{"bearer": []}]}, {"401": response("401")}, False),
    "optional": ({"security": [{"bearer": []}, {}]}, NOTHING, False),
    "open": ({"security": []}, NOTHING, False),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_credential_that_is_asked_for_is_needed_whatever_the_contract_says_of_its_refusal(
    tmp_path: Path, name: str
) -> None:
    entry, others, is_assumed = LEFT_OUT[name]
    found = cases(loaded(tmp_path / "schemas", entry, others=others))
    mine = [found[each] for each in ("no-credential", "wrong-token") if each in found and found[each].status is None]
    assert [each.clauses[0].name for each in mine] == ["status.is-a-refusal"] * 2 * is_assumed
    assert {(str(each.clauses[0].level), each.clauses[0].source.interpretation) for each in mine} <= {
        ("must", "undocumented-401")
    }


HINTED: dict[str, Part] = {
    "float": {"type": "number", "format": "float"},
    "double": {"type": "number", "format": "double"},
    "password": {"type": "string", "format": "password"},
    "binary": {"type": "string", "format": "binary"},
}


@pytest.mark.parametrize("name", HINTED)
def test_format_that_rules_nothing_out_makes_no_clause(tmp_path: Path, name: str) -> None:
    content = {"application/json": {"schema": {"type": "object", "properties": {"a": HINTED[name]}}}}
    contract = loaded(tmp_path / "schemas", {"security": []}, success={"content": content})
    names = [each.name for each in derive_cases(contract)[0].clauses if each.name.startswith("body.a")]
    assert names == [f"body.a-is-{'number' if HINTED[name]['type'] == 'number' else 'text'}"]


@pytest.mark.parametrize(("text", "is_right"), [("aGk=", True), ("", True), ("a?", False), ("aGk", False)])
def test_byte_is_base64(text: str, is_right: bool) -> None:
    assert Draft202012Validator({"format": "byte"}, format_checker=FORMATS).is_valid(text) is is_right


REFUSED_AT_LOAD: dict[str, tuple[Part, str]] = {
    "name-in-the-path": ({"path": "/things/{thing.id}"}, "'thing.id' cannot be the name of a parameter of the path"),
    "no-status-of-a-success": (
        {"operation": {"responses": {"2XX": response("2XX")}, "security": []}},
        "responses.2XX: is the only success, and names no status; write the one that comes, as 200",
    ),
}


@pytest.mark.parametrize("name", REFUSED_AT_LOAD)
def test_contract_that_says_too_little_is_refused(tmp_path: Path, name: str) -> None:
    parts, expected = REFUSED_AT_LOAD[name]
    field = {"name": "thing.id", "in": "path", "required": True, "schema": {"const": "a"}}
    usual = {"operation": {"parameters": [field], "security": []}} if "path" in parts else {}
    with pytest.raises(BadInput, match=re.escape(expected)):
        loaded(tmp_path / "schemas", **{**usual, **parts})


def test_what_removes_a_thing_uses_it_up(tmp_path: Path) -> None:
    folder = billing_folder(tmp_path / "schemas")
    removers = [each for each in load_contract(folder).operations if each.uses_up_state]
    text = (folder / "openapi.yaml").read_text(encoding="utf-8")
    (folder / "openapi.yaml").write_text(re.sub(r",? *consumes: true", "", text), encoding="utf-8")
    assert [each.id for each in load_contract(folder).operations if each.uses_up_state] == [
        each.id for each in removers
    ]


def test_key_that_the_schema_does_not_allow_is_named() -> None:
    place = SchemaFiles({"a.json": {"additionalProperties": False, "properties": {"b": False}}}).place("a.json")
    schema = {"additionalProperties": False, "properties": {"b": False}}
    found = {(each.path, each.keyword) for each in BodyValidator(place, schema).broken({"b": 1, "c": 2})}
    assert found == {(("b",), ""), (("c",), "additionalProperties")}
