"""A record in the Common Test Report Format has a test for each clause, and its summary counts them."""

import json
from collections import Counter
from typing import Any

import pytest

from talkstack_contract import __version__
from talkstack_contract.model import Judgement, Verdict, Violation
from talkstack_contract.reports.ctrf import ctrf
from talkstack_contract.reports.findings import Findings, findings_of
from talkstack_contract.reports.terminal import stated
from tests.unit.found import A_MUST, A_SHOULD, PROMISES, RUNS, exchange, findings, judged, violated

STATUSES = ("passed", "failed", "skipped", "pending", "other")
TEST = {"testId", "name", "status", "rawStatus", "duration", "suite", "message", "extra"}


def results(found: Findings) -> Any:
    return json.loads(ctrf(found))["results"]


def made_of(judgement: Judgement, **others: Any) -> Any:
    found = findings([judgement], **others)
    return next(each for each in results(found)["tests"] if each["name"] == judgement.id)


OUTCOMES = {
    "upheld": (judged(A_MUST), "passed"),
    "violated": (violated(A_MUST), "failed"),
    "violated-below-what-rejects": (violated(A_SHOULD), "other"),
    "waived": (judged(A_MUST, Verdict.WAIVED), "other"),
    "not-tested": (judged(A_MUST, Verdict.NOT_TESTED), "skipped"),
    "blocked": (judged(A_MUST, Verdict.BLOCKED), "other"),
}


@pytest.mark.parametrize(("judgement", "status"), OUTCOMES.values(), ids=OUTCOMES)
def test_verdict_has_its_status(judgement: Judgement, status: str) -> None:
    made = made_of(judgement)
    assert (made["status"], made["rawStatus"]) == (status, str(judgement.verdict))


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_summary_counts_the_tests(found: Findings) -> None:
    made = results(found)
    counts = Counter(each["status"] for each in made["tests"])
    expected = {"tests": len(made["tests"]), **{status: counts[status] for status in STATUSES}}
    assert {key: made["summary"][key] for key in expected} == expected


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_summary_holds_the_decision(found: Findings) -> None:
    shown, decision = results(found)["summary"]["extra"], found.decision
    assert (shown["decision"], shown["exitStatus"]) == (str(decision.word), decision.exit_status)


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_report_has_what_the_format_asks_for_and_nothing_else(found: Findings) -> None:
    report = json.loads(ctrf(found))
    assert report.keys() == {"reportFormat", "specVersion", "generatedBy", "results"}
    assert (report["reportFormat"], report["specVersion"]) == ("CTRF", "0.0.0")
    assert report["results"]["tool"] == {"name": "talkstack-contract", "version": __version__}
    wrong = [
        each["name"]
        for each in report["results"]["tests"]
        if not {"name", "status", "duration"} <= each.keys() <= TEST
        or each["status"] not in STATUSES
        or not isinstance(each["duration"], int)
    ]
    assert wrong == []


def test_run_has_its_times_in_ms() -> None:
    summary = results(findings())["summary"]
    assert (summary["start"], summary["stop"] - summary["start"]) == (1_795_512_600_000, 1250)


def test_each_clause_is_a_test_of_its_operation() -> None:
    made = [(each["testId"], each["suite"]) for each in results(findings())["tests"]]
    assert made == [(f"getActiveProject/{name}", ["getActiveProject"]) for name in PROMISES]


def test_test_says_level_provenance_and_source_of_its_clause() -> None:
    assert made_of(violated(A_MUST))["extra"] == {
        "case": "by-bearer",
        "clause": "envelope.message-is-text",
        "statement": "message is text",
        "level": "must",
        "provenance": "documented",
        "source": "User › Get active Project › Success Response, “200 OK”; read 2026-11-02",
    }


def test_message_is_the_letter() -> None:
    judgement, seen = violated(A_MUST), exchange()
    found = findings([judgement], [seen])
    message = next(each["message"] for each in results(found)["tests"] if "message" in each)
    assert message == stated(judgement, [found.exchanges[seen.id]])


def test_upheld_clause_has_no_message() -> None:
    assert "message" not in made_of(judged(A_MUST))


def test_duration_is_that_of_the_exchanges() -> None:
    assert made_of(judged(A_MUST), exchanges=[exchange(latency_ms=12.6)])["duration"] == 13


def test_run_that_was_cut_is_one_test_more() -> None:
    whole = findings()
    cut = results(findings_of(whole.run_header, [judged(A_MUST)], {}, 1, 0.1, "the record was cut"))
    last = cut["tests"][-1]
    shown = (last["name"], last["status"], "the record was cut" in last["message"], cut["summary"]["extra"]["decision"])
    assert shown == ("whole run", "other", True, "INCONCLUSIVE")


def test_run_that_was_narrowed_is_not_cut() -> None:
    assert len(results(RUNS["narrowed"])["tests"]) == 1


def test_report_is_text_whatever_was_received() -> None:
    message = made_of(violated(A_MUST, Violation("$", "\x00\ud800")))["message"]
    assert r"received  \x00\ud800" in message
