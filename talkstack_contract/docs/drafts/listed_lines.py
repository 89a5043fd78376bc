"""Lines of lists: a status with its condition, a value, a field or parameter."""

import re
from dataclasses import replace
from http import HTTPStatus

from talkstack_contract.docs.drafts.draft import Listed, Status, Value
from talkstack_contract.docs.drafts.walk import GITBOOK, PHRASES, Walk
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.pages.page import UNKNOWN_GENERATOR, Block
from talkstack_contract.docs.source_text import Excerpt
from talkstack_contract.docs.vocabulary import ANSWERS_WITH, BARE_STATUS, ERROR, STATUS, STATUS_CLASS, Section

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
_BARE_FIELD = re.compile(
    r"(?P<name>[A-Za-z_][\w-]{0,80}(?:(?:\.|\[\]\.?)[\w-]{1,80}){0,8}(?:\[\])?) "
    r"\((?P<mark>(?:string|text|integer|number|float|boolean|object|array|list)\b[^()\n]{0,60})\)(?P<meaning>)",
    re.IGNORECASE,
)
"""A field of which nothing is said but its type, and whether it is required."""
_TYPE_WORD = re.compile(r"\b(?:string|text|integer|int|number|float|boolean|bool)\b")
_TYPED = re.compile(
    r"[\w.\[\]-]{1,120} \((?:string|text|integer|int|number|float|boolean|bool|object|array|list)\b", re.IGNORECASE
)
FIELD_SECTIONS = frozenset({Section.HEADERS, Section.PARAMETERS, Section.QUERY, Section.BODY, Section.RESPONSE})
_OPEN_STATUS = re.compile(
    r"[1-5]\d\d ?(?:(?:-|to\b) ?[1-5]\d\d\b|or (?:higher|above|more|greater)\b|\+|and (?:above|up)\b)", re.IGNORECASE
)
"""A range of statuses, or what has no end: no status."""
_ONLY_ERRORS = re.compile(r"errors?\b|troubleshoot", re.IGNORECASE)
_NOT_A_FIELD = frozenset({"note", "example", "tip", "warning", "important", "hint", "caution", "info", "remark"})
_NO_BULLETS = frozenset({"squeezed", "glued", "flat"})


def is_field_name(walk: Walk, label: str) -> bool:
    """Tell whether a word that could be a label is a field: lists print names as the API writes them."""
    return walk.section in FIELD_SECTIONS and (label[0].islower() or label in walk.known) and " " not in label


def status(walk: Walk, block: Block) -> str:
    """Take a line for a status with its condition; return nothing where it is none."""
    words = block.text.text
    if walk.section is Section.RESPONSE and (match := STATUS.fullmatch(words)) and _is_phrase(match):
        return add_status(walk, block, block.text, match)
    match = _error(walk, words)
    if not match:
        return _answer(walk, block)
    condition = block.text.group(match, "condition")
    walk.status_level = block.level if block.is_item else 0
    _append_status(
        walk,
        walk.value(block.text.group(match, "code"), block),
        walk.value(block.text.group(match, "phrase"), block),
        walk.value(condition, block) if condition.stripped() else None,
    )
    return "status"


def _answer(walk: Walk, block: Block) -> str:
    """Take a sentence like `Returns 404 if there is no such bed.` for the status that it tells."""
    match = ANSWERS_WITH.fullmatch(block.text.text) if _is_of_another(walk) and walk.draft.has_request else None
    if not match:
        return ""
    if re.search(r"\b[1-5]\d\d\b", match["condition"] or ""):
        return NOT_UNDERSTOOD  # it tells of several statuses at once
    code = walk.value(block.text.group(match, "code"), block)
    phrase = walk.value(block.text.group(match, "phrase"), block) if match["phrase"] else replace(code, text="")
    condition = walk.value(block.text.group(match, "condition"), block) if match["condition"] else None
    if code.text not in {status.code.text for status in walk.draft.statuses}:
        _append_status(walk, code, phrase, condition)
    walk.section = Section.RESPONSE if code.text < "400" else Section.ERRORS
    return "status"


def _is_of_another(walk: Walk) -> bool:
    """Tell whether a page was made by another generator than the vendor's."""
    return walk.page.generator not in (GITBOOK, UNKNOWN_GENERATOR)


def _error(walk: Walk, words: str) -> "re.Match[str] | None":
    """Return a line as a status with a phrase, a condition or both; None where it is none."""
    is_here = walk.section is Section.ERRORS
    match, bare = ERROR.fullmatch(words), BARE_STATUS.fullmatch(words)
    if _OPEN_STATUS.match(words) or (is_here and words < "400" and _ONLY_ERRORS.search(walk.heading)):
        return None
    if match and (match["condition"] is not None or match["phrase"].lower() in PHRASES):
        return match if is_here or (match["condition"] is not None and match["code"] >= "400") else None
    is_plain = _is_of_another(walk) and walk.draft.has_request
    if bare and (is_here or (is_plain and (bare["code"] >= "400" or walk.section is Section.RESPONSE))):
        return bare  # a condition stands where the phrase does
    return match if is_here else None


def _is_phrase(match: "re.Match[str]") -> bool:
    """Tell whether what stands behind a code is its phrase: behind a dash it can be a condition too."""
    phrase = (match["phrase"] or "").strip().lower()
    return bool(phrase) and (phrase in PHRASES or ("-" not in match.group() and ":" not in match.group()))


def add_status(walk: Walk, block: Block, text: Excerpt, match: "re.Match[str]") -> str:
    """Add a status that stands alone, and go on to the response where it is that of a success."""
    printed = text.group(match, "phrase") if match["phrase"] else text
    length = _length_of_phrase(match["code"], match["phrase"] or "")
    shown = walk.value(printed.part(0, length), block)
    rest = printed.part(length).stripped(" .:-") if match["phrase"] else printed.part(0, 0)
    condition = walk.value(rest, block) if rest else None
    if not match["phrase"]:
        shown = Value("", shown.place, shown.is_cut)
    _append_status(walk, walk.value(text.group(match, "code"), block), shown, condition)
    if match["code"] < "400" and walk.section is not Section.ERRORS:
        walk.section = Section.RESPONSE
    return "status"


def _length_of_phrase(code: str, words: str) -> int:
    """Return how many letters behind a code are its phrase: a sentence that follows it is a condition."""
    try:
        usual = HTTPStatus(int(code)).phrase.lower()
    except ValueError:
        return len(words)
    if words.lower().startswith(f"{usual} "):
        return len(usual)
    return 0 if words[:1].islower() and " " in words and words.lower() not in PHRASES else len(words)


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
    section = _section_of_field(walk, block)
    is_here = section in FIELD_SECTIONS
    forms = (_FIELD, _DASHED_FIELD, _BARE_FIELD) if is_here else ()
    match = next((found for form in forms if (found := form.fullmatch(block.text.text))), None)
    if not match or not _may_be_field(walk, block, match["name"]):
        return ""
    marks = (match.groupdict().get(group) for group in ("mark", "bracketed", "bare"))
    mark = next((each for each in marks if each), "")
    if match["name"].lower() in _NOT_A_FIELD and not mark:
        return ""
    inside = _inside(walk, block, section)
    if inside is None:
        return NOT_UNDERSTOOD
    name = block.text.group(match, "name")
    meaning = walk.value(block.text.group(match, "meaning"), block)
    place = walk.page.source.place(name.start)
    walk.draft.listed.append(Listed(section, f"{inside}{match['name']}", mark, meaning, place, block.level))
    return "field"


def _inside(walk: Walk, block: Block, section: Section) -> str | None:
    """Return what stands before the name of a field listed below another one: `payer.`, `lines[].`, or nothing.

    None below a field that holds no others: what is listed there are its values.
    """
    if block.level < 2 or not block.is_item or walk.draft.is_gitbook:
        return ""
    before = reversed(walk.draft.listed)
    above = next((each for each in before if each.section is section and each.level < block.level), None)
    if above is None:
        return ""
    mark = above.mark.lower()
    if re.search(r"\b(?:array|list)\b|\[\]", mark):
        return f"{above.name.removesuffix('[]')}[]."
    if re.search(r"\b(?:object|map|dict\w*)\b", mark):
        return f"{above.name}."
    return None if _TYPE_WORD.search(mark) else ""


def _section_of_field(walk: Walk, block: Block) -> Section:
    """Return where a field belongs: an item with a type that stands by the request is a parameter of it."""
    is_apart = walk.section is Section.REQUEST and _is_of_another(walk)
    return Section.PARAMETERS if is_apart and block.is_item and _TYPED.match(block.text.text) else walk.section


def _may_be_field(walk: Walk, block: Block, name: str) -> bool:
    """Tell whether a word before a colon is a field: in a list or an example, or where a rendering has no bullets."""
    return block.is_item or name in walk.known or (walk.page.rendering in _NO_BULLETS and name[0].islower())
