"""The contract that the tests of the engine use: one operation of Talkstack, and an invented billing API."""

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.judging.decision import ListedResponse
from talkstack_contract.model import Case, Contract, Operation

FORMAT = Path(__file__).parents[2] / "schemas" / "meta"
BILLING = Path(__file__).parent / "billing"
PROJECT = "getActiveProject"


def billing_folder(folder: Path) -> Path:
    """Make a copy of it, with the schemas of our own files beside it, as `schemas/` has them."""
    shutil.copytree(BILLING, folder)
    shutil.copytree(FORMAT, folder / "meta")
    return folder


@cache
def billing_contract() -> Contract:
    with TemporaryDirectory() as folder:
        return load_contract(billing_folder(Path(folder, "schemas")))


def operation_of(name: str) -> Operation:
    return next(each for each in billing_contract().operations if each.id == name)


def contract_of(*operations: Operation) -> Contract:
    """Make a contract of these operations only."""
    return replace(billing_contract(), operations=operations)


def cases_of(*operations: Operation) -> tuple[Case, ...]:
    return derive_cases(contract_of(*operations))


def promised(contract: Contract, cases: Sequence[Case]) -> tuple[ListedResponse, ...]:
    """Name the documented responses of a contract."""
    asked: Counter[tuple[str, int | None]] = Counter()
    for case in cases:
        asked[case.operation.id, case.status] += len(case.clauses)
    pairs = [
        (operation.id, response.status)
        for operation in contract.operations
        for response in operation.documented_responses
    ]
    return tuple(ListedResponse(*pair, asked[pair]) for pair in pairs)
