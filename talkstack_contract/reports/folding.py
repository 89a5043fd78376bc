"""A shell command on short lines, so that it can be copied from paper: no printer has to break a line of it.

A backslash ends each line but the last, and the shell takes it away: the command stays the same.
"""

from collections.abc import Iterator

FOLDED_AT = 92  # characters of the fixed-width font that fit into a line of an A4 page of ours
_BETWEEN, _ESCAPED = " ", "\\"


def folded(command: str, width: int = FOLDED_AT) -> str:
    """Return a command in lines of at most `width`, broken between words or, in a long word, within single quotes.

    A double-quoted word is never broken, nor is a command that holds another one (`$(…)`).
    """
    return command if "$(" in command else "\\\n".join(_lines(command, width))


def _lines(command: str, width: int) -> Iterator[str]:
    states = _states(command)
    start, reopening = 0, ""
    while len(command) - start + len(reopening) > width:
        end = _end_of_line(command, states, start, start + width - 3)  # which leaves room for `'`, `'` and a backslash
        if not end:
            break
        closing = "'" if states[end] == "'" else ""
        yield f"{reopening}{command[start:end]}{closing}"
        start, reopening = end, closing
    yield f"{reopening}{command[start:]}"


def _end_of_line(command: str, states: str, start: int, last: int) -> int:
    """Return where the next line begins; 0 where nothing can be broken."""
    places = range(min(last, len(command) - 1), start, -1)
    between = [at for at in places if command[at - 1] == " " and states[at - 1] == states[at] == _BETWEEN]
    options = (at for at in between if command[at] == "-" and (at - start) * 2 > last - start)
    within = (at for at in places if states[at] == "'")
    return next(options, 0) or next(iter(between), 0) or next(within, 0)


def _states(command: str) -> str:
    """Say before each character what is open there: a quote, an escape, or nothing."""
    states, quote = "", ""
    for each in command:
        is_escaped = states.endswith(_BETWEEN) and command[len(states) - 1] == "\\"
        states += _ESCAPED if is_escaped else quote or _BETWEEN
        if quote:
            quote = "" if each == quote else quote
        elif each in "'\"" and not is_escaped:
            quote = each
    return states
