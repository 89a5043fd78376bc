"""What cases take of an account in a provider state: credentials and values, by their keys in the settings."""

from collections.abc import Iterator, Sequence

from talkstack_contract.model import Case, CredentialVariant, Json, MutationKind, SettingNames
from talkstack_contract.provider.request_builder import names_in


def states_of(names: SettingNames, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return every state in which an account can be of use, the default one first."""
    asked = [each.state for each in cases if each.state]
    found = dict.fromkeys([names.default_state, *names.variables, *asked, names.other_account, names.expired])
    return tuple(state for state in found if state)


def only_fails(cases: Sequence[Case], state: str) -> bool:
    """Tell whether a state is one in which the provider fails: no account is in it for long."""
    mine = [each for each in cases if each.state == state]
    return bool(mine) and all((each.status or 0) >= 500 for each in mine)


def credentials_asked(names: SettingNames, state: str, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the keys of the credentials that cases take of an account in a state."""
    if state == names.expired:
        mine = [each for each in cases if each.credential_variant is CredentialVariant.EXPIRED]
    else:
        mine = [each for each in cases if each.state == state]
    asked = {scheme.credential for each in mine if each.scheme for scheme in each.scheme.all}
    return tuple(key for key in names.credentials if key in asked)


def values_asked(names: SettingNames, state: str, cases: Sequence[Case]) -> tuple[str, ...]:
    """Return the names of the values that cases take of an account in a state."""
    if state == names.other_account:
        foreign = [(each, name) for each in cases for name, kind, _ in each.mutations if kind is MutationKind.FOREIGN]
        fields = [case.operation.field(name) for case, name in foreign]
        templates = [field.sends for field in fields if field]
    else:
        templates = [template for each in cases if each.state == state for template in _sent(each)]
    return tuple(sorted({name for template in templates for name in names_in(template)} - {"fresh"}))


def _sent(case: Case) -> Iterator[Json]:
    mutated = {name: template for name, _, template in case.mutations}
    yield from (mutated.get(field.name, field.sends) for field in case.operation.fields)
