"""Ten nights of one provider: each summary says what happened that night, and is read at a glance."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.results.history import baseline, history_of, keep, read_nights
from tests.detection.answer_edits import json_edit
from tests.detection.judged_runs import NOON
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request, untouched
from tests.runs.decided_runs import decide
from tests.runs.provider_files import Provider, always, ask, dead_port
from tests.runs.suite_process import Finished

LONGEST = 15  # lines of a summary
LATE_S = 0.05  # many times what the reference provider takes
NEVER = threading.Event()

COMES_AND_GOES = "getActiveProject-success-message-null"
FLAPS = "getActiveProject-no-active-project-answered-403"
FLAPPING = "getActiveProject/no-active-project/status.is-404"
NIGHTLY = ("--nightly", "--examples", "2")


def _late(request: Request, forward: Forward) -> Answer:
    NEVER.wait(LATE_S)
    return forward(request)


def _with_a_field(document: Any) -> Any:
    return (
        {**document, "projectData": {**document["projectData"], "colour": "red"}} if _is_project(document) else document
    )


def _is_project(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("projectData"), dict)


def _colourful(request: Request, forward: Forward) -> Answer:
    return json_edit(_with_a_field)(forward(request))


@dataclass(frozen=True)
class Night:
    """What the provider does that night, the exit status due, and what the summary has to say and must not say."""

    told: Sequence[str]
    exit_status: int = 0
    faults: Sequence[str] = ()
    relay: Relay = untouched
    is_out: bool = False
    not_told: Sequence[str] = ("newly violated", "fixed", "no longer tested")


NIGHTS = {
    "the-first": Night(["## ACCEPTED: 4 of 4", "the first night"]),
    "a-fault-appears": Night(
        ["## REJECTED: 3 of 4", "newly violated", "/envelope.message-is-text` and 1 like it; received null"],
        1,
        [COMES_AND_GOES],
        not_told=["fixed", "no longer tested"],
    ),
    "it-stays": Night(["## ACCEPTED WITH REMARKS: 3 of 4", "violated as before"], faults=[COMES_AND_GOES]),
    "it-goes": Night(["## ACCEPTED: 4 of 4", "fixed: `getActiveProject/"], not_told=["newly", "no longer"]),
    "an-outage": Night(
        ["## INCONCLUSIVE: 0 of 4", "clauses blocked: the provider gives no usable answer", "median latency unknown"],
        6,
        is_out=True,
        not_told=["newly", "fixed"],
    ),
    "it-is-over": Night(["## ACCEPTED: 4 of 4", "nothing changed", "the night before was INCONCLUSIVE"]),
    "a-field-appears-and-a-clause-flaps": Night(
        [
            "## REJECTED",
            f"newly violated (must): `{FLAPPING}`",
            "undocumented fields seen: 1, for the first time",
            "colour",
        ],
        1,
        [FLAPS],
        _colourful,
        not_told=["fixed", "keeps changing"],
    ),
    "answers-are-late": Night(
        ["## ACCEPTED", f"fixed: `{FLAPPING}`", "times as slow**"], relay=_late, not_told=["newly", "keeps changing"]
    ),
    "the-clause-flaps-again": Night(
        ["## REJECTED", f"keeps changing: `{FLAPPING}` ✓✓✓✓·✓✕✓✕"], 1, [FLAPS], not_told=["fixed", "times as slow"]
    ),
    "and-is-upheld": Night(
        ["## ACCEPTED: 4 of 4", f"keeps changing: `{FLAPPING}` ✓✓✓✓·✓✕✓✕✓", "fixed"], not_told=["newly"]
    ),
}


def _asked(folder: Path, night: Night, started: datetime) -> Finished:
    """The run of that night, decided as `--nightly` decides it, and added to those that are kept."""
    kept = folder / "reports" / "history"
    nights = read_nights(kept)
    held_to = {"started": started, "history": history_of(nights), "baseline": baseline(nights)}
    with dead_port() as dead:

        def changed(provider: Provider) -> Provider:
            return provider | {"base_url": dead} if night.is_out else provider

        run = decide(folder, faults=night.faults, relay=night.relay, change=changed, **held_to)
    keep(run.reports / "verdicts.jsonl", kept, started)
    return run


def test_each_summary_says_what_happened_that_night(tmp_path: Path) -> None:
    found: dict[str, object] = {}
    expected: dict[str, object] = {}
    for number, (name, night) in enumerate(NIGHTS.items()):
        run = _asked(tmp_path, night, NOON + timedelta(days=number))
        summary = (run.reports / "summary.md").read_text()
        missing = [words for words in night.told if words not in summary]
        wrong = [words for words in night.not_told if words in summary]
        found[name] = (run.exit_status, missing, wrong, len(summary.splitlines()) <= LONGEST or summary)
        expected[name] = (night.exit_status, [], [], True)
    kept = len([*(tmp_path / "reports" / "history").iterdir()])
    assert (found, kept) == (expected, len(NIGHTS))


def test_nights_are_charted(tmp_path: Path) -> None:
    for _ in range(2):
        run = ask(tmp_path, *NIGHTLY)
    shown = (run.reports / "report.html").read_text()
    assert (run.decision, shown.count("<svg"), shown.count("<circle"), "nothing changed" in run.last_line) == (
        (0, "ACCEPTED"),
        2,
        2,
        True,
    )


def test_narrowed_night_is_not_kept(tmp_path: Path) -> None:
    run = ask(tmp_path, *NIGHTLY, "-k", "by-bearer")
    assert (run.exit_status, (run.reports / "history").exists()) == (0, False)


@pytest.mark.parametrize("relay", [always(401), always(503)], ids=["credentials-refused", "outage"])
def test_night_that_was_blocked_is_not_kept(relay: Relay, tmp_path: Path) -> None:
    run = ask(tmp_path, *NIGHTLY, relay=relay)
    assert (run.exit_status, (run.reports / "history").exists()) == (6, False)


def test_night_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    (folder := tmp_path / "reports" / "history").mkdir(parents=True)
    (folder / "2026-11-24T021500Z.jsonl.gz").write_text("nonsense")
    run = ask(tmp_path, *NIGHTLY)
    told = f"ERROR: {folder / '2026-11-24T021500Z.jsonl.gz'}: line 1: is not the header of a record; "
    assert (run.exit_status, told in run.terminal) == (4, True), run.terminal


def test_night_that_cannot_be_kept_keeps_its_record(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "history").write_text("no folder")
    run = ask(tmp_path, *NIGHTLY)
    assert (run.exit_status, "ERROR: this night is not kept: " in run.terminal, run.footer["decision"]) == (
        4,
        True,
        "ACCEPTED",
    )


def test_night_names_the_seed_of_its_requests(tmp_path: Path) -> None:
    run = ask(tmp_path, "--nightly", "--examples", "2", "-k", "by-bearer")
    seed = run.lines[0]["started"][:10].replace("-", "")
    assert (run.exit_status, run.lines[0]["seed"], f"seed {seed}" in run.terminal) == (0, int(seed), True)


@pytest.mark.parametrize("status", [502, 503])
def test_provider_that_is_out_costs_one_line(status: int, tmp_path: Path) -> None:
    run = ask(tmp_path, *NIGHTLY, relay=always(status))
    lines = (run.reports / "summary.md").read_text().splitlines()
    assert (run.decision, len(lines) <= 7) == ((6, "INCONCLUSIVE"), True), lines
