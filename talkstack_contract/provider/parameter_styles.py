"""Writes the parameters of a request as text, by the styles of OpenAPI.

Source: OpenAPI 3.1, Parameter Object, Style Values and Style Examples. A value is a text, a number, a boolean, null, or
a list or an object of those; a list or an object inside one of them is written as JSON.
"""

import json
from collections.abc import Iterator
from urllib.parse import quote

from talkstack_contract.model import Json, Serialization

RESERVED = ":/?#[]@!$&'()*+,;="  # RFC 3986, section 2.2
_DELIMITERS = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}


def in_path(name: str, value: Json, written: Serialization) -> str:
    """Write the value of a template in a path."""
    if written.media_type:
        return quote(json.dumps(value), safe="")
    if written.style == "matrix":
        return "".join(f";{pair.removesuffix('=')}" for pair in _form(name, value, written, ","))  # empty: `;name`
    if written.style == "label":
        return "." + _simple(value, written, "." if written.explode else ",")
    return _simple(value, written, ",")


def in_query(name: str, value: Json, written: Serialization) -> list[str]:
    """Write a value of the query as `name=value`, once or several times; none for an empty list."""
    if written.media_type:
        return [f"{quote(name, safe='')}={quote(json.dumps(value), safe='')}"]
    if written.style == "deepObject" and isinstance(value, dict):
        return [f"{quote(f'{name}[{key}]', safe='')}={_escaped(inner, written)}" for key, inner in value.items()]
    return list(_form(name, value, written, _DELIMITERS.get(written.style, ",")))


def in_header(value: Json, written: Serialization) -> str:
    """Write the value of a header; nothing in it is escaped."""
    if written.media_type:
        return json.dumps(value)
    if isinstance(value, dict):
        sign = "=" if written.explode else ","
        return ",".join(f"{key}{sign}{text_of(inner)}" for key, inner in value.items())
    return ",".join(map(text_of, value)) if isinstance(value, list) else text_of(value)


def text_of(value: Json) -> str:
    """Write a value where there is not JSON: `true`, not `True`."""
    return value if isinstance(value, str) else json.dumps(value)


def _simple(value: Json, written: Serialization, delimiter: str) -> str:
    if isinstance(value, dict):
        sign = "=" if written.explode else delimiter
        return delimiter.join(f"{quote(key, safe='')}{sign}{_escaped(inner, written)}" for key, inner in value.items())
    return delimiter.join(_escaped(each, written) for each in (value if isinstance(value, list) else [value]))


def _form(name: str, value: Json, written: Serialization, delimiter: str) -> Iterator[str]:
    key = quote(name, safe="")
    if written.explode and isinstance(value, list):
        yield from (f"{key}={_escaped(each, written)}" for each in value)
    elif written.explode and isinstance(value, dict):
        yield from (f"{quote(each, safe='')}={_escaped(inner, written)}" for each, inner in value.items())
    elif isinstance(value, dict):
        pairs = (text for each, inner in value.items() for text in (quote(each, safe=""), _escaped(inner, written)))
        yield f"{key}={delimiter.join(pairs)}"
    else:
        items = value if isinstance(value, list) else [value]
        yield f"{key}={delimiter.join(_escaped(each, written) for each in items)}"


def _escaped(value: Json, written: Serialization) -> str:
    return quote(text_of(value), safe=RESERVED if written.allow_reserved else "")
