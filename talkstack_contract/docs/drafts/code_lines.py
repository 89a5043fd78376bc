"""Code of a page: bodies, constants, and samples that say nothing."""

import re
from dataclasses import replace

from talkstack_contract.docs.drafts.draft import Enum, Example
from talkstack_contract.docs.drafts.listed_lines import add_status
from talkstack_contract.docs.drafts.walk import Walk
from talkstack_contract.docs.facts import NOT_UNDERSTOOD
from talkstack_contract.docs.json_text import ReadBody, Slip, read_body
from talkstack_contract.docs.pages.code_blocks import ENUM_HEAD
from talkstack_contract.docs.pages.page import Block
from talkstack_contract.docs.source_text import Excerpt
from talkstack_contract.docs.vocabulary import HTTP_HEAD, SAMPLE_HEAD, Section

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


def example(walk: Walk, block: Block) -> str:
    """Take code for a body, a constant or a sample; return as which."""
    code = block.text.stripped()
    if sample := HTTP_HEAD.match(code.text):
        add_status(walk, block, code, sample)
        code = code.part(sample.end())
        if not code or sample["code"] >= "400":  # the body of an error is not read
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
    body = read_body(raw(walk, code))
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


def raw(walk: Walk, code: Excerpt) -> str:
    """Return the code as it was stored: typographic quotes are no JSON."""
    is_unbroken = bool(code) and code.end - code.start == len(code.text)
    return walk.page.source.raw[code.start : code.end] if is_unbroken else code.text


def _enum(walk: Walk, block: Block, code: Excerpt, head: "re.Match[str]") -> str:
    body = read_body(code.text[head.end() :])
    if isinstance(body, Slip) or not isinstance(body.value, dict):
        return "constant" if not block.is_closed else NOT_UNDERSTOOD
    walk.draft.enums.append(Enum(head["name"], dict(body.value), walk.value(code.group(head, "name"), block)))
    return "constant"
