"""A run in GitHub Actions annotates its violations, and any other run prints no command."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from reference_provider import serve
from tests.runs.provider_files import provider_of, written
from tests.runs.suite_process import run_suite
from tests.unit.small_contract import small_contract

FAULT = "getActiveProject-success-status-absent"
IN_GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(small_contract().parent)}
PLACE = f"::error file={small_contract().name}/paths/user.yaml,line="


def commands(folder: Path, environment: Mapping[str, str], *words: str) -> list[str]:
    with serve(faults=[FAULT]) as reference:
        provider = written(folder / "provider.toml", provider_of(reference))
        run = run_suite(folder, "--provider", provider, *words, environment=environment)
    assert run.exit_status == 1, run.terminal
    return [line for line in run.terminal.splitlines() if line.startswith("::")]


@pytest.mark.parametrize("words", [(), ("-q",), ("-n", "2")], ids=["plain", "quiet", "two-workers"])
def test_run_in_github_annotates_its_violations(words: tuple[str, ...], tmp_path: Path) -> None:
    told = commands(tmp_path, IN_GITHUB, *words)
    assert told
    assert [line for line in told if not line.startswith(PLACE)] == []


@pytest.mark.parametrize("environment", [{}, {"GITHUB_ACTIONS": "false"}, {"GITHUB_ACTIONS": ""}], ids=str)
def test_run_elsewhere_prints_no_command(environment: Mapping[str, str], tmp_path: Path) -> None:
    assert commands(tmp_path, environment) == []
