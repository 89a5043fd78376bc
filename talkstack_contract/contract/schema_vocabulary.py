"""The words of JSON Schema 2020-12, by what they hold, and the schemas inside a schema."""

from collections.abc import Iterator, Mapping
from typing import Any

# Keywords that ask something of the value itself.
ASSERTIONS = frozenset(
    [
        *("type", "const", "enum", "format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "writeOnly"),
    ]
)
# Keywords that hold schemas: in a map by name, in a list, or one.
SCHEMA_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas", "$defs"})
SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SCHEMA_VALUES = frozenset(
    [
        *("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"),
        *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
    ]
)
# Of these, the ones whose schemas apply to the value itself: one that leads back to where it stands never ends.
IN_PLACE = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
REFERENCES = frozenset({"$ref", "$dynamicRef"})
OTHERS = frozenset({"required", "dependentRequired", "minContains", "maxContains"})
JUDGED = ASSERTIONS | OTHERS | REFERENCES | SCHEMA_LISTS | (SCHEMA_MAPS | SCHEMA_VALUES) - {"$defs", "contentSchema"}
# Annotations, and words that name or hold schemas: they ask nothing of a value.
ANNOTATIONS = frozenset(
    [
        *("$schema", "$id", "$anchor", "$dynamicAnchor", "$comment", "$defs", "$vocabulary"),
        *("title", "description", "default", "examples", "example", "deprecated", "readOnly"),
        *("contentMediaType", "contentEncoding", "contentSchema", "externalDocs", "xml", "discriminator"),
    ]
)
KNOWN = JUDGED | ANNOTATIONS
KINDS_OF = {
    **dict.fromkeys(("format", "pattern", "minLength", "maxLength"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array",)),
    **dict.fromkeys(("minProperties", "maxProperties"), ("object",)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), ("number",)),
}
"""The JSON types that a keyword says anything about, where it is not each of them."""
NUMBERS = ("int32", "int64")  # formats of numbers
HINTS = frozenset({"float", "double", "password", "binary"})
"""Formats of OpenAPI that say how a value is kept or shown, and rule out none."""


_NAMING = frozenset({"$schema", "$id", "$anchor", "$dynamicAnchor", "$defs"})
_OF_OPENAPI = frozenset(
    [
        *("openapi", "paths", "parameters", "responses", "content", "in", "scheme", "flows", "openIdConnectUrl"),
        *("get", "put", "post", "delete", "options", "head", "patch", "trace"),
    ]
)


def is_schema(document: Any) -> bool:
    """Tell whether a file holds a JSON Schema, and no part of an OpenAPI document: it has words that only one has."""
    words = JUDGED | _NAMING
    return isinstance(document, dict) and not words.isdisjoint(document) and _OF_OPENAPI.isdisjoint(document)


def schemas_below(schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each schema that stands directly in a schema, with the keys that lead to it."""
    for key, value in schema.items() if isinstance(schema, dict) else ():
        if key in SCHEMA_MAPS and isinstance(value, dict):
            yield from (((key, name), inner) for name, inner in value.items())
        elif key in SCHEMA_LISTS and isinstance(value, list):
            yield from (((key, str(index)), inner) for index, inner in enumerate(value))
        elif key in SCHEMA_VALUES:
            yield (key,), value


def all_schemas(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield a schema and each one inside it, with the keys that lead there. References are not followed."""
    yield path, schema
    for steps, inner in schemas_below(schema):
        yield from all_schemas(inner, path + steps)


def kinds_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the JSON types of which a schema speaks, by its `type`, or else by its other words; none where of each."""
    if given := schema.get("type"):
        return (given,) if isinstance(given, str) else tuple(given)
    values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
    words = {"minimum" if word == "format" and schema[word] in NUMBERS else word for word in schema}
    asked = {kind for word in words for kind in KINDS_OF.get(word, ())}
    return tuple(sorted(asked | {_kind_of(value) for value in values}))


def _kind_of(value: Any) -> str:
    kinds = {bool: "boolean", type(None): "null", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "number")
