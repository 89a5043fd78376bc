"""Ways to answer with a wrong status, or not at all."""

from collections.abc import Iterable, Iterator

from reference_provider.answers import Delivery
from reference_provider.faults.model import Way
from reference_provider.faults.spoils import delivered, with_status

DELIVERIES = {
    Delivery.NONE: ("no-answer", "gets no answer: the connection is closed"),
    Delivery.NEVER: ("never-answered", "gets no answer in any time"),
    Delivery.DRIPPING: ("dripping-body", "is sent byte by byte, without end"),
    Delivery.CUT: ("body-shorter-than-said", "ends before the length it said"),
    Delivery.NOT_HTTP: ("not-http", "gets bytes that are no HTTP"),
}


def ways_of_status(clause: str, statuses: Iterable[int], *, alone: bool = False) -> Iterator[Way]:
    """The same body under each of these statuses."""
    for status in statuses:
        words = f"is answered {status}"
        yield Way(f"answered-{status}", (clause,), words, with_status(status), alone=alone)


def ways_of_redirect(clause: str, own_path: str, *, alone: bool = False) -> Iterator[Way]:
    """A redirect to a login page, to another host, and to where it came from."""
    for name, status, target in (
        ("redirected-to-login", 302, "/login"),
        ("redirected-elsewhere", 307, "http://elsewhere.example.test/"),
        ("redirected-to-itself", 301, own_path),
    ):
        words = f"is answered {status} to {target}"
        yield Way(name, (clause,), words, with_status(status, Location=target), alone=alone)


def ways_of_delivery(clause: str, *deliveries: Delivery, alone: bool = False) -> Iterator[Way]:
    """The right answer, delivered badly."""
    for delivery in deliveries:
        name, words = DELIVERIES[delivery]
        yield Way(name, (clause,), words, delivered(delivery), alone=alone)
