"""A server on loopback that answers with whatever bytes a test wants, HTTP or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HEAD_BYTES = 1_000_000  # of what is sent: so much of it is looked at for the wish to close


@dataclass(frozen=True)
class Received:
    """A request as it came in, with the number of the connection it came by."""

    connection: int
    line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


Respond = Callable[[Received], Iterable[bytes]]


@dataclass
class Server:
    """A server on loopback that answers with whatever bytes a test wants."""

    respond: Respond
    listener: socket.socket
    received: list[Received] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    has_ended: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                number = len(self.connections)
                threading.Thread(target=self.serve, args=(connection, number), daemon=True).start()

    def serve(self, connection: socket.socket, number: int) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            while line := lines.readline():
                headers = tuple(iter(lambda: header_of(lines.readline()), ("", "")))
                length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
                request = Received(number, line.decode().strip(), headers, lines.read(length))
                self.received.append(request)
                head = b""  # not all that is sent: what has no end would be held here, and measured as ours
                for piece in self.respond(request):
                    connection.sendall(piece)
                    head += piece[: HEAD_BYTES - len(head)]
                if b"Connection: close" in head or not head:
                    return

    def drip(self, head: bytes) -> Iterator[bytes]:
        """Send a head, then a blank every now and then until the test is over."""
        yield head
        while not self.has_ended.wait(0.02):
            yield b" "


def header_of(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").strip("\r\n").partition(":")
    return name, value.removeprefix(" ")


@contextmanager
def serving(respond: Respond) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(respond, listener)
        thread = threading.Thread(target=server.accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.has_ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            for connection in server.connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    framing = [f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([f"HTTP/1.1 {status}", *framing, *headers, "", ""]).encode() + body


def always(*pieces: bytes) -> Respond:
    return lambda _: pieces


def chunked(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end
