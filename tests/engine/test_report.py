"""A run is told the same in words and pages; whatever a provider sent is text there, never markup."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from talkstack_contract.evidence import BODY_SHOWN_BYTES, Secrets, evidence_of
from talkstack_contract.model import Verdict, Violation
from talkstack_contract.report import Findings, cell, last_line, letter, page
from tests.engine.found import (
    A_MUST,
    A_SHOULD,
    EVERYTHING,
    HOSTILE_EXCHANGE,
    OCCASION,
    PROMISES,
    RUNS,
    SCRIPT,
    Page,
    exchange,
    findings,
    judged,
    violated,
)

# The last line

LAST_LINES: dict[str, tuple[Findings, str]] = {
    "accepted": (findings(), "ACCEPTED  4 of 4 documented pairs upheld  30 requests in 1.2 s"),
    "accepted-with-a-pair-out-of-reach": (
        findings(
            [
                judged(name, Verdict.UNEXERCISED, reason="no states URL", by_settings=True)
                for name in PROMISES
                if name.startswith("internal-error/")
            ]
        ),
        "ACCEPTED  3 of 4 documented pairs upheld, 1 not asked (no states URL)  30 requests in 1.2 s",
    ),
    "with-remarks": (
        findings([violated(A_SHOULD)]),
        "ACCEPTED WITH REMARKS  4 of 4 documented pairs upheld, 1 remark  30 requests in 1.2 s",
    ),
    "rejected": (
        findings([violated(A_MUST)]),
        "REJECTED  3 of 4 documented pairs upheld, 1 violated: getActiveProject 200  30 requests in 1.2 s",
    ),
    "rejected-for-a-waiver": (
        findings(waiver_problems=["waiver 'x' has expired"]),
        "REJECTED  4 of 4 documented pairs upheld  30 requests in 1.2 s: waiver 'x' has expired",
    ),
    "inconclusive": (
        findings([judged(A_MUST, Verdict.BLOCKED, reason="dead")]),
        "INCONCLUSIVE  3 of 4 documented pairs upheld, 1 blocked  30 requests in 1.2 s: 1 clauses blocked: dead",
    ),
    "narrowed": (
        findings([violated(A_MUST)], only=[A_MUST, A_SHOULD]),
        f"no decision  1 of {len(PROMISES)} clauses, 2 selected: 1 upheld, 1 violated  30 requests in 1.2 s",
    ),
}


@pytest.mark.parametrize(("found", "expected"), LAST_LINES.values(), ids=LAST_LINES)
def test_run_ends_with_its_decision(found: Findings, expected: str) -> None:
    assert last_line(found.decision, 30, 1.2345) == expected


# The letter


def test_letter_says_who_broke_what_where_and_how_to_repeat_it() -> None:
    told = letter(violated(A_MUST), [evidence_of(exchange(), Secrets())])
    assert told == (
        "getActiveProject/by-bearer: envelope.message-is-text violated at $.message\n"
        "  promised  message is text (must, documented; User › Get active Project › Success Response, “200 OK”; "
        "read 2026-11-02)\n"
        "  received  7\n"
        '  repeat    curl -i -H "Authorization: Bearer $TALKSTACK_TOKEN" "https://api.example/user"'
    )


def test_letter_tells_five_violations_and_counts_the_rest() -> None:
    violations = [Violation(f"$[{number}]", str(number)) for number in range(7)]
    rows = letter(violated(A_MUST, *violations), []).split("\n")[2:]
    others = [f"  received  {number} at $[{number}]" for number in range(1, 5)]
    assert rows == ["  received  0", *others, "            and 2 more"]


def test_letter_names_the_reading_and_the_waiver() -> None:
    waived = judged(
        "no-credential/media-type.is-json", Verdict.WAIVED, Violation("content-type", '"text/html"'), reason="T-1"
    )
    rows = letter(waived, []).split("\n")
    assert (rows[0], rows[3:]) == (
        "getActiveProject/no-credential: media-type.is-json waived at content-type",
        ["  reading   error-body in schemas/readings.yaml", "  waived    T-1"],
    )


# Pages


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_page_runs_nothing_and_loads_nothing(found: Findings) -> None:
    shown = Page(page(found, "report.html"))
    active = {"script", "img", "iframe", "object", "embed", "link", "form"} & set(shown.tags)
    handlers = [name for name in shown.attributes if name.startswith("on") or name == "src"]
    assert (active, handlers) == (set(), [])


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
    words = ["this is not the vendor" in page(RUNS[name], template) for name in ("reference", "accepted")]
    assert words == [True, False]


@pytest.mark.parametrize("template", ["report.html", "summary.md"])
@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_page_tells_the_decision(found: Findings, template: str) -> None:
    assert str(found.decision.word) in page(found, template)


def test_page_tells_that_a_body_was_clipped() -> None:
    size = len(HOSTILE_EXCHANGE.body)
    assert f"[clipped at {BODY_SHOWN_BYTES} of {size} bytes]" in page(EVERYTHING, "report.html")


def test_summary_shows_what_a_provider_sent_as_text() -> None:
    received = "| a\n# b `c` <img src=x> [d](e) *f*"
    shown = page(findings([violated(A_MUST, Violation("$", received))]), "summary.md")
    assert r"\| a \# b \`c\` \<img src=x\> \[d\](e) \*f\*" in shown


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
    below = judged(A_SHOULD, Verdict.UNEXERCISED, reason="x does not hold", below="x")
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
    assert cell("a/b", "links") == '<td class="col-links"><a href="#a/b">a/b</a></td>'


def test_cell_without_text_links_nowhere() -> None:
    assert cell("", "links") == '<td class="col-links"></td>'


def test_started_is_told_in_utc() -> None:
    found = findings(occasion=replace(OCCASION, started=datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
    assert "2026-11-24 09:30 UTC" in page(found, "report.html")
