"""Every case that follows from the contract, one item each: `operation/case`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from talkstack_contract.pytest_plugin import end_item

if TYPE_CHECKING:
    from talkstack_contract.reports.case_verdicts import CaseVerdicts


def test_case(verdicts: CaseVerdicts) -> None:
    end_item(verdicts)
