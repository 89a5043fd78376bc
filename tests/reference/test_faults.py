"""Faults: each one changes what its cases see, and nothing of the provider's own paths."""

import http.client
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import pytest

from talkstack_contract.reference import FAULTS, Reference, serve
from talkstack_contract.reference.states import ACTIVE_PROJECT, FAILS_INSIDE, NO_ACTIVE_PROJECT
from tests.reference.client import PATH, Client, Reply, bearer, client_of

CLAUSE_ID = re.compile(r"[a-z-]+/[a-z-]+\.[a-z0-9-]+|generated/schemathesis\.finds-nothing")

IMPATIENCE_S = 0.25
"""How long the client waits for an answer that never comes."""

Headers = dict[str, str]


@dataclass(frozen=True)
class Question:
    """The request of a case."""

    headers: Headers
    method: str = "GET"
    path: str = PATH


@pytest.fixture(scope="module")
def provider() -> Iterator[Reference]:
    with serve(random=Random(11)) as running:
        yield running


def questions(provider: Reference) -> dict[str, Question]:
    """A request for each case, of accounts that nobody has asked before."""
    with client_of(provider) as client:
        asking, empty, failing = (
            client.order(state).json for state in (ACTIVE_PROJECT, NO_ACTIVE_PROJECT, FAILS_INSIDE)
        )
    by_bearer = _bearer(asking["token"])
    known = {
        "by-bearer": Question(by_bearer),
        "by-api-key": Question({"x-api-key": asking["api_key"]}),
        "asked-twice": Question(by_bearer),
        "no-active-project": Question(_bearer(empty["token"])),
        "no-active-project-by-api-key": Question({"x-api-key": empty["api_key"]}),
        "internal-error": Question(_bearer(failing["token"])),
        "unknown-query": Question(by_bearer, path=f"{PATH}?probe=1"),
        "unusual-accept": Question(by_bearer | {"Accept": "application/xml;q=0.9, */*;q=0.1"}),
        "generated": Question(by_bearer | {"X-Unknown": "1"}),
    }
    methods = {f"method-{method.lower()}": Question(by_bearer, method) for method in ("POST", "PUT", "PATCH", "DELETE")}
    refused = {case: Question(headers) for case, headers in refused_headers(asking["token"], asking["api_key"]).items()}
    return known | methods | refused


def refused_headers(token: str, key: str) -> dict[str, Headers]:
    return {
        "no-credential": {},
        "other-scheme": {"Authorization": f"Basic {token}"},
        "wrong-token": _bearer("nobody-holds-this-one"),
        "empty-token": _bearer(""),
        "token-altered": _bearer(f"{token[:64]}~{token[65:]}"),
        "token-lengthened": _bearer(f"{token}x"),
        "token-cut-short": _bearer(token[:90]),
        "token-in-other-case": _bearer(token.swapcase()),
        "wrong-key": {"x-api-key": "nobody-holds-this-one"},
        "empty-key": {"x-api-key": ""},
        "key-altered": {"x-api-key": f"{key[:32]}{'B' if key[32] == 'a' else 'A'}{key[33:]}"},
        "key-lengthened": {"x-api-key": f"{key}x"},
        "key-cut-short": {"x-api-key": key[:48]},
        "key-in-other-case": {"x-api-key": key.upper()},
    }


def _bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def reply_to(provider: Reference, question: Question) -> Reply:
    """What came within our patience; of a body without end, its beginning."""
    client = Client(provider.base_url, IMPATIENCE_S)
    try:
        client.connection.request(question.method, question.path, headers=question.headers)
        answer = client.connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
        return Reply(answer.status, names, answer.read1(65_536))
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, trouble=type(error).__name__)
    finally:
        client.connection.close()


def observed(provider: Reference, question: Question) -> tuple[Reply, ...]:
    """The reply, and after a method that may change something what a GET is answered then."""
    first = reply_to(provider, question)
    return (first,) if question.method == "GET" else (first, reply_to(provider, Question(question.headers)))


def cases_of(name: str) -> list[str]:
    return list(dict.fromkeys(clause.partition("/")[0] for clause in FAULTS[name].breaks))


@pytest.mark.parametrize("name", FAULTS)
def test_fault_changes_what_its_cases_see(provider: Reference, name: str) -> None:
    # A 5xx anywhere is held to the clauses of internal-error: such a fault leaves the state of that name alone.
    cases = [case for case in cases_of(name) if case != "internal-error" or len(cases_of(name)) == 1]
    asked = questions(provider)
    clean = {case: observed(provider, asked[case]) for case in cases}
    provider.switch(name, on=True)
    try:
        spoilt = {case: observed(provider, asked[case]) for case in cases}
    finally:
        provider.switch(name, on=False)
    assert cases and [case for case in cases if spoilt[case] == clean[case]] == []


@pytest.mark.parametrize("name", [name for name in FAULTS if name.startswith("asked-twice-")])
def test_second_answer_differs_from_the_first(provider: Reference, name: str) -> None:
    asked = questions(provider)["asked-twice"]
    provider.switch(name, on=True)
    try:
        replies = [reply_to(provider, asked).body for _ in range(3)]
    finally:
        provider.switch(name, on=False)
    assert len(set(replies)) == 3


@pytest.mark.parametrize(
    ("name", "case"),
    [
        ("by-api-key-answered-500", "by-bearer"),
        ("by-bearer-answered-500", "by-api-key"),
        ("success-answered-500", "no-active-project"),
        ("refusal-answered-503", "by-bearer"),
        ("token-altered-accepted", "token-cut-short"),
        ("key-in-other-case-accepted", "token-in-other-case"),
        ("wrong-token-accepted", "wrong-key"),
        ("no-active-project-by-bearer-answered-200", "no-active-project-by-api-key"),
        ("internal-error-answered-200", "by-bearer"),
        ("unknown-query-answered-500", "unusual-accept"),
        ("unusual-accept-answered-500", "unknown-query"),
        ("method-put-answered-500", "method-post"),
        ("unknown-header-answered-500", "by-bearer"),
    ],
)
def test_fault_leaves_other_cases_alone(provider: Reference, name: str, case: str) -> None:
    asked = questions(provider)[case]
    clean = observed(provider, asked)
    provider.switch(name, on=True)
    try:
        spoilt = observed(provider, asked)
    finally:
        provider.switch(name, on=False)
    assert spoilt == clean


def test_accepted_credential_gets_the_project_it_nearly_opens(provider: Reference) -> None:
    asked = questions(provider)
    own = reply_to(provider, asked["by-bearer"])
    provider.switch("token-altered-accepted", on=True)
    try:
        given = reply_to(provider, asked["token-altered"])
    finally:
        provider.switch("token-altered-accepted", on=False)
    assert given == own


def test_no_fault_touches_the_own_paths() -> None:
    with serve(faults=FAULTS) as reference, client_of(reference) as client:
        made = client.order(ACTIVE_PROJECT)
        statuses = [
            client.order("no such state").status,
            client.order(ACTIVE_PROJECT, "teardown", user_id=made.json["user_id"]).status,
            client.send("GET", "/_received").status,
            client.send("DELETE", "/_received").status,
        ]
    assert (made.status, sorted(made.json), statuses) == (200, ["api_key", "token", "user_id"], [400, 200, 200, 204])


def test_faults_can_be_on_together() -> None:
    names = ("success-answered-202", "success-message-absent", "success-body-cut", "success-project-data-name-absent")
    with serve(faults=names) as reference, client_of(reference) as client:
        reply = client.get(bearer(reference.accounts[ACTIVE_PROJECT]))
    assert (reply.status, b"message" in reply.body, reply.body.endswith(b"}")) == (202, False, False)


@pytest.mark.parametrize("name", FAULTS)
def test_fault_names_clauses_by_case(name: str) -> None:
    fault = FAULTS[name]
    malformed = [clause for clause in fault.breaks if not CLAUSE_ID.fullmatch(clause)]
    assert (fault.name, bool(fault.breaks), malformed, fault.sentence[-1]) == (name, True, [], ".")


BY_CASE = {
    "by-bearer by-api-key": """
        status.is-200 media-type.is-json body.is-strict-json
        envelope.message-is-text envelope.message-is-as-printed envelope.status-is-success
        body.project-data-is-object body.project-data-name-is-text body.project-data-user-id-is-text
        body.project-data-status-is-text body.project-data-description-is-text body.project-data-id-is-text
        body.project-data-call-status-webhook-is-text-or-null body.project-data-call-status-webhook-is-uri
        body.project-data-name-is-not-empty body.project-data-user-id-is-not-empty body.project-data-id-is-not-empty
        body.project-data-status-is-active account.is-the-asking-one
    """,
    "by-api-key": "answer.is-the-same-by-bearer",
    "asked-twice": "answer.is-the-same-again",
    "no-active-project no-active-project-by-api-key": "status.is-404",
    "internal-error": "status.is-500",
    "no-credential wrong-token wrong-key empty-token empty-key other-scheme": "status.is-401",
    "token-altered token-lengthened token-cut-short token-in-other-case": "status.is-401",
    "key-altered key-lengthened key-cut-short key-in-other-case": "status.is-401",
    "no-credential no-active-project internal-error": """
        envelope.status-is-not-success body.holds-no-success-payload body.shows-no-server-internals
        media-type.is-json body.is-strict-json envelope.message-is-text
    """,
    "unknown-query unusual-accept": "status.is-no-server-error answer.is-unchanged",
    "method-post method-put method-patch method-delete": """
        status.is-no-server-error method.is-refused account.is-unchanged
    """,
    "generated": "answer.keeps-the-contract schemathesis.finds-nothing",
}


def test_every_clause_has_a_fault() -> None:
    promised = {
        f"{case}/{clause}" for cases, clauses in BY_CASE.items() for case in cases.split() for clause in clauses.split()
    }
    broken = {clause for fault in FAULTS.values() for clause in fault.breaks}
    assert promised - broken == set()
