"""The end of a run: what is said of it in the terminal and elsewhere, and the night that is kept."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from talkstack_contract.contract.response_lines import response_lines
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.decision import Decision, DecisionKind
from talkstack_contract.model import Verdict
from talkstack_contract.notification import link_to_job, message, notify
from talkstack_contract.pytest_hooks.configuring import contract_folder
from talkstack_contract.reports import findings as reporting
from talkstack_contract.reports import terminal as words
from talkstack_contract.reports.annotations import annotations
from talkstack_contract.reports.drift import drift_lines
from talkstack_contract.reports.record import Record
from talkstack_contract.results.history import keep
from talkstack_contract.run_configuration import HISTORY


def say(config: pytest.Config, text: str, **markup: bool) -> None:
    """Write a line to the terminal, which does nothing but show."""
    config.pluginmanager.getplugin("terminalreporter").write_line(words.printed(text), **markup)


class Closing:
    """What a run that is over tells, once its findings are known."""

    def __init__(self, config: pytest.Config, record: Record, findings: reporting.Findings) -> None:
        self.config, self.record, self.findings = config, record, findings

    def is_night_kept(self, decision: Decision) -> bool:
        """Add the record to the nights, and tell if that cannot be.

        Of a narrowed run the next could learn nothing, nor of one that an outage or a refused credential blocked.
        """
        is_blocked = any(each.run_wide and each.verdict is Verdict.BLOCKED for each in self.findings.judgements)
        if self.config.option.nightly and decision.word is not DecisionKind.NONE and not is_blocked:
            try:
                keep(self.record.jsonl, self.record.folder / HISTORY, self.record.configuration.started)
            except BadInput as error:
                say(self.config, f"ERROR: this night is not kept: {error}", red=True)
                return False
        return True

    def close(self, decision: Decision, summary: Path, trouble: str) -> None:
        """Say in the terminal, and wherever else it was asked for, what the run came to."""
        if target := os.environ.get("GITHUB_STEP_SUMMARY"):
            with suppress(OSError), Path(target).open("a", encoding="utf-8") as file:
                file.write(summary.read_text(encoding="utf-8"))
        for problem in self.record.left_behind:
            say(self.config, f"left behind: {problem}")
        if self.config.option.only:
            self._show_exchanges()
        for line in words.change_lines(decision.changes, self.findings.judgements):
            say(self.config, line)
        for line in drift_lines(self.findings.drift):
            say(self.config, line)
        self._annotate()
        folder = self.record.folder
        say(self.config, f"reports: {os.path.relpath(folder) if folder.is_relative_to(Path.cwd()) else folder}")
        line = words.last_line(decision, self.findings.requests, self.findings.seconds)
        line = f"no decision  {trouble}" if trouble else line
        self._notify(line)
        good = decision.exit_status == 0 and not trouble
        say(self.config, line, green=good, red=not good, bold=True)

    def _notify(self, line: str) -> None:
        if url := self.config.option.notify:
            told = message(self.record.redacted(words.printed(line)), link_to_job(os.environ))
            if trouble := notify(url, told):
                say(self.config, f"the notification was not sent: {trouble}")

    def _annotate(self) -> None:
        """In GitHub Actions, show the violations beside the lines of the contract: as they are, a runner obeys them."""
        if os.environ.get("GITHUB_ACTIONS") != "true":
            return
        contract = contract_folder(self.config)
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
        folder = contract.relative_to(workspace).as_posix() if contract.is_relative_to(workspace) else ""
        for command in annotations(self.findings, response_lines(contract), folder):
            self.config.pluginmanager.getplugin("terminalreporter").write_line(command)

    def _show_exchanges(self) -> None:
        for each in self.findings.exchanges.values():
            say(self.config, f"\n{each.id}\n{words.exchange_text(each)}")
        say(self.config, "")
        for judgement in self.findings.judgements:
            say(self.config, words.verdict_text(judgement))
