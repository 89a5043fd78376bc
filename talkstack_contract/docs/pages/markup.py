"""What Markdown pages say in samples, request lines and their head, as blocks that say it in words.

`GET /beds` becomes `Method: GET` and `Endpoint: /beds`. The words that are put between stand where the next word of
the page does.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put

_REQUEST = re.compile(
    r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(?P<url>https?://[^\s/?#]+)?(?P<path>/[^\s?#]*)(?:[?#]\S*)?"
    r"(?: HTTP/[\d.]+)?\s*"
)
_NAMED_STATUS = re.compile(r"[1-5]\d\d\b(?: [A-Za-z][A-Za-z' -]{0,60}(?![\w-]))?")
_NAMED_ERROR = re.compile(
    r"\b(?:errors?|fail\w*|invalid|denied|unauthori[sz]ed|forbidden|not found|bad request)\b", re.IGNORECASE
)
_NAMED_RESPONSE = re.compile(r"(?:example |sample )?(?:response|success|returns|output)\b", re.IGNORECASE)
_SENT_HEADER = re.compile(r" *[A-Za-z][\w-]{0,60}: ?\S.*")
_BODY = re.compile(r"\s*(?:[{\[]|\Z)")


def request_line(block: Block) -> Iterator[Block]:
    """Yield what a line like `GET https://host/path` says: method, endpoint and URL; nothing for another line."""
    text = block.text.stripped()
    match = _REQUEST.fullmatch(text.text)
    if not match or "\n" in text.text.strip():
        return
    method, path = text.group(match, "method"), text.group(match, "path")
    yield _prose(joined([put("Method: ", method), method], ""), block)
    yield _prose(joined([put("Endpoint: ", path), path], ""), block)
    if match["url"]:
        url = text.part(match.start("url"), match.end("path"))
        yield _prose(joined([put("URL: ", url), url], ""), block)


def http_request(block: Block) -> Iterator[Block]:
    """Yield what a sample of a whole request says: its first line, its headers and its body; nothing for other code."""
    lines = [*block.text.lines()]
    first = next((number for number, line in enumerate(lines) if line.stripped()), len(lines))
    if len(lines) < first + 2:
        return
    start = lines[first].stripped()
    request = [*request_line(Block(BlockKind.PROSE, start, start.start, start.end))]
    sent = [*takewhile(lambda line: _SENT_HEADER.fullmatch(line.text), lines[first + 1 :])]
    if not request or not (sent or _BODY.match(lines[first + 1].text)):
        return
    yield from request
    for line in sent:
        shown = line.stripped()
        label = "" if shown.text.lower().startswith("authorization") else "Headers: Include "
        yield Block(BlockKind.PROSE, joined([put(label, shown), shown], ""), shown.start, shown.end)
    body = block.text.part(sum(len(line.text) + 1 for line in lines[: first + 1 + len(sent)])).stripped()
    if body:
        yield Block(BlockKind.CODE, body, body.start, block.end, language="json", is_closed=block.is_closed)


def sample_blocks(code: Block, name: Excerpt | None) -> Iterator[Block]:
    """Yield what a sample says: a request line by line, else the status that is its name, and the code."""
    if request := [*request_line(code)] or [*http_request(code)]:
        yield from request
        return
    if name and _NAMED_ERROR.search(name.text) and not _NAMED_STATUS.match(name.text):
        yield replace(code, language="http")  # a sample of an error: not read
        return
    if name and _NAMED_RESPONSE.match(name.text):
        yield Block(BlockKind.PROSE, put("Response:", name), min(name.start, code.start), name.end)
    elif name and (match := _NAMED_STATUS.match(name.text)):
        status = name.part(0, match.end())
        words = joined([put("Status Code: ", status), status], "")
        yield Block(BlockKind.PROSE, words, min(status.start, code.start), status.end)
        if match.group() >= "400":
            code = replace(code, language="http")  # a sample of an error: not read
    yield code


def _prose(text: Excerpt, block: Block) -> Block:
    return Block(BlockKind.PROSE, text, block.start, block.end)


def front_matter(text: Excerpt) -> tuple[int, list[Block]]:
    """Return where the head of a Markdown file ends, and what its lines say; 0 and nothing where it has none."""
    lines = [*text.lines()]
    if not lines or lines[0].text.rstrip() != "---":
        return 0, []
    last = next((number for number, line in enumerate(lines[1:80], 1) if line.text.rstrip() == "---"), 0)
    if not last:
        return 0, []
    blocks = [block for line in lines[: last + 1] for block in _head_line(line)]
    titled = any(block.kind is BlockKind.HEADING for block in blocks)
    if not titled:  # what is said here is no title
        blocks = [replace(each, kind=BlockKind.META) if each.kind is BlockKind.PROSE else each for each in blocks]
    blocks.sort(key=_place_in_head)
    return sum(len(line.text) + 1 for line in lines[: last + 1]), blocks


def _place_in_head(block: Block) -> int:
    """Return where in a page a block of its head belongs: its title, its description, its request line."""
    is_request = block.text.text.startswith(("Method: ", "Endpoint: ", "URL: "))
    return 0 if block.kind is BlockKind.HEADING else 2 if is_request or block.kind is not BlockKind.PROSE else 1


def _head_line(line: Excerpt) -> Iterator[Block]:
    shown = line.stripped()
    match = re.fullmatch(r"(?P<key>[A-Za-z_-]+): *[\"']?(?P<value>.*?)[\"']? *", line.text)
    value = line.group(match, "value") if match else shown.part(0, 0)
    if match and value and match["key"] == "title":
        yield Block(BlockKind.HEADING, value, shown.start, shown.end, level=1)
    elif match and value and match["key"] in ("excerpt", "description"):
        yield Block(BlockKind.PROSE, value, shown.start, shown.end)
    elif match and value and match["key"] in ("api", "openapi"):
        block = Block(BlockKind.META, value, shown.start, shown.end)
        yield from [*request_line(block)] or [block]
    elif shown:
        yield Block(BlockKind.META, shown, shown.start, shown.end)
