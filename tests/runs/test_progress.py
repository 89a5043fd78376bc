"""What a terminal shows while a run goes on: a line an operation, a bar where one can be drawn, and no letters."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reference_provider import serve
from tests.runs.provider_files import provider_of, written
from tests.runs.suite_process import ROOT, WORKERS, Finished, own_environment, run_suite
from tests.unit.small_contract import small_contract

LINE = "GET    /user/get-active-project                  200, 401, 404, 500 upheld"
BROKEN = (
    "GET    /user/get-active-project                  "
    "200 violated; 1 other clause violated; 401, 404, 500 upheld; 1 remark"
)
FAULT = "getActiveProject-success-status-absent"


def lines_of(run: Finished) -> list[str]:
    return [line for line in run.terminal.splitlines() if line.startswith("GET ")]


@WORKERS
def test_operation_that_is_done_has_a_line(tmp_path: Path, workers: tuple[str, ...]) -> None:
    run = run_suite(tmp_path, *workers)
    assert (lines_of(run), re.findall(r"(?m)^[.FEsx]+ ", run.terminal), "[100%]" in run.terminal) == ([LINE], [], False)


def test_operation_that_breaks_a_promise_says_which_response(tmp_path: Path) -> None:
    with serve(faults=[FAULT]) as reference:
        provider = written(tmp_path / "provider.toml", provider_of(reference))
        run = run_suite(tmp_path, "--provider", provider)
    assert lines_of(run) == [BROKEN]


def test_cases_that_pytest_leaves_out_are_not_waited_for(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "-k", "by-bearer")
    assert lines_of(run) == ["GET    /user/get-active-project                  401, 404, 500 not tested; 200 upheld"]


@pytest.mark.parametrize("word", ["-q", "-v"])
def test_quiet_run_has_no_line_and_a_wordy_one_those_of_pytest(tmp_path: Path, word: str) -> None:
    run = run_suite(tmp_path, word)
    items = [line for line in run.terminal.splitlines() if "::test_case[" in line]
    assert (lines_of(run), bool(items)) == ([], word == "-v")


def in_a_terminal(folder: Path, *words: str) -> str:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "talkstack_contract", "run", "--contract", str(small_contract()), *words],
        cwd=folder,
        env={**own_environment(), "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "120"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.STDOUT,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # what a terminal says when nobody writes to it any more
        pass
    os.close(ours)
    assert process.wait() == 0, shown.decode()
    return shown.decode()


def test_terminal_has_a_bar_until_the_run_is_over(tmp_path: Path) -> None:
    shown = in_a_terminal(tmp_path)
    bars = re.findall(r"\[[#.]{20}\] (\d+) of (\d+) cases, ([01]) operations? left, (\d+) requests?", shown)
    rest = shown[shown.rindex("operations left") :].partition("\n")[0]
    total = re.search(r"(\d+) requests in", shown)
    assert total
    assert (bars[-1][0], bars[-1][2], bars[-1][3]) == (bars[-1][1], "0", total[1])
    assert LINE in shown
    assert rest.split("\r")[-2:] == ["", ""]  # wiped, and nothing drawn anew


def test_quiet_run_draws_no_bar(tmp_path: Path) -> None:
    assert "operation left" not in in_a_terminal(tmp_path, "-q")
