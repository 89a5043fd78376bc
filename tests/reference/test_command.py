"""`python -m reference_provider` as a process."""

import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from reference_provider import FAULTS, Reference
from reference_provider.states import ACTIVE_PROJECT, NO_ACTIVE_PROJECT
from tests.reference.client import Client

COMMAND = (sys.executable, "-m", "reference_provider")
PATIENCE_S = 30  # a broken process shall fail its test, not hang it


def ended(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and its base URL; the line about the other host is read too."""
    process = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        base_url = process.stdout.readline().removeprefix("reference provider on ").strip()
        assert process.stdout.readline().startswith("its calls on http://127.0.0.1:")
        yield process, base_url
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE_S)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it_quietly(number: signal.Signals) -> None:
    with running() as (process, base_url):
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE_S)
        assert (base_url[:17], process.returncode, output, errors) == ("http://127.0.0.1:", 0, "", "")


def test_written_provider_file_opens_the_provider(tmp_path: Path) -> None:
    file = tmp_path / "provider.toml"
    with running("--write-provider", str(file)) as (_, base_url):
        provider = tomllib.loads(file.read_text())
        client, calls = Client(provider["base_url"]), Client(provider["calls_base_url"])
        statuses = [_statuses(client, account) for account in provider["accounts"].values()]
        called = calls.send("POST", "/call/makeCall").status
        client.connection.close()
        calls.connection.close()
    assert (
        provider["base_url"],
        provider["states"],
        provider["allow"],
        list(provider["accounts"]),
        called,
        statuses,
    ) == (
        base_url,
        {"url": f"{base_url}/_states"},
        ["reads", "writes", "issues-credentials", "sends-mail", "places-calls"],
        [ACTIVE_PROJECT, NO_ACTIVE_PROJECT],
        401,
        [(200, 200, 200), (404, 404, 200)],
    )


def _statuses(client: Client, account: dict[str, Any]) -> tuple[int, ...]:
    """By token and by key, and of a request about the project that the values name."""
    by_token, by_key = {"Authorization": f"Bearer {account['token']}"}, {"x-api-key": account["api_key"]}
    project = f"/project/{account['values']['projectId']}"
    return client.get(by_token).status, client.get(by_key).status, client.get(by_key, project).status


def test_fault_is_on_from_the_start() -> None:
    with running("--fault", "getActiveProject-refusal-answered-418") as (_, base_url):
        client = Client(base_url)
        status = client.get().status
        client.connection.close()
    assert status == 418


def test_every_fault_is_listed_with_clauses_and_sentence() -> None:
    listed = ended("--list-faults")
    rows = [line.split("\t") for line in listed.stdout.splitlines()]
    assert (listed.returncode, rows) == (
        0,
        [[fault.name, " ".join(fault.breaks), fault.sentence] for fault in FAULTS.values()],
    )


def test_pipe_closed_early_is_no_error() -> None:
    process = subprocess.Popen([*COMMAND, "--list-faults"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=PATIENCE_S), errors) == (0, "")


def test_unknown_fault_is_one_line_and_4() -> None:
    result = ended("--fault", "getActiveProject-success-answered-4188")
    assert (result.returncode, result.stdout, result.stderr) == (
        4,
        "",
        "python -m reference_provider: argument --fault: "
        "'getActiveProject-success-answered-4188' is no fault; nearest: 'getActiveProject-success-answered-418'\n",
    )


def test_unwritable_file_is_one_line_and_4(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "provider.toml"
    result = ended("--write-provider", str(file))
    line = f"python -m reference_provider: {file} cannot be used: No such file or directory\n"
    assert (result.returncode, result.stdout, result.stderr) == (4, "", line)


def test_port_in_use_is_one_line_and_4(reference: Reference) -> None:
    port = reference.base_url.rpartition(":")[2]
    result = ended("--port", port)
    line = f"python -m reference_provider: port {port} cannot be used: Address already in use\n"
    assert (result.returncode, result.stdout, result.stderr) == (4, "", line)


@pytest.mark.parametrize("port", ["http", "-1", "65536"])
def test_bad_port_is_4(port: str) -> None:
    assert ended(f"--port={port}").returncode == 4
