"""What a run does to the provider, by the provider's own record: it reads, unless more is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_provider import Reference, serve
from tests.runs.provider_files import ACTIVE, Change, provider_of, without, written
from tests.runs.suite_process import WORKERS, run_suite

ALLOWED: dict[str, Change] = {"reads-allowed": lambda p: p | {"allow": ["reads"]}, "nothing-said": without("allow")}


def _methods(reference: Reference) -> set[str]:
    return {received.method for received in reference.received}


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_provider_sees_nothing_but_get(change: Change, tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", change(provider_of(reference)))
        run = run_suite(tmp_path, "--provider", file)
        seen = _methods(reference)
    assert (run.decision, seen, run.footer["generated_requests"] > 0) == ((0, "ACCEPTED"), {"GET"}, True)


def test_base_url_alone_allows_nothing_but_get(tmp_path: Path) -> None:
    with serve() as reference:
        account = reference.accounts[ACTIVE]
        environment = {"TALKSTACK_TOKEN": account.token, "TALKSTACK_API_KEY": account.api_key}
        run = run_suite(tmp_path, "--base-url", reference.base_url, environment=environment)
        seen = _methods(reference)
    assert (run.decision, seen) == ((0, "ACCEPTED"), {"GET"})


def test_provider_sees_more_where_writes_are_allowed(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", provider_of(reference))
        run_suite(tmp_path, "--provider", file)
        seen = _methods(reference)
    assert seen >= {"GET", "POST", "PUT", "PATCH", "DELETE"}


@WORKERS
def test_every_request_is_counted_and_carries_our_id(workers: tuple[str, ...], tmp_path: Path) -> None:
    with serve() as reference:
        provider = without("states")(provider_of(reference))
        run = run_suite(tmp_path, "--provider", written(tmp_path / "provider.toml", provider), *workers)
        received = reference.received
    without_id = [each for each in received if "X-Request-Id" not in each.headers]
    sent = run.footer["requests"] + run.footer["generated_requests"]
    assert (len(without_id), sent) == (0, len(received))


def test_plan_lists_every_case_and_sends_nothing(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(tmp_path / "provider.toml", provider_of(reference))
        run = run_suite(tmp_path, "--provider", file, "--plan")
        seen = reference.received
    listed = {case for case in ("by-bearer", "wrong-key", "method-put", "generated") if f"/{case}: " in run.terminal}
    totals = [line.partition(":")[0] for line in run.terminal.splitlines() if line.startswith("plan: ")]
    expected = {"by-bearer", "wrong-key", "method-put", "generated"}
    assert (run.exit_status, seen, listed, totals) == (0, (), expected, ["plan"])


def test_plan_leaves_an_earlier_record_alone(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    (record := tmp_path / "reports" / "verdicts.jsonl").write_text("{}\n")
    run_suite(tmp_path, "--plan")
    assert record.read_text() == "{}\n"
