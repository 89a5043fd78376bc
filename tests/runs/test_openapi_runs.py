"""A server of an invented API, and a contract that uses what OpenAPI has for requests and responses: judged as a whole.

Keys in the query and in a cookie, two credentials at once, an optional one, a list with pipes, a form, text, a response
header, and statuses without a response of their own.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.runs.suite_process import Finished, run_suite

KEY, SESSION, PASSWORD = "key-of-the-shop-1", "session-of-the-shop-1", "anna:password-of-the-shop-1"
BASIC = f"Basic {b64encode(PASSWORD.encode()).decode()}"
SOURCE = {"section": "Reference"}
ERROR = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
ITEM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "pin": {"type": "string", "writeOnly": True}},
}
TAGS = {"type": "array", "items": {"type": "string"}, "x-contract": {"sends": ["a", "b"]}}
NAME = {"type": "string", "minLength": 1, "x-contract": {"sends": "talkstack-contract-{fresh}"}}
FORM = {"type": "object", "required": ["name"], "properties": {"name": NAME}}


def operation(id_: str, effect: str = "reads", **others: Any) -> dict[str, Any]:
    docs = {"description": f"Shop › {id_}", "url": "https://docs.example/shop"}
    notes = {"effect": effect, "source": SOURCE}
    return {"operationId": id_, "tags": ["Shop"], "externalDocs": docs, "x-contract": notes, **others}


def response(status: str, schema: Any, media_type: str = "application/json", **others: Any) -> dict[str, Any]:
    notes = {"source": {**SOURCE, "printed": status}, **others.pop("notes", {})}
    return {"description": status, "content": {media_type: {"schema": schema}}, "x-contract": notes, **others}


FOUND = {"state": "an account"}
PIPES = {"name": "tags", "in": "query", "style": "pipeDelimited", "explode": False, "schema": TAGS}
TOTAL = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
CONTRACT = {
    "openapi": "3.1.0",
    "info": {
        "title": "Shop",
        "version": "1",
        "x-contract": {"docs_read": "2026-11-02", "provider": {"states": {"default": "an account"}}},
    },
    "security": [{"query": []}],
    "paths": {
        "/items": {
            "get": operation(
                "list_items",
                parameters=[PIPES],
                responses={
                    "200": response("200", {"type": "array", "items": ITEM}, notes=FOUND, headers=TOTAL),
                    "403": response("403", ERROR, notes={"credential": "documented"}),
                    "default": response("default", ERROR),
                },
            ),
            "post": operation(
                "makeItem",
                "writes",
                security=[{"cookie": [], "basic": []}],
                requestBody={"content": {"application/x-www-form-urlencoded": {"schema": FORM}}},
                responses={
                    "201": response("201", ITEM, notes=FOUND),
                    "401": response("401", ERROR),
                    "4XX": response("4XX", ERROR),
                },
            ),
        },
        "/items.csv": {
            "get": operation(
                "items/export",
                security=[{"query": []}, {}],
                responses={"200": response("200", {"type": "string"}, "text/csv", notes=FOUND)},
            )
        },
    },
    "components": {
        "securitySchemes": {
            "query": {"type": "apiKey", "in": "query", "name": "key"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "sid", "x-contract": {"credential": "session"}},
            "basic": {"type": "http", "scheme": "basic"},
        }
    },
}


class Shop(BaseHTTPRequestHandler):
    """The shop; `fault` is what it does otherwise."""

    fault = ""
    protocol_version = "HTTP/1.1"

    def _items(self, query: dict[str, list[str]]) -> None:
        if query.get("key") != [KEY]:
            self._answer(403, {"error": 1 if self.fault == "error-of-another-type" else "who asks"})
        else:
            total = "one" if self.fault == "header-of-another-type" else "1"
            self._answer(200, [{"id": 1, "name": "a"}], ("X-Total", total))

    def _made(self, body: bytes) -> None:
        is_known = self.headers.get("Authorization") == BASIC or self.fault == "cookie-is-enough"
        name = parse_qs(body.decode(errors="replace")).get("name")
        if f"sid={SESSION}" not in self.headers.get("Cookie", "") or not is_known:
            self._answer(401, {"error": "who asks"})
        elif not name:
            self._answer(422, {} if self.fault == "other-status-of-another-form" else {"error": "no name"})
        else:
            self._answer(201, {"id": 2, "name": name[0], **({"pin": "1"} if self.fault == "pin-is-shown" else {})})

    def _asked(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if (self.command, url.path) == ("GET", "/items"):
            self._items(parse_qs(url.query, keep_blank_values=True))
        elif (self.command, url.path) == ("POST", "/items"):
            self._made(body)
        elif (self.command, url.path) == ("GET", "/items.csv"):
            kind = "text/html" if self.fault == "page-for-a-sheet" else "text/csv; charset=utf-8"
            self._answer(200, b"id,name\n1,a\n", ("Content-Type", kind))
        else:
            self._answer(405, {"error": "no such thing"}, ("Allow", "GET"))

    def _answer(self, status: int, content: Any, *headers: tuple[str, str]) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        given = {"Content-Type": "application/json", "Content-Length": str(len(body)), **dict(headers)}
        self.send_response(status)
        for name, value in given.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _asked  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def shop(fault: str) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Broken", (Shop,), {"fault": fault})) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def asked(folder: Path, fault: str) -> Finished:
    contract = folder / "contract"
    contract.mkdir()
    (contract / "openapi.yaml").write_text(yaml.safe_dump(CONTRACT, sort_keys=False), encoding="utf-8")
    (contract / "interpretations.yaml").write_text("{}\n", encoding="utf-8")
    with shop(fault) as url:
        account = f'api_key = "{KEY}"\nsession = "{SESSION}"\nbasic = "{PASSWORD}"\n'
        file = folder / "provider.toml"
        file.write_text(f'base_url = "{url}"\nallow = ["reads", "writes"]\n[accounts."an account"]\n{account}')
        return run_suite(folder, "--provider", str(file), contract=contract)


def test_sound_server_is_accepted_and_no_credential_is_shown(tmp_path: Path) -> None:
    run = asked(tmp_path, "")
    pages = "".join(path.read_text(encoding="utf-8") for path in run.reports.iterdir() if path.is_file())
    shown = [each for each in (KEY, SESSION, PASSWORD, BASIC.partition(" ")[2]) if each in pages]
    assert (run.decision, shown) == ((0, "ACCEPTED"), []), run.terminal


FAULTS = {
    "header-of-another-type": "list_items/by-query/header.x-total-is-as-described",
    "error-of-another-type": "list_items/no-credential/body.error-is-text",
    "cookie-is-enough": "makeItem/password-left-out-with-cookie/status.is-401",
    "other-status-of-another-form": "makeItem/name-absent/body.is-as-documented-for-other-statuses",
    "pin-is-shown": "makeItem/by-cookie-and-basic/body.pin-is-never-shown",
    "page-for-a-sheet": "items.export/by-query/media-type.is-text-csv",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_rejects_by_the_clause_that_it_breaks(tmp_path: Path, fault: str) -> None:
    run = asked(tmp_path, fault)
    violated = {line["id"] for line in run.lines if line["kind"] == "verdict" and line["verdict"] == "violated"}
    assert (run.decision, FAULTS[fault] in violated) == ((1, "REJECTED"), True), run.terminal
