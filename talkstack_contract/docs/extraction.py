"""From the blocks of a page to drafts of its operations: what each line is taken for, or that no rule knows it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from talkstack_contract.docs.code_blocks import ENUM_HEAD
from talkstack_contract.docs.draft import Draft, Enum, Example, Listed, Status, Value
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.json_text import ReadBody, Slip, read_body
from talkstack_contract.docs.page import UNKNOWN_GENERATOR, Block, BlockKind, Page
from talkstack_contract.docs.source_text import Excerpt, Place
from talkstack_contract.docs.vocabulary import (
    BARE_HEADING,
    BARE_STATUS,
    BODY_LABELS,
    CREDENTIAL_WORDS,
    ERROR,
    HEADING_LABELS,
    HTTP_HEAD,
    LABEL,
    MACHINE_WORDS,
    REQUEST_LABELS,
    RESPONSE_LABEL,
    SAMPLE_HEAD,
    SECTION_LABEL,
    SHOWS_RESPONSE,
    STATUS,
    STATUS_CLASS,
    STEP,
    Section,
    section_of,
)

_METHOD = re.compile(r"(?P<value>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)[. ]*", re.IGNORECASE)
_PATH = re.compile(r"(?P<value>/[^\s?#]*?)[. ]*(?:[?#]\S*)?")
_URL = re.compile(r"(?P<value>https?://[\w.:-]+(?:/[^\s?#]*?)?)(?:[?#]\S*?)?[. ]*", re.IGNORECASE)
_HEADER = re.compile(
    r"(?P<name>[A-Za-z][A-Za-z0-9-]{1,60}) ?: ?(?P<value>[^,\n]{1,200}?)(?=[., ]*$|,| and [A-Za-z-]{1,60} ?:)"
)
_INCLUDE = re.compile(r"(?:(?:include|add|set)\b)?[ :-]*", re.IGNORECASE)
_FIELD = re.compile(
    r"[. ]*(?P<name>[A-Za-z_][\w-]{0,80}(?:(?:\.|\[\]\.?)[\w-]{1,80}){0,8}(?:\[\])?) ?"
    r"(?:\((?P<mark>[^()\n]{1,60})\))? ?:[ -]*(?P<meaning>.*)",
    re.DOTALL,
)
_DASHED_FIELD = re.compile(
    r"(?P<name>[A-Za-z_][\w-]{0,80}(?:(?:\.|\[\]\.?)[\w-]{1,80}){0,8}(?:\[\])?) "
    r"(?:\((?P<bracketed>[^()\n]{1,60})\)|(?P<bare>(?:string|text|integer|number|float|boolean|object|array|list)\b"
    r"(?:(?:,| -|:)? ?(?:required|optional)\b)?)) ?[:-] ?(?P<meaning>.*)",
    re.DOTALL | re.IGNORECASE,
)
"""A field whose mark is followed by a dash, or stands without brackets."""
_FIELD_SECTIONS = frozenset({Section.PARAMETERS, Section.QUERY, Section.BODY, Section.RESPONSE})
_NOT_A_FIELD = frozenset({"note", "example", "tip", "warning", "important", "hint", "caution", "info", "remark"})
_SAMPLE_LANGUAGES = frozenset(
    [
        "bash",
        "shell",
        "sh",
        "curl",
        "http",
        "python",
        "py",
        "javascript",
        "js",
        "typescript",
        "ts",
        "ruby",
        "go",
        "php",
        "java",
        "csharp",
    ]
)
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_OF_AN_OPERATION = frozenset({"example", "field", "value", "constant"})
_WORDS = frozenset({"title", "description", "note"})
_NO_BULLETS = frozenset({"squeezed", "glued", "flat"})
_LONGEST_LABEL = 400
GITBOOK = "gitbook"
_KEEP_BLANKS = frozenset({"text", "text-nav", "dash", "flat", "md", "html"})


@dataclass
class Walk:
    """A walk over the blocks of a page, and what it has gathered so far."""

    page: Page
    known: frozenset[str] = frozenset()
    drafts: list[Draft] = field(default_factory=list)
    roles: dict[int, str] = field(default_factory=dict)
    section: Section = Section.INTRODUCTION
    heading: str = ""
    title_level: int = 1
    draft_of_block: list[int] = field(default_factory=list)
    awaited: Section | None = None  # a label was read whose code is still to come,
    awaited_at: Place | None = None  # which stands here
    classes: list[tuple[str, str, Value]] = field(default_factory=list)
    is_behind_meta: bool = False
    is_below_status: bool = False  # a heading named a status, and its condition may follow
    open_label: int = 0  # how deep a label is whose values are listed below it

    @property
    def draft(self) -> Draft:
        """What is known of the operation that the walk has come to."""
        return self.drafts[-1]

    def value(self, excerpt: Excerpt, block: Block) -> Value:
        """Return an excerpt as a value with its place."""
        shown = excerpt.stripped()
        is_last = not self.page.is_whole and block is self.page.blocks[-1]
        return Value(shown.text, self.page.source.place(shown.start if shown else block.start), is_last)


def walked(page: Page) -> Walk:
    """Walk over a page; `roles` of the result says what each block, by its number, was taken for."""
    walk = Walk(page, _known_names(page))
    walk.drafts.append(_new_draft(walk))
    if page.generator == UNKNOWN_GENERATOR:
        walk.section = Section.UNKNOWN
    for number, block in enumerate(page.blocks):
        if block.kind is BlockKind.CODE:
            walk.roles[number] = _code(walk, block)
        elif block.kind in (BlockKind.HEADING, BlockKind.PROSE):
            walk.roles[number] = _words(walk, block)
        else:
            walk.roles[number] = str(block.kind)
            walk.is_behind_meta = block.kind is BlockKind.META
        walk.draft_of_block.append(len(walk.drafts) - 1)
    _close(walk)
    _shared(walk)
    return walk


def _new_draft(walk: Walk) -> Draft:
    return Draft(walk.page.source, keeps_blanks=walk.page.rendering in _KEEP_BLANKS)


def _known_names(page: Page) -> frozenset[str]:
    names: set[str] = set()
    for block in page.blocks:
        if block.kind is BlockKind.CODE:
            names |= set(re.findall(r'"([A-Za-z_][\w-]{0,80})" ?:', block.text.text))
    return frozenset(names)


def _close(walk: Walk) -> None:
    """End what is open: a label whose code did not come, a list of values."""
    if walk.awaited and walk.awaited_at:
        walk.draft.labels_without_code.setdefault(walk.awaited, walk.awaited_at)
        walk.awaited = None
    if walk.classes:
        values: dict[str, object] = {name: kind for name, kind, _ in walk.classes}
        walk.draft.enums.append(Enum("status class", values, walk.classes[0][2]))
        walk.classes = []


def _words(walk: Walk, block: Block) -> str:
    text = block.text
    if step := STEP.fullmatch(text.text):
        return _open(walk, step["words"], block)
    is_heading = block.kind is BlockKind.HEADING
    if BARE_HEADING.fullmatch(text.text) and not (is_heading and block.level and walk.page.generator != GITBOOK):
        return _open(walk, text.text, block)
    if is_heading:
        return _heading(walk, block)
    label = LABEL.fullmatch(text.text)
    if label and not _is_field_name(walk, label["label"]) and (role := _labelled(walk, block, label)):
        return role
    for read in (_part_label, _status, _class, _field):
        if role := read(walk, block):
            return role
    return _prose(walk, block)


def _is_field_name(walk: Walk, label: str) -> bool:
    """Tell whether a word that could be a label is a field: lists print names as the API writes them."""
    return walk.section in _FIELD_SECTIONS and (label[0].islower() or label in walk.known) and " " not in label


def _part_label(walk: Walk, block: Block) -> str:
    """Take a line like `Query parameters:` for the heading it stands for, and `Response 201 Created:` for a status."""
    if block.is_item or walk.page.generator in (GITBOOK, UNKNOWN_GENERATOR):
        return ""
    if SECTION_LABEL.fullmatch(block.text.text):
        return _open(walk, block.text.text, block)
    match = RESPONSE_LABEL.fullmatch(block.text.text)
    if not match or match["code"] >= "400":
        return ""
    _close(walk)
    return _add_status(walk, block, block.text, match)


def _heading(walk: Walk, block: Block) -> str:
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
    return _open(walk, block.text.text, block)


def _status_heading(walk: Walk, block: Block) -> str:
    """Take a heading as `404 Not Found` for a status; what stands below it is about that."""
    match = STATUS.fullmatch(block.text.text)
    if not match or not (match["phrase"] is None or match["phrase"].strip().lower() in _PHRASES):
        return ""
    _close(walk)
    walk.section = Section.RESPONSE if match["code"] < "400" else Section.ERRORS
    walk.is_below_status = True
    return _add_status(walk, block, block.text, match)


def _part(walk: Walk, block: Block, *, is_known: bool) -> str:
    """Begin what is told of another operation, or of all of them."""
    _close(walk)
    draft = walk.draft
    if draft.has_request or draft.description or draft.credentials or draft.statuses:
        walk.drafts.append(_new_draft(walk))
    walk.draft.title = walk.value(block.text, block)
    walk.section, walk.title_level = Section.INTRODUCTION, block.level
    if is_known:
        _open(walk, block.text.text, block)
    return "title"


def _open(walk: Walk, words: str, block: Block) -> str:
    _close(walk)
    walk.is_below_status = False
    walk.section, walk.heading = section_of(words), block.text.text
    if walk.section is Section.UNKNOWN:
        walk.draft.notes.append((Section.UNKNOWN, walk.value(block.text, block)))
        return NOT_UNDERSTOOD
    return "heading"


def _labelled(walk: Walk, block: Block, label: "re.Match[str]") -> str:
    name, value = label["label"].lower(), block.text.group(label, "value").stripped()
    if name in HEADING_LABELS:
        _open(walk, name, block)
        walk.draft.notes.append((walk.section, walk.value(value, block)))
        return "heading"
    if name in BODY_LABELS:
        return _body_label(walk, block, name, value)
    if name in REQUEST_LABELS:
        return _request_line(walk, block, name, value)
    value = value.stripped("- ")
    if match := STATUS.fullmatch(value.text):
        return _add_status(walk, block, value, match)
    return "" if value else "label"


def _body_label(walk: Walk, block: Block, name: str, value: Excerpt) -> str:
    _close(walk)
    section = walk.section
    if "response" in name or section in (Section.RESPONSE, Section.ERRORS):
        section = Section.RESPONSE
    elif "request" in name or section in (Section.INTRODUCTION, Section.REQUEST):
        section = Section.BODY
    walk.section = section
    walk.awaited, walk.awaited_at = section, walk.page.source.place(block.start)
    if value:
        walk.draft.notes.append((section, walk.value(value, block)))
    return "label"


def _request_line(walk: Walk, block: Block, name: str, value: Excerpt) -> str:
    shapes = {"endpoint": _PATH, "method": _METHOD, "url": _URL}
    if name in shapes:
        match = shapes[name].fullmatch(value.text.lstrip("- "))
        if not match:
            return NOT_UNDERSTOOD
        _new_operation(walk, name)
        offset = len(value.text) - len(value.text.lstrip("- "))
        found = walk.value(value.part(offset + match.start("value"), offset + match.end("value")), block)
        {"endpoint": walk.draft.paths, "method": walk.draft.methods, "url": walk.draft.urls}[name].append(found)
    elif name == "authorization":
        if not value.text.strip("- ."):
            return NOT_UNDERSTOOD
        walk.draft.credentials.append(walk.value(value.stripped("- ."), block))
        is_open = re.search(r"\b(?:one|any|either) of\b[^.]{0,40}:?\Z", value.text.strip("- ."), re.IGNORECASE)
        walk.open_label = block.level if block.is_item and is_open else 0
    else:
        return _header_line(walk, block, value)
    if walk.section is Section.INTRODUCTION:
        walk.section = Section.REQUEST
    return "request line"


def _header_line(walk: Walk, block: Block, value: Excerpt) -> str:
    include = _INCLUDE.match(value.text)
    rest = value.part(include.end() if include else 0)
    found = [*_HEADER.finditer(rest.text)]
    for match in found:
        walk.draft.headers.append((match["name"].lower(), walk.value(rest.group(match, "value"), block)))
    return "request line" if found else NOT_UNDERSTOOD


def _new_operation(walk: Walk, name: str) -> None:
    """Begin another operation where a page that has gone on to responses names a method or a path again."""
    is_told = walk.draft.methods if name == "method" else walk.draft.paths if name == "endpoint" else walk.draft.urls
    if is_told and walk.draft.has_request and walk.section not in (Section.INTRODUCTION, Section.REQUEST):
        walk.drafts.append(_new_draft(walk))
        walk.section = Section.REQUEST


def _status(walk: Walk, block: Block) -> str:
    words = block.text.text
    if walk.section is Section.RESPONSE and (match := STATUS.fullmatch(words)) and match["phrase"]:
        return _add_status(walk, block, block.text, match)
    match = ERROR.fullmatch(words) or (BARE_STATUS.fullmatch(words) if walk.section is Section.ERRORS else None)
    if not match or (walk.section is not Section.ERRORS and (match["condition"] is None or match["code"] < "400")):
        return ""
    if match["condition"] is None and match["phrase"].lower() not in _PHRASES:
        match = BARE_STATUS.fullmatch(words) or match  # a condition stands where the phrase does
    condition = block.text.group(match, "condition")
    _append_status(
        walk,
        walk.value(block.text.group(match, "code"), block),
        walk.value(block.text.group(match, "phrase"), block),
        walk.value(condition, block) if condition.stripped() else None,
    )
    return "status"


def _add_status(walk: Walk, block: Block, text: Excerpt, match: "re.Match[str]") -> str:
    phrase = walk.value(text.group(match, "phrase") if match["phrase"] else text, block)
    shown = phrase if match["phrase"] else Value("", phrase.place, phrase.is_cut)
    _append_status(walk, walk.value(text.group(match, "code"), block), shown, None)
    if match["code"] < "400" and walk.section is not Section.ERRORS:
        walk.section = Section.RESPONSE
    return "status"


def _append_status(walk: Walk, code: Value, phrase: Value, condition: Value | None) -> None:
    walk.draft.statuses.append(Status(walk.section, code, phrase, condition))


def _class(walk: Walk, block: Block) -> str:
    match = STATUS_CLASS.fullmatch(block.text.text) if walk.section is Section.ERRORS else None
    if not match:
        return ""
    walk.classes.append((match["value"], match["class"].lower(), walk.value(block.text.group(match, "value"), block)))
    return "value"


def _field(walk: Walk, block: Block) -> str:
    is_here = walk.section in _FIELD_SECTIONS
    match = (_FIELD.fullmatch(block.text.text) or _DASHED_FIELD.fullmatch(block.text.text)) if is_here else None
    if not match or match["name"].lower() in _NOT_A_FIELD or not _may_be_field(walk, block, match["name"]):
        return ""
    name = block.text.group(match, "name")
    meaning = walk.value(block.text.group(match, "meaning"), block)
    place = walk.page.source.place(name.start)
    marks = (match.groupdict().get(group) for group in ("mark", "bracketed", "bare"))
    mark = next((each for each in marks if each), "")
    walk.draft.listed.append(Listed(walk.section, match["name"], mark, meaning, place, block.level))
    return "field"


def _may_be_field(walk: Walk, block: Block, name: str) -> bool:
    """Tell whether a word before a colon is a field: in a list or an example, or where a rendering has no bullets."""
    return block.is_item or name in walk.known or (walk.page.rendering in _NO_BULLETS and name[0].islower())


def _prose(walk: Walk, block: Block) -> str:
    draft, value = walk.draft, walk.value(block.text, block)
    if MACHINE_WORDS.search(block.text.text):
        return str(BlockKind.MACHINE)
    if role := _below_label(walk, block) or _below_status(walk, value):
        return role
    if block.text.text[:1] in ("{", "["):
        return _code_in_prose(walk, block)
    if walk.page.generator != GITBOOK and not draft.has_request and not draft.credentials:
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
    if walk.section in (Section.UNKNOWN, Section.ERRORS) or (is_labelled_item and walk.section is Section.REQUEST):
        return NOT_UNDERSTOOD
    if value.is_cut and len(value.text) < 12:
        return NOT_UNDERSTOOD
    draft.notes.append((walk.section, value))
    return "note"


def _credential_words(block: Block) -> Iterator[Excerpt]:
    """Yield the words of a sentence that say which credential is sent: from the first that is named to the last."""
    if found := [*CREDENTIAL_WORDS.finditer(block.text.text)]:
        yield block.text.part(found[0].start(), found[-1].end())


def _below_label(walk: Walk, block: Block) -> str:
    """Take an item below `Authorization: one of` for one more credential, which is as good as the others."""
    draft = walk.draft
    if walk.open_label and block.is_item and block.level > walk.open_label and draft.credentials:
        before = draft.credentials[-1]
        draft.credentials[-1] = replace(before, text=f"{before.text} or {block.text.text}")
        return "request line"
    walk.open_label = 0
    return ""


def _below_status(walk: Walk, value: Value) -> str:
    """Take the first words below a heading of an error for its condition."""
    last = walk.draft.statuses[-1] if walk.draft.statuses else None
    if not walk.is_below_status or last is None or last.condition or walk.section is not Section.ERRORS:
        return ""
    walk.draft.statuses[-1] = replace(last, condition=value)
    return "status"


def _code_in_prose(walk: Walk, block: Block) -> str:
    """Take a body that stands where a paragraph does for what it is; one that cannot be read is not understood."""
    body = read_body(_raw(walk, block.text))
    return NOT_UNDERSTOOD if isinstance(body, Slip) else _code(walk, block)


def _shared(walk: Walk) -> None:
    """Give each operation the credential and errors that are told once for all; nobody knows what else stands apart."""
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


def _code(walk: Walk, block: Block) -> str:
    code = block.text.stripped()
    if sample := HTTP_HEAD.match(code.text):
        _add_status(walk, block, code, sample)
        code = code.part(sample.end())
        if not code:
            return "status"
    text = code.text
    if head := ENUM_HEAD.match(text):
        return _enum(walk, block, code, head)
    if text[:1] not in ("{", "[") or (block.language == "http" and not sample):
        if block.language in _SAMPLE_LANGUAGES or SAMPLE_HEAD.match(text):
            return "code sample"
        return NOT_UNDERSTOOD
    section = walk.awaited or walk.section
    if walk.page.has_displaced_code and (walk.is_behind_meta or walk.section in (Section.INTRODUCTION, Section.ERRORS)):
        section = Section.UNKNOWN
    elif section is Section.ERRORS:
        return "code sample" if walk.is_below_status else NOT_UNDERSTOOD
    body = read_body(_raw(walk, code))
    plain = read_body(text) if isinstance(body, Slip) else body
    if block.language in _SAMPLE_LANGUAGES and _is_program(plain):
        return "code sample"
    walk.awaited = None
    if isinstance(body, Slip) and not isinstance(plain, Slip):
        body = replace(plain, slips=(body, *plain.slips))
    walk.draft.examples.append(Example(section, code, body, walk.value(code, block), block.is_closed))
    return "example"


def _is_program(body: ReadBody | Slip) -> bool:
    """Tell whether code in the fence of a programming language is a program, and not a body with slips."""
    return isinstance(body, Slip) or any("has no quotes" in slip.message for slip in body.slips)


def _raw(walk: Walk, code: Excerpt) -> str:
    """Return the code as it was stored: typographic quotes are no JSON."""
    is_unbroken = bool(code) and code.end - code.start == len(code.text)
    return walk.page.source.raw[code.start : code.end] if is_unbroken else code.text


def _enum(walk: Walk, block: Block, code: Excerpt, head: "re.Match[str]") -> str:
    body = read_body(code.text[head.end() :])
    if isinstance(body, Slip) or not isinstance(body.value, dict):
        return "constant" if not block.is_closed else NOT_UNDERSTOOD
    walk.draft.enums.append(Enum(head["name"], dict(body.value), walk.value(code.group(head, "name"), block)))
    return "constant"
