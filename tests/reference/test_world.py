"""Accounts, credentials and their life time."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from talkstack_contract.reference.world import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def world(clock: Clock | None = None) -> World:
    return World(clock or Clock(), Random(7))


def test_token_opens_its_own_account() -> None:
    known = world()
    account = known.open_account(has_active_project=True)
    known.open_account(has_active_project=True)
    assert (known.by_token(account.token), known.by_api_key(account.api_key)) == (account, account)


@pytest.mark.parametrize(
    ("age", "is_accepted"),
    [
        pytest.param(timedelta(0), True, id="new"),
        pytest.param(timedelta(hours=2, microseconds=-1), True, id="just-under-two-hours"),
        pytest.param(timedelta(hours=2), False, id="two-hours"),
    ],
)
def test_token_is_accepted_for_two_hours(age: timedelta, is_accepted: bool) -> None:
    clock = Clock()
    known = world(clock)
    account = known.open_account(has_active_project=True)
    clock.now = NOON + age
    assert (known.by_token(account.token) is not None) == is_accepted


def test_api_key_does_not_expire() -> None:
    clock = Clock()
    known = world(clock)
    account = known.open_account(has_active_project=True)
    clock.now = NOON + timedelta(days=365)
    assert known.by_api_key(account.api_key) == account


def test_credentials_have_the_promised_form() -> None:
    account = world().open_account(has_active_project=False)
    middle = account.token[32:96]
    assert (
        len(account.token),
        middle == middle.lower() or middle == middle.upper(),
        set(account.api_key) <= set("0123456789abcdef"),
        len(account.api_key),
    ) == (128, False, True, 64)


def test_credentials_do_not_show_in_a_representation() -> None:
    account = world().open_account(has_active_project=True)
    assert account.token not in repr(account) and account.api_key not in repr(account)


def test_closed_account_is_no_longer_known() -> None:
    known = world()
    account = known.open_account(has_active_project=True)
    known.close_account(account.user_id)
    assert known.by_token(account.token) is None


def test_same_random_source_gives_the_same_world() -> None:
    assert world().open_account(has_active_project=True) == world().open_account(has_active_project=True)


@pytest.mark.parametrize("has_one", [True, False])
def test_account_has_an_active_project_where_asked_for(has_one: bool) -> None:
    account = world().open_account(has_active_project=has_one)
    owners = {project.user_id for project in account.projects}
    assert (account.active_project is not None, owners) == (has_one, {account.user_id})
