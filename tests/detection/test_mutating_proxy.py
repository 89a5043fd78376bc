"""The mutating proxy changes what a mutation says and nothing else, or the rate of detection would mean nothing."""

from __future__ import annotations

import dataclasses
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.detection.answer_edits import byte_edits, header_edits, key_edits, key_paths
from tests.detection.benign import variants
from tests.detection.latitudes import latitudes
from tests.detection.mutating_proxy import (
    Answer,
    Forward,
    HangUp,
    Proxy,
    Relay,
    Request,
    forward_to,
    serve_proxy,
    untouched,
)

BODY = b'\xff\x00 "not JSON, not text"\r\n'


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it received in a header, and always the same odd bytes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        received = {"method": self.command, "target": self.path, "key": self.headers["x-api-key"]}
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.send_response(207, "Odd Reason")
        self.send_header("X-Received", json.dumps(received))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    do_POST = do_GET  # noqa: N815  the name that http.server calls

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def _asking(upstream: str, relay: Relay) -> Iterator[tuple[Proxy, Forward]]:
    with serve_proxy(upstream, relay) as proxy:
        yield proxy, forward_to(proxy.base_url)


def _hang_up(_request: Request, _forward: Forward) -> Answer:
    raise HangUp


def _without_date(answer: Answer) -> Answer:
    return answer.with_header("Date", None)


def test_untouched_answer_passes_byte_for_byte(upstream: str) -> None:
    request = Request("POST", "/a%20b?c=%2F&c", (("x-api-key", "k"), ("Content-Length", "2")), b"{}")
    with _asking(upstream, untouched) as (_, ask):
        assert _without_date(ask(request)) == _without_date(forward_to(upstream)(request))


def test_answer_is_written_as_the_relay_gives_it(upstream: str) -> None:
    given = Answer(299, "Own Reason", (("x-odd", "1"), ("x-odd", "2"), ("Content-Length", "3")), b"\x00\r\n")
    with _asking(upstream, lambda _request, _forward: given) as (_, ask):
        assert ask(Request("GET", "/")) == given


def test_relay_may_ask_with_another_request(upstream: str) -> None:
    with _asking(upstream, lambda r, forward: forward(r.with_header("X-Api-Key", "other"))) as (_, ask):
        received = json.loads(ask(Request("GET", "/x", (("x-api-key", "own"),))).header("X-Received") or "")
    assert received == {"method": "GET", "target": "/x", "key": "other"}


@pytest.mark.parametrize("path", ["/_states", "/_received"])
def test_control_paths_never_meet_the_relay(upstream: str, path: str) -> None:
    with _asking(upstream, _hang_up) as (_, ask):
        assert ask(Request("POST", path)).status == 207


def test_hangup_closes_without_an_answer(upstream: str) -> None:
    with serve_proxy(upstream, _hang_up) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.base_url).netloc, timeout=10)
        connection.request("GET", "/")
        with pytest.raises(http.client.RemoteDisconnected):
            connection.getresponse()
        connection.close()


def test_body_below_its_length_ends_with_the_connection(upstream: str) -> None:
    def cut(request: Request, forward: Forward) -> Answer:
        return dataclasses.replace(forward(request), body=BODY[:4])

    with serve_proxy(upstream, cut) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.base_url).netloc, timeout=10)
        connection.request("GET", "/")
        with pytest.raises(http.client.IncompleteRead) as caught:
            connection.getresponse().read()
        connection.close()
    assert caught.value.partial == BODY[:4]


def test_connection_is_kept_for_the_next_request(upstream: str) -> None:
    with serve_proxy(upstream, untouched) as proxy:
        connection = http.client.HTTPConnection(urlsplit(proxy.base_url).netloc, timeout=10)
        sockets = []
        for _ in range(2):
            connection.request("GET", "/")
            sockets.append(connection.sock)
            connection.getresponse().read()
        connection.close()
    assert sockets[0] is sockets[1]


def test_broken_relay_is_noted(upstream: str) -> None:
    def broken(_request: Request, _forward: Forward) -> Answer:
        raise ValueError("of our own making")

    with _asking(upstream, broken) as (proxy, ask), pytest.raises(HangUp):
        ask(Request("GET", "/"))
    assert proxy.failures == ["ValueError('of our own making')"]


CLEAN = Answer(
    200,
    "OK",
    (("Content-Type", "application/json"), ("Content-Length", "66"), ("Server", "s")),
    b'{"message": "m", "data": {"id": "1", "url": null}, "status": "ok"}',
)
EDITS = {
    **dict(key_edits(CLEAN)),
    **dict(header_edits(dict(CLEAN.headers))),
    **dict(byte_edits()),
}


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_changes_the_answer(name: str) -> None:
    assert EDITS[name](CLEAN) != CLEAN


@pytest.mark.parametrize("path", [".".join(path) for path in key_paths(json.loads(CLEAN.body))])
def test_every_key_is_given_every_other_type(path: str) -> None:
    changes = {name.rpartition("/")[2] for name in EDITS if name.startswith(f"{path}/as-")}
    assert len(changes) == 5


def test_first_item_of_a_list_is_looked_into() -> None:
    assert [*key_paths({"voices": [{"name": "a"}, {"age": 1}]})] == [("voices",), ("voices", "0", "name")]


def test_variant_names_are_unique() -> None:
    names = [variant.name for variant in (*variants(), *latitudes())]
    assert len(names) == len(set(names)) >= 25
