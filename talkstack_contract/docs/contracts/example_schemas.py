"""From an example to its JSON Schema: the rule of derivation, as `docs scaffold` applies it.

| the example shows | the schema says |
|---|---|
| an object | type object; every key that is printed is required, unless it is marked optional |
| `message` and `status: "success"` around a body | the envelope, by reference |
| `message` with a text | that text, as sampled |
| a text | type string |
| a text under `id`, or under a name that ends in `id` | type string, not empty |
| an instant, a mail address, an http address | type string with the format date-time, email, uri |
| a whole number, another number, true or false | type integer, number, boolean |
| null, or a value that is not JSON | no type: a question to the vendor |
| a list | type array; its elements as one schema that holds for all of them, with the keys that all have |
| an empty list | type array, its elements of any kind |
"""

import re
from collections.abc import Mapping, Sequence

from talkstack_contract.model import Json

_FORMATS = (
    (
        "date-time",
        re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"),
    ),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("uri", re.compile(r"https?://[\w.-]+(?::\d+)?(?:/\S*)?")),
)
_ID = re.compile(r"(?:.*[a-z_])?(?:id|Id|ID)")
_TYPES: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "integer"), (float, "number"))


def schema_of(value: Json, *, required: Mapping[str, bool | None] | None = None, name: str = "", at: str = "") -> Json:
    """Return the schema of a value of an example.

    `required` says of places (`items[].id`) whether they are required; a printed key of which it says nothing is.
    """
    if isinstance(value, dict):
        return _object(value, required or {}, at)
    if isinstance(value, list):
        items = [schema_of(each, required=required, at=f"{at}[]") for each in value]
        return {"type": "array", "items": _common(items) if items else {}}
    if isinstance(value, str):
        return _text(value, name)
    return next(({"type": shown} for kind, shown in _TYPES if isinstance(value, kind)), {})


def _text(value: str, name: str) -> Json:
    known = next((shown for shown, pattern in _FORMATS if pattern.fullmatch(value)), None)
    if known:
        return {"type": "string", "format": known}
    return {"type": "string", "minLength": 1} if _ID.fullmatch(name) and value else {"type": "string"}


def _object(value: dict[str, Json], required: Mapping[str, bool | None], at: str) -> Json:
    places = {key: f"{at}.{key}" if at else key for key in value}
    needed = [key for key in value if required.get(places[key], True)]
    properties = {key: schema_of(held, required=required, name=key, at=places[key]) for key, held in value.items()}
    return {"type": "object", **({"required": needed} if needed else {}), "properties": properties}


def _common(schemas: Sequence[Json]) -> Json:
    """Return one schema that holds for values of each of these."""
    first = schemas[0]
    if all(each == first for each in schemas):
        return first
    if all(each.get("type") == "object" and "properties" in each for each in schemas):
        names = dict.fromkeys(name for each in schemas for name in each["properties"])
        properties = {
            name: _common([each["properties"][name] for each in schemas if name in each["properties"]])
            for name in names
        }
        needed = [name for name in names if all(name in each.get("required", ()) for each in schemas)]
        return {"type": "object", **({"required": needed} if needed else {}), "properties": properties}
    types = [*dict.fromkeys(each.get("type") for each in schemas)]
    if None in types:
        return {}
    types = [each for each in types if not (each == "integer" and "number" in types)]
    return {"type": types[0] if len(types) == 1 else types}


def add_nested(schema: Json, place: str, kind: Json, *, is_required: bool) -> None:
    """Add a field that lies inside another one, `lines[].sku`, to a schema that may not have it."""
    *above, name = _steps(place)
    here = schema
    for step in above:
        here = here.setdefault("items", {}) if step == "[]" else here.setdefault("properties", {}).setdefault(step, {})
    here.setdefault("properties", {}).setdefault(name, kind)
    if is_required and name not in here.setdefault("required", []):
        here["required"].append(name)


def set_type(schema: Json, place: str, kind: Json) -> bool:
    """Give the part of a schema that stands at a place the type that a page prints, if the schema has that part.

    Returns whether the value of the example is of that type.
    """
    here = schema
    for step in _steps(place):
        here = here.get("items") if step == "[]" else here.get("properties", {}).get(step)
        if here is None:
            return True
    before, kinds = here.get("type", "null"), kind if isinstance(kind, list) else [kind]
    if before != kind:
        for keyword in ("format", "minLength"):  # said of the type that the example has
            here.pop(keyword, None)
        here["type"] = kind
    return before in kinds or (before == "integer" and "number" in kinds)


def _steps(place: str) -> list[str]:
    return re.findall(r"\[\]|[^.\[\]]+", place)
