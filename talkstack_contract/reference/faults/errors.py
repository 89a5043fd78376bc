"""Faults of the errors of getActiveProject: 401, 404 and 500."""

from collections.abc import Iterator

from talkstack_contract.reference.answers import Delivery
from talkstack_contract.reference.credentials import Kind
from talkstack_contract.reference.faults.error_ways import (
    ways_of_error_form,
    ways_of_internals,
    ways_of_leaked_value,
    ways_of_success_marks,
    with_data,
    without_data,
)
from talkstack_contract.reference.faults.grounds import FAILURE, REFUSAL, REFUSALS, answered
from talkstack_contract.reference.faults.model import Fault, Ground, Way, laid
from talkstack_contract.reference.faults.spoils import instead
from talkstack_contract.reference.faults.status_ways import ways_of_delivery, ways_of_redirect, ways_of_status
from talkstack_contract.reference.faults.success import PATH, PAYLOAD, strangers_answer

STATUS_401, STATUS_404, STATUS_500 = (f"status.is-{status}" for status in (401, 404, 500))

REFUSED_OTHERWISE = (204, 402, 405, 407, 410, 418, 422, 429, 498, 501, 503)
MISSING_OTHERWISE = (201, 204, 400, 403, 405, 409, 410, 422, 500, 501, 503)
FAILED_OTHERWISE = (200, 204, 400, 403, 404, 409, 422, 429, 501, 502, 503, 504)

BEARER_CASE, KEY_CASE = "no-active-project", "no-active-project-by-api-key"
NO_ACTIVE_PROJECT = Ground(BEARER_CASE, "An account with no active project", (BEARER_CASE, KEY_CASE), answered(404))
NO_ACTIVE_PROJECT_BY_ONE = (
    Ground(
        "no-active-project-by-bearer",
        "A bearer token without an active project",
        (BEARER_CASE,),
        answered(404, Kind.BEARER),
    ),
    Ground(KEY_CASE, "An API key without an active project", (KEY_CASE,), answered(404, Kind.API_KEY)),
)

EMPTIES: dict[str, object] = {"null": None, "empty-object": {}, "empty-list": [], "empty-text": ""}


def error_faults() -> Iterator[Fault]:
    """Every fault of an error."""
    yield from _refusal_faults()
    yield from _no_active_project_faults()
    yield from _failure_faults()
    for ground in (REFUSAL, NO_ACTIVE_PROJECT, FAILURE):
        yield from laid((ground,), ways_of_success_marks(PAYLOAD))
        yield from laid((ground,), ways_of_internals())
        yield from laid((ground,), ways_of_error_form())


def _refusal_faults() -> Iterator[Fault]:
    accepted = Way("accepted", (STATUS_401,), "gets the project", instead(with_data))
    yield from laid(REFUSALS.values(), (accepted, *ways_of_status(STATUS_401, (200, 400, 403, 404, 500))))
    yield from laid((REFUSAL,), ways_of_status(STATUS_401, REFUSED_OTHERWISE))
    yield from laid((REFUSAL,), ways_of_redirect(STATUS_401, PATH))
    yield from laid((REFUSAL,), ways_of_delivery(STATUS_401, Delivery.NONE))
    yield from laid((REFUSALS["token-altered"], REFUSALS["key-altered"]), ways_of_leaked_value())


def _no_active_project_faults() -> Iterator[Fault]:
    yield from laid((NO_ACTIVE_PROJECT,), ways_of_status(STATUS_404, MISSING_OTHERWISE))
    yield from laid((NO_ACTIVE_PROJECT,), ways_of_redirect(STATUS_404, PATH))
    yield from laid((NO_ACTIVE_PROJECT, *NO_ACTIVE_PROJECT_BY_ONE), _emptiness_ways())
    yield from laid(NO_ACTIVE_PROJECT_BY_ONE, ways_of_status(STATUS_404, (400, 401, 500)))
    yield from laid(NO_ACTIVE_PROJECT_BY_ONE, ways_of_delivery(STATUS_404, Delivery.NONE))


def _emptiness_ways() -> Iterator[Way]:
    yield from ways_of_status(STATUS_404, (200,))
    for name, empty in EMPTIES.items():
        words = f"gets a success with {name} as {PAYLOAD}"
        yield Way(f"gets-{name}", (STATUS_404,), words, without_data(PAYLOAD, empty))
    inactive, anothers = "gets a project that is not active", "gets another account's project"
    yield Way("gets-inactive-project", (STATUS_404,), inactive, instead(with_data))
    yield Way("gets-anothers-project", (STATUS_404,), anothers, instead(strangers_answer))


def _failure_faults() -> Iterator[Fault]:
    data = Way("gets-data", (STATUS_500,), "gets a success with the data", instead(with_data))
    yield from laid((FAILURE,), (data, *ways_of_status(STATUS_500, FAILED_OTHERWISE)))
    yield from laid((FAILURE,), ways_of_redirect(STATUS_500, PATH))
    yield from laid((FAILURE,), ways_of_delivery(STATUS_500, Delivery.NONE, Delivery.NEVER))
