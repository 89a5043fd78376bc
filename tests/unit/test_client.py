"""Every request leaves within the guard and as written; every answer comes back whole, or it is said why not."""

import gzip
import json
import socket
import subprocess
import threading
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from talkstack_contract import __version__
from talkstack_contract.errors import Blocked
from talkstack_contract.model import Case, CredentialVariant, Effect, Exchange, Header, Request, Scheme
from talkstack_contract.provider.client import NoAnswer, Provider
from talkstack_contract.provider.credentials import WRONG_CREDENTIAL, sent_credential
from talkstack_contract.provider.pace import MARGIN, PAUSES, retry_after_s
from talkstack_contract.provider.redaction import REDACTED, Secrets
from talkstack_contract.provider.request_builder import request_of
from talkstack_contract.provider.settings import Account, Credential, Limits, Settings
from tests.hostile.raw_server import always, answer, chunked, serving
from tests.unit.clock import Clock
from tests.unit.contracts import PROJECT, cases_of, operation_of
from tests.unit.setting_names import ACTIVE, NAMES, credentials

CASES = {case.name: case for case in cases_of(operation_of(PROJECT))}
TOKEN = "eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr2Tn5Vb8Xc1Md"
KEY = "4f7a91c2d8e35b60"
ACCOUNT = Account(
    ACTIVE, credentials(Credential(TOKEN, "TALKSTACK_TOKEN"), Credential(KEY, "TALKSTACK_API_KEY")), "u-1"
)
READS = frozenset({Effect.READS})


def settings_for(url: str, limits: Limits | None = None, allow: frozenset[Effect] = READS) -> Settings:
    limits = limits or Limits(exchange_s=5)
    return Settings(url, False, allow, {ACTIVE: ACCOUNT}, states_url=f"{url}/_states", limits=limits, names=NAMES)


def provider_for(url: str, limits: Limits | None = None, allow: frozenset[Effect] = READS) -> Provider:
    clock = Clock()
    return Provider(settings_for(url, limits, allow), Secrets(), clock, clock.wait)


def drafted(provider: Provider, case: Case) -> Request:
    schemes = case.scheme.all if case.scheme else ()
    credentials = {each.name: known for each in schemes if (known := ACCOUNT.credential(each))}
    return request_of(case, {}, credentials, provider.settings)


def asked(url: str, name: str = "by-bearer", limits: Limits | None = None) -> Exchange:
    provider = provider_for(url, limits)
    return provider.send(drafted(provider, CASES[name]), f"getActiveProject/{name}")


# What is sent


def test_request_is_sent_as_the_case_says() -> None:
    with serving(always(answer())) as server:
        asked(server.url)
    [received] = server.received
    sent = {name.lower(): value for name, value in received.headers if name.lower() != "host"}
    expected = {
        "user-agent": f"talkstack-contract/{__version__}",
        "accept-encoding": "gzip, deflate",
        "accept": "application/json",
        "authorization": f"Bearer {TOKEN}",
        "x-request-id": "getActiveProject/by-bearer-1",
    }
    assert (received.line, sent) == ("GET /user/get-active-project HTTP/1.1", expected)


HEADERS = {
    "by-bearer": ([f"Bearer {TOKEN}"], []),
    "by-api-key": ([], [KEY]),
    "no-credential": ([], []),
    "wrong-token": ([f"Bearer {WRONG_CREDENTIAL}"], []),
    "wrong-key": ([], [WRONG_CREDENTIAL]),
    "empty-token": (["Bearer "], []),
    "empty-key": ([], [""]),
    "other-scheme": ([f"Basic {TOKEN}"], []),
    "token-altered": (["Bearer eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr1Tn5Vb8Xc1Md"], []),
    "token-lengthened": ([f"Bearer {TOKEN}x"], []),
    "token-cut-short": (["Bearer eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr"], []),
    "token-in-other-case": (["Bearer EYq0.EYjZDwiIoIjXiN0.zK3-_A9pW7lR2tN5vB8xC1mD"], []),
    "key-altered": ([], ["4f7a91c218e35b60"]),
    "key-lengthened": ([], [f"{KEY}x"]),
    "key-cut-short": ([], ["4f7a91c2d8e3"]),
    "key-in-other-case": ([], ["4F7A91C2D8E35B60"]),
}


@pytest.mark.parametrize(("name", "expected"), HEADERS.items(), ids=HEADERS)
def test_credential_is_sent_in_the_form_of_the_case(name: str, expected: tuple[list[str], list[str]]) -> None:
    with serving(always(answer())) as server:
        asked(server.url, name)
    [received] = server.received
    assert (received.values("Authorization"), received.values("x-api-key")) == expected


def test_query_and_headers_of_a_case_are_sent() -> None:
    with serving(always(answer())) as server:
        asked(server.url, "unknown-query")
        asked(server.url, "unusual-accept")
    lines = [(received.line.split()[1], received.values("Accept")) for received in server.received]
    path = "/user/get-active-project"
    assert lines == [(f"{path}?contract-probe=1", ["application/json"]), (path, ["application/xml;q=0.9, */*;q=0.1"])]


def test_each_request_has_an_id_of_its_own() -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        for _ in range(3):
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
        provider.set_up(ACTIVE, "setup")
    ids = [received.values("X-Request-Id") for received in server.received]
    assert ids == [["op/case-1"], ["op/case-2"], ["op/case-3"], ["states/setup-4"]]


def test_every_request_says_who_asks() -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
        provider.set_up(ACTIVE, "setup")
    agents = {agent for received in server.received for agent in received.values("User-Agent")}
    assert agents == {f"talkstack-contract/{__version__}"}


def test_headers_of_the_settings_are_sent_with_every_request() -> None:
    with serving(always(answer())) as server:
        settings = replace(settings_for(server.url), headers=(("X-Gateway", "open-sesame"),))
        provider = Provider(settings, Secrets())
        provider.send(drafted(provider, CASES["no-credential"]), "op/case")
        provider.set_up(ACTIVE, "setup")
    assert [received.values("X-Gateway") for received in server.received] == [["open-sesame"]] * 2


def test_netrc_entry_replaces_no_credential_and_adds_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login someone password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(always(answer())) as server:
        for name in ("no-credential", "by-bearer"):
            asked(server.url, name)
        provider_for(server.url).set_up(ACTIVE, "setup")
    authorizations = [received.values("Authorization") for received in server.received]
    assert authorizations == [[], [f"Bearer {TOKEN}"], []]


def test_cookie_is_not_sent_back() -> None:
    with serving(always(answer(b"{}", "Set-Cookie: session=abc; Path=/"))) as server:
        provider = provider_for(server.url)
        for _ in range(2):
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
    assert [received.values("Cookie") for received in server.received] == [[], []]


def test_connection_is_kept_for_the_next_request() -> None:
    bodies = iter([answer(), answer(b"", status="204 No Content"), answer(b"x" * 200_000), answer(b"{"), answer()])
    with serving(lambda _: [next(bodies)]) as server:
        provider = provider_for(server.url)
        for _ in range(4):
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
        provider.set_up(ACTIVE, "setup")
    assert [received.connection for received in server.received] == [1] * 5


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed(status: str) -> None:
    with (
        serving(always(answer())) as other,
        serving(always(answer(b"{}", f"Location: {other.url}/elsewhere", status=status))) as server,
    ):
        exchange = asked(server.url)
    outcome = (exchange.status, len(server.received), other.received)
    assert outcome == (int(status[:3]), 1, [])


def test_no_redirect_of_the_states_url_is_followed() -> None:
    with (
        serving(always(answer())) as other,
        serving(always(answer(b"", f"Location: {other.url}/_states", status="307 Temporary"))) as server,
        pytest.raises(Blocked),
    ):
        provider_for(server.url).set_up(ACTIVE, "setup")
    assert other.received == []


# Credentials, and how they are shown

SECRETS_OF_EACH_SHAPE = {
    "token": TOKEN,
    "key": KEY,
    "letters": "QwXzRtLpVbNm",
    "one-in-the-middle": "xxxxxxxx1xxxxxxx",
    "signs": "k9+T/4Qw==-_~",
    "dot-at-the-end": "abc.def.",
    "one-letter-behind-the-dot": "abcdef.g",
    "one-letter": "a",
}
SENT_VARIANTS = [each for each in CredentialVariant if each is not CredentialVariant.LEFT_OUT]
SCHEMES = {
    "bearer": Scheme("bearer", "Authorization", "Bearer ", "token", "bearer", "token"),
    "api-key": Scheme("apiKey", "x-api-key", "", "key", "api-key", "api_key"),
}


def in_bash(shown: str, value: str) -> str:
    script = f'printf %s "{shown}"'
    done = subprocess.run(["bash", "-c", script], env={"SECRET": value}, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("value", SECRETS_OF_EACH_SHAPE.values(), ids=SECRETS_OF_EACH_SHAPE)
@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
@pytest.mark.parametrize("form", SENT_VARIANTS)
def test_shown_header_becomes_the_sent_one_in_a_shell(form: CredentialVariant, scheme: Scheme, value: str) -> None:
    header = sent_credential(scheme, form, Credential(value, "SECRET")).parameter
    assert in_bash(header.shown, value) == header.value


@pytest.mark.parametrize(
    "value", [TOKEN, KEY, "QwXzRtLpVbNm", "xxxxxxxx1xxxxxxx"], ids=["token", "key", "letters", "one"]
)
@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
@pytest.mark.parametrize(
    "form",
    [
        each
        for each in SENT_VARIANTS
        if each not in (CredentialVariant.VALID, CredentialVariant.OTHER_SCHEME, CredentialVariant.EXPIRED)
    ],
)
def test_mutated_credential_is_another_value(form: CredentialVariant, scheme: Scheme, value: str) -> None:
    header = sent_credential(scheme, form, Credential(value, "SECRET")).parameter
    assert header.value != scheme.prefix + value


def test_altered_token_differs_in_the_middle_of_its_signature_only() -> None:
    altered = sent_credential(SCHEMES["bearer"], CredentialVariant.ALTERED, Credential(TOKEN, "SECRET"))
    sent = altered.parameter.value.removeprefix("Bearer ")
    changed = [at for at, (was, now) in enumerate(zip(TOKEN, sent, strict=True)) if was != now]
    signature_starts_at = TOKEN.rindex(".") + 1
    [place] = changed
    assert signature_starts_at + 4 <= place < len(TOKEN) - 4


@pytest.mark.parametrize("form", SENT_VARIANTS)
def test_header_shows_no_value_of_an_account(form: CredentialVariant) -> None:
    header = sent_credential(SCHEMES["bearer"], form, Credential(TOKEN, "SECRET")).parameter
    assert (TOKEN[:12] in header.shown, TOKEN in repr(header)) == (False, False)


@pytest.mark.parametrize("name", [name for name in HEADERS if name.startswith(("token-", "key-"))])
def test_mutated_credential_becomes_a_secret_of_the_run(name: str) -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        request = drafted(provider, CASES[name])
        provider.send(request, "op/case")
    [sent] = [header.value.rpartition(" ")[2] for header in request.headers if header.value != header.shown]
    assert sent in [value for value, _ in provider.secrets.known()]


def test_exchange_shows_the_request_without_its_credential() -> None:
    with serving(always(answer())) as server:
        exchange = asked(server.url)
    shown = [(header.name, header.shown) for header in exchange.request.headers]
    expected = [
        ("Accept", "application/json"),
        ("Authorization", "Bearer $TALKSTACK_TOKEN"),
        ("User-Agent", f"talkstack-contract/{__version__}"),
        ("X-Request-Id", "getActiveProject/by-bearer-1"),
    ]
    assert (sorted(shown), TOKEN in repr(exchange)) == (expected, False)


def test_session_shows_the_header_of_a_credential_redacted() -> None:
    received: list[Exchange] = []
    with serving(always(answer())) as server:
        session = provider_for(server.url).session(lambda _: Effect.READS, "op/generated/1", received.append)
        session.get(server.url, headers={"Authorization": f"Bearer {TOKEN}", "Cookie": "a=b"})
    shown = {header.name: header.shown for header in received[0].request.headers}
    assert (shown["Authorization"], shown["Cookie"]) == (REDACTED, REDACTED)


# What comes back


@pytest.mark.parametrize("body", [b"\xff\x00", "text ä", None], ids=["bytes", "text", "none"])
def test_session_hands_over_the_body_that_was_sent(body: bytes | str | None) -> None:
    received: list[Exchange] = []
    with serving(always(answer())) as server:
        provider_for(server.url).session(lambda _: Effect.READS, "op/case", received.append).put(server.url, data=body)
    expected = body.encode() if isinstance(body, str) else body or b""
    assert [each.request.body for each in received] == [expected]


def test_session_hands_over_what_was_sent_where_no_answer_came() -> None:
    received: list[Exchange] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = f"http://127.0.0.1:{listener.getsockname()[1]}"
    session = provider_for(nobody).session(lambda _: Effect.READS, "op/case", received.append)
    with pytest.raises(OSError, match="Connection"):
        session.post(nobody, data=b"sent")
    assert [(each.status, each.request.method, each.request.body) for each in received] == [(0, "POST", b"sent")]


def test_exchange_says_when_its_request_was_sent() -> None:
    before = datetime.now(UTC)
    with serving(always(answer())) as server:
        started = asked(server.url).started
    assert started is not None
    assert before <= started <= datetime.now(UTC)


def test_header_of_the_settings_is_evidence_without_its_value() -> None:
    with serving(always(answer())) as server:
        settings = replace(settings_for(server.url), headers=(("X-Gateway", "gateway-secret-1"),))
        provider = Provider(settings, Secrets(settings.secrets()))
        sent = provider.send(drafted(provider, CASES["by-bearer"]), "op/case").request
    assert {each.name: each.shown for each in sent.headers}["X-Gateway"] == "[redacted]"


def test_answer_comes_back_as_it_was_sent() -> None:
    headers = ("X-Twice: a", "X-Twice: b", "Content-Type: application/json")
    with serving(always(answer(b'{"a": 1}', *headers, status="418 I'm a teapot"))) as server:
        exchange = asked(server.url)
    whole = (exchange.id, exchange.status, exchange.reason, exchange.body, exchange.body_trouble)
    twice = [value for name, value in exchange.headers if name == "X-Twice"]
    expected = ("getActiveProject/by-bearer", 418, "I'm a teapot", b'{"a": 1}', "")
    assert (whole, twice, exchange.header("content-TYPE")) == (expected, ["a", "b"], "application/json")


def test_answer_may_have_many_headers() -> None:
    with serving(always(answer(b"{}", *(f"Set-Cookie: a{number}=b" for number in range(300))))) as server:
        exchange = asked(server.url)
    assert len([name for name, _ in exchange.headers if name == "Set-Cookie"]) == 300


ZIPPED = gzip.compress(b'{"a": 1}', mtime=0)
BODIES = {
    "gzip": answer(ZIPPED, "Content-Encoding: gzip"),
    "gzip-in-capitals": answer(ZIPPED, "Content-Encoding: GZIP"),
    "deflate": answer(zlib.compress(b'{"a": 1}'), "Content-Encoding: deflate"),
    "chunked": chunked(b'{"a":', b" 1}"),
    "until-the-end-of-the-connection": b'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"a": 1}',
    "http-1.0": b'HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n{"a": 1}',
}


@pytest.mark.parametrize("sent", BODIES.values(), ids=BODIES)
def test_body_is_decoded_from_its_encodings(sent: bytes) -> None:
    with serving(always(sent)) as server:
        exchange = asked(server.url)
    assert (exchange.body, exchange.body_trouble) == (b'{"a": 1}', "")


CLOSE = "Connection: close"
TROUBLE = {
    "no-gzip-at-all": (answer(b'{"a": 1}', "Content-Encoding: gzip"), "does not decode as gzip"),
    "gzip-with-a-wrong-checksum": (
        answer(ZIPPED[:-8] + b"\0" * 8, "Content-Encoding: gzip"),
        "does not decode as gzip",
    ),
    "no-deflate": (answer(b'{"a": 1}', "Content-Encoding: deflate"), "does not decode as deflate"),
    "shorter-than-said": (answer(b'{"a": 1}', CLOSE, length=99), "ends early, after 8 bytes"),
    "no-last-chunk": (chunked(b'{"a": 1}', end=b""), "ends early, after 8 bytes"),
    "chunk-cut-short": (chunked(b'{"a":', end=b"20\r\n 1}"), "ends early"),
    "chunk-without-a-length": (
        chunked(b'{"a":', end=b"zz\r\n 1}\r\n0\r\n\r\n"),
        "has a chunk whose size is not a number: 'zz' (RFC 9112, 7.1)",
    ),
}


@pytest.mark.parametrize(("sent", "trouble"), TROUBLE.values(), ids=TROUBLE)
def test_body_that_is_not_whole_is_told(sent: bytes, trouble: str) -> None:
    with serving(always(sent)) as server:
        exchange = asked(server.url)
    assert (exchange.status, exchange.body_trouble[: len(trouble)]) == (200, trouble)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip-of-a-small-body"])
def test_body_beyond_the_limit_blocks(packed: bool) -> None:
    body = b"x" * 200_000
    sent = answer(gzip.compress(body), "Content-Encoding: gzip", CLOSE) if packed else answer(body, CLOSE)
    with serving(always(sent)) as server, pytest.raises(Blocked, match=r"longer than 1000 bytes \(limits.body_bytes\)"):
        asked(server.url, limits=Limits(exchange_s=5, body_bytes=1000))


def test_body_at_the_limit_is_read() -> None:
    with serving(always(answer(b"x" * 1000))) as server:
        exchange = asked(server.url, limits=Limits(exchange_s=5, body_bytes=1000))
    assert len(exchange.body) == 1000


# No answer


def test_refused_connection_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(
        NoAnswer, match=r"^no answer from GET http://127.0.0.1:\d+/user/get-active-project \(\w*Connection\w*\)$"
    ):
        asked(f"http://127.0.0.1:{port}")


NO_ANSWERS: dict[str, bytes] = {
    "hung-up": b"",
    "no-http": b"ready\r\n\r\nConnection: close",
    "status-that-is-no-number": b"HTTP/1.1 abc OK\r\nConnection: close\r\n\r\n",
    "endless-header": b"HTTP/1.1 200 OK\r\nConnection: close\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "headers-without-end": b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + b"X: y\r\n" * 2000 + b"\r\n",
}


@pytest.mark.parametrize("sent", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_http_is_no_answer(sent: bytes) -> None:
    with serving(always(sent) if sent else always()) as server, pytest.raises(NoAnswer, match="no answer from GET"):
        asked(server.url)


def test_answer_that_drips_is_late() -> None:
    with (
        serving(lambda _: server.drip(answer(b"{", length=10_000))) as server,
        pytest.raises(NoAnswer, match=r"\(late: not whole after 0.3 s\)$"),
    ):
        asked(server.url, limits=Limits(exchange_s=0.3))


def test_head_that_drips_is_late() -> None:
    with serving(lambda _: server.drip(b"HTTP/1.1 200 OK\r\nX: ")) as server, pytest.raises(NoAnswer, match=r"\(late"):
        asked(server.url, limits=Limits(exchange_s=0.3))


def test_answer_that_never_comes_is_late() -> None:
    with (
        serving(lambda _: [b"x"] if server.has_ended.wait() else []) as server,
        pytest.raises(NoAnswer, match=r"\(late"),
    ):
        asked(server.url, limits=Limits(exchange_s=0.3))


def test_request_may_have_a_deadline_of_its_own() -> None:
    with serving(lambda _: server.drip(answer(b"{", length=10_000))) as server:
        provider = provider_for(server.url)
        with pytest.raises(NoAnswer, match=r"\(late: not whole after 0.2 s\)$"):
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case", 0.2)


@pytest.mark.parametrize("sent", [b"", b"ready\r\n\r\nConnection: close"], ids=["hung-up", "no-http"])
def test_what_is_said_of_no_answer_holds_no_secret(sent: bytes) -> None:
    with serving(always(sent) if sent else always()) as server, pytest.raises(NoAnswer) as caught:
        asked(server.url)
    error = caught.value
    assert (TOKEN in repr(error), error.__cause__, error.__suppress_context__) == (False, None, True)


# The guard


def guarded(**limits: float) -> tuple[Provider, Clock]:
    clock = Clock()
    given = replace(Limits(), **limits)  # type: ignore[arg-type]
    return Provider(settings_for("http://127.0.0.1:9", given), Secrets(), clock, clock.wait), clock


def pass_times(provider: Provider, times: int) -> list[int]:
    return [provider.pass_guard(Effect.READS, "GET", is_generated=False) for _ in range(times)]


def test_budget_ends_a_run() -> None:
    provider, _ = guarded(requests=2)
    numbers = pass_times(provider, 2)
    with pytest.raises(Blocked, match=r"the budget of 2 requests is used up \(limits.requests\)"):
        pass_times(provider, 1)
    assert numbers == [1, 2]


def test_request_beyond_the_budget_is_not_sent() -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url, Limits(requests=1))
        provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
        with pytest.raises(Blocked):
            provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
        with pytest.raises(Blocked):
            provider.set_up(ACTIVE, "setup")
    assert len(server.received) == 1


def test_pace_is_kept() -> None:
    provider, clock = guarded(requests_per_second=4)
    pass_times(provider, 4)
    assert clock.waits == [0.0, *[round(MARGIN / 4, 3)] * 3]


def test_pace_counts_the_time_that_went_by_anyway() -> None:
    provider, clock = guarded(requests_per_second=4)
    pass_times(provider, 1)
    clock.now += 0.1
    pass_times(provider, 1)
    clock.now += 7
    pass_times(provider, 1)
    assert clock.waits == [0.0, round(MARGIN / 4 - 0.1, 3), 0.0]


def test_no_pace_waits_for_nothing() -> None:
    provider, clock = guarded()
    pass_times(provider, 3)
    assert clock.waits == []


@pytest.mark.parametrize("effect", [effect for effect in Effect if effect is not Effect.READS])
def test_effect_that_is_not_allowed_is_not_sent(effect: Effect) -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        with pytest.raises(Blocked, match=f"^DELETE would have the effect {effect}, which is not allowed$"):
            provider.send(Request("DELETE", f"{server.url}/x", (), effect), "op/case")
    assert (server.received, provider.requests_sent) == ([], 0)


def test_effect_that_is_allowed_is_sent() -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url, allow=frozenset({Effect.WRITES}))
        provider.send(Request("DELETE", f"{server.url}/x", (), Effect.WRITES), "op/case")
    assert [received.line for received in server.received] == ["DELETE /x HTTP/1.1"]


def test_session_asks_the_effect_of_each_method() -> None:
    def effect_of(method: str) -> Effect:
        return Effect.READS if method == "GET" else Effect.WRITES

    with serving(always(answer())) as server:
        session = provider_for(server.url).session(effect_of, "op/generated/1", lambda _: None)
        session.get(server.url)
        with pytest.raises(Blocked):
            session.delete(server.url)
    assert [received.line for received in server.received] == ["GET / HTTP/1.1"]


def test_generated_requests_are_counted_apart() -> None:
    provider, _ = guarded()
    for is_generated in (True, False, True):
        provider.pass_guard(Effect.READS, "GET", is_generated=is_generated)
    assert (provider.requests_sent, provider.generated_sent) == (1, 2)


@pytest.mark.parametrize(("asked_s", "waited"), [(0, 0.0), (2.5, 2.5), (10, 5.0), (1e9, 5.0), (-1, 0.0)])
def test_pause_is_never_longer_than_an_exchange(asked_s: float, waited: float) -> None:
    provider, clock = guarded(exchange_s=5)
    provider.pause(asked_s)
    assert clock.waits == [waited]


def test_pauses_of_a_run_come_to_an_end() -> None:
    provider, clock = guarded(exchange_s=5)
    for _ in range(PAUSES + 2):
        provider.pause(60)
    assert clock.waits == [5.0] * PAUSES + [0.0, 0.0]


RETRY_AFTER = {
    "seconds": ("7", 7.0),
    "zero": ("0", 0.0),
    "nothing": (None, 0.0),
    "date": ("Tue, 24 Nov 2026 10:00:09 GMT", 9.0),
    "date-of-the-old-form": ("Tuesday, 24-Nov-26 10:00:09 GMT", 9.0),
    "date-of-the-oldest-form": ("Tue Nov 24 10:00:09 2026", 9.0),
    "date-that-is-past": ("Tue, 24 Nov 2026 09:00:00 GMT", 0.0),
    "date-that-is-none": ("Tue, 99 Nov 2026 10:00:09 GMT", 0.0),
    "negative": ("-5", 0.0),
    "text": ("soon", 0.0),
    "digit-of-another-script": ("²", 0.0),
    "year-past-the-calendar": ("Tue, 24 Nov 99999 10:00:09 GMT", 0.0),
    "year-past-any-number": (f"Tue, 24 Nov {'9' * 5000} 10:00:09 GMT", 0.0),
    "zone-of-many-days": ("Tue, 24 Nov 2026 10:00:09 +999999", 0.0),
    "more-seconds-than-a-number-holds": ("9" * 5000, float("inf")),
}
DATE = ("Date", "Tue, 24 Nov 2026 10:00:00 GMT")


def asking_to_wait(*headers: tuple[str, str]) -> Exchange:
    return Exchange("op/case", Request("GET", "https://api.example", (), Effect.READS), 429, "", headers, b"", "", 1.0)


@pytest.mark.parametrize(("given", "expected"), RETRY_AFTER.values(), ids=RETRY_AFTER)
def test_answer_says_how_long_to_wait(given: str | None, expected: float) -> None:
    headers = (("Retry-After", given),) if given is not None else ()
    assert retry_after_s(asking_to_wait(DATE, *headers)) == expected


def test_date_says_nothing_where_the_answer_has_none_of_its_own() -> None:
    assert retry_after_s(asking_to_wait(("Retry-After", "Tue, 24 Nov 2026 10:00:09 GMT"))) == 0.0


def too_fast(*headers: str) -> bytes:
    return answer(b"{}", *headers, status="429 Too Many Requests")


def _ask_of_the_generator(provider: Provider, url: str) -> int:
    return provider.session(lambda _: Effect.READS, "op/generated/1", lambda _: None).get(url).status_code


ASKERS: dict[str, Callable[[Provider, str], object]] = {
    "a-case": lambda provider, _: provider.send(drafted(provider, CASES["by-bearer"]), "op/case").status,
    "the-generator": _ask_of_the_generator,
    "a-state": lambda provider, _: 200 if provider.set_up(ACTIVE, "setup") else 0,
}


@pytest.mark.parametrize("ask", ASKERS.values(), ids=ASKERS)
def test_429_is_waited_out_and_asked_once_more(ask: Callable[[Provider, str], object]) -> None:
    answers = iter([too_fast("Retry-After: 3"), answer()])
    clock = Clock()
    with serving(lambda _: [next(answers)]) as server:
        provider = Provider(settings_for(server.url), Secrets(), clock, clock.wait)
        status = ask(provider, server.url)
    assert (status, clock.waits, len(server.received)) == (200, [3.0], 2)


def test_429_that_comes_again_is_the_answer() -> None:
    clock = Clock()
    with serving(always(too_fast("Retry-After: 3600"))) as server:
        provider = Provider(settings_for(server.url), Secrets(), clock, clock.wait)
        exchange = provider.send(drafted(provider, CASES["by-bearer"]), "op/case")
    assert (exchange.status, clock.waits, len(server.received)) == (429, [5.0], 2)


def test_nothing_is_sent_where_a_secret_is_missing() -> None:
    with serving(always(answer())) as server:
        settings = replace(settings_for(server.url), missing="the variable OUR_TOKEN is not set: export it")
        provider = Provider(settings, Secrets())
        for ask in ASKERS.values():
            with pytest.raises(Blocked, match=r"^the variable OUR_TOKEN is not set: export it$"):
                ask(provider, server.url)
    assert server.received == []


# Provider states


def test_state_is_brought_about_at_the_states_url() -> None:
    given = {"token": "a-new-token-123", "api_key": "a-new-key-456", "user_id": "u-7"}
    with serving(always(answer(json.dumps(given).encode()))) as server:
        provider = provider_for(server.url)
        account = provider.set_up("no active project", "setup")
    [received] = server.received
    sent = (received.line, json.loads(received.body))
    assert sent == ("POST /_states HTTP/1.1", {"state": "no active project", "action": "setup"})
    expected = Account(
        "no active project",
        credentials(
            Credential("a-new-token-123", "TALKSTACK_EMPTY_TOKEN"),
            Credential("a-new-key-456", "TALKSTACK_EMPTY_API_KEY"),
        ),
        "u-7",
    )
    assert account == expected


def test_credentials_of_a_state_become_secrets_of_the_run() -> None:
    with serving(always(answer(b'{"token": "a-new-token-123", "api_key": "a-new-key-456"}'))) as server:
        provider = provider_for(server.url)
        provider.set_up(ACTIVE, "setup")
    assert [value for value, _ in provider.secrets.known()] == ["a-new-token-123", "a-new-key-456"]


def test_state_is_ended_for_the_account_it_was_given() -> None:
    with serving(always(answer(b""))) as server:
        provider_for(server.url).set_up(ACTIVE, "teardown", "u-7")
    [received] = server.received
    assert json.loads(received.body) == {"state": ACTIVE, "action": "teardown", "user_id": "u-7"}


@pytest.mark.parametrize("body", [b"", b" \n", b"null", b"[]", b"{}", b'{"token": null}', b'{"token": ""}'], ids=repr)
def test_answer_that_names_no_account_is_fine(body: bytes) -> None:
    with serving(always(answer(body))) as server:
        account = provider_for(server.url).set_up(ACTIVE, "setup")
    assert account == Account(ACTIVE)


REFUSED_SETUPS = {
    "client-error": answer(status="404 Not Found"),
    "server-error": answer(status="500 Oh"),
    "redirect": answer(b"", "Location: /elsewhere", status="302 Found"),
    "not-modified": answer(b"", status="304 Not Modified"),
    "no-json": answer(b"<p>done</p>"),
    "hung-up": b"",
}


@pytest.mark.parametrize("sent", REFUSED_SETUPS.values(), ids=REFUSED_SETUPS)
@pytest.mark.parametrize(("action", "done"), [("setup", "set up"), ("teardown", "ended")])
def test_state_that_was_not_brought_about_blocks(action: str, done: str, sent: bytes) -> None:
    with (
        serving(always(sent) if sent else always()) as server,
        pytest.raises(Blocked, match=f"^the provider state 'an active project' could not be {done} \\("),
    ):
        provider_for(server.url).set_up(ACTIVE, action)


def test_two_threads_share_one_budget() -> None:
    provider, _ = guarded(requests=100)
    numbers: list[int] = []
    threads = [threading.Thread(target=lambda: numbers.extend(pass_times(provider, 50))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 101))


def test_header_is_shown_as_it_was_written() -> None:
    assert repr(Header("Authorization", TOKEN, "$TOKEN")) == "Header(name='Authorization', shown='$TOKEN')"


# What a state yields, what an answer gives away


def test_values_of_a_state_are_texts() -> None:
    given = {"user_id": "u-7", "values": {"projectId": "p-1", "count": 7, "nothing": None}}
    with serving(always(answer(json.dumps(given).encode()))) as server:
        account = provider_for(server.url).set_up("an unverified account", "setup")
    values = {"projectId": "p-1", "count": "7"}
    assert account == Account("an unverified account", user_id="u-7", values=values)


@pytest.mark.parametrize("values", ["null", "[]", '"x"', "7"])
def test_values_that_are_no_object_are_none(values: str) -> None:
    with serving(always(answer(f'{{"token": "a-new-token-123", "values": {values}}}'.encode()))) as server:
        assert provider_for(server.url).set_up(ACTIVE, "setup").values == {}


def test_values_of_a_state_that_open_something_become_secrets_of_the_run() -> None:
    values = {"password": "pass-word-1", "refreshToken": "refresh-1", "code": "code-1234", "email": "anna@example.test"}
    with serving(always(answer(json.dumps({"values": values}).encode()))) as server:
        provider = provider_for(server.url)
        provider.set_up(ACTIVE, "setup")
    assert [name for _, name in provider.secrets.known()] == ["password", "refreshToken", "code"]


LEARNED = {
    "success": ("200 OK", b'{"a": {"token": "new-token-1"}}', ["new-token-1"]),
    "another-success": ("201 Created", b'{"a": {"token": "new-token-1"}}', ["new-token-1"]),
    "list": ("200 OK", b'{"keys": ["new-key-1", "new-key-2", 7]}', ["new-key-1", "new-key-2"]),
    "error": ("400 Bad", b'{"a": {"token": "new-token-1"}}', []),
    "place-that-is-not-marked": ("200 OK", b'{"token": "new-token-1", "password": "new-token-2"}', []),
    "word": ("200 OK", b'{"a": {"token": "exchange"}}', []),
    "no-json": ("200 OK", b"{", []),
}


@pytest.mark.parametrize(("status", "body", "expected"), LEARNED.values(), ids=LEARNED)
def test_credential_is_learned_from_a_success_at_the_places_that_the_contract_marks(
    status: str, body: bytes, expected: list[str]
) -> None:
    with serving(always(answer(body, status=status))) as server:
        provider = provider_for(server.url)
        request = drafted(provider, CASES["no-credential"])
        provider.send(replace(request, yields=(("a", "token"), ("keys", "*"))), "op/case")
    assert provider.secrets.learned() == expected


def test_body_is_sent_as_it_is() -> None:
    body = bytes(range(256))
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        provider.send(Request("POST", f"{server.url}/x", (), Effect.READS, body), "op/case")
    assert [received.body for received in server.received] == [body]


def test_exchange_holds_the_body_that_was_sent() -> None:
    with serving(always(answer())) as server:
        provider = provider_for(server.url)
        exchange = provider.send(Request("POST", f"{server.url}/x", (), Effect.READS, b'{"a": 1}'), "op/case")
    assert (exchange.request.body, "{" in repr(exchange)) == (b'{"a": 1}', False)
