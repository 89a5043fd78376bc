"""The secrets of a run, found in a text however it is escaped or encoded, and redacted there.

A secret is a value that the settings give, or a credential at a place that the contract marks (the token of a login).
What a provider merely calls a token is masked where it stands, by its key, and nowhere else: `without_secret_keys`.
All of it takes time linear in the text, whatever the text is.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

REDACTED = "[redacted]"
SHORTEST_SECRET = 8  # a shorter value would also be found, and cut, in words that are no secret
LONGEST_SECRET = 4096  # so many characters of a value are looked for: no credential is longer
WINDOW = 16  # so many characters of a secret in a row are taken for a piece of it
BLOCK = WINDOW // 2  # a piece holds a whole block of a text, wherever it begins
LONGEST_ESCAPE = len(r"\\u002b")
PIECE, OVERLAP = 1 << 19, 1 << 16  # characters: a window of a secret, with escapes and blanks in it, is far shorter
_SHARED = -1  # in place of the number of a form: a block stands in more than one
LEARNED_AT_MOST = 500  # credentials of answers

SECRET_HEADERS = frozenset(
    ["authorization", "proxy-authorization", "x-api-key", "cookie", "set-cookie", "authentication-info", "x-auth-token"]
)
_KEY = r"(?:[a-z_-]*token|(?:x-)?api[-_]?key|[a-z_]*password|[a-z_]*secret|authorization|credential)"
_TEXT = r'"(?!")(?:[^"\\]|\\.)*"?'  # of JSON, also one that is cut; an empty one is no secret
_SECRET_KEY = re.compile(rf'("{_KEY}"\s*:\s*){_TEXT}', re.IGNORECASE)
# A mailed code opens an account; in an answer a code names an error, and shows.
_SENT_KEY = re.compile(rf'("[a-z_]*code"\s*:\s*){_TEXT}', re.IGNORECASE)
_SECRET_KEY_IN_TEXT = re.compile(rf'((?<!\\)\\+"{_KEY}\\+"\s*:\s*\\+")([^"]*)', re.IGNORECASE)
_SECRET_PLACE = re.compile(rf"\.{_KEY}(?![\w-])", re.IGNORECASE)

_ESCAPE = re.compile(
    r"\\+(?:u([0-9a-f]{4})|([nrt]))?"
    r"|%(?:25)*([0-9a-f]{2})"
    r"|&(?:amp;)*(?:#0{0,8}([0-9]{1,7});|#x0{0,8}([0-9a-f]{1,6});|(amp|lt|gt|quot|apos);)"
    r"|(\+)"
)
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LONGER_WHEN_LOWER = "\u0130"
_BLANKS = re.compile(r"\s+")  # what str.split() takes for blanks, too
ESCAPED_AT_MOST = 4  # times, one inside the other


@dataclass(frozen=True)
class _View:
    """A text as it reads without its escapes, and where each letter stood: pieces (place here, place there, end)."""

    text: str
    here: tuple[int, ...]
    there: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a stretch of this text stood in the one that it was made of."""
        return self._place(start, is_end=False), self._place(end - 1, is_end=True)

    def _place(self, at: int, *, is_end: bool) -> int:
        piece = bisect_right(self.here, at) - 1
        start, end = self.there[piece], self.ends[piece]
        if end >= 0:  # an escape
            return end if is_end else start
        return start + at - self.here[piece] + is_end


def _view(text: str, pattern: re.Pattern[str]) -> _View:
    """Return a text without the escapes, or the blanks, that a pattern finds."""
    kept: list[str] = []
    here, there, ends = [], [], []
    length = at = 0

    def piece(shown: str, start: int, end: int) -> None:
        nonlocal length
        if shown:
            kept.append(shown)
            here.append(length)
            there.append(start)
            ends.append(end)
            length += len(shown)

    for hit in pattern.finditer(text):
        piece(text[at : hit.start()], at, -1)
        piece("" if pattern is _BLANKS else _unescaped(hit), hit.start(), hit.end())
        at = hit.end()
    piece(text[at:], at, -1)
    return _View("".join(kept), tuple(here), tuple(there), tuple(ends))


def _unescaped(hit: re.Match[str]) -> str:
    unicode, blank, byte, decimal, hexadecimal, name, plus = hit.groups()
    if blank or plus:
        return " "
    if name:
        return _NAMED[name]
    digits, base = (decimal, 10) if decimal else (unicode or byte or hexadecimal, 16)
    code = int(digits, base) if digits else 0
    return _lowered(chr(code)) if 0 < code < 0x110000 else ""


def _lowered(text: str) -> str:
    """Return the text in lower case but for the one letter that gets longer by it, so that places would shift."""
    return _LONGER_WHEN_LOWER.join(part.lower() for part in text.split(_LONGER_WHEN_LOWER))


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces that overlap, so that what is made of one takes little memory, however long the text."""
    for at in range(0, max(len(text) - OVERLAP, 1), PIECE):
        yield text[at : at + PIECE + OVERLAP]


def _views(text: str) -> list[_View]:
    """Return the text without its escapes, each view made of the one before, the last one without any blank."""
    views, now = list[_View](), _lowered(text)
    for _ in range(ESCAPED_AT_MOST):
        view = _view(now, _ESCAPE)
        if view.text == now:
            break
        views.append(view)
        now = view.text
    return [*views, _view(now, _BLANKS)]


def _plain(text: str) -> str:
    """Return a text in lower case and without its escapes."""
    now = _lowered(text)
    for _ in range(ESCAPED_AT_MOST):
        now = _view(now, _ESCAPE).text
    return now


class Secrets:
    """The secret values of one run, each known by the name under which it was given."""

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        self._names: dict[str, str] = {}
        self._learned: set[str] = set()
        self._short: dict[str, str] = {}  # forms shorter than a window, with the value of each
        self._forms: list[tuple[str, str]] = []  # the longer ones, with the value of each
        self._blocks: dict[str, int] = {}  # the number of the form in which a block stands, or `_SHARED`
        self._windows: dict[str, str] = {}  # the windows around a block that stands in several forms
        self.longest_form = 0  # how many characters the longest secret takes at most, every one of them escaped
        for value, name in values:
            self.add(value, name)

    def __repr__(self) -> str:
        return f"Secrets({len(self._names)} values)"

    def add(self, value: str, name: str) -> None:
        """Know one more value; one shorter than `SHORTEST_SECRET` is redacted by header and key only."""
        if len(value) < SHORTEST_SECRET or value in self._names:
            return
        self._names[value] = name
        known = value[:LONGEST_SECRET]
        self.longest_form = max(self.longest_form, LONGEST_ESCAPE * len(known))
        for form in _forms(known):
            if SHORTEST_SECRET // 2 <= len(form) < WINDOW:
                self._short.setdefault(form, value)
            if len(form) >= WINDOW:
                self._add_long(form, value)

    def _add_long(self, form: str, value: str) -> None:
        number = len(self._forms)
        self._forms.append((form, value))
        for at in range(len(form) - BLOCK + 1):
            block = form[at : at + BLOCK]
            other = self._blocks.setdefault(block, number)
            if other == number:
                continue
            if other != _SHARED:
                self._blocks[block] = _SHARED
                for found in _occurrences(self._forms[other][0], block):
                    self._add_windows(*self._forms[other], found)
            self._add_windows(form, value, at)

    def _add_windows(self, form: str, value: str, block: int) -> None:
        for at in range(max(block - BLOCK, 0), min(block, len(form) - WINDOW) + 1):
            self._windows.setdefault(form[at : at + WINDOW], value)

    def learn(self, value: str, name: str) -> None:
        """Know a credential that an answer gave away at a place that the contract marks, unless it is a mere word."""
        is_new = len(value) >= SHORTEST_SECRET and value not in self._names
        if is_new and not is_word(value) and len(self._learned) < LEARNED_AT_MOST:
            self._learned.add(value)
            self.add(value, name)

    def variable_of(self, value: str) -> str:
        """Return the shell variable that stands for a value, or nothing where it has none."""
        name = self._names.get(value, "")
        return f"${name}" if name.isidentifier() else ""

    def known(self) -> list[tuple[str, str]]:
        """Return every value that no answer gave away with its name, for another process of the same run."""
        return [(value, name) for value, name in self._names.items() if value not in self._learned]

    def learned(self) -> list[str]:
        """Return the values that answers gave away, for another process of the same run."""
        return sorted(self._learned)

    def redacted(self, text: str) -> str:
        """Return `text` without any secret value, nor a long piece of one."""
        return self._without_secrets(text)

    def scrubbed(self, text: str) -> str:
        """Return a text of an artefact without them. Not by `redacted`: where there is something left, that failed."""
        return self._without_secrets(text)

    def _without_secrets(self, text: str) -> str:
        if not any(True for _ in self._values(text)):
            return text
        kept, at = list[str](), 0
        for start, end in _joined(place for place, _ in self._places(text)):
            kept += [text[at:start], REDACTED]
            at = end
        return "".join([*kept, text[at:]])

    def found_in(self, text: str) -> list[str]:
        """Return the names of the secrets of the settings that stand in a text, in any encoding, none that is a word.

        A password that is a word stands in what we write ourselves, and gives nothing away there.
        """
        values = set(self._values(text)) - self._learned
        return sorted({self._names[value] for value in values if not is_word(value)})

    def _values(self, text: str) -> Iterator[str]:
        """Yield the value of each secret that stands in a text: quickly, since most texts hold none."""
        if not self._names or len(text) < SHORTEST_SECRET // 2:
            return
        for piece in _pieces(text):
            yield from self._values_of_piece(piece)

    def _values_of_piece(self, text: str) -> Iterator[str]:
        now = _lowered(text)
        yield from self._values_as_read(now)
        for _ in range(ESCAPED_AT_MOST):
            before, now = now, _ESCAPE.sub(_unescaped, now)
            if before == now:
                break
            yield from self._values_as_read(now)
        yield from self._values_as_read("".join(now.split()))

    def _values_as_read(self, text: str) -> Iterator[str]:
        return (value for _, _, value in self._hits(text))

    def _places(self, text: str) -> Iterator[tuple[tuple[int, int], str]]:
        """Yield where a secret stands in a text, or a piece of one, and its value."""
        above: list[_View] = []
        for start, end, value in self._hits(_lowered(text)):  # an escape may seem to begin before it, `%` before `4f`
            yield (start, end), value
        for view in _views(text):
            above.append(view)
            for start, end, value in self._hits(view.text):
                place = start, end
                for each in reversed(above):
                    place = each.span(*place)
                yield place, value

    def _hits(self, text: str) -> Iterator[tuple[int, int, str]]:
        for form, value in self._short.items():
            yield from ((at, at + len(form), value) for at in _occurrences(text, form))
        done = 0
        for block in range(0, len(text) - BLOCK + 1, BLOCK):
            number = self._blocks.get(text[block : block + BLOCK])
            if number is None:
                continue
            for at in range(max(block - BLOCK, done), block + 1):
                done = at + 1
                window = text[at : at + WINDOW]
                if len(window) == WINDOW and (found := self._value_of(window, number)):
                    yield at, at + WINDOW, found

    def _value_of(self, window: str, number: int) -> str:
        if number == _SHARED:
            return self._windows.get(window, "")
        form, value = self._forms[number]
        return value if window in form else ""


def _occurrences(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def is_word(value: str) -> bool:
    """Tell whether a value may well stand in what we write ourselves: `password`, `projectData`, `EXCHANGE`."""
    has_few_capitals = value.isupper() or sum(map(str.isupper, value)) <= 2
    return len(value) < WINDOW and value.isalpha() and has_few_capitals


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _forms(value: str) -> set[str]:
    """Return how a value reads in the views of a text: as it is, without escapes, without blanks, encoded."""
    written = [_lowered(value), _plain(value), *map(_lowered, _encoded(value)), *map(_plain, _encoded(value))]
    return {*written, *(_BLANKS.sub("", each) for each in written)}


def _encoded(value: str) -> Iterator[str]:
    yield value.encode(errors="replace").hex()
    yield from _base64(value.encode(errors="replace"))


def _base64(value: bytes) -> Iterator[str]:
    """Yield what of `value` is the same wherever it stands in a base64 text: once for each of the three alignments."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + value).decode()
        first = (0, 2, 3)[shift]
        last = len(text) - (0, 3, 2)[(len(value) + shift) % 3]
        inner = text[first:last]
        yield inner
        yield inner.replace("+", "-").replace("/", "_")


def without_secret_keys(text: str, keys: Iterable[str] = ()) -> str:
    """Return JSON with the texts at keys that name a credential masked; `keys` are some more of them."""
    text = _SECRET_KEY.sub(rf'\1"{REDACTED}"', text)
    if named := "|".join(re.escape(key) for key in keys):
        text = re.sub(rf'("(?:{named})"\s*:\s*){_TEXT}', rf'\1"{REDACTED}"', text)
    return _SECRET_KEY_IN_TEXT.sub(_masked, text)


def without_sent_codes(text: str) -> str:
    """Return JSON that we sent without the mailed codes in it."""
    return _SENT_KEY.sub(rf'\1"{REDACTED}"', text)


def is_secret_place(place: str) -> bool:
    """Tell whether a place of a body, `$.data.accessToken`, is that of a credential, by its key."""
    return bool(_SECRET_PLACE.search(place))


def _masked(hit: re.Match[str]) -> str:
    return f"{hit[1]}{REDACTED}{chr(92) * (len(hit[2]) - len(hit[2].rstrip(chr(92))))}"
