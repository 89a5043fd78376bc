"""Every interpretation has a clause that rests on it, or says what is not judged, or not sent."""

from pathlib import Path

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Interpretation
from tests.contract.test_workflows import WORKFLOWS

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)

CASES = derive_cases(CONTRACT, fail_on_undocumented=True)
CLAUSES = {name for case in CASES for clause in case.clauses for name in clause.source.interpretations}
WALKED = {workflow.interpretation for workflow in WORKFLOWS.values()} - {""}
LEFT_OUT = ("not judged", "not sent")


def test_every_interpretation_has_a_clause_or_says_what_is_left_out() -> None:
    unused = [each for each in CONTRACT.interpretations if each.id not in CLAUSES | WALKED]
    assert [each.id for each in unused if not any(words in each.decision for words in LEFT_OUT)] == []


@pytest.mark.parametrize("interpretation", CONTRACT.interpretations, ids=lambda each: each.id)
def test_interpretation_names_pages_of_the_contract(interpretation: Interpretation) -> None:
    pages = {operation.source.page for operation in CONTRACT.operations}
    assert set(interpretation.pages) - pages - {"every page"} == set()


@pytest.mark.parametrize("interpretation", CONTRACT.interpretations, ids=lambda each: each.id)
def test_interpretation_says_what_was_decided_and_why(interpretation: Interpretation) -> None:
    sentences = [text[-1:] for text in (interpretation.decision, interpretation.reason)]
    assert sentences == [".", "."]


@pytest.mark.parametrize("interpretation", CONTRACT.interpretations, ids=lambda each: each.id)
def test_question_to_the_vendor_is_one(interpretation: Interpretation) -> None:
    assert interpretation.question is None or interpretation.question.endswith("?")


@pytest.mark.parametrize("interpretation", CONTRACT.interpretations, ids=lambda each: each.id)
def test_what_is_ours_asks_the_vendor_nothing(interpretation: Interpretation) -> None:
    assert interpretation.kind != "ours" or interpretation.question is None


@pytest.mark.parametrize("interpretation", CONTRACT.interpretations, ids=lambda each: each.id)
def test_defect_of_the_docs_asks_the_vendor_a_question(interpretation: Interpretation) -> None:
    assert interpretation.kind != "docs-defect" or interpretation.question is not None
