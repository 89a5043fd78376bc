"""Reads how the parts of a form are written: `encoding` of a request's media type.

Source: OpenAPI 3.1, Encoding Object. Raises `BadInput` for what the suite cannot send.
"""

from collections.abc import Sequence
from dataclasses import replace

from talkstack_contract.contract.schema_files import Place
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.media_types import FORM, MULTIPART, bare_type, can_be_written, is_json
from talkstack_contract.model import Field, Json, Serialization

FORM_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


def encoded(there: Place, place: str, fields: Sequence[Field], content: Json, media_type: str) -> tuple[Field, ...]:
    """Return the fields of a form, each written as `encoding` says."""
    key, given = f"{place}.requestBody.encoding", content.get("encoding", {})
    kind = bare_type(media_type)
    if given and kind not in (FORM, MULTIPART):
        raise BadInput(
            f"schemas/{there.file}", key, f"says nothing of {media_type}", f"use it with {MULTIPART} or {FORM}"
        )
    names = [field.name for field in fields]
    for name in given:
        if name not in names:
            raise BadInput(f"schemas/{there.file}", key, f"{name!r} is not a key of the body", nearest(name, names))
    written = _form_field if kind == FORM else _part
    return tuple(
        written(there, f"{key}.{field.name}", field, given[field.name]) if field.name in given else field
        for field in fields
    )


def _form_field(there: Place, key: str, field: Field, entry: Json) -> Field:
    """Write a value of a form by its style, or where none is given in its media type."""
    if {"style", "explode", "allowReserved"} & entry.keys():
        style = entry.get("style", FORM_STYLES[0])
        explode = entry.get("explode", style in ("form", "deepObject"))
        return replace(field, written=Serialization(style, explode, entry.get("allowReserved", False)))
    media_type = entry.get("contentType", "text/plain")
    if is_json(media_type):
        return replace(field, written=Serialization(media_type=media_type))
    if bare_type(media_type) != "text/plain":
        problem = f"{media_type!r} is not supported in a form"
        raise BadInput(f"schemas/{there.file}", f"{key}.contentType", problem, "write application/json or text/plain")
    return field


def _part(there: Place, key: str, field: Field, entry: Json) -> Field:
    """Take down in which media types a part may be sent."""
    if styles := sorted({"style", "explode", "allowReserved"} & entry.keys()):
        problem = f"is not supported in {MULTIPART}"
        raise BadInput(f"schemas/{there.file}", f"{key}.{styles[0]}", problem, "write contentType")
    found = tuple(each.strip() for each in entry.get("contentType", "").split(",") if each.strip())
    for each in found:
        if not can_be_written(each):
            problem, remedy = f"{each!r} cannot be written from a text", "name a type of text, JSON, or XLSX"
            raise BadInput(f"schemas/{there.file}", f"{key}.contentType", problem, remedy)
    return replace(field, media_types=found)
