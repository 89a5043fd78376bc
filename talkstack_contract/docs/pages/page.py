"""The intermediate form between the readers of a generator's pages and the facts: a page as a list of blocks.

A block says in one line what the rendering says in its own way: `Endpoint: /thing/do-it`,
`404 Not Found: no such thing`.
The blocks of a page account for every character of it that is no blank.
"""

from dataclasses import dataclass
from enum import StrEnum

from talkstack_contract.docs.source_text import Excerpt, SourceText

UNKNOWN_GENERATOR = "unknown"


class BlockKind(StrEnum):
    """What a block is to the page; only the first three can hold facts."""

    HEADING = "heading"
    PROSE = "prose"
    CODE = "code"
    NAVIGATION = "navigation"
    META = "page meta"
    FRAME = "frame of a table or component"
    SCRIPT = "script or style"
    MARKUP = "markup"
    UNREAD = "not understood"
    COMMENT = "comment that the page does not show"
    MACHINE = "addressed to machines"


@dataclass(frozen=True)
class Block:
    """One piece of a page, from `start` to `end` in its source; `text` is what it says, without markup.

    `is_item` tells that it stood in a list, `level` how deep (a heading: which level, 0 where that is not known).
    `is_closed` is false for code whose end was not seen. `language` is that of a fence.
    """

    kind: BlockKind
    text: Excerpt
    start: int
    end: int
    is_item: bool = False
    level: int = 0
    language: str = ""
    is_closed: bool = True


@dataclass(frozen=True)
class Page:
    """One rendering of one page.

    `is_whole` is true only where the end of the page was seen: no other copy shows that something is absent.
    `has_displaced_code` tells that the rendering moves code away from where it belongs. `documents` are what
    may be OpenAPI documents inside the markup of the page.
    """

    name: str
    generator: str
    rendering: str
    source: SourceText
    blocks: tuple[Block, ...]
    is_whole: bool
    has_displaced_code: bool = False
    documents: tuple[Excerpt, ...] = ()
