"""Every reading has a use: a clause that follows from it, or a matter that it says is not judged."""

from pathlib import Path

import pytest

from talkstack_contract.cases import derive_cases
from talkstack_contract.catalogue import load_contract
from talkstack_contract.model import Reading

CONTRACT = load_contract(Path(__file__).parents[2] / "schemas")
NOT_JUDGED = {"challenge-header"}  # these say why nothing is asked
USED = {clause.source.reading for case in derive_cases(CONTRACT) for clause in case.clauses} - {""}


def test_every_reading_is_used_or_says_what_is_not_judged() -> None:
    assert {reading.id for reading in CONTRACT.readings} - USED == NOT_JUDGED


def test_no_clause_follows_from_what_is_not_judged() -> None:
    assert set() == USED & NOT_JUDGED


@pytest.mark.parametrize("name", sorted(NOT_JUDGED))
def test_matter_that_is_not_judged_says_so(name: str) -> None:
    [reading] = [each for each in CONTRACT.readings if each.id == name]
    assert "not judged" in reading.decision


@pytest.mark.parametrize("reading", CONTRACT.readings, ids=lambda each: each.id)
def test_reading_says_what_was_decided_and_why(reading: Reading) -> None:
    sentences = [text[-1:] for text in (reading.decision, reading.reason)]
    assert sentences == [".", "."]


@pytest.mark.parametrize("reading", CONTRACT.readings, ids=lambda each: each.id)
def test_question_to_the_vendor_is_one(reading: Reading) -> None:
    assert reading.question is None or reading.question.endswith("?")


@pytest.mark.parametrize("reading", CONTRACT.readings, ids=lambda each: each.id)
def test_what_is_ours_asks_the_vendor_nothing(reading: Reading) -> None:
    assert reading.kind != "ours" or reading.question is None


@pytest.mark.parametrize("reading", CONTRACT.readings, ids=lambda each: each.id)
def test_defect_of_the_docs_asks_the_vendor_a_question(reading: Reading) -> None:
    assert reading.kind != "docs-defect" or reading.question is not None
