"""Provider states by name, in Pact's convention: set up a fact about the data, and take it back."""

from talkstack_contract.reference.world import Account, World

ACTIVE_PROJECT = "an active project"
NO_ACTIVE_PROJECT = "no active project"
FAILS_INSIDE = "the provider fails inside"

STATES = (ACTIVE_PROJECT, NO_ACTIVE_PROJECT, FAILS_INSIDE)


def set_up(state: str, world: World) -> Account:
    """A fresh account in this state, so that runs side by side never meet. KeyError if the state is unknown."""
    if state not in STATES:
        raise KeyError(state)
    return world.open_account(has_active_project=state != NO_ACTIVE_PROJECT, is_failing=state == FAILS_INSIDE)
