"""What a run prints: its last line, its letters, what changed, and the exchange behind a case."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.model import Judgement, Verdict, Violation
from talkstack_contract.provider.evidence import evidence_of
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.reports.findings import Findings
from talkstack_contract.reports.terminal import (
    case_letter,
    change_lines,
    exchange_text,
    last_line,
    letter,
    printed,
    verdict_text,
)
from tests.unit.found import A_MUST, A_SHOULD, CONFIGURATION, PROMISES, exchange, findings, judged, violated

# The last line

LAST_LINES: dict[str, tuple[Findings, str]] = {
    "accepted": (findings(), "ACCEPTED  4 of 4 documented responses upheld  30 requests in 1.2 s"),
    "accepted-with-a-pair-out-of-reach": (
        findings(
            [
                judged(name, Verdict.NOT_TESTED, reason="no states URL", by_settings=True)
                for name in PROMISES
                if name.startswith("internal-error/")
            ]
        ),
        "ACCEPTED  3 of 4 documented responses upheld, 1 not tested (no states URL)  30 requests in 1.2 s",
    ),
    "with-remarks": (
        findings([violated(A_SHOULD)]),
        "ACCEPTED WITH REMARKS  4 of 4 documented responses upheld, 1 remark  30 requests in 1.2 s",
    ),
    "rejected": (
        findings([violated(A_MUST)]),
        "REJECTED  3 of 4 documented responses upheld, 1 violated: getActiveProject 200  30 requests in 1.2 s",
    ),
    "rejected-for-a-waiver": (
        findings(waiver_problems=["waiver 'x' has expired"]),
        "REJECTED  4 of 4 documented responses upheld  30 requests in 1.2 s: waiver 'x' has expired",
    ),
    "inconclusive": (
        findings([judged(A_MUST, Verdict.BLOCKED, reason="dead")]),
        "INCONCLUSIVE  3 of 4 documented responses upheld, 1 blocked  30 requests in 1.2 s: 1 clauses blocked: dead",
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
        "  repeat    curl -i -H \"Authorization: Bearer $TALKSTACK_TOKEN\" 'https://api.example/user'"
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
        ["  interpretation error-body, which report.html explains", "  waived    T-1"],
    )


# The letter of a case

CASE = [name for name in PROMISES if name.startswith("by-bearer/")]


def told_of(*others: Judgement) -> list[str]:
    """Return the lines of the letter of a case in which all but `others` is upheld."""
    made = {each.id: each for each in [*map(judged, CASE), *others]}
    evidence = evidence_of(exchange(), Secrets())
    return case_letter(list(made.values()), {evidence.id: evidence}).split("\n")


def test_case_names_each_violated_clause_and_counts_the_rest() -> None:
    lines = told_of(violated(A_SHOULD), violated(A_MUST), violated("by-bearer/status.is-200"))
    heads = [line.split()[1] for line in lines if line.startswith("getActiveProject/by-bearer: ")]
    named = ["status.is-200", A_MUST.partition("/")[2], A_SHOULD.partition("/")[2]]
    assert (heads, lines[-1]) == (named, f"and {len(CASE) - 3} upheld")


def test_case_says_once_how_to_repeat_its_request() -> None:
    lines = told_of(violated(A_SHOULD), violated(A_MUST))
    assert [line.split()[0] for line in lines[:-1]] == [
        *("getActiveProject/by-bearer:", "promised", "received"),
        *("getActiveProject/by-bearer:", "promised", "received", "repeat"),
    ]


def test_clauses_of_two_exchanges_say_how_to_repeat_each() -> None:
    other = replace(violated(A_SHOULD), exchanges=("getActiveProject/by-bearer/2",))
    evidence = evidence_of(exchange(), Secrets())
    exchanges = {evidence.id: evidence, other.exchanges[0]: replace(evidence, curl="curl 2")}
    lines = case_letter([violated(A_MUST), other], exchanges).split("\n")
    assert [line for line in lines if "repeat" in line] == [f"  repeat    {evidence.curl}", "  repeat    curl 2"]


def test_case_tells_what_is_waived_after_what_is_violated() -> None:
    lines = told_of(judged(A_MUST, Verdict.WAIVED, reason="T-1"), violated(A_SHOULD))
    assert [line.split()[2] for line in lines if line.startswith("getActiveProject/")] == ["violated", "waived"]


def test_case_tells_a_reason_why_clauses_are_blocked_once() -> None:
    dead = [judged(name, Verdict.BLOCKED, reason="dead") for name in CASE[:4]]
    late, names = CASE[5], [name.partition("/")[2] for name in CASE]
    lines = told_of(*dead, judged(late, Verdict.BLOCKED, reason="late"), violated(CASE[-1]))
    assert lines[-3:] == [
        f"blocked: dead ({', '.join(names[:3])} and 1 more)",
        f"blocked: late ({names[5]})",
        f"and {len(CASE) - 6} upheld",
    ]


def test_case_that_is_blocked_whole_has_one_line() -> None:
    lines = told_of(*(judged(name, Verdict.BLOCKED, reason="dead") for name in CASE))
    names = ", ".join(name.partition("/")[2] for name in CASE[:3])
    assert lines == [f"blocked: dead ({names} and {len(CASE) - 3} more)"]


def test_case_that_is_not_tested_says_why_once() -> None:
    left = [judged(name, Verdict.NOT_TESTED, reason="no account", remedy="name one") for name in CASE]
    assert told_of(*left) == ["not tested: no account; to enable it: name one"]


def test_case_counts_what_is_not_tested_with_the_rest() -> None:
    lines = told_of(violated(A_MUST), judged(A_SHOULD, Verdict.NOT_TESTED, reason="below"))
    assert lines[-1] == f"and {len(CASE) - 2} upheld, 1 not tested"


def test_letter_of_a_case_only_shows() -> None:
    assert "\\x1b[2J" in "\n".join(told_of(violated(A_MUST, Violation("$", "\x1b[2J"))))


# Changes

A_SHOULD_ID, A_MUST_ID = f"getActiveProject/{A_SHOULD}", f"getActiveProject/{A_MUST}"
ALL_UPHELD: Mapping[str, Verdict | None] = {f"getActiveProject/{name}": Verdict.UPHELD for name in PROMISES}


def compared(before: Mapping[str, Verdict | None], *now: tuple[str, Verdict]) -> Findings:
    configuration = replace(CONFIGURATION, baseline=Baseline("last night", {**ALL_UPHELD, **before}))
    return findings([judged(name, verdict, reason="why") for name, verdict in now], configuration=configuration)


SINCE: dict[str, tuple[Findings, str]] = {
    "nothing-changed": (
        compared({}),
        "ACCEPTED  4 of 4 documented responses upheld  30 requests in 1.2 s  since last night: nothing changed",
    ),
    "newly-violated-and-fixed": (
        compared({A_SHOULD_ID: Verdict.VIOLATED}, (A_MUST, Verdict.VIOLATED)),
        "REJECTED  3 of 4 documented responses upheld, 1 violated: getActiveProject 200  30 requests in 1.2 s"
        "  since last night: 1 newly violated, 1 fixed",
    ),
    "violated-as-before": (
        compared({A_MUST_ID: Verdict.VIOLATED}, (A_MUST, Verdict.VIOLATED)),
        "ACCEPTED WITH REMARKS  3 of 4 documented responses upheld, 1 violated: getActiveProject 200"
        "  30 requests in 1.2 s"
        "  since last night: 1 violated as before",
    ),
    "no-longer-exercised": (
        compared({}, (A_MUST, Verdict.NOT_TESTED)),
        "INCONCLUSIVE  3 of 4 documented responses upheld, 1 not tested (why)  30 requests in 1.2 s"
        f"  since last night: 1 no longer tested: 1 clause no longer tested: {A_MUST_ID} (why)",
    ),
    "gone": (
        compared({"x/y/z": Verdict.UPHELD}),
        "INCONCLUSIVE  4 of 4 documented responses upheld  30 requests in 1.2 s"
        "  since last night: 1 no longer tested: 1 clause no longer tested: x/y/z"
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
        f"newly violated    {A_MUST_ID}",
        f"fixed             {A_SHOULD_ID}",
        "no longer tested  getActiveProject/by-bearer/status.is-200 (why)",
        "no longer tested  x/y/z (the contract has it no longer)",
    ]


def test_long_list_of_changes_is_cut_with_its_length_told() -> None:
    found = compared({}, *((name, Verdict.VIOLATED) for name in list(PROMISES)[:23]))
    lines = change_lines(found.decision.changes, found.judgements)
    told = "newly violated    and 3 more, see changes in the last line of verdicts.jsonl"
    assert (len(lines), lines[-1]) == (21, told)


def test_new_clause_tells_when_it_is_violated() -> None:
    configuration = replace(CONFIGURATION, baseline=Baseline("then", {}))
    found = findings([violated(A_MUST)], only=[A_MUST, A_SHOULD], configuration=configuration)
    assert change_lines(found.decision.changes, found.judgements) == [
        f"new               {A_MUST_ID}, violated",
        f"new               {A_SHOULD_ID}",
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
    told = "○ not tested  status.is-401: a missing or wrong credential is answered 401 (not allowed)"
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
