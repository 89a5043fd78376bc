"""From verdicts to a decision: what each documented response shows, and whether the run ends green.

The table of decisions in README, in code. Plain functions over judgements, whoever made them and in whatever process.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from talkstack_contract.contract.profiles import Profile, Standing
from talkstack_contract.judging.comparison import Baseline, Changes, changes_since
from talkstack_contract.model import Judgement, RequirementLevel, Verdict


class DecisionKind(StrEnum):
    """The decision; `NONE` where the run was narrowed and decides nothing about the whole."""

    ACCEPTED = "ACCEPTED"
    WITH_REMARKS = "ACCEPTED WITH REMARKS"
    REJECTED = "REJECTED"
    INCONCLUSIVE = "INCONCLUSIVE"
    NONE = "no decision"


HOW_IT_COMES = "the contract has to say how it comes: x-contract.state, absent, malformed, unknown or cases"
EXIT_STATUS = {
    DecisionKind.ACCEPTED: 0,
    DecisionKind.WITH_REMARKS: 0,
    DecisionKind.REJECTED: 1,
    DecisionKind.INCONCLUSIVE: 6,
}


@dataclass(frozen=True)
class DocumentedResponse:
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
class ListedResponse:
    """A documented (operation, status), and how many clauses a whole run judges about it."""

    operation: str
    status: int
    clauses: int


@dataclass(frozen=True)
class Scope:
    """How much of the contract a run took on: what it expected to judge, and what kept it from finishing.

    `named` are the operations and sections that it was asked for, none for all.
    """

    responses: tuple[ListedResponse, ...]
    expected: tuple[str, ...]
    cut_short: str = ""
    fail_on: RequirementLevel = RequirementLevel.MUST
    require_all: bool = False
    profile: Profile | None = None
    baseline: Baseline | None = None
    named: tuple[str, ...] = ()

    def standing(self, id: str) -> Standing:  # noqa: A002 - the word of this project
        """Tell what the clause of that id counts for; without a profile, each of them counts."""
        return self.profile.standing(id).standing if self.profile else Standing.OPTIONAL

    def scores(self, operation: str, clause: str) -> bool:
        """Tell whether a clause of that name counts: it does unless it was added after the profile, or the baseline."""
        by_profile = self.profile is None or self.profile.scores(operation, clause)
        return by_profile and (self.baseline is None or self.baseline.scores(operation, clause))

    def is_scored(self, judgement: Judgement) -> bool:
        """Tell whether a judgement counts for anything: a profile may leave its clause out."""
        return self.standing(judgement.id) is not Standing.NOT_SCORED

    def is_red(self, judgement: Judgement) -> bool:
        """Tell whether this judgement fails the run: with a baseline, only if the violation is new."""
        if not self.is_scored(judgement) or not fails(judgement, self.fail_on):
            return False
        return self.baseline is None or self.baseline.is_newly_violated(judgement)


@dataclass(frozen=True)
class Decision:
    """The answer of a run: the word, the exit status, and the counts that its last line tells.

    `beyond` are the violated clauses that belong to no documented response; `remarks` counts violations below
    the threshold.
    """

    word: DecisionKind
    exit_status: int
    reason: str
    responses: tuple[DocumentedResponse, ...]
    clauses: dict[str, int]
    violated: tuple[str, ...]
    changes: Changes | None = None
    named_scope: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    remarks: int = 0

    def counts(self) -> dict[str, int]:
        """Count responses: upheld, reachable, documented, and each other verdict."""
        counted = Counter(str(response.verdict) for response in self.responses)
        reachable = sum(response.is_reachable for response in self.responses)
        verdicts = {str(verdict): counted[str(verdict)] for verdict in Verdict}
        return {**verdicts, "reachable": reachable, "documented": len(self.responses)}


def fails(judgement: Judgement, fail_on: RequirementLevel) -> bool:
    """Tell whether this judgement is a violation that weighs enough to reject."""
    return judgement.verdict is Verdict.VIOLATED and judgement.level.is_at_least(fail_on)


def is_below(judgement: Judgement, fail_on: RequirementLevel) -> bool:
    """Tell whether this judgement is a violation that weighs too little to reject: a remark."""
    return judgement.verdict is Verdict.VIOLATED and not fails(judgement, fail_on)


def documented_responses(
    promised: Iterable[ListedResponse],
    judgements: Iterable[Judgement],
    fail_on: RequirementLevel,
    is_scored: Callable[[Judgement], bool] = lambda _: True,
    cut_short: str = "",
) -> tuple[DocumentedResponse, ...]:
    """Say of each documented response what its clauses come to.

    What a profile does not score was judged all the same, and counts for nothing else.
    """
    mine: dict[tuple[str, int | None], list[Judgement]] = {}
    for each in judgements:
        mine.setdefault((each.operation, each.status), []).append(each)
    found = []
    for listed in promised:
        given = mine.get((listed.operation, listed.status), [])
        scored = [judgement for judgement in given if is_scored(judgement)]
        response = documented_response(listed.operation, listed.status, scored, listed.clauses > 0, fail_on)
        found.append(_as_far_as_judged(response, len(given), listed.clauses, cut_short))
    return tuple(found)


def _as_far_as_judged(response: DocumentedResponse, judged: int, clauses: int, cut_short: str) -> DocumentedResponse:
    """Return what a response comes to where some of its clauses were never judged: what is untested is not upheld."""
    if judged >= clauses or response.verdict not in (Verdict.UPHELD, Verdict.WAIVED, Verdict.NOT_TESTED):
        return response
    why = "the run was cut short" if cut_short else "the others were not selected"
    reason = f"{judged} of {clauses} clauses were judged: {why}" if judged else ""
    reason = reason or ("it was not reached: the run was cut short" if cut_short else response.reason)
    return replace(response, verdict=Verdict.NOT_TESTED, reason=reason, remedy="", is_reachable=True)


def documented_response(
    operation: str, status: int, judgements: Sequence[Judgement], has_cases: bool, fail_on: RequirementLevel
) -> DocumentedResponse:
    """Say what the clauses of one response come to."""
    remarks = sum(is_below(each, fail_on) for each in judgements)
    counted = [each for each in judgements if not _is_remark(each, fail_on) and not _is_lacking(each)]
    ranked = sorted(counted, key=lambda each: list(Verdict).index(each.verdict))
    if not ranked:
        reason = "its clauses were not selected" if has_cases else "no case asks for it"
        remedy = "" if has_cases else HOW_IT_COMES
        return DocumentedResponse(operation, status, Verdict.NOT_TESTED, reason, remedy, has_cases, remarks)
    worst = ranked[0]
    mine = [each for each in counted if each.verdict is Verdict.NOT_TESTED]
    reachable = worst.verdict is not Verdict.NOT_TESTED or not all(each.by_settings for each in mine)
    return DocumentedResponse(operation, status, worst.verdict, worst.reason, worst.remedy, reachable, remarks)


def _is_lacking(judgement: Judgement) -> bool:
    """Tell whether a value occurred nowhere, as its schema allows: that keeps no response from being upheld."""
    return judgement.verdict is Verdict.NOT_TESTED and judgement.value_is_optional


def _is_remark(judgement: Judgement, fail_on: RequirementLevel) -> bool:
    """Advice that was not tested, or is violated below the threshold, does not decide a response."""
    below = not judgement.level.is_at_least(fail_on)
    if judgement.verdict is Verdict.VIOLATED:
        return below
    return judgement.verdict is Verdict.NOT_TESTED and judgement.level is RequirementLevel.ADVICE


def decide(judgements: Sequence[Judgement], scope: Scope, waiver_problems: Sequence[str] = ()) -> Decision:
    """Decide about a run, by the tables. What a profile does not score is counted, and decides nothing."""
    scored = [each for each in judgements if scope.is_scored(each)]
    responses = documented_responses(scope.responses, judgements, scope.fail_on, scope.is_scored, scope.cut_short)
    violated = tuple(each.id for each in scored if scope.is_red(each))
    changes = changes_since(scope.baseline, scope.expected, judgements) if scope.baseline else None
    lost = _lost(changes, scored, scope.fail_on) if changes else ""
    if not {each.id for each in judgements}.issuperset(scope.expected) and not scope.cut_short:
        word, reason = DecisionKind.NONE, waiver_problems[0] if waiver_problems else lost
    else:
        word, reason = _word(responses, scored, scope, violated, waiver_problems, lost)
    clauses = Counter(str(each.verdict) for each in judgements)
    counts = {**{str(verdict): clauses[str(verdict)] for verdict in Verdict}, "expected": len(scope.expected)}
    status = _exit_status(word, scored, violated, waiver_problems, lost)
    documented = {(each.operation, each.status) for each in responses}
    red = set(violated)
    beyond = tuple(each.id for each in scored if each.id in red and (each.operation, each.status) not in documented)
    remarks = sum(is_below(each, scope.fail_on) for each in scored)
    return Decision(word, status, reason, responses, counts, violated, changes, scope.named, beyond, remarks)


def _word(
    responses: Sequence[DocumentedResponse],
    judgements: Sequence[Judgement],
    scope: Scope,
    violated: Sequence[str],
    waiver_problems: Sequence[str],
    lost: str,
) -> tuple[DecisionKind, str]:
    if violated or waiver_problems:
        return DecisionKind.REJECTED, waiver_problems[0] if waiver_problems else scope.cut_short
    if reason := scope.cut_short or _blocked(judgements) or lost or _missing(responses, judgements, scope):
        return DecisionKind.INCONCLUSIVE, reason
    if any(each.verdict in (Verdict.VIOLATED, Verdict.WAIVED) for each in judgements):
        return DecisionKind.WITH_REMARKS, ""
    return DecisionKind.ACCEPTED, ""


def _blocked(judgements: Sequence[Judgement]) -> str:
    blocked = Counter(each.reason for each in judgements if each.verdict is Verdict.BLOCKED)
    return " and ".join(f"{count} clauses blocked: {reason}" for reason, count in blocked.most_common(1))


def _lost(changes: Changes, judgements: Sequence[Judgement], fail_on: RequirementLevel) -> str:
    """Name what was exercised before and is not now. Advice weighs too little for that, as it does for a response."""
    now = {each.id: each for each in judgements}
    weighty = [id_ for id_ in changes.no_longer_tested if id_ in now and _weighs(now[id_], fail_on)]
    lost = [id_ for id_ in weighty if not _is_lacking(now[id_])]
    if not lost and not changes.gone:
        return ""
    why = now[lost[0]].reason if lost else "the contract has them no longer"
    named = [*lost, *changes.gone]
    shown = f"{', '.join(named[:3])}{' …' if len(named) > 3 else ''}"
    return f"{len(named)} {'clauses' if len(named) > 1 else 'clause'} no longer tested: {shown} ({why})"


def _weighs(judgement: Judgement, fail_on: RequirementLevel) -> bool:
    return judgement.level is not RequirementLevel.ADVICE or fail_on is RequirementLevel.ADVICE


def _missing(responses: Sequence[DocumentedResponse], judgements: Sequence[Judgement], scope: Scope) -> str:
    untested = [response for response in responses if response.verdict is Verdict.NOT_TESTED]
    if scope.profile and (told := _untested_clauses(judgements, scope)):
        return told
    by_default = not scope.profile and not scope.baseline  # which say themselves what is missed
    required = [response for response in untested if scope.require_all or (response.is_reachable and by_default)]
    if required:
        shown = ", ".join(f"{response.operation} {response.status}" for response in required[:3])
        return f"{len(required)} required documented responses not tested: {shown} ({required[0].reason})"
    if len(untested) == len(responses):
        return f"nothing could be tested ({untested[0].reason})" if untested else "nothing is documented"
    return ""


def _untested_clauses(judgements: Sequence[Judgement], scope: Scope) -> str:
    """Name what the profile requires and was not tested; below a waived clause there is nothing to ask for."""
    waived = {each.id for each in judgements if each.verdict is Verdict.WAIVED}
    missing = [
        each
        for each in judgements
        if each.verdict is Verdict.NOT_TESTED
        and not _is_lacking(each)
        and scope.standing(each.id) is Standing.REQUIRED
        and f"{each.operation}/{each.case}/{each.unmet_dependency}" not in waived
    ]
    if not missing:
        return ""
    shown = ", ".join(dict.fromkeys(f"{each.operation}/{each.case}" for each in missing[:3]))
    return (
        f"{len(missing)} required clauses not tested: {shown}{' …' if len(missing) > 3 else ''} ({missing[0].reason})"
    )


def _exit_status(
    word: DecisionKind,
    judgements: Sequence[Judgement],
    violated: Sequence[str],
    waiver_problems: Sequence[str],
    lost: str,
) -> int:
    if word is not DecisionKind.NONE:
        return EXIT_STATUS[word]
    if violated or waiver_problems:
        return 1
    verdicts = {each.verdict for each in judgements}
    return 6 if lost or Verdict.BLOCKED in verdicts or not verdicts - {Verdict.NOT_TESTED} else 0
