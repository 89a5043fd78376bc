"""A small client over one kept connection, for the tests of the reference provider."""

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from reference_provider import Account, Reference

PATH = "/user/get-active-project"


@dataclass(frozen=True)
class Reply:
    """What came back, or the name of what was raised instead."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    trouble: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Sends requests to a running reference provider."""

    def __init__(self, base_url: str, timeout_s: float = 10) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(base_url).netloc, timeout=timeout_s)

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        document: Any = None,
        body: bytes | None = None,
    ) -> Reply:
        body = body if document is None else json.dumps(document).encode()
        self.connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = self.connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
        return Reply(answer.status, names, answer.read())

    def get(self, headers: Mapping[str, str] | None = None, path: str = PATH) -> Reply:
        return self.send("GET", path, headers)

    def order(self, state: str, action: str = "setup", **others: str) -> Reply:
        return self.send("POST", "/_states", document={"state": state, "action": action, **others})


@contextmanager
def client_of(reference: Reference, timeout_s: float = 10, base_url: str | None = None) -> Iterator[Client]:
    client = Client(base_url or reference.base_url, timeout_s)
    try:
        yield client
    finally:
        client.connection.close()


def bearer(account: Account) -> dict[str, str]:
    return {"Authorization": f"Bearer {account.token}"}


def api_key(account: Account) -> dict[str, str]:
    return {"x-api-key": account.api_key}
