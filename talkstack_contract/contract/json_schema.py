"""The standard judges: whether a value is what a schema asks, and where it is not.

The door to `jsonschema`. Raises `BadInput` for a schema, and for a file of ours, that is not valid.
"""

import base64
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import attrs
import regress
from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.protocols import Validator

from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_keywords import KEYWORDS, Keyword, keywords_of, pattern_of
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Side

T = TypeVar("T")
DEEP_FRAMES = 150_000
DEEP_STACK = 512 * 1024 * 1024  # bytes, of which the system gives what is used

_ASCII = "".join(map(chr, range(128)))
_LEAP_SECOND = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt])?(?P<h>[0-9]{2}):(?P<m>[0-9]{2}):(?P<s>60)(?:\.[0-9]+)?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<oh>[0-9]{2}):(?P<om>[0-9]{2}))"
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_MAILBOX = re.compile(  # RFC 5321, 4.1.2
    rf"(?:{_ATOM}(?:\.{_ATOM})*|\"(?:[ !#-\[\]-~]|\\[ -~])*\")"
    rf"@(?:{_LABEL}(?:\.{_LABEL})*|\[(?:{_OCTET}(?:\.{_OCTET}){{3}}|IPv6:[0-9A-Fa-f:.]+)\])"
)
FORMATS = FormatChecker(())
FORMATS.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)  # those of other drafts mean something else
for _name, _bits in (("int32", 32), ("int64", 64)):  # of the OpenAPI format registry
    FORMATS.checks(_name)(
        lambda value, bits=_bits: not _is_whole(value) or -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    )
FORMATS.checks("byte", ValueError)(lambda value: not isinstance(value, str) or _is_base64(value))
_STANDARD = dict(FORMATS.checkers)
# An IRI is judged as the URI that it is written as where only ASCII is allowed (RFC 3987, 3.1).
FORMATS.checks("iri", ValueError)(lambda value: _STANDARD["uri"][0](_as_uri(value)))
FORMATS.checks("iri-reference", ValueError)(lambda value: _STANDARD["uri-reference"][0](_as_uri(value)))
# RFC 3339, 5.7 knows the second 60, at the end of a day of UTC.
FORMATS.checks("time", ValueError)(lambda value: _STANDARD["time"][0](_without_leap_second(value)))
FORMATS.checks("date-time", ValueError)(lambda value: _STANDARD["date-time"][0](_without_leap_second(value)))
FORMATS.checks("email")(lambda value: not isinstance(value, str) or _MAILBOX.fullmatch(value) is not None)
FORMATS.checks("regex", regress.RegressError)(lambda value: not isinstance(value, str) or bool(pattern_of(value)))


def _is_base64(text: str) -> bool:
    base64.b64decode(text, validate=True)
    return True


def _as_uri(value: Any) -> Any:
    return quote(value, safe=_ASCII) if isinstance(value, str) else value


def _without_leap_second(value: Any) -> Any:
    """Return the same time a second earlier, where it is the last of a day of UTC."""
    found = _LEAP_SECOND.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    hours, minutes, sign, offset_hours, offset_minutes = found.group("h", "m", "sign", "oh", "om")
    offset = (int(offset_hours or 0) * 60 + int(offset_minutes or 0)) * (-1 if sign == "-" else 1)
    is_last = (int(hours) * 60 + int(minutes) - offset) % (24 * 60) == 24 * 60 - 1
    return f"{value[: found.start('s')]}59{value[found.end('s') :]}" if is_last else value


def _is_integer(checker: object, value: Any) -> bool:  # noqa: ARG001 - the face of a type checker
    """Tell whether a number is whole; one too great for a float is decoded as a Decimal."""
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return _is_whole(value) or (isinstance(value, float) and value.is_integer())


def _judging(keywords: Mapping[str, Keyword]) -> Any:
    extended = validators.extend(  # type: ignore[no-untyped-call]  # jsonschema types it in part
        Draft202012Validator,
        dict(keywords),
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    )
    # As it is, a schema that names its dialect is judged by the class of that name, and not by this one.
    extended.evolve, usual = attrs.evolve, extended.descend

    def descend(self: Any, instance: Any, schema: Any, path: Any = None, *others: Any, **named: Any) -> Iterator[Any]:
        """Name the place of what the schema `false` forbids, which is lost else."""
        for error in usual(self, instance, schema, path, *others, **named):
            if schema is False and path is not None and not error.path:
                error.path.appendleft(path)
            yield error

    extended.descend = descend
    return extended


_Judging = _judging(KEYWORDS)
_JudgingOf = {side: _judging(keywords_of(side)) for side in Side}


@dataclass(frozen=True)
class BrokenKeyword:
    """What a body breaks: the path to the value, and the keyword of the schema object that forbids it.

    `schema` is the identity (`id`) of that object in the contract; the schema `false` has keyword and schema of none.
    """

    path: tuple[str | int, ...]
    schema: int
    keyword: str


class BodyValidator:
    """One schema where it stands, to hold bodies against; those of a `side`, or of either."""

    def __init__(self, place: Place, schema: Any, *, are_formats_judged: bool = True, side: Side | None = None) -> None:
        inside = place.inside(schema)
        formats = FORMATS if are_formats_judged else None
        judging = _JudgingOf[side] if side else _Judging
        self._validator: Validator = judging(schema, format_checker=formats, _resolver=inside.resolver)

    def broken(self, value: Any) -> list[BrokenKeyword]:
        """Return what `value` breaks, in no order.

        A key or item that nothing describes is reported only where the object around it is sound otherwise: a branch
        that breaks describes none of its keys.
        """
        found = _where_stack_suffices(lambda: [_broken(error) for error in self._validator.iter_errors(value)])
        others = {error.path for error in found if not error.keyword.startswith("unevaluated")}
        return [each for each in found if not _is_consequence(each, others)]


def _broken(error: ValidationError) -> BrokenKeyword:
    return BrokenKeyword(tuple(error.absolute_path), id(error.schema), str(error.validator or ""))


def _is_consequence(error: BrokenKeyword, others: set[tuple[str | int, ...]]) -> bool:
    around = error.path[:-1]
    return error.keyword.startswith("unevaluated") and any(path[: len(around)] == around for path in others)


def _where_stack_suffices(work: Callable[[], T]) -> T:
    """Run `work`, again with a deep stack where the usual one does not do: a recursive schema has no depth."""
    try:
        return work()
    except RecursionError:
        frames, size = sys.getrecursionlimit(), threading.stack_size(DEEP_STACK)
        sys.setrecursionlimit(DEEP_FRAMES)
        try:
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(work).result()
        finally:
            sys.setrecursionlimit(frames)
            threading.stack_size(size)


def is_type(value: Any, name: str) -> bool:
    """Tell whether a decoded value is of a JSON type."""
    return bool(_Judging.TYPE_CHECKER.is_type(value, name))


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
    if isinstance(document, list):  # people count its entries from one
        key = re.sub(r"\d+", lambda number: f"entry {int(number[0]) + 1}", key, count=1)
    if "propertyNames" in error.absolute_schema_path:
        key = f"{key}.{error.instance}"
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
    if error.validator in ("oneOf", "anyOf") and isinstance(error.instance, (int, float)):
        return "write it as a text, in quotes"
    return "fix it, or see schemas/meta for what is allowed"


def _shortly(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:200]}… ({len(message)} characters)"
