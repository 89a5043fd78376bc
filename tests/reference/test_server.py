"""The provider on its port: connections kept, requests side by side, a clean end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random
from urllib.parse import urlsplit

import pytest

from reference_provider import Reference, serve
from reference_provider.states import ACTIVE_PROJECT
from tests.reference.client import PATH, Client, api_key, bearer, client_of


def test_connection_is_kept_between_requests(reference: Reference, client: Client) -> None:
    known = bearer(reference.accounts[ACTIVE_PROJECT])
    client.get(known)
    first = client.connection.sock
    statuses = (client.send("POST", "/nowhere", document={"a": "b" * 5_000}).status, client.get(known).status)
    assert (first is not None, client.connection.sock is first, statuses) == (True, True, (404, 200))


def test_connection_is_closed_where_the_client_asks_for_it(client: Client) -> None:
    client.get({"Connection": "close"})
    assert client.connection.sock is None


def test_accounts_opened_side_by_side_never_meet(reference: Reference) -> None:
    def user_id_seen(_: int) -> bool:
        with client_of(reference) as client:
            made = client.order(ACTIVE_PROJECT).json
            seen = client.get({"x-api-key": made["api_key"]}).json["projectData"]["user_id"]
            return bool(seen == made["user_id"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(user_id_seen, range(40)))


def test_provider_serves_many_times_in_one_process() -> None:
    statuses = []
    for _ in range(3):
        with serve() as reference, client_of(reference) as client:
            statuses.append(client.get(api_key(reference.accounts[ACTIVE_PROJECT])).status)
    assert statuses == [200, 200, 200]


def test_two_providers_do_not_know_each_other() -> None:
    with serve(random=Random(1)) as one, serve(random=Random(2)) as other, client_of(other) as client:
        assert client.get(api_key(one.accounts[ACTIVE_PROJECT])).status == 401


@pytest.mark.parametrize("fault", ["getActiveProject-success-never-answered", "getActiveProject-success-dripping-body"])
def test_waiting_client_is_hung_up_at_the_end(fault: str, capfd: pytest.CaptureFixture[str]) -> None:
    before = set(threading.enumerate())
    with serve(faults=(fault,)) as reference:
        client = Client(reference.base_url)
        known = bearer(reference.accounts[ACTIVE_PROJECT])
        client.connection.request("GET", PATH, headers=known)
    client.connection.close()
    assert (set(threading.enumerate()), capfd.readouterr().err) == (before, "")


def test_client_that_hangs_up_first_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    with serve(faults=("getActiveProject-success-dripping-body",)) as reference:
        client = Client(reference.base_url)
        client.connection.request("GET", PATH, headers=bearer(reference.accounts[ACTIVE_PROJECT]))
        client.connection.getresponse().close()
        client.connection.close()
    assert capfd.readouterr().err == ""


def test_idle_connection_does_not_hold_up_the_end() -> None:
    before = set(threading.enumerate())
    with serve() as reference:
        client = Client(reference.base_url)
        client.get()
    client.connection.close()
    assert set(threading.enumerate()) == before


def test_port_can_be_chosen() -> None:
    with serve() as reference:
        port = urlsplit(reference.base_url).port or 0
    with serve(port) as again, client_of(again) as client:
        assert (again.base_url, client.get().status) == (reference.base_url, 401)


def test_port_in_use_is_an_error() -> None:
    with serve() as reference, pytest.raises(OSError), serve(urlsplit(reference.base_url).port or 0):
        pass


def test_unknown_fault_is_an_error() -> None:
    with pytest.raises(KeyError), serve(faults=("no-such-fault",)):
        pass


def test_port_of_the_calls_can_be_chosen() -> None:
    with serve() as reference:
        port = urlsplit(reference.calls_base_url).port or 0
    with serve(calls_port=port) as again:
        assert (again.calls_base_url, again.base_url == again.calls_base_url) == (reference.calls_base_url, False)


def test_calls_port_in_use_ends_the_other_host_too() -> None:
    before = set(threading.enumerate())
    with serve() as reference:
        port = urlsplit(reference.base_url).port or 0
        with pytest.raises(OSError), serve(calls_port=port):
            pass
    assert set(threading.enumerate()) == before
