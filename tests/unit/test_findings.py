"""Every page says the same about a run; whatever a provider sent is text there, never markup."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from talkstack_contract.model import RequirementLevel, Verdict, Violation
from talkstack_contract.provider.evidence import BODY_SHOWN_BYTES
from talkstack_contract.reports.findings import LETTERS_FIRST, Findings, UndocumentedField, cell, page
from tests.unit.found import (
    A_MUST,
    A_SHOULD,
    BASELINE,
    CONFIGURATION,
    EVERYTHING,
    HISTORY,
    HOSTILE_EXCHANGE,
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


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_page_runs_nothing_and_loads_nothing(found: Findings) -> None:
    shown = Page(page(found, "report.html"))
    active = {"script", "img", "iframe", "object", "embed", "link", "form"} & set(shown.tags)
    handlers = [name for name in shown.attributes if name.startswith("on") or name == "src"]
    assert (active, handlers) == (set(), [])


def test_number_of_a_night_bears_the_name_of_its_column_for_narrow_screens() -> None:
    table = page(RUNS["nightly"], "report.html").partition("<summary>The numbers")[2].partition("</table>")[0]
    columns = re.findall('<th scope="col">([^<]*)', table)[2:]
    named = re.findall('<td data-name="([^"]*)">', table)
    assert named == [name.lower() for name in columns] * table.count("<tr><td>")


def test_page_shows_what_a_provider_sent_as_text() -> None:
    shown = page(EVERYTHING, "report.html")
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert ("<script" in shown.lower(), shown.count(escaped) >= 15) == (False, True)


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_every_link_inside_the_page_leads_somewhere(found: Findings) -> None:
    shown = Page(page(found, "report.html"))
    inside = {reference[1:] for reference in shown.references if reference.startswith("#")}
    assert inside - set(shown.ids) == set()


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_anchor_stands_once_in_the_page(found: Findings) -> None:
    ids = Page(page(found, "report.html")).ids
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_link_out_of_the_page_leads_to_a_source(found: Findings) -> None:
    shown = Page(page(found, "report.html"))
    outside = {reference for reference in shown.references if not reference.startswith("#")}
    assert outside <= {clause.source.url for _, clause in PROMISES.values()}


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
def test_page_says_loudly_that_the_reference_is_not_the_vendor(template: str) -> None:
    words = ["not the vendor" in page(RUNS[name], template) for name in ("reference", "accepted")]
    assert words == [True, False]


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_page_tells_the_decision(found: Findings, template: str) -> None:
    assert str(found.decision.word) in page(found, template)


PARTS = {
    "report.html": ("REJECTED", "<h2>Broken promises</h2>", '<table class="matrix">', "<h2>Not verified"),
    "summary.md": ("## REJECTED", "### Broken promises", "| operation |", "### Not verified"),
}


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
def test_page_leads_with_the_decision_then_what_is_violated_then_the_matrix(template: str) -> None:
    shown = page(EVERYTHING, template)
    places = [shown.index(part) for part in PARTS[template]]
    assert places == sorted(places)


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
def test_matrix_has_a_legend_of_its_signs(template: str) -> None:
    shown = page(RUNS["accepted"], template)
    line = next(each for each in shown.splitlines() if "no page documents that status" in each)
    text = re.sub("<[^>]+>", "", line)
    assert "✓ upheld · ✕ violated · ! blocked · ≈ waived · ○ not tested. " in text


def test_long_list_of_broken_promises_continues_below_the_matrix() -> None:
    names = [name for name in PROMISES if PROMISES[name][1].level is RequirementLevel.MUST][: LETTERS_FIRST + 2]
    shown = page(findings([violated(name, Violation("$", name)) for name in names]), "report.html")
    before, matrix, behind = shown.partition('<table class="matrix">')
    counted = [part.count('<article class="letter violated ">') for part in (before, matrix + behind)]
    assert (counted, "<p>2 more below the matrix.</p>" in before) == ([LETTERS_FIRST, 2], True)


def test_letter_has_what_was_promised_and_what_was_received_side_by_side() -> None:
    shown = page(findings([violated(A_MUST, Violation("$.message", "7"))]), "report.html")
    sides = shown.partition('<dl class="sides">')[2].partition("</dl>")[0]
    told = [" ".join(re.sub("<[^>]+>", " ", side).split()) for side in sides.split("</div>")[:2]]
    assert (told[0].startswith("promised message is text · must"), told[1]) == (True, "received 7 at $.message")


def test_newly_violated_clause_is_told_with_its_level() -> None:
    shown = page(RUNS["nightly"], "report.html").partition("<dt>Newly violated")[2].partition("</dd>")[0]
    lines = re.findall("<li>(.*?)</li>", shown)
    levels = [PROMISES[re.sub("<[^>]+>", "", line).split(" ")[0].partition("/")[2]][1].level for line in lines]
    assert ([line.rpartition(" ")[2] for line in lines], len(lines) > 0) == ([f"({each})" for each in levels], True)


def test_page_tells_that_a_body_was_clipped() -> None:
    size = len(HOSTILE_EXCHANGE.body)
    assert f"[clipped at {BODY_SHOWN_BYTES} of {size} bytes]" in page(EVERYTHING, "report.html")


NO_WIDTH = "\u200b"
ACTING = {
    "name": ("@octocat", "@Woctocat"),
    "link": ("see https://evil.test/x", "see https://Wevil.test/x"),
    "bare-link": ("www.evil.test", "wwwW.evil.test"),
    "mail": ("mailto:a@evil.test", "mailtoW:a@Wevil.test"),
    "issue": ("fixes #12 and GH-13, !14", "fixes #W12 and GH-W13, !W14"),
    "html": ("<script>x</script>&lt;", r"\<script\>x\</script\>\&lt;"),
    "terminal": ("a\x1b[31m\x07\rb\u202ec", r"a\\x1b\[31m\\x07\\x0db\\u202ec"),
    "strike": ("~~a~~", r"\~\~a\~\~"),
}


@pytest.mark.parametrize(("sent", "expected"), ACTING.values(), ids=ACTING)
def test_nothing_that_a_provider_says_is_live_in_markdown(sent: str, expected: str) -> None:
    shown = page(findings([violated(A_MUST, Violation("$", sent))]), "summary.md")
    assert f"received {expected.replace('W', NO_WIDTH)}" in shown


LIVE = "@octocat #12"
TALKATIVE = [
    violated(A_MUST, Violation(f"$.{LIVE}", LIVE)),
    judged(A_SHOULD, Verdict.NOT_TESTED, reason=LIVE, remedy=LIVE),
    judged("by-api-key/status.is-200", Verdict.WAIVED, Violation("status", LIVE), reason=LIVE),
    judged("no-credential/status.is-401", Verdict.BLOCKED, reason=LIVE),
    judged("internal-error/status.is-500", Verdict.NOT_TESTED, reason=LIVE),
]


@pytest.mark.parametrize("template", ["summary.md", "night.md"])
def test_nobody_is_named_in_the_text_of_an_issue(template: str) -> None:
    made = findings(
        TALKATIVE,
        configuration=replace(CONFIGURATION, baseline=BASELINE, history=HISTORY),
        evidence=[seen(f"$.{LIVE}")],
        waiver_problems=[LIVE],
    )
    shown = page(made, template)
    outside_code = re.sub(r"`[^`\n]*`", "", shown)
    assert ("octocat" in outside_code, re.findall(r"@\w|#\d", outside_code)) == (True, [])


def test_summary_shows_what_a_provider_sent_as_text() -> None:
    received = "| a\n# b `c` <img src=x> [d](e) *f*"
    shown = page(findings([violated(A_MUST, Violation("$", received))]), "summary.md")
    assert r"\| a #W b \`c\` \<img src=x\> \[d\](e) \*f\*".replace("W", NO_WIDTH) in shown


def test_summary_keeps_the_place_of_a_violation_in_its_quotes() -> None:
    shown = page(findings([violated(A_MUST, Violation("$.a` <img src=x>", "7"))]), "summary.md")
    assert "` <img" not in shown


def test_violations_alike_are_told_once() -> None:
    alike = [violated(f"{name}/status.is-401", Violation("status", "200 OK")) for name in ("wrong-key", "empty-key")]
    other = violated("no-credential/status.is-401", Violation("status", "404 Not Found"))
    told = [(first.case, [each.case for each in others]) for first, others in findings([*alike, other]).failing]
    assert told == [("no-credential", []), ("wrong-key", ["empty-key"])]


def test_reasons_are_told_once_with_their_count() -> None:
    blocked = [judged(name, Verdict.BLOCKED, reason="dead") for name in PROMISES if name.startswith("wrong-key/")]
    below = judged(A_SHOULD, Verdict.NOT_TESTED, reason="x does not hold", unmet_dependency="x")
    found = findings([*blocked, below])
    assert ([(first.reason, count) for first, count in found.untested], found.below) == ([("dead", len(blocked))], 1)


@pytest.mark.parametrize("kind", ["head", "links", "testId"])
def test_cell_shows_text_as_text(kind: str) -> None:
    shown = cell(f'"{SCRIPT}', kind)
    assert (Page(shown).tags, '"&' in shown) == (
        ["th" if kind == "head" else "td", *(["a"] if kind == "links" else [])],
        False,
    )


def test_cell_links_to_its_case() -> None:
    assert cell("a/b", "links") == '<td class="col-links"><a href="#a/b">exchange</a></td>'


def test_clauses_of_a_case_are_grouped_by_verdict_and_source() -> None:
    mine = [each for each in findings([violated(A_SHOULD)]).judgements if each.case == "by-bearer"]
    groups = Findings.by_source(mine)
    heads = [(str(each[0].verdict), each[0].source.section) for each in groups]
    assert (heads[0], len(heads), sum(map(len, groups))) == (("violated", "Success Response"), len({*heads}), len(mine))


def test_exchange_shows_its_quotes_as_they_are() -> None:
    shown = page(findings(exchanges=[exchange(b'{"message": "<b> & \'x\'"}')]), "report.html")
    assert """{"message": "&lt;b&gt; &amp; 'x'"}</pre>""" in shown


def test_cell_without_text_links_nowhere() -> None:
    assert cell("", "links") == '<td class="col-links"></td>'


def test_started_is_told_in_utc() -> None:
    found = findings(configuration=replace(CONFIGURATION, started=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
    assert "2026-11-24 09:30 UTC" in page(found, "report.html")


COLOUR, MOOD = "$.projectData.colour", "$.mood"


def test_undocumented_field_is_told_once_with_the_answers_that_hold_it() -> None:
    answers = [seen(COLOUR), seen(COLOUR, MOOD, name="asked-twice"), seen(name="unknown-query")]
    told = findings(evidence=answers).undocumented_fields
    first = "getActiveProject/asked-twice", "getActiveProject/by-bearer"
    expected = [
        UndocumentedField("getActiveProject", 200, MOOD, 1, first[0]),
        UndocumentedField("getActiveProject", 200, COLOUR, 2, first[1]),
    ]
    assert told == expected


def test_undocumented_field_leads_to_an_exchange_that_the_page_shows() -> None:
    shown = page(findings(evidence=[seen(MOOD, name="elsewhere"), seen(MOOD)]), "report.html")
    assert '<td><a href="#getActiveProject/by-bearer">2 answers</a></td>' in shown


def test_summary_tells_the_first_undocumented_fields_in_one_line() -> None:
    fields = (f"$.f{number}" for number in range(7))
    [line] = [each for each in page(findings(evidence=[seen(*fields)]), "summary.md").splitlines() if "$" in each]
    shown = ", ".join(f"`getActiveProject 200 $.f{number}`" for number in range(3))
    assert line == f"- {shown} and 4 more"


def test_summary_keeps_an_undocumented_field_in_its_quotes() -> None:
    shown = page(findings(evidence=[seen("$.a` <img src=x>\n# b")]), "summary.md")
    assert "`getActiveProject 200 $.aˋ <img src=x> # b`" in shown


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
def test_page_without_undocumented_fields_says_nothing_of_them(template: str) -> None:
    assert "ndocumented fields" not in page(findings(exchanges=[exchange()]), template)
