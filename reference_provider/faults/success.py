"""Faults of a success: the tables of ways laid on what the operation prints."""

from collections.abc import Iterator
from functools import partial

from reference_provider.answers import Answer, Delivery, json_answer
from reference_provider.faults import grounds
from reference_provider.faults.document_ways import (
    ways_of_envelope,
    ways_of_key,
    ways_of_payload,
    ways_of_sample,
    ways_of_value,
)
from reference_provider.faults.encoding_ways import ways_of_content_coding, ways_of_json, ways_of_media_type
from reference_provider.faults.model import Fault, Scene, Way, laid
from reference_provider.faults.printed import MESSAGE, Printed, kebab
from reference_provider.faults.recognition import values_of, whom
from reference_provider.faults.spoils import changed, chosen, dropped, instead, put
from reference_provider.faults.status_ways import ways_of_delivery, ways_of_redirect, ways_of_status
from reference_provider.world import Account

STATUS_CLAUSE = "status.is-200"
OWNER_CLAUSE = "account.is-the-asking-one"

STATUS_WORDS: dict[str, object] = {
    "misspelt": "succcess",
    "capitalised": "Success",
    "upper-case": "SUCCESS",
    "with-blank": "success ",
    "says-error": "error",
    "says-ok": "ok",
    "empty": "",
}
WRONG_STATUSES = (201, 202, 204, 206, 304, 400, 403, 404, 405, 409, 418, 422, 500, 501, 503, 504, 520)


def success_faults(page: Printed) -> Iterator[Fault]:
    """Every fault of a success, by either credential and by one alone."""
    for ways in (_document_ways, _meaning_ways, _owner_ways, _transfer_ways):
        yield from laid((grounds.success(page),), ways(page))
    yield from laid(grounds.one_credential(page), _one_credential_ways(page))
    yield from laid(grounds.other_sheets(page), ways_of_status(STATUS_CLAUSE, (400, 415, 500), alone=True))
    if page.reads:
        yield from laid(grounds.one_credential(page)[1:], _by_api_key_ways(page))
        yield from laid((grounds.asked_twice(page),), _again_ways(page))


def success_of(page: Printed, scene: Scene, account: Account) -> Answer:
    """A success made up, with the data of this account in it."""
    return json_answer(200, page.document(values_of(scene, account)))


def strangers_answer(page: Printed, scene: Scene) -> Answer:
    """A success with the data of an account that did not ask."""
    return success_of(page, scene, scene.world.stranger)


def meant_answer(page: Printed, scene: Scene) -> Answer:
    """A success with the data of whom the provider takes the asking one for."""
    return success_of(page, scene, whom(scene))


def _document_ways(page: Printed) -> Iterator[Way]:
    for key in (*page.envelope, *page.keys):
        yield from ways_of_key(key)
    for key in page.keys:
        if key.kinds == ("object",) and len(key.place) == 1 and page.envelope:
            yield from ways_of_payload(key)
    if page.envelope and page.keys and not page.is_envelope_optional:
        yield from ways_of_envelope(page.keys[0])


def _meaning_ways(page: Printed) -> Iterator[Way]:
    for key in page.envelope:
        if key.place == MESSAGE and page.message_looks:
            yield from ways_of_value(key, f"envelope.message-is-{page.message_looks}", _messages(page.message))
        elif key.place == MESSAGE:
            continue
        elif key.literal == page.status:
            others = {name: word for name, word in STATUS_WORDS.items() if word not in page.also_says}
            yield from ways_of_value(key, key.clause, others)
        else:
            yield from ways_of_value(key, key.clause, {"another": 40})
    for key in page.keys:
        yield from ways_of_sample(key)
        if key.shows:
            another = changed(key.place, lambda value: f"{value}-else")
            clauses, words = (f"answer.shows-{kebab(key.shows)}",), f"has another {key.shown} than asked for"
            yield Way(f"{key.label}-is-another", clauses, words, another, key.place)


def _messages(printed: str) -> dict[str, object]:
    others = {
        "reworded": "Here is what you asked for.",
        "without-stop": printed.removesuffix("."),
        "capitalised": printed[:1].swapcase() + printed[1:],
        "empty": "",
    }
    return {name: message for name, message in others.items() if message != printed}


def _owner_ways(page: Printed) -> Iterator[Way]:
    clauses = (OWNER_CLAUSE,)
    for key in page.keys:
        if not key.is_owner:
            continue
        place = key.place
        yield Way("of-another-account", clauses, "is another account's", instead(partial(strangers_answer, page)))
        yield Way("user-id-of-another", clauses, "has another account's user_id", chosen(place, _strangers_id), place)
        yield Way("user-id-is-email", clauses, "has the account's email as user_id", chosen(place, _email), place)
        cut = changed(place, lambda value: value[:12])
        yield Way("user-id-cut-short", clauses, "has half of user_id", cut, place)


def _strangers_id(scene: Scene, _: object) -> str:
    return scene.world.stranger.user_id


def _email(scene: Scene, _: object) -> str:
    return whom(scene).email


def _transfer_ways(page: Printed) -> Iterator[Way]:
    yield from ways_of_media_type()
    yield from ways_of_json()
    yield from ways_of_content_coding("body.is-strict-json")
    yield from ways_of_status(STATUS_CLAUSE, WRONG_STATUSES, alone=True)
    yield from ways_of_redirect(STATUS_CLAUSE, page.path, alone=True)
    lost = (Delivery.NONE, Delivery.NEVER, Delivery.DRIPPING, Delivery.NOT_HTTP)
    yield from ways_of_delivery(STATUS_CLAUSE, *lost, alone=True)
    yield from ways_of_delivery("body.is-strict-json", Delivery.CUT)


def _one_credential_ways(page: Printed) -> Iterator[Way]:
    yield from ways_of_status(STATUS_CLAUSE, (201, 401, 403, 404, 500, 503), alone=True)
    yield from ways_of_delivery(STATUS_CLAUSE, Delivery.NONE, alone=True)
    for key in (*page.envelope[:2], *page.keys[:2]):
        if key.place and key.place[-1] != "*":
            yield Way(f"{key.label}-absent", (key.clause,), f"lacks {key.shown}", dropped(key.place), key.place)
    if any(key.is_owner for key in page.keys):
        another = instead(partial(strangers_answer, page))
        yield Way("of-another-account", (OWNER_CLAUSE,), "is another account's", another)


def _by_api_key_ways(page: Printed) -> Iterator[Way]:
    clauses = ("answer.is-the-same-by-bearer",)
    for key in page.payload:
        words = f"has another {key.shown} than by bearer token"
        yield Way(f"{key.label}-differs", clauses, words, changed(key.place, _another), key.place)
        if "null" in key.kinds:
            words = f"has null as {key.shown}, unlike by bearer token"
            yield Way(f"{key.label}-hidden", clauses, words, put(key.place, None), key.place)


def _another(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"{value}-by-key"
    return value + 1


def _again_ways(page: Printed) -> Iterator[Way]:
    clauses = ("answer.is-the-same-again",)
    for key in page.payload:
        counted = chosen(key.place, lambda scene, value: f"{value}-{scene.times_asked}")
        yield Way(f"{key.label}-changes", clauses, f"has another {key.shown} each time", counted, key.place)
