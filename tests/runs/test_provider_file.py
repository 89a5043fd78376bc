"""Provider files in whole runs: what the reference provider writes is enough, and an option wins over it."""

from __future__ import annotations

from pathlib import Path

from reference_provider import serve
from tests.detection.mutating_proxy import Answer, Forward, Request, serve_proxy
from tests.runs.decided_runs import decide_about
from tests.runs.provider_files import ACTIVE, dead_port, provider_of, written
from tests.runs.suite_process import WORKERS, run_suite

ACCEPTED = (0, "ACCEPTED")


def test_suite_works_through_a_proxy(tmp_path: Path) -> None:
    passed: list[str] = []

    def counting(request: Request, forward: Forward) -> Answer:
        passed.append(request.method)
        return forward(request)

    with serve() as reference, serve_proxy(reference.base_url, counting) as proxy:
        reference.write_provider(file := tmp_path / "provider.toml")
        run = run_suite(tmp_path, "--provider", str(file), "--base-url", proxy.base_url)
        received = len(reference.received)
    assert (run.decision, proxy.failures, len(passed), received > 0) == (ACCEPTED, [], received, True)


def test_base_url_given_as_an_option_wins_over_the_environment(tmp_path: Path) -> None:
    with serve() as reference, dead_port() as elsewhere:
        file = written(tmp_path / "provider.toml", provider_of(reference, elsewhere))
        words = ("--provider", file, "--base-url", reference.base_url)
        run = run_suite(tmp_path, *words, environment={"PYTEST_BASE_URL": elsewhere})
    assert run.decision == ACCEPTED


def test_base_url_of_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    with serve() as reference, dead_port() as elsewhere:
        file = written(tmp_path / "provider.toml", provider_of(reference, elsewhere))
        run = run_suite(tmp_path, "--provider", file, environment={"PYTEST_BASE_URL": reference.base_url})
    assert run.decision == ACCEPTED


@WORKERS
def test_credentials_come_from_the_variables_that_the_file_names(workers: tuple[str, ...], tmp_path: Path) -> None:
    with serve() as reference:
        account = reference.accounts[ACTIVE]
        named = {"token": {"env": "OUR_TOKEN"}, "api_key": {"env": "OUR_KEY"}, "user_id": account.user_id}
        file = written(tmp_path / "provider.toml", provider_of(reference) | {"accounts": {ACTIVE: named}})
        environment = {"OUR_TOKEN": account.token, "OUR_KEY": account.api_key}
        run = run_suite(tmp_path, "--provider", file, *workers, environment=environment)
    assert run.decision == ACCEPTED


def test_headers_of_the_file_are_sent_with_every_request(tmp_path: Path) -> None:
    with serve() as reference:
        file = written(
            tmp_path / "provider.toml", provider_of(reference) | {"headers": {"X-Tenant": "a-tenant-of-ours"}}
        )
        run = run_suite(tmp_path, "--provider", file)
        without_it = [each for each in reference.received if "X-Tenant" not in each.headers]
    assert (run.decision, without_it) == (ACCEPTED, [])


def test_budget_of_requests_is_kept(tmp_path: Path) -> None:
    with serve() as reference:
        run = decide_about(tmp_path, provider_of(reference) | {"limits": {"requests": 12}})
        received = len(reference.received)
    assert (run.decision, received) == ((6, "INCONCLUSIVE"), 12)


def test_embedded_provider_is_loudly_not_the_vendor(tmp_path: Path) -> None:
    run = run_suite(tmp_path, "-k", "wrong-token")
    assert "NOT THE VENDOR" in run.terminal


def test_reference_is_tested_whatever_the_environment_names(tmp_path: Path) -> None:
    with dead_port() as elsewhere:
        words = ("--provider", "reference", "-k", "wrong-token")
        run = run_suite(tmp_path, *words, environment={"PYTEST_BASE_URL": elsewhere})
    assert (run.exit_status, "NOT THE VENDOR" in run.terminal) == (0, True)
