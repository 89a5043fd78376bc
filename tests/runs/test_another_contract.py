"""Another API by its contract folder: its title, its states, its variables, its credential and its second host."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.runs.suite_process import ROOT, Finished, run_suite

PASS = "opens-the-ledger-0001"
VARIABLES = {"LEDGER_PASS": PASS, "LEDGER_OWNER": "owner-7"}


def operation(id: str, title: str, **others: Any) -> dict[str, Any]:  # noqa: A002 - the word of this project
    shown = {"type": "object", "required": ["owner"], "properties": {"owner": {"type": "string"}}}
    error = {"content": {"application/json": {"schema": {"type": "object"}}}}
    return {
        "operationId": id,
        "summary": title,
        "tags": ["Ledger"],
        "externalDocs": {"description": f"Ledger › {title}", "url": "https://ledger.example/docs"},
        "x-contract": {"effect": "reads", "source": {"section": "Request"}},
        "responses": {
            "200": {
                "description": "It is there.",
                "content": {"application/json": {"schema": shown}},
                "x-contract": {
                    "source": {"section": "Answer", "printed": "200 OK"},
                    "state": "a funded wallet",
                    "owner": ["owner"],
                },
            },
            "401": {
                "description": "Nobody says who asks.",
                **error,
                "x-contract": {"source": {"section": "Errors", "printed": "401 Unauthorized"}},
            },
        },
        **others,
    }


LEDGER = {
    "openapi": "3.1.0",
    "info": {
        "title": "Ledger API",
        "version": "1",
        "x-contract": {
            "docs_read": "2026-11-02",
            "provider": {
                "states": {"default": "a funded wallet", "other_account": "a rival", "expired": "a late pass"},
                "base_urls": ["archive_url"],
                "variables": {"a funded wallet": {"pass": "LEDGER_PASS", "user_id": "LEDGER_OWNER"}},
            },
        },
    },
    "servers": [{"url": "https://ledger.example"}],
    "security": [{"pass": []}],
    "paths": {
        "/balance": {"get": operation("getBalance", "Balance")},
        "/archive": {
            "get": operation(
                "getArchive",
                "Archive",
                servers=[{"url": "https://archive.example", "x-contract": {"setting": "archive_url"}}],
            )
        },
    },
    "components": {
        "securitySchemes": {
            "pass": {"type": "apiKey", "in": "header", "name": "X-Pass", "x-contract": {"credential": "pass"}}
        }
    },
}


class Ledger(BaseHTTPRequestHandler):
    """Shows its owner to whoever has the pass."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        is_known = self.path in ("/balance", "/archive")
        status = 404 if not is_known else 200 if self.headers["X-Pass"] == PASS else 401
        body = json.dumps({"owner": "owner-7"} if status == 200 else {"message": "no"}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def ledger() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Ledger) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ledger")
    shutil.copy(ROOT / "schemas" / "interpretations.yaml", folder)
    (folder / "openapi.yaml").write_text(json.dumps(LEDGER), encoding="utf-8")
    return folder


def test_run_without_a_provider_file_takes_the_variables_of_the_contract(contract: Path, tmp_path: Path) -> None:
    with ledger() as url:
        run = run_suite(tmp_path, "--base-url", url, contract=contract, environment=VARIABLES)
    is_named = "Ledger API contract" in (run.reports / "report.html").read_text(encoding="utf-8")
    assert (run.exit_status, run.footer["documented_responses"]["upheld"], is_named) == (0, 2, True), run.terminal[
        -3000:
    ]


def test_provider_file_names_the_second_host_and_the_credential_of_the_contract(contract: Path, tmp_path: Path) -> None:
    with ledger() as url, ledger() as archive:
        file = tmp_path / "provider.toml"
        file.write_text(
            f'base_url = "{url}"\narchive_url = "{archive}"\n'
            f'[accounts."a funded wallet"]\npass = "{PASS}"\nuser_id = "owner-7"\n',
            encoding="utf-8",
        )
        run = run_suite(tmp_path, "--provider", str(file), contract=contract)
    assert (run.exit_status, run.footer["documented_responses"]["upheld"]) == (0, 4), run.terminal[-3000:]


def refused(contract: Path, folder: Path, text: str) -> Finished:
    (folder / "provider.toml").write_text(text, encoding="utf-8")
    return run_suite(folder, "--provider", str(folder / "provider.toml"), contract=contract)


def test_run_without_a_provider_of_the_contract_says_so(contract: Path, tmp_path: Path) -> None:
    run = run_suite(tmp_path, contract=contract)
    told = "--base-url: is missing, and the embedded reference provider is of another API than the contract"
    assert (run.exit_status, told in run.terminal) == (4, True), run.terminal[-3000:]


def test_key_of_another_contract_is_refused(contract: Path, tmp_path: Path) -> None:
    run = refused(contract, tmp_path, 'base_url = "http://127.0.0.1:9"\ncalls_base_url = "http://127.0.0.1:9"\n')
    assert (run.exit_status, "calls_base_url: is not a known key" in run.terminal) == (4, True), run.terminal
