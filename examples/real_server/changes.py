"""Ways to change a response, and a fault: one such change, with the clause that it breaks."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from examples.real_server.proxy import Change, ChangeOfRequest, Received, as_sent

STRICT_JSON, SCHEMA = "body.is-strict-json", "body.matches-the-schema"


@dataclass(frozen=True)
class Fault:
    """A change of the response to a case; `clause` is what it breaks, `unpromised` says why it breaks nothing.

    `before` changes the request on its way to the server; `method` names the requests that are meant, where not all
    are.
    """

    name: str
    case: str
    change: Change
    clause: str = ""
    unpromised: str = ""
    before: ChangeOfRequest = as_sent
    method: str = ""


def with_status(status: int) -> Change:
    """Answer with another status, and the same body."""
    return lambda response: replace(response, status=status)


def with_header(name: str, value: str) -> Change:
    """Send another value of a header."""

    def change(response: Received) -> Received:
        kept = tuple(each for each in response.headers if each[0].lower() != name.lower())
        return replace(response, headers=(*kept, (name, value)))

    return change


def without_header(name: str) -> Change:
    """Leave a header out."""
    return lambda response: replace(
        response, headers=tuple(each for each in response.headers if each[0].lower() != name.lower())
    )


def with_bytes(change: Callable[[bytes], bytes]) -> Change:
    """Send other bytes."""
    return lambda response: replace(response, body=change(response.body))


def with_json(change: Callable[[Any], Any]) -> Change:
    """Send other JSON: `change` alters the decoded body, or returns another one."""

    def changed(body: bytes) -> bytes:
        document = json.loads(body)
        found = change(document)
        return json.dumps(document if found is None else found).encode()

    return with_bytes(changed)


def in_turn(*changes: Change) -> Change:
    """Make one change after the other."""

    def change(response: Received) -> Received:
        for each in changes:
            response = each(response)
        return response

    return change


def each_time_another(key: str) -> Change:
    """Add another value to a list each time."""
    numbers = count(1)
    return with_json(lambda body: body[key].append(f"new-{next(numbers)}"))


def without(*path: str | int) -> Change:
    """Leave a key out."""
    *above, last = path
    return with_json(lambda body: at(body, *above).__delitem__(last))


def setting(value: Any, *path: str | int) -> Change:
    """Put a value in the place of another one."""
    *above, last = path
    return with_json(lambda body: at(body, *above).__setitem__(last, value))


def at(body: Any, *path: str | int) -> Any:
    """Return what stands at a path."""
    for step in path:
        body = body[step]
    return body


def cut_short(response: Received) -> Received:
    """Claim the whole length, and send half of the body."""
    return replace(response, body=response.body[: len(response.body) // 2], claimed_length=len(response.body))


HTML_PAGE = in_turn(with_header("Content-Type", "text/html"), with_bytes(lambda _: b"<h1>Error</h1>"))
