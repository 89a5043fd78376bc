"""Providers to ask, and the provider files that lead to them: of the reference provider, changed as a test needs it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reference_provider import Reference, serve
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request, serve_proxy, untouched
from tests.runs.suite_process import Finished, run_suite

ACTIVE, EMPTY = "an active project", "no active project"
SUITABLE_LENGTH = 32

Provider = dict[str, Any]
Change = Callable[[Provider], Provider]


def provider_of(reference: Reference, base_url: str = "") -> Provider:
    """What a provider file of the reference provider says; `base_url` leads to it by a proxy."""
    accounts = {
        state: {"token": account.token, "api_key": account.api_key, "user_id": account.user_id}
        for state, account in reference.accounts.items()
    }
    return {
        "base_url": base_url or reference.base_url,
        "allow": ["reads", "writes"],
        "accounts": accounts,
        "states": {"url": reference.states_url},
    }


def written(file: Path, provider: Provider) -> str:
    """Writes the provider file, and returns its name for `--provider`."""
    file.write_text("".join(f"{key} = {_toml(value)}\n" for key, value in provider.items()))
    return str(file)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(entry)}" for key, entry in value.items()) + "}"
    return json.dumps(value)  # ASCII texts, numbers, truths and lists are written as in JSON


def ask(
    folder: Path, *words: str, faults: Sequence[str] = (), relay: Relay = untouched, change: Change = dict
) -> Finished:
    """Runs the suite against the reference provider with these faults, behind a proxy with this relay."""
    with serve(faults=faults) as reference, serve_proxy(reference.base_url, relay) as proxy:
        provider = change(provider_of(reference, proxy.base_url))
        run = run_suite(folder, "--provider", written(folder / "provider.toml", provider), *words)
    assert proxy.failures == []
    return run


def with_credentials(change: Callable[[dict[str, str]], dict[str, str]]) -> Change:
    """The change that does so to every account."""
    return lambda provider: (
        provider | {"accounts": {state: change(account) for state, account in provider["accounts"].items()}}
    )


def without(*keys: str) -> Change:
    """The change that leaves these keys out."""
    return lambda provider: {key: value for key, value in provider.items() if key not in keys}


def wrong_token(account: dict[str, str]) -> dict[str, str]:
    return account | {"token": "t" * SUITABLE_LENGTH}


def wrong_key(account: dict[str, str]) -> dict[str, str]:
    return account | {"api_key": "k" * SUITABLE_LENGTH}


def always(status: int) -> Relay:
    """The relay that answers everything so."""
    return lambda *_: empty_answer(status)


def empty_answer(status: int) -> Answer:
    return Answer(200, "", (), b"").with_status(status).with_body(b"")


def when(concerns: Callable[[Request], bool], relay: Relay) -> Relay:
    """The relay that treats only these requests so."""

    def chosen(request: Request, forward: Forward) -> Answer:
        return relay(request, forward) if concerns(request) else forward(request)

    return chosen


@contextmanager
def dead_port() -> Iterator[str]:
    """The base URL of a port that refuses: it is taken, so that nobody else can listen there meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def silent_port() -> Iterator[str]:
    """The base URL of a port that accepts every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
