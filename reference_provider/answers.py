"""What goes back to the client, as a value: written by the operations, spoilt by faults, sent by the server."""

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

Headers = tuple[tuple[str, str], ...]

JSON_TYPE = "application/json"


class Delivery(Enum):
    """How an answer reaches the client."""

    WHOLE = "whole"
    NONE = "the connection is closed without an answer"
    NEVER = "the client waits until the server ends"
    DRIPPING = "the head, then one byte now and then, until the server ends"
    CUT = "the head promises more body than is sent, then the connection is closed"
    NOT_HTTP = "bytes that are no HTTP, then the connection is closed"


@dataclass(frozen=True)
class Answer:
    """A response before it is sent. `Content-Length` is added when it is sent."""

    status: int
    headers: Headers = ()
    body: bytes = field(default=b"", repr=False)
    delivery: Delivery = Delivery.WHOLE


def json_answer(status: int, document: Any, headers: Headers = ()) -> Answer:
    """An answer with this document as JSON."""
    return Answer(status, (("Content-Type", JSON_TYPE), *headers), json.dumps(document).encode())


def success(message: str, **payload: object) -> Answer:
    """The wrapper of most successes, as printed on the pages: message, status, then what the page prints beside."""
    return json_answer(200, {"message": message, "status": "success", **payload})


def error(status: int, message: str, headers: Headers = ()) -> Answer:
    """The wrapper of an error. The docs print none: this form is our assumption."""
    return json_answer(status, {"message": message, "status": "error"}, headers)
