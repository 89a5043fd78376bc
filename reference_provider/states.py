"""Provider states by name, in Pact's convention: set up a fact about the data, and take it back."""

from dataclasses import replace

from reference_provider.founding import Good, Plan
from reference_provider.world import Account, World

ACTIVE_PROJECT = "an active project"
NO_ACTIVE_PROJECT = "no active project"
FAILS_INSIDE = "the provider fails inside"

UNVERIFIED = Plan(
    verified=False,
    token=Good.ABSENT,
    api_key=Good.ABSENT,
    refresh_token=Good.ABSENT,
    code=Good.LIVE,
    has_project=False,
)

PLANS = {
    ACTIVE_PROJECT: Plan(),
    "another account": Plan(),
    NO_ACTIVE_PROJECT: Plan(has_active_project=False),
    "no active agent": Plan(has_active_agent=False),
    "no agents": Plan(has_agent=False),
    "an unverified account": UNVERIFIED,
    "an expired code": replace(UNVERIFIED, code=Good.EXPIRED),
    "a deleted account": Plan(token=Good.ABSENT, api_key=Good.ABSENT, has_project=False, is_deleted=True),
    "an expired token": Plan(token=Good.EXPIRED),
    "an expired refresh token": Plan(refresh_token=Good.EXPIRED),
    "a forgotten password": Plan(reset_token=Good.LIVE),
    "an expired reset token": Plan(reset_token=Good.EXPIRED),
    "a used reset token": Plan(reset_token=Good.USED),
    FAILS_INSIDE: Plan(code=Good.LIVE, reset_token=Good.LIVE, is_failing=True),
}
STATES = tuple(PLANS)


def set_up(state: str, world: World) -> Account:
    """A fresh account in this state, so that runs side by side never meet. KeyError if the state is unknown."""
    return world.open_account(PLANS[state])
