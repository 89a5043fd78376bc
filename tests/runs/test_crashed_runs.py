"""Runs that are killed in the middle of writing: the ledger tells what they made, and `--clean-up` takes it back."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from reference_provider import Reference, serve
from tests.detection.mutating_proxy import Answer, Forward, Request, serve_proxy
from tests.detection.warm_runs import PATIENCE_S
from tests.runs.provider_files import ACTIVE, Provider, provider_of, without, written
from tests.runs.suite_process import WHOLE_API, Finished, run_suite, started

NARROW = ("-k", "getProject/by-bearer or updateProject/by-bearer or createProject/by-bearer")
DEADLINE_S = 60  # of an exchange: the test is faster


def _only_credentials(provider: Provider) -> Provider:
    """A provider as a customer has it: no states URL, an account of which no object is named."""
    return without("states")(provider)


def _killed(folder: Path, reference: Reference, provider: Provider, held: str) -> Finished:
    """A run that is killed while it waits for the answer to the first request with this method."""
    reached, released = threading.Event(), threading.Event()

    def hold(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if request.method == held:
            reached.set()
            released.wait(PATIENCE_S)
        return answer

    with serve_proxy(reference.base_url, hold) as proxy:
        provider = provider | {"base_url": proxy.base_url, "limits": {"exchange_s": DEADLINE_S}}
        file = written(folder / "provider.toml", provider)
        with started(folder, "--provider", file, *NARROW, contract=WHOLE_API) as running:
            assert reached.wait(PATIENCE_S), running.terminal.read_text()
            running.signal_all(signal.SIGKILL)
            run = running.finished()
        released.set()
    return run


def _cleaned_up(folder: Path, provider: Provider, ledger: Path) -> Finished:
    file = written(folder / "provider.toml", provider)
    return run_suite(folder, "--provider", file, "--clean-up", str(ledger), contract=WHOLE_API)


def _told(run: Finished) -> str:
    """What is said of the ledger."""
    return next(line for line in run.terminal.splitlines() if "taken back" in line or "take back" in line)


def _asked(reference: Reference, method: str) -> list[int | None]:
    return [each.status for each in reference.received if each.method == method]


def test_objects_that_a_killed_run_made_are_removed(tmp_path: Path) -> None:
    with serve() as reference:
        provider = _only_credentials(provider_of(reference))
        run = _killed(tmp_path, reference, provider, "PUT")
        ledger = run.reports / "ledger.jsonl"
        kinds = [line["operation"] for line in map(json.loads, ledger.read_text().splitlines()) if "kind" in line]
        cleaned = _cleaned_up(tmp_path, provider, ledger)
        again = _cleaned_up(tmp_path, provider, ledger)
        deleted = _asked(reference, "DELETE")
    told = [_told(cleaned), _told(again)]
    made = len(kinds)
    assert (run.exit_status, set(kinds), made > 0) == (-signal.SIGKILL, {"createProject"}, True)
    assert (told, deleted) == ([f"{made} of {made} taken back", "nothing to take back"], [200] * made)
    assert (cleaned.exit_status, again.exit_status) == (0, 0)


def test_accounts_that_a_killed_run_brought_about_are_closed(tmp_path: Path) -> None:
    with serve() as reference:
        provider = provider_of(reference)
        run = _killed(tmp_path, reference, provider, "PUT")
        ledger = run.reports / "ledger.jsonl"
        made = sum("kind" in json.loads(line) for line in ledger.read_text().splitlines())
        cleaned = _cleaned_up(tmp_path, provider, ledger)
        again = _cleaned_up(tmp_path, provider, ledger)
    told = [_told(cleaned), _told(again)]
    assert (made > 0, told) == (True, [f"{made} of {made} taken back", "nothing to take back"])


def test_what_cannot_be_taken_back_is_listed(tmp_path: Path) -> None:
    with serve() as reference:
        provider = _only_credentials(provider_of(reference))
        run = _killed(tmp_path, reference, provider, "PUT")
        accounts = {ACTIVE: {**provider["accounts"][ACTIVE], "token": "t" * 32, "api_key": "k" * 32}}
        cleaned = _cleaned_up(tmp_path, provider | {"accounts": accounts}, run.reports / "ledger.jsonl")
    assert (cleaned.exit_status, "left behind: what createProject made (projectId " in cleaned.terminal) == (6, True)
    assert "deleteProject answered 401" in cleaned.terminal


def test_run_that_ends_leaves_no_ledger(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", _only_credentials(provider_of(reference)))
        run = run_suite(tmp_path, "--provider", file, *NARROW, contract=WHOLE_API)
        deleted = _asked(reference, "DELETE")
    assert ((run.reports / "ledger.jsonl").exists(), set(deleted), run.violated()) == (False, {200}, [])


@pytest.mark.parametrize("text", ["no json\n", '{"id": "1"}\n', "[]\n"], ids=["no-json", "unknown-id", "a-list"])
def test_unreadable_ledger_ends_with_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "ledger.jsonl").write_text(text)
    run = run_suite(tmp_path, "--clean-up", str(tmp_path / "ledger.jsonl"))
    lines = run.terminal.strip().splitlines()
    assert (run.exit_status, len(lines), "ledger.jsonl: line 1" in lines[0]) == (4, 1, True), run.terminal
