"""What the schema of a body says of each value in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from talkstack_contract.model.words import (
    Json,
    Provenance,
)


@dataclass(frozen=True)
class Location:
    """A keyword in a schema object, as it asks something of the value at `path`.

    `schema` is the identity (`id`) of that object: several may say the same, and one may stand for several values.
    """

    path: tuple[str, ...]
    schema: int
    keyword: str


@dataclass(frozen=True)
class SchemaViolation:
    """What a body breaks, by the standard: the place in the body, the schema object (its `id`), and the keyword.

    `rest_of` is None where a described value answers for it, else the provenance of what belongs to the whole.
    """

    path: tuple[str | int, ...]
    schema: int
    keyword: str
    rest_of: Provenance | None


class BodySchema(Protocol):
    """The schema of a body, as it stands; `is_text` tells that the body is text, and no JSON."""

    is_text: bool

    def violations(self, body: Json) -> tuple[SchemaViolation, ...]:
        """Return all that `body` breaks."""


@dataclass(frozen=True)
class SchemaPart:
    """What one clause answers for in the schema of a body: keywords at their places, or the rest of one provenance.

    `kinds` are the JSON types that these keywords say anything about; none where they do of each.
    """

    schema: BodySchema
    locations: tuple[Location, ...] = ()
    rest_of: Provenance | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lasting:
    """What two responses agree in: the values at `paths`, without what stands at the `volatile` paths below them."""

    paths: tuple[tuple[str, ...], ...]
    volatile: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class DescribedValue:
    """One value that a JSON Schema describes: where it stands, what its schemas ask of it, and our notes on that.

    `is_optional` tells that a sound body may lack it: its key, or one around it, need not be there or may be null.
    """

    path: tuple[str, ...]
    required: bool
    keywords: Mapping[str, Json]
    notes: Mapping[str, str]
    is_optional: bool = False
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True)
class ResponseHeader:
    """A header of a response. `kinds` are the JSON types of its value, as which its text is read."""

    name: str
    schema: BodySchema
    kinds: tuple[str, ...] = ()
    is_required: bool = False
    explode: bool = False
