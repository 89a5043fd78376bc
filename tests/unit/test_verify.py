"""A page that its record does not give is reported with the difference, down to one verdict or one letter."""

from collections.abc import Callable
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.reports.rebuild import joined, read_part, views
from talkstack_contract.reports.verify import TOLD_AT_MOST, differences, read_page, shown_by
from tests.unit.found import A_MUST, A_SHOULD, CONFIGURATION, PROMISES
from tests.unit.test_rebuild import ACCEPTANCE, record

ID = f"getActiveProject/{A_MUST}"


def both(folder: Path) -> tuple[Path, str]:
    """Write a record, and make its page."""
    path = record(folder / "verdicts.jsonl", configuration=ACCEPTANCE)
    parts = [read_part(path)]
    return path, dict(views(joined(parts), parts))["acceptance.html"]


def found(page: str, path: Path) -> list[str]:
    return differences(page, [read_part(path)])


def test_page_of_its_record_matches(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    assert found(page, path) == []


def test_every_verdict_is_read_off_the_page(tmp_path: Path) -> None:
    shown = shown_by(both(tmp_path)[1])
    assert shown.verdicts == dict.fromkeys(CONFIGURATION.promises, "✓ upheld")


def test_decision_and_digests_are_read_off_the_page(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    shown = shown_by(page)
    assert (shown.decision, shown.digests["verdicts.jsonl"]) == ("✓ ACCEPTED", read_part(path).sha256)


def test_verdict_changed_in_the_record_is_named(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    old = f'"id": "{ID}"'
    line = next(line for line in path.read_text(encoding="ascii").splitlines() if old in line)
    text = path.read_text(encoding="ascii")
    path.write_text(text.replace(line, line.replace('"upheld"', '"violated"')), encoding="ascii")
    told = found(page, path)
    assert (told[0], told[1].startswith("sha256 of verdicts.jsonl: the page says "), told[2:]) == (
        "decision: the page says '✓ ACCEPTED', the record gives '✕ REJECTED'",
        True,
        [f"{ID}: the page says '✓ upheld', the record gives '✕ violated'"],
    )


TAMPERED: dict[str, tuple[Callable[[str], str], str]] = {
    "decision": (
        lambda page: page.replace("✓ ACCEPTED<", "✓ ACCEPTED WITH REMARKS<"),
        "decision: the page says '✓ ACCEPTED WITH REMARKS', the record gives '✓ ACCEPTED'",
    ),
    "digest-of-the-contract": (
        lambda page: page.replace(CONFIGURATION.contract.digest, "0" * 64),
        f"sha256 of contract: the page says {'0' * 64}, the record gives {CONFIGURATION.contract.digest}",
    ),
    "digest-of-the-profile": (
        lambda page: page.replace("5e" * 32, "0" * 64),
        f"sha256 of profile: the page says {'0' * 64}, the record gives {'5e' * 32}",
    ),
    "digest-left-out": (
        lambda page: page.replace("<dt>profile</dt>", "<dt>pr0file</dt>"),
        f"sha256 of profile: the page says nothing, the record gives {'5e' * 32}",
    ),
    "date": (lambda page: page.replace("2026-11-24 09:30", "2026-12-24 09:30"), "line "),
    "sentence": (lambda page: page.replace("message is text", "message is a text", 1), "line "),
    "end": (lambda page: page + "<p>And all is well.</p>\n", "line "),
}


@pytest.mark.parametrize(("tamper", "told"), TAMPERED.values(), ids=TAMPERED)
def test_tampered_page_is_told_by_what_differs(tamper: Callable[[str], str], told: str, tmp_path: Path) -> None:
    path, page = both(tmp_path)
    changed = tamper(page)
    assert (changed != page, found(changed, path)[0][: len(told)]) == (True, told)


def test_row_that_was_cut_out_of_the_page_is_named(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    end = page.index("</tr>", page.index("<code>account.is-the-asking-one</code>"))
    start = page.rindex("<tr", 0, end)
    told = found(page[:start] + page[end:], path)
    assert told[0] == (
        "getActiveProject/by-bearer/account.is-the-asking-one: the page says 'nothing', the record gives '✓ upheld'"
    )


def test_many_differences_are_counted(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    told = found(page.replace("upheld</td>", "waived</td>"), path)
    assert (len(told), told[-1]) == (TOLD_AT_MOST + 1, f"and {len(PROMISES) - TOLD_AT_MOST} more verdicts")


def test_page_of_another_version_may_word_it_otherwise(tmp_path: Path) -> None:
    path, page = both(tmp_path)
    other = page.replace('name="generator" content="', 'name="generator" content="an earlier ').replace(
        "What was", "All"
    )
    assert found(other, path) == []


def test_record_of_a_narrowed_run_has_no_page_to_match(tmp_path: Path) -> None:
    page = both(tmp_path)[1]
    narrowed = record(tmp_path / "v.jsonl", [A_MUST, A_SHOULD], configuration=ACCEPTANCE)
    assert found(page, narrowed) == ["the record gives no acceptance page: its run was narrowed, or had no profile"]


@pytest.mark.parametrize("content", [b"<p>hello</p>", b"\xff"], ids=["another-page", "no-text"])
def test_file_that_is_no_acceptance_page_is_bad_input(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(content)
    with pytest.raises(BadInput, match=r"give an acceptance.html$"):
        read_page(tmp_path / "a.html")


def test_line_ends_of_a_provider_are_kept(tmp_path: Path) -> None:
    page = both(tmp_path)[1]
    (tmp_path / "a.html").write_bytes(f"{page}\r\n\r".encode())
    assert read_page(tmp_path / "a.html") == f"{page}\r\n\r"
