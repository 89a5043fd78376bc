"""What a mutation is, and the clean answers that mutations and variants are made from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.detection.mutating_proxy import Answer, Forward, Relay, Request, forward_to

PATH = "/user/get-active-project"

# The provider states whose answers are taken, under the short names that mutants carry.
STATES = {"success": "an active project", "no-project": "no active project", "failing": "the provider fails inside"}


@dataclass(frozen=True)
class Credentials:
    """What one account is asked with."""

    token: str
    api_key: str


@dataclass(frozen=True)
class Clean:
    """The untouched answers, by the state that they show, and an account that no run asks for."""

    answers: Mapping[str, Answer]
    other: Credentials


@dataclass(frozen=True)
class Mutation:
    """One way to spoil a provider; `start` gives the relay of one run, so that its memory does not outlive the run."""

    name: str
    start: Callable[[Clean], Relay]


def taken_clean(base_url: str) -> Clean:
    """The answers of that provider to fresh accounts in each state, and to nobody (`refused`)."""
    forward = forward_to(base_url)
    accounts = {name: _account_in(state, forward) for name, state in STATES.items()}
    answers = {name: forward(_asking(account)) for name, account in accounts.items()}
    return Clean(answers | {"refused": forward(Request("GET", PATH))}, accounts["success"])


def _account_in(state: str, forward: Forward) -> Credentials:
    body = json.dumps({"state": state, "action": "setup"}).encode()
    headers = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
    made = json.loads(forward(Request("POST", "/_states", headers, body)).body)
    return Credentials(made["token"], made["api_key"])


def _asking(account: Credentials) -> Request:
    return Request("GET", PATH, (("Authorization", f"Bearer {account.token}"),))
