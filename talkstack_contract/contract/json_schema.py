"""JSON Schema 2020-12: what a schema asks of each value, and whether a value gives it.

The one door to `jsonschema` and `referencing`. Raises `BadInput` for a schema that is not valid, and for a reference
that leads nowhere.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import Any

import regress
from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import DescribedValue


@cache
def _pattern(pattern: str) -> regress.Regex:
    """Return a compiled pattern: those of JSON Schema are ECMA-262, which differs from Python's."""
    return regress.Regex(pattern, "u")


FORMATS = FormatChecker()
for _name, _bits in (("int32", 32), ("int64", 64)):  # of the OpenAPI format registry
    FORMATS.checks(_name)(
        lambda value, bits=_bits: not _is_whole(value) or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    )
FORMATS.checks("regex", regress.RegressError)(lambda value: not isinstance(value, str) or bool(_pattern(value)))
BASE = "http://schemas.invalid/"  # a name for the folder `schemas/`, so that relative references resolve; never fetched


class Schemas:
    """Every file of `schemas/` by its relative path, with references between them followed."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        resources = [(BASE + path, DRAFT202012.create_resource(document)) for path, document in documents.items()]
        self._registry: Registry[Any] = Registry().with_resources(resources)
        self._checked: set[int] = set()

    def resolved(self, file: str, reference: str) -> tuple[str, Any]:
        """Follow `reference` as it stands in `file`; return the file it leads to and what stands there."""
        try:
            found = self._registry.resolver(BASE + file).lookup(reference)
        except (Unresolvable, LookupError, TypeError, ValueError, AttributeError):
            raise BadInput(f"schemas/{file}", "$ref", f"{reference!r} leads nowhere", "name a file and a key") from None
        target = reference.partition("#")[0]
        return (self._relative(file, target) if target else file), found.contents

    def _referenced(self, file: str, reference: str) -> tuple[str, Any]:
        """Follow a reference to a schema, which may be in a YAML file that nothing has checked yet."""
        place, schema = self.resolved(file, reference)
        if place.endswith(".yaml") and id(schema) not in self._checked:
            check_schema(place, schema)
            self._checked.add(id(schema))
        return place, schema

    @staticmethod
    def _relative(file: str, target: str) -> str:
        parts = file.split("/")[:-1]
        for step in target.split("/"):
            if step != ".":
                parts = parts[:-1] if step == ".." else [*parts, step]
        return "/".join(parts)

    def parts(self, file: str, schema: Any) -> tuple[DescribedValue, ...]:
        """List every value that `schema`, standing in `file`, describes; what several places say of one is joined."""
        joined: dict[tuple[str, ...], DescribedValue] = {}
        for part in self._walk(file, schema, (), True, {}):
            known = joined.get(part.path, DescribedValue(part.path, False, {}, {}))
            joined[part.path] = DescribedValue(
                part.path,
                known.required or part.required,
                _both(known.keywords, part.keywords),
                {**known.notes, **part.notes},
            )
        return tuple(joined.values())

    def keys(self, file: str, schema: Any) -> Iterator[tuple[str, ...]]:
        """Yield the path of every key that `schema` names, in whichever of its branches, and whatever it asks of it.

        `*` is every item of a list, and every key of an object that may hold any.
        """
        if not isinstance(schema, dict):
            return
        branches = ((file, inner) for word in ("anyOf", "oneOf") for inner in schema.get(word, ()))
        for place, inner in (*self._alternatives(file, schema), *branches):
            yield from self.keys(place, inner)
        below = [(_below((), key, inner), inner) for key, inner in schema.get("properties", {}).items()]
        below += [(("*",), schema[word]) for word in ("items", "additionalProperties") if schema.get(word)]
        for path, inner in below:
            yield path
            yield from (path + rest for rest in self.keys(file, inner))

    def properties(self, file: str, schema: Any) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
        """Yield name, schema and "is it required" of each property of an object that `schema` describes, each once."""
        required = self._required(file, schema)
        for key, inner in self._properties(file, schema).items():
            yield key, inner, key in required

    def _properties(self, file: str, schema: Any) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        if not isinstance(schema, dict):
            return found
        for place, inner in self._alternatives(file, schema):
            found |= self._properties(place, inner)
        for key, inner in schema.get("properties", {}).items():
            found[key] = {**found.get(key, {}), **self.whole(file, inner)}
        return found

    def whole(self, file: str, schema: Any) -> Mapping[str, Any]:
        """Return a schema with what it refers to joined in; what stands beside a reference wins."""
        if not isinstance(schema, dict):
            return {}
        joined: dict[str, Any] = {}
        for place, inner in self._alternatives(file, schema):
            joined |= self.whole(place, inner)
        notes = schema.get("x-contract", {})
        if isinstance(notes, dict) and (notes := {**joined.get("x-contract", {}), **notes}):
            joined["x-contract"] = notes
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "x-contract")}
        return {**joined, **own, **({} if isinstance(notes, dict) else {"x-contract": notes})}

    def _walk(
        self,
        file: str,
        schema: Any,
        path: tuple[str, ...],
        required: bool,
        notes: Mapping[str, str],
        above: tuple[int, ...] = (),
    ) -> Iterator[DescribedValue]:
        """Yield the parts of a schema; `above` are the schemas that lead here, by identity."""
        if schema is False:
            raise BadInput(f"schemas/{file}", _dotted(path), "the schema false allows no value", "leave the key out")
        if not isinstance(schema, dict):  # true is a schema too; it asks nothing
            return
        if id(schema) in above:
            raise _recursive(file, path)
        above = (*above, id(schema))
        _check_keywords(file, path, schema)
        notes = {**notes, **schema.get("x-contract", {})}
        for place, inner in self._alternatives(file, schema):
            yield from self._walk(place, inner, path, required, notes, above)
        keywords = self._keywords(file, schema, path)
        if keywords or required:
            yield DescribedValue(path, required, keywords, notes)
        below = {key: value for key, value in notes.items() if key in INHERITED}
        properties = schema.get("properties", {})
        for key, inner in properties.items():
            is_required = key in self._required(file, schema)
            yield from self._walk(file, inner, _below(path, key, inner), is_required, below, above)
        for key in schema.get("required", ()):
            if key not in properties and not any(
                key in self._properties(place, inner) for place, inner in self._alternatives(file, schema)
            ):
                yield DescribedValue((*path, key), True, {}, below)
        if "items" in schema and "prefixItems" not in schema:
            yield from self._walk(file, schema["items"], (*path, "*"), True, below, above)

    def _keywords(self, file: str, schema: Any, path: tuple[str, ...]) -> dict[str, Any]:
        """Return the keywords that apply to the value itself; keywords that act together stay together, in `allOf`."""
        keywords = {key: self._inlined(file, key, value, path) for key, value in schema.items() if key in JUDGED}
        groups = []
        for names in GROUPS:
            if names[0] in schema:
                group = {name: self._inlined(file, name, schema[name], path) for name in names if name in schema}
                if "additionalProperties" in group:
                    group["properties"] = dict.fromkeys(schema.get("properties", {}), True)
                groups.append(group)
        return {**keywords, "allOf": groups} if groups else keywords

    def _inlined(self, file: str, keyword: str, value: Any, path: tuple[str, ...], above: tuple[int, ...] = ()) -> Any:
        """Return the value of a keyword, each reference in its schemas replaced; `above` are the schemas it is in."""
        if keyword in SCHEMA_MAPS:
            return {key: self._inlined_schema(file, inner, path, above) for key, inner in value.items()}
        if keyword in SCHEMA_LISTS:
            return [self._inlined_schema(file, inner, path, above) for inner in value]
        return self._inlined_schema(file, value, path, above) if keyword in SCHEMA_VALUES else value

    def _inlined_schema(self, file: str, schema: Any, path: tuple[str, ...], above: tuple[int, ...]) -> Any:
        if not isinstance(schema, dict):
            return schema
        if id(schema) in above:
            raise _recursive(file, path)
        _check_keywords(file, path, schema)
        above = (*above, id(schema))
        own = {
            key: self._inlined(file, key, inner, path, above)
            for key, inner in schema.items()
            if key not in ANNOTATIONS and key != "$ref"
        }
        if "$ref" not in schema:
            return own
        place, target = self._referenced(file, schema["$ref"])
        return {**own, "allOf": [*own.get("allOf", ()), self._inlined_schema(place, target, path, above)]}

    def _alternatives(self, file: str, schema: Any) -> Iterator[tuple[str, Any]]:
        if "$ref" in schema:
            yield self._referenced(file, schema["$ref"])
        for inner in schema.get("allOf", []):
            yield file, inner

    def _required(self, file: str, schema: Any) -> set[str]:
        if not isinstance(schema, dict):
            return set()
        names = set(schema.get("required", [])) | _required_in_either_spelling(schema)
        for place, inner in self._alternatives(file, schema):
            names |= self._required(place, inner)
        return names


def _required_in_either_spelling(schema: Mapping[str, Any]) -> set[str]:
    """Return the keys with an alias of which every branch of `anyOf` requires the one spelling or the other."""
    branches = [set(branch.get("required", [])) for branch in schema.get("anyOf", []) if isinstance(branch, dict)]
    aliases = {key: _alias(inner) for key, inner in schema.get("properties", {}).items()}
    known = {key: {key, alias} for key, alias in aliases.items() if alias}
    return {key for key, spellings in known.items() if branches and all(spellings & each for each in branches)}


def _alias(schema: Any) -> str | None:
    return schema.get("x-contract", {}).get("alias") if isinstance(schema, dict) else None


def _below(path: tuple[str, ...], key: str, schema: Any) -> tuple[str, ...]:
    """Return the path of a property; one that is printed in two ways is a step with both, `first|second`."""
    alias = _alias(schema)
    return (*path, f"{key}|{alias}" if alias else key)


# What a clause can be made of; everything else in a schema is structure or annotation.
JUDGED = frozenset(
    [
        "type",
        "const",
        "enum",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "anyOf",
        "oneOf",
        "not",
    ]
)
INHERITED = frozenset({"topic", "provenance", "reading"})
# Keywords that a value is held to together, each group by the one that calls for the others.
GROUPS = (
    ("additionalProperties", "patternProperties"),
    ("patternProperties",),
    ("if", "then", "else"),
    ("prefixItems", "items"),
    ("contains", "minContains", "maxContains"),
    ("dependentRequired",),
    ("dependentSchemas",),
    ("propertyNames",),
)
STRUCTURE = frozenset(
    ["$ref", "allOf", "properties", "required", "items", *(name for names in GROUPS for name in names)]
)
# Annotations: they ask nothing of a value.
ANNOTATIONS = frozenset(
    [
        *("$schema", "$id", "$anchor", "$comment", "$defs", "title", "description", "default", "examples", "example"),
        *("deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding", "contentSchema"),
        *("externalDocs", "xml", "discriminator"),
    ]
)
# Where schemas are inside the value of a keyword; every other value is taken as it is.
SCHEMA_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
SCHEMA_VALUES = frozenset({"items", "not", "if", "then", "else", "additionalProperties", "contains", "propertyNames"})
_REMEDIES = {"nullable": "is of OpenAPI 3.0; write type: [..., 'null']"}


def _recursive(file: str, path: tuple[str, ...]) -> BadInput:
    problem = "refers to itself, and a recursive schema is not supported"
    return BadInput(f"schemas/{file}", _dotted(path), problem, "describe as many levels as the page shows")


def _check_keywords(file: str, path: tuple[str, ...], schema: Mapping[str, Any]) -> None:
    """Refuse a keyword that would be ignored, and a format that nothing checks."""
    for key in schema:
        if key not in {*JUDGED, *STRUCTURE, *ANNOTATIONS} and not key.startswith("x-"):
            remedy = _REMEDIES.get(key, nearest(key, {*JUDGED, *STRUCTURE}))
            raise BadInput(f"schemas/{file}", _dotted((*path, key)), "is a keyword that is not judged", remedy)
    name = schema.get("format")
    if name is not None and name not in FORMATS.checkers:
        problem = f"{name!r} is a format that nothing checks"
        raise BadInput(f"schemas/{file}", _dotted((*path, "format")), problem, nearest(name, FORMATS.checkers))


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path) or "$"


def _both(known: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Join the keywords of two schemas for one value: both apply, also where one keyword is in both."""
    twice = {key: value for key, value in other.items() if key in known and known[key] != value and key != "allOf"}
    joined = {**other, **known}
    groups = [*known.get("allOf", ()), *other.get("allOf", ()), *([twice] if twice else ())]
    return {**joined, "allOf": groups} if groups else joined


def check_schema(file: str, document: Any) -> None:
    """Raise `BadInput` unless `document` is a JSON Schema 2020-12 whose notes we understand."""
    try:
        Draft202012Validator.check_schema(document, format_checker=FORMATS)
    except SchemaError as error:
        raise BadInput(f"schemas/{file}", _place(error), _shortly(error.message), "see JSON Schema 2020-12") from None


def check_document(file: str, document: Any, meta: Any, place: str = "") -> None:
    """Raise `BadInput` for the first way in which a file of ours departs from its schema `meta`."""
    errors = sorted(Draft202012Validator(meta, format_checker=FORMATS).iter_errors(document), key=_depth)
    if not errors:
        return
    error = _most_specific(errors[0])
    key = ".".join(filter(None, [place, _place(error)]))
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = error.schema.get("properties", {})
        given: Any = error.instance
        unknown = next(name for name in given if name not in known)
        raise BadInput(file, ".".join(filter(None, [key, unknown])), "is not a known key", nearest(unknown, known))
    if error.validator == "required":
        here: Any = error.instance
        wanted: Any = error.validator_value
        missing = next(name for name in wanted if name not in here)
        raise BadInput(file, ".".join(filter(None, [key, missing])), "is missing", "add it")
    raise BadInput(file, key or "top level", _problem(error), _remedy(error))


def departures(value: Any, keywords: Mapping[str, Any]) -> list[str]:
    """Say in which ways `value` is not what `keywords` (type, const, format and the like) ask; empty if it is."""
    validator = _Judging(dict(keywords), format_checker=FORMATS)
    return [_shortly(error.message) for error in validator.iter_errors(value)]


def _matches(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    if validator.is_type(instance, "string") and not _pattern(pattern).find(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _matching_properties(
    validator: Any,
    patterns: Mapping[str, Any],
    instance: Any,
    schema: Any,  # noqa: ARG001
) -> Iterator[ValidationError]:
    for key, value in instance.items() if validator.is_type(instance, "object") else ():
        for pattern, inner in patterns.items():
            if _pattern(pattern).find(key):
                yield from validator.descend(value, inner, path=key, schema_path=pattern)


def _other_properties(
    validator: Any, inner: Any, instance: Any, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    patterns = schema.get("patternProperties", {})
    for key, value in instance.items() if validator.is_type(instance, "object") else ():
        if key not in schema.get("properties", {}) and not any(_pattern(each).find(key) for each in patterns):
            yield from validator.descend(value, inner, path=key)


def _multiple(validator: Any, divisor: float, instance: Any, schema: Any) -> Iterator[ValidationError]:  # noqa: ARG001
    """Divide exactly: 19.99 is a multiple of 0.01. An infinite number is a multiple of nothing."""
    if not validator.is_type(instance, "number"):
        return
    is_endless = isinstance(instance, float) and not isfinite(instance)
    if is_endless or _exact(instance) % _exact(divisor):
        yield ValidationError(f"{instance!r} is not a multiple of {divisor}")


_Judging = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema types it in part
    Draft202012Validator,
    {
        "pattern": _matches,
        "patternProperties": _matching_properties,
        "additionalProperties": _other_properties,
        "multipleOf": _multiple,
    },
)


def _exact(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(str(number))


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _depth(error: ValidationError) -> int:
    return len(error.absolute_path)


def _most_specific(error: ValidationError) -> ValidationError:
    inner = [child for child in error.context or [] if child.validator == "additionalProperties"]
    return inner[0] if inner else error


def _place(error: ValidationError | SchemaError) -> str:
    return ".".join(str(step) for step in error.absolute_path)


def _problem(error: ValidationError) -> str:
    """Say what is wrong without the value, which may be a secret."""
    if error.validator == "enum":
        return _shortly(error.message)
    if error.validator in ("oneOf", "anyOf"):
        return "has none of the allowed forms"
    words = {"type": "is not of type", "format": "is not a", "pattern": "does not match", "minimum": "is less than"}
    wanted = _shortly(str(error.validator_value))
    return f"{words.get(str(error.validator), f'breaks {error.validator}')} {wanted}"


def _remedy(error: ValidationError) -> str:
    if error.validator == "enum":
        allowed: Any = error.validator_value
        return nearest(str(error.instance), map(str, allowed))
    return "mend it, or see schemas/meta for what is allowed"


def _shortly(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:200]}… ({len(message)} characters)"
