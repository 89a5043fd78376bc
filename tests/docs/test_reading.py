"""What holds for any page: the command, the account of its lines, and places that survive every form of line end."""

import json
from pathlib import Path

import pytest

from talkstack_contract.docs.cli import main
from talkstack_contract.docs.facts import FactKind, How
from talkstack_contract.docs.json_text import ReadBody, read_body
from talkstack_contract.docs.reading import read_facts
from tests.docs.greenhouse import PAGES
from tests.docs.renderings import rendered

GET_BED = next(page for page in PAGES if page.title == "Get Bed")


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    path = tmp_path / "get-bed.txt"
    path.write_text(rendered(GET_BED, "text-nav"), encoding="utf-8")
    return path


def test_page_with_navigation_leaves_nothing_but_navigation(page_file: Path) -> None:
    roles = {each.role for each in read_facts(page_file.read_text(encoding="utf-8"), "page").account}
    assert roles == {
        "navigation", "title", "description", "heading", "request line", "field", "note", "status", "label", "example",
        "page meta",
    }  # fmt: skip


def test_command_prints_each_fact_with_its_place_and_the_defects(
    page_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["read", str(page_file)])
    shown = capsys.readouterr().out
    number = page_file.read_text(encoding="utf-8").split("\n").index("  \u2022 Method: GET") + 1
    assert status == 0
    assert f"{number}:13  method: GET  [printed]" in shown
    assert "reason phrase contradicts the code: 404 Bad Request: 404 is Not Found" in shown
    assert "not understood: nothing" in shown


def test_json_holds_the_same_facts(page_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["read", "--json", str(page_file)])
    [page] = json.loads(capsys.readouterr().out)["pages"]
    read = read_facts(page_file.read_text(encoding="utf-8"), "page")
    assert page["facts"] == [fact.as_json() for fact in read.facts]
    assert (page["generator"], page["rendering"], page["end_was_seen"]) == ("gitbook", "text-nav", True)


def test_page_without_an_operation_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader,\nall is well.\n", encoding="utf-8")
    assert main(["read", str(tmp_path)]) == 6
    assert "not understood  2:1  all is well." in capsys.readouterr().out


def test_missing_page_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", "nowhere/page.md"]) == 4
    assert "nowhere/page.md" in capsys.readouterr().err


@pytest.mark.parametrize("rendering", ["text", "squeezed", "glued", "dash", "flat", "md"])
@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_change_no_fact_and_no_place(rendering: str, ending: str) -> None:
    text = rendered(GET_BED, rendering)
    assert read_facts(text.replace("\n", ending), "page").facts == read_facts(text, "page").facts


def test_line_that_no_rule_knows_is_listed() -> None:
    text = rendered(GET_BED, "text").replace("Step 2:", "Step 2: Rate Limits\n\nTen a minute.\n\nStep 2:")
    read = read_facts(text, "page")
    assert [each.text for each in read.not_understood] == ["Step 2: Rate Limits", "Ten a minute."]


def test_word_that_is_no_method_is_not_guessed() -> None:
    read = read_facts(rendered(GET_BED, "text").replace("Method: GET", "Method: FETCH"), "page")
    method = next(fact for fact in read.facts if fact.kind is FactKind.METHOD)
    assert (method.how, method.value) == (How.NOT_FOUND, None)
    assert [each.text for each in read.not_understood] == ["Method: FETCH"]


@pytest.mark.parametrize(
    ("text", "slips"),
    [
        ('{"a": 1, "b": [2, null]}', []),
        ('{"a": 1 "b": 2}', ["a comma is missing"]),
        ('{"a": "x". "b": 2}', ["a full stop for a comma"]),
        ('{"a": [1, 2,],}', ["a comma before the closing bracket", "a comma before the closing bracket"]),
        ('[{"a": 1}, ...]', ["an ellipsis for further elements"]),
        ('{"a": user.name}', ["user.name is not JSON value"]),
        ("{'a': 1}", ["single quotes around a text"]),
        ("{a: 1}", ["the key a has no quotes"]),
        ('{"a": 1, "a": 2}', ["the key 'a' stands twice"]),
        ('{"a": 007}', ["007 is not a number of JSON"]),
    ],
)
def test_body_with_a_slip_is_read_and_the_slip_is_named(text: str, slips: list[str]) -> None:
    body = read_body(text)
    assert isinstance(body, ReadBody)
    assert [slip.message for slip in body.slips] == slips


@pytest.mark.parametrize("text", ['{"a": }', '{"a": 1', '{"a" 1}', '{"a": 1,, "b": 2}', "[1] [2]", "", "{" * 200])
def test_body_that_can_be_read_in_several_ways_is_not_read(text: str) -> None:
    assert not isinstance(read_body(text), ReadBody)
