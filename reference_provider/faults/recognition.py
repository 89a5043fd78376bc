"""Which case a request looks like: the name that the case has which asks so.

Seen from the provider, from what was sent and what a sound provider answers. A case that cannot be told from others of
its status is recognised as `otherwise-400`, with that status.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from werkzeug.datastructures import FileStorage

from reference_provider.credentials import Credential, Kind
from reference_provider.faults.model import Scene
from reference_provider.faults.pages import PAGES
from reference_provider.faults.printed import Field, Printed, Values, absent_names
from reference_provider.sheets import XLSX_START
from reference_provider.world import Account

FEW_CHARACTERS = 3
"""A secret of the right length that differs in no more places than this is an altered one."""

SHORTEST_PART = 8
"""A piece of a secret shorter than this could be in it by chance."""

VALUE_OF_FIELD = {
    "voice_id": "voiceId",
    "sid": "callId",
    "active_agent": "agentId",
    "phoneNumber": "freeE164",
    "e164": "freeE164",
}
"""Where a field is not named as the value is that it takes."""

JSON_TYPES: dict[str, type] = {"list": list, "object": dict, "boolean": bool, "number": int}

SCENES_REMEMBERED = 64
"""Enough for every request that is answered at the same time."""


@lru_cache(maxsize=SCENES_REMEMBERED)
def case_of(scene: Scene) -> str:
    """The case that asks so; empty for a method that is not the operation's."""
    page = PAGES.get(scene.operation.operation_id)
    if page is None or scene.request.method not in (page.method, "HEAD"):
        return ""
    if scene.status >= 500:
        return "internal-error"
    if scene.status < 400:
        return _answered_case(scene, page)
    if page.refusals and scene.account is None and scene.status == 401:
        return refusal_of(scene)
    return _spoilt_case(scene, page) or f"otherwise-{scene.status}"


def _answered_case(scene: Scene, page: Printed) -> str:
    if "xml" in scene.request.headers.get("Accept", ""):
        return "unusual-accept"
    if set(scene.request.args) - {field.name for field in page.fields}:
        return "unknown-query"
    if page.sheets and any(file.stream.read(len(XLSX_START)) == XLSX_START for file in _rewound(scene)):
        return page.sheets[0]
    kind = scene.credential.kind if page.credential != "none" else Kind.NONE
    return {Kind.BEARER: "by-bearer", Kind.API_KEY: "by-api-key"}.get(kind, "without-credential")


def _rewound(scene: Scene) -> Iterator[FileStorage]:
    for file in scene.request.files.values():
        file.seek(0)
        yield file


def _spoilt_case(scene: Scene, page: Printed) -> str:
    sent = sent_fields(scene)
    absent = {field.slug for field in page.fields if field.name not in sent}
    for case in _absent_cases(page.operation):
        if absent.issuperset(absent_names(case)):
            return case
    if "" in path_values(scene).values():
        return next(f"no-{field.slug}" for field in page.fields if field.in_path)
    found = [(field, _spoilt(scene, field, sent[field.name])) for field in page.fields if field.name in sent]
    together = ids_sent_together(page)
    if len(together) > 1 and {(field, "foreign") for field in together} <= {*found}:
        return f"{'-and-'.join(field.slug for field in together)}-foreign"
    return next((f"{field.slug}-{how}" for field, how in found if how), "")


def ids_sent_together(page: Printed) -> tuple[Field, ...]:
    """The ids of one request that have one owner, by name; one that is sent alone is not among them."""
    own = [field for field in page.fields if field.kind == "id" and field.is_required]
    return tuple(sorted(own, key=lambda field: field.name))


@cache
def _absent_cases(operation: str) -> tuple[str, ...]:
    """What may be left out, most fields first, as the names of the cases."""
    page = PAGES[operation]
    told = [case for cases in page.errors.values() for case in cases if absent_names(case)]
    required = [f"{field.slug}-absent" for field in page.fields if field.is_required and not field.in_path]
    return tuple(sorted({*told, *required}, key=lambda case: (-len(absent_names(case)), case)))


def _spoilt(scene: Scene, field: Field, value: Any) -> str:
    if value is None:
        return "null"
    if value in ("", [], {}):
        return "empty"
    if field.kind != "sheet" and not isinstance(value, JSON_TYPES.get(field.kind, str)):
        return "of-another-type"
    if field.kind == "email":
        return "" if "@" in value else "malformed"
    return _spoilt_id(scene, field, value) if field.names_object else ""


def _spoilt_id(scene: Scene, field: Field, value: str) -> str:
    own = values_of(scene, scene.account) if scene.account else {}
    known = own.get(VALUE_OF_FIELD.get(field.name, field.name), "")
    owner = owner_of(scene, value)
    if value == known or (owner and scene.account and owner.user_id == scene.account.user_id):
        return ""
    if owner:
        return "foreign"
    return "unknown" if len(value) == len(known) else "malformed"


def sent_fields(scene: Scene) -> Mapping[str, Any]:
    """Every value of the request, by the name of its field: of the body, the query and the path."""
    request = scene.request
    if request.mimetype == "multipart/form-data":
        files = {name: _content(file) for name, file in request.files.items()}
        return {**request.args, **request.form, **files, **path_values(scene)}
    body = request.get_json(force=True, silent=True)
    return {**request.args, **(body if isinstance(body, dict) else {}), **path_values(scene)}


def _content(file: FileStorage) -> str:
    file.seek(0)
    return str(file.read(), "latin-1")


def path_values(scene: Scene) -> Mapping[str, str]:
    """What stands in the place of each `{name}` of the operation's path."""
    match = path_pattern(scene.operation.path).fullmatch(scene.request.path)
    return match.groupdict() if match else {}


@cache
def path_pattern(path: str) -> re.Pattern[str]:
    """Matches the paths that are asked for where the docs print this one."""
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]*)", re.escape(path)))


def values_of(scene: Scene, account: Account) -> Values:
    """The values of an account, its user id among them."""
    return {**scene.world.values_of(account), "user_id": account.user_id}


def owner_of(scene: Scene, object_id: str) -> Account | None:
    """Whose object this is; a phone number is found by its digits too."""
    return next((account for account in scene.world.accounts if object_id in _ids_of(account)), None)


def _ids_of(account: Account) -> Iterator[str]:
    for things in (account.projects, account.agents, account.numbers, account.calls):
        yield from (thing.id for thing in things)
    yield from (number.e164 for number in account.numbers)


def whom(scene: Scene) -> Account:
    """The account that a careless provider would answer about: the asking one, or the one that is nearly meant."""
    if scene.account:
        return scene.account
    email = sent_fields(scene).get("email")
    meant = (account for account in scene.world.accounts if account.email == email)
    return next(meant, None) or nearest_account(scene)


def refusal_of(scene: Scene) -> str:
    """Why this request's credential is refused, as the name of the case that puts it to the test."""
    credential = scene.credential
    if credential.kind in (Kind.NONE, Kind.OTHER_SCHEME):
        return "no-credential" if credential.kind is Kind.NONE else "other-scheme"
    noun = "token" if credential.kind is Kind.BEARER else "key"
    if not credential.value:
        return f"empty-{noun}"
    likeness = next(filter(None, (likeness_of(credential, account) for account in scene.world.accounts)), None)
    return f"{noun}-{likeness}" if likeness else f"wrong-{noun}"


def nearest_account(scene: Scene) -> Account:
    """The account that a careless provider would take the asking one for: the one whose secret this nearly is."""
    accounts = [account for account in scene.world.accounts if account.user_id != scene.world.stranger.user_id]
    meant = (account for account in accounts if likeness_of(scene.credential, account))
    return next(meant, accounts[0])


def likeness_of(credential: Credential, account: Account) -> str | None:
    """How the sent secret was made from this account's own: "altered", "cut-short"...; None if it was not."""
    own = account.api_key if credential.kind is Kind.API_KEY else account.token
    return next((name for name, is_like in LIKENESSES if own and is_like(credential.value, own)), None)


def _is_altered(sent: str, own: str) -> bool:
    return len(sent) == len(own) and sum(a != b for a, b in zip(sent, own, strict=True)) <= FEW_CHARACTERS


LIKENESSES: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("expired", lambda sent, own: sent == own),
    ("altered", _is_altered),
    ("in-other-case", lambda sent, own: sent.lower() == own.lower()),
    ("lengthened", lambda sent, own: own in sent),
    ("cut-short", lambda sent, own: len(sent) >= SHORTEST_PART and sent in own),
)
