"""HTTP as RFC 9110 and RFC 9112 have it: what is no answer, what frames a message wrongly, and by which way we ask."""

import os
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.errors import Blocked
from talkstack_contract.model import Effect, Exchange
from talkstack_contract.provider.bodies import DEEPEST, depth_of
from talkstack_contract.provider.client import NoAnswer, Provider, proxy_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Limits
from talkstack_contract.provider.transport import HEAD_BYTES
from tests.hostile.raw_server import always, answer, chunked, serving
from tests.unit.test_client import CASES, asked, drafted, provider_for, settings_for

SOUND = answer(b'{"a": 1}')
CLOSE = "Connection: close"


# Interim responses

HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
INTERIM = {
    "100": b"HTTP/1.1 100 Continue\r\n\r\n",
    "102": b"HTTP/1.1 102 Processing\r\n\r\n",
    "103": HINTS,
    "199-that-nobody-knows": b"HTTP/1.1 199 Whatever\r\nA: b\r\n\r\n",
    "several": HINTS * 2 + b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS,
    "many": HINTS * 20_000,
}


@pytest.mark.parametrize("interim", INTERIM.values(), ids=INTERIM)
def test_interim_response_is_no_answer(interim: bytes) -> None:
    with serving(always(interim, SOUND)) as server:
        provider = provider_for(server.url)
        got = [provider.send(drafted(provider, CASES["by-bearer"]), "op/case") for _ in range(2)]
    assert [(each.status, each.body, each.body_trouble) for each in got] == [(200, b'{"a": 1}', "")] * 2


def test_other_protocol_that_nobody_asked_for_is_an_answer() -> None:
    with serving(always(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n")) as server:
        assert asked(server.url).status == 101


def test_interim_responses_without_an_end_are_late() -> None:
    def endlessly(_: object) -> Iterator[bytes]:
        while True:
            yield HINTS

    with serving(endlessly) as server, pytest.raises(NoAnswer, match=r"late: not whole after 0\.3 s"):
        asked(server.url, limits=Limits(exchange_s=0.3))


# Framing

BODY = b'{"a": 1}'
FRAMING = {
    "negative-length": (f"HTTP/1.1 200 OK\r\nContent-Length: -8\r\n\r\n{BODY.decode()}".encode(), "not a number: '-8'"),
    "length-with-a-sign": (b"HTTP/1.1 200 OK\r\nContent-Length: +8\r\n\r\n" + BODY, "not a number: '+8'"),
    "length-in-letters": (b"HTTP/1.1 200 OK\r\nContent-Length: eight\r\n\r\n" + BODY, "not a number: 'eight'"),
    "length-with-an-underscore": (b"HTTP/1.1 200 OK\r\nContent-Length: 0_8\r\n\r\n" + BODY, "not a number: '0_8'"),
    "empty-length": (b"HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n" + BODY, "not a number: ''"),
    "length-past-any-file": (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n" + BODY, "not a number"),
    "list-of-lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 8, 8\r\n\r\n" + BODY, "not a number: '8, 8'"),
    "two-lengths": (answer(BODY, "Content-Length: 9"), "has 2 Content-Lengths"),
    "twice-the-same-length": (answer(BODY, "Content-Length: 8"), "has 2 Content-Lengths"),
    "length-and-chunks": (answer(b"8\r\n" + BODY + b"\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), "has both"),
    "negative-chunk": (chunked(b'{"a":', end=b"-3\r\n 1}\r\n0\r\n\r\n"), "a chunk whose size is not a number: '-3'"),
    "chunk-size-of-a-program": (
        chunked(b'{"a":', end=b"0x3\r\n 1}\r\n0\r\n\r\n"),
        "a chunk whose size is not a number",
    ),
    "chunk-size-with-a-sign": (chunked(b'{"a":', end=b"+3\r\n 1}\r\n0\r\n\r\n"), "a chunk whose size is not a number"),
    "chunk-longer-than-it-says": (
        chunked(b'{"a":', end=b"1\r\n 1}\r\n0\r\n\r\n"),
        "a chunk whose size is not a number",
    ),
    "header-line-that-is-none": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nno header\r\nA: b\r\n\r\n" + BODY,
        "a header line that is none",
    ),
    "header-line-that-is-none-where-its-length-may-be-lost": (
        b"HTTP/1.1 200 OK\r\nno header\r\nContent-Length: 8\r\n\r\n" + BODY,
        "a header line that is none",
    ),
    "two-answers": (SOUND * 2, "is followed by bytes that belong to no response"),
    "two-chunked-answers": (
        chunked(BODY).replace(b"Connection: close\r\n", b"") * 2,
        "is followed by bytes that belong to no response",
    ),
    "two-answers-and-the-end": (answer(BODY, CLOSE) * 2, "is followed by bytes that belong to no response"),
    "two-chunked-answers-and-the-end": (chunked(BODY) * 2, "is followed by bytes that belong to no response"),
    "body-longer-than-it-says": (answer(BODY + b"xx", length=8), "is followed by bytes"),
    "body-behind-a-204": (b"HTTP/1.1 204 No Content\r\n\r\n" + SOUND, "is followed by bytes"),
}


@pytest.mark.parametrize(("sent", "trouble"), FRAMING.values(), ids=FRAMING)
def test_wrong_framing_is_told(sent: bytes, trouble: str) -> None:
    with serving(always(sent)) as server:
        exchange = asked(server.url)
    assert trouble in exchange.body_trouble


@pytest.mark.parametrize("sent", [sent for sent, _ in FRAMING.values()], ids=FRAMING)
def test_wrong_framing_mutations_no_other_answer(sent: bytes) -> None:
    answers = iter([sent, SOUND])
    with serving(lambda _: [next(answers)]) as server:
        provider = provider_for(server.url)
        first, second = (provider.send(drafted(provider, CASES["by-bearer"]), "op/case") for _ in range(2))
    assert (first.body_trouble != "", second.body, second.body_trouble) == (True, BODY, "")


OK_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
SOUND_FRAMING = {
    "blanks-around-a-length": b"HTTP/1.1 200 OK\r\nContent-Length:  8 \r\n\r\n" + BODY,
    "chunk-extension": OK_CHUNKED + b"8;a=b\r\n" + BODY + b"\r\n0\r\n\r\n",
    "blank-behind-a-chunk-size": OK_CHUNKED + b"8 \r\n" + BODY + b"\r\n0\r\n\r\n",
    "chunk-size-with-zeros": OK_CHUNKED + b"008\r\n" + BODY + b"\r\n000\r\n\r\n",
    "trailer": OK_CHUNKED + b"8\r\n" + BODY + b"\r\n0\r\nA: b\r\n\r\n",
    "until-the-end": b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("sent", SOUND_FRAMING.values(), ids=SOUND_FRAMING)
def test_sound_framing_is_no_trouble(sent: bytes) -> None:
    with serving(always(sent)) as server:
        exchange = asked(server.url)
    assert (exchange.body, exchange.body_trouble) == (BODY, "")


def test_header_is_kept_as_it_came() -> None:
    with serving(always(answer(BODY, "Content-Length: 8", "X-Folded: a\r\n  b", CLOSE))) as server:
        headers = asked(server.url).headers
    assert headers == (("Content-Length", "8"),) * 2 + (("X-Folded", "a b"), ("Connection", "close"))


# Bounds


@pytest.mark.parametrize("lines", [[f"A: {'x' * 60_000}"] * 5, ["A: b"] * 90_000], ids=["long-lines", "many-lines"])
def test_head_is_bounded_in_all(lines: list[str]) -> None:
    head = "\r\n".join(["HTTP/1.1 200 OK", CLOSE, *lines, "", ""]).encode()
    assert len(head) > HEAD_BYTES
    with serving(always(head)) as server, pytest.raises(Blocked, match=r"head of an answer|HTTPException"):
        asked(server.url)


NESTED = {
    "lists": (b"[" * DEEPEST + b"]" * DEEPEST, DEEPEST),
    "objects": (b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST, DEEPEST),
    "side-by-side": (b"[" + b"[]," * 500 + b"[]]", 2),
    "brackets-in-texts": (b'["' + b"[" * 500 + b'", "\\"' + b"{" * 500 + b'"]', 1),
    "deeper": (b"[" * 5000, 5000),
    "text-without-end": (b'["' + b"[" * 500, 1),
    "backslashes": (b'["' + b"\\\\" * 300_000 + b'"' + b"]" + b"[]" * 200, 1),
}


@pytest.mark.parametrize(("body", "depth"), NESTED.values(), ids=NESTED)
def test_depth_of_a_body_is_counted(body: bytes, depth: int) -> None:
    assert min(depth_of(body) or depth, DEEPEST + 1) == min(depth, DEEPEST + 1)


def test_answer_that_is_nested_too_deep_is_blocked() -> None:
    with serving(always(answer(b"[" * 5000 + b"]" * 5000))) as server, pytest.raises(Blocked, match="nested deeper"):
        asked(server.url)


def test_reason_phrase_is_cut() -> None:
    with serving(always(answer(status=f"200 {'x' * 60_000}"))) as server:
        assert asked(server.url).reason == "x" * 200


def test_what_came_before_the_deadline_is_kept() -> None:
    sent = answer(BODY, "A: b", length=99)
    with serving(lambda _: server.drip(sent)) as server, pytest.raises(NoAnswer) as blocked:
        asked(server.url, limits=Limits(exchange_s=0.3))
    received = blocked.value.received
    assert isinstance(received, Exchange)
    kept = (received.status, received.headers[1], received.body.rstrip(), received.body_trouble[:27])
    assert kept == (200, ("A", "b"), BODY, "is not whole at the deadlin")


@pytest.mark.parametrize(
    ("header", "trouble"),
    [("Content-Length: 8", "has 2 Content-Lengths"), ("Transfer-Encoding: chunked", "has both Content-Length and")],
)
def test_framing_that_is_wrong_in_the_head_is_told_where_the_body_never_ends(header: str, trouble: str) -> None:
    with serving(lambda _: server.drip(answer(b"8\r\n" + BODY, header))) as server:
        assert asked(server.url, limits=Limits(exchange_s=0.3)).body_trouble.startswith(trouble)


def test_connection_that_falls_silent_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(answer(BODY, length=99))) as server:
        provider = provider_for(server.url)
        send = provider.connections.send
        monkeypatch.setattr(
            provider.connections, "send", lambda *given, **options: send(*given, **{**options, "timeout": 0.1})
        )
        with pytest.raises(NoAnswer, match="late: not whole") as blocked:
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
    assert blocked.value.received is not None
    assert blocked.value.received.body == BODY


def test_connection_is_gone_with_the_deadline() -> None:
    with serving(lambda _: server.drip(answer(BODY, length=10_000))) as server:
        with pytest.raises(NoAnswer):
            asked(server.url, limits=Limits(exchange_s=0.3))
        [connection] = server.connections
        connection.settimeout(5)
        assert connection.recv(1) == b""


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of this machine that no store knows, with its key in one file."""
    folder = tmp_path_factory.mktemp("ca")
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        [*words, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem", "-out", folder / "ca.pem"],
        check=True,
        capture_output=True,
    )
    (folder / "both.pem").write_text((folder / "ca.pem").read_text() + (folder / "key.pem").read_text())
    return folder


@contextmanager
def tls_serving(certificate: Path, sent: bytes, junk: bytes = b"") -> Iterator[str]:
    """Serve one answer a connection by TLS, then bytes that are no TLS, if there are any."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "both.pem")

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65_536)
                connection.sendall(sent)
                os.write(connection.fileno(), junk)
                connection.settimeout(5)
                os.read(connection.fileno(), 1)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def tls_provider(url: str, ca_bundle: str) -> Provider:
    return Provider(replace(settings_for(url), ca_bundle=ca_bundle), Secrets())


def ask_tls(url: str, ca_bundle: str) -> Exchange:
    provider = tls_provider(url, ca_bundle)
    return provider.send(drafted(provider, CASES["by-bearer"]), "op/case")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "none"])
def test_ca_bundle_of_the_settings_wins_over_any_variable(
    variable: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/etc/ssl/certs/ca-certificates.crt")
    with tls_serving(certificate, answer(BODY, CLOSE)) as url:
        assert ask_tls(url, str(certificate / "ca.pem")).body == BODY


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_variable_counts_where_the_settings_name_no_bundle(
    variable: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(certificate / "ca.pem"))
    with tls_serving(certificate, answer(BODY, CLOSE)) as url:
        assert ask_tls(url, "").body == BODY


@pytest.mark.parametrize("verify", [True, False, "/nowhere.pem"], ids=str)
def test_bundle_holds_for_a_session_whose_user_says_otherwise(verify: bool | str, certificate: Path) -> None:
    with tls_serving(certificate, answer(BODY, CLOSE)) as url:
        session = tls_provider(url, str(certificate / "ca.pem")).session(lambda _: Effect.READS, "a/b", lambda _: None)
        assert session.get(url, verify=verify).content == BODY


def test_certificate_that_is_not_accepted_is_our_trouble(certificate: Path) -> None:
    with tls_serving(certificate, answer(BODY)) as url, pytest.raises(Blocked) as blocked:
        ask_tls(url, "")
    assert "its certificate is not accepted: self-signed certificate" in str(blocked.value)
    assert not isinstance(blocked.value, NoAnswer)


def test_tls_that_breaks_in_a_body_is_blocked(certificate: Path) -> None:
    sent = answer(BODY, length=99)
    with tls_serving(certificate, sent, b"x" * 64) as url, pytest.raises(Blocked) as blocked:
        ask_tls(url, str(certificate / "ca.pem"))
    assert str(blocked.value).startswith("TLS broke in the middle of an answer (SSL")


# Proxies


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
def test_this_machine_is_asked_by_no_proxy(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.test:3128")
    assert proxy_of(f"http://{host}:80/x") == ""


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_request_to_this_machine_passes_no_proxy(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(always(answer(status="403 Forbidden"))) as proxy, serving(always(SOUND)) as server:
        monkeypatch.setenv(variable, proxy.url)
        status = asked(server.url).status
    assert (status, proxy.received) == (200, [])


def test_refusal_of_a_proxy_names_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = b"HTTP/1.1 403 secret-reason\r\nConnection: close\r\n\r\n"
    with serving(always(refusal)) as proxy:
        port = proxy.url.rpartition(":")[2]
        monkeypatch.setenv("https_proxy", f"http://user:secret@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "")
        provider = provider_for("https://api.invalid")
        with pytest.raises(Blocked) as blocked:
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
    told = str(blocked.value)
    assert (
        f": the proxy 127.0.0.1:{port} refuses with 403" in told,
        "secret" in told,
        isinstance(blocked.value, NoAnswer),
    ) == (
        True,
        False,
        False,
    )
