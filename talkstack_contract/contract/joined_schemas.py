"""What a request, or a page, says of each key, with references and `allOf` joined in."""

from collections.abc import Iterator, Mapping
from typing import Any

from talkstack_contract.contract.described_values import below
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_keywords import spellings_required


def keys(place: Place, schema: Any, above: tuple[int, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every key that `schema` names, in whichever of its branches, and whatever it asks of it.

    `*` is every item of a list, and every key of an object that may hold any. A schema that leads back to itself is
    followed once.
    """
    if not isinstance(schema, dict) or id(schema) in above:
        return
    above = (*above, id(schema))
    place = place.inside(schema)
    branches = ((place, inner) for word in ("anyOf", "oneOf") for inner in schema.get(word, ()))
    for there, inner in (*_alternatives(place, schema), *branches):
        yield from keys(there, inner, above)
    inside = [(below((), key, inner), inner) for key, inner in schema.get("properties", {}).items()]
    inside += [(("*",), schema[word]) for word in ("items", "additionalProperties") if schema.get(word)]
    for path, inner in inside:
        yield path
        yield from (path + rest for rest in keys(place, inner, above))


def properties(place: Place, schema: Any) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield name, schema and "is it required" of each property of an object that `schema` describes, each once."""
    required = _required(place, schema, ())
    for key, inner in _properties(place, schema, ()).items():
        yield key, inner, key in required


def joined(place: Place, schema: Any, above: tuple[int, ...] = ()) -> Mapping[str, Any]:
    """Return a schema with what it refers to joined in; what stands beside a reference wins."""
    if not isinstance(schema, dict) or id(schema) in above:
        return {}
    place = place.inside(schema)
    found: dict[str, Any] = {}
    for there, inner in _alternatives(place, schema):
        found = _with(found, joined(there, inner, (*above, id(schema))))
    return _with(found, {key: value for key, value in schema.items() if key not in ("$ref", "allOf")})


def _with(found: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return what two schemas say of one value; the second one wins, and its notes are added to those of the first."""
    mine, notes = found.get("x-contract"), more.get("x-contract")
    both = {"x-contract": {**mine, **notes}} if isinstance(mine, dict) and isinstance(notes, dict) else {}
    return {**found, **more, **both}


def _properties(place: Place, schema: Any, above: tuple[int, ...]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    if not isinstance(schema, dict) or id(schema) in above:
        return found
    place = place.inside(schema)
    for there, inner in _alternatives(place, schema):
        for key, more in _properties(there, inner, (*above, id(schema))).items():
            found[key] = _with(found.get(key, {}), more)
    for key, inner in schema.get("properties", {}).items():
        found[key] = _with(found.get(key, {}), joined(place, inner))
    return found


def _required(place: Place, schema: Any, above: tuple[int, ...]) -> set[str]:
    if not isinstance(schema, dict) or id(schema) in above:
        return set()
    place = place.inside(schema)
    names = {*schema.get("required", ()), *spellings_required(schema)}
    for there, inner in _alternatives(place, schema):
        names |= _required(there, inner, (*above, id(schema)))
    return names


def _alternatives(place: Place, schema: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    if "$ref" in schema:
        yield place.follow(schema["$ref"])
    for inner in schema.get("allOf", ()):
        yield place, inner
