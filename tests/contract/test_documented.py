"""Every case that follows from the contract, one item each: `operation/case`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talkstack_contract.pytest_plugin import CaseVerdicts


def test_case(verdicts: CaseVerdicts) -> None:
    verdicts.end_item()
