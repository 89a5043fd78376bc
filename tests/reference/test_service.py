"""Provider states, the record, and faults over HTTP."""

from typing import Any

import pytest

from reference_provider import Reference
from reference_provider.states import ACTIVE_PROJECT, FAILS_INSIDE, NO_ACTIVE_PROJECT, STATES
from tests.reference.client import PATH, Client, api_key, bearer, client_of

STATUS_IN = {ACTIVE_PROJECT: 200, NO_ACTIVE_PROJECT: 404, FAILS_INSIDE: 500}


@pytest.mark.parametrize("state", STATUS_IN)
def test_set_up_makes_an_account_in_that_state(client: Client, state: str) -> None:
    made = client.order(state).json
    by_token = client.get({"Authorization": f"Bearer {made['token']}"}).status
    by_key = client.get({"x-api-key": made["api_key"]}).status
    assert (sorted(made), by_token, by_key) == (
        ["api_key", "token", "user_id", "values"],
        STATUS_IN[state],
        STATUS_IN[state],
    )


def test_each_set_up_makes_another_account(client: Client) -> None:
    made = [client.order(ACTIVE_PROJECT).json["user_id"] for _ in range(3)]
    assert len(set(made)) == 3


def test_teardown_removes_that_account_and_no_other(client: Client) -> None:
    first, second = client.order(ACTIVE_PROJECT).json, client.order(ACTIVE_PROJECT).json
    ended = client.order(ACTIVE_PROJECT, "teardown", user_id=first["user_id"])
    statuses = [client.get({"x-api-key": made["api_key"]}).status for made in (first, second)]
    assert (ended.status, statuses) == (200, [401, 200])


def test_unknown_state_is_refused_and_known_ones_are_named(client: Client) -> None:
    reply = client.order("a paid invoice")
    assert (reply.status, reply.json["message"]) == (
        400,
        f"'a paid invoice' is no state of this provider; known: {', '.join(map(repr, STATES))}, 'fault: NAME'.",
    )


@pytest.mark.parametrize(
    "order",
    [
        pytest.param(["state"], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"state": ACTIVE_PROJECT}, id="no-action"),
        pytest.param({"state": ACTIVE_PROJECT, "action": "begin"}, id="unknown-action"),
    ],
)
def test_malformed_order_is_refused(client: Client, order: Any) -> None:
    assert client.send("POST", "/_states", document=order).status == 400


def test_states_are_set_by_post_only(client: Client) -> None:
    assert client.get(path="/_states").status == 405


def test_fault_is_switched_on_and_off_over_http(reference: Reference, client: Client) -> None:
    known = bearer(reference.accounts[ACTIVE_PROJECT])
    statuses = [client.get(known).status]
    for action in ("setup", "teardown"):
        client.order("fault: getActiveProject-success-answered-418", action)
        statuses.append(client.get(known).status)
    assert statuses == [200, 418, 200]


def test_unknown_fault_is_refused_with_the_nearest(client: Client) -> None:
    reply = client.order("fault: getActiveProject-success-answered-4188")
    assert (reply.status, "'getActiveProject-success-answered-418'" in reply.json["message"]) == (400, True)


def test_record_tells_what_was_asked_and_no_credential(reference: Reference, client: Client) -> None:
    account = reference.accounts[ACTIVE_PROJECT]
    client.get(bearer(account), f"{PATH}?page=2")
    client.get(api_key(account))
    client.send("PUT", PATH)
    raw = client.get(path="/_received")
    shown = [(each["method"], each["path"], each["query"], each["status"]) for each in raw.json]
    names = {name for each in raw.json for name in each["headers"]}
    secrets = [secret for secret in (account.token, account.api_key) if secret.encode() in raw.body]
    assert (shown, {"Authorization", "X-Api-Key"} <= names, secrets) == (
        [("GET", PATH, "page=2", 200), ("GET", PATH, "", 200), ("PUT", PATH, "", 405)],
        True,
        [],
    )


def test_record_leaves_out_its_own_paths(reference: Reference, client: Client) -> None:
    client.order(ACTIVE_PROJECT)
    client.get(path="/_received")
    assert reference.received == ()


def test_record_is_the_same_in_process(reference: Reference, client: Client) -> None:
    client.get()
    assert [(each.method, each.path, each.status) for each in reference.received] == [("GET", PATH, 401)]


def test_record_tells_the_host_and_what_is_undocumented(reference: Reference, client: Client) -> None:
    with client_of(reference, base_url=reference.calls_base_url) as calls:
        calls.send("POST", "/call/makeCall")
        calls.send("GET", "/_received")
    client.send("POST", "/call/makeCall")
    seen = [(each.host, each.path, each.status) for each in reference.received]
    assert seen == [("calls", "/call/makeCall", 401), ("calls", "/_received", 404), ("api", "/call/makeCall", 404)]


def test_record_holds_no_value_of_a_body(reference: Reference, client: Client) -> None:
    values = reference.values[ACTIVE_PROJECT]
    client.send("POST", "/auth/login", document={"email": values["email"], "password": values["password"]})
    raw = client.get(path="/_received")
    assert (raw.json[0]["status"], values["password"].encode() in raw.body) == (200, False)


def test_values_of_a_standing_account_are_its_own(reference: Reference, client: Client) -> None:
    shown = client.get(bearer(reference.accounts[ACTIVE_PROJECT])).json["projectData"]
    values = reference.values[ACTIVE_PROJECT]
    assert (shown["id"], shown["name"], list(reference.values)) == (
        values["projectId"],
        values["projectName"],
        [ACTIVE_PROJECT, NO_ACTIVE_PROJECT],
    )


def test_record_can_be_emptied(reference: Reference, client: Client) -> None:
    client.get()
    assert (client.send("DELETE", "/_received").status, reference.received) == (204, ())


def test_record_says_where_no_status_was_sent(reference: Reference, client: Client) -> None:
    reference.switch("getActiveProject-success-no-answer", on=True)
    with pytest.raises(ConnectionError):
        client.get(bearer(reference.accounts[ACTIVE_PROJECT]))
    assert [each.status for each in reference.received] == [None]


def test_faults_are_exactly_those_that_were_set(reference: Reference, client: Client) -> None:
    seen = []
    for names in (["getActiveProject-success-answered-418"], ["getActiveProject-success-answered-201"], []):
        reference.set_faults(names)
        status = client.get(bearer(reference.accounts[ACTIVE_PROJECT])).status
        seen.append((reference.faults, status))
    assert seen == [
        (("getActiveProject-success-answered-418",), 418),
        (("getActiveProject-success-answered-201",), 201),
        ((), 200),
    ]


def test_setting_faults_starts_a_fresh_world_with_the_same_accounts(reference: Reference, client: Client) -> None:
    account = reference.accounts[ACTIVE_PROJECT]
    created = {"x-api-key": client.order(ACTIVE_PROJECT).json["api_key"]}
    client.send("DELETE", f"/project/{account.active_project_id}", bearer(account), document={"cascade": True})
    before = [client.get(known).status for known in (bearer(account), created)]
    reference.set_faults([])
    after = [client.get(known).status for known in (bearer(account), created)]
    assert (before, after, len(reference.received)) == ([404, 200], [200, 401], 2)


def test_unknown_fault_leaves_the_faults_as_they_are(reference: Reference) -> None:
    reference.set_faults(["getActiveProject-success-answered-418"])
    with pytest.raises(KeyError):
        reference.set_faults(["getActiveProject-success-answered-201", "no-such-fault"])
    assert reference.faults == ("getActiveProject-success-answered-418",)
