"""A plugin for `-p`: the worker that gets one certain clause dies over it, as by the kernel's hand."""

from __future__ import annotations

import os
import signal

import pytest

CLAUSE = "unknown-query/answer.is-unchanged"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if hasattr(item.config, "workerinput") and f"/{CLAUSE}]" in item.nodeid:
        os.kill(os.getpid(), signal.SIGKILL)
