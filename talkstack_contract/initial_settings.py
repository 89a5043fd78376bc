"""The text of a first `talkstack-contract.toml`, made of a contract; only what a run needs is switched on.

Secrets are named by their environment variables. The names of states, credentials, hosts and values are the contract's.
"""

import json
import re
from collections.abc import Iterator, Sequence

from talkstack_contract.model import Case, Contract, Effect, SettingNames
from talkstack_contract.provider.settings import SECRET_VALUE, USER_ID
from talkstack_contract.states.needs import credentials_asked, only_fails, states_of, values_asked

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
UNKNOWN = '"…"'  # what only the reader of the file knows
NAMED = 3  # operations of a further host
PLAIN_URL = re.compile(r"https?://[^{}?#@]+")
HEAD = """\
# How talkstack-contract tests a deployment of {title}: where it is, as whom, and what a run may do to it.
# A run reads this file in the folder where it starts, or above it in the same repository. Remove the # before a key
# to set it. Secrets never stand here: {{env = "NAME"}} names the environment variable that holds one.
"""
SCOPE = """\
# Decide about a part of the contract alone.
# operations = [{operation}]
# sections = [{section}]
# ca_bundle = "company-ca.pem"  # beside this file
"""
TAIL = """\
# A URL that makes an account in a provider state, by POST {{"state", "action": "setup" | "teardown"}}.{failing}
# [states]
# url = "https://api.example/_states"

# [limits]
# requests_per_second = 5
# requests_at_once = 4
# requests = 5000  # budget of one run
# exchange_s = 10  # deadline of one exchange
# body_bytes = 5_000_000

# Sent with every request.
# [headers]
# X-Gateway-Key = {{env = "GATEWAY_KEY"}}

# [client_certificate]
# certificate = "client.pem"
# key = "client.key"
"""


def settings_text(contract: Contract, cases: Sequence[Case]) -> str:
    """Return the text of the file for a contract with these cases."""
    names = contract.setting_names
    operation, *_ = contract.operations
    states = states_of(names, cases)
    failing = [state for state in states if only_fails(cases, state)]
    told = f"\n# Only it reaches {' and '.join(map(repr, failing))}." if failing else ""
    parts = [
        HEAD.format(title=contract.title),
        "".join(f"{line}\n" for line in (_base_url(contract), *_further_hosts(contract))),
        "".join(f"{line}\n" for line in _allowed(contract)),
        SCOPE.format(operation=_text(operation.id), section=_text(operation.tag)),
        *(_account(names, state, cases) for state in states if state not in failing),
        TAIL.format(failing=told),
    ]
    return "\n".join(part for part in parts if part)


def first_steps(contract: Contract, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return what is left to do before a run can read the file as it is written."""
    variables = variables_of(contract, cases)
    url = () if PLAIN_URL.fullmatch(contract.server_url) else ("set base_url in the file",)
    return (*url, f"export {' '.join(f'{name}=…' for name in variables)}") if variables else url


def variables_of(contract: Contract, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the environment variables that the file asks for as it is written."""
    names = contract.setting_names
    return tuple(
        _variable(names, names.default_state, key) for key in credentials_asked(names, names.default_state, cases)
    )


def _base_url(contract: Contract) -> str:
    if PLAIN_URL.fullmatch(contract.server_url):
        return f"base_url = {_text(contract.server_url)}  # --base-url wins over it"
    return '# base_url = "https://api.example"  # needed here, or as --base-url'


def _further_hosts(contract: Contract) -> Iterator[str]:
    for name in contract.setting_names.base_urls:
        there = [each.id for each in contract.operations if each.server == name]
        shown = f"{', '.join(there[:NAMED])}{' …' if len(there) > NAMED else ''}"
        yield f'# {_key(name)} = "https://api.example"  # the host of {shown}, not tested without it'


def _allowed(contract: Contract) -> Iterator[str]:
    yield "# What a run may do. Without this key it only reads."
    yield "# allow = ["
    for effect in Effect:
        count = sum(each.effect is effect for each in contract.operations)
        if count or effect is Effect.READS:
            yield f"#   {_text(effect)},  # {count} {'operation' if count == 1 else 'operations'}"
    yield "# ]"


def _account(names: SettingNames, state: str, cases: Sequence[Case]) -> str:
    """Return the tables of an account; that of the default state is switched on where a case needs its credential."""
    credentials, values = credentials_asked(names, state, cases), values_asked(names, state, cases)
    if not (credentials or values):
        return ""
    is_on = state == names.default_state and bool(credentials)
    on, table = "" if is_on else "# ", f"accounts.{_text(state)}"
    lines = [f"# {_purpose(names, state, cases)}", *([f"{on}[{table}]"] if credentials else [])]
    lines += [f"{on}{_key(key)} = {_env(_variable(names, state, key))}" for key in credentials]
    lines += [f"# {USER_ID} = {UNKNOWN}  # whose data must come back"] if credentials and state != names.expired else []
    lines += [f"# [{table}.values]"] if values else []
    lines += [f"# {_key(each)} = {_value(names, state, each)}" for each in values]
    return "".join(f"{line}\n" for line in lines)


def _purpose(names: SettingNames, state: str, cases: Sequence[Case]) -> str:
    if state == names.default_state:
        return "The account that most cases use. Remove the line of a credential that you do not have."
    if state == names.other_account:
        return "An account whose objects must never show."
    if state == names.expired:
        return "A credential that no longer works."
    reached = {(each.operation.id, each.status) for each in cases if each.state == state and each.status}
    count = f"{len(reached)} documented {'response' if len(reached) == 1 else 'responses'}"
    return f"An account in this provider state, for {count if reached else 'cases beside the documented responses'}."


def _value(names: SettingNames, state: str, name: str) -> str:
    return _env(_variable(names, state, name)) if SECRET_VALUE.search(name) else UNKNOWN


def _variable(names: SettingNames, state: str, key: str) -> str:
    """Return the variable of the contract or, where it names none, one that is made of state and key."""
    prefix = "" if state == names.default_state else f"{state} "
    return names.variable(state, key) or re.sub(r"[^A-Z0-9]+", "_", f"{prefix}{_parted(key)}".upper()).strip("_")


def _parted(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)


def _env(variable: str) -> str:
    return f"{{env = {_text(variable)}}}"


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    return json.dumps(str(text), ensure_ascii=False)
