"""Which fields a condition of an error says are missing: such a field is required."""

import re
from collections.abc import Sequence

ABSENCE = re.compile(
    r"missing|absent|not (?:provided|given|sent|specified|included)|required|empty|omitted|left out", re.I
)
_TOGETHER = re.compile(r"\bboth\b", re.IGNORECASE)
INVERTED = re.compile(r"\b(?:is|are|were|was) not (?:missing|absent|empty|omitted)\b", re.IGNORECASE)


def absent_fields(condition: str, names: Sequence[str], *, keeps_blanks: bool) -> list[str]:
    """Return those of the names whose absence a condition gives as its reason, each by itself."""
    if not ABSENCE.search(condition) or INVERTED.search(condition):
        return []
    named = [name for name in names if names_field(condition, name, keeps_blanks)]
    return [name for name in named if not is_joined_by_and(condition, name)]


def names_field(condition: str, name: str, keeps_blanks: bool) -> bool:
    """Tell whether a condition names a field; renderings that lose blanks join it to the words around it."""
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", condition):
        return True
    if keeps_blanks:
        return False
    return bool(
        re.search(rf"(?:the|or|and|if|,|\b){re.escape(name)}(?:or|and|is|are|,|\.|\b)", condition, re.IGNORECASE)
    )


def is_joined_by_and(condition: str, name: str) -> bool:
    """Tell whether a condition names a field together with another one, so that it is not said which is missing."""
    this = re.escape(name)
    return bool(_TOGETHER.search(condition) or re.search(rf"{this}[ -]*and|and[ -]*(?:the[ -]*)?{this}", condition))
