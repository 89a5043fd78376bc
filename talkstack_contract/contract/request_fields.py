"""Reads what a request may hold: parameters, and the body, by its keys or as a whole.

Source: OpenAPI 3.1, Parameter Object and Request Body Object.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from talkstack_contract.contract.described_values import described_body
from talkstack_contract.contract.encodings import encoded
from talkstack_contract.contract.joined_schemas import joined, properties
from talkstack_contract.contract.openapi_parts import Parts
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_vocabulary import ASSERTIONS, JUDGED
from talkstack_contract.errors import BadInput
from talkstack_contract.media_types import FORM, MULTIPART, bare_type, is_json
from talkstack_contract.model import BodySchema, Field, Json, ParameterLocation, Serialization, Side

STYLES = {
    ParameterLocation.PATH: ("simple", "label", "matrix"),
    ParameterLocation.QUERY: ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    ParameterLocation.HEADER: ("simple",),
    ParameterLocation.COOKIE: ("form",),
}
"""The styles that OpenAPI allows for each location, the usual one first."""
NO_PARAMETERS = frozenset({"accept", "content-type", "authorization"})  # as headers, by OpenAPI
WHOLE_BODY = "body"  # the name of the one field of a body that is no object

Located = tuple[Place, Json]


def parameters_of(parts: Parts, there: Place, place: str, entry: Json, shared: Json) -> list[Located]:
    """Return the parameters of an operation, with those of its path; one of its own wins over a shared one."""
    found: dict[tuple[str, str], Located] = {}
    for each in (*shared, *entry.get("parameters", ())):
        where, parameter = parts.resolved(there, each, "parameter", f"{place}.parameters")
        found[parameter["name"], parameter["in"]] = where, parameter
    return list(found.values())


def parameter_field(parts: Parts, place: str, where: Place, parameter: Json) -> Field:
    """Read a parameter. Raises `BadInput` for one that OpenAPI does not allow, or that would not be sent."""
    name, location = parameter["name"], ParameterLocation(parameter["in"])
    key = f"{place}.parameters.{name}"
    if location is ParameterLocation.HEADER and name.lower() in NO_PARAMETERS:
        problem = "is a header that OpenAPI does not describe as a parameter"
        raise BadInput(f"schemas/{where.file}", key, problem, "describe it as a media type, or under security")
    media_type, schema = _content(where, key, parameter)
    parts.checker.check(where, schema)
    parts.check_examples(where, key, {**parameter, "schema": schema})
    written = _serialization(where, key, parameter, location, media_type)
    is_required = parameter.get("required", False)
    field = _field(parts, place, where, name, location, joined(where, schema), written, is_required=is_required)
    judged = described_body(where, schema, are_formats_judged=parts.are_formats_judged, side=Side.REQUEST).schema
    return replace(field, schema=judged)


def _content(where: Place, key: str, parameter: Json) -> tuple[str, Json]:
    """Return media type and schema of a parameter that is described by its content, else no type and its schema."""
    if ("schema" in parameter) == ("content" in parameter):
        raise BadInput(f"schemas/{where.file}", key, "needs a schema, or a content", "give one of the two")
    if "schema" in parameter:
        return "", parameter["schema"]
    [(media_type, content)] = parameter["content"].items()
    if not is_json(media_type):
        raise BadInput(f"schemas/{where.file}", f"{key}.content", f"{media_type!r} is not supported", "use JSON")
    return media_type, content["schema"]


def _serialization(
    where: Place, key: str, parameter: Json, location: ParameterLocation, media_type: str
) -> Serialization:
    known = STYLES[location]
    style = parameter.get("style", known[0])
    if style not in known:
        problem = f"{style!r} is not a style of a parameter in the {location}"
        raise BadInput(f"schemas/{where.file}", f"{key}.style", problem, f"write {' or '.join(known)}")
    explode = parameter.get("explode", style in ("form", "deepObject"))
    if style == "deepObject" and not explode:
        raise BadInput(f"schemas/{where.file}", f"{key}.explode", "is false for deepObject", "leave it out")
    return Serialization(style, explode, parameter.get("allowReserved", False), media_type)


@dataclass(frozen=True)
class RequestBody:
    """The body of a request: its fields, its media type, and the schema that it is valid by."""

    fields: tuple[Field, ...] = ()
    media_type: str = ""
    schema: BodySchema | None = None


def request_body(parts: Parts, there: Place, place: str, entry: Json) -> RequestBody:
    """Read the body of a request, by its keys or as a whole; an empty one where the operation has none."""
    if "requestBody" not in entry:
        return RequestBody()
    there, body = parts.resolved(there, entry["requestBody"], "requestBody", f"{place}.requestBody")
    [(media_type, content)] = body["content"].items()
    schema = content.get("schema", True)
    parts.checker.check(there, schema)
    parts.check_examples(there, f"{place}.requestBody", content)
    found = list(properties(there, schema))
    whole = joined(there, schema)
    is_object = bool(found) or (whole.get("type") == "object" and "sends" not in whole.get("x-contract", {}))
    if is_object and (is_json(media_type) or bare_type(media_type) in (FORM, MULTIPART)):
        fields = tuple(
            _body_field(parts, there, place, name, inner, is_required=is_required)
            for name, inner, is_required in found
            if not _is_read_only(there, place, name, inner)
        )
    else:
        fields = (_whole_body(parts, there, place, whole, is_required=body.get("required", False)),)
    fields = encoded(there, place, fields, content, media_type)
    judged = described_body(there, schema, are_formats_judged=parts.are_formats_judged, side=Side.REQUEST).schema
    return RequestBody(fields, media_type, judged)


def _body_field(parts: Parts, there: Place, place: str, name: str, inner: Json, *, is_required: bool) -> Field:
    body, usual = ParameterLocation.BODY, Serialization()
    field = _field(parts, place, there, name, body, inner, usual, is_required=is_required)
    own = {word: inner[word] for word in ASSERTIONS & inner.keys() - {"writeOnly"}}
    judged = described_body(there, own, are_formats_judged=parts.are_formats_judged, side=Side.REQUEST).schema
    return replace(field, schema=judged)


def _is_read_only(there: Place, place: str, name: str, schema: Json) -> bool:
    """Tell whether a key is one that only a response has."""
    if not schema.get("readOnly", False):
        return False
    if "sends" in schema.get("x-contract", {}):
        problem = "is readOnly, so that no request sends it"
        raise BadInput(f"schemas/{there.file}", f"{place}, field {name}", problem, "take x-contract.sends out")
    return True


def _whole_body(parts: Parts, there: Place, place: str, schema: Json, *, is_required: bool) -> Field:
    if "sends" not in schema.get("x-contract", {}):
        problem = "describes no keys, and does not say what is sent"
        raise BadInput(f"schemas/{there.file}", f"{place}.requestBody", problem, "add x-contract.sends to its schema")
    location = ParameterLocation.WHOLE_BODY
    return _field(parts, place, there, WHOLE_BODY, location, schema, Serialization(), is_required=is_required)


def _field(
    parts: Parts,
    place: str,
    there: Place,
    name: str,
    location: ParameterLocation,
    schema: Json,
    written: Serialization,
    *,
    is_required: bool,
) -> Field:
    notes = schema.get("x-contract", {})
    parts.check(there.file, notes, "schemaNotes", f"{place}, field {name}")
    parts.check_interpretation(there.file, place, notes.get("interpretation", ""))
    names_object = notes.get("id", False)
    return Field(
        name=name,
        place=location,
        keywords={key: value for key, value in schema.items() if key in {*JUDGED, "contentMediaType"}},
        is_required=is_required,
        sends=notes["sends"] if "sends" in notes else _usual(schema) if is_required and "alone" not in notes else None,
        alone=notes.get("alone"),
        names_object=bool(names_object),
        is_shared=names_object == "shared",
        file=notes.get("file", ""),
        interpretation=notes.get("interpretation", ""),
        written=written,
    )


def _usual(schema: Json) -> Json:
    """Return what is sent for a required value of which the contract says no more than its schema; None without."""
    named = [schema[word] for word in ("const", "example", "default") if word in schema]
    listed = [each for word in ("examples", "enum") for each in schema.get(word, ())]
    return next((each for each in (*named, *listed) if each is not None), None)


def told_apart(fields: Sequence[Field]) -> tuple[Field, ...]:
    """Tell fields of one name apart by their location: `query.id` beside the `id` of the path."""
    seen: set[str] = set()
    found = []
    for field in fields:
        is_taken = field.name in seen
        found.append(replace(field, name=f"{field.place}.{field.name}", wire_name=field.name) if is_taken else field)
        seen.add(field.name)
    return tuple(found)
