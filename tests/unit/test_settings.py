"""Settings say whom we ask and how far we may go; what cannot be used is refused by file and key, without a secret."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.model import Effect, Scheme
from talkstack_contract.provider.settings import (
    POLITE_REQUESTS_PER_SECOND,
    Account,
    Credential,
    Limits,
    Settings,
    account_of,
    checked_url,
    is_loopback,
    settings_of_environment,
    settings_of_file,
    settings_of_reference,
)
from tests.unit.setting_names import ACTIVE, EMPTY, NAMES, credentials

ENVIRONMENT = {"TALKSTACK_TOKEN": "token-from-the-environment", "TALKSTACK_API_KEY": "key-from-the-environment"}
SECRET = "hunter2hunter2hunter2"
LOOPBACK = 'base_url = "http://127.0.0.1:8080"\n'
FAR = 'base_url = "https://api.example"\n'
ACCOUNT = '[accounts."an active project"]\n'


def read(
    folder: Path,
    text: str,
    environment: Mapping[str, str] | None = None,
    base_url: str = "",
    *,
    allow_insecure: bool = False,
) -> Settings:
    path = folder / "provider.toml"
    path.write_text(text, encoding="utf-8")
    return settings_of_file(path, NAMES, environment or {}, base_url, allow_insecure)


def refusal(folder: Path, text: str, environment: Mapping[str, str] | None = None, base_url: str = "") -> str:
    with pytest.raises(BadInput) as caught:
        read(folder, text, environment, base_url)
    return str(caught.value)


# The file

WHOLE = """
base_url = "https://api.example/v1/"
allow = ["reads", "writes"]
ca_bundle = "ca.pem"
[accounts."an active project"]
token = {env = "MY_TOKEN"}
api_key = {env = "MY_KEY"}
user_id = "u-1"
[accounts."no active project"]
token = {env = "MY_TOKEN"}
[states]
url = "https://api.example/_states"
[limits]
requests_per_second = 0.5
requests_at_once = 2
requests = 100
exchange_s = 3
body_bytes = 1000
[headers]
X-Gateway = {env = "MY_GATEWAY"}
[client_certificate]
certificate = "client.pem"
key = "client.key"
"""


def test_whole_file_is_read(tmp_path: Path) -> None:
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / name).touch()
    token, key = Credential("token-1", "MY_TOKEN"), Credential("key-1", "MY_KEY")
    expected = Settings(
        base_url="https://api.example/v1",
        is_reference=False,
        allow=frozenset({Effect.READS, Effect.WRITES}),
        accounts={ACTIVE: Account(ACTIVE, credentials(token, key), "u-1"), EMPTY: Account(EMPTY, credentials(token))},
        states_url="https://api.example/_states",
        limits=Limits(0.5, 2, 100, 3, 1000),
        headers=(("X-Gateway", "gate-1"),),
        ca_bundle=str(tmp_path / "ca.pem"),
        client_certificate=(str(tmp_path / "client.pem"), str(tmp_path / "client.key")),
        names=NAMES,
    )
    environment = {"MY_TOKEN": "token-1", "MY_KEY": "key-1", "MY_GATEWAY": "gate-1"}
    assert read(tmp_path, WHOLE, environment) == expected


def test_least_file_allows_reads_only_at_a_polite_pace(tmp_path: Path) -> None:
    limits = Limits(requests_per_second=POLITE_REQUESTS_PER_SECOND)
    expected = Settings("https://api.example", False, frozenset({Effect.READS}), {}, limits=limits, names=NAMES)
    assert read(tmp_path, FAR) == expected


def test_loopback_provider_has_no_pace(tmp_path: Path) -> None:
    assert read(tmp_path, LOOPBACK).limits == Limits(requests_per_second=None)


def test_limit_of_the_file_wins_over_the_polite_one(tmp_path: Path) -> None:
    assert read(tmp_path, f"{FAR}[limits]\nrequests_per_second = 50\n").limits == Limits(requests_per_second=50)


def test_nothing_may_be_allowed(tmp_path: Path) -> None:
    assert read(tmp_path, f"{FAR}allow = []\n").allow == frozenset()


def test_option_wins_over_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, FAR, base_url="https://other.example/").base_url == "https://other.example"


def test_option_stands_in_for_the_file(tmp_path: Path) -> None:
    assert read(tmp_path, "", base_url="https://other.example").base_url == "https://other.example"


def test_plain_secret_is_fine_for_a_loopback_provider(tmp_path: Path) -> None:
    accounts = read(tmp_path, f'{LOOPBACK}{ACCOUNT}token = "token-1"\napi_key = "key-1"\n').accounts
    token, key = Credential("token-1", "TALKSTACK_TOKEN"), Credential("key-1", "TALKSTACK_API_KEY")
    assert accounts == {ACTIVE: Account(ACTIVE, credentials(token, key))}


REFUSALS: dict[str, tuple[str, str]] = {
    "no-toml": ("base_url = \n", "provider.toml: is not valid TOML: "),
    "key-twice": (f'{FAR}base_url = "https://b.example"\n', "provider.toml: is not valid TOML: "),
    "no-base-url": ("allow = []\n", "provider.toml: base_url: is missing; add it, or give --base-url"),
    "empty-base-url": ('base_url = ""\n', "provider.toml: base_url: is missing; add it, or give --base-url"),
    "base-url-that-is-no-text": ("base_url = 7\n", "provider.toml: base_url: is not of type string; "),
    "unknown-key": (f'{FAR}base_uri = ""\n', "provider.toml: base_uri: is not a known key; nearest: 'base_url'"),
    "unknown-effect": (f'{FAR}allow = ["read"]\n', "provider.toml: allow.0: "),
    "unknown-key-of-an-account": (
        f'{FAR}{ACCOUNT}api-key = {{env = "X"}}\n',
        "provider.toml: accounts.an active project.api-key: is not a known key; nearest: 'api_key'",
    ),
    "account-without-a-credential": (
        f'{FAR}{ACCOUNT}user_id = "u-1"\n',
        "provider.toml: accounts.'an active project': has no credential; give token or api_key, or all of them",
    ),
    "secret-with-another-key": (
        f'{FAR}{ACCOUNT}token = {{environment = "MY_TOKEN"}}\n',
        "provider.toml: accounts.an active project.token",
    ),
    "plain-secret": (
        f'{FAR}{ACCOUNT}token = "{SECRET}"\n',
        "provider.toml: accounts.'an active project'.token: is a plain secret; name a variable instead: ",
    ),
    "plain-header": (
        f'{FAR}[headers]\nX-Gateway = "{SECRET}"\n',
        "provider.toml: headers.X-Gateway: is a plain secret; name a variable instead: ",
    ),
    "unknown-limit": (
        f"{FAR}[limits]\nrequest = 5\n",
        "provider.toml: limits.request: is not a known key; nearest: 'requests'",
    ),
    "no-request-at-all": (f"{FAR}[limits]\nrequests = 0\n", "provider.toml: limits.requests: "),
    "part-of-a-request": (f"{FAR}[limits]\nrequests = 1.5\n", "provider.toml: limits.requests: "),
    "limit-that-is-true": (f"{FAR}[limits]\nrequests = true\n", "provider.toml: limits.requests: "),
    "no-pace": (f"{FAR}[limits]\nrequests_per_second = 0\n", "provider.toml: limits.requests_per_second: "),
    "no-time": (f"{FAR}[limits]\nexchange_s = 0\n", "provider.toml: limits.exchange_s: "),
    "time-before-now": (f"{FAR}[limits]\nexchange_s = -1\n", "provider.toml: limits.exchange_s: "),
    "endless-time": (f"{FAR}[limits]\nexchange_s = inf\n", "provider.toml: limits.exchange_s: "),
    "time-that-is-no-number": (f"{FAR}[limits]\nexchange_s = nan\n", "provider.toml: limits.exchange_s: "),
    "no-body": (f"{FAR}[limits]\nbody_bytes = 0\n", "provider.toml: limits.body_bytes: "),
    "states-without-a-url": (f"{FAR}[states]\n", "provider.toml: states.url: is missing; add it"),
    "states-in-the-open": (f'{FAR}[states]\nurl = "http://api.example/s"\n', "provider.toml: states.url: is not https"),
    "states-with-a-password": (
        f'{FAR}[states]\nurl = "https://u:{SECRET}@api.example/s"\n',
        "provider.toml: states.url: holds a user or password; ",
    ),
    "ca-bundle-that-is-not-there": (
        f'{FAR}ca_bundle = "ca.pem"\n',
        "provider.toml: ca_bundle: 'ca.pem' is not a file; ",
    ),
    "certificate-that-is-not-there": (
        f'{FAR}[client_certificate]\ncertificate = "a.pem"\nkey = "b.key"\n',
        "provider.toml: client_certificate.certificate: 'a.pem' is not a file; ",
    ),
    "certificate-without-a-key": (
        f'{FAR}[client_certificate]\ncertificate = "a.pem"\n',
        "provider.toml: client_certificate.key: is missing; add it",
    ),
}


@pytest.mark.parametrize(("text", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_file_that_cannot_be_used_is_bad_input(tmp_path: Path, text: str, expected: str) -> None:
    assert refusal(tmp_path, text)[: len(expected)] == expected


THIS_TOKEN = f'{FAR}{ACCOUNT}token = {{env = "MY_TOKEN"}}\n'
MISSING: dict[str, tuple[str, dict[str, str], str]] = {
    "nothing": (THIS_TOKEN, {"MY_TOKEN": "token-1"}, ""),
    "token": (
        THIS_TOKEN,
        {},
        "the variable MY_TOKEN is not set: "
        "export it, or drop the key accounts.'an active project'.token in provider.toml",
    ),
    "token-that-is-empty": (
        THIS_TOKEN,
        {"MY_TOKEN": ""},
        "the variable MY_TOKEN is not set: "
        "export it, or drop the key accounts.'an active project'.token in provider.toml",
    ),
    "one-of-two": (
        f'{THIS_TOKEN}api_key = {{env = "MY_KEY"}}\n',
        {"MY_TOKEN": "token-1"},
        "the variable MY_KEY is not set: "
        "export it, or drop the key accounts.'an active project'.api_key in provider.toml",
    ),
    "value-and-header": (
        f'{FAR}{ACCOUNT}values = {{email = {{env = "MY_EMAIL"}}}}\n[headers]\nX-Gateway = {{env = "MY_GATEWAY"}}\n',
        {},
        "the variables MY_EMAIL and MY_GATEWAY are not set: export them, or drop their keys in provider.toml",
    ),
    "all-of-them-once": (
        WHOLE.replace('ca_bundle = "ca.pem"\n', "").partition("[client_certificate]")[0],
        {},
        "the variables MY_TOKEN, MY_KEY and MY_GATEWAY are not set: export them, or drop their keys in provider.toml",
    ),
}


@pytest.mark.parametrize(("text", "environment", "expected"), MISSING.values(), ids=MISSING)
def test_variables_that_are_not_set_are_missing(
    tmp_path: Path, text: str, environment: dict[str, str], expected: str
) -> None:
    assert read(tmp_path, text, environment).missing == expected


def test_plain_secret_is_bad_input_where_the_option_leads_away_from_this_machine(tmp_path: Path) -> None:
    told = refusal(tmp_path, f'{LOOPBACK}{ACCOUNT}token = "{SECRET}"\n', base_url="https://api.example")
    assert "is a plain secret" in told


def test_missing_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none.toml: is not there"):
        settings_of_file(tmp_path / "none.toml", NAMES, {}, "", allow_insecure=False)


def test_file_that_is_no_utf_8_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "provider.toml"
    path.write_bytes(b'base_url = "\xff"\n')
    with pytest.raises(BadInput, match=r"is not UTF-8"):
        settings_of_file(path, NAMES, {}, "", allow_insecure=False)


UNSENDABLE = {
    "line-break-behind": f"{SECRET}\n",
    "line-break-inside": f"{SECRET}\r\nX-Evil: 1",
    "blank-before": f" {SECRET}",
    "umlaut": f"{SECRET}ü",
    "control-character": f"{SECRET}\x00",
    "blank-only": " ",
}


@pytest.mark.parametrize("value", UNSENDABLE.values(), ids=UNSENDABLE)
@pytest.mark.parametrize("key", ["token", "api_key"])
def test_secret_that_cannot_stand_in_a_header_is_bad_input(tmp_path: Path, key: str, value: str) -> None:
    told = refusal(tmp_path, f'{FAR}{ACCOUNT}{key} = {{env = "MY_SECRET"}}\n', {"MY_SECRET": value})
    assert (f"accounts.'an active project'.{key}: cannot stand in a header" in told, SECRET in told) == (True, False)


@pytest.mark.parametrize("value", UNSENDABLE.values(), ids=UNSENDABLE)
def test_secret_of_the_environment_that_cannot_stand_in_a_header_is_bad_input(value: str) -> None:
    with pytest.raises(BadInput) as caught:
        settings_of_environment("https://api.example", NAMES, {"TALKSTACK_TOKEN": value}, allow_insecure=False)
    assert SECRET not in str(caught.value)


LEAKY = {
    "list": f'token = ["{SECRET}"]',
    "object-without-env": f'token = {{value = "{SECRET}"}}',
    "object-with-more": f'token = {{env = "X", value = "{SECRET}"}}',
    "env-that-is-a-list": f'token = {{env = ["{SECRET}"]}}',
    "plain": f'token = "{SECRET}"',
    "user-id-of-another-type": f'token = "{SECRET}"\nuser_id = 7',
    "unknown-key": f'tokn = "{SECRET}"',
    "no-toml-behind": f'token = "{SECRET}" x',
    "no-quotes": f"token = {SECRET}",
    "quote-left-open": f'token = "{SECRET}\n',
}


@pytest.mark.parametrize("line", LEAKY.values(), ids=LEAKY)
def test_refusal_shows_no_secret(tmp_path: Path, line: str) -> None:
    assert SECRET not in refusal(tmp_path, f"{FAR}{ACCOUNT}{line}\n")


# URLs

GOOD_URLS = {
    "https://api.example": "https://api.example",
    "https://api.example/": "https://api.example",
    "https://api.example/v1/": "https://api.example/v1",
    "https://api.example:8443": "https://api.example:8443",
    "HTTPS://API.example": "HTTPS://API.example",
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "http://127.9.9.9": "http://127.9.9.9",
    "http://localhost:1": "http://localhost:1",
    "http://[::1]:8080": "http://[::1]:8080",
}
BAD_URLS = {
    "nothing": ("", "is not an http URL"),
    "host-only": ("api.example", "is not an http URL"),
    "other-scheme": ("ftp://api.example", "is not an http URL"),
    "file": ("file:///etc/hosts", "is not an http URL"),
    "no-host": ("https://", "is not an http URL"),
    "no-host-but-a-port": ("https://:443", "is not an http URL"),
    "port-zero": ("https://api.example:0", "is not an http URL"),
    "port-beyond-the-last": ("https://api.example:70000", "is not a URL"),
    "port-that-is-no-number": ("https://api.example:x", "is not a URL"),
    "half-an-address": ("https://[::1", "is not a URL"),
    "user": ("https://me@api.example", "holds a user or password"),
    "password": ("https://me:secret@api.example", "holds a user or password"),
    "empty-user": ("https://@api.example", "holds a user or password"),
    "query": ("https://api.example/?a=1", "holds a query or a fragment"),
    "fragment": ("https://api.example/#a", "holds a query or a fragment"),
    "empty-query": ("https://api.example/?", "holds a query or a fragment"),
    "empty-fragment": ("https://api.example/#", "holds a query or a fragment"),
    "in-the-open": ("http://api.example", "is not https"),
    "in-the-open-though-it-looks-local": ("http://127.0.0.1.api.example", "is not https"),
    "in-the-open-though-it-starts-like-local": ("http://127.example", "is not https"),
    "in-the-open-though-it-ends-like-local": ("http://not-localhost", "is not https"),
    "in-the-open-to-any-address": ("http://0.0.0.0:80", "is not https"),
}


@pytest.mark.parametrize(("url", "expected"), GOOD_URLS.items(), ids=GOOD_URLS)
def test_url_is_taken_without_a_closing_slash(url: str, expected: str) -> None:
    assert checked_url(url, "--base-url", allow_insecure=False) == expected


@pytest.mark.parametrize(("url", "problem"), BAD_URLS.values(), ids=BAD_URLS)
def test_url_that_we_will_not_ask_is_bad_input(url: str, problem: str) -> None:
    with pytest.raises(BadInput, match=f"^--base-url: {re.escape(problem)}"):
        checked_url(url, "--base-url", allow_insecure=False)


def test_url_in_the_open_is_taken_where_that_is_allowed() -> None:
    assert checked_url("http://api.example", "--base-url", allow_insecure=True) == "http://api.example"


def test_refusal_of_a_url_shows_no_password() -> None:
    with pytest.raises(BadInput) as caught:
        checked_url(f"https://me:{SECRET}@api.example", "--base-url", allow_insecure=False)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.255.0.9", "localhost", "[::1]", "LOCALHOST"])
def test_this_machine_is_loopback(host: str) -> None:
    assert is_loopback(f"http://{host}:80/x") is True


@pytest.mark.parametrize(
    "host", ["127.0.0.1.example", "127.example", "128.0.0.1", "[::2]", "localhost.example", "a-localhost"]
)
def test_another_machine_is_not_loopback(host: str) -> None:
    assert is_loopback(f"http://{host}:80/x") is False


# Without a file


def test_environment_is_enough() -> None:
    environment = {**ENVIRONMENT, "TALKSTACK_USER_ID": "u-1", "TALKSTACK_EMPTY_API_KEY": "empty-key"}
    expected = Settings(
        "https://api.example",
        False,
        frozenset({Effect.READS}),
        {
            ACTIVE: Account(
                ACTIVE,
                credentials(
                    Credential("token-from-the-environment", "TALKSTACK_TOKEN"),
                    Credential("key-from-the-environment", "TALKSTACK_API_KEY"),
                ),
                "u-1",
            ),
            EMPTY: Account(EMPTY, credentials(None, Credential("empty-key", "TALKSTACK_EMPTY_API_KEY"))),
        },
        limits=Limits(requests_per_second=POLITE_REQUESTS_PER_SECOND),
        names=NAMES,
    )
    assert settings_of_environment("https://api.example/", NAMES, environment, allow_insecure=False) == expected


@pytest.mark.parametrize(
    "environment", [{}, {"TALKSTACK_TOKEN": ""}, {"TALKSTACK_USER_ID": "u-1"}], ids=["none", "empty", "id"]
)
def test_environment_without_a_credential_lacks_all_of_them(environment: Mapping[str, str]) -> None:
    settings = settings_of_environment("https://api.example", NAMES, environment, allow_insecure=False)
    missing = (
        "the variables TALKSTACK_TOKEN, TALKSTACK_API_KEY, TALKSTACK_EMPTY_TOKEN and TALKSTACK_EMPTY_API_KEY are not "
        "set: export at least one of them, or give --provider FILE"
    )
    assert (settings.accounts, settings.missing) == ({}, missing)


def test_url_without_a_file_is_checked_too() -> None:
    with pytest.raises(BadInput, match=r"^--base-url: is not https"):
        settings_of_environment("http://api.example", NAMES, ENVIRONMENT, allow_insecure=False)


# The reference provider, accounts, secrets


def test_reference_allows_every_effect() -> None:
    base_url, calls_base_url, values = "http://127.0.0.1:1", "http://127.0.0.1:2", {"projectId": "p-1"}
    hosts = {"base_url": base_url, "calls_base_url": calls_base_url, "states": {"url": f"{base_url}/_states"}}
    given = {ACTIVE: {"token": "token-1", "api_key": "key-1", "user_id": "u-1", "values": values}}
    settings = settings_of_reference({**hosts, "accounts": given}, NAMES)
    token, key = Credential("token-1", "TALKSTACK_TOKEN"), Credential("key-1", "TALKSTACK_API_KEY")
    accounts = {ACTIVE: Account(ACTIVE, credentials(token, key), "u-1", values)}
    others = {"calls_base_url": calls_base_url}
    assert settings == Settings(base_url, True, frozenset(Effect), accounts, others, f"{base_url}/_states", names=NAMES)


def test_empty_credential_is_absent() -> None:
    assert account_of("any state", NAMES, {"token": "", "user_id": ""}) == Account("any state")


def hints(settings: Settings) -> set[str]:
    return {each.hint for account in settings.accounts.values() for each in account.credentials.values()}


def test_credential_that_the_environment_holds_needs_no_hint(tmp_path: Path) -> None:
    given = settings_of_environment("https://api.example", NAMES, ENVIRONMENT, allow_insecure=False)
    named = read(tmp_path, f'{FAR}{ACCOUNT}token = {{env = "MY_TOKEN"}}\n', {"MY_TOKEN": "token-1"})
    assert (hints(given), hints(named)) == ({""}, {""})


def test_credential_that_the_file_holds_has_a_hint_that_names_its_key(tmp_path: Path) -> None:
    settings = read(tmp_path, f'{LOOPBACK}{ACCOUNT}token = "token-1"\n')
    assert hints(settings) == {f"accounts.{ACTIVE}.token of provider.toml"}


def test_credential_of_an_account_that_was_made_has_a_hint_that_names_its_state() -> None:
    credential = account_of(ACTIVE, NAMES, {"token": "token-1"}).credentials["token"]
    assert credential.hint == f"the token for {ACTIVE}"


@pytest.mark.parametrize(("word", "expected"), [("token", "token-1"), ("api_key", "key-1")])
def test_account_proves_itself_by_the_scheme(word: str, expected: str) -> None:
    account = account_of(ACTIVE, NAMES, {"token": "token-1", "api_key": "key-1"})
    credential = account.credential(Scheme("any", "X", "", "any", "any", word))
    assert credential is not None
    assert credential.value == expected


def test_secrets_are_named_by_variable_or_header(tmp_path: Path) -> None:
    text = f'{LOOPBACK}{ACCOUNT}token = "t"\napi_key = {{env = "K"}}\n[headers]\nX-Gateway = "g"\n'
    secrets = read(tmp_path, text, {"K": "k"}).secrets()
    assert secrets == [("t", "TALKSTACK_TOKEN"), ("k", "K"), ("g", "header X-Gateway")]


def test_settings_do_not_show_their_secrets(tmp_path: Path) -> None:
    text = f'{LOOPBACK}{ACCOUNT}token = "{SECRET}"\n[headers]\nX-Gateway = "{SECRET}"\n'
    assert SECRET not in repr(read(tmp_path, text))


# What a provider state yields

VALUES = """
base_url = "https://api.example"
[accounts."an active project"]
token = {env = "TALKSTACK_TOKEN"}
[accounts."an active project".values]
projectId = "p-1"
email = {env = "MY_EMAIL"}
password = {env = "MY_PASSWORD"}
"""
GIVEN = {**ENVIRONMENT, "MY_EMAIL": "anna@example.test", "MY_PASSWORD": SECRET}


def test_values_are_read_from_the_file_or_from_a_variable(tmp_path: Path) -> None:
    values = read(tmp_path, VALUES, GIVEN).accounts[ACTIVE].values
    assert values == {"projectId": "p-1", "email": "anna@example.test", "password": SECRET}


@pytest.mark.parametrize("name", ["password", "refreshToken", "resetToken", "code", "clientSecret"])
def test_value_that_opens_something_is_no_plain_text(tmp_path: Path, name: str) -> None:
    text = f'{FAR}[accounts."an active project".values]\n{name} = "{SECRET}"\n'
    expected = f"accounts.'an active project'.values.{name}: is a plain secret"
    told = refusal(tmp_path, text)
    assert (expected in told, SECRET in told) == (True, False)


def test_value_that_opens_something_may_be_plain_on_this_machine(tmp_path: Path) -> None:
    text = f'{LOOPBACK}[accounts."an active project".values]\ncode = "481516"\n'
    assert read(tmp_path, text).accounts[ACTIVE] == Account(ACTIVE, values={"code": "481516"})


def test_values_that_open_something_are_secrets_and_the_others_are_not(tmp_path: Path) -> None:
    settings = read(tmp_path, VALUES, GIVEN)
    assert settings.secrets() == [
        ("token-from-the-environment", "TALKSTACK_TOKEN"),
        (SECRET, "password"),
    ]


def test_values_do_not_show_in_a_repr(tmp_path: Path) -> None:
    assert SECRET not in repr(read(tmp_path, VALUES, GIVEN))


def test_account_of_nothing_is_refused(tmp_path: Path) -> None:
    assert "has no credential" in refusal(tmp_path, f'{FAR}[accounts."an active project"]\nuser_id = "u-1"\n')


def test_second_host_is_read_and_checked_like_the_first(tmp_path: Path) -> None:
    found = read(tmp_path, f'{FAR}calls_base_url = "https://calls.example/"\n').base_urls
    assert found == {"calls_base_url": "https://calls.example"}


@pytest.mark.parametrize("url", ["http://calls.example", "https://u:p@calls.example", "ftp://calls.example"])
def test_second_host_that_cannot_be_asked_is_refused(tmp_path: Path, url: str) -> None:
    assert refusal(tmp_path, f'{FAR}calls_base_url = "{url}"\n').startswith("provider.toml: calls_base_url: ")


ELSEWHERE = {
    "second-host": 'calls_base_url = "https://calls.example"\n',
    "states-url": '[states]\nurl = "https://api.example/_states"\n',
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_base_url_of_an_option_leaves_no_other_host_of_the_file_in_play(tmp_path: Path, name: str) -> None:
    told = refusal(tmp_path, f"{FAR}{ELSEWHERE[name]}", base_url="https://staging.example")
    assert "example, and --base-url to staging.example: requests would go to both; leave --base-url out" in told


@pytest.mark.parametrize("name", ELSEWHERE)
def test_base_url_of_an_option_at_the_host_of_the_file_keeps_the_others(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, f"{FAR}{ELSEWHERE[name]}", base_url="https://api.example/v2")
    assert found.base_url == "https://api.example/v2"


def test_further_hosts_may_be_those_of_the_option(tmp_path: Path) -> None:
    text = f'{FAR}calls_base_url = "https://staging.example/calls"\n[states]\nurl = "https://staging.example/_states"\n'
    found = read(tmp_path, text, base_url="https://staging.example")
    assert (found.base_urls, found.states_url) == (
        {"calls_base_url": "https://staging.example/calls"},
        "https://staging.example/_states",
    )


def test_password_of_a_user_is_a_secret_without_the_user(tmp_path: Path) -> None:
    line = ACCOUNT + 'token = "anna:a-long-password"'
    settings = read(tmp_path, f'base_url = "http://127.0.0.1:9"\n{line}\n')
    assert {value for value, _ in settings.secrets()} == {"anna:a-long-password", "a-long-password"}


@pytest.mark.parametrize("entry", ["", "values = {}", 'user_id = "u-1"'])
def test_account_of_an_api_without_credentials_needs_none(tmp_path: Path, entry: str) -> None:
    (path := tmp_path / "provider.toml").write_text(f'base_url = "http://127.0.0.1:9"\n{ACCOUNT}{entry}\n')
    settings = settings_of_file(path, replace(NAMES, credentials=()), {}, "", allow_insecure=False)
    assert (list(settings.accounts), settings.secrets()) == ([ACTIVE], [])
