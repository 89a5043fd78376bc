"""Finds code in a page whose rendering has no fences: from its opening bracket to the one that closes it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENING = re.compile(
    r"""(?P<sample>(?<![\w.])curl[ ]+(?=-|'|"|https?:)(?:[^\n'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*)
    |(?P<enum>(?:export[ ]+)?const[ ]+[A-Za-z_]\w{0,80}[ ]*=[ ]*(?=[{\[]))
    |(?P<body>\{(?=\s{0,400}(?:["'}]|[A-Za-z_]\w{0,80}[ ]?:|//|/\*)|\s{0,400}\Z)
        |\[(?=\s{0,400}[{"\[\]]|\s{0,400}\Z))""",
    re.VERBOSE | re.DOTALL,
)
ENUM_HEAD = re.compile(r"(?:export +)?const +(?P<name>[A-Za-z_]\w{0,80}) *= *(?=[{\[])")
_BRACKET = re.compile(
    r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<open>[{\[])|(?P<close>[}\]])|(?P<line>\n)"""
    r"""|(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)"""
)
_BEFORE_ON_LINE = re.compile(r"[ \u2022*-]*\Z")
_GLUED_BEFORE = re.compile(r"(?:[A-Za-z.)\]}]|: ?)\Z")


@dataclass(frozen=True)
class CodeSpan:
    """Code from start to end; `is_closed` is false where the page goes on or ends before its bracket is closed."""

    start: int
    end: int
    is_closed: bool


def code_spans(text: str, ends_code: "re.Pattern[str]") -> Iterator[CodeSpan]:
    """Yield the code in a text, in its order. A line that matches `ends_code` ends code that is not closed."""
    position = 0
    while match := _OPENING.search(text, position):
        if not _stands_alone(text, match.start()):
            position = match.start() + 1
            continue
        if match.lastgroup == "sample":
            position = max(match.end(), position + 1)
            yield CodeSpan(match.start(), match.end(), is_closed=True)
            continue
        span = _span(text, match.start(), match.end() - (match.lastgroup == "body"), ends_code)
        yield span
        position = max(span.end, match.end())


def _stands_alone(text: str, start: int) -> bool:
    before = text[max(0, start - 60) : start].rpartition("\n")[2]
    return bool(_BEFORE_ON_LINE.match(before) or _GLUED_BEFORE.search(before))


def _span(text: str, start: int, bracket: int, ends_code: "re.Pattern[str]") -> CodeSpan:
    depth = 0
    for match in _BRACKET.finditer(text, bracket):
        if match.lastgroup == "open":
            depth += 1
        elif match.lastgroup == "close":
            depth -= 1
            if depth == 0:
                return CodeSpan(start, match.end() + text.startswith(";", match.end()), is_closed=True)
        elif match.lastgroup == "line" and ends_code.match(text, match.end()):
            return CodeSpan(start, match.start(), is_closed=False)
    return CodeSpan(start, len(text.rstrip()), is_closed=False)
