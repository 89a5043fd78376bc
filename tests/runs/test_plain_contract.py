"""A contract that says no more than OpenAPI asks for: no provider state, no interpretations, no status but the success.

What nobody wrote down is then decided by the suite, and a server that does as servers do raises no alarm.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from tests.runs.suite_process import Finished, run_suite

TOKEN = "token-of-the-plain-contract"
CITIES = ["oslo", "bergen"]


def operation(id_: str, **others: Any) -> dict[str, Any]:
    docs = {"description": "Weather", "url": "https://docs.example/weather"}
    response = {
        "description": "It.",
        "content": {"application/json": {"schema": {"type": "object"}}},
        "x-contract": {"source": {"section": "Response"}},
    }
    notes = {"effect": "reads", "source": {"section": "Request"}}
    return {
        "operationId": id_,
        "tags": ["Weather"],
        "externalDocs": docs,
        "responses": {"200": response},
        "x-contract": notes,
        **others,
    }


def query(name: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": True, "schema": schema}


CITY = query("city", type="string", **{"x-contract": {"sends": "oslo"}})
UNIT = query("unit", enum=["c", "f"], **{"x-contract": {"sends": "c"}})
CONTRACT = {
    "openapi": "3.1.0",
    "info": {"title": "Weather", "version": "1", "x-contract": {"docs_read": "2026-11-02"}},
    "security": [{"bearer": []}],
    "paths": {
        "/now": {"get": operation("now", parameters=[CITY])},
        "/units": {"get": operation("units", parameters=[UNIT])},
        "/cities": {"get": operation("cities"), "head": operation("headOfCities")},
    },
    "components": {
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "x-contract": {"credential": "token"}}}
    },
}


class Weather(BaseHTTPRequestHandler):
    """The server: `takes` is how often it accepts the token, `units` are those it knows, `refused` the paths.

    `drops` are the requests, by their number, to which it says nothing and closes the connection.
    """

    protocol_version = "HTTP/1.1"
    takes = 1_000_000
    units = ("c", "f")
    taken = count = 0
    drops: Container[int] = ()
    refused: ClassVar[list[str]] = []

    def _asked(self) -> None:
        type(self).count += 1
        if self.count in self.drops:
            self.close_connection = True
            return
        url = urlsplit(self.path)
        given = parse_qs(url.query)
        if self.command not in ("GET", "HEAD"):
            self._answer(405, {"message": "no such method"})
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}" or self.taken >= self.takes:
            self._answer(401, {"message": "who asks"})
        else:
            type(self).taken += 1
            is_known = {
                "/now": given.get("city", [""])[0] in CITIES,
                "/units": given.get("unit", [""])[0] in self.units,
                "/cities": True,
            }
            if not is_known.get(url.path):
                self.refused.append(url.path)
            self._answer(*((200, {}) if is_known.get(url.path) else (400, {"message": "unknown"})))

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(status)
        if self.command != "HEAD":
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _asked  # noqa: N815 - the names that http.server looks for

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@contextmanager
def weather(**ways: Any) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Weather", (Weather,), ways)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def asked(folder: Path, **ways: Any) -> Finished:
    contract = folder / "contract"
    contract.mkdir()
    (contract / "openapi.yaml").write_text(yaml.safe_dump(CONTRACT, sort_keys=False), encoding="utf-8")
    with weather(**ways) as url:
        file = folder / "provider.toml"
        file.write_text(f'base_url = "{url}"\n[accounts."an account"]\ntoken = "{TOKEN}"\n', encoding="utf-8")
        return run_suite(folder, "--provider", str(file), "--examples", "5", contract=contract)


def violated(run: Finished) -> list[str]:
    return [line["id"] for line in run.lines if line["kind"] == "verdict" and line["verdict"] == "violated"]


def test_server_that_knows_some_of_the_texts_that_nobody_lists_raises_no_alarm(tmp_path: Path) -> None:
    refused: list[str] = []
    run = asked(tmp_path, refused=refused)
    assert (run.exit_status, violated(run), refused.count("/now") > 1) == (0, [], True), run.terminal


def test_server_that_refuses_what_the_contract_lists_is_rejected(tmp_path: Path) -> None:
    run = asked(tmp_path, units=("c",))
    assert (run.decision, violated(run)) == ((1, "REJECTED"), ["units/generated/answer.keeps-the-contract"])


@pytest.mark.parametrize("takes", [3, 5, 8, 11, 14, 18, 25])
def test_token_that_ends_at_any_moment_blocks_and_rejects_nobody(tmp_path: Path, takes: int) -> None:
    run = asked(tmp_path, takes=takes)
    assert (run.decision, violated(run)) == ((6, "INCONCLUSIVE"), []), run.terminal


@pytest.mark.parametrize("every", [7, 10, 13])
def test_connection_that_is_dropped_now_and_then_rejects_nobody(tmp_path: Path, every: int) -> None:
    run = asked(tmp_path, drops=range(every, 1000, every))
    assert (run.exit_status, violated(run)) == (0, []), run.terminal
