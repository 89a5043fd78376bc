"""A page's text, and excerpts of it that know where each of their characters stands.

Readers cut, join and clean excerpts; a fact that comes out of them still has its line and column in the page.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

# One character for one, so that every place stays what it is: typographic forms of what pages are written in.
_PLAIN = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u2002\u2003\u2009\t\v\f\x00\ufeff\u2028\u2029\u0085"), " "),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201b"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u25e6\u25aa\u2023\u00b7\u25cf\u25cb\u25a0\u25ab\u25b8\u25ba\u2043\u2219"), "\u2022"),
    ord("\uff1a"): ":",
}

_INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\u00ad\u202a-\u202e\u2066-\u2069]")
"""Characters that show nothing, and can stand inside a word."""


def plain(text: str) -> str:
    """Return a text of the same length with plain blanks, quotes and dashes."""
    return text.translate(_PLAIN)


@dataclass(frozen=True)
class Place:
    """Where something stands in a page: line and column, both from 1, in characters."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True)
class Excerpt:
    """Text of a page, with the offset of each of its characters in the page."""

    text: str
    offsets: Sequence[int]

    @property
    def start(self) -> int:
        """The offset of the first character; the text must not be empty."""
        return self.offsets[0]

    @property
    def end(self) -> int:
        """The offset behind the last character; the text must not be empty."""
        return self.offsets[-1] + 1

    def __bool__(self) -> bool:
        return bool(self.text)

    def part(self, start: int, end: int | None = None) -> "Excerpt":
        """Return the characters from start to end, as of a string."""
        return Excerpt(self.text[start:end], self.offsets[start:end])

    def group(self, match: "re.Match[str]", name: int | str) -> "Excerpt":
        """Return what a group of a match in this text took; empty where it took nothing."""
        start, end = match.span(name)
        return self.part(max(start, 0), max(end, 0))

    def stripped(self, characters: str = " \n") -> "Excerpt":
        """Return it without these characters at its ends."""
        left = len(self.text) - len(self.text.lstrip(characters))
        return self.part(left, max(left, len(self.text.rstrip(characters))))

    def collapsed(self) -> "Excerpt":
        """Return it with one blank for each run of blanks."""
        if "  " not in self.text:
            return self
        kept = [number for number in range(len(self.text)) if self.text[number : number + 2] != "  "]
        return Excerpt("".join(self.text[number] for number in kept), [self.offsets[number] for number in kept])

    def lines(self) -> Iterator["Excerpt"]:
        """Yield its lines, without their ends."""
        start = 0
        for text in self.text.split("\n"):
            yield self.part(start, start + len(text))
            start += len(text) + 1

    def cut_at(self, positions: Iterable[int]) -> Iterator["Excerpt"]:
        """Yield the parts between these positions, which ascend; empty ones are left out."""
        start = 0
        for position in (*positions, len(self.text)):
            if position > start:
                yield self.part(start, position)
                start = position


def joined(parts: Sequence[Excerpt], between: str = " ") -> Excerpt:
    """Return the parts as one text; what is put between them stands where the next part begins."""
    offsets: list[int] = []
    kept = [part for part in parts if part]
    for part in kept:
        if offsets:
            offsets.extend([part.start] * len(between))
        offsets.extend(part.offsets)
    return Excerpt(between.join(part.text for part in kept), offsets)


def put(text: str, at: Excerpt) -> Excerpt:
    """Return words of ours, standing where an excerpt begins."""
    return Excerpt(text, [at.start] * len(text))


@dataclass(frozen=True)
class SourceText:
    """The whole text of one page, without characters that show nothing: `raw` as it was stored, `text` in plain form.

    Both have the same length, so that an offset means the same place in either. `stored` is what was given.
    """

    stored: str
    raw: str = field(init=False, repr=False, compare=False)
    text: str = field(init=False, repr=False, compare=False)
    line_starts: list[int] = field(init=False, repr=False, compare=False)
    _dropped: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found = (match.start() for match in _INVISIBLE.finditer(self.stored))
        dropped = [start - number for number, start in enumerate(found)]
        raw = _INVISIBLE.sub("", self.stored) if dropped else self.stored
        text = plain(raw.replace("\r\n", " \n").replace("\r", "\n"))
        starts = [0, *(match.end() for match in re.finditer("\n", text))]
        for name, value in (("raw", raw), ("text", text), ("line_starts", starts), ("_dropped", dropped)):
            object.__setattr__(self, name, value)

    def place(self, offset: int) -> Place:
        """Return the line and column of an offset, as the page was stored."""
        line = self.line_number(offset)
        start = self.line_starts[line - 1]
        hidden = bisect_right(self._dropped, offset) - bisect_left(self._dropped, start) if self._dropped else 0
        return Place(line, offset - start + 1 + hidden)

    def line_number(self, offset: int) -> int:
        """Return the line, from 1, in which an offset lies."""
        return bisect_right(self.line_starts, offset)

    def excerpt(self, start: int = 0, end: int | None = None) -> Excerpt:
        """Return the text from one offset to another."""
        stop = len(self.text) if end is None else end
        return Excerpt(self.text[start:stop], range(start, stop))
