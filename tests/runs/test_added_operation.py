"""Adding an operation takes one path item and its schemas: those that CONTRIBUTING shows are added and asked for."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from talkstack_contract.contract.cases import GENERATED, derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.judging.decision import documented_responses
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Contract, Effect, Judgement, RequirementLevel, Verdict
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Settings
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.unit.contracts import billing_folder, promised

GUIDE = Path(__file__).parents[2] / "CONTRIBUTING.md"
BLOCK = re.compile(r"^```(yaml|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"/invoices/([^/]+)/receipts")
EVERYTHING = frozenset(Effect)


def blocks() -> Iterator[tuple[str, str]]:
    """Yield file and text of each block of the section: a comment names the file, or the `$id` of a component."""
    section = GUIDE.read_text(encoding="utf-8").partition("## Add an operation\n")[2].partition("\n## ")[0]
    for language, text in BLOCK.findall(section):
        first = text.partition("\n")[0]
        name = f"components/{json.loads(text)['$id']}" if language == "json" else first.removeprefix("# schemas/")
        yield name.partition(":")[0], text


def added(folder: Path) -> Contract:
    """Add what the guide shows to a contract, and leave only that operation in it."""
    for name, text in blocks():
        if name == "openapi.yaml":
            root = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
            text = yaml.safe_dump({**root, **yaml.safe_load(text)})
        (folder / name).write_text(text, encoding="utf-8")
    return load_contract(folder)


# A provider of it


@dataclass
class World:
    """Who there is, by credential, and whose invoice is which; `spoil` changes a sound answer."""

    spoil: Callable[["World", int, Any], tuple[int, Any]]
    users: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    opened: int = 0

    def set_up(self, state: str) -> Any:
        self.opened += 1
        user, token, key, invoice = (f"{name}-{self.opened:04}-of-the-test" for name in ("user", "tok", "Key", "inv"))
        is_late = state == "an expired token"
        self.users |= {f"x-api-key {key}": user} | ({} if is_late else {f"Bearer {token}": user})
        self.invoices[invoice] = user
        return {"token": token, "api_key": key, "user_id": user, "values": {"invoiceId": invoice}}

    def answer(self, path: str, credential: str, body: Any) -> tuple[int, Any]:
        found, user = PATH.fullmatch(path), self.users.get(credential)
        if user is None:
            return 401, {"message": "say who you are"}
        if not found or self.invoices.get(found[1]) != user:
            return 404, {"message": "no such invoice"}
        email, language = body.get("email"), body.get("language")
        if not (isinstance(email, str) and "@" in email and isinstance(language, str) and language):
            return 400, {"message": "email and language, please"}
        receipt = {"user_id": user, "invoice_id": found[1], "email": email}
        return 200, {"message": "receipt sent.", "status": "success", "receipt": receipt}


@contextmanager
def serving(world: World) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            if self.path == "/_states":
                status, answer = 200, world.set_up(body["state"]) if body["action"] == "setup" else {}
            else:
                key = self.headers.get("x-api-key")
                credential = f"x-api-key {key}" if key is not None else self.headers.get("Authorization", "")
                status, answer = world.spoil(world, *world.answer(self.path, credential, body))
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def sound(_: World, status: int, answer: Any) -> tuple[int, Any]:
    return status, answer


# What a run finds


def judged(contract: Contract, world: World) -> list[Judgement]:
    """Ask every case that is derived, and judge every clause."""
    cases = [case for case in derive_cases(contract) if case.kind != GENERATED]
    with serving(world) as url:
        names = contract.setting_names
        settings = Settings(url, False, EVERYTHING, {}, states_url=f"{url}/_states", names=names)
        provider = Provider(settings, Secrets(), wait=lambda _: None)
        run = Run(cases, Accounts(cases, provider, Ledger(), "n"), (), date(2026, 11, 24))
        found = [run.judgement(case, clause) for case in cases for clause in case.clauses]
        run.accounts.close()
        provider.connections.close()
    assert run.accounts.left_behind == []
    return found


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return added(billing_folder(tmp_path / "schemas"))


def test_operation_is_added_by_files_that_the_guide_shows(contract: Contract) -> None:
    [operation] = contract.operations
    names = [name for name, _ in blocks()]
    assert ((operation.id, [each.status for each in operation.documented_responses]), names) == (
        ("sendReceipt", [200, 400, 401, 404]),
        [
            "openapi.yaml",
            "paths/receipts.yaml",
            "components/send-receipt-request.json",
            "components/send-receipt.json",
        ],
    )


def test_cases_follow_from_it(contract: Contract) -> None:
    names = {case.name for case in derive_cases(contract)}
    expected = {
        *("by-bearer", "by-api-key", "email-absent", "language-absent", "email-malformed", "language-empty"),
        *("invoice-id-unknown", "invoice-id-malformed", "invoice-id-foreign", "no-credential", "wrong-key"),
    }
    assert expected - names == set()


def test_provider_that_keeps_its_promises_is_upheld_in_every_pair(contract: Contract) -> None:
    found = judged(contract, World(sound))
    pairs = documented_responses(promised(contract, derive_cases(contract)), found, RequirementLevel.ADVICE)
    assert ([pair.verdict for pair in pairs], {each.verdict for each in found}) == (
        [Verdict.UPHELD] * 4,
        {Verdict.UPHELD},
    )


def lets_everyone_in(_: World, status: int, answer: Any) -> tuple[int, Any]:
    sent = {"message": "m", "status": "success", "receipt": {"user_id": "u", "invoice_id": "i", "email": "a@b.test"}}
    return (200, sent) if status == 401 else (status, answer)


def shows_whose_it_is(world: World, status: int, answer: Any) -> tuple[int, Any]:
    return (
        (404, {"message": f"not yours but one of {' '.join(world.users.values())}"})
        if status == 404
        else (status, answer)
    )


def leaves_the_email_out(_: World, status: int, answer: Any) -> tuple[int, Any]:
    return status, {**answer, "receipt": {**answer["receipt"], "email": None}} if status == 200 else answer


def names_another_invoice(_: World, status: int, answer: Any) -> tuple[int, Any]:
    return status, {**answer, "receipt": {**answer["receipt"], "invoice_id": "inv-0"}} if status == 200 else answer


def answers_422(_: World, status: int, answer: Any) -> tuple[int, Any]:
    return (422 if status == 400 else status), answer


BROKEN = {
    "lets-everyone-in": (lets_everyone_in, "no-credential/status.is-401"),
    "shows-whose-it-is": (shows_whose_it_is, "invoice-id-foreign/body.shows-nothing-of-another-account"),
    "leaves-the-email-out": (leaves_the_email_out, "by-bearer/body.receipt-email-is-text"),
    "names-another-invoice": (names_another_invoice, "by-bearer/answer.shows-invoice-id"),
    "answers-422": (answers_422, "email-absent/status.is-400"),
}


@pytest.mark.parametrize(("spoil", "clause"), BROKEN.values(), ids=BROKEN)
def test_provider_that_breaks_one_is_caught(
    contract: Contract, spoil: Callable[[World, int, Any], tuple[int, Any]], clause: str
) -> None:
    violated = {
        f"{each.case}/{each.clause}" for each in judged(contract, World(spoil)) if each.verdict is Verdict.VIOLATED
    }
    assert clause in violated
