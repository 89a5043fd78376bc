"""What the item of a case leaves for the reports: how it ends, what it says, its lines of the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from talkstack_contract.errors import bug_of_ours
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.judging.outcome import Outcome, outcome_of
from talkstack_contract.model import Case, Clause, Judgement, Verdict
from talkstack_contract.provider.evidence import Evidence
from talkstack_contract.reports.terminal import case_letter
from talkstack_contract.results.records import RunConfiguration, exchange_line, verdict_line, written


class Judging(Protocol):
    """What of a run is needed here."""

    def judgement(self, case: Case, clause: Clause) -> Judgement:
        """Judge one clause."""

    def evidence(self, exchange_id: str) -> Evidence:
        """Return the redacted exchange of that id."""


@dataclass(frozen=True)
class CaseVerdicts:
    """The outcome of an item, its letter, its lines of the record, and why clauses are blocked, each reason once."""

    outcome: Outcome
    letter: str
    lines: list[str]
    reasons: list[str]


class CaseJudge:
    """Judges one case after another: the clauses that this run is to judge."""

    def __init__(self, configuration: RunConfiguration, run: Judging) -> None:
        self._configuration, self._run = configuration, run
        self._scope = configuration.run_header.scope()
        self._recorded: set[str] = set()

    def verdicts(self, case: Case) -> CaseVerdicts:
        """Judge a case; an exchange that it shares with an earlier one is in the record already."""
        exchanges: dict[str, Evidence] = {}
        judgements = [self._judged(*promise, exchanges) for promise in self._configuration.selected[case.id]]
        outcome = outcome_of(judgements, self._scope)
        letter = case_letter(judgements, exchanges) if outcome is not Outcome.PASSED else ""
        lines = [line for each in judgements for line in self._lines(each, exchanges)]
        reasons = dict.fromkeys(each.reason for each in judgements if each.verdict is Verdict.BLOCKED)
        return CaseVerdicts(outcome, letter, lines, list(reasons))

    def _judged(self, case: Case, clause: Clause, exchanges: dict[str, Evidence]) -> Judgement:
        """Judge a clause, and add its evidence to `exchanges`."""
        judgement = self._configuration.run_header.documented(self._run.judgement(case, clause))
        try:
            exchanges |= {id_: self._run.evidence(id_) for id_ in judgement.exchanges if id_ not in exchanges}
        except Exception as error:  # noqa: BLE001 - ours, and its traceback would show what was received
            return judgement_of(case, clause, Verdict.BLOCKED, bug_of_ours(error).reason)
        return judgement

    def _lines(self, judgement: Judgement, exchanges: Mapping[str, Evidence]) -> list[str]:
        new = [id_ for id_ in dict.fromkeys(judgement.exchanges) if id_ not in self._recorded]
        self._recorded.update(new)
        return [written(line) for line in [*(exchange_line(exchanges[id_]) for id_ in new), verdict_line(judgement)]]
