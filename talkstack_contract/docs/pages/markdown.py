"""Reads Markdown pages: the one door to markdown-it. Blocks come from the parser; places from the source lines.

A parser of Markdown gives lines, not columns: what it says of a line is read from that line with the markup taken out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from talkstack_contract.docs.pages.block_kinds import kind_of, machine_cut, stands_for_a_heading, starts_row
from talkstack_contract.docs.pages.components import FieldPlaces, component, field_places, holds_field
from talkstack_contract.docs.pages.gitbook_tags import tag_blocks
from talkstack_contract.docs.pages.inline_markup import unmarked
from talkstack_contract.docs.pages.markup import front_matter, request_line, sample_blocks
from talkstack_contract.docs.pages.page import Block, BlockKind, Page
from talkstack_contract.docs.pages.readme_blocks import readme_blocks
from talkstack_contract.docs.pages.tables import table
from talkstack_contract.docs.source_text import Excerpt, SourceText, joined

_PREFIX = re.compile(r"(?P<prefix>(?:[ ]*(?:>|[*+-](?=[ ])|\d{1,3}[.)](?=[ ])|#{1,6}(?=[ ])))*[ ]*)")
_FENCE = re.compile(r"(?:[ ]*(?:>|[*+-] |\d{1,3}[.)] ))*[ ]*(?:`{3,}|~{3,})")
_SIGNS = re.compile(r"(?m)^#{1,6} \S|^ *(?:```|~~~)|\*\*[A-Z][^*\n]{0,60}:\*\*|^> \S|^[*-] .*`|^ *\[block:")
_BOLD = re.compile(r" {0,3}(?:\*\*|__)[^*_\n]{1,60}(?:\*\*|__) *")
_BOLD_LEVEL = 6
"""Of a paragraph that stands for a heading: below every heading that is marked as one."""
_CONTENT = frozenset({"inline", "hr", "html_block", "fence", "code_block"})
_SETEXT = re.compile(r"[ ]*(?:=+|-+)[ ]*\Z")


def looks_like_markdown(source: SourceText) -> bool:
    """Tell whether a page has the signs of Markdown: a heading, a fence, a bold label, a quote."""
    return len(_SIGNS.findall(source.text[:200_000])) >= 1 and bool(
        re.search(r"(?m)^#{1,6} \S|^ *[*-]? ?(?:```|~~~)|\*\*[A-Z][^*\n]{0,60}:\*\*|^ *\[block:", source.text)
    )


def read_markdown(source: SourceText, name: str, generator: str, rendering: str) -> Page:
    """Read a Markdown page into blocks."""
    head, first = front_matter(source.excerpt())
    apart = readme_blocks(source)
    blocks = [*first, *_with_gaps(source, [*_tokens(source, head, apart), *apart], head)]
    blocks = [*machine_cut(blocks, len(first))]
    is_whole = bool(blocks) and ((blocks[-1].kind is BlockKind.MACHINE and len(blocks) > 3) or _ends_in_meta(blocks))
    return Page(name, generator, rendering, source, tuple(blocks), is_whole)


def _ends_in_meta(blocks: Sequence[Block]) -> bool:
    return len(blocks) > 3 and blocks[-1].kind is BlockKind.META


def _tokens(source: SourceText, head: int, apart: Sequence[Block]) -> Iterator[Block]:
    # Markdown parsers end a line where this text does; each character stays one character.
    parser = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table")
    level, heading, opens_item, table_end = 0, 0, False, -1
    places = field_places(source.excerpt())
    lines = source.text.split("\n")
    for number in (*range(source.line_number(head) - 1), *_numbers(source, apart)):
        lines[number] = ""  # the head of the file, and blocks of ReadMe, are read apart
    for token in parser.parse("\n".join(lines)):
        if token.type == "list_item_open":
            level, opens_item = level + 1, True
        elif token.type == "list_item_close":
            level -= 1
        elif token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "heading_close":
            heading = 0
        elif token.map and token.map[0] >= table_end:
            if token.type == "table_open":
                table_end = token.map[1]
            is_item = level > 0 and opens_item
            opens_item = opens_item and token.type not in _CONTENT
            yield from _content_blocks(source, token, places, level if is_item else 0, heading)


def _numbers(source: SourceText, blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the numbers, from 0, of the lines that blocks stand in."""
    for block in blocks:
        yield from range(source.line_number(block.start) - 1, source.line_number(max(block.start, block.end - 1)))


def _content_blocks(source: SourceText, token: Token, places: FieldPlaces, level: int, heading: int) -> Iterator[Block]:
    """Yield what a token says that stands for lines of the page."""
    if token.type == "table_open":
        yield from table(_lines_of(source, token))
    elif token.type == "html_block" or (token.type == "inline" and any(map(holds_field, _lines_of(source, token)))):
        yield from component(_lines_of(source, token), places)
    elif token.type in ("inline", "hr"):
        yield from _prose(source, token, level, heading)
    elif token.type in ("fence", "code_block"):
        yield from _code_blocks(source, token)


def _lines_of(source: SourceText, token: Token) -> list[Excerpt]:
    first, last = token.map or (0, 0)
    return [source.excerpt(*_line_span(source, line, line + 1)) for line in range(first, last)]


def _code_blocks(source: SourceText, token: Token) -> Iterator[Block]:
    """Yield code, and before it the status that its fence names: `json 200`."""
    code = _code(source, token)
    found = re.search(r"(?<=\s)[1-5]\d\d\b", token.info) or re.search(r"(?<=\s)[A-Za-z].*", token.info)
    start = source.text.find(found.group(), code.start) if found else 0
    yield from sample_blocks(code, source.excerpt(start, start + len(found.group())) if found else None)


def _line_span(source: SourceText, first: int, last: int) -> tuple[int, int]:
    """Return the offsets of lines first (from 0) up to, not including, last."""
    starts = source.line_starts
    end = starts[last] - 1 if last < len(starts) else len(source.text)
    return starts[min(first, len(starts) - 1)], end


def _prose(source: SourceText, token: Token, level: int, heading: int) -> Iterator[Block]:
    first, last = token.map or (0, 0)
    texts = [source.excerpt(*_line_span(source, line, line + 1)) for line in range(first, last)]
    rows: list[list[Excerpt]] = []
    for text in texts:
        if tags := tag_blocks(text):
            yield from _rows(rows, texts, level, heading)
            rows = []
            yield from tags
            continue
        words = _content(text, is_heading=heading > 0)
        if words and (not rows or starts_row(words.text)):
            rows.append([])
        if words:
            rows[-1].append(words)
    yield from _rows(rows, texts, level, heading)


def _rows(rows: Sequence[Sequence[Excerpt]], lines: Sequence[Excerpt], level: int, heading: int) -> Iterator[Block]:
    is_bold = len(lines) == 1 and not level and bool(_BOLD.fullmatch(lines[0].text))
    for row in rows:
        plain = joined(row)
        whole = Block(BlockKind.PROSE, plain, plain.start, plain.end)
        if line := [*request_line(whole)]:
            yield from (replace(each, level=heading) for each in line)
            continue
        kind = kind_of(plain.text, heading)
        if kind is BlockKind.PROSE and is_bold and stands_for_a_heading(plain.text):
            yield replace(whole, kind=BlockKind.HEADING, level=_BOLD_LEVEL)
        else:
            yield replace(whole, kind=kind, is_item=level > 0, level=heading or level)


def _content(line: Excerpt, *, is_heading: bool) -> Excerpt:
    if is_heading and _SETEXT.match(line.text):
        return line.part(0, 0)
    match = _PREFIX.match(line.text)
    text = unmarked(line.part(match.end() if match else 0)).stripped().collapsed()
    return text.stripped("# ") if is_heading else text


def _code(source: SourceText, token: Token) -> Block:
    first, last = token.map or (0, 0)
    begin, stop = _line_span(source, first, last)
    if token.type == "code_block":
        code = source.excerpt(begin, stop)
        return Block(BlockKind.CODE, code, begin, begin + len(code.text.rstrip()) or stop)
    ending = source.excerpt(*_line_span(source, last - 1, last)).text
    is_closed = last - first > 1 and bool(_FENCE.match(ending)) and ending.strip(" >").startswith(token.markup)
    inner, _ = _line_span(source, first + 1, last) if last - first > 1 else (stop, stop)
    code_end = _line_span(source, last - 1, last)[0] - 1 if is_closed else stop
    code = source.excerpt(inner, max(inner, code_end))
    begin += len(source.text[begin:stop]) - len(source.text[begin:stop].lstrip())
    language = token.info.strip().split(" ")[0].lower()
    return Block(BlockKind.CODE, code, begin, stop, language=language, is_closed=is_closed)


def _with_gaps(source: SourceText, found: Sequence[Block], head: int) -> Iterator[Block]:
    """Yield the blocks, and as prose every line that the parser gave no block for, as the definition of a link."""
    blocks = [*found]
    covered = bytearray(len(source.line_starts))
    for block in blocks:
        first, last = source.line_number(block.start), source.line_number(max(block.start, block.end - 1))
        covered[first - 1 : last] = b"\1" * (last - first + 1)
    for number, start in enumerate(source.line_starts):
        end = source.line_starts[number + 1] - 1 if number + 1 < len(source.line_starts) else len(source.text)
        words = source.excerpt(start, end).stripped()
        if words and not covered[number] and start >= head:
            kind = BlockKind.PROSE if re.search(r"\w", words.text) else BlockKind.NAVIGATION
            blocks.append(Block(kind, words, words.start, words.end))
    yield from sorted(blocks, key=lambda block: block.start)
