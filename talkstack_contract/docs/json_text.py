"""Reads the example bodies of docs pages: JSON, and what is JSON but for slips that can be read in one way only.

Strict first: a body without problems is what `json.loads` reads. Each slip is reported with its place.
"""

import json
import math
import re
from dataclasses import dataclass, field

from talkstack_contract.model import Json

MAX_DEPTH = 64
"""Deeper bodies are not read: no page shows one to people."""
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<single>'(?:[^'\\\n]|\\.)*')
    |(?P<dots>\.\.\.|…)
    |(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w-]))
    |(?P<word>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)
    |(?P<mark>[{}\[\],:.;])
    |(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|\#[^\n]*)
    |(?P<placeholder><[A-Za-z][\w .-]{0,60}>)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRICT_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?\Z")
_CONSTANTS = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|["\\/bfnrt])|\\|[\x00-\x1f]')
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


@dataclass(frozen=True)
class Slip:
    """Why a text is not JSON, and at which character."""

    offset: int
    message: str


@dataclass(frozen=True)
class ReadBody:
    """What a body holds.

    `keys` gives the character at which each place (`data[].name`) stands; `unread` the places whose value is not JSON.
    """

    value: Json
    keys: dict[str, int]
    slips: tuple[Slip, ...]
    unread: frozenset[str]
    is_open_list: bool


class _NotReadable(Exception):
    """The text has no reading, or more than one."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.slip = Slip(offset, message)


@dataclass
class _Reader:
    text: str
    tokens: list[tuple[str, str, int]]
    position: int = 0
    slips: list[Slip] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    is_open_list: bool = False

    def peek(self) -> tuple[str, str, int]:
        if self.position < len(self.tokens):
            return self.tokens[self.position]
        return "end", "", len(self.text)

    def take(self) -> tuple[str, str, int]:
        token = self.peek()
        self.position += 1
        return token

    def slip(self, offset: int, message: str) -> None:
        self.slips.append(Slip(offset, message))

    def value(self, at: str, depth: int) -> Json:
        kind, text, offset = self.take()
        if depth > MAX_DEPTH:
            raise _NotReadable(offset, f"nested deeper than {MAX_DEPTH}")
        if text == "{":
            return self.members(at, depth)
        if text == "[":
            return self.elements(at, depth)
        if kind in ("string", "single"):
            return self.string(kind, text, offset)
        if kind == "number":
            return self.number(text, offset)
        if kind in ("word", "placeholder"):
            if text in _CONSTANTS:
                return _CONSTANTS[text]
            self.slip(offset, f"{text} is not JSON value")
            self.unread.add(at)
            return None
        raise _NotReadable(offset, f"a value is expected, not {text!r}" if text else "the end is missing")

    def string(self, kind: str, text: str, offset: int) -> str:
        if kind == "single":
            self.slip(offset, "single quotes around a text")

        try:
            return str(json.loads(text))
        except ValueError:
            pass  # single quotes, or escapes that JSON does not know: told one by one

        def unescaped(match: re.Match[str]) -> str:
            escape = match.group(1)
            if not escape:
                self.slip(offset, "a text holds a character that JSON wants escaped")
                return match.group(0)
            return chr(int(escape[1:], 16)) if escape[0] == "u" else _ESCAPED.get(escape, escape)

        return _ESCAPE.sub(unescaped, text[1:-1])

    def number(self, text: str, offset: int) -> int | float:
        if not _STRICT_NUMBER.match(text):
            self.slip(offset, f"{text} is not a number of JSON")
        if len(text) > 40:
            raise _NotReadable(offset, "a number of more than 40 digits")
        number = float(text) if re.search(r"[.eE]", text) else int(text)
        if isinstance(number, float) and math.isinf(number):
            raise _NotReadable(offset, "a number that is too large")
        return number

    def between(self, closing: str) -> bool:
        """Step over what separates two members; return whether the closing bracket follows, which is taken."""
        _, text, offset = self.peek()
        if text in (",", "."):
            self.take()
            if text == ".":
                self.slip(offset, "a full stop for a comma")
            if self.peek()[1] == closing:
                self.slip(offset, "a comma before the closing bracket")
            elif text == "," and self.peek()[1] == ",":
                raise _NotReadable(self.peek()[2], "two commas")
        elif text != closing:
            if not text or text in "]}:;":
                raise _NotReadable(offset, f"{closing!r} is expected, not {text!r}" if text else "the end is missing")
            self.slip(offset, "a comma is missing")
        if self.peek()[1] == closing:
            self.take()
            return True
        return False

    def members(self, at: str, depth: int) -> Json:
        held: dict[str, Json] = {}
        if self.peek()[1] == "}":
            self.take()
            return held
        while True:
            kind, text, offset = self.take()
            if kind == "dots":
                self.slip(offset, "an ellipsis for further members")
                if self.between("}"):
                    return held
                continue
            key = self.key(kind, text, offset)
            if self.peek()[1] != ":":
                raise _NotReadable(self.peek()[2], f"a colon is missing after {key!r}")
            self.take()
            place = f"{at}.{key}" if at else key
            self.keys.setdefault(place, offset)
            value = self.value(place, depth + 1)
            if key in held:
                self.slip(offset, f"the key {key!r} stands twice")
            else:
                held[key] = value
            if self.between("}"):
                return held

    def key(self, kind: str, text: str, offset: int) -> str:
        if kind in ("string", "single"):
            return self.string(kind, text, offset)
        if kind == "word":
            self.slip(offset, f"the key {text} has no quotes")
            return text
        raise _NotReadable(offset, f"a key is expected, not {text!r}" if text else "the end is missing")

    def elements(self, at: str, depth: int) -> Json:
        held: list[Json] = []
        if self.peek()[1] == "]":
            self.take()
            return held
        while True:
            kind, _, offset = self.peek()
            if kind == "dots":
                self.take()
                self.slip(offset, "an ellipsis for further elements")
                self.is_open_list = True
            else:
                held.append(self.value(f"{at}[]", depth + 1))
            if self.between("]"):
                return held


def read_body(text: str) -> ReadBody | Slip:
    """Read an example body, or return why it has no single reading."""
    tokens: list[tuple[str, str, int]] = []
    slips: list[Slip] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "comment":
            slips.append(Slip(match.start(), "a comment"))
        elif kind != "space":
            tokens.append((kind, match.group(), match.start()))
        elif match.group().strip(" \t\r\n"):
            slips.append(Slip(match.start(), "a blank that JSON does not know"))
    reader = _Reader(text, tokens, slips=slips)
    try:
        value = reader.value("", 0)
        if reader.peek()[1] == ";":
            reader.slip(reader.take()[2], "a semicolon after the body")
        if reader.peek()[0] != "end":
            raise _NotReadable(reader.peek()[2], "text behind the body")
    except _NotReadable as problem:
        return problem.slip
    slips = sorted(reader.slips, key=lambda slip: slip.offset)
    return ReadBody(value, reader.keys, tuple(slips), frozenset(reader.unread), reader.is_open_list)
