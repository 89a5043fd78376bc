"""The ways in which an answer is changed, each as a function from answer to answer.

Where several faults are on, each spoils what the one before it left, and leaves alone what it can no longer read.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from reference_provider.answers import Answer, Delivery, Headers
from reference_provider.faults.model import Place, Scene, Spoil

Edit = Callable[[Any, Any], None]


def edited(place: Place, edit: Edit) -> Spoil:
    """Changes the JSON document at one place: `edit` gets the object or list that holds it, and its key or index."""

    def spoil(_: Scene, answer: Answer) -> Answer:
        try:
            whole = {"": json.loads(answer.body)}
            for holder, key in list(_ends(whole, ("", *place))):
                edit(holder, key)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return answer
        return replace(answer, body=json.dumps(whole[""]).encode())

    return spoil


def _ends(holder: Any, place: Place) -> Iterator[tuple[Any, Any]]:
    first, *rest = place
    for key in range(len(holder)) if first == "*" else (first,):
        if rest:
            yield from _ends(holder[key], tuple(rest))
        else:
            yield holder, key


def put(place: Place, value: object) -> Spoil:
    """Another value at this place, whether there was one or not."""
    return chosen(place, lambda *_: value)


def changed(place: Place, change: Callable[[Any], object]) -> Spoil:
    """The value at this place changed."""
    return edited(place, lambda holder, key: holder.__setitem__(key, change(holder[key])))


def chosen(place: Place, choose: Callable[[Scene, Any], object]) -> Spoil:
    """A value that depends on the scene, and on the one at this place; that is None where there is none."""

    def spoil(scene: Scene, answer: Answer) -> Answer:
        def edit(holder: Any, key: Any) -> None:
            holder[key] = choose(scene, holder.get(key) if isinstance(holder, dict) else holder[key])

        return edited(place, edit)(scene, answer)

    return spoil


def dropped(place: Place) -> Spoil:
    """Nothing at this place."""
    return edited(place, lambda holder, key: holder.pop(key))


def renamed(place: Place, name: str) -> Spoil:
    """The value at this place under another key."""
    return edited(place, lambda holder, key: holder.update({name: holder.pop(key)}))


def with_document(change: Callable[[Any], object]) -> Spoil:
    """The whole document changed."""
    return changed((), change)


def with_body(change: Callable[[bytes], bytes]) -> Spoil:
    """The bytes of the body changed."""
    return lambda _, answer: replace(answer, body=change(answer.body))


def with_status(status: int, **headers: str) -> Spoil:
    """Another status, the body kept, headers added."""
    return lambda _, answer: replace(answer, status=status, headers=answer.headers + tuple(headers.items()))


def with_header(name: str, value: str | None) -> Spoil:
    """One header replaced, or left out."""
    return lambda _, answer: replace(answer, headers=_replaced(answer.headers, name, value))


def page(media_type: str, text: str) -> Spoil:
    """A body of another kind."""
    return both(with_header("Content-Type", media_type), with_body(lambda _: text.encode()))


def delivered(delivery: Delivery) -> Spoil:
    """The same answer, badly delivered."""
    return lambda _, answer: replace(answer, delivery=delivery)


def instead(make: Callable[[Scene], Answer]) -> Spoil:
    """Another answer altogether."""
    return lambda scene, _: make(scene)


def both(first: Spoil, second: Spoil) -> Spoil:
    """One after the other."""
    return lambda scene, answer: second(scene, first(scene, answer))


def _replaced(headers: Headers, name: str, value: str | None) -> Headers:
    kept = tuple(header for header in headers if header[0].lower() != name.lower())
    return kept if value is None else (*kept, (name, value))
