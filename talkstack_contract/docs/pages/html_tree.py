"""The one door to the parser of HTML: a page as starts, texts and ends, each with its place in the source.

The parser is imported when the first page of HTML is read: it costs a process 75 ms.
"""

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from talkstack_contract.docs.source_text import Excerpt, SourceText

if TYPE_CHECKING:
    from justhtml import Document, DocumentFragment, Element, Node, Text

    AnyNode = Document | DocumentFragment | Element | Node | Text

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,31});?")
_MARKUP = re.compile(r"<!--(?:[^-]|-(?!->))*(?:-->|\Z)|<[^<>]*>?")


@dataclass(frozen=True)
class Start:
    """An element begins."""

    name: str
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class End:
    """An element ends."""

    name: str


@dataclass(frozen=True)
class Comment:
    """A comment, which the page does not show."""

    text: Excerpt


def events(source: SourceText) -> Iterator[Start | End | Comment | Excerpt]:
    """Yield what a page of HTML consists of, in its order; texts as excerpts, entities resolved."""
    from justhtml import JustHTML  # here: see above

    raw = source.raw.replace("\r\n", " \n").replace("\r", "\n")
    root = JustHTML(raw, track_node_locations=True, sanitize=False).root
    stack: list[AnyNode | End] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, End):
            yield node
        elif node.name == "#text":
            yield _text(source, raw, str(getattr(node, "data", "") or ""), node.origin_offset)
        elif node.name == "#comment":
            yield from _comment(source, raw, node.origin_offset)
        else:
            if not node.name.startswith(("#", "!")):
                attributes = getattr(node, "attrs", None) or {}
                yield Start(node.name, {name: value or "" for name, value in attributes.items()})
                stack.append(End(node.name))
            stack.extend(reversed(node.children or ()))


def _comment(source: SourceText, raw: str, offset: int | None) -> Iterator[Comment]:
    if offset is not None:
        end = raw.find("-->", offset)
        yield Comment(source.excerpt(offset, len(raw) if end < 0 else end + 3).stripped())


def _text(source: SourceText, raw: str, data: str, offset: int | None) -> Excerpt:
    """Return a text of the page with the place of each character: entities are several characters in the source."""
    start = offset or 0
    if raw.startswith(data, start):
        return source.excerpt(start, start + len(data))
    letters: list[str] = []
    offsets: list[int] = []
    position = start
    while len(letters) < len(data):
        expected = data[len(letters)]
        if raw.startswith(expected, position) and expected != "&":
            letters.append(source.text[position])
            offsets.append(position)
            position += 1
            continue
        position, shown = _resolved(raw, position, data, len(letters))
        letters += shown
        offsets += [max(start, min(position, len(raw)) - 1)] * len(shown)
    return Excerpt("".join(letters), offsets)


def _resolved(raw: str, position: int, data: str, known: int) -> tuple[int, str]:
    """Step over what stands for no character or for another one; return where the text goes on, and what was meant."""
    if match := _ENTITY.match(raw, position):
        meant = html.unescape(match.group())
        for text in (meant, meant[:1]):
            if text and data.startswith(text, known):
                used = match.end() if text == meant else position + len(match.group()) - len(meant) + 1
                return used, text.translate({0xA0: " "})
    if match := _MARKUP.match(raw, position):
        return match.end(), ""
    if position < len(raw) and raw[position] in "\n\0":
        return position + 1, ""
    return position + 1, data[known]


def unescaped(source: SourceText, start: int, end: int) -> Excerpt:
    """Return the value of an attribute, entities resolved."""
    raw = source.raw[start:end]
    letters: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in _ENTITY.finditer(raw):
        letters += raw[position : match.start()]
        offsets += range(start + position, start + match.start())
        meant = html.unescape(match.group())
        letters += meant
        offsets += [start + match.start()] * len(meant)
        position = match.end()
    letters += raw[position:]
    offsets += range(start + position, end)
    return Excerpt("".join(letters), offsets)


def joined_lines(parts: Sequence[Excerpt]) -> Excerpt:
    """Return texts one behind the other, as they stand."""
    offsets = [offset for part in parts for offset in part.offsets]
    return Excerpt("".join(part.text for part in parts), offsets)
