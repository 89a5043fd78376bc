"""Runs that are compared with an earlier one: red is only what is new, and each change is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.results.history import baseline, read_earlier
from tests.runs.decided_runs import decide
from tests.runs.provider_files import ask, without
from tests.runs.suite_process import WORKERS, Finished, run_suite
from tests.unit.small_contract import cut_down, small_contract

# Faults, and the clauses that each of them breaks and no other.
MESSAGE, STATUS = "getActiveProject-success-message-null", "getActiveProject-success-status-absent"
EMPTY = "getActiveProject-no-active-project-answered-403"
BROKEN_BY_EMPTY = ["no-active-project-by-api-key/status.is-404", "no-active-project/status.is-404"]
SCHEMA = "components/get-active-project.json"


def broken(name: str) -> list[str]:
    """A clause of the success, as both credentials show it, and the generated requests that meet the same."""
    return [f"by-api-key/{name}", f"by-bearer/{name}"]


def changes(run: Finished) -> dict[str, list[str]]:
    given: dict[str, Any] = run.footer["changes"]
    return {
        kind: sorted(id_.partition("/")[2] for id_ in ids if not id_.startswith("getActiveProject/generated/"))
        for kind, ids in given.items()
        if kind != "since" and ids
    }


def told(run: Finished, kind: str) -> list[str]:
    """The clauses that the terminal names as changed in this way."""
    lines = [line for line in run.terminal.splitlines() if line.startswith(f"{kind:<16}  getActiveProject/")]
    ids = [line[18:].partition(" ")[0].partition("/")[2] for line in lines]
    return sorted(id_ for id_ in ids if not id_.startswith("generated/"))


@pytest.fixture(scope="module")
def after_two_faults(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    run = ask(tmp_path_factory.mktemp("earlier"), faults=[STATUS, MESSAGE])
    return "--against", str(run.reports / "verdicts.jsonl")


@pytest.fixture(scope="module")
def after_none(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    return "--against", str(ask(tmp_path_factory.mktemp("earlier")).reports / "verdicts.jsonl")


def decided_after(folder: Path, *faults: str) -> Baseline | None:
    """What a run of this process is compared with: an earlier one against a provider with these faults."""
    (folder / "earlier").mkdir()
    return baseline([read_earlier(decide(folder / "earlier", faults=faults).reports / "verdicts.jsonl")])


@WORKERS
def test_run_is_red_for_what_is_newly_violated_alone(
    workers: tuple[str, ...], after_two_faults: tuple[str, str], tmp_path: Path
) -> None:
    run = ask(tmp_path, *after_two_faults, *workers, faults=[STATUS, EMPTY])
    expected = {
        "newly_violated": BROKEN_BY_EMPTY,
        "fixed": broken("envelope.message-is-text"),
        "still_violated": broken("envelope.status-is-success"),
    }
    named = [told(run, kind) for kind in ("newly violated", "fixed")]
    assert (run.decision, changes(run), named) == ((1, "REJECTED"), expected, [*expected.values()][:2])


def test_known_violation_does_not_reject_again(tmp_path: Path) -> None:
    run = decide(tmp_path, baseline=decided_after(tmp_path, STATUS), faults=[STATUS])
    assert (run.decision, [*changes(run)]) == ((0, "ACCEPTED WITH REMARKS"), ["still_violated"])


def test_run_is_not_green_for_what_is_no_longer_tested(tmp_path: Path) -> None:
    run = decide(tmp_path, baseline=decided_after(tmp_path), change=without("states"))
    not_asked = {clause for clause, verdict in run.verdicts.items() if verdict == "not tested"}
    lost = set(changes(run).pop("no_longer_tested"))
    lost_pair = {clause for clause in not_asked if clause.startswith("internal-error/status")}
    assert (run.decision, [*changes(run)], lost_pair <= lost <= not_asked, lost_pair != set()) == (
        (6, "INCONCLUSIVE"),
        ["no_longer_tested"],
        True,
        True,
    )


def test_clause_that_was_added_is_new_and_does_not_fail(after_none: tuple[str, str], tmp_path: Path) -> None:
    schemas = cut_down(small_contract(), tmp_path / "schemas")
    body = json.loads((schemas / SCHEMA).read_text())
    body["required"].append("colour")
    body["properties"]["colour"] = {"type": "string"}
    body["examples"] = [example | {"colour": "red"} for example in body["examples"]]
    (schemas / SCHEMA).write_text(json.dumps(body))
    run = _ask_with(schemas, tmp_path, *after_none)
    added = {clause for clause in changes(run)["new"] if "colour" in clause}
    violated = {clause for clause in run.violated() if "colour" in clause}
    assert (run.decision, added, violated == added) == (
        (0, "ACCEPTED WITH REMARKS"),
        {"by-api-key/body.colour-is-text", "by-bearer/body.colour-is-text"},
        True,
    )


def _ask_with(schemas: Path, folder: Path, *words: str) -> Finished:
    return run_suite(folder, *words, contract=schemas)


def test_narrowed_run_is_compared_as_far_as_it_went(after_none: tuple[str, str], tmp_path: Path) -> None:
    run = ask(tmp_path, *after_none, "-k", "by-bearer", faults=[STATUS])
    assert (run.decision, changes(run)) == (
        (1, "no decision"),
        {"newly_violated": ["by-bearer/envelope.status-is-success"]},
    )


def test_acceptance_is_not_compared(tmp_path: Path) -> None:
    run = ask(tmp_path, "--acceptance", "--against", "verdicts.jsonl")
    assert (run.exit_status, "ERROR: --against: is about what is new" in run.terminal) == (4, True)


@pytest.mark.parametrize("content", [None, "nonsense\n"], ids=["missing", "no-record"])
def test_baseline_that_cannot_be_read_is_bad_input(content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    if content:
        file.write_text(content)
    run = ask(tmp_path, "--against", str(file))
    assert (run.exit_status, f"ERROR: {file}: " in run.terminal) == (4, True)


# One case again


@pytest.mark.parametrize(
    ("only", "count", "workers"),
    [
        ("getActiveProject/no-credential/status.is-401", 1, ()),
        ("getActiveProject/no-credential", 7, ()),
        ("getActiveProject/no-credential", 7, ("-n", "2")),
    ],
    ids=["clause", "case", "case-and-two-workers"],
)
def test_one_case_is_asked_again_and_its_exchange_shown(
    only: str, count: int, workers: tuple[str, ...], tmp_path: Path
) -> None:
    run = ask(tmp_path, "--only", only, *workers)
    shown = [line for line in run.told.splitlines() if line.startswith(("GET http", "401 Unauthorized", "✓ upheld"))]
    words = [line.split(" ", 1)[0] for line in shown]
    assert (run.decision, len(run.verdicts), words) == (
        (0, "no decision"),
        count,
        ["GET", "401", *["✓"] * count],
    ), run.terminal


def test_unknown_id_is_bad_input(tmp_path: Path) -> None:
    run = ask(tmp_path, "--only", "getActiveProject/no-credentials")
    told = "ERROR: --only: 'getActiveProject/no-credentials' is no operation, case or clause of this run; nearest: "
    assert (run.exit_status, told in run.terminal) == (4, True), run.terminal
