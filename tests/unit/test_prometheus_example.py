"""Each fault of the example names a clause of its contract, and the server is what the contract needs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.request import urlopen

import pytest

from examples.prometheus.fault_table import FAULTS
from examples.prometheus.run import CONTRACT
from examples.prometheus.server import STATE, Server
from examples.real_server.changes import Fault, cut_short, setting, with_status, without
from examples.real_server.proxy import Received, proxy
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Case


@cache
def cases() -> dict[str, Case]:
    return {case.id: case for case in derive_cases(load_contract(CONTRACT))}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_breaks_a_clause_of_its_case_or_says_why_none(fault: Fault) -> None:
    names = {clause.name for clause in cases()[fault.case].clauses}
    assert (fault.clause in names, bool(fault.unpromised)) in ((True, False), (False, True))


def test_names_of_faults_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 20


def test_provider_file_has_the_values_of_the_state() -> None:
    file = Server("http://127.0.0.1:9", 1700000000.5).provider_file()
    expected = {"metric": "up", "job": "prometheus", "start": "1699999999.500", "end": "1700000000.500"}
    assert file.startswith(f'[accounts."{STATE}".values]')
    assert [line.split(" = ")[1].strip('"') for line in file.splitlines()[1:]] == list(expected.values())


# The proxy

JSON = Received(200, (("Content-Type", "application/json"),), b'{"data": [1], "status": "ok"}')
CHANGED = {
    "status": (with_status(500), (500, JSON.body, None)),
    "key-set": (setting(2, "data", 0), (200, b'{"data": [2], "status": "ok"}', None)),
    "key-left-out": (without("status"), (200, b'{"data": [1]}', None)),
    "body-cut": (cut_short, (200, JSON.body[:14], len(JSON.body))),
}


@pytest.mark.parametrize("name", CHANGED)
def test_response_is_changed(name: str) -> None:
    change, expected = CHANGED[name]
    found = change(JSON)
    assert (found.status, found.body, found.claimed_length) == expected


class Echo(BaseHTTPRequestHandler):
    """Answers with the path."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.path)))
        self.end_headers()
        self.wfile.write(self.path.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_proxy_passes_on_and_changes_what_comes_back(upstream: str) -> None:
    with proxy(upstream) as between:
        before = urlopen(f"{between.url}/a?b=1").read()
        between.change = with_status(202)
        response = urlopen(f"{between.url}/c")
        assert (before, response.status, response.read()) == (b"/a?b=1", 202, b"/c")
