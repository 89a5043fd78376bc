"""Forms that other writers use: each fact is what the page says, an open question where it says neither yes nor no."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from talkstack_contract.docs.cli import main
from talkstack_contract.docs.facts import Defect, DefectKind, FactKind, PageFacts
from talkstack_contract.docs.reading import read_facts
from tests.docs.checked import DAY, SCHEMAS

HEAD = "# Pay\n\n`POST https://api.harbour.example/pay`\n\n"
BODY = "### Request body\n\n"
SENT = '```json\n{"amount": 3}\n```\n\n'
GIVEN = '```json\n{"id": "p1"}\n```\n'
FIELDS = "| Field | Type | Required | Description |\n| --- | --- | --- | --- |\n"
STATUSES = (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS, FactKind.CONDITION)


def read(text: str) -> PageFacts:
    return read_facts(text, "page", is_whole=True)


def told(page: PageFacts, *kinds: FactKind) -> dict[tuple[str, str], object]:
    """Return the facts of some kinds that a page was found to tell, by kind and name."""
    return {(str(each.kind), each.name): each.value for each in page.facts if each.kind in kinds and each.place}


@pytest.mark.parametrize("label", ["Response:", "**Response**:", "Example response:"])
def test_example_behind_the_word_response_is_one(label: str) -> None:
    page = read(f"{HEAD}{BODY}{SENT}{label}\n\n{GIVEN}")
    kinds = (FactKind.REQUEST_EXAMPLE, FactKind.RESPONSE_EXAMPLE)
    assert sorted(json.dumps(each) for each in told(page, *kinds).values()) == ['{"amount": 3}', '{"id": "p1"}']
    assert told(page, FactKind.RESPONSE_FIELD).keys() == {("response field", "id")}


@pytest.mark.parametrize("dash", ["-", "\u2013", ":"])
def test_status_behind_a_dash_is_that_of_the_example(dash: str) -> None:
    page = read(f"{HEAD}{BODY}{SENT}**Example response** {dash} `201 Created`\n\n{GIVEN}")
    assert told(page, FactKind.SUCCESS_STATUS) == {("success status", "201"): "Created"}
    assert told(page, FactKind.RESPONSE_EXAMPLE) == {("response example", ""): {"id": "p1"}}


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("required", True),
        ("mandatory", True),
        ("not required", False),
        ("optional", False),
        ("required if `amount` is set", None),
        ("optional/required", None),
    ],
)
def test_mark_of_a_listed_field(mark: str, expected: bool | None) -> None:
    page = read(f"{HEAD}{BODY}* `memo` ({mark}): The memo.\n")
    assert told(page, FactKind.REQUIRED) == {("required", "request memo"): expected}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("yes", True), ("M", True), ("always", True), ("O", False), ("never", False), ("conditional", None)],
)  # fmt: skip
def test_cell_that_says_whether_a_field_is_required(cell: str, expected: bool | None) -> None:
    page = read(f"{HEAD}{BODY}{FIELDS}| memo | string | {cell} | The memo. |\n")
    assert told(page, FactKind.REQUIRED) == {("required", "request memo"): expected}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("string[]", "array"), ("map<string,string>", "object"), ("list of strings", "array"), ("string", "string")],
)
def test_type_of_many_values_is_not_that_of_one(printed: str, expected: str) -> None:
    page = read(f"{HEAD}{BODY}{FIELDS}| tags | {printed} | yes | The tags. |\n")
    assert told(page, FactKind.TYPE) == {("type", "request tags"): expected}


@pytest.mark.parametrize(
    ("meaning", "expected"),
    [
        ("Either way, the value is ignored.", None),
        ("Either low or high.", ["low", "high"]),
        ("One of the following: low, mid, high.", ["low", "mid", "high"]),
    ],
)
def test_values_are_those_that_a_meaning_lists(meaning: str, expected: object) -> None:
    page = read(f"{HEAD}{BODY}{FIELDS}| level | string | yes | {meaning} |\n")
    assert told(page, FactKind.ENUM).get(("enum", "level")) == expected


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_parameter_of_a_header_or_cookie_is_none_of_the_query(place: str) -> None:
    rows = "| Name | In | Required | Type |\n| --- | --- | --- | --- |\n"
    rows += f"| trace | {place} | no | string |\n"
    page = read(f"# Crew\n\n`GET https://api.harbour.example/crew`\n\n### Parameters\n\n{rows}")
    assert told(page, FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD) == {}


def test_default_of_a_dash_is_none() -> None:
    rows = "| Field | Type | Default |\n| --- | --- | --- |\n"
    page = read(f"{HEAD}{BODY}{rows}| memo | string | \u2013 |\n| state | string | open |\n")
    assert told(page, FactKind.REQUIRED) == {("required", "request memo"): None, ("required", "request state"): False}


def test_path_parameter_with_a_converter_is_its_name() -> None:
    page = read("# Move\n\n`PUT https://api.harbour.example/boats/<boat-id>/move/<int:slot>`\n")
    assert [*page.operations] == ["PUT /boats/{boat-id}/move/{slot}"]


def test_field_with_a_type_may_have_the_name_of_a_remark() -> None:
    page = read(f"{HEAD}{BODY}* `note` (string): Free text.\n* Note: the memo is kept.\n")
    assert told(page, FactKind.REQUEST_FIELD).keys() == {("request field", "note")}


def test_sentence_behind_a_phrase_is_its_condition() -> None:
    page = read(f"{HEAD}### Response\n\n**201 Created** The payment was taken.\n\n### Errors\n\n{_error()}")
    assert told(page, *STATUSES) == {
        ("success status", "201"): "Created",
        ("condition", "201"): "The payment was taken",
        ("error status", "409"): "Conflict",
        ("condition", "409"): "the berth is taken.",
    }
    assert _phrases(page.defects) == []


def test_words_without_a_phrase_are_a_condition() -> None:
    page = read(f"{HEAD}### Response\n\n`204` when there is nothing\n")
    assert (told(page, FactKind.SUCCESS_STATUS), _phrases(page.defects)) == ({("success status", "204"): ""}, [])


def _error() -> str:
    return "`409 Conflict` \u2013 the berth is taken.\n"


def _phrases(defects: tuple[Defect, ...] | list[Defect]) -> list[str]:
    return [each.message for each in defects if each.kind is DefectKind.PHRASE]


def test_number_past_what_can_be_held_is_not_read_as_another() -> None:
    page = read(f'{HEAD}{BODY}```json\n{{"amount": 1e400}}\n```\n')
    assert told(page, FactKind.REQUEST_EXAMPLE) == {("request example", ""): None}
    assert [each.kind for each in page.defects] == [DefectKind.NOT_JSON]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("**Authorization:** Token <your token>", "token"),
        ("Authorization: GenieKey YOUR_KEY", "geniekey"),
        ("Authorization: `{api key}`", "authorization"),
        ("Authentication: Bearer token", "bearer"),
        ("Send `Authorization: YOUR_API_KEY` with every request.", "authorization"),
        ("### Headers\n\n| Header | Value |\n| --- | --- |\n| `api-key` | Your key |", "api-key"),
        ("### Headers\n\n* `X-Auth-Token` (string, required): The token.", "x-auth-token"),
    ],
)
def test_credential_is_known_by_how_it_is_sent(line: str, expected: str, tmp_path: Path) -> None:
    text = f"{HEAD}{line}\n\n{BODY}{SENT}### Response\n\n`200 OK`\n\n{GIVEN}"
    assert told(read(text), FactKind.CREDENTIAL) == {("credential", ""): expected}
    assert told(read(text), FactKind.REQUEST_FIELD).keys() == {("request field", "amount")}
    _is_drawn_up_the_same(text, tmp_path)


def test_credential_in_words_that_say_no_form_is_a_question(tmp_path: Path) -> None:
    made = _drawn_up(f"{HEAD}Authorization: ask your manager\n\n{BODY}{SENT}", tmp_path)
    assert "how is the credential of POST /pay sent?" in (made / "questions.md").read_text(encoding="utf-8")
    assert "security: []" in (made / "paths" / "pay.yaml").read_text(encoding="utf-8")


def test_headers_that_are_listed_are_none_of_the_body() -> None:
    rows = "| Name | Type | Required | Description |\n| --- | --- | --- | --- |\n"
    rows += "| Idempotency-Key | string | yes | Makes a repetition safe. |\n| X-Trace | string | no | Any text. |\n"
    page = read(f"{HEAD}### Headers\n\n{rows}\n* `Accept: application/json`\n\n{BODY}{SENT}")
    assert told(page, FactKind.HEADER) == {
        ("header", "idempotency-key"): "",
        ("header", "x-trace"): "",
        ("header", "accept"): "application/json",
    }
    assert told(page, FactKind.REQUIRED) == {
        ("required", "header idempotency-key"): True,
        ("required", "header x-trace"): False,
        ("required", "request amount"): None,
    }


def test_host_may_stand_apart_from_the_endpoint() -> None:
    page = read("# Crew\n\nBase URL: `https://api.harbour.example/v2`\n\n**Method:** GET\n\n**Endpoint:** `/crew`\n")
    assert (page.operations, told(page, FactKind.HOST)) == (["GET /v2/crew"], {("host", ""): "api.harbour.example"})


def test_sentence_that_says_what_a_request_is_answered_with_is_a_status() -> None:
    page = read(
        f"{HEAD}{BODY}{SENT}Returns HTTP 202 when the payment is queued.\n\n{GIVEN}\n"
        "Responds with 409 Conflict if the berth is taken.\nReturns a 422 status.\n"
    )
    assert told(page, *STATUSES) == {
        ("success status", "202"): "",
        ("condition", "202"): "when the payment is queued",
        ("error status", "409"): "Conflict",
        ("condition", "409"): "if the berth is taken",
    }
    assert told(page, FactKind.RESPONSE_EXAMPLE) == {("response example", ""): {"id": "p1"}}


def test_table_of_statuses_of_a_response_tells_its_success() -> None:
    rows = "| Code | Description |\n| --- | --- |\n| 201 | It was paid |\n| 402 | No money |\n"
    page = read(f"{HEAD}### Responses\n\n{rows}\n{GIVEN}")
    assert told(page, FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS).keys() == {
        ("success status", "201"),
        ("error status", "402"),
    }


@pytest.mark.parametrize("drawn", ["\u21b3 `{}`", "&nbsp;&nbsp;{}", "\u2514\u2500 `{}`"])
def test_row_that_is_drawn_inside_another_is_a_field_of_it(drawn: str) -> None:
    rows = (
        f"{FIELDS}| `payer` | **object** | Yes | Who pays |\n| {drawn.format('name')} | **string** | No | The name |\n"
    )
    rows += f"| `items` | object[] | Yes | What for |\n| {drawn.format('sku')} | string | Yes | The article |\n"
    page = read(f"{HEAD}{BODY}{rows}| `memo` | string | No | Any |\n")
    assert [name for _, name in told(page, FactKind.REQUEST_FIELD)] == [
        "payer",
        "payer.name",
        "items",
        "items[].sku",
        "memo",
    ]


def test_item_below_a_field_is_inside_of_it_or_one_of_its_values() -> None:
    page = read(
        f"{HEAD}{BODY}* `payer` (object, required): Who.\n  * `name` (string): Name.\n  * `mail` (string): Mail.\n"
        "* `lines` (array)\n  * `sku` (string): Article.\n"
        "* `sort` (string): How.\n  * `name`: by name\n  * `age`: by age\n"
    )
    names = [name for _, name in told(page, FactKind.REQUEST_FIELD)]
    assert names == ["payer", "payer.name", "payer.mail", "lines", "lines[].sku", "sort"]
    assert [each.text for each in page.not_understood] == ["name: by name", "age: by age"]


def test_field_that_is_listed_twice_in_two_ways_is_a_flaw_of_the_page() -> None:
    page = read(f"{HEAD}{BODY}* `memo` (string, required): Any.\n* `memo` (integer, optional): Any.\n")
    assert [each.message for each in page.defects] == ["memo is listed as string, required and integer, optional"]


def test_sentence_about_several_statuses_is_not_understood() -> None:
    page = read(f"{HEAD}{BODY}{SENT}Returns **204** on success, **404** if the berth is unknown.\n")
    assert told(page, FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS) == {}
    assert [each.text for each in page.not_understood] == ["Returns 204 on success, 404 if the berth is unknown."]


def test_request_that_the_vendor_sends_is_no_operation() -> None:
    page = read(f'{HEAD}{BODY}{SENT}### Webhooks\n\n```http\nPOST /your/hook HTTP/1.1\n\n{{"id": 1}}\n```\n')
    assert page.operations == ["POST /pay"]
    assert told(page, FactKind.REQUEST_FIELD).keys() == {("request field", "amount")}


def test_fields_of_an_old_body_are_none() -> None:
    page = read(
        '---\ntitle: "Pay"\napi: "POST https://api.harbour.example/pay"\n---\n\n'
        '<ParamField body="sum" type="number" required>How much.</ParamField>\n\n'
        '<Accordion title="Old body (v1)">\n\n* `amount` (number): How much.\n\n</Accordion>\n'
    )
    assert told(page, FactKind.REQUEST_FIELD).keys() == {("request field", "sum")}


def test_components_that_stand_side_by_side_are_fields_each() -> None:
    page = read(
        '---\ntitle: "Pay"\napi: "POST https://api.harbour.example/pay"\n---\n\n'
        '<ParamField header="X-Trace" type="string">Any text.</ParamField>\n'
        '<ParamField body="payer" type="object" required>Who pays. <ParamField body="name" type="string">Name.'
        "</ParamField></ParamField>\n"
        '<ParamField body="items" type="object[]">\n  What for.\n\n  <Expandable title="item">\n'
        '    <ParamField body="sku" type="string" required>Article.</ParamField>\n  </Expandable>\n</ParamField>\n'
        '<ParamField query="dry" type="boolean">Only tries.</ParamField>\n'
    )
    assert [name for _, name in told(page, FactKind.REQUEST_FIELD)] == ["payer", "payer.name", "items", "items[].sku"]
    assert told(page, FactKind.QUERY_PARAMETER) == {("query parameter", "dry"): "Only tries."}
    assert told(page, FactKind.HEADER) == {("header", "x-trace"): ""}


def test_what_folds_out_belongs_to_the_status_that_it_is_named_by() -> None:
    page = read(
        f"{HEAD}<details>\n<summary>Response 200</summary>\n\n{GIVEN}\n</details>\n\n"
        '<details>\n<summary>Response 404</summary>\n\n```json\n{"error": "none"}\n```\n\n</details>\n'
    )
    assert told(page, FactKind.REQUEST_EXAMPLE, FactKind.RESPONSE_EXAMPLE) == {("response example", ""): {"id": "p1"}}
    assert told(page, FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS).keys() == {
        ("success status", "200"),
        ("error status", "404"),
    }


def test_tags_in_a_description_name_no_endpoint() -> None:
    page = read(
        '# Pay\n\n<aside class="notice">Once only.</aside>\n\n<p>Pays. See also the <code>/bills</code> list.</p>\n\n'
        "`POST https://api.harbour.example/pay`\n"
    )
    assert told(page, FactKind.DESCRIPTION) == {("description", ""): "Once only. Pays. See also the /bills list."}
    assert page.defects == ()


def test_row_that_no_rule_reads_is_not_understood() -> None:
    rows = "| Method | Endpoint | What |\n| --- | --- | --- |\n| GET | `/crew` | Lists |\n"
    page = read(f"# Crew\n\nAll of it.\n\n{rows}")
    assert [each.text for each in page.not_understood] == ["| GET | `/crew` | Lists |"]
    assert told(page, FactKind.DESCRIPTION) == {("description", ""): "All of it."}


@pytest.mark.parametrize(
    "rows",
    [
        "| Field | Type |\n| --- | --- |\n| memo | string |\n",
        "| Field | Type | Description |\n| --- | --- | --- |\n| memo | string | Any text, optional |\n",
        "* `memo` (string): Any text.\n",
        "| Field | Type | Default |\n| --- | --- | --- |\n| memo | string | none |\n",
    ],
)
def test_silence_of_a_list_says_nothing_of_what_is_required(rows: str) -> None:
    assert told(read(f"{HEAD}{BODY}{rows}"), FactKind.REQUIRED) == {("required", "request memo"): None}


def test_default_may_say_that_a_field_is_required() -> None:
    rows = "| Field | Type | Default |\n| --- | --- | --- |\n| memo | string | *required* |\n"
    assert told(read(f"{HEAD}{BODY}{rows}"), FactKind.REQUIRED) == {("required", "request memo"): True}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("| Code | Message |\n| --- | --- |\n| 200 | Too long |\n| 12 | Other |\n", set()),
        ("| HTTP | Code | Message |\n| --- | --- | --- |\n| 409 | 200 | Taken |\n", {("error status", "409")}),
        ("| Code | Message |\n| --- | --- |\n| 200 | Too long |\n| 409 | Taken |\n", {("error status", "409")}),
        ("* 500\u2013599: Our fault\n* `500` or higher: Our fault\n", set()),
    ],
)
def test_code_of_the_vendor_is_no_status(rows: str, expected: set[tuple[str, str]]) -> None:
    page = read(f"{HEAD}{BODY}{SENT}### Errors\n\n{rows}")
    assert told(page, FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS).keys() == expected


@pytest.mark.parametrize("column", ["In", "Located in", "Where"])
def test_column_that_says_where_a_parameter_stands(column: str) -> None:
    rows = f"| Name | {column} | Type |\n| --- | --- | --- |\n| dry | query string | boolean |\n"
    page = read(f"{HEAD}### Parameters\n\n{rows}| memo | JSON body | string |\n| x | matrix | string |\n")
    assert told(page, FactKind.QUERY_PARAMETER).keys() == {("query parameter", "dry")}
    assert told(page, FactKind.REQUEST_FIELD).keys() == {("request field", "memo")}
    assert [each.text for each in page.not_understood] == ["| x | matrix | string |"]


@pytest.mark.parametrize(
    "meaning",
    [
        "Must not be one of `x`, `y`.",
        "One of `a`, `b` must be present.",
        "Possible values: `x`, `y` (deprecated), `z`.",
        "Currently one of `x`, `y`.",
        "One of `x`, `y`; more may be added.",
        "One of `x` or `y` if `kind` is `z`.",
    ],
)
def test_values_that_are_not_all_that_is_allowed_are_no_enum(meaning: str) -> None:
    page = read(f"{HEAD}{BODY}{FIELDS}| level | string | yes | {meaning} |\n")
    assert told(page, FactKind.ENUM) == {}


def test_values_of_an_integer_are_numbers() -> None:
    page = read(f"{HEAD}{BODY}{FIELDS}| level | integer | yes | One of `1`, `2` or `3`. |\n")
    assert told(page, FactKind.ENUM) == {("enum", "level"): [1, 2, 3]}


def test_printed_type_of_a_response_field_stands_before_that_of_its_example(tmp_path: Path) -> None:
    rows = "| Field | Type |\n| --- | --- |\n| price | number |\n| next | string or null |\n"
    text = f'{HEAD}{BODY}{SENT}### Response\n\n`200 OK`\n\n{rows}\n```json\n{{"price": 3, "next": null}}\n```\n'
    kinds = {name: kind for (_, name), kind in told(read(text), FactKind.TYPE).items()}
    assert kinds == {"request amount": "integer", "response price": "number", "response next": ["string", "null"]}
    _is_drawn_up_the_same(text, tmp_path)


def test_row_that_names_a_group_is_no_field() -> None:
    rows = f"{FIELDS}| **Contact** | | | |\n| mail | string | yes | Address |\n"
    assert told(read(f"{HEAD}{BODY}{rows}"), FactKind.REQUEST_FIELD).keys() == {("request field", "mail")}


@pytest.mark.parametrize(
    "sample",
    [
        '> Returns:\n\n```json\n{"id": 1}\n```\n',
        '<ResponseExample>\n\n```json Success\n{"id": 1}\n```\n\n```json Error\n{"why": "x"}\n```\n\n'
        "</ResponseExample>\n",
        '```json Response\n{"id": 1}\n```\n\n```json Error response\n{"why": "x"}\n```\n',
        '### Response\n\n```json\n{"id": 1}\n```\n\n```http\nHTTP/1.1 404 Not Found\n\n{"why": "x"}\n```\n',
    ],
)
def test_sample_of_a_response_is_neither_the_request_nor_an_error(sample: str) -> None:
    page = read(f"# Get bill\n\n`GET https://api.harbour.example/bill`\n\n{sample}")
    assert told(page, FactKind.REQUEST_EXAMPLE, FactKind.REQUEST_FIELD) == {}
    assert told(page, FactKind.RESPONSE_FIELD).keys() == {("response field", "id")}


@pytest.mark.parametrize(
    "line", ["No `Authorization: Bearer <token>` header is needed.", "This call does not require a bearer token."]
)
def test_credential_that_is_denied_is_none(line: str) -> None:
    assert told(read(f"{HEAD}{line}\n\n{BODY}{SENT}"), FactKind.CREDENTIAL) == {}


def test_fields_that_were_removed_are_none() -> None:
    page = read(f"{HEAD}{BODY}{SENT}### Removed parameters\n\n* `color` (string): Gone.\n")
    assert told(page, FactKind.REQUEST_FIELD).keys() == {("request field", "amount")}


def test_second_request_under_one_heading_is_another_operation() -> None:
    page = read(
        "# Crew\n\n`GET https://api.harbour.example/crew`\n\n"
        "| Parameter | Required | Description |\n| --- | --- | --- |\n"
        "| page | no | Which |\n\n`POST https://api.harbour.example/crew`\n\n"
        "| Parameter | Required | Description |\n| --- | --- | --- |\n| name | yes | Who |\n"
    )
    assert page.operations == ["GET /crew", "POST /crew"]


@pytest.mark.parametrize(
    "rows",
    [
        '* `name` (string, required): Who.\n\n```json\n{"age": 3}\n```\n',
        '* `role` (string, required): One of `x`, `y`.\n\n```json\n{"role": "z"}\n```\n',
        f"{FIELDS}| payer | object | yes | Who |\n| payer.name | string | yes | Name |\n",
    ],
)
def test_draft_of_a_page_that_contradicts_itself_can_be_read_again(rows: str, tmp_path: Path) -> None:
    _is_drawn_up_the_same(f"{HEAD}{BODY}{rows}", tmp_path)


def _drawn_up(text: str, folder: Path) -> Path:
    page, made = folder / "page.md", folder / "made"
    page.write_text(text, encoding="utf-8")
    assert main(["scaffold", str(page), "--whole", "--into", str(made), "--read", DAY], SCHEMAS) == 0
    return made


def _is_drawn_up_the_same(text: str, folder: Path) -> None:
    made = _drawn_up(text, folder)
    assert main(["check", str(folder / "page.md"), "--whole", "--contract", str(made)], SCHEMAS) == 0


ROUND: dict[str, str] = {
    "no-content-type": f"{HEAD}{BODY}{SENT}",
    "header": f"{HEAD}### Headers\n\n| Header | Value |\n| --- | --- |\n| X-Zone | north |\n\n{BODY}{SENT}",
    "no-host": "# Pay\n\n**Endpoint:** `/pay`\n\n**Method:** `POST`\n\n" + BODY + SENT,
    "converter": "# Move\n\n`PUT https://api.harbour.example/boats/<boat-id>/move/<int:slot>`\n",
    "fields-without-an-example": f"{HEAD}### Response\n\n* `boat` (object): The boat.\n",
    "response-headers": f"{HEAD}### Response headers\n\n| Name | Description |\n| --- | --- |\n| X-Left | Rest. |\n",
}


@pytest.mark.parametrize("name", ROUND)
def test_draft_of_a_page_is_what_the_page_says(name: str, tmp_path: Path) -> None:
    _is_drawn_up_the_same(ROUND[name], tmp_path)


def test_page_without_a_method_is_no_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, made = tmp_path / "page.md", tmp_path / "made"
    page.write_text("# Pay\n\n**Endpoint:** `/pay`\n", encoding="utf-8")
    status = main(["scaffold", str(page), "--whole", "--into", str(made), "--read", DAY], SCHEMAS)
    assert (status, made.exists(), "a method and a path" in capsys.readouterr().out) == (6, False, True)
