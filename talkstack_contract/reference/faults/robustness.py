"""Faults that show only when a provider is asked in a way that the docs do not mention."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from talkstack_contract.reference.answers import Answer, Delivery, error
from talkstack_contract.reference.faults.encoding_ways import XML_PAGE
from talkstack_contract.reference.faults.error_ways import TRACES, with_data
from talkstack_contract.reference.faults.grounds import (
    REFUSALS,
    SUCCESS,
    UNDOCUMENTED_METHODS,
    UNKNOWN_HEADER,
    UNKNOWN_QUERY,
    UNUSUAL_ACCEPT,
)
from talkstack_contract.reference.faults.model import Fault, Ground, Scene, Spoil, Way, laid
from talkstack_contract.reference.faults.spoils import both, changed, dropped, instead, page, put, with_status
from talkstack_contract.reference.faults.status_ways import ways_of_delivery, ways_of_status
from talkstack_contract.reference.faults.success import ID, NAME, PAYLOAD
from talkstack_contract.reference.world import Project

NO_SERVER_ERROR, UNCHANGED, REFUSED = "status.is-no-server-error", "answer.is-unchanged", "method.is-refused"
GENERATED = ("answer.keeps-the-contract", "schemathesis.finds-nothing")


def robustness_faults() -> Iterator[Fault]:
    """Every fault that an unusual request brings out, and server errors where nobody looks for them."""
    yield from laid((UNKNOWN_QUERY, UNUSUAL_ACCEPT), _unusual_request_ways())
    yield from laid(UNDOCUMENTED_METHODS, _method_ways())
    yield from laid(UNDOCUMENTED_METHODS, _world_changing_ways())
    yield from laid((UNKNOWN_HEADER,), _generated_ways())
    yield from _server_errors_elsewhere()


def _unusual_request_ways() -> Iterator[Way]:
    yield from ways_of_status(NO_SERVER_ERROR, (500, 503))
    yield from ways_of_delivery(NO_SERVER_ERROR, Delivery.NONE)
    yield from ways_of_status(UNCHANGED, (204, 302, 400, 404, 406))
    for key in (NAME, ID):
        another = changed(key.place, lambda value: f"{value}-else")
        yield Way(f"changes-{key.name}", (UNCHANGED,), f"changes {'.'.join(key.place)}", another)
    yield Way("hides-project", (UNCHANGED,), f"takes {PAYLOAD} away", dropped((PAYLOAD,)))
    yield Way("gives-xml", (UNCHANGED,), "turns the answer into XML", page("application/xml", XML_PAGE))


def _method_ways() -> Iterator[Way]:
    yield from ways_of_status(NO_SERVER_ERROR, (500, 503))
    yield from ways_of_delivery(NO_SERVER_ERROR, Delivery.NONE)
    yield from ways_of_status(REFUSED, (200, 204, 302))
    yield Way("answered-as-get", (REFUSED,), "is answered as GET is", instead(with_data))


def _world_changing_ways() -> Iterator[Way]:
    clauses = ("account.is-unchanged",)
    unset = _changing_projects(lambda project, _: replace(project, is_active=False))
    # Counted, so that no project ever has the name it had before.
    renamed = _changing_projects(lambda project, count: replace(project, name=f"Renamed {count}"))
    yield Way("unsets-project", clauses, "unsets the active project", unset)
    yield Way("renames-project", clauses, "renames the project", renamed)
    yield Way("closes-account", clauses, "closes the account", _closing_account)


def _changing_projects(change: Callable[[Project, int], Project]) -> Spoil:
    def spoil(scene: Scene, answer: Answer) -> Answer:
        if scene.account:
            scene.world.change_projects(scene.account.user_id, lambda project: change(project, scene.times_asked))
        return answer

    return spoil


def _closing_account(scene: Scene, answer: Answer) -> Answer:
    if scene.account:
        scene.world.close_account(scene.account.user_id)
    return answer


def _generated_ways() -> Iterator[Way]:
    for status in (418, 500):
        yield Way(f"answered-{status}", GENERATED, f"is answered {status}", with_status(status))


def _server_errors_elsewhere() -> Iterator[Fault]:
    failed = instead(lambda _: error(500, "Something broke."))
    shows_trace = Way(
        "fails-with-trace",
        ("body.shows-no-server-internals",),
        "is answered 500 with a stack trace",
        both(failed, put(("stack",), TRACES["python"])),
    )
    says_success = Way(
        "fails-as-success",
        ("envelope.status-is-not-success",),
        'is answered 500 with "status": "success"',
        both(failed, put(("status",), "success")),
    )
    for way in (shows_trace, says_success):
        yield _seen_as_server_error(SUCCESS, "status.is-200", way)
        yield _seen_as_server_error(REFUSALS["wrong-token"], "status.is-401", way)
        yield _seen_as_server_error(UNKNOWN_QUERY, NO_SERVER_ERROR, way)


def _seen_as_server_error(ground: Ground, clause: str, way: Way) -> Fault:
    # Whatever the request was, an answer 5xx is held to what a documented 500 may show.
    status = tuple(f"{case}/{clause}" for case in ground.cases)
    inside = tuple(f"internal-error/{name}" for name in way.clauses)
    return replace(ground.fault(way), breaks=status + inside)
