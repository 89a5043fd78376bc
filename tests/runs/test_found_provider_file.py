"""Runs started in a folder of a repository that holds a provider file: it is read without an option."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reference_provider import Reference, serve
from talkstack_contract.cli import main
from talkstack_contract.provider_options import SETTINGS_FILE
from tests.runs.provider_files import ACTIVE, dead_port, provider_of, written
from tests.runs.suite_process import ROOT, WHOLE, Finished, run_suite
from tests.unit.small_contract import small_contract

CONTRACT_TESTS = str(ROOT / WHOLE)


def repository(folder: Path, reference: Reference, base_url: str = "") -> Path:
    """Make a repository with a provider file, and return a folder inside of it."""
    (folder / ".git").mkdir()
    written(folder / SETTINGS_FILE, provider_of(reference, base_url))
    (inside := folder / "inside").mkdir()
    return inside


def run_in(folder: Path, *words: str, environment: Mapping[str, str] | None = None) -> Finished:
    return run_suite(folder, *words, places=(CONTRACT_TESTS,), root=folder, environment=environment)


Words = Callable[[Reference], list[str]]
CHOICES: dict[str, tuple[Words, bool]] = {
    "nothing": (lambda _: ["-n", "2"], True),
    "base-url": (lambda reference: ["--base-url", reference.base_url], True),
    "reference": (lambda _: ["--provider", "reference"], False),
}


@pytest.mark.parametrize(("words", "is_asked"), CHOICES.values(), ids=CHOICES)
def test_provider_file_above_is_read_unless_the_reference_is_named(
    words: Words, is_asked: bool, tmp_path: Path
) -> None:
    with serve() as reference, dead_port() as elsewhere:
        is_overridden = "--base-url" in words(reference)
        inside = repository(tmp_path, reference, elsewhere if is_overridden else "")
        run = run_in(inside, *words(reference))
        received = len(reference.received)
    header = f"provider file: {tmp_path / SETTINGS_FILE} (found)" in run.terminal
    assert (run.decision, header, received > 0) == ((0, "ACCEPTED"), is_asked, is_asked), run.terminal[-3000:]


def test_empty_base_url_of_the_environment_is_refused_though_a_file_is_found(tmp_path: Path) -> None:
    with serve() as reference:
        run = run_in(repository(tmp_path, reference), environment={"PYTEST_BASE_URL": ""})
        received = len(reference.received)
    assert (run.exit_status, "ERROR: --base-url: is empty" in run.terminal, received) == (4, True, 0)


def test_quiet_plan_names_the_file_that_is_found(tmp_path: Path) -> None:
    with serve() as reference:
        run = run_in(repository(tmp_path, reference), "--plan", "-q")
    assert (run.exit_status, run.terminal.splitlines()[0]) == (0, f"provider file: {tmp_path / SETTINGS_FILE} (found)")


def test_waivers_beside_a_found_file_are_read(tmp_path: Path) -> None:
    with serve() as reference:
        inside = repository(tmp_path, reference)
        (tmp_path / "waivers.yaml").write_text("- {pattern: 7}\n", encoding="utf-8")
        run = run_in(inside, "--plan")
    assert (run.exit_status, "ERROR: waivers.yaml" in run.terminal) == (4, True), run.terminal[-3000:]


def test_run_works_with_settings_as_init_writes_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--contract", str(small_contract())]) == 0
    with serve() as reference:
        account = reference.accounts[ACTIVE]
        environment = {"TALKSTACK_TOKEN": account.token, "TALKSTACK_API_KEY": account.api_key}
        run = run_in(tmp_path, "--base-url", reference.base_url, environment=environment)
    header = f"provider file: {tmp_path / SETTINGS_FILE} (found)" in run.terminal
    assert (run.decision, header) == ((0, "ACCEPTED"), True), run.terminal[-3000:]


def test_check_counts_what_the_run_then_tests_and_sends_nothing(tmp_path: Path) -> None:
    with serve() as reference:
        provider = {key: value for key, value in provider_of(reference).items() if key != "states"}
        file = written(tmp_path / "provider.toml", provider | {"allow": ["reads"]})
        check = run_suite(tmp_path, "--provider", file, "--check", "-n", "2")
        received = len(reference.received)
        run = run_suite(tmp_path, "--provider", file, "-q")
    counts = run.footer["documented_responses"]
    told = f"  all   {counts['upheld']:>3} of {counts['documented']:>3}"
    assert (check.exit_status, received, check.lines, told in check.terminal.splitlines()) == (0, 0, (), True)


UNREACHED = {
    "nothing": ({"allow": []}, 6, "  all     0 of   4"),
    "secret-that-is-not-set": ({"headers": {"X-Tenant": {"env": "NOWHERE_SET"}}}, 6, "nothing is sent: the variable"),
    "secret-that-is-not-set-is-no-end": (
        {"headers": {"X-Tenant": {"env": "NOWHERE_SET"}}},
        6,
        "documented responses that these settings reach",
    ),
    "bad-key": ({"allow": ["red"]}, 4, "ERROR: provider.toml: allow"),
}


@pytest.mark.parametrize(("change", "status", "told"), UNREACHED.values(), ids=UNREACHED)
def test_check_of_settings_that_reach_nothing_does_not_end_with_0(
    change: dict[str, object], status: int, told: str, tmp_path: Path
) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", provider_of(reference) | change)
    check = run_suite(tmp_path, "--provider", file, "--check")
    assert (check.exit_status, any(line.startswith(told) for line in check.terminal.splitlines())) == (status, True)


def test_check_and_plan_at_once_are_refused(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "--check", "--plan")
    assert (run.exit_status, "ERROR: --check: is about what a whole run reaches" in run.terminal) == (4, True)
