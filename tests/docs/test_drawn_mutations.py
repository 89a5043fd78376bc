"""Changes that are drawn, on any page and in any rendering: each is reported as what it is, and as nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some

from talkstack_contract.model import Json
from tests.docs.checked import Shown, check
from tests.docs.greenhouse import PAGES, DocsPage, Field, pretty
from tests.docs.renderings import RENDERINGS

Changed = tuple[DocsPage, set[Shown]]
PHRASES = {409: "Conflict", 422: "Unprocessable Entity", 403: "Forbidden", 503: "Service Unavailable"}
REQUESTED_ELSEWHERE = ("Move Plant", "All Plants", "Study Run")  # whose block under the request is none, or is nested


def another_error(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    assume(page.errors)
    error = draw(some.sampled_from(page.errors))
    code = draw(some.sampled_from(sorted(PHRASES)))
    new = replace(error, code=code, phrase=PHRASES[code])
    errors = tuple(new if each is error else each for each in page.errors)
    gone, come = ("removed", "error status", str(error.code), False), ("added", "error status", str(code), False)
    return replace(page, errors=errors), {gone, come}


def an_error_less(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    named = [each for each in page.errors if not any(f"`{field.name}`" in each.condition for field in page.fields)]
    assume(len(page.errors) > 1 and named)
    error = draw(some.sampled_from(named))
    errors = tuple(each for each in page.errors if each is not error)
    return replace(page, errors=errors), {("removed", "error status", str(error.code), False)}


def another_host(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    host = draw(some.sampled_from(["other.greenhouse.example", "127.0.0.1:8080", "greenhouse.example"]))
    return replace(page, url=f"https://{host}{page.path}"), {("changed", "host", "", True)}


def another_media_type(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    kind = draw(some.sampled_from(["application/xml", "text/csv", "application/vnd.greenhouse+json"]))
    return replace(page, header=f"Content-Type: {kind}"), {("changed", "header", "content-type", True)}


def a_request_field_more(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    assume(page.fields and page.request and page.title not in REQUESTED_ELSEWHERE)
    is_optional = draw(some.booleans())
    body = {**json.loads(page.request), "extraField": "x"}
    field = Field("extraField", "More.", not is_optional, "optional" if is_optional else "")
    changed = replace(page, request=pretty(body), fields=(*page.fields, field))
    return changed, {("added", "request field", "extraField", not is_optional)}


def _body(page: DocsPage) -> dict[str, Json]:
    try:
        body = json.loads(page.response)
    except ValueError:
        body = None
    assume(isinstance(body, dict))
    return dict(body)


def a_response_field_more(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    value = draw(some.sampled_from(["a", 1, True, 2.5, None, [1], {"inner": 1}, [{"inner": 1}]]))
    changed = replace(page, response=pretty({**_body(page), "extra_key": value}))
    return changed, {("added", "response field", "extra_key", False)}


def another_type(page: DocsPage, draw: Callable[..., Json]) -> Changed:
    body = _body(page)
    texts = [key for key, value in body.items() if isinstance(value, str) and key not in ("message", "status")]
    assume(texts)
    key = draw(some.sampled_from(texts))
    value = draw(some.sampled_from([1, True, 2.5, ["x"]]))
    changed = replace(page, response=pretty({**body, key: value}))
    return changed, {("changed", "type", f"response {key}", True)}


CHANGES: tuple[Callable[[DocsPage, Callable[..., Json]], Changed], ...] = (
    another_error, an_error_less, another_host, another_media_type, a_request_field_more, a_response_field_more,
    another_type,
)  # fmt: skip


@some.composite
def changed_pages(draw: some.DrawFn) -> Changed:
    page = draw(some.sampled_from(PAGES))
    change = draw(some.sampled_from(CHANGES))
    changed: Changed = change(page, draw)
    return changed


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
@given(changed_pages(), some.sampled_from(RENDERINGS))
def test_drawn_change_is_reported_as_what_it_is(changed: Changed, rendering: str) -> None:
    page, expected = changed
    assert check([page], rendering) == expected
