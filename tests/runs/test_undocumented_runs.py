"""Fields that no page documents: told by default, a failure only where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.judging.waivers import load_waivers
from tests.detection.answer_edits import json_edit
from tests.detection.mutating_proxy import Answer, Forward, Request
from tests.runs.decided_runs import decide
from tests.runs.provider_files import ask
from tests.runs.suite_process import run_suite
from tests.unit.small_contract import small_contract

DEMAND = "body.holds-nothing-undocumented"
DEMANDED = [f"by-api-key/{DEMAND}", f"by-bearer/{DEMAND}"]
COLOUR = "$.projectData.colour"
WAIVER = f'[{{pattern: "*/*/{DEMAND}", reason: "new", owner: "us", ticket: "T", expires: "9999-12-31"}}]'


def _with_a_colour(document: Any) -> Any:
    project = document.get("projectData") if isinstance(document, dict) else None
    return {**document, "projectData": {**project, "colour": "crimson"}} if project else document


def _colourful(request: Request, forward: Forward) -> Answer:
    return json_edit(_with_a_colour)(forward(request))


def test_undocumented_field_is_told_and_breaks_nothing(tmp_path: Path) -> None:
    run = decide(tmp_path, relay=_colourful)
    exchanges = [line for line in run.lines if line["kind"] == "exchange" and line["undocumented"]]
    seen = {(line["operation"], line["status"], *line["undocumented"]) for line in exchanges}
    field = ("getActiveProject", 200, COLOUR)
    told = (
        f"### Undocumented fields seen\n\n- `getActiveProject 200 {COLOUR}`\n"
        in (run.reports / "summary.md").read_text()
    )
    assert (run.decision, seen, run.footer["undocumented"], told) == (
        (0, "ACCEPTED"),
        {field},
        [f"getActiveProject 200 {COLOUR}"],
        True,
    )


def test_undocumented_field_rejects_where_that_is_asked_for(tmp_path: Path) -> None:
    run = ask(tmp_path, "--fail-on-undocumented", relay=_colourful)
    letter = f"getActiveProject/by-bearer: {DEMAND} violated at {COLOUR}"
    assert (run.decision, run.violated(), letter in run.terminal) == ((1, "REJECTED"), DEMANDED, True), run.terminal


def test_demand_is_upheld_where_a_provider_prints_what_its_pages_do(tmp_path: Path) -> None:
    run = decide(tmp_path, fail_on_undocumented=True)
    assert (run.decision, run.of(*DEMANDED)) == ((0, "ACCEPTED"), ["upheld", "upheld"])


def test_undocumented_field_can_be_waived(tmp_path: Path) -> None:
    (waivers := tmp_path / "waivers.yaml").write_text(WAIVER)
    accepted = load_waivers(waivers, small_contract(), waivers.name)
    run = decide(tmp_path, relay=_colourful, fail_on_undocumented=True, waivers=accepted)
    assert (run.decision, run.of(*DEMANDED)) == ((0, "ACCEPTED WITH REMARKS"), ["waived", "waived"])


@pytest.mark.parametrize("words", [["--acceptance"], ["--profile", "2026-11.toml"]], ids=["acceptance", "profile"])
def test_acceptance_demands_nothing_that_no_profile_requires(words: list[str], tmp_path: Path) -> None:
    run = run_suite(tmp_path, "--fail-on-undocumented", *words)
    told = "ERROR: --fail-on-undocumented: asks for what no profile requires"
    assert (run.exit_status, told in run.terminal) == (4, True), run.terminal
