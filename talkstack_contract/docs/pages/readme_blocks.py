"""Reads the blocks of ReadMe's Markdown: `[block:parameters]`, JSON, `[/block]`. A block no rule knows is listed."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from talkstack_contract.docs.pages.markup import sample_blocks
from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.pages.tables import table_row
from talkstack_contract.docs.source_text import Excerpt, SourceText, joined
from talkstack_contract.model import Json

_BLOCK = re.compile(r"(?m)^ *\[block:(?P<name>[a-z-]{1,40})\] *\n(?P<body>(?:(?! *\[/?block).*\n)*?) *\[/block\] *$")
_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\],:])|(?P<other>[^\s"{}\[\],:]+))')
_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CELL = re.compile(r"(?P<row>h|\d{1,4})-(?P<column>\d{1,3})")
_SHOWS_NOTHING = frozenset({"image", "embed", "html", "video"})
_HEADING_LEVEL = 3
"""Of a heading inside a page: parts of one operation, as `###` is."""


class _Members(list[tuple[str, Json]]):
    """The members of an object in the order of the source, a name that stands twice twice."""


@dataclass(frozen=True)
class _Text:
    """A text of a block's JSON: under which keys and numbers it stands, and what it says."""

    keys: tuple[str | int, ...]
    text: Excerpt


def readme_blocks(source: SourceText) -> list[Block]:
    """Return what the blocks of a page say; every line of them belongs to a block."""
    found: list[Block] = []
    for match in _BLOCK.finditer(source.text):
        body = source.excerpt(*match.span("body"))
        inner = [*_inner(match["name"], body)]
        lines = [line.stripped() for line in source.excerpt(*match.span()).lines()]
        covered = {n for each in inner for n in range(source.line_number(each.start), source.line_number(each.end) + 1)}
        is_known = bool(inner) or (match["name"] in _SHOWS_NOTHING and _texts(body) is not None)
        kind = BlockKind.FRAME if is_known else BlockKind.UNREAD
        found += inner
        found += [
            Block(kind, line, line.start, line.end)
            for line in lines
            if line and source.line_number(line.start) not in covered
        ]
    return sorted(found, key=lambda block: block.start)


def _inner(name: str, body: Excerpt) -> Iterator[Block]:
    texts = _texts(body)
    if texts is None:
        return
    if name in ("api-header", "callout"):
        kind = BlockKind.HEADING if name == "api-header" else BlockKind.PROSE
        for each in texts:
            if each.keys in (("title",), ("body",)) and (shown := _line(each.text)):
                yield Block(kind, shown, each.text.start, each.text.end, level=_HEADING_LEVEL)
    elif name == "parameters":
        yield from _table(texts)
    elif name == "code":
        yield from _codes(texts)


def _line(text: Excerpt) -> Excerpt:
    return Excerpt(text.text.replace("\n", " "), text.offsets).collapsed().stripped(" *`")


def _table(texts: Sequence[_Text]) -> Iterator[Block]:
    rows: dict[str, dict[int, Excerpt]] = {}
    for each in texts:
        match = _CELL.fullmatch(str(each.keys[-1]))
        if each.keys[0] == "data" and match:
            rows.setdefault(match["row"], {})[int(match["column"])] = _line(each.text)
    heads = rows.pop("h", {})
    if shown := [cell for cell in heads.values() if cell]:
        for cell in shown:
            yield Block(BlockKind.FRAME, cell, cell.start, cell.end)
    for row in rows.values():
        cells = [row.get(column, Excerpt("", ())) for column in sorted({*heads, *row})]
        if any(cells):
            names = [heads.get(column, Excerpt("", ())) for column in sorted({*heads, *row})]
            yield from table_row(names, cells, joined(cells))


def _codes(texts: Sequence[_Text]) -> Iterator[Block]:
    numbers = dict.fromkeys(each.keys[1] for each in texts if each.keys[0] == "codes" and len(each.keys) == 3)
    for number in numbers:
        held = {each.keys[2]: each.text for each in texts if each.keys[:2] == ("codes", number) and len(each.keys) == 3}
        code = held.get("code")
        if code and code.stripped():
            language = held["language"].text.lower() if "language" in held else ""
            block = Block(BlockKind.CODE, code, code.start, code.end, language=language)
            yield from sample_blocks(block, held.get("name"))


def _texts(body: Excerpt) -> list[_Text] | None:
    """Return the texts of a block's JSON with their places; None where it is not JSON."""
    try:
        value: Json = json.loads(body.text, object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        return None
    places = iter([match for match in _TOKEN.finditer(body.text) if match["string"]])
    found: list[_Text] = []
    _collect(value, (), body, places, found)
    return found


def _collect(
    value: Json, keys: tuple[str | int, ...], body: Excerpt, places: "Iterator[re.Match[str]]", found: list[_Text]
) -> None:
    """Walk over a value and its texts side by side: both are in the order of the source."""
    if isinstance(value, str):
        found.append(_Text(keys, _unescaped(body, next(places))))
    elif isinstance(value, _Members):
        for key, held in value:
            next(places)
            _collect(held, (*keys, key), body, places, found)
    elif isinstance(value, list):
        for number, held in enumerate(value):
            _collect(held, (*keys, number), body, places, found)


def _unescaped(body: Excerpt, match: "re.Match[str]") -> Excerpt:
    start, end = match.start("string") + 1, match.end("string") - 1
    letters: list[str] = []
    offsets: list[int] = []
    for escape in _ESCAPE.finditer(body.text, start, end):
        letters += body.text[start : escape.start()]
        offsets += body.offsets[start : escape.start()]
        meant = str(json.loads(f'"{escape.group()}"'))
        letters.append("\ufffd" if "\ud800" <= meant <= "\udfff" else meant)
        offsets.append(body.offsets[escape.start()])
        start = escape.end()
    letters += body.text[start:end]
    offsets += body.offsets[start:end]
    return Excerpt("".join(letters), offsets)
