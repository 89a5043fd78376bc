"""The provider file (TOML) that points the contract suite at a running reference provider."""

import json
from collections.abc import Mapping

from talkstack_contract.reference.world import Account

EFFECTS = ("reads", "writes", "issues-credentials", "sends-mail", "places-calls")
"""All five: nothing that is done to this provider reaches anybody."""


def provider_toml(base_url: str, states_url: str, accounts: Mapping[str, Account]) -> str:
    """The file's text. Credentials stand in it as they are: they open nothing but this provider."""
    tables = [
        f"base_url = {_text(base_url)}\nallow = {_list(EFFECTS)}\n",
        *(_account_table(state, account) for state, account in accounts.items()),
        f"[states]\nurl = {_text(states_url)}\n",
    ]
    return "\n".join(tables)


def _account_table(state: str, account: Account) -> str:
    values = {"token": account.token, "api_key": account.api_key, "user_id": account.user_id}
    lines = [f"{key} = {_text(value)}\n" for key, value in values.items()]
    return f"[accounts.{_text(state)}]\n" + "".join(lines)


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _text(value: str) -> str:
    # A JSON string in ASCII is a basic string of TOML.
    return json.dumps(value)
