"""From verdicts to a decision: what each documented pair shows, and whether the run ends green.

The tables of README "Decisions" in code. Plain functions over judgements, whoever made them and in whatever process.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from talkstack_contract.model import Case, Contract, Judgement, Strength, Verdict


class Word(StrEnum):
    """The decision; `NONE` where the run was narrowed and decides nothing about the whole."""

    ACCEPTED = "ACCEPTED"
    WITH_REMARKS = "ACCEPTED WITH REMARKS"
    REJECTED = "REJECTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NONE = "no decision"


EXIT_STATUS = {Word.ACCEPTED: 0, Word.WITH_REMARKS: 0, Word.REJECTED: 1, Word.INCONCLUSIVE: 6}


@dataclass(frozen=True)
class Pair:
    """A documented (operation, status): the worst of its clauses, and why it is no better.

    `is_reachable` is false where only the settings keep it from being asked. `remarks` counts violations below the
    threshold, which do not change the verdict.
    """

    operation: str
    status: int
    verdict: Verdict
    reason: str
    remedy: str
    is_reachable: bool
    remarks: int


@dataclass(frozen=True)
class Extent:
    """How much of the contract a run took on: what it expected to judge, and what kept it from finishing."""

    expected: tuple[str, ...]
    cut_short: str = ""
    fail_on: Strength = Strength.MUST
    require_all: bool = False


@dataclass(frozen=True)
class Decision:
    """The answer of a run: the word, the exit status, and the counts that its last line tells."""

    word: Word
    exit_status: int
    reason: str
    pairs: tuple[Pair, ...]
    clauses: dict[str, int]
    violated: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """Count pairs: upheld, reachable, documented, and each other verdict."""
        counted = Counter(str(pair.verdict) for pair in self.pairs)
        reachable = sum(pair.is_reachable for pair in self.pairs)
        verdicts = {str(verdict): counted[str(verdict)] for verdict in Verdict}
        return {**verdicts, "reachable": reachable, "documented": len(self.pairs)}


def fails(judgement: Judgement, fail_on: Strength) -> bool:
    """Tell whether this judgement makes the run red."""
    return judgement.verdict is Verdict.VIOLATED and judgement.strength.reaches(fail_on)


def pairs_of(
    contract: Contract, cases: Sequence[Case], judgements: Iterable[Judgement], fail_on: Strength
) -> tuple[Pair, ...]:
    """Say of each documented pair what its clauses come to."""
    judged = list(judgements)
    made = []
    for operation in contract.operations:
        for response in operation.pairs:
            mine = [each for each in judged if each.operation == operation.id and each.status == response.status]
            asked = {case.id for case in cases if case.operation is operation and case.status == response.status}
            made.append(pair_of(operation.id, response.status, mine, bool(asked), fail_on))
    return tuple(made)


def pair_of(operation: str, status: int, judgements: Sequence[Judgement], has_cases: bool, fail_on: Strength) -> Pair:
    """Say what the clauses of one pair come to."""
    remarks = sum(each.verdict is Verdict.VIOLATED and not fails(each, fail_on) for each in judgements)
    counted = [each for each in judgements if not _is_remark(each, fail_on)]
    ranked = sorted(counted, key=lambda each: list(Verdict).index(each.verdict))
    if not ranked:
        reason = "its clauses were not selected" if has_cases else "no case asks for it"
        return Pair(operation, status, Verdict.UNEXERCISED, reason, "", has_cases, remarks)
    worst = ranked[0]
    mine = [each for each in counted if each.verdict is Verdict.UNEXERCISED]
    reachable = worst.verdict is not Verdict.UNEXERCISED or not all(each.by_settings for each in mine)
    return Pair(operation, status, worst.verdict, worst.reason, worst.remedy, reachable, remarks)


def _is_remark(judgement: Judgement, fail_on: Strength) -> bool:
    """Advice that was not put to the test, or is violated below the threshold, does not decide a pair."""
    below = not judgement.strength.reaches(fail_on)
    if judgement.verdict is Verdict.VIOLATED:
        return below
    return judgement.verdict is Verdict.UNEXERCISED and judgement.strength is Strength.ADVICE


def decide(
    contract: Contract,
    cases: Sequence[Case],
    judgements: Sequence[Judgement],
    extent: Extent,
    waiver_problems: Sequence[str] = (),
) -> Decision:
    """Decide about a run, by the tables."""
    pairs = pairs_of(contract, cases, judgements, extent.fail_on)
    violated = tuple(each.id for each in judgements if fails(each, extent.fail_on))
    word, reason = _word(pairs, judgements, extent, violated, waiver_problems)
    clauses = Counter(str(each.verdict) for each in judgements)
    counts = {**{str(verdict): clauses[str(verdict)] for verdict in Verdict}, "expected": len(extent.expected)}
    return Decision(word, _exit_status(word, judgements, violated, waiver_problems), reason, pairs, counts, violated)


def _word(
    pairs: Sequence[Pair],
    judgements: Sequence[Judgement],
    extent: Extent,
    violated: Sequence[str],
    waiver_problems: Sequence[str],
) -> tuple[Word, str]:
    is_whole = set(extent.expected) <= {each.id for each in judgements}
    if not is_whole and not extent.cut_short:
        return Word.NONE, waiver_problems[0] if waiver_problems else ""
    if violated or waiver_problems:
        return Word.REJECTED, waiver_problems[0] if waiver_problems and not violated else ""
    if reason := extent.cut_short or _blocked(judgements) or _missing(pairs, extent.require_all):
        return Word.INCONCLUSIVE, reason
    if any(each.verdict in (Verdict.VIOLATED, Verdict.WAIVED) for each in judgements):
        return Word.WITH_REMARKS, ""
    return Word.ACCEPTED, ""


def _blocked(judgements: Sequence[Judgement]) -> str:
    blocked = Counter(each.reason for each in judgements if each.verdict is Verdict.BLOCKED)
    return " and ".join(f"{count} clauses blocked: {reason}" for reason, count in blocked.most_common(1))


def _missing(pairs: Sequence[Pair], require_all: bool) -> str:
    unexercised = [pair for pair in pairs if pair.verdict is Verdict.UNEXERCISED]
    required = [pair for pair in unexercised if require_all or pair.is_reachable]
    if required:
        shown = ", ".join(f"{pair.operation} {pair.status}" for pair in required[:3])
        return f"{len(required)} required pairs not asked: {shown} ({required[0].reason})"
    if len(unexercised) == len(pairs):
        return f"nothing could be asked ({unexercised[0].reason})" if unexercised else "nothing is documented"
    return ""


def _exit_status(
    word: Word, judgements: Sequence[Judgement], violated: Sequence[str], waiver_problems: Sequence[str]
) -> int:
    if word is not Word.NONE:
        return EXIT_STATUS[word]
    if violated or waiver_problems:
        return 1
    verdicts = {each.verdict for each in judgements}
    return 6 if Verdict.BLOCKED in verdicts or not verdicts - {Verdict.UNEXERCISED} else 0
