"""HTTP/1.1 as RFC 9110 and RFC 9112 have it, below the client: what http.client skips, guesses or overlooks.

The one door to `http.client` and `urllib3`. Interim responses are passed over, however many come (RFC 9110, 15.2).
What frames a message wrongly is noted on the response (`framing_trouble`). The head of a response is bounded as a
whole, and an exchange whose deadline is over can be ended from another thread (`Attempt`).
"""

import http.client
import logging
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager, encode_multipart_formdata
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, ProtocolError
from urllib3.exceptions import HTTPError as TransportError
from urllib3.exceptions import SSLError as TlsError
from urllib3.fields import RequestField

from talkstack_contract.errors import Blocked

__all__ = ["DecodeError", "ProtocolError", "TlsError", "TransportError"]

# Python takes no answer with more than 100 header lines; HTTP sets no limit (RFC 9110, 5.4), and a provider may set
# many cookies. Can go once http.client lets a caller choose: python/cpython#131724.
http.client._MAXHEADERS = 1000  # type: ignore[attr-defined]
HEAD_BYTES = 262_144  # of a status line and all header fields together
_LENGTH = re.compile(r"[ \t]*[0-9]{1,18}[ \t]*")
LINE_BYTES = 65_536  # of one header line, as in http.client
BOUNDARY = "talkstack-contract-7d1f0c"

# What a header field looks like is judged here; urllib3 would log it, with a traceback of ours.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class Attempt:
    """One exchange while it is under way: its socket, so that another thread can end it."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_over = False

    def connected(self, connection: socket.socket) -> None:
        """Remember the socket over which the answer comes."""
        self._socket = connection
        if self._is_over:
            self.end()

    def end(self) -> None:
        """Shut the connection down: whoever still reads from it gets an error at once."""
        self._is_over = True
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def start(self) -> None:
        """Let the exchange of this thread be this one."""
        _ATTEMPT.set(self)


_ATTEMPT: ContextVar[Attempt | None] = ContextVar("attempt", default=None)


class _Head:
    """A reader of lines that stops where the head of a response gets too long."""

    def __init__(self, file: Any) -> None:
        self._file, self._left = file, HEAD_BYTES

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            raise Blocked(f"the head of an answer is longer than {HEAD_BYTES} bytes")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Response(http.client.HTTPResponse):
    """A response that keeps what is wrong with its framing."""

    framing_trouble = ""
    fields: tuple[tuple[str, str], ...] = ()

    def __init__(self, sock: socket.socket, *given: Any, **options: Any) -> None:
        super().__init__(sock, *given, **options)
        self._socket = sock
        if attempt := _ATTEMPT.get():
            attempt.connected(sock)

    def begin(self) -> None:
        """Read the head. Where it does not say how long the body is, no body is read: RFC 9112, 6.3, asks to close."""
        if self.headers is not None:  # None until it has begun
            return
        whole = self.fp
        self.fp = _Head(whole)
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = whole
        self.fields = tuple((name, re.sub(r"\r?\n[ \t]*", " ", value)) for name, value in self.headers.items())
        self.framing_trouble = _trouble_of(self.headers)
        if (length := _length(self.headers)) is None:
            self.chunked, self.will_close, self.length = False, True, 0
        if length is None or len(self.headers.get_all("Content-Length") or []) > 1:
            del self.headers["Content-Length"]  # urllib3 would refuse the whole response

    def _read_status(self) -> tuple[str, int, str]:
        """Read the status line of the final response. 101 is one: no request of ours asks for another protocol."""
        while True:
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            while self.fp.readline(LINE_BYTES) not in (b"\r\n", b"\n", b""):
                pass
            self.fp = _Head(getattr(self.fp, "_file", self.fp))  # type: ignore[assignment]

    def _read_next_chunk_size(self) -> int:
        """Read a chunk size: hexadecimal digits, and maybe extensions (RFC 9112, 7.1)."""
        line = self.fp.readline(LINE_BYTES)
        if not line:
            raise ValueError("the body ends before its last chunk")
        if not (size := re.match(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?\r?\n", line)):
            self.framing_trouble = f"has a chunk whose size is not a number: {_shown(line)} (RFC 9112, 7.1)"
            self._end()
            raise ValueError("no chunk size")
        return int(size[1], 16)

    def _read_and_discard_trailer(self) -> None:
        super()._read_and_discard_trailer()  # type: ignore[misc]
        self.length = 0  # all has come

    def _close_conn(self) -> None:
        self._check_end()
        super()._close_conn()  # type: ignore[misc]

    def close(self) -> None:
        """End the response, once it is known whether anything follows it."""
        self._check_end()
        super().close()

    def _check_end(self) -> None:
        if self.fp and self.length == 0 and not self.framing_trouble and self._has_more():
            self.framing_trouble = "is followed by bytes that belong to no response (RFC 9112, 6.3)"
            self._end()

    def _has_more(self) -> bool:
        """Whether bytes are here already that nobody asked for."""
        timeout = self._socket.gettimeout()
        try:
            self._socket.settimeout(0)
            return bool(self.fp.peek(1))
        except (OSError, ValueError, AttributeError):  # nothing yet: TLS says so by an error
            return False
        finally:
            with suppress(OSError):
                self._socket.settimeout(timeout)

    def _end(self) -> None:
        """Let no other request use this connection."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)


def _trouble_of(headers: http.client.HTTPMessage) -> str:
    """Say what is wrong with the header fields that frame a message, nothing where they are sound."""
    lengths = headers.get_all("Content-Length") or []
    if headers.defects:
        return "comes with a header line that is none (RFC 9112, 5)"
    if any(not _LENGTH.fullmatch(each) for each in lengths):
        return f"has a Content-Length that is not a number: {_shown(lengths[0].encode())} (RFC 9110, 8.6)"
    if len(lengths) > 1:
        return f"has {len(lengths)} Content-Lengths (RFC 9112, 6.3)"
    if lengths and headers.get("Transfer-Encoding"):
        return "has both Content-Length and Transfer-Encoding (RFC 9112, 6.2)"
    return ""


def _length(headers: http.client.HTTPMessage) -> int | None:
    """Return the length of a body, -1 where none is given, None where what is given leaves it open.

    Of the lines that follow one that is no header nothing is known: the length may be among them.
    """
    lengths = headers.get_all("Content-Length") or []
    if headers.get("Transfer-Encoding") or not lengths:
        return None if headers.defects and not headers.get("Transfer-Encoding") else -1
    sound = {int(each) for each in lengths if _LENGTH.fullmatch(each)}
    return sound.pop() if len(sound) == 1 and all(_LENGTH.fullmatch(each) for each in lengths) else None


def _shown(line: bytes) -> str:
    return repr(line.strip()[:20].decode("latin-1"))


class _Connection(HTTPConnection):
    response_class = _Response


class _TlsConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def be_strict(manager: PoolManager) -> None:
    """Let a manager, that of a proxy too, make connections that hold responses to the RFCs."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


def pieces_of(raw: HTTPResponse, size_bytes: int) -> Iterator[bytes]:
    """Yield the decoded body as it comes, in pieces of at most that size, by our reader of chunks.

    Its length is checked by `framing_trouble_of`, and afterwards: urllib3 would throw away what came.
    """
    raw.chunked = raw.enforce_content_length = False
    while piece := raw.read1(size_bytes, decode_content=True):
        yield piece


def fields_of(raw: HTTPResponse) -> tuple[tuple[str, str], ...]:
    """Return the header fields of a response as they came."""
    return tuple(getattr(raw._original_response, "fields", ()))


def framing_trouble_of(raw: HTTPResponse) -> str:
    """Say what was wrong with the framing of a response, as far as it was read."""
    return str(getattr(raw._original_response, "framing_trouble", ""))


Part = tuple[str | None, str | bytes, str]
"""A part of a form: the name of the file, None where it is none, its content and its media type."""


def multipart(fields: Sequence[tuple[str, str | Part]]) -> tuple[bytes, str]:
    """Encode the parts of a form; return the body and its media type."""
    return encode_multipart_formdata([_part(*each) for each in fields], BOUNDARY)


def _part(name: str, given: str | Part) -> RequestField:
    file, content, media_type = (None, given, None) if isinstance(given, str) else given
    part = RequestField(name, content, file)
    part.make_multipart(content_type=media_type)
    return part


def trouble_of_ours(error: BaseException) -> str:
    """Say what stands between us and the provider: its certificate, by our store, or a proxy's refusal; else nothing.

    Of a proxy's response only the status is repeated.
    """
    for each in _causes(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {each.verify_message}"
        if isinstance(each, OSError) and (refusal := re.search(r"Tunnel connection failed: (\d{3})", str(each))):
            return f"the proxy refuses with {refusal[1]}"
    return ""


def innermost(error: BaseException) -> BaseException:
    """Return the cause of an error that has no further cause."""
    *_, last = _causes(error)
    return last


def _causes(error: BaseException) -> list[BaseException]:
    seen = [error]
    while inner := next((each for each in _inside(seen[-1]) if isinstance(each, BaseException)), None):
        if inner in seen:
            break
        seen.append(inner)
    return seen


def _inside(error: BaseException) -> list[object]:
    return [getattr(error, "reason", None), *error.args, error.__cause__]
