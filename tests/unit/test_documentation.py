"""Pages given with a run become plain values: what differs, which clauses it is about, what a letter says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from talkstack_contract.documentation import read_documentation
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Judgement, Provenance, RequirementLevel, Source, Verdict, Violation
from talkstack_contract.reports.drift import drift_of
from talkstack_contract.results.documentation import Documentation, Standing, documentation_of, entry_of, with_docs
from talkstack_contract.results.history import History, Night
from talkstack_contract.results.records import header_line, judgement_of_line, run_header_of_line, verdict_line, written
from tests.runs.pages import forbidden, page_text
from tests.unit.found import CONFIGURATION
from tests.unit.small_contract import small_contract

AS_IT_IS = page_text()
OPERATION = "getActiveProject"
STARTED = CONFIGURATION.run_header.started


def documentation(folder: Path, **texts: str) -> Documentation:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return read_documentation([Path(f"{name}.txt") for name in texts], folder, small_contract())


def judgement(name: str, received: str = "", provenance: Provenance = Provenance.DOCUMENTED) -> Judgement:
    case, _, clause = name.partition("/")
    source = Source("A page", "https://docs.example.test/a", "Response")
    level, found = RequirementLevel.MUST, (Violation("$", received),)
    return Judgement(OPERATION, case, clause, "A claim", level, provenance, 200, Verdict.VIOLATED, source, found)


def said(docs: Documentation | None, name: str, received: str = "", *nights: Night, **more: Provenance) -> str:
    return with_docs(judgement(name, received, **more), docs, STARTED, nights).docs


def without(pattern: str) -> Callable[[str], str]:
    return lambda text: re.sub(pattern, "", text, flags=re.MULTILINE)


CHANGES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "error-status": (forbidden, "no-active-project/status.is-404", "error status 404 is removed"),
    "new-status": (
        lambda text: text.replace("  • 500", "  • 403 Forbidden: Not yours.\n\n  • 500"),
        "no-credential/status.is-401",
        "error status 403 is added",
    ),
    "method": (lambda text: text.replace("Method: GET", "Method: POST"), "by-bearer/body.is-strict-json", "method is "),
    "path": (lambda text: text.replace("/user/", "/people/"), "by-bearer/status.is-200", "path is "),
    "host": (lambda text: re.sub(r"https://[\w.]+", "https://a.example", text), "by-bearer/status.is-200", "host is "),
    "credential": (without(" or x-api-key.*"), "by-api-key/status.is-200", "credential is “bearer”"),
    "field-gone": (
        without(r'^ *"description".*\n'),
        "by-bearer/body.project-data-description-is-text",
        "response field projectData.description is removed",
    ),
    "object-gone": (
        lambda text: re.sub(r'(?s),\s*"projectData": \{.*?\}', "", text),
        "by-bearer/body.project-data-name-is-text",
        "response field projectData is removed",
    ),
    "type": (
        lambda text: re.sub(r'"id": "[^"]*"', '"id": 7', text),
        "by-bearer/body.project-data-id-is-text",
        "type response projectData.id is “integer”, in the contract “string”",
    ),
    "literal": (
        lambda text: re.sub(r'"message": "[^"]*"', '"message": "Here."', text),
        "by-bearer/envelope.message-is-as-printed",
        "response example message is “Here.”",
    ),
    "field-new": (
        lambda text: text.replace('"message":', '"colour": "red",\n    "message":'),
        "by-bearer/body.holds-nothing-undocumented",
        "response field colour is added",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_letter_names_the_change_of_the_page_that_its_clause_is_about(name: str, tmp_path: Path) -> None:
    change, clause, words = CHANGES[name]
    docs = documentation(tmp_path, page=change(AS_IT_IS))
    received = "403 Forbidden" if name == "new-status" else "colour"
    assert said(docs, clause, received).startswith(f"the page changed by {STARTED:%Y-%m-%d}: {words}")
    assert [each.standing for each in docs.operations] == [Standing.CHANGED]


def test_change_of_a_text_is_no_change_of_its_type(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=CHANGES["literal"][0](AS_IT_IS))
    assert said(docs, "by-bearer/envelope.message-is-text") == "the page still promises this"


def test_new_status_excuses_only_what_received_it(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=CHANGES["new-status"][0](AS_IT_IS))
    assert said(docs, "no-credential/status.is-401", "418 I'm a teapot") == "the page still promises this"


def test_page_that_contradicts_itself_is_named(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=re.sub("401 [A-Z][a-z]+", "401 Not Found", AS_IT_IS))
    words = "the page contradicts itself: reason phrase contradicts the code: 401 Not Found: 401 is Unauthorized"
    changed = [each.said for each in docs.operations[0].of(Standing.CHANGED)]
    assert changed == ["error status 401 is “Not Found”, in the contract “Unauthorized”"]
    docs = replace(docs, operations=(replace(docs.operations[0], differences=docs.operations[0].differences[1:]),))
    assert said(docs, "no-credential/status.is-401").startswith(words)


def test_copies_that_contradict_each_other_are_both_named(tmp_path: Path) -> None:
    docs = documentation(tmp_path, one=AS_IT_IS, two=AS_IT_IS.replace("Bearer", "Basic").replace("bearer", "basic"))
    words = said(docs, "by-bearer/status.is-200")
    assert words.startswith("the page contradicts itself: credential is “")
    assert "(one.txt:" in words
    assert "two.txt:" in words


def test_cut_copy_promises_nothing_and_takes_nothing_back(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=AS_IT_IS[: AS_IT_IS.index("Troubleshooting")])
    assert said(docs, "no-active-project/status.is-404").startswith("the copy of the page is cut: error status 404")
    assert docs.operations[0].standing is Standing.CUT


@pytest.mark.parametrize("provenance", [Provenance.ASSUMED, Provenance.OURS, Provenance.STANDARD, Provenance.PRACTICE])
def test_what_no_page_promises_no_page_promises_still(provenance: Provenance, tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=AS_IT_IS)
    assert said(docs, "by-bearer/body.is-strict-json", provenance=provenance) == ""


def test_nothing_is_said_where_no_page_of_the_operation_was_given(tmp_path: Path) -> None:
    docs = documentation(tmp_path, letter="Dear reader,\n\nall is well.\n")
    assert said(docs, "by-bearer/status.is-200") == ""
    assert docs.counts == {Standing.NOT_FOUND: 1}
    assert said(None, "by-bearer/status.is-200") == ""


@pytest.mark.parametrize("verdict", [Verdict.UPHELD, Verdict.BLOCKED, Verdict.NOT_TESTED])
def test_only_broken_promises_are_held_against_the_page(verdict: Verdict, tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=AS_IT_IS)
    given = replace(judgement("by-bearer/status.is-200"), verdict=verdict)
    assert with_docs(given, docs, STARTED, ()) == given


def _night(days: int, *changes: str) -> Night:
    return Night(STARTED - timedelta(days=days), "ACCEPTED", {}, None, docs=changes)


def test_day_of_a_change_is_the_first_night_of_a_row_that_shows_it(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=forbidden(AS_IT_IS))
    changes = docs.changes
    without_docs = Night(STARTED - timedelta(days=1), "ACCEPTED", {}, None)
    rows: tuple[list[Night], ...] = (
        [_night(2), _night(1)],
        [_night(3), _night(2, *changes), without_docs],
        [_night(4, *changes)],
        [],
    )
    days = [said(docs, "no-active-project/status.is-404", "", *nights).partition(":")[0] for nights in rows]
    today, two, four = (f"{STARTED - timedelta(days=number):%Y-%m-%d}" for number in (0, 2, 4))
    assert days == [f"the page changed {word}" for word in (f"on {today}", f"on {two}", f"by {four}", f"by {today}")]


def test_record_keeps_what_the_docs_say(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=forbidden(AS_IT_IS))
    run_header = replace(CONFIGURATION.run_header, docs=docs, history=History((_night(1, "a"), _night(2))))
    assert documentation_of(entry_of(docs)) == docs
    assert run_header_of_line(json.loads(written(header_line(run_header)))) == run_header


def test_verdict_line_holds_what_the_page_says_only_where_it_says_something() -> None:
    given = judgement("by-bearer/status.is-200")
    line = verdict_line(replace(given, docs="the page still promises this"))
    assert judgement_of_line(line).docs == line["docs"] == "the page still promises this"
    assert "docs" not in verdict_line(given)


def test_record_of_a_run_without_docs_has_no_word_of_them() -> None:
    assert "docs" not in header_line(CONFIGURATION.run_header)


def test_drift_of_docs_names_what_is_new_and_what_is_gone(tmp_path: Path) -> None:
    docs = documentation(tmp_path, page=CHANGES["literal"][0](AS_IT_IS))
    run_header = replace(CONFIGURATION.run_header, docs=docs, history=History((_night(1, "x: gone"),)))
    drift = drift_of(run_header, [judgement("by-bearer/status.is-200")])
    assert drift
    assert drift.docs.endswith("; 1 new since the night before; no longer: x: gone")
    assert drift.api == "1 clause violated: 1 where the page still promises it"


def test_names_are_those_below_the_folder_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.txt").write_text(AS_IT_IS, encoding="utf-8")
    docs = read_documentation([Path("pages")], tmp_path, small_contract())
    assert [(page.name, page.operations, page.is_whole) for page in docs.pages] == [("pages/a.txt", (OPERATION,), True)]


@pytest.mark.parametrize("name", ["nowhere.txt", "bytes.txt", "empty"])
def test_pages_that_cannot_be_read_are_bad_input(name: str, tmp_path: Path) -> None:
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=name):
        read_documentation([Path(name)], tmp_path, small_contract())
