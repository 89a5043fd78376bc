"""Where a schema stands, and what its references lead to.

The door to `referencing`. Every file of `schemas/` is known by its path, and by the `$id` that it gives itself; an
OpenAPI document is searched for the schemas inside it. Nothing is ever fetched.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from jsonschema_specifications import REGISTRY as META_SCHEMAS
from referencing import Registry, Resource, Specification
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from talkstack_contract.contract.schema_vocabulary import is_schema
from talkstack_contract.errors import BadInput

BASE = "http://schemas.invalid/"
"""A name for the folder `schemas/`, so that relative references resolve."""
_NO_SCHEMA_INSIDE = frozenset({"example", "examples", "default", "x-contract"})


def schemas_in(document: Any) -> Iterator[Any]:
    """Yield each schema that an OpenAPI document, or a part of one, holds."""
    if isinstance(document, list):
        for inner in document:
            yield from schemas_in(inner)
    elif isinstance(document, dict):
        for key, inner in document.items():
            if key == "schema":
                yield inner
            elif key == "schemas" and isinstance(inner, dict):
                yield from inner.values()
            elif key not in _NO_SCHEMA_INSIDE:
                yield from schemas_in(inner)


def _specification(documents: Iterable[Any]) -> Specification[Any]:
    """Return the rules by which schemas are found: those of JSON Schema, and in these documents those of OpenAPI."""
    openapi = {id(document) for document in documents}

    def subresources_of(contents: Any) -> Iterable[Any]:
        found = schemas_in(contents) if id(contents) in openapi else DRAFT202012.subresources_of(contents)
        return (each for each in found if isinstance(each, (dict, bool)))

    def anchors_in(specification: Specification[Any], contents: Any) -> Iterable[Any]:  # noqa: ARG001
        return () if id(contents) in openapi else DRAFT202012.anchors_in(contents)

    def id_of(contents: Any) -> str | None:
        return None if id(contents) in openapi else DRAFT202012.id_of(contents)

    return Specification(  # type: ignore[call-arg]  # its attrs are not seen
        name="OpenAPI 3.1, and the JSON Schemas in it",
        id_of=id_of,
        subresources_of=subresources_of,
        anchors_in=anchors_in,
        maybe_in_subresource=_maybe_in_subresource,
    )


def _maybe_in_subresource(segments: Sequence[int | str], resolver: Any, subresource: Resource[Any]) -> Any:  # noqa: ARG001
    contents = subresource.contents
    return resolver.in_subresource(subresource) if isinstance(contents, dict) and "$id" in contents else resolver


def looked_up(resolver: Any, reference: str) -> tuple[Any, Any]:
    """Return what a reference leads to, and the resolver of what stands there. Raises `Unresolvable`.

    A whole file is a base by the `$id` that it gives itself, wherever it was found.
    """
    found = resolver.lookup(reference)
    own = found.contents.get("$id") if isinstance(found.contents, dict) else None
    is_moved = isinstance(own, str) and urlsplit(own).scheme and not urldefrag(reference).fragment
    inside = found.resolver.in_subresource(DRAFT202012.create_resource(found.contents)) if is_moved else found.resolver
    return found.contents, inside


@dataclass(frozen=True)
class Place:
    """Where a schema stands: its file, as errors name it, and the base that its references are resolved against.

    `entered` is the identity of a schema that is inside its own base already.
    """

    file: str
    base: str
    resolver: Any
    files: Mapping[str, str]
    entered: int = 0

    def inside(self, schema: Any) -> "Place":
        """Return the place of what stands in `schema`: a schema with an `$id` is a base of its own."""
        if not isinstance(schema, dict) or not isinstance(schema.get("$id"), str) or id(schema) == self.entered:
            return self
        resolver = self.resolver.in_subresource(DRAFT202012.create_resource(schema))
        return replace(self, base=urljoin(self.base, schema["$id"]), resolver=resolver, entered=id(schema))

    def follow(self, reference: str) -> tuple["Place", Any]:
        """Return what a reference leads to, and its place. Raises `BadInput` for one that leads nowhere."""
        try:
            contents, resolver = looked_up(self.resolver, reference)
        except (Unresolvable, LookupError, TypeError, ValueError, AttributeError):
            problem = f"{reference!r} leads nowhere"
            raise BadInput(f"schemas/{self.file}", "$ref", problem, "name a file and a key") from None
        base = urldefrag(urljoin(self.base, reference)).url
        return Place(self.files.get(base, self.file), base, resolver, self.files, id(contents)), contents

    def steps_to(self, part: Any) -> tuple[str, ...] | None:
        """Return the keys under which a part stands in the document of this base, None where it is not in it."""
        waiting: list[tuple[tuple[str, ...], Any]] = [((), self.resolver.lookup(self.base).contents)]
        while waiting:
            steps, here = waiting.pop()
            if here is part:
                return steps
            inner = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
            waiting += [((*steps, str(key)), value) for key, value in inner]
        return None


class SchemaFiles:
    """Every file of `schemas/`, by its path in that folder."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        rules = _specification(each for path, each in documents.items() if not is_schema_file(path, each))
        resources = [(BASE + path, rules.create_resource(document)) for path, document in documents.items()]
        registry: Registry[Any] = Registry().with_resources(resources)
        self._registry = META_SCHEMAS.combine(registry).crawl()
        self._files = {BASE + path: path for path in documents}
        for path, document in documents.items():
            if is_schema_file(path, document) and (own := DRAFT202012.id_of(document)):
                self._files.setdefault(urljoin(BASE + path, own), path)

    def place(self, file: str) -> Place:
        """Return the place of what stands in a file; an `$id` of its own is its base."""
        return Place(file, BASE + file, self._registry.resolver(BASE + file), self._files)


def is_schema_file(path: str, document: Any) -> bool:
    """Tell whether a file is a JSON Schema: each `.json` is, and a `.yaml` with the words of one."""
    return path.endswith(".json") or is_schema(document)
