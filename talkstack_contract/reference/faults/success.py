"""Faults of a success of getActiveProject: the tables of ways laid on what this operation prints."""

from collections.abc import Iterator

from talkstack_contract.reference.answers import Answer, Delivery
from talkstack_contract.reference.faults.document_ways import (
    Key,
    ways_of_envelope,
    ways_of_key,
    ways_of_payload,
    ways_of_value,
)
from talkstack_contract.reference.faults.encoding_ways import ways_of_content_coding, ways_of_json, ways_of_media_type
from talkstack_contract.reference.faults.grounds import ASKED_TWICE, BY_API_KEY, BY_BEARER, SUCCESS
from talkstack_contract.reference.faults.model import Fault, Scene, Way, laid
from talkstack_contract.reference.faults.spoils import changed, chosen, dropped, instead, put
from talkstack_contract.reference.faults.status_ways import ways_of_delivery, ways_of_redirect, ways_of_status
from talkstack_contract.reference.operations import project_answer

PATH = "/user/get-active-project"
PAYLOAD = "projectData"
STATUS_CLAUSE = "status.is-200"

MESSAGE = Key(("message",), "envelope.message-is-text")
STATUS = Key(("status",), "envelope.status-is-success")
PROJECT_DATA = Key((PAYLOAD,), "body.project-data-is-object", kind="object")
NAME = Key((PAYLOAD, "name"), "body.project-data-name-is-text")
USER_ID = Key((PAYLOAD, "user_id"), "body.project-data-user-id-is-text")
PROJECT_STATUS = Key((PAYLOAD, "status"), "body.project-data-status-is-text")
DESCRIPTION = Key((PAYLOAD, "description"), "body.project-data-description-is-text")
ID = Key((PAYLOAD, "id"), "body.project-data-id-is-text")
WEBHOOK = Key(
    (PAYLOAD, "call_status_webhook"), "body.project-data-call-status-webhook-is-text-or-null", may_be_null=True
)
PROJECT_KEYS = (NAME, USER_ID, PROJECT_STATUS, DESCRIPTION, WEBHOOK, ID)

STATUS_WORDS: dict[str, object] = {
    "misspelt": "succcess",
    "capitalised": "Success",
    "upper-case": "SUCCESS",
    "with-blank": "success ",
    "says-error": "error",
    "says-ok": "ok",
    "empty": "",
}
MESSAGES: dict[str, object] = {
    "reworded": "Here is the active project.",
    "without-stop": "fetched active project data",
    "capitalised": "Fetched active project data.",
    "empty": "",
}
PROJECT_STATUSES: dict[str, object] = {"inactive": "INACTIVE", "lower-case": "active", "empty": ""}
NO_URIS: dict[str, object] = {
    "words": "not a link",
    "relative": "/hooks/status",
    "host-only": "hooks.example.test",
    "with-blank": "https://hooks.example.test/a b",
    "empty": "",
}

WRONG_STATUSES = (201, 202, 204, 206, 304, 400, 403, 404, 405, 409, 418, 422, 429, 500, 501, 503, 504, 520)


def success_faults() -> Iterator[Fault]:
    """Every fault of a success, by either credential and by one alone."""
    for ways in (_document_ways, _meaning_ways, _owner_ways, _transfer_ways):
        yield from laid((SUCCESS,), ways())
    yield from laid((BY_BEARER, BY_API_KEY), _one_credential_ways())
    yield from laid((BY_API_KEY,), _by_api_key_ways())
    yield from laid((ASKED_TWICE,), _again_ways())


def strangers_answer(scene: Scene) -> Answer:
    """A success with the project of an account that did not ask."""
    return project_answer(scene.world.stranger.projects[-1])


def _document_ways() -> Iterator[Way]:
    for key in (MESSAGE, STATUS, PROJECT_DATA, *PROJECT_KEYS):
        yield from ways_of_key(key)
    yield from ways_of_payload(PROJECT_DATA)
    yield from ways_of_envelope(PROJECT_DATA)


def _meaning_ways() -> Iterator[Way]:
    yield from ways_of_value(STATUS, STATUS.clause, STATUS_WORDS)
    yield from ways_of_value(MESSAGE, "envelope.message-is-as-printed", MESSAGES)
    for key in (NAME, USER_ID, ID):
        yield from ways_of_value(key, key.clause.replace("-is-text", "-is-not-empty"), {"empty": ""})
    yield from ways_of_value(PROJECT_STATUS, "body.project-data-status-is-active", PROJECT_STATUSES)
    yield from ways_of_value(WEBHOOK, "body.project-data-call-status-webhook-is-uri", NO_URIS)


def _owner_ways() -> Iterator[Way]:
    clauses, place = ("account.is-the-asking-one",), USER_ID.place
    another = chosen(place, lambda scene, _: scene.world.stranger.user_id)
    email = chosen(place, lambda scene, _: scene.account and scene.account.email)
    yield Way("of-another-account", clauses, "is another account's project", instead(strangers_answer))
    yield Way("user-id-of-another", clauses, "has another account's user_id", another)
    yield Way("user-id-is-email", clauses, "has the account's email as user_id", email)
    yield Way("user-id-cut-short", clauses, "has half of user_id", changed(place, lambda value: value[:12]))


def _transfer_ways() -> Iterator[Way]:
    yield from ways_of_media_type()
    yield from ways_of_json()
    yield from ways_of_content_coding("body.is-strict-json")
    yield from ways_of_status(STATUS_CLAUSE, WRONG_STATUSES)
    yield from ways_of_redirect(STATUS_CLAUSE, PATH)
    yield from ways_of_delivery(STATUS_CLAUSE, Delivery.NONE, Delivery.NEVER, Delivery.DRIPPING, Delivery.NOT_HTTP)
    yield from ways_of_delivery("body.is-strict-json", Delivery.CUT)


def _one_credential_ways() -> Iterator[Way]:
    yield from ways_of_status(STATUS_CLAUSE, (201, 401, 403, 404, 500, 503))
    yield from ways_of_delivery(STATUS_CLAUSE, Delivery.NONE)
    for key in (MESSAGE, STATUS, PROJECT_DATA, NAME):
        yield Way(f"{key.name}-absent", (key.clause,), f"lacks {'.'.join(key.place)}", dropped(key.place))
    owner = ("account.is-the-asking-one",)
    yield Way("of-another-account", owner, "is another account's project", instead(strangers_answer))


def _by_api_key_ways() -> Iterator[Way]:
    clauses = ("answer.is-the-same-by-bearer",)
    inactive = instead(lambda scene: project_answer((scene.account or scene.world.stranger).projects[0]))
    yield Way("of-another-project", clauses, "is another project of the account", inactive)
    for key in PROJECT_KEYS:
        words = f"has another {'.'.join(key.place)} than by bearer token"
        yield Way(f"{key.name}-differs", clauses, words, changed(key.place, lambda value: f"{value}-by-key"))
    yield Way("webhook-hidden", clauses, "has null as webhook, unlike by bearer token", put(WEBHOOK.place, None))


def _again_ways() -> Iterator[Way]:
    clauses = ("answer.is-the-same-again",)
    for key in (NAME, DESCRIPTION, WEBHOOK, ID):
        counted = chosen(key.place, lambda scene, value: f"{value}-{scene.times_asked}")
        yield Way(f"{key.name}-changes", clauses, f"has another {'.'.join(key.place)} each time", counted)
