"""What a run brings about is written down before it is asked for, and a crash loses no trace of it."""

import json
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.states.ledger import ACCOUNT, OBJECT, Entry, Ledger, read_ledger, tidy

ACTIVE = "an active project"


def written(path: Path) -> Ledger:
    """Write a ledger of three things: an account, an object of it, and one that is gone."""
    ledger = Ledger(path, "run")
    account = ledger.begin(ACCOUNT, ACTIVE)
    ledger.came_to(account, {"user_id": "u-1"})
    ledger.came_to(ledger.begin(OBJECT, ACTIVE, "createInvoice", "name-1"), {"invoiceId": "i-1"})
    ledger.removed(ledger.begin(OBJECT, ACTIVE, "createInvoice", "name-2"))
    return ledger


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def test_line_is_in_the_file_before_anything_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    id_ = Ledger(path, "run").begin(OBJECT, ACTIVE, "createInvoice", "name-1")
    line = {"id": id_, "kind": OBJECT, "state": ACTIVE, "operation": "createInvoice", "name": "name-1"}
    assert lines(path) == [line]


def test_each_entry_has_an_id_of_its_own_and_of_its_run() -> None:
    one, other = Ledger(None, "one"), Ledger(None, "other")
    ids = [ledger.begin(ACCOUNT, ACTIVE) for ledger in (one, one, other)]
    assert (len(set(ids)), [id_.partition("-")[0] for id_ in ids]) == (3, ["one", "one", "other"])


def test_ledger_that_was_read_says_what_the_one_that_was_written_says(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger.jsonl")
    assert read_ledger(tmp_path / "ledger.jsonl").pending() == ledger.pending()


def test_what_is_pending_is_told_the_newest_first() -> None:
    ledger = Ledger()
    for name in ("first", "second", "third"):
        ledger.begin(OBJECT, ACTIVE, "createInvoice", name)
    assert [entry.name for entry in ledger.pending()] == ["third", "second", "first"]


def test_what_is_removed_is_pending_no_more(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger.jsonl")
    assert [(entry.kind, dict(entry.values)) for entry in ledger.pending()] == [
        (OBJECT, {"invoiceId": "i-1"}),
        (ACCOUNT, {"user_id": "u-1"}),
    ]


def test_ledger_without_a_path_writes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Ledger().begin(ACCOUNT, ACTIVE)
    assert list(tmp_path.iterdir()) == []


def test_entry_whose_request_cannot_be_written_down_is_not_pending(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "no folder" / "ledger.jsonl")
    with pytest.raises(FileNotFoundError):
        ledger.begin(ACCOUNT, ACTIVE)
    assert ledger.pending() == []


SHOWN = {
    "an account": (
        Entry("1", ACCOUNT, ACTIVE, "", "", {"user_id": "u-1"}),
        "an account in the state 'an active project' (user_id u-1)",
    ),
    "an object": (
        Entry("1", OBJECT, ACTIVE, "createInvoice", "n-1", {"invoiceId": "i-1", "tagId": "t-1"}),
        "what createInvoice made (invoiceId i-1, tagId t-1)",
    ),
    "of unknown end": (
        Entry("1", OBJECT, ACTIVE, "createInvoice", "n-1"),
        "what createInvoice made (perhaps, under the name 'n-1')",
    ),
}


@pytest.mark.parametrize(("entry", "expected"), SHOWN.values(), ids=SHOWN)
def test_entry_says_what_is_left_and_how_to_find_it(entry: Entry, expected: str) -> None:
    assert str(entry) == expected


# After a crash


@pytest.mark.parametrize("kept", range(1, 60), ids=str)
def test_last_line_that_a_crash_cut_short_is_as_if_never_written(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path)
    before = ledger.pending()
    whole = len(path.read_bytes())
    ledger.begin(OBJECT, ACTIVE, "createInvoice", "name-3")
    path.write_bytes(path.read_bytes()[: whole + kept])
    assert read_ledger(path).pending() == before


def test_what_is_written_after_a_cut_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path)
    path.write_bytes(path.read_bytes() + b'{"id": "run-1-9", "ki')
    ledger = read_ledger(path)
    for entry in ledger.pending():
        ledger.removed(entry.id)
    assert read_ledger(path).pending() == []


def test_next_run_goes_on_behind_a_cut_line(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path)
    path.write_bytes(path.read_bytes() + b'{"id": "run-1-9", "ki')
    Ledger(path, "next").begin(ACCOUNT, "another account")
    assert [entry.state for entry in read_ledger(path).pending()] == ["another account", ACTIVE, ACTIVE]


def test_crash_between_request_and_answer_leaves_an_entry_without_values(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    Ledger(path, "run").begin(OBJECT, ACTIVE, "createInvoice", "name-1")
    assert [(entry.name, dict(entry.values)) for entry in read_ledger(path).pending()] == [("name-1", {})]


# Files that are no ledger

BAD_LINES = {
    "no-json": "nonsense",
    "list": '["id"]',
    "text": '"id"',
    "number": "7",
    "null": "null",
    "no-id": '{"kind": "account"}',
    "id-that-is-no-text": '{"id": ["a"], "kind": "account", "state": "s", "operation": "", "name": ""}',
    "unknown-key": '{"id": "a", "kind": "account", "state": "s", "operation": "", "name": "", "more": 1}',
    "key-missing": '{"id": "a", "kind": "account"}',
    "values-of-nothing": '{"id": "a", "values": {}}',
    "values-that-are-no-object": '{"id": "run", "values": 7}',
    "end-of-nothing": '{"id": "a", "removed": true}',
    "neither-of-the-three": '{"id": "run"}',
}
BEGUN = '{"id": "run", "kind": "account", "state": "s", "operation": "", "name": ""}'


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_line_that_is_none_is_bad_input(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_text(f"{BEGUN}\n{line}\n", encoding="ascii")
    with pytest.raises(BadInput, match=r"^ledger.jsonl: line 2: is not a line of a ledger; fix or delete the line$"):
        read_ledger(path)


def test_file_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing.jsonl: is not there; name a ledger$"):
        read_ledger(tmp_path / "nothing.jsonl")


def test_file_of_any_bytes_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match=r"is not UTF-8"):
        read_ledger(path)


# Tidying up


def test_ledger_in_which_nothing_is_pending_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path)
    for entry in ledger.pending():
        ledger.removed(entry.id)
    tidy(path)
    assert not path.exists()


def test_ledger_in_which_something_is_pending_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    written(path)
    tidy(path)
    assert path.exists()


def test_ledger_that_was_never_begun_is_no_trouble(tmp_path: Path) -> None:
    tidy(tmp_path / "ledger.jsonl")
    assert list(tmp_path.iterdir()) == []
