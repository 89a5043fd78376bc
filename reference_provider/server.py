"""The reference provider on a port: HTTP/1.1 with keep-alive, a thread per connection."""

import socket
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import formatdate
from functools import cache, lru_cache
from http import HTTPStatus
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request

from reference_provider.answers import Answer, Delivery
from reference_provider.provider_file import provider_settings, provider_toml
from reference_provider.service import API, CALLS, RECEIVED_PATH, STATES_PATH, Received, Service
from reference_provider.world import Account, Clock

HOST = "127.0.0.1"

POLL_S = 0.05
"""How often the accepting thread looks whether it shall end: the longest wait when shutting down."""

DRIP_S = 0.05
"""Time between two bytes of a dripping body: short enough to keep any timeout per read from striking."""

BODILESS = (204, 304)
"""Statuses that end after the head. Source: RFC 9110, 6.4.1."""

MISSING_BYTES = 1_000_000
"""How much more body a badly delivered answer says it has than comes: a dripping one lasts 14 hours at most."""

NOT_HTTP = b"ready\r\n"

SERVER_NAME = "reference-provider"


class Server(ThreadedWSGIServer):
    """Accepts connections, and can hang up all of them."""

    def __init__(self, service: Service, documented_host: str, listener: socket.socket) -> None:
        self.service = service
        self.documented_host = documented_host
        self.has_ended = threading.Event()
        self._connections: dict[Any, threading.Thread] = {}
        host, port = listener.getsockname()
        super().__init__(host, port, self._no_wsgi, Handler, fd=listener.fileno())

    @staticmethod
    def _no_wsgi(*_: Any) -> Iterable[bytes]:
        raise NotImplementedError("the handler asks the service itself")

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remembers the connection before its thread starts, so that `hang_up` misses none."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._connections[request] = thread
        thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Closes one connection."""
        self._connections.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Reports what broke inside; a client that hangs up early broke nothing."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, ClientDisconnected)):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Ends every open connection, waiting ones too, and joins their threads. Only once no more are accepted."""
        self.has_ended.set()
        for connection, thread in list(self._connections.items()):
            with suppress(OSError):  # the client was faster
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()


class Handler(WSGIRequestHandler):
    """Reads requests off one connection and writes their answers.

    Werkzeug's own `run_wsgi` closes the connection after each answer, whatever the protocol version says;
    this one keeps it, and can be told to deliver an answer badly.
    """

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = 65_536  # head and body leave in one packet
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answers one request."""
        request = Request(self.make_environ())
        request.get_data()  # read to its end, so that the next request starts at its own first line
        self._deliver(self.server.service.answer(request, self.server.documented_host))

    def _deliver(self, answer: Answer) -> None:
        if answer.delivery is not Delivery.WHOLE:
            self.close_connection = True
        if answer.delivery is Delivery.NEVER:
            self.server.has_ended.wait()
        elif answer.delivery is Delivery.NOT_HTTP:
            self.wfile.write(NOT_HTTP)
        elif answer.delivery is not Delivery.NONE:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        has_body = self.command != "HEAD" and answer.status not in BODILESS
        self.wfile.write(self._head(answer) + (answer.body if has_body else b""))
        if answer.delivery is Delivery.DRIPPING:
            self._drip()

    def _head(self, answer: Answer) -> bytes:
        own = (("Server", SERVER_NAME), ("Date", http_date(int(time.time()))))
        lines = [f"{self.protocol_version} {answer.status} {reason_of(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in (*own, *answer.headers, *self._framing(answer))]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _framing(self, answer: Answer) -> Iterator[tuple[str, str]]:
        if self.close_connection:
            yield "Connection", "close"
        missing = 0 if answer.delivery is Delivery.WHOLE else MISSING_BYTES
        if answer.status not in BODILESS:
            yield "Content-Length", str(len(answer.body) + missing)

    def _drip(self) -> None:
        # Spaces: as far as it came, the body stays valid JSON.
        while not self.server.has_ended.wait(DRIP_S):
            self.wfile.write(b" ")
            self.wfile.flush()

    def log(self, *_: Any) -> None:
        """Nothing: the record says what was asked."""


@cache
def reason_of(status: int) -> str:
    """The standard reason phrase; empty for a status that has none."""
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""


@lru_cache(maxsize=1)
def http_date(now_s: int) -> str:
    """A `Date` header, formatted once a second. Source: RFC 9110, 6.6.1."""
    return formatdate(now_s, usegmt=True)


class Reference:
    """The running reference provider."""

    def __init__(self, service: Service, base_url: str, calls_base_url: str) -> None:
        self._service = service
        self.base_url = base_url
        self.calls_base_url = calls_base_url
        self.states_url = base_url + STATES_PATH
        self.received_url = base_url + RECEIVED_PATH

    @property
    def accounts(self) -> Mapping[str, Account]:
        """The standing accounts by provider state: "an active project" and "no active project"."""
        return self._service.accounts

    @property
    def values(self) -> Mapping[str, Mapping[str, str]]:
        """What a request needs to know about each standing account, by provider state and name, as it was at first."""
        return self._service.values

    @property
    def received(self) -> tuple[Received, ...]:
        """What was asked so far, newest last, at most the newest ten thousand."""
        return self._service.received

    def forget_received(self) -> None:
        """Empties the record."""
        self._service.forget_received()

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that are on."""
        return self._service.faults

    def set_faults(self, names: Iterable[str]) -> None:
        """Turn exactly these faults on, in a fresh world. KeyError if there is no fault of one of the names.

        The permanent accounts have the same credentials and values as before, everything else is forgotten.
        """
        self._service.set_faults(names)

    def switch(self, fault: str, *, on: bool) -> None:
        """Switches a fault. KeyError if there is none of that name."""
        self._service.switch(fault, on=on)

    def write_provider(self, path: Path | str) -> None:
        """Writes the provider file that points the contract suite at this provider. OSError if it cannot."""
        Path(path).write_text(provider_toml(self.provider_settings()), encoding="utf-8")

    def provider_settings(self) -> dict[str, Any]:
        """What the provider file says, as plain values: two URLs, `allow`, `accounts` by state, and `states.url`."""
        urls = {"base_url": self.base_url, "calls_base_url": self.calls_base_url, "states_url": self.states_url}
        return provider_settings(urls, self.accounts, self.values)


def system_clock() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


@contextmanager
def serve(
    port: int = 0,
    clock: Clock = system_clock,
    random: Random | None = None,
    faults: Iterable[str] = (),
    calls_port: int = 0,
) -> Iterator[Reference]:
    """The reference provider on 127.0.0.1, for as long as the block lasts. Port 0 lets the system pick one.

    The host that takes calls has a port of its own. Raises KeyError for an unknown fault, OSError if a port cannot be
    had.
    """
    service = Service(clock, random or SystemRandom(), faults)
    with _listening(service, API, port) as base_url, _listening(service, CALLS, calls_port) as calls_base_url:
        yield Reference(service, base_url, calls_base_url)


@contextmanager
def _listening(service: Service, documented_host: str, port: int) -> Iterator[str]:
    """One of the two hosts on a port; its base URL."""
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        error.filename = f"port {port}"  # of two ports the one that cannot be had
        raise
    with listener:
        server = Server(service, documented_host, listener)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name=documented_host, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        server.hang_up()
        thread.join()
