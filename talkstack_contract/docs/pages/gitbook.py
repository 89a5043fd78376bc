"""Reads GitBook pages that were stored as text: with bullets, squeezed, glued, with dashes or flat.

All come to the same blocks. What a rendering breaks is put together again: a value below its label, a condition below
its status, a name glued to the sentence before it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from talkstack_contract.docs.json_text import Slip, read_body
from talkstack_contract.docs.pages.code_blocks import code_spans
from talkstack_contract.docs.pages.page import Block, BlockKind, Page
from talkstack_contract.docs.source_text import Excerpt, SourceText, joined
from talkstack_contract.docs.vocabulary import (
    BARE_HEADING,
    BODY_LABELS,
    ENDS_CODE,
    GLUE,
    GLUED_TO_VALUE,
    HEADING_LABELS,
    INDEX_OF_DOCS,
    LABEL,
    LABEL_AS_TAIL,
    MACHINE,
    META,
    META_CASED,
    REQUEST_LABELS,
    STATUS_CLASS,
    STATUS_LABELS,
    STEP,
)

GENERATOR = "gitbook"
_BULLET = re.compile(r"(?P<indent> *)(?P<bullets>(?:[\u2022*]|-(?= |$))[ ]*(?:- +)*)")
_ON_THIS_PAGE = re.compile(r" *on this page *", re.IGNORECASE)
_BREADCRUMB = re.compile(r" *\d{1,2}\. \S.{0,100}")
_ERROR_HEAD = re.compile(r"[1-5]\d\d [A-Za-z][A-Za-z' -]{0,60}\Z")
_CLASS_BELOW = re.compile(r" *- (?:temporary|permanent)")
_BELOW_NAME = re.compile(r"(?:\([a-z ,]{1,40}\))? ?:")
_IDENTIFIER = re.compile(r"\.?[A-Za-z_][\w\[\].-]{0,80}\Z")
_GLUED_NAME = re.compile(r"(?<=[.!?)])\.?(?P<name>[A-Za-z_]\w{0,80})(?= ?(?:\((?:optional|required)\))? ?:)")
_NAME_AFTER_STOP = re.compile(r"(?<=[.!?)])\.?[A-Za-z_][\w-]{0,80}\Z")
_TOP_LEVELS = frozenset({"com", "ai", "io", "org", "net", "dev", "app"})
_NEW_LINE_OF_ITS_OWN = re.compile(r"\.?[A-Za-z_][\w.\[\]-]{0,80} ?(?:\([a-z ,]{1,40}\))? ?:(?!//)")
_LONGEST = 4_000
"""Characters of a sentence that may still go on: longer ones are none."""
_SENTENCE_ENDS = (".", "!", "?", ":")
_LABELS_WITH_VALUE = frozenset({*REQUEST_LABELS, *STATUS_LABELS})
_LABEL_AT_ALL = re.compile(r"(?m)^[ \u2022*-]*(?:endpoint|method) ?:", re.IGNORECASE)


@dataclass(frozen=True)
class _Piece:
    """A line, or what has become of several."""

    text: Excerpt
    is_item: bool
    level: int
    follows_directly: bool  # no blank line before it
    is_closed: bool = False  # nothing is to be added to it

    @property
    def words(self) -> str:
        return self.text.text


def detect(source: SourceText) -> str | None:
    """Return the rendering of a GitBook page stored as text, or None where it is not one."""
    text = source.text
    has_labels = bool(_LABEL_AT_ALL.search(text))
    has_navigation = _navigation_end(text) > 0
    if not has_labels and not has_navigation and not re.search(r"(?im)^[a-z]?step ?\d", text):
        return None
    if has_navigation:
        return "text-nav"
    if re.search(r"(?m)^ *\u2022 ", text):
        return "text"
    if re.search(r"(?im)^ *- (?:endpoint|method|url) ?: ?-", text):
        return "dash"
    if re.search(r"(?i)\S(?:method|url) ?:\s|\S(?:method|url) ?:$", text) and re.search(
        r"(?im)\S(?:Method|URL) ?: *$", text
    ):
        return "glued"
    if re.search(r"(?im)^ *(?:endpoint|method|url) ?: *$", text):
        return "squeezed"
    return "flat"


def read(source: SourceText, name: str) -> Page:
    """Read a page that `detect` knows."""
    rendering = detect(source) or "flat"
    start = _navigation_end(source.text)
    stop = _machine_start(source.text, start)
    blocks = [*_furniture(source, 0, start, BlockKind.NAVIGATION)]
    code = [
        (span.start + start, span.end + start, span.is_closed)
        for span in code_spans(source.text[start:stop], ENDS_CODE)
    ]
    known = _known_names(source, code)
    position = start
    pieces: list[_Piece] = []
    for begin, end, is_closed in code:
        pieces.extend(_pieces(source.excerpt(position, begin), known, pieces))
        blocks.extend(_blocks(pieces, is_first=not _has_prose(blocks)))
        pieces = []
        blocks.append(Block(BlockKind.CODE, source.excerpt(begin, end), begin, end, is_closed=is_closed))
        position = end
    pieces.extend(_pieces(source.excerpt(position, stop), known, pieces))
    blocks.extend(_blocks(pieces, is_first=not _has_prose(blocks)))
    blocks.extend(_furniture(source, stop, len(source.text), BlockKind.MACHINE))
    is_flat = rendering == "flat"
    return Page(name, GENERATOR, rendering, source, tuple(blocks), _end_was_seen(blocks, is_flat), is_flat)


def _has_prose(blocks: Iterable[Block]) -> bool:
    return any(block.kind is BlockKind.PROSE for block in blocks)


def _navigation_end(text: str) -> int:
    """Return where the navigation before a page ends; 0 where there is none."""
    position, found, seen = 0, 0, 0
    for line in text.split("\n")[:400]:
        end = position + len(line) + 1
        words = line.strip()
        if (LABEL.match(words) and words.lower().startswith(("endpoint", "method"))) or STEP.match(words):
            break
        if (
            _ON_THIS_PAGE.fullmatch(line)
            or words.lower() == "powered by gitbook"
            or (found and _BREADCRUMB.fullmatch(line))
        ):
            found = end
        elif line.lstrip().startswith("\u2022"):
            seen += 1
        position = end
    else:
        if not found and seen >= 5 and not _LABEL_AT_ALL.search(text):
            return len(text)  # cut before the navigation ended
    return min(found, len(text))


def _machine_start(text: str, start: int) -> int:
    for match in re.finditer(r"(?m)^[^\n]+$", text[start:]):
        if MACHINE.fullmatch(match.group().strip()[:200]):
            return start + match.start()
    return len(text)


def _furniture(source: SourceText, start: int, end: int, kind: BlockKind) -> Iterator[Block]:
    for line in source.excerpt(start, end).lines():
        if words := line.stripped():
            yield Block(kind, words, words.start, words.end)


def _known_names(source: SourceText, code: Sequence[tuple[int, int, bool]]) -> frozenset[str]:
    """Return the keys that the page's examples print: they tell where a glued name begins."""
    names: set[str] = set()
    for begin, end, _ in code:
        body = read_body(source.text[begin:end])
        if not isinstance(body, Slip):
            names |= {place.rpartition(".")[2].removesuffix("[]") for place in body.keys}
        else:
            names |= set(re.findall(r'"([A-Za-z_]\w{0,80})" ?:', source.text[begin:end]))
    return frozenset(names)


def _pieces(excerpt: Excerpt, known: frozenset[str], before: Sequence[_Piece]) -> list[_Piece]:
    """Return what the lines of an excerpt say, one piece each."""
    pieces: list[_Piece] = [*before]
    for piece in _lines(excerpt, known):
        _add(pieces, piece, known)
    return pieces[len(before) :]


def _lines(excerpt: Excerpt, known: frozenset[str]) -> Iterator[_Piece]:
    follows = False
    for line in excerpt.lines():
        if not line.stripped():
            follows = False
            continue
        bullet = None if _CLASS_BELOW.match(line.text) else _BULLET.match(line.text)
        level = 1 + len(bullet["indent"]) // 4 if bullet else 0
        rest = (line.part(bullet.end()) if bullet else line).collapsed()
        parts = [part for cut in rest.cut_at(_glue(rest.text, known)) if (part := cut.stripped())]
        if bullet and not parts:  # a bullet before a code block
            yield _Piece(line.stripped(), is_item=False, level=0, follows_directly=follows, is_closed=True)
        for number, part in enumerate(parts):
            yield _Piece(part, bool(bullet) and number == 0, level, follows or number > 0)
            follows = True


def _glue(text: str, known: frozenset[str]) -> list[int]:
    """Return where a line has to be cut, since the rendering put several together."""
    positions = {match.start() for match in GLUE.finditer(text) if not _ends_a_name(text, match.start())}
    if label := GLUED_TO_VALUE.match(text):
        positions.add(label.start("label"))
    for match in _GLUED_NAME.finditer(text):
        if match["name"] in known or (match["name"] not in _TOP_LEVELS and not _is_address(text, match.start())):
            positions.add(match.start())
    return sorted(positions)


def _ends_a_name(text: str, position: int) -> bool:
    """Tell whether a label that begins here is the end of a name as `reportURL`, and no label."""
    if not LABEL_AS_TAIL.match(text, position):
        return False
    word = re.split(r"[ .,;(]", text[max(0, position - 80) : position])[-1]
    return bool(re.fullmatch(r"[a-z_][A-Za-z0-9_]*", word))


def _is_address(text: str, position: int) -> bool:
    """Tell whether the word before a position is part of a host or a path, so that its full stop ends no sentence."""
    word = text[max(0, position - 80) : position].rpartition(" ")[2]
    return "/" in word or "." in word[:-1] or " " not in text[max(0, position - 200) : position].strip()


def _add(pieces: list[_Piece], piece: _Piece, known: frozenset[str]) -> None:
    """Add a piece, to the one before it where a rendering has torn them apart."""
    last = pieces[-1] if pieces else None
    if last is None or piece.is_item or last.is_closed:
        pieces.append(piece)
        return
    if piece.follows_directly and re.fullmatch(r"[.,;)]+", piece.words) and len(last.words) < _LONGEST:
        pieces[-1] = replace(last, text=joined([last.text, piece.text], ""))
    elif _CLASS_BELOW.match(piece.words):
        pieces[-1] = replace(last, text=joined([last.text, piece.text]))
    elif _BELOW_NAME.match(piece.words):
        _add_below_name(pieces, last, piece, known)
    elif (_wants_value(last) and not _starts_something(piece.words, of_header=_is_header(last.words))) or (
        len(pieces) > 1 and _goes_on(last, piece)
    ):
        pieces[-1] = replace(last, text=joined([last.text, piece.text]))
    else:
        pieces.append(piece)


def _add_below_name(pieces: list[_Piece], last: _Piece, piece: _Piece, known: frozenset[str]) -> None:
    if _ERROR_HEAD.match(last.words) or LABEL.fullmatch(last.words + ":") or _IDENTIFIER.match(last.words):
        is_field = not _ERROR_HEAD.match(last.words) and not LABEL.fullmatch(last.words + ":")
        pieces[-1] = replace(last, text=joined([last.text, piece.text], ""), is_item=last.is_item or is_field)
        return
    start = _tail_name(last.words, known)
    if start is None:
        pieces.append(piece)
        return
    pieces[-1] = replace(last, text=last.text.part(0, start).stripped())
    pieces.append(replace(piece, text=joined([last.text.part(start), piece.text], ""), is_item=True, level=1))


def _tail_name(text: str, known: frozenset[str]) -> int | None:
    """Return where the name at the end of a text begins: a known one, or what stands behind a full stop."""
    for length in range(min(80, len(text)), 0, -1):
        if text[-length:] in known:
            return len(text) - length
    match = _NAME_AFTER_STOP.search(text, max(0, len(text) - 90))
    return match.start() if match else None


def _wants_value(piece: _Piece) -> bool:
    label = LABEL.fullmatch(piece.words)
    if not label or label["label"].lower() not in _LABELS_WITH_VALUE:
        return False
    value = label["value"].strip().lower()
    return not value or (_is_header(piece.words) and value == "include")


def _is_header(words: str) -> bool:
    return words.lower().startswith("header")


def _starts_something(words: str, *, of_header: bool) -> bool:
    if STEP.match(words) or BARE_HEADING.fullmatch(words) or _is_meta(words):
        return True
    label = LABEL.match(words)
    return (bool(label) and not of_header) or bool(
        label and label["label"].lower() in (*REQUEST_LABELS, *HEADING_LABELS)
    )


def _goes_on(last: _Piece, piece: _Piece) -> bool:
    """Tell whether a line goes on with the sentence of the one before it."""
    if not piece.follows_directly or last.words.endswith(_SENTENCE_ENDS):
        return False
    if STEP.match(last.words) or BARE_HEADING.fullmatch(last.words) or _is_meta(last.words):
        return False
    if (LABEL.match(last.words) and not _in_prose(last.words)) or len(last.words) > _LONGEST:
        return False
    if STATUS_CLASS.fullmatch(last.words) or STATUS_CLASS.match(piece.words):
        return False
    return not (
        _starts_something(piece.words, of_header=False)
        or re.match(r"[1-5]\d\d [A-Z]", piece.words)
        or _NEW_LINE_OF_ITS_OWN.match(piece.words)
    )


def _in_prose(words: str) -> bool:
    label = LABEL.fullmatch(words)
    return bool(label and label["label"].lower() in BODY_LABELS and label["value"].strip())


def _is_meta(words: str) -> bool:
    return bool(META.fullmatch(words) and META_CASED.match(words))


def _blocks(pieces: Sequence[_Piece], *, is_first: bool) -> Iterator[Block]:
    for piece in pieces:
        kind = BlockKind.PROSE
        if _is_meta(piece.words):
            kind = BlockKind.META
        elif not re.search(r"\w", piece.words):
            kind = BlockKind.NAVIGATION
        elif is_first and INDEX_OF_DOCS.fullmatch(piece.words[:400]):
            kind = BlockKind.MACHINE
        elif STEP.fullmatch(piece.words) or BARE_HEADING.fullmatch(piece.words):
            kind = BlockKind.HEADING
        if piece.text:
            yield Block(kind, piece.text, piece.text.start, piece.text.end, piece.is_item, piece.level)


def _end_was_seen(blocks: Sequence[Block], is_flat: bool) -> bool:
    """Tell whether the copy reaches the page's end: page meta behind its content, for meta can also come before it."""
    content = [number for number, block in enumerate(blocks) if block.kind in (BlockKind.PROSE, BlockKind.HEADING)]
    if not content:
        return False
    behind = blocks[content[-1] + 1 :]
    has_meta = any(block.kind is BlockKind.META for block in behind)
    if not has_meta:
        return False
    if any(block.kind is BlockKind.CODE and not block.is_closed for block in behind):
        return False
    return len(content) > 2 and (is_flat or behind[-1].kind in (BlockKind.META, BlockKind.MACHINE))
