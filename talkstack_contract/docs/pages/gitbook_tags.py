"""What the tags of GitBook's Markdown say: `{% swagger %}`, its parameters and responses, tabs named by a status."""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus

from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put

_TAG = re.compile(r"\{% *(?P<name>[a-z-]{1,40})(?P<attributes>(?: +[A-Za-z-]{1,40}=\"[^\"\n]{0,1000}\")*) *%\}")
_TAGS = re.compile(rf"(?:\s*{_TAG.pattern.replace('?P<name>', '').replace('?P<attributes>', '')})+\s*")
_ATTRIBUTE = re.compile(r"(?P<name>[A-Za-z-]+)=\"(?P<value>[^\"]*)\"")
_STATUS = re.compile(r"(?P<code>[1-5]\d\d) ?:? ?(?P<rest>.*)", re.DOTALL)
_PHRASES = sorted((status.phrase for status in HTTPStatus), key=len, reverse=True)
_SECTION = 3


def tag_blocks(line: Excerpt) -> list[Block]:
    """Return what a line says that consists of tags; nothing for another line."""
    if not _TAGS.fullmatch(line.text):
        return []
    return [block for match in _TAG.finditer(line.text) for block in _blocks(line, match)]


def _blocks(line: Excerpt, match: "re.Match[str]") -> Iterator[Block]:
    start = match.start("attributes")
    found = {
        each["name"]: line.part(start + each.start("value"), start + each.end("value"))
        for each in _ATTRIBUTE.finditer(match["attributes"])
    }
    held = {name: value for name, value in found.items() if value}
    kinds = {
        "swagger": _operation,
        "swagger-parameter": _parameter,
        "swagger-response": _response,
        "tab": _tab,
    }
    blocks = [*kinds[match["name"]](held)] if match["name"] in kinds else []
    whole = line.part(match.start(), match.end())
    yield from blocks or [Block(BlockKind.FRAME, whole, whole.start, whole.end)]


def _operation(held: Mapping[str, Excerpt]) -> Iterator[Block]:
    method, path = held.get("method"), held.get("path")
    if not method or not path:
        return
    if summary := held.get("summary"):
        yield _heading(summary, 2)
    yield _prose(joined([put("Method: ", method), method], ""))
    address = joined([held["baseUrl"].stripped("/"), path], "") if "baseUrl" in held else path
    label = "URL: " if "://" in address.text else "Endpoint: "
    yield _prose(joined([put(label, path), address], ""))


def _parameter(held: Mapping[str, Excerpt]) -> Iterator[Block]:
    name, where = held.get("name"), held.get("in")
    if not name or not where:
        return
    yield _heading(where, _SECTION)
    words = [held["type"].text.lower()] if "type" in held else []
    is_required = "required" in held and held["required"].text.lower() == "true"
    mark = f" ({', '.join([*words, 'required' if is_required else 'optional'])}): "
    text = joined([name, put(mark, name)], "")
    yield Block(BlockKind.PROSE, text, name.start, name.end, is_item=True, level=1)


def _response(held: Mapping[str, Excerpt]) -> Iterator[Block]:
    if status := held.get("status"):
        yield from _status(status)
        if description := held.get("description"):
            yield _prose(description)


def _tab(held: Mapping[str, Excerpt]) -> Iterator[Block]:
    if (title := held.get("title")) and _STATUS.fullmatch(title.text):
        yield from _status(title)


def _status(told: Excerpt) -> Iterator[Block]:
    """Yield a heading with the status and its phrase, then the text that follows them."""
    match = _STATUS.fullmatch(told.text)
    if not match:
        return
    code, rest = told.group(match, "code"), told.group(match, "rest")
    phrase = next((each for each in _PHRASES if rest.text.lower().startswith(each.lower())), "")
    parts = [code, put(" ", code), rest.part(0, len(phrase))] if phrase else [code]
    yield _heading(joined(parts, ""), _SECTION + 1)
    if more := rest.part(len(phrase)).stripped():
        yield _prose(more)


def _heading(text: Excerpt, level: int) -> Block:
    return Block(BlockKind.HEADING, text, text.start, max(text.offsets) + 1, level=level)


def _prose(text: Excerpt) -> Block:
    return Block(BlockKind.PROSE, text, min(text.offsets), max(text.offsets) + 1)
