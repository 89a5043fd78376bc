"""Runs that are decided in this process: provider file, requests, verdicts, record and decision, without pytest.

They generate no requests, and their scope holds none; all else is what a run of the suite asks of one operation.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from reference_provider import serve
from talkstack_contract.contract.cases import GENERATED, derive_cases, in_order
from talkstack_contract.judging import judge
from talkstack_contract.model import RequirementLevel
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Settings, settings_of_file
from talkstack_contract.reports import terminal
from talkstack_contract.reports.record import Record
from talkstack_contract.results.records import RunConfiguration, exchange_line, verdict_line, written
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.detection.judged_runs import NOON, contract_asked
from tests.detection.mutating_proxy import Relay, serve_proxy, untouched
from tests.runs import provider_files
from tests.runs.provider_files import Change, provider_of
from tests.runs.suite_process import Finished
from tests.unit.setting_names import NAMES


def decide(
    folder: Path, *, faults: Sequence[str] = (), relay: Relay = untouched, change: Change = dict, **held_to: Any
) -> Finished:
    """Asks the reference provider with these faults, behind a proxy with this relay.

    `held_to` are fields of the run's configuration, such as `fail_on`; the record and `summary.md` stay in `folder`.
    """
    with serve(faults=faults) as reference, serve_proxy(reference.base_url, relay) as proxy:
        run = decide_about(folder, change(provider_of(reference, proxy.base_url)), **held_to)
    assert proxy.failures == []
    return run


def decide_about(
    folder: Path,
    provider: provider_files.Provider,
    environment: Mapping[str, str] = MappingProxyType({}),
    **held_to: Any,
) -> Finished:
    """Asks the provider that a provider file with this content leads to."""
    file = Path(provider_files.written(folder / "provider.toml", provider))
    configuration = _configuration(settings_of_file(file, NAMES, environment, "", False), **held_to)
    record = Record(folder / "reports", configuration)
    record.open()
    run = _run(configuration)
    for lines in _lines(run, configuration):
        record.take(lines)
    run.accounts.close()
    run.provider.connections.close()
    record.take_over(run.known())
    findings = record.findings()
    decision = record.close(findings, [record.jsonl, record.write_summary(findings)], ())
    told = terminal.last_line(decision, record.requests, findings.seconds)
    written_lines = tuple(json.loads(line) for line in record.jsonl.read_text().splitlines())
    return Finished(decision.exit_status, told, record.folder, written_lines)


def _configuration(settings: Settings, *, fail_on_undocumented: bool = False, **held_to: Any) -> RunConfiguration:
    contract = contract_asked(is_small=True)
    cases = derive_cases(contract, fail_on_undocumented=fail_on_undocumented)
    given = {"waivers": (), "fail_on": RequirementLevel.MUST, "require_all": False, "seed": 1, "started": NOON}
    return RunConfiguration(
        settings=settings,
        contract=contract,
        cases=in_order(case for case in cases if case.kind != GENERATED),
        fail_on_undocumented=fail_on_undocumented,
        **{**given, **held_to},
    )


def _run(configuration: RunConfiguration) -> judge.Run:
    settings, cases = configuration.settings, configuration.cases
    provider = Provider(settings, Secrets(settings.secrets()), wait=lambda _: None)
    accounts = Accounts(cases, provider, Ledger(), configuration.nonce)
    today, scope = configuration.started.date(), configuration.run_header.scope()
    return judge.Run(cases, accounts, configuration.waivers, today, {}, scope)


def _lines(run: judge.Run, configuration: RunConfiguration) -> Iterator[list[str]]:
    """The lines of each verdict, its new exchanges first."""
    shipped: set[str] = set()
    for case, clause in configuration.promises.values():
        judgement = run.judgement(case, clause)
        new = [id_ for id_ in dict.fromkeys(judgement.exchanges) if id_ not in shipped]
        shipped.update(new)
        yield [written(line) for line in [*(exchange_line(run.evidence(id_)) for id_ in new), verdict_line(judgement)]]
