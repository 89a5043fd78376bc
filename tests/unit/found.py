"""What invented runs found: of a contract of one operation, with whatever a hostile provider may send."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.profiles import profile_of, profile_text
from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.judging.decision import decide
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.model import Effect, Exchange, Header, Judgement, Request, RequirementLevel, Verdict, Violation
from talkstack_contract.provider.evidence import BODY_SHOWN_BYTES, Evidence, evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import Settings
from talkstack_contract.reports.findings import Findings
from talkstack_contract.results.history import History, Night
from talkstack_contract.results.records import RunConfiguration
from tests.unit.contracts import PROJECT, contract_of, operation_of

CONTRACT = contract_of(operation_of(PROJECT))
CASES = derive_cases(CONTRACT)
PROMISES = {f"{case.name}/{clause.name}": (case, clause) for case in CASES for clause in case.clauses}
SETTINGS = Settings("https://api.example", False, frozenset({Effect.WRITES, Effect.READS}), {})
CONFIGURATION = RunConfiguration(
    settings=SETTINGS,
    contract=CONTRACT,
    cases=CASES,
    waivers=(),
    fail_on=RequirementLevel.MUST,
    require_all=False,
    seed=7,
    started=datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1))),
)
PROFILE_DOCUMENT = tomllib.loads(
    profile_text((judgement_of(*each, Verdict.UPHELD) for each in PROMISES.values()), "2026-11-02")
)
PROFILE = profile_of("2026-11", "5e" * 32, PROFILE_DOCUMENT)
A_MUST = "by-bearer/envelope.message-is-text"
A_SHOULD = "by-bearer/envelope.message-is-as-printed"
SCRIPT = "<script>alert(1)</script>"
REQUEST = Request(
    "GET", "https://api.example/user", (Header("Authorization", "Bearer abc", "Bearer $TALKSTACK_TOKEN"),), Effect.READS
)


def exchange(body: bytes = b'{"message": 7}', name: str = "by-bearer", **others: Any) -> Exchange:
    made = Exchange(f"getActiveProject/{name}", REQUEST, 200, "OK", (("Server", "x"),), body, "", 12.3)
    return replace(made, **others)


def judged(name: str, verdict: Verdict = Verdict.UPHELD, *violations: Violation, **others: Any) -> Judgement:
    case, clause = PROMISES[name]
    return replace(judgement_of(case, clause, verdict), violations=violations, exchanges=(case.id,), **others)


def violated(name: str, *violations: Violation, **others: Any) -> Judgement:
    return judged(name, Verdict.VIOLATED, *(violations or (Violation("$.message", "7"),)), **others)


def findings(
    others: Sequence[Judgement] = (),
    exchanges: Sequence[Exchange] = (),
    only: Sequence[str] | None = None,
    configuration: RunConfiguration = CONFIGURATION,
    waiver_problems: Sequence[str] = (),
    evidence: Sequence[Evidence] = (),
) -> Findings:
    """Make the findings of a run in which all but `others` is upheld."""
    made = {each.id: each for each in [*map(judged, only or PROMISES), *others]}
    decision = decide(list(made.values()), configuration.run_header.scope(), waiver_problems)
    shown = {each.id: evidence_of(each, Secrets()) for each in exchanges}
    shown |= {each.id: each for each in evidence}
    return Findings(configuration.run_header, decision, list(made.values()), shown, 30, 1.25, waiver_problems)


class Page(HTMLParser):
    """The tags, anchors and references of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.attributes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given: Mapping[str, str | None] = dict(attrs)
        self.attributes += given
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.references += [value or "" for name, value in attrs if name in ("href", "src")]


def seen(*paths: str, name: str = "by-bearer") -> Evidence:
    """Make the evidence of an answer that holds undocumented fields."""
    return replace(evidence_of(exchange(name=name), Secrets()), operation="getActiveProject", undocumented=paths)


BASELINE = Baseline("2026-11-23 02:15 UTC", {f"getActiveProject/{name}": Verdict.UPHELD for name in [*PROMISES][:-3]})
HISTORY = History(
    tuple(
        Night(
            CONFIGURATION.started - timedelta(days=days), "ACCEPTED", {"upheld": 4 - days % 2}, 10.0 + days, (SCRIPT,)
        )
        for days in (3, 2, 1)
    ),
    {f"getActiveProject/{A_MUST}": (Verdict.UPHELD, Verdict.VIOLATED, Verdict.UPHELD)},
)
HOSTILE_EXCHANGE = exchange(
    f'{{"x": "{SCRIPT}"}}'.encode() + b"x" * BODY_SHOWN_BYTES,
    reason=SCRIPT,
    headers=((SCRIPT, SCRIPT),),
    body_trouble=SCRIPT,
)
EVERYTHING = findings(
    [
        violated(A_MUST, *(Violation(f"$.{SCRIPT}", SCRIPT) for _ in range(7))),
        judged(A_SHOULD, Verdict.NOT_TESTED, reason=SCRIPT, unmet_dependency="envelope.message-is-text"),
        violated("by-bearer/body.project-data-status-is-active", Violation("$", SCRIPT)),
        judged("by-api-key/status.is-200", Verdict.WAIVED, Violation("status", SCRIPT), reason=SCRIPT),
        judged("no-credential/status.is-401", Verdict.BLOCKED, reason=SCRIPT),
        judged("internal-error/status.is-500", Verdict.NOT_TESTED, reason=SCRIPT, remedy=SCRIPT),
        violated("unknown-query/answer.is-unchanged", Violation(SCRIPT, SCRIPT)),
    ],
    [HOSTILE_EXCHANGE, exchange(name="by-api-key", status=0, reason=SCRIPT)],
    waiver_problems=[f"waiver {SCRIPT}"],
)
RUNS = {
    "everything": EVERYTHING,
    "accepted": findings(exchanges=[exchange()]),
    "narrowed": findings(only=[A_MUST]),
    "nothing-allowed": findings(configuration=replace(CONFIGURATION, settings=replace(SETTINGS, allow=frozenset()))),
    "nightly": findings(
        [violated(A_MUST), violated("by-api-key/status.is-200"), judged(A_SHOULD, Verdict.NOT_TESTED, reason=SCRIPT)],
        configuration=replace(CONFIGURATION, baseline=BASELINE, history=HISTORY),
    ),
    "undocumented": findings(evidence=[seen(*(f"$.{SCRIPT}{number}" for number in range(30))), seen("$.x", name="x")]),
    "first-night": findings(configuration=replace(CONFIGURATION, history=History())),
    "reference": findings(configuration=replace(CONFIGURATION, settings=replace(SETTINGS, is_reference=True))),
}
