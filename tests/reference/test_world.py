"""Accounts, what is issued to them, and for how long it is good."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from reference_provider.asks import Refusal, refuse
from reference_provider.founding import Good, Plan
from reference_provider.issued import Purpose
from reference_provider.world import Account, World
from tests.reference.clock import NOON, Clock


def world(clock: Clock | None = None) -> World:
    return World(clock or Clock(), Random(7))


def test_token_opens_its_own_account() -> None:
    known = world()
    account = known.open_account()
    known.open_account()
    assert (known.by_token(account.token), known.by_api_key(account.api_key)) == (account, account)


@pytest.mark.parametrize(
    ("purpose", "life"),
    [
        pytest.param(Purpose.TOKEN, timedelta(hours=2), id="token"),
        pytest.param(Purpose.REFRESH, timedelta(days=30), id="refresh-token"),
        pytest.param(Purpose.RESET, timedelta(hours=1), id="reset-token"),
    ],
)
def test_secret_is_good_for_its_life_and_no_longer(purpose: Purpose, life: timedelta) -> None:
    clock = Clock()
    known = world(clock)
    secret, expires = known.issue(purpose, known.stranger.user_id)
    holders = []
    for age in (timedelta(0), life - timedelta(microseconds=1), life):
        clock.now = NOON + age
        holders.append(known.holder(purpose, secret))
    assert (holders, expires) == ([known.stranger.user_id, known.stranger.user_id, None], NOON + life)


def test_api_key_does_not_expire() -> None:
    clock = Clock()
    known = world(clock)
    account = known.open_account()
    clock.move(days=3_650)
    assert known.by_api_key(account.api_key) == account


def test_secret_is_good_for_one_purpose_only() -> None:
    known = world()
    account = known.open_account()
    assert [known.holder(purpose, account.token) for purpose in Purpose if purpose is not Purpose.TOKEN] == [None] * 3


def test_secret_is_redeemed_once() -> None:
    known = world()
    secret, _ = known.issue(Purpose.RESET, known.stranger.user_id)
    assert [known.redeem(Purpose.RESET, secret) for _ in range(2)] == [known.stranger.user_id, None]


def test_credentials_have_the_promised_form() -> None:
    account = world().open_account()
    middle = account.token[32:96]
    assert (
        len(account.token),
        middle == middle.lower() or middle == middle.upper(),
        set(account.api_key) <= set("0123456789abcdef"),
        len(account.api_key),
    ) == (128, False, True, 64)


def test_secrets_do_not_show_in_a_representation() -> None:
    account = world().open_account(Plan(code=Good.LIVE, reset_token=Good.LIVE))
    secrets = (
        *(account.token, account.api_key, account.refresh_token),
        *(account.reset_token, account.password, account.code),
    )
    assert [secret for secret in secrets if not secret or secret in repr(account)] == []


def test_closed_account_is_no_longer_known_but_its_secrets_are_still_told_apart() -> None:
    known = world()
    account = known.open_account()
    known.close_account(account.user_id)
    assert (known.by_token(account.token), known.holder(Purpose.REFRESH, account.refresh_token)) == (
        None,
        account.user_id,
    )


def test_forgotten_account_leaves_no_trace() -> None:
    known = world()
    account = known.open_account()
    known.forget(account.user_id)
    assert (known.account(account.user_id), known.holder(Purpose.REFRESH, account.refresh_token)) == (None, None)


def test_change_that_is_refused_changes_nothing() -> None:
    known = world()
    account = known.open_account()
    with pytest.raises(Refusal):
        known.change(account.user_id, lambda _: refuse(400, "not so"))
    assert known.account(account.user_id) == account


def test_address_is_taken_once_whatever_its_letter_case() -> None:
    known = world()
    account = known.open_account()
    with pytest.raises(ValueError, match="taken"):
        known.admit(replace(account, user_id="another", email=account.email.upper()))


def test_same_random_source_gives_the_same_world() -> None:
    assert world().open_account() == world().open_account()


@pytest.mark.parametrize("has_one", [True, False])
def test_account_has_an_active_project_where_planned(has_one: bool) -> None:
    account = world().open_account(Plan(has_active_project=has_one))
    owners = {project.user_id for project in account.projects}
    assert (account.active_project is not None, owners) == (has_one, {account.user_id})


def test_stranger_has_everything_and_is_shown_as_it_is_now() -> None:
    known = world()

    def renamed(account: Account) -> Account:
        return replace(account, name="Somebody")

    known.change(known.stranger.user_id, renamed)
    assert (len(known.values_of(known.stranger)), known.stranger.name) == (13, "Somebody")
