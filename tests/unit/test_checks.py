"""Every check upholds what keeps its clause and names the place of what breaks it, however a provider goes about it."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.clauses import success_clauses
from talkstack_contract.contract.described_values import described_body
from talkstack_contract.contract.schema_files import SchemaFiles
from talkstack_contract.judging.checks import (
    CHECKS,
    UNDOCUMENTED_AT_MOST,
    Subject,
    occurs,
    own_values,
    undocumented_fields,
)
from talkstack_contract.model import Clause, Effect, Exchange, Lasting, Provenance, Request, Response
from talkstack_contract.provider.bodies import DecodedResponse, NotJson, shown, strict_json
from tests.unit.contracts import PROJECT as PROJECT_OPERATION
from tests.unit.contracts import billing_contract, cases_of, contract_of, operation_of

CASES = cases_of(operation_of(PROJECT_OPERATION))
CLAUSES = {f"{case.name}/{clause.name}": clause for case in CASES for clause in case.clauses}
EVERY_CLAUSE = [
    clause for case in derive_cases(billing_contract(), fail_on_undocumented=True) for clause in case.clauses
]

PROJECT = {
    "name": "Sommergrüße",
    "user_id": "u-8842-aa71-90",
    "status": "ACTIVE",
    "description": "",
    "call_status_webhook": "https://hooks.example/calls",
    "id": "p-1170-bb42-33",
}
SUCCESS = {"message": "fetched active project data.", "status": "success", "projectData": PROJECT}
Found = list[tuple[str, str]]
Headers = tuple[tuple[str, str], ...]


def answered(
    body: Any, status: int = 200, headers: Headers = (("Content-Type", "application/json"),), trouble: str = ""
) -> DecodedResponse:
    """Make an answer; a body that is no bytes is written as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = Request("GET", "http://127.0.0.1/user/get-active-project", (), Effect.READS)
    return DecodedResponse(
        Exchange("getActiveProject/by-bearer", request, status, "Reason", headers, content, trouble, 1.0)
    )


def found(clause: str, subject: Subject | DecodedResponse) -> Found:
    promise = CLAUSES[clause]
    judged = subject if isinstance(subject, Subject) else Subject(subject)
    return [(violation.at, violation.received) for violation in CHECKS[promise.check](promise, judged)]


def with_project(**others: Any) -> dict[str, Any]:
    return {**SUCCESS, "projectData": {**PROJECT, **others}}


def without(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: inner for name, inner in document.items() if name != key}


# status, no-server-error, refused


def test_documented_status_upholds() -> None:
    assert found("by-bearer/status.is-200", answered(SUCCESS)) == []


@pytest.mark.parametrize("status", [0, 100, 199, 201, 204, 206, 302, 400, 404, 500], ids=str)
def test_any_other_status_breaks(status: int) -> None:
    assert found("by-bearer/status.is-200", answered(SUCCESS, status)) == [("status", f"{status or ''} Reason".strip())]


@pytest.mark.parametrize("status", [200, 204, 302, 400, 404, 405, 418, 499], ids=str)
def test_no_server_error_upholds_below_500(status: int) -> None:
    assert found("unknown-query/status.is-no-server-error", answered(b"", status)) == []


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599, 999, 0], ids=str)
def test_server_error_or_no_answer_breaks(status: int) -> None:
    assert len(found("unknown-query/status.is-no-server-error", answered(b"", status))) == 1


@pytest.mark.parametrize(("status", "broken"), [(501, 0), (500, 1), (502, 1), (0, 1)], ids=str)
def test_only_501_is_a_fine_server_error_for_another_method(status: int, broken: int) -> None:
    assert len(found("method-put/status.is-no-server-error", answered(b"", status))) == broken


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 499, 501], ids=str)
def test_refusal_of_a_method_upholds(status: int) -> None:
    assert found("method-put/method.is-refused", answered(b"", status)) == []


@pytest.mark.parametrize("status", [0, 200, 202, 204, 301, 307, 399, 500, 502, 503], ids=str)
def test_anything_but_a_refusal_of_a_method_breaks(status: int) -> None:
    assert len(found("method-put/method.is-refused", answered(b"", status))) == 1


# media-type

JSON_TYPES = (
    "application/json",
    "Application/JSON",
    "APPLICATION/JSON;CHARSET=UTF-8",
    "application/json; charset=UTF-8",
    "application/json ; charset=utf-8",
    'application/json; charset="utf-8"; profile="a;b"',
    "application/json;",
    " application/json ",
)
OTHER_TYPES = (
    "",
    "application/jsonp",
    "application/json5",
    "application/x-json",
    "application/json-seq",
    "application/jsonl",
    "application/javascript",
    "application/ json",
    "application/json charset=utf-8",
    "application/json, text/html",
    "application",
    "json",
    "text/json",
    "text/plain; application/json",
    "text/html; charset=utf-8",
    "*/*",
)
SUFFIXED_TYPES = (
    "application/problem+json",
    "application/problem+json; charset=utf-8",
    "Application/vnd.x-1.error+JSON",
)


@pytest.mark.parametrize("given", JSON_TYPES)
@pytest.mark.parametrize("name", ["Content-Type", "content-type", "CONTENT-TYPE"])
def test_json_type_upholds_in_any_letter_case_with_any_parameter(name: str, given: str) -> None:
    assert found("by-bearer/media-type.is-json", answered(SUCCESS, headers=((name, given),))) == []


@pytest.mark.parametrize("given", [*OTHER_TYPES, *SUFFIXED_TYPES])
def test_other_type_breaks_a_success(given: str) -> None:
    violations = found("by-bearer/media-type.is-json", answered(SUCCESS, headers=(("Content-Type", given),)))
    assert violations == [("content-type", json.dumps(given))]


@pytest.mark.parametrize("given", [*JSON_TYPES, *SUFFIXED_TYPES])
def test_json_suffix_upholds_for_an_error(given: str) -> None:
    assert found("no-credential/media-type.is-json", answered({}, 401, (("Content-Type", given),))) == []


@pytest.mark.parametrize("given", [*OTHER_TYPES, "text/problem+json", "application/+json", "application/problem+jsonp"])
def test_other_type_breaks_an_error(given: str) -> None:
    assert len(found("no-credential/media-type.is-json", answered({}, 401, (("Content-Type", given),)))) == 1


def test_absent_type_breaks() -> None:
    assert found("by-bearer/media-type.is-json", answered(SUCCESS, headers=())) == [("content-type", "no such header")]


def test_second_type_that_is_no_json_breaks() -> None:
    headers = (("Content-Type", "application/json"), ("Content-Type", "text/html"))
    assert len(found("by-bearer/media-type.is-json", answered(SUCCESS, headers=headers))) == 1


# strict-json

STRICT = {
    "object": b"{}",
    "list": b"[]",
    "null": b"null",
    "text": b'""',
    "white-space-around": b" \t\r\n{} \t\r\n",
    "lone-surrogate-escaped": rb'"\ud800"',
    "surrogate-pair-escaped": rb'"\ud83d\ude00"',
    "escaped-nul": rb'"\u0000"',
    "raw-delete": b'"\x7f"',
    "line-separator": '"\u2028"'.encode(),
    "bom-inside-a-text": b'"\xef\xbb\xbf"',
    "same-key-in-two-objects": b'[{"a": 1}, {"a": 1}]',
    "same-key-at-two-depths": b'{"a": {"a": 1}}',
    "keys-that-differ-by-letter-case": b'{"a": 1, "A": 2}',
    "empty-key": b'{"": 1}',
    "big-whole-number": b"123456789012345678901234567890",
    "number-of-5000-digits": b"1" * 5000,
    "number-beyond-a-double": b"[1e999, -1e999, 1e-999]",
    "negative-zero": b"-0",
    "nested-100-deep": b"[" * 100 + b"]" * 100,
}
NOT_STRICT = {
    "nothing": b"",
    "white-space-only": b" \n",
    "bom": b"\xef\xbb\xbf{}",
    "utf-16-with-bom": '{"a": 1}'.encode("utf-16"),
    "utf-16-little-endian": '{"a": 1}'.encode("utf-16-le"),
    "utf-16-big-endian": '{"a": 1}'.encode("utf-16-be"),
    "utf-32": '{"a": 1}'.encode("utf-32-le"),
    "latin-1": b'"\xfc"',
    "overlong-utf-8": b'"\xc0\xaf"',
    "utf-8-of-a-surrogate": b'"\xed\xa0\x80"',
    "character-cut-in-half": b'"\xc3"',
    "nan": b"NaN",
    "nan-at-depth": b'{"a": [{"b": NaN}]}',
    "infinity": b'{"a": Infinity}',
    "negative-infinity": b"[-Infinity]",
    "key-twice": b'{"a": 1, "a": 1}',
    "key-twice-at-depth": b'{"a": [{"b": {"c": 1, "d": 2, "c": 3}}]}',
    "key-twice-written-otherwise": rb'{"a": 1, "\u0061": 2}',
    "key-twice-hidden-by-a-later-one": b'{"a": {"b": 1, "b": 2}, "c": 3}',
    "two-documents": b"{}{}",
    "two-lines-of-json": b"{}\n{}\n",
    "comma-behind": b"{},",
    "html-behind": b"{}<!-- served by x -->",
    "nul-behind": b"{}\x00",
    "form-feed-behind": b"{}\x0c",
    "no-break-space-behind": b"{}\xc2\xa0",
    "trailing-comma-in-an-object": b'{"a": 1,}',
    "trailing-comma-in-a-list": b"[1,]",
    "comment": b"{} // done",
    "single-quotes": b"{'a': 1}",
    "bare-key": b"{a: 1}",
    "cut-short": b'{"a": "b',
    "raw-line-break-in-a-text": b'"a\nb"',
    "raw-tab-in-a-text": b'"a\tb"',
    "raw-nul-in-a-text": b'"\x00"',
    "unknown-escape": rb'"\x41"',
    "short-escape": rb'"\u12"',
    "leading-zero": b"01",
    "plus-sign": b"+1",
    "leading-dot": b".5",
    "trailing-dot": b"1.",
    "hexadecimal": b"0x10",
    "python-words": b"[True, None]",
    "undefined": b"undefined",
    "xssi-prefix": b")]}'\n{}",
    "jsonp": b"callback({})",
    "html": b"<!doctype html>",
    "nested-too-deep": b"[" * 100_000 + b"]" * 100_000,
    "nested-objects-too-deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
}


@pytest.mark.parametrize("body", STRICT.values(), ids=STRICT)
def test_strict_json_upholds(body: bytes) -> None:
    assert found("by-bearer/body.is-strict-json", answered(body)) == []


@pytest.mark.parametrize("body", NOT_STRICT.values(), ids=NOT_STRICT)
def test_whatever_is_not_strict_json_breaks(body: bytes) -> None:
    assert [at for at, _ in found("by-bearer/body.is-strict-json", answered(body))] == ["$"]


def test_body_that_was_not_read_whole_breaks_even_if_it_reads_as_json() -> None:
    violations = found("by-bearer/body.is-strict-json", answered(SUCCESS, trouble="ends early, after 9 bytes"))
    assert violations == [("$", "the body ends early, after 9 bytes")]


def test_whole_document_is_decoded() -> None:
    assert strict_json(answered(SUCCESS).exchange) == SUCCESS


def test_message_names_the_key_that_stands_twice() -> None:
    with pytest.raises(NotJson, match="'status' is repeated"):
        strict_json(answered(b'{"status": "success", "status": "success"}').exchange)


# value

RETYPED: dict[str, Any] = {
    "null": None,
    "true": True,
    "zero": 0,
    "number": 17,
    "fraction": 1.5,
    "list": ["x"],
    "empty-list": [],
    "object": {"x": "y"},
}
TEXTS = {
    "envelope.message-is-text": ("message",),
    **{f"body.project-data-{key.replace('_', '-')}-is-text": ("projectData", key) for key in PROJECT},
}
TEXTS["body.project-data-call-status-webhook-is-text-or-null"] = TEXTS.pop(
    "body.project-data-call-status-webhook-is-text"
)


def replaced(document: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    inner = replaced(document[path[0]], path[1:], value) if len(path) > 1 else value
    return {**document, path[0]: inner}


def dropped(document: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    if len(path) == 1:
        return without(document, path[0])
    return {**document, path[0]: dropped(document[path[0]], path[1:])}


@pytest.mark.parametrize("clause", [clause for clause in CLAUSES if clause.startswith("by-bearer/")])
def test_documented_success_breaks_no_clause_of_a_success(clause: str) -> None:
    assert found(clause, Subject(answered(SUCCESS), user_id=PROJECT["user_id"])) == []


@pytest.mark.parametrize("clause", TEXTS)
@pytest.mark.parametrize(
    "value", ["", " ", "x", "\ud800", "x" * 100_000], ids=["empty", "blank", "x", "surrogate", "long"]
)
def test_any_text_is_text(clause: str, value: str) -> None:
    assert found(f"by-bearer/{clause}", answered(replaced(SUCCESS, TEXTS[clause], value))) == []


@pytest.mark.parametrize("clause", TEXTS)
@pytest.mark.parametrize("value", RETYPED.values(), ids=RETYPED)
def test_what_is_no_text_breaks(clause: str, value: Any) -> None:
    place = f"$.{'.'.join(TEXTS[clause])}"
    is_fine = value is None and clause.endswith("-or-null")
    violations = found(f"by-bearer/{clause}", answered(replaced(SUCCESS, TEXTS[clause], value)))
    assert violations == ([] if is_fine else [(place, json.dumps(value))])


@pytest.mark.parametrize("clause", TEXTS)
def test_absent_key_breaks(clause: str) -> None:
    place = f"$.{'.'.join(TEXTS[clause])}"
    violations = found(f"by-bearer/{clause}", answered(dropped(SUCCESS, TEXTS[clause])))
    assert violations == [(place, "no such key")]


@pytest.mark.parametrize("body", [[], [SUCCESS], "text", 7, None, True], ids=str)
def test_key_of_what_is_no_object_breaks(body: Any) -> None:
    assert [at for at, _ in found("by-bearer/envelope.message-is-text", answered(body))] == ["$"]


@pytest.mark.parametrize("value", ["Success", "SUCCESS", "success ", "ok", "", None, True, 200, ["success"]], ids=repr)
def test_any_other_envelope_status_breaks(value: Any) -> None:
    violations = found("by-bearer/envelope.status-is-success", answered({**SUCCESS, "status": value}))
    assert violations == [("$.status", json.dumps(value))]


def test_absent_envelope_status_breaks() -> None:
    violations = found("by-bearer/envelope.status-is-success", answered(without(SUCCESS, "status")))
    assert violations == [("$.status", "no such key")]


@pytest.mark.parametrize("value", [None, [], [PROJECT], "text", json.dumps(PROJECT), 0, True], ids=repr)
def test_project_data_that_is_no_object_breaks(value: Any) -> None:
    violations = found("by-bearer/body.project-data-is-object", answered({**SUCCESS, "projectData": value}))
    assert [at for at, _ in violations] == ["$.projectData"]


@pytest.mark.parametrize("key", ["projectdata", "ProjectData", "project_data", "projectData "])
def test_key_in_another_spelling_is_another_key(key: str) -> None:
    body = {**without(SUCCESS, "projectData"), key: PROJECT}
    violations = found("by-bearer/body.project-data-is-object", answered(body))
    assert violations == [("$.projectData", "no such key")]


@pytest.mark.parametrize("value", ["Fetched active project data.", "fetched active project data", "", "ok"])
def test_reworded_message_is_not_as_printed(value: str) -> None:
    violations = found("by-bearer/envelope.message-is-as-printed", answered({**SUCCESS, "message": value}))
    assert violations == [("$.message", json.dumps(value))]


@pytest.mark.parametrize("value", ["active", "INACTIVE", "ACTIVE ", ""])
def test_status_of_a_project_but_active_breaks(value: str) -> None:
    violations = found("by-bearer/body.project-data-status-is-active", answered(with_project(status=value)))
    assert violations == [("$.projectData.status", json.dumps(value))]


@pytest.mark.parametrize("key", ["name", "user_id", "id"])
def test_empty_text_breaks_not_empty(key: str) -> None:
    clause = f"by-bearer/body.project-data-{key.replace('_', '-')}-is-not-empty"
    assert found(clause, answered(with_project(**{key: ""}))) == [(f"$.projectData.{key}", '""')]


URI = "by-bearer/body.project-data-call-status-webhook-is-uri"


@pytest.mark.parametrize(
    "value",
    ["https://a.example", "http://a.example:8080/x?y=z#w", "https://[::1]/a", "urn:a:b", "HTTPS://A.EXAMPLE/%20"],
)
def test_uri_upholds(value: str) -> None:
    assert found(URI, answered(with_project(call_status_webhook=value))) == []


@pytest.mark.parametrize(
    "value", ["", "a.example", "/calls", "//a.example/b", "https://a.example/a b", "https://a b", "ä"]
)
def test_what_is_no_uri_breaks(value: str) -> None:
    violations = found(URI, answered(with_project(call_status_webhook=value)))
    assert violations == [("$.projectData.call_status_webhook", json.dumps(value, ensure_ascii=False))]


def test_null_is_held_to_no_format() -> None:
    assert found(URI, answered(with_project(call_status_webhook=None))) == []


@pytest.mark.parametrize(
    "clause", ["envelope.message-is-text", "envelope.message-is-as-printed", "envelope.status-is-success"]
)
def test_value_of_no_json_is_left_to_the_clause_about_json(clause: str) -> None:
    with pytest.raises(NotJson):
        found(f"by-bearer/{clause}", answered(b"{"))


ITEM = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
LIST = {"type": "object", "properties": {"data": {"type": "array", "items": ITEM}}}


def clauses_of_body(schema: Any) -> dict[str, Clause]:
    """Return the clauses about a body that has this schema."""
    body = described_body(SchemaFiles({"a.json": schema}).place("a.json"), schema)
    source = CLAUSES["by-bearer/status.is-200"].source
    response = Response(200, source, body.values, schema=body.schema, rest=body.rest)
    return {clause.name: clause for clause in success_clauses(response)}


def broken(schema: Any, body: Any) -> dict[str, Found]:
    """Return each clause about a body that it breaks, with place and what was received."""
    violations = {
        name: [(each.at, each.received) for each in CHECKS[clause.check](clause, Subject(answered(body)))]
        for name, clause in clauses_of_body(schema).items()
    }
    return {name: found for name, found in violations.items() if found}


def test_every_item_of_a_list_is_held() -> None:
    assert broken(LIST, {"data": [{"id": "a"}, {"id": 1}, {}, "x"]}) == {
        "body.data-is-object": [("$.data[3]", '"x"')],
        "body.data-id-is-text": [("$.data[1].id", "1"), ("$.data[2].id", "no such key")],
    }


def test_what_no_described_value_answers_for_belongs_to_the_whole() -> None:
    schema = {"type": "object", "maxProperties": 1, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    whole = [("$", '{"c": 1, "d": 2}, which breaks anyOf')]
    assert broken(schema, {"c": 1, "d": 2}) == {
        "body.is-as-described": [("$", '{"c": 1, "d": 2}')],
        "body.matches-the-schema": whole,
    }


def test_rest_has_the_provenance_that_is_noted_where_it_stands() -> None:
    assumed = {"additionalProperties": False, "x-contract": {"provenance": "assumed"}}
    schema = {"type": "object", "properties": {"a": assumed}, "not": {"required": ["b"]}}
    named = {name: clause.provenance for name, clause in clauses_of_body(schema).items() if "matches" in name}
    assert named == {
        "body.matches-the-schema": Provenance.DOCUMENTED,
        "body.matches-the-assumed-schema": Provenance.ASSUMED,
    }
    assert list(broken(schema, {"a": {"x": 1}})) == ["body.matches-the-assumed-schema"]
    assert list(broken(schema, {"b": 1})) == ["body.matches-the-schema"]


OCCURRENCES: dict[str, tuple[Any, str, Any, bool]] = {
    "there": ({"properties": {"a": {"type": "string"}}}, "body.a-is-text", {"a": "x"}, True),
    "absent": ({"properties": {"a": {"type": "string"}}}, "body.a-is-text", {}, False),
    "empty-list": (LIST, "body.data-id-is-text", {"data": []}, False),
    "absent-list": (LIST, "body.data-id-is-text", {}, False),
    "null-that-has-no-format": (
        {"properties": {"a": {"type": ["string", "null"], "format": "uri"}}},
        "body.a-is-uri",
        {"a": None},
        False,
    ),
    "text-that-has-no-limit": ({"properties": {"a": {"minimum": 1}}}, "body.a-is-as-described", {"a": "x"}, False),
    "number-that-has-one": ({"properties": {"a": {"minimum": 1}}}, "body.a-is-as-described", {"a": 2}, True),
    "int32": ({"properties": {"a": {"format": "int32"}}}, "body.a-is-int32", {"a": 2}, True),
}


@pytest.mark.parametrize("name", OCCURRENCES)
def test_value_occurs_where_its_clause_says_something_about_it(name: str) -> None:
    schema, clause, body, expected = OCCURRENCES[name]
    assert occurs(clauses_of_body(schema)[clause], answered(body)) is expected


# not-value

NOT_SUCCESS = "no-credential/envelope.status-is-not-success"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"status": "error"},
        {"status": None},
        {"status": ["success"]},
        {"data": {"status": "success"}},
        "success",
    ],
    ids=json.dumps,
)
def test_error_that_never_says_success_upholds(body: Any) -> None:
    assert found(NOT_SUCCESS, answered(body, 401)) == []


@pytest.mark.parametrize("body", [b"", b"<p>status: success</p>", b"{"], ids=["empty", "html", "cut"])
def test_error_that_is_no_json_says_no_success(body: bytes) -> None:
    assert found(NOT_SUCCESS, answered(body, 401)) == []


def test_error_that_says_success_breaks() -> None:
    assert found(NOT_SUCCESS, answered({"status": "success"}, 401)) == [("$.status", '"success"')]


LENIENT = {  # what clients of a JSON API read without complaint, though RFC 8259 does not allow it
    "bom": b"\xef\xbb\xbf" + json.dumps(SUCCESS).encode(),
    "key-twice": json.dumps(SUCCESS)[:-1].encode() + b', "status": "success"}',
    "nan": json.dumps(SUCCESS)[:-1].encode() + b', "score": NaN}',
}


@pytest.mark.parametrize("body", LENIENT.values(), ids=LENIENT)
def test_broken_json_hides_no_success_status(body: bytes) -> None:
    assert found(NOT_SUCCESS, answered(body, 401)) == [("$.status", '"success"')]


# owner

OWNER = "by-bearer/account.is-the-asking-one"


def test_asking_account_upholds() -> None:
    assert found(OWNER, Subject(answered(SUCCESS), user_id=PROJECT["user_id"])) == []


@pytest.mark.parametrize(
    "value", ["u-9999-zz00-11", "U-8842-AA71-90", "u-8842-aa71-90 ", "", None, 7, ["u-8842-aa71-90"]], ids=repr
)
def test_any_other_owner_breaks(value: Any) -> None:
    violations = found(OWNER, Subject(answered(with_project(user_id=value)), user_id=PROJECT["user_id"]))
    assert violations == [("$.projectData.user_id", f'{json.dumps(value)}, asked by "u-8842-aa71-90"')]


def test_absent_owner_breaks() -> None:
    body = {**SUCCESS, "projectData": without(PROJECT, "user_id")}
    violations = found(OWNER, Subject(answered(body), user_id=PROJECT["user_id"]))
    assert violations == [("$.projectData.user_id", 'no such key, asked by "u-8842-aa71-90"')]


# same-payload, unchanged, unchanged-after

SAME = "asked-twice/answer.is-the-same-again"
UNCHANGED = "unknown-query/answer.is-unchanged"
UNCHANGED_AFTER = "method-put/account.is-unchanged"
COMPARING = (SAME, "by-api-key/answer.is-the-same-by-bearer", UNCHANGED, UNCHANGED_AFTER)


def compared(clause: str, before: DecodedResponse, now: DecodedResponse) -> Found:
    is_after = clause == UNCHANGED_AFTER
    subject = Subject(answered(b"", 405), compared=before, after=now) if is_after else Subject(now, compared=before)
    return found(clause, subject)


FREE = {
    "nothing": SUCCESS,
    "message": {**SUCCESS, "message": "another text"},
    "key-that-is-not-documented": {**SUCCESS, "took_ms": 3},
    "key-of-the-project-that-is-not-documented": with_project(updated_at="2026-11-02T00:00:00Z"),
    "order-of-keys": {**SUCCESS, "projectData": dict(reversed(PROJECT.items()))},
}


@pytest.mark.parametrize("clause", COMPARING)
@pytest.mark.parametrize("body", FREE.values(), ids=FREE)
def test_what_is_not_documented_may_differ(clause: str, body: Any) -> None:
    assert compared(clause, answered(SUCCESS), answered(body)) == []


@pytest.mark.parametrize("clause", COMPARING)
@pytest.mark.parametrize("key", PROJECT)
def test_other_value_is_a_difference(clause: str, key: str) -> None:
    violations = compared(clause, answered(SUCCESS), answered(with_project(**{key: "other"})))
    before = json.dumps(PROJECT[key], ensure_ascii=False)
    assert violations == [(f"$.projectData.{key}", f'"other", before it {before}')]


@pytest.mark.parametrize("clause", COMPARING)
def test_absent_value_is_a_difference(clause: str) -> None:
    violations = compared(clause, answered(SUCCESS), answered({**SUCCESS, "projectData": without(PROJECT, "id")}))
    assert violations == [("$.projectData.id", 'no such key, before it "p-1170-bb42-33"')]


@pytest.mark.parametrize("clause", COMPARING)
def test_value_that_was_absent_before_is_a_difference(clause: str) -> None:
    violations = compared(clause, answered({**SUCCESS, "projectData": without(PROJECT, "id")}), answered(SUCCESS))
    assert violations == [("$.projectData.id", '"p-1170-bb42-33", before it no such key')]


@pytest.mark.parametrize("clause", COMPARING)
@pytest.mark.parametrize("pair", [(1, 1.1), (1, True), (0, False), (None, ""), ("1", 1), ([], {})], ids=repr)
def test_values_of_two_kinds_differ(clause: str, pair: tuple[Any, Any]) -> None:
    one, other = (answered(with_project(id=value)) for value in pair)
    assert [at for at, _ in compared(clause, one, other)] == ["$.projectData.id"]


@pytest.mark.parametrize("clause", COMPARING)
@pytest.mark.parametrize(
    "pair", [(1, 1.0), (1e2, 100), ([1, 2, 2], [2, 1, 2]), ([{"a": 1}, []], [[], {"a": 1.0}])], ids=repr
)
def test_values_that_a_reader_calls_the_same_are(clause: str, pair: tuple[Any, Any]) -> None:
    one, other = (answered(with_project(id=value)) for value in pair)
    assert compared(clause, one, other) == []


ORDERS: dict[str, tuple[list[Any], list[Any], int]] = {
    "another-order": ([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}], 0),
    "another-number": ([{"id": "a"}, {"id": "b"}], [{"id": "a"}, {"id": "b"}, {"id": "b"}], 1),
    "another-value": ([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "c"}], 2),
    "one-without-its-key": ([{"id": "a"}, {}], [{"id": "a"}, {"id": None}], 1),
}


@pytest.mark.parametrize("name", ORDERS)
def test_list_is_the_same_in_any_order(name: str) -> None:
    was, is_now, differences = ORDERS[name]
    clause = replace(CLAUSES[SAME], expected=Lasting((("*", "id"),)))
    subject = Subject(answered(is_now), compared=answered(was))
    assert len(list(CHECKS["same-payload"](clause, subject))) == differences


VOLATILE: dict[str, tuple[Any, Any, Lasting, int]] = {
    "below-a-value": ({"a": {"at": 1, "b": 2}}, {"a": {"at": 9, "b": 2}}, Lasting((("a",),), (("a", "at"),)), 0),
    "beside-it": ({"a": {"at": 1, "b": 2}}, {"a": {"at": 9, "b": 3}}, Lasting((("a",),), (("a", "at"),)), 1),
    "in-a-list": ({"a": [{"at": 1}]}, {"a": [{"at": 9}]}, Lasting((("a",),), (("a", "*", "at"),)), 0),
    "beside-a-list": ({"a": [{"at": 1}]}, {"a": [{"at": 9}, {}]}, Lasting((("a",),), (("a", "*", "at"),)), 1),
    "of-any-key": ({"a": {"x": {"at": 1}}}, {"a": {"x": {"at": 9}}}, Lasting((("a",),), (("a", "*", "at"),)), 0),
    "of-another-type": ({"a": "x"}, {"a": "y"}, Lasting((("a",),), (("a", "*", "at"),)), 1),
}


@pytest.mark.parametrize("name", VOLATILE)
def test_what_changes_by_itself_may_differ_and_nothing_else(name: str) -> None:
    was, is_now, expected, differences = VOLATILE[name]
    subject = Subject(answered(is_now), compared=answered(was))
    assert len(list(CHECKS["same-payload"](replace(CLAUSES[SAME], expected=expected), subject))) == differences


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("a p-1170-bb42-33.", True),
        ("(p-1170-bb42-33)", True),
        ("p-1170-bb42-33", True),
        ("p-1170-bb42-334", False),
        ("xp-1170-bb42-33", False),
        ("p-1170-bb42-33-b, p-1170-bb42-33", True),
    ],
)
def test_value_is_found_by_itself_and_not_as_a_piece_of_another(text: str, leaks: bool) -> None:
    subject = Subject(answered({"message": text}, 404), own_values=OWN, foreign_values=OWN)
    assert bool(found(NO_PAYLOAD, subject)) is leaks


@pytest.mark.parametrize("clause", COMPARING)
def test_body_that_is_no_json_any_more_is_a_difference(clause: str) -> None:
    assert compared(clause, answered(SUCCESS), answered(b"{")) != []


@pytest.mark.parametrize("clause", [UNCHANGED, UNCHANGED_AFTER, SAME])
def test_other_status_is_a_difference(clause: str) -> None:
    violations = compared(clause, answered(SUCCESS), answered(SUCCESS, 404))
    assert violations == [("status", "404 Reason, before it 200 Reason")]


# no-payload

NO_PAYLOAD = "no-credential/body.holds-no-success-payload"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"message": "no active project"},
        {"projectData": None},
        {"projectData": {}},
        {"projectData": []},
        {"projectData": ""},
        {"data": {"projectData": PROJECT}},
    ],
    ids=json.dumps,
)
def test_error_without_a_payload_upholds(body: Any) -> None:
    assert found(NO_PAYLOAD, Subject(answered(body, 404))) == []


@pytest.mark.parametrize("value", [PROJECT, {"id": ""}, [PROJECT], [None], "text", 7, True], ids=json.dumps)
def test_payload_in_an_error_breaks(value: Any) -> None:
    violations = found(NO_PAYLOAD, Subject(answered({"message": "no", "projectData": value}, 404)))
    assert [at for at, _ in violations] == ["$.projectData"]


FLAT = replace(CLAUSES[NO_PAYLOAD], expected=(("name",), ("size",), ("kind",), ("hash",)))
FLAT_BODIES: dict[str, tuple[Any, bool]] = {
    "whole": ({"name": "a.txt", "size": 3, "kind": "file", "hash": "9f"}, True),
    "whole-with-a-null": ({"name": "a.txt", "size": 3, "kind": "file", "hash": None}, True),
    "whole-with-an-empty-text": ({"name": "a.txt", "size": 3, "kind": "file", "hash": "", "message": "no"}, True),
    "half-null": ({"name": "a.txt", "size": None, "kind": "file", "hash": None}, False),
    "one-left-out": ({"name": "NotFound", "size": 3, "kind": "error"}, False),
    "name-and-kind-of-an-error": ({"name": "NotFound", "kind": "error", "message": "no"}, False),
    "all-null": ({"name": None, "size": None, "kind": None, "hash": None}, False),
}


@pytest.mark.parametrize("name", FLAT_BODIES)
def test_error_with_all_plain_values_of_a_success_breaks(name: str) -> None:
    body, is_broken = FLAT_BODIES[name]
    assert bool([*CHECKS["no-payload"](FLAT, Subject(answered(body, 403)))]) is is_broken


@pytest.mark.parametrize("body", LENIENT.values(), ids=LENIENT)
def test_broken_json_hides_no_payload(body: bytes) -> None:
    assert [at for at, _ in found(NO_PAYLOAD, Subject(answered(body, 401)))] == ["$.projectData"]


OWN = own_values(CLAUSES[NO_PAYLOAD], answered(SUCCESS))


def test_own_values_are_those_that_no_other_answer_holds_by_chance() -> None:
    assert OWN == ("Sommergrüße", "u-8842-aa71-90", "https://hooks.example/calls", "p-1170-bb42-33")


@pytest.mark.parametrize("value", OWN)
@pytest.mark.parametrize(
    "body",
    [
        lambda own: f"<p>{own}</p>".encode(),
        lambda own: json.dumps({"error": {"detail": [f"not {own}"]}}, ensure_ascii=False).encode(),
        lambda own: json.dumps({"error": {own: 1}}, ensure_ascii=False).encode(),
        lambda own: json.dumps({"error": own}).encode(),
        lambda own: json.dumps({"error": own}).replace("/", "\\/").encode(),
        lambda own: ('{"error": "' + "".join(f"\\u{ord(letter):04x}" for letter in own) + '"}').encode(),
    ],
    ids=["html", "text-at-depth", "key", "ascii-only", "slashes-escaped", "all-escaped"],
)
def test_value_of_the_account_breaks_wherever_it_stands(body: Any, value: str) -> None:
    violations = found(NO_PAYLOAD, Subject(answered(body(value), 500), own_values=OWN))
    assert violations == [("$", f"{json.dumps(value, ensure_ascii=False)}, a value of the account's own data")]


@pytest.mark.parametrize("body", [b"", b"Sommer", b'{"message": "u-8842"}', b"https://hooks.example/other"], ids=repr)
def test_text_that_only_resembles_a_value_upholds(body: bytes) -> None:
    assert found(NO_PAYLOAD, Subject(answered(body, 500), own_values=OWN)) == []


# no-server-internals

INTERNALS = {
    "python-trace": 'Traceback (most recent call last):\n  File "/app/server.py", line 10, in handler\nValueError: x',
    "python-frame": '  File "/srv/app/views.py", line 88, in get',
    "python-frame-on-windows": 'File "C:\\app\\main.py", line 3, in <module>',
    "python-group": "  + Exception Group Traceback (most recent call last):",
    "python-site-packages": "/usr/lib/python3.11/site-packages/flask/app.py",
    "node-trace": "TypeError: x is undefined\n    at getActive (/usr/src/app/routes/user.js:12:34)",
    "node-frame-of-a-package": "    at Layer.handle [as handle_request] (/app/node_modules/express/lib/layer.js:95:5)",
    "node-frame-inside-node": "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
    "node-frame-of-a-module": "    at async file:///app/dist/index.mjs:3:15",
    "node-frame-without-a-name": "    at /app/src/index.js:3:15",
    "node-frame-on-windows": "    at Object.<anonymous> (C:\\srv\\app\\index.js:3:15)",
    "node-constructor": "    at new Project (/app/src/project.ts:3:15)",
    "node-eval": "    at eval (eval at <anonymous> (/app/index.js:1:1), <anonymous>:1:1)",
    "node-url-of-a-file": "Cannot find module, imported from file:///app/dist/index.js",
    "java-trace": "java.lang.NullPointerException\n\tat example.user.Projects.active(Projects.java:42)",
    "java-frame-of-a-module": "\tat java.base/java.lang.Thread.run(Thread.java:833)",
    "java-frame-of-a-class-loader": "\tat app//example.user.Projects.active(Projects.java:42)",
    "java-constructor": "\tat example.user.Projects.<init>(Projects.java:42)",
    "java-lambda": "\tat example.user.Projects.lambda$active$0(Projects.java:42)",
    "java-uncaught": 'Exception in thread "main" java.lang.IllegalStateException',
    "kotlin-frame": "\tat example.MainKt.main(Main.kt:5)",
    "scala-frame": "\tat scala.Option.get(Option.scala:627)",
    "php-trace": "Uncaught Exception: x in /var/www/html/index.php:3\nStack trace:\n#0 /var/www/html/index.php(7): f()",
    "php-warning-as-html": "<b>Warning</b>: Undefined variable in <b>/home/site/wwwroot/index.php</b> on line <b>3</b>",
    "php-frame": "#0 /app/vendor/laravel/src/Kernel.php(112): handle()",
    "php-frame-on-windows": "#0 C:\\xampp\\htdocs\\index.php(112): handle()",
    "dotnet-trace": "   at Api.UserController.GetActive(String id) in D:\\a\\1\\s\\Api\\UserController.cs:line 42",
    "dotnet-trace-on-unix": "   at Api.UserController.GetActive() in /src/Api/UserController.cs:line 42",
    "dotnet-async": "   at Api.Users.<GetAsync>d__5.MoveNext() in /src/Users.cs:line 9",
    "dotnet-lambda": "   at Program.<>c.<<Main>$>b__0_1(HttpContext context) in /src/Program.cs:line 9",
    "dotnet-rethrown": "--- End of stack trace from previous location ---",
    "dotnet-trace-without-symbols": (
        "System.NullReferenceException: Object reference not set to an instance of an object.\n"
        "   at Api.UserController.GetActive(String id)\n"
        "   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute(Object controller)"
    ),
    "go-panic": "panic: runtime error: invalid memory address or nil pointer dereference",
    "go-trace": "goroutine 1 [running]:\nmain.main()\n\t/app/main.go:10 +0x1d",
    "go-frame": "\t/app/main.go:10 +0x1d",
    "go-file": "/go/src/app/main.go:10",
    "ruby-frame": "app/controllers/users_controller.rb:12:in `show'",
    "ruby-frame-since-3.4": "app/controllers/users_controller.rb:12:in 'UsersController#show'",
    "ruby-frame-of-a-gem": "/usr/local/bundle/gems/rack-2.2.3/lib/rack/builder.rb:12:in `call'",
    "rust-panic": "thread 'main' panicked at src/main.rs:5:10:",
    "rust-panic-before-1.73": "thread 'tokio-runtime-worker' panicked at 'boom', src/main.rs:5:10",
    "rust-panic-with-a-thread-id": "thread 'main' (1234) panicked at src/main.rs:5:10",
    "file-of-the-source": "ENOENT: no such file or directory, open '/usr/src/app/config.json'",
    "file-of-the-web-root": "open /var/www/config: permission denied",
    "file-of-a-log": "EACCES: permission denied, open '/var/log/app/error.log'",
    "file-of-a-key": "cannot read /etc/ssl/private/api.key",
    "file-of-a-home": "/home/ubuntu/app/data",
    "file-of-a-lambda": "/var/task/lambda_function.py",
    "file-of-a-mac": "/Users/anna/dev/api/index.ts",
    "file-of-root": "/root/app/main.py",
    "file-of-node-modules": "node_modules/express/lib/router.js",
    "file-on-windows": "C:\\inetpub\\wwwroot\\web.config",
    "file-on-azure": "D:\\home\\site\\wwwroot\\server.js",
    "file-on-windows-with-slashes": "C:/inetpub/wwwroot/web.config",
}
INNOCENT = (
    "/user/get-active-project",
    "GET /user/get-active-project",
    "Cannot GET /user/get-active-project",
    "No active project. Set one with POST /user/set-active-project.",
    "at 10:30:15",
    "retry at 10:30:15.123Z",
    "Sent at 9:05:01 (UTC)",
    "2026-11-02T10:30:15+01:00",
    "Token expired at (unix) 1790000000",
    "token expired at 2026-11-02 10:30:15",
    "see https://docs.example/a/b.html",
    "see https://docs.example/guide/errors.php",
    "see https://docs.example/js/app.js",
    "see //docs.example/a/b.js",
    "https://cdn.example/assets/app.min.js?v=3",
    "https://api.example/home/user/profile",
    "https://api.example/var/www/",
    "/docs/index.html",
    "/v1/files/report.pdf",
    "/static/logo.png",
    "/feeds/news.xml",
    '<script src="/static/js/main.1a2b3c.js"></script>',
    "</assets/app.js>; rel=preload; as=script",
    "</help>; rel=help",
    "and/or",
    "his/her 24/7, 1/2 km/h, n/a",
    "application/json",
    "text/html; charset=utf-8",
    "application/vnd.api+json",
    "version 1.2.3",
    "v2.0.0-rc.1",
    "$12.50/month",
    "EUR 1.000,00",
    "10.0.0.1",
    "http://10.0.0.1:8080/a",
    "[::1]:443",
    "Look at project (id):1",
    "look at project (active):12:5",
    "at line 12, column 5",
    "in row 3 on line 4",
    "Unexpected token < in JSON at position 0",
    "mail support@example.org",
    "contact admin@example.org or /help",
    "Node.js is required, and main.py too",
    "README.md",
    "call (555) 010 at 5",
    "drive C: is full",
    "a:b:c",
    "/api/v1/users/:id and /api/v1/users/{id}",
    "/home",
    "/home/",
    "/home/settings",
    "/opt/in",
    "/srv/health",
    "opt/in at home/work",
    "stack traces are off",
    "a panic in the market",
    "goroutine 5",
    "thread 'general' was closed",
    "exception in thread",
    "order #12 /week (3)",
    'File "numbers.csv", line 3: no phone number',
    'W/"abc"',
    "max-age=31536000; includeSubDomains",
    "nginx/1.25.3",
    "PHP/8.2.1",
    "Microsoft-IIS/10.0",
    "Python/3.11 aiohttp/3.9",
)
SHOWS_NONE = "no-credential/body.shows-no-server-internals"


def as_text(text: str) -> DecodedResponse:
    return answered(text.encode(), 500)


def in_a_message(text: str) -> DecodedResponse:
    return answered({"error": {"detail": [{"message": text}]}}, 500)


def as_a_key(text: str) -> DecodedResponse:
    return answered({"error": {text: 1}}, 500)


def in_a_header(text: str) -> DecodedResponse:
    return answered({}, 500, (("X-Debug", text.replace("\n", " ")),))


@pytest.mark.parametrize("text", INTERNALS.values(), ids=INTERNALS)
@pytest.mark.parametrize(
    ("made", "place"), [(as_text, "$"), (in_a_message, "$"), (as_a_key, "$"), (in_a_header, "header x-debug")]
)
def test_inside_of_a_server_breaks(made: Any, place: str, text: str) -> None:
    assert [at for at, _ in found(SHOWS_NONE, made(text))] == [place]


@pytest.mark.parametrize("text", INNOCENT)
@pytest.mark.parametrize("made", [as_text, in_a_message, as_a_key, in_a_header])
def test_innocent_text_upholds(made: Any, text: str) -> None:
    assert found(SHOWS_NONE, made(text)) == []


def test_violation_says_what_it_found() -> None:
    violations = found(SHOWS_NONE, in_a_message("cannot open /app/dist/server.js"))
    assert violations == [("$", 'a path of a file: "/app/dist/server.js"')]


# Fields that no page documents

OF_ITEMS = [("data",), ("data", "*"), ("data", "*", "id")]
SPELT = [("data|.",), ("data|.", "id"), ("refreshToken|resfreshToken",)]
LABELS = [("labels",), ("labels", "*"), ("labels", "*", "id"), ("meta",)]
UNDOCUMENTED: dict[str, tuple[Any, Sequence[Sequence[str]], list[str]]] = {
    "nothing": ({"data": [{"id": 1}]}, OF_ITEMS, []),
    "at-the-top": ({"data": [], "colour": 1}, OF_ITEMS, ["$.colour"]),
    "in-some-items-once": ({"data": [{"id": 1}, {"colour": 1}, {"colour": 2}]}, OF_ITEMS, ["$.data[].colour"]),
    "object-once-without-its-inside": ({"links": {"self": {"href": 1}}}, OF_ITEMS, ["$.links"]),
    "below-an-object-without-documented-keys": ({"meta": {"colour": 1}}, LABELS, []),
    "below-any-key": ({"labels": {"anna": {"id": 1, "colour": 1}}}, LABELS, ["$.labels.*.colour"]),
    "either-spelling": ({"refreshToken": 1, "resfreshToken": 1, "token": 1}, SPELT, ["$.token"]),
    "standing-bare": ({"id": 1, "colour": 1}, SPELT, ["$.colour"]),
    "in-the-object-that-may-stand-bare": ({"data": {"id": 1, "colour": 1}}, SPELT, ["$.data.colour"]),
    "where-nothing-is-documented": ({"message": "no", "colour": 1}, [], []),
    "another-kind-than-documented": ({"data": {"id": 1}}, OF_ITEMS, []),
    "bare-list": ([{"id": 1, "colour": 1}], [("*",), ("*", "id")], ["$[].colour"]),
    "key-that-is-a-star": ({"*": 1, "id": 1}, [("id",)], ["$.*"]),
    "long-key": ({"k" * 101: 1}, OF_ITEMS, [f"$.{'k' * 100}…"]),
}


@pytest.mark.parametrize(("body", "keys", "expected"), UNDOCUMENTED.values(), ids=UNDOCUMENTED)
def test_undocumented_field_is_named_by_its_place(body: Any, keys: list[list[str]], expected: list[str]) -> None:
    assert undocumented_fields(answered(body), keys) == expected


def test_undocumented_fields_of_one_answer_are_bounded() -> None:
    body = {f"{number}": number for number in range(1000)}
    assert len(undocumented_fields(answered(body), OF_ITEMS)) == UNDOCUMENTED_AT_MOST


def test_demanded_clause_breaks_at_each_undocumented_field() -> None:
    [case, *_] = derive_cases(contract_of(operation_of(PROJECT_OPERATION)), fail_on_undocumented=True)
    clause, body = case.clause("body.holds-nothing-undocumented"), {**with_project(colour=1), "_links": {}}
    violations = [CHECKS[clause.check](clause, Subject(answered(each))) for each in (SUCCESS, body)]
    assert [[(each.at, each.received) for each in mine] for mine in violations] == [
        [],
        [(place, "a key that the page does not print") for place in ("$.projectData.colour", "$._links")],
    ]


# Every check, whatever comes

HOSTILE = {
    **NOT_STRICT,
    **STRICT,
    "nested-as-deep-as-can-be-read": b"[" * 900 + b"]" * 900,
    "objects-nested-as-deep-as-can-be-read": b'{"projectData":' * 900 + b"1" + b"}" * 900,
    "project-nested-deep": b'{"projectData": {"id": ' + b"[" * 900 + b"]" * 900 + b"}}",
    "text-of-a-megabyte": b'{"message": "' + b"/a" * 500_000 + b'"}',
    "dots-of-a-megabyte": b"at " + b"a." * 500_000,
    "bytes-of-no-encoding": bytes(range(256)),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", CHECKS)
def test_check_survives_whatever_comes(name: str, body: bytes) -> None:
    clause = next(clause for clause in EVERY_CLAUSE if clause.check == name)
    answer, before = answered(body, 500), answered(SUCCESS)
    subject = Subject(answer, before, answer, "u-8842-aa71-90", asked_for="p-1", own_values=OWN, foreign_values=OWN)
    assert survives(name, clause, subject)


def survives(name: str, clause: Clause, subject: Subject) -> bool:
    """Tell whether the check comes to an end; that a body is not JSON is for the check about that to say."""
    with suppress(NotJson):
        list(CHECKS[name](clause, subject))
    return True


def test_every_clause_names_a_check_of_the_list() -> None:
    by_the_run = {"generated", "generated-server-error", "findings"}
    assert {clause.check for clause in EVERY_CLAUSE} - by_the_run == set(CHECKS)


# What a violation shows


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("ä", '"ä"'),
        ({"a": [1, 2.5]}, '{"a": [1, 2.5]}'),
        ("x" * 198, f'"{"x" * 198}"'),
        ("x" * 199, f'"{"x" * 199}… (201 characters)'),
    ],
    ids=["null", "true", "text", "object", "longest-whole", "shortest-cut"],
)
def test_value_is_shown_as_json_and_cut_with_its_length(value: Any, text: str) -> None:
    assert shown(value) == text


# shows, nothing-foreign


def shows_clause(*path: str) -> Clause:
    source = CLAUSES["by-bearer/status.is-200"].source
    return Clause("answer.shows-id", "", Provenance.DOCUMENTED, source, "shows", "id", path)


def held(clause: Clause, body: Any, **others: Any) -> Found:
    subject = Subject(answered(body), **others)
    return [(violation.at, violation.received) for violation in CHECKS[clause.check](clause, subject)]


SHOWN = {
    "there": (("data", "id"), {"data": {"id": "p-1"}}, "p-1"),
    "one-of-the-items": (("*", "id"), [{"id": "p-0"}, {"id": "p-1"}], "p-1"),
    "a-number": (("n",), {"n": 7}, 7),
    "an-object": (("n",), {"n": {"a": 1, "b": 2}}, {"b": 2, "a": 1}),
    "under-another-name": (("idd|id",), {"id": "p-1"}, "p-1"),
    "bare": (("data|.", "id"), {"id": "p-1"}, "p-1"),
}
NOT_SHOWN = {
    "another": (("data", "id"), {"data": {"id": "p-2"}}, "p-1", "$.data.id", '"p-2", asked for "p-1"'),
    "none": (("data", "id"), {"data": {}}, "p-1", "$.data.id", 'no such key, asked for "p-1"'),
    "in-no-item": (("*", "id"), [{"id": "p-0"}], "p-1", "$[0].id", '"p-0", asked for "p-1"'),
    "in-an-empty-list": (("*", "id"), [], "p-1", "$", 'nothing, asked for "p-1"'),
    "text-for-a-number": (("n",), {"n": "7"}, 7, "$.n", '"7", asked for 7'),
    "truth-for-a-number": (("n",), {"n": True}, 1, "$.n", "true, asked for 1"),
    "null": (("n",), {"n": None}, "p-1", "$.n", 'null, asked for "p-1"'),
    "null-for-nothing": (("n",), {}, None, "$.n", "no such key, asked for null"),
}


@pytest.mark.parametrize(("path", "body", "asked_for"), SHOWN.values(), ids=SHOWN)
def test_answer_that_shows_what_was_asked_for_upholds(path: tuple[str, ...], body: Any, asked_for: Any) -> None:
    assert held(shows_clause(*path), body, asked_for=asked_for) == []


@pytest.mark.parametrize(("path", "body", "asked_for", "at", "received"), NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_answer_that_shows_anything_else_breaks(
    path: tuple[str, ...], body: Any, asked_for: Any, at: str, received: str
) -> None:
    assert held(shows_clause(*path), body, asked_for=asked_for) == [(at, received)]


FOREIGN = next(clause for clause in EVERY_CLAUSE if clause.check == "nothing-foreign")
THEIRS = ("invoice-theirs-1", "Größe")
LEAKS = {
    "value": ({"id": "invoice-theirs-1"}, "invoice-theirs-1"),
    "inside-a-text": ({"message": "no access to invoice-theirs-1"}, "invoice-theirs-1"),
    "key": ({"invoice-theirs-1": 1}, "invoice-theirs-1"),
    "escaped": (b'{"a": "Gr\\u00f6\\u00dfe"}', "Größe"),
    "no-json": (b"<p>invoice-theirs-1</p>", "invoice-theirs-1"),
}


@pytest.mark.parametrize(("body", "leaked"), LEAKS.values(), ids=LEAKS)
def test_value_of_another_account_breaks_wherever_it_stands(body: Any, leaked: str) -> None:
    expected = [("$", f"{json.dumps(leaked, ensure_ascii=False)}, which belongs to another account")]
    assert held(FOREIGN, body, foreign_values=THEIRS) == expected


@pytest.mark.parametrize("body", [b"", {"message": "no such invoice"}, {"id": "invoice-mine-1"}], ids=repr)
def test_answer_without_a_value_of_another_account_upholds(body: Any) -> None:
    assert held(FOREIGN, body, foreign_values=THEIRS) == []


# Two spellings of a key, two forms of an answer, the payload of other operations


def clauses_of(operation: str, check: str) -> list[Clause]:
    cases = derive_cases(contract_of(operation_of(operation)))
    return [clause for clause in cases[0].clauses if clause.check == check]


ALIASES = {
    "first-spelling": ({"accessToken": "t"}, []),
    "second-spelling": ({"acessToken": "t"}, []),
    "neither": ({"token": "t"}, [("$.accessToken", "no such key")]),
    "second-of-another-type": ({"acessToken": 7}, [("$.acessToken", "7")]),
}


@pytest.mark.parametrize(("body", "expected"), ALIASES.values(), ids=ALIASES)
def test_key_that_is_printed_in_two_ways_is_there_in_one(body: Any, expected: Found) -> None:
    [clause, *_] = [each for each in clauses_of("logIn", "value") if each.path == ("accessToken|acessToken",)]
    assert held(clause, body) == expected


FORMS = {
    "in-a-wrapper": ({"data": {"id": "i", "title": "t"}}, []),
    "bare": ({"id": "i", "title": "t"}, []),
    "neither": ({"message": "done"}, [("$.id", "no such key"), ("$.title", "no such key")]),
    "wrapper-of-nothing": ({"data": {}, "id": "i"}, [("$.data.id", "no such key"), ("$.data.title", "no such key")]),
}


@pytest.mark.parametrize(("body", "expected"), FORMS.values(), ids=FORMS)
def test_object_that_is_printed_in_two_forms_is_there_in_one(body: Any, expected: Found) -> None:
    clauses = [each for each in clauses_of("updateInvoice", "value") if len(each.path) == 2]
    assert [violation for clause in clauses for violation in held(clause, body)] == expected


def payload_clause(operation: str) -> Clause:
    cases = derive_cases(contract_of(operation_of(operation)))
    return next(clause for case in cases for clause in case.clauses if clause.check == "no-payload")


ERRORS: dict[str, tuple[str, Any, Found]] = {
    "no-payload": ("createInvoice", {"message": "no", "status": "error"}, []),
    "root-list-gives-an-object": ("listInvoices", {"message": "no"}, []),
    "root-list-gives-an-empty-list": ("listInvoices", [], []),
    "root-list-gives-a-list-of-errors": ("listInvoices", [{"message": "no"}], []),
    "bare-form-gives-an-error": ("updateInvoice", {"message": "no", "status": "error"}, []),
    "bare-form-gives-a-key-that-is-false": ("updateInvoice", {"id": False, "title": "t"}, []),
    "bare-form-gives-one-of-its-keys": ("updateInvoice", {"message": "no", "id": "e-1"}, []),
}
CARRIED = {
    "object": ("createInvoice", {"message": "no", "invoice": {"id": "i"}}, "$.invoice"),
    "items": ("listInvoices", [{"id": "i", "title": "t", "user_id": "u"}], "$[0]"),
    "wrapped": ("updateInvoice", {"data": {"id": "i", "title": "t"}}, "$.data.id"),
    "bare": ("updateInvoice", {"id": "i", "title": "t"}, "$.id"),
    "zero": ("updateInvoice", {"id": 0, "title": "t"}, "$.id"),
}


@pytest.mark.parametrize(("operation", "body", "expected"), ERRORS.values(), ids=ERRORS)
def test_error_of_any_form_without_a_payload_upholds(operation: str, body: Any, expected: Found) -> None:
    assert held(payload_clause(operation), body) == expected


@pytest.mark.parametrize(("operation", "body", "at"), CARRIED.values(), ids=CARRIED)
def test_error_of_any_form_with_a_payload_breaks(operation: str, body: Any, at: str) -> None:
    assert [place for place, _ in held(payload_clause(operation), body)] == [at]


# Lists


HAS_VALUES = {
    "items": (("*", "id"), [{"id": 1}], True),
    "items-without-the-key": (("*", "id"), [{}], True),
    "empty-list": (("*", "id"), [], False),
    "empty-list-at-depth": (("data", "*", "id"), {"data": []}, False),
    "all-lists-empty": (("*", "lines", "*"), [{"lines": []}, {"lines": []}], False),
    "one-list-is-not": (("*", "lines", "*"), [{"lines": []}, {"lines": [1]}], True),
    "no-list": (("*", "id"), {"id": 1}, False),
    "no-key": (("data", "*"), {}, True),
    "no-path": ((), None, True),
    "no-json": (("*",), b"{", True),
}


@pytest.mark.parametrize(("path", "body", "expected"), HAS_VALUES.values(), ids=HAS_VALUES)
def test_below_an_empty_list_there_is_nothing_to_judge(path: tuple[str, ...], body: Any, expected: bool) -> None:
    assert answered(body).has_values(path) is expected


VALUES = {
    "text": (("a",), {"a": "x"}, "x"),
    "first-of-the-items": (("*", "id"), [{"id": ""}, {"id": "x"}], "x"),
    "empty": (("a",), {"a": ""}, None),
    "whole-number": (("a",), {"a": 7}, "7"),
    "truth": (("a",), {"a": True}, None),
    "fraction": (("a",), {"a": 7.5}, None),
    "none": (("a",), {}, None),
}


@pytest.mark.parametrize(("path", "body", "expected"), VALUES.values(), ids=VALUES)
def test_text_is_read_off_an_answer(path: tuple[str, ...], body: Any, expected: str | None) -> None:
    assert answered(body).first_id(path) == expected
