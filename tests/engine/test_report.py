"""A run is told the same in lines, words and pages; whatever a provider sent is text there, never markup."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import Any

import pytest

from talkstack_contract import __version__
from talkstack_contract.cases import derive_cases
from talkstack_contract.evidence import BODY_SHOWN_BYTES, Secrets, evidence_of
from talkstack_contract.judge import Extent, decide
from talkstack_contract.model import Effect, Exchange, Header, Judgement, Request, Strength, Verdict, Violation
from talkstack_contract.report import (
    Findings,
    Occasion,
    cell,
    exchange_line,
    footer_line,
    header_line,
    judgement_of_line,
    last_line,
    letter,
    page,
    verdict_line,
    written,
)
from talkstack_contract.run import judgement_of
from talkstack_contract.settings import Settings
from tests.engine.contracts import PROJECT, contract_of, operation_of

CONTRACT = contract_of(operation_of(PROJECT))
CASES = derive_cases(CONTRACT)
PROMISES = {f"{case.name}/{clause.name}": (case, clause) for case in CASES for clause in case.clauses}
SETTINGS = Settings("https://api.example", False, frozenset({Effect.WRITES, Effect.READS}), {})
OCCASION = Occasion(
    settings=SETTINGS,
    contract=CONTRACT,
    cases=CASES,
    waivers=(),
    fail_on=Strength.MUST,
    require_all=False,
    seed=7,
    started=datetime(2026, 11, 24, 10, 30, tzinfo=timezone(timedelta(hours=1))),
)
A_MUST = "by-bearer/envelope.message-is-text"
A_SHOULD = "by-bearer/envelope.message-is-as-printed"
SCRIPT = "<script>alert(1)</script>"
REQUEST = Request(
    "GET", "https://api.example/user", (Header("Authorization", "Bearer abc", "Bearer $TALKSTACK_TOKEN"),), Effect.READS
)


def exchange(body: bytes = b'{"message": 7}', name: str = "by-bearer", **others: Any) -> Exchange:
    made = Exchange(f"getActiveProject/{name}", REQUEST, 200, "OK", (("Server", "x"),), body, "", 12.3)
    return replace(made, **others)


def judged(name: str, verdict: Verdict = Verdict.UPHELD, *violations: Violation, **others: Any) -> Judgement:
    case, clause = PROMISES[name]
    return replace(judgement_of(case, clause, verdict), violations=violations, exchanges=(case.id,), **others)


def violated(name: str, *violations: Violation, **others: Any) -> Judgement:
    return judged(name, Verdict.VIOLATED, *(violations or (Violation("$.message", "7"),)), **others)


def findings(
    others: Sequence[Judgement] = (),
    exchanges: Sequence[Exchange] = (),
    only: Sequence[str] | None = None,
    occasion: Occasion = OCCASION,
    waiver_problems: Sequence[str] = (),
) -> Findings:
    """Make the findings of a run in which all but `others` is upheld."""
    made = {each.id: each for each in [*map(judged, only or PROMISES), *others]}
    ids = tuple(occasion.promises)
    extent = Extent(ids, fail_on=occasion.fail_on)
    decision = decide(CONTRACT, CASES, list(made.values()), extent, waiver_problems)
    lines = {each.id: exchange_line(evidence_of(each, Secrets())) for each in exchanges}
    return Findings(occasion, decision, list(made.values()), lines, 30, 1.25, waiver_problems)


# Lines


def test_header_says_what_was_asked_of_whom() -> None:
    expected = {
        "kind": "header",
        "format": 1,
        "suite": f"talkstack-contract {__version__}",
        "started": "2026-11-24T09:30:00+00:00",
        "provider": {"base_url": "https://api.example", "is_reference": False},
        "contract": {
            "title": "A small API",
            "version": "2026-11-02",
            "docs_read": "2026-11-02",
            "sha256": CONTRACT.digest,
            "operations": 1,
            "pairs": 4,
            "clauses": len(PROMISES),
        },
        "fail_on": "must",
        "allow": ["reads", "writes"],
        "seed": 7,
    }
    assert header_line(OCCASION) == expected


ROUND_TRIPS = {
    "upheld": judged(A_MUST),
    "violated": violated(A_MUST, Violation("$.a", "\ud800 \u2028 ä"), Violation("header x", '"\\"')),
    "waived": judged(A_MUST, Verdict.WAIVED, Violation("$", "7"), reason="slow vendor (T-1, anna, until 2026-11-24)"),
    "not-asked": judged(A_MUST, Verdict.UNEXERCISED, reason="no account", remedy="give one", by_settings=True),
    "below": judged(A_SHOULD, Verdict.UNEXERCISED, reason="x does not hold", below="envelope.message-is-text"),
    "blocked": judged(A_MUST, Verdict.BLOCKED, reason="dead", of_run=True),
    "of-no-pair": judged("unknown-query/answer.is-unchanged"),
    "of-a-reading": judged("no-credential/media-type.is-json"),
}


@pytest.mark.parametrize("judgement", ROUND_TRIPS.values(), ids=ROUND_TRIPS)
def test_verdict_is_read_back_from_its_line(judgement: Judgement) -> None:
    assert judgement_of_line(json.loads(written(verdict_line(judgement)))) == judgement


def test_verdict_line_holds_what_readers_of_the_file_look_for() -> None:
    line = json.loads(written(verdict_line(violated(A_MUST))))
    shown = {
        key: line[key] for key in ("kind", "id", "operation", "case", "clause", "strength", "provenance", "verdict")
    }
    assert (shown, line["violations"], line["exchanges"]) == (
        {
            "kind": "verdict",
            "id": "getActiveProject/by-bearer/envelope.message-is-text",
            "operation": "getActiveProject",
            "case": "by-bearer",
            "clause": "envelope.message-is-text",
            "strength": "must",
            "provenance": "documented",
            "verdict": "violated",
        },
        [{"at": "$.message", "received": "7"}],
        ["getActiveProject/by-bearer"],
    )


@pytest.mark.parametrize("text", ["\ud800", "ä\u2028\u0085\n", "\x00\x7f"], ids=["surrogate", "line-ends", "controls"])
def test_line_is_one_line_of_ascii(text: str) -> None:
    line = written(verdict_line(violated(A_MUST, Violation(text, text))))
    assert (line.isascii(), line.count("\n"), line.splitlines() == [line[:-1]]) == (True, 1, True)


def test_exchange_line_holds_the_evidence() -> None:
    line = exchange_line(evidence_of(exchange(), Secrets()))
    assert (line["kind"], line["id"], line["body"]) == ("exchange", "getActiveProject/by-bearer", '{"message": 7}')


def test_footer_holds_the_decision_and_what_it_cost() -> None:
    decision = findings().decision
    expected = {
        "kind": "footer",
        "decision": "ACCEPTED",
        "exit_status": 0,
        "reason": "",
        "pairs": decision.counts(),
        "clauses": decision.clauses,
        "requests": 30,
        "generated_requests": 12,
        "seconds": 1.23,
    }
    assert footer_line(decision, 30, 12, 1.2345) == expected


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


class Page(HTMLParser):
    """The tags, anchors and references of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.attributes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given: Mapping[str, str | None] = dict(attrs)
        self.attributes += given
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.references += [value or "" for name, value in attrs if name in ("href", "src")]


HOSTILE_EXCHANGE = exchange(
    f'{{"x": "{SCRIPT}"}}'.encode() + b"x" * BODY_SHOWN_BYTES,
    reason=SCRIPT,
    headers=((SCRIPT, SCRIPT),),
    body_trouble=SCRIPT,
)
EVERYTHING = findings(
    [
        violated(A_MUST, *(Violation(f"$.{SCRIPT}", SCRIPT) for _ in range(7))),
        judged(A_SHOULD, Verdict.UNEXERCISED, reason=SCRIPT, below="envelope.message-is-text"),
        violated("by-bearer/body.project-data-status-is-active", Violation("$", SCRIPT)),
        judged("by-api-key/status.is-200", Verdict.WAIVED, Violation("status", SCRIPT), reason=SCRIPT),
        judged("no-credential/status.is-401", Verdict.BLOCKED, reason=SCRIPT),
        judged("internal-error/status.is-500", Verdict.UNEXERCISED, reason=SCRIPT, remedy=SCRIPT),
        violated("unknown-query/answer.is-unchanged", Violation(SCRIPT, SCRIPT)),
    ],
    [HOSTILE_EXCHANGE, exchange(name="by-api-key", status=0, reason=SCRIPT)],
    waiver_problems=[f"waiver {SCRIPT}"],
)
RUNS = {
    "everything": EVERYTHING,
    "accepted": findings(exchanges=[exchange()]),
    "narrowed": findings(only=[A_MUST]),
    "nothing-allowed": findings(occasion=replace(OCCASION, settings=replace(SETTINGS, allow=frozenset()))),
    "reference": findings(occasion=replace(OCCASION, settings=replace(SETTINGS, is_reference=True))),
}


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
