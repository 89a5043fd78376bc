"""A server that only pretends: requests are changed on their way, so that what is answered did not happen."""

import json
import os
from dataclasses import dataclass, replace
from urllib.parse import unquote

from examples.jupyter.server import VARIABLE
from examples.real_server.proxy import Received, Sent

CONTENTS = "/api/contents/"
JSON = (("Content-Type", "application/json"),)
WHEN = "2026-11-29T00:00:00Z"
NO_CONTENT = 204
OF_A_BODY = ("content-type", "content-length")


def let_in(request: Sent) -> Sent:
    """Put the token of the server in the place of whatever credential a request has."""
    path, _, query = request.path.partition("?")
    pairs = [pair for pair in query.split("&") if pair and not pair.startswith("token=")]
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    headers["Authorization"] = f"token {os.environ[VARIABLE]}"
    return replace(request, path="?".join([path, *filter(None, ["&".join(pairs)])]), headers=headers)


def instead_read(request: Sent) -> Sent:
    """Look at an entry instead of changing it."""
    headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_A_BODY}
    return replace(request, method="GET", headers=headers, body=b"")


def gone(_: Received) -> Received:
    """Say that an entry was removed."""
    return Received(NO_CONTENT, (("Location", CONTENTS),), b"")


@dataclass
class Pretence:
    """Says that an entry has the path that a request gave it; `status` is what a success is answered with."""

    status: int
    path: str = ""

    def before(self, request: Sent) -> Sent:
        """Remember the path, and look at the entry instead."""
        named = unquote(request.path.partition("?")[0].removeprefix(CONTENTS))
        given = json.loads(request.body or b"{}")
        self.path = str(given.get("path", named))
        return instead_read(request)

    def change(self, _: Received) -> Received:
        """Describe the entry."""
        name = self.path.rpartition("/")[2]
        nothing = dict.fromkeys(("content", "format", "hash", "hash_algorithm"))
        entry = {"name": name, "path": self.path, "type": "file", "writable": True, "mimetype": "text/plain", **nothing}
        body = json.dumps({**entry, "created": WHEN, "last_modified": WHEN, "size": 12})
        return Received(self.status, (*JSON, ("Location", f"{CONTENTS}{name}")), body.encode())
