"""The keywords of JSON Schema 2020-12 that we judge ourselves, each with the reason; `jsonschema` judges all others.

References keep the base of what they lead to, patterns are ECMA-262 (section 6.4), multiples are exact, a missing key
is reported at its own place, uniqueness takes linear time, and a key that a page spells in two ways
(`x-contract.alias`) may have either spelling.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import Any

import regress
from jsonschema.exceptions import ValidationError
from referencing.jsonschema import DRAFT202012

from talkstack_contract.contract.schema_files import looked_up
from talkstack_contract.model import Side

BARE = "."
"""The alias of a key whose value may also stand without it, in the place of the object around it."""

REFERENCES_AT_MOST = 20  # from one schema to the next, where only a keyword is looked for

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], Errors]


@cache
def pattern_of(pattern: str) -> regress.Regex:
    """Compile an ECMA-262 pattern. Raises `regress.RegressError`."""
    return regress.Regex(pattern, "u")


def alias_of(schema: Any) -> str | None:
    """Return the other spelling of the key that this schema describes, if it has one."""
    notes = schema.get("x-contract") if isinstance(schema, Mapping) else None
    return notes.get("alias") if isinstance(notes, Mapping) else None


def spellings_required(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys of which `anyOf` asks for the one spelling or the other, where it asks for nothing else."""
    aliases = {key: alias for key, inner in schema.get("properties", {}).items() if (alias := alias_of(inner))}
    branches = schema.get("anyOf", ())
    asked = [_spelling_asked_for(each, schema, aliases) for each in branches]
    return tuple(key for key in dict.fromkeys(asked) if key) if asked and all(asked) else ()


def _spelling_asked_for(branch: Any, schema: Mapping[str, Any], aliases: Mapping[str, str]) -> str:
    """Return the key that a branch requires in one of its spellings; "" where it asks for more, or for another."""
    if not isinstance(branch, Mapping) or len(branch) != 1:
        return ""
    if isinstance(names := branch.get("required"), list) and len(names) == 1:
        return next((key for key, alias in aliases.items() if names[0] in (key, alias)), "")
    bare = [key for key, alias in aliases.items() if alias == BARE]
    return next((key for key in bare if schema["properties"][key].get("$ref") == branch.get("$ref")), "")


def _matches(validator: Any, pattern: str, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    if validator.is_type(instance, "string") and not pattern_of(pattern).find(instance):
        yield ValidationError(f"does not match {pattern!r}")


def _matching_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    for key, value in instance.items() if validator.is_type(instance, "object") else ():
        for pattern, inner in patterns.items():
            if pattern_of(pattern).find(key):
                yield from validator.descend(value, inner, path=key, schema_path=pattern)


def _other_properties(validator: Any, inner: Any, instance: Any, schema: Any) -> Errors:
    for key, value in instance.items() if validator.is_type(instance, "object") else ():
        if not _is_named(key, schema):
            if inner is False:
                yield ValidationError("is a key that the schema does not allow", path=[key])
            else:
                yield from validator.descend(value, inner, path=key)


def _is_named(key: str, schema: Mapping[str, Any]) -> bool:
    """Tell whether `properties` or `patternProperties` of this schema describe a key."""
    properties = schema.get("properties", {})
    return (
        key in properties
        or any(alias_of(inner) == key for inner in properties.values())
        or any(pattern_of(each).find(key) for each in schema.get("patternProperties", ()))
    )


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    if not validator.is_type(instance, "object"):
        return
    for key, inner in properties.items():
        name = next((name for name in (key, alias_of(inner)) if name is not None and name in instance), None)
        if name is not None:
            yield from validator.descend(instance[name], inner, path=name, schema_path=key)
        elif alias_of(inner) == BARE:
            yield from validator.descend(instance, inner, schema_path=key)


def _required(validator: Any, names: Any, instance: Any, schema: Any) -> Errors:
    """Tell each key that is missing, and by its own place."""
    for name in dict.fromkeys(names) if validator.is_type(instance, "object") else ():
        alias = alias_of(schema.get("properties", {}).get(name))
        if name not in instance and alias != BARE and (alias is None or alias not in instance):
            yield ValidationError("no such key", path=[name])


def _any_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Errors:
    spelled = spellings_required(schema)
    if spelled:
        if validator.is_type(instance, "object"):
            yield from _required(validator, spelled, instance, schema)
    elif not any(_is_valid(validator, instance, each) for each in branches):
        yield ValidationError("is none of the forms that are allowed")


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    """Divide exactly: 19.99 is a multiple of 0.01. An infinite number is a multiple of nothing."""
    if validator.is_type(instance, "number") and not _divides(_exact(divisor), instance):
        yield ValidationError(f"is not a multiple of {divisor}")


def _divides(divisor: Fraction, number: Any) -> bool:
    if isinstance(number, Decimal):  # too great for a float: its exponent may be, too, so that it is never written out
        sign, digits, exponent = number.as_tuple()
        if not isinstance(exponent, int):
            return False
        mantissa = int("".join(map(str, digits))) * (-1 if sign else 1)
        if exponent >= 0:
            modulus = divisor.numerator
            return mantissa * divisor.denominator * pow(10, exponent, modulus) % modulus == 0
        return Fraction(mantissa, 10**-exponent) % divisor == 0
    return (not isinstance(number, float) or isfinite(number)) and _exact(number) % divisor == 0


def _exact(number: Any) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(str(number))


def _unique_items(validator: Any, is_asked: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    if is_asked and validator.is_type(instance, "array"):
        known = {comparable(item) for item in instance}
        if len(known) < len(instance):
            yield ValidationError("holds an item twice")


def comparable(value: Any, *, is_ordered: bool = True) -> Any:
    """Return a hashable value that is equal for what JSON Schema calls equal: 1 and 1.0 are, 1 and true are not.

    With `is_ordered` false, lists are equal that hold the same items as often, in whichever order.
    """
    if isinstance(value, dict):
        return ("object", frozenset((key, comparable(inner, is_ordered=is_ordered)) for key, inner in value.items()))
    if isinstance(value, list):
        items = [comparable(each, is_ordered=is_ordered) for each in value]
        return ("array", tuple(items) if is_ordered else frozenset(Counter(items).items()))
    return (isinstance(value, bool), value)


def _referenced(validator: Any, reference: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
    contents, resolver = looked_up(validator._resolver, reference)
    yield from validator.descend(instance, contents, resolver=resolver)


# Unevaluated properties and items: that of jsonschema takes patterns as Python's, and loses the base of a nested `$id`.


def _unevaluated_properties(validator: Any, inner: Any, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "object"):
        return
    evaluated = set(_evaluated_keys(validator, instance, schema))
    for key, value in instance.items():
        if key not in evaluated and not _is_valid(validator, value, inner):
            yield ValidationError("is a key that no part of the schema describes", path=[key])


def _unevaluated_items(validator: Any, inner: Any, instance: Any, schema: Any) -> Errors:
    if not validator.is_type(instance, "array"):
        return
    evaluated = set(_evaluated_indexes(validator, instance, schema))
    for index, value in enumerate(instance):
        if index not in evaluated and not _is_valid(validator, value, inner):
            yield ValidationError("is an item that no part of the schema describes", path=[index])


def _evaluated_keys(validator: Any, instance: Any, schema: Any) -> Iterator[str]:
    yield from (key for key in instance if _is_named(key, schema))
    if "additionalProperties" in schema:
        yield from instance
    for below, branch in _in_place(validator, instance, schema):
        if "unevaluatedProperties" in branch:
            yield from instance
        yield from _evaluated_keys(below, instance, branch)


def _evaluated_indexes(validator: Any, instance: Any, schema: Any) -> Iterator[int]:
    if "items" in schema:
        yield from range(len(instance))
    yield from range(len(schema.get("prefixItems", ())))
    if "contains" in schema:
        yield from (index for index, item in enumerate(instance) if _is_valid(validator, item, schema["contains"]))
    for below, branch in _in_place(validator, instance, schema):
        if "unevaluatedItems" in branch:
            yield from range(len(instance))
        yield from _evaluated_indexes(below, instance, branch)


def _in_place(validator: Any, instance: Any, schema: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield the schemas that apply to the same value and hold, each with the validator of its place."""
    for reference in (schema[word] for word in ("$ref", "$dynamicRef") if word in schema):
        contents, resolver = looked_up(validator._resolver, reference)
        yield from _held(validator.evolve(schema=contents, _resolver=resolver), instance)
    branches = [each for word in ("allOf", "anyOf", "oneOf") for each in schema.get(word, ())]
    branches += [each for key, each in schema.get("dependentSchemas", {}).items() if key in instance]
    if "if" in schema:
        holds = _is_valid(validator, instance, schema["if"])
        branches += [schema["if"]] if holds else []
        branches += [schema[word] for word in (("then",) if holds else ("else",)) if word in schema]
    for each in branches:
        yield from _held(validator.evolve(schema=each, _resolver=_inside(validator, each)), instance)


def _held(validator: Any, instance: Any) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    if isinstance(validator.schema, Mapping) and validator.is_valid(instance):
        yield validator, validator.schema


def _is_valid(validator: Any, instance: Any, schema: Any) -> bool:
    return next(validator.descend(instance, schema), None) is None


def _inside(validator: Any, schema: Any) -> Any:
    return validator._resolver.in_subresource(DRAFT202012.create_resource(schema))


KEYWORDS: Mapping[str, Keyword] = MappingProxyType(
    {
        "$ref": _referenced,
        "$dynamicRef": _referenced,
        "pattern": _matches,
        "patternProperties": _matching_properties,
        "additionalProperties": _other_properties,
        "properties": _properties,
        "required": _required,
        "anyOf": _any_of,
        "multipleOf": _multiple_of,
        "uniqueItems": _unique_items,
        "unevaluatedProperties": _unevaluated_properties,
        "unevaluatedItems": _unevaluated_items,
    }
)


def keywords_of(side: Side) -> Mapping[str, Keyword]:
    """Return the keywords by which one side is judged: what only the other one has is not required, nor to be there."""

    def required(validator: Any, names: Any, instance: Any, schema: Any) -> Errors:
        properties = schema.get("properties", {})
        kept = [name for name in names if not _has(validator, properties.get(name), side)]
        yield from _required(validator, kept, instance, schema)

    def of_the_other_side(validator: Any, is_asked: Any, instance: Any, schema: Any) -> Errors:  # noqa: ARG001
        if is_asked:
            yield ValidationError("is never there on this side")

    return {**KEYWORDS, "required": required, str(side): of_the_other_side}


def _has(validator: Any, schema: Any, keyword: str, depth: int = 0) -> bool:
    """Tell whether a keyword is true of a value: in its schema, its `allOf`, or what these refer to."""
    if not isinstance(schema, Mapping) or depth > REFERENCES_AT_MOST:
        return False
    inner = [*schema.get("allOf", ())]
    if "$ref" in schema:
        inner.append(looked_up(validator._resolver, schema["$ref"])[0])
    return schema.get(keyword) is True or any(_has(validator, each, keyword, depth + 1) for each in inner)
