"""Runs that were asked for a part only, as processes: they decide nothing, and are red for what they found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from reference_provider import serve
from tests.runs.provider_files import ask
from tests.runs.suite_process import CASE, WORKERS, Finished, run_suite

MUST = "getActiveProject-success-status-absent"
ELSEWHERE = "getActiveProject-no-active-project-answered-403"  # which no generated request meets
BROKEN = "getActiveProject/by-bearer"  # by MUST


@dataclass(frozen=True)
class Row:
    """The options that narrow the run, the faults of the provider, what it allows, and the exit status due."""

    options: tuple[str, ...]
    exit_status: int
    faults: tuple[str, ...] = ()
    allow: tuple[str, ...] = ("reads",)


ROWS = {
    "by-k-upheld": Row(("-k", "wrong-token"), 0, (MUST,)),  # what is violated elsewhere was not tested for
    "by-k-violated": Row(("-k", "by-bearer"), 1, (MUST,)),
    "by-k-below-the-level": Row(("-k", "unknown-query"), 0, ("getActiveProject-unknown-query-answered-404",)),
    "by-k-only-not-allowed": Row(("-k", "method-post"), 6),
    "by-deselect": Row(("--deselect", f"{CASE}[{BROKEN}]"), 0),
    "by-x": Row(("-x",), 1, (MUST,)),
}


@pytest.mark.parametrize(
    ("row", "workers"),
    [*((row, ()) for row in ROWS.values()), (ROWS["by-k-violated"], ("-n", "2")), (ROWS["by-x"], ("-n", "2"))],
    ids=[*ROWS, "by-k-violated-and-two-workers", "by-x-and-two-workers"],
)
def test_narrowed_run_decides_nothing(row: Row, workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, *row.options, *workers, faults=row.faults, change=lambda p: p | {"allow": [*row.allow]})
    assert run.decision == (row.exit_status, "no decision"), run.terminal[-3000:]


@pytest.mark.parametrize(("faults", "exit_status"), [((), 0), ((MUST,), 1)], ids=["upheld", "violated"])
def test_case_by_its_node_id(faults: tuple[str, ...], exit_status: int, tmp_path: Path) -> None:
    with serve(faults=faults) as reference:
        reference.write_provider(file := tmp_path / "provider.toml")
        run = run_suite(tmp_path, "--provider", str(file), places=[f"{CASE}[{BROKEN}]"])
    [case] = (case for case in run.lines[0]["cases"] if case["id"] == BROKEN)
    clauses = [f"by-bearer/{clause}" for clause in case["clauses"]]
    assert (run.decision, list(run.verdicts)) == ((exit_status, "no decision"), clauses)


@WORKERS
def test_what_failed_last_is_asked_alone(workers: tuple[str, ...], tmp_path: Path) -> None:
    with serve(faults=[ELSEWHERE]) as reference:
        reference.write_provider(file := tmp_path / "provider.toml")
        words = ("--provider", str(file), *workers)
        first = run_suite(tmp_path, *words)
        again = run_suite(tmp_path, "--lf", *words)
        reference.switch(ELSEWHERE, on=False)
        mended = run_suite(tmp_path, "--lf", *words)
    seen = [_cases(first.violated()), _cases(again.verdicts), _cases(mended.verdicts)]
    assert ([run.exit_status for run in (first, again, mended)], seen) == ([1, 1, 0], [_cases(first.violated())] * 3)
    assert again.violated() == first.violated()


def _cases(clauses: Iterable[str]) -> set[str]:
    return {clause.partition("/")[0] for clause in clauses}


ALONE = {
    "sound-clause-of-a-broken-case": ("by-bearer/status.is-200", 0, "upheld"),
    "broken-clause": ("by-bearer/envelope.status-is-success", 1, "violated"),
    "clause-below-the-broken-one": ("by-bearer/envelope.message-is-text", 0, "upheld"),
    "answers-to-generated-requests": ("generated/answer.keeps-the-contract", 1, "violated"),
    "findings-of-schemathesis": ("generated/schemathesis.finds-nothing", 0, "violated"),
}


@pytest.mark.parametrize(("clause", "exit_status", "verdict"), ALONE.values(), ids=ALONE)
def test_clause_is_judged_alone(clause: str, exit_status: int, verdict: str, tmp_path: Path) -> None:
    run = ask(tmp_path, "--only", f"getActiveProject/{clause}", faults=(MUST,))
    assert (run.decision, run.verdicts) == ((exit_status, "no decision"), {clause: verdict}), run.terminal


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


def test_generated_request_is_sent_again_alone(tmp_path: Path) -> None:
    whole = ask(_folder(tmp_path, "whole"), "-k", "generated", "--seed", "7")
    first, *_ = [line for line in whole.lines if line["kind"] == "exchange"]
    number = f"getActiveProject/generated/{int(first['id'].rpartition('/')[2]) + 4}"
    run = ask(_folder(tmp_path, "alone"), "--only", number, "--seed", "7")
    exchanges = [line["id"] for line in run.lines if line["kind"] == "exchange"]
    assert (exchanges, run.footer["generated_requests"], f"\n{number}\n" in run.terminal) == ([number], 1, True)


def test_generated_request_that_breaks_a_promise_breaks_it_again(tmp_path: Path) -> None:
    whole = ask(_folder(tmp_path, "whole"), "-k", "generated", faults=(MUST,))
    broken = next(line for line in whole.lines if line.get("clause") == "answer.keeps-the-contract")
    run = ask(_folder(tmp_path, "alone"), "--only", broken["exchanges"][0], faults=(MUST,))
    again = next(line for line in run.lines if line.get("clause") == "answer.keeps-the-contract")
    assert (run.exit_status, again["violations"][0]) == (1, broken["violations"][0])


def test_generated_request_that_is_not_there_is_not_tested(tmp_path: Path) -> None:
    run = ask(tmp_path, "--only", "getActiveProject/generated/9999")
    reasons = {line["reason"] for line in run.lines if line["kind"] == "verdict"}
    assert (reasons, run.footer["generated_requests"]) == ({"no request was generated"}, 0)


@WORKERS
def test_nothing_selected_is_pytests_own_status(workers: tuple[str, ...], tmp_path: Path) -> None:
    run: Finished = ask(tmp_path, "-k", "no_clause_is_called_so", *workers)
    assert (run.exit_status, run.last_line) == (5, "no decision  no case was selected")


def test_narrowed_run_tells_its_count(tmp_path: Path) -> None:
    run = ask(tmp_path, "-k", "wrong-token")
    count = len(run.verdicts)
    assert run.last_line.startswith(f"no decision  {count} of {run.footer['clauses']['expected']} clauses")
