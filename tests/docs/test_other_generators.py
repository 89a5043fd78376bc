"""Pages of other generators: what they say is found, what cannot be read is said to be not understood."""

import json
from collections.abc import Callable

import pytest

from talkstack_contract.docs.facts import Fact, FactKind, How, PageFacts
from talkstack_contract.docs.reading import read_facts
from tests.docs.html_layouts import mintlify_html, plain_html, readme_html, readme_html_without_document, slate_html
from tests.docs.other_layouts import (
    HOST,
    OPERATIONS,
    Told,
    gitbook_openapi,
    gitbook_tables,
    mintlify,
    openapi,
    readme,
    readme_blocks,
    readme_text,
    slate,
    slate_section,
)

LAYOUTS: dict[str, tuple[Callable[[Told], str], str]] = {
    "mintlify": (mintlify, "mintlify"),
    "gitbook-tables": (gitbook_tables, "markdown"),
    "gitbook-openapi": (gitbook_openapi, "markdown"),
    "readme": (readme, "readme"),
    "readme-blocks": (readme_blocks, "readme"),
    "readme-html": (readme_html, "readme"),
    "mintlify-html": (mintlify_html, "mintlify"),
    "plain-html": (plain_html, "html"),
}


def told_facts(read: PageFacts, operation: str) -> set[tuple[str, str, object]]:
    kinds = {
        FactKind.METHOD, FactKind.PATH, FactKind.HOST, FactKind.REQUIRED, FactKind.TYPE, FactKind.SUCCESS_STATUS,
        FactKind.ERROR_STATUS, FactKind.QUERY_PARAMETER, FactKind.PATH_PARAMETER, FactKind.REQUEST_FIELD,
    }  # fmt: skip
    return {
        (str(fact.kind), fact.name, _value(fact))
        for fact in read.facts
        if fact.operation == operation and fact.kind in kinds and _is_told(fact)
    }


def _is_told(fact: Fact) -> bool:
    return fact.how in (How.PRINTED, How.DERIVED) and not fact.name.startswith("response ")


def _value(fact: Fact) -> object:
    return None if fact.kind in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS) else fact.value


def expected(told: Told, *, statuses: bool = True) -> set[tuple[str, str, object]]:
    kinds = {"path": "path parameter", "query": "query parameter", "body": "request field"}
    facts: set[tuple[str, str, object]] = {("method", "", told.method), ("path", "", told.path), ("host", "", HOST)}
    for each in told.parameters:
        where = "request" if each.where == "body" else each.where
        facts |= {(kinds[each.where], each.name, each.meaning), ("required", f"{where} {each.name}", each.required)}
        facts |= {("type", f"{where} {each.name}", each.kind)}
    if statuses:
        facts |= {("success status", str(told.status), None)}
        facts |= {("error status", str(code), None) for code, _, _ in told.errors}
    return facts


@pytest.mark.parametrize("told", OPERATIONS, ids=lambda told: told.title.replace(" ", "-"))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_page_of_another_generator_is_read(layout: str, told: Told) -> None:
    write, generator = LAYOUTS[layout]
    read = read_facts(write(told), "page", is_whole=True)
    assert read.generator == generator
    assert read.operations == [f"{told.method} {told.path}"]
    assert told_facts(read, read.operations[0]) == expected(told)
    assert [each.text for each in read.not_understood] == []


@pytest.mark.parametrize("write", [slate, slate_html])
def test_one_page_for_a_whole_api_is_read_with_what_it_tells_once_for_all(
    write: Callable[[tuple[Told, ...]], str],
) -> None:
    read = read_facts(write(OPERATIONS), "page", is_whole=True)
    assert read.generator == "slate"
    assert read.operations == [f"{told.method} {told.path}" for told in OPERATIONS]
    for told in OPERATIONS:
        found = told_facts(read, f"{told.method} {told.path}")
        errors = {("error status", "401", None), ("error status", "404", None)}
        assert found == expected(told, statuses=False) | errors
    credentials = {fact.value for fact in read.facts if fact.kind is FactKind.CREDENTIAL}
    assert credentials == {"bearer"}
    assert [each.text for each in read.not_understood] == []


def test_responses_are_read_in_each_layout() -> None:
    pages = [write(told) for write, _ in LAYOUTS.values() for told in OPERATIONS]
    shown = [
        fact.value
        for text in pages
        for fact in read_facts(text, "page").facts
        if fact.kind is FactKind.RESPONSE_EXAMPLE and fact.value is not None
    ]
    assert shown == [told.response for told in OPERATIONS] * len(LAYOUTS)


def _is_silent(kind: str, name: str, value: object) -> bool:
    """Tell whether a table says nothing of a fact: an empty cell of defaults is no word about what is required."""
    return kind == "required" and value is True and not name.startswith("path ")


@pytest.mark.parametrize("told", OPERATIONS, ids=lambda told: told.title.replace(" ", "-"))
def test_section_of_slate_says_what_it_prints_and_what_it_lacks(told: Told) -> None:
    read = read_facts(slate_section(told), "page", is_whole=True)
    without_types = {fact for fact in expected(told, statuses=False) if fact[0] != "type"}
    listed = {("required", name, None) for kind, name, value in without_types if _is_silent(kind, name, value)}
    told_of = {fact for fact in without_types if not _is_silent(*fact)} | listed
    assert (read.generator, read.operations) == ("slate", [f"{told.method} {told.path}"])
    assert {fact for fact in told_facts(read, read.operations[0]) if fact[0] != "type"} == told_of
    lacking = {fact.kind for fact in read.facts if fact.how is How.NOT_FOUND}
    assert lacking == {FactKind.CREDENTIAL, FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS}
    assert [each.text for each in read.not_understood] == []


def test_fact_of_a_document_in_an_attribute_stands_at_its_place() -> None:
    text = readme_html(OPERATIONS[1])
    [path] = [fact for fact in read_facts(text, "page").facts if fact.kind is FactKind.PATH]
    assert path.place
    assert text.split("\n")[path.place.line - 1][path.place.column - 1 :].startswith("&quot;/trees/{tree_id}&quot;")


@pytest.mark.parametrize("told", OPERATIONS, ids=lambda told: told.title.replace(" ", "-"))
def test_names_that_a_page_does_not_show_are_not_guessed(told: Told) -> None:
    read = read_facts(readme_html_without_document(told), "page", is_whole=True)
    kinds = {FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD, FactKind.TYPE, FactKind.RESPONSE_FIELD}
    assert read.operations == [f"{told.method} {told.path}"]
    assert [fact for fact in read.facts if fact.kind in kinds] == []
    assert [each.text for each in read.not_understood] == [f"{each.kind}{each.meaning}" for each in told.parameters]


@pytest.mark.parametrize(
    "block", ['[block:tutorial-tile]\n{"title": "Method: DELETE"}\n[/block]', "[block:code]\n{not json}\n[/block]"]
)
def test_block_of_readme_that_no_rule_knows_is_listed(block: str) -> None:
    text = readme_blocks(OPERATIONS[0]).replace("[block:image]", f"{block}\n\n[block:image]")
    read = read_facts(text, "page", is_whole=True)
    assert [each.text for each in read.not_understood] == block.split("\n")
    assert read.operations == ["GET /trees"]


def test_document_alone_is_read_operation_by_operation() -> None:
    read = read_facts(json.dumps(openapi(OPERATIONS)), "openapi.json")
    assert (read.rendering, read.is_whole, {*read.operations}) == (
        "openapi", True, {f"{told.method} {told.path}" for told in OPERATIONS},
    )  # fmt: skip


def test_page_that_has_lost_what_it_says_is_not_understood() -> None:
    read = read_facts(readme_text(OPERATIONS[1]), "page", is_whole=True)
    assert read.operations == []
    assert len(read.not_understood) == len(readme_text(OPERATIONS[1]).splitlines())


def test_document_that_refers_to_itself_is_read_once() -> None:
    tree = {"type": "object", "properties": {"id": {"type": "string"}, "next": {"$ref": "#/components/schemas/Tree"}}}
    response = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}
    document = {
        "openapi": "3.1.0",
        "paths": {"/trees": {"get": {"responses": {"200": response}}}},
        "components": {"schemas": {"Tree": tree}},
    }
    read = read_facts(json.dumps(document), "page")
    assert [fact.name for fact in read.facts if fact.kind is FactKind.RESPONSE_FIELD] == ["id", "next"]


def test_document_with_aliases_is_not_unfolded() -> None:
    lines = [
        "openapi: 3.1.0",
        "a0: &a0 [x]",
        *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
        "paths: *a39",
    ]
    assert read_facts("\n".join(lines), "page").operations == []


def test_words_of_yaml_1_1_are_texts() -> None:
    head = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters:\n"
    text = f"{head}      - {{name: b, in: query, schema: {{enum: [NO, on, 012]}}}}\n"
    [enum] = [fact.value for fact in read_facts(text, "page").facts if fact.kind is FactKind.ENUM]
    assert enum == ["NO", "on", 12]


def test_column_of_parameters_that_no_rule_reads_is_listed() -> None:
    page = """# Add bed

`POST https://api.garden.example/beds`

## Body

| Parameter | Type | Required | Allowed | Nullable | Description |
| --- | --- | --- | --- | --- | --- |
| `soil` | string | yes | clay, sand | | The kind of soil. |
| `size` | number | no | | yes | Its size. |
"""
    read = read_facts(page, "beds.md", is_whole=True)
    assert [(each.column, each.text) for each in read.not_understood] == [
        (27, "Allowed: clay, sand"),
        (28, "Nullable: yes"),
    ]
    fields = {fact.name: fact.value for fact in read.facts if fact.kind is FactKind.REQUEST_FIELD}
    assert fields == {"soil": "The kind of soil.", "size": "Its size."}


@pytest.mark.parametrize("component", ["Tab", "Accordion"])
@pytest.mark.parametrize("title", ["403", "403 Forbidden", "Error response", "200", "Response"])
def test_fields_of_an_error_are_none_of_the_success(component: str, title: str) -> None:
    page = f"""# Get bed

`GET https://api.garden.example/beds`

<Tabs>
<{component} title="{title}">
  <ResponseField name="reason" type="object" required>
    <Expandable title="properties">
      <ResponseField name="word" type="string">Why.</ResponseField>
    </Expandable>
  </ResponseField>
</{component}>
<{component} title="200 OK">
  <ResponseField name="soil" type="string" required>Its soil.</ResponseField>
</{component}>
</Tabs>
"""
    read = read_facts(page, "beds.md", is_whole=True)
    is_of_error = title not in ("200", "Response")
    names = {fact.name for fact in read.facts if fact.kind is FactKind.RESPONSE_FIELD}
    assert names == ({"soil"} if is_of_error else {"soil", "reason", "reason.word"})
    assert len([each for each in read.not_understood if "ResponseField" in each.text]) == (2 if is_of_error else 0)
    codes = {fact.name for fact in read.facts if fact.kind is FactKind.ERROR_STATUS and fact.how is How.PRINTED}
    assert codes == ({"403"} if title.startswith("403") else set())
