"""What a terminal shows while a run goes on: a line for each operation that is done, and a bar where one can be drawn.

pytest has a letter for each item. Nobody reads 700 of them, so they stand only in a run with `-v`, each with its name.
"""

from collections.abc import Callable, Generator, Iterable

import pytest

from talkstack_contract.pytest_hooks.asking import case_id
from talkstack_contract.pytest_hooks.closing import say
from talkstack_contract.reports.record import Record
from talkstack_contract.reports.terminal import bar, operation_line
from talkstack_contract.results.records import RunConfiguration


class Progress:
    """The hooks that tell how far a run is; `requests` says how many have been sent, by whatever process."""

    def __init__(
        self, config: pytest.Config, configuration: RunConfiguration, record: Record, requests: Callable[[], int]
    ) -> None:
        self._config, self._configuration, self._record, self._requests = config, configuration, record, requests
        self._scope = configuration.run_header.scope()
        self._operations = {each.id: each for each in configuration.contract.operations}
        self._left = _by_operation(configuration.selected)
        self._cases_of = _by_operation(configuration.selected)
        self._cases = len(configuration.selected)
        self._has_bar = False

    @property
    def _terminal(self) -> pytest.TerminalReporter:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        assert isinstance(terminal, pytest.TerminalReporter)
        return terminal

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self) -> None:
        """Keep the names of files and the percentages out: there is a line an operation."""
        self._terminal.showfspath = False
        self._terminal._show_progress_info = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Leave out what pytest was told to; of a run with workers only they know."""
        chosen = {case_id(self._configuration, each.nodeid) for each in session.items}
        self._left = _by_operation(case for case in self._configuration.selected if case in chosen)
        self._cases = len(chosen)

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self) -> Generator[None, tuple[str, str, str], tuple[str, str, str]]:
        """Count an item without a letter for it; its word stands in the short summary at the end."""
        category, _, word = yield
        return category, "", word

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell of an operation when the last of its cases is done."""
        case = case_id(self._configuration, nodeid)
        operation = case.partition("/")[0]
        left = self._left.get(operation, set())
        if case in left:
            left.remove(case)
            if not left:
                self._tell(operation)
        self._draw()

    def _tell(self, operation: str) -> None:
        self._erase()
        del self._left[operation]
        if self._config.option.verbose >= 0:
            mine = self._cases_of.get(operation, ())
            judgements = [each for case in mine for each in self._record.judgements_of(case)]
            line, is_red = operation_line(self._operations[operation], judgements, self._scope)
            say(self._config, line, red=is_red)

    # The bar

    def _draw(self) -> None:
        if not self._terminal.isatty or self._config.option.verbose < 0:
            return
        done = self._cases - sum(map(len, self._left.values()))
        self._terminal.rewrite(bar(done, self._cases, len(self._left), self._requests()), erase=True)
        self._has_bar = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Take the bar away."""
        self._erase()

    def _erase(self) -> None:
        if self._has_bar:
            self._terminal.rewrite("", erase=True)
            self._terminal.write("\r")
            self._has_bar = False


def _by_operation(cases: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for case in cases:
        found.setdefault(case.partition("/")[0], set()).add(case)
    return found
