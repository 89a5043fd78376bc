"""What the contract decided where pages are silent or contradict themselves is not held against a page again."""

from collections.abc import Sequence

import pytest

from talkstack_contract.docs.contracts.comparison import compared
from talkstack_contract.docs.contracts.promised import Promise, PromisedOperation, places_of, promised_operations
from talkstack_contract.docs.facts import FactKind
from talkstack_contract.docs.reading import read_facts
from tests.docs.checked import SCHEMAS
from tests.docs.test_unlisted_forms import shown

FIELD, TYPE, REQUIRED = FactKind.RESPONSE_FIELD, FactKind.TYPE, FactKind.REQUIRED
HEAD = "# Get tree\n\n**Endpoint:** `/trees`\n\n**Method:** `POST`\n\n"
RESPONSE = '### Response\n\nStatus Code: 200 OK\n\n```json\n{"tree": {"id": "t1"}, "more": {"a": 1}}\n```\n'
FIELDS = "### Request Body\n\n* `name`: Its name.\n\n"


def differences(text: str, *promises: tuple[FactKind, str, Promise]) -> Sequence[tuple[str, str, str]]:
    held = {(kind, name): promise for kind, name, promise in promises}
    operation = PromisedOperation("getTree", "POST", "/trees", "Get tree", True, held)
    [one] = compared([read_facts(text, "page", is_whole=True)], [operation])
    kinds = {FIELD, TYPE, REQUIRED}
    return [(str(each.outcome), str(each.kind), each.name) for each in one.differences if each.kind in kinds]


def test_value_with_several_places_is_found_in_any_of_them() -> None:
    promise = Promise("", places=("tree.id", "id"))
    object_ = (TYPE, "response tree", Promise("object"))
    assert differences(HEAD + RESPONSE, (FIELD, "tree", Promise("")), object_, (FIELD, "id", promise)) == [
        ("added", "response field", "tree.id"), ("added", "response field", "more"),
    ]  # fmt: skip
    assert ("removed", "response field", "id") in differences(HEAD + RESPONSE, (FIELD, "id", Promise("")))


def test_what_lies_in_a_value_that_the_contract_leaves_open_is_no_addition() -> None:
    tree = [(FIELD, "tree", Promise("")), (FIELD, "tree.id", Promise("")), (TYPE, "response tree", Promise("object"))]
    more = (FIELD, "more", Promise(""))
    assert differences(HEAD + RESPONSE, *tree, more) == []
    closed = (TYPE, "response more", Promise("object"))
    assert differences(HEAD + RESPONSE, *tree, more, closed) == [("added", "response field", "more.a")]


@pytest.mark.parametrize(("interpretation", "outcomes"), [("names-of-a-tree", []), ("", ["changed"])])
def test_need_of_a_field_that_was_decided_is_not_compared(interpretation: str, outcomes: list[str]) -> None:
    name = (FactKind.REQUEST_FIELD, "name", Promise("", "", interpretation))
    required = (REQUIRED, "request name", Promise(False, "", interpretation))
    assert [
        outcome for outcome, kind, _ in differences(HEAD + FIELDS, name, required) if kind == "required"
    ] == outcomes


def test_documented_status_that_is_gone_is_a_change_whatever_was_decided_of_its_phrase() -> None:
    held = {(FactKind.ERROR_STATUS, "404"): Promise("Bad Request", "", "phrases")}
    operation = PromisedOperation("getTree", "POST", "/trees", "Get tree", True, held)
    [one] = compared([read_facts(HEAD + RESPONSE, "page", is_whole=True)], [operation])
    assert ("removed", "404") in {(str(each.outcome), each.name) for each in one.differences}


@pytest.mark.parametrize(
    ("path", "places"),
    [
        (("data", "*", "id"), ["data[].id"]),
        (("data|.", "id"), ["data.id", "id"]),
        (("user|userData", "id"), ["user.id", "userData.id"]),
        (("data|.",), ["data"]),
    ],
)
def test_places_of_a_path_are_all_in_which_its_value_may_stand(path: tuple[str, ...], places: list[str]) -> None:
    assert places_of(path) == places


def test_fields_of_the_contract_carry_what_was_decided_of_them() -> None:
    decided = [
        promise
        for operation in promised_operations(SCHEMAS)
        for (kind, _), promise in operation.promises.items()
        if kind is REQUIRED and promise.interpretation
    ]
    assert decided


@pytest.mark.parametrize("name", ["reportURL", "payMethod", "callHeaders"])
def test_field_that_ends_like_a_label_is_a_field(name: str) -> None:
    text = (
        "Get Tree\n\nStep 1: Prepare Your Request\n\n  • Endpoint: /trees\n\n  • Method: POST\n\n"
        f"Step 2: Create the Request Body\n\n  • {name}: where to call.\n\nLast updated 2 months ago\n"
    )
    page = read_facts(text, "page")
    assert shown(page, FactKind.REQUEST_FIELD) == {("request field", name, "where to call.")}
    assert page.not_understood == []
