"""Media types, as far as the suite tells them apart."""

import re

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def bare_type(media_type: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Tell whether a media type is JSON: `application/json`, or one with the suffix `+json` (RFC 6839)."""
    return re.fullmatch(r"application/(?:[\w.-]+\+)?json", bare_type(media_type)) is not None


def is_text(media_type: str) -> bool:
    """Tell whether a body of this media type is text."""
    return bare_type(media_type).startswith("text/")
