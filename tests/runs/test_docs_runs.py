"""Runs with pages of the docs: ten nights on which docs and API drift apart and together, and what each page says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reference_provider import serve
from talkstack_contract.cli import main
from talkstack_contract.documentation import read_documentation
from talkstack_contract.results.history import baseline, history_of, keep, read_nights
from tests.detection.judged_runs import NOON
from tests.runs.decided_runs import decide
from tests.runs.pages import forbidden, page_text
from tests.runs.suite_process import WORKERS, Finished, run_suite
from tests.unit.small_contract import small_contract

REFUSED = "getActiveProject-no-active-project-answered-403"
NULL_MESSAGE = "getActiveProject-success-message-null"
REWORDED_MESSAGE = "getActiveProject-success-message-reworded"
NO_NAME = "getActiveProject-success-project-data-name-absent"
LONGEST = 15  # lines of a summary
AS_IT_IS = page_text()

Change = Callable[[str], str]


def _as_it_is(text: str) -> str:
    return text


def _reworded(text: str) -> str:
    return re.sub(r'"message": "[^"]*"', '"message": "Here it is."', text)


def _cut(text: str) -> str:
    return text[: text.index('"message"')]


def _of_another(text: str) -> str:
    return re.sub(r"(?m)^.*(?:Endpoint|URL).*$", "  • Endpoint: /another", text).replace(text.split("\n")[0], "Another")


@dataclass(frozen=True)
class Night:
    """What the pages say that night and how the API fails, the exit status due, and what the summary has to say."""

    told: Sequence[str]
    change: Change = _as_it_is
    faults: Sequence[str] = ()
    exit_status: int = 0


ADDED = "docs drift: getActiveProject: error status 404 is removed, getActiveProject: error status 403 is added"
REWORDED = "docs drift: getActiveProject: response example message is “Here it is.”, in the contract “"
NIGHTS = {
    "nothing-drifts": Night(["docs drift: none, 1 same\n", "API drift: none\n"]),
    "the-page-changes": Night([f"{ADDED}; 2 new since the night before\n", "API drift: none\n"], forbidden),
    "the-api-follows": Night(
        [
            f"{ADDED}; as the night before\n",
            "API drift: 2 clauses violated: 2 where the page changed\n",
            f"the page changed on {NOON + timedelta(days=1):%Y-%m-%d}: error status 404 is removed (page.txt)",
        ],
        forbidden,
        [REFUSED],
        1,
    ),
    "the-page-is-taken-back": Night(
        [
            "docs drift: none, 1 same; no longer: getActiveProject: error status 404",
            "API drift: 2 clauses violated: 2 where the page contradicts itself\n",
        ],
        faults=[REFUSED],
        exit_status=0,  # violated as the night before
    ),
    "all-is-well": Night(["docs drift: none, 1 same\n", "API drift: none\n", "fixed: "]),
    "the-api-drifts": Night(
        ["docs drift: none, 1 same\n", "where the page still promises it\n", "the page still promises this"],
        faults=[NULL_MESSAGE],
        exit_status=1,
    ),
    "only-the-page-drifts": Night([f"{REWORDED}", "1 new since the night before\n", "API drift: none\n"], _reworded),
    "both-at-once": Night(
        [
            f"{REWORDED}",
            "as the night before\n",
            "API drift: 4 clauses violated: 2 where the page still promises it, 2 where the page changed\n",
        ],
        _reworded,
        [REWORDED_MESSAGE, NO_NAME],
        1,
    ),
    "no-page-is-given": Night(
        ["docs drift: ", "1 without a page\n", "of which no page says anything"], _of_another, [REFUSED], 1
    ),
    "the-copy-is-cut": Night(
        ["1 cut\n", "where the copy of the page is cut", "no longer: GET /another"], _cut, [NULL_MESSAGE], 1
    ),
}


def _asked(folder: Path, night: Night, started: datetime) -> Finished:
    kept = folder / "reports" / "history"
    nights = read_nights(kept)
    (folder / "page.txt").write_text(night.change(AS_IT_IS), encoding="utf-8")
    docs = read_documentation([Path("page.txt")], folder, small_contract())
    held_to: dict[str, Any] = {
        "started": started,
        "history": history_of(nights),
        "baseline": baseline(nights),
        "docs": docs,
    }
    run = decide(folder, faults=night.faults, **held_to)
    keep(run.reports / "verdicts.jsonl", kept, started)
    return run


def test_each_summary_tells_the_drift_of_the_docs_from_that_of_the_api(tmp_path: Path) -> None:
    found: dict[str, object] = {}
    expected: dict[str, object] = {}
    for number, (name, night) in enumerate(NIGHTS.items()):
        run = _asked(tmp_path, night, NOON + timedelta(days=number))
        summary = (run.reports / "summary.md").read_text().replace("\\", "")
        missing = [words for words in night.told if words not in summary]
        found[name] = (run.exit_status, missing and summary, len(summary.splitlines()) <= LONGEST or summary)
        expected[name] = (night.exit_status, [], True)
    assert found == expected


def _run(folder: Path, text: str, *words: str, faults: Sequence[str] = ()) -> Finished:
    """Run the suite as a process, with a page in a folder."""
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / "page.txt").write_text(text, encoding="utf-8")
    with serve(faults=faults) as reference:
        reference.write_provider(folder / "provider.toml")
        return run_suite(folder, "--provider", str(folder / "provider.toml"), "--docs", str(folder / "pages"), *words)


@WORKERS
def test_letter_of_a_violated_clause_says_what_the_page_says(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = _run(tmp_path, forbidden(AS_IT_IS), "--examples", "1", *workers, faults=[REFUSED, NO_NAME])
    said = {line["id"]: line["docs"] for line in run.lines if line["kind"] == "verdict" and "docs" in line}
    letters = {*re.findall(r"(?m)^E? *docs      (.*)$", run.terminal)}
    changed, promised = "the page changed by ", "the page still promises this"
    assert run.decision == (1, "REJECTED")
    assert {
        id_.partition("/")[2]: text.startswith(changed) for id_, text in said.items() if "status.is-404" in id_
    } == {
        "no-active-project/status.is-404": True,
        "no-active-project-by-api-key/status.is-404": True,
    }
    assert {text for id_, text in said.items() if "project-data-name" in id_} == {promised}
    assert {each.partition(": ")[0][: len(changed)] for each in letters} == {changed, promised[: len(changed)]}
    assert re.search(
        r"API drift: \d+ clauses violated: \d+ where the page still promises it, 2 where the page changed", run.told
    )
    assert "docs: 1 page held against the contract; operations: 1 changed" in run.told


def test_pages_made_again_from_the_record_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = _run(tmp_path, forbidden(AS_IT_IS), "--examples", "1", faults=[REFUSED])
    again = tmp_path / "again"
    status = main(["report", str(run.reports / "verdicts.jsonl"), "--reports", str(again)])
    capsys.readouterr()
    names = ("summary.md", "junit.xml")
    assert (status, [(again / name).read_text() for name in names]) == (
        1,
        [(run.reports / name).read_text() for name in names],
    )
    shown = [(again / name).read_text() for name in (*names, "report.html")]
    assert ["error status 404 is removed" in text.replace("\\", "") for text in shown] == [True, True, True]


def test_changed_page_changes_no_decision(tmp_path: Path) -> None:
    run = _run(tmp_path, forbidden(_reworded(AS_IT_IS)), "--examples", "1")
    assert run.decision == (0, "ACCEPTED")


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ("nowhere", "nowhere: is not there"),
        ("empty", "holds no page (.md, .mdx, .txt, .html, .htm, .json, .yaml, .yml)"),
        ("bytes.txt", "bytes.txt"),
    ],
)
def test_pages_that_cannot_be_read_end_the_run_before_it_begins(pages: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    run = run_suite(tmp_path, "--docs", str(tmp_path / pages))
    lines = [line for line in run.terminal.splitlines() if line.startswith("ERROR")]
    assert (run.exit_status, len(lines), told in lines[0], run.lines) == (4, 1, True, ()), run.terminal
