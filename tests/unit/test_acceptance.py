"""The acceptance page tells what decides first, each promise with its evidence, and runs nothing that was received."""

import re
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import pairwise

import pytest

from talkstack_contract.contract.profiles import Profile, Ruling, Standing
from talkstack_contract.judging.waivers import Waiver
from talkstack_contract.model import Interpretation, Judgement, RequirementLevel, Verdict, Violation
from talkstack_contract.reports.acceptance import (
    BODY_SHOWN_CHARACTERS,
    SHEET_VIOLATIONS,
    Acceptance,
    Count,
    acceptance_page,
    clipped,
)
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.folding import FOLDED_AT
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
    digests = re.findall(r"<code>sha256 (\w+)", ACCEPTED[ACCEPTED.index('id="digests"') :])
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


def test_clauses_are_counted_by_their_standing() -> None:
    required = sum(PROFILE.standing(id_).standing is Standing.REQUIRED for id_ in CONFIGURATION.promises)
    shown = view(violated(A_MUST), judged(UNKNOWN_QUERY, Verdict.NOT_TESTED, reason="why"))
    assert next(each for each in shown.counts() if each.label == "Clauses, required") == Count(
        "Clauses, required", required, {Verdict.UPHELD: required - 1, Verdict.VIOLATED: 1}
    )


PROFILED = {name: Acceptance(profiled(found), PROFILE, DIGESTS) for name, found in RUNS.items()}


@pytest.mark.parametrize("shown", PROFILED.values(), ids=PROFILED)
def test_counts_add_up(shown: Acceptance) -> None:
    totals = [(each.total, sum(each.verdicts.values()) + each.absent + each.unjudged) for each in shown.counts()]
    by_standing, whole = totals[1:-1], totals[-1]
    assert ([one for one, _ in totals], sum(one for one, _ in by_standing)) == ([two for _, two in totals], whole[0])


@pytest.mark.parametrize("shown", PROFILED.values(), ids=PROFILED)
def test_tables_of_the_sheet_add_up_to_the_counts(shown: Acceptance) -> None:
    whole = shown.counts()[-1]
    broken = sum(each.clauses for each in shown.breaches())
    open_ = sum(each.required + each.others for each in shown.gaps())
    assert (broken, open_) == (
        whole.verdicts[Verdict.VIOLATED] + whole.verdicts[Verdict.WAIVED],
        whole.verdicts[Verdict.BLOCKED] + whole.verdicts[Verdict.NOT_TESTED] + whole.absent,
    )


def test_clause_that_was_never_judged_is_in_the_denominator() -> None:
    whole = PROFILED["narrowed"].counts()[-1]
    assert (PROFILED["narrowed"].unjudged, whole.unjudged, whole.total) == (
        len(PROMISES) - 1,
        len(PROMISES) - 1,
        len(PROMISES),
    )


ABSENT = judged(A_MUST, Verdict.NOT_TESTED, reason="the value occurred in no answer", value_is_optional=True)


def test_value_that_may_be_absent_is_counted_apart_and_is_not_missing() -> None:
    shown = view(ABSENT)
    required = shown.counts()[1]
    assert (required.absent, required.verdicts.get(Verdict.NOT_TESTED, 0), shown.missing) == (1, 0, 0)


def test_page_says_that_nothing_required_is_missing_where_a_value_may_be_absent() -> None:
    text = text_of(findings([ABSENT]))
    assert ("Required and missing: none." in text, "nothing to judge, nothing missing" in text) == (True, True)


@pytest.mark.parametrize(
    ("others", "missing"),
    [
        ((judged(A_MUST, Verdict.BLOCKED, reason="dead"),), 1),
        ((judged(A_MUST, Verdict.NOT_TESTED, reason="why"), judged(A_SHOULD, Verdict.NOT_TESTED, reason="why")), 2),
        ((judged(A_SHOULD, Verdict.NOT_TESTED, unmet_dependency="envelope.message-is-text"), violated(A_MUST)), 1),
        (
            (
                judged(A_SHOULD, Verdict.NOT_TESTED, unmet_dependency="envelope.message-is-text"),
                judged(A_MUST, Verdict.WAIVED),
            ),
            0,
        ),
    ],
    ids=["blocked", "not-tested", "below-a-violated-one", "below-a-waived-one"],
)
def test_required_clause_without_a_verdict_is_missing(others: tuple[Judgement, ...], missing: int) -> None:
    shown = view(*others)
    assert (
        shown.missing,
        f"Required and missing: {missing or 'none'}." in acceptance_page(shown.findings, DIGESTS),
    ) == (
        missing,
        True,
    )


def test_gaps_are_told_by_reason_the_required_ones_first_and_what_depends_on_others_last() -> None:
    optional = next(name for name in PROMISES if name.startswith("internal-error/"))
    gaps = view(
        judged(optional, Verdict.NOT_TESTED, reason="no states URL"),
        judged(A_MUST, Verdict.BLOCKED, reason="dead"),
        judged(A_SHOULD, Verdict.NOT_TESTED, reason="below", unmet_dependency="x"),
    ).gaps()
    assert [(gap.first.reason, gap.required, gap.others) for gap in gaps] == [
        ("dead", 1, 0),
        ("no states URL", 0, 1),
        ("below", 1, 0),
    ]


# What is signed


WORDS = {
    "ACCEPTED": (),
    "ACCEPTED WITH REMARKS": (violated(A_SHOULD),),
    "REJECTED": (violated(A_MUST),),
    "INCONCLUSIVE": (judged(A_MUST, Verdict.BLOCKED, reason="dead"),),
}


def test_each_decision_has_a_look_and_a_mark_and_words_of_its_own() -> None:
    pages = {word: text_of(findings(others)) for word, others in WORDS.items()}
    head = r'<div class="decision ([\w-]+)"><strong id="decision">(.) ([A-Z ]+)</strong>\s*<p><b>(.+?)</b>'
    looks = {word: re.search(head, text) for word, text in pages.items()}
    parts = [hit.groups() for hit in looks.values() if hit]
    assert ([each[2] for each in parts], [len(set(column)) for column in zip(*parts, strict=True)]) == (
        [*WORDS],
        [4] * 4,
    )


def test_remarks_are_counted_where_they_are_signed_for() -> None:
    others = [violated(A_SHOULD), judged("by-api-key/status.is-200", Verdict.WAIVED, reason="slow vendor")]
    told = "Not everything holds: 1 clause is violated without rejecting, and 1 waived."
    assert view(*others).meaning.startswith(told)


def test_sheet_lists_what_rejects_first_and_says_how_many_promises_it_leaves_out() -> None:
    names = [name for name in PROMISES if PROMISES[name][1].level is RequirementLevel.MUST]
    broken = [violated(name, Violation("$", name)) for name in names]
    text = text_of(findings([violated(A_SHOULD), *broken]))
    sheet = text[text.index('id="violated"') : text.index('id="not-verified"')]
    left = len(view(violated(A_SHOULD), *broken).breaches()) - SHEET_VIOLATIONS
    assert (sheet.count("</b> rejects</td>"), f"{left} promises more, in the annex" in sheet, left > 0) == (
        SHEET_VIOLATIONS,
        True,
        True,
    )


def test_page_forbids_scripts_and_the_network() -> None:
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in ACCEPTED


def test_commands_hold_no_typographic_quote_and_no_line_that_paper_breaks() -> None:
    shown = text_of(findings([violated(A_MUST)], [exchange()]))
    commands = [unescape(each) for each in re.findall(r'(?s)<pre class="command">(.*?)</pre>', shown)]
    lines = [line for each in commands for line in each.splitlines()]
    assert (len(commands), max(map(len, lines)) <= FOLDED_AT, set("“”‘’–") & set("".join(lines))) == (3, True, set())


def test_scope_is_in_the_line_that_repeats_the_run() -> None:
    found = findings()
    scoped = replace(found, run_header=replace(found.run_header, named_scope=("getActiveProject", "Phone Number")))
    line = Acceptance(profiled(scoped), PROFILE, DIGESTS).command()
    assert "--operation getActiveProject --section 'Phone Number' --seed" in line


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
    told = ACCEPTED.replace("\\\n", "")
    assert f'<pre class="command">talkstack-contract run --acceptance {options} --waivers FILE</pre>' in told


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
