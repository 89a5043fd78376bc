"""The hooks of a process that asks: its items, their order, and what it hands over."""

from collections.abc import Generator, Mapping
from typing import Any

import pytest

from talkstack_contract.contract.cases import GENERATED, WORKFLOW
from talkstack_contract.execution.workflows import Workflow
from talkstack_contract.interruption import check_signals, hold_off_signals, noting_signals
from talkstack_contract.judging.judge import Run
from talkstack_contract.judging.outcome import Outcome
from talkstack_contract.model import Effect
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.pace import Account as SpendingAccount
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.reports.case_verdicts import CaseVerdicts
from talkstack_contract.results.records import RunConfiguration
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger

MODULES = {GENERATED: "test_generated", WORKFLOW: "test_workflows"}
"""The module with the items of a kind of case; those of all others are in `test_documented`."""
NO_VERDICTS = CaseVerdicts(Outcome.ERROR, "", [], [])
VERDICTS = pytest.StashKey[CaseVerdicts]()
SILENT = pytest.StashKey[bool]()


def case_id(configuration: RunConfiguration, nodeid: str) -> str:
    """Return the id of the case that an item judges: its parameter; Schemathesis names its items by method and path."""
    inside = nodeid.partition("[")[2].rpartition("]")[0]
    operation = configuration.contract.operation_at.get(inside)
    return f"{operation.id}/generated" if operation else inside


class Asking:
    """The hooks of a process that asks."""

    def __init__(
        self,
        configuration: RunConfiguration,
        workflows: Mapping[str, Workflow],
        ledger: Ledger,
        account: SpendingAccount,
    ) -> None:
        self.configuration = configuration
        provider = Provider(configuration.settings, Secrets(configuration.settings.secrets()), account=account)
        accounts = Accounts(configuration.cases, provider, ledger, configuration.nonce)
        held_to = (configuration.waivers, configuration.started.date(), workflows, configuration.run_header.scope())
        self.run = Run(configuration.cases, accounts, *held_to)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection(self) -> Generator[None, object, object]:
        """Let no signal hit while items are made: nothing is asked yet, and it takes a second or two."""
        with noting_signals():
            return (yield)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Give a test one item a case of its module; those of generated requests are made by Schemathesis."""
        if "verdicts" not in metafunc.fixturenames:
            return
        module = metafunc.module.__name__.rpartition(".")[2]
        mine = self.configuration.cases_in_scope
        cases = [case for case in mine if MODULES.get(case.kind, "test_documented") == module]
        metafunc.parametrize("verdicts", cases, ids=[case.id for case in cases], indirect=True)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put the items in scope in the order of asking."""
        mine = {case.id for case in self.configuration.cases_in_scope}
        is_mine = [case_id(self.configuration, item.nodeid) in mine for item in items]
        items[:] = [item for item, is_in_scope in zip(items, is_mine, strict=True) if is_in_scope]
        self._narrow(items)
        places = {case: place for place, case in enumerate(self.configuration.selected)}
        items.sort(key=lambda item: places.get(case_id(self.configuration, item.nodeid), -1))

    def _narrow(self, items: list[pytest.Item]) -> None:
        """Keep the case that `--only` names, or the case of the clause that it names."""
        if items and self.configuration.only:
            left = [
                each for each in items if case_id(self.configuration, each.nodeid) not in self.configuration.selected
            ]
            items[0].config.hook.pytest_deselected(items=left)
            items[:] = [each for each in items if each not in left]

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Tell the module of generated requests how many are wanted, before its items are built."""
        configure = getattr(getattr(collector, "module", None), "configure_generation", None)
        if configure and not isinstance(collector, pytest.Module):
            given = self.configuration
            may_write = Effect.WRITES in given.settings.allow
            configure(given.examples, given.seed, may_write=may_write, only=given.only_generated)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Take an item without a line of its own where the whole run is blocked, which the terminal says once."""
        check_signals()
        if not self.run.answers.dead:
            return None
        item.stash[SILENT] = True
        item.config.pluginmanager.getplugin("runner").runtestprotocol(item, nextitem=nextitem)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Judge the case of an item of Schemathesis once all its requests were generated."""
        yield
        if generation := getattr(item, "funcargs", {}).get("generation"):
            generation.finish()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Send the lines of the record along with the report of their item, as text: a worker can send nothing else."""
        report = yield
        if report.when == "call" or report.outcome != "passed":
            verdicts = item.stash.get(VERDICTS, NO_VERDICTS)
            item.stash[VERDICTS] = NO_VERDICTS
            report.contract, report.reasons = verdicts.lines, verdicts.reasons  # type: ignore[attr-defined]
            report.is_silent = item.stash.get(SILENT, False)  # type: ignore[attr-defined]
            if hasattr(report, "wasxfail"):
                report.longrepr = report.wasxfail  # the letter, without the traceback that led to it
            if report.failed and verdicts.outcome is not Outcome.FAILED:
                report.when = "setup"  # an error, in whatever phase it came up: only a broken promise is a failure
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Keep an operation in one worker: what it remembers is per process, and a case is to be sent once."""
        from xdist.scheduler import LoadScopeScheduling

        class ByOperation(LoadScopeScheduling):  # type: ignore[misc]  # xdist carries no types
            def _split_scope(scheduler, nodeid: str) -> str:  # noqa: N805 - `self` is the plugin
                return case_id(self.configuration, nodeid).partition("/")[0]

        return ByOperation(config, log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Take back what was made, and hand over to the process that reports what only a worker knows."""
        hold_off_signals()
        self.run.accounts.close()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["contract"] = self.run.known()


ASKING = pytest.StashKey[Asking]()
