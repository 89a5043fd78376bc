"""Prometheus itself is accepted by the example contract, and a fault laid on its responses is caught."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.detection.warm_runs import PATIENCE_S
from tests.runs.suite_process import ROOT, own_environment

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")


def started(module: str, *words: str) -> tuple[int, str]:
    """Run a module of the example; return its exit status and the last line of its terminal."""
    command = [sys.executable, "-m", f"examples.prometheus.{module}", *words]
    run = subprocess.run(
        command, cwd=ROOT, env=own_environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    return run.returncode, run.stdout.strip().rpartition("\n")[2] or run.stderr


def test_prometheus_is_accepted(tmp_path: Path) -> None:
    status, last_line = started("run", "--reports", str(tmp_path), "-o", f"cache_dir={tmp_path / 'cache'}")
    accepted = "ACCEPTED WITH REMARKS  21 of 21 documented responses upheld"
    assert (status, last_line.startswith(accepted)) == (0, True), last_line


def test_fault_is_caught_by_the_clause_that_it_breaks() -> None:
    assert started("faults", "timeout answered 500") == (0, "1 of 1 faults caught, 0 changes break no promise")
