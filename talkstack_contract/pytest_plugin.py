"""The pytest glue: options, fixtures, parametrization, and the hooks that turn verdicts into reports.

Everything that can be decided without pytest is in `talkstack_contract`. This file also stands above the project's own
tests, so its hooks are methods of two plugins that are registered only where items of `tests/contract` are asked for:
`Asking` in every process, `Reporting` in the one that reports (under pytest-xdist, not in the workers).
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from talkstack_contract.closed_output import Guarded
from talkstack_contract.contract.cases import GENERATED, WORKFLOW
from talkstack_contract.contract.response_lines import response_lines
from talkstack_contract.errors import BadInput
from talkstack_contract.execution.derived_workflows import derived_workflows
from talkstack_contract.execution.workflows import Workflow
from talkstack_contract.interruption import check_signals, end_at_the_first_signal, hold_off_signals
from talkstack_contract.judging.decision import EXIT_STATUS, Decision, DecisionKind
from talkstack_contract.judging.judge import Run
from talkstack_contract.judging.outcome import Outcome
from talkstack_contract.locations import CONTRACT, CONTRACT_TESTS, WORKFLOWS
from talkstack_contract.model import Case, Contract, Effect, Judgement, Verdict
from talkstack_contract.notification import link_to_job, message, notify
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.pace import Account as SpendingAccount
from talkstack_contract.provider.pace import SharedAccount
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.settings import (
    Settings,
    settings_of_environment,
    settings_of_file,
    settings_of_reference,
)
from talkstack_contract.provider_options import EMBEDDED
from talkstack_contract.reports import findings as reporting
from talkstack_contract.reports import terminal as words
from talkstack_contract.reports.accessibility import accessible
from talkstack_contract.reports.annotations import annotations
from talkstack_contract.reports.case_verdicts import CaseJudge, CaseVerdicts
from talkstack_contract.reports.drift import drift_lines
from talkstack_contract.reports.plan import plan_lines
from talkstack_contract.reports.reach import reach_lines
from talkstack_contract.reports.record import Record
from talkstack_contract.results.documentation import documentation_of, entry_of
from talkstack_contract.results.history import keep
from talkstack_contract.results.records import RunConfiguration, verdict_line, written
from talkstack_contract.run_configuration import HISTORY, RunOptions
from talkstack_contract.run_options import GROUPS
from talkstack_contract.states.accounts import Accounts
from talkstack_contract.states.ledger import Ledger, tidy
from talkstack_contract.states.reach import reach_of

_run_contract = [CONTRACT]
# Hypothesis looks at the garbage collector in a callback, where an interrupt is lost; `check_signals` finds it again.
LOST_INTERRUPT = "ignore:Exception ignored in. <function gc_cumulative_time:pytest.PytestUnraisableExceptionWarning"
INCONCLUSIVE = EXIT_STATUS[DecisionKind.INCONCLUSIVE]
MODULES = {GENERATED: "test_generated", WORKFLOW: "test_workflows"}
"""The module with the items of a kind of case; those of all others are in `test_documented`."""


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
    if not _contract_is_asked(config):
        return
    embedded = ExitStack()
    config.add_cleanup(embedded.close)
    config.add_cleanup(end_at_the_first_signal())
    config.addinivalue_line("filterwarnings", LOST_INTERRUPT)
    try:
        _run_contract[0] = contract_folder(config)
        is_partial = _is_narrowed(config) or bool(config.option.maxfail)
        known_docs = getattr(config, "workerinput", {}).get("docs")
        given = RunOptions(
            config.option,
            Path(config.invocation_params.dir),
            _run_contract[0],
            is_partial,
            documentation_of(known_docs) if known_docs else None,
        )
        given.check()
        workflows = _workflows(config, given.contract)
        configuration = _configuration(config, given, embedded, workflows)
        ledger = given.ledger(configuration)
        config.stash[ASKING] = Asking(
            configuration, workflows, ledger, _spending_account(config, configuration, embedded)
        )
        config.pluginmanager.register(config.stash[ASKING], "contract-asking")
        if not hasattr(config, "workerinput"):
            reporting = Reporting(config, configuration, given)
            config.pluginmanager.register(reporting, "contract-reporting")
            if reporting.preflight() or config.option.check:
                config.option.dist, config.option.tx = "no", []  # no worker is needed to say so
    except BadInput as error:
        raise pytest.UsageError(str(error)) from None


def _spending_account(config: pytest.Config, configuration: RunConfiguration, embedded: ExitStack) -> SpendingAccount:
    """Return the account that the limits are held by: one of all processes where there are workers."""
    places = configuration.settings.limits.requests_at_once
    if _has_workers(config) and not hasattr(config, "workerinput"):
        config.stash[SPENT] = embedded.enter_context(TemporaryDirectory(prefix="talkstack-contract-"))
    folder = getattr(config, "workerinput", {}).get("spent") or config.stash.get(SPENT, "")
    return SharedAccount(Path(folder), places) if folder else SpendingAccount(places)


def _has_workers(config: pytest.Config) -> bool:
    return bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))


def _contract_is_asked(config: pytest.Config) -> bool:
    places = [Path(config.invocation_params.dir, str(arg).partition("::")[0]).resolve() for arg in config.args]
    return any(place.is_relative_to(CONTRACT_TESTS) or CONTRACT_TESTS.is_relative_to(place) for place in places)


def _is_narrowed(config: pytest.Config) -> bool:
    """Tell whether pytest's own options choose some of the cases, so that nothing is decided about the whole."""
    option, places = config.option, [str(arg) for arg in config.args]
    chosen = any(getattr(option, name, None) for name in ("only", "keyword", "markexpr", "lf", "deselect"))
    whole = [Path(config.invocation_params.dir, place).resolve() for place in places]
    return chosen or not any("::" not in str(place) and CONTRACT_TESTS.is_relative_to(place) for place in whole)


def contract_folder(config: pytest.Config) -> Path:
    """Return the folder of the contract that this run is about."""
    named = config.option.contract
    return Path(config.invocation_params.dir, named).resolve() if named else CONTRACT


def contract_of_this_run() -> Path:
    """Return it to a test module, to which pytest hands nothing while it is imported."""
    return _run_contract[0]


def _workflows(config: pytest.Config, contract: Contract) -> Mapping[str, Workflow]:
    """Return the workflows that follow from the contract, and those that are written down.

    They are imported as pytest does it: their module has another name in a checkout than once installed.
    """
    config.pluginmanager.import_plugin(WORKFLOWS)
    module: Any = config.pluginmanager.get_plugin(WORKFLOWS)
    written: Mapping[str, Workflow] = module.WORKFLOWS
    return {**written, **derived_workflows(contract, written)}


def _configuration(
    config: pytest.Config, given: RunOptions, embedded: ExitStack, workflows: Mapping[str, Workflow]
) -> RunConfiguration:
    if config.getoption("verify_base_url", False):
        raise BadInput("--verify-base-url", "", "would send a request that no setting allows", "leave it out")
    settings = _settings(config, given, embedded)
    return given.configuration(settings, workflows, CONTRACT_TESTS / "waivers.yaml", datetime.now(UTC))


def _case_id(configuration: RunConfiguration, nodeid: str) -> str:
    """Return the id of the case that an item judges: its parameter; Schemathesis names its items by method and path."""
    inside = nodeid.partition("[")[2].rpartition("]")[0]
    operations = (each.id for each in configuration.contract.operations if inside == f"{each.method} {each.path}")
    return next((f"{operation}/generated" for operation in operations), inside)


def _settings(config: pytest.Config, given: RunOptions, embedded: ExitStack) -> Settings:
    names, file = given.contract.setting_names, given.provider_file
    base_url = config.getoption("base_url", None) or config.getini("base_url") or ""
    if config.option.provider == EMBEDDED:
        if any(str(each).startswith("--base-url") for each in config.invocation_params.args):
            raise BadInput("--provider reference", "", "names another provider than --base-url", "give one of the two")
    elif not config.option.provider and config.getoption("base_url", None) == "":
        # A variable that a fork has not: the run would end green, or ask whom nobody named.
        raise BadInput("--base-url", "", "is empty", "give one, or leave it out to ask the reference provider")
    elif file:
        return settings_of_file(file.path, names, os.environ, base_url, config.option.allow_insecure)
    elif base_url:
        return settings_of_environment(base_url, names, os.environ, config.option.allow_insecure)
    config.stash[REFERENCE] = served = getattr(config, "workerinput", {}).get("reference") or _embedded(embedded)
    settings = settings_of_reference(served, names)
    if names.default_state not in settings.accounts:
        problem = "is missing, and the embedded reference provider is of another API than the contract"
        raise BadInput("--base-url", "", problem, "name a provider of this API")
    return settings


def _embedded(embedded: ExitStack) -> dict[str, Any]:
    from reference_provider import serve  # only a run without a provider needs a server

    return embedded.enter_context(serve()).provider_settings()


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
        is_mine = [_case_id(self.configuration, item.nodeid) in mine for item in items]
        items[:] = [item for item, is_in_scope in zip(items, is_mine, strict=True) if is_in_scope]
        self._narrow(items)
        places = {case: place for place, case in enumerate(self.configuration.selected)}
        items.sort(key=lambda item: places.get(_case_id(self.configuration, item.nodeid), -1))

    def _narrow(self, items: list[pytest.Item]) -> None:
        """Keep the case that `--only` names, or the case of the clause that it names."""
        if items and self.configuration.only:
            left = [
                each for each in items if _case_id(self.configuration, each.nodeid) not in self.configuration.selected
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
        """Take an item without a line of its own where the whole run is blocked: that is told once."""
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
                return _case_id(self.configuration, nodeid).partition("/")[0]

        return ByOperation(config, log)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Take back what was made, and hand over to the process that reports what only a worker knows."""
        hold_off_signals()
        self.run.accounts.close()
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["contract"] = self.run.known()


def _in_spite_of_a_full_disk(record: Record, page: Path) -> Generator[None, Any, Any]:
    """Let the other plugins finish; a page that one of them cannot write costs the run its decision."""
    try:
        return (yield)
    except OSError as error:
        page.unlink(missing_ok=True)
        record.cut_short = record.cut_short or f"{page.name} could not be written ({error.strerror})"
        return None


class Reporting:
    """The hooks of the process that reports."""

    def __init__(self, config: pytest.Config, configuration: RunConfiguration, given: RunOptions) -> None:
        self.config, self.configuration, self.provider_file = config, configuration, given.provider_file
        self.record = Record(given.reports, configuration)
        self.junit = Path(
            os.path.expandvars(getattr(config.option, "xmlpath", None) or self.record.folder / "junit.xml")
        )
        self.findings: reporting.Findings | None = None
        self._was_stopped = self._is_over = self._reaches_nothing = False
        self._findings_of_preflight: list[str] = []
        if self._sends_nothing:
            return
        self.record.make_folder()
        option, folder = config.option, self.record.folder
        # A run may do without pytest-html (`-p no:html`), where only the verdicts are of interest.
        option.htmlpath = getattr(option, "htmlpath", None) or str(folder / "report.html")
        option.self_contained_html = True
        option.css = [*getattr(option, "css", []), str(reporting.STYLESHEET)]
        option.xmlpath = None  # pytest's own file has a test case an item, ours one a clause

    @property
    def _sends_nothing(self) -> bool:
        option = self.config.option
        return bool(option.plan or option.check or option.collectonly or option.clean_up)

    @property
    def _cannot_start(self) -> bool:
        option = self.config.option
        return bool(self.configuration.settings.missing and (option.plan or option.check or option.clean_up))

    def preflight(self) -> bool:
        """Ask by each credential before anything is collected, and tell whether no case can be tested."""
        if self._sends_nothing or _is_narrowed(self.config) or not self.configuration.cases:
            return False
        answers = self.config.stash[ASKING].run.answers
        self._findings_of_preflight = answers.preflight()
        self._is_over = bool(answers.dead)
        return self._is_over

    def _take_blocked(self) -> None:
        """Say of each clause that it is blocked with the whole run, and take back what was brought about."""
        run = self.config.stash[ASKING].run
        self.record.take(written(verdict_line(run.judgement(*each))) for each in self.configuration.promises.values())
        run.accounts.close()

    def pytest_report_header(self) -> list[str]:
        """Say who is asked, loudly where it is not the vendor."""
        settings, contract = self.configuration.settings, self.configuration.contract
        who = "the embedded reference provider (NOT THE VENDOR)" if settings.is_reference else settings.base_url
        allowed = ", ".join(sorted(map(str, settings.allow))) or "nothing"
        return [
            f"provider: {who}",
            *([f"provider file: {self.provider_file}"] if self.provider_file else []),
            f"contract: {contract.title}, {', '.join(each.id for each in contract.operations[:3])}"
            f"{' …' if len(contract.operations) > 3 else ''}, {len(self.configuration.promises)} clauses,"
            f" docs read {contract.docs_read}; allowed: {allowed}; seed {self.configuration.seed}"
            f"{f'; scope: {words.named_scope(named)}' if (named := self.configuration.named_scope) else ''}"
            f"{f'; profile {profile.name}' if (profile := self.configuration.profile) else ''}"
            f"{f'; against {baseline.name}' if (baseline := self.configuration.baseline) else ''}",
            *([f"docs: {words.docs_state(docs)}"] if (docs := self.configuration.docs) else []),
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Begin the record: from here on pytest ends in order, whatever interrupts it."""
        self._session = session
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        reporter._tw._file = Guarded(reporter._tw._file, self._output_is_closed)
        if not self._sends_nothing:
            try:
                self.record.open()
            except BadInput as error:
                raise pytest.UsageError(str(error)) from None

    def _output_is_closed(self) -> None:
        """End the run: whoever read its output has gone."""
        self.record.cut_short = self.record.cut_short or "the output was closed"
        self._session.shouldstop = self.record.cut_short

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> bool | None:
        """Say what the preflight found, each in one line; collect nothing where all is blocked, or nothing is sent."""
        for finding in self._findings_of_preflight:
            self._say(f"preflight: {finding}", red=True)
        return True if self._is_over or self.config.option.check else None

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """With `--plan`, say what would be sent and send nothing; with `--clean-up`, take back and ask nothing."""
        if self._is_over:
            return True
        if self._cannot_start:
            self._say(f"nothing is sent: {self.configuration.settings.missing}", red=True)
            return True
        if self.config.option.clean_up:
            self._clean_up()
            return True
        if self.config.option.check:
            self._check()
            return True
        if not self.config.option.plan:
            return None
        run = self.config.stash[ASKING].run
        chosen = {_case_id(self.configuration, item.nodeid) for item in session.items}
        cases = [case for case in self.configuration.cases if case.id in chosen]
        planned = [run.answers.plan(case, self.configuration.examples) for case in cases]
        if self.config.option.verbose < 0 and self.provider_file:
            self._say(f"provider file: {self.provider_file}")  # which a quiet run has not said in its header
        for line in plan_lines(self.configuration.contract, planned):
            self._say(line)
        return True

    def _check(self) -> None:
        given = self.configuration
        reach = reach_of(given.contract, given.settings, given.cases, given.cases_in_scope)
        self._reaches_nothing = not reach.reached
        for line in reach_lines(reach):
            self._say(line)

    def _clean_up(self) -> None:
        accounts = self.config.stash[ASKING].run.accounts
        pending = accounts.ledger.pending()
        accounts.close()
        for problem in accounts.left_behind:
            self._say(f"left behind: {problem}")
        taken = len(pending) - len(accounts.left_behind)
        self._say(f"{taken} of {len(pending)} taken back" if pending else "nothing to take back")

    # As the run goes

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the lines as they come in. A worker that died says nothing of its case, so that is said for it."""
        lines = getattr(report, "contract", [])
        self.record.take(lines)
        if self.record.cut_short and not hasattr(report, "node"):  # a worker is stopped by pytest-xdist alone
            self._session.shouldstop = self.record.cut_short
        if report.failed and not lines:
            self.record.take_silence(_case_id(self.configuration, report.nodeid), str(report.longrepr))

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Count an item that is blocked with the whole run, and print neither letter nor word for it."""
        return ("error", "", "") if report.failed and getattr(report, "is_silent", False) else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Hand over to a worker the embedded provider, the account of the limits, and what the docs say."""
        node.workerinput["reference"] = self.config.stash.get(REFERENCE, None)
        node.workerinput["spent"] = self.config.stash.get(SPENT, "")
        node.workerinput["docs"] = entry_of(self.configuration.docs) if self.configuration.docs else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker knows."""
        if known := getattr(node, "workeroutput", {}).get("contract"):
            self.record.take_over(known)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that the run was cut short; pytest-xdist ends a run with `-x` in this way too."""
        hold_off_signals()
        if excinfo.type.__module__.startswith("xdist"):
            self._was_stopped = True
            return
        self.record.cut_short = self.record.cut_short or "the run was interrupted"

    # The end

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, Any, Any]:
        """Decide before the pages are written, search them for secrets after, and set the exit status."""
        hold_off_signals()
        if self._sends_nothing:
            result = yield
            if self.config.stash[ASKING].run.accounts.left_behind or self._cannot_start or self._reaches_nothing:
                session.exitstatus = INCONCLUSIVE
            elif self.config.option.check and exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
                session.exitstatus = pytest.ExitCode.OK  # pytest has collected nothing
            return result
        record, option = self.record, self.config.option
        if self._is_over:
            self._take_blocked()
        self.config.stash[ASKING].run.accounts.close()  # after an interrupt the fixtures end later than this
        record.take_over(self.config.stash[ASKING].run.known())
        if path := self.config.stash[ASKING].run.accounts.ledger.path:
            tidy(path)
        leaks = record.scrub([record.jsonl])
        self.findings = record.findings(leaks)
        if option.acceptance:
            leaks += record.try_acceptance(self.findings)
        summary = record.write_summary(self.findings)
        record.write_junit(self.findings, self.junit)
        result = yield from _in_spite_of_a_full_disk(record, Path(option.htmlpath))
        record.rewrite(Path(option.htmlpath), accessible)
        artefacts = [record.jsonl, summary, Path(option.htmlpath), self.junit]
        decision = record.close(self.findings, artefacts, leaks)
        if option.acceptance and not record.write_acceptance():
            self._say("no acceptance page: the run was narrowed, or the page could not be made")
        was_run = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        is_ours = was_run or self._was_stopped or self._is_over or bool(record.cut_short)
        if is_ours:
            session.exitstatus = decision.exit_status or (exitstatus if decision.word is DecisionKind.NONE else 0)
        if not self._is_night_kept(decision, self.findings.judgements):
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        self._close(decision, summary, "" if is_ours else f"pytest ended with {int(exitstatus)}")
        return result

    def _is_night_kept(self, decision: Decision, judgements: Iterable[Judgement]) -> bool:
        """Add the record to the nights, and tell if that cannot be.

        Of a narrowed run the next could learn nothing, nor of one that an outage or a refused credential blocked.
        """
        is_blocked = any(each.run_wide and each.verdict is Verdict.BLOCKED for each in judgements)
        if self.config.option.nightly and decision.word is not DecisionKind.NONE and not is_blocked:
            try:
                keep(self.record.jsonl, self.record.folder / HISTORY, self.configuration.started)
            except BadInput as error:
                self._say(f"ERROR: this night is not kept: {error}", red=True)
                return False
        return True

    def _close(self, decision: Decision, summary: Path, trouble: str) -> None:
        assert self.findings is not None
        if target := os.environ.get("GITHUB_STEP_SUMMARY"):
            with suppress(OSError), Path(target).open("a", encoding="utf-8") as file:
                file.write(summary.read_text(encoding="utf-8"))
        for problem in self.record.left_behind:
            self._say(f"left behind: {problem}")
        if self.config.option.only:
            self._show_exchanges()
        for line in words.change_lines(decision.changes, self.findings.judgements):
            self._say(line)
        for line in drift_lines(self.findings.drift):
            self._say(line)
        self._annotate()
        folder = self.record.folder
        self._say(f"reports: {os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else folder}")
        line = words.last_line(decision, self.record.requests, self.findings.seconds)
        line = f"no decision  {trouble}" if trouble else line
        self._notify(line)
        good = decision.exit_status == 0 and not trouble
        self._say(line, green=good, red=not good, bold=True)

    def _notify(self, line: str) -> None:
        if url := self.config.option.notify:
            told = message(self.record.redacted(words.printed(line)), link_to_job(os.environ))
            if trouble := notify(url, told):
                self._say(f"the notification was not sent: {trouble}")

    def _annotate(self) -> None:
        """In GitHub Actions, show the violations beside the lines of the contract: as they are, a runner obeys them."""
        assert self.findings is not None
        if os.environ.get("GITHUB_ACTIONS") != "true":
            return
        contract = contract_folder(self.config)
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
        folder = contract.relative_to(workspace).as_posix() if contract.is_relative_to(workspace) else ""
        for command in annotations(self.findings, response_lines(contract), folder):
            self.config.pluginmanager.getplugin("terminalreporter").write_line(command)

    def _show_exchanges(self) -> None:
        assert self.findings is not None
        for each in self.findings.exchanges.values():
            self._say(f"\n{each.id}\n{words.exchange_text(each)}")
        self._say("")
        for judgement in self.findings.judgements:
            self._say(words.verdict_text(judgement))

    def _say(self, text: str, **markup: bool) -> None:
        self.config.pluginmanager.getplugin("terminalreporter").write_line(words.printed(text), **markup)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Tell a reason why clauses are blocked once, however many there are."""
        errors, shown = terminalreporter.stats.get("error", []), terminalreporter.reportchars
        if not errors:
            return (yield)
        terminalreporter.stats["error"] = list(_telling_something_new(errors))
        terminalreporter.reportchars = shown.replace("E", "")  # the short summary would tell each a second time
        try:
            return (yield)
        finally:
            terminalreporter.stats["error"], terminalreporter.reportchars = errors, shown

    # pytest-html

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page."""
        report.title = f"{self.configuration.contract.title} contract"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Put the decision, the matrix and the evidence first."""
        assert self.findings is not None
        prefix.append(self.record.page(self.findings, "report.html"))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns of the table of items."""
        cells[1:] = [reporting.cell(text, "head") for text in ("Case", "Duration", "Exchange")]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Fill a row, with a link to the exchange of its case."""
        case = _case_id(self.configuration, report.nodeid)
        cells[1], cells[3] = reporting.cell(case, "testId"), reporting.cell(case, "links")

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Count the verdicts of a case that has no letter."""
        if report.passed:
            data[:] = [words.tally(self.record.judgements_of(_case_id(self.configuration, report.nodeid)))]


def _telling_something_new(errors: list[Any]) -> Iterator[Any]:
    """Yield the reports of errors, without those whose reasons an earlier one has told."""
    told: set[str] = set()
    for report in errors:
        reasons = {*(getattr(report, "reasons", ()) or [str(report.longrepr)])}
        if not reasons <= told:
            told |= reasons
            yield report


ASKING = pytest.StashKey[Asking]()
REFERENCE = pytest.StashKey[dict[str, Any]]()
SPENT = pytest.StashKey[str]()
VERDICTS = pytest.StashKey[CaseVerdicts]()
NO_VERDICTS = CaseVerdicts(Outcome.ERROR, "", [], [])
SILENT = pytest.StashKey[bool]()
