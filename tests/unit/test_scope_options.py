"""The part of the contract that a run decides about: operations and sections, by option or provider file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Verdict
from talkstack_contract.run_configuration import waivers_about
from talkstack_contract.scope_options import NamedScope, scope_of
from tests.unit.billing_provider import CASES
from tests.unit.contracts import billing_contract

CONTRACT = billing_contract()
NOTHING: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
SECTION = CONTRACT.operations[0].tag
OF_SECTION = frozenset(each.id for each in CONTRACT.operations if each.tag == SECTION)


def test_without_a_name_the_scope_is_the_whole_contract() -> None:
    assert scope_of(CONTRACT, (), (), NOTHING) == NamedScope()


def test_operations_and_sections_add_up() -> None:
    found = scope_of(CONTRACT, ["getInvoice", "getInvoice"], [SECTION.lower()], NOTHING)
    assert found == NamedScope(OF_SECTION | {"getInvoice"}, ("getInvoice", SECTION))


def test_option_wins_over_the_file() -> None:
    assert scope_of(CONTRACT, ["getRate"], (), (("getInvoice",), ())).names == ("getRate",)


def test_file_is_taken_where_no_option_names_a_scope() -> None:
    assert scope_of(CONTRACT, (), (), (("getInvoice",), ())).operations == {"getInvoice"}


@pytest.mark.parametrize(
    ("operations", "sections", "told"),
    [
        (["getInvoise"], [], "--operation: 'getInvoise' is not an operation of the contract; nearest: 'getInvoice'"),
        ([], [f"{SECTION}s"], f"--section: '{SECTION}s' is not a section of the docs of the contract; nearest: "),
    ],
    ids=["operation", "section"],
)
def test_name_that_the_contract_lacks_is_refused(operations: list[str], sections: list[str], told: str) -> None:
    with pytest.raises(BadInput) as refusal:
        scope_of(CONTRACT, operations, sections, NOTHING)
    assert str(refusal.value).startswith(told)


def waiver(pattern: str) -> Waiver:
    return Waiver(pattern, "why", "owner", "T-1", date(2027, 1, 1))


def test_waivers_outside_the_scope_are_left_alone_and_those_of_nothing_are_not() -> None:
    inside, outside, nowhere = waiver("getInvoice/**"), waiver("getRate/**"), waiver("getNothing/**")
    cases = [*CASES.values()]
    assert waivers_about(frozenset({"getInvoice"}), [inside, outside, nowhere], cases) == (inside, nowhere)


def test_baseline_is_asked_for_the_scope_only() -> None:
    known = Baseline("then", {"getInvoice/a/b.c": Verdict.UPHELD, "getRate/a/b.c": Verdict.VIOLATED})
    assert known.about({"getRate"}) == replace(known, verdicts={"getRate/a/b.c": Verdict.VIOLATED})
