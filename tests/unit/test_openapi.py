"""`schemas/` becomes values; every mistake in it is reported by file and place, as bad input."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from talkstack_contract.contract.documents import read_yaml
from talkstack_contract.contract.openapi import load_contract, meta_schema
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Creation, Effect, Provenance, Scenario, Scheme, Source
from tests.unit.contracts import FORMAT, PROJECT, billing_contract, billing_folder, operation_of

# What two of the operations are read from, and the schemas of our own files.
KEPT = ("/user/get-active-project", "/reminders")
BILL = "paths/billing.yaml"
BODIES = ("active-project", "get-active-project", "remind-request")
FILES = [
    "openapi.yaml",
    "envelope.json",
    "interpretations.yaml",
    "paths/user.yaml",
    BILL,
    *(f"components/{name}.json" for name in BODIES),
    *sorted(f"meta/{path.name}" for path in FORMAT.iterdir()),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return billing_folder(tmp_path / "schemas")


@pytest.fixture
def small_folder(folder: Path) -> Path:
    """Two operations only: they are read in a fraction of the time."""
    for name in ("openapi.yaml", BILL):
        document = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
        paths = document.get("paths", document)
        for path in [each for each in paths if each.startswith("/") and each not in KEPT]:
            del paths[path]
        (folder / name).write_text(yaml.safe_dump(document), encoding="utf-8")
    for path in (folder / "components").iterdir():
        if path.stem not in (*BODIES, "invoice-id"):
            path.unlink()
    return folder


def told(folder: Path) -> str:
    with pytest.raises(BadInput) as caught:
        load_contract(folder)
    return str(caught.value)


def outcome(folder: Path) -> str:
    """Return `loaded`, `bad input`, or the name of what should never come out."""
    try:
        load_contract(folder)
    except BadInput:
        return "bad input"
    except Exception as error:  # noqa: BLE001 - what is looked for
        return f"{type(error).__name__}: {error}"
    return "loaded"


# What is read


def test_operation_is_read() -> None:
    operation = operation_of(PROJECT)
    page = "User › Get active Project"
    url = "https://docs.talkstack.ai/user/get-active-project"
    shown = (operation.id, operation.method, operation.path, operation.tag, operation.title, operation.effect)
    expected = ("getActiveProject", "GET", "/user/get-active-project", "User", "Get active Project", Effect.READS)
    assert (shown, operation.source, operation.documented_methods) == (
        expected,
        Source(page, "Step1: Prepare Your Request", url, read="2026-11-02"),
        frozenset({"GET"}),
    )


def test_credentials_are_read_as_ways_to_prove_who_asks() -> None:
    operation = operation_of(PROJECT)
    assert operation.schemes == (
        Scheme("bearer", "Authorization", "Bearer ", "token", "bearer", "token"),
        Scheme("apiKey", "x-api-key", "", "key", "api-key", "api_key"),
    )


def test_responses_are_read_with_their_source_and_state() -> None:
    operation = operation_of(PROJECT)
    found = [
        (each.status, each.state, each.owner, each.source.printed, each.source.interpretation)
        for each in operation.responses
    ]
    assert found == [
        (200, "an active project", ("projectData", "user_id"), "200 OK", ""),
        (401, "", (), "401 Unauthorized", ""),
        (404, "no active project", (), "404 Bad Request", "reason-phrase-contradicts-code"),
        (500, "the provider fails inside", (), "500 Internal Server Error", ""),
    ]


def test_digest_follows_every_file(small_folder: Path) -> None:
    before = load_contract(small_folder).digest
    changed = []
    for name in FILES:
        path = small_folder / name
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        changed.append(load_contract(small_folder).digest)
        path.write_bytes(content)
    assert (len({before, *changed}), load_contract(small_folder).digest) == (len(FILES) + 1, before)


@pytest.mark.parametrize("name", ["provider", "waivers"])
def test_schema_of_a_file_of_ours_is_read(name: str) -> None:
    assert meta_schema(FORMAT.parent, name)["$id"] == f"{name}.json"


def test_folder_without_meta_takes_the_installed_one(small_folder: Path) -> None:
    named = [each.id for each in load_contract(small_folder).operations]
    shutil.rmtree(small_folder / "meta")
    without = [each.id for each in load_contract(small_folder).operations]
    assert (without, meta_schema(small_folder, "waivers")["$id"]) == (named, "waivers.json")


# Whole files


@pytest.mark.parametrize("name", FILES)
def test_missing_file_is_bad_input(small_folder: Path, name: str) -> None:
    (small_folder / name).unlink()
    used_elsewhere = {"meta/waivers.json", "meta/profile.json"}
    assert outcome(small_folder) == ("loaded" if name in used_elsewhere else "bad input")


@pytest.mark.parametrize("name", FILES)
def test_empty_file_is_bad_input(small_folder: Path, name: str) -> None:
    (small_folder / name).write_bytes(b"")
    assert outcome(small_folder) == "bad input"


@pytest.mark.parametrize(
    "content", [b"null", b"[]", b'"x"', b"7", b"true"], ids=["null", "list", "text", "number", "true"]
)
@pytest.mark.parametrize("name", FILES)
def test_file_of_another_kind_is_no_crash(small_folder: Path, name: str, content: bytes) -> None:
    (small_folder / name).write_bytes(content)
    assert outcome(small_folder) in ("bad input", "loaded")


@pytest.mark.parametrize("name", FILES)
def test_file_cut_anywhere_is_no_crash(small_folder: Path, name: str) -> None:
    content = (small_folder / name).read_bytes()
    outcomes = set()
    for part in range(1, 8):
        (small_folder / name).write_bytes(content[: len(content) * part // 8])
        outcomes.add(outcome(small_folder))
    assert outcomes <= {"bad input", "loaded"}


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_no_utf_8_is_bad_input(small_folder: Path, name: str) -> None:
    (small_folder / name).write_bytes((small_folder / name).read_bytes() + b"\xff")
    assert told(small_folder) == f"schemas/{name}: is not UTF-8; give a readable UTF-8 file"


def test_folder_without_a_contract_is_bad_input(tmp_path: Path) -> None:
    assert told(tmp_path) == f"{tmp_path}/openapi.yaml: is missing; name a folder with one, or leave --contract out"


# Places in a file

USER = "paths/user.yaml"
BODY = "components/active-project.json"
GET = f"schemas/{USER}: /user/get-active-project.get"
EDITS = {
    "json-with-a-comma-too-many": (BODY, '"id"]', '"id",]', f"schemas/{BODY}: line 6: "),
    "json-key-twice": (
        BODY,
        '"type": "object",',
        '"type": "object", "type": "array",',
        f"schemas/{BODY}: type: stands twice",
    ),
    "no-json-schema": (BODY, '"type": "object"', '"type": "objekt"', f"schemas/{BODY}: type: "),
    "yaml-key-twice": (
        USER,
        "    tags: [User]",
        "    tags: [User]\n    tags: [Call]",
        f"schemas/{USER}: line 6: the key 'tags'",
    ),
    "no-yaml": (USER, "tags: [User]", "tags: [User", f"schemas/{USER}: line "),
    "reference-to-no-file": (
        USER,
        "get-active-project.json",
        "nothing.json",
        f"schemas/{USER}: $ref: '../components/nothing.json'",
    ),
    "reference-to-no-place": (
        USER,
        "$defs/error",
        "$defs/eror",
        f"schemas/{USER}: $ref: '../envelope.json#/$defs/eror'",
    ),
    "path-that-leads-nowhere": ("openapi.yaml", "get-active-project\n", "nothing\n", "schemas/openapi.yaml: $ref: "),
    "no-operation-id": (USER, "    operationId: getActiveProject\n", "", f"{GET}.operationId: is missing"),
    "no-tags": (USER, "    tags: [User]\n", "", f"{GET}.tags: is missing; add it"),
    "no-docs": (USER, "externalDocs", "externalDoc", f"{GET}.externalDocs: is missing"),
    "no-responses": (USER, "    responses:", "    answers:", f"{GET}.responses: is missing"),
    "no-content": (USER, "        content:", "        contents:", f"{GET}.responses.200.contents: is not a known key"),
    "no-json-content": (USER, "application/json", "text/html", f"{GET}.responses.200.content: the schema of text/html"),
    "no-notes-on-an-operation": (
        USER,
        "    x-contract:\n      effect",
        "    x-notes:\n      effect",
        f"{GET}.x-contract: is missing",
    ),
    "no-effect": (USER, "      effect: reads\n", "", f"{GET}.x-contract.effect: is missing; add it"),
    "unknown-effect": (USER, "effect: reads", "effect: read", f"{GET}.x-contract.effect: "),
    "unknown-note": (
        USER,
        "          state: an",
        "          stat: an",
        f"{GET}.responses.200.x-contract.stat: is not a known key; nearest: 'state'",
    ),
    "no-source": (
        USER,
        "          source: {section: Success Response, printed: 200 OK}\n",
        "",
        f"{GET}.responses.200.x-contract.source: is missing; add it",
    ),
    "no-section": (
        USER,
        "{section: Success Response, ",
        "{",
        f"{GET}.responses.200.x-contract.source.section: is missing",
    ),
    "unknown-reading-of-a-response": (
        USER,
        "interpretation: reason-phrase-contradicts-code",
        "interpretation: reason-phrase",
        f"{GET}.responses.404: 'reason-phrase' is not an interpretation; nearest: ",
    ),
    "unknown-reading-of-a-value": (
        BODY,
        "webhook-may-be-null",
        "webhook-may-be-nul",
        f"{GET}.responses.200: 'webhook-may-be-nul' is not an interpretation",
    ),
    "unknown-provenance-of-a-value": (
        BODY,
        '"interpretation": "webhook-may-be-null"',
        '"provenance": "guessed"',
        f"{GET}.responses.200, schema of projectData.call_status_webhook.provenance: ",
    ),
    "unknown-scheme": (
        USER,
        "- apiKey: []",
        "- apikey: []",
        f"{GET}.security: 'apikey' is not a security scheme; nearest: 'apiKey'",
    ),
    "reading-without-a-reason": (
        "interpretations.yaml",
        "  reason: No page shows the body",
        "  cause: No page shows the body",
        "schemas/interpretations.yaml: ",
    ),
    "reading-of-an-unknown-kind": (
        "interpretations.yaml",
        "  kind: docs-defect",
        "  kind: defect",
        "schemas/interpretations.yaml: reason-phrase-contradicts-code.kind",
    ),
    "docs-read-on-no-day": (
        "openapi.yaml",
        'docs_read: "2026-11-02"',
        'docs_read: "lately"',
        "schemas/openapi.yaml: info.x-contract.docs_read: ",
    ),
    "status-that-is-no-number": (USER, '"404":', "default:", f"schemas/{USER}: "),
    "status-of-a-range": (USER, '"500":', "5XX:", f"schemas/{USER}: "),
}


@pytest.mark.parametrize(("name", "before", "after", "expected"), EDITS.values(), ids=EDITS)
def test_mistake_is_told_by_file_and_place(folder: Path, name: str, before: str, after: str, expected: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert (before in text, told(folder)[: len(expected)]) == (True, expected)


def test_operation_id_of_two_operations_is_bad_input(folder: Path) -> None:
    root = folder / "openapi.yaml"
    again = "  /again:\n    $ref: paths/user.yaml#/~1user~1get-active-project\ncomponents:"
    root.write_text(root.read_text(encoding="utf-8").replace("components:", again, 1), encoding="utf-8")
    assert told(folder) == "schemas/paths/user.yaml: getActiveProject: is the id of two operations; rename one"


# The keys of a request, and what a response says of it


def test_fields_are_read_from_path_query_and_body() -> None:
    found = [
        (field.name, field.place, field.is_required, field.sends, field.names_object, field.is_shared, field.file)
        for name in ("updateInvoice", "listInvoices", "getRate", "importInvoices")
        for field in operation_of(name).fields
    ]
    assert found == [
        ("invoiceId", "path", True, "{invoiceId}", True, False, ""),
        ("title", "body", False, "talkstack-contract {fresh}", False, False, ""),
        ("note", "body", False, "changed", False, False, ""),
        ("limit", "query", False, "10", False, False, ""),
        ("rate_id", "path", True, "{rateId}", True, True, ""),
        ("file", "body", True, "title\n{invoiceTitle}\n", False, False, "invoices.csv"),
        ("column", "body", True, "title", False, False, ""),
    ]


def test_operation_is_read_with_its_host_what_it_makes_and_what_it_uses_up() -> None:
    found = {name: operation_of(name) for name in ("remind", "createInvoice", "deleteInvoice", "logIn")}
    assert {name: (each.server, each.creates, each.uses_up_state, each.media_type) for name, each in found.items()} == {
        "remind": ("calls_base_url", None, False, "application/json"),
        "createInvoice": ("", Creation("invoiceId", ("invoice", "id"), "deleteInvoice"), False, "application/json"),
        "deleteInvoice": ("", None, True, ""),
        "logIn": ("", None, False, "application/json"),
    }


def test_schemes_are_those_of_the_operation_or_of_the_whole_document() -> None:
    names = ("logIn", "listInvoices", "createInvoice")
    assert [[scheme.name for scheme in operation_of(name).schemes] for name in names] == [
        [],
        ["bearer"],
        ["bearer", "apiKey"],
    ]


def test_response_says_what_it_is_printed_for() -> None:
    [_, taken, *_] = operation_of("createInvoice").responses
    assert (taken.absent, taken.scenarios) == (
        (("title",),),
        (Scenario("a-taken-title", sends=(("title", "{invoiceTitle}"),)),),
    )
    [_, error, _, stranger] = operation_of("logIn").responses
    assert (error.absent, error.malformed) == ((("email",), ("password",)), ("email",))
    sends = (("email", "talkstack-contract-{fresh}@example.test"),)
    assert stranger.scenarios == (
        Scenario("a-stranger", sends=sends, other_statuses=(400,), interpretation="stranger"),
    )
    assert operation_of("updateInvoice").responses[1].absent == (("title", "note"),)
    assert operation_of("getInvoice").responses[1].unknown == ("invoiceId",)


def test_answer_that_no_page_prints_makes_no_pair() -> None:
    found = {
        name: [each.status for each in operation_of(name).documented_responses]
        for name in ("findInvoice", "listInvoices")
    }
    assert found == {"findInvoice": [400], "listInvoices": [200, 404]}


REFUSES = {
    "printed": ("createInvoice", Provenance.DOCUMENTED),
    "assumed-as-a-whole": ("listInvoices", Provenance.ASSUMED),
    "printed-for-something-else-too": ("updateInvoice", Provenance.ASSUMED),
    "printed-for-something-else": ("logIn", None),
}


@pytest.mark.parametrize(("operation", "expected"), REFUSES.values(), ids=REFUSES)
def test_401_says_how_sure_it_is_that_a_credential_is_refused_so(operation: str, expected: Provenance | None) -> None:
    assert [each.refuses for each in operation_of(operation).responses if each.status == 401] == [expected]


def test_response_knows_the_keys_that_its_page_prints() -> None:
    success = operation_of("getInvoice").success
    assert success is not None
    keys = [
        "message",
        "status",
        "invoice",
        *(f"invoice.{key}" for key in ("id", "user_id", "title", "amount", "note", "pin")),
    ]
    assert [".".join(path) for path in success.keys] == keys


def test_body_that_no_page_prints_documents_no_key() -> None:
    assumed = [each for operation in billing_contract().operations for each in operation.responses]
    assert {each.keys for each in assumed if not (each.is_success and each.is_documented)} == {()}


def test_no_other_status_refuses_a_credential() -> None:
    responses = [each for operation in billing_contract().operations for each in operation.responses]
    assert {each.refuses for each in responses if each.status != 401} == {None}


CREATE = f"schemas/{BILL}: /invoices.post"
WRONG = {
    "absent-field": (
        BILL,
        "absent: [title]",
        "absent: [titel]",
        f"{CREATE}: 'titel' is not a field of the request; nearest",
    ),
    "absent-together": (
        BILL,
        "[[title, note]]",
        "[[title, nota]]",
        f"schemas/{BILL}: /invoices/{{invoiceId}}.put: 'nota'",
    ),
    "malformed-field": (BILL, "malformed: [email]", "malformed: [mail]", f"schemas/{BILL}: /sessions.post: 'mail'"),
    "unknown-field": (
        BILL,
        "unknown: [rate_id]",
        "unknown: [rateId]",
        f"schemas/{BILL}: /rates/{{rate_id}}.get: 'rateId'",
    ),
    "sent-field": (BILL, "sends: {title:", "sends: {titel:", f"{CREATE}: 'titel' is not a field"),
    "undocumented-field": (BILL, "sends: {amount:", "sends: {sum:", f"{CREATE}: 'sum' is not a field"),
    "path-without-its-field": (
        BILL,
        "name: rate_id, in: path",
        "name: rate, in: path",
        f"schemas/{BILL}: /rates/{{rate_id}}.get: 'rate_id' is not a field",
    ),
    "id-that-sends-nothing": (
        "components/invoice-id.json",
        '"sends": "{invoiceId}", ',
        "",
        f"schemas/{BILL}: /invoices/{{invoiceId}}.delete, field invoiceId: is an id and sends nothing",
    ),
    "remover-that-is-none": (
        BILL,
        "removed_by: deleteInvoice",
        "removed_by: delInvoice",
        "schemas/openapi.yaml: createInvoice.makes: 'delInvoice' is not an operation; nearest: 'deleteInvoice'",
    ),
    "reading-of-a-way": (
        BILL,
        "interpretation: stranger",
        "interpretation: strange",
        f"schemas/{BILL}: /sessions.post.responses.404",
    ),
    "reading-of-an-undocumented-way": (
        BILL,
        "interpretation: unusual-values",
        "interpretation: unusual",
        f"{CREATE}: 'unusual'",
    ),
    "unknown-note-of-a-field": (
        "components/log-in-request.json",
        '"sends": "{password}"',
        '"send": "{password}"',
        f"schemas/{BILL}: /sessions.post, field password.send: is not a known key; nearest: 'sends'",
    ),
    "unknown-note-of-a-way": (BILL, "or: [400]", "also: [400]", f"schemas/{BILL}: /sessions.post.responses.404"),
    "place-of-a-parameter": (BILL, "in: query", "in: form", f"schemas/{BILL}: /invoices.get.parameters.0.in"),
    "media-type": (
        BILL,
        "multipart/form-data",
        "text/csv",
        f"schemas/{BILL}: /invoices/import.post.requestBody: describes no keys",
    ),
    "host-of-no-setting": (
        BILL,
        "setting: calls_base_url",
        "setting: A-host",
        f"schemas/{BILL}: /reminders.post.servers.0",
    ),
    "credential": (
        BILL,
        "credential: assumed",
        "credential: perhaps",
        f"schemas/{BILL}: /invoices/{{invoiceId}}.put.resp",
    ),
    "name-of-a-way": (BILL, "a-taken-title:", "A taken title:", f"{CREATE}.responses.400.x-contract.cases"),
}


@pytest.mark.parametrize(("name", "before", "after", "expected"), WRONG.values(), ids=WRONG)
def test_mistake_in_a_request_is_told_by_file_and_place(
    folder: Path, name: str, before: str, after: str, expected: str
) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    assert (before in text, told(folder)[: len(expected)]) == (True, expected)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value in a document."""
    keys = document if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield (*path, key)
        yield from places(document[key], (*path, key))


def changed(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with one value replaced, or left out where the value is `...`."""
    copied = json.loads(json.dumps(document))
    inner = copied
    for key in path[:-1]:
        inner = inner[key]
    if value is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return copied


MUTATED: dict[str, Callable[[tuple[Any, ...]], bool]] = {
    "openapi.yaml": lambda _: True,
    USER: lambda path: not {"401", "404", "500"} & set(path),  # the same keys as under 200
    BILL: lambda path: path[0] == "/reminders",
    "components/remind-request.json": lambda _: True,
}


@pytest.mark.parametrize("value", [..., None], ids=["left-out", "null"])
@pytest.mark.parametrize("name", MUTATED)
def test_no_value_of_a_file_makes_it_crash(small_folder: Path, name: str, value: Any) -> None:
    document = yaml.safe_load((small_folder / name).read_text(encoding="utf-8"))
    crashes = {}
    for path in places(document):
        if not MUTATED[name](path):
            continue
        (small_folder / name).write_text(yaml.safe_dump(changed(document, path, value)), encoding="utf-8")
        if (found := outcome(small_folder)) not in ("loaded", "bad input"):
            crashes[".".join(map(str, path))] = found
    assert crashes == {}


# YAML

BAD_YAML = {
    "key-twice": ("a: 1\nb: 2\na: 3\n", "x.yaml: line 1: the key 'a' stands twice; fix this line"),
    "key-twice-at-depth": ("a:\n  - b: 1\n    b: 2\n", "x.yaml: line 2: the key 'b' stands twice; fix this line"),
    "key-twice-in-braces": ("a: {b: 1, b: 2}\n", "x.yaml: line 1: the key 'b' stands twice; fix this line"),
    "tab": ("a:\n\t- b\n", "x.yaml: line 2: "),
    "two-documents": ("a: 1\n---\nb: 2\n", "x.yaml: line 2: "),
    "object-of-python": ("a: !!python/name:os.system\n", "x.yaml: line 1: "),
    "control-character": ("a: \x07\n", "x.yaml: "),
    "list-as-a-key": ("? [a, b]\n: c\n", "x.yaml: line 1: "),
}


@pytest.mark.parametrize(("text", "expected"), BAD_YAML.values(), ids=BAD_YAML)
def test_yaml_that_cannot_be_used_is_bad_input(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=f"^{re.escape(expected)}"):
        read_yaml(path, "x.yaml")


def test_same_key_in_two_mappings_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("a: {b: 1}\nc: {b: 2}\n", encoding="utf-8")
    assert read_yaml(path, "x.yaml") == {"a": {"b": 1}, "c": {"b": 2}}
