"""Finds OpenAPI documents that a page of HTML carries: in a script, in an attribute, or shown as code."""

import json
import re

from talkstack_contract.docs.pages.html_tree import unescaped
from talkstack_contract.docs.source_text import Excerpt, SourceText

_MOST = 4
"""Documents of one page that are looked at."""
_IN_SCRIPT = re.compile(r"\{\s*\"openapi\"\s*:\s*\"3\.")
_IN_ATTRIBUTE = re.compile(r"\{\s*&(?:quot|#34|#x22);openapi&(?:quot|#34|#x22);\s*:\s*&(?:quot|#34|#x22);3\.")


def embedded_documents(source: SourceText) -> tuple[Excerpt, ...]:
    """Return the texts of the documents, without the markup around them."""
    found: list[Excerpt] = []
    position = 0
    text = source.raw
    while len(found) < _MOST and (match := _IN_SCRIPT.search(text, position)):
        end = _end(text, match.start())
        if end:
            found.append(source.excerpt(match.start(), end))
        position = end or len(text)
    for match in [*_IN_ATTRIBUTE.finditer(text)][:_MOST]:
        value = unescaped(source, match.start(), _end_of_attribute(text, match.start()))
        if end := _end(value.text, 0):
            found.append(value.part(0, end))
    return tuple(found)


def _end(text: str, start: int) -> int:
    """Return where the JSON that starts here ends; 0 where it is none."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return 0


def _end_of_attribute(text: str, start: int) -> int:
    ends = (text.find(quote, start) for quote in "\"'")
    return min((end for end in ends if end >= 0), default=len(text))
