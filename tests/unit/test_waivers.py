"""A waiver means what its pattern says, and has to be valid: it matches, is needed, and has not expired."""

from datetime import date
from pathlib import Path

import pytest

from talkstack_contract.contract.cases import derive_cases
from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.errors import BadInput
from talkstack_contract.judging.judge import judgement_of
from talkstack_contract.judging.waivers import Waiver, load_waivers, waiver_of, waiver_problems
from talkstack_contract.model import Judgement, Verdict

SCHEMAS = Path(__file__).parents[2] / "schemas"
PROMISES = {
    f"{case.id}/{clause.name}": (case, clause)
    for case in derive_cases(load_contract(SCHEMAS))
    for clause in case.clauses
}
TODAY = date(2026, 11, 24)
STATUS = "getActiveProject/by-bearer/status.is-200"
TYPE = "getActiveProject/by-bearer/media-type.is-json"


def waiver(pattern: str, expires: date = TODAY) -> Waiver:
    return Waiver(pattern, "slow vendor", "anna", "T-1", expires)


MATCHING = {
    "itself": ("a/b/c.d", "a/b/c.d"),
    "star-for-a-case": ("a/*/c.d", "a/b/c.d"),
    "star-for-an-operation": ("*/b/c.d", "a/b/c.d"),
    "star-for-a-clause": ("a/b/*", "a/b/c.d"),
    "stars-for-all-parts": ("*/*/*", "a/b/c.d"),
    "star-inside-a-part": ("a/b/c.*", "a/b/c.d"),
    "star-at-the-beginning-of-a-part": ("a/b/*.d", "a/b/c.d"),
    "star-for-no-letter": ("a/b/c.d*", "a/b/c.d"),
    "two-stars-in-a-part": ("a/*b*/c.d", "a/xbx/c.d"),
    "double-star-at-the-end": ("a/**", "a/b/c.d"),
    "double-star-at-the-beginning": ("**/c.d", "a/b/c.d"),
    "double-star-in-the-middle": ("a/**/c.d", "a/b/c.d"),
    "double-star-for-no-part": ("a/**/b/c.d", "a/b/c.d"),
    "double-star-for-no-part-at-the-beginning": ("**/a/b/c.d", "a/b/c.d"),
    "double-star-for-no-part-at-the-end": ("a/b/c.d/**", "a/b/c.d"),
    "double-star-alone": ("**", "a/b/c.d"),
    "double-star-twice": ("**/b/**", "a/b/c.d"),
    "double-stars-only": ("**/**", "a/b/c.d"),
    "double-star-and-star": ("**/*.d", "a/b/c.d"),
}
NOT_MATCHING = {
    "other-operation": ("x/b/c.d", "a/b/c.d"),
    "beginning-only": ("a/b", "a/b/c.d"),
    "end-only": ("b/c.d", "a/b/c.d"),
    "longer": ("a/b/c.d/e", "a/b/c.d"),
    "piece-of-a-part": ("a/b/c", "a/b/c.d"),
    "other-letter-case": ("A/b/c.d", "a/b/c.d"),
    "star-for-two-parts": ("a/*", "a/b/c.d"),
    "star-for-no-part": ("a/*/b/c.d", "a/b/c.d"),
    "star-across-a-slash": ("a*c.d", "a/b/c.d"),
    "dot-is-a-dot": ("a/b/c.d", "a/b/cxd"),
    "plus-is-a-plus": ("a/b+/c.d", "a/bb/c.d"),
    "brackets-are-brackets": ("a/[b]/c.d", "a/b/c.d"),
    "question-mark-is-a-question-mark": ("a/?/c.d", "a/b/c.d"),
    "double-star-keeps-the-order": ("**/c.d/b", "a/b/c.d"),
    "double-star-ends-at-a-slash": ("**/b/c.d", "a/xb/c.d"),
    "double-star-begins-at-a-slash": ("a/**", "ab/c.d"),
    "line-break-behind": ("a/b/c.d", "a/b/c.d\n"),
}


@pytest.mark.parametrize(("pattern", "id_"), MATCHING.values(), ids=MATCHING)
def test_pattern_matches(pattern: str, id_: str) -> None:
    assert waiver(pattern).matches(id_) is True


@pytest.mark.parametrize(("pattern", "id_"), NOT_MATCHING.values(), ids=NOT_MATCHING)
def test_pattern_does_not_match(pattern: str, id_: str) -> None:
    assert waiver(pattern).matches(id_) is False


def test_first_waiver_in_force_is_taken() -> None:
    expired, first, second = waiver("**", date(2026, 11, 23)), waiver("a/**"), waiver("**")
    assert waiver_of("a/b/c", [expired, first, second], TODAY) is first


@pytest.mark.parametrize(
    ("expires", "is_in_force"),
    [(date(2026, 11, 23), False), (date(2026, 11, 24), True), (date(2026, 11, 25), True)],
    ids=["yesterday", "today", "tomorrow"],
)
def test_waiver_is_in_force_to_the_end_of_its_day(expires: date, is_in_force: bool) -> None:
    assert (waiver_of("a/b/c", [waiver("**", expires)], TODAY) is not None) == is_in_force


# Valid or not


def judged(verdicts: dict[str, Verdict]) -> list[Judgement]:
    return [judgement_of(*PROMISES[id_], verdict) for id_, verdict in verdicts.items()]


def problems(pattern: str, verdicts: dict[str, Verdict], expires: date = TODAY) -> list[str]:
    return waiver_problems([waiver(pattern, expires)], list(PROMISES), judged(verdicts), TODAY)


NO_LONGER = "waiver {!r} (T-1, anna) is no longer needed: all that it matches is upheld; delete it"
KEPT = {
    "waives-a-violation": {STATUS: Verdict.WAIVED},
    "waives-one-of-two": {STATUS: Verdict.WAIVED, TYPE: Verdict.UPHELD},
    "nothing-was-asked": {STATUS: Verdict.NOT_TESTED},
    "one-of-two-was-not-asked": {STATUS: Verdict.UPHELD, TYPE: Verdict.NOT_TESTED},
    "blocked": {STATUS: Verdict.BLOCKED},
    "one-of-two-blocked": {STATUS: Verdict.UPHELD, TYPE: Verdict.BLOCKED},
    "not-selected": {},
}


@pytest.mark.parametrize("verdicts", KEPT.values(), ids=KEPT)
def test_waiver_kept_to_its_word_is_no_problem(verdicts: dict[str, Verdict]) -> None:
    assert problems("getActiveProject/by-bearer/*", verdicts) == []


@pytest.mark.parametrize("pattern", [STATUS, "getActiveProject/by-bearer/*", "**"])
def test_waiver_that_is_no_longer_needed_is_a_problem(pattern: str) -> None:
    found = problems(pattern, {STATUS: Verdict.UPHELD, TYPE: Verdict.UPHELD})
    assert found == [NO_LONGER.format(pattern)]


def test_waiver_that_matches_nothing_is_a_problem_and_names_the_nearest() -> None:
    found = problems("getActiveProject/by-bearer/status.is-20", {})
    expected = f"waiver 'getActiveProject/by-bearer/status.is-20' (T-1, anna) matches no clause; nearest: {STATUS!r}"
    assert found == [expected]


@pytest.mark.parametrize("verdict", [Verdict.VIOLATED, Verdict.UPHELD, Verdict.NOT_TESTED], ids=str)
def test_expired_waiver_is_a_problem(verdict: Verdict) -> None:
    found = problems(STATUS, {STATUS: verdict}, date(2026, 11, 23))
    assert found == [f"waiver {STATUS!r} (T-1, anna) expired on 2026-11-23; renew it with a reason, or delete it"]


def test_each_waiver_is_held_to_its_own_word() -> None:
    waivers = [waiver(STATUS), waiver(TYPE), waiver("no/such/clause")]
    found = waiver_problems(waivers, list(PROMISES), judged({STATUS: Verdict.WAIVED, TYPE: Verdict.UPHELD}), TODAY)
    assert [problem.split("'")[1] for problem in found] == [TYPE, "no/such/clause"]


# The file

ENTRY = """
- pattern: "getActiveProject/*/status.*"
  reason: slow vendor
  owner: anna
  ticket: T-1
  expires: "2026-11-24"
"""


def loaded(folder: Path, text: str) -> tuple[Waiver, ...]:
    path = folder / "waivers.yaml"
    path.write_text(text, encoding="utf-8")
    return load_waivers(path, SCHEMAS, "waivers.yaml")


def test_file_is_read(tmp_path: Path) -> None:
    assert loaded(tmp_path, ENTRY) == (waiver("getActiveProject/*/status.*"),)


def test_day_may_stand_without_quotes(tmp_path: Path) -> None:
    assert loaded(tmp_path, ENTRY.replace('"2026-11-24"', "2026-11-24")) == loaded(tmp_path, ENTRY)


@pytest.mark.parametrize("text", ["", "# none\n", "[]\n", "---\n"], ids=["empty", "comment", "list", "document"])
def test_file_without_waivers_holds_none(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text) == ()


BAD_FILES = {
    "no-list": ("pattern: x\n", "waivers.yaml: top level: "),
    "no-pattern": (ENTRY.replace("pattern", "patern"), "waivers.yaml: "),
    "unknown-key": (f"{ENTRY}  until: x\n", "waivers.yaml: entry 1.until: is not a known key; "),
    "no-reason": (
        ENTRY.replace("  reason: slow vendor\n", ""),
        "waivers.yaml: entry 1.reason: is missing; add it",
    ),
    "empty-owner": (ENTRY.replace("anna", '""'), "waivers.yaml: entry 1.owner: "),
    "blank-in-a-pattern": (ENTRY.replace("*/status", "* /status"), "waivers.yaml: entry 1.pattern: "),
    "slash-at-the-end": (ENTRY.replace("status.*", ""), "waivers.yaml: entry 1.pattern: "),
    "no-date": (ENTRY.replace("2026-11-24", "soon"), "waivers.yaml: entry 1.expires: "),
    "day-that-is-none": (ENTRY.replace("2026-11-24", "2026-02-30"), "waivers.yaml: entry 1.expires: "),
    "day-that-is-none-unquoted": (ENTRY.replace('"2026-11-24"', "2026-02-30"), "waivers.yaml: "),
    "key-twice": (f"{ENTRY}  owner: bert\n", "waivers.yaml: line 4: the key 'owner' stands twice; fix this line"),
    "no-yaml": ("- pattern: [\n", "waivers.yaml: line 2: "),
    "control-character": ("- pattern: \x01\n", "waivers.yaml: "),
    "unknown-tag": ("- !!python/object:x.Y {}\n", "waivers.yaml: line 1: "),
}


@pytest.mark.parametrize(("text", "expected"), BAD_FILES.values(), ids=BAD_FILES)
def test_file_that_cannot_be_used_is_bad_input(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        loaded(tmp_path, text)
    assert str(caught.value)[: len(expected)] == expected


def test_file_that_is_missing_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^waivers.yaml: is not there"):
        load_waivers(tmp_path / "none.yaml", SCHEMAS, "waivers.yaml")


def test_file_that_is_no_utf_8_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(b"- pattern: \xff\n")
    with pytest.raises(BadInput, match=r"^waivers.yaml: is not UTF-8"):
        load_waivers(path, SCHEMAS, "waivers.yaml")
