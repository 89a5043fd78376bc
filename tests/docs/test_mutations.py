"""A change of a page is reported as what it is, in each rendering; other words, order and cuts are no change."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from talkstack_contract.docs.facts import DefectKind
from talkstack_contract.docs.reading import read_facts
from talkstack_contract.model import Json
from tests.docs.checked import Shown, check, differences, page_of
from tests.docs.greenhouse import BOTH, HOST, PAGES, DocsPage, Field, Reply, pretty
from tests.docs.renderings import RENDERINGS, rendered


def with_body(page: DocsPage, change: Callable[[Json], object], side: str = "response") -> DocsPage:
    body = json.loads(getattr(page, side))
    change(body)
    return replace(page, response=pretty(body)) if side == "response" else replace(page, request=pretty(body))


def with_error(page: DocsPage, code: int, new: Reply | None) -> DocsPage:
    errors = (new if each.code == code else each for each in page.errors)
    return replace(page, errors=tuple(each for each in errors if each))


def renamed(name: str, new: str) -> Callable[[DocsPage], DocsPage]:
    def change(page: DocsPage) -> DocsPage:
        fields = tuple(replace(each, name=new) if each.name == name else each for each in page.fields)
        errors = tuple(replace(each, condition=each.condition.replace(f"`{name}`", f"`{new}`")) for each in page.errors)
        request = page.request.replace(f'"{name}"', f'"{new}"')
        return replace(page, fields=fields, errors=errors, request=request)

    return change


BREAKS, HOLDS = True, False
CHANGES: dict[str, tuple[str, Callable[[DocsPage], DocsPage], set[Shown]]] = {
    "method": (
        "Add a Bed", lambda page: replace(page, method="PUT"), {("changed", "method", "", BREAKS)},
    ),
    "path": (
        "Add a Bed", lambda page: replace(page, path="/beds/new-bed"), {("changed", "path", "", BREAKS)},
    ),
    "path-and-its-parameter": (
        "Get Bed",
        lambda page: replace(page, path="/beds/:bedName", parameters=(Field("bedName", "Which bed."),)),
        {
            ("changed", "path", "", BREAKS),
            ("added", "path parameter", "bedName", BREAKS),
            ("removed", "path parameter", "bedId", BREAKS),
        },
    ),
    "host": (
        "Add a Bed",
        lambda page: replace(page, url="https://beds.greenhouse.example/beds/add-bed"),
        {("changed", "host", "", BREAKS)},
    ),
    "credential-less": (
        "Add a Bed", lambda page: replace(page, authorization="Bearer token"), {("changed", "credential", "", BREAKS)},
    ),
    "credential-more": (
        "New Key", lambda page: replace(page, authorization=BOTH), {("changed", "credential", "", HOLDS)},
    ),
    "credential-gone": (
        "Add a Bed", lambda page: replace(page, authorization=""), {("removed", "credential", "", BREAKS)},
    ),
    "credential-new": (
        "Enter", lambda page: replace(page, authorization="Bearer token"), {("changed", "credential", "", BREAKS)},
    ),
    "media-type": (
        "Add a Bed",
        lambda page: replace(page, header="Content-Type: multipart/form-data"),
        {("changed", "header", "content-type", BREAKS)},
    ),
    "media-type-of-a-get": (
        "Get Bed",
        lambda page: replace(page, header="Content-Type: text/plain"),
        {("changed", "header", "content-type", BREAKS)},
    ),
    "success-status": (
        "Add a Bed",
        lambda page: replace(page, success="201 Created"),
        {("added", "success status", "201", HOLDS), ("removed", "success status", "200", BREAKS)},
    ),
    "error-status": (
        "Get Bed",
        lambda page: with_error(page, 404, Reply(410, "Gone", "If there is no such bed.")),
        {("added", "error status", "410", HOLDS), ("removed", "error status", "404", HOLDS)},
    ),
    "error-phrase": (
        "Read Plant",
        lambda page: with_error(page, 404, Reply(404, "Bad Request", "If there is no such plant.")),
        {("changed", "error status", "404", HOLDS)},
    ),
    "error-added": (
        "Get Bed",
        lambda page: replace(page, errors=(*page.errors, Reply(429, "Too Many Requests", "If asked too often."))),
        {("added", "error status", "429", HOLDS)},
    ),
    "error-gone": (
        "Get Bed", lambda page: with_error(page, 401, None), {("removed", "error status", "401", HOLDS)},
    ),
    "all-errors-gone": (
        "New Key",
        lambda page: replace(page, errors=()),
        {("removed", "error status", "401", HOLDS), ("removed", "error status", "500", HOLDS)},
    ),
    "response-field-added": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body["bed"].update(colour="red")),
        {("added", "response field", "bed.colour", HOLDS)},
    ),
    "response-object-added": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body.update(owner={"id": "x", "name": "y"})),
        {("added", "response field", "owner", HOLDS)},
    ),
    "response-field-gone": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body["bed"].pop("name")),
        {("removed", "response field", "bed.name", BREAKS)},
    ),
    "response-object-gone": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body.pop("bed")),
        {("removed", "response field", "bed", BREAKS)},
    ),
    "response-field-renamed": (
        "Get Bed",
        lambda page: replace(page, response=page.response.replace("depth_cm", "depthCm")),
        {("added", "response field", "bed.depthCm", HOLDS), ("removed", "response field", "bed.depth_cm", BREAKS)},
    ),
    "response-type": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body["bed"].update(depth_cm="40")),
        {("changed", "type", "response bed.depth_cm", BREAKS)},
    ),
    "response-number-for-text": (
        "New Key",
        lambda page: with_body(page, lambda body: body.update(apiKey=7)),
        {("changed", "type", "response apiKey", BREAKS)},
    ),
    "response-literal": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body.update(message="here is the bed.")),
        {("changed", "response example", "message", BREAKS)},
    ),
    "envelope-status": (
        "Get Bed",
        lambda page: with_body(page, lambda body: body.update(status="ok")),
        {("changed", "response example", "status", BREAKS)},
    ),
    "response-body-gone": (
        "New Key",
        lambda page: replace(page, response=""),
        {("removed", "response field", name, BREAKS) for name in ("message", "status", "apiKey")},
    ),
    "request-field-added": (
        "Read Plant",
        lambda page: replace(
            with_body(page, lambda body: body.update(pot="clay"), "request"),
            fields=(*page.fields, Field("pot", "Which pot.")),
        ),
        {("added", "request field", "pot", BREAKS)},
    ),
    "optional-request-field-added": (
        "Read Plant",
        lambda page: replace(
            with_body(page, lambda body: body.update(pot="clay"), "request"),
            fields=(*page.fields, Field("pot", "Which pot.", mark="optional")),
        ),
        {("added", "request field", "pot", HOLDS)},
    ),
    "request-field-gone": (
        "Water Now",
        lambda page: replace(
            with_body(page, lambda body: body.pop("hints"), "request"), fields=page.fields[:2],
        ),
        {("removed", "request field", "hints", BREAKS)},
    ),
    "request-field-renamed": (
        "Read Plant",
        renamed("plantId", "plant"),
        {("added", "request field", "plant", BREAKS), ("removed", "request field", "plantId", BREAKS)},
    ),
    "request-field-optional-now": (
        "Water Now",
        lambda page: replace(
            page,
            fields=(page.fields[0], replace(page.fields[1], mark="optional"), page.fields[2]),
            errors=(Reply(400, "Bad Request", "If `bedId` is missing."), *page.errors[1:]),
        ),
        {("changed", "required", "request litres", HOLDS)},
    ),
    "request-field-required-now": (
        "Clear Bed",
        lambda page: replace(page, fields=(replace(page.fields[0], mark=""),)),
        {("changed", "required", "request withPlants", BREAKS)},
    ),
    "request-type": (
        "Water Now",
        lambda page: with_body(page, lambda body: body.update(litres="2.5"), "request"),
        {("changed", "type", "request litres", BREAKS)},
    ),
    "query-parameter-added": (
        "Past Runs",
        lambda page: replace(page, parameters=(*page.parameters, Field("soil", "Its soil.", mark="optional"))),
        {("added", "query parameter", "soil", HOLDS)},
    ),
    "query-parameter-gone": (
        "Past Runs",
        lambda page: replace(page, parameters=page.parameters[1:]),
        {("removed", "query parameter", "from", BREAKS)},
    ),
    "query-parameter-required-now": (
        "Past Runs",
        lambda page: replace(page, parameters=(replace(page.parameters[0], mark=""), *page.parameters[1:])),
        {("changed", "required", "query from", BREAKS)},
    ),
}  # fmt: skip


def reworded(page: DocsPage) -> DocsPage:
    errors = tuple(replace(each, condition=f"{each.condition[:-1]}, as it happens.") for each in page.errors)
    fields = tuple(replace(each, meaning=f"In other words: {each.meaning}") for each in page.fields)
    return replace(
        page, description="Quite another description.", response_prose="What comes back.", errors=errors, fields=fields
    )


SAME: dict[str, Callable[[DocsPage], DocsPage]] = {
    "other-words": reworded,
    "errors-in-another-order": lambda page: replace(page, errors=page.errors[::-1]),
    "fields-in-another-order": lambda page: replace(page, fields=page.fields[::-1]),
    "steps-counted-otherwise": lambda page: replace(page, steps=("Step 2:", "Step 3:", "Step 4:", "Step 5:")),
    "another-heading-of-the-body": lambda page: replace(
        page, body_heading="Construct Request Body" if page.body_heading else ""
    ),
    "another-heading-of-the-response": lambda page: replace(
        page, response_heading="Handle the Response" if page.response_heading else ""
    ),
    "meta-said-twice": lambda page: replace(page, updated=2),
    "with-a-trailer": lambda page: replace(page, trailer="two", preamble=True),
    "another-sample": lambda page: replace(page, response=page.response.replace("xxxxxxxx", "wwwwwwww")),
}


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("name", CHANGES)
def test_change_is_reported_as_what_it_is(name: str, rendering: str) -> None:
    title, change, expected = CHANGES[name]
    assert check([change(page_of(title))], rendering) == expected


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_pages_of_the_contract_differ_in_nothing(rendering: str) -> None:
    assert check(PAGES, rendering) == set()


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("name", SAME)
def test_what_is_no_change_is_not_reported(name: str, rendering: str) -> None:
    assert (
        check(
            [SAME[name](page) for page in PAGES if "another-order" not in name or page.title != "Study Run"], rendering
        )
        == set()
    )


TYPOGRAPHY: dict[str, Callable[[str], str]] = {
    "carriage-returns": lambda text: text.replace("\n", "\r\n"),
    "blanks-at-line-ends": lambda text: text.replace("\n", "  \n"),
    "blanks-that-do-not-break": lambda text: re.sub(r"(?<=\w) (?=\w)(?![^<>]*>)", "\u00a0", text),
    "typographic-apostrophes": lambda text: text.replace("such", "the plant\u2019s"),
    "more-blank-lines": lambda text: text.replace("\n\n", "\n\n\n\n"),
    "no-line-end-at-the-end": lambda text: text.rstrip("\n"),
    "byte-order-mark": lambda text: "\ufeff" + text,
}


@pytest.mark.parametrize("rendering", RENDERINGS)
@pytest.mark.parametrize("name", TYPOGRAPHY)
def test_typography_is_no_change(name: str, rendering: str) -> None:
    pages = [read_facts(TYPOGRAPHY[name](rendered(page, rendering)), page.title, is_whole=True) for page in PAGES]
    assert differences(*pages) == set()


@pytest.mark.parametrize("marks", ["#", "##", "####", "######"])
def test_level_of_a_heading_is_no_change(marks: str) -> None:
    texts = [rendered(page, "md").replace("### ", f"{marks} ") for page in PAGES]
    assert differences(*(read_facts(text, "page", is_whole=True) for text in texts)) == set()


def test_tabs_that_indent_are_no_change() -> None:
    texts = [rendered(page, "text").replace("    ", "\t") for page in PAGES]
    assert differences(*(read_facts(text, "page", is_whole=True) for text in texts)) == set()


@pytest.mark.parametrize("rendering", RENDERINGS)
def test_no_cut_is_taken_for_a_change(rendering: str) -> None:
    found = {}
    for page in PAGES:
        stored = rendered(page, rendering).encode()
        for size in range(50, len(stored), 50):
            if shown := differences(read_facts(stored[:size].decode(errors="ignore"), page.title)):
                found[page.title, size] = shown
    assert found == {}


@pytest.mark.parametrize("rendering", RENDERINGS[:-1])
def test_renderings_that_contradict_are_both_reported(rendering: str) -> None:
    page = page_of("Add a Bed")
    other = replace(page, url="https://beds.greenhouse.example/beds/add-bed")
    pages = [read_facts(rendered(page, "md"), "one"), read_facts(rendered(other, rendering), "two")]
    assert differences(*pages) == {("contradictory", "host", "", False)}


def test_what_one_copy_has_lost_another_gives() -> None:
    page = page_of("Get Bed")
    without = read_facts(rendered(page, "text", without=frozenset({"response"})), "one", is_whole=True)
    assert differences(without, read_facts(rendered(page, "md"), "two")) == set()


def test_method_that_is_changed_in_one_place_only_is_a_defect_too() -> None:
    text = rendered(page_of("Add a Bed"), "text").replace("Method: POST", "Method: PUT")
    read = read_facts(text, "page", is_whole=True)
    assert differences(read) == {("changed", "method", "", True)}
    assert [each.kind for each in read.defects] == [DefectKind.SAID_TWICE]


def test_operation_that_the_contract_does_not_have_is_added() -> None:
    page = replace(
        page_of("Get Bed"), title="Get Tool", path="/tools/:toolId", parameters=(), url=f"https://{HOST}/tools/1"
    )
    assert check([page], "text") == {("added", "path", "", False)}
