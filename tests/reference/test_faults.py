"""Faults: each one changes what its cases see and nothing else, and never the provider's own paths."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from random import Random
from typing import Any

import pytest
from werkzeug.wrappers import Request

from reference_provider import FAULTS, serve
from reference_provider.credentials import account_of, credential_of
from reference_provider.faults import Fault, Scene, batches, every_fault
from reference_provider.faults.grounds import SPOILT
from reference_provider.faults.pages import PAGES
from reference_provider.faults.printed import Field, absent_names
from reference_provider.faults.recognition import VALUE_OF_FIELD, case_of
from reference_provider.faults.together import clash
from reference_provider.operations import OPERATION_BY_ID
from reference_provider.routes import route_of
from reference_provider.server import system_clock
from reference_provider.service import Service
from reference_provider.states import ACTIVE_PROJECT, FAILS_INSIDE, set_up
from reference_provider.world import Account
from tests.reference.asking import BODIES, SHEET, STATE_OF, filled, form_of, xlsx
from tests.reference.client import bearer, client_of

CLAUSE_ID = re.compile(r"[a-zA-Z]+/[a-z0-9-]+/[a-z-]+\.[a-z0-9-]+")

BY_KEY = "by API key"
NOBODY = {"email": "nobody@example.test"}


@dataclass(frozen=True)
class Question:
    """How the request of a case differs from that of a success. A field that is `...` is left out."""

    state: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    method: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


OTHERWISE: dict[str, dict[int, Question]] = {
    "signUp": {400: Question(ACTIVE_PROJECT, {"email": "{email}"})},
    "verifyEmail": {400: Question(changes={"code": "nobody-has-it"}), 404: Question(changes=NOBODY)},
    "resendVerificationCode": {404: Question(changes=NOBODY)},
    "logIn": {
        400: Question("an unverified account"),
        401: Question(changes={"password": "wrong"}),
        404: Question(changes=NOBODY),
    },
    "refreshToken": {401: Question(changes={"refreshToken": "nobody-has-it"}), 404: Question("a deleted account")},
    "changePassword": {401: Question(changes={"oldPassword": "wrong"})},
    "forgotPassword": {404: Question(changes=NOBODY)},
    "resetPassword": {400: Question("a used reset token")},
    "getActiveProject": {404: Question("no active project")},
    "createProject": {400: Question(changes={"name": "{projectName}"})},
    "deleteProject": {400: Question("no active agent", {"cascade": False})},
    "getActiveAgent": {404: Question("no active agent")},
    "removeActiveAgent": {404: Question("no active agent")},
    "listAgents": {404: Question("no agents")},
}
"""What is refused for another reason than a credential or one field, by operation and status."""


class Asking:
    """Makes the scene of a case at one sound provider, each time of accounts that nobody has asked before."""

    def __init__(self) -> None:
        self.service = Service(system_clock, Random(11))

    def scene(self, operation: str, case: str) -> Scene:
        question = question_of(operation, case)
        account = set_up(question.state or STATE_OF.get(operation, ACTIVE_PROJECT), self.service.world)
        spoilt, how = spoilt_fields(operation, case)
        changes = dict(question.changes)
        if spoilt:
            others = BODIES[operation] if operation == "getPhoneNumber" else {}  # where one field wins over the others
            changes |= dict.fromkeys(others, ...) | {each.name: self.spoilt(each, how, account) for each in spoilt}
        request = self.request(operation, question, account, changes, carried(case, account))
        return self.taken(operation, request)

    def spoilt(self, named: Field, how: str, account: Account) -> Any:
        value = VALUE_OF_FIELD.get(named.name, named.name)
        if how == "foreign":
            return self.service.world.values_of(set_up("another account", self.service.world))[value]
        if how == "unknown":
            return re.sub(r"\w", "0", self.service.world.values_of(account)[value])
        empty: Any = {"list": [], "object": {}}.get(named.kind, "")
        other = "text" if named.kind in ("list", "object") else [7]
        return {"malformed": "neither", "null": None, "empty": empty, "of-another-type": other, "absent": ...}[how]

    def request(
        self,
        operation: str,
        question: Question,
        account: Account,
        changes: Mapping[str, Any],
        credential: Mapping[str, str],
    ) -> Request:
        values = self.service.world.values_of(account)
        sent = filled(BODIES.get(operation, {}) | dict(changes), values)
        asked = OPERATION_BY_ID[operation]
        path = asked.path.replace("{voice_id}", "{voiceId}")
        for name in [name for name in sent if f"{{{name}}}" in asked.path]:
            path = asked.path.replace(f"{{{name}}}", sent.pop(name))
        body = {name: value for name, value in sent.items() if value is not ...}
        if operation == "batchCall":
            file, elsewhere = sent.get("file"), {"file": "elsewhere"}
            named = {name: text for name, text in body.items() if name != "file"}
            sheet = b"" if file == "" else file if isinstance(file, bytes) else SHEET
            kind, data = form_of(named | (elsewhere if file is ... else {}), sheet)
        else:
            kind, data = "application/json", json.dumps(body).encode()
        return Request.from_values(
            filled(path, values),
            method=question.method or asked.method,
            query_string=question.query,
            data=data,
            content_type=kind,
            headers={**credential, **question.headers},
        )

    def taken(self, operation: str, request: Request) -> Scene:
        request.get_data()
        host = OPERATION_BY_ID[operation].host
        route = route_of(host, request.path)
        assert route is not None
        concerned = route.by_method(request.method) or route.operations[0]
        credential, world = credential_of(request), self.service.world
        account = account_of(credential, concerned, world)
        answer = self.service.answer(request, host)
        return Scene(concerned, request, credential, account, world, answer.status, answer, 1, host)


def question_of(operation: str, case: str) -> Question:
    case = case.removesuffix(f" {BY_KEY}")
    if case.startswith("otherwise-"):
        return OTHERWISE[operation][int(case.removeprefix("otherwise-"))]
    if case in PAGES[operation].sheets:
        return Question(changes={"file": xlsx(*[row.split(",") for row in SHEET.decode().split()])})
    if missing := [each for each in PAGES[operation].fields if case == f"no-{each.slug}"]:
        return Question(changes={each.name: "" for each in missing})
    if absent := absent_names(case):
        return Question(changes={each.name: ... for each in PAGES[operation].fields if each.slug in absent})
    known = {
        "internal-error": Question(FAILS_INSIDE, {"email": "{email}"} if operation == "signUp" else {}),
        "unknown-query": Question(query="probe=1"),
        "unusual-accept": Question(headers={"Accept": "application/xml;q=0.9, */*;q=0.1"}),
        "generated": Question(headers={"X-Unknown": "1"}),
        "token-expired": Question("an expired token"),
    }
    method = case.removeprefix("method-")
    return Question(method=method.upper()) if method != case else known.get(case, Question())


def spoilt_fields(operation: str, case: str) -> tuple[list[Field], str]:
    """The fields of which a case sends something else, as `agent-id-and-project-id-foreign` does of two."""
    how = next((how for how in SPOILT if case.endswith(f"-{how}")), "")
    slugs = case.removesuffix(f"-{how}").split("-and-")
    return [each for each in PAGES[operation].fields if how and each.slug in slugs], how


def carried(case: str, account: Account) -> Mapping[str, str]:
    token, key = account.token, account.api_key
    by_token = {
        "other-scheme": f"Basic {token}",
        "wrong-token": "Bearer nobody-holds-this-one",
        "empty-token": "Bearer ",
        "token-altered": f"Bearer {token[:64]}~{token[65:]}",
        "token-lengthened": f"Bearer {token}x",
        "token-cut-short": f"Bearer {token[:90]}",
        "token-in-other-case": f"Bearer {token.swapcase()}",
    }
    by_key = {
        "by-api-key": key,
        "wrong-key": "nobody-holds-this-one",
        "empty-key": "",
        "key-altered": f"{key[:32]}{'B' if key[32:33] == 'a' else 'A'}{key[33:]}",
        "key-lengthened": f"{key}x",
        "key-cut-short": key[:48],
        "key-in-other-case": key.upper(),
    }
    if case in by_key or case.endswith(BY_KEY):
        return {"x-api-key": by_key.get(case, key)}
    if case in ("no-credential", "without-credential") or not token:
        return {}
    return {"Authorization": by_token.get(case, f"Bearer {token}")}


def looks_of(case: str) -> str:
    return case.removesuffix(f" {BY_KEY}")


@cache
def scenes_of(operation: str) -> Mapping[str, Scene]:
    """A scene for each case that some fault of the operation strikes."""
    struck = {case for fault in faults_of(operation) for case in fault.strikes}
    untold = {case for case in struck if case.startswith("otherwise-")} - {
        f"otherwise-{status}" for status in OTHERWISE.get(operation, ())
    }
    skipped = untold if PAGES[operation].reads else untold | {"unknown-query", "unusual-accept"}
    scenes = {case: Asking().scene(operation, case) for case in struck - skipped}
    by_key = [case for case in scenes if case.startswith("otherwise") and PAGES[operation].credential == "either"]
    return scenes | {f"{case} {BY_KEY}": Asking().scene(operation, f"{case} {BY_KEY}") for case in by_key}


def faults_of(operation: str) -> list[Fault]:
    return [fault for fault in FAULTS.values() if fault.operation == operation]


def changes_the_world(fault: Fault) -> bool:
    return fault.name.endswith(("-closes-account", "-unsets-project", "-renames-project"))


@pytest.mark.parametrize("operation", PAGES)
def test_case_is_recognised_by_its_request(operation: str) -> None:
    seen = {case: case_of(scene) for case, scene in scenes_of(operation).items() if case != "generated"}
    assert seen == {case: "" if case.startswith("method-") else looks_of(case) for case in seen}


@pytest.mark.parametrize("operation", PAGES)
def test_fault_changes_an_answer_that_its_cases_see(operation: str) -> None:
    scenes = scenes_of(operation)
    faults = [fault for fault in faults_of(operation) if not changes_the_world(fault)]
    assert [fault.name for fault in faults if not seen_by(fault, scenes)] == []


def seen_by(fault: Fault, scenes: Mapping[str, Scene]) -> list[str]:
    struck = {case: scene for case, scene in scenes.items() if fault.concerns(scene)}
    return [case for case, scene in struck.items() if fault.spoil(scene, scene.answer) != scene.answer]


@pytest.mark.parametrize("operation", PAGES)
def test_fault_strikes_no_cases_but_its_own(operation: str) -> None:
    scenes = {case: scene for case, scene in scenes_of(operation).items() if case != "generated"}
    faults = [fault for fault in faults_of(operation) if fault.ground != "unknown-header"]
    struck = [(fault, case) for fault in faults for case, scene in scenes.items() if fault.concerns(scene)]
    assert [(fault.name, case) for fault, case in struck if looks_of(case) not in fault.strikes] == []


@pytest.mark.parametrize(
    ("name", "broken"),
    [
        ("getProject-method-post-closes-account", "closed"),
        ("getActiveProject-method-put-unsets-project", "none active"),
        ("getActiveProject-method-put-renames-project", "renamed"),
    ],
)
def test_fault_changes_the_world(name: str, broken: str) -> None:
    fault = FAULTS[name]
    scene = Asking().scene(fault.operation, *fault.strikes)
    before = scene.account
    assert before is not None and before.active_project is not None and fault.concerns(scene)
    fault.spoil(scene, scene.answer)
    after = scene.world.account(before.user_id)
    project = after and after.active_project
    found = "closed" if not after else "none active" if not project else "renamed"
    assert (found, project != before.active_project) == (broken, True)


@pytest.mark.parametrize("name", [name for name in FAULTS if "-asked-twice-" in name])
def test_second_answer_differs_from_the_first(name: str) -> None:
    scene = scenes_of(FAULTS[name].operation)["by-bearer"]
    answers = {FAULTS[name].spoil(replace(scene, times_asked=count), scene.answer).body for count in (1, 2, 3)}
    assert len(answers) == 3


def test_accepted_credential_opens_the_account_it_nearly_is() -> None:
    scene = scenes_of("getActiveProject")["token-altered"]
    given = json.loads(FAULTS["getActiveProject-token-altered-accepted"].spoil(scene, scene.answer).body)
    [owner] = [each for each in scene.world.accounts if each.user_id == given["projectData"]["user_id"]]
    assert carried("token-altered", owner)["Authorization"] == scene.request.headers["Authorization"]


def test_foreign_id_is_answered_with_what_its_owner_has() -> None:
    scene = scenes_of("getAgent")["agent-id-foreign"]
    given = json.loads(FAULTS["getAgent-agent-id-foreign-gets-data"].spoil(scene, scene.answer).body)
    assert given["id"] == scene.request.get_json()["agentId"]


def test_every_name_is_of_one_fault() -> None:
    assert [name for name, count in Counter(fault.name for fault in every_fault()).items() if count > 1] == []


def test_fault_names_clauses_of_its_operation() -> None:
    malformed = [
        (name, clause)
        for name, fault in FAULTS.items()
        for clause in fault.breaks or ("none",)
        if not CLAUSE_ID.fullmatch(clause) or not clause.startswith(f"{fault.operation}/")
    ]
    assert malformed == []


@pytest.mark.parametrize("operation", PAGES)
def test_operation_has_faults_on_each_kind_of_ground(operation: str) -> None:
    page = PAGES[operation]
    kinds = {
        "success": True,
        "asked-twice": page.reads,
        "unknown-query": page.reads,
        "unusual-accept": page.reads,
        "refusal": bool(page.refusals),
        "internal-error": 500 in page.errors,
        "unknown-header": True,
        **{f"{each.slug}-foreign": each.kind == "id" for each in page.fields},
    }
    names = [fault.name.removeprefix(f"{operation}-") for fault in faults_of(operation)]
    found = {kind: any(name.startswith(f"{kind}-") for name in names) for kind in kinds}
    assert found == kinds


def test_faults_of_two_grounds_spoil_each_other_nothing() -> None:
    clashing = [
        (one.name, other.name)
        for operation in PAGES
        for one, other in combinations([fault for fault in faults_of(operation) if not fault.alone], 2)
        if one.ground != other.ground and clash(one, other)
    ]
    assert clashing == []


def test_faults_of_a_batch_spoil_each_other_nothing() -> None:
    groups = batches(FAULTS.values())
    of_operation = [
        [fault for fault in group if fault.operation == operation and not fault.alone]
        for group in groups
        for operation in PAGES
    ]
    clashing = [pair for faults in of_operation for pair in combinations(faults, 2) if clash(*pair)]
    assert (Counter(fault.name for group in groups for fault in group), clashing) == (Counter(list(FAULTS)), [])


def test_fault_that_disturbs_others_is_alone_with_its_like() -> None:
    groups = [group for group in batches(FAULTS.values()) if any(fault.alone for fault in group)]
    assert [group for group in groups if len({fault.name.removeprefix(fault.operation) for fault in group}) > 1] == []


def test_no_fault_touches_the_own_paths() -> None:
    with serve(faults=FAULTS) as reference, client_of(reference) as client:
        made = client.order(ACTIVE_PROJECT)
        statuses = [
            client.order("no such state").status,
            client.order(ACTIVE_PROJECT, "teardown", user_id=made.json["user_id"]).status,
            client.send("GET", "/_received").status,
            client.send("DELETE", "/_received").status,
        ]
    assert (made.status, sorted(made.json), statuses) == (
        200,
        ["api_key", "token", "user_id", "values"],
        [400, 200, 200, 204],
    )


def test_faults_can_be_on_together() -> None:
    ways = ("answered-202", "message-absent", "body-cut", "project-data-name-absent")
    with serve(faults=(f"getActiveProject-success-{way}" for way in ways)) as reference, client_of(reference) as client:
        reply = client.get(bearer(reference.accounts[ACTIVE_PROJECT]))
    assert (reply.status, b"message" in reply.body, reply.body.endswith(b"}")) == (202, False, False)
