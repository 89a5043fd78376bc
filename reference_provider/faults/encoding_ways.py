"""Ways to send a right document wrongly: its media type, its bytes, its encoding."""

import gzip
from collections.abc import Callable, Iterator

from reference_provider.faults.model import Way
from reference_provider.faults.spoils import both, page, with_body, with_header

HTML_PAGE = "<!doctype html><html lang=en><title>Projects</title><h1>Nothing to see here</h1></html>"
XML_PAGE = '<?xml version="1.0"?><answer><status>success</status></answer>'

MEDIA_TYPES: dict[str, str | None] = {
    "missing": None,
    "empty": "",
    "html": "text/html; charset=utf-8",
    "plain": "text/plain",
    "octet-stream": "application/octet-stream",
    "xml": "application/xml",
    "text-json": "text/json",
    "json-without-type": "json",
    "javascript": "application/javascript",
    "form": "application/x-www-form-urlencoded",
}

NO_JSON_VALUES = {
    "nan": b"NaN",
    "infinity": b"Infinity",
    "minus-infinity": b"-Infinity",
    "undefined": b"undefined",
    "python-true": b"True",
    "hexadecimal": b"0x1f",
    "leading-zero": b"007",
    "leading-point": b".5",
    "raw-line-break": b'"two\nlines"',
    "bad-escape": b'"\\x41"',
    "single-quoted": b"'text'",
}
"""Values that lenient readers take and RFC 8259 does not know."""

NO_JSON_BODIES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "body-empty": ("has an empty body", lambda _: b""),
    "body-blank": ("has a body of blanks", lambda _: b" \n "),
    "body-cut": ("has half a body", lambda body: body[: len(body) // 2]),
    "body-without-its-end": ("lacks the last brace", lambda body: body[:-1]),
    "trailing-comma": ("has a comma before the last brace", lambda body: body[:-1] + b",}"),
    "single-quotes": ("has single quotes", lambda body: body.replace(b'"', b"'")),
    "bare-keys": ("has keys without quotes", lambda body: body.replace(b'"status":', b"status:")),
    "comment": ("has a comment in its body", lambda body: b"/* project */ " + body),
    "byte-order-mark": ("begins with a byte order mark", lambda body: b"\xef\xbb\xbf" + body),
    "guard-prefix": ("begins with a guard against scripts", lambda body: b")]}',\n" + body),
    "jsonp": ("is a call of a JavaScript function", lambda body: b"show(" + body + b");"),
    "something-after": ("has text after the document", lambda body: body + b"\nOK"),
    "two-documents": ("has the document twice", lambda body: body + b"\n" + body),
    "null-byte-after": ("ends with a zero byte", lambda body: body + b"\x00"),
    "duplicate-outer-key": ("says status twice", lambda body: _twice(body, b'"status": "error", ')),
    "duplicate-equal-key": ("says status twice, the same", lambda body: b'{"status": "success", ' + body[1:]),
    "duplicate-inner-key": ("says name twice", lambda body: body.replace(b'"name": ', b'"name": "Another", "name": ')),
    "utf-16": ("is in UTF-16", lambda body: body.decode().encode("utf-16")),
    "utf-16-without-mark": ("is in UTF-16, unmarked", lambda body: body.decode().encode("utf-16-le")),
    "utf-32": ("is in UTF-32", lambda body: body.decode().encode("utf-32-le")),
    "latin-1": ("is in Latin-1", lambda body: body.replace(b'"name": "', b'"name": "Caf\xe9 ')),
    "overlong-utf-8": ("has an overlong character", lambda body: body.replace(b'"name": "', b'"name": "\xc0\xaf')),
    "gzip-unannounced": ("is gzip without saying so", lambda body: gzip.compress(body, mtime=0)),
}


def ways_of_media_type() -> Iterator[Way]:
    """The body under each wrong media type."""
    for name, media_type in MEDIA_TYPES.items():
        words = f"has the media type {media_type}" if media_type else f"has a media type that is {name}"
        yield Way(f"media-type-{name}", ("media-type.is-json",), words, with_header("Content-Type", media_type))


def ways_of_json() -> Iterator[Way]:
    """The body as something that is not JSON, or only nearly so."""
    clauses = ("body.is-strict-json",)
    for name, (words, change) in NO_JSON_BODIES.items():
        yield Way(name, clauses, words, with_body(change))
    for name, value in NO_JSON_VALUES.items():
        yield Way(f"value-{name}", clauses, f"has {name} as a value", with_body(_with_value(value)))
    yield Way("html-page", ("media-type.is-json", *clauses), "is an HTML page", page("text/html", HTML_PAGE))
    yield Way("xml-page", ("media-type.is-json", *clauses), "is XML", page("application/xml", XML_PAGE))


def ways_of_content_coding(clause: str) -> Iterator[Way]:
    """The body under a content coding that it does not have."""
    is_gzip = with_header("Content-Encoding", "gzip")
    yield Way("gzip-claimed", (clause,), "says it is gzip and is not", is_gzip)
    corrupt = both(is_gzip, with_body(_corrupt_gzip))
    yield Way("gzip-corrupt", (clause,), "is corrupt gzip", corrupt)
    cut = both(is_gzip, with_body(lambda body: gzip.compress(body, mtime=0)[:100]))
    yield Way("gzip-cut", (clause,), "is gzip without its end", cut)


def _twice(body: bytes, entry: bytes) -> bytes:
    """The entry once more where the body has such a key, else two times."""
    has_key = entry.partition(b":")[0] in body
    return b"{" + (entry if has_key else entry * 2) + body[1:]


def _with_value(value: bytes) -> Callable[[bytes], bytes]:
    return lambda body: b'{"weight": ' + value + b", " + body[1:]


def _corrupt_gzip(body: bytes) -> bytes:
    packed = bytearray(gzip.compress(body, mtime=0))
    packed[len(packed) // 2] ^= 0xFF
    return bytes(packed)
