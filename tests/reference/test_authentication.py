"""From sign-up to a new password, over time."""

from tests.reference.asking import Asker, Opening, opening
from tests.reference.clock import Clock


def logged_in(asker: Asker, password: str) -> int:
    return asker.ask("logIn", {"password": password}).status


def asked_by(asker: Asker, token: str) -> int:
    """The status of a request by this token."""
    return asker.ask("getActiveProject", headers={"Authorization": f"Bearer {token}"}).status


def test_signed_up_account_cannot_log_in_before_it_is_verified(opened: Opening) -> None:
    asker = opened()
    new = {"email": f"{asker.user_id}@example.test", "password": "six words"}
    statuses = [asker.ask("signUp", new).status, asker.ask("logIn", new).status]
    assert statuses == [200, 400]


def test_verified_account_can_log_in(opened: Opening) -> None:
    asker = opened("an unverified account")
    statuses = [asker.ask(each).status for each in ("logIn", "verifyEmail", "logIn")]
    assert statuses == [400, 200, 200]


def test_taken_address_is_refused_and_its_account_unchanged(opened: Opening) -> None:
    asker = opened()
    taken = {"email": asker.values["email"].upper(), "password": "six words"}
    assert (asker.ask("signUp", taken).status, asker.ask("logIn").status) == (400, 200)


def test_code_verifies_only_its_own_address(opened: Opening) -> None:
    asker, other = opened("an unverified account"), opened("an unverified account")
    wrong = str((int(asker.values["code"]) + 1) % 10**6).zfill(6)
    statuses = [
        asker.ask("verifyEmail", {"code": wrong}).status,
        other.ask("verifyEmail", {"email": asker.values["email"], "code": wrong}).status,
        asker.ask("verifyEmail").status,
        asker.ask("verifyEmail").status,
    ]
    assert statuses == [400, 400, 200, 400]


def test_unregistered_address_is_404(opened: Opening) -> None:
    asker, nobody = opened(), {"email": "nobody@example.test"}
    asked = ("verifyEmail", "resendVerificationCode", "logIn", "forgotPassword")
    assert [asker.ask(each, {**nobody, "code": "123456"}).status for each in asked] == [404] * 4


def test_code_expires_after_an_hour_and_is_mailed_anew() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened("an unverified account")
        clock.move(hours=1)
        late = asker.ask("verifyEmail").status
        sent = asker.ask("resendVerificationCode").status
        assert (late, sent, asker.ask("verifyEmail").status) == (400, 200, 400)


def test_good_code_is_mailed_again_with_a_new_hour() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened("an unverified account")
        clock.move(minutes=40)
        sent = asker.ask("resendVerificationCode").status
        clock.move(minutes=40)
        assert (sent, asker.ask("verifyEmail").status) == (200, 200)


def test_verified_account_gets_no_code(opened: Opening) -> None:
    assert opened().ask("resendVerificationCode").status == 400


def test_wrong_password_is_401(opened: Opening) -> None:
    assert logged_in(opened(), "other words") == 401


def test_login_gives_a_token_and_leaves_the_earlier_one_good(opened: Opening) -> None:
    asker = opened()
    tokens = [asker.token, *(asker.ask("logIn").json["token"] for _ in range(2))]
    assert (len(set(tokens)), [asked_by(asker, token) for token in tokens]) == (3, [200] * 3)


def test_login_shows_the_active_project(opened: Opening) -> None:
    asker = opened()
    assert asker.ask("logIn").json["user"]["active_project"] == asker.values["projectId"]


def test_expiration_time_is_when_the_token_ends() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        answer = asker.ask("logIn").json
        clock.move(hours=2)
        assert (answer["expirationTime"], asked_by(asker, answer["token"])) == ("2026-03-01T14:00:00.000Z", 401)


def test_refresh_token_is_used_up_and_another_is_given(opened: Opening) -> None:
    asker = opened()
    first = asker.ask("refreshToken").json
    again = asker.ask("refreshToken").status
    second = asker.ask("refreshToken", {"refreshToken": first["refreshToken"]}).json
    assert (again, [asked_by(asker, each["token"]) for each in (first, second)]) == (401, [200, 200])


def test_token_does_not_refresh_and_refresh_token_does_not_open(opened: Opening) -> None:
    asker = opened()
    refresh = asker.values["refreshToken"]
    assert (asker.ask("refreshToken", {"refreshToken": asker.token}).status, asked_by(asker, refresh)) == (401, 401)


def test_refresh_token_lasts_thirty_days() -> None:
    clock = Clock()
    with opening(clock) as opened:
        early, late = opened(), opened()
        clock.move(days=29)
        before = early.ask("refreshToken").status
        clock.move(days=1)
        assert (before, late.ask("refreshToken").status) == (200, 401)


def test_changed_password_replaces_the_old_one(opened: Opening) -> None:
    asker = opened()
    statuses = [
        asker.ask("changePassword", {"oldPassword": "other words"}).status,
        asker.ask("changePassword").status,
        logged_in(asker, asker.values["password"]),
        logged_in(asker, "seven words"),
    ]
    assert statuses == [401, 200, 401, 200]


def test_reset_password_replaces_the_old_one_once(opened: Opening) -> None:
    asker = opened("a forgotten password")
    statuses = [
        logged_in(asker, asker.values["password"]),
        asker.ask("resetPassword").status,
        logged_in(asker, asker.values["password"]),
        logged_in(asker, "seven words"),
        asker.ask("resetPassword", {"newPassword": "eight words"}).status,
        logged_in(asker, "seven words"),
    ]
    assert statuses == [200, 200, 401, 200, 400, 200]


def test_refused_reset_does_not_use_up_the_token(opened: Opening) -> None:
    asker = opened("a forgotten password")
    statuses = [asker.ask("resetPassword", {"newPassword": new}).status for new in ("", "seven words")]
    assert statuses == [400, 200]


def test_half_a_surrogate_pair_is_a_password_like_any(opened: Opening) -> None:
    asker = opened()
    statuses = [
        asker.ask("changePassword", {"newPassword": "\ud800"}).status,
        logged_in(asker, "\ud801"),
        logged_in(asker, "\ud800"),
    ]
    assert statuses == [200, 401, 200]
