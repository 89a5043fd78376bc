"""What the documented operation answers, and to whom."""

from collections.abc import Callable

import pytest

from talkstack_contract.reference import Account, Reference, serve
from talkstack_contract.reference.states import ACTIVE_PROJECT, FAILS_INSIDE, NO_ACTIVE_PROJECT
from tests.reference.client import PATH, Client, api_key, bearer, client_of
from tests.reference.test_world import NOON, Clock

Headers = dict[str, str]


@pytest.mark.parametrize("credential", [bearer, api_key], ids=["bearer", "api-key"])
def test_active_project_is_answered_as_printed(
    reference: Reference, client: Client, credential: Callable[[Account], Headers]
) -> None:
    account = reference.accounts[ACTIVE_PROJECT]
    reply = client.get(credential(account))
    data = reply.json["projectData"]
    assert (reply.status, reply.headers["content-type"], list(reply.json), list(data), data["user_id"]) == (
        200,
        "application/json",
        ["message", "status", "projectData"],
        ["name", "user_id", "status", "description", "call_status_webhook", "id"],
        account.user_id,
    )


@pytest.mark.parametrize("credential", [bearer, api_key], ids=["bearer", "api-key"])
def test_account_without_active_project_gets_404(
    reference: Reference, client: Client, credential: Callable[[Account], Headers]
) -> None:
    reply = client.get(credential(reference.accounts[NO_ACTIVE_PROJECT]))
    assert (reply.status, reply.json["status"]) == (404, "error")


def test_failing_account_gets_500(client: Client) -> None:
    key = client.order(FAILS_INSIDE).json["api_key"]
    reply = client.get({"x-api-key": key})
    assert (reply.status, reply.json["status"]) == (500, "error")


REFUSED: dict[str, Callable[[Account], Headers]] = {
    "nothing": lambda _: {},
    "wrong-token": lambda _: {"Authorization": "Bearer nobody"},
    "wrong-key": lambda _: {"x-api-key": "nobody"},
    "empty-token": lambda _: {"Authorization": "Bearer "},
    "empty-key": lambda _: {"x-api-key": ""},
    "basic": lambda account: {"Authorization": f"Basic {account.token}"},
    "no-scheme": lambda account: {"Authorization": account.token},
    "token-altered": lambda account: {"Authorization": f"Bearer {account.token[:64]}~{account.token[65:]}"},
    "token-lengthened": lambda account: {"Authorization": f"Bearer {account.token}x"},
    "token-cut-short": lambda account: {"Authorization": f"Bearer {account.token[:-1]}"},
    "token-in-other-case": lambda account: {"Authorization": f"Bearer {account.token.swapcase()}"},
    "token-twice": lambda account: {"Authorization": f"Bearer {account.token} {account.token}"},
    "key-altered": lambda account: {"x-api-key": f"{account.api_key[:32]}g{account.api_key[33:]}"},
    "key-lengthened": lambda account: {"x-api-key": f"{account.api_key}0"},
    "key-cut-short": lambda account: {"x-api-key": account.api_key[:-1]},
    "key-in-other-case": lambda account: {"x-api-key": account.api_key.upper()},
    "key-not-ascii": lambda _: {"x-api-key": "\xe9" * 64},
    "token-as-key": lambda account: {"x-api-key": account.token},
    "key-as-token": lambda account: {"Authorization": f"Bearer {account.api_key}"},
}


@pytest.mark.parametrize("name", REFUSED)
def test_credential_is_compared_exactly(reference: Reference, client: Client, name: str) -> None:
    reply = client.get(REFUSED[name](reference.accounts[ACTIVE_PROJECT]))
    assert (reply.status, reply.json["status"]) == (401, "error")


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_letter_case_of_the_scheme_is_free(reference: Reference, client: Client, scheme: str) -> None:
    token = reference.accounts[ACTIVE_PROJECT].token
    assert client.get({"Authorization": f"{scheme} {token}"}).status == 200


def test_authorization_decides_where_both_are_sent(reference: Reference, client: Client) -> None:
    account, other = reference.accounts[ACTIVE_PROJECT], reference.accounts[NO_ACTIVE_PROJECT]
    statuses = (
        client.get(bearer(account) | api_key(other)).status,
        client.get(bearer(other) | api_key(account)).status,
        client.get({"Authorization": "Bearer nobody"} | api_key(account)).status,
    )
    assert statuses == (200, 404, 401)


def test_token_is_refused_two_hours_after_its_issue() -> None:
    clock = Clock()
    with serve(clock=clock) as reference, client_of(reference) as client:
        account = reference.accounts[ACTIVE_PROJECT]
        before = client.get(bearer(account)).status
        clock.now = NOON.replace(hour=14)
        assert (before, client.get(bearer(account)).status, client.get(api_key(account)).status) == (200, 401, 200)


def test_unknown_query_and_accept_change_nothing(reference: Reference, client: Client) -> None:
    known = bearer(reference.accounts[ACTIVE_PROJECT])
    plain = client.get(known)
    assert client.get(known | {"Accept": "application/xml"}, f"{PATH}?verbose=1&verbose=%ff") == plain


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"])
def test_undocumented_method_is_refused(reference: Reference, client: Client, method: str) -> None:
    reply = client.send(method, PATH, bearer(reference.accounts[ACTIVE_PROJECT]))
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


def test_head_is_get_without_a_body(reference: Reference, client: Client) -> None:
    known = bearer(reference.accounts[ACTIVE_PROJECT])
    assert client.send("HEAD", PATH, known).headers == client.get(known).headers


@pytest.mark.parametrize("path", ["/", f"{PATH}s", f"{PATH}/", PATH.upper(), "/user//get-active-project", "/%ff"])
def test_unknown_path_is_404(client: Client, path: str) -> None:
    assert client.get(path=path).status == 404
