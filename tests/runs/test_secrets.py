"""No secret reaches an output: canaries as credentials, a provider that echoes them, and a netrc that tempts."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from reference_provider import serve
from tests.detection.mutating_proxy import Answer, Forward, Request, serve_proxy
from tests.runs.echo import API_KEY, STATES_PATH, TOKEN, echoing, leaks
from tests.runs.provider_files import ACTIVE, EMPTY, provider_of, written
from tests.runs.suite_process import WORKERS, Finished, run_suite

ENVIRONMENT = {"TALKSTACK_TOKEN": TOKEN, "TALKSTACK_API_KEY": API_KEY}
ACCOUNT = {"token": {"env": "TALKSTACK_TOKEN"}, "api_key": {"env": "TALKSTACK_API_KEY"}, "user_id": "u"}
LOUD = ("-vv", "--showlocals", "--tb=long", "-rA")
NETRC_PASSWORD = "tempting-password-000"
NETRC_PROOF = base64.b64encode(f"tempted:{NETRC_PASSWORD}".encode()).decode()


@dataclass(frozen=True)
class Echoed:
    """A run against the echoing provider, and every header value that it was sent."""

    run: Finished
    sent: list[str]


def _ask_echo(folder: Path, *words: str) -> Echoed:
    sent: list[str] = []

    def recording(request: Request, forward: Forward) -> Answer:
        sent.extend(value for _, value in request.headers)
        return echoing(request, forward)

    (folder / "netrc").write_text(f"machine 127.0.0.1 login tempted password {NETRC_PASSWORD}\n")
    environment = ENVIRONMENT | {"NETRC": str(folder / "netrc")}
    with serve_proxy("http://127.0.0.1:9", recording) as proxy:
        provider = {"base_url": proxy.base_url, "allow": ["reads", "writes"], "accounts": {ACTIVE: ACCOUNT}}
        provider |= {"states": {"url": proxy.base_url + STATES_PATH}}
        file = written(folder / "provider.toml", provider)
        return Echoed(run_suite(folder, "--provider", file, *LOUD, *words, environment=environment), sent)


def _leaks(run: Finished) -> dict[str, list[str]]:
    """Which canaries stand where: in the terminal, and in any file of the reports folder."""
    texts = {file.name: file.read_text(errors="replace") for file in run.reports.rglob("*") if file.is_file()}
    found = {name: sorted(leaks(text)) for name, text in {"terminal": run.terminal, **texts}.items()}
    return {name: canaries for name, canaries in found.items() if canaries}


@pytest.fixture(scope="module", params=[(), ("-n", "2")], ids=["one-process", "two-workers"])
def echoed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Echoed]:
    yield _ask_echo(tmp_path_factory.mktemp("echo"), *request.param)


def test_canaries_were_sent_and_came_back(echoed: Echoed) -> None:
    record = (echoed.run.reports / "verdicts.jsonl").read_text()
    assert (f"Bearer {TOKEN}" in echoed.sent, API_KEY in echoed.sent, "hello [redacted]" in record) == (True,) * 3


def test_no_canary_reaches_an_output(echoed: Echoed) -> None:
    assert _leaks(echoed.run) == {}


def test_scan_found_nothing_that_redaction_had_left(echoed: Echoed) -> None:
    assert "a secret was found" not in echoed.run.terminal


def test_password_of_netrc_is_not_sent(echoed: Echoed) -> None:
    assert [value for value in echoed.sent if NETRC_PROOF in value or NETRC_PASSWORD in value] == []


def test_password_of_netrc_reaches_no_output(echoed: Echoed) -> None:
    texts = [echoed.run.terminal, *(file.read_text() for file in echoed.run.reports.iterdir())]
    assert [text for text in texts if NETRC_PASSWORD in text or NETRC_PROOF in text] == []


def test_redirect_is_not_followed(echoed: Echoed) -> None:
    record = [line for line in echoed.run.lines if line["kind"] == "exchange"]
    assert [line["url"] for line in record if "/elsewhere" in line["url"]] == []


@WORKERS
def test_traceback_of_our_bug_shows_no_canary(workers: tuple[str, ...], tmp_path: Path) -> None:
    run = _ask_echo(tmp_path, "-p", "tests.runs.sabotage.bug_in_evidence", "-k", "by-bearer or method", *workers).run
    assert ("ZeroDivisionError" in run.terminal, _leaks(run)) == (True, {})


@WORKERS
def test_artefact_scan_fails_a_run_without_redaction(workers: tuple[str, ...], tmp_path: Path) -> None:
    """Everything else about this provider is as promised, so that nothing but the scan can fail the run."""

    def telling(request: Request, forward: Forward) -> Answer:
        return forward(request).with_header("X-Echo", (request.header("Authorization") or "").removeprefix("Bearer "))

    with serve() as reference, serve_proxy(reference.base_url, telling) as proxy:
        file = written(tmp_path / "provider.toml", provider_of(reference, proxy.base_url))
        run = run_suite(tmp_path, "--provider", file, "-p", "tests.runs.sabotage.no_redaction", *workers)
        tokens = [reference.accounts[state].token for state in (ACTIVE, EMPTY)]
    left = [file.name for file in run.reports.iterdir() if any(token in file.read_text() for token in tokens)]
    named = r"a secret was found in verdicts.jsonl \(getActiveProject/[\w/-]+\) and redacted: TALKSTACK_"
    told = re.search(named, run.terminal)
    assert (run.exit_status, run.footer.get("decision"), bool(told), left) == (6, "INCONCLUSIVE", True, [])
