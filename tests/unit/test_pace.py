"""Limits hold over all processes of a run: two accounts in one folder are those of two workers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from talkstack_contract.errors import Blocked
from talkstack_contract.provider.pace import MARGIN, PAUSES, Account, Pace, SharedAccount
from talkstack_contract.provider.settings import Limits
from tests.unit.clock import Clock


def paces(folder: Path, limits: Limits, clock: Clock) -> tuple[Pace, Pace]:
    """Return the paces of two workers."""
    one, other = (Pace(limits, SharedAccount(folder, limits.requests_at_once), clock, clock.wait) for _ in range(2))
    return one, other


def test_budget_is_that_of_all_workers(tmp_path: Path) -> None:
    one, other = paces(tmp_path, Limits(requests=3), Clock())
    for pace in (one, other, one):
        pace.let_through(is_taking_back=False)
    with pytest.raises(Blocked, match=r"the budget of 3 requests is used up \(limits\.requests\)"):
        other.let_through(is_taking_back=False)


def test_what_takes_back_is_let_through_beyond_the_budget(tmp_path: Path) -> None:
    account = SharedAccount(tmp_path)
    pace = Pace(Limits(requests=0), account, Clock(), Clock().wait)
    pace.let_through(is_taking_back=True)
    with account.open() as spent:
        assert spent.requests == 1


def test_workers_take_turns_at_one_pace(tmp_path: Path) -> None:
    clock = Clock()
    one, other = paces(tmp_path, Limits(requests_per_second=4), clock)
    for pace in (one, other, one, other):
        pace.let_through(is_taking_back=False)
    assert clock.waits == [0.0, *[round(MARGIN / 4, 3)] * 3]


def test_pauses_of_all_workers_come_to_an_end(tmp_path: Path) -> None:
    clock = Clock()
    one, other = paces(tmp_path, Limits(exchange_s=5), clock)
    for pace in (one, other) * PAUSES:
        pace.pause(60)
    assert clock.waits == [5.0] * PAUSES + [0.0] * PAUSES


def test_account_survives_a_turn_that_ends_in_an_error(tmp_path: Path) -> None:
    account = SharedAccount(tmp_path)
    with pytest.raises(ValueError, match="cut"), account.open() as spent:
        spent.requests = 7
        raise ValueError("cut")
    with SharedAccount(tmp_path).open() as spent:
        assert spent.requests == 7


@pytest.mark.parametrize("is_shared", [False, True])
def test_no_more_requests_are_under_way_than_there_are_places(tmp_path: Path, is_shared: bool) -> None:
    accounts = [SharedAccount(tmp_path, 2) for _ in range(6)] if is_shared else [Account(2)] * 6
    under_way, most, count = [0], [0], threading.Lock()
    both_are_in = threading.Barrier(2)

    def ask(account: Account) -> None:
        with account.place():
            with count:
                under_way[0] += 1
                most[0] = max(most[0], under_way[0])
            both_are_in.wait(30)  # so that two are under way at once, always
            with count:
                under_way[0] -= 1

    threads = [threading.Thread(target=ask, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [2]
