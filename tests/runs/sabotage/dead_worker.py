"""A plugin for `-p`: the worker that gets one certain case dies of it, as if the kernel had killed it."""

from __future__ import annotations

import os
import signal

import pytest

CASE = "unknown-query"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if hasattr(item.config, "workerinput") and f"/{CASE}]" in item.nodeid:
        os.kill(os.getpid(), signal.SIGKILL)
