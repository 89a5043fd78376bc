"""The verdicts of a record in the Common Test Report Format (https://ctrf.io): a test for each clause.

For each clause, as in `junit.xml`, and not for each case: level, provenance and source are those of a clause, and one
case may uphold nine clauses and violate the tenth. A test that is `other` was tested and neither passed nor failed the
run (waived, violated below what rejects), or could not be judged (blocked): the decision stands in the summary.
"""

import json
from collections import Counter

from talkstack_contract import __version__
from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.model import Json, Judgement, Verdict
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import stated

SPECIFICATION = "0.0.0"  # the one version that ctrf.io has published
STATUSES = ("passed", "failed", "skipped", "pending", "other")
_STATUS = {Verdict.UPHELD: "passed", Verdict.NOT_TESTED: "skipped"}


def ctrf(findings: Findings) -> str:
    """Write a test for each verdict, and one more for a run that was cut."""
    tests = [_test(each, findings) for each in findings.judgements]
    if findings.decision.word is not DecisionKind.NONE and len(tests) < len(findings.run_header.clauses):
        tests.append({"name": "whole run", "status": "other", "duration": 0, "message": findings.decision.reason})
    report: Json = {
        "reportFormat": "CTRF",
        "specVersion": SPECIFICATION,
        "generatedBy": "talkstack-contract",
        "results": {
            "tool": {"name": "talkstack-contract", "version": __version__},
            "summary": _summary(findings, tests),
            "tests": tests,
            "environment": _environment(findings),
        },
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    return text.encode(errors="replace").decode() + "\n"  # a lone surrogate is no JSON to many readers


def _test(judgement: Judgement, findings: Findings) -> Json:
    evidence = [findings.exchanges[id_] for id_ in judgement.exchanges if id_ in findings.exchanges]
    made: Json = {
        "testId": judgement.id,
        "name": judgement.id,
        "status": _status(judgement, findings),
        "rawStatus": str(judgement.verdict),
        "duration": round(sum(each.latency_ms for each in evidence)),
        "suite": [judgement.operation],
        "extra": {
            "case": judgement.case,
            "clause": judgement.clause,
            "statement": judgement.statement,
            "level": str(judgement.level),
            "provenance": str(judgement.provenance),
            "source": str(judgement.source),
        },
    }
    if judgement.verdict is not Verdict.UPHELD:
        made["message"] = stated(judgement, evidence)
    return made


def _status(judgement: Judgement, findings: Findings) -> str:
    if judgement.id in findings.decision.violated:
        return "failed"
    return _STATUS.get(judgement.verdict, "other")


def _summary(findings: Findings, tests: list[Json]) -> Json:
    counts, decision = Counter(test["status"] for test in tests), findings.decision
    started_ms = round(findings.run_header.started.timestamp() * 1000)
    return {
        "tests": len(tests),
        **{status: counts[status] for status in STATUSES},
        "suites": len({each.operation for each in findings.judgements}),
        "start": started_ms,
        "stop": started_ms + round(findings.seconds * 1000),
        "extra": {
            "decision": str(decision.word),
            "exitStatus": decision.exit_status,
            "reason": decision.reason,
            "documentedResponses": decision.counts(),
        },
    }


def _environment(findings: Findings) -> Json:
    header = findings.run_header
    return {
        "appName": header.title,
        "appVersion": header.version,
        "extra": {"baseUrl": header.base_url, "isReferenceProvider": header.is_reference, "docsRead": header.docs_read},
    }
