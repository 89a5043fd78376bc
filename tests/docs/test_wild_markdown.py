"""Markdown as projects write it: requests in headings, bold lines for headings, tabs, tags of GitBook, MDX."""

from talkstack_contract.docs.facts import FactKind, PageFacts
from talkstack_contract.docs.reading import read_facts
from tests.docs.test_unlisted_forms import shown

STATUSES = (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS, FactKind.CONDITION)
BODIES = (FactKind.REQUEST_EXAMPLE, FactKind.RESPONSE_EXAMPLE)
NAMES = (FactKind.PATH_PARAMETER, FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD)


def read(text: str) -> PageFacts:
    return read_facts(text, "page", is_whole=True)


def left(page: PageFacts) -> list[str]:
    return [each.text for each in page.not_understood]


HEADINGS = """# API

All requests need the header `X-API-Key: <key>`.

## Endpoints

### GET /trees

Lists trees.

**Query**

| name | type | required | description |
| --- | --- | --- | --- |
| limit | int | no | how many |

**200**

```json
[]
```

**401** – no key

### POST /trees

**Body**

```json
{"name": "Oak"}
```

**201**

```json
{"id": "t1"}
```
"""


def test_request_in_a_heading_begins_an_operation_and_bold_lines_open_its_parts() -> None:
    page = read(HEADINGS)
    key = ("credential", "", "x-api-key")
    kinds = (FactKind.CREDENTIAL, *STATUSES, *BODIES, *NAMES)
    assert page.operations == ["GET /trees", "POST /trees"]
    assert shown(page, *kinds, operation="GET /trees") == {
        key, ("query parameter", "limit", "how many"), ("success status", "200", ""), ("error status", "401", ""),
        ("condition", "401", "no key"), ("response example", "", "[]"),
    }  # fmt: skip
    assert shown(page, *kinds, operation="POST /trees") == {
        key, ("request field", "name", ""), ("request example", "", '{"name": "Oak"}'), ("success status", "201", ""),
        ("response example", "", '{"id": "t1"}'),
    }  # fmt: skip
    assert (left(page), page.defects) == ([], ())


def test_column_names_the_place_of_a_parameter() -> None:
    page = read(
        "# Get a tree\n\n`GET /trees/:id`\n\n"
        "| Parameter | In | Type | Required | Description |\n|---|---|---|---|---|\n"
        "| `id` | path | string | true | Which. |\n| `expand` | query | boolean | false | More. |\n"
        "| `tag` | body | string | false | Word. |\n"
    )
    assert shown(page, *NAMES) == {
        ("path parameter", "id", "Which."), ("query parameter", "expand", "More."), ("request field", "tag", "Word."),
    }  # fmt: skip


def test_headings_of_responses_name_their_status() -> None:
    page = read(
        '# Get\n\n`GET /trees`\n\n### Response `200`\n\n```json\n{"id": 1}\n```\n\n### Response `404`\n\n'
        '```json\n{"error": "none"}\n```\n'
    )
    assert shown(page, *STATUSES, *BODIES) == {
        ("success status", "200", ""), ("error status", "404", ""), ("response example", "", '{"id": 1}'),
    }  # fmt: skip


TABS = """# Trees

## Get a tree

<mark style="color:blue;">`GET`</mark> `https://api.orchard.example/v1/trees/:id`

#### Query Parameters

| Name | Type | Description |
| --- | --- | --- |
| limit<mark style="color:red;">*</mark> | Integer | How many. |
| after | String | From. |

#### Headers

| Name | Type | Description |
| --- | --- | --- |
| Authorization | String | Bearer token |

{% tabs %}
{% tab title="200: OK Found" %}
```json
{"id": "t1"}
```
{% endtab %}

{% tab title="404: Not Found No such tree" %}
```json
{"error": "x"}
```
{% endtab %}
{% endtabs %}
"""


def test_tabs_of_gitbook_name_the_status_of_the_code_in_them() -> None:
    page = read(TABS)
    assert shown(page, FactKind.CREDENTIAL, FactKind.REQUIRED, *STATUSES, *BODIES) == {
        ("credential", "", "bearer"), ("required", "path id", True), ("required", "query limit", True),
        ("required", "query after", False), ("success status", "200", "OK"), ("error status", "404", "Not Found"),
        ("condition", "404", "No such tree"), ("response example", "", '{"id": "t1"}'),
    }  # fmt: skip


TAGS = """# Trees

{% swagger method="post" path="/trees/{id}" baseUrl="https://api.orchard.example/v1" summary="Change a tree" %}
{% swagger-parameter in="path" name="id" type="String" required="true" %}
{% endswagger-parameter %}
{% swagger-parameter in="body" name="name" type="String" %}
{% endswagger-parameter %}

{% swagger-response status="200: OK" description="Changed" %}
```json
{"id": "t1"}
```
{% endswagger-response %}

{% swagger-response status="404: Not Found" description="No such tree" %}
{% endswagger-response %}
{% endswagger %}
"""


def test_tags_of_gitbook_hold_a_whole_operation() -> None:
    page = read(TAGS)
    assert page.operations == ["POST /v1/trees/{id}"]
    kinds = (FactKind.HOST, FactKind.REQUIRED, FactKind.TYPE, *STATUSES, *BODIES)
    assert {each for each in shown(page, *kinds) if "response " not in each[1]} == {
        ("host", "", "api.orchard.example"), ("required", "path id", True), ("type", "path id", "string"),
        ("required", "request name", False), ("type", "request name", "string"), ("success status", "200", "OK"),
        ("error status", "404", "Not Found"), ("condition", "404", "No such tree"),
        ("response example", "", '{"id": "t1"}'),
    }  # fmt: skip


def test_fences_inside_a_component_are_code_with_the_status_they_name() -> None:
    page = read(
        "---\ntitle: 'Plant'\nopenapi: 'POST /v1/trees'\ndescription: 'Plants one.'\n---\n\n<ResponseExample>\n"
        '```json 201\n{"id": "t1"}\n```\n```json 400\n{"error": "x"}\n```\n</ResponseExample>\n'
    )
    assert shown(page, FactKind.TITLE, FactKind.DESCRIPTION, *STATUSES, *BODIES) == {
        ("title", "", "Plant"), ("description", "", "Plants one."), ("success status", "201", ""),
        ("error status", "400", ""), ("response example", "", '{"id": "t1"}'),
    }  # fmt: skip
    assert left(page) == []
