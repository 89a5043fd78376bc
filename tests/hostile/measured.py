"""A run of the suite against one behaviour, in a process of its own: what it decided, what it took, what it said."""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from talkstack_contract.contract.cases import GENERATED, derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.judging.judge import Run
from talkstack_contract.model import Contract, Effect, RequirementLevel, Verdict
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Account, Credential, Limits, Settings
from talkstack_contract.reports.findings import findings_of, page
from talkstack_contract.reports.junit import junit_xml
from talkstack_contract.reports.terminal import stated
from talkstack_contract.results.records import RunConfiguration, exchange_line, header_line, verdict_line, written
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger
from tests.hostile.behaviours import BEHAVIOURS, BODY_BYTES, DEADLINE_S, KEY, TOKEN, USER
from tests.hostile.raw_server import Received, answer, serving
from tests.unit.setting_names import ACTIVE, NAMES, credentials
from tests.unit.small_contract import small_contract

PATIENCE_S = 300
MEMORY_MB = 300
EMPTY_MB = 75  # held by a process that has imported the engine and read the contract


@dataclass(frozen=True)
class Measured:
    """What a run came to; `ours` names clauses blocked by a bug.

    `memory_mb` is the most that a process of its own would have held: a fork of one that has run other tests holds
    what they left as well, which is taken off.
    """

    name: str
    decision: str
    exit_status: int
    seconds: float
    memory_mb: float
    harmed: list[str]
    ours: list[str]
    elsewhere: int
    leaks: list[str]


@cache
def _contract() -> Contract:
    return load_contract(small_contract())


def measured(name: str) -> Measured:
    """Run in a fork of this process, which has read the contract already."""
    _contract()
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measure, args=(name, there))
    process.start()
    there.close()
    text = here.recv() if here.poll(PATIENCE_S) else ""
    process.join(5)
    if process.is_alive():
        process.kill()
    if not text:
        raise RuntimeError(f"the run against {name} did not end")
    given: dict[str, Any] = json.loads(text)
    return Measured(**given)


def _measure(name: str, there: Any) -> None:
    there.send(json.dumps(asdict(_run(name))))


def _run(name: str) -> Measured:
    behaviour, counts = BEHAVIOURS[name], count()
    held_before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

    def respond(request: Received) -> Iterator[bytes]:
        is_struck = f"Bearer {TOKEN}" in request.values("Authorization")
        yield from behaviour.answer(request, next(counts) if is_struck else 0, second.url)

    with serving(lambda _: [answer()]) as second, serving(respond) as server:
        started = time.perf_counter()
        found = _judged(name, server.url)
        seconds = time.perf_counter() - started
        heard = len(second.received)
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - held_before + EMPTY_MB
    return Measured(seconds=round(seconds, 2), memory_mb=round(memory_mb), elsewhere=heard, **found)


def _judged(name: str, url: str) -> dict[str, Any]:
    account = Account(ACTIVE, credentials(Credential(TOKEN, "TOKEN"), Credential(KEY, "KEY")), USER)
    limits = Limits(exchange_s=DEADLINE_S, body_bytes=BODY_BYTES)
    settings = Settings(url, False, frozenset({Effect.READS}), {ACTIVE: account}, limits=limits, names=NAMES)
    cases = tuple(case for case in derive_cases(_contract()) if case.kind != GENERATED)
    configuration = RunConfiguration(
        settings, _contract(), cases, (), RequirementLevel.MUST, False, 1, datetime.now(UTC)
    )
    provider = Provider(settings, Secrets(settings.secrets()))
    run = Run(cases, Accounts(cases, provider, Ledger(), "n"), (), date(2026, 11, 24))
    judgements = [run.judgement(case, clause) for case in cases for clause in case.clauses]
    evidence = {id_: run.evidence(id_) for id_ in run.answers.exchanges}
    findings = findings_of(configuration.run_header, judgements, evidence, provider.requests_sent, 0.0)
    lines = [
        header_line(configuration.run_header),
        *map(exchange_line, evidence.values()),
        *map(verdict_line, judgements),
    ]
    texts = {
        "verdicts.jsonl": "".join(map(written, lines)),
        "terminal": "\n".join(stated(each, []) for each in judgements),
        "summary.md": page(findings, "summary.md"),
        "report.html": page(findings, "page.html"),
        "junit.xml": junit_xml(findings),
    }
    compared = "answer.is-the-same-by-bearer"
    by_key = [each for each in judgements if each.case == "by-api-key" and each.clause != compared]
    return {
        "name": name,
        "decision": str(findings.decision.word),
        "exit_status": findings.decision.exit_status,
        "harmed": [each.id for each in by_key if each.verdict not in (Verdict.UPHELD, Verdict.NOT_TESTED)],
        "ours": [f"{each.id}: {each.reason}" for each in judgements if each.reason.startswith("a bug of ours")],
        "leaks": [where for where, text in texts.items() if TOKEN in text or KEY in text or json.dumps(TOKEN) in text],
    }


def problems(found: Measured) -> list[str]:
    """Say what is not as it has to be; nothing where the run came to what the behaviour leads to."""
    told = [*found.harmed, *found.ours, *(f"a secret in {where}" for where in found.leaks)]
    told += ["a second origin was asked"] if found.elsewhere else []
    told += [f"{found.memory_mb:.0f} MB"] if found.memory_mb > MEMORY_MB else []
    expected = BEHAVIOURS[found.name].decision
    return told + ([f"expected {expected}"] if found.decision != expected else [])
