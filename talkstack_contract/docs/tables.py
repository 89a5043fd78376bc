"""What the rows of a table say, as blocks in words: `name (string, required): meaning`, `404: condition`."""

import re
from collections.abc import Iterator, Sequence

from talkstack_contract.docs.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put

_NAMES = frozenset(
    {"parameter", "name", "field", "key", "property", "attribute", "argument", "param", "query parameter", "parameters"}
)
_MEANINGS = frozenset({"description", "meaning", "details", "notes"})
_STATUSES = frozenset({"error code", "status", "status code", "code", "http status", "http code", "error"})
_YES = re.compile(r"(?:yes|true|required|mandatory|always|\u2713|\u2714|\u2705|y|m)", re.IGNORECASE)
_NO = re.compile(r"(?:no|false|optional|never|n|o|-|\u2717|\u274c)", re.IGNORECASE)
_NOTHING = re.compile(r"-{1,3}|n/?a", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[\w.\[\]-]{1,120})(?P<star> ?(?:<[^<>\n]{0,100}>)?\\?\*(?:</[a-z]{1,20}>)?)?")
_STARRED = re.compile(r"[\w\]]`?(?: ?<mark[^<>\n]{0,100}>)\\?\*</mark>")
_PLACES = frozenset({"path", "query", "body"})
_OTHER_PLACES = frozenset({"header", "headers", "cookie", "cookies"})
"""Where a parameter stands of which a row prints no value that is sent: it is not taken for one of the query."""
_BELOW = 6
"""The level of a heading that a cell stands for."""
_CELL = re.compile(r"(?:[^|\\`]|\\.|`[^`\n]*`|`)+")
_SEPARATOR = re.compile(r"[\s|:-]+")
_DASHES = re.compile(r" ?--+ ?| \u2013 ")


def table(lines: Sequence[Excerpt]) -> Iterator[Block]:
    """Yield what the lines of a table in Markdown say."""
    if not lines:
        return
    yield from _frame(lines[0])
    has_stars = any(_STARRED.search(line.text) for line in lines[1:])
    for line in lines[1:]:
        if _SEPARATOR.fullmatch(line.text):
            yield from _frame(line)
        else:
            yield from table_row(_cells(lines[0]), _cells(line), line.stripped(), has_stars=has_stars)


def table_row(
    heads: Sequence[Excerpt], cells: Sequence[Excerpt], shown: Excerpt, *, has_stars: bool = False
) -> Iterator[Block]:
    """Yield what a row says, if it is one of parameters, headers or statuses; else the row as it is shown.

    `has_stars` tells that a star behind a name in this table means required.
    """
    names = [cell.text.strip(" *`").lower() for cell in heads]
    row = dict(zip(names, cells, strict=False))
    where = row.get("in") or row.get("location")
    is_elsewhere = where is not None and where.text.lower() in _OTHER_PLACES
    parameter = None if is_elsewhere else _parameter_row(names, row, has_stars=has_stars)
    text = _status_row(names, row) or _header_row(row) or parameter or shown
    if parameter and where and where.text.lower() in _PLACES:
        yield Block(BlockKind.HEADING, where, shown.start, where.end, level=_BELOW)
    if text:
        yield Block(BlockKind.PROSE, text, shown.start, shown.end, is_item=True, level=1)


def _frame(line: Excerpt) -> Iterator[Block]:
    if shown := line.stripped():
        yield Block(BlockKind.FRAME, shown, shown.start, shown.end)


def _cells(line: Excerpt) -> list[Excerpt]:
    shown = line.stripped().stripped("|") if line.text.strip().startswith("|") else line.stripped()
    cells, position = [], 0
    text = shown.text
    while position <= len(text):
        match = _CELL.match(text, position)
        end = match.end() if match else position
        cells.append(shown.part(position, end).stripped(" `*"))
        position = end + 1
    return cells


def _parameter_row(heads: Sequence[str], row: dict[str, Excerpt], *, has_stars: bool) -> Excerpt | None:
    cell = next((row[head] for head in heads if head in _NAMES and head in row), None)
    match = _NAMED.fullmatch(cell.text) if cell else None
    if not cell or not match:
        return None
    name = cell.group(match, "name")
    words = []
    if has_stars:
        words.append("required" if match["star"] else "optional")
    for head, cell in row.items():
        if head in ("type", "data type") and cell:
            words.append(cell.text.lower())
        elif head.startswith("default") and cell and not _NOTHING.fullmatch(cell.text):
            words.append("default")
        elif head.startswith(("required", "mandatory")):
            is_no = not cell or _NO.fullmatch(cell.text)
            words.append("required" if _YES.fullmatch(cell.text) else "optional" if is_no else "unclear")
        elif head == "optional" and cell:
            words += ["optional"] if _YES.fullmatch(cell.text) else ["required"] if _NO.fullmatch(cell.text) else []
    meaning = next((row[head] for head in heads if head in _MEANINGS and head in row), name.part(0, 0))
    mark = f" ({', '.join(words)}): " if words else ": "
    return joined([name, put(mark, name), meaning], "")


def _header_row(row: dict[str, Excerpt]) -> Excerpt | None:
    name, value = row.get("header"), row.get("value")
    if not name or not value or not re.fullmatch(r"[A-Za-z][\w-]{0,60}", name.text):
        return None
    label = "" if name.text.lower() == "authorization" else "Headers: Include "
    return joined([put(label, name), name, put(": ", value), value], "")


def _status_row(heads: Sequence[str], row: dict[str, Excerpt]) -> Excerpt | None:
    code = next((row[head] for head in heads if head in _STATUSES and head in row), None)
    if not code or not re.fullmatch(r"[1-5]\d\d(?: [A-Za-z' -]+)?", code.text):
        return None
    rest = [cell for cell in row.values() if cell is not code and cell]
    if not rest:
        return code
    said = joined(rest)
    split = _DASHES.search(said.text)
    if " " in code.text or not split:
        return joined([code, put(": ", said), said], "")
    return joined([code, said.part(0, split.start()), put(":", code), said.part(split.end())])
