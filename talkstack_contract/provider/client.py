"""The provider as we reach it: every request of a run, generated ones too, goes through `Provider`.

The one door to `requests`. Holds what no caller may forget: the effects that are allowed, the budget, the pace (a 429
is waited out and asked once more), one deadline for a whole exchange, no redirect, no netrc, an id in every request.
Raises `Blocked` where a limit of ours stops a request, `NoAnswer` where none came.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase

from talkstack_contract import __version__
from talkstack_contract.errors import Blocked
from talkstack_contract.model import Effect, Exchange, Header, Request
from talkstack_contract.provider.bodies import DEEPEST, DecodedResponse, NotJson, depth_of
from talkstack_contract.provider.pace import TOO_MANY, Pace, retry_after_s
from talkstack_contract.provider.pace import Account as SpendingAccount
from talkstack_contract.provider.redaction import REDACTED, SECRET_HEADERS, Secrets
from talkstack_contract.provider.settings import USER_ID, Account, Settings, account_of, is_loopback
from talkstack_contract.provider.transport import (
    Attempt,
    DecodeError,
    ProtocolError,
    TlsError,
    TransportError,
    be_strict,
    fields_of,
    framing_trouble_of,
    innermost,
    pieces_of,
    trouble_of_ours,
)

USER_AGENT = f"talkstack-contract/{__version__}"
TAKING_BACK = ("/teardown", "/clean-up")  # ends of the ids of exchanges that take something back
CHUNK_BYTES = 65_536
LEARNED_OF_AN_ANSWER = 10  # credentials: a login shows two
REASON_CHARACTERS = 200  # of a reason phrase: what is longer is cut
SHOWN_CHARACTERS = 60  # of the name of an encoding


class OnOurSide(Blocked):
    """What stands between us and a host: a certificate that we do not accept, a proxy that refuses."""


class NoAnswer(Blocked):
    """No HTTP answer: refused, reset or late. The caller decides whether that is the provider's fault.

    `received` is what had come of an answer before the deadline.
    """

    def __init__(self, reason: str, received: Exchange | None = None) -> None:
        super().__init__(reason)
        self.received = received


class _Late(requests.Timeout):
    """The deadline of a whole exchange is over; `received` is what had come before."""

    def __init__(self, deadline_s: float, received: Exchange | None) -> None:
        super().__init__(f"not whole after {deadline_s:g} s")
        self.received = received


class _Silent(Exception):
    """Nothing more came of an answer for as long as the deadline of its whole exchange."""


@dataclass
class _Counter:
    """What this process has sent so far."""

    requests: int = 0
    generated: int = 0


class Provider:
    """Sends requests to one provider, within its settings."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        account: SpendingAccount | None = None,
    ) -> None:
        self.settings = settings
        self.secrets = secrets
        spent = account or SpendingAccount(settings.limits.requests_at_once)
        self.pace = Pace(settings.limits, spent, clock, wait)
        self._counter = _Counter()
        self._lock = threading.Lock()
        self.connections = _Connections()  # kept alive for the whole run

    @property
    def requests_sent(self) -> int:
        """How many requests left so far for our own cases, those to the states URL too."""
        return self._counter.requests - self._counter.generated

    @property
    def generated_sent(self) -> int:
        """How many generated requests left so far, those of the generator's own checks too."""
        return self._counter.generated

    def session(
        self,
        effects: Callable[[str], Effect],
        exchange_id: str,
        received: Callable[[Exchange], None],
        deadline_s: float | None = None,
    ) -> requests.Session:
        """Make a guarded session; `effects` tells the effect of a method, `received` is called with each exchange."""
        deadline_s = deadline_s or self.settings.limits.exchange_s
        return _Session(self, _Adapter(self, effects, exchange_id, received, deadline_s))

    def send(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:
        """Send a request and return the exchange. Raises `NoAnswer`, or `Blocked` where a limit of ours stops it.

        Without a deadline of its own it has that of the settings.
        """
        for credential in (each.parameter for each in request.credentials):
            if credential.value != credential.shown:
                self.secrets.add(credential.value.rpartition(" ")[2], f"credential sent in {credential.name}")
        received: list[Exchange] = []
        session = self.session(lambda _: request.effect, exchange_id, received.append, deadline_s)
        headers = {header.name: header.value for header in request.headers}
        try:
            session.request(request.method, request.url, headers=headers, data=request.body or None)
        except requests.RequestException as error:
            raise self.no_answer(
                error, f"no answer from {request.method} {_origin(request.url)}", request.url
            ) from None
        exchange = received[0]
        self.learn(exchange, request.yields)
        names = {"User-Agent", "X-Request-Id", *(name for name, _ in self.settings.headers)}
        own = tuple(header for header in exchange.request.headers if header.name in names)
        return replace(exchange, request=replace(request, headers=(*request.headers, *own)))

    def learn(self, exchange: Exchange, paths: Iterable[tuple[str, ...]]) -> None:
        """Know the credentials that a success shows at the places that the contract marks."""
        answer = DecodedResponse(exchange)
        for path in paths if 200 <= exchange.status < 300 else ():
            with suppress(NotJson):
                for value in [each for _, each in answer.found(path) if isinstance(each, str)][:LEARNED_OF_AN_ANSWER]:
                    self.secrets.learn(value, "credential in an answer")

    def no_answer(self, error: Exception, told: str, url: str) -> Blocked:
        """Return what it means that no answer came: what stands on our side is never the provider's fault."""
        if ours := trouble_of_ours(error):
            proxy = proxy_of(url)
            if ours.startswith("the proxy"):
                return OnOurSide(f"{told}: {ours.replace('the proxy', f'the proxy {proxy}', 1)}")
            return OnOurSide(f"{told}: {ours}")
        by_way = f", by way of the proxy {proxy}" if (proxy := proxy_of(url)) else ""
        return NoAnswer(f"{told} ({_cause(error)}{by_way})", getattr(error, "received", None))

    def set_up(self, state: str, action: str, known_id: str = "") -> Account:
        """Bring about a provider state, or end it, at the states URL (Pact's convention).

        Sends `{"state", "action"}`; the answer may name an account, `{"user_id", "values": {}}` and its credentials.
        Raises `Blocked` unless the answer is a 2xx with JSON or nothing in it.
        """
        session = self.session(lambda _: Effect.READS, f"states/{action}", lambda _: None)
        body = {"state": state, "action": action} | ({USER_ID: known_id} if known_id else {})
        try:
            answer = session.post(self.settings.states_url, json=body)
            if not 200 <= answer.status_code < 300:
                raise requests.HTTPError(response=answer)
            given = answer.json() if answer.content.strip() else {}
        except (requests.RequestException, ValueError) as error:
            told = f"the provider state {state!r} could not be {_done(action)}"
            if isinstance(error, requests.RequestException) and not isinstance(
                error, (requests.HTTPError, requests.JSONDecodeError)
            ):
                raise self.no_answer(error, told, self.settings.states_url) from None
            raise Blocked(f"{told} ({_cause(error)})") from None
        given = given if isinstance(given, dict) else {}
        names = self.settings.names
        own = {key: str(given.get(key) or "") for key in (*names.credentials, USER_ID)}
        known = given.get("values")
        texts = {
            name: str(each) for name, each in (known if isinstance(known, dict) else {}).items() if each is not None
        }
        account = account_of(state, names, own, texts)
        for name, value in account.secrets():
            self.secrets.add(value, name)
        return account

    def pass_guard(self, effect: Effect, method: str, *, is_generated: bool, is_taking_back: bool = False) -> int:
        """Let one more request through, at the agreed pace, and return its number; or raise `Blocked`.

        What takes something back is let through even where the budget is used up.
        """
        if self.settings.missing:
            raise Blocked(self.settings.missing, of_run=True)
        if effect not in self.settings.allow:
            raise Blocked(f"{method} would have the effect {effect}, which is not allowed")
        self.pace.let_through(is_taking_back=is_taking_back)
        with self._lock:
            self._counter.requests += 1
            self._counter.generated += is_generated
            return self._counter.requests

    def pause(self, seconds: float) -> None:
        """Wait as a provider asked us to, and let nobody ask meanwhile."""
        self.pace.pause(seconds)


class _Connections(HTTPAdapter):
    """The connections of a run, which hold responses to the RFCs."""

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        super().init_poolmanager(*given, **options)
        be_strict(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **options)
        be_strict(manager)
        return manager


class _LeaveCredentials(AuthBase):
    """Keeps requests from looking into a netrc file, whose entry would replace even an explicit header."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Session(requests.Session):
    """A session that follows nothing it receives: no redirect, no netrc, no cookie kept."""

    def __init__(self, provider: Provider, adapter: "_Adapter") -> None:
        super().__init__()
        settings = provider.settings
        self.auth = _LeaveCredentials()
        self.headers.clear()
        self.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate", **dict(settings.headers)})
        self._ca_bundle = settings.ca_bundle
        self.cert = settings.client_certificate
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def merge_environment_settings(  # type: ignore[override]
        self, url: str, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """Ask this machine directly, others by way of the environment's proxy; the file's CA wins over any variable.

        Schemathesis passes a `verify` of its own: it has no say either.
        """
        if is_loopback(url) and url.startswith("http:"):  # nothing of the environment is about such a request
            return {"proxies": {}, "stream": stream or self.stream, "verify": self.verify, "cert": cert or self.cert}
        merged = super().merge_environment_settings(url, proxies, stream, verify, cert)
        if is_loopback(url):
            merged["proxies"] = {}
        if self._ca_bundle:
            merged["verify"] = self._ca_bundle
        return merged

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow none: a credential never goes where it was not sent."""


class _Adapter(BaseAdapter):
    """Sends one request within the guard and the deadline, and reads its answer whole."""

    def __init__(
        self,
        provider: Provider,
        effects: Callable[[str], Effect],
        exchange_id: str,
        received: Callable[[Exchange], None],
        deadline_s: float,
    ) -> None:
        super().__init__()
        self._provider, self._effects, self._exchange_id, self._received = provider, effects, exchange_id, received
        self._deadline_s = deadline_s

    def close(self) -> None:
        """Leave the connections to the provider, which outlives a session."""

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        """Send, and once more after a pause where the provider is asked too fast.

        Where no answer comes, what was sent is handed over all the same, as an exchange of status 0.
        """
        try:
            response, received = self._sent(request, options)
            if received.status == TOO_MANY:
                self._provider.pause(retry_after_s(received))
                response, received = self._sent(request, options)
        except OSError:  # requests' errors are such
            self._received(Exchange(self._exchange_id, self._request_of(request), 0, "", (), b"", "", 0.0))
            raise
        self._received(received)
        return response

    def _sent(self, request: requests.PreparedRequest, options: Any) -> tuple[requests.Response, Exchange]:
        method = request.method or "GET"
        is_generated = "/generated/" in self._exchange_id
        is_taking_back = self._exchange_id.endswith(TAKING_BACK)
        number = self._provider.pass_guard(
            self._effects(method), method, is_generated=is_generated, is_taking_back=is_taking_back
        )
        request.headers["X-Request-Id"] = f"{self._exchange_id}-{number}"
        options = {**options, "stream": True, "timeout": self._deadline_s}
        with self._provider.pace.place():
            return self._sent_within_the_deadline(request, options)

    def _sent_within_the_deadline(
        self, request: requests.PreparedRequest, options: Any
    ) -> tuple[requests.Response, Exchange]:
        """Send in a thread of its own, since no timeout of a socket bounds an answer that comes drop by drop."""
        under_way = _UnderWay(time.perf_counter(), datetime.now(UTC))
        outcome: list[tuple[requests.Response, Exchange] | Exception] = []

        def exchange() -> None:
            try:
                under_way.attempt.start()
                outcome.append(self._exchange(request, options, under_way))
            except Exception as error:  # noqa: BLE001 - handed over to the waiting thread, which raises it
                outcome.append(error)

        thread = threading.Thread(target=exchange, daemon=True)
        thread.start()
        thread.join(self._deadline_s)
        if not outcome:
            try:
                return self._at_the_deadline(request, under_way)
            finally:
                under_way.attempt.end()
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return outcome[0]

    def _exchange(
        self, request: requests.PreparedRequest, options: Any, under_way: "_UnderWay"
    ) -> tuple[requests.Response, Exchange]:
        response = under_way.response = self._provider.connections.send(request, **options)
        try:
            trouble = self._read(response, under_way.body)
        except _Silent:
            return self._at_the_deadline(request, under_way)
        return self._answered(request, response, trouble, under_way)

    def _at_the_deadline(
        self, request: requests.PreparedRequest, under_way: "_UnderWay"
    ) -> tuple[requests.Response, Exchange]:
        """Return what has come where its framing is wrong whatever the rest may be; else raise `_Late`."""
        response = under_way.response
        if response is None:
            raise _Late(self._deadline_s, None)
        if framing := framing_trouble_of(response.raw):
            return self._answered(request, response, framing, under_way)
        trouble = f"is not whole at the deadline, after {len(under_way.body)} bytes"
        raise _Late(self._deadline_s, self._received_of(request, response, bytes(under_way.body), trouble, under_way))

    def _answered(
        self, request: requests.PreparedRequest, response: requests.Response, trouble: str, under_way: "_UnderWay"
    ) -> tuple[requests.Response, Exchange]:
        body = bytes(under_way.body)
        if depth_of(body) > DEEPEST:
            raise Blocked(f"an answer is nested deeper than {DEEPEST} objects and lists")
        response._content = body  # what `response.content` would have read, had it not been read here
        return response, self._received_of(request, response, body, trouble, under_way)

    def _received_of(
        self,
        request: requests.PreparedRequest,
        response: requests.Response,
        body: bytes,
        trouble: str,
        under_way: "_UnderWay",
    ) -> Exchange:
        latency_ms = (time.perf_counter() - under_way.started_s) * 1000
        sent = self._request_of(request)
        reason = (response.reason or "")[:REASON_CHARACTERS]
        fields = fields_of(response.raw)
        status, started = response.status_code, under_way.started
        return Exchange(self._exchange_id, sent, status, reason, fields, body, trouble, latency_ms, started)

    def _request_of(self, request: requests.PreparedRequest) -> Request:
        body = _sent_body(request)
        return Request(request.method or "GET", request.url or "", self._shown(request), Effect.READS, body)

    def _shown(self, request: requests.PreparedRequest) -> tuple[Header, ...]:
        pairs = [(name, str(value)) for name, value in request.headers.items()]
        return tuple(Header(name, value, self._shown_value(name, value)) for name, value in pairs)

    def _shown_value(self, name: str, value: str) -> str:
        secrets = self._provider.secrets
        if name.lower() not in SECRET_HEADERS:
            return secrets.redacted(value)
        prefix, blank, credential = value.rpartition(" ")
        variable = secrets.variable_of(credential)
        return f"{prefix}{blank}{variable}" if variable else REDACTED

    def _read(self, response: requests.Response, body: bytearray) -> str:
        """Read an answer into `body`; return why that is not all of it, nothing where it is."""
        raw, limit = response.raw, self._provider.settings.limits.body_bytes
        trouble = ""
        try:
            for chunk in pieces_of(raw, CHUNK_BYTES):
                body += chunk
                if len(body) > limit:
                    raise Blocked(f"an answer is longer than {limit} bytes (limits.body_bytes)")
        except DecodeError:
            trouble = (
                f"does not decode as {response.headers.get('Content-Encoding', 'its encoding')[:SHOWN_CHARACTERS]}"
            )
        except TlsError as error:
            raise Blocked(f"TLS broke in the middle of an answer ({type(innermost(error)).__name__})") from None
        except ProtocolError as error:
            trouble = f"ends early, after {len(body)} bytes ({type(error).__name__})"
        except TransportError as error:
            if isinstance(innermost(error), TimeoutError):
                raise _Silent from None
            raise Blocked(f"an answer could not be read ({type(innermost(error)).__name__})") from None
        finally:
            missing = raw.length_remaining
            response.close()
        return framing_trouble_of(raw) or trouble or (f"ends early, after {len(body)} bytes" if missing else "")


@dataclass
class _UnderWay:
    """An exchange that goes on in a thread of its own: what has come of it so far."""

    started_s: float
    started: datetime
    attempt: Attempt = field(default_factory=Attempt)
    response: requests.Response | None = None
    body: bytearray = field(default_factory=bytearray)


def _sent_body(request: requests.PreparedRequest) -> bytes:
    """Return the body that was sent; none of ours is a stream."""
    body = request.body
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


def proxy_of(url: str) -> str:
    """Return the proxy by way of which a URL is asked, without user and password; nothing where there is none."""
    if is_loopback(url):
        return ""
    proxy = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)) or ""
    parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"


def _cause(error: Exception) -> str:
    """Name the innermost cause by its type: its text may hold a URL or a header."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"late: {error}" if "not whole" in str(error) else "late"
    return type(innermost(error)).__name__


def _origin(url: str) -> str:
    return url.partition("?")[0]


def _done(action: str) -> str:
    return "set up" if action == "setup" else "ended"
