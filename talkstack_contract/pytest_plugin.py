"""The pytest plugin: options, configuration and fixtures; the hooks of a run are in `pytest_hooks`.

This module also stands above the project's own tests, so that it registers the other hooks only where items of
`tests/contract` are asked for.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.interruption import end_at_the_first_signal
from talkstack_contract.judging.judge import Run
from talkstack_contract.judging.outcome import Outcome
from talkstack_contract.locations import CONTRACT
from talkstack_contract.model import Case
from talkstack_contract.pytest_hooks.asking import ASKING, VERDICTS, Asking
from talkstack_contract.pytest_hooks.configuring import (
    configuration_of,
    contract_folder,
    contract_is_asked,
    is_narrowed,
    spending_account,
    workflows_of,
)
from talkstack_contract.pytest_hooks.html_report import HtmlReport
from talkstack_contract.pytest_hooks.progress import Progress
from talkstack_contract.pytest_hooks.reporting import Reporting
from talkstack_contract.reports.case_verdicts import CaseJudge, CaseVerdicts
from talkstack_contract.results.documentation import documentation_of
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.run_configuration import RunOptions
from talkstack_contract.run_options import GROUPS

_run_contract = [CONTRACT]
_run_operations: list[str] = []
# Hypothesis looks at the garbage collector in a callback, where an interrupt is lost; `check_signals` finds it again.
LOST_INTERRUPT = "ignore:Exception ignored in. <function gc_cumulative_time:pytest.PytestUnraisableExceptionWarning"


# Options and settings


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a contract run; `--base-url` comes from pytest-base-url."""
    group = parser.getgroup("contract", "talkstack-contract")
    for options in GROUPS.values():
        for option in options:
            group.addoption(option.flag, help=option.help, **option.settings)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read settings, waivers and contract here: a mistake in them found later would not end with exit status 4."""
    if not contract_is_asked(config):
        return
    embedded = ExitStack()
    config.add_cleanup(embedded.close)
    config.add_cleanup(end_at_the_first_signal())
    config.addinivalue_line("filterwarnings", LOST_INTERRUPT)
    try:
        _run_contract[0] = contract_folder(config)
        is_partial = is_narrowed(config) or bool(config.option.maxfail)
        known_docs = getattr(config, "workerinput", {}).get("docs")
        given = RunOptions(
            config.option,
            Path(config.invocation_params.dir),
            _run_contract[0],
            is_partial,
            documentation_of(known_docs) if known_docs else None,
        )
        given.check()
        workflows = workflows_of(config, given.contract)
        configuration = configuration_of(config, given, embedded, workflows)
        asked = (case.operation for case in _asked_about(configuration))
        _run_operations[:] = dict.fromkeys(f"{each.method} {each.path}" for each in asked)
        ledger = given.ledger(configuration)
        account = spending_account(config, configuration, embedded)
        config.stash[ASKING] = Asking(configuration, workflows, ledger, account)
        config.pluginmanager.register(config.stash[ASKING], "contract-asking")
        if not hasattr(config, "workerinput"):
            reporting = Reporting(config, configuration, given)
            config.pluginmanager.register(reporting, "contract-reporting")
            config.pluginmanager.register(HtmlReport(reporting), "contract-html-report")
            if reporting.has_progress:
                progress = Progress(config, configuration, reporting.record, account.requests)
                config.pluginmanager.register(progress, "contract-progress")
            if reporting.preflight() or config.option.check:
                config.option.dist, config.option.tx = "no", []  # no worker is needed to say so
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def contract_of_this_run() -> Path:
    """Return it to a test module, to which pytest hands nothing while it is imported."""
    return _run_contract[0]


def operations_of_this_run() -> list[str]:
    """Return method and path of the operations that this run asks about, to a test module as well."""
    return _run_operations


def _asked_about(configuration: RunConfiguration) -> Iterable[Case]:
    """Return the cases of this run, with `--only` those of the one operation."""
    only = configuration.only.partition("/")[0]
    return (case for case in configuration.cases_in_scope if only in ("", case.operation.id))


# Fixtures: they send and judge; a test only ends as the verdicts of its case want it


def end_item(verdicts: CaseVerdicts) -> None:
    """Pass, fail, xfail or skip, by the table of verdicts; no traceback, since it would show what was sent."""
    if verdicts.outcome in (Outcome.FAILED, Outcome.ERROR):
        pytest.fail(verdicts.letter, pytrace=False)
    if verdicts.outcome is Outcome.XFAILED:
        pytest.xfail(verdicts.letter)
    if verdicts.outcome is Outcome.SKIPPED:
        pytest.skip(verdicts.letter)


@pytest.fixture(scope="session")
def run(request: pytest.FixtureRequest) -> Iterator[Run]:
    """Everything that this process asks and learns of the provider."""
    run = request.config.stash[ASKING].run
    yield run
    run.accounts.close()


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> tuple[Case, ...]:
    """Every case of the contract."""
    return request.config.stash[ASKING].configuration.cases


@pytest.fixture(scope="session")
def case_judge(run: Run, request: pytest.FixtureRequest) -> CaseJudge:
    """The one judge of all cases: it knows which exchanges are in the record."""
    return CaseJudge(request.config.stash[ASKING].configuration, run)


@pytest.fixture
def judge(case_judge: CaseJudge, request: pytest.FixtureRequest) -> Callable[[Case], CaseVerdicts]:
    """A function that judges a case for this item."""

    def judge_case(case: Case) -> CaseVerdicts:
        request.node.stash[VERDICTS] = verdicts = case_judge.verdicts(case)
        return verdicts

    return judge_case


@pytest.fixture
def verdicts(judge: Callable[[Case], CaseVerdicts], request: pytest.FixtureRequest) -> CaseVerdicts:
    """The verdicts for the case of this item."""
    return judge(request.param)
