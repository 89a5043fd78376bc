"""Each fault of the example names a clause of its contract, and the server is what the contract needs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from examples.jupyter.fault_table import FAULTS
from examples.jupyter.pretences import Pretence, instead_read, let_in
from examples.jupyter.run import CONTRACT, DEPARTURES
from examples.jupyter.server import GIVEN, TEXT, VARIABLE, Server
from examples.real_server.changes import Fault
from examples.real_server.proxy import Received, Sent
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.execution.derived_workflows import derived_workflows
from talkstack_contract.execution.workflows import workflow_cases
from talkstack_contract.model import Case

RENAME = Sent(
    "PATCH",
    "/api/contents/a%2Fb.txt?token=x",
    {"Authorization": "Token y", "Content-Length": "18"},
    b'{"path": "a/c.txt"}',
)


@cache
def cases() -> dict[str, Case]:
    contract = load_contract(CONTRACT)
    workflows = derived_workflows(contract, ())
    return {case.id: case for case in (*derive_cases(contract), *workflow_cases(contract, workflows))}


def test_each_departure_is_a_clause() -> None:
    assert DEPARTURES - {f"{id_}/{clause.name}" for id_, case in cases().items() for clause in case.clauses} == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_breaks_a_clause_of_its_case_or_says_why_none(fault: Fault) -> None:
    names = {clause.name for clause in cases()[fault.case].clauses}
    told = [fault.clause in names, bool(fault.unpromised)]
    assert (told.count(True), bool(fault.method)) == (1, True)


def test_names_of_faults_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 40


def test_what_is_left_in_the_folder_is_told(tmp_path: Path) -> None:
    for name, content in GIVEN.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    server = Server("http://127.0.0.1:9", tmp_path, "token")
    before = server.left_over()
    (tmp_path / TEXT).write_bytes(b"other")
    (tmp_path / "new.txt").write_bytes(b"")
    assert (before, server.left_over()) == ([], [f"! {TEXT}", "new.txt"])


def test_whoever_asks_is_let_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "right")
    sent = let_in(RENAME)
    assert (sent.path, sent.headers["Authorization"]) == ("/api/contents/a%2Fb.txt", "token right")


def test_entry_is_read_instead_of_changed() -> None:
    sent = instead_read(RENAME)
    assert (sent.method, sent.headers, sent.body) == ("GET", {"Authorization": "Token y"}, b"")


def test_pretence_describes_the_path_that_a_request_gave() -> None:
    pretence = Pretence(200)
    pretence.before(RENAME)
    found = pretence.change(Received(404, (), b""))
    assert (found.status, b'"path": "a/c.txt"' in found.body) == (200, True)
