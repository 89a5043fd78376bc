"""Takes back what a ledger holds: accounts by the states URL, objects by the documented operation that removes them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from talkstack_contract.errors import Blocked, NotTested
from talkstack_contract.model import Case
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.request_builder import request_of, sent_values
from talkstack_contract.provider.settings import USER_ID, Account, Credential
from talkstack_contract.states.ledger import ACCOUNT, Entry, Ledger

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403})


def take_back(ledger: Ledger, provider: Provider, asks: Mapping[str, Case]) -> list[str]:
    """Take back what is pending in a ledger, and say of each thing that could not be why; `asks` by operation id."""
    left = []
    for entry in ledger.pending():
        try:
            _take_one_back(entry, provider, asks)
            ledger.removed(entry.id)
        except (Blocked, NotTested) as error:
            left.append(f"{entry}: {error.reason}")
    return left


def _take_one_back(entry: Entry, provider: Provider, asks: Mapping[str, Case]) -> None:
    if entry.kind == ACCOUNT:
        provider.set_up(entry.state, "teardown", entry.values.get(USER_ID, ""))
        return
    maker = asks[entry.operation].operation.creates if entry.operation in asks else None
    if maker is None or maker.removed_by not in asks:
        raise Blocked("no documented operation removes it")
    if not entry.values:
        raise Blocked("it is not known what came of the request")
    account = provider.settings.accounts.get(entry.state)
    if account is None:
        raise NotTested(f"the settings have no account {entry.state!r}", by_settings=True)
    asked = _by_each_credential(asks[maker.removed_by], account)
    if not asked:
        raise NotTested(f"the account {entry.state!r} has no credential here", by_settings=True)
    known = partial(_known_to, {**account.values, **entry.values})
    for case, credentials in asked:
        request = request_of(case, sent_values(case, known, known), credentials, provider.settings)
        exchange = provider.send(request, f"{case.operation.id}/clean-up")
        if 200 <= exchange.status < 300 or exchange.status in GONE:
            return
        if exchange.status not in REFUSED:
            break
    raise Blocked(f"{maker.removed_by} answered {exchange.status} {exchange.reason}".strip())


def _by_each_credential(case: Case, account: Account) -> list[tuple[Case, dict[str, Credential]]]:
    """Return a case by each credential that an account has: one of them may have been refused or have ended."""
    if not case.operation.schemes:
        return [(replace(case, scheme=None), {})]
    found = []
    for scheme in case.operation.schemes:
        credentials = {each.name: credential for each in scheme.all if (credential := account.credential(each))}
        if len(credentials) == len(scheme.all):
            found.append((replace(case, scheme=scheme), credentials))
    return found


def _known_to(values: Mapping[str, str], name: str) -> str:
    if name not in values:
        raise Blocked(f"{name}, which its removal takes, is not known")
    return values[name]
