"""A case ends as the worst of its clauses, says which of them are broken, and has each of them in the record."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.judging.outcome import Outcome, outcome_of
from talkstack_contract.model import Case, Clause, Judgement, RequirementLevel, Verdict
from talkstack_contract.provider.evidence import Evidence, evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.pytest_plugin import end_item
from talkstack_contract.reports.case_verdicts import CaseJudge, CaseVerdicts
from talkstack_contract.results.records import RunConfiguration
from tests.unit.found import A_MUST, A_SHOULD, BASELINE, CASES, CONFIGURATION, PROMISES, exchange, judged, violated

UPHELD, UNTESTED = judged("by-bearer/status.is-200"), judged("by-bearer/body.is-strict-json", Verdict.NOT_TESTED)
BLOCKED, WAIVED = judged("by-bearer/media-type.is-json", Verdict.BLOCKED), judged(A_SHOULD, Verdict.WAIVED)

OUTCOMES: dict[str, tuple[Sequence[Judgement], Outcome]] = {
    "violated": ([UPHELD, UNTESTED, WAIVED, BLOCKED, violated(A_MUST)], Outcome.FAILED),
    "blocked": ([UPHELD, UNTESTED, WAIVED, BLOCKED], Outcome.ERROR),
    "blocked-and-violated-below-the-level": ([BLOCKED, violated(A_SHOULD)], Outcome.ERROR),
    "violated-below-the-level": ([UPHELD, UNTESTED, violated(A_SHOULD)], Outcome.XFAILED),
    "waived": ([UPHELD, UNTESTED, WAIVED], Outcome.XFAILED),
    "not-tested-in-part": ([UPHELD, UNTESTED], Outcome.PASSED),
    "not-tested": ([UNTESTED, UNTESTED], Outcome.SKIPPED),
    "upheld": ([UPHELD, UPHELD], Outcome.PASSED),
}


@pytest.mark.parametrize(("judgements", "expected"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcome_is_the_worst_of_the_clauses(judgements: Sequence[Judgement], expected: Outcome) -> None:
    scope = CONFIGURATION.run_header.scope()
    assert [outcome_of(each, scope) for each in (judgements, judgements[::-1])] == [expected] * 2


def test_violation_fails_from_the_level_that_the_run_fails_on() -> None:
    strict = replace(CONFIGURATION, fail_on=RequirementLevel.SHOULD)
    assert outcome_of([violated(A_SHOULD)], strict.run_header.scope()) is Outcome.FAILED


def test_known_violation_does_not_fail() -> None:
    known = replace(BASELINE, verdicts={f"getActiveProject/{A_MUST}": Verdict.VIOLATED})
    assert outcome_of([violated(A_MUST)], replace(CONFIGURATION, baseline=known).run_header.scope()) is Outcome.XFAILED


ENDS: dict[Outcome, type[BaseException]] = {
    Outcome.FAILED: pytest.fail.Exception,
    Outcome.ERROR: pytest.fail.Exception,
    Outcome.XFAILED: pytest.xfail.Exception,
    Outcome.SKIPPED: pytest.skip.Exception,
}


@pytest.mark.parametrize(("outcome", "end"), ENDS.items(), ids=[each.name.lower() for each in ENDS])
def test_item_ends_with_its_letter(outcome: Outcome, end: type[BaseException]) -> None:
    with pytest.raises(end, match=r"^the letter$"):
        end_item(CaseVerdicts(outcome, "the letter", [], []))


def test_item_of_an_upheld_case_passes() -> None:
    end_item(CaseVerdicts(Outcome.PASSED, "", [], []))


# What the item of a case leaves for the reports


class FakeRun:
    """Gives these verdicts, and upholds all else; counts what it is made to judge."""

    def __init__(self, *judgements: Judgement, evidence: Callable[[str], Evidence] | None = None) -> None:
        self.judged: list[str] = []
        self._judgements = {each.id: each for each in judgements}
        self._evidence = evidence or (lambda id_: replace(evidence_of(exchange(), Secrets()), id=id_))

    def judgement(self, case: Case, clause: Clause) -> Judgement:
        upheld = replace(judgement_of(case, clause, Verdict.UPHELD), exchanges=(case.id,))
        self.judged.append(upheld.id)
        return self._judgements.get(upheld.id, upheld)

    def evidence(self, exchange_id: str) -> Evidence:
        return self._evidence(exchange_id)


BY_BEARER = CASES[0]
IDS = [f"{BY_BEARER.id}/{clause.name}" for clause in BY_BEARER.clauses]


def verdicts_of(run: FakeRun, case: Case = BY_BEARER, configuration: RunConfiguration = CONFIGURATION) -> CaseVerdicts:
    return CaseJudge(configuration, run).verdicts(case)


def kinds_and_ids(verdicts: CaseVerdicts) -> list[tuple[str, str]]:
    return [(line["kind"], line["id"]) for line in map(json.loads, verdicts.lines)]


def test_case_has_its_exchange_once_and_each_clause_in_the_record() -> None:
    found = kinds_and_ids(verdicts_of(FakeRun()))
    assert found == [("exchange", BY_BEARER.id), *(("verdict", id_) for id_ in IDS)]


def test_exchange_that_a_case_shares_is_recorded_with_the_first() -> None:
    judge = CaseJudge(CONFIGURATION, FakeRun())
    found = [kinds_and_ids(judge.verdicts(BY_BEARER)) for _ in range(2)]
    assert found[1] == found[0][1:]


def test_one_clause_is_judged_alone() -> None:
    run = FakeRun(violated(A_SHOULD), violated(A_MUST))
    alone = f"getActiveProject/{A_MUST}"
    found = verdicts_of(run, configuration=replace(CONFIGURATION, only=alone))
    told = (run.judged, kinds_and_ids(found)[1:], A_SHOULD.partition("/")[2] in found.letter)
    assert told == ([alone], [("verdict", alone)], False)


SELECTED = {
    "everything": ("", {case.id: len(case.clauses) for case in CASES}),
    "an-operation": ("getActiveProject", {case.id: len(case.clauses) for case in CASES}),
    "a-case": (BY_BEARER.id, {BY_BEARER.id: len(BY_BEARER.clauses)}),
    "a-clause": (IDS[3], {BY_BEARER.id: 1}),
    "the-beginning-of-a-name": (f"{BY_BEARER.id}-or", {}),
}


@pytest.mark.parametrize(("only", "expected"), SELECTED.values(), ids=SELECTED)
def test_run_judges_what_it_is_narrowed_to(only: str, expected: dict[str, int]) -> None:
    selected = replace(CONFIGURATION, only=only).selected
    assert {case: len(promises) for case, promises in selected.items()} == expected


def test_bug_in_making_evidence_blocks_the_clause() -> None:
    def raising(_: str) -> Evidence:
        raise ZeroDivisionError

    found = verdicts_of(FakeRun(evidence=raising))
    given = {(line["verdict"], line["reason"]) for line in map(json.loads, found.lines)}
    [reason] = found.reasons
    assert (found.outcome, given) == (Outcome.ERROR, {("blocked", reason)})


def test_case_says_once_why_its_clauses_are_blocked() -> None:
    blocked = [judged(name, Verdict.BLOCKED, reason="dead") for name in PROMISES if name.startswith("by-bearer/")]
    assert verdicts_of(FakeRun(*blocked)).reasons == ["dead"]


def test_cases_of_the_contract_have_ids_of_their_own() -> None:
    ids = [case.id for case in derive_cases(CONFIGURATION.contract)]
    assert len(ids) == len(set(ids)) == len(CONFIGURATION.selected)
