"""Splits the schema of a body into the values that it describes, each with clauses of its own, and the rest.

Properties, items, references and `allOf` are followed. The rest are keywords about several values at once (`anyOf`,
`if`, `additionalProperties` and the like) and recursion: a violation there belongs to the body as a whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from talkstack_contract.contract.json_schema import BodyValidator
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_keywords import BARE, REFERENCES_AT_MOST, alias_of, spellings_required
from talkstack_contract.contract.schema_vocabulary import ASSERTIONS, HINTS, JUDGED, REFERENCES, schemas_below
from talkstack_contract.model import DescribedValue, Json, Location, Provenance, SchemaPart, SchemaViolation, Side

BODY = "body"  # the topic of what has no other
INHERITED = frozenset({"topic", "provenance", "interpretation"})
OF_REQUESTS = frozenset({"sends", "alone", "id", "file"})  # a schema may be that of a response, too
VISITED_AT_MOST = 5_000  # schemas: past it, what is left is judged as part of the whole
_STRUCTURE = frozenset({"properties", "required", "items", "allOf", "$ref"})
_MAY_ASK_NOTHING = frozenset(
    {"additionalProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames", "items"}
)
Path = tuple[str, ...]
Notes = Mapping[str, str]


@dataclass(frozen=True)
class DescribedBody:
    """A body as its schema describes it; `rest` are the provenances of what no described value answers for."""

    values: tuple[DescribedValue, ...]
    schema: "WholeBody"
    rest: tuple[Provenance, ...]


class WholeBody:
    """The schema of a body, as it stands."""

    def __init__(
        self,
        validator: BodyValidator,
        located: Mapping[tuple[int, str], list[Path]],
        rest: Mapping[int, Provenance],
        *,
        is_text: bool = False,
    ) -> None:
        self._validator, self._located, self._rest = validator, located, rest
        self.is_text = is_text

    def violations(self, body: Json) -> tuple[SchemaViolation, ...]:
        """Return what a body breaks, in the order of the schema; `rest_of` is set where no described value answers."""
        found = []
        for each in self._validator.broken(body):
            paths = self._located.get((each.schema, each.keyword), ())
            is_located = any(leads_to(path, each.path) for path in paths)
            rest_of = None if is_located else self._provenance(each.schema)
            found.append(SchemaViolation(each.path, each.schema, each.keyword, rest_of))
        return tuple(found)

    def _provenance(self, schema: int) -> Provenance:
        """Return the provenance noted where a schema stands; a dynamic reference may lead where nobody looked."""
        if not self._rest:
            raise LookupError("a keyword of the schema belongs to no clause")
        return self._rest.get(schema, _heaviest(self._rest.values()))


def leads_to(path: Path, place: tuple[str | int, ...]) -> bool:
    """Tell whether a path of the contract (`*` for every item, `first|second`, `.`) leads to a place in a body."""
    if not path:
        return not place
    names = path[0].split("|")
    is_step = bool(place) and (isinstance(place[0], int) if path[0] == "*" else place[0] in names)
    if is_step and leads_to(path[1:], place[1:]):
        return True
    return names[-1] == BARE and leads_to(path[1:], place)


def answers_for(part: SchemaPart, violation: SchemaViolation) -> bool:
    """Tell whether the clause of this part answers for a violation."""
    if part.rest_of is not None:
        return violation.rest_of is part.rest_of
    return any(
        each.schema == violation.schema and each.keyword == violation.keyword and leads_to(each.path, violation.path)
        for each in part.locations
    )


def described_body(
    place: Place,
    schema: Any,
    *,
    are_formats_judged: bool = True,
    is_text: bool = False,
    side: Side | None = Side.RESPONSE,
) -> DescribedBody:
    """Describe the schema of a body. Raises `BadInput` for a reference that does not resolve."""
    survey = _Survey()
    survey.visit(place, schema, (), {}, ())
    values = tuple(survey.values())
    located: dict[tuple[int, str], list[Path]] = {}
    for location in (location for value in values for location in value.locations):
        located.setdefault((location.schema, location.keyword), []).append(location.path)
    validator = BodyValidator(place, schema, are_formats_judged=are_formats_judged, side=side)
    whole = WholeBody(validator, located, survey.rest, is_text=is_text)
    order = list(Provenance)
    return DescribedBody(values, whole, tuple(sorted(set(survey.rest.values()), key=order.index)))


def below(path: Path, key: str, schema: Any) -> Path:
    """Return the path of a property; one that is spelled in two ways is a step with both, `first|second`."""
    alias = alias_of(schema)
    return (*path, f"{key}|{alias}" if alias else key)


@dataclass
class _Found:
    """What the schemas visited so far say of one value: `notes_above` where it is required, `topic` where described."""

    is_required: bool = False
    keywords: dict[str, Json] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    locations: list[Location] = field(default_factory=list)
    notes_above: Notes = field(default_factory=dict)
    topic: str = ""

    def known_above(self) -> Notes:
        """Return the notes where the value is required; it is of their topic only where it is described nowhere."""
        if "topic" in self.notes_above and self.topic:
            return {**self.notes_above, "topic": self.topic}
        return self.notes_above


_PLAIN = ("string", "number", "integer", "boolean")


class _Survey:
    """A walk over one schema; `rest` maps the id of each schema object assigned to the whole to its provenance."""

    def __init__(self) -> None:
        self.rest: dict[int, Provenance] = {}
        self._found: dict[Path, _Found] = {}
        self._visited = 0

    def values(self) -> Iterator[DescribedValue]:
        for path, found in self._found.items():
            notes = found.notes or found.known_above()
            optional = self._is_optional(path)
            yield DescribedValue(path, found.is_required, found.keywords, notes, optional, tuple(found.locations))

    def _is_optional(self, path: Path) -> bool:
        """Tell whether a sound body may lack the value: a key on the way to it is, or what is around it may be null."""
        steps = list(accumulate(((step,) for step in path), initial=()))
        return any(
            (step[-1:] != ("*",) and bool(step) and not self._known(step).is_required)
            or (step != path and "null" in self._known(step).keywords.get("type", ""))
            or self._may_be_empty(step)
            for step in steps
        )

    def _may_be_empty(self, path: Path) -> bool:
        """Tell whether a list of plain values may hold none. Of things a list without any shows too little."""
        is_plain = path[-1:] == ("*",) and self._known(path).keywords.get("type") in _PLAIN
        return is_plain and not self._known(path[:-1]).keywords.get("minItems")

    def _known(self, path: Path) -> _Found:
        return self._found.get(path, _Found())

    def visit(self, place: Place, schema: Any, path: Path, notes: Notes, above: tuple[int, ...]) -> None:
        """Collect what a schema says about the value at `path`; `above` holds the ids of the schemas above it."""
        if not isinstance(schema, dict):
            if schema is False:
                self._leave(place, schema, notes)
            return
        self._visited += 1
        place = place.inside(schema)
        notes = {**notes, **_notes(schema)}
        if id(schema) in above or self._visited > VISITED_AT_MOST:
            self._leave(place, schema, notes)
            return
        above = (*above, id(schema))
        if "$ref" in schema:
            self.visit(*place.follow(schema["$ref"]), path, notes, above)
        for inner in schema.get("allOf", ()):
            self.visit(place, inner, path, notes, above)
        inherited = {key: value for key, value in notes.items() if key in INHERITED}
        self._take_keywords(schema, path, notes)
        for key, inner in schema.get("properties", {}).items():
            if _is_plain(key):
                self.visit(place, inner, below(path, key, inner), inherited, above)
                self._take_description(inner, below(path, key, inner), inherited)
            else:
                self._leave(place, inner, inherited)
        if "prefixItems" not in schema and "items" in schema:
            self.visit(place, schema["items"], (*path, "*"), inherited, above)
        self._take_required(place, schema, path, inherited)
        self._leave_rest(place, schema, notes)

    def _take_keywords(self, schema: Mapping[str, Any], path: Path, notes: Notes) -> None:
        keywords = {key: value for key, value in schema.items() if key in ASSERTIONS}
        if keywords.get("format") in HINTS:
            del keywords["format"]
        if keywords.get(Side.RESPONSE) is False:
            del keywords[Side.RESPONSE]
        if not keywords:
            if path in self._found or notes.keys() - INHERITED - OF_REQUESTS:
                self._found.setdefault(path, _Found()).notes |= notes
            return
        found = self._found.setdefault(path, _Found())
        found.keywords = {**keywords, **found.keywords}
        found.notes |= notes
        found.locations += [Location(path, id(schema), key) for key in keywords]

    def _take_description(self, schema: Any, path: Path, notes: Notes) -> None:
        """Note that a value is described here: only one described nowhere is of the topic of what requires it."""
        if schema not in (True, {}) and path in self._found:
            self._found[path].topic = notes.get("topic", BODY)

    def _take_required(self, place: Place, schema: Mapping[str, Any], path: Path, notes: Notes) -> None:
        properties = schema.get("properties", {})
        asked = [(key, "required") for key in schema.get("required", ())]
        asked += [(key, "anyOf") for key in spellings_required(schema)]
        for key, keyword in asked:
            if not _is_plain(key):
                self._add_rest(schema, notes)
                continue
            if _is_write_only(place, properties.get(key)):
                continue
            step = below(path, key, properties.get(key))
            found = self._found.setdefault(step, _Found())
            found.is_required = True
            found.notes_above = found.notes_above or notes
            found.locations.append(Location(step, id(schema), keyword))

    def _leave_rest(self, place: Place, schema: Mapping[str, Any], notes: Notes) -> None:
        """Assign keywords about more than one value, and the schemas inside them, to the whole."""
        handled = ASSERTIONS | _STRUCTURE
        if spellings_required(schema):
            handled |= {"anyOf"}
        if "prefixItems" in schema:
            handled -= {"items"}
        left = {key: value for key, value in schema.items() if key in JUDGED and key not in handled}
        left = {key: value for key, value in left.items() if key not in _MAY_ASK_NOTHING or value not in (True, {})}
        if left:
            self._add_rest(schema, notes)
            for _, inner in schemas_below(left):
                self._leave(place, inner, notes)

    def _leave(self, place: Place, schema: Any, notes: Notes) -> None:
        """Assign a schema and everything it refers to to the whole, each with its noted provenance."""
        waiting = [(place, schema, notes)]
        seen: set[int] = set()
        while waiting:
            place, schema, notes = waiting.pop()
            if isinstance(schema, dict):
                if id(schema) in seen:
                    continue
                seen.add(id(schema))
                place, notes = place.inside(schema), {**notes, **_notes(schema)}
                waiting += [(*place.follow(schema[word]), notes) for word in REFERENCES & schema.keys()]
                waiting += [(place, inner, notes) for _, inner in schemas_below(schema)]
            self._add_rest(schema, notes)

    def _add_rest(self, schema: Any, notes: Notes) -> None:
        given = Provenance(notes.get("provenance", Provenance.DOCUMENTED))
        self.rest[id(schema)] = _heaviest([given, self.rest.get(id(schema), given)])


def _is_write_only(place: Place, schema: Any, depth: int = 0) -> bool:
    """Tell whether a value is one that no response has: by its schema, its `allOf`, or what these refer to."""
    if not isinstance(schema, dict) or depth > REFERENCES_AT_MOST:
        return False
    place = place.inside(schema)
    inner = [(place, each) for each in schema.get("allOf", ())]
    if "$ref" in schema:
        inner.append(place.follow(schema["$ref"]))
    return schema.get(Side.RESPONSE) is True or any(_is_write_only(*each, depth + 1) for each in inner)


def _notes(schema: Mapping[str, Any]) -> Notes:
    notes = schema.get("x-contract", {})
    return notes if isinstance(notes, dict) else {}


def _heaviest(provenances: Iterable[Provenance]) -> Provenance:
    return min(provenances, key=list(Provenance).index)


def _is_plain(key: str) -> bool:
    """Tell whether a key can be a step of a path, in which `*`, `.` and `|` have a meaning."""
    return key not in ("*", ".") and "|" not in key
