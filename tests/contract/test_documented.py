"""Every clause that follows from the contract, one item each: `operation/case/clause`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from talkstack_contract.pytest_plugin import Stated


def test_clause(verdict: Stated) -> None:
    verdict.state()
