"""A record as JUnit XML has a test case for each clause, and is XML whatever a provider sent."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from talkstack_contract.model import Judgement, Verdict, Violation
from talkstack_contract.reports.findings import Findings, findings_of
from talkstack_contract.reports.junit import junit_xml
from tests.unit.found import A_MUST, A_SHOULD, PROMISES, RUNS, findings, judged, violated


def items(found: Findings) -> dict[str, ElementTree.Element]:
    root = ElementTree.fromstring(junit_xml(found).encode())
    return {item.get("name", ""): item for item in root.iter("testcase")}


def outcome(item: ElementTree.Element) -> str:
    return next((child.tag for child in item), "")


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


HOSTILE_TEXTS = {
    "control-characters": "".join(map(chr, range(32))) + "\x7f\x85\x9f",
    "lone-surrogates": "\ud800 \udfff \ufffe \uffff",
    "end-of-a-section": "]]> <![CDATA[ --> <?x?> &#0; &x; </failure>",
    "quotes": '"\'`\n"',
}


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_file_is_well_formed_whatever_a_message_holds(text: str) -> None:
    told = [
        violated(A_MUST, Violation(text, text)),
        judged(A_SHOULD, Verdict.BLOCKED, reason=text),
        judged("by-api-key/status.is-200", Verdict.NOT_TESTED, reason=text, remedy=text),
    ]
    whole = findings(told)
    cut = findings_of(whole.run_header, told, {}, 1, 0.1, text)
    assert sorted(outcome(item) for item in items(cut).values()) == ["error", "error", "failure", "skipped"]


# What Jenkins' xunit-plugin allows in an element (junit-10.xsd): attributes that have to be there, others, children.
JENKINS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"time", "skipped", "timestamp", "hostname", "id", "package", "group", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **dict.fromkeys(("skipped", "error", "failure"), (set(), {"type", "message"}, set())),
}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def beyond_jenkins(element: ElementTree.Element) -> list[str]:
    """Name what the schema of Jenkins does not allow in an element and below it."""
    required, optional, children = JENKINS[element.tag]
    given = {*element.attrib}
    wrong = [*(required - given), *(given - required - optional), *({child.tag for child in element} - children)]
    if not SUREFIRE_TIME.fullmatch(element.get("time", "")):
        wrong.append("time")
    return [f"{element.tag}: {each}" for each in wrong] + [each for child in element for each in beyond_jenkins(child)]


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_file_keeps_to_the_schema_of_jenkins(found: Findings) -> None:
    assert beyond_jenkins(ElementTree.fromstring(junit_xml(found).encode())) == []


TOLD = {
    "failure": (violated(A_MUST), True, True),
    "error": (judged(A_MUST, Verdict.BLOCKED, reason="reason-1"), False, True),
    "skipped": (judged(A_MUST, Verdict.NOT_TESTED, reason="reason-1"), True, False),
}


@pytest.mark.parametrize(("tag", "given"), TOLD.items(), ids=TOLD)
def test_one_line_is_told_once_where_servers_look_for_it(tag: str, given: tuple[Judgement, bool, bool]) -> None:
    judgement, has_title, has_text = given
    [found] = ElementTree.fromstring(junit_xml(findings([judgement])).encode()).iter(tag)
    assert (found.get("message") is not None, found.text is not None) == (has_title, has_text)


def test_title_is_the_first_line_of_a_letter() -> None:
    [failure] = ElementTree.fromstring(junit_xml(findings([violated(A_MUST)])).encode()).iter("failure")
    assert failure.get("message") == (failure.text or "").splitlines()[0]


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
