"""Lines of lists: a status with its condition, a value, a field or parameter."""

import re

from talkstack_contract.docs.draft import Listed, Status, Value
from talkstack_contract.docs.page import Block
from talkstack_contract.docs.source_text import Excerpt
from talkstack_contract.docs.vocabulary import BARE_STATUS, ERROR, STATUS, STATUS_CLASS, Section
from talkstack_contract.docs.walk import PHRASES, Walk

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
FIELD_SECTIONS = frozenset({Section.PARAMETERS, Section.QUERY, Section.BODY, Section.RESPONSE})
_NOT_A_FIELD = frozenset({"note", "example", "tip", "warning", "important", "hint", "caution", "info", "remark"})
_NO_BULLETS = frozenset({"squeezed", "glued", "flat"})


def is_field_name(walk: Walk, label: str) -> bool:
    """Tell whether a word that could be a label is a field: lists print names as the API writes them."""
    return walk.section in FIELD_SECTIONS and (label[0].islower() or label in walk.known) and " " not in label


def status(walk: Walk, block: Block) -> str:
    """Take a line for a status with its condition; return nothing where it is none."""
    words = block.text.text
    if walk.section is Section.RESPONSE and (match := STATUS.fullmatch(words)) and match["phrase"]:
        return add_status(walk, block, block.text, match)
    match = ERROR.fullmatch(words) or (BARE_STATUS.fullmatch(words) if walk.section is Section.ERRORS else None)
    if not match or (walk.section is not Section.ERRORS and (match["condition"] is None or match["code"] < "400")):
        return ""
    if match["condition"] is None and match["phrase"].lower() not in PHRASES:
        match = BARE_STATUS.fullmatch(words) or match  # a condition stands where the phrase does
    condition = block.text.group(match, "condition")
    _append_status(
        walk,
        walk.value(block.text.group(match, "code"), block),
        walk.value(block.text.group(match, "phrase"), block),
        walk.value(condition, block) if condition.stripped() else None,
    )
    return "status"


def add_status(walk: Walk, block: Block, text: Excerpt, match: "re.Match[str]") -> str:
    """Add a status that stands alone, and go on to the response where it is that of a success."""
    phrase = walk.value(text.group(match, "phrase") if match["phrase"] else text, block)
    shown = phrase if match["phrase"] else Value("", phrase.place, phrase.is_cut)
    _append_status(walk, walk.value(text.group(match, "code"), block), shown, None)
    if match["code"] < "400" and walk.section is not Section.ERRORS:
        walk.section = Section.RESPONSE
    return "status"


def _append_status(walk: Walk, code: Value, phrase: Value, condition: Value | None) -> None:
    walk.draft.statuses.append(Status(walk.section, code, phrase, condition))


def status_class(walk: Walk, block: Block) -> str:
    """Take a line for a value and whether it lasts; return nothing where it is none."""
    match = STATUS_CLASS.fullmatch(block.text.text) if walk.section is Section.ERRORS else None
    if not match:
        return ""
    walk.classes.append((match["value"], match["class"].lower(), walk.value(block.text.group(match, "value"), block)))
    return "value"


def listed_field(walk: Walk, block: Block) -> str:
    """Take a line for a field or parameter; return nothing where it is none."""
    is_here = walk.section in FIELD_SECTIONS
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
