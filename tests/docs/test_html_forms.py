"""HTML that is not as generators write it: without end tags, of divisions only, with statuses as headings."""

import html

import pytest

from talkstack_contract.docs.facts import FactKind, How, PageFacts
from talkstack_contract.docs.pages.page import BlockKind
from talkstack_contract.docs.reading import read_facts
from tests.docs.test_unlisted_forms import shown

STATUSES = (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS, FactKind.CONDITION)
REQUEST = "<p><b>Endpoint:</b> <code>/trees</code></p><p><b>Method:</b> <code>POST</code></p>"


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body><main><h1>Plant a tree</h1>{body}</main></body></html>\n"


def read(body: str, head: str = "") -> PageFacts:
    return read_facts(page(body, head), "page")


def left(read_page: PageFacts) -> list[str]:
    return [each.text for each in read_page.not_understood]


def test_tags_without_an_end_are_read_as_the_standard_says() -> None:
    text = (
        "<HTML><BODY>\n<H1>Get a tree\n<P>Shows it.\n<P><B>Endpoint:</B> <TT>/trees/:id</TT>\n<P><B>Method:</B> GET\n"
        '<H2>Response\n<P>Status Code: 200 OK\n<PRE>{"id": "t1"}</PRE>\n<H2>Errors\n<UL><LI>404 Not Found: None.<LI>401'
        " Unauthorized: No key.</UL></BODY></HTML>"
    )
    found = read_facts(text, "page")
    assert found.operations == ["GET /trees/{id}"]
    assert shown(found, *STATUSES) == {
        ("success status", "200", "OK"), ("error status", "404", "Not Found"), ("condition", "404", "None."),
        ("error status", "401", "Unauthorized"), ("condition", "401", "No key."),
    }  # fmt: skip
    assert left(found) == []


def test_labels_in_divisions_are_read_and_code_in_them_too() -> None:
    rows = "<div><span>Endpoint:</span><span>/trees</span></div><div><span>Method:</span> <span>GET</span></div>"
    found = read(f'{rows}<div>Status Code: 200 OK</div><div class="code">{{"id": "t1"}}</div>')
    assert found.operations == ["GET /trees"]
    assert shown(found, FactKind.RESPONSE_EXAMPLE) == {("response example", "", '{"id": "t1"}')}


def test_text_that_looks_like_a_body_and_is_none_is_not_understood() -> None:
    assert left(read(f"{REQUEST}<h2>Response</h2><p>{{id: ?}}</p>")) == ["{id: ?}"]


def test_headings_that_are_statuses_hold_what_stands_below_them() -> None:
    found = read(
        f"{REQUEST}<h2>Responses</h2><h3>201 Created</h3><pre>{{}}</pre><h3>400 Bad Request</h3>"
        '<pre>{"error": "no name"}</pre><h3>429</h3><p>Too often.</p><p>Wait a minute.</p>'
    )
    assert shown(found, *STATUSES, FactKind.RESPONSE_EXAMPLE, FactKind.RESPONSE_FIELD) == {
        ("success status", "201", "Created"), ("error status", "400", "Bad Request"), ("error status", "429", ""),
        ("condition", "429", "Too often."), ("response example", "", "{}"),
    }  # fmt: skip
    assert left(found) == ["Wait a minute."]


def test_summary_of_details_is_a_heading_and_its_list_are_fields() -> None:
    fields = (
        "<li><code>limit</code> <i>integer</i> — How many.</li><li><code>after</code> (string, optional): From.</li>"
    )
    found = read(
        f"<pre>GET /trees?limit=1</pre><details><summary>Query parameters</summary><ul>{fields}</ul></details>"
    )
    assert shown(found, FactKind.QUERY_PARAMETER, FactKind.TYPE) == {
        ("query parameter", "limit", "How many."), ("type", "query limit", "integer"),
        ("query parameter", "after", "From."), ("type", "query after", "string"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("head", "cells", "required"),
    [
        ("Required", ("✓", ""), (True, False)),
        ("Required", ("yes", "no"), (True, False)),
        ("Optional", ("no", "yes"), (True, False)),
    ],
)
def test_column_of_a_table_says_what_is_required(
    head: str, cells: tuple[str, str], required: tuple[bool, bool]
) -> None:
    rows = "".join(
        f"<tr><td>{name}</td><td>{cell}</td><td>A.<br>B.</td></tr>" for name, cell in zip("ab", cells, strict=True)
    )
    heads = f"<tr><th>Field</th><th>{head}</th><th>Description</th></tr>"
    found = read(f"{REQUEST}<h2>Request body</h2><table>{heads}{rows}</table>")
    assert shown(found, FactKind.REQUIRED, FactKind.REQUEST_FIELD) == {
        *((("required", f"request {name}", each)) for name, each in zip("ab", required, strict=True)),
        *((("request field", name, "A. B.")) for name in "ab"),
    }  # fmt: skip


def test_method_without_a_path_is_no_operation_and_is_listed() -> None:
    found = read(f"{REQUEST}<h2>Response</h2><p>Status Code: 200 OK</p><div hidden><p>Method: DELETE</p></div>")
    assert (found.operations, left(found)) == (["POST /trees"], ["Method: DELETE"])


def test_scripts_styles_comments_and_navigation_say_nothing_and_are_accounted_for() -> None:
    head = '<script>var a = "Method: DELETE";</script>\n<style>p:after { content: "Method: PUT" }</style>\n'
    text = page(
        f"\n<!-- Method: PATCH -->\n<nav>\n<p>Method: TRACE</p>\n</nav>\n{REQUEST}\n<button>Try</button>\n", head
    )
    found = read_facts(text, "page")
    assert found.operations == ["POST /trees"]
    roles = {each.role for each in found.account}
    assert roles >= {
        str(kind) for kind in (BlockKind.SCRIPT, BlockKind.COMMENT, BlockKind.NAVIGATION, BlockKind.MARKUP)
    }


def test_part_of_a_page_that_begins_with_a_division_is_html() -> None:
    found = read_facts(f'<div class="content"><h1>Plant</h1>{REQUEST}<p>.</p></div>', "page")
    assert (found.rendering, found.is_whole, found.operations) == ("html", False, ["POST /trees"])


def test_markdown_that_begins_with_a_division_is_markdown() -> None:
    text = '<div align="center">Logo</div>\n\n# Plant\n\n**Endpoint:** `/trees`\n\n**Method:** `POST`\n'
    found = read_facts(text, "page")
    assert (found.rendering, found.operations) == ("md", ["POST /trees"])


def test_page_that_scripts_would_fill_says_nothing() -> None:
    found = read_facts(
        '<!doctype html><html><body><div id="root"></div><script src="/a.js"></script></body></html>', "page"
    )
    assert (found.facts, found.operations) == ((), [])


@pytest.mark.parametrize(
    ("end", "is_whole"), [("</html>\n", True), ("</html>\n<!-- made by hand -->", True), ("", False)]
)
def test_end_of_a_page_is_its_end_tag(end: str, is_whole: bool) -> None:
    found = read_facts(f"<!doctype html><html><body><main>{REQUEST}</main>{end}", "page")
    absent = {fact.how for fact in found.facts if fact.kind is FactKind.ERROR_STATUS}
    assert (found.is_whole, absent) == (is_whole, {How.NOT_FOUND if is_whole else How.CUT})


@pytest.mark.parametrize("text", ["a &amp;&lt;b&gt; c", "caf&eacute; &#x2764; &notit;", "1 &lt 2 &copy 3"])
def test_entities_are_read_and_places_are_those_of_the_source(text: str) -> None:
    body = f'{REQUEST}<h2>Response</h2><pre>{{"note": "{text}", "last": 1}}</pre>'
    found = read(body)
    [example] = [fact for fact in found.facts if fact.kind is FactKind.RESPONSE_EXAMPLE]
    [last] = [fact for fact in found.facts if fact.kind is FactKind.RESPONSE_FIELD and fact.name == "last"]
    assert example.value == {"note": html.unescape(text), "last": 1}
    assert last.place
    assert page(body).split("\n")[last.place.line - 1][last.place.column - 1 :].startswith('"last"')
