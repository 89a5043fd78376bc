"""Lines with a label: method, endpoint, URL, headers, credential, status, and the labels of bodies."""

import re

from talkstack_contract.docs.drafts.credential_words import credential_of
from talkstack_contract.docs.drafts.listed_lines import add_status
from talkstack_contract.docs.drafts.walk import Walk, close, new_draft, open_section
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.pages.page import Block
from talkstack_contract.docs.source_text import Excerpt
from talkstack_contract.docs.vocabulary import (
    BODY_LABELS,
    CREDENTIAL_LABELS,
    HEADING_LABELS,
    HOST_LABELS,
    REQUEST_LABELS,
    STATUS,
    Section,
)

_METHOD = re.compile(r"(?P<value>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[. ]*", re.IGNORECASE)
_PATH = re.compile(r"(?P<value>/[^\s?#]*?)[. ]*(?:[?#]\S*)?")
_URL = re.compile(r"(?P<value>https?://[\w.:-]+(?:/[^\s?#]*?)?)(?:[?#]\S*?)?[. ]*", re.IGNORECASE)
_HEADER = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9-]{1,60}) ?: ?(?P<value>[^,\n]{1,200}?)(?=[., ]*$|,| and [A-Za-z-]{1,60} ?:)"
)
_SENT_BY_THE_VENDOR = re.compile(
    r"(?:\w+ )?(?:webhooks?|callbacks?)"
    r"(?: (?:events?|payloads?|requests?|notifications?|deliver\w+|samples?|examples?))?",
    re.IGNORECASE,
)
"""A heading above requests that the vendor sends to its client: they are no operation of the API."""
_SENT = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,60} ?: ?[^\s]{1,200}")
"""A header whose value is one word, as it is sent; several words are what it means."""
_BASE = re.compile(r"(?P<value>(?:https?://)?[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/[^\s?#]*?)?)[. ]*", re.IGNORECASE)
_BEFORE_THE_BODY = frozenset({Section.INTRODUCTION, Section.REQUEST, Section.HEADERS})
_INCLUDE = re.compile(r"(?:(?:include|add|set)\b)?[ :-]*", re.IGNORECASE)


def labelled(walk: Walk, block: Block, label: "re.Match[str]") -> str:
    """Take a line with a label for what the label says; return as what, nothing where it is none."""
    name, value = label["label"].lower(), block.text.group(label, "value").stripped()
    if name in HEADING_LABELS:
        open_section(walk, name, block)
        walk.draft.notes.append((walk.section, walk.value(value, block)))
        return "heading"
    if name in BODY_LABELS:
        return _body_label(walk, block, name, value)
    if name in REQUEST_LABELS:
        return _request_line(walk, block, name, value)
    value = value.stripped("- ")
    if match := STATUS.fullmatch(value.text):
        return add_status(walk, block, value, match)
    return "" if value else "label"


def _body_label(walk: Walk, block: Block, name: str, value: Excerpt) -> str:
    close(walk)
    section = walk.section
    if "response" in name or section in (Section.RESPONSE, Section.ERRORS):
        section = Section.RESPONSE
    elif "request" in name or section in _BEFORE_THE_BODY:
        section = Section.BODY
    walk.section = section
    walk.awaited, walk.awaited_at = section, walk.page.source.place(block.start)
    shown = value.stripped("` ")
    if section is Section.RESPONSE and (match := STATUS.fullmatch(shown.text)):
        add_status(walk, block, shown, match)
    elif value:
        walk.draft.notes.append((section, walk.value(value, block)))
    return "label"


def _request_line(walk: Walk, block: Block, name: str, value: Excerpt) -> str:
    if name in HOST_LABELS:
        return _host(walk, block, value)
    if _SENT_BY_THE_VENDOR.fullmatch(walk.heading):
        return NOT_UNDERSTOOD
    shapes = {"endpoint": _PATH, "method": _METHOD, "url": _URL}
    if name in shapes:
        match = shapes[name].fullmatch(value.text.lstrip("- "))
        if not match:
            return NOT_UNDERSTOOD
        _new_operation(walk, name, match["value"], block)
        offset = len(value.text) - len(value.text.lstrip("- "))
        found = walk.value(value.part(offset + match.start("value"), offset + match.end("value")), block)
        {"endpoint": walk.draft.paths, "method": walk.draft.methods, "url": walk.draft.urls}[name].append(found)
    elif name in CREDENTIAL_LABELS:
        words = value.text.strip("- .")
        if not words or (name != "authorization" and credential_of(words) == words):
            return NOT_UNDERSTOOD
        walk.draft.credentials.append(walk.value(value.stripped("- ."), block))
        is_open = re.search(r"\b(?:one|any|either) of\b[^.]{0,40}:?\Z", value.text.strip("- ."), re.IGNORECASE)
        walk.open_label = block.level if block.is_item and is_open else walk.open_label if walk.is_open_headers else 0
        walk.is_open_headers = walk.is_open_headers and not is_open
    else:
        return header_line(walk, block, value)
    if walk.section is Section.INTRODUCTION:
        walk.section = Section.REQUEST
    return "request line"


def _host(walk: Walk, block: Block, value: Excerpt) -> str:
    """Take what stands behind `Base URL:` or `Host:` for the host, with the path that it may have."""
    match = _BASE.fullmatch(value.text)
    if not match:
        return ""
    walk.draft.bases.append(walk.value(value.group(match, "value"), block))
    return "request line"


def listed_header(walk: Walk, block: Block) -> str:
    """Take an item below a heading `Headers` that shows a header with the value that is sent."""
    is_here = walk.section is Section.HEADERS and block.is_item and not walk.open_label
    match = _SENT.fullmatch(block.text.text) if is_here else None
    return header_line(walk, block, block.text) if match else ""


def header_line(walk: Walk, block: Block, value: Excerpt) -> str:
    """Take a text for headers with their values; return as what it was taken."""
    if not value.stripped("- .") and block.is_item:
        walk.open_label, walk.is_open_headers = block.level, True
        return "label"
    include = _INCLUDE.match(value.text)
    rest = value.part(include.end() if include else 0)
    found = [*_HEADER.finditer(rest.text)]
    for match in found:
        walk.draft.headers.append((match["name"].lower(), walk.value(rest.group(match, "value"), block)))
    return "request line" if found else NOT_UNDERSTOOD


def _new_operation(walk: Walk, name: str, value: str, block: Block) -> None:
    """Begin another operation where a page that has gone on to responses names a method or a path again."""
    is_told = walk.draft.methods if name == "method" else walk.draft.paths if name == "endpoint" else walk.draft.urls
    is_heading = block.level > 0 and not block.is_item
    goes_on = walk.section in _BEFORE_THE_BODY and not is_heading
    is_another = name == "method" and {each.text.upper() for each in walk.draft.methods} != {value.upper()}
    goes_on = goes_on and (walk.draft.is_gitbook or not is_another)
    if is_told and walk.draft.has_request and (walk.begins_anew or not goes_on):
        walk.drafts.append(new_draft(walk))
        if walk.unknown_heading:
            number, walk.draft.title = walk.unknown_heading
            walk.roles[number] = "title"
            walk.draft_of_block[number] = len(walk.drafts) - 1
        walk.section, walk.begins_anew = Section.REQUEST, False
