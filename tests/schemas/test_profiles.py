"""Each profile fits the contract: it lists clauses that there are, and says of which operations it speaks."""

from pathlib import Path

import pytest

from talkstack_contract.contract.cases import derive_cases, in_order
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.contract.profiles import Standing, load_profile
from talkstack_contract.execution.workflows import workflow_cases
from tests.contract.test_workflows import WORKFLOWS

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)
CASES = in_order([*derive_cases(CONTRACT), *workflow_cases(CONTRACT, WORKFLOWS)])
IDS = tuple(f"{case.id}/{clause.name}" for case in CASES for clause in case.clauses)
PROFILES = sorted((SCHEMAS / "profiles").glob("*.toml"))


def test_there_is_a_profile() -> None:
    assert PROFILES != []


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_profile_requires_something_of_every_operation(path: Path) -> None:
    profile = load_profile(path, SCHEMAS, IDS)
    required = {id_ for id_, ruling in profile.rulings.items() if ruling.standing is Standing.REQUIRED}
    assert {id_.partition("/")[0] for id_ in required} == {operation.id for operation in CONTRACT.operations}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_clause_that_is_not_required_says_why(path: Path) -> None:
    rulings = load_profile(path, SCHEMAS, IDS).rulings
    assert [
        id_ for id_, ruling in rulings.items() if ruling.standing is not Standing.REQUIRED and not ruling.reason
    ] == []
