"""The contracts of the examples: promises only, each clause with its source, each interpretation explained."""

from functools import cache
from pathlib import Path

import pytest

from examples.jupyter.run import CONTRACT as JUPYTER
from examples.prometheus.run import CONTRACT as PROMETHEUS
from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.interpretations import with_own
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Clause, Contract

OPERATIONS = {JUPYTER: 8, PROMETHEUS: 9}


@cache
def contract_in(folder: Path) -> Contract:
    return load_contract(folder)


def clauses_of(folder: Path) -> dict[str, Clause]:
    return {f"{case.id}/{each.name}": each for case in derive_cases(contract_in(folder)) for each in case.clauses}


@pytest.fixture(params=OPERATIONS, ids=lambda folder: folder.parent.name)
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


def test_contract_folder_holds_promises_only(folder: Path) -> None:
    files = sorted(path.name for path in folder.iterdir())
    expected = (OPERATIONS[folder], ["interpretations.yaml", "openapi.yaml"])
    assert (len(contract_in(folder).operations), files) == expected


def test_each_clause_has_a_source(folder: Path) -> None:
    sources = {id_: clause.source for id_, clause in clauses_of(folder).items()}
    assert sources
    assert [id_ for id_, each in sources.items() if not (each.page and each.section and each.url)] == []


def test_each_interpretation_is_explained(folder: Path) -> None:
    named = {clause.source.interpretation for clause in clauses_of(folder).values()} - {""}
    assert named - {each.id for each in with_own(contract_in(folder).interpretations, named)} == set()
