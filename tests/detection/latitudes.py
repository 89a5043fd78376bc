"""Benign variants of single operations: what the docs print in two ways, or leave open, done the other way.

Edits of different operations strike in one run; an alarm names its clause, and so the operation.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from reference_provider.routes import route_of
from tests.detection.answer_edits import Edit, json_edit
from tests.detection.benign import Variant
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request
from tests.detection.mutations import Mutation

Json = dict[str, Any]
Edits = Mapping[tuple[str, int], Edit]  # by operation and status


def latitudes() -> list[Variant]:
    """Every one of them."""
    made = {**{name: (edits, {}) for name, edits in _KEPT.items()}, **_ADVISED}
    return [
        Variant(_mutation(name, edits), advice, operations=frozenset(operation for operation, _ in edits))
        for name, (edits, advice) in made.items()
    ]


def operation_of(request: Request) -> str:
    """The operation that a request asks, on whichever host; empty for a method that is not documented."""
    routes = [route for host in ("api", "calls") if (route := route_of(host, request.path))]
    asked = [found.operation_id for route in routes if (found := route.by_method(request.method))]
    return next(iter(asked), "")


def _mutation(name: str, edits: Edits) -> Mutation:
    def relay(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        edit = edits.get((operation_of(request), answer.status))
        return edit(answer) if edit else answer

    def start(_: object) -> Relay:
        return relay

    return Mutation(name, start)


def _top(change: Callable[[Json], Json]) -> Edit:
    return json_edit(lambda document: change(document) if isinstance(document, dict) else document)


def _with(**values: Any) -> Edit:
    return _top(lambda document: {**document, **values})


def _inside(key: str, **values: Any) -> Edit:
    return _top(lambda document: {**document, key: {**document[key], **values}} if key in document else document)


def _renamed(key: str, other: str) -> Edit:
    return _top(lambda document: {other if each == key else each: value for each, value in document.items()})


def _said(status: int, **body: Any) -> Edit:
    return lambda answer: answer.with_body(json.dumps(body).encode()).with_status(status)


def _answered(status: int) -> Edit:
    return lambda answer: answer.with_status(status)


def _running() -> Edit:
    """What changes by itself while a call goes on: its status, how long it lasts, what it costs, signed addresses."""
    seconds = itertools.count(1)

    def changed(document: Json) -> Json:
        now = next(seconds)
        status = ("ringing", "in-progress", "completed")[now % 3]
        urls = [f"https://recordings.example.test/{now}"]
        return {**document, "seconds": now, "cost": now / 100, "status": status, "recordingUrls": urls}

    return _top(changed)


_KEPT: Mapping[str, Edits] = {
    "misprints-as-printed": {
        ("refreshToken", 200): _renamed("refreshToken", "resfreshToken"),
        ("getProject", 200): _with(status="succcess"),
        ("getPhoneNumber", 200): _with(status="error"),
        ("updateAgent", 200): _top(lambda document: document["data"]),
    },
    "both-spellings-at-once": {
        ("refreshToken", 200): _top(lambda document: {**document, "resfreshToken": document["refreshToken"]}),
        ("updateAgent", 200): _top(lambda document: {**document["data"], **document}),
    },
    "null-where-a-sample-is": {
        ("getProject", 200): _inside("data", created_at=None, updated_at=None),
        ("updateProject", 200): _inside("data", created_at=None, updated_at=None, active_agent=None),
        ("setActiveAgent", 200): _inside("project", created_at=None, call_status_webhook=None),
        ("setActiveProject", 200): _inside("userData", active_agent=None),
    },
    "text-where-a-sample-is-null": {
        ("signUp", 200): _inside("user", company_name="Weidenhof & Söhne"),
        ("logIn", 200): _inside("user", company_name=""),
        ("createProject", 200): _inside(
            "data", active_agent="a", call_status_webhook="https://hooks.example.test/?a=%20"
        ),
    },
    "unregistered-email-400": {("forgotPassword", 404): _answered(400)},
    "path-without-its-last-part-404": {("deleteProject", 400): _answered(404), ("listAgents", 400): _answered(404)},
    "numbers-of-an-outcome-in-errors": {
        ("signUp", 400): _with(signupStatus=1),
        ("verifyEmail", 400): _with(verificationStatus=0),
        ("logIn", 401): _with(loginStatus=4),
    },
    "token-at-sign-up": {
        ("signUp", 200): _with(token="t" * 40, refreshToken="r" * 40, expirationTime="2030-01-01T00:00:00Z"),
    },
    "times-in-another-form": {
        ("logIn", 200): _with(expirationTime="2030-01-01T02:00:00.123456+02:00"),
        ("refreshToken", 200): _with(expirationTime="2030-01-01T00:00:00Z"),
    },
    "a-call-that-goes-on": {("getCall", 200): _running()},
    "calls-as-one-customer-has-them": {
        ("getCall", 200): _with(partnerId="7", shiftId=None, assignmentId=12, data={"wasReached": "true"}),
    },
    "bare-keys-beside-the-envelope": {
        ("getAgent", 200): _with(message="an agent", status="success", voice_id="v", phoneNumber=None),
        ("refreshToken", 200): _with(message="a token", status="success"),
    },
}

_SUCCESS_NOT_PRINTED = ("createAgent", "listCalls", "analyzeCall", "batchCall", "assignPhoneNumber")
_ASSUMED = "no page prints a success of this operation: its status and body are our assumption"

_ADVISED: Mapping[str, tuple[Edits, Mapping[str, str]]] = {
    "successes-that-nobody-printed": (
        {
            ("createAgent", 200): _top(lambda document: document["data"]),
            ("listCalls", 200): _top(lambda document: document["data"]),
            ("analyzeCall", 200): _top(lambda document: document["data"]),
            ("batchCall", 200): _said(200, queued=2),
            ("assignPhoneNumber", 200): _said(200, phoneNumber="+15550100123"),
        },
        dict.fromkeys(
            ("createAgent/*", "listCalls/*", "analyzeCall/*", "batchCall/*", "assignPhoneNumber/*"), _ASSUMED
        ),
    ),
}
