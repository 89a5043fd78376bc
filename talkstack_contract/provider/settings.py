"""Who is asked, as whom, and how far we may go: the provider file, the environment, and what an option overrides.

Raises `BadInput` for anything that cannot be used. Secret values never show in an error or a repr.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from talkstack_contract.contract.documents import read_toml
from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Effect, Json, Scheme, SettingNames

USER_ID = "user_id"  # the key of an account that says whose data must come back
SECRET_VALUE = re.compile(r"password|token|code|secret", re.IGNORECASE)  # names of values that open something
POLITE_REQUESTS_PER_SECOND = 5.0  # against a host that is not this machine, unless the file says otherwise


@dataclass(frozen=True)
class Credential:
    """A secret value and the name of the shell variable that stands for it.

    `hint` says what to set that variable to, nothing where the value was read from it.
    """

    value: str = field(repr=False)
    variable: str
    hint: str = field(default="", compare=False)


@dataclass(frozen=True)
class Account:
    """An account of the provider, in one provider state.

    `credentials` go by the key that the contract gives them, `values` are what its state yields: ids, an email, a code.
    """

    state: str
    credentials: Mapping[str, Credential] = field(default_factory=dict)
    user_id: str = ""
    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def secrets(self) -> list[tuple[str, str]]:
        """Return (name, value) of everything here that must not show."""
        credentials = [(each.variable, each.value) for each in self.credentials.values()]
        # The password of `user:password` is a secret without its user, too.
        credentials += [(name, value.partition(":")[2]) for name, value in credentials if ":" in value]
        return credentials + [(name, value) for name, value in self.values.items() if SECRET_VALUE.search(name)]

    def credential(self, scheme: Scheme) -> Credential | None:
        """Return what this account proves itself with under a scheme."""
        return self.credentials.get(scheme.credential)


@dataclass(frozen=True)
class Limits:
    """How much a run may ask, all its processes together; None is no limit."""

    requests_per_second: float | None = None
    requests_at_once: int | None = None
    requests: int = 5000
    exchange_s: float = 10.0
    body_bytes: int = 5_000_000


@dataclass(frozen=True)
class Settings:
    """Everything a run has to know about the provider.

    `base_urls` are those of further hosts, by their name in the contract; `names` is what the contract calls things.
    `missing` names the variables that are not set, and the remedy: with it, nothing is sent. A fork has no secrets.
    """

    base_url: str
    is_reference: bool
    allow: frozenset[Effect]
    accounts: Mapping[str, Account]
    base_urls: Mapping[str, str] = field(default_factory=dict)
    states_url: str = ""
    limits: Limits = Limits()
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_bundle: str = ""
    client_certificate: tuple[str, str] | None = None
    missing: str = ""
    names: SettingNames = field(default_factory=SettingNames)
    scope: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # operations and sections

    @property
    def tls_files(self) -> tuple[str, ...]:
        """The keys of the files that a TLS connection to this provider needs."""
        own = ("certificate", "key") if self.client_certificate else ()
        return (*(("ca_bundle",) if self.ca_bundle else ()), *own)

    def secrets(self) -> list[tuple[str, str]]:
        """Return every secret value with its name."""
        named = [(value, name) for account in self.accounts.values() for name, value in account.secrets()]
        return named + [(value, f"header {name}") for name, value in self.headers]


def settings_of_file(
    path: Path, names: SettingNames, environment: Mapping[str, str], base_url: str, allow_insecure: bool
) -> Settings:
    """Read a provider file; `base_url`, where given, wins over the one in it."""
    file = path.name
    document = read_toml(path)
    check_document(file, document, names.schema)
    if not (base_url or document.get("base_url")):
        raise BadInput(file, "base_url", "is missing", "add it, or give --base-url")
    url = checked_url(
        base_url or document["base_url"], "--base-url" if base_url else f"{file}: base_url", allow_insecure
    )
    reader = _SecretReader(file, names, environment, is_loopback(url))
    states_url = document.get("states", {}).get("url", "")
    if base_url and _host(base_url) != _host(document.get("base_url", "")):
        others = {name: document.get(name, "") for name in names.base_urls}
        _check_other_hosts(file, url, {**others, "states.url": states_url})
    certificate = document.get("client_certificate")
    for name in document.get("headers", {}):
        if name.lower() in names.headers:  # sent with all, no case could go without a credential
            raise BadInput(file, f"headers.{name}", "is how an account proves itself", "give it under accounts")
    accounts = {state: reader.account(state, entry) for state, entry in document.get("accounts", {}).items()}
    headers = tuple(reader.values("headers", document.get("headers", {}), is_secret=lambda _: True).items())
    return Settings(
        base_url=url,
        is_reference=False,
        allow=frozenset(Effect(name) for name in document.get("allow", ["reads"])),
        accounts=accounts,
        base_urls={
            name: checked_url(document[name], f"{file}: {name}", allow_insecure)
            for name in names.base_urls
            if document.get(name)
        },
        states_url=checked_url(states_url, f"{file}: states.url", allow_insecure) if states_url else "",
        limits=Limits(**{**_default_limits(url), **_finite(file, document.get("limits", {}))}),
        headers=headers,
        ca_bundle=_file(path, document.get("ca_bundle", ""), "ca_bundle"),
        client_certificate=(
            (
                _file(path, certificate["certificate"], "client_certificate.certificate"),
                _file(path, certificate["key"], "client_certificate.key"),
            )
            if certificate
            else None
        ),
        missing=reader.missing(),
        names=names,
        scope=(tuple(document.get("operations", ())), tuple(document.get("sections", ()))),
    )


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _check_other_hosts(file: str, url: str, others: Mapping[str, str]) -> None:
    """Refuse a base URL that would leave requests going to a host that belongs to the base URL of the file."""
    for key, other in others.items():
        if other and _host(other) != _host(url):
            problem = f"leads to {_host(other)}, and --base-url to {_host(url)}: requests would go to both"
            remedy = f"leave --base-url out, or name a file by --provider whose {key} belongs to it, or that has none"
            raise BadInput(file, key, problem, remedy)


def settings_of_environment(
    base_url: str, names: SettingNames, environment: Mapping[str, str], allow_insecure: bool
) -> Settings:
    """Make the settings of a run without a provider file: a base URL, and accounts from the environment."""
    url = checked_url(base_url, "--base-url", allow_insecure)
    accounts, credential_variables = {}, []
    for state, variables in names.variables.items():
        credentials = [variables[key] for key in names.credentials if key in variables]
        for name in credentials:
            _check_sendable(name, "", environment.get(name, ""))
        given = {key: environment.get(name, "") for key, name in variables.items()}
        account = account_of(state, names, given, is_in_environment=True)
        if account.credentials:
            accounts[state] = account
        credential_variables += credentials
    asked = [] if accounts else credential_variables
    missing = _missing(asked, "export at least one of them, or give --provider FILE") if asked else ""
    limits = Limits(**_default_limits(url))
    return Settings(url, False, frozenset({Effect.READS}), accounts, limits=limits, missing=missing, names=names)


def settings_of_reference(document: Json, names: SettingNames) -> Settings:
    """Make the settings for our own provider, of what its provider file would hold: every effect, plain credentials."""
    accounts = {
        state: account_of(state, names, entry, entry.get("values", {})) for state, entry in document["accounts"].items()
    }
    return Settings(
        base_url=document["base_url"],
        is_reference=True,
        allow=frozenset(Effect),
        accounts=accounts,
        base_urls={name: document[name] for name in names.base_urls if name in document},
        states_url=document["states"]["url"],
        names=names,
    )


def account_of(
    state: str,
    names: SettingNames,
    given: Mapping[str, str],
    values: Mapping[str, str] = MappingProxyType({}),
    *,
    is_in_environment: bool = False,
) -> Account:
    """Make an account from plain texts by the keys of an account; an empty one is absent."""
    credentials = {
        key: Credential(given[key], variable_of(names, state, key), "" if is_in_environment else hint_of(state, key))
        for key in names.credentials
        if given.get(key)
    }
    return Account(state, credentials, given.get(USER_ID, ""), values)


def variable_of(names: SettingNames, state: str, key: str) -> str:
    """Return the shell variable that stands for a credential in what is shown."""
    return names.variable(state, key) or names.variable(names.default_state, key) or key.upper()


def hint_of(state: str, key: str) -> str:
    """Say what a variable stands for that nobody has exported: a credential for a provider state."""
    return f"the {key} for {state}"


def checked_url(url: str, shown: str, allow_insecure: bool) -> str:
    """Return the URL without a closing slash, or raise for one that we will not ask."""
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise BadInput(shown, "", "is not a URL", "give one like https://api.example") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise BadInput(shown, "", "is not an http URL", "give one like https://api.example")
    if parts.username is not None or parts.password is not None:
        raise BadInput(shown, "", "holds a user or password", "name the credential in a provider file")
    if "?" in url or "#" in url:
        raise BadInput(shown, "", "holds a query or a fragment", "give scheme, host, port and path only")
    if parts.scheme == "http" and not is_loopback(url) and not allow_insecure:
        raise BadInput(
            shown, "", "is not https, so credentials would travel in the open", "use https or --allow-insecure"
        )
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Tell whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _finite(file: str, limits: dict[str, Json]) -> dict[str, Json]:
    endless = next((key for key, value in limits.items() if not math.isfinite(value)), None)
    if endless:
        raise BadInput(file, f"limits.{endless}", "is not a finite number", "give one, or drop the key")
    return limits


def _default_limits(url: str) -> dict[str, Json]:
    return {} if is_loopback(url) else {"requests_per_second": POLITE_REQUESTS_PER_SECOND}


class _SecretReader:
    """Turns what a provider file says about a secret into its value, and keeps which variables are not set."""

    def __init__(self, file: str, names: SettingNames, environment: Mapping[str, str], plain_is_fine: bool) -> None:
        self.file, self.names, self.environment, self.plain_is_fine = file, names, environment, plain_is_fine
        self._unset: dict[str, str] = {}

    def account(self, state: str, entry: Json) -> Account:
        key = f"accounts.{state!r}"
        known = self.names.credentials
        if known and not (entry.keys() & {*known} or entry.get("values")):
            raise BadInput(self.file, key, "has no credential", f"give {' or '.join(known)}, or all of them")
        read = {
            name: self.secret(f"{key}.{name}", entry[name], variable_of(self.names, state, name))
            for name in known
            if name in entry
        }
        credentials = {name: each for name, each in read.items() if each}
        values = self.values(f"{key}.values", entry.get("values", {}), is_secret=SECRET_VALUE.search)
        return Account(state, credentials, entry.get(USER_ID, ""), values)

    def values(self, key: str, entries: Json, is_secret: Callable[[str], object]) -> dict[str, str]:
        """Read named values, without those whose variable is not set."""
        read = {
            name: self.secret(f"{key}.{name}", entry, name)
            if is_secret(name) or not isinstance(entry, str)
            else Credential(entry, name)
            for name, entry in entries.items()
        }
        return {name: each.value for name, each in read.items() if each}

    def secret(self, key: str, entry: Json, variable: str) -> Credential | None:
        if isinstance(entry, str):
            if not self.plain_is_fine:
                raise BadInput(self.file, key, "is a plain secret", 'name a variable instead: {env = "NAME"}')
            return self._sendable(key, Credential(entry, variable, f"{key} of {self.file}".replace("'", "")))
        name = entry["env"]
        if not self.environment.get(name):
            self._unset.setdefault(name, key)
            return None
        return self._sendable(key, Credential(self.environment[name], name))

    def missing(self) -> str:
        """Name the variables that are not set, and the remedy."""
        if len(self._unset) == 1:
            [(name, key)] = self._unset.items()
            return _missing([name], f"export it, or drop the key {key} in {self.file}")
        return _missing(self._unset, f"export them, or drop their keys in {self.file}") if self._unset else ""

    def _sendable(self, key: str, credential: Credential) -> Credential:
        _check_sendable(self.file, key, credential.value)
        return credential


def _missing(names: Iterable[str], remedy: str) -> str:
    *others, last = names
    told = f"variables {', '.join(others)} and {last} are" if others else f"variable {last} is"
    return f"the {told} not set: {remedy}"


def _check_sendable(file: str, key: str, value: str) -> None:
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise BadInput(file, key, "cannot stand in a header", "remove blanks around it and what is no ASCII")


def _file(beside: Path, name: str, key: str) -> str:
    if not name:
        return ""
    path = beside.parent / Path(name).expanduser()
    if not path.is_file():
        raise BadInput(beside.name, key, f"{name!r} is not a file", "give a path, absolute or beside the provider file")
    return str(path)
