"""What the rows of a table say, as blocks in words: `name (string, required): meaning`, `404: condition`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from talkstack_contract.docs.pages.inline_markup import unmarked
from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put

_NAMES = frozenset(
    {"parameter", "name", "field", "key", "property", "attribute", "argument", "param", "query parameter", "parameters"}
)
_MEANINGS = frozenset({"description", "meaning", "details", "notes"})
_STATUSES = (
    "http status",
    "http status code",
    "http code",
    "http",
    "status code",
    "status",
    "code",
    "error code",
    "error",
)
"""Columns that hold a status, the one that says so best first: a code beside it is the vendor's own."""
_YES = re.compile(r"(?:yes|true|required|mandatory|always|\u2713|\u2714|\u2705|y|m)", re.IGNORECASE)
_NO = re.compile(r"(?:no|false|optional|never|n|o|-|\u2717|\u274c)", re.IGNORECASE)
_NOTHING = re.compile(r"\W*|n/?a|no(?:ne| default)?|null|required", re.IGNORECASE)
_ARROWS = r"[\u21b3\u2514\u251c\u00bb\u203a\u2192]"
_STEP = re.compile(rf"{_ARROWS}|(?:&nbsp;|&emsp;|&ensp;|\u00a0|\u2003){{1,4}}(?!{_ARROWS})")
_DRAWN = re.compile(rf"(?:{_STEP.pattern}|[\s\u2500-]|&nbsp;|&emsp;|&ensp;)+(?=[`*\w])")
"""Before a name in a table: arrows or blanks that draw it inside the row above."""
_LIST = re.compile(r"(?:array|list)\b.*|.*\[\]", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[\w.\[\]-]{1,120})(?P<star>`? ?(?:<[^<>\n]{0,100}>)?\\?\*(?:</[a-z]{1,20}>)?)?")
_STARRED = re.compile(
    r"[\w\]]`?(?: ?<mark[^<>\n]{0,100}>)\\?\*</mark>|(?:^|\|) *`?[\w.\[\]-]{1,120}`? ?\\?\*(?! ?\*) *\|"
)
_STATUS = re.compile(r"[1-5]\d\d(?: [A-Za-z' -]+)?")
_WHERE = ("in", "location", "located in", "where", "position", "placement", "sent in", "parameter type", "param type")
_PLACES = {
    "path": "path", "query": "query", "query string": "query", "querystring": "query", "url": "", "body": "body",
    "json body": "body", "request body": "body", "json": "body", "form": "body", "formdata": "body",
    "form data": "body",
}  # fmt: skip
"""Where a parameter may stand, for what a heading says; of another place nothing is taken."""
_READ_AS_NAMED = {"", "optional", "type", "data type", *_NAMES, *_MEANINGS, *_WHERE}
_READ = re.compile("default|required|mandatory")
"""Columns of parameters that rules read: by their name, and by how it begins."""
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
    heads = [cell.stripped(" `*") for cell in _cells(lines[0])]
    rows = [(line, [] if _SEPARATOR.fullmatch(line.text) else _row(heads, _cells(line))) for line in lines[1:]]
    has_statuses = _has_statuses(heads, [cells for _, cells in rows if cells])
    above: list[str] = []
    for line, cells in rows:
        if not cells:
            yield from _frame(line)
            continue
        row = [_inside(above, cells[0]), *cells[1:]]
        yield from table_row(heads, row, line.stripped(), has_stars=has_stars, has_statuses=has_statuses)
        if _NAMED.fullmatch(row[0].text):
            above.append(f"{row[0].text}{'[]' if any(_LIST.fullmatch(cell.text) for cell in row[1:]) else ''}")


def _row(heads: Sequence[Excerpt], cells: Sequence[Excerpt]) -> list[Excerpt]:
    """Return the cells of a row without markup, but for the star that may stand behind a name."""
    names = [head.text.lower() for head in heads]
    return [
        cell.stripped(" `") if name in _NAMES and not cell.text.startswith("*") else unmarked(cell).stripped()
        for name, cell in zip_longest(names, cells, fillvalue="")
        if not isinstance(cell, str)
    ]


def _has_statuses(heads: Sequence[Excerpt], rows: Sequence[Sequence[Excerpt]]) -> bool:
    """Tell whether the column of statuses holds nothing else: the vendor's own codes look like some of them."""
    names = [head.text.lower() for head in heads]
    column = next((names.index(name) for name in _STATUSES if name in names), None)
    if column is None:
        return False
    return all(_STATUS.fullmatch(cells[column].text) for cells in rows if column < len(cells))


def table_row(
    heads: Sequence[Excerpt],
    cells: Sequence[Excerpt],
    shown: Excerpt,
    *,
    has_stars: bool = False,
    has_statuses: bool = True,
) -> Iterator[Block]:
    """Yield what a row says, if it is one of parameters, headers or statuses; else the row as it is shown.

    `has_stars` tells that a star behind a name in this table means required, `has_statuses` that its codes are of HTTP.
    """
    names = [cell.text.strip(" *`").lower() for cell in heads]
    row = dict(zip(names, cells, strict=False))
    where = next((row[head] for head in _WHERE if head in row), None)
    is_elsewhere = where is not None and not _PLACES.get(where.text.strip(" `*").lower())
    parameter = None if is_elsewhere else _parameter_row(names, row, has_stars=has_stars)
    status = _status_row(row) if has_statuses else None
    text = status or _header_row(row) or parameter or shown
    if any(cells[len(heads) :]):  # a bar that is not escaped: which cell is which is not known
        text, where = shown, None
    if parameter and where:
        place = put(_PLACES[where.text.strip(" `*").lower()], where)
        yield Block(BlockKind.HEADING, place, shown.start, where.end, level=_BELOW)
    if text:
        yield Block(BlockKind.PROSE, text, shown.start, shown.end, is_item=True, level=1)
    if text and text is parameter:
        yield from _unread(zip(heads, cells, strict=False))


def _unread(row: Iterable[tuple[Excerpt, Excerpt]]) -> Iterator[Block]:
    """Yield what the row of a parameter says in columns that no rule reads, each under the name of its column."""
    for head, cell in row:
        name = head.text.strip(" *`").lower()
        if cell and not _NOTHING.fullmatch(cell.text) and not _READ.match(name) and name not in _READ_AS_NAMED:
            yield Block(BlockKind.UNREAD, joined([head, put(": ", cell), cell], ""), cell.start, cell.end)


def _inside(above: list[str], cell: Excerpt) -> Excerpt:
    """Return a name with that of the row it is drawn inside of; `above` keeps the rows that are still open."""
    match = _DRAWN.match(cell.text)
    depth = len(_STEP.findall(match.group())) if match else 0
    del above[max(depth, 0) :]
    if not match or not above:
        return cell
    name = cell.part(match.end()).stripped(" `*")
    return joined([put(f"{above[-1]}.", name), name], "") if name else cell


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
        cells.append(shown.part(position, end).stripped())
        position = end + 1
    return cells


def _parameter_row(heads: Sequence[str], row: dict[str, Excerpt], *, has_stars: bool) -> Excerpt | None:
    cell = next((row[head] for head in heads if head in _NAMES and head in row), None)
    match = _NAMED.fullmatch(cell.text) if cell else None
    if not cell or not match:
        return None
    others = [each for head, each in row.items() if head not in _NAMES and head not in _WHERE]
    if len(others) > 1 and not any(others):
        return None  # it names a group of rows
    name = cell.group(match, "name")
    words = _marks(row)
    if has_stars:
        words.insert(0, "required" if match["star"] else "optional")
    meaning = next((row[head] for head in heads if head in _MEANINGS and head in row), name.part(0, 0))
    if not words and not meaning and any(others):
        return None  # what it says stands in a column that no rule reads
    mark = f" ({', '.join(words)}): " if words else ": "
    return joined([name, put(mark, name), meaning], "")


def _marks(row: dict[str, Excerpt]) -> list[str]:
    """Return what the cells of a row say of type, default, and whether the field is required."""
    words: list[str] = []
    for head, cell in row.items():
        if head in ("type", "data type") and cell:
            words.append(cell.text.lower())
        elif head.startswith("default") and cell.text.lower() == "required":
            words.append("required")
        elif head.startswith("default") and cell and not _NOTHING.fullmatch(cell.text):
            words.append("default")
        elif head.startswith(("required", "mandatory")):
            is_no = not cell or _NO.fullmatch(cell.text)
            words.append("required" if _YES.fullmatch(cell.text) else "optional" if is_no else "unclear")
        elif head == "optional" and cell:
            words += ["optional"] if _YES.fullmatch(cell.text) else ["required"] if _NO.fullmatch(cell.text) else []
    return words


def _header_row(row: dict[str, Excerpt]) -> Excerpt | None:
    name, value = row.get("header"), row.get("value")
    if not name or not value or not re.fullmatch(r"[A-Za-z][\w-]{0,60}", name.text):
        return None
    label = "" if name.text.lower() == "authorization" else "Headers: Include "
    return joined([put(label, name), name, put(": ", value), value], "")


def _status_row(row: dict[str, Excerpt]) -> Excerpt | None:
    code = next((row[head] for head in _STATUSES if head in row), None)
    if not code or not _STATUS.fullmatch(code.text):
        return None
    rest = [cell for cell in row.values() if cell is not code and cell]
    if not rest:
        return code
    said = joined(rest)
    split = _DASHES.search(said.text)
    if " " in code.text or not split:
        return joined([code, put(": ", said), said], "")
    return joined([code, said.part(0, split.start()), put(":", code), said.part(split.end())])
