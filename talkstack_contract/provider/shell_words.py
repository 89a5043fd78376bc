"""Words of a POSIX shell: sh, dash, bash, zsh read them alike, whatever stands in them.

What a shell, a terminal or a text file could change (control characters, line ends, bytes that are no text) is written
by `printf`, which each of them has built in, so that a word is printable and on one line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_IN_DOUBLE_QUOTES = re.compile(r'["\\`$!]')


@dataclass(frozen=True)
class Expansion:
    """A piece of a text that the shell fills in."""

    text: str


Piece = str | Expansion


def parted(text: str, pattern: re.Pattern[str], expansion: Callable[[re.Match[str]], Expansion]) -> Iterator[Piece]:
    """Part a text at each hit of a pattern, which becomes something that the shell fills in."""
    at = 0
    for hit in pattern.finditer(text):
        yield text[at : hit.start()]
        yield expansion(hit)
        at = hit.end()
    yield text[at:]


def is_plain(text: str) -> bool:
    """Tell whether a text can stand between single quotes, and be shown, as it is."""
    return text.isprintable() and "##" not in text  # a runner of a CI server obeys some lines with it


def word(pieces: Sequence[Piece], encoded: Callable[[str], bytes] = str.encode) -> str:
    """Write one argument."""
    texts = [each for each in pieces if isinstance(each, str)]
    if not all(is_plain(each) and encoded(each) == each.encode() for each in texts):
        return f'"$({printf(pieces, encoded)})"'
    if len(texts) == len(pieces):
        return quoted("".join(texts))
    if any(map(_IN_DOUBLE_QUOTES.search, texts)):
        return "".join(quoted(each) if isinstance(each, str) else f'"{each.text}"' for each in pieces if each != "")
    return f'"{"".join(each if isinstance(each, str) else each.text for each in pieces)}"'


def quoted(text: str) -> str:
    """Write a text between single quotes."""
    return "'" + text.replace("'", r"'\''") + "'"


def printf(pieces: Iterable[Piece], encoded: Callable[[str], bytes]) -> str:
    """Write a text as the words of a `printf`: what is not plain ASCII by its number, what is filled in as `%s`."""
    form, filled_in = [], []
    for each in pieces:
        if isinstance(each, Expansion):
            form.append("%s")
            filled_in.append(f' "{each.text}"')
        else:
            form += [_BYTES[byte] for byte in encoded(each)]
    text = "".join(form)
    if text.startswith("-"):  # which would be an option
        text = rf"\055{text[1:]}"
    return f"printf '{text}'{''.join(filled_in)}"


def _for_printf(byte: int) -> str:
    if byte == ord("%"):
        return "%%"
    return chr(byte) if 0x20 <= byte < 0x7F and chr(byte) not in "\\'!#\"`$" else f"\\{byte:03o}"


_BYTES: Mapping[int, str] = {byte: _for_printf(byte) for byte in range(256)}
