"""Variants of a provider that keep every promise in a way of their own, and the advice that some of them do not take.

An alarm on one of these is a mistake of ours. `advice` names the clauses of strength advice that a variant breaks, as a
pattern of clause ids, with the reason; a pattern that nothing matches is a mistake too. Variants that any provider may
be are put to the whole contract; those of the first operation's data to the small one; `latitudes.py` has those of
single operations.
"""

from __future__ import annotations

import dataclasses
import gzip
import itertools
import json
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.detection.answer_edits import Edit, body_edit, json_edit
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request
from tests.detection.mutations import Mutation

Wait = Callable[[float], object]

# Well above what an answer takes on a loopback, well below the one second that these runs allow an exchange.
_SLOW_S = 0.3

_LONG, _SHORT = 200_000, 500

# Waiting for it is passing the time.
_NEVER_SET = threading.Event()


@dataclass(frozen=True)
class Variant:
    """One benign way to be another provider."""

    mutation: Mutation
    advice: Mapping[str, str] = field(default_factory=dict)
    is_small: bool = False
    operations: frozenset[str] = frozenset()  # those that it has to strike, where it is made for some

    @property
    def name(self) -> str:
        return self.mutation.name


def variants(wait: Wait = _NEVER_SET.wait) -> list[Variant]:
    """Every benign variant of all operations or of the first; `wait` is how the slow one passes its time."""
    return [
        *(Variant(editing(name, edit)) for name, edit in _ANY_ANSWER.items()),
        *(Variant(editing(name, only(_is_success, edit)), is_small=True) for name, edit in _SUCCESS.items()),
        *(Variant(editing(name, only(_is_error, edit)), advice) for name, (edit, advice) in _ERRORS.items()),
        *(Variant(editing(name, only(_is_error, edit)), is_small=True) for name, edit in _ERRORS_OF_THE_FIRST.items()),
        *(Variant(editing(name, only(_is_refusal, edit)), advice) for name, (edit, advice) in _METHODS.items()),
        Variant(Mutation("slow-within-the-deadline", lambda _: _SlowAtFirst(wait))),
        Variant(Mutation("another-number-on-every-call", lambda _: _counting())),
        Variant(Mutation("another-list-order-on-every-call", lambda _: _reordering())),
        Variant(Mutation("errors-that-name-the-asker", lambda _: _NamingTheAsker())),
    ]


def editing(name: str, edit: Edit) -> Mutation:
    return Mutation(name, lambda _: lambda request, forward: edit(forward(request)))


def only(concerned: Callable[[Answer], bool], edit: Edit) -> Edit:
    return lambda answer: edit(answer) if concerned(answer) else answer


def _is_success(answer: Answer) -> bool:
    return answer.status == 200


def _is_error(answer: Answer) -> bool:
    return answer.status >= 400


def _is_refusal(answer: Answer) -> bool:
    return answer.status == 405


def _with_extra_keys(value: Any) -> Any:
    """An unknown key first and last in every object, at each level."""
    if isinstance(value, list):
        return [_with_extra_keys(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {"apiVersion": 3, **{k: _with_extra_keys(v) for k, v in value.items()}, "_links": {"self": None, "tags": []}}


def _backwards(value: Any) -> Any:
    if isinstance(value, list):
        return [_backwards(each) for each in value]
    return {k: _backwards(v) for k, v in reversed(value.items())} if isinstance(value, dict) else value


def _written(**how: Any) -> Callable[[bytes], bytes]:
    return lambda body: json.dumps(json.loads(body), **how).encode()


def _project(**values: Any) -> Edit:
    return json_edit(lambda document: {**document, "projectData": {**document["projectData"], **values}})


def _escaped(body: bytes) -> bytes:
    """Every character of every text as a \\u escape, keys included."""

    def escape(text: re.Match[str]) -> str:
        units = json.loads(text[0]).encode("utf-16-be")
        return '"' + "".join(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2], strict=True)) + '"'

    return re.sub(r'"(?:[^"\\]|\\.)*"', escape, body.decode()).encode()


def _coded(name: str, code: Callable[[bytes], bytes]) -> Edit:
    return lambda answer: body_edit(code)(answer).with_header("Content-Encoding", name) if answer.body else answer


def _chunked(answer: Answer) -> Answer:
    """The body in chunks of 7 bytes, with a chunk extension and a trailer field."""
    if not answer.body:
        return answer
    parts = [answer.body[i : i + 7] for i in range(0, len(answer.body), 7)]
    chunks = b"".join(b"%x;part=1\r\n%b\r\n" % (len(part), part) for part in parts)
    framed = answer.with_header("Content-Length", None).with_header("Transfer-Encoding", "chunked")
    return dataclasses.replace(framed, body=chunks + b"0\r\nX-Checksum: none\r\n\r\n")


def _media_type(value: str) -> Edit:
    return lambda answer: answer.with_header("Content-Type", value) if answer.body else answer


def _with_headers(*headers: tuple[str, str]) -> Edit:
    return lambda answer: dataclasses.replace(answer, headers=(*answer.headers, *headers))


def _with_a_hundred_headers(answer: Answer) -> Answer:
    return _with_headers(*((f"X-Extra-{n}", "v") for n in range(100 - len(answer.headers))))(answer)


def _lower_case_names(answer: Answer) -> Answer:
    return dataclasses.replace(answer, headers=tuple((name.lower(), value) for name, value in answer.headers))


def _said(media_type: str, text: str) -> Edit:
    return lambda answer: answer.with_body(text.encode()).with_header("Content-Type", media_type)


def _error(**body: Any) -> Edit:
    return _said("application/json", json.dumps(body))


def _connection_closed(answer: Answer) -> Answer:
    """HTTP/1.0, where the end of the connection is the end of the body."""
    return dataclasses.replace(answer.with_header("Content-Length", None), version="HTTP/1.0")


_ANY_ANSWER: Mapping[str, Edit] = {
    "extra-keys-at-each-level": json_edit(_with_extra_keys),
    "other-key-order": json_edit(_backwards),
    "pretty-printed": body_edit(_written(indent=4)),
    "no-white-space": body_edit(_written(separators=(",", ":"))),
    "escaped-unicode": body_edit(_escaped),
    "line-end-after-the-body": body_edit(lambda body: body + b"\r\n"),
    "space-before-the-body": body_edit(lambda body: b" \n\t" + body),
    "gzip": _coded("gzip", lambda body: gzip.compress(body, mtime=0)),
    "deflate": _coded("deflate", zlib.compress),
    "chunked": _chunked,
    "charset-utf-8": _media_type("application/json; charset=utf-8"),
    "charset-quoted-in-capitals": _media_type('application/json;CHARSET="UTF-8"'),
    "media-type-in-capitals": _media_type("APPLICATION/JSON"),
    "extra-headers": _with_headers(("X-Powered-By", "ASP.NET"), ("ETag", 'W/"1-a"'), ("Vary", "Accept, Origin")),
    "hundred-headers": _with_a_hundred_headers,
    "cookies": _with_headers(("Set-Cookie", "a=1; Path=/; HttpOnly"), ("Set-Cookie", "b=2; Secure")),
    "lower-case-header-names": _lower_case_names,
    "no-server-header": lambda answer: answer.with_header("Server", None),
    "no-date-header": lambda answer: answer.with_header("Date", None),
    "http-1-0-closing": _connection_closed,
    "other-reason-phrases": lambda answer: dataclasses.replace(answer, reason="Bad Request"),
    "no-reason-phrase": lambda answer: dataclasses.replace(answer, reason=""),
}

_SUCCESS: Mapping[str, Edit] = {
    "null-webhook": _project(call_status_webhook=None),
    "webhook-with-a-query": _project(call_status_webhook="http://hooks.example:8080/a%20b?c=d&e=%C3%A9#f"),
    "name-with-quotes-and-emoji": _project(name='"Ünïcode" \\ <b>\U0001f4de</b> \u2028 \u0000'),
    "raw-unicode": lambda answer: body_edit(_written(ensure_ascii=False))(
        _project(name="Größe \U0001f9ea \u65e5\u672c\u8a9e \u0645\u0634\u0631\u0648\u0639")(answer)
    ),
    "very-long-texts": _project(name="n" * _LONG, description="d " * (_LONG // 2)),
    "empty-description": _project(description=""),
    "description-about-errors": _project(description="Traceback of /var/log/calls.py, status error 500"),
    "other-id-shapes": _project(id="7"),
}

_NOT_PRINTED = "no page prints an error body: JSON with a message is our assumption"

_SCHEMATHESIS = "*/generated/schemathesis.finds-nothing"

_OTHER_BODY = {_SCHEMATHESIS: "it takes the schema of our assumption for a promise"}
_NO_MESSAGE = {"*/envelope.message-is-text": _NOT_PRINTED, **_OTHER_BODY}
# Without JSON there is no message to look for, so its clause is not tested.
_NO_JSON = {"*/media-type.is-json": _NOT_PRINTED, "*/body.is-strict-json": _NOT_PRINTED, **_OTHER_BODY}

_ERRORS: Mapping[str, tuple[Edit, Mapping[str, str]]] = {
    "error-in-a-key-of-its-own": (_error(error="not possible"), _NO_MESSAGE),
    "error-as-problem-json": (
        _said("application/problem+json", json.dumps({"type": "about:blank", "title": "No", "status": 401})),
        _NO_MESSAGE,
    ),
    "error-as-a-page": (_said("text/html; charset=utf-8", "<!DOCTYPE html><title>No</title><h1>No</h1>"), _NO_JSON),
    "error-as-plain-text": (_said("text/plain", "Unauthorized"), _NO_JSON),
    "error-without-a-body": (lambda answer: answer.with_body(b"").with_header("Content-Type", None), _NO_JSON),
    "error-in-a-list": (_said("application/json", '[{"message": "no"}]'), _NO_MESSAGE),
    "error-status-false": (_error(status=False, message="no"), {}),
    "error-status-a-number": (_error(status=401, message="no"), {}),
    "error-of-a-framework": (
        lambda answer: _error(
            statusCode=answer.status, error=HTTPStatus(answer.status).phrase, message=HTTPStatus(answer.status).phrase
        )(answer),
        {},
    ),
    "error-status-fail": (_error(status="fail", message="no", code="E17"), {}),
}

_ERRORS_OF_THE_FIRST: Mapping[str, Edit] = {
    "error-with-empty-project-data": _error(status="error", message="no", projectData=None),
    "error-with-empty-object-as-project-data": _error(status="error", message="no", projectData={}),
}

_ONLY_405 = "it expects a 405; a provider may have other ways to refuse a method it does not document"

_METHODS: Mapping[str, tuple[Edit, Mapping[str, str]]] = {
    "method-refused-without-allow": (
        lambda answer: answer.with_header("Allow", None),
        {_SCHEMATHESIS: "RFC 9110, 15.5.6 asks for Allow beside a 405; no page promises a 405"},
    ),
    "method-refused-with-allow": (lambda answer: answer.with_header("Allow", "GET, HEAD, OPTIONS"), {}),
    "method-unknown-404": (lambda answer: answer.with_status(404), {_SCHEMATHESIS: _ONLY_405}),
    "method-not-implemented-501": (lambda answer: answer.with_status(501), {_SCHEMATHESIS: _ONLY_405}),
    "method-forbidden-403": (
        lambda answer: answer.with_status(403),
        {_SCHEMATHESIS: f"{_ONLY_405}, if it asks for no credential"},
    ),
}


@dataclass
class _SlowAtFirst:
    """The first answer of each status takes its time."""

    wait: Wait
    seen: set[int] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if answer.status not in self.seen:
            self.seen.add(answer.status)
            self.wait(_SLOW_S)
        return answer


def _reordering() -> Relay:
    """Every list is turned round on every second call: no page promises an order."""
    numbers = itertools.count()

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(inner) for key, inner in value.items()}
        return [turned(each) for each in reversed(value)] if isinstance(value, list) else value

    def relay(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        return json_edit(turned)(answer) if next(numbers) % 2 else answer

    return relay


class _NamingTheAsker:
    """An error tells who asked, as far as an earlier success has shown it, and what the request itself named."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, str]] = {}

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        sent = {name.lower(): value for name, value in request.headers}
        credential = sent.get("authorization", sent.get("x-api-key", ""))
        asker = self._known.setdefault(credential, {})
        if _is_success(answer):
            asker |= dict(_asker_in(json.loads(answer.body)))
        if not _is_error(answer) or not answer.body:
            return answer
        named = request.body.decode(errors="replace") if len(request.body) < _SHORT else ""
        who = " ".join(asker.values()) if credential and answer.status != HTTPStatus.UNAUTHORIZED else "nobody"
        return _error(message=f"{who} may not {request.method} {request.path} {named}")(answer)


def _asker_in(document: Any) -> Iterator[tuple[str, str]]:
    if isinstance(document, dict):
        yield from (
            (key, document[key]) for key in ("user_id", "userId", "email") if isinstance(document.get(key), str)
        )
    for inner in document.values() if isinstance(document, dict) else document if isinstance(document, list) else ():
        yield from _asker_in(inner)


def _counting() -> Relay:
    numbers = itertools.count(1)

    def numbered(document: Any) -> Any:
        return {**document, "requestNumber": next(numbers)} if isinstance(document, dict) else document

    return lambda request, forward: json_edit(numbered)(forward(request))
