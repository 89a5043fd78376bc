"""The acceptance page tells what decides first, each promise with its evidence, and runs nothing that was received."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from talkstack_contract.contract.profiles import Profile, Ruling, Standing
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Interpretation, Judgement, Verdict, Violation
from talkstack_contract.reports.acceptance import BODY_SHOWN_CHARACTERS, Acceptance, acceptance_page, clipped
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import LISTED
from tests.unit.found import (
    A_MUST,
    A_SHOULD,
    CONFIGURATION,
    PROFILE,
    PROMISES,
    RUNS,
    SCRIPT,
    Page,
    exchange,
    findings,
    judged,
    seen,
    violated,
)

DIGESTS = (("verdicts.jsonl", "ab" * 32),)
UNKNOWN_QUERY = "unknown-query/answer.is-unchanged"
WAIVER = Waiver("getActiveProject/**/envelope.message-is-as-printed", "slow vendor", "anna", "T-1", date(2027, 1, 1))


def profiled(found: Findings, profile: Profile = PROFILE) -> Findings:
    """Say that the run was held to a profile, and to a waiver."""
    return replace(found, run_header=replace(found.run_header, profile=profile, waivers=(WAIVER,)))


def view(*others: Judgement, profile: Profile = PROFILE) -> Acceptance:
    return Acceptance(profiled(findings(others)), profile, DIGESTS)


def text_of(found: Findings) -> str:
    return acceptance_page(profiled(found), DIGESTS)


ACCEPTED = text_of(findings(exchanges=[exchange()]))

# The page


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_page_runs_nothing_and_loads_nothing(found: Findings) -> None:
    shown = Page(text_of(found))
    active = {"script", "img", "iframe", "object", "embed", "link", "form"} & set(shown.tags)
    assert (active, [name for name in shown.attributes if name.startswith("on") or name == "src"]) == (set(), [])


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_every_link_inside_the_page_leads_somewhere(found: Findings) -> None:
    shown = Page(text_of(found))
    inside = {reference[1:] for reference in shown.references if reference.startswith("#")}
    assert inside - set(shown.ids) == set()


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_anchor_stands_once_in_the_page(found: Findings) -> None:
    ids = Page(text_of(found)).ids
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_heading_is_at_most_one_step_below_the_one_before(found: Findings) -> None:
    levels = [int(tag[1]) for tag in Page(text_of(found)).tags if re.fullmatch(r"h\d", tag)]
    steps = [after - before for before, after in pairwise(levels)]
    assert (levels[0], levels.count(1), max(steps)) == (1, 1, 1)


def test_page_shows_what_a_provider_sent_as_text() -> None:
    shown = text_of(RUNS["everything"])
    assert (SCRIPT in shown, "&lt;script&gt;alert(1)&lt;/script&gt;" in shown) == (False, True)


def test_link_of_a_record_that_is_no_web_address_leads_nowhere() -> None:
    first = judged(A_MUST)
    forged = replace(first, source=replace(first.source, url="javascript:alert(1)"))
    assert [each for each in Page(text_of(findings([forged]))).references if each.startswith("javascript")] == []


@pytest.mark.parametrize("name", ["everything", "accepted", "narrowed"])
def test_page_tells_the_decision_first(name: str) -> None:
    shown = text_of(RUNS[name])
    assert str(RUNS[name].decision.word) in shown[: shown.index("<h2")]


@pytest.mark.parametrize(
    "told",
    [
        *("https://api.example", "2026-11-24 09:30 UTC, 30 requests in 1.2 s", "talkstack-contract", "reads, writes"),
        *("<dt>Docs read</dt><dd>2026-11-02</dd>", "<dt>Profile</dt><dd>2026-11;"),
    ],
)
def test_page_says_what_was_asked_of_whom(told: str) -> None:
    assert told in ACCEPTED


def test_page_says_loudly_that_the_reference_is_not_the_vendor() -> None:
    assert ["not the vendor" in text_of(RUNS[name]) for name in ("reference", "accepted")] == [True, False]


def test_page_names_the_digests_of_record_contract_and_profile() -> None:
    digests = re.findall(r"sha256 (\w+)", ACCEPTED[ACCEPTED.index("<footer>") :])
    assert digests == ["ab" * 32, CONFIGURATION.contract.digest, PROFILE.sha256]


def test_broken_promise_is_told_with_its_exchange_and_how_to_repeat_it() -> None:
    shown = text_of(findings([violated(A_MUST)], [exchange()]))
    told = shown[shown.index('id="broken"') : shown.index('id="matrix"')]
    wanted = ["Violated: message is text", "<code>7</code>", "200 OK", "curl -i", f"getActiveProject/{A_MUST}"]
    assert [each for each in wanted if each not in told] == []


def test_body_is_clipped_and_says_so() -> None:
    shown = text_of(findings(exchanges=[exchange(b"x" * (BODY_SHOWN_CHARACTERS + 5))]))
    assert "x [5 more characters in the record]" in shown


def test_clipped_text_is_told_with_what_is_left_out() -> None:
    long = "y" * (BODY_SHOWN_CHARACTERS + 3)
    assert (clipped("short"), clipped(long)) == (("short", 0), (long[:-3], 3))


def test_header_that_every_request_carried_is_told_once() -> None:
    assert ACCEPTED.count("Bearer $TALKSTACK_TOKEN") == 1


# What it counts


def counted(others: Mapping[str, Verdict]) -> dict[str, tuple[int, dict[str, int]]]:
    given = view(*(judged(name, verdict, reason="why") for name, verdict in others.items())).counts()
    return {label: (total, {str(key): value for key, value in mine.items()}) for label, total, mine in given}


def test_clauses_are_counted_by_their_standing() -> None:
    standings = Counter(PROFILE.standing(id_).standing for id_ in CONFIGURATION.promises)
    given = counted({A_MUST: Verdict.VIOLATED, UNKNOWN_QUERY: Verdict.NOT_TESTED})
    assert given["Clauses, required"] == (
        standings[Standing.REQUIRED],
        {"upheld": standings[Standing.REQUIRED] - 1, "violated": 1},
    )


def test_clause_that_was_never_judged_is_in_the_denominator() -> None:
    narrowed = Acceptance(profiled(findings(only=[A_MUST])), PROFILE, DIGESTS)
    total = sum(total for _, total, _ in narrowed.counts()[1:])
    assert (narrowed.unjudged, total) == (len(PROMISES) - 1, len(PROMISES))


def test_gaps_are_told_by_reason_the_required_ones_first() -> None:
    optional = next(name for name in PROMISES if name.startswith("internal-error/"))
    gaps = view(
        judged(optional, Verdict.NOT_TESTED, reason="no states URL"),
        judged(A_MUST, Verdict.BLOCKED, reason="dead"),
        judged(A_SHOULD, Verdict.NOT_TESTED, reason="below", unmet_dependency="x"),
    ).gaps()
    assert [(gap.first.reason, gap.required, gap.others) for gap in gaps] == [("dead", 1, 0), ("no states URL", 0, 1)]


def test_violation_that_is_not_scored_is_told_apart_from_the_remarks() -> None:
    rulings = {**PROFILE.rulings, f"getActiveProject/{A_SHOULD}": Ruling(Standing.NOT_SCORED, "so")}
    remark = "by-api-key/envelope.message-is-as-printed"
    shown = view(violated(A_SHOULD), violated(remark, Violation("$", "8")), profile=replace(PROFILE, rulings=rulings))
    assert ([each.case for each in shown.unscored], [first.case for first, _ in shown.remarks()]) == (
        ["by-bearer"],
        ["by-api-key"],
    )


# By section


def chapters(*others: Judgement) -> dict[int | None, list[tuple[str, str, int, int]]]:
    """Return (clause, verdict, cases, of) of each row, by status."""
    shown = view(*others)
    return {
        chapter.status: [
            (row.first.clause, str(row.first.verdict), len(row.judgements), row.asked) for row in chapter.rows
        ]
        for chapter in shown.chapters(shown.findings.run_header.operations[0])
    }


def test_promise_is_told_once_for_all_cases_that_came_to_the_same() -> None:
    cases = [case for case in PROMISES if case.endswith("/media-type.is-json") and PROMISES[case][0].status == 401]
    rows = {row[0]: row[1:] for row in chapters()[401]}
    assert rows["media-type.is-json"] == ("upheld", len(cases), len(cases))


def test_promise_is_told_again_for_cases_that_came_to_another_verdict() -> None:
    rows = chapters(violated("wrong-key/media-type.is-json"))[401]
    mine = [row[1:] for row in rows if row[0] == "media-type.is-json"]
    assert sorted((verdict, cases) for verdict, cases, _ in mine) == [("upheld", mine[0][2] - 1), ("violated", 1)]


def test_every_clause_stands_in_a_row() -> None:
    assert sum(cases for rows in chapters().values() for _, _, cases, _ in rows) == len(PROMISES)


def test_every_documented_status_has_its_chapter_and_what_belongs_to_none_the_last() -> None:
    assert list(chapters()) == [200, 401, 404, 500, None]


# What it ends with


def test_waiver_is_told_with_what_it_accepts() -> None:
    waived = judged(A_SHOULD, Verdict.WAIVED, Violation("$.message", "7"), reason="slow vendor (T-1)")
    assert view(waived).waived(WAIVER) == 1


def test_questions_are_numbered_where_a_clause_points_at_them() -> None:
    reading = Interpretation("r", "silence", ("A page",), "We decide.", "Because.", None)
    found = findings()
    interpretations = (reading, *found.run_header.interpretations)
    shown = Acceptance(
        replace(found, run_header=replace(found.run_header, interpretations=interpretations)), PROFILE, DIGESTS
    )
    asked = [each.id for each in interpretations if each.question]
    assert (shown.numbers, shown.decided_alone()[:1]) == ({id_: n for n, id_ in enumerate(asked, 1)}, [reading])


def test_page_tells_the_line_that_repeats_the_run() -> None:
    options = "--profile schemas/profiles/2026-11.toml --provider FILE --seed 7 --examples 0 --fail-on must"
    assert f"talkstack-contract run --acceptance {options} --waivers FILE" in ACCEPTED


def test_page_says_why_clauses_are_not_required() -> None:
    told = {ruling.reason for ruling, _ in view().rulings()}
    due = {ruling.reason for ruling in PROFILE.rulings.values() if ruling.standing is not Standing.REQUIRED}
    assert (told, len(told) >= 3) == (due, True)


def test_undocumented_fields_are_told_at_the_pair_without_weight_and_not_all() -> None:
    found = findings(evidence=[seen(*(f"$.f{number:02}" for number in range(LISTED + 2)))])
    text = text_of(found)
    first = '<a href="#getActiveProject-200">getActiveProject 200</a> <code>$.f00</code>'
    assert (text.count(first), text.count("<code>$.f"), "and 2 more" in text, str(found.decision.word)) == (
        1,
        LISTED,
        True,
        "ACCEPTED",
    )
