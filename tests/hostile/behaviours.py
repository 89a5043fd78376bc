"""What a provider may do to whoever asks it, by name: bytes to send, and what the run against it has to come to.

A behaviour strikes the requests that carry the token; all others are answered as the page has it, so that one answer
is bad and the provider is not dead.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hostile.raw_server import Received, answer, chunked

TOKEN, KEY, USER = "hostile-token-Zq81xYw7Lr2Tn5Vb8Xc1Md", "hostile-key-4f7a91c2d8e35b60", "u-1"
ACCEPTED, REMARKS, REJECTED, INCONCLUSIVE = "ACCEPTED", "ACCEPTED WITH REMARKS", "REJECTED", "INCONCLUSIVE"
DEADLINE_S, BODY_BYTES = 1.0, 5_000_000

PROJECT = {
    "name": "Sommer",
    "user_id": USER,
    "status": "ACTIVE",
    "description": "",
    "call_status_webhook": None,
    "id": "p-1170",
}
SUCCESS = {"message": "fetched active project data.", "status": "success", "projectData": PROJECT}
JSON, CLOSE = "Content-Type: application/json", "Connection: close"
REFUSAL = answer(b'{"message": "who asks"}', JSON, status="401 Unauthorized")

Bytes = Iterable[bytes]
Strike = Callable[[Received, int, str], Bytes]  # the request, how many of its kind came before, a second origin


@dataclass(frozen=True)
class Behaviour:
    """What is sent for a request with the token, or for one without a credential, and the decision that it leads to."""

    strike: Strike
    decision: str
    strikes: str = "token"

    def answer(self, request: Received, count: int, elsewhere: str) -> Bytes:
        """Answer a request."""
        token, key = request.values("Authorization"), request.values("x-api-key")
        kind = "token" if token == [f"Bearer {TOKEN}"] else "key" if key == [KEY] else "none"
        if kind == self.strikes:
            return self.strike(request, count, elsewhere)
        return [REFUSAL if kind == "none" else sound()]


def sound(changed: Mapping[str, Any] | None = None, *headers: str, status: str = "200 OK") -> bytes:
    """The success as the page has it, with keys that no page forbids."""
    return answer(json.dumps({**SUCCESS, **(changed or {})}).encode(), JSON, *headers, status=status)


def _raw(body: bytes, *headers: str) -> Behaviour:
    """A success with this text after its sound keys."""
    text = json.dumps(SUCCESS).encode()[:-1] + b", " + body + b"}"
    return _sends(ACCEPTED, answer(text, JSON, *headers))


def _sends(decision: str, *pieces: bytes, strikes: str = "token") -> Behaviour:
    return Behaviour(lambda *_: pieces, decision, strikes)


def _endless(piece: bytes) -> Strike:
    def send(*_: Any) -> Iterator[bytes]:
        while True:  # until the client hangs up
            yield piece

    return send


def _status(line: str, *headers: str) -> bytes:
    return answer(b'{"message": "no"}', JSON, *headers, status=line)


def _framing() -> dict[str, Behaviour]:
    body = json.dumps(SUCCESS).encode()
    head = f"HTTP/1.1 200 OK\r\n{JSON}\r\n"

    def with_length(*lengths: str) -> bytes:
        return (head + "".join(f"Content-Length: {each}\r\n" for each in lengths) + "\r\n").encode() + body

    cases = {
        "length-negative": with_length("-1"),
        "length-signed": with_length(f"+{len(body)}"),
        "length-words": with_length("many"),
        "length-empty": with_length(""),
        "length-hexadecimal": with_length(hex(len(body))),
        "length-huge": with_length("9" * 400),
        "length-twice": with_length(*[str(len(body))] * 2),
        "length-two-values": with_length(str(len(body)), "3"),
        "length-list": with_length(f"{len(body)}, {len(body)}"),
        "length-short": with_length(str(len(body) - 5)),
        "length-long-then-close": answer(body, JSON, CLOSE, length=len(body) + 50),
        "length-and-chunks": answer(b"0\r\n\r\n", JSON, "Transfer-Encoding: chunked"),
        "chunk-negative": chunked(body, end=b"-3\r\nabc\r\n0\r\n\r\n"),
        "chunk-words": chunked(body, end=b"zz\r\nabc\r\n0\r\n\r\n"),
        "chunk-prefixed": chunked(body, end=b"0x3\r\nabc\r\n0\r\n\r\n"),
        "chunk-too-long": chunked(body, end=b"ffffffff\r\nabc\r\n"),
        "chunk-huge-line": chunked(body, end=b"f" * 70_000 + b"\r\n"),
        "chunk-missing": chunked(body, end=b""),
        "chunk-no-line-end": chunked(body, end=b"3\r\nabcd"),
        "header-without-colon": (head + "no header\r\n\r\n").encode() + body,
        "two-answers": sound() * 2,
        "answer-behind-a-204": b"HTTP/1.1 204 No Content\r\n\r\n" + sound(),
    }
    return {name: _sends(REJECTED, sent) for name, sent in cases.items()}


def _no_http() -> dict[str, Behaviour]:
    cases = {
        "hangs-up": b"",
        "words": b"hello\r\n\r\n",
        "http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "binary": bytes(range(256)),
        "zeros": b"\0" * 100_000,
        "no-line-end": b"H" * 200_000,
        "status-words": b"HTTP/1.1 OK fine\r\n\r\n",
        "status-negative": b"HTTP/1.1 -200 OK\r\n\r\n",
        "status-too-long": b"HTTP/1.1 20000 OK\r\n\r\n",
        "version-unknown": b"HTTP/7.7 200 OK\r\n\r\n{}",
        "head-without-end": b"HTTP/1.1 200 OK\r\nA: b\r\n",
    }
    return {f"no-http-{name}": _sends(REJECTED, sent, CLOSE.encode()) for name, sent in cases.items()}


def _interim() -> dict[str, Behaviour]:
    hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
    cases = {str(status): b"HTTP/1.1 %d Wait\r\n\r\n" % status for status in (100, 102, 103, 110, 199)}
    cases |= {"with-headers": hint, "several": hint * 5, "many": hint * 20_000}
    found = {f"interim-{name}": _sends(ACCEPTED, sent, sound()) for name, sent in cases.items()}
    found["interim-without-end"] = Behaviour(_endless(hint * 100), REJECTED)
    found["interim-only"] = _sends(REJECTED, hint)
    found["upgrade-nobody-asked-for"] = _sends(REJECTED, b"HTTP/1.1 101 Switching\r\nConnection: close\r\n\r\n")
    return found


def _slow() -> dict[str, Behaviour]:
    return {
        "drips-body": Behaviour(_dripping(answer(b"{", JSON, length=10_000)), REJECTED),
        "drips-head": Behaviour(_dripping(b"HTTP/1.1 200 OK\r\nA: "), REJECTED),
        "drips-chunks": Behaviour(_dripping(chunked(b"{", end=b""), b"1\r\n \r\n"), REJECTED),
        "floods-body": Behaviour(_flooding(answer(b"", JSON, length=10**12)), INCONCLUSIVE),
        "floods-head": Behaviour(_flooding(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n" * 5_000), REJECTED),
        "floods-one-header": Behaviour(_flooding(b"HTTP/1.1 200 OK\r\nA: ", b"x" * 65_536), REJECTED),
        "floods-chunks": Behaviour(_flooding(chunked(b"{", end=b""), b"1\r\n \r\n" * 10_000), REJECTED),
    }


def _dripping(head: bytes, piece: bytes = b" ") -> Strike:
    from threading import Event

    def send(*_: Any) -> Iterator[bytes]:
        yield head
        pause = Event()
        for _number in range(400):
            pause.wait(0.02)
            yield piece

    return send


def _flooding(head: bytes, piece: bytes = b"x" * 65_536) -> Strike:
    def send(*_: Any) -> Iterator[bytes]:
        yield head
        while True:  # until the client hangs up
            yield piece

    return send


def _statuses() -> dict[str, Behaviour]:
    found = {f"status-{each}": _sends(REJECTED, _status(f"{each} X")) for each in (204, 299, 400, 404, 418, 500, 599)}
    found |= {f"status-{each}": _sends(REJECTED, _status(f"{each} X")) for each in (502, 503, 504)}
    waits = {
        "bare": (),
        "now": ("Retry-After: 0",),
        "for-ages": ("Retry-After: 99999999",),
        "more-than-a-number": (f"Retry-After: {'9' * 5000}",),
        "negative": ("Retry-After: -1",),
        "past-the-calendar": ("Date: Tue, 24 Nov 2026 10:00:00 GMT", "Retry-After: Tue, 24 Nov 99999 10:00:00 GMT"),
        "of-a-strange-zone": ("Date: Tue, 24 Nov 2026 10:00:00 GMT", "Retry-After: Tue, 24 Nov 2026 10:00:00 +999999"),
        "words": ("Retry-After: soon",),
    }
    found |= {f"429-{name}": _sends(INCONCLUSIVE, _status("429 Slow", *given)) for name, given in waits.items()}
    found["token-ends"] = Behaviour(lambda _, count, __: [REFUSAL if count else sound()], INCONCLUSIVE)
    found["token-forbidden-later"] = Behaviour(
        lambda _, count, __: [_status("403 Forbidden") if count else sound()], INCONCLUSIVE
    )
    return found


def _elsewhere() -> dict[str, Behaviour]:
    """Answers that name a second origin, which must hear nothing."""

    def redirect(status: int) -> Behaviour:
        return Behaviour(lambda _, __, there: [_status(f"{status} Go", f"Location: {there}/stolen")], REJECTED)

    found = {f"redirect-{status}": redirect(status) for status in (300, 301, 302, 303, 307, 308)}
    headers = {
        "location": "Location: {}/x",
        "refresh": "Refresh: 0; url={}/x",
        "link": "Link: <{}/x>; rel=preload",
        "cookie": "Set-Cookie: a=b; Domain=127.0.0.1; Path=/",
        "alternative": 'Alt-Svc: h2="{}"',
        "report": 'NEL: {{"report_to": "{}"}}',
    }

    def naming(header: str) -> Behaviour:
        return Behaviour(lambda _, __, there: [sound({}, header.format(there))], ACCEPTED)

    found |= {f"header-{name}": naming(header) for name, header in headers.items()}
    found["urls-in-body"] = Behaviour(lambda _, __, there: [sound({"next": f"{there}/x", "$ref": there})], ACCEPTED)
    return found


def _bodies() -> dict[str, Behaviour]:
    deep = {f"nested-{depth}": _raw(b'"x": ' + b"[" * depth + b"]" * depth) for depth in (5, 90)}
    too_deep = {
        f"nested-{depth}": _sends(INCONCLUSIVE, answer(b"[" * depth + b"]" * depth, JSON))
        for depth in (101, 5_000, 1_000_000)
    }
    large = {
        "keys-60000": _raw(b",".join(b'"k%d": 1' % number for number in range(60_000))),
        "items-300000": _raw(b'"x": [' + b",".join([b'{"a": 1}'] * 300_000) + b"]"),
        "text-4-megabytes": _raw(b'"x": "' + b"a" * 4_000_000 + b'"'),
        "escapes-3-megabytes": _raw(b'"x": "' + b"\\u0041" * 500_000 + b'"'),
        "backslashes": _raw(b'"x": "' + b"\\\\" * 32_768 + b'"'),
        "digits-5000": _raw(b'"x": ' + b"9" * 5000),
        "exponent-huge": _raw(b'"x": 1e99999'),
        "exponent-tiny": _raw(b'"x": 1e-99999'),
        "surrogate": _raw(b'"x": "\\ud800"'),
        "controls-escaped": _raw(b'"x": "\\u0000\\u001b[2J\\u0007\\u202e"'),
        "blanks": _sends(ACCEPTED, answer(b" " * 500_000 + json.dumps(SUCCESS).encode(), JSON)),
    }
    broken = {
        "key-repeated": json.dumps(SUCCESS).encode()[:-1] + b', "status": "success"}',
        "key-repeated-60000": b"{" + b",".join([b'"a": 1'] * 60_000) + b"}",
        "nan": json.dumps(SUCCESS).encode()[:-1] + b', "x": NaN}',
        "bom": b"\xef\xbb\xbf" + json.dumps(SUCCESS).encode(),
        "utf-16": json.dumps(SUCCESS).encode("utf-16"),
        "latin-1": '{"x": "ä"}'.encode("latin-1"),
        "cut": json.dumps(SUCCESS).encode()[:-9],
        "two-documents": json.dumps(SUCCESS).encode() * 2,
        "empty": b"",
        "list": b"[]",
        "null": b"null",
        "quotes": b'"' * 500_000,
        "commas": b"," * 500_000,
        "html": b"<script>alert(1)</script>" * 1000,
    }
    found = {f"body-{name}": each for name, each in {**deep, **too_deep, **large}.items()}
    found |= {f"body-{name}": _sends(REJECTED, answer(body, JSON)) for name, body in broken.items()}
    found["body-over-the-limit"] = _sends(INCONCLUSIVE, answer(b"x" * (BODY_BYTES + 1), JSON))
    return found


def _encodings() -> dict[str, Behaviour]:
    body, zeros = json.dumps(SUCCESS).encode(), b"\0" * 60_000_000
    packed, twice = gzip.compress(body, mtime=0), "Content-Encoding: gzip"
    return {
        "gzip": _sends(ACCEPTED, answer(packed, JSON, twice)),
        "gzip-bomb": _sends(INCONCLUSIVE, answer(gzip.compress(zeros, mtime=0), JSON, twice)),
        "gzip-bomb-of-a-bomb": _sends(
            REJECTED, answer(gzip.compress(gzip.compress(zeros, mtime=0), mtime=0), JSON, twice)
        ),
        "gzip-members": _sends(ACCEPTED, answer(packed + gzip.compress(b"", mtime=0) * 1000, JSON, twice)),
        "gzip-cut": _sends(REJECTED, answer(packed[:-20], JSON, twice)),
        "gzip-that-is-none": _sends(REJECTED, answer(body, JSON, twice)),
        "deflate": _sends(ACCEPTED, answer(zlib.compress(body), JSON, "Content-Encoding: deflate")),
        "encoding-unknown": _sends(ACCEPTED, answer(body, JSON, "Content-Encoding: identity")),
        "encodings-100": _sends(REJECTED, answer(packed, JSON, f"Content-Encoding: {', '.join(['gzip'] * 100)}")),
    }


def _secrets() -> dict[str, Behaviour]:
    """Answers that would have words of ours taken for secrets, or that give ours back."""
    words = {"exchange": "exchange", "verdict": "verdicts", "header": "operations", "own": "documented"}
    found = {f"token-is-{name}": _raw(b'"token": "%s"' % word.encode()) for name, word in words.items()}
    return found | {
        "password-is-password": _raw(b'"password": "password"'),
        "token-900-kilobytes": _raw(b'"token": "' + b"t0ken" * 180_000 + b'"'),
        "tokens-10000": _raw(b'"x": [' + b",".join(b'{"token": "t-%08d"}' % each for each in range(10_000)) + b"]"),
        "token-echoed": _raw(f'"echo": "{TOKEN} {TOKEN[::-1]} {TOKEN.upper()}"'.encode()),
        "token-echoed-often": _raw(f'"echo": "{TOKEN * 2000}"'.encode()),
        "token-in-a-header": _sends(ACCEPTED, sound({}, f"X-Echo: {TOKEN}")),
        "token-in-the-reason": _sends(ACCEPTED, sound({}, status=f"200 {TOKEN}")),
        "percents": _raw(b'"x": "' + b"%25" * 30_000 + b'"'),
        "ampersands": _raw(b'"x": "' + b"&amp;" * 30_000 + b'"'),
    }


def _heads() -> dict[str, Behaviour]:
    cookies = [f"Set-Cookie: c{number}={'x' * 100}" for number in range(800)]
    return {
        "cookies-800": _sends(ACCEPTED, sound({}, *cookies)),
        "headers-2000": _sends(REJECTED, sound({}, *[f"H{number}: x" for number in range(2000)])),
        "header-60-kilobytes": _sends(ACCEPTED, sound({}, f"X-Long: {'x' * 60_000}")),
        "head-300-kilobytes": _sends(INCONCLUSIVE, sound({}, *[f"H{number}: {'x' * 60_000}" for number in range(6)])),
        "header-of-controls": _sends(ACCEPTED, sound({}, "X-Bad: \x1b[2J\x07")),
        "reason-60-kilobytes": _sends(ACCEPTED, sound({}, status=f"200 {'x' * 60_000}")),
        "reason-of-controls": _sends(REJECTED, sound({}, status="418 \x1b[2J\x07::error::x")),
        "reason-empty": _sends(ACCEPTED, sound({}, status="200 ")),
        "media-type-spiteful": _sends(REJECTED, answer(b"{}", f"Content-Type: application/{'a+' * 20_000}json")),
    }


def _internals() -> dict[str, Behaviour]:
    """Errors that keep the search for stack traces busy."""
    pieces = {
        "at": "at ",
        "call": "at a.b(",
        "word": "at a",
        "root": "/a",
        "place": "in /a",
        "drive": "C:\\a",
        "frame": "#1 /",
        "file": 'File "a',
        "thread": "thread '",
    }

    def saying(text: str, decision: str) -> Behaviour:
        body = json.dumps({"message": text}).encode()
        return _sends(decision, answer(body, JSON, status="401 X"), strikes="none")

    found = {f"error-of-{name}": saying(piece * 60_000, ACCEPTED) for name, piece in pieces.items()}
    return found | {"error-of-home": saying("/home/a" * 60_000, REMARKS)}  # which is a path of a server


BEHAVIOURS: dict[str, Behaviour] = {
    "sound": _sends(ACCEPTED, sound()),
    **_framing(),
    **_no_http(),
    **_interim(),
    **_slow(),
    **_statuses(),
    **_elsewhere(),
    **_bodies(),
    **_encodings(),
    **_secrets(),
    **_heads(),
    **_internals(),
}
