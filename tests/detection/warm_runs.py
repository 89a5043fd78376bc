"""Whole runs of pytest, each a process of its own, from a process that has done all the importing once.

Most of a short run is Python starting and importing. A starter process imports the libraries, the plugins and the
engine, but no test and no conftest; each run is a fork of it that calls `pytest.main` in an environment of its own.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import json
import os
import pkgutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import pytest
from _pytest.config import default_plugins

# Imported late by a run, and slow to import.
_WAYS_IN = ("__main__", "pytest_plugin")  # the plugin is loaded by each run itself
# A run that hangs shall fail its test, not hang it. Ten times what a run takes on a busy machine.
PATIENCE_S = 120

_LATE = ("schemathesis.openapi", "hypothesis", "jinja2", "jsonschema", "referencing", "requests", "yaml")


class WarmRuns:
    """Starts runs in `folder` with exactly `environment`; threads that run at the same time get a starter each.

    A run that hangs is killed after `PATIENCE_S`.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder, self._environment = folder, dict(environment)
        self._idle: list[subprocess.Popen[str]] = []

    def run(self, words: Sequence[str], output: Path, environment: Mapping[str, str] | None = None) -> int:
        """Runs pytest with these words, its terminal written to `output`, and returns its exit status.

        `environment` takes the place of that of all runs.
        """
        starter = self._taken()
        assert starter.stdin and starter.stdout
        given = dict(self._environment if environment is None else environment)
        order = {"words": [*words], "output": str(output), "environment": given}
        starter.stdin.write(json.dumps(order) + "\n")
        starter.stdin.flush()
        status = int(starter.stdout.readline())
        self._idle.append(starter)
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the starters, which wait for nothing but the next run."""
        while self._idle:
            self._idle.pop().communicate()

    def _taken(self) -> subprocess.Popen[str]:
        try:
            return self._idle.pop()
        except IndexError:
            words = [sys.executable, "-m", "tests.detection.warm_runs"]
            pipe = subprocess.PIPE
            return subprocess.Popen(words, cwd=self._folder, env=self._environment, stdin=pipe, stdout=pipe, text=True)


def _import_all() -> None:
    for name in default_plugins:
        importlib.import_module(f"_pytest.{name}")
    for plugin in importlib.metadata.entry_points(group="pytest11"):
        plugin.load()
    engine = importlib.import_module("talkstack_contract")
    modules = pkgutil.walk_packages(engine.__path__, f"{engine.__name__}.")
    for name in [*_LATE, *(module.name for module in modules if module.name.rpartition(".")[2] not in _WAYS_IN)]:
        importlib.import_module(name)


def _run_forked(words: list[str], output: str, environment: dict[str, str]) -> int:
    if child := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 3
    try:
        signal.alarm(PATIENCE_S)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["pytest", *words]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for stream in (1, 2):
            os.dup2(file, stream)
        status = int(pytest.main(words))
    except BaseException:  # noqa: BLE001  the child must never return into the starter's loop
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not sys.exit: what the starter still has to do is not the child's.
        os._exit(status)


def _serve() -> None:
    """Reads a run per line of standard input, answers each with its exit status on a line."""
    _import_all()
    gc.freeze()
    for line in sys.stdin:
        status = _run_forked(**json.loads(line))
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
