"""A run is told in words: the line it ends with, its letters, what changed, and the exchange behind a case."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.model import Verdict, Violation
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import change_lines, exchange_text, last_line, letter, printed, verdict_text
from tests.unit.found import A_MUST, A_SHOULD, OCCASION, PROMISES, exchange, findings, judged, violated

# The last line

LAST_LINES: dict[str, tuple[Findings, str]] = {
    "accepted": (findings(), "ACCEPTED  4 of 4 documented pairs upheld  30 requests in 1.2 s"),
    "accepted-with-a-pair-out-of-reach": (
        findings(
            [
                judged(name, Verdict.NOT_TESTED, reason="no states URL", by_settings=True)
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


# Changes

A_SHOULD_ID, A_MUST_ID = f"getActiveProject/{A_SHOULD}", f"getActiveProject/{A_MUST}"
ALL_UPHELD: Mapping[str, Verdict | None] = {f"getActiveProject/{name}": Verdict.UPHELD for name in PROMISES}


def compared(before: Mapping[str, Verdict | None], *now: tuple[str, Verdict]) -> Findings:
    occasion = replace(OCCASION, baseline=Baseline("last night", {**ALL_UPHELD, **before}))
    return findings([judged(name, verdict, reason="why") for name, verdict in now], occasion=occasion)


SINCE: dict[str, tuple[Findings, str]] = {
    "nothing-changed": (
        compared({}),
        "ACCEPTED  4 of 4 documented pairs upheld  30 requests in 1.2 s  since last night: nothing changed",
    ),
    "newly-violated-and-fixed": (
        compared({A_SHOULD_ID: Verdict.VIOLATED}, (A_MUST, Verdict.VIOLATED)),
        "REJECTED  3 of 4 documented pairs upheld, 1 violated: getActiveProject 200  30 requests in 1.2 s"
        "  since last night: 1 newly violated, 1 fixed",
    ),
    "violated-as-before": (
        compared({A_MUST_ID: Verdict.VIOLATED}, (A_MUST, Verdict.VIOLATED)),
        "ACCEPTED WITH REMARKS  3 of 4 documented pairs upheld, 1 violated: getActiveProject 200  30 requests in 1.2 s"
        "  since last night: 1 violated as before",
    ),
    "no-longer-exercised": (
        compared({}, (A_MUST, Verdict.NOT_TESTED)),
        "INCONCLUSIVE  3 of 4 documented pairs upheld, 1 not asked (why)  30 requests in 1.2 s"
        f"  since last night: 1 no longer exercised: 1 clause no longer exercised: {A_MUST_ID} (why)",
    ),
    "gone": (
        compared({"x/y/z": Verdict.UPHELD}),
        "INCONCLUSIVE  4 of 4 documented pairs upheld  30 requests in 1.2 s"
        "  since last night: 1 no longer exercised: 1 clause no longer exercised: x/y/z"
        " (the contract has them no longer)",
    ),
}


@pytest.mark.parametrize(("found", "expected"), SINCE.values(), ids=SINCE)
def test_compared_run_ends_with_what_changed(found: Findings, expected: str) -> None:
    assert last_line(found.decision, found.requests, found.seconds) == expected


def test_each_change_has_a_line() -> None:
    found = compared(
        {A_SHOULD_ID: Verdict.WAIVED, "x/y/z": Verdict.UPHELD},
        (A_MUST, Verdict.VIOLATED),
        ("by-bearer/status.is-200", Verdict.BLOCKED),
    )
    assert change_lines(found.decision.changes, found.judgements) == [
        f"newly violated       {A_MUST_ID}",
        f"fixed                {A_SHOULD_ID}",
        "no longer exercised  getActiveProject/by-bearer/status.is-200 (why)",
        "no longer exercised  x/y/z (the contract has it no longer)",
    ]


def test_long_list_of_changes_is_cut_with_its_length_told() -> None:
    found = compared({}, *((name, Verdict.VIOLATED) for name in list(PROMISES)[:23]))
    lines = change_lines(found.decision.changes, found.judgements)
    told = "newly violated       and 3 more, see changes in the last line of verdicts.jsonl"
    assert (len(lines), lines[-1]) == (21, told)


def test_new_clause_tells_when_it_is_violated() -> None:
    occasion = replace(OCCASION, baseline=Baseline("then", {}))
    found = findings([violated(A_MUST)], only=[A_MUST, A_SHOULD], occasion=occasion)
    assert change_lines(found.decision.changes, found.judgements) == [
        f"new                  {A_MUST_ID}, violated",
        f"new                  {A_SHOULD_ID}",
    ]


def test_run_that_was_not_compared_tells_no_change() -> None:
    found = findings()
    assert change_lines(found.decision.changes, found.judgements) == []


# Exchanges


def test_exchange_is_told_as_it_went_over_the_wire() -> None:
    evidence = evidence_of(exchange(), Secrets())
    assert exchange_text(evidence).split("\n\n") == [
        "GET https://api.example/user\nauthorization: Bearer $TALKSTACK_TOKEN",
        "200 OK  12.3 ms\nserver: x",
        '{"message": 7}',
        f"repeat  {evidence.curl}",
    ]


def test_exchange_without_an_answer_says_so() -> None:
    evidence = evidence_of(exchange(b"", status=0, reason="late", headers=()), Secrets())
    assert "\n\nno answer late  12.3 ms\n\nrepeat  curl" in exchange_text(evidence)


def test_verdict_is_told_on_a_line() -> None:
    given = judged("no-credential/status.is-401", Verdict.NOT_TESTED, reason="not allowed")
    told = "○ not asked  status.is-401: a missing or wrong credential is answered 401 (not allowed)"
    assert verdict_text(given) == told


# Nothing that a provider says acts

ACTING = {
    "escape": ("a\x1b[2Jb", "a\\x1b[2Jb"),
    "bell": ("\x07", "\\x07"),
    "carriage-return": ("good\rbad", "good\\x0dbad"),
    "control-of-eight-bits": ("\x9b31m", "\\x9b31m"),
    "bidirectional-override": ("\u202eevil", "\\u202eevil"),
    "isolate": ("\u2066x\u2069", "\\u2066x\\u2069"),
    "line-separator": ("a\u2028b", "a\\u2028b"),
    "lone-surrogate": ("\ud800", "\\ud800"),
    "github": ("::error::x", ": :error::x"),
    "github-in-a-line": ("a\n  ::set-output name=a::b", "a\n  : :set-output name=a::b"),
    "github-of-old": ("x ##[error]y", "x # #[error]y"),
    "azure": ("x ##vso[task.complete]", "x # #vso[task.complete]"),
    "teamcity": ("##teamcity[x]", "# #teamcity[x]"),
    "time": ("at 10::20", "at 10::20"),
    "words": ("Größe 中文 ✓ …\nnext", "Größe 中文 ✓ …\nnext"),
}


@pytest.mark.parametrize(("text", "expected"), ACTING.values(), ids=ACTING)
def test_text_does_nothing_but_show(text: str, expected: str) -> None:
    assert printed(text) == expected


@given(st.text(alphabet=st.characters()))
def test_no_text_acts(text: str) -> None:
    shown = printed(text)
    commands = [line for line in shown.split("\n") if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)]
    assert (commands, [letter for letter in shown if not letter.isprintable() and letter != "\n"]) == ([], [])


@given(st.text(alphabet="#:[ v\nso\u2028\x1b"))
def test_no_text_of_what_commands_are_made_of_acts(text: str) -> None:
    shown = printed(text)
    assert [line for line in shown.split("\n") if line.lstrip().startswith("::") or re.search(r"##\w*\[", line)] == []


def test_printed_text_is_printed_again_as_it_is() -> None:
    assert [text for _, text in ACTING.values() if printed(text) != text] == []
