"""The verdicts of a record as JUnit XML: a test case for each clause, in the run and when it is made again.

It keeps to the schema of Jenkins (xunit-plugin, junit-10.xsd), the narrowest in use: a test case has no properties, no
file and no line.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from talkstack_contract.judging.decision import DecisionKind
from talkstack_contract.model import Judgement, Verdict
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import stated
from talkstack_contract.results.records import ListedCase

TAGS = {"errors": "error", "failures": "failure", "skipped": "skipped"}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def junit_xml(findings: Findings) -> str:
    """Write a test case for each verdict, and one more, an error, for a run that was cut."""
    modules = dict(_modules(findings))
    items = [_item(each, modules[each.id], findings) for each in findings.judgements if each.id in modules]
    if findings.decision.word is not DecisionKind.NONE and len(items) < len(modules):
        items.append(cut := Element("testcase", classname="tests.contract", name="whole run"))
        SubElement(cut, "error", message=_clean(findings.decision.reason))
    tags = [child.tag for item in items for child in item]
    counts = {"tests": len(items)} | {key: tags.count(tag) for key, tag in TAGS.items()}
    root = Element("testsuites", name="pytest tests")
    took = {"time": f"{findings.seconds:.3f}", "timestamp": findings.run_header.started.isoformat()}
    suite = SubElement(
        root, "testsuite", {"name": "pytest", **{key: str(count) for key, count in counts.items()}, **took}
    )
    suite.extend(items)
    return str(tostring(root, encoding="utf-8", xml_declaration=True), "utf-8")


def _modules(findings: Findings) -> Iterator[tuple[str, str]]:
    """Yield the id of each clause with the module whose item judges its case."""
    for case in findings.run_header.cases:
        yield from ((f"{case.id}/{clause}", _module(case)) for clause in case.clauses)


def _module(case: ListedCase) -> str:
    if case.id.endswith("/generated"):
        return "test_generated"
    return "test_workflows" if case.is_workflow else "test_documented"


def _item(judgement: Judgement, module: str, findings: Findings) -> Element:
    item = Element("testcase", classname=f"tests.contract.{module}", name=judgement.id)
    if judgement.verdict is not Verdict.UPHELD:
        evidence = [findings.exchanges[id_] for id_ in judgement.exchanges if id_ in findings.exchanges]
        _tell(SubElement(item, _tag(judgement, findings)), _clean(stated(judgement, evidence)))
    return item


def _tell(outcome: Element, told: str) -> None:
    """Say it once: with a title where it has several lines. Servers look for one line in a skip's title alone."""
    title, _, rest = told.partition("\n")
    if rest or outcome.tag == "skipped":
        outcome.set("message", title)
    if rest or outcome.tag != "skipped":
        outcome.text = told


def _tag(judgement: Judgement, findings: Findings) -> str:
    if judgement.id in findings.decision.violated:
        return "failure"
    return "error" if judgement.verdict is Verdict.BLOCKED else "skipped"


def _clean(text: str) -> str:
    """Write a character that XML may not hold by its number, as pytest does."""
    return _NO_XML.sub(lambda found: f"#x{ord(found[0]):02X}", text)
