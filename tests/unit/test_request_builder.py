"""A request is what the case says: every value filled in, or altered as the case wants it, and nothing else changed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from talkstack_contract.errors import NotTested
from talkstack_contract.model import Case, Effect, Field, Json, MutationKind, ParameterLocation, Request
from talkstack_contract.provider.request_builder import (
    MALFORMED_EMAIL,
    MALFORMED_ID,
    base_url_of,
    filled,
    names_in,
    request_of,
    sent_values,
    unknown_like,
)
from talkstack_contract.provider.settings import Credential, Settings
from tests.unit.contracts import cases_of, operation_of

SETTINGS = Settings(
    "http://127.0.0.1:9", False, frozenset(Effect), {}, base_urls={"calls_base_url": "http://127.0.0.1:8"}
)
TOKEN = Credential("token-of-the-account", "TALKSTACK_TOKEN")
CREDENTIAL = {"bearer": TOKEN, "apiKey": TOKEN}
MINE = {
    "invoiceId": "inv/1 ü?#",
    "invoiceTitle": "Große {x}",
    "email": "anna@example.test",
    "password": "pass-word-1",
    "rateId": "eur",
    "e164": "+15550001234",
    "fresh": "n-1",
}
THEIRS = {name: f"their {name}" for name in MINE}


def case_of(operation: str, name: str) -> Case:
    return next(case for case in cases_of(operation_of(operation)) if case.name == name)


def sent_by(operation: str, name: str) -> dict[str, Json]:
    return sent_values(case_of(operation, name), MINE.__getitem__, THEIRS.__getitem__)


def drafted(operation: str, name: str) -> Request:
    return request_of(case_of(operation, name), sent_by(operation, name), CREDENTIAL, SETTINGS)


# What a success sends


SENT = {
    "from-the-state": ("logIn", {"email": "anna@example.test", "password": "pass-word-1"}),
    "templates-at-depth": (
        "createInvoice",
        {"title": "talkstack-contract n-1", "amount": 1200, "lines": [{"text": "for Große {x}"}]},
    ),
    "path-and-body": (
        "updateInvoice",
        {"invoiceId": "inv/1 ü?#", "title": "talkstack-contract n-1", "note": "changed"},
    ),
    "without-what-has-no-template": ("findInvoice", {"invoiceId": "inv/1 ü?#"}),
    "under-another-name": ("getRate", {"rate_id": "eur"}),
}


@pytest.mark.parametrize(("operation", "expected"), SENT.values(), ids=SENT)
def test_success_sends_what_its_templates_come_to(operation: str, expected: dict[str, Json]) -> None:
    [first, *_] = cases_of(operation_of(operation))
    assert sent_values(first, MINE.__getitem__, THEIRS.__getitem__) == expected


TEMPLATES: dict[str, tuple[Json, Json]] = {
    "text": ("{invoiceTitle}", "Große {x}"),
    "inside-a-text": ("a {e164} b {e164}", "a +15550001234 b +15550001234"),
    "object": ({"{e164}": ["{fresh}", 7, None, True]}, {"{e164}": ["n-1", 7, None, True]}),
    "number": (7, 7),
    "braces-of-something-else": ("{} {a b} { e164 }", "{} {a b} { e164 }"),
}


@pytest.mark.parametrize(("template", "expected"), TEMPLATES.values(), ids=TEMPLATES)
def test_template_is_filled_once_wherever_a_text_stands(template: Json, expected: Json) -> None:
    assert filled(template, MINE.__getitem__) == expected


def test_names_of_a_template_are_those_that_it_needs() -> None:
    assert list(names_in([{"a": "{e164}, {fresh}"}, "{e164}", 7, None])) == ["e164", "fresh", "e164"]


# What is altered

SPOILT = {
    "absent": ("logIn", "email-absent", {"password": "pass-word-1"}),
    "absent-together": ("updateInvoice", "title-and-note-absent", {"invoiceId": "inv/1 ü?#"}),
    "empty-text": ("logIn", "email-empty", {"email": "", "password": "pass-word-1"}),
    "null": ("logIn", "email-null", {"email": None, "password": "pass-word-1"}),
    "text-of-another-type": ("logIn", "email-of-another-type", {"email": [7], "password": "pass-word-1"}),
    "malformed-email": ("logIn", "email-malformed", {"email": MALFORMED_EMAIL, "password": "pass-word-1"}),
    "malformed-id": ("getInvoice", "invoice-id-malformed", {"invoiceId": MALFORMED_ID}),
    "unknown": ("getRate", "rate-id-unknown", {"rate_id": "bkh"}),
    "foreign": ("getInvoice", "invoice-id-foreign", {"invoiceId": "their invoiceId"}),
    "sent": ("logIn", "a-wrong-password", {"email": "anna@example.test", "password": "no-password-n-1"}),
}


@pytest.mark.parametrize(("operation", "name", "expected"), SPOILT.values(), ids=SPOILT)
def test_one_value_is_mutated_and_the_others_are_as_ever(operation: str, name: str, expected: dict[str, Json]) -> None:
    assert sent_by(operation, name) == expected


def altered(mutation: MutationKind, **keywords: Any) -> Json:
    operation = replace(
        operation_of("logIn"), fields=(Field("x", ParameterLocation.BODY, keywords, True, sends="{email}"),)
    )
    case = replace(case_of("logIn", "without-credential"), operation=operation, mutations=(("x", mutation, None),))
    return sent_values(case, MINE.__getitem__, THEIRS.__getitem__)["x"]


OF_ANOTHER_TYPE: dict[str, tuple[dict[str, Any], Json]] = {
    "text": ({"type": "string"}, [7]),
    "no-type": ({"enum": ["a"]}, [7]),
    "whole-number": ({"type": "integer"}, "text"),
    "boolean": ({"type": "boolean"}, "text"),
    "list": ({"type": "array"}, "text"),
    "object": ({"type": "object"}, "text"),
    "text-or-null": ({"type": ["string", "null"]}, [7]),
    "null-or-number": ({"type": ["null", "number"]}, "text"),
}


@pytest.mark.parametrize(("keywords", "expected"), OF_ANOTHER_TYPE.values(), ids=OF_ANOTHER_TYPE)
def test_value_of_another_type_is_none_that_the_field_may_have(keywords: dict[str, Any], expected: Json) -> None:
    assert altered(MutationKind.OTHER_TYPE, **keywords) == expected


EMPTY: dict[str, tuple[dict[str, Any], Json]] = {
    "text": ({"type": "string"}, ""),
    "number": ({"type": "integer"}, ""),
    "list": ({"type": "array"}, []),
    "object": ({"type": "object"}, {}),
    "list-or-null": ({"type": ["array", "null"]}, []),
}


@pytest.mark.parametrize(("keywords", "expected"), EMPTY.values(), ids=EMPTY)
def test_empty_value_is_the_emptiest_of_its_type(keywords: dict[str, Any], expected: Json) -> None:
    assert altered(MutationKind.EMPTY, **keywords) == expected


# Ids that nobody has

IDS = (
    "5be2d4a07e",
    "0b5e6f1a-3c2d-4e5f-8a9b-0c1d2e3f4a5b",
    "0B5E6F1A-3C2D-4E5F-8A9B-0C1D2E3F4A5B",
    "inv_Zk3Pw7Lr2Tn5",
    "a",
    "+15550001234",
    "ROOM-zz-99",
)
CLASSES = ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ")


def form_of(text: str) -> list[str]:
    return [next((each for each in CLASSES if letter in each), letter) for letter in text]


@pytest.mark.parametrize("known", IDS)
def test_unknown_id_has_the_form_of_a_known_one(known: str) -> None:
    assert form_of(unknown_like(known)) == form_of(known)


@pytest.mark.parametrize("known", IDS)
def test_unknown_id_differs_in_every_one_of_its_last_letters(known: str) -> None:
    pairs = [(was, now) for was, now in zip(known, unknown_like(known), strict=True) if was.isalnum()]
    assert [was for was, now in pairs[-8:] if was == now] == []


@pytest.mark.parametrize("known", ["0", "1", "17", "62", "99999999"])
def test_number_that_counts_up_becomes_one_that_is_not_reached(known: str) -> None:
    assert 2**31 > int(unknown_like(known)) > 2_147_000_000


@pytest.mark.parametrize("known", ["", "---", "ü"])
def test_id_without_a_letter_to_change_gets_one_more(known: str) -> None:
    assert unknown_like(known) == f"{known}0"


def test_unknown_id_is_the_same_each_time() -> None:
    assert unknown_like("5be2d4a07e") == unknown_like("5be2d4a07e")


# Where the values stand


def test_value_in_a_path_is_one_segment_whatever_it_holds() -> None:
    assert drafted("getInvoice", "by-bearer").url == "http://127.0.0.1:9/invoices/inv%2F1%20%C3%BC%3F%23"


def test_value_in_a_query_is_encoded() -> None:
    assert drafted("listInvoices", "by-bearer").url == "http://127.0.0.1:9/invoices?limit=10"


def test_probe_stands_beside_the_query_of_a_success() -> None:
    assert drafted("listInvoices", "unknown-query").url == "http://127.0.0.1:9/invoices?contract-probe=1&limit=10"


PLAIN = {"truth": (True, "true"), "number": (7, "7"), "null": (None, "null"), "text": ("a b&c", "a%20b%26c")}


@pytest.mark.parametrize(("value", "expected"), PLAIN.values(), ids=PLAIN)
def test_value_in_a_query_is_written_as_json_has_it(value: Json, expected: str) -> None:
    request = request_of(case_of("listInvoices", "by-bearer"), {"limit": value}, CREDENTIAL, SETTINGS)
    assert request.url.partition("?")[2] == f"limit={expected}"


def headers_of(request: Request) -> dict[str, str]:
    return {header.name: header.value for header in request.headers}


def test_body_is_json_with_its_media_type() -> None:
    request = drafted("updateInvoice", "by-bearer")
    expected = {"title": "talkstack-contract n-1", "note": "changed"}
    assert (json.loads(request.body), headers_of(request)["Content-Type"]) == (expected, "application/json")


def test_body_of_no_field_is_an_empty_object() -> None:
    assert drafted("updateInvoice", "title-and-note-absent").body == b"{}"


def test_request_without_a_body_has_no_media_type() -> None:
    request = drafted("deleteInvoice", "by-bearer")
    assert (request.body, "Content-Type" in headers_of(request), request.method) == (b"", False, "DELETE")


def test_other_method_carries_the_same_body() -> None:
    request, usual = drafted("findInvoice", "method-put"), drafted("findInvoice", "by-bearer")
    assert (request.method, request.body, request.effect) == ("PUT", usual.body, Effect.WRITES)


def test_file_is_uploaded_under_its_name_and_media_type() -> None:
    request = drafted("importInvoices", "by-bearer")
    boundary = headers_of(request)["Content-Type"].partition("boundary=")[2]
    expected = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="invoices.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
        "title\nGroße {x}\n\r\n"
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="column"\r\n\r\n'
        "title\r\n"
        f"--{boundary}--\r\n"
    )
    assert request.body.decode() == expected


def test_file_that_is_left_out_is_not_uploaded() -> None:
    assert b"filename" not in drafted("importInvoices", "file-absent").body


def test_empty_file_is_uploaded_empty() -> None:
    head, _, content = drafted("importInvoices", "file-empty").body.partition(b"text/csv\r\n\r\n")
    assert (b'filename="invoices.csv"' in head, content[:4]) == (True, b"\r\n--")


# Whom it is sent to, and as whom


def test_operation_with_a_host_of_its_own_is_asked_there() -> None:
    assert drafted("remind", "by-api-key").url == "http://127.0.0.1:8/reminders"


def test_host_that_the_settings_do_not_name_leaves_it_out_of_reach() -> None:
    with pytest.raises(NotTested) as caught:
        base_url_of(operation_of("remind"), replace(SETTINGS, base_urls={}))
    assert (caught.value.by_settings, caught.value.remedy) == (True, "calls_base_url in the provider file")


CREDENTIALS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "token": ("createInvoice", "by-bearer", {"Authorization": "Bearer token-of-the-account"}),
    "key": ("createInvoice", "by-api-key", {"x-api-key": "token-of-the-account"}),
    "none": ("createInvoice", "no-credential", {}),
    "open": ("logIn", "without-credential", {}),
}


@pytest.mark.parametrize(("operation", "name", "expected"), CREDENTIALS.values(), ids=CREDENTIALS)
def test_credential_is_that_of_the_case(operation: str, name: str, expected: dict[str, str]) -> None:
    headers = headers_of(drafted(operation, name))
    assert {name: value for name, value in headers.items() if name in ("Authorization", "x-api-key")} == expected


def test_request_shows_no_value_of_its_body_in_its_repr() -> None:
    assert MINE["password"] not in repr(drafted("logIn", "without-credential"))
