"""A provider of the billing API without a network: it keeps invoices by owner, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.errors import Blocked
from talkstack_contract.model import Case, Effect, Exchange, Request
from talkstack_contract.provider.client import NoAnswer, Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Account, Credential, Settings
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.unit.contracts import billing_contract
from tests.unit.setting_names import ACTIVE, EXPIRED, OTHER, credentials

NAMES = billing_contract().setting_names
BASE = "http://127.0.0.1:9"
STATES = f"{BASE}/_states"
CASES = {case.id: case for case in derive_cases(billing_contract())}
JSON = (("Content-Type", "application/json"),)


def account(state: str, name: str, **values: str) -> Account:
    """Make an account that the settings give, with a token, a key and a user id of that name."""
    token, key = Credential(f"token-of-{name}", "TOKEN"), Credential(f"key-of-{name}", "KEY")
    return Account(state, credentials(token, key), f"user-{name}", values)


OPENS = {"email": "anna@example.test", "password": "pass-word-1"}
OWNS = {"invoiceId": "invoice-mine-1", "invoiceTitle": "Mine", "rateId": "rate-eur", "e164": "+15550001"}
MINE = account(ACTIVE, "mine", **OPENS, **OWNS)
THEIRS = account(OTHER, "theirs", invoiceId="invoice-theirs-1", invoiceTitle="Theirs")
LATE = account(EXPIRED, "late")
GIVEN = {each.state: each for each in (MINE, THEIRS, LATE)}


def settings(
    accounts: Mapping[str, Account] = GIVEN, states_url: str = "", allow: frozenset[Effect] = frozenset(Effect)
) -> Settings:
    return Settings(BASE, False, allow, accounts, {"calls_base_url": BASE}, states_url, names=NAMES)


@dataclass(frozen=True)
class Asked:
    """A request as it came in: method and path, the name of whoever asked, the decoded body."""

    line: str
    who: str
    body: Any
    id: str


@dataclass
class World:
    """What a provider keeps: who owns each invoice, by id. `broken` answers in place of what it would do, by line."""

    owners: dict[str, str] = field(default_factory=lambda: {"invoice-mine-1": "mine", "invoice-theirs-1": "theirs"})
    asked: list[Asked] = field(default_factory=list)
    states: list[tuple[str, str, str]] = field(default_factory=list)
    broken: dict[str, Callable[[], tuple[int, Any]]] = field(default_factory=dict)
    made: int = 0
    opened: int = 0

    def lines(self, *methods: str) -> list[str]:
        return [each.line for each in self.asked if not methods or each.line.split()[0] in methods]


class Billing(Provider):
    """Sends nothing; two of them with one world are two runs against one provider."""

    def __init__(self, given: Settings, world: World | None = None) -> None:
        super().__init__(given, Secrets(given.secrets()))
        self.world = world or World()

    def send(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:  # noqa: ARG002
        self.pass_guard(request.effect, request.method, is_generated=False)
        sent = {header.name: header.value for header in request.headers}
        who = (sent.get("Authorization", "") + sent.get("x-api-key", "")).rpartition("-of-")[2]
        line = f"{request.method} {unquote(urlsplit(request.url).path)}"
        is_json = sent.get("Content-Type") == "application/json"
        body = json.loads(request.body) if is_json else request.body
        self.world.asked.append(Asked(line, who, body, exchange_id))
        status, answer = self._answer(line, who, body)
        if not status:
            raise NoAnswer(f"no answer from {line}")
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        exchange = Exchange(exchange_id, request, status, "Reason", JSON, content, "", 1.0)
        self.learn(exchange, request.yields)
        return exchange

    def _answer(self, line: str, who: str, body: Any) -> tuple[int, Any]:
        if line in self.world.broken:
            return self.world.broken[line]()
        method, _, path = line.partition(" ")
        if path == "/sessions":
            return 200, {"message": "m", "status": "success", "user": {"id": "user-mine"}, "accessToken": "a" * 20}
        if not who:
            return 401, {"message": "who asks"}
        if line == "POST /invoices":
            return self._made(who, body)
        known = body.get("invoiceId", "") if path == "/invoices/search" else path.removeprefix("/invoices/")
        if path.startswith("/invoices/") and self.world.owners.get(known) != who:
            return 404, {"message": "no such invoice"}
        if method == "DELETE":
            del self.world.owners[known]
        return 200, self._shown(known, who, "Title")

    def _made(self, who: str, body: Any) -> tuple[int, Any]:
        if not body.get("title"):
            return 400, {"message": "no title"}
        self.world.made += 1
        made = f"invoice-made-{self.world.made}"
        self.world.owners[made] = who
        return 200, self._shown(made, who, body["title"])

    @staticmethod
    def _shown(known: str, who: str, title: str) -> dict[str, Any]:
        invoice = {"id": known, "user_id": f"user-{who}", "title": title, "amount": 1200}
        return {"message": "m", "status": "success", "invoice": invoice}

    def set_up(self, state: str, action: str, known_id: str = "") -> Account:
        self.world.states.append((state, action, known_id))
        given = self.world.broken.get(f"{action} {state}")
        status, answer = given() if given else (200, None)
        if status != 200:
            raise (Blocked if status else NoAnswer)(f"{action} of {state} failed")
        if action == "teardown" or answer == {}:
            return Account(state)
        self.world.opened += 1
        name = f"new{self.world.opened}"
        self.world.owners[f"invoice-{name}"] = name
        made = account(state, name, invoiceId=f"invoice-{name}", invoiceTitle=name, email=f"{name}@example.test")
        for value, secret in made.secrets():
            self.secrets.add(secret, value)
        return made


def refused(status: int = 400, answer: Any = None) -> Callable[[], tuple[int, Any]]:
    return lambda: (status, answer if answer is not None else {"message": "no"})


def accounts_of(given: Settings, world: World | None = None, ledger: Ledger | None = None) -> Accounts:
    provider = Billing(given, world)
    return Accounts(list(CASES.values()), provider, ledger or Ledger(), "n")


def world_of(accounts: Accounts) -> World:
    assert isinstance(accounts.provider, Billing)
    return accounts.provider.world


def ask(accounts: Accounts, *names: str) -> list[Exchange]:
    """Ask these cases as a run does, without judging them."""
    return [_asked(accounts, CASES[name]) for name in names]


def _asked(accounts: Accounts, case: Case) -> Exchange:
    request = accounts.request(case)
    entry = accounts.about_to_send(case)
    try:
        exchange = accounts.provider.send(request, case.id)
    except NoAnswer as error:
        exchange = Exchange(case.id, request, 0, error.reason, (), b"", "", 0.0)
    accounts.came_back(case, entry, exchange)
    return exchange


def asked_by(world: World, lines: Sequence[str] = ()) -> dict[str, list[str]]:
    """Say who asked what, in the order of asking."""
    found: dict[str, list[str]] = {}
    for each in world.asked:
        if not lines or each.line in lines:
            found.setdefault(each.who, []).append(each.line)
    return found
