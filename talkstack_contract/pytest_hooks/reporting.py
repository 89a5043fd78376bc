"""The hooks of the process that reports: the record as the run goes, and its end."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from talkstack_contract.closed_output import Guarded
from talkstack_contract.errors import BadInput
from talkstack_contract.interruption import hold_off_signals, note_signals
from talkstack_contract.judging.decision import EXIT_STATUS, DecisionKind
from talkstack_contract.pytest_hooks.asking import ASKING, case_id
from talkstack_contract.pytest_hooks.closing import Closing, say
from talkstack_contract.pytest_hooks.configuring import REFERENCE, SPENT, is_narrowed
from talkstack_contract.reports import findings as reporting
from talkstack_contract.reports import terminal as words
from talkstack_contract.reports.plan import plan_lines
from talkstack_contract.reports.reach import reach_lines
from talkstack_contract.reports.record import Record
from talkstack_contract.results.documentation import entry_of
from talkstack_contract.results.records import RunConfiguration, verdict_line, written
from talkstack_contract.run_configuration import RunOptions
from talkstack_contract.states.ledger import tidy
from talkstack_contract.states.reach import reach_of

_ENDS: dict[int, str] = {
    pytest.ExitCode.NO_TESTS_COLLECTED: "no case was selected",
    pytest.ExitCode.USAGE_ERROR: "an option cannot be used",
    pytest.ExitCode.INTERNAL_ERROR: "an internal error of pytest",
}
INCONCLUSIVE = EXIT_STATUS[DecisionKind.INCONCLUSIVE]


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
    def has_progress(self) -> bool:
        """Tell whether a line an operation is shown: not of a single case, nor where pytest tells of each item."""
        return not (self._sends_nothing or self.config.option.only or self.config.option.verbose > 0)

    @property
    def _cannot_start(self) -> bool:
        option = self.config.option
        return bool(self.configuration.settings.missing and (option.plan or option.check or option.clean_up))

    def preflight(self) -> bool:
        """Ask by each credential before anything is collected, and tell whether no case can be tested."""
        if self._sends_nothing or is_narrowed(self.config) or not self.configuration.cases:
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
        operations = list(dict.fromkeys(case.operation.id for case in self.configuration.cases))
        return [
            f"provider: {who}",
            *([f"provider file: {self.provider_file}"] if self.provider_file else []),
            f"contract: {contract.title}, {', '.join(operations[:3])}"
            f"{' …' if len(operations) > 3 else ''}, {len(self.configuration.promises)} clauses,"
            f" docs read {contract.docs_read}; allowed: {allowed}; seed {self.configuration.seed}"
            f"{f'; scope: {words.named_scope(named)}' if (named := self.configuration.named_scope) else ''}"
            f"{f'; profile {profile.name}' if (profile := self.configuration.profile) else ''}"
            f"{f'; against {baseline.name}' if (baseline := self.configuration.baseline) else ''}",
            *([f"docs: {words.docs_state(docs)}"] if (docs := self.configuration.docs) else []),
        ]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Begin the record: from here on pytest ends in order, whatever interrupts it; the workers start after this."""
        note_signals()
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
            say(self.config, f"preflight: {finding}", red=True)
        return True if self._is_over or self.config.option.check else None

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """With `--plan`, say what would be sent and send nothing; with `--clean-up`, take back and ask nothing."""
        if self._is_over:
            return True
        if self._cannot_start:
            say(self.config, f"nothing is sent: {self.configuration.settings.missing}", red=True)
        if self.config.option.check:
            self._check()
            return True
        if self._cannot_start:
            return True
        if self.config.option.clean_up:
            self._clean_up()
            return True
        if not self.config.option.plan:
            return None
        run = self.config.stash[ASKING].run
        chosen = {case_id(self.configuration, item.nodeid) for item in session.items}
        cases = [case for case in self.configuration.cases if case.id in chosen]
        planned = [run.answers.plan(case, self.configuration.examples) for case in cases]
        if self.config.option.verbose < 0 and self.provider_file:
            say(self.config, f"provider file: {self.provider_file}")  # which a quiet run has not said in its header
        for line in plan_lines(self.configuration.contract, planned):
            say(self.config, line)
        return True

    def _check(self) -> None:
        given = self.configuration
        reach = reach_of(given.contract, given.settings, given.cases, given.cases_in_scope)
        self._reaches_nothing = not reach.reached
        for line in reach_lines(reach):
            say(self.config, line)

    def _clean_up(self) -> None:
        accounts = self.config.stash[ASKING].run.accounts
        pending = accounts.ledger.pending()
        accounts.close()
        for problem in accounts.left_behind:
            say(self.config, f"left behind: {problem}")
        taken = len(pending) - len(accounts.left_behind)
        say(self.config, f"{taken} of {len(pending)} taken back" if pending else "nothing to take back")

    # As the run goes

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write the lines as they come in. A worker that died says nothing of its case, so that is said for it."""
        lines = getattr(report, "contract", [])
        self.record.take(lines)
        if lines:
            report.contract = ()  # type: ignore[attr-defined]  # pytest keeps every report until its end
        if self.record.cut_short and not hasattr(report, "node"):  # a worker is stopped by pytest-xdist alone
            self._session.shouldstop = self.record.cut_short
        if report.failed and not lines:
            self.record.take_silence(case_id(self.configuration, report.nodeid), str(report.longrepr))

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
        """Remember that the run was cut short; pytest-xdist ends a run with `-x` in this way too.

        A signal may hit where Python knows no line, and pytest would fail in its turn when it shows that place.
        """
        hold_off_signals()
        excinfo.traceback = excinfo.traceback.filter(lambda entry: entry._rawentry.tb_lineno is not None)
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
        leaks = record.scrub([record.jsonl])
        self.findings = record.findings(leaks)
        if option.acceptance:
            leaks += record.try_acceptance(self.findings)
        summary = record.write_summary(self.findings)
        record.write_junit(self.findings, self.junit)
        result = yield from _in_spite_of_a_full_disk(record, Path(option.htmlpath))
        record.complete_page(Path(option.htmlpath), self.findings)
        if path := self.config.stash[ASKING].run.accounts.ledger.path:
            tidy(path)  # workers take back until they are stopped
        artefacts = [summary, Path(option.htmlpath), self.junit]  # the record was searched before it was decided upon
        decision = record.close(self.findings, artefacts, leaks)
        if option.acceptance and not record.write_acceptance():
            say(self.config, "no acceptance page: the run was narrowed, or the page could not be made")
        was_run = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        is_ours = was_run or self._was_stopped or self._is_over or bool(record.cut_short)
        if is_ours:
            session.exitstatus = decision.exit_status or (exitstatus if decision.word is DecisionKind.NONE else 0)
        closing = Closing(self.config, record, self.findings)
        if not closing.is_night_kept(decision):
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        told = _ENDS.get(int(exitstatus), f"pytest ended with {int(exitstatus)}")
        closing.close(decision, summary, "" if is_ours else told)
        return result

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


def _telling_something_new(errors: list[Any]) -> Iterator[Any]:
    """Yield the reports of errors, without those whose reasons an earlier one has told."""
    told: set[str] = set()
    for report in errors:
        reasons = {*(getattr(report, "reasons", ()) or [str(report.longrepr)])}
        if not reasons <= told:
            told |= reasons
            yield report
