"""The line that repeats a request does so in every POSIX shell, runs nothing else, and shows no secret.

Each kind of request is sent twice to a server on loopback, by our client and by curl, and arrives as the same bytes.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkstack_contract.model import (
    CredentialVariant,
    Effect,
    Header,
    ParameterLocation,
    Request,
    Scheme,
    SentCredential,
)
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.credentials import sent_credential, with_shown_credentials
from talkstack_contract.provider.curl_line import LEFT_TO_CURL, SECRETS_AT_MOST, SENT_AT_MOST_BYTES, curl_of
from talkstack_contract.provider.redaction import REDACTED, Secrets
from talkstack_contract.provider.settings import Credential, Settings
from talkstack_contract.provider.transport import multipart
from tests.hostile.raw_server import Received, always, answer, serving
from tests.unit.spiteful import IN_BODIES

SHELLS = [name for name in ("sh", "dash", "bash", "zsh") if shutil.which(name)]
BASE = "http://127.0.0.1:9"
TOKEN = "eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr2Tn5Vb8Xc1Md"
JSON = ("Content-Type", "application/json")
FILE, FILE_TYPE = multipart([("name", "ä"), ("file", ("a.bin", "a,b\r\n\x00\x1a'$(x)`!\\\n", "text/csv"))])


def request(
    body: bytes = b"", method: str = "POST", path: str = "/user", headers: tuple[tuple[str, str], ...] = (JSON,)
) -> Request:
    given = tuple(Header(name, value, value) for name, value in headers)
    return Request(method, BASE + path, given, Effect.READS, body)


KINDS = {
    "get": request(method="GET", headers=()),
    "get-with-a-body": request(b'{"a": 1}', "GET"),
    "delete": request(method="DELETE", headers=()),
    "method-of-the-provider": request(method="PURGE", headers=()),
    "post-without-a-body": request(headers=()),
    "post-without-a-body-of-a-type": request(),
    "body-without-a-type": request(b"a=b", headers=()),
    "json": request('{"title": "Große $HOME `x` \\"y\\" \\\\ !", "a": [1, null]}'.encode()),
    "single-quotes": request(b"it's '' $(touch x) !1 !!"),
    "double-quotes": request(b'"" "!x" \\" \\'),
    "percents": request(b"%s %d %% %"),
    "at-sign-first": request(b"@/etc/hostname"),
    "hyphen-first": request(b"-n\n"),
    "line-ends": request(b"a\r\nb\n\n"),
    "digits-behind-a-control-character": request(b"\x01" + b"1234"),
    "nul": request(b"a\x00b"),
    "not-utf-8": request(b"\xff\xfe\xe4\x80"),
    "every-byte": request(bytes(range(256))),
    "marks-that-turn-the-text": request("a\u202eb\u2066".encode()),
    "command-of-a-runner": request(b"##vso[task.setvariable]x\n::error::x"),
    "multipart": request(FILE, headers=(("Content-Type", FILE_TYPE),)),
    "long": request(b"x'" * (SENT_AT_MOST_BYTES // 2)),
    "query": request(method="GET", path="/user?a=1&b=2;c&d=%20%24e&f=", headers=()),
    "brackets": request(method="GET", path="/user?filter[a]={x}&ids[]=[1-3]", headers=()),
    "quotes-in-the-url": request(method="GET", path="/a'b!$HOME/${HOME}/$(x)/`x`", headers=()),
    "non-ascii-in-the-url": request(method="GET", path="/größe/\u202e x\ny", headers=()),
    "header": request(method="GET", headers=(("Accept", "application/xml;q=0.9, */*;q=0.1"), ("X-A", "b: c"))),
    "empty-header": request(method="GET", headers=(("x-api-key", ""), ("X-Other", "a"))),
    "quotes-in-a-header": request(method="GET", headers=(("X-A", 'it\'s "$HOME" `x` \\ !'),)),
    "latin-1-in-a-header": request(method="GET", headers=(("X-A", "größe \x85"),)),
    "prefix-alone": request(method="GET", headers=(("Authorization", "Bearer "),)),
}


def arrived(received: Received) -> tuple[str, list[tuple[str, str]], bytes]:
    """Return what of a request a server goes by: not what each client writes by itself, nor blanks behind a value."""
    headers = [(name.lower(), value.rstrip()) for name, value in received.headers]
    own = {*LEFT_TO_CURL} - {"content-length"}
    return (
        received.line,
        sorted(each for each in headers if each[0] not in own and each != ("accept", "*/*")),
        received.body,
    )


def run(shell: str, line: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    known = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", **(environment or {})}
    return subprocess.run([shell], input=line.encode(), env=known, capture_output=True, timeout=20, check=False)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("kind", KINDS)
def test_line_sends_what_was_sent_in_every_shell(kind: str) -> None:
    with serving(always(answer())) as server:
        mine = replace(KINDS[kind], url=KINDS[kind].url.replace(BASE, server.url))
        Provider(Settings(server.url, False, frozenset(Effect), {}), Secrets()).send(mine, "op/case")
        ended = [run(shell, curl_of(mine, Secrets())).returncode for shell in SHELLS]
    first, *others = map(arrived, server.received)
    if kind in ("get", "delete", "method-of-the-provider"):  # where nothing is sent, its length may be left out
        first = (first[0], [each for each in first[1] if each != ("content-length", "0")], first[2])
    assert (ended, others) == ([0] * len(SHELLS), [first] * len(SHELLS))


@pytest.mark.parametrize("kind", KINDS)
def test_line_is_one_printable_line(kind: str) -> None:
    line = curl_of(KINDS[kind], Secrets())
    assert (line.isprintable(), "##" in line) == (True, False)


def test_address_of_the_sixth_version_is_no_range() -> None:
    sent = replace(request(method="GET", headers=()), url="http://[::1]:8080/user?a[]=1")
    assert curl_of(sent, Secrets()) == "curl -i -g 'http://[::1]:8080/user?a%5B%5D=1'"


NOISE = ["Content-Length", "Host", "User-Agent", "Accept-Encoding", "Connection", "X-Request-Id"]


@pytest.mark.parametrize("name", [*NOISE, "Transfer-Encoding", "X-Schemathesis-TestCaseId"])
def test_line_leaves_out_what_a_client_writes_by_itself(name: str) -> None:
    assert (
        curl_of(request(method="GET", headers=((name, "1"), ("Accept", "*/*"))), Secrets()) == f"curl -i '{BASE}/user'"
    )


def arguments(line: str, shell: str = "sh", **environment: str) -> tuple[list[bytes], bytes]:
    """Return what a shell hands to curl, and what curl would read."""
    stand_in = """curl() { echo $# >&2; printf '%s\\0' "$@"; case " $* " in *" @- "*) cat;; esac; }\n"""
    done = run(shell, stand_in + line, environment)
    assert done.returncode == 0, done.stderr
    *options, read = done.stdout.split(b"\0", int(done.stderr))
    return options, read


@given(st.binary(min_size=1, max_size=60))
def test_any_body_survives(body: bytes) -> None:
    options, read = arguments(curl_of(request(body), Secrets()))
    data = options[options.index(b"--data-binary") + 1]
    assert (read if data == b"@-" else data) == body


# Credentials

SCHEMES = {
    "bearer": Scheme("bearer", "Authorization", "Bearer ", "token", "bearer", "token"),
    "key": Scheme("apiKey", "x-api-key", "", "key", "api-key", "api_key"),
    "basic": Scheme("basic", "Authorization", "Basic ", "password", "basic", "password", is_base64=True),
    "query": Scheme("inQuery", "api key", "", "key", "q", "api_key", location=ParameterLocation.QUERY),
    "cookie": Scheme("inCookie", "session", "", "key", "c", "api_key", location=ParameterLocation.COOKIE),
}
SENT = [each for each in CredentialVariant if each is not CredentialVariant.LEFT_OUT]


def credential(scheme: str, variant: CredentialVariant = CredentialVariant.VALID, hint: str = "") -> SentCredential:
    return sent_credential(SCHEMES[scheme], variant, Credential(TOKEN, "MY_TOKEN", hint))


def with_header(proof: SentCredential) -> Request:
    return replace(request(method="GET", headers=()), headers=(proof.parameter,), credentials=(proof,))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("variant", SENT)
@pytest.mark.parametrize("scheme", ["bearer", "key", "basic"])
def test_line_takes_the_credential_from_a_variable(scheme: str, variant: CredentialVariant, shell: str) -> None:
    proof = credential(scheme, variant)
    line = curl_of(with_header(proof), Secrets())
    name, value = proof.parameter.name, proof.parameter.value
    options, _ = arguments(line, shell, MY_TOKEN=TOKEN)
    expected = f"{name}: {value}" if value.strip() else f"{name};"
    assert (options[2].decode(), TOKEN[:12] in line) == (expected, False)


@pytest.mark.parametrize("shell", SHELLS)
def test_line_sends_nothing_and_says_how_to_set_a_variable_that_is_not_set(shell: str) -> None:
    line = curl_of(with_header(credential("bearer", hint="the token of 'x' $(y) \"`!}")), Secrets())
    done = run(shell, f"curl() {{ echo sent; }}\n{line}")
    told = b"MY_TOKEN: set to the token of x y\n" in done.stderr
    assert (done.stdout, done.returncode != 0, told) == (b"", True, True), done.stderr


def test_line_says_nothing_of_a_variable_that_the_environment_holds() -> None:
    expected = f"curl -i -H \"Authorization: Bearer $MY_TOKEN\" '{BASE}/user'"
    assert curl_of(with_header(credential("bearer")), Secrets()) == expected


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("variant", [CredentialVariant.VALID, CredentialVariant.CUT_SHORT])
@pytest.mark.parametrize("value", [TOKEN, "k9+Tz/4Qw==&<Lm>'7\"x R2%d"], ids=["token", "signs"])
def test_line_encodes_a_credential_in_the_query(value: str, variant: CredentialVariant, shell: str) -> None:
    proof = sent_credential(SCHEMES["query"], variant, Credential(value, "MY_TOKEN"))
    sent = replace(
        request(method="GET", headers=()),
        url=f"{BASE}/user?a=1&api%20key={quote(proof.parameter.value, safe='')}",
        shown_url=f"{BASE}/user?a=1&api%20key={proof.parameter.shown}",
        credentials=(proof,),
    )
    line = curl_of(sent, Secrets([(value, "MY_TOKEN")]))
    options, _ = arguments(line, shell, MY_TOKEN=value)
    given = parse_qsl(urlsplit(options[-1].decode()).query)
    assert (given, value[:12] in line) == ([("a", "1"), ("api key", proof.parameter.value)], False)


def generated(scheme: str, *headers: tuple[str, str], query: str = "") -> Request:
    given = tuple(Header(name, value, REDACTED) for name, value in headers)
    sent = replace(request(method="GET", headers=()), url=f"{BASE}/user{query}", headers=given)
    return with_shown_credentials(sent, [credential(scheme)], ["x-api-key"])


GENERATED = {
    "header": (generated("bearer", ("authorization", f"Bearer {TOKEN}")), [f"authorization: Bearer {TOKEN}"], "/user"),
    "generated-value": (
        generated("bearer", ("Authorization", f"Bearer {TOKEN}"), ("X-Api-Key", "0")),
        [f"Authorization: Bearer {TOKEN}", "X-Api-Key: 0"],
        "/user",
    ),
    "header-of-another": (
        generated("bearer", ("Proxy-Authorization", "Basic abc")),
        ["Proxy-Authorization: filled-in"],
        "/user",
    ),
    "query": (
        generated("query", query=f"?a=%24MY&api+key={quote_plus(TOKEN)}"),
        [],
        f"/user?a=%24MY&api+key={TOKEN}",
    ),
    "cookie": (
        generated("cookie", ("Cookie", f"other=1; session={TOKEN}")),
        [f"Cookie: other=filled-in; session={TOKEN}"],
        "/user",
    ),
}


@pytest.mark.parametrize(("sent", "headers", "path"), GENERATED.values(), ids=GENERATED)
def test_line_of_a_generated_request_takes_the_credential_from_a_variable(
    sent: Request, headers: list[str], path: str
) -> None:
    line = curl_of(sent, Secrets([(TOKEN, "MY_TOKEN")]))
    options, _ = arguments(line, MY_TOKEN=TOKEN, sent_other="filled-in", sent_Proxy_Authorization="filled-in")
    expected = ["-i", *(part for each in headers for part in ("-H", each)), BASE + path]
    assert ([each.decode() for each in options], TOKEN[:12] in line) == (expected, False)


# Files of TLS

TLS = replace(request(method="GET", headers=()), url="https://api.example/user")
SETTINGS = Settings(
    "https://api.example", False, frozenset(), {}, ca_bundle="/home/x/ca.pem", client_certificate=("/a.pem", "/a.key")
)


def test_line_names_the_files_of_tls_without_their_paths() -> None:
    line = curl_of(TLS, Secrets(), SETTINGS.tls_files)
    options, _ = arguments(line, ca_bundle="ca.pem", certificate="a.pem", key="a.key")
    given = [each.decode() for each in options]
    expected = ["-i", "--cacert", "ca.pem", "--cert", "a.pem", "--key", "a.key", "https://api.example/user"]
    told = 'ca_bundle:?set to the ca_bundle that the provider file names}"' in line
    assert (given, told, "/home/x" in line) == (expected, True, False)


def test_line_of_plain_http_names_no_file_of_tls() -> None:
    assert curl_of(request(method="GET", headers=()), Secrets(), SETTINGS.tls_files) == f"curl -i '{BASE}/user'"


# Secrets in a body

SECRET_BODIES = {
    "json": (b'{"email": "a@example.test", "oldPassword": "pass-1", "newPassword": "pass-2"}', "oldPassword"),
    "json-in-a-text": (b'{"message": "{\\"token\\": \\"pass-1\\"}"}', "token"),
    "form": (b"name=x&password=pass-word-1&b=c", "password"),
    "multipart": (b"--b\r\n\r\npass-word-1\r\n--b--\r\n", "secret"),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("body", "key"), SECRET_BODIES.values(), ids=SECRET_BODIES)
def test_secret_of_a_body_is_a_variable_to_be_set(body: bytes, key: str, shell: str) -> None:
    line = curl_of(request(body), Secrets([("pass-word-1", "PASSWORD")]))
    filled_in = {f"sent_{key}": "pass-word-1" if b"word-1" in body else "pass-1", "sent_newPassword": "pass-2"}
    options, read = arguments(line, shell, **filled_in)
    data = options[options.index(b"--data-binary") + 1]
    without = run(shell, f"curl() {{ echo sent; }}\n{line}")
    told = f"sent_{key}: set to the {key} that was sent, which is not recorded".encode() in without.stderr
    assert (read if data == b"@-" else data, "pass-1" in line, without.stdout, told) == (body, False, b"", True)


def test_two_secrets_of_one_key_are_two_variables() -> None:
    line = curl_of(request(b'[{"token": "pass-1"}, {"token": "pass-2"}]'), Secrets())
    options, _ = arguments(line, sent_token="a", sent_token_2="b")
    assert b'[{"token": "a"}, {"token": "b"}]' in options


def test_empty_secret_is_sent_as_it_is() -> None:
    assert curl_of(request(b'{"password": ""}'), Secrets()).startswith("curl -i -X POST ")


NOT_RECORDED = {
    "long": b"x" * (SENT_AT_MOST_BYTES + 1),
    "of-many-secrets": b"[" + b",".join([b'{"token": "pass-1"}'] * (SECRETS_AT_MOST + 1)) + b"]",
}


@pytest.mark.parametrize("body", NOT_RECORDED.values(), ids=NOT_RECORDED)
def test_body_that_no_line_holds_is_a_file_to_be_named(body: bytes) -> None:
    line = curl_of(request(body), Secrets())
    options, _ = arguments(line, body="/nowhere/x")
    told = f"set to a file with the body, whose {len(body)} bytes are not recorded" in line
    assert (b"@/nowhere/x" in options, told, len(line) < 300) == (True, True, True)


@pytest.mark.parametrize("piece", IN_BODIES.values(), ids=IN_BODIES)
def test_line_with_what_is_made_to_take_long_shows_no_secret(piece: str) -> None:
    body = (piece * 2_000)[:4_000].encode() + b'", "a": "pass-word-1'
    assert "pass-word-1" not in curl_of(request(body), Secrets([("pass-word-1", "PASSWORD")]))
