"""Waivers: what is accepted, and how a waiver that is not kept to its word fails the run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from talkstack_contract.judging.waivers import load_waivers
from tests.runs.decided_runs import decide
from tests.runs.provider_files import Change, ask, without
from tests.runs.suite_process import WORKERS
from tests.unit.small_contract import small_contract

FAULT = "getActiveProject-success-status-absent"
BROKEN = "envelope.status-is-success"
FOREVER, PAST = "9999-12-31", "2020-01-31"


def _waiver_file(folder: Path, *patterns: str, expires: str = FOREVER) -> Path:
    entries = [
        f'- {{pattern: "{pattern}", reason: "agreed", owner: "us", ticket: "T", expires: "{expires}"}}\n'
        for pattern in patterns
    ]
    file = folder / "waivers.yaml"
    file.write_text("".join(entries))
    return file


@dataclass(frozen=True)
class Row:
    """A waiver, what the provider does to the clause, and how the run ends: status, word, and what its line says."""

    pattern: str
    exit_status: int
    word: str
    told: str
    faults: tuple[str, ...] = ()
    expires: str = FOREVER
    change: Change = dict


WAIVED = f"*/*/{BROKEN}"
ROWS = {
    "violated": Row(
        "getActiveProject/**", 0, "ACCEPTED WITH REMARKS", "3 of 4 documented responses upheld, 1 waived", (FAULT,)
    ),
    "upheld": Row(WAIVED, 1, "REJECTED", "is no longer needed: all that it matches is upheld; delete it"),
    "never-matched": Row(f"{WAIVED}s", 1, "REJECTED", "matches no clause; nearest: "),
    "never-matched-and-violated": Row(f"{WAIVED}s", 1, "REJECTED", "matches no clause; nearest: ", (FAULT,)),
    "expired": Row(WAIVED, 1, "REJECTED", "expired on 2020-01-31; renew it with a reason, or delete it", (), PAST),
    "expired-and-violated": Row(WAIVED, 1, "REJECTED", "expired on 2020-01-31; renew it", (FAULT,), PAST),
    "state-unexercised": Row(
        "*/internal-error/**", 0, "ACCEPTED", "1 not tested (no account is configured for ", change=without("states")
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_waiver_is_held_to_its_word(row: Row, tmp_path: Path) -> None:
    file = _waiver_file(tmp_path, row.pattern, expires=row.expires)
    waivers = load_waivers(file, small_contract(), file.name)
    run = decide(tmp_path, faults=row.faults, change=row.change, waivers=waivers)
    assert (run.decision, row.told in run.last_line) == ((row.exit_status, row.word), True), run.last_line


def test_waived_clause_still_runs(tmp_path: Path) -> None:
    run = ask(tmp_path, "--waivers", str(_waiver_file(tmp_path, "getActiveProject/**")), faults=[FAULT])
    given = run.of(f"by-bearer/{BROKEN}", "by-bearer/status.is-200")
    assert (run.decision, given) == ((0, "ACCEPTED WITH REMARKS"), ["waived", "upheld"])


@WORKERS
def test_waiver_that_matches_nothing_ends_the_run_with_its_status(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, "--waivers", str(_waiver_file(tmp_path, f"{WAIVED}s")), *workers)
    assert (run.decision, "matches no clause; nearest: " in run.last_line) == ((1, "REJECTED"), True)


def test_narrowed_run_does_not_call_a_waiver_stale(tmp_path: Path) -> None:
    waivers = str(_waiver_file(tmp_path, "*/unknown-query/answer.is-unchanged"))
    assert ask(tmp_path, "--waivers", waivers, "-k", "by-bearer").decision == (0, "no decision")
