"""Faults of the errors that a page prints, and of what it asks of a credential."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from reference_provider.answers import Delivery
from reference_provider.faults import grounds
from reference_provider.faults.error_ways import ways_of_error_form, ways_of_internals, ways_of_success_marks
from reference_provider.faults.model import Fault, Ground, Way, laid
from reference_provider.faults.printed import Printed
from reference_provider.faults.spoils import instead
from reference_provider.faults.status_ways import ways_of_delivery, ways_of_redirect, ways_of_status
from reference_provider.faults.success import meant_answer

STATUS_401, STATUS_500 = "status.is-401", "status.is-500"
REFUSED = "status.is-a-refusal"  # where no page prints the 401, a refusal is due all the same

REFUSED_OTHERWISE = (204, 402, 405, 407, 410, 418, 422, 498, 501, 503)
FAILED_OTHERWISE = (200, 204, 400, 403, 404, 409, 422, 501, 502, 503, 504)
GUARDED = "a-used-reset-token"  # which opens an account, so that a refusal is due whatever the page says
TOLD_OTHERWISE = (201, 204, 403, 405, 409, 410, 422, 500, 501, 503)


def error_faults(page: Printed) -> Iterator[Fault]:
    """Every fault of a printed error, and of a refused credential."""
    if page.refusals:
        yield from _refusal_faults(page)
    if 500 in page.errors:
        yield from _failure_faults(page)
    for status, cases in page.errors.items():
        if status < 500 and cases:
            yield from _told_faults(page, status, cases)


MALFORMED = "empty-token"  # an Authorization of which RFC 6750, 3.1 lets a provider say 400 too


def accepted(page: Printed, *clauses: str) -> Way:
    """A success where an error is due, with the data of whoever is taken for the asking account."""
    return Way("accepted", clauses, "gets a success", instead(partial(meant_answer, page)))


def _refusal_faults(page: Printed) -> Iterator[Fault]:
    whole = grounds.refusal(page)
    broken = (STATUS_401,) if page.refusals == "printed" else (STATUS_401, REFUSED)
    for ground in grounds.each_refusal(page):
        otherwise = (200, 403, 404, 500) if ground.name == MALFORMED else (200, 400, 403, 404, 500)
        yield from laid((ground,), (accepted(page, *broken), *ways_of_status(STATUS_401, otherwise)))
    yield from laid((whole,), ways_of_status(STATUS_401, REFUSED_OTHERWISE))
    yield from laid((whole,), ways_of_redirect(STATUS_401, page.path))
    yield from laid((whole,), ways_of_delivery(STATUS_401, Delivery.NONE))
    yield from _body_faults(page, whole)


def _failure_faults(page: Printed) -> Iterator[Fault]:
    ground = grounds.failure(page)
    data = replace(accepted(page, STATUS_500), name="gets-data")
    yield from laid((ground,), (data, *ways_of_status(STATUS_500, FAILED_OTHERWISE)))
    yield from laid((ground,), ways_of_redirect(STATUS_500, page.path))
    yield from laid((ground,), ways_of_delivery(STATUS_500, Delivery.NONE, Delivery.NEVER))
    yield from _body_faults(page, ground)


def _told_faults(page: Printed, status: int, cases: tuple[str, ...]) -> Iterator[Fault]:
    whole, clause = grounds.told(page, status, cases), f"status.is-{status}"
    each = (accepted(page, clause), *ways_of_status(clause, (200, 500)))
    refusal = f"{page.operation}/{GUARDED}/{REFUSED}"
    for fault in laid(grounds.each_told(page, status, cases), each):
        lets_in = fault.name.endswith("-accepted") and f"{page.operation}/{GUARDED}/{clause}" in fault.breaks
        yield replace(fault, breaks=(*fault.breaks, refusal)) if lets_in else fault
    yield from laid((whole,), ways_of_status(clause, TOLD_OTHERWISE))
    yield from laid((whole,), ways_of_redirect(clause, page.path))
    yield from laid((whole,), ways_of_delivery(clause, Delivery.NONE))
    yield from _body_faults(page, whole)


def _body_faults(page: Printed, ground: Ground) -> Iterator[Fault]:
    for ways in (ways_of_success_marks(page), ways_of_internals(), ways_of_error_form()):
        yield from laid((ground,), ways)
