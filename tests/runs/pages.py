"""A docs page of an operation of the contract, written from the contract itself in the layout of its vendor's pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

from talkstack_contract.docs.contracts.promised import PromisedOperation, promised_operations
from talkstack_contract.docs.facts import FactKind
from tests.unit.small_contract import small_contract

COMPONENT = "get-active-project.json"


def page_text(schemas: Path | None = None) -> str:
    """Return the page of the one operation of the small contract: it says what the contract says."""
    folder = schemas or small_contract()
    [operation] = promised_operations(folder)
    body = json.loads((folder / "components" / COMPONENT).read_text(encoding="utf-8"))["examples"][0]
    lines = [operation.title, "", "Step 1: Prepare Your Request", "", *_request(operation)]
    lines += [
        "Step 2: Handle the response",
        "",
        "Success Response:",
        "",
        "  • Status Code: 200 OK",
        "",
        "  • Body:",
        "",
    ]
    lines += [*json.dumps(body, indent=4).split("\n"), "", "Troubleshooting", ""]
    for code, phrase in _values(operation, FactKind.ERROR_STATUS):
        lines += [f"  • {code} {phrase}: As it happens.", ""]
    return "\n".join([*lines, "PreviousOneNextTwo", "", "Last updated 2 months ago", ""])


def _request(operation: PromisedOperation) -> list[str]:
    said = {kind: operation.promises[kind, ""].value for kind in (FactKind.HOST, FactKind.CREDENTIAL)}
    lines = [f"  • Endpoint: {operation.path}", "", f"  • Method: {operation.method}", ""]
    lines += [f"  • URL: https://{said[FactKind.HOST]}{operation.path}", ""]
    for name, value in _values(operation, FactKind.HEADER):
        lines += [f"  • Headers: Include {name}: {value}.", ""]
    return [*lines, f"  • Authorization: {said[FactKind.CREDENTIAL]}", ""]


def _values(operation: PromisedOperation, kind: FactKind) -> list[tuple[str, str]]:
    return [(name, str(promise.value)) for (each, name), promise in operation.promises.items() if each is kind]


def forbidden(text: str) -> str:
    """Return a page that prints a 403 where it printed a 404."""
    return re.sub(r"404 [A-Za-z ]+:", "403 Forbidden:", text)
