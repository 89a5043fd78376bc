"""A record as JUnit XML has a test case for each clause, and is XML whatever a provider sent."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from talkstack_contract.model import Verdict, Violation
from talkstack_contract.reports.findings import Findings, findings_of
from talkstack_contract.reports.junit import junit_xml
from tests.unit.found import A_MUST, A_SHOULD, PROMISES, RUNS, findings, judged, violated


def items(found: Findings) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit_xml(found).encode())
    return {item.get("name", ""): item for item in root.iter("testcase")}


def outcome(item: ElementTree.Element) -> str:
    return next((child.tag for child in item if child.tag != "properties"), "")


OUTCOMES = {
    "upheld": (judged(A_MUST), ""),
    "violated": (violated(A_MUST), "failure"),
    "violated-below-what-rejects": (violated(A_SHOULD), "skipped"),
    "waived": (judged(A_MUST, Verdict.WAIVED), "skipped"),
    "not-asked": (judged(A_MUST, Verdict.NOT_TESTED), "skipped"),
    "blocked": (judged(A_MUST, Verdict.BLOCKED), "error"),
}


@pytest.mark.parametrize(("judgement", "tag"), OUTCOMES.values(), ids=OUTCOMES)
def test_verdict_has_its_tag(judgement: object, tag: str) -> None:
    found = items(findings([judgement]))  # type: ignore[list-item]  # each is a judgement, which a table cannot say
    given = {name: outcome(item) for name, item in found.items() if outcome(item)}
    expected = {judgement.id: tag} if tag else {}  # type: ignore[attr-defined]
    assert given == expected


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_suite_counts_its_items(found: Findings) -> None:
    [suite] = ElementTree.fromstring(junit_xml(found).encode())
    told = [outcome(item) for item in suite]
    counts = {"tests": len(told), "failures": told.count("failure"), "errors": told.count("error")}
    assert {key: int(suite.get(key, "")) for key in counts} == counts


def test_letter_is_told_in_full() -> None:
    [failure] = ElementTree.fromstring(junit_xml(findings([violated(A_MUST)])).encode()).iter("failure")
    assert [line.split()[0] for line in (failure.text or "").splitlines()[1:]] == ["promised", "received"]


def test_what_xml_cannot_hold_is_written_by_its_number() -> None:
    found = findings([violated(A_MUST, Violation("$", "\x00\ud800\ufffe ]]> <b>"))])
    [failure] = ElementTree.fromstring(junit_xml(found).encode()).iter("failure")
    assert r"received  \x00\ud800\ufffe ]]> <b>" in (failure.text or "")


def test_run_that_was_cut_is_an_error_more() -> None:
    whole = findings()
    cut = findings_of(whole.run_header, [judged(A_MUST)], {}, 1, 0.1, "the record was cut")
    told = {name: outcome(item) for name, item in items(cut).items()}
    assert told == {f"getActiveProject/{A_MUST}": "", "whole run": "error"}


def test_run_that_was_narrowed_is_no_error() -> None:
    assert [outcome(item) for item in items(RUNS["narrowed"]).values()] == [""]


def test_each_clause_is_a_test_case() -> None:
    root = ElementTree.fromstring(junit_xml(findings()).encode())
    assert [item.get("name") for item in root.iter("testcase")] == [f"getActiveProject/{name}" for name in PROMISES]


def test_test_case_is_in_the_module_that_asks() -> None:
    whole = findings()
    cases = tuple(replace(each, is_workflow=each.id.endswith("/by-bearer")) for each in whole.run_header.cases)
    found = items(replace(whole, run_header=replace(whole.run_header, cases=cases)))
    modules = {name.split("/")[1]: item.get("classname") for name, item in found.items()}
    in_two = {"by-bearer": "tests.contract.test_workflows", "generated": "tests.contract.test_generated"}
    expected = {name.split("/")[0]: "tests.contract.test_documented" for name in PROMISES} | in_two
    assert (modules, len(found)) == (expected, len(PROMISES))
