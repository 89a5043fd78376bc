"""From the blocks of a page to drafts of its operations: what each line is taken for, or that no rule knows it."""

import re
from collections.abc import Iterator
from dataclasses import replace

from talkstack_contract.docs.drafts.code_lines import example, raw
from talkstack_contract.docs.drafts.draft import Draft, Value
from talkstack_contract.docs.drafts.headings import heading, part_label
from talkstack_contract.docs.drafts.labels import header_line, labelled, listed_header
from talkstack_contract.docs.drafts.listed_lines import is_field_name, listed_field, status, status_class
from talkstack_contract.docs.drafts.walk import GITBOOK, Walk, close, new_draft, open_section
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.json_text import Slip, read_body
from talkstack_contract.docs.pages.page import UNKNOWN_GENERATOR, Block, BlockKind, Page
from talkstack_contract.docs.source_text import Excerpt
from talkstack_contract.docs.vocabulary import (
    BARE_HEADING,
    CREDENTIAL_WORDS,
    LABEL,
    MACHINE_WORDS,
    SHOWS_RESPONSE,
    STEP,
    Section,
)

_OF_AN_OPERATION = frozenset({"example", "field", "value", "constant"})
_WORDS = frozenset({"title", "description", "note"})
_DENIES = re.compile(
    r"\b(?:no|without(?: an?| any)?) [`\"']?(?:auth\w*|api key|token|credential|x-[a-z-]+)\b"
    r"|\b(?:not|n't) (?:need|require|use|send|expect|take|accept)\w*\b",
    re.IGNORECASE,
)
"""A sentence that says that something is not sent."""
_BY_THE_REQUEST = frozenset({Section.REQUEST, Section.HEADERS})
_LONGEST_LABEL = 400


def walked(page: Page) -> Walk:
    """Walk over a page; `roles` of the result says what each block, by its number, was taken for."""
    walk = Walk(page, _known_names(page))
    walk.drafts.append(new_draft(walk))
    if page.generator == UNKNOWN_GENERATOR:
        walk.section = Section.UNKNOWN
    for number, block in enumerate(page.blocks):
        if block.kind is BlockKind.CODE:
            walk.roles[number] = example(walk, block)
        elif block.kind in (BlockKind.HEADING, BlockKind.PROSE):
            walk.roles[number] = _words(walk, block)
        else:
            walk.roles[number] = str(block.kind)
            walk.is_behind_meta = block.kind is BlockKind.META
        walk.draft_of_block.append(len(walk.drafts) - 1)
    close(walk)
    _shared(walk)
    return walk


def _known_names(page: Page) -> frozenset[str]:
    names: set[str] = set()
    for block in page.blocks:
        if block.kind is BlockKind.CODE:
            names |= set(re.findall(r'"([A-Za-z_][\w-]{0,80})" ?:', block.text.text))
    return frozenset(names)


def _words(walk: Walk, block: Block) -> str:
    text = block.text
    if step := STEP.fullmatch(text.text):
        return open_section(walk, step["words"], block)
    is_heading = block.kind is BlockKind.HEADING
    if BARE_HEADING.fullmatch(text.text) and not (is_heading and block.level and walk.page.generator != GITBOOK):
        return open_section(walk, text.text, block)
    if is_heading:
        return heading(walk, block)
    label = LABEL.fullmatch(text.text)
    if label and not is_field_name(walk, label["label"]) and (role := labelled(walk, block, label)):
        return role
    for read in (part_label, status, status_class, listed_header, listed_field, _unread_row):
        if role := read(walk, block):
            return role
    return _prose(walk, block)


def _unread_row(_: Walk, block: Block) -> str:
    """Take a row of a table that no rule reads for what it is: not understood."""
    return NOT_UNDERSTOOD if block.text.text.startswith("|") else ""


def _prose(walk: Walk, block: Block) -> str:
    draft, value = walk.draft, walk.value(block.text, block)
    if MACHINE_WORDS.search(block.text.text):
        return str(BlockKind.MACHINE)
    if role := _below_label(walk, block) or _below_status(walk, block, value):
        return role
    if block.text.text[:1] in ("{", "["):
        return _code_in_prose(walk, block)
    is_early = not draft.has_request or walk.section in _BY_THE_REQUEST
    if walk.page.generator != GITBOOK and is_early and not draft.credentials:
        draft.credentials += [walk.value(each, block) for each in _credential_words(block)]
    if len(block.text.text) < _LONGEST_LABEL and SHOWS_RESPONSE.fullmatch(block.text.text):
        walk.awaited, walk.awaited_at = Section.RESPONSE, value.place
        return "label"
    if walk.section is Section.INTRODUCTION:
        if draft.title is None:
            draft.title = value
            return "title"
        draft.description.append(value)
        return "description"
    is_labelled_item = block.is_item and bool(re.match(r"[A-Z][\w ]{0,40} ?:", block.text.text))
    is_open = walk.section in (Section.UNKNOWN, Section.ERRORS)
    if is_open or (is_labelled_item and walk.section in _BY_THE_REQUEST):
        return NOT_UNDERSTOOD
    if value.is_cut and len(value.text) < 12:
        return NOT_UNDERSTOOD
    draft.notes.append((walk.section, value))
    return "note"


def _credential_words(block: Block) -> Iterator[Excerpt]:
    """Yield the words of a sentence that say which credential is sent: from the first that is named to the last."""
    if _DENIES.search(block.text.text):
        return
    if found := [*CREDENTIAL_WORDS.finditer(block.text.text)]:
        yield block.text.part(found[0].start(), found[-1].end())


def _below_label(walk: Walk, block: Block) -> str:
    """Take an item below `Headers:` for a header, and one below `Authorization: one of` for one more credential."""
    draft = walk.draft
    is_inside = bool(walk.open_label) and block.is_item and block.level > walk.open_label
    if is_inside and walk.is_open_headers:
        return header_line(walk, block, block.text)
    if is_inside and draft.credentials:
        before = draft.credentials[-1]
        draft.credentials[-1] = replace(before, text=f"{before.text} or {block.text.text}")
        return "request line"
    walk.open_label, walk.is_open_headers = 0, False
    return ""


def _below_status(walk: Walk, block: Block, value: Value) -> str:
    """Take the first words below a heading of an error, and each item below one in a list, for its condition."""
    last = walk.draft.statuses[-1] if walk.draft.statuses else None
    if last and walk.section is Section.ERRORS and block.is_item and block.level > walk.status_level > 0:
        whole = replace(last.condition, text=f"{last.condition.text} {value.text}") if last.condition else value
        walk.draft.statuses[-1] = replace(last, condition=whole)
        return "status"
    if not walk.is_below_status or last is None or last.condition or walk.section is not Section.ERRORS:
        return ""
    walk.draft.statuses[-1] = replace(last, condition=value)
    return "status"


def _code_in_prose(walk: Walk, block: Block) -> str:
    """Take a body that stands where a paragraph does for what it is; one that cannot be read is not understood."""
    body = read_body(raw(walk, block.text))
    return NOT_UNDERSTOOD if isinstance(body, Slip) else example(walk, block)


def _shared(walk: Walk) -> None:
    """Give each operation the credential and the errors that the page states once for all of them."""
    apart = [draft for draft in walk.drafts if not draft.has_request]
    told = [draft for draft in walk.drafts if draft.has_request]
    for draft in told:
        if not draft.credentials:
            draft.credentials = [each for other in apart for each in other.credentials]
        own = {status.code.text for status in draft.statuses}
        draft.statuses += [each for other in apart for each in other.statuses if each.code.text not in own]
    for number, index in enumerate(walk.draft_of_block):
        draft = walk.drafts[index]
        is_half = bool(told) and draft in apart and draft is not walk.drafts[0] and bool(draft.paths or draft.methods)
        of_it = (*_OF_AN_OPERATION, *(("request line", "title") if is_half else ()))
        is_used = (
            draft.has_request or (not is_half and (draft.paths or draft.methods)) or walk.roles[number] not in of_it
        )
        is_lost = (
            not told and not draft.paths and not draft.methods and walk.roles[number] in ("status", "request line")
        )
        if (
            is_lost
            or not is_used
            or (told and index and draft in apart and walk.roles[number] in _WORDS and not _says_all(draft))
        ):
            walk.roles[number] = NOT_UNDERSTOOD
    if told:
        walk.drafts = [draft for draft in walk.drafts if draft.has_request or draft is walk.drafts[0]]


def _says_all(draft: Draft) -> bool:
    return bool(draft.credentials or draft.statuses)
