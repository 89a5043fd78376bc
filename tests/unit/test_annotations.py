"""A violation is annotated where the contract promises otherwise, and nothing that is said begins another command."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from talkstack_contract.contract.response_lines import FileLine, response_lines
from talkstack_contract.model import Judgement, Verdict, Violation
from talkstack_contract.reports.annotations import MESSAGE_CHARACTERS, SHOWN, annotations
from tests.unit.found import A_MUST, A_SHOULD, PROMISES, RUNS, findings, judged, violated

LINES = {
    ("getActiveProject", None): FileLine("paths/user.yaml", 2),
    ("getActiveProject", 200): FileLine("paths/user.yaml", 20),
}
COMMAND = re.compile(r"::error (?:file=[^:,\s]+,line=\d+,)?title=[^:,\n\r]+::[^\n\r]+")


def made(*judgements: Judgement, folder: str = "schemas") -> list[str]:
    return annotations(findings(judgements), LINES, folder)


def test_violation_is_told_beside_its_response() -> None:
    expected = (
        "::error file=schemas/paths/user.yaml,line=20,title=getActiveProject/by-bearer/envelope.message-is-text::"
        "getActiveProject/by-bearer: envelope.message-is-text violated at $.message%0A"
        "  promised  message is text (must, documented; User › Get active Project › Success Response, “200 OK”; "
        "read 2026-11-02)%0A  received  7"
    )
    assert made(violated(A_MUST)) == [expected]


def test_violation_of_no_documented_status_is_told_beside_its_operation() -> None:
    [line] = made(violated("generated/answer.keeps-the-contract"))
    assert line.startswith("::error file=schemas/paths/user.yaml,line=2,")


def test_violation_of_a_response_that_no_line_is_known_of_is_told_beside_its_operation() -> None:
    [line] = made(violated("wrong-token/status.is-401"))
    assert line.startswith("::error file=schemas/paths/user.yaml,line=2,")


def test_contract_outside_the_repository_has_no_place() -> None:
    [line] = made(violated(A_MUST), folder="")
    assert line.startswith("::error title=getActiveProject/by-bearer/envelope.message-is-text::")


SILENT = {
    "upheld": judged(A_MUST),
    "below-what-rejects": violated(A_SHOULD),
    "waived": judged(A_MUST, Verdict.WAIVED),
    "blocked": judged(A_MUST, Verdict.BLOCKED),
    "not-tested": judged(A_MUST, Verdict.NOT_TESTED),
}


@pytest.mark.parametrize("judgement", SILENT.values(), ids=SILENT)
def test_what_does_not_fail_the_run_is_no_error(judgement: Judgement) -> None:
    assert made(judgement) == []


def test_clauses_that_are_violated_alike_are_one_annotation() -> None:
    alike = [violated(name, Violation("$", "7")) for name in PROMISES if name.endswith("/status.is-401")]
    [line] = made(*alike)
    assert line.endswith(f"%0A  and {len(alike) - 1} more like it")


@pytest.mark.parametrize(("count", "last"), [(SHOWN, ""), (SHOWN + 1, "and 2 more"), (SHOWN + 20, "and 21 more")])
def test_no_more_are_told_than_github_shows(count: int, last: str) -> None:
    names = list(PROMISES)[:count]
    many = [replace(violated(name, Violation("$", name)), level=judged(A_MUST).level) for name in names]
    told = made(*many)
    expected = f"::error title=contract::{last} violated clauses, see report.html" if last else told[-1]
    assert (len(told), told[-1]) == (SHOWN, expected)


HOSTILE = {
    "line-ends": "a\n::set-env name=x::y\r\n::stop-commands::z",
    "command-of-azure": "##vso[task.setvariable variable=x]y ##[error]z",
    "escapes": "%0A::error::x %25 %",
    "control-characters": "\x1b[31m\x00\u2028::error::x\u2029\x85::error::y\x0b\x0c",
    "lone-surrogates": "\ud800::error::x",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_begins_another_command(text: str) -> None:
    [line] = made(violated(A_MUST, Violation(text, text)))
    assert COMMAND.fullmatch(line)
    assert [part for part in line.splitlines()[1:] if part] == []
    assert "##vso[" not in line and "##[" not in line


def test_percent_is_escaped() -> None:
    [line] = made(violated(A_MUST, Violation("$", "100%0A")))
    assert line.endswith("  received  100%250A")


def test_sign_of_a_property_is_escaped() -> None:
    odd = FileLine("paths/a,b:c%.yaml", 3)
    [line] = annotations(findings([violated(A_MUST)]), {("getActiveProject", 200): odd}, "my, schemas")
    assert line.startswith("::error file=my%2C schemas/paths/a%2Cb%3Ac%25.yaml,line=3,title=")


def test_long_message_is_clipped() -> None:
    [line] = made(violated(A_MUST, Violation("$", "x" * 5000)))
    assert (len(line) < MESSAGE_CHARACTERS + 300, line.endswith("x…")) == (True, True)


@pytest.mark.parametrize("found", RUNS.values(), ids=RUNS)
def test_annotations_of_any_run_are_commands(found: object) -> None:
    told = annotations(found, LINES, "schemas")  # type: ignore[arg-type]  # a table of findings
    assert [line for line in told if not COMMAND.fullmatch(line)] == []


# Where the responses stand

OPENAPI = """\
openapi: 3.1.0
paths:
  /a/{id}:
    $ref: paths/a.yaml#/~1a~1%7Bid%7D
  /b:
    parameters: []
    get:
      operationId: getB
      responses:
        "200": {}
        default: {}
        4XX: {}
"""
A = """\
# a comment
/a/{id}:
  post:
    operationId: makeA
    responses:
      "200":
        description: x
      400: {$ref: "#/x"}
"""
FOUND = {
    ("makeA", None): FileLine("paths/a.yaml", 3),
    ("makeA", 200): FileLine("paths/a.yaml", 6),
    ("makeA", 400): FileLine("paths/a.yaml", 8),
    ("getB", None): FileLine("openapi.yaml", 7),
    ("getB", 200): FileLine("openapi.yaml", 10),
}


def test_response_is_found_in_the_file_that_describes_it(tmp_path: Path) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "openapi.yaml").write_text(OPENAPI)
    (tmp_path / "paths" / "a.yaml").write_text(A)
    assert response_lines(tmp_path) == FOUND


UNREADABLE = {
    "gone": None,
    "no-yaml": "paths: [",
    "no-mapping": "- a",
    "reference-that-leads-nowhere": 'paths: {/a: {$ref: "paths/none.yaml#/x"}}',
    "key-that-is-not-there": 'paths: {/a: {$ref: "#/b/c"}}',
    "circle": 'paths: {/a: {$ref: "#/paths/~1a"}}',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_files_that_cannot_be_read_give_no_lines(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "openapi.yaml").write_text(text)
    assert response_lines(tmp_path) == {}


def test_each_documented_response_of_the_contract_is_found() -> None:
    folder = Path(__file__).parents[2] / "schemas"
    wrong = [
        (name, status, place)
        for (name, status), place in response_lines(folder).items()
        if status
        and f'"{status}":' not in (folder / place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
    ]
    assert (wrong, sum(status is not None for _, status in response_lines(folder)) >= 115) == ([], True)
