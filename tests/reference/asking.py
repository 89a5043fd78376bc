"""Asks any of the 33 operations about the things of an account, by the names of its values."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]

from reference_provider import Reference, serve
from reference_provider.operations import OPERATION_BY_ID
from reference_provider.server import system_clock
from reference_provider.states import ACTIVE_PROJECT
from tests.reference.client import Client, Reply, client_of

BOUNDARY = b"sheet-boundary"
JSON_TYPE = "application/json"
SHEET = b"number,dynamicVariables\n+999123456789,\n"

BODIES: dict[str, dict[str, Any]] = {
    "signUp": {"email": "new.one@example.test", "password": "six words", "name": "Nadir"},
    "verifyEmail": {"email": "{email}", "code": "{code}"},
    "resendVerificationCode": {"email": "{email}"},
    "logIn": {"email": "{email}", "password": "{password}"},
    "refreshToken": {"refreshToken": "{refreshToken}"},
    "changePassword": {"oldPassword": "{password}", "newPassword": "seven words"},
    "forgotPassword": {"email": "{email}"},
    "resetPassword": {"token": "{resetToken}", "newPassword": "seven words"},
    "setActiveProject": {"projectId": "{projectId}"},
    "createProject": {"name": "Paper boat", "description": "Calls at noon."},
    "updateProject": {"name": "Glass boat", "description": "Calls at one."},
    "deleteProject": {"cascade": True},
    "addWebhook": {"projectId": "{projectId}", "webhookURL": "https://hooks.example.test/new"},
    "getActiveAgent": {"projectId": "{projectId}"},
    "setActiveAgent": {"projectId": "{projectId}", "active_agent": "{agentId}"},
    "createAgent": {
        "name": "Wren",
        "systemInstruction": "Ask for a day.",
        "projectId": "{projectId}",
        "phoneNumber": "{freeE164}",
        "voice_id": "{voiceId}",
    },
    "getAgent": {"projectId": "{projectId}", "agentId": "{agentId}"},
    "updateAgent": {"projectId": "{projectId}", "agentId": "{agentId}", "name": "Robin"},
    "deleteAgent": {"projectId": "{projectId}", "agentId": "{agentId}"},
    "makeCall": {"agentId": "{agentId}", "projectId": "{projectId}", "number": "+999123456789"},
    "getCall": {"sid": "{callId}", "projectId": "{projectId}"},
    "listCalls": {"projectId": "{projectId}"},
    "analyzeCall": {"sid": "{callId}", "questions": [{"question": "Was a day named?", "type": "Boolean"}]},
    "batchCall": {"projectId": "{projectId}", "agentId": "{agentId}"},
    "getPhoneNumber": {"phoneNumberId": "{phoneNumberId}"},
    "assignPhoneNumber": {"e164": "{freeE164}", "agentId": "{agentId}", "projectId": "{projectId}"},
}
"""What a good request sends, with the values of the asking account in braces. The others send no body."""

STATE_OF = {
    "verifyEmail": "an unverified account",
    "resendVerificationCode": "an unverified account",
    "resetPassword": "a forgotten password",
}
"""The provider state in which a good request succeeds, where it is another than an active project."""


@dataclass(frozen=True)
class Asker:
    """An account in some provider state, and a client for each of the two hosts."""

    clients: Mapping[str, Client]
    token: str
    api_key: str
    user_id: str
    values: Mapping[str, str]

    def ask(
        self,
        operation_id: str,
        changes: Mapping[str, Any] | None = None,
        *,
        query: str = "",
        sheet: bytes = SHEET,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A good request with these fields changed, or left out where the change is `...`."""
        operation = OPERATION_BY_ID[operation_id]
        body = filled(BODIES.get(operation_id, {}), self.values) | dict(changes or {})
        body = {name: value for name, value in body.items() if value is not ...}
        path = filled(operation.path.replace("{voice_id}", "{voiceId}"), self.values) + query
        kind, text = form_of(body, sheet) if operation_id == "batchCall" else (JSON_TYPE, json.dumps(body).encode())
        known = {"Authorization": f"Bearer {self.token}"} if headers is None and self.token else dict(headers or {})
        return self.clients[operation.host].send(operation.method, path, known | {"Content-Type": kind}, body=text)

    def about(self, other: "Asker", *names: str) -> "Asker":
        """The same account, that names these things of another one, or all of them."""
        return replace(self, values={**self.values, **{name: other.values[name] for name in names or other.values}})


def filled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with the values in place of their names in braces; a name without value stays as it is."""
    if isinstance(template, str):
        return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, dict):
        return {name: filled(value, values) for name, value in template.items()}
    return [filled(value, values) for value in template] if isinstance(template, list) else template


def form_of(fields: Mapping[str, str], sheet: bytes) -> tuple[str, bytes]:
    """A form with these fields and the sheet as `file`: its media type and its bytes. `file` in fields renames it."""
    name = fields.get("file", "file")
    parts = [f'form-data; name="{field}"\r\n\r\n{value}'.encode() for field, value in fields.items() if field != "file"]
    parts.append(f'form-data; name="{name}"; filename="numbers.csv"\r\n\r\n'.encode() + sheet)
    lines = b"".join(b"--" + BOUNDARY + b"\r\nContent-Disposition: " + part + b"\r\n" for part in parts)
    return f"multipart/form-data; boundary={BOUNDARY.decode()}", lines + b"--" + BOUNDARY + b"--\r\n"


def xlsx(*rows: list[Any]) -> bytes:
    """A workbook of one sheet with these rows."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


class Opening:
    """Opens accounts of one running provider in any provider state."""

    def __init__(self, reference: Reference, clients: Mapping[str, Client]) -> None:
        self.reference = reference
        self.clients = clients

    def __call__(self, state: str = ACTIVE_PROJECT) -> Asker:
        made = self.clients["api"].order(state).json
        return Asker(self.clients, made["token"], made["api_key"], made["user_id"], made["values"])

    def for_success(self, operation_id: str) -> Asker:
        """An account in the state in which this operation succeeds."""
        return self(STATE_OF.get(operation_id, ACTIVE_PROJECT))


@contextmanager
def opening(clock: Callable[[], datetime] = system_clock, random: Random | None = None) -> Iterator[Opening]:
    """A provider of its own, by this clock."""
    with (
        serve(clock=clock, random=random) as reference,
        client_of(reference) as api,
        client_of(reference, base_url=reference.calls_base_url) as calls,
    ):
        yield Opening(reference, {"api": api, "calls": calls})
