"""No usable answer, by whole runs: blocked where it says nothing of the operation, and told once for all clauses."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from talkstack_contract.reference import serve
from tests.engine.provider_files import (
    always,
    ask,
    dead_port,
    provider_of,
    silent_port,
    with_credentials,
    without,
    written,
    wrong_key,
    wrong_token,
)
from tests.engine.suite_process import WORKERS, Finished, run_suite, times_told

INCONCLUSIVE = (6, "INCONCLUSIVE")
DEADLINE_S = 1.0
MARGIN_S = 20.0  # for a busy machine; to wait a deadline for each case would take longer still

Port = Callable[[], AbstractContextManager[str]]


def _ask_port(folder: Path, base_url: str, *words: str) -> Finished:
    """The run against a port that no provider stands behind, with accounts that there might be."""
    with serve() as reference:
        provider = without("states")(provider_of(reference, base_url)) | {"limits": {"exchange_s": DEADLINE_S}}
    return run_suite(folder, "--provider", written(folder / "provider.toml", provider), *words)


def _is_blocked_once(run: Finished, reason: str) -> tuple[tuple[int, str], set[str], int]:
    """The decision, every verdict but those of what the settings do not allow, and how often the reason is told."""
    return run.decision, {*run.verdicts.values()} - {"unexercised"}, times_told(reason, run)


@WORKERS
@pytest.mark.parametrize("port", [dead_port, silent_port], ids=["dead", "silent"])
def test_port_without_answer_costs_one_deadline_and_is_told_once(
    port: Port, workers: tuple[str, ...], tmp_path: Path
) -> None:
    with port() as base_url:
        run = _ask_port(tmp_path, base_url, *workers)
    assert _is_blocked_once(run, "no usable answer") == (INCONCLUSIVE, {"blocked"}, 1), run.terminal[-3000:]
    sent = run.footer["requests"] + run.footer["generated_requests"]
    assert (sent, run.footer["seconds"] < DEADLINE_S + MARGIN_S) == (2, True)


@WORKERS
@pytest.mark.parametrize("status", [429, 503])
def test_provider_that_always_answers_so_blocks_the_run(status: int, workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, *workers, relay=always(status), change=without("states"))
    assert _is_blocked_once(run, f"no usable answer: {status}") == (INCONCLUSIVE, {"blocked"}, 1), run.terminal[-3000:]


@WORKERS
def test_refused_credentials_block_the_run_and_are_told_once(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, *workers, change=with_credentials(lambda account: wrong_key(wrong_token(account))))
    told = _is_blocked_once(run, "every credential given is refused (401")
    assert told == (INCONCLUSIVE, {"blocked"}, 1), run.terminal[-3000:]


@WORKERS
def test_case_without_answer_is_asked_once_more_then_violated(workers: tuple[str, ...], tmp_path: Path) -> None:
    with serve(faults=["getActiveProject-unknown-query-no-answer"]) as reference:
        reference.write_provider(tmp_path / "provider.toml")
        run = run_suite(tmp_path, "--provider", str(tmp_path / "provider.toml"), *workers)
        asked = [received.status for received in reference.received if received.query == "contract-probe=1"]
    given = run.of("unknown-query/status.is-no-server-error", "unusual-accept/status.is-no-server-error")
    assert (run.decision, asked, given) == ((1, "REJECTED"), [None, None], ["violated", "upheld"])
