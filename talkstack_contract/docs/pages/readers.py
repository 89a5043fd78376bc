"""Which reader a page needs: by the signs of its generator and rendering, never by its name.

A reader has two functions: one that tells whether a page is its own, one that reads it into blocks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from talkstack_contract.docs.pages import gitbook, html
from talkstack_contract.docs.pages.markdown import looks_like_markdown, read_markdown
from talkstack_contract.docs.pages.page import UNKNOWN_GENERATOR, Block, BlockKind, Page
from talkstack_contract.docs.source_text import SourceText


@dataclass(frozen=True)
class Reader:
    """One generator's pages: `detect` names the rendering, or None for a page of another."""

    detect: Callable[[SourceText], str | None]
    read: Callable[[SourceText, str], Page]


def _detect_markdown(source: SourceText) -> str | None:
    is_of_components = _generator(source.text) in ("mintlify", "slate", "readme")
    return "md" if is_of_components or looks_like_markdown(source) else None


def _read_markdown(source: SourceText, name: str) -> Page:
    return read_markdown(source, name, _generator(source.text), "md")


def _generator(text: str) -> str:
    """Return which generator a Markdown page is from, by what only its pages have."""
    return next((name for name, sign in _SIGNS if sign.search(text)), "markdown")


_SIGNS = (
    (
        "mintlify",
        re.compile(
            r"<(?:ParamField|ResponseField|RequestExample|ResponseExample|CodeGroup)\b|(?m:^> ## Documentation)"
        ),
    ),
    ("slate", re.compile(r"(?m)^language_tabs:|^#{2,4} HTTP Request *$")),
    ("readme", re.compile(r"(?m)^\[block:|^#+ OpenAPI definition *$")),
    (gitbook.GENERATOR, re.compile(r"(?im)^\{% |endpoint:\*\*|^#* ?\**[a-z]?step ?\d+ ?:|^#+ agent instructions")),
)
READERS = (
    Reader(html.detect, html.read),
    Reader(_detect_markdown, _read_markdown),
    Reader(gitbook.detect, gitbook.read),
)


def read_page(text: str, name: str) -> Page:
    """Read the text of one page. A page of no known generator comes back as lines that nothing is known of."""
    source = SourceText(text)
    for reader in READERS:
        if reader.detect(source):
            return reader.read(source, name)
    return Page(name, UNKNOWN_GENERATOR, "unknown", source, tuple(_plain(source)), is_whole=False)


def _plain(source: SourceText) -> list[Block]:
    lines = (line.stripped() for line in source.excerpt().lines())
    return [Block(BlockKind.PROSE, line, line.start, line.end) for line in lines if line]
