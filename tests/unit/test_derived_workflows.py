"""What was deleted is gone, and what was written has an effect: of each read and write that have one path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.errors import NotTested
from talkstack_contract.execution.derived_workflows import derived_workflows
from talkstack_contract.execution.workflows import Reply, Steps
from talkstack_contract.model import Contract, Effect, Exchange, Request
from tests.unit.contracts import billing_folder

THING = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "note": {"type": "string"}, "kind": {"type": "string"}},
}
NAMED = {"name": "id", "in": "path", "required": True}
SENT = {"name": "A new name", "kind": "file"}


def operation(method: str, sends: dict[str, str] | None = None, status: str = "200", **others: Any) -> dict[str, Any]:
    """Describe an operation on a thing; `sends` are the fields of its body."""
    fields = {name: {"type": "string", "x-contract": {"sends": value}} for name, value in (sends or {}).items()}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": fields}}}}
    notes = {"source": {"section": "Response", "printed": status}, "state": "an active project"}
    content = {} if status == "204" else {"content": {"application/json": {"schema": THING}}}
    return {
        "operationId": f"{method}Thing",
        "tags": ["Billing"],
        "externalDocs": {"description": "Things › A thing", "url": "https://docs.example/thing"},
        "security": [],
        "x-contract": {"effect": "reads" if method == "get" else "writes", "source": {"section": "Request"}},
        "responses": {status: {"description": "An answer.", "x-contract": notes, **content}},
        **({"requestBody": body} if sends else {}),
        **others,
    }


def contract_of(
    folder: Path, *operations: dict[str, Any], path: str = "/things/{id}", sends: str = "{fresh}"
) -> Contract:
    """Make a contract of a read, and other operations on its path or on another one, which names what is sent."""
    document = yaml.safe_load((billing_folder(folder) / "openapi.yaml").read_text(encoding="utf-8"))
    methods = {each["operationId"].removesuffix("Thing"): each for each in operations}
    named = [{**NAMED, "schema": {"type": "string", "x-contract": {"sends": sends}}}]
    document["paths"] = {"/things/{id}": {"parameters": named, "get": operation("get")}}
    document["paths"].setdefault(path, {"parameters": named}).update(methods)
    (folder / "openapi.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    return load_contract(folder)


class Things:
    """A provider of things, asked as `Steps` are; `ignores` are the methods that say yes and do nothing."""

    def __init__(self, *names: str, ignores: str = "", is_deaf: bool = False) -> None:
        self.things = {name: {"name": "Old", "note": "", "kind": "file"} for name in names}
        self.ignores, self.is_deaf = ignores, is_deaf
        self.asked: list[str] = []
        self.broken: list[str] = []

    def fresh(self) -> str:
        return "t-1"

    def do(self, operation: str, **fields: Any) -> Reply:
        reply = self.ask(operation, **fields)
        if not reply.is_success:
            raise NotTested(f"{operation} answered {reply.status}")
        return reply

    def ask(self, operation: str, **fields: Any) -> Reply:
        method, name = operation.removesuffix("Thing"), fields.pop("id")
        self.asked.append(f"{method} {name}")
        status = 200 if method == "put" or name in self.things else 404
        if status == 200 and method != self.ignores:
            self._change(method, name, SENT | fields)
        request = Request(method.upper(), "https://api.example", (), Effect.READS)
        body = json.dumps(self.things.get(name, {})).encode()
        exchange = Exchange("", request, status, "Reason", (("Content-Type", "application/json"),), body, "", 0.0)
        return Reply(operation, exchange, len(self.asked))

    def _change(self, method: str, name: str, fields: dict[str, str]) -> None:
        if method == "delete":
            del self.things[name]
        elif method != "get":
            thing, moved = self.things.pop(name, {"note": ""}), fields.pop("body.id", name)
            self.things[moved] = {**thing, **({} if self.is_deaf and thing.get("name") else fields)}

    def hold(self, reply: Reply, kept: bool, received: str = "") -> None:
        if not kept:
            self.broken.append(received or f"{reply.operation} {reply.status}")


def walked(contract: Contract, things: Things) -> Things:
    """Walk the only workflow of a contract."""
    [workflow] = derived_workflows(contract, ()).values()
    workflow.walk(cast("Steps", things))
    return things


def test_what_is_deleted_is_asked_for_before_and_after(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    [id_] = derived_workflows(contract, ())
    things = walked(contract, Things("t-1"))
    assert (id_, things.asked, things.broken) == (
        "deleteThing/afterwards",
        ["get t-1", "delete t-1", "get t-1"],
        [],
    )


def test_removal_that_removes_nothing_is_a_violation(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    assert walked(contract, Things("t-1", ignores="delete")).broken == ["getThing 200"]


def test_removal_of_what_is_not_there_is_not_tested(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    with pytest.raises(NotTested, match="does not show the thing before it is deleted"):
        walked(contract, Things())


class Archive(Things):
    """Things that are marked when they are deleted; `ticks` tells that a note changes each time it is read."""

    def __init__(self, *names: str, is_marked: bool = True, ticks: bool = False) -> None:
        super().__init__(*names)
        self.is_marked, self.ticks = is_marked, ticks

    def _change(self, method: str, name: str, fields: dict[str, str]) -> None:  # noqa: ARG002
        if method == "delete" and self.is_marked:
            self.things[name]["kind"] = "deleted"
        elif method == "get" and self.ticks:
            self.things[name]["note"] += "."


@pytest.mark.parametrize("ticks", [False, True])
def test_thing_that_is_shown_as_deleted_is_gone(tmp_path: Path, ticks: bool) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    assert walked(contract, Archive("t-1", ticks=ticks)).broken == []


def test_thing_that_only_ticks_is_not_gone(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    assert walked(contract, Archive("t-1", is_marked=False, ticks=True)).broken == ["getThing 200"]


@pytest.mark.parametrize(("ignores", "broken"), [("", []), ("put", ["getThing 404"])])
def test_thing_that_is_put_is_read_also_where_no_value_shows(tmp_path: Path, ignores: str, broken: list[str]) -> None:
    contract = contract_of(tmp_path / "schemas", operation("put", {"colour": "red"}))
    things = walked(contract, Things(ignores=ignores))
    assert (things.asked, things.broken) == (["get t-1", "put t-1", "get t-1"], broken)


def test_thing_that_is_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotTested, match="shows the thing before it is made"):
        walked(contract_of(tmp_path / "schemas", operation("put", {"colour": "red"})), Things("t-1"))


@pytest.mark.parametrize("method", ["put", "patch"])
def test_write_that_takes_effect_is_upheld(tmp_path: Path, method: str) -> None:
    things = walked(contract_of(tmp_path / "schemas", operation(method, SENT)), Things("t-1"))
    assert (things.asked, things.broken) == (["get t-1", f"{method} t-1", "get t-1"], [])


@pytest.mark.parametrize("method", ["put", "patch"])
def test_write_that_does_nothing_is_a_violation(tmp_path: Path, method: str) -> None:
    things = walked(contract_of(tmp_path / "schemas", operation(method, SENT)), Things("t-1", ignores=method))
    assert things.broken == ['name "Old", as before']


def test_thing_that_is_not_there_is_written_first(tmp_path: Path) -> None:
    things = walked(contract_of(tmp_path / "schemas", operation("put", SENT)), Things())
    assert (things.asked, things.things["t-1"]["name"]) == (
        ["get t-1", "put t-1", "get t-1", "put t-1", "get t-1"],
        "A new name 2",
    )


def test_first_write_that_saves_nothing_is_a_violation(tmp_path: Path) -> None:
    assert walked(contract_of(tmp_path / "schemas", operation("put", SENT)), Things(ignores="put")).broken == [
        "getThing 404"
    ]


def test_second_write_that_saves_nothing_is_a_violation(tmp_path: Path) -> None:
    things = walked(contract_of(tmp_path / "schemas", operation("put", SENT)), Things(is_deaf=True))
    assert things.broken == ['name "A new name", as before']


def test_thing_of_another_name_is_read_under_it(tmp_path: Path) -> None:
    sends = {**SENT, "id": "t-2"}
    thing = {**THING, "properties": {**THING["properties"], "id": {"type": "string"}}}  # type: ignore[dict-item]
    read = operation("get")
    read["responses"]["200"]["content"]["application/json"]["schema"] = thing
    contract = contract_of(tmp_path / "schemas", operation("patch", sends), read)
    assert walked(contract, Things("t-1")).asked[-1] == "get t-2"


def test_write_of_what_is_there_already_is_not_tested(tmp_path: Path) -> None:
    with pytest.raises(NotTested, match="is what is there already"):
        walked(contract_of(tmp_path / "schemas", operation("patch", {"kind": "file"})), Things("t-1"))


NONE: dict[str, tuple[dict[str, Any], str]] = {
    "another-path": (operation("delete", status="204"), "/old-things/{id}"),
    "taken-on-for-later": (operation("put", SENT, "202"), "/things/{id}"),
    "no-value-that-a-read-shows": (operation("patch", {"colour": "red"}), "/things/{id}"),
    "no-method-that-replaces": (operation("post", SENT), "/things/{id}"),
}


@pytest.mark.parametrize("name", NONE)
def test_operations_that_are_not_about_one_thing_make_no_workflow(tmp_path: Path, name: str) -> None:
    other, path = NONE[name]
    assert derived_workflows(contract_of(tmp_path / "schemas", other, path=path), ()) == {}


def test_thing_that_the_run_did_not_make_is_not_changed(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"), sends="t-1")
    assert derived_workflows(contract, ()) == {}


def test_workflow_that_is_written_down_wins(tmp_path: Path) -> None:
    contract = contract_of(tmp_path / "schemas", operation("delete", status="204"))
    assert derived_workflows(contract, {"deleteThing/afterwards"}) == {}
