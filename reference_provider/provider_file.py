"""The provider file (TOML) that points the contract suite at a running reference provider."""

import json
from collections.abc import Mapping

from reference_provider.world import Account

EFFECTS = ("reads", "writes", "issues-credentials", "sends-mail", "places-calls")
"""All five: nothing that is done to this provider reaches anybody."""


def provider_toml(
    urls: Mapping[str, str], accounts: Mapping[str, Account], values: Mapping[str, Mapping[str, str]]
) -> str:
    """The file's text. Credentials stand in it as they are: they open nothing but this provider.

    `urls` are `base_url`, `calls_base_url` and `states_url`; `accounts` and `values` go by provider state.
    """
    tables = [
        _lines({key: urls[key] for key in ("base_url", "calls_base_url")}) + f"allow = {_list(EFFECTS)}\n",
        *(_account_tables(state, account, values[state]) for state, account in accounts.items()),
        _table("states", {"url": urls["states_url"]}),
    ]
    return "\n".join(tables)


def _account_tables(state: str, account: Account, values: Mapping[str, str]) -> str:
    name = f"accounts.{_text(state)}"
    credentials = {"token": account.token, "api_key": account.api_key, "user_id": account.user_id}
    return _table(name, credentials) + "\n" + _table(f"{name}.values", values)


def _table(name: str, values: Mapping[str, str]) -> str:
    return f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{key} = {_text(value)}\n" for key, value in values.items())


def _list(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _text(value: str) -> str:
    # A JSON string in ASCII is a basic string of TOML.
    return json.dumps(value)
