"""Each line of a record says what its readers look for, and is read back as the value it was."""

import json
from dataclasses import replace
from datetime import date

import pytest

from talkstack_contract import __version__
from talkstack_contract.contract.interpretations import OWN
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Judgement, Verdict, Violation
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.results.records import (
    RunHeader,
    Totals,
    evidence_of_line,
    exchange_line,
    footer_line,
    header_line,
    judgement_of_line,
    run_header_of_line,
    verdict_line,
    written,
)
from tests.unit.contracts import promised
from tests.unit.found import (
    A_MUST,
    A_SHOULD,
    BASELINE,
    CONFIGURATION,
    CONTRACT,
    HISTORY,
    PROFILE,
    PROMISES,
    exchange,
    findings,
    judged,
    violated,
)

RUN_HEADER = CONFIGURATION.run_header
PROFILED = replace(
    RUN_HEADER,
    fail_on_undocumented=True,
    waivers=(Waiver("a/b/c", "slow vendor", "anna", "T-1", date(2027, 1, 1)),),
    profile=PROFILE,
    require_all=True,
    pages_not_covered=(("A page", "Its title is known."),),
)


def test_heading_says_what_was_asked_of_whom() -> None:
    given = header_line(RUN_HEADER)
    shown = {key: given[key] for key in ("kind", "format", "suite", "started", "provider", "allow", "seed", "fail_on")}
    assert shown == {
        "kind": "header",
        "format": 3,
        "suite": f"talkstack-contract {__version__}",
        "started": "2026-11-24T09:30:00+00:00",
        "provider": {"base_url": "https://api.example", "is_reference": False},
        "allow": ["reads", "writes"],
        "seed": 7,
        "fail_on": "must",
    }


def test_heading_counts_what_the_contract_holds() -> None:
    assert header_line(RUN_HEADER)["contract"] == {
        "title": "A small API",
        "version": "2026-11-02",
        "docs_read": "2026-11-02",
        "docs_as_of": "",
        "sha256": CONTRACT.digest,
        "operations": 1,
        "documented_responses": 4,
        "clauses": len(PROMISES),
    }


NIGHTLY = replace(RUN_HEADER, baseline=BASELINE, history=HISTORY)


@pytest.mark.parametrize(
    "run_header", [RUN_HEADER, PROFILED, NIGHTLY], ids=["plain", "with-waivers-and-a-profile", "compared-and-nightly"]
)
def test_heading_is_read_back_from_its_line(run_header: RunHeader) -> None:
    assert run_header_of_line(json.loads(written(header_line(run_header)))) == run_header


def test_heading_names_each_clause_in_the_order_of_asking() -> None:
    assert RUN_HEADER.clauses == tuple(CONFIGURATION.promises)


def test_heading_knows_every_documented_pair() -> None:
    assert RUN_HEADER.scope().responses == promised(CONTRACT, CONFIGURATION.cases)


ROUND_TRIPS = {
    "upheld": judged(A_MUST),
    "violated": violated(A_MUST, Violation("$.a", "\ud800 \u2028 ä"), Violation("header x", '"\\"')),
    "waived": judged(A_MUST, Verdict.WAIVED, Violation("$", "7"), reason="slow vendor (T-1, anna, until 2026-11-24)"),
    "not-asked": judged(A_MUST, Verdict.NOT_TESTED, reason="no account", remedy="give one", by_settings=True),
    "below": judged(
        A_SHOULD, Verdict.NOT_TESTED, reason="x does not hold", unmet_dependency="envelope.message-is-text"
    ),
    "blocked": judged(A_MUST, Verdict.BLOCKED, reason="dead", run_wide=True),
    "of-no-pair": judged("unknown-query/answer.is-unchanged"),
    "of-a-reading": judged("no-credential/media-type.is-json"),
}


@pytest.mark.parametrize("judgement", ROUND_TRIPS.values(), ids=ROUND_TRIPS)
def test_verdict_is_read_back_from_its_line(judgement: Judgement) -> None:
    assert judgement_of_line(json.loads(written(verdict_line(judgement)))) == judgement


def test_verdict_line_holds_what_readers_of_the_file_look_for() -> None:
    line = json.loads(written(verdict_line(violated(A_MUST))))
    shown = {key: line[key] for key in ("kind", "id", "operation", "case", "clause", "level", "provenance", "verdict")}
    assert (shown, line["violations"], line["exchanges"]) == (
        {
            "kind": "verdict",
            "id": "getActiveProject/by-bearer/envelope.message-is-text",
            "operation": "getActiveProject",
            "case": "by-bearer",
            "clause": "envelope.message-is-text",
            "level": "must",
            "provenance": "documented",
            "verdict": "violated",
        },
        [{"at": "$.message", "received": "7"}],
        ["getActiveProject/by-bearer"],
    )


@pytest.mark.parametrize("text", ["\ud800", "ä\u2028\u0085\n", "\x00\x7f"], ids=["surrogate", "line-ends", "controls"])
def test_line_is_one_line_of_ascii(text: str) -> None:
    line = written(verdict_line(violated(A_MUST, Violation(text, text))))
    assert (line.isascii(), line.count("\n"), line.splitlines() == [line[:-1]]) == (True, 1, True)


def test_exchange_line_holds_the_evidence() -> None:
    line = exchange_line(evidence_of(exchange(), Secrets()))
    assert (line["kind"], line["id"], line["body"]) == ("exchange", "getActiveProject/by-bearer", '{"message": 7}')


def test_evidence_is_read_back_from_its_line() -> None:
    evidence = replace(evidence_of(exchange(), Secrets()), operation="getActiveProject", undocumented=("$.a", "$.b"))
    assert evidence_of_line(json.loads(written(exchange_line(evidence)))) == evidence


def test_footer_holds_the_decision_and_what_it_cost() -> None:
    decision = findings().decision
    expected = {
        "kind": "footer",
        "decision": "ACCEPTED",
        "exit_status": 0,
        "reason": "",
        "cut_short": "a worker died",
        "documented_responses": decision.counts(),
        "clauses": decision.clauses,
        "requests": 30,
        "generated_requests": 12,
        "seconds": 1.23,
        "latency_ms": 8.5,
        "undocumented": ("getActiveProject 200 $.colour",),
        "changes": None,
    }
    totals = Totals(30, 12, 1.23, 8.5, ("getActiveProject 200 $.colour",))
    assert footer_line(decision, totals, "a worker died") == expected


# The interpretations


def test_record_explains_each_interpretation_that_a_contract_leaves_to_the_suite() -> None:
    own = {name for _, clause in PROMISES.values() for name in [clause.source.interpretation] if name in OWN}
    bare = replace(CONFIGURATION, contract=replace(CONTRACT, interpretations=()))
    assert {each.id for each in bare.run_header.interpretations} == own > {"error-body", "server-internals"}


def test_interpretation_of_the_contract_goes_before_our_own() -> None:
    assert CONFIGURATION.run_header.interpretations == CONTRACT.interpretations
