"""The tables of decisions, row by row: what a pair shows, the word of a run, and its exit status."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.profiles import Profile, Ruling, Standing
from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.judging.decision import (
    Decision,
    DecisionKind,
    DocumentedResponse,
    Scope,
    decide,
    documented_responses,
    fails,
)
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.model import Case, Contract, Judgement, RequirementLevel, Verdict
from talkstack_contract.reports.terminal import last_line
from tests.unit.contracts import PROJECT, contract_of, operation_of, promised

CONTRACT = contract_of(operation_of(PROJECT))
CASES = derive_cases(CONTRACT)
PROMISES = {f"{case.name}/{clause.name}": (case, clause) for case in CASES for clause in case.clauses}
PAIRS = promised(CONTRACT, CASES)
IDS = tuple(f"getActiveProject/{name}" for name in PROMISES)
MUST, SHOULD, ADVICE = RequirementLevel
VIOLATED, BLOCKED, WAIVED, NOT_TESTED, UPHELD = Verdict

A_MUST = "by-bearer/status.is-200"
A_SHOULD = "by-bearer/envelope.message-is-as-printed"
AN_ADVICE = "no-credential/media-type.is-json"
OF_NO_PAIR = "token-expired/status.is-401"


def judged(name: str, verdict: Verdict, reason: str = "why", *, by_settings: bool = False) -> Judgement:
    made = judgement_of(*PROMISES[name], verdict, "" if verdict is UPHELD else reason)
    return replace(made, by_settings=by_settings)


def of_status(status: int) -> list[str]:
    return [name for name, (case, _) in PROMISES.items() if case.status == status]


def judgements(others: Mapping[str, Verdict], out_of_reach: Sequence[str] = ()) -> dict[str, Judgement]:
    """Judge every clause upheld but `others`, and those that the settings leave out of reach."""
    made = {name: judged(name, others.get(name, UPHELD)) for name in PROMISES}
    return {**made, **{name: judged(name, NOT_TESTED, "out of reach", by_settings=True) for name in out_of_reach}}


@dataclass(frozen=True)
class Row:
    """A run: the verdicts that are not `upheld`, what it left out, and how it was asked to decide."""

    others: Mapping[str, Verdict] = field(default_factory=dict)
    out_of_reach: Sequence[str] = ()
    only: Sequence[str] | None = None
    fail_on: RequirementLevel = MUST
    require_all: bool = False
    cut_short: str = ""
    waiver_problems: Sequence[str] = ()
    profile: Profile | None = None
    before: Mapping[str, Verdict | None] | None = None

    def baseline(self) -> Baseline | None:
        """All upheld then, but what `before` says."""
        if self.before is None:
            return None
        others = {f"getActiveProject/{name}": verdict for name, verdict in self.before.items()}
        return Baseline("before", {**dict.fromkeys(IDS, UPHELD), **others})

    def decision(self) -> Decision:
        made = judgements(self.others, self.out_of_reach)
        selected = [made[name] for name in (made if self.only is None else self.only)]
        scope = Scope(PAIRS, IDS, self.cut_short, self.fail_on, self.require_all, self.profile, self.baseline())
        return decide(selected, scope, self.waiver_problems)


ALL = list(PROMISES)
UPHELD_ONLY = [name for name in ALL if name.startswith("by-bearer/")]

ACCEPTED = {
    "everything-upheld": Row(),
    "everything-upheld-and-all-required": Row(require_all=True),
    "a-pair-out-of-reach": Row(out_of_reach=of_status(500)),
    "a-clause-of-a-pair-out-of-reach": Row(out_of_reach=["by-bearer/account.is-the-asking-one"]),
    "advice-not-put-to-the-test": Row({AN_ADVICE: NOT_TESTED}),
    "advice-not-put-to-the-test-though-it-would-fail": Row({AN_ADVICE: NOT_TESTED}, fail_on=ADVICE),
    "clause-of-no-pair-not-put-to-the-test": Row({OF_NO_PAIR: NOT_TESTED}),
    "clause-of-no-pair-not-put-to-the-test-and-all-required": Row({OF_NO_PAIR: NOT_TESTED}, require_all=True),
    "nothing-changed": Row(before={}),
    "fixed": Row(before={A_MUST: VIOLATED}),
    "advice-no-longer-asked": Row({AN_ADVICE: NOT_TESTED}, before={}),
    "not-asked-as-before": Row({A_MUST: NOT_TESTED}, before={A_MUST: NOT_TESTED}),
}
WITH_REMARKS = {
    "should-violated": Row({A_SHOULD: VIOLATED}),
    "advice-violated": Row({AN_ADVICE: VIOLATED}),
    "advice-violated-where-should-fails": Row({AN_ADVICE: VIOLATED}, fail_on=SHOULD),
    "must-waived": Row({A_MUST: WAIVED}),
    "must-waived-and-nothing-judged-below": Row(
        {**dict.fromkeys(of_status(404), NOT_TESTED), "no-active-project/status.is-404": WAIVED}
    ),
    "advice-waived": Row({AN_ADVICE: WAIVED}),
    "clause-of-no-pair-waived": Row({OF_NO_PAIR: WAIVED}),
    "should-violated-and-a-pair-out-of-reach": Row({A_SHOULD: VIOLATED}, of_status(500)),
    "should-violated-and-all-required": Row({A_SHOULD: VIOLATED}, require_all=True),
    "must-violated-as-before": Row({A_MUST: VIOLATED}, before={A_MUST: VIOLATED}),
    "must-violated-that-was-waived-before": Row({A_MUST: VIOLATED}, before={A_MUST: WAIVED}),
    "should-newly-violated": Row({A_SHOULD: VIOLATED}, before={}),
}
REJECTED = {
    "must-violated": Row({A_MUST: VIOLATED}),
    "must-of-no-pair-violated": Row({OF_NO_PAIR: VIOLATED}),
    "should-violated-where-should-fails": Row({A_SHOULD: VIOLATED}, fail_on=SHOULD),
    "should-violated-where-advice-fails": Row({A_SHOULD: VIOLATED}, fail_on=ADVICE),
    "advice-violated-where-advice-fails": Row({AN_ADVICE: VIOLATED}, fail_on=ADVICE),
    "must-violated-and-another-blocked": Row({A_MUST: VIOLATED, OF_NO_PAIR: BLOCKED}),
    "must-violated-and-another-waived": Row({A_MUST: VIOLATED, OF_NO_PAIR: WAIVED}),
    "must-violated-and-another-not-asked": Row({A_MUST: VIOLATED, "no-credential/status.is-401": NOT_TESTED}),
    "must-violated-and-cut-short": Row({A_MUST: VIOLATED}, cut_short="interrupted"),
    "must-violated-and-the-rest-never-judged": Row({A_MUST: VIOLATED}, only=[A_MUST], cut_short="interrupted"),
    "must-newly-violated": Row({A_MUST: VIOLATED}, before={}),
    "must-violated-that-was-not-asked-before": Row({A_MUST: VIOLATED}, before={A_MUST: NOT_TESTED}),
    "must-violated-that-was-blocked-before": Row({A_MUST: VIOLATED}, before={A_MUST: None}),
    "should-newly-violated-where-should-fails": Row({A_SHOULD: VIOLATED}, fail_on=SHOULD, before={}),
    "known-violation-and-a-waiver-not-kept-to-its-word": Row(
        {A_MUST: VIOLATED}, waiver_problems=["waiver 'x' has expired"], before={A_MUST: VIOLATED}
    ),
    "waiver-not-kept-to-its-word": Row(waiver_problems=["waiver 'x' matches no clause"]),
    "waiver-not-kept-to-its-word-and-blocked": Row({A_MUST: BLOCKED}, waiver_problems=["waiver 'x' has expired"]),
}
INCONCLUSIVE = {
    "must-blocked": Row({A_MUST: BLOCKED}),
    "must-blocked-as-before": Row({A_MUST: BLOCKED}, before={A_MUST: None}),
    "must-no-longer-asked": Row({A_MUST: NOT_TESTED}, before={}),
    "clause-of-no-pair-no-longer-asked": Row({OF_NO_PAIR: NOT_TESTED}, before={}, out_of_reach=[]),
    "violated-then-no-longer-asked": Row({A_MUST: NOT_TESTED}, before={A_MUST: VIOLATED}),
    "known-violation-and-another-no-longer-asked": Row(
        {A_MUST: VIOLATED, A_SHOULD: NOT_TESTED}, before={A_MUST: VIOLATED}
    ),
    "not-asked-as-before-and-all-required": Row({A_MUST: NOT_TESTED}, require_all=True, before={A_MUST: NOT_TESTED}),
    "everything-not-asked-as-before": Row(dict.fromkeys(ALL, NOT_TESTED), before=dict.fromkeys(ALL, NOT_TESTED)),
    "advice-blocked": Row({AN_ADVICE: BLOCKED}),
    "clause-of-no-pair-blocked": Row({OF_NO_PAIR: BLOCKED}),
    "everything-blocked": Row(dict.fromkeys(ALL, BLOCKED)),
    "blocked-and-a-remark": Row({A_MUST: BLOCKED, A_SHOULD: VIOLATED}),
    "blocked-and-a-waiver": Row({A_MUST: BLOCKED, A_SHOULD: WAIVED}),
    "must-not-asked-though-in-reach": Row({A_MUST: NOT_TESTED}),
    "should-not-asked-though-in-reach": Row({A_SHOULD: NOT_TESTED}),
    "pair-not-asked-though-in-reach": Row(dict.fromkeys(of_status(404), NOT_TESTED)),
    "pair-out-of-reach-and-all-required": Row(out_of_reach=of_status(500), require_all=True),
    "clause-out-of-reach-and-all-required": Row(out_of_reach=["by-bearer/account.is-the-asking-one"], require_all=True),
    "everything-out-of-reach": Row(out_of_reach=ALL),
    "everything-not-asked": Row(dict.fromkeys(ALL, NOT_TESTED)),
    "cut-short-with-everything-upheld": Row(cut_short="interrupted"),
    "cut-short-with-nothing-judged": Row(only=[], cut_short="interrupted"),
    "cut-short-with-a-remark": Row({A_SHOULD: VIOLATED}, only=[A_SHOULD], cut_short="interrupted"),
}
NARROWED = {
    "upheld": (Row(only=UPHELD_ONLY), 0),
    "upheld-and-not-asked": (Row({A_SHOULD: NOT_TESTED}, only=UPHELD_ONLY), 0),
    "should-violated": (Row({A_SHOULD: VIOLATED}, only=UPHELD_ONLY), 0),
    "must-waived": (Row({A_MUST: WAIVED}, only=UPHELD_ONLY), 0),
    "must-violated": (Row({A_MUST: VIOLATED}, only=UPHELD_ONLY), 1),
    "should-violated-where-should-fails": (Row({A_SHOULD: VIOLATED}, only=UPHELD_ONLY, fail_on=SHOULD), 1),
    "must-violated-and-another-blocked": (Row({A_MUST: VIOLATED, A_SHOULD: BLOCKED}, only=UPHELD_ONLY), 1),
    "waiver-not-kept-to-its-word": (Row(only=UPHELD_ONLY, waiver_problems=["waiver 'x' has expired"]), 1),
    "blocked": (Row({A_MUST: BLOCKED}, only=UPHELD_ONLY), 6),
    "nothing-but-not-asked": (Row(dict.fromkeys(UPHELD_ONLY, NOT_TESTED), only=UPHELD_ONLY), 6),
    "nothing-but-out-of-reach": (Row(out_of_reach=UPHELD_ONLY, only=UPHELD_ONLY), 6),
    "nothing-judged": (Row(only=[]), 6),
}
TABLE = [
    *(pytest.param(row, DecisionKind.ACCEPTED, 0, id=f"accepted-{name}") for name, row in ACCEPTED.items()),
    *(pytest.param(row, DecisionKind.WITH_REMARKS, 0, id=f"with-remarks-{name}") for name, row in WITH_REMARKS.items()),
    *(pytest.param(row, DecisionKind.REJECTED, 1, id=f"rejected-{name}") for name, row in REJECTED.items()),
    *(pytest.param(row, DecisionKind.INCONCLUSIVE, 6, id=f"inconclusive-{name}") for name, row in INCONCLUSIVE.items()),
    *(pytest.param(row, DecisionKind.NONE, status, id=f"narrowed-{name}") for name, (row, status) in NARROWED.items()),
]


@pytest.mark.parametrize(("row", "word", "exit_status"), TABLE)
def test_decision_follows_the_table(row: Row, word: DecisionKind, exit_status: int) -> None:
    decision = row.decision()
    assert (decision.word, decision.exit_status) == (word, exit_status)


REASONS = {
    "nothing": (Row(), ""),
    "violated": (Row({A_MUST: VIOLATED}), ""),
    "blocked": (Row({A_MUST: BLOCKED, A_SHOULD: BLOCKED}), "2 clauses blocked: why"),
    "cut-short": (Row(cut_short="the run was interrupted"), "the run was interrupted"),
    "cut-short-before-blocked": (Row({A_MUST: BLOCKED}, cut_short="interrupted"), "interrupted"),
    "waiver": (Row(waiver_problems=["waiver 'x' has expired", "other"]), "waiver 'x' has expired"),
    "waiver-of-a-narrowed-run": (
        Row(only=[A_MUST], waiver_problems=["waiver 'x' has expired"]),
        "waiver 'x' has expired",
    ),
    "not-asked": (Row({A_MUST: NOT_TESTED}), "1 required documented responses not tested: getActiveProject 200 (why)"),
    "out-of-reach": (Row(out_of_reach=ALL), "nothing could be tested (out of reach)"),
}


@pytest.mark.parametrize(("row", "reason"), REASONS.values(), ids=REASONS)
def test_decision_tells_its_reason(row: Row, reason: str) -> None:
    assert row.decision().reason == reason


def test_decision_lists_what_makes_it_red() -> None:
    row = Row({A_MUST: VIOLATED, A_SHOULD: VIOLATED, OF_NO_PAIR: VIOLATED})
    assert row.decision().violated == (f"getActiveProject/{A_MUST}", f"getActiveProject/{OF_NO_PAIR}")


def test_decision_counts_clauses_by_verdict() -> None:
    counts = Row({A_MUST: VIOLATED, A_SHOULD: WAIVED, AN_ADVICE: BLOCKED, OF_NO_PAIR: NOT_TESTED}).decision().clauses
    total = len(ALL)
    expected = {"violated": 1, "blocked": 1, "waived": 1, "not tested": 1, "upheld": total - 4, "expected": total}
    assert counts == expected


def test_decision_counts_pairs_in_reach() -> None:
    counts = Row({A_MUST: VIOLATED}, of_status(500)).decision().counts()
    others = {"blocked": 0, "waived": 0, "not tested": 1, "upheld": 2, "violated": 1}
    assert counts == {**others, "reachable": 3, "documented": 4}


# Profiles

REQUIRED, OPTIONAL, NOT_SCORED = Standing


def profile(**others: Standing) -> Profile:
    """Require everything but `others`, named as their clauses are with `_` for what a word may not hold."""
    rulings = {id_: Ruling(REQUIRED) for id_ in IDS}
    for name, standing in others.items():
        rulings[f"getActiveProject/{NAMED[name]}"] = Ruling(standing, "so")
    return Profile("2026-11", "", {}, rulings)


NAMED = {"must": A_MUST, "should": A_SHOULD, "no_pair": OF_NO_PAIR}
LATER = replace(profile(), rulings={id_: Ruling(REQUIRED) for id_ in IDS if id_ != f"getActiveProject/{A_MUST}"})
PROFILED = {
    "required-and-not-asked": (Row({OF_NO_PAIR: NOT_TESTED}, profile=profile()), DecisionKind.INCONCLUSIVE),
    "required-and-out-of-reach": (Row(out_of_reach=[A_SHOULD], profile=profile()), DecisionKind.INCONCLUSIVE),
    "optional-and-not-asked": (Row({A_MUST: NOT_TESTED}, profile=profile(must=OPTIONAL)), DecisionKind.ACCEPTED),
    "optional-and-violated": (Row({A_MUST: VIOLATED}, profile=profile(must=OPTIONAL)), DecisionKind.REJECTED),
    "optional-and-blocked": (Row({A_MUST: BLOCKED}, profile=profile(must=OPTIONAL)), DecisionKind.INCONCLUSIVE),
    "optional-and-not-asked-where-all-pairs-are-required": (
        Row({A_MUST: NOT_TESTED}, require_all=True, profile=profile(must=OPTIONAL)),
        DecisionKind.INCONCLUSIVE,
    ),
    "not-scored-and-violated": (Row({A_MUST: VIOLATED}, profile=profile(must=NOT_SCORED)), DecisionKind.ACCEPTED),
    "not-scored-and-blocked": (Row({A_MUST: BLOCKED}, profile=profile(must=NOT_SCORED)), DecisionKind.ACCEPTED),
    "added-later-and-violated": (Row({A_MUST: VIOLATED}, profile=LATER), DecisionKind.ACCEPTED),
    "added-later-and-not-asked": (Row({A_MUST: NOT_TESTED}, profile=LATER), DecisionKind.ACCEPTED),
    "required-and-violated": (Row({A_MUST: VIOLATED}, profile=profile()), DecisionKind.REJECTED),
    "should-violated": (Row({A_SHOULD: VIOLATED}, profile=profile()), DecisionKind.WITH_REMARKS),
    "narrowed": (Row(only=UPHELD_ONLY, profile=profile()), DecisionKind.NONE),
}


@pytest.mark.parametrize(("row", "word"), PROFILED.values(), ids=PROFILED)
def test_profile_decides_what_counts(row: Row, word: DecisionKind) -> None:
    assert row.decision().word is word


@pytest.mark.parametrize(
    ("above", "word"),
    [(WAIVED, DecisionKind.WITH_REMARKS), (NOT_TESTED, DecisionKind.INCONCLUSIVE)],
    ids=["waived", "not-asked"],
)
def test_what_stands_below_a_waived_clause_need_not_be_asked(above: Verdict, word: DecisionKind) -> None:
    made = judgements({A_MUST: above})
    made[A_SHOULD] = replace(judged(A_SHOULD, NOT_TESTED), unmet_dependency="status.is-200")
    assert decide(list(made.values()), Scope(PAIRS, IDS, profile=profile(must=OPTIONAL))).word is word


def test_reason_names_what_is_required_and_was_not_asked() -> None:
    reason = Row({A_MUST: NOT_TESTED, OF_NO_PAIR: NOT_TESTED}, profile=profile()).decision().reason
    shown = "getActiveProject/by-bearer, getActiveProject/token-expired"
    assert reason == f"2 required clauses not tested: {shown} (why)"


def test_violation_that_is_not_scored_makes_nothing_red() -> None:
    scope = Scope(PAIRS, IDS, profile=profile(must=NOT_SCORED))
    assert [scope.is_red(judged(name, VIOLATED)) for name in (A_MUST, OF_NO_PAIR)] == [False, True]


# Pairs


def pair(
    status: int, others: Mapping[str, Verdict], fail_on: RequirementLevel = MUST, out_of_reach: Sequence[str] = ()
) -> DocumentedResponse:
    made = judgements(others, out_of_reach).values()
    return next(each for each in documented_responses(PAIRS, made, fail_on) if each.status == status)


def test_every_documented_pair_is_there_even_where_nothing_was_judged() -> None:
    reason = "its clauses were not selected"
    expected = [
        DocumentedResponse("getActiveProject", status, NOT_TESTED, reason, "", True, 0)
        for status in (200, 401, 404, 500)
    ]
    assert sorted(documented_responses(PAIRS, [], MUST), key=lambda each: each.status) == expected


def test_pair_that_no_case_asks_for_says_so() -> None:
    [first, *_] = documented_responses(promised(CONTRACT, []), [], MUST)
    assert (first.verdict, first.reason, first.is_reachable) == (NOT_TESTED, "no case asks for it", False)


def test_pair_of_which_a_clause_was_never_judged_is_not_upheld() -> None:
    made = [judgement for name, judgement in judgements({}).items() if name != A_MUST]
    [shown] = [each for each in documented_responses(PAIRS, made, MUST) if each.status == 200]
    count = len(of_status(200))
    reason = f"{count - 1} of {count} clauses were judged: the others were not selected"
    assert (shown.verdict, shown.reason) == (NOT_TESTED, reason)


def test_run_that_was_cut_says_so_of_what_it_did_not_reach() -> None:
    made = [judgement for name, judgement in judgements({}).items() if name == A_MUST]
    decision = decide(made, Scope(PAIRS, IDS, cut_short="it was cut"))
    reasons = {response.status: response.reason for response in decision.responses}
    count = len(of_status(200))
    assert decision.counts()["upheld"] == 0
    assert reasons == {
        200: f"1 of {count} clauses were judged: the run was cut short",
        **dict.fromkeys((401, 404, 500), "it was not reached: the run was cut short"),
    }


def test_violation_of_no_documented_response_is_named() -> None:
    decision = decide([*judgements({OF_NO_PAIR: VIOLATED}).values()], Scope(PAIRS, IDS))
    assert (decision.word, decision.beyond) == (DecisionKind.REJECTED, (f"getActiveProject/{OF_NO_PAIR}",))
    assert f"1 other clause violated: getActiveProject/{OF_NO_PAIR}" in last_line(decision, 1, 1.0)


@pytest.mark.parametrize("name", [AN_ADVICE, OF_NO_PAIR], ids=["of-a-response", "of-none"])
def test_every_violation_below_the_threshold_is_a_remark(name: str) -> None:
    case, clause = PROMISES[name]
    weak = {f"{case.name}/{clause.name}": judged(name, VIOLATED)}
    made = {**judgements({}), **{key: replace(each, level=ADVICE) for key, each in weak.items()}}
    decision = decide([*made.values()], Scope(PAIRS, IDS))
    assert (decision.word, decision.remarks) == (DecisionKind.WITH_REMARKS, 1)


WORST_FIRST = [VIOLATED, BLOCKED, WAIVED, NOT_TESTED, UPHELD]


@pytest.mark.parametrize("worst", WORST_FIRST)
def test_pair_shows_the_worst_of_its_clauses(worst: Verdict) -> None:
    musts = [name for name in of_status(200) if PROMISES[name][1].level is MUST]
    milder = WORST_FIRST[WORST_FIRST.index(worst) :]
    others = {name: milder[number % len(milder)] for number, name in enumerate(musts)}
    assert pair(200, others).verdict is worst


@pytest.mark.parametrize(
    ("name", "verdict"),
    [(A_MUST, NOT_TESTED), (A_SHOULD, NOT_TESTED), ("no-credential/media-type.is-json", UPHELD)],
    ids=["must", "should", "advice"],
)
def test_pair_is_upheld_only_if_every_must_and_should_was_exercised(name: str, verdict: Verdict) -> None:
    status = PROMISES[name][0].status or 0
    assert pair(status, {name: NOT_TESTED}).verdict is verdict


@pytest.mark.parametrize("fail_on", RequirementLevel)
@pytest.mark.parametrize("name", [A_MUST, A_SHOULD, AN_ADVICE], ids=["must", "should", "advice"])
def test_violation_below_the_threshold_is_a_remark_of_its_pair(name: str, fail_on: RequirementLevel) -> None:
    case, clause = PROMISES[name]
    shown = pair(case.status or 0, {name: VIOLATED}, fail_on)
    is_red = clause.level.is_at_least(fail_on)
    assert (shown.verdict, shown.remarks) == ((VIOLATED, 0) if is_red else (UPHELD, 1))


def test_pair_is_out_of_reach_only_if_all_that_was_not_asked_is() -> None:
    statuses = of_status(500)
    reach = [pair(500, {}, out_of_reach=statuses), pair(500, {statuses[0]: NOT_TESTED}, out_of_reach=statuses[1:])]
    assert [each.is_reachable for each in reach] == [False, True]


def test_pair_tells_the_reason_and_remedy_of_its_worst_clause() -> None:
    made = judgements({})
    made[A_MUST] = replace(judged(A_MUST, NOT_TESTED, "no account"), remedy="give one")
    [shown] = [each for each in documented_responses(PAIRS, made.values(), MUST) if each.status == 200]
    assert (shown.reason, shown.remedy) == ("no account", "give one")


# RequirementLevel and threshold


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("fail_on", RequirementLevel)
@pytest.mark.parametrize("name", [A_MUST, A_SHOULD, AN_ADVICE, OF_NO_PAIR])
def test_only_a_violation_at_or_above_the_threshold_fails(
    name: str, fail_on: RequirementLevel, verdict: Verdict
) -> None:
    order = [MUST, SHOULD, ADVICE]
    reaches = order.index(PROMISES[name][1].level) <= order.index(fail_on)
    assert fails(judged(name, verdict), fail_on) == (verdict is VIOLATED and reaches)


# What no page prints


def of_operation(name: str) -> tuple[Contract, tuple[Case, ...]]:
    contract = contract_of(operation_of(name))
    return contract, derive_cases(contract)


def shown(name: str, others: Mapping[str, Verdict]) -> dict[int, Verdict]:
    """Say what the pairs of an operation show where every clause is upheld but `others`, by `case/clause`."""
    contract, cases = of_operation(name)
    promises = {f"{case.name}/{clause.name}": (case, clause) for case in cases for clause in case.clauses}
    made = [judgement_of(case, clause, others.get(key, UPHELD)) for key, (case, clause) in promises.items()]
    assert set(others) <= set(promises)
    return {pair.status: pair.verdict for pair in documented_responses(promised(contract, cases), made, MUST)}


def test_answer_that_no_page_prints_makes_no_pair() -> None:
    assert (shown("findInvoice", {}), shown("listInvoices", {})) == ({400: UPHELD}, {200: UPHELD, 404: UPHELD})


PAIRLESS = {
    "foreign-id": ("getInvoice", "invoice-id-foreign/body.shows-nothing-of-another-account"),
    "undocumented-success": ("findInvoice", "by-bearer/status.is-200"),
    "unusual-value": ("createInvoice", "title-null/status.is-a-refusal"),
}


@pytest.mark.parametrize(("operation", "name"), PAIRLESS.values(), ids=PAIRLESS)
def test_clause_of_no_pair_changes_none(operation: str, name: str) -> None:
    assert set(shown(operation, {name: VIOLATED}).values()) == {UPHELD}


def test_clause_of_no_pair_that_is_a_must_rejects_all_the_same() -> None:
    contract, cases = of_operation("getInvoice")
    promises = [(case, clause) for case in cases for clause in case.clauses]
    leak = "body.shows-nothing-of-another-account"
    made = [judgement_of(case, clause, VIOLATED if clause.name == leak else UPHELD) for case, clause in promises]
    scope = Scope(promised(contract, cases), tuple(each.id for each in made))
    assert decide(made, scope).word is DecisionKind.REJECTED
