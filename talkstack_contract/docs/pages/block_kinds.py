"""What a line of a page is, by its words: heading, page meta, or addressed to machines. Markdown and HTML share it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.vocabulary import (
    ANSWERS_WITH,
    BARE_HEADING,
    INDEX_OF_DOCS,
    LABEL,
    MACHINE,
    META,
    META_CASED,
    STARTS_STATUS,
    STATUS,
    STEP,
    Section,
    section_of,
)


def kind_of(words: str, heading: int) -> BlockKind:
    """Return what a line is; `heading` is its level where it is marked as one, else 0."""
    if META.fullmatch(words) and META_CASED.match(words):
        return BlockKind.META
    if not re.search(r"\w", words):
        return BlockKind.NAVIGATION
    if heading or STEP.fullmatch(words) or BARE_HEADING.fullmatch(words):
        return BlockKind.HEADING
    return BlockKind.PROSE


def stands_for_a_heading(words: str) -> bool:
    """Tell whether a paragraph in bold stands for a heading: that of a part that pages have, or a status."""
    if LABEL.match(words) or words.endswith(":"):
        return False
    return bool(STATUS.fullmatch(words)) or section_of(words) is not Section.UNKNOWN


def starts_row(words: str) -> bool:
    """Tell whether a line begins something of its own, and does not go on with the line above it."""
    begins = (STEP, LABEL, STARTS_STATUS, ANSWERS_WITH)
    return bool(BARE_HEADING.fullmatch(words) or any(each.match(words) for each in begins))


def machine_cut(blocks: Sequence[Block], head: int) -> Iterator[Block]:
    """Yield the blocks; what is addressed to machines is marked so: the preamble, and what is under their heading."""
    is_for_machines, level = False, 0
    for number, block in enumerate(blocks):
        words = block.text.text
        if block.kind is BlockKind.HEADING and MACHINE.fullmatch(words):
            is_for_machines, level = True, block.level
        elif block.kind is BlockKind.HEADING and 0 < block.level <= level:
            is_for_machines = False
        is_preamble = (
            head <= number < head + 3
            and block.kind is not BlockKind.CODE
            and bool(INDEX_OF_DOCS.fullmatch(words[:400]))
        )
        kind = BlockKind.MACHINE if is_for_machines or is_preamble else block.kind
        yield replace(block, kind=kind)
