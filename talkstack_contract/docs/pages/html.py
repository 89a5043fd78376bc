"""Reads pages that were saved as HTML: of GitBook, Mintlify, ReadMe, Slate, or of any generator that uses plain HTML.

Elements come to the same blocks as lines of Markdown. Only the main part of a page is read; scripts, styles,
navigation and markup are accounted for as what they are.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from talkstack_contract.docs.pages.block_kinds import machine_cut
from talkstack_contract.docs.pages.html_blocks import BlockBuilder
from talkstack_contract.docs.pages.html_documents import embedded_documents
from talkstack_contract.docs.pages.html_tree import Comment, End, Start, events
from talkstack_contract.docs.pages.markup import request_line
from talkstack_contract.docs.pages.page import Block, BlockKind, Page
from talkstack_contract.docs.source_text import Excerpt, SourceText, joined

RENDERING = "html"
_IS_HTML = re.compile(
    r"\s*(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(?:!doctype html|html|head|body|main|article)\b", re.IGNORECASE
)
_IS_FRAGMENT = re.compile(r"\s*<(?:div|section|header|h[1-6]|p|ul|ol|table)\b[^<>]*>", re.IGNORECASE)
_IS_MARKDOWN = re.compile(r"(?m)^(?:#{1,6} \S| {0,3}(?:```|~~~))")
_END = re.compile(r"</(?:html|body)\s*>\s*(?:</html\s*>\s*)?(?:<!--(?:[^-]|-(?!->))*-->\s*)*\Z", re.IGNORECASE)
_SIGNS = (
    ("gitbook", re.compile(r"<meta[^<>]{0,200}\bgitbook\b|class=\"[^\"]{0,200}\bgitbook\b", re.IGNORECASE)),
    ("mintlify", re.compile(r"<meta[^<>]{0,200}\bmintlify\b|data-component-part=", re.IGNORECASE)),
    (
        "readme",
        re.compile(r"\bssr-props\b|<meta[^<>]{0,200}\breadme(?:\.io|-)|class=\"[^\"]{0,200}\brm-", re.IGNORECASE),
    ),
    ("slate", re.compile(r"class=['\"](?:[^'\"]{0,200} )?(?:toc-wrapper|tocify|lang-selector)\b", re.IGNORECASE)),
)
_METHOD = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+|/\S*")


def detect(source: SourceText) -> str | None:
    """Return the rendering of a page of HTML, or None for another page."""
    is_fragment = _IS_FRAGMENT.match(source.text) and not _IS_MARKDOWN.search(source.text)
    return RENDERING if is_fragment or _IS_HTML.match(source.text) else None


def read(source: SourceText, name: str) -> Page:
    """Read a page of HTML into blocks."""
    generator = next((name for name, sign in _SIGNS if sign.search(source.text)), RENDERING)
    found = [*events(source)]
    builder = BlockBuilder(source, _main(found))
    for event in found:
        builder.take(event)
    blocks = sorted(_request_lines(builder.finish()), key=lambda block: block.start)
    content = (n for n, block in enumerate(blocks) if block.kind in (BlockKind.HEADING, BlockKind.PROSE))
    blocks = sorted([*machine_cut(blocks, next(content, 0)), *_markup(source, blocks)], key=lambda block: block.start)
    documents = embedded_documents(source)
    is_whole = bool(_END.search(source.text))
    if generator == "readme" and not documents:
        blocks, is_whole = [*_without_names(blocks)], False
    return Page(name, generator, RENDERING, source, tuple(blocks), is_whole, documents=documents)


def _without_names(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks of a page of ReadMe whose document was left out: behind the request nothing tells its names."""
    is_behind = False
    for block in blocks:
        is_behind = is_behind or block.text.text.startswith("Method: ")
        is_prose = block.kind is BlockKind.PROSE and not block.text.text.startswith(("Method: ", "Endpoint: ", "URL: "))
        yield replace(block, kind=BlockKind.UNREAD) if is_behind and is_prose else block


def _main(found: Sequence[Start | End | Comment | Excerpt]) -> str:
    """Return the name of the element that holds the content of the page: `main`, a single `article`, or `body`."""
    names = [event.name for event in found if isinstance(event, Start)]
    if "main" in names:
        return "main"
    return "article" if names.count("article") == 1 else "body"


def _markup(source: SourceText, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the lines that hold nothing but tags."""
    covered = bytearray(len(source.line_starts) + 1)
    for block in blocks:
        first, last = source.line_number(block.start), source.line_number(max(block.start, block.end - 1))
        covered[first : last + 1] = b"\1" * (last - first + 1)
    for number, line in enumerate(source.excerpt().lines(), 1):
        words = line.stripped()
        if words and not covered[number]:
            yield Block(BlockKind.MARKUP, words, words.start, words.end)


def _request_lines(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, a method and the parts of a path behind it as what they say together."""
    position = 0
    while position < len(blocks):
        block, position = blocks[position], position + 1
        if block.kind is not BlockKind.PROSE or not _METHOD.fullmatch(block.text.text):
            yield block
            continue
        address, end = _address(blocks, position)
        method = Excerpt(block.text.text.upper(), block.text.offsets)
        whole = replace(block, text=joined([method, address]))
        if line := [*request_line(whole)]:
            yield from line
            position = end
        else:
            yield block


def _address(blocks: Sequence[Block], position: int) -> tuple[Excerpt, int]:
    """Return the address that begins here, which a generator may have cut at its slashes, and where it ends."""
    address = blocks[position].text if position < len(blocks) else Excerpt("", ())
    if not _ADDRESS.fullmatch(address.text):
        return Excerpt("", ()), position
    position += 1
    while position < len(blocks) and " " not in (part := blocks[position].text).text:
        if not (address.text.endswith("/") or part.text.startswith("/")):
            break
        address, position = joined([address, part], ""), position + 1
    return address, position
