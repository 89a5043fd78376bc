"""From the elements of a page of HTML to its blocks: headings, paragraphs, items, rows of tables, fields, code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from talkstack_contract.docs.pages.block_kinds import kind_of, starts_row
from talkstack_contract.docs.pages.html_tree import Comment, End, Start, joined_lines
from talkstack_contract.docs.pages.markup import request_line, sample_blocks
from talkstack_contract.docs.pages.page import Block, BlockKind
from talkstack_contract.docs.pages.tables import table_row
from talkstack_contract.docs.source_text import Excerpt, SourceText, joined, put

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = {*_HEADINGS, "address", "article", "blockquote", "body", "caption", "dd", "details", "dialog", "div", "dl"}
_BLOCKS |= {"dt", "fieldset", "figcaption", "figure", "footer", "header", "hr", "html", "legend", "li", "main", "ol"}
_BLOCKS |= {"p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
_SUMMARY = 4
"""The level of heading that a summary of details is."""
_ENDS_HEADING = frozenset({"p", "ul", "ol", "dl", "pre", "table", "blockquote"})
_SCRIPTS = frozenset({"script", "style", "template", "link", "meta", "head"})
_FURNITURE = frozenset({"nav", "aside", "footer", "button", "svg", "select", "form", "iframe", "noscript", "dialog"})
_FURNITURE_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "tablist", "menu"})
_FURNITURE_CLASSES = {"toc", "toc-wrapper", "tocify", "tocify-wrapper", "table-of-contents", "lang-selector"}
_FURNITURE_CLASSES |= {"breadcrumb", "breadcrumbs", "navbar", "pagination"}
_FURNITURE_CLASSES |= {"headerlink", "anchor-link", "hash-link", "heading-anchor"}
_PARTS = {  # of a field: what says which is which
    "name": re.compile(r"\bfield-name\b|(?:^| )Param-name"),
    "mark": re.compile(r"\bfield-(?:info-pill|required-pill|deprecated-pill)\b|(?:^| )Param-(?:type|required)"),
    "file": re.compile(r"\bcode-block-header-filename\b"),
}
_LANGUAGE = re.compile(r"(?:^| )(?:language|lang|highlight-source|tab)-(?P<name>[A-Za-z]+)")
_MARK = re.compile(r"(?P<name>[\w.\[\]-]{1,120}) +\(?(?P<words>[A-Za-z][A-Za-z ,]{0,40}?)\)?")
_PRE_END = re.compile("</pre", re.IGNORECASE)


@dataclass
class BlockBuilder:
    """Turns the elements of a page into blocks; `main` names the element that holds the content."""

    source: SourceText
    main: str
    blocks: list[Block] = field(default_factory=list)
    inline: list[Excerpt | None] = field(default_factory=list)  # None: a line ends here
    inside: int = 0  # elements that hold the content
    hidden: int = 0  # elements inside one that is not read
    hidden_kind: BlockKind = BlockKind.NAVIGATION
    heading: int = 0
    depth: int = 0
    is_item: bool = False
    links: int = 0
    code: list[Excerpt] | None = None
    language: str = ""
    status: Excerpt | None = None
    rows: list[list[Excerpt]] | None = None
    has_heads: bool = False
    term: Excerpt | None = None
    part: list[str] = field(default_factory=list)  # of a field, one for each open element
    field_name: Excerpt | None = None
    field_marks: list[str] = field(default_factory=list)

    def take(self, event: Start | End | Comment | Excerpt) -> None:
        """Take the next event of the page."""
        if isinstance(event, Excerpt):
            self._text(event)
        elif isinstance(event, Comment):
            self.blocks.append(Block(BlockKind.COMMENT, event.text, event.text.start, event.text.end))
        elif isinstance(event, Start):
            self._start(event)
        else:
            self._end(event.name)

    def finish(self) -> list[Block]:
        """End what is open, and return the blocks."""
        self._flush()
        self._end_field()
        return self.blocks

    def _text(self, text: Excerpt) -> None:
        if self.hidden or not self.inside:
            kind = self.hidden_kind if self.hidden else BlockKind.NAVIGATION
            if shown := text.stripped(" \n\t"):
                self.blocks.append(Block(kind, shown, shown.start, shown.end))
        elif self.code is not None:
            self.code.append(text)
        else:
            self.inline.append(Excerpt(text.text.replace("\n", " "), text.offsets))

    def _start(self, element: Start) -> None:
        name = element.name
        if self.hidden:
            self.hidden += 1
            return
        if kind := self._hiding(element):
            if name not in ("svg", "button") and self.code is None:
                self._break_block()
            self.hidden, self.hidden_kind = 1, kind
            return
        self.inside += name == self.main
        self.links += name == "a"
        self.part.append(_part_of(element.attributes) or (self.part[-1] if self.part else ""))
        if name == "br":
            self._end_line()
        elif self.code is not None:
            self.language = self.language or _language_of(element.attributes)
        elif name in _BLOCKS or _part_of(element.attributes):
            self._break_block()
            self._open(element)

    def _hiding(self, element: Start) -> BlockKind | None:
        """Return as what an element and all inside it is accounted for, where it is not read."""
        name, attributes = element.name, element.attributes
        if name in _SCRIPTS:
            return BlockKind.SCRIPT
        classes = {*attributes.get("class", "").split()}
        is_furniture = name in _FURNITURE or attributes.get("role") in _FURNITURE_ROLES or classes & _FURNITURE_CLASSES
        return BlockKind.NAVIGATION if is_furniture else None

    def _open(self, element: Start) -> None:
        name = element.name
        if self.heading and name in _ENDS_HEADING:  # a heading without an end
            self.heading = 0
        if level := _HEADINGS.get(name, _SUMMARY if name == "summary" else 0):
            self._end_field()
            self.heading = level
        elif name == "li":
            self.depth, self.is_item = self.depth + 1, True
        elif name == "pre":
            self._end_field()
            self.code, self.language = [], _language_of(element.attributes)
        elif name == "table" and self.rows is None:
            self._end_field()
            self.rows, self.has_heads = [], False
        elif name == "tr" and self.rows is not None:
            self.rows.append([])
        elif name == "th" and self.rows is not None and len(self.rows) == 1:
            self.has_heads = True

    def _end(self, name: str) -> None:
        if self.hidden:
            self.hidden -= 1
            return
        if self.code is not None:
            self._end_in_code(name)
        elif name in _BLOCKS or self._is_part():
            self._close(name)
        self.part.pop()
        self.links -= name == "a"
        self.inside -= name == self.main

    def _is_part(self) -> bool:
        """Tell whether the innermost element is what began a part of a field."""
        return bool(self.part[-1]) and self.part[-1] != (self.part[-2] if len(self.part) > 1 else "")

    def _end_in_code(self, name: str) -> None:
        if name == "pre":
            self._end_code()
        elif name in _BLOCKS:
            self._end_line()

    def _close(self, name: str) -> None:
        if name in ("td", "th") and self.rows:
            self.rows[-1].append(self._taken())
        elif name == "table" and self.rows is not None:
            self._end_table()
        elif name == "dt":
            self.term = self._taken()
        elif name == "dd":
            self._end_description()
        else:
            self._break_block()
        if name in _HEADINGS or name == "summary":
            self.heading = 0
        elif name == "li":
            self.depth, self.is_item = max(0, self.depth - 1), False

    def _break_block(self) -> None:
        """End the block that was gathered; not inside a link or a cell, whose parts belong together."""
        if self.rows:
            self.inline.append(None)
        elif not self.links:
            self._flush()

    def _end_line(self) -> None:
        if self.code is None:
            self.inline.append(None)
        elif self.code and not self.code[-1].text.endswith("\n"):
            self.code.append(Excerpt("\n", [self.code[-1].offsets[-1]]) if self.code[-1] else Excerpt("", ()))

    def _lines(self) -> list[Excerpt]:
        """Return the lines of the text that was gathered."""
        lines: list[list[Excerpt]] = [[]]
        for part in self.inline:
            if part is None:
                lines.append([])
            else:
                lines[-1].append(part)
        self.inline = []
        return [words for line in lines if (words := joined(line, "").collapsed().stripped(" "))]

    def _taken(self) -> Excerpt:
        """Return what was gathered as one text."""
        return joined(self._lines()).collapsed()

    def _flush(self) -> None:
        """Make blocks of the text that was gathered: one, or more where lines of it begin something of their own."""
        rows: list[list[Excerpt]] = []
        for words in self._lines():
            if not rows or starts_row(words.text):
                rows.append([])
            rows[-1].append(words)
        for row in rows:
            self._words(joined(row))

    def _words(self, words: Excerpt) -> None:
        part = self.part[-1] if self.part else ""
        if part == "name":
            self._end_field()
            self.field_name = words
        elif part == "mark" and self.field_name:
            self.field_marks.append(words.text.lower())
        elif part == "file":
            self.status = words if re.match(r"[1-5]\d\d\b", words.text) else None
            kind = BlockKind.META if self.status is None else BlockKind.FRAME
            self.blocks.append(Block(kind, words, words.start, words.end))
        elif self.field_name and not self.heading:
            self._end_field(words)
        else:
            self._line(words)

    def _line(self, words: Excerpt) -> None:
        if self.heading:
            words = words.stripped(" #\u00b6")
        if not words:
            return
        block = Block(BlockKind.PROSE, words, words.start, words.end)
        if line := [*request_line(block)]:
            self.blocks += (replace(each, level=self.heading) for each in line)
        else:
            level = self.heading or (self.depth if self.is_item else 0)
            kind = kind_of(words.text, self.heading)
            self.blocks.append(replace(block, kind=kind, is_item=self.is_item and not self.heading, level=level))
        self.is_item = False

    def _end_field(self, meaning: Excerpt | None = None) -> None:
        """Make a block of a field whose name, type and meaning were elements of their own."""
        name = self.field_name
        if name is None:
            return
        marks = self.field_marks if "required" in self.field_marks else [*self.field_marks, "optional"]
        words = [name, put(f" ({', '.join(marks)}): ", name), *([meaning] if meaning else [])]
        text = joined(words, "")
        self.blocks.append(Block(BlockKind.PROSE, text, name.start, max(text.offsets) + 1, is_item=True, level=1))
        self.field_name, self.field_marks = None, []

    def _end_code(self) -> None:
        code = joined_lines(self.code or []).stripped("\n")
        self.code = None
        if not code.stripped(" \n\t"):
            return
        is_closed = _PRE_END.search(self.source.text, code.end) is not None
        block = Block(BlockKind.CODE, code, code.start, code.end, language=self.language.lower(), is_closed=is_closed)
        status, self.status = self.status, None
        self.blocks += sample_blocks(block, status)

    def _end_table(self) -> None:
        rows = [row for row in self.rows or [] if any(row)]
        self.rows = None
        heads = rows[0] if rows and self.has_heads else []
        if heads:
            shown = joined(heads)
            self.blocks.append(Block(BlockKind.FRAME, shown, shown.start, shown.end))
        for row in rows[1:] if heads else rows:
            self.blocks += table_row(heads, row, joined(row, " | "))

    def _end_description(self) -> None:
        """Make a block of a term and what is said of it."""
        meaning, term, self.term = self._taken(), self.term, None
        if not term:
            if meaning:
                self._line(meaning)
            return
        match = _MARK.fullmatch(term.text)
        name = term.group(match, "name") if match else term
        mark = f" ({match['words'].lower()}): " if match else ": "
        text = joined([name, put(mark, name), *([meaning] if meaning else [])], "")
        self.blocks.append(Block(BlockKind.PROSE, text, term.start, max(text.offsets) + 1, is_item=True, level=1))


def _part_of(attributes: Mapping[str, str]) -> str:
    said = f"{attributes.get('data-component-part', '')} {attributes.get('class', '')}"
    return next((name for name, sign in _PARTS.items() if sign.search(said)), "")


def _language_of(attributes: Mapping[str, str]) -> str:
    """Return the language of code, as its classes say it: `language-json`, `highlight json tab-json`."""
    named = attributes.get("data-lang") or attributes.get("data-language") or attributes.get("language")
    if named:
        return named
    match = _LANGUAGE.search(attributes.get("class", ""))
    return match["name"] if match else ""
