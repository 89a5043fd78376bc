"""What the verdicts of a case come to: the outcome of its pytest item, by the table in the design."""

from collections.abc import Sequence
from enum import Enum, auto

from talkstack_contract.judging.decision import Scope
from talkstack_contract.model import Judgement, Verdict


class Outcome(Enum):
    """How pytest counts the item of a case, the worst first."""

    FAILED = auto()
    ERROR = auto()
    XFAILED = auto()
    SKIPPED = auto()
    PASSED = auto()


def outcome_of(judgements: Sequence[Judgement], scope: Scope) -> Outcome:
    """Return the worst outcome of the clauses of a case; it is skipped only if none of them was tested."""
    verdicts = {each.verdict for each in judgements}
    if any(map(scope.is_red, judgements)):
        return Outcome.FAILED
    if Verdict.BLOCKED in verdicts:
        return Outcome.ERROR
    if verdicts & {Verdict.VIOLATED, Verdict.WAIVED}:
        return Outcome.XFAILED
    return Outcome.SKIPPED if verdicts == {Verdict.NOT_TESTED} else Outcome.PASSED
