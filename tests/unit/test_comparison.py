"""What is called new, fixed or lost between runs, row by row of what was before and what is now."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from talkstack_contract.judging.comparison import Baseline, Changes, changes_since, learned, turns
from talkstack_contract.model import Judgement, Verdict
from tests.unit.found import PROMISES, judged

VIOLATED, BLOCKED, WAIVED, NOT_TESTED, UPHELD = Verdict
CLAUSE = "by-bearer/envelope.message-is-text"
ID = f"getActiveProject/{CLAUSE}"
NOTHING: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    ("newly_violated", "fixed", "no_longer_tested", "gone", "new", "still_violated"), ()
)


def changes(before: Mapping[str, Verdict | None], *now: Judgement) -> Changes:
    return changes_since(Baseline("before", before), [f"getActiveProject/{name}" for name in PROMISES], now)


ROWS: dict[str, tuple[Verdict | None, Verdict, str]] = {
    "upheld-then-violated": (UPHELD, VIOLATED, "newly_violated"),
    "not-asked-then-violated": (NOT_TESTED, VIOLATED, "newly_violated"),
    "not-known-then-violated": (None, VIOLATED, "newly_violated"),
    "violated-then-violated": (VIOLATED, VIOLATED, "still_violated"),
    "waived-then-violated": (WAIVED, VIOLATED, "still_violated"),
    "violated-then-upheld": (VIOLATED, UPHELD, "fixed"),
    "waived-then-upheld": (WAIVED, UPHELD, "fixed"),
    "upheld-then-not-asked": (UPHELD, NOT_TESTED, "no_longer_tested"),
    "violated-then-not-asked": (VIOLATED, NOT_TESTED, "no_longer_tested"),
    "waived-then-blocked": (WAIVED, BLOCKED, "no_longer_tested"),
    "upheld-then-blocked": (UPHELD, BLOCKED, "no_longer_tested"),
    "upheld-then-upheld": (UPHELD, UPHELD, ""),
    "upheld-then-waived": (UPHELD, WAIVED, ""),
    "not-asked-then-upheld": (NOT_TESTED, UPHELD, ""),
    "not-asked-then-blocked": (NOT_TESTED, BLOCKED, ""),
    "not-known-then-not-asked": (None, NOT_TESTED, ""),
}


@pytest.mark.parametrize(("before", "now", "kind"), ROWS.values(), ids=ROWS)
def test_change_of_a_clause_has_one_name(before: Verdict | None, now: Verdict, kind: str) -> None:
    found = changes({ID: before}, judged(CLAUSE, now))
    assert found == Changes("before", **{**NOTHING, **({kind: (ID,)} if kind else {})})


@pytest.mark.parametrize("now", Verdict)
def test_clause_that_the_baseline_lacks_is_new(now: Verdict) -> None:
    assert changes({}, judged(CLAUSE, now)) == Changes("before", **{**NOTHING, "new": (ID,)})


def test_clause_below_a_broken_one_is_told_by_that() -> None:
    below = judged(CLAUSE, NOT_TESTED, unmet_dependency="body.is-strict-json")
    assert changes({ID: UPHELD}, below) == Changes("before", **NOTHING)


@pytest.mark.parametrize(
    ("before", "gone"), [(UPHELD, ("x/y/z",)), (VIOLATED, ("x/y/z",)), (NOT_TESTED, ()), (None, ())]
)
def test_clause_that_the_contract_lost_is_gone(before: Verdict | None, gone: tuple[str, ...]) -> None:
    assert changes({"x/y/z": before}) == Changes("before", **{**NOTHING, "gone": gone})


def test_narrowed_run_has_lost_nothing() -> None:
    assert changes({ID: UPHELD}) == Changes("before", **NOTHING)


def test_counts_leave_out_what_did_not_happen() -> None:
    found = Changes("before", **{**NOTHING, "fixed": ("a",), "gone": ("b",), "no_longer_tested": ("c",)})
    assert found.counts == {"fixed": 1, "no longer tested": 2}


@pytest.mark.parametrize(
    ("verdict", "below", "expected"),
    [("upheld", "", UPHELD), ("blocked", "", None), ("not tested", "", NOT_TESTED), ("not tested", "status", None)],
)
def test_blocked_clause_and_one_below_another_teach_nothing(verdict: str, below: str, expected: Verdict | None) -> None:
    assert learned(verdict, below) is expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], 0),
        ([UPHELD, UPHELD], 0),
        ([UPHELD, VIOLATED, VIOLATED], 1),
        ([UPHELD, VIOLATED, UPHELD], 2),
        ([VIOLATED, WAIVED], 0),
        ([UPHELD, None, VIOLATED, NOT_TESTED, VIOLATED, BLOCKED, UPHELD], 2),
    ],
)
def test_turn_is_from_kept_to_broken_or_back(verdicts: list[Verdict | None], expected: int) -> None:
    assert turns(verdicts) == expected


def test_violation_is_news_only_of_a_promise_that_was_kept() -> None:
    baseline = Baseline("before", {ID: UPHELD})
    given = [judged(CLAUSE, VIOLATED), judged(CLAUSE, UPHELD), replace(judged(CLAUSE, VIOLATED), case="other")]
    assert [baseline.is_newly_violated(each) for each in given] == [True, False, False]


@pytest.mark.parametrize(("clause", "expected"), [("x", True), ("y", False)])
def test_clause_of_that_name_counts_if_any_case_had_it(clause: str, expected: bool) -> None:
    assert Baseline("before", {"a/b/x": None, "c/b/y": UPHELD}).scores("a", clause) is expected
