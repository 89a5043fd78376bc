"""Jupyter Server departs from its docs where the README of the example says so, and nothing of a run is left in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from examples.jupyter.run import DEPARTURES
from examples.jupyter.server import PROGRAM
from examples.real_server.fault_rows import violated
from tests.detection.warm_runs import PATIENCE_S
from tests.runs.suite_process import ROOT, own_environment

BESIDE = Path(sys.executable).with_name(PROGRAM)
pytestmark = pytest.mark.skipif(not (shutil.which(PROGRAM) or BESIDE.exists()), reason=f"{PROGRAM} is not installed")


def started(module: str, *words: str) -> tuple[int, str, str]:
    """Run a module of the example; return its exit status, the last line of its terminal, and its errors."""
    command = [sys.executable, "-m", f"examples.jupyter.{module}", *words]
    run = subprocess.run(
        command, cwd=ROOT, env=own_environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    return run.returncode, run.stdout.strip().rpartition("\n")[2], run.stderr


def test_jupyter_departs_from_its_docs_as_listed_and_keeps_nothing(tmp_path: Path) -> None:
    status, last_line, errors = started("run", "--reports", str(tmp_path), "-o", f"cache_dir={tmp_path / 'cache'}")
    must = {id_ for id_, level in violated(tmp_path / "verdicts.jsonl") if level == "must"}
    assert (status, sorted(must)) == (1, sorted(DEPARTURES)), errors
    assert last_line.startswith("REJECTED  18 of 22 documented responses upheld, 4 violated")
    assert "left" not in errors


def test_fault_is_caught_by_the_clause_that_it_breaks() -> None:
    assert started("faults", "any token accepted")[:2] == (0, "1 of 1 faults caught, 0 changes break no promise")
