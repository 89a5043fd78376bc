"""Headings, and lines that stand for one: they open a part of a page, or tell of another operation."""

from talkstack_contract.docs.drafts.listed_lines import add_status
from talkstack_contract.docs.drafts.walk import GITBOOK, PHRASES, Walk, close, new_draft, open_section
from talkstack_contract.docs.pages.page import UNKNOWN_GENERATOR, Block
from talkstack_contract.docs.vocabulary import RESPONSE_LABEL, SECTION_LABEL, STATUS, Section, section_of


def part_label(walk: Walk, block: Block) -> str:
    """Take a line like `Query parameters:` for the heading it stands for, and `Response 201 Created:` for a status."""
    if block.is_item or walk.page.generator in (GITBOOK, UNKNOWN_GENERATOR):
        return ""
    if SECTION_LABEL.fullmatch(block.text.text):
        return open_section(walk, block.text.text, block)
    match = RESPONSE_LABEL.fullmatch(block.text.text)
    if not match or match["code"] >= "400":
        return ""
    close(walk)
    return add_status(walk, block, block.text, match)


def heading(walk: Walk, block: Block) -> str:
    """Take a heading for a title, a status, or what opens a part; return as which."""
    if walk.draft.title is None and not walk.draft.methods:
        walk.draft.title = walk.value(block.text, block)
        walk.title_level = block.level
        return "title"
    if role := _status_heading(walk, block):
        return role
    is_known = section_of(block.text.text) is not Section.UNKNOWN
    is_inside = walk.draft.has_request and block.level > walk.title_level
    if walk.page.generator != GITBOOK and 0 < block.level <= (walk.title_level if is_known else 2) and not is_inside:
        return _part(walk, block, is_known=is_known)
    return open_section(walk, block.text.text, block)


def _status_heading(walk: Walk, block: Block) -> str:
    """Take a heading as `404 Not Found` for a status; what follows it is about that."""
    match = STATUS.fullmatch(block.text.text) or RESPONSE_LABEL.fullmatch(block.text.text)
    if not match or not (match["phrase"] is None or match["phrase"].strip().lower() in PHRASES):
        return ""
    close(walk)
    walk.section = Section.RESPONSE if match["code"] < "400" else Section.ERRORS
    walk.is_below_status = True
    return add_status(walk, block, block.text, match)


def _part(walk: Walk, block: Block, *, is_known: bool) -> str:
    """Begin the part of the page about another operation, or about all of them."""
    close(walk)
    draft = walk.draft
    if draft.has_request or draft.description or draft.credentials or draft.statuses:
        walk.drafts.append(new_draft(walk))
    walk.draft.title = walk.value(block.text, block)
    walk.section, walk.title_level = Section.INTRODUCTION, block.level
    if is_known:
        open_section(walk, block.text.text, block)
    return "title"
