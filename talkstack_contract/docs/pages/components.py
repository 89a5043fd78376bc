"""Fields in components (`<ParamField body="name">`), and other HTML inside Markdown, as blocks that say it in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from talkstack_contract.docs.pages.inline_markup import unmarked
from talkstack_contract.docs.pages.markup import sample_blocks
from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.source_text import Excerpt, joined, put
from talkstack_contract.docs.vocabulary import is_past

_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})(?P<info>.*)")
_ATTRIBUTES = r"(?P<attributes>(?:[^<>\n\"']|\"[^\"\n]*\"|'[^'\n]*'){0,400}?)"
_FIELD = re.compile(
    rf"\s*<(?P<tag>ParamField|ResponseField)\s+{_ATTRIBUTES}/?>(?P<rest>.*?)(?:</(?:ParamField|ResponseField)>\s*)*",
    re.DOTALL,
)
_FIELD_TAG = re.compile(rf"<(?P<end>/?)(?P<tag>ParamField|ResponseField)\b{_ATTRIBUTES}(?P<closed>/?)>")
_NEXT_FIELD = re.compile(r"(?<=\S)\s*(?=<(?:ParamField|ResponseField)\b)")
_ATTRIBUTE = re.compile(
    r"(?P<name>[A-Za-z]+)(?:=(?:\"(?P<value>[^\"\n]*)\"|\{(?P<code>[^{}\n]*)\}|'(?P<single>[^'\n]*)'))?"
)
_TAG = re.compile(r"\s*</?[A-Za-z][^<>\n]{0,400}>\s*")
_HEADING = re.compile(
    r"\s*(?:<details[^<>\n]{0,200}>\s*)?<(?P<tag>summary|h[1-6])(?: [^<>\n]{0,200})?>"
    r"(?P<words>.{1,400}?)</(?P=tag)>\s*",
    re.IGNORECASE,
)
_TITLED = re.compile(r"\s*<[A-Z]\w*(?: [^<>\n]{0,200})? title=\"(?P<title>[^\"<>\n]{1,200})\"[^<>\n]{0,200}>\s*")
_COMPONENT_TAG = re.compile(rf"<(?P<end>/?)(?P<tag>(?!ParamField\b)[A-Z]\w*)\b{_ATTRIBUTES}(?P<closed>/?)>")
_OF_ERRORS = re.compile(r"[3-5]\d\d\b|.{0,100}\b(?:errors?|failures?)\b", re.IGNORECASE)
_STATUS_TITLE = re.compile(r"[1-5]\d\d(?: [A-Za-z' -]{1,60})?")
_RESPONSE_PART = re.compile(r"\s*<(?P<part>Response)Example(?: [^<>\n]{0,200})?>\s*")
_LOWEST = 6
"""The level of a heading that is marked as one in another way."""
_DEEPEST = 20
"""Fields inside fields are followed so far."""
_PLACES = ("query", "path", "body", "header", "name")


def holds_field(line: Excerpt) -> bool:
    """Tell whether a line begins with a field in a component."""
    return bool(_FIELD.match(line.text))


@dataclass(frozen=True)
class FieldPlaces:
    """Where the fields of a page stand, by the offsets of their tags.

    `above` tells what a field lies in that stands inside another one (`soil.`, `items[].`); `of_errors` are those in
    a component whose title is the status of an error.
    """

    above: Mapping[int, str]
    of_errors: frozenset[int]


def field_places(text: Excerpt) -> FieldPlaces:
    """Return where the fields of a page stand."""
    return FieldPlaces(_parents(text), _fields_of_errors(text))


def _parents(text: Excerpt) -> dict[int, str]:
    found: dict[int, str] = {}
    open_fields: list[str] = []
    for match in _FIELD_TAG.finditer(text.text):
        if match["end"]:
            del open_fields[-1:]
            continue
        above = open_fields[-1] if open_fields else ""
        if above:
            found[text.offsets[match.start()]] = above
        if not match["closed"]:
            inside = _inside(above, _attributes(match["attributes"])) if len(open_fields) < _DEEPEST else ""
            open_fields.append(inside)
    return found


def _inside(above: str, attributes: Mapping[str, "re.Match[str]"]) -> str:
    """Return what stands before the names of the fields inside one: those of a header or a query value have none."""
    name = next((attributes[each]["value"] for each in ("body", "name") if each in attributes), None)
    kind = attributes["type"]["value"] if "type" in attributes else ""
    is_list = "[]" in (kind or "") or (kind or "").lower().startswith(("array", "list"))
    return f"{above}{name}{'[]' if is_list else ''}." if name else ""


def _fields_of_errors(text: Excerpt) -> frozenset[int]:
    found: set[int] = set()
    open_components: list[bool] = []
    for match in _COMPONENT_TAG.finditer(text.text):
        is_inside = any(open_components[-1:])
        if match["tag"] == "ResponseField":
            if is_inside:
                found.add(text.offsets[match.start()])
        elif match["end"]:
            del open_components[-1:]
        elif not match["closed"]:
            title = _attributes(match["attributes"]).get("title")
            open_components.append(is_inside or bool(title and _OF_ERRORS.match(title["value"] or "")))
    return frozenset(found)


def component(lines: Sequence[Excerpt], places: FieldPlaces) -> Iterator[Block]:
    """Yield what the lines of an HTML block say: fields of a request or a response, and frames of other components.

    What the body of an error holds is read by no rule: its fields are not understood.
    """
    pending: list[Excerpt] = []
    fenced: list[Excerpt] = []
    for line, is_comment in _with_comments([part for each in lines for part in _field_by_field(each)]):
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
        match = _FIELD.fullmatch(line.text)
        if match and line.offsets[match.start("tag") - 1] in places.of_errors:
            yield from _field_of(pending)
            pending = []
            shown = line.stripped()
            yield Block(BlockKind.UNREAD, shown, shown.start, shown.end)
        elif match:
            yield from _field_of(pending)
            yield from _heading_of(line, match)
            pending = [_named(line, match, places.above), unmarked(line.group(match, "rest")).stripped()]
        elif _TAG.fullmatch(line.text) or _HEADING.fullmatch(line.text):
            yield from _field_of(pending)
            pending = []
            yield from _tag(line)
        elif pending:
            pending.append(unmarked(line).stripped())
        else:
            yield from _words(line)
    yield from _field_of(pending)
    if fenced:
        yield from _fenced(fenced, is_closed=False)


def _words(line: Excerpt) -> Iterator[Block]:
    """Yield the words of a line, or what it is made of where that is tags alone, as those of an anchor."""
    if shown := unmarked(line).stripped():
        yield Block(BlockKind.PROSE, shown, shown.start, shown.end)
    elif shown := line.stripped():
        yield Block(BlockKind.FRAME, shown, shown.start, shown.end)


def _field_by_field(line: Excerpt) -> Iterator[Excerpt]:
    """Yield the parts of a line that each begin with a field: components can stand side by side in one."""
    position = 0
    for match in _NEXT_FIELD.finditer(line.text):
        yield line.part(position, match.start())
        position = match.end()
    yield line.part(position)


def _tag(line: Excerpt) -> Iterator[Block]:
    """Yield a heading for the words of a summary or a heading in HTML, a frame for another tag."""
    if part := _RESPONSE_PART.fullmatch(line.text):
        yield _heading(line.group(part, "part"))
        return
    titled = _TITLED.fullmatch(line.text)
    if titled and (is_past(titled["title"]) or _STATUS_TITLE.fullmatch(titled["title"])):
        title = line.group(titled, "title")
        yield Block(BlockKind.HEADING, title, title.start, title.end, level=_LOWEST)
        return
    match = _HEADING.fullmatch(line.text)
    if match and (words := unmarked(line.group(match, "words")).stripped()):
        level = _LOWEST if match["tag"].lower() == "summary" else int(match["tag"][1])
        yield Block(BlockKind.HEADING, words, words.start, words.end, level=level)
    else:
        shown = line.stripped()
        yield Block(BlockKind.FRAME, shown, shown.start, shown.end)


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


def _attributes(text: str) -> dict[str, "re.Match[str]"]:
    return {each["name"]: each for each in _ATTRIBUTE.finditer(text)}


def _heading_of(line: Excerpt, match: "re.Match[str]") -> Iterator[Block]:
    """Yield a heading that says where a field belongs: to the path, the query, headers, the body or the response."""
    if match["tag"] == "ResponseField":
        start = match.start("tag")
        yield _heading(line.part(start, start + len("Response")))
        return
    for each in _ATTRIBUTE.finditer(match["attributes"]):
        start = match.start("attributes") + each.start("name")
        if each["name"] in ("query", "body", "header"):
            yield _heading(line.part(start, start + len(each["name"])))
        elif each["name"] == "path":
            yield _heading(line.part(match.start("tag"), start + len("path")))


def _heading(text: Excerpt) -> Block:
    return Block(BlockKind.HEADING, text, text.start, text.end, level=3)


def _named(line: Excerpt, match: "re.Match[str]", above: Mapping[int, str]) -> Excerpt:
    """Return `name (type, required): ` of a component, or nothing where it names none."""
    found = _attributes(match["attributes"])
    start = match.start("attributes")
    name = next((found[each] for each in _PLACES if each in found), None)
    if not name or not name["value"]:
        return line.part(0, 0)
    shown = line.part(start + name.start("value"), start + name.end("value"))
    kind = found.get("type")
    words = [kind["value"]] if kind and kind["value"] else []
    words.append(_mark(found.get("required")))
    inside = above.get(line.offsets[match.start("tag") - 1], "")
    return joined([put(inside, shown), shown, put(f" ({', '.join(words)}): ", shown)], "")


def _mark(required: "re.Match[str] | None") -> str:
    """Return whether a field is required, by its attribute: what code decides is not known."""
    if required is None:
        return "optional"
    said = (required["code"] or required["value"] or required["single"] or "true").strip().lower()
    return {"true": "required", "false": "optional"}.get(said, "unclear")


def _field_of(parts: Sequence[Excerpt]) -> Iterator[Block]:
    if parts and parts[0]:
        text = joined([parts[0], joined([part for part in parts[1:] if part])], "")
        yield Block(BlockKind.PROSE, text, parts[0].start, max(text.offsets) + 1, is_item=True, level=1)
