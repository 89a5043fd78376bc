"""Mutations of whole exchanges: asked with another credential or twice, or given the answer of another one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.detection.mutating_proxy import Answer, Forward, HangUp, Relay, Request
from tests.detection.mutations import Clean, Credentials, Mutation

_BEARER = "Bearer "

# The credential headers of a request, by name.
_Sent = dict[str, str]

# How a careless provider may compare the secret that was sent with one it knows.
_CARELESS: dict[str, Callable[[str, str], bool]] = {
    "letter-case": lambda sent, known: sent.casefold() == known.casefold(),
    "beginning-of-it": lambda sent, known: known.startswith(sent),
    "more-than-it": lambda sent, known: sent.startswith(known),
    "length": lambda sent, known: len(sent) == len(known),
    "first-eight": lambda sent, known: sent[:8] == known[:8],
}


def exchange_mutations(clean: Clean) -> Iterator[Mutation]:
    """Every mutation of exchanges; the answers of `clean` are exchanged for one another."""
    yield from _swapped_answers(clean)
    yield from _other_accounts()
    yield from _careless_comparisons()
    yield from _lost_parts()
    yield from _out_of_step()
    yield from _hangups(clean)


def _stateless(name: str, relay: Relay) -> Mutation:
    return Mutation(f"exchange/{name}", lambda _: relay)


def _swapped_answers(clean: Clean) -> Iterator[Mutation]:
    """Each answer given where another is due, and a success payload under each other status."""
    for state, answer in clean.answers.items():
        for other in clean.answers:
            if other != state:
                yield Mutation(f"{state}/answered-as-{other}", _answering(answer.status, other))
        if state != "success":
            yield Mutation(f"{state}/with-body-of-success", _answering(answer.status, "success", keep=answer.status))


def _answering(status: int, other: str, keep: int | None = None) -> Callable[[Clean], Relay]:
    def start(clean: Clean) -> Relay:
        wrong = clean.answers[other]
        wrong = wrong.with_status(keep) if keep else wrong
        return lambda request, forward: wrong if (right := forward(request)).status == status else right

    return start


def _as(account: Credentials, request: Request) -> Request:
    """The same request with that account's credential of the same kind."""
    if request.header("x-api-key") is not None:
        request = request.with_header("x-api-key", account.api_key)
    if request.header("Authorization") is not None:
        request = request.with_header("Authorization", _BEARER + account.token)
    return request


def _other_accounts() -> Iterator[Mutation]:
    """A request with a good credential is answered for another account, whatever that one's state."""

    def swapping(concerned: Callable[[Request], bool]) -> Callable[[Clean], Relay]:
        def start(clean: Clean) -> Relay:
            def relay(request: Request, forward: Forward) -> Answer:
                right = forward(request)
                accepted = right.status != 401 and request.method == "GET"
                return forward(_as(clean.other, request)) if accepted and concerned(request) else right

            return relay

        return start

    yield Mutation("exchange/other-account-by-bearer", swapping(lambda r: r.header("Authorization") is not None))
    yield Mutation("exchange/other-account-by-api-key", swapping(lambda r: r.header("x-api-key") is not None))
    yield Mutation("exchange/other-account-with-a-query", swapping(lambda r: "?" in r.target))
    yield Mutation("exchange/other-account-every-second-time", _every_second(swapping(lambda _: True)))


def _every_second(start: Callable[[Clean], Relay]) -> Callable[[Clean], Relay]:
    def alternating(clean: Clean) -> Relay:
        turns, spoiling = _Turns(), start(clean)
        return lambda request, forward: spoiling(request, forward) if turns.next() % 2 else forward(request)

    return alternating


@dataclass
class _Turns:
    """Counts requests, which may come at the same time."""

    count: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> int:
        with self.lock:
            self.count += 1
            return self.count


def _careless_comparisons() -> Iterator[Mutation]:
    """A refused secret is taken for the accepted one that it resembles, or any refusal is waved through."""
    for name, resembles in _CARELESS.items():
        yield Mutation(f"exchange/secret-compared-by-{name}", _waving_through(_resembling(resembles)))
    yield Mutation("exchange/nobody-accepted", _waving_through(lambda sent, known: known if not sent else None))
    yield Mutation("exchange/any-scheme-accepted", _waving_through(_under_another_scheme))
    yield Mutation("exchange/any-secret-accepted", _waving_through(lambda _, known: known))


def _resembling(resembles: Callable[[str, str], bool]) -> Callable[[_Sent, _Sent], _Sent | None]:
    def accepted(sent: _Sent, known: _Sent) -> _Sent | None:
        return known if sent.keys() == known.keys() and all(_alike(sent[n], known[n]) for n in sent) else None

    def _alike(sent: str, known: str) -> bool:
        secret = sent.removeprefix(_BEARER).strip()
        return bool(secret) and resembles(secret, known.removeprefix(_BEARER))

    return accepted


def _under_another_scheme(sent: _Sent, known: _Sent) -> _Sent | None:
    same = sent.get("Authorization", "").rpartition(" ")[2] == known.get("Authorization", "none").rpartition(" ")[2]
    return known if same else None


def _sent(request: Request) -> _Sent:
    return {name: value for name in ("Authorization", "x-api-key") if (value := request.header(name)) is not None}


def _waving_through(accepted: Callable[[_Sent, _Sent], _Sent | None]) -> Callable[[Clean], Relay]:
    """Remembers what was sent with each success; a refusal is asked again with what `accepted(sent, known)` returns.

    One account is known from the start, since a run may ask without a credential before it asks with one.
    """

    def start(clean: Clean) -> Relay:
        known: list[_Sent] = [{"Authorization": _BEARER + clean.other.token}, {"x-api-key": clean.other.api_key}]

        def relay(request: Request, forward: Forward) -> Answer:
            answer, sent = forward(request), _sent(request)
            if answer.status == 200 and sent not in known:
                known.append(sent)
            takes = [better for one in known if answer.status == 401 and (better := accepted(sent, one))]
            return forward(_bearing(request, takes[0])) if takes else answer

        return relay

    return start


def _bearing(request: Request, sent: _Sent) -> Request:
    for name in ("Authorization", "x-api-key"):
        request = request.with_header(name, sent.get(name))
    return request


def _lost_parts() -> Iterator[Mutation]:
    """Something of the request never reaches the provider."""
    for name in ("Authorization", "x-api-key", "Accept", "User-Agent", "X-Request-Id"):
        yield _stateless(f"{name.lower()}-lost", _losing(name))
    yield _stateless("query-lost", lambda r, forward: forward(Request(r.method, r.path, r.headers, r.body)))
    yield _stateless("every-method-as-get", lambda r, forward: forward(Request("GET", r.target, r.headers)))


def _losing(header: str) -> Relay:
    return lambda request, forward: forward(request.with_header(header, None))


def _out_of_step() -> Iterator[Mutation]:
    """Asked twice, or answered with what an earlier request was told."""
    yield _stateless("forwarded-twice", lambda request, forward: (forward(request), forward(request))[1])
    yield Mutation("exchange/answer-of-the-one-before", lambda _: _AnswerBefore())
    yield Mutation("exchange/first-answer-forever", lambda _: _Cache(lambda _: None))
    yield Mutation("exchange/cached-by-path", lambda _: _Cache(lambda request: (request.method, request.path)))
    yield Mutation("exchange/cached-by-all-that-counts", lambda _: _Cache(_all_that_counts))


def _all_that_counts(request: Request) -> object:
    return request.method, request.path, tuple(_sent(request).items())


@dataclass
class _AnswerBefore:
    """Off by one: what is answered is what the request before was due."""

    before: Answer | None = None

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        before, self.before = self.before, answer
        return before or answer


@dataclass
class _Cache:
    """Remembers the first answer for each key and gives it again."""

    key: Callable[[Request], object]
    kept: dict[object, Answer] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        key = self.key(request)
        if key not in self.kept:
            self.kept[key] = forward(request)
        return self.kept[key]


def _hangups(clean: Clean) -> Iterator[Mutation]:
    """The connection is closed instead of an answer of that status: always, or once in a run."""

    def hanging_up(status: int, first_only: bool) -> Callable[[Clean], Relay]:
        def start(_: Clean) -> Relay:
            turns = _Turns()

            def relay(request: Request, forward: Forward) -> Answer:
                answer = forward(request)
                if answer.status == status and (turns.next() == 0 or not first_only):
                    raise HangUp
                return answer

            return relay

        return start

    for state, answer in clean.answers.items():
        yield Mutation(f"{state}/hung-up", hanging_up(answer.status, first_only=False))
        yield Mutation(f"{state}/hung-up-once", hanging_up(answer.status, first_only=True))
