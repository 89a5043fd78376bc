"""Runs of the suite in this process: each case is sent to a provider, and each of its clauses judged, without pytest.

They decide what `pytest tests/contract/test_documented.py` decides about the same provider. What is generated needs
pytest, and what takes several requests has `test_workflows_break.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Self

from reference_provider import Reference, serve
from talkstack_contract.contract.cases import derive_cases, in_order
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.execution.workflows import workflow_cases
from talkstack_contract.judging import judge
from talkstack_contract.judging.decision import decide
from talkstack_contract.model import Case, Clause, Contract, Judgement, RequirementLevel, Verdict
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Limits, Settings, settings_of_reference
from talkstack_contract.results.records import (
    RunConfiguration,
    exchange_line,
    verdict_line,
    written,
)
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.contract.test_workflows import WORKFLOWS
from tests.detection.run_results import Run, Told
from tests.unit.setting_names import NAMES
from tests.unit.small_contract import SCHEMAS, small_contract

# Long enough for a loopback on a busy machine, short enough that one that never answers does not hold the table up.
EXCHANGE_S = 2.0
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # of the provider and of the run: around midnight a day is not certain
NOT_DOCUMENTED = judge.GENERATED_CHECKS | {"workflow"}  # checks whose verdicts other modules state


@dataclass
class References:
    """Reference providers, each for one run at a time, kept for the next."""

    _stack: ExitStack = field(default_factory=ExitStack)
    _idle: list[Reference] = field(default_factory=list)

    @contextmanager
    def taken(self, faults: Iterable[str] = ()) -> Iterator[Reference]:
        """A provider in a fresh world with exactly these faults on, until the block ends."""
        try:
            reference = self._idle.pop()
        except IndexError:
            reference = self._stack.enter_context(serve(port=0, clock=lambda: NOON))
        reference.set_faults(faults)
        yield reference
        self._idle.append(reference)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Ends all of them."""
        self._stack.close()


def settings_for(reference: Reference, instead: Mapping[str, str] = MappingProxyType({})) -> Settings:
    """The settings that ask that provider as its provider file would: as its own accounts, with every effect allowed.

    `instead` gives another base URL for that of a host, with a proxy behind it.
    """
    base_url, calls_base_url = (instead.get(url, url) for url in (reference.base_url, reference.calls_base_url))
    states_url = reference.states_url.replace(reference.base_url, base_url)
    urls = {"base_url": base_url, "calls_base_url": calls_base_url, "states": {"url": states_url}}
    settings = settings_of_reference({**reference.provider_settings(), **urls}, NAMES)
    return replace(settings, limits=Limits(exchange_s=EXCHANGE_S))


def judged(settings: Settings, *, is_small: bool = False, operations: Collection[str] = ()) -> Run:
    """Ask the documented cases of the whole contract or of the small one, and decide as a whole run does.

    Where `operations` are named, only their cases are asked.
    """
    configuration = _configuration(settings, is_small=is_small)
    judgements = list(_judgements(configuration, operations))
    decision = decide(judgements, configuration.run_header.scope())
    told = {each.id: Told(str(each.level), str(each.verdict), each.exchanges, each.run_wide) for each in judgements}
    return Run(decision.exit_status, told, True, decision.reason)


def promised(*, is_small: bool = False) -> dict[str, tuple[Case, Clause]]:
    """Every clause of that contract by id, with its case: also those that need pytest or several requests."""
    return {f"{case.id}/{clause.name}": (case, clause) for case in cases_asked(is_small) for clause in case.clauses}


def _judgements(configuration: RunConfiguration, operations: Collection[str]) -> Iterator[Judgement]:
    settings = configuration.settings
    provider = Provider(settings, Secrets(settings.secrets()), wait=lambda _: None)
    accounts = Accounts(configuration.cases, provider, Ledger(), configuration.nonce)
    run = judge.Run(configuration.cases, accounts, (), NOON.date(), WORKFLOWS, configuration.run_header.scope())
    for case, clause in configuration.promises.values():
        if clause.check not in NOT_DOCUMENTED and (not operations or case.operation.id in operations):
            judgement = run.judgement(case, clause)
            if judgement.verdict is not Verdict.UPHELD:
                _write(run, judgement)
            yield judgement
    accounts.close()
    provider.connections.close()


def _write(run: judge.Run, judgement: Judgement) -> None:
    """Make the lines of a record, and let them go: an answer that breaks a promise must not break the record."""
    for line in [*(exchange_line(run.evidence(id_)) for id_ in judgement.exchanges), verdict_line(judgement)]:
        written(line)


def _configuration(settings: Settings, *, is_small: bool) -> RunConfiguration:
    return RunConfiguration(
        settings=settings,
        contract=contract_asked(is_small),
        cases=cases_asked(is_small),
        waivers=(),
        fail_on=RequirementLevel.MUST,
        require_all=False,
        seed=1,
        started=NOON,
    )


@cache
def contract_asked(is_small: bool) -> Contract:
    """The whole contract, or the small one: read once a process."""
    return load_contract(small_contract() if is_small else SCHEMAS)


@cache
def cases_asked(is_small: bool) -> tuple[Case, ...]:
    """Its cases, workflows and generated ones included, in the order of asking."""
    contract = contract_asked(is_small)
    return in_order([*derive_cases(contract), *workflow_cases(contract, WORKFLOWS)])
