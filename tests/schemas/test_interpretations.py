"""Every interpretation has a use: a clause or request that follows from it, or what it says is not judged."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.model import Interpretation
from tests.contract.test_workflows import WORKFLOWS

SCHEMAS = Path(__file__).parents[2] / "schemas"
CONTRACT = load_contract(SCHEMAS)


def named_interpretations(document: Any) -> set[str]:
    """Return the interpretations that a document names anywhere."""
    inner = document.values() if isinstance(document, dict) else document if isinstance(document, list) else ()
    named = (
        {document["interpretation"]}
        if isinstance(document, dict) and isinstance(document.get("interpretation"), str)
        else set()
    )
    return named.union(*map(named_interpretations, inner))


CASES = derive_cases(CONTRACT, fail_on_undocumented=True)
CLAUSES = {clause.source.interpretation for case in CASES for clause in case.clauses} - {""}
# An interpretation may also say what a request holds, beside the field that it is about.
FIELDS = {
    name
    for file in [*(SCHEMAS / "paths").glob("*.yaml"), *(SCHEMAS / "components").glob("*-request.json")]
    for name in named_interpretations(yaml.safe_load(file.read_text(encoding="utf-8")))
}
WALKED = {workflow.interpretation for workflow in WORKFLOWS.values()} - {""}
USED = CLAUSES | FIELDS | WALKED
NOT_JUDGED = {
    interpretation.id for interpretation in CONTRACT.interpretations if "not judged" in interpretation.decision
} - USED


def test_every_interpretation_is_used_or_says_what_is_not_judged() -> None:
    assert {interpretation.id for interpretation in CONTRACT.interpretations} - USED == NOT_JUDGED


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
