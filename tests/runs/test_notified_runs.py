"""A run posts its last line once, whatever becomes of that, and keeps the address to itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference_provider import serve
from tests.hostile.raw_server import Server, always, answer, serving
from tests.runs.provider_files import provider_of, written
from tests.runs.suite_process import Finished, run_suite

HOOK = "/services/T0000/B0000/x9Kq2LmV7rTz4WcN8pYb"
FAULT = "getActiveProject-success-status-absent"
GITLAB = {"CI_JOB_URL": "https://gitlab.example/a/-/jobs/7"}


def notified(folder: Path, server: Server, *words: str) -> Finished:
    with serve(faults=[FAULT]) as reference:
        provider = ["--provider", written(folder / "provider.toml", provider_of(reference))]
        return run_suite(folder, *provider, "--notify", server.url + HOOK, *words, environment=GITLAB)


@pytest.mark.parametrize("words", [(), ("-n", "2")], ids=["one-process", "two-workers"])
def test_last_line_and_link_are_posted_once(words: tuple[str, ...], tmp_path: Path) -> None:
    with serving(always(answer(b"ok"))) as server:
        run = notified(tmp_path, server, *words)
    sent = [(each.line, json.loads(each.body)) for each in server.received]
    expected = [(f"POST {HOOK} HTTP/1.1", {"text": f"{run.last_line} {GITLAB['CI_JOB_URL']}"})]
    assert (run.exit_status, sent) == (1, expected)


def test_trouble_is_one_line_and_changes_no_exit_status(tmp_path: Path) -> None:
    with serving(always(answer(status="500 Internal"))) as server:
        run = notified(tmp_path, server)
    told = [line for line in run.terminal.splitlines() if "notification" in line]
    assert (run.exit_status, told, run.decision[1]) == (1, ["the notification was not sent: HTTP 500"], "REJECTED")


def test_address_shows_nowhere(tmp_path: Path) -> None:
    with serving(always(answer(status="500 Internal"))) as server:
        run = notified(tmp_path, server, "-v")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"report.html", "verdicts.jsonl", "junit.xml", "summary.md", "terminal.txt"} <= {path.name for path in files}
    assert [path.name for path in files if HOOK[-20:].encode() in path.read_bytes()] == []
    assert run.exit_status == 1


@pytest.mark.parametrize("words", ["--plan", "--collect-only"])
def test_run_that_sends_nothing_tells_nobody(words: str, tmp_path: Path) -> None:
    with serving(always(answer())) as server:
        notified(tmp_path, server, words)
    assert server.received == []


def test_address_that_cannot_be_used_ends_with_4_and_is_not_shown(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "--notify", f"http://chat.example{HOOK}")
    told = "ERROR: --notify: is not https; give the https address of a webhook" in run.terminal
    assert (run.exit_status, told, HOOK in run.terminal) == (4, True, False)
