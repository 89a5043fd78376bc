"""Faults that show only when a provider is asked in a way that the docs do not mention."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from reference_provider.answers import Answer, Delivery, error
from reference_provider.faults import grounds, spoils
from reference_provider.faults.encoding_ways import XML_PAGE
from reference_provider.faults.error_ways import TRACES
from reference_provider.faults.inputs import NO_SERVER_ERROR
from reference_provider.faults.model import Fault, Ground, Scene, Way, laid
from reference_provider.faults.printed import Printed
from reference_provider.faults.spoils import both, changed, dropped, instead, put, with_status
from reference_provider.faults.status_ways import ways_of_delivery, ways_of_status
from reference_provider.faults.success import STATUS_CLAUSE, meant_answer

UNCHANGED, REFUSED = "answer.is-unchanged", "method.is-refused"
KEEPS, FINDS = "answer.keeps-the-contract", "schemathesis.finds-nothing"


def robustness_faults(page: Printed, pages: Iterable[Printed]) -> Iterator[Fault]:
    """Every fault that an unusual request brings out, and server errors where nobody looks for them."""
    if page.reads:
        yield from laid(grounds.unusual(page), _unusual_request_ways(page))
        yield from laid(grounds.undocumented_methods(page, pages), _method_ways(page))
    yield from laid((grounds.unknown_header(page),), _generated_ways(page))
    yield from _server_errors_elsewhere(page)


def _unusual_request_ways(page: Printed) -> Iterator[Way]:
    yield from ways_of_status(NO_SERVER_ERROR, (500, 503))
    yield from ways_of_delivery(NO_SERVER_ERROR, Delivery.NONE)
    yield from ways_of_status(UNCHANGED, (204, 302, 400, 404, 406))
    clauses = (UNCHANGED,)
    for key in page.payload:
        another = changed(key.place, lambda value: f"{value}-else")
        yield Way(f"changes-{key.label}", clauses, f"changes {key.shown}", another, key.place)
    top = page.keys[0]
    if top.place:
        yield Way(f"hides-{top.label}", clauses, f"takes {top.shown} away", dropped(top.place), top.place)
    yield Way("gives-xml", clauses, "turns the answer into XML", spoils.page("application/xml", XML_PAGE))


def _method_ways(page: Printed) -> Iterator[Way]:
    yield from ways_of_status(NO_SERVER_ERROR, (500, 503))
    yield from ways_of_delivery(NO_SERVER_ERROR, Delivery.NONE)
    yield from ways_of_status(REFUSED, (200, 204, 302))
    words = f"is answered as {page.method} is"
    yield Way("answered-as-read", (REFUSED,), words, instead(partial(meant_answer, page)))
    closes = "closes the account"
    yield Way("closes-account", ("account.is-unchanged",), closes, _closing_account, alone=True)


def _closing_account(scene: Scene, answer: Answer) -> Answer:
    if scene.account:
        scene.world.close_account(scene.account.user_id)
    return answer


def _generated_ways(page: Printed) -> Iterator[Way]:
    # Where a request has no fields, each is a success: its data under another status breaks the contract too.
    both_broken = (KEEPS, FINDS) if not page.fields else (FINDS,)
    yield Way("answered-204", (KEEPS,), "is answered 204, which no page has", with_status(204))
    yield Way("answered-500", (*both_broken, NO_SERVER_ERROR), "is answered 500", with_status(500))
    if not page.fields:
        yield Way("answered-418", both_broken, "is answered 418", with_status(418))


def _server_errors_elsewhere(page: Printed) -> Iterator[Fault]:
    failed = instead(lambda _: error(500, "Something broke."))
    trace = ("body.shows-no-server-internals",)
    words = "is answered 500 with a stack trace"
    shown = Way("fails-with-trace", trace, words, both(failed, put(("stack",), TRACES["python"])), alone=True)
    status = ("envelope.status-is-not-success",)
    words = 'is answered 500 with "status": "success"'
    says = Way("fails-as-success", status, words, both(failed, put(("status",), "success")), alone=True)
    for way in (shown, says) if page.status else (shown,):
        yield _seen_as_server_error(grounds.success(page), STATUS_CLAUSE, way)
        for ground in grounds.each_refusal(page):
            if ground.name == "wrong-token":
                yield _seen_as_server_error(ground, "status.is-401", way)
        for ground in grounds.unusual(page)[:1] if page.reads else ():
            yield _seen_as_server_error(ground, NO_SERVER_ERROR, way)


def _seen_as_server_error(ground: Ground, clause: str, way: Way) -> Fault:
    # Whatever the request was, an answer 5xx is held to what a documented 500 may show.
    cases = [*((case, clause) for case in ground.cases), *(("internal-error", name) for name in way.clauses)]
    return replace(ground.fault(way), breaks=tuple(f"{ground.operation}/{case}/{name}" for case, name in cases))
