"""Patterns over the ids of clauses, as waivers and profiles use them."""

import re
from functools import cache


def pattern_matches(pattern: str, id: str) -> bool:  # noqa: A002 - the word of this project
    """Tell whether a pattern is about a clause: `*` is (any text in) one part of its id, `**` any number of parts."""
    return _regex(pattern).fullmatch(id) is not None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    parts = [_part_regex(part) for part in pattern.split("/")]
    return re.compile("/".join(parts).replace("/\0", "(?:/.+)?").replace("\0/", "(?:.+/)?").replace("\0", ".*"))


def _part_regex(part: str) -> str:
    return "\0" if part == "**" else "[^/]*".join(re.escape(piece) for piece in part.split("*"))
