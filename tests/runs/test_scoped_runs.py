"""A run about a part of the contract: a decision of its own, with its own counts, in every use."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_provider import serve
from talkstack_contract.cli import main
from tests.runs.provider_files import provider_of, written
from tests.runs.suite_process import WHOLE_API, Finished, run_suite

SCOPE = ("--operation", "getActiveProject")
OUTSIDE = """
- pattern: getVoice/by-bearer/status.is-200
  reason: known
  owner: a team
  ticket: T-1
  expires: 2999-01-01
"""


def scoped(folder: Path, *words: str) -> Finished:
    return run_suite(folder, "-q", *SCOPE, *words, contract=WHOLE_API)


def decision(run: Finished) -> str:
    return run.last_line.partition("  since")[0].partition(" upheld")[0]


@pytest.mark.parametrize("words", [(), ("-n", "2"), ("--nightly",), ("--acceptance",)], ids=" ".join)
def test_decision_has_the_counts_of_its_scope(words: tuple[str, ...], tmp_path: Path) -> None:
    run = scoped(tmp_path, *words)
    asked = {line["id"].partition("/")[0] for line in run.lines if line["kind"] == "verdict"}
    assert (run.exit_status, decision(run), asked) == (
        0,
        "ACCEPTED  4 of 4 documented responses of getActiveProject",
        {"getActiveProject"},
    )


def test_acceptance_page_says_what_it_is_about(tmp_path: Path) -> None:
    run = scoped(tmp_path, "--acceptance")
    page, record = run.reports / "acceptance.html", run.reports / "verdicts.jsonl"
    told = "Scope: getActiveProject. Nothing else of the contract was tested, and nothing is decided about it."
    assert (told in page.read_text(), main(["verify", str(page), str(record)])) == (True, 0)


def test_waiver_outside_the_scope_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(OUTSIDE)
    run = scoped(tmp_path, "--waivers", str(tmp_path / "waivers.yaml"))
    assert (run.exit_status, run.lines[0]["waivers"]) == (0, [])


def test_baseline_of_the_whole_is_compared_in_its_scope(tmp_path: Path) -> None:
    (whole := tmp_path / "whole").mkdir()
    earlier = run_suite(whole, "-q", "--section", "User", contract=WHOLE_API)
    run = scoped(tmp_path, "--against", str(earlier.reports / "verdicts.jsonl"))
    assert (run.exit_status, "nothing changed" in run.last_line) == (0, True)


def test_violation_outside_the_scope_of_the_baseline_counts_in_full(tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    earlier = run_suite(other, "-q", "--operation", "listVoices", contract=WHOLE_API)
    with serve(faults=["getVoice-success-voice-absent"]) as reference:
        file = written(tmp_path / "provider.toml", provider_of(reference))
        against = ("--against", str(earlier.reports / "verdicts.jsonl"))
        run = run_suite(tmp_path, "-q", "--operation", "getVoice", "--provider", file, *against, contract=WHOLE_API)
    assert (run.exit_status, "newly violated" in run.last_line, " new" in run.last_line.split("newly")[0]) == (
        1,
        True,
        False,
    )


def test_acceptance_page_of_an_earlier_run_does_not_stand_beside_a_later_record(tmp_path: Path) -> None:
    page = scoped(tmp_path, "--acceptance").reports / "acceptance.html"
    was_there = page.is_file()
    scoped(tmp_path)
    assert (was_there, page.is_file()) == (True, False)


def test_provider_file_may_name_the_scope(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", {"operations": ["getVoice"], **provider_of(reference)})
        run = run_suite(tmp_path, "-q", "--provider", file, contract=WHOLE_API)
    assert (run.exit_status, run.lines[0]["scope"]) == (0, ["getVoice"])


def test_only_one_operation_is_repeated_and_decides_nothing(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "-q", "--only", "getVoice", contract=WHOLE_API)
    assert (run.exit_status, run.last_line.partition("  ")[0]) == (0, "no decision")
