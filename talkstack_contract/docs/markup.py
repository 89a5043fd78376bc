"""What Markdown pages say in tables, components and lines of their own, as blocks that say it in words.

A row of a table of parameters becomes `name (string, required): meaning`, `GET /beds` becomes `Method: GET` and
`Endpoint: /beds`. The words that are put between stand where the next word of the page does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from talkstack_contract.docs.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put

_REQUEST = re.compile(
    r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+(?P<url>https?://[^\s/?#]+)?(?P<path>/[^\s?#]*)(?:[?#]\S*)?"
    r"(?: HTTP/[\d.]+)?\s*"
)
_NAMED_STATUS = re.compile(r"[1-5]\d\d\b(?: [A-Za-z][A-Za-z' -]{0,60})?")
_SENT_HEADER = re.compile(r" *[A-Za-z][\w-]{0,60}: ?\S.*")
_BODY = re.compile(r"\s*(?:[{\[]|\Z)")
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})(?P<info>.*)")
_COMPONENT = re.compile(
    r"\s*<(?P<tag>ParamField|ResponseField)\s+(?P<attributes>[^<>\n]{0,400}?)/?>(?P<rest>.*?)(?:</(?:ParamField|ResponseField)>\s*)?",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"(?P<name>[A-Za-z]+)(?:=(?:\"(?P<value>[^\"\n]*)\"|\{(?P<code>[^{}\n]*)\}|'(?P<single>[^'\n]*)'))?"
)
_TAG = re.compile(r"\s*</?[A-Za-z][^<>\n]{0,400}>\s*")


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
    if name and (match := _NAMED_STATUS.match(name.text)):
        status = name.part(0, match.end())
        words = joined([put("Status Code: ", status), status], "")
        yield Block(BlockKind.PROSE, words, min(status.start, code.start), status.end)
        if match.group() >= "400":
            code = replace(code, language="http")  # a sample of an error: not read
    yield code


def _prose(text: Excerpt, block: Block) -> Block:
    return Block(BlockKind.PROSE, text, block.start, block.end)


def component(lines: Sequence[Excerpt]) -> Iterator[Block]:
    """Yield what the lines of an HTML block say: fields of a request or a response, and frames of other components."""
    pending: list[Excerpt] = []
    fenced: list[Excerpt] = []
    for line, is_comment in _with_comments(lines):
        fence = _FENCE.match(line.text)
        if fenced or fence:
            yield from _field_of(pending)
            pending = []
            is_end = bool(fenced and fence and not fence["info"].strip())
            fenced.append(line)
            if is_end:
                yield from _fenced(fenced, is_closed=True)
                fenced = []
            continue
        if is_comment:
            yield from _field_of(pending)
            pending = []
            shown = line.stripped()
            yield Block(BlockKind.COMMENT, shown, shown.start, shown.end)
            continue
        match = _COMPONENT.fullmatch(line.text)
        if match:
            yield from _field_of(pending)
            pending = []
            yield from _heading_of(line, match)
            pending = [_named(line, match), line.group(match, "rest").stripped()]
        elif _TAG.fullmatch(line.text):
            yield from _field_of(pending)
            pending = []
            shown = line.stripped()
            yield Block(BlockKind.FRAME, shown, shown.start, shown.end)
        elif pending:
            pending.append(line.stripped())
        elif shown := line.stripped():
            yield Block(BlockKind.PROSE, shown, shown.start, shown.end)
    yield from _field_of(pending)
    if fenced:
        yield from _fenced(fenced, is_closed=False)


def _fenced(lines: Sequence[Excerpt], *, is_closed: bool) -> Iterator[Block]:
    """Yield the code between two fences inside a component."""
    head = _FENCE.match(lines[0].text)
    info = lines[0].group(head, "info").stripped() if head else lines[0]
    code = joined(lines[1:-1] if is_closed else lines[1:], "\n")
    shown = lines[0].stripped()
    end = lines[-1].end
    if not code:
        yield Block(BlockKind.FRAME, shown, shown.start, end)
        return
    language, _, name = info.text.partition(" ")
    block = Block(BlockKind.CODE, code, shown.start, end, language=language.lower(), is_closed=is_closed)
    yield from sample_blocks(block, info.part(len(language)).stripped() if name else None)


def _with_comments(lines: Sequence[Excerpt]) -> Iterator[tuple[Excerpt, bool]]:
    """Yield the parts of lines that are not empty, and whether each is a comment, or part of one."""
    is_open = False
    for line in lines:
        position = 0
        while position < len(line.text):
            mark = "-->" if is_open else "<!--"
            found = line.text.find(mark, position)
            end = len(line.text) if found < 0 else found + 3 if is_open else found
            part = line.part(position, end)
            if part.stripped():
                yield part, is_open
            is_open, position = is_open != (found >= 0), end


def _heading_of(line: Excerpt, match: "re.Match[str]") -> Iterator[Block]:
    """Yield a heading that says where a field belongs: to the path, the query, the body or the response."""
    if match["tag"] == "ResponseField":
        start = match.start("tag")
        yield _heading(line.part(start, start + len("Response")))
        return
    for each in _ATTRIBUTE.finditer(match["attributes"]):
        start = match.start("attributes") + each.start("name")
        if each["name"] in ("query", "body"):
            yield _heading(line.part(start, start + len(each["name"])))
        elif each["name"] == "path":
            yield _heading(line.part(match.start("tag"), start + len("path")))


def _heading(text: Excerpt) -> Block:
    return Block(BlockKind.HEADING, text, text.start, text.end, level=3)


def _named(line: Excerpt, match: "re.Match[str]") -> Excerpt:
    """Return `name (type, required): ` of a component, or nothing where it names none."""
    found = {each["name"]: each for each in _ATTRIBUTE.finditer(match["attributes"])}
    start = match.start("attributes")
    name = next((found[each] for each in ("query", "path", "body", "header", "name") if each in found), None)
    if not name or not name["value"]:
        return line.part(0, 0)
    shown = line.part(start + name.start("value"), start + name.end("value"))
    kind = found.get("type")
    words = [kind["value"]] if kind and kind["value"] else []
    required = found.get("required")
    words.append(
        "required" if required and (required["code"] or required["value"] or "true") != "false" else "optional"
    )
    if "header" in found:
        return joined([put("Headers: Include ", shown), shown, put(": ", shown)], "")
    return joined([shown, put(f" ({', '.join(words)}): ", shown)], "")


def _field_of(parts: Sequence[Excerpt]) -> Iterator[Block]:
    if parts and parts[0]:
        text = joined([parts[0], joined([part for part in parts[1:] if part])], "")
        yield Block(BlockKind.PROSE, text, parts[0].start, max(text.offsets) + 1, is_item=True, level=1)


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
