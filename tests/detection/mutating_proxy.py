"""A loopback reverse proxy that knows no clause: it forwards what it gets and lets a relay change the answer.

A relay is a plain function `(request, forward) -> answer`. It may edit the answer, ask upstream with another request,
twice or not at all, or raise `HangUp` to close the connection without a word. What it returns is written as it stands,
wrong `Content-Length` included, so that a relay can lie about framing too. The paths that control the provider
(`/_states`, `/_received`) never pass through the relay.
"""

from __future__ import annotations

import dataclasses
import http.client
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Headers = tuple[tuple[str, str], ...]

CONTROL_PATHS = ("/_states", "/_received")

# RFC 9110, 7.6.1: these speak of one connection, and ours to the client is another one than ours to the provider.
_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}

# Longer than any deadline of a run: a provider that never answers is the asker's to give up on, not the proxy's.
_UPSTREAM_TIMEOUT_S = 60.0


class HangUp(Exception):
    """The connection ends here, without an answer."""


@dataclass(frozen=True)
class Request:
    """A request as received; `target` is path and query as they stood in the request line."""

    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str | None) -> Request:
        """The same request with that header replaced or added; None takes it away."""
        return dataclasses.replace(self, headers=_replaced(self.headers, name, value))


@dataclass(frozen=True)
class Answer:
    """A response to be written as it stands; `body` is still content-encoded, and framed by what `headers` say."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    version: str = "HTTP/1.1"

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def with_header(self, name: str, value: str | None) -> Answer:
        return dataclasses.replace(self, headers=_replaced(self.headers, name, value))

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body and the Content-Length that fits it."""
        return dataclasses.replace(self, body=body).with_header("Content-Length", str(len(body)))

    def with_status(self, status: int) -> Answer:
        return dataclasses.replace(self, status=status, reason=http.client.responses.get(status, ""))


Forward = Callable[[Request], Answer]
Relay = Callable[[Request, Forward], Answer]


@dataclass
class Proxy:
    """A running proxy; `failures` names what broke inside it, which a test must not take for the provider's doing."""

    base_url: str
    failures: list[str] = field(default_factory=list)


def untouched(request: Request, forward: Forward) -> Answer:
    """The relay that changes nothing."""
    return forward(request)


def forward_to(upstream_url: str) -> Forward:
    """A function that sends one request to that provider, without redirects and without decoding the body."""
    host = urlsplit(upstream_url).netloc

    def forward(request: Request) -> Answer:
        connection = http.client.HTTPConnection(host, timeout=_UPSTREAM_TIMEOUT_S)
        try:
            return _asked(connection, request)
        except (ConnectionError, TimeoutError, http.client.HTTPException):
            raise HangUp from None
        finally:
            connection.close()

    return forward


@contextmanager
def serve_proxy(upstream_url: str, relay: Relay) -> Iterator[Proxy]:
    """Runs a proxy before `upstream_url` on a free loopback port while the block lasts."""
    server = _Server(relay, forward_to(upstream_url))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asked(connection: http.client.HTTPConnection, request: Request) -> Answer:
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in _HOP_BY_HOP:
            connection.putheader(name, value)
    connection.endheaders(request.body)
    response = connection.getresponse()
    body = response.read()
    headers = tuple((name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP)
    answer = Answer(response.status, response.reason, headers, body)
    return answer if not body or answer.header("Content-Length") else answer.with_body(body)


def _replaced(headers: Headers, name: str, value: str | None) -> Headers:
    """Those headers with every `name` replaced at the place of the first one, added at the end, or taken away."""
    places = [place for place, (key, _) in enumerate(headers) if key.lower() == name.lower()]
    kept = [header for place, header in enumerate(headers) if place not in places]
    if value is not None:
        kept.insert(places[0] if places else len(kept), (name, value))
    return tuple(kept)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A relay may keep a thread waiting; the end of the block must not wait for it.
    block_on_close = False

    def __init__(self, relay: Relay, forward: Forward) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.relay, self.forward = relay, forward
        self.proxy = Proxy(f"http://127.0.0.1:{self.server_port}")

    def handle_error(self, *_: object) -> None:
        """Notes what broke, but for an asker that went away, which is its good right."""
        if not isinstance(error := sys.exception(), ConnectionError):
            self.proxy.failures.append(repr(error))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body go out in two writes; Nagle's algorithm would hold the second back for an acknowledgement.
    disable_nagle_algorithm = True
    server: _Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method is forwarded; the server looks for `do_GET` and its like."""
        if name.startswith("do_"):
            return self._relay
        raise AttributeError(name)

    def _relay(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))
        relay = untouched if request.path in CONTROL_PATHS else self.server.relay
        try:
            answer = relay(request, self.server.forward)
        except HangUp:
            self.close_connection = True
        else:
            self._write(answer)

    def _write(self, answer: Answer) -> None:
        bodiless = self.command == "HEAD" or answer.status in (204, 304)
        lines = [f"{answer.version} {answer.status} {answer.reason}", *(f"{n}: {v}" for n, v in answer.headers)]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + (b"" if bodiless else answer.body))
        self.close_connection |= answer.version == "HTTP/1.0" or not (bodiless or _is_framed(answer))

    def log_message(self, *_: object) -> None:
        """Nothing: the output of a run is its own."""


def _is_framed(answer: Answer) -> bool:
    """Whether the headers tell where the body really ends; if not, the end of the connection must."""
    chunked = (answer.header("Transfer-Encoding") or "").lower() == "chunked"
    return chunked or answer.header("Content-Length") == str(len(answer.body))
