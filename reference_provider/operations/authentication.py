"""Section Authentication: from sign-up to a new password. Mail is not sent: the code or token is only kept."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from reference_provider.accounts import Account
from reference_provider.answers import Answer, json_answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.founding import new_account
from reference_provider.issued import CODE_LIFE, Purpose
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import moment, picked, user_form

SIGNED_UP, VERIFIED, LOGGED_IN = 3, 2, 7
"""`SUCCESS` in the three printed lists: SIGNUP_STATUS, EMAIL_VERIFICATION_STATUS, LOGIN_STATUS."""

USER_KEYS = "email name active_project created_at updated_at company_name"
VERIFIED_USER_KEYS = "email name active_project created_at updated_at"


def sign_up(ask: Ask) -> Answer:
    """A new account, not verified yet. 400 if the address is taken, by an account that is verified or not."""
    email, password, name = ask.email(), ask.text("password"), ask.text("name")
    world, now = ask.world, ask.world.now()
    account = new_account(world.invention, now, email=email, password=password, name=name)
    try:
        world.admit(_with_code(account, world.invention.code(), now))
    except ValueError:
        refuse(400, "This address has an account already.")
    user = picked(user_form(account), USER_KEYS)
    return success("User registered successfully", user=user, signupStatus=SIGNED_UP)


def verify_email(ask: Ask) -> Answer:
    """The account is verified. 400 where it already is, and for a code that is wrong or has expired."""
    email, code = ask.email(), ask.text("code")
    now = ask.world.now()

    def verified(account: Account) -> Account:
        if account.verified:
            refuse(400, "This address is verified already.")
        if not _is_same(code, account.code) or now >= account.code_expires:
            refuse(400, "The code is wrong, or it has expired.")
        return replace(account, verified=True, code="", updated_at=now)

    account = ask.world.change(_registered(ask, email).user_id, verified)
    user = picked(user_form(account), VERIFIED_USER_KEYS)
    return success("email verification successful.", userData=user, verificationStatus=VERIFIED)


def resend_code(ask: Ask) -> Answer:
    """A code is mailed: the last one if it is still good, else a new one. 400 where none is needed."""
    account = _registered(ask, ask.email())
    now, fresh = ask.world.now(), ask.world.invention.code()
    if account.verified:
        refuse(400, "This address is verified already.")
    code = account.code if now < account.code_expires else fresh
    ask.world.change(account.user_id, lambda each: _with_code(each, code, now))
    return success("successfully sent verification code to mail")


def log_in(ask: Ask) -> Answer:
    """A new token and refresh token; earlier ones stay good until they end. 400 for an unverified account."""
    email, password = ask.email(), ask.text("password")
    account = _registered(ask, email)
    if not _is_same(password, account.password):
        refuse(401, "The password is wrong.")
    if not account.verified:
        refuse(400, "This address is not verified yet.")
    user = picked(user_form(account), USER_KEYS)
    return success("successfully logged in.", **_tokens(ask, account), user=user, loginStatus=LOGGED_IN)


def refresh_token(ask: Ask) -> Answer:
    """A new token and refresh token; the refresh token sent is used up. 404 if its account is gone."""
    sent = ask.text("refreshToken")
    holder = ask.world.holder(Purpose.REFRESH, sent)
    account = ask.world.account(holder)
    if holder and account is None:
        refuse(404, "The account of this refresh token is gone.")
    if account is None or ask.world.redeem(Purpose.REFRESH, sent) is None:
        refuse(401, "The refresh token is not good.")
    return json_answer(200, _tokens(ask, account))


def change_password(ask: Ask) -> Answer:
    """The password is another one. 401 if the old one is not what it was."""
    old, new = ask.text("oldPassword"), ask.text("newPassword")

    def changed(account: Account) -> Account:
        if not _is_same(old, account.password):
            refuse(401, "The old password is wrong.")
        return _with_password(new, ask.world.now())(account)

    ask.world.change(ask.asker.user_id, changed)
    return success("successfully updated password.")


def forgot_password(ask: Ask) -> Answer:
    """A reset token is mailed. 404 if nobody has this address."""
    ask.world.issue(Purpose.RESET, _registered(ask, ask.email()).user_id)
    return success("If the email is registered, a reset link has been sent.")


def reset_password(ask: Ask) -> Answer:
    """The password is another one, and the reset token is used up. `email` is not looked at: no page says what for."""
    token, password = ask.text("token"), ask.text("newPassword")
    account = ask.world.account(ask.world.redeem(Purpose.RESET, token))
    if account is None:
        refuse(400, "The reset token is not good.")
    ask.world.change(account.user_id, _with_password(password, ask.world.now()))
    return success("Password has been reset successfully.")


def _registered(ask: Ask, email: str) -> Account:
    return ask.world.by_email(email) or refuse(404, "Nobody has this address.")


def _is_same(sent: str, own: str) -> bool:
    # JSON can hold half a surrogate pair, which no encoding takes as it is.
    return hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), own.encode("utf-8", "surrogatepass"))


def _with_code(account: Account, code: str, now: datetime) -> Account:
    return replace(account, code=code, code_expires=now + CODE_LIFE)


def _with_password(password: str, now: datetime) -> Callable[[Account], Account]:
    return lambda account: replace(account, password=password, updated_at=now)


def _tokens(ask: Ask, account: Account) -> dict[str, str]:
    token, expires = ask.world.issue(Purpose.TOKEN, account.user_id)
    refresh, _ = ask.world.issue(Purpose.REFRESH, account.user_id)
    return {"token": token, "refreshToken": refresh, "expirationTime": moment(expires)}


AUTHENTICATION = (
    Operation("signUp", "POST", "/auth/signup", sign_up, "none"),
    Operation("verifyEmail", "POST", "/auth/verify-email", verify_email, "none"),
    Operation("resendVerificationCode", "POST", "/auth/resend-code", resend_code, "none"),
    Operation("logIn", "POST", "/auth/login", log_in, "none"),
    Operation("refreshToken", "POST", "/auth/refresh-token", refresh_token, "none"),
    Operation("changePassword", "POST", "/auth/change-password", change_password),
    Operation("forgotPassword", "POST", "/auth/forgot-password", forgot_password, "none"),
    Operation("resetPassword", "POST", "/auth/reset-password", reset_password, "none"),
)
