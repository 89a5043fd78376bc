"""Refuses what a schema says and nobody would judge: unknown words, formats and dialects, a circle, a bad example."""

from collections.abc import Iterator
from typing import Any

from talkstack_contract.contract.json_schema import FORMATS, BodyValidator, check_schema
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.schema_vocabulary import (
    HINTS,
    IN_PLACE,
    JUDGED,
    KNOWN,
    REFERENCES,
    all_schemas,
    schemas_below,
)
from talkstack_contract.errors import BadInput, nearest

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REMEDIES = {"nullable": "is of OpenAPI 3.0; write type: [..., 'null']"}
_OTHER_DRAFTS = {
    "definitions": "$defs",
    "dependencies": "dependentRequired",
    "$recursiveRef": "$dynamicRef",
    "$recursiveAnchor": "$dynamicAnchor",
    "id": "$id",
}


class SchemaChecker:
    """Checks schemas before anything is judged by them.

    `is_open` is for a contract whose root says `jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema`: there
    a word that the dialect does not know is an annotation, and so is a format.
    """

    def __init__(self, *, is_open: bool = False) -> None:
        self._is_open = is_open
        self._checked: set[int] = set()
        self._valid: set[int] = set()

    def check_valid(self, file: str, schema: Any) -> None:
        """Raise `BadInput` unless `schema` is a JSON Schema 2020-12. One known to be is not held to it again."""
        if id(schema) not in self._valid:
            check_schema(file, schema)
            self._valid |= {id(inner) for _, inner in all_schemas(schema)}

    def check(self, place: Place, schema: Any) -> None:
        """Check a schema and all it leads to. Raises `BadInput`, which names file, key and remedy."""
        reached: list[tuple[Place, tuple[str, ...], Any]] = []
        waiting = [(place, schema)]
        while waiting:
            place, schema = waiting.pop()
            if id(schema) in self._checked:
                continue
            self.check_valid(place.file, schema)
            for path, inner, there in _with_places(place, schema):
                self._checked.add(id(inner))
                self._check_words(there, path, inner)
                reached.append((there, path, inner))
                if isinstance(inner, dict):
                    waiting += [there.follow(inner[word]) for word in REFERENCES & inner.keys()]
        for there, path, inner in reached:  # every reference leads somewhere, so that they can be followed
            _check_circle(there, path, inner, ())
            self._check_examples(there, path, inner)

    def _check_words(self, place: Place, path: tuple[str, ...], schema: Any) -> None:
        if not isinstance(schema, dict):
            return
        file = f"schemas/{place.file}"
        if schema.get("$schema", DIALECT).rstrip("#") != DIALECT:
            problem = f"{schema['$schema']!r} is a dialect that is not judged"
            raise BadInput(file, _named(place, schema, path, "$schema"), problem, f"write the schema in {DIALECT}")
        if self._is_open:
            return
        for key in schema:
            if key not in KNOWN and not key.startswith("x-"):
                remedy = _REMEDIES.get(key) or (
                    f"write {_OTHER_DRAFTS[key]}" if key in _OTHER_DRAFTS else nearest(key, JUDGED)
                )
                raise BadInput(file, _named(place, schema, path, key), "is a keyword that is not judged", remedy)
        name = schema.get("format")
        if name is not None and name not in {*FORMATS.checkers, *HINTS}:
            problem = f"{name!r} is a format that nothing checks"
            raise BadInput(file, _named(place, schema, path, "format"), problem, nearest(name, FORMATS.checkers))

    def _check_examples(self, place: Place, path: tuple[str, ...], schema: Any) -> None:
        """Hold the examples of a schema to it: one that breaks it shows that one of them is wrong."""
        if not isinstance(schema, dict):
            return
        examples = [("examples", each) for each in schema.get("examples", ())]
        examples += [("example", schema["example"])] if "example" in schema else []
        for key, example in examples:
            try:
                check_example(place, schema, example, key, are_formats_judged=not self._is_open)
            except BadInput as error:  # only now, as the whole file is searched for the place of the schema
                raise error.at(_named(place, schema, path, key)) from None


def check_example(place: Place, schema: Any, example: Any, key: str, *, are_formats_judged: bool = True) -> None:
    """Raise `BadInput` where an example is not what its schema asks."""
    broken = BodyValidator(place, schema, are_formats_judged=are_formats_judged).broken(example)
    if broken:
        at = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in broken[0].path)
        problem = f"the example breaks its schema at ${at} ({broken[0].keyword or 'false'})"
        raise BadInput(f"schemas/{place.file}", key, problem, "correct the example, or the schema")


def _with_places(place: Place, schema: Any) -> Iterator[tuple[tuple[str, ...], Any, Place]]:
    """Yield each schema inside a schema, with its keys and its place: an `$id` on the way is a new base."""
    waiting: list[tuple[tuple[str, ...], Any, Place]] = [((), schema, place.inside(schema))]
    while waiting:
        path, schema, place = waiting.pop()
        yield path, schema, place
        waiting += [(path + steps, inner, place.inside(inner)) for steps, inner in schemas_below(schema)]


def _check_circle(place: Place, path: tuple[str, ...], schema: Any, above: tuple[int, ...]) -> None:
    """Refuse a schema that leads back to itself without a step into the value: to judge by it would never end."""
    if not isinstance(schema, dict):
        return
    if id(schema) in above:
        if id(schema) == above[0]:
            problem = "refers to itself, and says nothing of a value by that"
            raise BadInput(f"schemas/{place.file}", _named(place, schema, path), problem, "take the reference out")
        return
    if "$ref" in schema:
        there, target = place.follow(schema["$ref"])
        _check_circle(there.inside(target), path, target, (*above, id(schema)))
    for (word, *_), inner in schemas_below(schema):
        if word in IN_PLACE:
            _check_circle(place.inside(inner), path, inner, (*above, id(schema)))


def _named(place: Place, schema: Any, path: tuple[str, ...], *keys: str) -> str:
    """Name a key of a schema by its place in the file, or else by that below the schema that is checked."""
    return ".".join((*(place.steps_to(schema) or path), *keys)) or "$"
