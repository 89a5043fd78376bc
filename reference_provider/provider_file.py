"""The provider file (TOML) that points the contract suite at a running reference provider."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from reference_provider.world import Account

EFFECTS = ("reads", "writes", "issues-credentials", "sends-mail", "places-calls")
"""All five: nothing that is done to this provider reaches anybody."""


def provider_settings(
    urls: Mapping[str, str], accounts: Mapping[str, Account], values: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """What the file says. Credentials stand in it as they are: they open nothing but this provider.

    `urls` are `base_url`, `calls_base_url` and `states_url`; `accounts` and `values` go by provider state.
    """
    return {
        "base_url": urls["base_url"],
        "calls_base_url": urls["calls_base_url"],
        "allow": list(EFFECTS),
        "accounts": {
            state: {
                "token": account.token,
                "api_key": account.api_key,
                "user_id": account.user_id,
                "values": dict(values[state]),
            }
            for state, account in accounts.items()
        },
        "states": {"url": urls["states_url"]},
    }


def provider_toml(settings: Mapping[str, Any]) -> str:
    """The text of a file that says this."""
    urls = {key: settings[key] for key in ("base_url", "calls_base_url")}
    tables = [
        _lines(urls) + f"allow = {_list(settings['allow'])}\n",
        *(_account_tables(state, account) for state, account in settings["accounts"].items()),
        _table("states", settings["states"]),
    ]
    return "\n".join(tables)


def _account_tables(state: str, account: Mapping[str, Any]) -> str:
    name = f"accounts.{_text(state)}"
    credentials = {key: value for key, value in account.items() if key != "values"}
    return _table(name, credentials) + "\n" + _table(f"{name}.values", account["values"])


def _table(name: str, values: Mapping[str, str]) -> str:
    return f"[{name}]\n{_lines(values)}"


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{key} = {_text(value)}\n" for key, value in values.items())


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"


def _text(value: str) -> str:
    # A JSON string in ASCII is a basic string of TOML.
    return json.dumps(value)
