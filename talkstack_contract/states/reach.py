"""What of the contract the settings reach, and what each missing key would add: every case is planned, none is sent.

A key that is missing is supposed to be there, and the cases are planned once more.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from talkstack_contract.contract.cases import GENERATED, WORKFLOW
from talkstack_contract.errors import NotTested
from talkstack_contract.model import Case, Contract, Effect, RequirementLevel, SettingNames
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.redaction import Secrets
from talkstack_contract.provider.request_builder import base_url_of
from talkstack_contract.provider.settings import USER_ID, Account, Credential, Settings
from talkstack_contract.states.accounts import INVENTED, Accounts, NotYet
from talkstack_contract.states.ledger import Ledger
from talkstack_contract.states.needs import credentials_asked, only_fails, states_of, values_asked

SUPPOSED_URL = "https://supposed.invalid"
SUPPOSED_CREDENTIAL = "Supposed0credential0of0an0account"
SUPPOSED_OWNER = "supposed-owner"
SUPPOSED_VALUES = (INVENTED, "someone@example.test", "+15550100", "https://supposed.invalid", "1")
"""Tried in turn: the contract allows one of them for most fields."""

ResponseKey = tuple[str, int]
"""A documented response: the id of its operation, and the status."""


@dataclass(frozen=True)
class MissingKey:
    """A key that the settings do not have: as one would write it, and the settings with it.

    `beyond` is a smaller key that this one holds, too: it is worth naming only where it adds more than that.
    """

    shown: str
    settings: Settings
    beyond: str = ""


@dataclass(frozen=True)
class Reach:
    """The documented responses that settings reach, of `listed`, all of them by section.

    `added` counts what a missing key alone would add, by how one would write it; `together` is reached with all.
    """

    listed: Mapping[str, Sequence[ResponseKey]]
    reached: frozenset[ResponseKey]
    added: Mapping[str, int]
    together: frozenset[ResponseKey]


def reach_of(contract: Contract, settings: Settings, cases: Sequence[Case], in_scope: Sequence[Case]) -> Reach:
    """Return what settings reach of the responses that cases in scope are about."""
    cases = [each for each in cases if each.kind not in (GENERATED, WORKFLOW)]
    chosen = {each.operation.id for each in in_scope}
    listed: dict[str, list[ResponseKey]] = {}
    for operation in contract.operations:
        if operation.id in chosen:
            mine = [(operation.id, response.status) for response in operation.documented_responses]
            listed.setdefault(operation.tag, []).extend(mine)
    everything = {key for keys in listed.values() for key in keys}
    reached = frozenset(_reached(settings, cases, everything))
    left = everything - reached
    together = frozenset(_reached(_with_all(settings, cases), cases, left))
    return Reach(listed, reached, _added(settings, cases, left), reached | together)


def _added(settings: Settings, cases: Sequence[Case], left: Collection[ResponseKey]) -> dict[str, int]:
    """Count which of the responses that are left each missing key would add by itself."""
    added: dict[str, int] = {}
    for each in _missing_keys(settings, cases) if left else ():
        count = len([*_reached(each.settings, cases, left)])
        if count > added.get(each.beyond, 0):
            added[each.shown] = count
    return added


def _reached(settings: Settings, cases: Sequence[Case], wanted: Iterable[ResponseKey]) -> Iterator[ResponseKey]:
    """Yield each wanted response whose cases can all be planned; one that cannot leaves it not tested in the decision.

    Cases that are advice alone do not count, as in the decision.
    """
    accounts = Accounts(cases, Provider(settings, Secrets(settings.secrets())), Ledger(), "check")
    asked: dict[ResponseKey, list[Case]] = {key: [] for key in wanted}
    for case in cases:
        is_counted = any(clause.level is not RequirementLevel.ADVICE for clause in case.clauses)
        if is_counted and (key := (case.operation.id, case.status or 0)) in asked:
            asked[key].append(case)
    with accounts.planning(lambda name: _sample(name, cases)):
        yield from (key for key, mine in asked.items() if mine and all(_is_reached(accounts, case) for case in mine))


def _knows_owner(accounts: Accounts, case: Case) -> bool:
    """Tell whether a case that holds an answer to the account that asks knows whose id to expect."""
    return not _asks_for_owner(case) or bool(accounts.account_of(case).user_id)


def _asks_for_owner(case: Case) -> bool:
    return any(clause.check == "owner" and clause.level is not RequirementLevel.ADVICE for clause in case.clauses)


def _is_reached(accounts: Accounts, case: Case) -> bool:
    try:
        base_url_of(case.operation, accounts.provider.settings)
        accounts.request(case)
        return _knows_owner(accounts, case)
    except NotYet:  # it can be, once something is brought about
        return True
    except NotTested as error:
        return not error.by_settings


# Keys that are missing


def _missing_keys(settings: Settings, cases: Sequence[Case]) -> Iterator[MissingKey]:
    for effect in Effect:
        if effect not in settings.allow:
            yield MissingKey(f"allow = [..., {str(effect)!r}]", replace(settings, allow=settings.allow | {effect}))
    for name in settings.names.base_urls:
        if name not in settings.base_urls:
            yield MissingKey(name, replace(settings, base_urls={**settings.base_urls, name: SUPPOSED_URL}))
    for state in states_of(settings.names, cases):
        if not only_fails(cases, state):
            yield from _missing_of_account(settings, state, cases)
    if not settings.states_url:
        yield MissingKey("states.url", replace(settings, states_url=SUPPOSED_URL))


def _missing_of_account(settings: Settings, state: str, cases: Sequence[Case]) -> Iterator[MissingKey]:
    names, given = settings.names, settings.accounts.get(state)
    key, credentials, values = f"accounts.{state!r}", *_needs(names, state, cases)
    if given is None:
        if credentials or values:
            yield from _missing_account(settings, state, cases)
        return
    for name in credentials:
        if name not in given.credentials:
            more = _account(state, (name,), (), cases).credentials
            account = replace(given, credentials={**given.credentials, **more})
            yield _supposed(settings, account, f"{key}.{name}")
    if not given.user_id and any(_asks_for_owner(case) for case in cases if case.state == state):
        yield _supposed(settings, replace(given, user_id=SUPPOSED_OWNER), f"{key}.{USER_ID}")
    for name in values:
        if name not in given.values:
            account = replace(given, values={**given.values, **_account(state, (), (name,), cases).values})
            yield _supposed(settings, account, f"{key}.values.{name}")


def _missing_account(settings: Settings, state: str, cases: Sequence[Case]) -> Iterator[MissingKey]:
    """Yield an account with its credentials and, where cases take values of it, one that has these, too."""
    key, credentials, values = f"accounts.{state!r}", *_needs(settings.names, state, cases)
    if any(_asks_for_owner(case) for case in cases if case.state == state):
        credentials = (*credentials, USER_ID)
    bare = _shown_account(key, credentials) if credentials else ""
    if bare:
        yield _supposed(settings, _account(state, credentials, (), cases), bare)
    if values:
        shown = _shown_account(key, [*credentials, *values])
        yield _supposed(settings, _account(state, credentials, values, cases), shown, bare)


def _shown_account(key: str, held: Sequence[str]) -> str:
    return f"{key} ({', '.join(held)})"


def _needs(names: SettingNames, state: str, cases: Sequence[Case]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return credentials_asked(names, state, cases), values_asked(names, state, cases)


def _supposed(settings: Settings, account: Account, shown: str, beyond: str = "") -> MissingKey:
    return MissingKey(shown, replace(settings, accounts={**settings.accounts, account.state: account}), beyond)


def _account(state: str, credentials: Iterable[str], values: Iterable[str], cases: Sequence[Case]) -> Account:
    names = [key for key in credentials if key != USER_ID]
    supposed = {key: Credential(f"{SUPPOSED_CREDENTIAL}{state}{key}".replace(" ", "0"), key) for key in names}
    owner = SUPPOSED_OWNER if USER_ID in {*credentials} else ""
    return Account(state, supposed, owner, {name: _sample(name, cases) for name in values})


def _sample(name: str, cases: Sequence[Case]) -> str:
    """Return a text that the contract allows where it sends the value of that name alone."""
    operations = {case.operation.id: case.operation for case in cases}.values()
    fields = [field for each in operations for field in each.fields if field.sends == f"{{{name}}}" and field.schema]
    printed = [text for field in fields for text in field.keywords.get("examples", ())]
    texts = [*(each if isinstance(each, str) else json.dumps(each) for each in printed), *SUPPOSED_VALUES]
    allowed = (text for text in texts if not any(field.schema and field.schema.violations(text) for field in fields))
    return next(allowed, INVENTED)


def _with_all(settings: Settings, cases: Sequence[Case]) -> Settings:
    """Return the settings with every key that is missing."""
    while missing := next(_missing_keys(settings, cases), None):
        settings = missing.settings
    return settings
