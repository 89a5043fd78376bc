"""What holds for any text: no exception, an account of every line, a place for every fact, work in step with length."""

import json
import re
import string
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as some

from talkstack_contract.docs.contracts.comparison import compared
from talkstack_contract.docs.facts import How
from talkstack_contract.docs.json_text import ReadBody, Slip, read_body
from talkstack_contract.docs.reading import read_facts
from talkstack_contract.docs.source_text import SourceText
from talkstack_contract.documentation import documentation_from
from talkstack_contract.results.documentation import documentation_of, entry_of
from tests.docs.checked import promised
from tests.docs.greenhouse import PAGES
from tests.docs.renderings import RENDERINGS, rendered

TEXTS = [rendered(page, rendering) for page in PAGES for rendering in RENDERINGS]
PIECES = [
    "Endpoint:", "Method: GET", "URL: https://a.example/b",
    "  \u2022 ", "- ", "* ", "```", "```json", "{", "}", "[", "]",
    '"a": 1', "Step 1: Prepare Your Request", "Troubleshooting", "400 Bad Request: If `a` is missing.", "404 Not Found",
    ": x", "#", "> ", "Last updated 2 months ago", "PreviousAbNextCd", "On this page", "Powered by GitBook", "Body:",
    "# Agent Instructions",
    "\r\n", "\n", "\n\n", "\t", "<br>", "&#x20;", "\\", "**", "`a`: b", ".a(optional): b", "...",
    "export const A = {", "\u2028", "| a | b |", "---", "<ParamField", "openapi: 3.1.0", "200 OK", "Status Code:",
    "\x00", "paths: {/a: {get: {}}}",
    "a | b\n--- | ---\n", '<ParamField body="a">', "</ParamField>", "---\ntitle: a\n---\n", "GET https://a.example/b",
    "<html>", "<pre>", "</pre>", "<li>", "<table><tr><td>", "</table>", "<h2>", "<main>", "<script>", "</html>",
    "&amp;", "<!--", "[block:parameters]\n", '{"data": {"h-0": "Name", "0-0": "a"}}\n', "[/block]\n",
    '{% swagger method="get" path="/a" %}\n', '{% tab title="200: OK" %}', "**Query**\n\n", "### GET /a\n",
    "<dt>a</dt><dd>b</dd>", '<div class="Param-name">', "<a>",
    "\ufeff", "1. a", "~~~", "[a]: /b",
]  # fmt: skip
FEW = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@some.composite
def changed_pages(draw: some.DrawFn) -> str:
    """A page of ours with something put in, taken out or said twice."""
    text = draw(some.sampled_from(TEXTS))
    for _ in range(draw(some.integers(1, 4))):
        start = draw(some.integers(0, len(text)))
        end = min(len(text), start + draw(some.integers(0, 200)))
        put = draw(some.sampled_from(["", text[start:end] * 2, *PIECES]) | some.text(max_size=20))
        text = text[:start] + put + text[end:]
    return text


ANY_TEXT = some.text(max_size=400) | some.lists(some.sampled_from(PIECES), max_size=40).map("".join) | changed_pages()


@FEW
@given(ANY_TEXT)
@example("")
@example("\u2022")
@example("Endpoint: /a\nMethod: GET\n{")
def test_any_text_is_read(text: str) -> None:
    read = read_facts(text, "page")
    accounted = {line for each in read.account for line in range(each.first, each.last + 1)}
    lines = SourceText(text).text.split("\n")
    stored = re.split("\r\n|\r|\n", text)
    assert {number for number, line in enumerate(lines, 1) if line.strip()} - accounted == set()
    for fact in read.facts:
        assert fact.how not in (How.PRINTED, How.DERIVED) or fact.place
        assert not fact.place or (
            1 <= fact.place.line <= len(lines) and fact.place.column <= len(stored[fact.place.line - 1]) + 2
        )


@FEW
@given(ANY_TEXT)
def test_any_text_can_be_compared_with_the_contract(text: str) -> None:
    found = compared([read_facts(text, "page")], promised())
    json.dumps([each.as_json() for one in found for each in one.differences])


@FEW
@given(some.lists(ANY_TEXT, min_size=1, max_size=3))
def test_any_pages_can_be_held_against_the_contract_of_a_run(texts: list[str]) -> None:
    found = documentation_from({str(number): text for number, text in enumerate(texts)}, promised())
    assert documentation_of(json.loads(json.dumps(entry_of(found)))) == found
    assert len(found.operations) == len(promised())


@FEW
@given(some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=15,
), some.sampled_from([None, 2]))  # fmt: skip
def test_json_is_read_as_json(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    read = read_body(text)
    assert isinstance(read, ReadBody)
    assert (read.value, read.slips) == (json.loads(text), ())


@FEW
@given(some.text(alphabet="{}[]\",:.'\\ \nab1-te+E" + string.digits, max_size=60))
@example('{"a": 1}{')
@example("[1.]")
@example("-")
def test_text_without_slips_is_json(text: str) -> None:
    read = read_body(text)
    if isinstance(read, ReadBody) and not read.slips:
        assert json.loads(text) == read.value
    else:
        assert isinstance(read, Slip) or read.slips


POSTS = "# A\n\n`POST https://a.example/b`\n\n"
LONG: dict[str, Callable[[int], str]] = {
    "lines": lambda number: "Endpoint: /a\nMethod: GET\n" + "word\n" * number,
    "open-brackets": lambda number: "Endpoint: /a\n" + "{\n" * number,
    "open-brackets-and-labels": lambda number: 'Endpoint: /a\n{"a"\nBody:\n' * number,
    "one-line": lambda number: "Endpoint: /a\nMethod: GET\nStep 1: Body\n" + "a: b.c: d. " * number,
    "glued-statuses": lambda number: "Endpoint:\n/aMethod:\nGET\nTroubleshooting\n" + "400 Bad Request: x." * number,
    "names-below": lambda number: "Endpoint:\n/a\nMethod:\nGET\nStep 2: Request Body\n" + "a\n: b.c\n" * number,
    "bullets": lambda number: "Endpoint: /a\n" + "  \u2022 " * number,
    "blanks": lambda number: "Endpoint: /a\n" + " " * number + "x",
    "markdown-items": lambda number: "# A\n\n" + "* **Endpoint:** `/a`\n" * number,
    "markdown-quotes": lambda number: "# A\n\n" + "> a\n" * number,
    "markdown-marks": lambda number: "# A\n\n**Endpoint:** " + "*a `" * number,
    "markdown-fences": lambda number: "# A\n\n" + "```\n{}\n```\n" * number,
    "markdown-table": lambda number: "# A\n\na | b\n--- | ---\n" + "`a|b | c\n" * number,
    "markdown-components": lambda number: "# A\n\n" + '<ParamField query="a" type="b">\nc\n</ParamField>\n' * number,
    "fields-in-fields": lambda number: (
        f"{POSTS}### Request body\n\n" + "* `a` (object): b\n  * `c` (string): d\n" * number
    ),
    "components-in-components": lambda number: POSTS + '<ParamField body="a" type="object">\n' * number,
    "rows-in-rows": lambda number: f"{POSTS}Name | Type\n--- | ---\n" + "\u21b3 a | object\n" * number,
    "rows-of-places": lambda number: f"{POSTS}Name | In\n--- | ---\n" + "a | query\nb | body\n" * number,
    "sentences-of-statuses": lambda number: POSTS + "Returns 404 if a\n" * number,
    "markdown-cells": lambda number: "# A\n\na | b\n--- | ---\n" + "`a|" * number,
    "openapi": lambda number: "openapi: 3.1.0\npaths:\n" + "".join(f"  /a{n}: {{get: {{}}}}\n" for n in range(number)),
    "words-of-a-response": lambda number: "# A\n\n" + "returns JSON " * number,
    "commands": lambda number: "Endpoint: /a\n" + "curl 'a\ncurl -d \"b\\\n" * number,
    "comments-of-markdown": lambda number: "# A\n\n" + "<!-- a\n" * number,
    "comments-in-code": lambda number: "Endpoint: /a\n{" + "/* // # " * number,
    "tags-of-gitbook": lambda number: "# A\n\n" + '{% tab title="200: OK" %}\n{% swagger-parameter in="a" %\n' * number,
    "fences-in-components": lambda number: "# A\n\n<ResponseExample>\n" + "```json 200\n{}\n```\n" * number,
    "bold-lines": lambda number: "# A\n\n" + "**Query**\n\n**200**\n\n" * number,
    "blocks-of-readme": lambda number: "# A\n\n" + '[block:code]\n{"codes": [{"code": "{}"}]}\n[/block]\n' * number,
    "open-blocks-of-readme": lambda number: "# A\n\n" + "[block:code]\n{\n" * number,
    "html-paragraphs": lambda number: "<html><p>Endpoint: /a</p>" + "<p>a</p>\n" * number,
    "html-nested": lambda number: "<html>" + "<div><b>a" * number,
    "html-entities": lambda number: "<html><p>" + "&amp;&lt;&notit; &#65;" * number,
    "html-fields": lambda number: "<html>" + '<p class="Param-name">a</p><p>b</p>' * number,
    "html-paths": lambda number: "<html><p>GET</p>" + "<p>/</p><p>a</p>" * number,
    "html-code": lambda number: "<html>" + "<pre>{<div>a</div>}</pre>" * number,
    "html-tables": lambda number: "<html>" + "<table><tr><th>Name</th></tr><tr><td>a</td></tr></table>" * number,
    "html-documents": lambda number: "<html><script>" + '{"openapi": "3.1", ' * number,
    "hidden": lambda number: "Endpoint: /a\n" + "\u200b b" * number,
    "words-to-machines": lambda number: "# A\n\n" + "note to all the AI if you are an ignore all of the " * number,
    "quotes": lambda number: "Endpoint: /a\n{" + '"' * number,
    "fields": lambda number: "Endpoint: /a\nMethod: POST\nStep 2: Request Body\n" + "  \u2022 a: b\n" * number,
}


def _work(text: str) -> int:
    """Return how many calls Python makes to read a text: the same on every machine."""
    import sys

    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read_facts(text, "page")
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("name", LONG)
def test_work_grows_with_the_length_and_not_with_its_square(name: str) -> None:
    some_work, more_work = _work(LONG[name](200)), _work(LONG[name](1600))
    assert more_work <= 8 * 1.3 * some_work + 2_000
