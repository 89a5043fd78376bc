"""Starts a server for a run on a free port of this machine, waits until it is ready, and ends it by its pid."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

HOST = "127.0.0.1"
READY_S, LOOK_AGAIN_S, ENDED_S = 60, 0.05, 20
ATTEMPTS = 3  # the port may be taken between the look for a free one and the start

Process = subprocess.Popen[bytes]
Ready = TypeVar("Ready")


class NotReady(Exception):
    """The server ended, or was not ready in time."""


@dataclass(frozen=True)
class Command:
    """How to start a server; its output goes to `log`, `variables` are added to the environment."""

    words: Sequence[str]
    log: Path
    variables: Mapping[str, str]


@contextmanager
def running(command: Callable[[int], Command], ready: Callable[[str], Ready | None]) -> Iterator[Ready]:
    """Run the server that `command` starts on a port, until the block ends.

    `ready` looks at a base URL, and returns None or raises `URLError` until the server is ready. Raises `NotReady`, and
    `OSError` where the server is not installed.
    """
    for attempt in range(1, ATTEMPTS + 1):
        port = _free_port()
        process = _start(command(port))
        try:
            found = _wait(process, partial(ready, f"http://{HOST}:{port}"))
        except NotReady:
            _end(process)
            if attempt == ATTEMPTS:
                raise
            continue
        try:
            yield found
        finally:
            _end(process)
        return


def suite_command(contract: Path, url: str, provider: Path, words: Sequence[str]) -> list[str]:
    """Return the command of a run of the suite."""
    options = ["--contract", str(contract), "--base-url", url, "--provider", str(provider)]
    return [sys.executable, "-m", "talkstack_contract", "run", *options, *words]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(command: Command) -> Process:
    environment = {**os.environ, **command.variables}
    with command.log.open("wb") as output:
        return subprocess.Popen(
            command.words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment
        )


def _end(process: Process) -> None:
    process.terminate()
    try:
        process.wait(ENDED_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(process: Process, look: Callable[[], Ready | None]) -> Ready:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotReady(f"the server ended with {process.returncode}")
        with suppress(URLError, OSError):
            if (found := look()) is not None:
                return found
        time.sleep(LOOK_AGAIN_S)
    raise NotReady(f"the server was not ready after {READY_S} s")
