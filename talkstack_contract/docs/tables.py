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
_YES = re.compile(r"(?:yes|true|required|\u2713|\u2714|\u2705|y)", re.IGNORECASE)
_NO = re.compile(r"(?:no|false|optional|n|-|\u2717|\u274c)", re.IGNORECASE)
_CELL = re.compile(r"(?:[^|\\`]|\\.|`[^`\n]*`|`)+")
_SEPARATOR = re.compile(r"[\s|:-]+")
_DASHES = re.compile(r" ?--+ ?| \u2013 ")


def table(lines: Sequence[Excerpt]) -> Iterator[Block]:
    """Yield what the lines of a table in Markdown say."""
    if not lines:
        return
    yield from _frame(lines[0])
    for line in lines[1:]:
        if _SEPARATOR.fullmatch(line.text):
            yield from _frame(line)
        else:
            yield from table_row(_cells(lines[0]), _cells(line), line.stripped())


def table_row(heads: Sequence[Excerpt], cells: Sequence[Excerpt], shown: Excerpt) -> Iterator[Block]:
    """Yield what a row says, if it is one of parameters, headers or statuses; else the row as it is shown."""
    names = [cell.text.strip(" *`").lower() for cell in heads]
    row = dict(zip(names, cells, strict=False))
    text = _status_row(names, row) or _header_row(row) or _parameter_row(names, row) or shown
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


def _parameter_row(heads: Sequence[str], row: dict[str, Excerpt]) -> Excerpt | None:
    name = next((row[head] for head in heads if head in _NAMES and head in row), None)
    if not name or not re.fullmatch(r"[\w.\[\]-]{1,120}", name.text):
        return None
    words = []
    for head, cell in row.items():
        if head in ("type", "data type") and cell:
            words.append(cell.text.lower())
        elif head.startswith("default") and cell:
            words.append("default")
        elif head.startswith("required"):
            is_no = not cell or _NO.fullmatch(cell.text)
            words += ["required"] if _YES.fullmatch(cell.text) else ["optional"] if is_no else []
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
