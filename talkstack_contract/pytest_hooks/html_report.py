"""The hooks of pytest-html: what our view adds to its page."""

from typing import Any

import pytest

from talkstack_contract.pytest_hooks.asking import case_id
from talkstack_contract.pytest_hooks.reporting import Reporting
from talkstack_contract.reports import findings as reporting
from talkstack_contract.reports import terminal as words
from talkstack_contract.reports.record import PLACE_OF_FINDINGS


class HtmlReport:
    """The hooks of the process that reports, for the page that pytest-html writes."""

    def __init__(self, reporting_hooks: Reporting) -> None:
        self._reporting = reporting_hooks

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page."""
        report.title = f"{self._reporting.configuration.contract.title} contract"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str]) -> None:
        """Leave room for the decision, the matrix and the evidence, which come first."""
        prefix.append(PLACE_OF_FINDINGS)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Name the columns of the table of items."""
        cells[1:] = [reporting.cell(text, "head") for text in ("Case", "Duration", "Exchange")]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport, cells: list[str]) -> None:
        """Fill a row, with a link to the exchange of its case."""
        case = case_id(self._reporting.configuration, report.nodeid)
        cells[1], cells[3] = reporting.cell(case, "testId"), reporting.cell(case, "links")

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_html(self, report: pytest.TestReport, data: list[str]) -> None:
        """Count the verdicts of a case that has no letter."""
        if report.passed:
            case = case_id(self._reporting.configuration, report.nodeid)
            data[:] = [words.tally(self._reporting.record.judgements_of(case))]
