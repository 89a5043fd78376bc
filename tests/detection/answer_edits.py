"""Edits of one answer by what can be seen of it: the keys of its body, its headers, its bytes.

Each function yields `(name, edit)` pairs. An edit is applied to answers that look like the one it was derived from, not
only to that very one, so it finds its place again by key path or header name and leaves an answer without it alone.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.detection.mutating_proxy import Answer

Edit = Callable[[Answer], Answer]
KeyPath = tuple[str, ...]  # `0` is the first item of a list

FIRST = "0"

JSON_TYPES: Mapping[str, Any] = {
    "text": "text",
    "number": 7,
    "boolean": True,
    "array": ["text"],
    "object": {"key": "text"},
    "null": None,
}


def json_edit(change: Callable[[Any], Any]) -> Edit:
    """The edit that decodes a JSON body, gives it to `change` and encodes what comes back; other bodies stay."""

    def edit(answer: Answer) -> Answer:
        try:
            document = json.loads(answer.body)
        except ValueError:
            return answer
        return answer.with_body(json.dumps(change(document)).encode())

    return edit


def body_edit(change: Callable[[bytes], bytes]) -> Edit:
    """The edit of the raw bytes; an answer without a body stays without."""
    return lambda answer: answer.with_body(change(answer.body)) if answer.body else answer


def key_paths(document: Any, parent: KeyPath = ()) -> Iterator[KeyPath]:
    """The path of every key of a JSON document's objects, outer ones first; of a list its first item is taken."""
    if isinstance(document, list):
        yield from key_paths(next(iter(document), None), (*parent, FIRST))
    for key, value in document.items() if isinstance(document, dict) else ():
        yield (*parent, key)
        yield from key_paths(value, (*parent, key))


def key_edits(answer: Answer) -> Iterator[tuple[str, Edit]]:
    """Each key dropped, renamed, made empty, and given a value of each other JSON type."""
    document = json.loads(answer.body)
    for path in key_paths(document):
        for change, replace in _key_changes(path[-1], _at(document, path)):
            yield f"{'.'.join(path)}/{change}", json_edit(_replacing(path, replace))


def header_edits(headers: Mapping[str, str]) -> Iterator[tuple[str, Edit]]:
    """Each header stripped, and given another value."""
    for name, value in headers.items():
        changed = str(int(value) + 7) if value.isdigit() else f"x{value}"
        yield f"header-{name}/stripped", _header_edit(name, None)
        yield f"header-{name}/changed", _header_edit(name, changed)


def byte_edits() -> Iterator[tuple[str, Edit]]:
    """The body cut, padded, wrapped and encoded in other ways, and headers that say so wrongly."""
    for name, change in _BYTES.items():
        yield f"body/{name}", body_edit(change)
    yield "body/cut-below-its-length", lambda a: a if not a.body else _same_headers(a, a.body[: len(a.body) // 2])
    yield "body/said-to-be-gzip", lambda a: a.with_header("Content-Encoding", "gzip")


def _header_edit(name: str, value: str | None) -> Edit:
    return lambda answer: answer.with_header(name, value) if answer.header(name) else answer


def _same_headers(answer: Answer, body: bytes) -> Answer:
    return answer.with_body(body).with_header("Content-Length", answer.header("Content-Length"))


def _half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _with_first(extra: str) -> Callable[[bytes], bytes]:
    """A member put before all others, as text, so that it may be one that no encoder would write."""
    return lambda body: body.replace(b"{", b"{" + extra.encode("latin-1") + b", ", 1)


_BYTES: Mapping[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut-in-half": _half,
    "last-byte-cut": lambda body: body.rstrip()[:-1],
    "white-space-before": lambda body: b" \t\r\n" + body,
    "white-space-after": lambda body: body + b"\r\n\t ",
    "garbage-before": lambda body: b")]}'\n" + body,
    "garbage-after": lambda body: body + b"<!-- 12 ms -->",
    "zero-byte-after": lambda body: body + b"\x00",
    "twice": lambda body: body + body,
    "in-a-list": lambda body: b"[" + body + b"]",
    "in-an-object": lambda body: b'{"response": ' + body + b"}",
    "in-a-text": lambda body: json.dumps(body.decode()).encode(),
    "as-utf-16": lambda body: body.decode().encode("utf-16"),
    "as-latin-1": _with_first('"note": "\u00e9"'),
    "after-a-bom": lambda body: b"\xef\xbb\xbf" + body,
    "as-gzip-unsaid": lambda body: gzip.compress(body, mtime=0),
    "as-base64": base64.b64encode,
    "with-nan": _with_first('"note": NaN'),
    "with-a-key-twice": lambda body: re.sub(rb'\{\s*("[^"]*")\s*:', rb'{\1: "other", \1:', body, count=1),
    "with-single-quotes": lambda body: body.replace(b'"', b"'"),
}


def _key_changes(key: str, value: Any) -> Iterator[tuple[str, Callable[[dict[str, Any]], None]]]:
    yield "dropped", lambda parent: parent.pop(key)
    yield "renamed", lambda parent: parent.update({f"{key}_": parent.pop(key)})
    if value and isinstance(value, (str, dict, list)):
        yield "emptied", lambda parent: parent.update({key: type(value)()})
    for name, other in JSON_TYPES.items():
        if name != _json_type(value):
            yield f"as-{name}", _setting(key, other)


def _setting(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda parent: parent.update({key: value})


def _replacing(path: KeyPath, change: Callable[[dict[str, Any]], None]) -> Callable[[Any], Any]:
    """The document with `change` done in place to the object that holds the last key of `path`, if it is there."""

    def replaced(document: Any) -> Any:
        if path in set(key_paths(document)):
            change(_at(document, path[:-1]))
        return document

    return replaced


def _at(document: Any, path: KeyPath) -> Any:
    for key in path:
        document = document[0] if isinstance(document, list) else document[key]
    return document


def _json_type(value: Any) -> str:
    names = {str: "text", int: "number", float: "number", bool: "boolean", list: "array", dict: "object"}
    return names.get(type(value), "null")
