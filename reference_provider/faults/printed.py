"""What a page prints of one operation: request fields, the keys of a success, the errors; and documents made of them.

The tables of `pages.py` are written in these terms. From them follow the names of the clauses that a fault breaks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from reference_provider.faults.model import Place

Values = Mapping[str, str]
"""Of one account, by the name that the provider states give them: `projectId`, `email`; and `user_id`."""

INVENTED: dict[str, object] = {
    "text": "harbour-lights-at-seven",
    "number": 7.5,
    "whole-number": 7,
    "boolean": True,
    "date-time": "2026-03-09T08:00:00.000Z",
    "uri": "https://hooks.example.test/harbour-lights",
    "email": "harbour.lights@example.test",
    "active": "ACTIVE",
    "available": "AVAILABLE",
    "false": False,
}
"""A value of each kind and each look, for documents made up."""


def kebab(key: str) -> str:
    """The key in kebab-case, whatever case the vendor wrote it in."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", key).lower()).strip("-")


MESSAGE: Place = ("message",)
STATUS: Place = ("status",)


@dataclass(frozen=True)
class Key:
    """A printed key: where it stands, the JSON types it may have, and what only a sample shows of it.

    `looks` is the form of the sample (`uri`, `active`), `value` the name of the account's value that stands here,
    `shows` the name of what was asked for and has to come back here; `literal` is all that it may ever be.
    """

    place: Place
    kinds: tuple[str, ...] = ("text",)
    looks: str = ""
    is_filled: bool = False
    is_optional: bool = False
    is_owner: bool = False
    value: str = ""
    shows: str = ""
    literal: str | int | None = None

    @cached_property
    def name(self) -> str:
        """The place in kebab-case, list items unnamed: `project-data-user-id`."""
        return "-".join(kebab(step) for step in self.place if step != "*")

    @property
    def label(self) -> str:
        """The place in the name of a fault."""
        return "-".join([self.name, "item"] if self.place[-1:] == ("*",) else [self.name or "document"]).strip("-")

    @property
    def shown(self) -> str:
        """The place as a reader writes it."""
        return ".".join(self.place) or "the document"

    @property
    def topic(self) -> str:
        """How the clauses of this key begin; `-` follows unless the key is the document."""
        return f"body.{self.name}-" if self.name else "body."

    @property
    def clause(self) -> str:
        """The clause that says of what JSON type this is."""
        if self.literal is not None:
            topic = "envelope" if self.place == STATUS else "body"
            return f"{topic}.{self.name}-is-{kebab(str(self.literal))}"
        if self.place == MESSAGE:
            return "envelope.message-is-text"
        return f"{self.topic}is-{'-or-'.join(self.kinds)}"

    def looks_clause(self, looks: str) -> str:
        """The clause that says what the sample shows."""
        return f"{self.topic}is-{looks}"


def block(under: str, lines: str) -> tuple[Key, ...]:
    """The keys of a block, each on a line or before a semicolon: place, JSON types, and what is known more.

    That is a look, `filled`, `optional`, `owner`, or the name of a value after `=`.
    """
    holder = tuple(under.split(".")) if under else ()
    return tuple(_key(holder, line.split()) for line in re.split(r"[;\n]", lines) if line.strip())


def _key(holder: Place, words: list[str]) -> Key:
    place, kinds, *flags = words
    known = {"filled", "optional", "owner"}
    looks = [flag for flag in flags if flag not in known and not flag.startswith("=")]
    return Key(
        place=(*holder, *(() if place == "." else place.split("."))),
        kinds=tuple(kinds.split("/")),
        looks="".join(looks),
        is_filled="filled" in flags,
        is_optional="optional" in flags,
        is_owner="owner" in flags,
        value="".join(flag[1:] for flag in flags if flag.startswith("=")),
    )


def showing(shows: str, keys: tuple[Key, ...]) -> tuple[Key, ...]:
    """The keys, with what each shows of what was asked for: `name=place`, one after another."""
    names = {tuple(place.split(".")): name for name, _, place in (each.partition("=") for each in shows.split())}
    return tuple(replace(key, shows=names.get(key.place, "")) for key in keys)


@dataclass(frozen=True)
class Field:
    """A field of the request: its JSON type, or `id`, `shared` (an id that every account may use), `email`, `sheet`.

    A sheet is a file, CSV or XLSX.
    """

    name: str
    kind: str = "text"
    is_required: bool = True
    in_path: bool = False

    @property
    def slug(self) -> str:
        """The name in kebab-case."""
        return kebab(self.name)

    @property
    def names_object(self) -> bool:
        """Whether it is the id of something."""
        return self.kind in ("id", "shared")


def request_fields(text: str, path: str) -> tuple[Field, ...]:
    """The fields of a request, `name kind` each, `?` after the name of one that may be left out."""
    pairs = (each.split() for each in text.split(",") if each.strip())
    return tuple(Field(name.rstrip("?"), kind, not name.endswith("?"), f"{{{name}}}" in path) for name, kind in pairs)


@dataclass(frozen=True)
class Printed:
    """One operation as its page prints it.

    `errors` lists, by status, the cases that the page prints it for; a refused credential is no case of its own there.
    `refusals` is `printed`, `assumed` or empty (no credential is asked for, or 401 means something else).
    `message` and `status` are empty where a success prints none; `message_looks` is what a sample shows of the one,
    empty where there is no sample, `also_says` what is as good as the other. `literal` is one more key that says how it
    went. `others` are cases that the page has no answer for, `others_status` is what we answer them with.
    """

    operation: str
    method: str
    path: str
    credential: str
    fields: tuple[Field, ...] = ()
    message: str = ""
    message_looks: str = "as-printed"
    status: str = "success"
    also_says: tuple[str, ...] = ()
    literal: tuple[str, int] | None = None
    keys: tuple[Key, ...] = ()
    errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    refusals: str = ""
    others: tuple[str, ...] = ()
    others_status: int = 400
    reads: bool = False
    is_multipart: bool = False
    is_envelope_optional: bool = False

    @property
    def schemes(self) -> tuple[str, ...]:
        """The ways in which a success carries its credential, as its cases are named."""
        return {"either": ("by-bearer", "by-api-key"), "bearer": ("by-bearer",), "none": ("without-credential",)}[
            self.credential
        ]

    @property
    def sheets(self) -> tuple[str, ...]:
        """The successes in which a sheet is sent in its other form, as their cases are named."""
        return tuple(f"{field.slug}-as-xlsx" for field in self.fields if field.kind == "sheet")

    @cached_property
    def payload(self) -> tuple[Key, ...]:
        """The keys that hold no other key: what a success is about."""
        inner = {key.place[:-1] for key in self.keys} | {
            key.place[:-2] for key in self.keys if key.place[-1:] != ("*",) and key.place[-2:-1] == ("*",)
        }
        return tuple(key for key in self.keys if key.place not in inner and key.place)

    @cached_property
    def envelope(self) -> tuple[Key, ...]:
        """The keys that wrap a success: a message, and what an error must never say."""
        is_optional = self.is_envelope_optional
        if not self.status:
            return ()
        message = Key(MESSAGE, is_optional=is_optional)
        status = Key(STATUS, is_optional=is_optional, literal=self.status)
        number = (Key((self.literal[0],), ("whole-number",), literal=self.literal[1]),) if self.literal else ()
        return (message, status, *number)

    def document(self, values: Values) -> Any:
        """A success made up of what is printed, with these values of an account in it."""
        message = self.message or "done."
        whole = {key.place[0]: message if key.literal is None else key.literal for key in self.envelope}
        whole |= _object_at(self.keys, (), values)
        root = next((key for key in self.keys if not key.place), None)
        return _made(self.keys, root, values) if root else whole


def _object_at(printed: tuple[Key, ...], place: Place, values: Values) -> dict[str, Any]:
    depth = len(place)
    below = (key for key in printed if len(key.place) == depth + 1 and key.place[:depth] == place)
    return {key.place[-1]: _made(printed, key, values) for key in below if key.place[-1] != "*"}


def _made(printed: tuple[Key, ...], key: Key, values: Values) -> Any:
    kind = key.kinds[0]
    if kind == "object":
        return _object_at(printed, key.place, values)
    if kind == "list":
        item = next((each for each in printed if each.place == (*key.place, "*")), None)
        return [_made(printed, item, values)] if item else []
    named = "user_id" if key.is_owner else key.value
    return values.get(named) or INVENTED.get(key.looks, INVENTED[kind])


def absent_names(case: str) -> tuple[str, ...]:
    """The fields, in kebab-case, that this case leaves out; none if it is no such case."""
    return tuple(case.removesuffix("-absent").split("-and-")) if case.endswith("-absent") else ()
