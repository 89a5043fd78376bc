"""Whose request it is: credentials are compared exactly, and each operation takes the kinds that its page names."""

from collections.abc import Callable

import pytest

from reference_provider import Account, Reference
from reference_provider.operations import OPERATION_BY_ID, OPERATIONS
from reference_provider.states import ACTIVE_PROJECT, NO_ACTIVE_PROJECT
from tests.reference.asking import Opening, opening
from tests.reference.client import Client, api_key, bearer
from tests.reference.clock import Clock

ASKING_NONE = [each.operation_id for each in OPERATIONS if each.asks_credential == "none"]
ASKING_ONE = [each.operation_id for each in OPERATIONS if each.asks_credential != "none"]

REFUSED: dict[str, Callable[[Account], dict[str, str]]] = {
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
    with opening(clock) as opened:
        asker = opened()
        before = asker.ask("getProject").status
        clock.move(hours=2)
        by_key = asker.ask("getProject", headers={"x-api-key": asker.api_key}).status
        assert (before, asker.ask("getProject").status, by_key) == (200, 401, 200)


@pytest.mark.parametrize("operation_id", ASKING_ONE)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nobody"}, {"x-api-key": "nobody"}], ids=str)
def test_nobody_is_refused(opened: Opening, operation_id: str, headers: dict[str, str]) -> None:
    reply = opened().ask(operation_id, headers=headers)
    assert (reply.status, reply.json["status"]) == (401, "error")


@pytest.mark.parametrize("operation_id", ASKING_ONE)
def test_api_key_is_taken_where_the_page_names_it(opened: Opening, operation_id: str) -> None:
    asker = opened()
    status = asker.ask(operation_id, headers={"x-api-key": asker.api_key}).status
    assert status == (401 if operation_id == "generateApiKey" else 200)


@pytest.mark.parametrize("operation_id", ASKING_NONE)
def test_credential_makes_no_difference_where_none_is_asked_for(opened: Opening, operation_id: str) -> None:
    asker, headers = opened.for_success(operation_id), {"Authorization": "Bearer nobody"}
    changes = {"email": f"{asker.user_id}@example.test"} if operation_id == "signUp" else None
    assert asker.ask(operation_id, changes, headers=headers).status == 200


def test_only_the_key_operation_wants_a_token() -> None:
    wanting = [each.operation_id for each in OPERATION_BY_ID.values() if each.asks_credential == "bearer"]
    assert (wanting, len(ASKING_NONE)) == (["generateApiKey"], 7)
