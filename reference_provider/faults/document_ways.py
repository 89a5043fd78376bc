"""Ways to spoil the JSON document of a success, made from the keys that an operation prints."""

import json
from collections.abc import Iterator
from functools import partial

from reference_provider.faults.model import Spoil, Way
from reference_provider.faults.printed import Key, kebab
from reference_provider.faults.spoils import changed, dropped, put, renamed, with_document

WRONG_VALUES: dict[str, object] = {
    "text": "seven",
    "number": 7,
    "boolean": True,
    "array": ["seven"],
    "object": {"seven": "seven"},
}

VALUES_OF_KIND = {"list": "array", "whole-number": "number"}
"""Which of the wrong values is right for a kind of another name."""

NO_URIS: dict[str, object] = {
    "words": "not a link",
    "relative": "/hooks/status",
    "host-only": "hooks.example.test",
    "with-blank": "https://hooks.example.test/a b",
    "empty": "",
}

UNLIKE: dict[str, dict[str, object]] = {
    "uri": NO_URIS,
    "email": {"words": "not an address"},
    "date-time": {"words": "yesterday"},
    "as-described": {"words": "not as described"},
    "one-of-the-printed": {"unheard-of": "hovering"},
    "active": {"inactive": "INACTIVE", "lower-case": "active", "empty": ""},
    "available": {"unheard-of": "HOVERING"},
    "false": {"true": True},
}
"""For each look of a sample, values of the right type that do not have it."""


def recased(key: str) -> str:
    """The same key as a vendor of other habits writes it: `user_id` and `userId` swapped, `name` as `Name`."""
    if "_" in key:
        first, *others = key.split("_")
        return first + "".join(map(str.capitalize, others))
    snake = kebab(key).replace("-", "_")
    return snake if snake != key else key.capitalize()


def ways_of_key(key: Key) -> Iterator[Way]:
    """The key absent, under another name, null, and as each wrong JSON type."""
    made = partial(_way, key, key.clause)
    if key.place and key.place[-1] != "*" and not key.is_optional:
        other = recased(key.place[-1])
        yield made("absent", f"lacks {key.shown}", dropped(key.place))
        yield made("renamed", f"has {key.shown} as {other}", renamed(key.place, other))
    if "null" not in key.kinds:
        yield made("null", f"has null as {key.shown}", put(key.place, None))
    right = {VALUES_OF_KIND.get(kind, kind) for kind in key.kinds}
    for kind, value in WRONG_VALUES.items():
        if kind not in right:
            yield made(f"is-{kind}", f"has {kind} as {key.shown}", put(key.place, value))


def ways_of_value(key: Key, clause: str, values: dict[str, object]) -> Iterator[Way]:
    """The key with each of these values: right in type, wrong in meaning."""
    for name, value in values.items():
        yield _way(key, clause, name, f"has {value!r} as {key.shown}", put(key.place, value))


def ways_of_sample(key: Key) -> Iterator[Way]:
    """The key with values that do not look as the sample does, or empty where the sample is not."""
    if key.is_filled:
        yield from ways_of_value(key, key.looks_clause("not-empty"), {"empty": ""})
    if key.looks:
        unlike = {"empty": []} if "list" in key.kinds else UNLIKE[key.looks]
        yield from ways_of_value(key, key.looks_clause(key.looks), unlike)


def _way(key: Key, clause: str, name: str, words: str, spoil: Spoil) -> Way:
    return Way(f"{key.label}-{name}", (clause,), words, spoil, key.place)


def ways_of_payload(payload: Key) -> Iterator[Way]:
    """The payload in another shape or another place."""
    (name,) = payload.place
    for way, words, spoil in (
        ("in-a-list", "in a list", changed(payload.place, lambda value: [value])),
        ("as-json-text", "as JSON inside a text", changed(payload.place, json.dumps)),
        ("at-top-level", "one level too high", with_document(lambda whole: whole | whole.pop(name))),
        ("under-data", "under a key data", with_document(lambda whole: {"data": whole.pop(name), **whole})),
    ):
        yield Way(f"{payload.label}-{way}", (payload.clause,), f"has {name} {words}", spoil)


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
