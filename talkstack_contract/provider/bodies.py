"""Response bodies: decoded as RFC 8259 has it, and the values at a path in them.

A path is a tuple of steps from the body to a value: a key, `*` for every item of a list, `first|second` for a key in
two spellings, `.` (inside an alternative) for the object itself.
"""

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from email.message import Message
from functools import cached_property, lru_cache
from itertools import accumulate
from math import isinf
from typing import Any

from talkstack_contract.contract.schema_keywords import comparable
from talkstack_contract.model import BodySchema, Exchange, ResponseHeader, SchemaViolation

SHOWN_CHARACTERS = 200
DEEPEST = 100  # objects and lists, one inside the other: no reader of JSON has to follow further (RFC 8259, 9)
FIRST_MARKS = 1000  # so many are looked at one by one: what is meant to be deep is so at once
KEPT_BYTES = 100_000  # of a body that is kept decoded for the whole run

_TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_MARKS = bytes(set(range(256)) - set(b"[]{}"))
_NO_ENCODINGS = frozenset({"idna", "punycode", "raw_unicode_escape", "unicode_escape", "utf-7"})  # of Python's codecs

Path = Sequence[str]


class NotJson(ValueError):
    """The body is not JSON as RFC 8259 has it; the text says why."""


@dataclass(frozen=True)
class Absent:
    """A missing value; `is_last` is false where its parent is absent or null, so that nothing is required there."""

    why: str
    is_last: bool = True


NOTHING = Absent("nothing")


@dataclass(frozen=True)
class DecodedResponse:
    """A received response, its body decoded at most once."""

    exchange: Exchange

    @property
    def json(self) -> Any:
        """The decoded body. Raises `NotJson`."""
        if len(self.exchange.body) <= KEPT_BYTES:
            return self._json
        if isinstance(found := _large_json(self.exchange), NotJson):
            raise found
        return found

    @cached_property
    def _json(self) -> Any:
        return strict_json(self.exchange)

    @property
    def lenient_json(self) -> Any:
        """The body as a lenient client decodes it, or None: what is not strict JSON may still say or hold something."""
        if len(self.exchange.body) <= KEPT_BYTES:
            return self._lenient_json
        return _large_lenient_json(self.exchange)

    @property
    def compared(self) -> Any:
        """The body as two answers are compared: decoded, or what is not JSON at all as its text."""
        decoded = self.lenient_json
        return self.exchange.body.decode(errors="replace") if decoded is None else decoded

    @cached_property
    def _lenient_json(self) -> Any:
        return lenient_json(self.exchange)

    @property
    def text(self) -> str:
        """The body as received, and every string in it decoded, so that no escape hides anything."""
        return self._text if len(self.exchange.body) <= KEPT_BYTES else self._written()

    @cached_property
    def _text(self) -> str:
        return self._written()

    def _written(self) -> str:
        return "\n".join([self.exchange.body.decode("utf-8", errors="replace"), *_strings(self.lenient_json)])

    @cached_property
    def _violations(self) -> dict[BodySchema, tuple[SchemaViolation, ...]]:
        return {}

    def violations(self, schema: BodySchema) -> tuple[SchemaViolation, ...]:
        """Return what the body breaks of a schema; it is judged once. Raises `NotJson`."""
        if schema not in self._violations:
            self._violations[schema] = schema.violations(self.content_for(schema))
        return self._violations[schema]

    def content_for(self, schema: BodySchema) -> Any:
        """Return the body as a schema describes it, as text or as JSON. Raises `NotJson`."""
        return self.decoded_text if schema.is_text else self.json

    @property
    def decoded_text(self) -> str:
        """The body as text, in the encoding that its media type names, else UTF-8. Raises `NotJson`."""
        if self.exchange.body_trouble:
            raise NotJson(f"the body {self.exchange.body_trouble}")
        return text_body(self.exchange)

    def values(self, path: Path) -> Iterator[tuple[str, Any]]:
        """Yield (place, value) for each place that a path leads to, `Absent` where nothing is. Raises `NotJson`."""
        return values_at(self.json, path)

    def found(self, path: Path) -> list[tuple[str, Any]]:
        """Return (place, value) for each value that is there. Raises `NotJson`."""
        return [found for found in values_at(self.json, path) if not isinstance(found[1], Absent)]

    def first_id(self, path: Path) -> str | None:
        """Return the first text or whole number at a path, as text, none that is empty. Raises `NotJson`."""
        found = (str(value) for _, value in self.found(path) if isinstance(value, str) or type(value) is int)
        return next(filter(None, found), None)

    def has_values(self, path: Path) -> bool:
        """Whether anything is at a path, present or missing: below an empty list there is nothing to judge."""
        try:
            return any(True for _ in values_at(self.json, path))
        except NotJson:
            return True


def text_body(exchange: Exchange) -> str:
    """Decode a body as text. Raises `NotJson`."""
    named = Message()
    named["content-type"] = exchange.header("content-type") or ""
    encoding = named.get_content_charset("utf-8")
    try:
        if codecs.lookup(encoding).name in _NO_ENCODINGS:
            raise LookupError(encoding)
        return exchange.body.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not {encoding}") from None
    except LookupError:
        raise NotJson(f"{shown(encoding)} is not a known encoding") from None


def header_text(exchange: Exchange, name: str) -> str | None:
    """Return the value of a header, one that is sent several times joined by commas (RFC 9110, 5.3); None without."""
    values = [value for key, value in exchange.headers if key.lower() == name.lower()]
    return ", ".join(values) if values else None


def header_value(text: str, header: ResponseHeader) -> Any:
    """Read the text of a header as its schema describes it (OpenAPI, style simple); else it stays text."""
    items = [each.strip() for each in text.split(",")]
    if "array" in header.kinds:
        return [_scalar(each) for each in items]
    if "object" in header.kinds:
        return {key: _scalar(value) for key, value in _pairs(items, is_exploded=header.explode)}
    is_number = {"integer", "number", "boolean", "null"} & {*header.kinds}
    return _scalar(text.strip()) if is_number else text


def _pairs(items: Sequence[str], *, is_exploded: bool) -> Iterator[tuple[str, str]]:
    if is_exploded:
        yield from ((key, value) for key, _, value in (each.partition("=") for each in items))
    else:
        yield from zip(items[::2], items[1::2], strict=False)


def _scalar(text: str) -> Any:
    """Read a number, a boolean or null where a text is one."""
    with suppress(json.JSONDecodeError, NotJson):
        found = json.loads(text, parse_constant=_no_constant, parse_int=_whole_number, parse_float=_number)
        return text if isinstance(found, (str, list, dict)) else found
    return text


@lru_cache(maxsize=2)  # two answers may be compared
def _large_json(exchange: Exchange) -> Any:
    """Decode a large body, or return why not; keep the last ones only: decoded it takes thirty times the memory."""
    try:
        return strict_json(exchange)
    except NotJson as error:
        return error


def _large_lenient_json(exchange: Exchange) -> Any:
    found = _large_json(exchange)
    return _large_broken_json(exchange) if isinstance(found, NotJson) else found


@lru_cache(maxsize=1)
def _large_broken_json(exchange: Exchange) -> Any:
    return lenient_json(exchange)


def lenient_json(exchange: Exchange) -> Any:
    """Decode a body as a lenient client does; None where not even such a one can."""
    try:
        text = exchange.body.decode("utf-8-sig", errors="replace")
        return json.loads(text, parse_int=_whole_number, parse_float=_number)
    except (json.JSONDecodeError, RecursionError):
        return None


def strict_json(exchange: Exchange) -> Any:
    """Decode a body as RFC 8259 has it: UTF-8, no BOM, no NaN, no repeated key, nothing behind it. Raises `NotJson`."""
    if exchange.body_trouble:
        raise NotJson(f"the body {exchange.body_trouble}")
    if exchange.body.startswith(b"\xef\xbb\xbf"):
        raise NotJson("the body starts with a byte order mark")
    try:
        text = exchange.body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"byte {error.start} is not UTF-8") from None
    try:
        return json.loads(
            text,
            parse_constant=_no_constant,
            parse_int=_whole_number,
            parse_float=_number,
            object_pairs_hook=_unique,
        )
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos} of {len(text)}") from None
    except RecursionError:
        raise NotJson("it is nested too deep to be read") from None


def _whole_number(digits: str) -> int | Decimal:
    """Read a whole number; Python refuses one of more than 4300 digits, JSON does not."""
    return int(digits) if len(digits) < 4000 else Decimal(digits)


def _number(text: str) -> float | Decimal:
    """Read a number; one too great for a float is a Decimal, since JSON knows no infinity."""
    number = float(text)
    return Decimal(text) if isinf(number) else number


def _no_constant(name: str) -> Any:
    raise NotJson(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise NotJson(f"the key {key!r} is repeated in one object")
            seen.add(key)
    return unique


def _strings(found: Any) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, inner in found.items():
            yield from (key, *_strings(inner))
    elif isinstance(found, list):
        for inner in found:
            yield from _strings(inner)


def values_at(found: Any, path: Path, place: str = "$") -> Iterator[tuple[str, Any]]:
    """Yield each place that a path leads to, with the value there or an `Absent` that says what is missing."""
    if not path:
        yield place, found
    elif path[0] == "*":
        for index, inner in enumerate(found if isinstance(found, list) else ()):
            yield from values_at(inner, path[1:], f"{place}[{index}]")
    elif not isinstance(found, dict):
        yield place, Absent(f"no object: {shown(found)}", place == "$" or found is not None)
    else:
        yield from _values_below(found, path, place)


def _values_below(found: dict[str, Any], path: Path, place: str) -> Iterator[tuple[str, Any]]:
    names = path[0].split("|")
    name = next((name for name in names if name in found), names[-1] if names[-1] == "." else names[0])
    if name == ".":
        yield from values_at(found, path[1:], place)
    elif name not in found:
        yield f"{place}.{name}", Absent("no such key", len(path) == 1)
    else:
        yield from values_at(found[name], path[1:], f"{place}.{name}")


def lasting_part(found: Any, volatile: Sequence[Path]) -> Any:
    """Return a value without what stands at these paths; `*` is every item of a list, and every key of an object."""
    if not volatile:
        return found
    if isinstance(found, list):
        below = [path[1:] for path in volatile if path and path[0] == "*"]
        return [lasting_part(inner, below) for inner in found if () not in map(tuple, below)]
    if not isinstance(found, dict):
        return found
    kept = {}
    for key, inner in found.items():
        below = [path[1:] for path in volatile if path and (path[0] == "*" or key in path[0].split("|"))]
        if all(below):
            kept[key] = lasting_part(inner, below)
    return kept


def value_at(found: Any, path: Sequence[str | int]) -> Any:
    """Return the value at a place in a body, or an `Absent`."""
    for step in path:
        try:
            found = found[step]
        except (LookupError, TypeError):
            return Absent("no such key")
    return found


def place_of(path: Sequence[str | int]) -> str:
    """Write a place in a body: `$.items[0].id`."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def same_value(one: Any, other: Any) -> bool:
    """Whether two JSON values are the same: 1 and 1.0 are, true is another, and a list has no order."""
    if isinstance(one, Absent) or isinstance(other, Absent):
        return isinstance(one, Absent) and isinstance(other, Absent)
    return bool(comparable(one, is_ordered=False) == comparable(other, is_ordered=False))


def shown(found: Any) -> str:
    """Return a value as JSON; a long one is cut and its length given."""
    text = json.dumps(found, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}… ({len(text)} characters)"


def shown_or_absent(found: Any) -> str:
    """Return a value as JSON, or what is missing in its place."""
    return found.why if isinstance(found, Absent) else shown(found)


def depth_of(body: bytes | bytearray) -> int:
    """Return how many objects and lists stand one inside the other in a body; more than `DEEPEST` is not counted on."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return 0
    marks = _TEXTS.sub(b"", body).translate(None, _NO_MARKS)
    if (depth := max(accumulate(1 if mark in b"[{" else -1 for mark in marks[:FIRST_MARKS]))) > DEEPEST:
        return depth
    depth = 0
    while depth <= DEEPEST and len(inner := marks.replace(b"[]", b"").replace(b"{}", b"")) < len(marks):
        marks, depth = inner, depth + 1
    return depth + marks.count(b"[") + marks.count(b"{")  # what is left is never closed
