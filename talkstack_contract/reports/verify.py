"""Holds an acceptance page against the record that it claims to show: each verdict, each digest, to the letter.

The page is a view of its record, so it is made again; whatever differs was changed in the one or in the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from talkstack_contract.errors import BadInput, unreadable
from talkstack_contract.reports.rebuild import ACCEPTANCE, Part, joined, views

TOLD_AT_MOST = 20


@dataclass
class Shown:
    """What a page says: the decision, each verdict by clause id, each digest by its label, the suite that made it."""

    decision: str = ""
    generator: str = ""
    verdicts: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


class _Page(HTMLParser):
    """Reads what a page says out of what a reader sees: the cells of a promise, and the links to its cases."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.shown = Shown()
        self._text: list[str] = []
        self._cells: list[str] = []
        self._clause, self._cases = "", list[str]()
        self._tag, self._is_promise, self._is_decision = "", False, False
        self._label = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and given.get("name") == "generator":
            self.shown.generator = given.get("content", "")
        if tag == "table":
            self._is_promise = given.get("class") == "promises"
        if tag == "a" and self._is_promise and given.get("href", "").startswith("#"):
            self._cases.append(given["href"][1:])
        self._is_decision = given.get("id") == "decision"
        if tag == "tr":
            self._cells, self._clause, self._cases = [], "", []
        if tag in ("td", "code", "dt", "dd", "strong"):
            self._text = []

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._text).split())
        if tag == "strong" and self._is_decision:
            self.shown.decision = text
        elif tag == "dt":
            self._label = text
        elif tag == "dd" and text.startswith("sha256 "):
            self.shown.digests[self._label] = text.removeprefix("sha256 ")
        elif tag == "td":
            self._cells.append(text)
        elif tag == "code" and self._is_promise:
            self._clause = self._clause or text
        elif tag == "tr" and self._is_promise and self._cells:
            verdicts = {f"{case}/{self._clause}": self._cells[0] for case in self._cases if "/" in case}
            self.shown.verdicts |= verdicts


def shown_by(page: str) -> Shown:
    """Read a page."""
    return _Page(page).shown


def read_page(path: Path) -> str:
    """Read the file of a page. Raises `BadInput` for one that is none."""
    try:
        page = path.read_bytes().decode()  # line ends as they are: what a provider sent holds any
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), "", unreadable(error), "give an acceptance.html") from None
    if not shown_by(page).digests:
        raise BadInput(path.name, "", "is not an acceptance page", "give an acceptance.html")
    return page


def differences(page: str, parts: Sequence[Part]) -> list[str]:
    """Say in which ways a page is not what its record gives; nothing where it is."""
    expected = dict(views(joined(parts), parts)).get(ACCEPTANCE)
    if expected is None:
        return ["the record gives no acceptance page: its run was narrowed, or had no profile"]
    if page == expected:
        return []
    mine, theirs = shown_by(page), shown_by(expected)
    found = [*_digests(mine, theirs), *_verdicts(mine, theirs)]
    if mine.generator == theirs.generator:  # another version words a page otherwise
        found = found or [_first_line(page, expected)]
    return found


def _digests(page: Shown, record: Shown) -> Iterator[str]:
    if page.decision != record.decision:
        yield f"decision: the page says {page.decision!r}, the record gives {record.decision!r}"
    for label in dict.fromkeys([*record.digests, *page.digests]):
        shown, given = page.digests.get(label, "nothing"), record.digests.get(label, "nothing")
        if shown != given:
            yield f"sha256 of {label}: the page says {shown}, the record gives {given}"


def _verdicts(page: Shown, record: Shown) -> Iterator[str]:
    ids = [
        id_
        for id_ in dict.fromkeys([*record.verdicts, *page.verdicts])
        if page.verdicts.get(id_) != record.verdicts.get(id_)
    ]
    for id_ in ids[:TOLD_AT_MOST]:
        shown, given = page.verdicts.get(id_, "nothing"), record.verdicts.get(id_, "nothing")
        yield f"{id_}: the page says {shown!r}, the record gives {given!r}"
    if len(ids) > TOLD_AT_MOST:
        yield f"and {len(ids) - TOLD_AT_MOST} more verdicts"


def _first_line(page: str, expected: str) -> str:
    mine, theirs = page.splitlines(), expected.splitlines()
    end = min(len(mine), len(theirs))
    at = next((at for at in range(end) if mine[at] != theirs[at]), end)
    number, shown = at + 1, mine[at] if at < len(mine) else "it ends there"
    return f"line {number} of the page is not what the record gives: {' '.join(shown.split())[:160]}"
