"""A plugin for `-p`: a signal comes while the session starts, after the record was begun."""

from __future__ import annotations

import os
import signal

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        os.kill(os.getpid(), signal.SIGTERM)
