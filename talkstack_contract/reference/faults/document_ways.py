"""Ways to spoil the JSON document of a success, made from the keys that an operation prints."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from talkstack_contract.reference.faults.model import Way
from talkstack_contract.reference.faults.spoils import Place, changed, dropped, put, renamed, with_document


@dataclass(frozen=True)
class Key:
    """A printed key: where it stands, the clause that says its JSON type, and what it may be."""

    place: Place
    clause: str
    kind: str = "text"
    may_be_null: bool = False

    @property
    def name(self) -> str:
        """The place in kebab-case: `project-data-user-id`."""
        return "-".join(map(kebab, self.place))


WRONG_VALUES: dict[str, object] = {
    "text": "seven",
    "number": 7,
    "boolean": True,
    "array": ["seven"],
    "object": {"seven": "seven"},
}


def kebab(key: str) -> str:
    """The key in kebab-case, whatever case the vendor wrote it in."""
    return re.sub(r"_|(?<=[a-z])(?=[A-Z])", "-", key).lower()


def recased(key: str) -> str:
    """The same key as a vendor of other habits writes it: `user_id` and `userId` swapped, `name` as `Name`."""
    if "_" in key:
        first, *others = key.split("_")
        return first + "".join(map(str.capitalize, others))
    snake = kebab(key).replace("-", "_")
    return snake if snake != key else key.capitalize()


def ways_of_key(key: Key) -> Iterator[Way]:
    """The key absent, under another name, null, and as each wrong JSON type."""
    clauses, shown = (key.clause,), ".".join(key.place)
    other = recased(key.place[-1])
    yield Way(f"{key.name}-absent", clauses, f"lacks {shown}", dropped(key.place))
    yield Way(f"{key.name}-renamed", clauses, f"has {shown} as {other}", renamed(key.place, other))
    if not key.may_be_null:
        yield Way(f"{key.name}-null", clauses, f"has null as {shown}", put(key.place, None))
    for kind, value in WRONG_VALUES.items():
        if kind != key.kind:
            yield Way(f"{key.name}-is-{kind}", clauses, f"has {kind} as {shown}", put(key.place, value))


def ways_of_value(key: Key, clause: str, values: dict[str, object]) -> Iterator[Way]:
    """The key with each of these values: right in type, wrong in meaning."""
    for name, value in values.items():
        words = f"has {value!r} as {'.'.join(key.place)}"
        yield Way(f"{key.name}-{name}", (clause,), words, put(key.place, value))


def ways_of_payload(payload: Key) -> Iterator[Way]:
    """The payload in another shape or another place."""
    (name,) = payload.place
    for way, words, spoil in (
        ("in-a-list", "in a list", changed(payload.place, lambda value: [value])),
        ("as-json-text", "as JSON inside a text", changed(payload.place, json.dumps)),
        ("at-top-level", "one level too high", with_document(lambda whole: whole | whole.pop(name))),
        ("under-data", "under a key data", with_document(lambda whole: {"data": whole.pop(name), **whole})),
    ):
        yield Way(f"{payload.name}-{way}", (payload.clause,), f"has {name} {words}", spoil)


def ways_of_envelope(payload: Key) -> Iterator[Way]:
    """The whole document in another shape."""
    clauses = ("envelope.message-is-text", payload.clause)
    (name,) = payload.place
    yield Way("document-in-a-list", clauses, "is a list", with_document(lambda whole: [whole]))
    yield Way("document-under-data", clauses, "stands under a key data", with_document(lambda whole: {"data": whole}))
    yield Way("document-is-null", clauses, "is null", with_document(lambda _: None))
    yield Way("document-is-text", clauses, "is a text", with_document(lambda _: "success"))
    yield Way("document-is-empty", clauses, "is an empty object", with_document(lambda _: {}))
    yield Way("without-envelope", ("envelope.message-is-text",), f"is {name} alone", with_document(lambda w: w[name]))
