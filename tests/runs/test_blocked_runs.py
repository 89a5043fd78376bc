"""No usable answer: blocked where it says nothing of the operation, and told once for all clauses."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from reference_provider import serve
from tests.detection.mutating_proxy import Request
from tests.runs.decided_runs import decide, decide_about
from tests.runs.provider_files import (
    ACTIVE,
    always,
    ask,
    dead_port,
    provider_of,
    silent_port,
    when,
    with_credentials,
    without,
    written,
    wrong_key,
    wrong_token,
)
from tests.runs.suite_process import WHOLE_API, WORKERS, Finished, run_suite, times_told

INCONCLUSIVE = (6, "INCONCLUSIVE")
DEADLINE_S = 1.0
MARGIN_S = 20.0  # for a busy machine; to wait a deadline for each case would take longer still
A_SCREEN = 30  # lines, however many clauses are blocked

Port = Callable[[], AbstractContextManager[str]]


def _ask_port(folder: Path, base_url: str, *words: str) -> Finished:
    """The run against a port that no provider stands behind, with accounts that there might be."""
    with serve() as reference:
        provider = without("states")(provider_of(reference, base_url)) | {"limits": {"exchange_s": DEADLINE_S}}
    return run_suite(folder, "-v", "--provider", written(folder / "provider.toml", provider), *words)


def _is_blocked_once(run: Finished, reason: str) -> bool:
    """Whether all is blocked, told once and on one screen though `-v` is given, and is no failure to a CI server."""
    [suite] = ElementTree.parse(run.reports / "junit.xml").getroot()
    counts = {name: int(suite.get(name, "")) for name in ("failures", "errors", "skipped")}
    assert counts == {"failures": 0, "errors": len(run.verdicts), "skipped": 0}
    told = run.decision, {*run.verdicts.values()}, times_told(reason, run), reason in run.last_line
    assert told == (INCONCLUSIVE, {"blocked"}, 1, True), run.terminal[-3000:]
    return len(run.terminal.splitlines()) <= A_SCREEN or pytest.fail(run.terminal[:5000])


@pytest.mark.parametrize(
    ("port", "workers"),
    [(dead_port, ()), (dead_port, ("-n", "2")), (silent_port, ()), (silent_port, ("-n", "2"))],
    ids=["dead", "dead-and-two-workers", "silent", "silent-and-two-workers"],
)
def test_port_without_answer_costs_one_deadline_and_is_told_once(
    port: Port, workers: tuple[str, ...], tmp_path: Path
) -> None:
    with port() as base_url:
        run = _ask_port(tmp_path, base_url, *workers)
    assert _is_blocked_once(run, "no usable answer")
    sent = run.footer["requests"] + run.footer["generated_requests"]
    assert (sent, run.footer["seconds"] < DEADLINE_S + MARGIN_S) == (2, True)


def _is_blocked_whole(run: Finished, reason: str) -> bool:
    """Whether all is blocked, for this reason."""
    assert (run.decision, {*run.verdicts.values()}) == (INCONCLUSIVE, {"blocked"}), run.last_line
    return reason in run.last_line


@pytest.mark.parametrize("status", [429, 503])
def test_provider_that_always_answers_so_blocks_the_run(status: int, tmp_path: Path) -> None:
    run = decide(tmp_path, relay=always(status), change=without("states"))
    assert _is_blocked_whole(run, f"no usable answer: {status}")


@WORKERS
def test_refused_credential_is_told_once_before_the_first_case(workers: tuple[str, ...], tmp_path: Path) -> None:
    with serve() as reference:
        provider = with_credentials(wrong_token)(without("states")(provider_of(reference))) | {"allow": ["reads"]}
        file = written(tmp_path / "provider.toml", provider)
        run = run_suite(tmp_path, *workers, "--provider", file, contract=WHOLE_API)
    told = f"preflight: the token of the account '{ACTIVE}' is refused wherever it is sent (401 "
    assert (run.exit_status, run.terminal.count(told), run.violated()) == (6, 1, []), run.terminal[-3000:]


def test_refused_credentials_block_the_run(tmp_path: Path) -> None:
    run = decide(tmp_path, change=with_credentials(lambda account: wrong_key(wrong_token(account))))
    assert _is_blocked_whole(run, "every credential given is refused (401")


NAMED = {"token": {"env": "OUR_TOKEN"}, "api_key": {"env": "OUR_KEY"}, "user_id": "u-1"}
MISSING = {
    "not-set": ({"OUR_KEY": "k" * 32}, "the variable OUR_TOKEN is not set: export it, or drop the key accounts."),
    "empty": ({"OUR_TOKEN": "", "OUR_KEY": ""}, "the variables OUR_TOKEN and OUR_KEY are not set: export them, or"),
}


def _ask_with_secrets_of(environment: Mapping[str, str], folder: Path, *words: str) -> tuple[Finished, int]:
    """The run with a provider file that names its secrets, and how many requests the provider has seen."""
    with serve() as reference:
        provider = provider_of(reference) | {"accounts": {ACTIVE: NAMED}}
        file = written(folder / "provider.toml", provider)
        run = run_suite(folder, "-v", "--provider", file, *words, environment=environment)
        return run, len(reference.received)


@pytest.mark.parametrize(("environment", "reason"), MISSING.values(), ids=MISSING)
def test_secret_that_is_missing_blocks_the_run_and_nothing_is_sent(
    environment: Mapping[str, str], reason: str, tmp_path: Path
) -> None:
    with serve() as reference:
        run = decide_about(tmp_path, provider_of(reference) | {"accounts": {ACTIVE: NAMED}}, environment)
        received = len(reference.received)
    assert (_is_blocked_whole(run, reason), received) == (True, 0)


@WORKERS
def test_secret_that_is_missing_is_told_once(workers: tuple[str, ...], tmp_path: Path) -> None:
    environment, reason = MISSING["not-set"]
    run, received = _ask_with_secrets_of(environment, tmp_path, *workers)
    assert (_is_blocked_once(run, reason), received) == (True, 0)


def test_base_url_without_any_secret_blocks_the_run_and_nothing_is_sent(tmp_path: Path) -> None:
    with serve() as reference:
        empty = {"TALKSTACK_TOKEN": "", "TALKSTACK_USER_ID": "u-1"}
        run = run_suite(tmp_path, "-v", "--base-url", reference.base_url, environment=empty)
        received = len(reference.received)
    assert (_is_blocked_once(run, "TALKSTACK_TOKEN, TALKSTACK_API_KEY, TALKSTACK_EMPTY"), received) == (True, 0)


@pytest.mark.parametrize("words", [["--plan"], ["--clean-up", "ledger.jsonl"]], ids=["plan", "clean-up"])
def test_without_a_secret_nothing_is_planned_and_nothing_taken_back(words: Sequence[str], tmp_path: Path) -> None:
    (ledger := tmp_path / "ledger.jsonl").write_text(
        '{"id": "1", "kind": "account", "state": "s", "operation": "", "name": ""}\n'
    )
    words = [str(ledger) if word == ledger.name else word for word in words]
    run, received = _ask_with_secrets_of({}, tmp_path, *words)
    told = times_told("nothing is sent: the variables OUR_TOKEN and OUR_KEY are not set", run)
    assert (run.exit_status, told, received) == (6, 1, 0), run.terminal


def test_generator_that_asks_too_fast_is_blocked_not_upheld(tmp_path: Path) -> None:
    def is_generated(request: Request) -> bool:
        return "/generated/" in (request.header("X-Request-Id") or "")

    run = ask(tmp_path, relay=when(is_generated, always(429)), change=without("states"))
    blocked = {clause for clause, verdict in run.verdicts.items() if verdict == "blocked"}
    names = ("answer.keeps-the-contract", "schemathesis.finds-nothing", "status.is-no-server-error")
    clauses = {f"generated/{name}" for name in names}
    assert (run.decision, blocked, run.footer["generated_requests"]) == (INCONCLUSIVE, clauses, 2)


def test_case_without_answer_is_asked_once_more_then_violated(tmp_path: Path) -> None:
    with serve(faults=["getActiveProject-unknown-query-no-answer"]) as reference:
        run = decide_about(tmp_path, provider_of(reference))
        asked = [received.status for received in reference.received if received.query == "contract-probe=1"]
    given = run.of("unknown-query/status.is-no-server-error", "unusual-accept/status.is-no-server-error")
    assert (run.decision, asked, given) == ((0, "ACCEPTED WITH REMARKS"), [None, None], ["violated", "upheld"])
