"""What the contract of this suite calls things in the settings of a provider."""

from talkstack_contract.contract.openapi import load_contract
from talkstack_contract.provider.settings import Credential
from tests.unit.small_contract import small_contract

ACTIVE, EMPTY, OTHER, EXPIRED = "an active project", "no active project", "another account", "an expired token"
NAMES = load_contract(small_contract()).setting_names


def credentials(token: Credential | None = None, api_key: Credential | None = None) -> dict[str, Credential]:
    """The credentials of an account, without those that are None."""
    return {key: each for key, each in (("token", token), ("api_key", api_key)) if each}
