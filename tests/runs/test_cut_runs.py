"""Runs cut short by a signal, a dead worker or a bug of ours: none of them ends green, all keep what they found.

The middle of a run is brought about by a provider that holds one request back until the test has done its deed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference_provider import serve
from tests.detection.mutating_proxy import Answer, Forward, Request, serve_proxy
from tests.detection.warm_runs import PATIENCE_S
from tests.runs.provider_files import ask, provider_of, written
from tests.runs.sabotage import dead_worker, signal_at_start
from tests.runs.suite_process import ROOT, WORKERS, Running, own_environment, started
from tests.unit.small_contract import small_contract

INCONCLUSIVE = (6, "INCONCLUSIVE")
FOUND_BEFORE = "by-bearer/status.is-200"
DEADLINE_S = 60  # of an exchange: the test is faster


@contextmanager
def _held_run(folder: Path, *words: str) -> Iterator[Running]:
    """A run whose case with an unknown query waits for its answer, until the block has ended."""
    reached, released = threading.Event(), threading.Event()

    def hold(request: Request, forward: Forward) -> Answer:
        if request.target.endswith("?contract-probe=1"):
            reached.set()
            released.wait(PATIENCE_S)
        return forward(request)

    with serve() as reference, serve_proxy(reference.base_url, hold) as proxy:
        provider = provider_of(reference, proxy.base_url) | {"limits": {"exchange_s": DEADLINE_S}}
        with started(folder, "--provider", written(folder / "provider.toml", provider), *words) as running:
            assert reached.wait(PATIENCE_S), running.terminal.read_text()
            running.wait_for_verdict(FOUND_BEFORE)
            yield running
        released.set()


@WORKERS
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_signal_ends_the_run_in_order(number: signal.Signals, workers: tuple[str, ...], tmp_path: Path) -> None:
    with _held_run(tmp_path, *workers) as running:
        if number is signal.SIGINT:
            running.signal_all(number)
        else:
            running.signal(number)
        run = running.finished()
    left = {file.name for file in run.reports.iterdir()}
    wanted = {"report.html", "junit.xml", "summary.md", "verdicts.jsonl"}
    assert (run.decision, run.of(FOUND_BEFORE), wanted - left) == (INCONCLUSIVE, ["upheld"], set())


@WORKERS
def test_signal_while_the_session_starts_ends_the_run_in_order(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, "-p", signal_at_start.__name__, *workers)
    assert (run.decision, run.footer["cut_short"]) == (INCONCLUSIVE, "the run was interrupted")
    assert "Traceback" not in run.told


@WORKERS
def test_killed_run_keeps_what_it_found(workers: tuple[str, ...], tmp_path: Path) -> None:
    with _held_run(tmp_path, *workers) as running:
        running.signal_all(signal.SIGKILL)
        run = running.finished()
    assert (run.lines[0]["kind"], run.of(FOUND_BEFORE), run.footer) == ("header", ["upheld"], {})


@pytest.mark.parametrize("options", [(), ("--max-worker-restart", "0")], ids=["replaced", "not-replaced"])
def test_dead_worker_blocks_each_clause_of_its_case_and_the_run(options: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, "-p", dead_worker.__name__, "-n", "2", *options)
    [case] = (case for case in run.lines[0]["cases"] if case["id"].endswith(f"/{dead_worker.CASE}"))
    given = run.of(*(f"{dead_worker.CASE}/{clause}" for clause in case["clauses"]))
    assert (run.decision, {*given}, run.of(FOUND_BEFORE)) == (INCONCLUSIVE, {"blocked"}, ["upheld"])


def test_bug_in_a_check_blocks_its_clauses(tmp_path: Path) -> None:
    run = ask(tmp_path, "-p", "tests.runs.sabotage.bug_in_check")
    given = run.of("by-bearer/media-type.is-json", "by-bearer/body.is-strict-json")
    told = "a bug of ours: ZeroDivisionError in bug_in_check.py" in run.told
    assert (run.decision, given, told) == (INCONCLUSIVE, ["blocked", "upheld"], True)


@WORKERS
def test_bug_outside_of_checks_blocks_the_run(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, "-p", "tests.runs.sabotage.bug_in_evidence", "--tb=no", *workers)
    reasons = {line["reason"] for line in run.lines if line["kind"] == "verdict" and line["verdict"] == "blocked"}
    assert (run.decision, all(reason.startswith("a bug of ours: ") for reason in reasons), bool(reasons)) == (
        INCONCLUSIVE,
        True,
        True,
    )


def test_run_whose_output_is_closed_is_cut_short_and_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "talkstack_contract", "run", "--contract", str(small_contract())]
    options = ["--provider", "reference", "--reports", str(tmp_path / "reports"), "-o", f"cache_dir={tmp_path / 'c'}"]
    with subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE, env=own_environment()) as process:
        assert process.stdout
        process.stdout.close()
        status = process.wait(PATIENCE_S)
    footer = json.loads((tmp_path / "reports" / "verdicts.jsonl").read_text().splitlines()[-1])
    assert (status, footer["decision"], footer["cut_short"]) == (6, "INCONCLUSIVE", "the output was closed")
