"""What a run leaves behind, by a whole run that ends in every verdict there is, in one process and by workers."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from reference_provider import serve
from reference_provider.operations import OPERATIONS
from talkstack_contract.reports.rebuild import is_shown, joined, read_part, views
from tests.detection.judged_runs import cases_asked
from tests.detection.mutating_proxy import serve_proxy
from tests.runs.provider_files import always, provider_of, when, written
from tests.runs.suite_process import ROOT, WHOLE, WORKERS, Finished, Line, run_suite, times_told

FAULTS = ("getActiveProject-success-status-absent", "getActiveProject-unknown-query-answered-404")
WAIVER = '- {pattern: "*/by-api-key/envelope.*", reason: "agreed", owner: "us", ticket: "T", expires: "9999-12-31"}\n'
FAILING_STATES = "/states-that-fail"
EARLIER = "# an earlier step\n"


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["one-process", "two-workers"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("artefacts")
    (folder / "waivers.yaml").write_text(WAIVER)
    (folder / "step.md").write_text(EARLIER)
    relay = when(lambda request: request.path == FAILING_STATES, always(500))
    with serve(faults=FAULTS) as reference, serve_proxy(reference.base_url, relay) as proxy:
        provider = provider_of(reference, proxy.base_url)
        provider |= {"allow": ["reads"], "states": {"url": proxy.base_url + FAILING_STATES}}
        words = ["--provider", written(folder / "provider.toml", provider), "--waivers", str(folder / "waivers.yaml")]
        environment = {"GITHUB_STEP_SUMMARY": str(folder / "step.md")}
        return run_suite(folder, *words, *request.param, environment=environment)


def _junit_items(run: Finished) -> list[ElementTree.Element]:
    return list(ElementTree.parse(run.reports / "junit.xml").iter("testcase"))


def _tags(item: ElementTree.Element) -> set[str]:
    return {child.tag for child in item} & {"failure", "error", "skipped"}


def _due_tags(line: Line) -> set[str]:
    if line["verdict"] == "violated" and line["level"] == "must":
        return {"failure"}
    return {"upheld": set(), "blocked": {"error"}}.get(line["verdict"], {"skipped"})


def _verdict_lines(run: Finished) -> list[Line]:
    return [line for line in run.lines if line["kind"] == "verdict"]


def test_run_ends_in_every_verdict(run: Finished) -> None:
    assert {*run.verdicts.values()} == {"upheld", "violated", "waived", "not tested", "blocked"}


def test_each_reason_why_clauses_are_blocked_is_told_once(run: Finished) -> None:
    reasons = {line["reason"] for line in _verdict_lines(run) if line["verdict"] == "blocked"}
    assert {reason: times_told(reason, run) for reason in reasons} == dict.fromkeys(reasons, 1)


def test_junit_shows_each_verdict_by_the_table(run: Finished) -> None:
    shown = {item.get("name"): _tags(item) for item in _junit_items(run)}
    assert shown == {line["id"]: _due_tags(line) for line in _verdict_lines(run)}


def test_junit_gives_every_violation_its_source(run: Finished) -> None:
    failures = [found.text or "" for item in _junit_items(run) for found in item.iter("failure")]
    assert failures
    assert [text for text in failures if not re.search(r"(?m)^  promised  .+ \(must, \w+; .+\)$", text)] == []


def test_junit_made_again_says_the_same_of_each_item(run: Finished) -> None:
    def told(items: Iterable[ElementTree.Element]) -> Sequence[object]:
        return sorted((each.get("classname"), each.get("name"), _tags(each)) for each in items)

    part = read_part(run.reports / "verdicts.jsonl")
    again = ElementTree.fromstring(dict(views(joined([part]), [part]))["junit.xml"].encode())
    assert told(again.iter("testcase")) == told(_junit_items(run))


def test_report_of_a_finished_run_is_kept(run: Finished) -> None:
    assert is_shown(joined([read_part(run.reports / "verdicts.jsonl")]), run.reports / "report.html")


def test_record_holds_each_clause_once(run: Finished) -> None:
    assert len(_verdict_lines(run)) == len(run.verdicts) == run.lines[0]["contract"]["clauses"]


def test_record_holds_the_evidence_of_each_verdict(run: Finished) -> None:
    exchanges = [line["id"] for line in run.lines if line["kind"] == "exchange"]
    wanted = {id_ for line in _verdict_lines(run) for id_ in line["exchanges"]}
    assert (sorted(exchanges), run.lines[-1]["kind"]) == (sorted(wanted), "footer")


def test_step_summary_is_added_to_what_stood_there(run: Finished) -> None:
    summary = (run.reports / "summary.md").read_text()
    assert ((run.reports.parent / "step.md").read_text(), summary != "") == (EARLIER + summary, True)


def test_every_artefact_is_there(run: Finished) -> None:
    wanted = {"report.html", "junit.xml", "summary.md", "verdicts.jsonl"}
    assert wanted - {file.name for file in run.reports.iterdir() if file.stat().st_size} == set()


def test_case_is_sent_once_however_many_ask(run: Finished) -> None:
    numbers = [
        header[1]
        for line in run.lines
        if line["kind"] == "exchange"
        for header in line["request_headers"]
        if header[0] == "X-Request-Id"
    ]
    assert len(numbers) == len(set(numbers)) > 0


def test_each_case_has_one_node_id_of_its_own() -> None:
    command = [sys.executable, "-m", "pytest", WHOLE, "--collect-only", "-q"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    ids = [line.partition("[")[2].removesuffix("]") for line in listed if "::" in line]
    names = {case.id: case.id for case in cases_asked(is_small=False)}
    names |= {f"{each.operation_id}/generated": f"{each.method} {each.path}" for each in OPERATIONS}
    assert sorted(ids) == sorted(names.values())


@WORKERS
def test_junit_file_is_written_where_the_user_wants_it(workers: tuple[str, ...], tmp_path: Path) -> None:
    wanted = tmp_path / "elsewhere" / "found.xml"
    run = run_suite(tmp_path, "--junit-xml", str(wanted), "-k", "wrong-token", *workers)
    names = [item.get("name", "").partition("/")[2] for item in ElementTree.parse(wanted).iter("testcase")]
    assert (names, (run.reports / "junit.xml").exists()) == (list(run.verdicts), False)


@WORKERS
def test_whole_run_asks_little(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = run_suite(tmp_path, *workers)
    assert (run.decision, 0 < run.footer["requests"] <= 40) == ((0, "ACCEPTED"), True)
