"""No secret is shown, in whatever way a provider gives it back; all else is shown as it came, up to its limit."""

import base64
import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkstack_contract.model import Effect, Exchange, Header, Request
from talkstack_contract.provider.evidence import (
    BODY_SHOWN_BYTES,
    HEADER_SHOWN_CHARACTERS,
    Evidence,
    evidence_of,
)
from talkstack_contract.provider.redaction import (
    LEARNED_AT_MOST,
    REDACTED,
    SECRET_HEADERS,
    SHORTEST_SECRET,
    WINDOW,
    Secrets,
    without_secret_keys,
)
from tests.unit.spiteful import IN_BODIES, SECRETS

# Made up for these tests, each with what an encoding changes: dots of a token, signs of base64, of HTML and of URLs.
TOKENS = {
    "token": "eyQ0.eyJzdWIiOiJxIn0.Zk3-_a9Pw7Lr2Tn5Vb8Xc1Md",
    "key-with-signs": "k9+Tz/4Qw==&<Lm>'7\"x R2%d",
    "key-without-signs": "4f7a91c2d8e35b60",
    "key-of-letters-only": "QwXzRtLpVbNmKj",
    "shortest": "s3cr3t-8",
}
TOKEN = TOKENS["token"]
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper-case": str.upper,
    "lower-case": str.lower,
    "swapped-case": str.swapcase,
    "url": lambda value: quote(value, safe=""),
    "url-in-lower-case": lambda value: quote(value, safe="").lower(),
    "form": quote_plus,
    "every-byte-of-a-url": lambda value: "".join(f"%{byte:02x}" for byte in value.encode()),
    "json": lambda value: json.dumps(value)[1:-1],
    "json-with-slashes-escaped": lambda value: json.dumps(value)[1:-1].replace("/", "\\/"),
    "json-with-signs-escaped": lambda value: json.dumps(value)[1:-1].translate(
        {ord(c): f"\\u{ord(c):04X}" for c in "+&<>'"}
    ),
    "html": html.escape,
    "hex": lambda value: value.encode().hex(),
    "hex-in-upper-case": lambda value: value.encode().hex().upper(),
}


def exchange_of(
    body: bytes = b"{}",
    headers: tuple[tuple[str, str], ...] = (),
    url: str = "https://api.example/user",
    sent: tuple[Header, ...] = (),
    reason: str = "OK",
    method: str = "GET",
) -> Exchange:
    return Exchange("op/case", Request(method, url, sent, Effect.READS), 200, reason, headers, body, "", 12.3456)


def evidence_with(secret: str, exchange: Exchange) -> Evidence:
    return evidence_of(exchange, Secrets([(secret, "TOKEN")]))


# Secrets in texts


@pytest.mark.parametrize("secret", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS)
def test_secret_is_redacted_in_every_encoding(encoded: Callable[[str], str], secret: str) -> None:
    assert Secrets([(secret, "TOKEN")]).redacted(f"<{encoded(secret)}>") == f"<{REDACTED}>"


@pytest.mark.parametrize("secret", TOKENS.values(), ids=TOKENS)
@pytest.mark.parametrize(("before", "behind"), [*product(range(3), range(3))])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "url-safe"])
def test_secret_is_redacted_in_base64_at_every_alignment(
    encode: Callable[[bytes], bytes], before: int, behind: int, secret: str
) -> None:
    whole = encode(b"u" * before + secret.encode() + b":" * behind).decode()
    shown = Secrets([(secret, "TOKEN")]).redacted(whole)
    assert re.fullmatch(rf".{{0,4}}{re.escape(REDACTED)}.{{0,7}}", shown)  # letters that also hold bits of a neighbour


@pytest.mark.parametrize("secret", TOKENS.values(), ids=TOKENS)
def test_secret_is_found_in_an_artefact_in_every_encoding(secret: str) -> None:
    secrets = Secrets([(secret, "TOKEN")])
    missed = [name for name, encoded in ENCODINGS.items() if secrets.found_in(f"<{encoded(secret)}>") != ["TOKEN"]]
    assert missed == []


def test_scrubbed_artefact_holds_no_secret() -> None:
    secrets = Secrets([(TOKEN, "TOKEN")])
    dirty = f"a {TOKEN} b {quote(TOKEN)} ä\udcff"
    assert (secrets.found_in(dirty), secrets.found_in(secrets.redacted(dirty))) == (["TOKEN"], [])


def test_found_secrets_are_named_each_once() -> None:
    secrets = Secrets([(TOKEN, "TOKEN"), (TOKENS["key-without-signs"], "KEY"), (TOKENS["shortest"], "OTHER")])
    assert secrets.found_in(f"{TOKENS['key-without-signs']} {TOKEN} {TOKEN}") == ["KEY", "TOKEN"]


LONG = "aB3xY7pQ9rS1tU5vW2zC4dE6fG8hJ0kL"
PIECES = {
    "beginning": LONG[:WINDOW],
    "middle": LONG[7 : 7 + WINDOW],
    "end": LONG[-WINDOW:],
    "all-but-the-first": LONG[1:],
    "all-but-the-last": LONG[:-1],
    "in-another-case": LONG[3 : 3 + WINDOW].swapcase(),
}


@pytest.mark.parametrize("piece", PIECES.values(), ids=PIECES)
def test_long_piece_of_a_secret_is_redacted(piece: str) -> None:
    assert Secrets([(LONG, "TOKEN")]).redacted(f"<{piece}>") == f"<{REDACTED}>"


@pytest.mark.parametrize("count", [1, 5, 19, 40])
def test_piece_is_redacted_behind_letters_whose_lower_case_is_longer(count: int) -> None:
    assert Secrets([(LONG, "TOKEN")]).redacted("İ" * count + LONG[1:] + "!") == "İ" * count + REDACTED + "!"


def test_two_pieces_are_redacted_apart() -> None:
    text = f"a {LONG[:20]} b {LONG[8:]} c"
    assert Secrets([(LONG, "TOKEN")]).redacted(text) == f"a {REDACTED} b {REDACTED} c"


def test_overlapping_secrets_leave_nothing_behind() -> None:
    secrets = Secrets([(LONG[:20], "ONE"), (LONG[10:], "OTHER"), (LONG, "WHOLE")])
    assert secrets.redacted(f"<{LONG}>") == f"<{REDACTED}>"


@pytest.mark.parametrize(
    "text", ["passed", "Bearer", "authorization", "token", "key", "", "ü", "\ud800", LONG[: WINDOW - 1]]
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    secrets = Secrets([(value, name) for name, value in TOKENS.items()] + [(LONG, "LONG")])
    assert secrets.redacted(text) == text


@pytest.mark.parametrize("value", ["", "a", "pass", "x" * (SHORTEST_SECRET - 1)])
def test_short_secret_is_cut_out_of_no_word(value: str) -> None:
    secrets = Secrets([(value, "SHORT")])
    assert (secrets.redacted("passed xxxxxxxxx"), secrets.found_in("passed xxxxxxxxx")) == ("passed xxxxxxxxx", [])


def test_no_secret_leaves_any_text_as_it_is() -> None:
    assert Secrets().redacted(f"Bearer {TOKEN}") == f"Bearer {TOKEN}"


def test_secret_that_is_added_later_is_redacted_too() -> None:
    secrets = Secrets([(TOKEN, "TOKEN")])
    before = secrets.redacted(LONG)
    secrets.add(LONG, "LATER")
    assert (before, secrets.redacted(f"{LONG[1:]} {LONG}")) == (LONG, f"{REDACTED} {REDACTED}")


def test_known_secrets_can_be_handed_to_another_process() -> None:
    secrets = Secrets([(TOKEN, "TOKEN"), (TOKEN, "AGAIN"), ("short", "SHORT")])
    assert secrets.known() == [(TOKEN, "TOKEN")]


def test_secrets_do_not_show_themselves() -> None:
    assert repr(Secrets([(TOKEN, "TOKEN")])) == "Secrets(1 values)"


# Evidence of an exchange


def test_evidence_shows_the_exchange() -> None:
    sent = (Header("Authorization", f"Bearer {TOKEN}", "Bearer $TOKEN"),)
    shown = evidence_with(TOKEN, exchange_of(b'{"a": 1}', (("Server", "x"),), sent=sent))
    expected = Evidence(
        id="op/case",
        method="GET",
        url="https://api.example/user",
        request_headers=(("Authorization", "Bearer $TOKEN"),),
        status=200,
        reason="OK",
        headers=(("Server", "x"),),
        body='{"a": 1}',
        size_bytes=8,
        is_clipped=False,
        body_trouble="",
        latency_ms=12.3,
        curl="""curl -i -H "Authorization: Bearer $TOKEN" 'https://api.example/user'""",
    )
    assert shown == expected


@pytest.mark.parametrize("place", ["url", "reason", "header-value", "header-name", "body", "sent-header"])
@pytest.mark.parametrize("secret", TOKENS.values(), ids=TOKENS)
def test_secret_is_shown_nowhere_in_evidence(secret: str, place: str) -> None:
    exchange = {
        "url": exchange_of(url=f"https://api.example/{quote(secret, safe='')}"),
        "reason": exchange_of(reason=f"no {secret}"),
        "header-value": exchange_of(headers=(("X-Echo", f"x {secret}"),)),
        "header-name": exchange_of(headers=((secret, "x"),)),
        "body": exchange_of(f"x {secret}".encode()),
        "sent-header": exchange_of(sent=(Header("Authorization", secret, "$TOKEN"),)),
    }[place]
    shown = repr(evidence_with(secret, exchange))
    assert [name for name, encoded in ENCODINGS.items() if encoded(secret) in shown] == []


@pytest.mark.parametrize("name", [*sorted(SECRET_HEADERS), "Set-Cookie", "AUTHORIZATION", "X-Api-Key"])
def test_secret_header_is_redacted_by_its_name(name: str) -> None:
    assert evidence_with(TOKEN, exchange_of(headers=((name, "short"),))).headers == ((name, REDACTED),)


@pytest.mark.parametrize("name", ["Server", "X-Request-Id", "Retry-After", "WWW-Authenticate"])
def test_other_header_is_shown(name: str) -> None:
    assert evidence_with(TOKEN, exchange_of(headers=((name, "short"),))).headers == ((name, "short"),)


SECRET_KEYS = {
    "token": '{"token": "%s"}',
    "access-token": '{"access_token":"%s"}',
    "camel-case": '{"accessToken" : "%s"}',
    "refresh-token": '{"a": {"refreshToken": "%s"}}',
    "api-key": '{"apiKey": "%s"}',
    "api-key-with-a-line": '{"api_key": "%s"}',
    "api-key-with-a-hyphen": '{"api-key": "%s"}',
    "header-name": '{"x-api-key": "%s"}',
    "password": '{"PASSWORD": "%s"}',
    "new-password": '{"new_password": "%s"}',
    "secret": '{"client_secret": "%s"}',
    "authorization": '{"Authorization": "%s"}',
    "line-break-before-the-value": '{"token":\n  "%s"}',
}
UNKNOWN_SECRETS = {
    "plain": "unknown-1",
    "escaped-quote": r"unkn\"own-1",
    "escaped-quote-at-the-end": r"unknown-1\"",
    "escaped-backslash-at-the-end": r"unknown-1\\",
    "unicode-escape": r"unknown-\u0022-1",
    "braces-and-commas": r"unknown-1, {}]",
}


@pytest.mark.parametrize("value", UNKNOWN_SECRETS.values(), ids=UNKNOWN_SECRETS)
@pytest.mark.parametrize("template", SECRET_KEYS.values(), ids=SECRET_KEYS)
def test_value_of_a_secret_key_is_redacted_though_it_is_not_known(template: str, value: str) -> None:
    body = evidence_with(TOKEN, exchange_of((template % value).encode())).body
    assert body == template % REDACTED


def test_value_of_a_secret_key_is_redacted_though_the_body_ends_in_it() -> None:
    assert evidence_with(TOKEN, exchange_of(b'{"token": "unknown-1')).body == f'{{"token": "{REDACTED}"'


def test_secret_key_in_json_inside_a_text_is_redacted() -> None:
    body = json.dumps({"message": json.dumps({"token": "unknown-1"})}).encode()
    assert "unknown-1" not in evidence_with(TOKEN, exchange_of(body)).body


@pytest.mark.parametrize(
    "body",
    [
        '{"status": "passed"}',
        '{"tokens_used": "12"}',
        '{"key": "x"}',
        '{"message": "no token: sent"}',
        '{"token": null}',
    ],
)
def test_other_json_is_shown_as_it_came(body: str) -> None:
    assert evidence_with(TOKEN, exchange_of(body.encode())).body == body


# Clipping


def test_body_at_the_limit_is_shown_whole() -> None:
    shown = evidence_with(TOKEN, exchange_of(b"x" * BODY_SHOWN_BYTES))
    assert (len(shown.body), shown.is_clipped, shown.size_bytes) == (BODY_SHOWN_BYTES, False, BODY_SHOWN_BYTES)


def test_longer_body_is_clipped_and_its_length_told() -> None:
    shown = evidence_with(TOKEN, exchange_of(b"x" * (BODY_SHOWN_BYTES + 1)))
    assert (len(shown.body), shown.is_clipped, shown.size_bytes) == (BODY_SHOWN_BYTES, True, BODY_SHOWN_BYTES + 1)


def test_longer_header_is_clipped() -> None:
    shown = evidence_with(TOKEN, exchange_of(headers=(("X-Echo", "x" * 5000),)))
    assert shown.headers == (("X-Echo", "x" * HEADER_SHOWN_CHARACTERS),)


FILLERS = {"letters": "x", "three-bytes-a-letter": "€", "four-bytes-a-letter": "\U0001f600", "the-secret-itself": ""}


@pytest.mark.parametrize("encoding", ["plain", "swapped-case", "every-byte-of-a-url", "hex"])
@pytest.mark.parametrize("filler", FILLERS.values(), ids=FILLERS)
@pytest.mark.parametrize("edge", [BODY_SHOWN_BYTES, 3 * BODY_SHOWN_BYTES], ids=["shown", "read"])
def test_no_half_secret_stands_at_the_edge_of_a_body(edge: int, filler: str, encoding: str) -> None:
    secret = ENCODINGS[encoding](LONG)
    unit = (filler or secret).encode()
    inside = range(6, len(secret))  # so many letters of it stand before the edge
    bodies = [(unit * edge)[: (edge - count) // len(unit) * len(unit)].rjust(edge - count, b".") for count in inside]
    shown = [evidence_with(LONG, exchange_of(body + secret.encode() + b" behind")).body for body in bodies]
    assert [text[-80:] for text in shown if secret[:6] in text] == []


@pytest.mark.parametrize("inside", range(1, len(LONG)), ids=str)
def test_no_half_secret_stands_at_the_edge_of_a_header(inside: int) -> None:
    value = "-" * (HEADER_SHOWN_CHARACTERS - inside) + LONG
    [(_, shown)] = evidence_with(LONG, exchange_of(headers=(("X-Echo", value),))).headers
    assert shown.strip("-") == REDACTED[:inside]


@pytest.mark.parametrize(
    "body",
    [b"\xff\xfe\x00", b'"\xed\xa0\x80"', rb'"\ud800"', b"\x1f\x8b\x08", bytes(range(256))],
    ids=["bytes", "surrogate", "escaped-surrogate", "gzip", "all-bytes"],
)
def test_body_of_any_bytes_becomes_text_that_can_be_written(body: bytes) -> None:
    shown = evidence_with(TOKEN, exchange_of(body)).body
    assert shown.encode() == body.decode(errors="replace").encode()


# What was sent in a body

SENT_SECRETS = {
    "password": '{"email": "anna@example.test", "password": "%s"}',
    "new-password": '{"oldPassword": "x", "newPassword": "%s"}',
    "token": '{"token": "%s"}',
    "refresh-token": '{"refreshToken": "%s"}',
    "code": '{"email": "anna@example.test", "code": "%s"}',
    "verification-code": '{"verificationCode":"%s"}',
}


def posted(body: bytes, answer: bytes = b"{}") -> Exchange:
    exchange = exchange_of(answer, url="https://a.example", method="POST")
    return replace(exchange, request=replace(exchange.request, body=body))


@pytest.mark.parametrize("value", ["s3cret", "481516", "a long pass phrase"])
@pytest.mark.parametrize("template", SENT_SECRETS.values(), ids=SENT_SECRETS)
def test_secret_of_a_sent_body_shows_neither_in_it_nor_in_the_line_that_repeats_it(template: str, value: str) -> None:
    shown = evidence_of(posted((template % value).encode()), Secrets())
    redacted = (template % REDACTED).replace('"oldPassword": "x"', f'"oldPassword": "{REDACTED}"')
    assert (value in shown.request_body + shown.curl, shown.request_body) == (False, redacted)


@pytest.mark.parametrize("encoded", ENCODINGS.values(), ids=ENCODINGS)
def test_known_secret_shows_nowhere_in_a_sent_body(encoded: Callable[[str], str]) -> None:
    body = f'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n{encoded(TOKEN)}\r\n--b--'.encode()
    shown = evidence_with(TOKEN, posted(body))
    assert (encoded(TOKEN) in shown.request_body + shown.curl, REDACTED in shown.request_body) == (False, True)


@pytest.mark.parametrize("template", SENT_SECRETS.values(), ids=SENT_SECRETS)
def test_empty_secret_of_a_sent_body_shows_as_it_is(template: str) -> None:
    assert evidence_of(posted((template % "").encode()), Secrets()).request_body.count('""') == 1


def test_sent_body_is_clipped_and_its_length_told() -> None:
    shown = evidence_of(posted(b"x" * (BODY_SHOWN_BYTES + 1)), Secrets())
    expected = (BODY_SHOWN_BYTES, True, BODY_SHOWN_BYTES + 1)
    assert (len(shown.request_body), shown.is_request_clipped, shown.request_size_bytes) == expected


def test_evidence_says_when_the_request_was_sent() -> None:
    started = datetime(2026, 11, 24, 9, 30, 1, 234567, UTC)
    assert evidence_of(replace(exchange_of(), started=started), Secrets()).started == "2026-11-24T09:30:01.234+00:00"


def test_code_of_an_answer_names_an_error_and_shows() -> None:
    body = b'{"code": "E-42", "errorCode": "no-invoice"}'
    assert evidence_with(TOKEN, exchange_of(body)).body == body.decode()


def test_sent_body_of_any_bytes_becomes_text_that_can_be_written() -> None:
    shown = evidence_with(TOKEN, posted(bytes(range(1, 256))))
    assert shown.request_body.encode() == bytes(range(1, 256)).decode(errors="replace").encode()


def test_sent_body_is_shown_as_far_as_it_is_text() -> None:
    shown = evidence_with(TOKEN, posted(b"--b\r\nContent-Type: x\r\n\r\nPK\x03\x04\x00\x00 and more\r\n--b--"))
    told = "--b\r\nContent-Type: x\r\n\r\n(22 bytes that are no text)"
    assert (shown.request_body, shown.is_request_clipped) == (told, True)


# Credentials that an answer gives away


LEARNED = {
    "token": ("new-token-1", ["new-token-1"]),
    "long": ("t" * 900_000 + "1", ["t" * 900_000 + "1"]),
    "short": ("short", []),
    "word": ("exchange", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("value", "expected"), LEARNED.values(), ids=LEARNED)
def test_credential_of_an_answer_is_learned_unless_it_is_a_word(value: str, expected: list[str]) -> None:
    secrets = Secrets()
    secrets.learn(value, "credential in an answer")
    assert (secrets.learned(), secrets.known()) == (expected, [])


def test_answers_teach_no_more_than_a_run_can_bear() -> None:
    secrets = Secrets()
    for number in range(2 * LEARNED_AT_MOST):
        secrets.learn(f"new-token-{number}", "credential in an answer")
    assert len(secrets.learned()) == LEARNED_AT_MOST


def test_learned_credential_is_redacted_wherever_else_it_stands() -> None:
    secrets = Secrets()
    secrets.learn("new-token-1", "credential in an answer")
    shown = evidence_of(exchange_of(b'{"message": "hello new-token-1"}', url="https://a.example/new-token-1"), secrets)
    assert "new-token-1" not in repr(shown)


def test_learned_credential_in_a_page_costs_no_decision() -> None:
    secrets = Secrets()
    secrets.learn("new-token-1", "credential in an answer")
    assert secrets.found_in("new-token-1") == []


@pytest.mark.parametrize("value", ["password", "exchange", "projectData"])
def test_secret_that_is_a_word_is_redacted_in_evidence_and_is_no_leak_in_a_page(value: str) -> None:
    secrets = Secrets([(value, "PASSWORD")])
    assert (secrets.redacted(f"x {value} x"), secrets.found_in(f"x {value} x")) == (f"x {REDACTED} x", [])


MARKED = (("otp",), ("data", "*", "pin|code"))


def test_value_at_a_marked_place_is_masked_by_its_key() -> None:
    body = b'{"otp": "123456", "data": [{"pin": "7"}, {"code": "8"}], "other": "9"}'
    exchange = exchange_of(body)
    shown = evidence_of(replace(exchange, request=replace(exchange.request, yields=MARKED)), Secrets()).body
    assert json.loads(shown) == {"otp": REDACTED, "data": [{"pin": REDACTED}, {"code": REDACTED}], "other": "9"}


# Encodings that are broken into lines, and texts that are made to take long


@pytest.mark.parametrize("secret", [LONG, TOKEN, "k9+Tz/4Qw==&<Lm>'7\"x R2%d"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\\n", "\\r\\n", "%0D%0A", "\n\t"], ids=ascii)
@pytest.mark.parametrize("before", range(3))
def test_secret_in_base64_of_short_lines_is_redacted(secret: str, end: str, before: int) -> None:
    whole = base64.b64encode(b"u" * before + secret.encode()).decode()
    lines = end.join(whole[at : at + 10] for at in range(0, len(whole), 10))
    shown = Secrets([(secret, "TOKEN")]).redacted(lines)
    assert re.fullmatch(rf".{{0,4}}{re.escape(REDACTED)}.{{0,7}}", shown, re.DOTALL)


def test_piece_of_an_encoded_secret_is_redacted() -> None:
    cut = base64.b64encode(LONG.encode())[:30].decode()
    assert Secrets([(LONG, "TOKEN")]).redacted(cut) == REDACTED


@pytest.mark.parametrize("piece", IN_BODIES.values(), ids=IN_BODIES)
def test_secret_among_what_is_made_to_take_long_is_redacted(piece: str) -> None:
    secrets = Secrets([(value, name) for name, value in SECRETS.items()])
    around = (piece * 2_000)[:4_000]
    body = f'{around}", "a": "{SECRETS["TOKEN"]}", "{around}'
    shown = evidence_of(posted(body.encode(), body.encode()), secrets)
    told = [secrets.redacted(without_secret_keys(body)), shown.body, shown.request_body]
    assert [SECRETS["TOKEN"] in each for each in told] == [False] * 3


def test_headers_are_bounded_in_all() -> None:
    headers = tuple((f"X-{number}", "x" * 1000) for number in range(500))
    shown = evidence_of(exchange_of(headers=headers), Secrets()).headers
    assert (len(shown), shown[-1]) == (18, ("…", "483 more headers"))


WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@given(before=WORDS, behind=WORDS, secret=st.sampled_from([*TOKENS.values(), LONG]), name=st.sampled_from([*ENCODINGS]))
def test_no_secret_survives(before: str, behind: str, secret: str, name: str) -> None:
    secrets = Secrets([(secret, "TOKEN")])
    shown = secrets.redacted(f"{before}{ENCODINGS[name](secret)}{behind}")
    assert (ENCODINGS[name](secret) in shown, secrets.redacted(shown)) == (False, shown)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_text_without_a_secret_is_unchanged(text: str) -> None:
    assert Secrets([(LONG, "TOKEN"), (TOKEN, "OTHER")]).redacted(text) == text
