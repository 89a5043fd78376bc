"""A proxy in front of a server, which changes its responses while a fault is on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

HOST = "127.0.0.1"
TIMEOUT_S = 30
OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "date"})


@dataclass(frozen=True)
class Received:
    """A response; `claimed_length` is what its Content-Length says where that is not the length of its body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    claimed_length: int | None = None


@dataclass(frozen=True)
class Sent:
    """A request; `path` holds the query too."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Change = Callable[[Received], Received]
ChangeOfRequest = Callable[[Sent], Sent]


def unchanged(response: Received) -> Received:
    """Return a response as it came."""
    return response


def as_sent(request: Sent) -> Sent:
    """Return a request as it came."""
    return request


class Proxy(ThreadingHTTPServer):
    """Sends each request on as `before` makes it, and each response back as `change` does; both of `method` alone."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__((HOST, 0), _Handler)
        self.upstream = urlsplit(upstream).netloc
        self.change: Change = unchanged
        self.before: ChangeOfRequest = as_sent
        self.method = ""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_port}"

    def answer(self, request: Sent) -> Received:
        """Send a request on, and change what comes back."""
        connection = HTTPConnection(self.upstream, timeout=TIMEOUT_S)
        try:
            is_meant = self.method in ("", request.method)
            sent = self.before(request) if is_meant else request
            connection.request(sent.method, sent.path, sent.body, dict(sent.headers))
            response = connection.getresponse()
            received = Received(response.status, tuple(response.getheaders()), response.read())
            return self.change(received) if is_meant else received
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "accept-encoding")}
        response = self.server.answer(Sent(self.command, self.path, kept, body))
        self.send_response(response.status)
        for name, value in response.headers:
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        length = len(response.body) if response.claimed_length is None else response.claimed_length
        self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(response.body)
        self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    """Run a proxy in front of a server until the block ends."""
    with Proxy(upstream) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
