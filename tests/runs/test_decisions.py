"""The tables of verdicts and decisions, row by row, and options that reach them from the command line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.model import RequirementLevel
from tests.runs.decided_runs import decide
from tests.runs.provider_files import (
    Change,
    always,
    ask,
    when,
    with_credentials,
    without,
    wrong_key,
    wrong_token,
)
from tests.runs.suite_process import WORKERS

READS_ONLY = {"allow": ["reads"]}
FAILING_STATES = "/states-that-fail"


@dataclass(frozen=True)
class Row:
    """A provider, what the run is held to, and what has to come of it: decision, exit status, verdicts by clause."""

    word: str
    exit_status: int
    verdicts: dict[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    held_to: dict[str, Any] = field(default_factory=dict)
    change: Change = dict


ACCEPTED, WITH_REMARKS, REJECTED, INCONCLUSIVE = "ACCEPTED", "ACCEPTED WITH REMARKS", "REJECTED", "INCONCLUSIVE"
STATUS_WORD, MESSAGE = "by-bearer/envelope.status-is-success", "by-bearer/envelope.message-is-as-printed"
UNCHANGED = "unknown-query/answer.is-unchanged"

ROWS = {
    "all-upheld": Row(ACCEPTED, 0, {"by-bearer/status.is-200": "upheld"}),
    "a-must-violated": Row(REJECTED, 1, {STATUS_WORD: "violated"}, ("getActiveProject-success-status-absent",)),
    "a-should-violated": Row(WITH_REMARKS, 0, {MESSAGE: "violated"}, ("getActiveProject-success-message-reworded",)),
    "a-should-violated-at-should": Row(
        REJECTED,
        1,
        {MESSAGE: "violated"},
        ("getActiveProject-success-message-reworded",),
        {"fail_on": RequirementLevel.SHOULD},
    ),
    "an-advice-violated": Row(
        WITH_REMARKS, 0, {UNCHANGED: "violated"}, ("getActiveProject-unknown-query-answered-404",)
    ),
    "an-advice-violated-at-advice": Row(
        REJECTED,
        1,
        {UNCHANGED: "violated"},
        ("getActiveProject-unknown-query-answered-404",),
        {"fail_on": RequirementLevel.ADVICE},
    ),
    "one-credential-refused": Row(
        REJECTED,
        1,
        {
            "by-bearer/status.is-200": "upheld",
            "by-api-key/status.is-200": "violated",
            "key-altered/status.is-401": "not tested",
        },
        change=with_credentials(wrong_key),
    ),
    "the-other-credential-refused": Row(
        REJECTED,
        1,
        {"by-bearer/status.is-200": "violated", "by-api-key/status.is-200": "upheld"},
        change=with_credentials(wrong_token),
    ),
    "one-answer-503": Row(
        WITH_REMARKS,
        0,
        {"unknown-query/status.is-no-server-error": "violated", "by-bearer/status.is-200": "upheld"},
        ("getActiveProject-unknown-query-answered-503",),
    ),
    "the-first-answer-503": Row(
        REJECTED, 1, {"by-bearer/status.is-200": "violated"}, ("getActiveProject-success-answered-503",)
    ),
    "a-redirect": Row(
        REJECTED, 1, {"by-bearer/status.is-200": "violated"}, ("getActiveProject-success-redirected-to-login",)
    ),
    "only-reads-allowed": Row(
        ACCEPTED, 0, {"method-post/method.is-refused": "not tested"}, change=lambda p: p | READS_ONLY
    ),
    "nothing-allowed": Row(
        INCONCLUSIVE,
        6,
        {"by-bearer/status.is-200": "not tested", "wrong-token/status.is-401": "not tested"},
        change=lambda p: p | {"allow": []},
    ),
    "states-out-of-reach": Row(
        ACCEPTED,
        0,
        {"internal-error/status.is-500": "not tested", "no-active-project/status.is-404": "upheld"},
        change=without("states"),
    ),
    "states-out-of-reach-and-all-required": Row(
        INCONCLUSIVE,
        6,
        {"internal-error/status.is-500": "not tested"},
        held_to={"require_all": True},
        change=without("states"),
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_row_holds(row: Row, tmp_path: Path) -> None:
    run = decide(tmp_path, faults=row.faults, change=row.change, **row.held_to)
    given = {clause: run.verdicts.get(clause) for clause in row.verdicts}
    assert (run.decision, given) == ((row.exit_status, row.word), row.verdicts)


OPTIONS = {
    "fail-on": (("--fail-on", "should"), (1, REJECTED)),
    "require": (("--require", "all"), (6, INCONCLUSIVE)),
    "neither": ((), (0, WITH_REMARKS)),
}


@pytest.mark.parametrize(("words", "decision"), OPTIONS.values(), ids=OPTIONS)
def test_option_decides(words: tuple[str, ...], decision: tuple[int, str], tmp_path: Path) -> None:
    faults = [] if "all" in words else ["getActiveProject-success-message-reworded"]
    assert ask(tmp_path, *words, faults=faults, change=without("states")).decision == decision


@WORKERS
def test_run_that_rejects_ends_with_its_status(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, *workers, faults=["getActiveProject-success-status-absent"])
    assert (run.decision, run.of(STATUS_WORD)) == ((1, REJECTED), ["violated"])


def test_failing_set_up_of_a_state_blocks_its_clauses(tmp_path: Path) -> None:
    relay = when(lambda request: request.path == FAILING_STATES, always(500))
    run = decide(tmp_path, relay=relay, change=lambda p: p | {"states": {"url": p["base_url"] + FAILING_STATES}})
    given = run.of("internal-error/status.is-500", "by-bearer/status.is-200")
    assert (run.decision, given) == ((6, INCONCLUSIVE), ["blocked", "upheld"])


def test_pairs_out_of_reach_are_told_with_their_reason(tmp_path: Path) -> None:
    run = decide(tmp_path, change=without("states"))
    assert run.last_line.startswith(
        "ACCEPTED  3 of 4 documented responses upheld, 1 not tested"
        " (no account is configured for the provider state 'the provider fails inside')  "
    )
