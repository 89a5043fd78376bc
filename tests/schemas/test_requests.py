"""What we send is what the docs ask for, and is at hand in the provider state that the case names."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Case, Operation
from talkstack_contract.provider.request_builder import sent_values
from tests.schemas.test_json_schemas import is_valid

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)
CASES = {case.id: case for case in derive_cases(CONTRACT)}
OPERATIONS = {operation.id: operation for operation in CONTRACT.operations}

USER = {
    "email": "mira@example.test",
    "password": "a-password",
    "userName": "Mira",
    "refreshToken": "a-refresh-token",
}
PROJECT = {"projectId": "5be2d4a07e", "projectName": "Winter reminders"}
AGENT = {"agentId": "a90c3d", "agentName": "Reception", "phoneNumberId": "n17b", "e164": "+15550100123"}
FURNISHED = {**USER, **PROJECT, **AGENT, "freeE164": "+15550100177", "callId": "CA01", "voiceId": "v1"}

# Beside `schemas/`, what each provider state yields: the names are shared with the reference provider and the settings.
STATES: dict[str, dict[str, str]] = {
    "": {},
    "an active project": FURNISHED,
    "another account": FURNISHED,
    "no active project": {**USER, **PROJECT},
    "no active agent": {**USER, **PROJECT, **AGENT},
    "no agents": {**USER, **PROJECT},
    "an unverified account": {"email": USER["email"], "password": USER["password"], "code": "314159"},
    "an expired code": {"email": USER["email"], "password": USER["password"], "code": "314159"},
    "a deleted account": {"refreshToken": "a-refresh-token"},
    "an expired token": FURNISHED,
    "an expired refresh token": FURNISHED,
    "a forgotten password": {**USER, "resetToken": "a-reset-token"},
    "an expired reset token": {"resetToken": "a-reset-token"},
    "a used reset token": {"resetToken": "a-reset-token"},
    "the provider fails inside": {**FURNISHED, "code": "314159", "resetToken": "a-reset-token"},
}


def request_components() -> dict[str, str]:
    """Return the component of each operation's request body."""
    found = {}
    for file in (SCHEMAS / "paths").glob("*.yaml"):
        for item in yaml.safe_load(file.read_text(encoding="utf-8")).values():
            for entry in item.values():
                for content in entry.get("requestBody", {}).get("content", {}).values():
                    found[entry["operationId"]] = content["schema"]["$ref"].removeprefix("../")
    return found


COMPONENTS = request_components()


def sent(case: Case) -> dict[str, Any]:
    """Fill in what a case sends; fails for a value that its state does not yield."""
    values = {**STATES[case.state], "fresh": "f1"}
    foreign = {**STATES["another account"], "fresh": "f1"}
    return sent_values(case, values.__getitem__, foreign.__getitem__)


@pytest.mark.parametrize("id_", CASES)
def test_state_of_a_case_yields_what_it_sends(id_: str) -> None:
    case = CASES[id_]
    assert set(sent(case)) <= {field.name for field in case.operation.fields}


def first_case(operation: Operation) -> Case:
    return next(case for case in CASES.values() if case.operation is operation)


@pytest.mark.parametrize("id_", COMPONENTS)
def test_request_of_a_success_is_one_that_the_docs_describe(id_: str) -> None:
    operation = OPERATIONS[id_]
    body = {field.name for field in operation.fields if field.place == "body"}
    request = {name: value for name, value in sent(first_case(operation)).items() if name in body}
    assert is_valid(COMPONENTS[id_], request) is True


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_every_required_field_is_sent(operation: Operation) -> None:
    assert [field.name for field in operation.fields if field.is_required and field.sends is None] == []


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_parameters_are_those_of_the_path(operation: Operation) -> None:
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    assert [field.name for field in operation.fields if field.place == "path"] == names


@pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda each: each.id)
def test_fields_that_an_answer_speaks_of_exist(operation: Operation) -> None:
    named = {
        name
        for response in operation.responses
        for name in (
            *(each for together in response.absent for each in together),
            *response.malformed,
            *response.unknown,
            *(field for way in (*response.scenarios, *operation.undocumented) for field, _ in way.sends),
        )
    }
    assert named - {field.name for field in operation.fields} == set()


@pytest.mark.parametrize("operation", [each for each in CONTRACT.operations if each.creates], ids=lambda each: each.id)
def test_what_we_make_is_recognisable(operation: Operation) -> None:
    name = operation.field("name")
    assert name is not None
    assert str(name.sends).startswith("talkstack-contract ")
