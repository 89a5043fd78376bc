"""A contract that was made of docs pages alone is run against a provider that does what those pages say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.checked import written
from tests.docs.greenhouse_provider import provider_file, served
from tests.runs.suite_process import Finished, run_suite


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("greenhouse") / "schemas")


def run(folder: Path, contract: Path, *words: str, lacks: str = "") -> Finished:
    with served(lacks) as base_url:
        (folder / "provider.toml").write_text(provider_file(base_url), encoding="utf-8")
        return run_suite(folder, "--provider", str(folder / "provider.toml"), *words, contract=contract)


def test_provider_of_the_same_source_is_accepted(contract: Path, tmp_path: Path) -> None:
    found = run(tmp_path, contract, "--examples", "1", "-n", "2")
    assert (found.decision, found.violated(), found.footer["documented_responses"]["blocked"]) == (
        (0, "ACCEPTED"), [], 0,
    )  # fmt: skip
    assert found.footer["documented_responses"]["upheld"] >= 35


def test_provider_that_names_a_key_otherwise_is_not(contract: Path, tmp_path: Path) -> None:
    found = run(tmp_path, contract, "--only", "getBed/by-bearer", lacks="depth_cm")
    assert (found.exit_status, found.violated()) == (1, ["by-bearer/body.bed-depth-cm-is-whole-number"])
