"""Media types, as far as the suite tells them apart."""

import re

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bare_type(media_type: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def is_in_range(media_type: str, expected: str) -> bool:
    """Tell whether a media type is the expected one, which may be a range as `image/*` or `*/*` (RFC 9110, 12.5.1)."""
    main, _, kind = bare_type(media_type).partition("/")
    wanted_main, _, wanted_kind = bare_type(expected).partition("/")
    return wanted_main in ("*", main) and wanted_kind in ("*", kind)


def is_json(media_type: str) -> bool:
    """Tell whether a media type is JSON: `application/json`, or one with the suffix `+json` (RFC 6839)."""
    return re.fullmatch(r"application/(?:[\w.-]+\+)?json", bare_type(media_type)) is not None


def is_text(media_type: str) -> bool:
    """Tell whether a body of this media type is text."""
    return bare_type(media_type).startswith("text/")


def can_be_written(media_type: str) -> bool:
    """Tell whether a text can be sent in this media type: as it stands, or CSV as a workbook."""
    return is_text(media_type) or is_json(media_type) or bare_type(media_type) == XLSX


def extension(media_type: str) -> str:
    """Return a short name of a media type, as files have it: `xlsx`, `csv`."""
    kind = bare_type(media_type)
    return "xlsx" if kind == XLSX else re.sub(r"[^a-z0-9]+", "-", kind.partition("/")[2]).strip("-")
