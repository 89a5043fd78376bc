"""The whole API against our reference provider: every documented response is asked, and upheld."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reference_provider import Received, serve
from reference_provider.operations import OPERATIONS
from talkstack_contract.reports.rebuild import joined, read_part, views
from tests.runs.provider_files import provider_of, written
from tests.runs.suite_process import WHOLE_API, Finished, run_suite

MOST_BYTES = 3_000_000  # of the acceptance page
MOST_REPORT_BYTES = 2_500_000  # so that a browser and a CI server show it at once
MOST_JUNIT_BYTES = 1_000_000
MOST_REQUESTS = 20  # per operation on average, workflows and generated requests apart

# Own list, by operation: whatever is not in it does more than read.
READS = {
    *("getActiveProject", "getProject", "getActiveAgent", "getAgent", "listAgents", "getCall", "listCalls"),
    *("analyzeCall", "listVoices", "getVoice", "getPhoneNumber"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    yield run_suite(tmp_path_factory.mktemp("whole"), "-q", "--acceptance", contract=WHOLE_API)


def test_reference_provider_is_accepted(run: Finished) -> None:
    assert (run.decision, run.violated()) == ((0, "ACCEPTED"), []), run.terminal[-3000:]


def test_every_documented_pair_is_upheld(run: Finished) -> None:
    assert (run.footer["documented_responses"]["upheld"], run.footer["documented_responses"]["documented"]) == (
        115,
        115,
    ), run.last_line


def test_every_clause_is_asked(run: Finished) -> None:
    """All but what a sound answer may lack, as a webhook that is null."""
    given = [line for line in run.lines if line["kind"] == "verdict" and not line["value_is_optional"]]
    left = [line for line in given if line["verdict"] in ("not tested", "blocked")]
    assert [(line["id"], line["reason"]) for line in left] == []


def test_acceptance_page_of_the_whole_api_can_be_sent_by_mail(run: Finished) -> None:
    assert 1_000_000 < (run.reports / "acceptance.html").stat().st_size < MOST_BYTES


def test_report_is_small(run: Finished) -> None:
    assert (run.reports / "report.html").stat().st_size < MOST_REPORT_BYTES


def test_junit_of_the_whole_api_is_small(run: Finished) -> None:
    assert (run.reports / "junit.xml").stat().st_size < MOST_JUNIT_BYTES


def test_report_shows_the_exchange_and_the_curl_line_of_each_case_once(run: Finished) -> None:
    cited = {id_ for line in run.lines if line["kind"] == "verdict" for id_ in line["exchanges"]}
    lines = [line for line in run.lines if line["kind"] == "exchange" and line["id"] in cited]
    shown = Counter(escape(line["curl"], quote=False) for line in lines)
    text = (run.reports / "report.html").read_bytes().decode()
    pres = Counter(re.findall(r'(?s)<pre class="curl">(.*?)</pre>', text))
    assert (pres, text.count('<pre class="wire">')) == (shown, len(lines))


def test_junit_made_again_names_the_same_items(run: Finished) -> None:
    part = read_part(run.reports / "verdicts.jsonl")
    again = ElementTree.fromstring(dict(views(joined([part]), [part]))["junit.xml"].encode())
    told, own = (
        sorted((each.get("classname"), each.get("name")) for each in root.iter("testcase"))
        for root in (again, ElementTree.parse(run.reports / "junit.xml"))
    )
    assert told == own


def test_requests_are_few(run: Finished) -> None:
    exchanges = [line["id"] for line in run.lines if line["kind"] == "exchange"]
    asked = Counter(id_.partition("/")[0] for id_ in exchanges if _is_counted(id_))
    assert sum(asked.values()) / len(OPERATIONS) <= MOST_REQUESTS, asked.most_common()


def _is_counted(exchange_id: str) -> bool:
    """Neither generated nor a step of a workflow: `operation/case` or `operation/case/after`."""
    _, case, *rest = exchange_id.split("/")
    return case != "generated" and rest in ([], ["after"])


def test_provider_that_allows_reads_sees_nothing_else(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", provider_of(reference) | {"allow": ["reads"]})
        run = run_suite(tmp_path, "--provider", file, "-q", contract=WHOLE_API)
        received = reference.received
    seen = {_operation(each) for each in received}
    assert (run.decision[1], seen - READS, seen) == ("ACCEPTED", set(), READS), run.last_line
    assert run.footer["generated_requests"] > 0


def _operation(received: Received) -> str:
    """The operation that a request is to; one by an undocumented method is named by method and path."""
    known = (each for each in OPERATIONS if (each.method, each.host) == (received.method, received.host))
    patterns = {each.operation_id: re.sub(r"\{\w+\}", "[^/]*", each.path) for each in known}
    fitting = [name for name, pattern in patterns.items() if re.fullmatch(pattern, received.path)]
    # A path that is documented word for word wins over one with a parameter.
    return min(fitting, key=lambda name: patterns[name].count("*"), default=f"{received.method} {received.path}")
