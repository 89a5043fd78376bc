"""Waivers, by whole runs: what is accepted, and how a waiver that is not kept to its word fails the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.provider_files import ask
from tests.engine.suite_process import WORKERS

FAULT = "getActiveProject-success-status-absent"
FOREVER = "9999-12-31"


def _waiver_file(folder: Path, *patterns: str, expires: str = FOREVER) -> tuple[str, str]:
    entries = [
        f'- {{pattern: "{pattern}", reason: "agreed", owner: "us", ticket: "T", expires: "{expires}"}}\n'
        for pattern in patterns
    ]
    file = folder / "waivers.yaml"
    file.write_text("".join(entries))
    return "--waivers", str(file)


@WORKERS
def test_waived_violation_is_accepted_with_remarks(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = ask(tmp_path, *_waiver_file(tmp_path, "getActiveProject/**"), *workers, faults=[FAULT])
    given = run.of("by-bearer/envelope.status-is-success", "by-bearer/status.is-200")
    assert (run.decision, given) == ((0, "ACCEPTED WITH REMARKS"), ["waived", "upheld"])


@WORKERS
@pytest.mark.parametrize(
    ("pattern", "expires", "problem"),
    [
        ("*/by-bearer/envelope.status-is-succes", FOREVER, "matches no clause; nearest: "),
        ("*/by-bearer/status.is-200", FOREVER, "is no longer needed: all that it matches is upheld; delete it"),
        ("*/by-bearer/status.is-200", "2020-01-31", "expired on 2020-01-31; renew it with a reason, or delete it"),
    ],
    ids=["matches-nothing", "not-needed", "expired"],
)
def test_stale_waiver_fails_the_run(
    pattern: str, expires: str, problem: str, workers: tuple[str, ...], tmp_path: Path
) -> None:
    run = ask(tmp_path, *_waiver_file(tmp_path, pattern, expires=expires), *workers)
    told = f"waiver {pattern!r} (T, us) {problem}"
    assert (run.decision, told in run.last_line) == ((1, "REJECTED"), True), run.last_line


def test_narrowed_run_does_not_call_a_waiver_stale(tmp_path: Path) -> None:
    waivers = _waiver_file(tmp_path, "*/unknown-query/answer.is-unchanged")
    assert ask(tmp_path, *waivers, "-k", "by-bearer").decision == (0, "no decision")
