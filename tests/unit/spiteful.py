"""Pieces of texts that are made to take long, repeated to any length; `bench/linear_time.py` says how long."""

from __future__ import annotations

LONG = "aB3xY7pQ9rS1tU5vW2zC4dE6fG8hJ0kL"
SECRETS = {"TOKEN": LONG, "LONG": "t0ken" * 900, "PASSWORD": "pass-word-1"}
IN_BODIES = {
    "backslashes": "\\",
    "backslashes-and-quotes": '\\"',
    "keys-in-text": '\\"token\\":',
    "keys-without-end": '"token": "',
    "keys": '"token":"x",',
    "blanks": " ",
    "percents": "%25",
    "ampersands": "&amp;",
    "zeros": "&#0000000000000000",
    "letters": "a",
    "a-secret": LONG,
    "short-secrets": "pass-word-1 ",
    "all-but-the-last-letter": LONG[:-1],
    "beginnings": LONG[:15],
    "unicode-escapes": "\\u0061",
    "dotted-capital-i": "İ",
}
IN_ERRORS = {
    f"{piece.strip()}-{name}": piece + rest
    for piece in (
        "at ",
        "at a.b(",
        "/a",
        "in /a",
        "C:\\a",
        "C:/a ",
        "#1 /",
        'File "a',
        "thread '",
        "/home/a",
        "at a.b() ",
    )
    for name, rest in {"alone": "", "letters": "a" * 200, "dots": "." * 200}.items()
}
