"""The accounts of a run, each in a provider state, with the values that its state yields.

An account comes from the settings, or from the states URL, which makes a new one each time. A value that an account of
the settings lacks is made by the documented operation that makes such a thing, where the settings allow that. Nothing
that the settings name is changed: what a request changes or removes is of our own making. All that is brought about is
in the ledger, and taken back at the end. Raises `NotTested` for what is not available, `Blocked` where it failed.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from urllib.parse import unquote

from talkstack_contract.contract.cases import WORKFLOW
from talkstack_contract.errors import Blocked, ContractError, NotTested, afresh
from talkstack_contract.model import (
    Case,
    CredentialVariant,
    Effect,
    Exchange,
    Json,
    Operation,
    Request,
    Scheme,
    SentCredential,
)
from talkstack_contract.provider.bodies import DecodedResponse, NotJson
from talkstack_contract.provider.client import NoAnswer, Provider
from talkstack_contract.provider.credentials import scheme_for, sent_credential
from talkstack_contract.provider.request_builder import check_valid, names_in, request_of, sent_values
from talkstack_contract.provider.settings import USER_ID, Account, Credential
from talkstack_contract.states.clean_up import take_back
from talkstack_contract.states.ledger import ACCOUNT, OBJECT, Ledger

# Which of the accounts in a state: the one that all read, that all our cases may change, that generated requests may.
SHARED, CHANGED, GENERATED = "", "changed", "generated"
ANY = "*"
INVENTED_CREDENTIALS = frozenset({CredentialVariant.LEFT_OUT, CredentialVariant.WRONG, CredentialVariant.EMPTY})
INVENTED = "00000000-0000-4000-8000-000000000000"

Place = tuple[str, str]


class NotYet(ContractError):
    """Something would have to be brought about first, and a plan brings nothing about."""


class Accounts:
    """Whoever asks in this run."""

    def __init__(self, cases: Sequence[Case], provider: Provider, ledger: Ledger, nonce: str) -> None:
        self.provider, self.ledger, self.names = provider, ledger, provider.settings.names
        self.left_behind: list[str] = []
        self._operations = {case.operation.id: case.operation for case in cases}
        self.asks = {case.operation.id: case for case in reversed(cases) if case.operation.success}
        self._seen: dict[tuple[Place, str], Exchange | None] = {}
        self._finders: dict[str, list[tuple[Operation, tuple[str, ...]]]] = {}
        for operation in self._operations.values():
            for name, path in operation.finds:
                self._finders.setdefault(name, []).append((operation, path))
        self._makers = {
            each.creates.value: each
            for each in self._operations.values()
            if each.creates and each.creates.removed_by and not _renamed(each)
        }
        self._nonce, self._count = nonce, 0
        self._accounts: dict[Place, Account] = {}
        self._made: dict[Place, dict[str, str]] = {}
        self._sent: dict[str, dict[str, Json]] = {}
        self._fresh: dict[str, str] = {}
        self._places: dict[str, Place] = {}
        self._credentials: dict[str, Credential] = {}
        self._distrusted: set[str] = set()
        self._is_closed = False
        self._trouble: dict[tuple[str, ...], Blocked] = {}  # what failed once is not tried again, and says the same
        self._is_planning = False
        self._supposed: Callable[[str], str] | None = None

    @contextmanager
    def planning(self, supposed: Callable[[str], str] | None = None) -> Iterator[None]:
        """Bring nothing about meanwhile: `NotYet` says what would have to be.

        With `supposed`, a value that a request would show or make is what that returns for its name.
        """
        self._is_planning, self._supposed = True, supposed
        try:
            yield
        finally:
            self._is_planning, self._supposed = False, None

    # Who asks

    def account_of(self, case: Case) -> Account:
        """Return the account whose values a case is made with."""
        return self.account(*self._place(case))

    def account(self, state: str, instance: str = SHARED) -> Account:
        """Return the account in a state; an `instance` of its own where the states URL can make one."""
        settings = self.provider.settings
        given = settings.accounts.get(state)
        if given and (instance == SHARED or not settings.states_url):
            return given
        place = state, instance
        if trouble := self._trouble.get(place) or self._trouble.get((state, ANY)):
            raise afresh(trouble)
        if place not in self._accounts:
            try:
                self._accounts[place] = self._brought_about(state)
            except Blocked as error:
                self._trouble[(state, ANY) if isinstance(error, NoAnswer) else place] = afresh(error)
                raise
        return self._accounts[place]

    def check_allowed(self, case: Case) -> None:
        """Raise `NotTested` for a case with an effect that the settings do not allow."""
        if case.effect not in self.provider.settings.allow:
            raise NotTested(
                f"it has the effect {case.effect}, which the settings do not allow",
                f"add {str(case.effect)!r} to allow in the provider file",
                by_settings=True,
            )

    def request(self, case: Case) -> Request:
        """Write the request of a case. Raises `NotTested` where the settings leave it out of reach."""
        self.check_allowed(case)
        self.check_own(case)
        if case.takes_any_scheme and case.scheme:
            with suppress(NotTested):  # without an account it is asked as it stands, and says what is missing
                case = replace(case, scheme=scheme_for(case.operation, self.account_of(case)))
        return self._request(case, self.fresh(case))

    def use(self, case: Case, place: Place, credential: Credential | None = None) -> None:
        """Let a case be asked with the values of that account, and with a credential that is not the account's own."""
        self._places[case.id] = place
        if credential:
            self._credentials[case.id] = credential

    def known(self, case: Case, place: Place, name: str) -> str:
        """Return a value of an account, for a step of `case`."""
        return self._known_value(case, place, name)

    def fresh(self, case: Case) -> str:
        """Return a text that no other request sends."""
        self._count += 1
        return f"{self._nonce}-{zlib.crc32(case.id.encode()):08x}-{self._count}"

    def _request(self, case: Case, fresh: str) -> Request:
        self._fresh[case.id] = fresh
        values = partial(self._value, case, self._place(case), fresh)
        self._sent[case.id] = sent_values(
            case, values, partial(self._value, case, (self.names.other_account, SHARED), fresh)
        )
        check_valid(case, self._sent[case.id])
        return request_of(case, self._sent[case.id], self._sent_by(case), self.provider.settings)

    def asked_for(self, case: Case, name: str) -> Json:
        """Return what a case sent for the field of that name, or the value of that name of the account that asked."""
        sent = self._sent.get(case.id, {})
        return sent[name] if name in sent else self._known_value(case, self._place(case), name)

    def generating(self, operation: Operation) -> tuple[SentCredential, ...]:
        """Return the credentials for generated requests: of an account of their own, if they may change it."""
        state = (operation.success.state if operation.success else "") or self.names.default_state
        account = self.account(state, SHARED if operation.effect is Effect.READS else GENERATED)
        scheme = scheme_for(operation, account)
        if scheme is None or not all(map(account.credential, scheme.all)):
            return ()
        return tuple(sent_credential(each, CredentialVariant.VALID, account.credential(each)) for each in scheme.all)

    def may_generate(self, operation: Operation, effect: Effect) -> bool:
        """Tell whether requests may be generated: what they make has no name of ours, so it has to be thrown away."""
        return not self.lacks_to_generate(operation, effect)

    def lacks_to_generate(self, operation: Operation, effect: Effect) -> str:
        """Return what the settings lack for generated requests, in words; nothing where they lack nothing."""
        settings = self.provider.settings
        lacks = {
            f"{str(effect)!r} in allow": effect not in settings.allow,
            operation.server: bool(operation.server) and operation.server not in settings.base_urls,
            "a states URL, whose accounts are thrown away": effect is not Effect.READS and not settings.states_url,
        }
        return ", and ".join(what for what, is_lacking in lacks.items() if is_lacking)

    def _place(self, case: Case) -> Place:
        if known := self._places.get(case.id):
            return known
        if case.needs_own_account:
            return case.state, case.id
        return case.state, SHARED if case.operation.effect is Effect.READS else CHANGED

    def _sent_by(self, case: Case) -> dict[str, Credential]:
        """Return the credentials that a case takes of an account, by the name of the scheme."""
        if case.scheme is None:
            return {}
        found = {each.name: self._known_credential(self.account_of(case), each) for each in case.scheme.beside}
        if case.credential_variant not in INVENTED_CREDENTIALS:
            found[case.scheme.name] = self._credential(case, case.scheme)
        return found

    def _credential(self, case: Case, scheme: Scheme) -> Credential:
        if case.id in self._credentials:
            return self._credentials[case.id]
        is_expired = case.credential_variant is CredentialVariant.EXPIRED
        account = self.account(self.names.expired) if is_expired else self.account_of(case)
        credential = self._known_credential(account, scheme)
        if case.credential_variant is CredentialVariant.OTHER_CASE and credential.value.swapcase() == credential.value:
            raise NotTested("the credential has no letter to write in another case", by_settings=True)
        return credential

    @staticmethod
    def _known_credential(account: Account, scheme: Scheme) -> Credential:
        if credential := account.credential(scheme):
            return credential
        raise NotTested(
            f"the account {account.state!r} has no {scheme.credential}",
            f"{scheme.credential} under accounts.{account.state!r}",
            by_settings=True,
        )

    def check_own(self, case: Case) -> None:
        """Hold back what would use up an account of the settings, or change it for good."""
        if case.scheme is None and (case.status or 0) >= 500:
            self.account_of(case)  # it asks nobody for a credential or a value, and needs its state all the same
        might_change = case.reads_after and not self.provider.settings.states_url  # by an undocumented method
        uses_up = case.needs_own_account and (case.operation.schemes or case.kind == WORKFLOW)
        if not (might_change or uses_up):
            return
        if not self._given_as(self.account_of(case)):
            return
        makers = [each for each in self._makers.values() if case.kind != WORKFLOW]
        removes = any(each.creates and each.creates.removed_by == case.operation.id for each in makers)
        renames = uses_up and _renamed(case.operation) in {each.creates.value for each in makers if each.creates}
        if not (removes or renames):
            raise NotTested(
                f"it {'might' if might_change else 'would'} change the account {case.state!r} for good",
                "a states URL, which makes new ones",
                by_settings=True,
            )

    def _given_as(self, account: Account) -> str:
        """Return the state under which the settings name this account; one that will be thrown away has none."""
        known = self.provider.settings.accounts.items()
        return next((state for state, each in known if replace(account, state=each.state) == each), "")

    def distrust(self, case: Case) -> None:
        """Take no longer the credential of a case that is refused, where another one would do as well."""
        if case.scheme and (credential := self.account_of(case).credential(case.scheme)):
            self._distrusted.add(credential.value)

    def trust(self, case: Case) -> None:
        """Take the credential of a case again."""
        if case.scheme and (credential := self.account_of(case).credential(case.scheme)):
            self._distrusted.discard(credential.value)

    def _trusted(self, account: Account) -> Account:
        """Return an account without the credentials that are refused; as it is, where no other is left."""
        left = {key: each for key, each in account.credentials.items() if each.value not in self._distrusted}
        return replace(account, credentials=left or account.credentials)

    # Values

    def values_of(self, account: Account) -> Mapping[str, str]:
        """Return everything known of an account's objects, what was made for it too."""
        made = (values for place, values in self._made.items() if place[0] == account.state)
        return {**account.values, **{name: value for each in made for name, value in each.items()}}

    def _value(self, case: Case, place: Place, fresh: str, name: str) -> str:
        if name == "fresh":
            return fresh
        try:
            return self._known_value(case, place, name)
        except NotTested:
            is_refused = case.scheme is None and case.operation.schemes and not case.operation.is_open
            if is_refused or case.credential_variant in INVENTED_CREDENTIALS:
                return INVENTED  # a request that is refused for its credential needs no object that exists
            raise

    def _known_value(self, case: Case, place: Place, name: str) -> str:
        account = self.account(*place)
        made = self._made.setdefault(place, {})
        is_step = place[1] not in (SHARED, CHANGED)  # a workflow goes on with what it has made
        if name in made and (is_step or self._changes(case) or name not in account.values):
            return made[name]
        if name in account.values and not self._has_to_make(case, account, name):
            return account.values[name]
        if not self._changes(case) and (found := self._found(place, name)):
            return found
        maker = self._makers.get(name)
        if maker is None:
            raise NotTested(
                f"{name} of the account {account.state!r} is not known",
                f"{name} under accounts.{account.state!r}.values in the provider file, or a states URL",
                by_settings=True,
            )
        if trouble := self._trouble.get((*place, name)):
            raise afresh(trouble)
        try:
            made[name] = self._make(maker, place, name)
        except Blocked as error:
            self._trouble[(*place, name)] = afresh(error)
            raise
        return made[name]

    @staticmethod
    def _changes(case: Case) -> bool:
        """Tell whether a case changes what it names; to place a call or send a mail leaves that as it was."""
        return case.operation.effect in (Effect.WRITES, Effect.ISSUES_CREDENTIALS)

    def _has_to_make(self, case: Case, account: Account, name: str) -> bool:
        """Tell whether a value of the settings is left alone, since this case would change what it names."""
        is_given = self._given_as(account)
        names_object = any(field.names_object and name in names_in(field.sends) for field in case.operation.fields)
        is_replaced = case.status in range(200, 300) and any(name in names_in(sent) for _, _, sent in case.mutations)
        return bool(is_given) and self._changes(case) and (names_object or is_replaced) and name in self._makers

    def _found(self, place: Place, name: str) -> str | None:
        """Return a value that an operation with the effect reads shows, each called at most once; None without one."""
        for operation, path in self._finders.get(name, ()):
            if self._supposed and operation.effect in self.provider.settings.allow:
                return self._supposed(name)
            if (place, operation.id) not in self._seen:
                self._seen[place, operation.id] = self._read(operation, place)
            seen = self._seen[place, operation.id]
            if seen and (value := _text_at(seen, path)):
                return value
        return None

    def _read(self, operation: Operation, place: Place) -> Exchange | None:
        if self._is_planning:
            raise NotYet(f"{operation.id} has shown what there is")
        self._seen[place, operation.id] = None  # whatever it needs is not read off itself
        case = replace(self.asks[operation.id], name="found", state=place[0])
        case = replace(case, scheme=scheme_for(operation, self._trusted(self.account(*place))))
        self._places[case.id] = place
        with suppress(Blocked, NotTested):
            return self.provider.send(self.request(case), case.id)
        return None

    def _make(self, maker: Operation, place: Place, name: str) -> str:
        case = replace(self.asks[maker.id], name=f"made-{name}-{len(self._places)}", state=place[0])
        account = self.account(*place)
        case = replace(case, scheme=scheme_for(maker, self._trusted(account)))  # a user may have only an API key
        self._places[case.id] = place
        if case.effect not in self.provider.settings.allow:
            raise NotTested(
                f"{name} is not known, and {maker.id}, which would make one, is not allowed",
                f"{name} under accounts.{place[0]!r}.values, or {str(case.effect)!r} in allow",
                by_settings=True,
            )
        request = self._request(case, self.fresh(case))
        if self._supposed:
            return self._supposed(name)
        if self._is_planning:
            raise NotYet(f"{maker.id} has made {name}")
        entry = self.about_to_send(case)
        exchange = self.provider.send(request, case.id)
        self.came_back(case, entry, exchange)
        value = made_value(maker, exchange)
        if value is None:
            raise Blocked(f"{maker.id} made no {name}: {exchange.status} {exchange.reason}".strip())
        return value

    # What our own cases make and remove

    def about_to_send(self, case: Case) -> str:
        """Write down that a case is about to make something that nobody else would remove; return the entry's id."""
        if not case.operation.creates:
            return ""
        state = case.state
        if not state and self.provider.settings.states_url:
            return ""  # a provider for tests, which starts anew
        with suppress(NotTested):  # asked without a credential, it may need no account
            if state and not (state := self._given_as(self.account_of(case))):
                return ""  # it is thrown away with its account
        return self.ledger.begin(OBJECT, state, case.operation.id, self._fresh.get(case.id, ""))

    def came_back(self, case: Case, entry: str, exchange: Exchange) -> None:
        """Write down what a case made; where no answer says so, it may have been made all the same."""
        if not entry or case.operation.creates is None:
            return
        value = made_value(case.operation, exchange)
        if value is not None:
            self.ledger.came_to(entry, {**self._named(case), case.operation.creates.value: value})
        elif 300 <= exchange.status < 500:
            self.ledger.removed(entry)  # it was refused

    def _named(self, case: Case) -> dict[str, str]:
        """Return the ids that a request named, by what they are called among the values: its removal needs them."""
        sent = self._sent[case.id]
        fields = [field for field in case.operation.fields if field.names_object and field.name in sent]
        return {name: str(sent[field.name]) for field in fields for name in names_in(field.sends)}

    # The end

    def close(self) -> None:
        """Take back all that was brought about, and remember what could not be: once, whoever ends first."""
        if not self._is_closed:
            self._is_closed = True
            self.left_behind += take_back(self.ledger, self.provider, self.asks)

    def _brought_about(self, state: str) -> Account:
        if not self.provider.settings.states_url:
            if state == self.names.default_state and not self.names.credentials:
                return Account(state, {}, "")  # whoever asks is nobody to this API
            raise NotTested(
                f"no account is configured for the provider state {state!r}",
                f"an account under accounts.{state!r} in the provider file, or a states URL",
                by_settings=True,
            )
        if self._is_planning:
            raise NotYet(f"the states URL has brought about {state!r}")
        entry = self.ledger.begin(ACCOUNT, state)
        try:
            account = self.provider.set_up(state, "setup")
        except NoAnswer:
            raise
        except Blocked:
            self.ledger.removed(entry)  # it was refused, so there is nothing to take back
            raise
        self.ledger.came_to(entry, {USER_ID: account.user_id})
        if account.credentials or account.values:
            return account
        usual = self.names.default_state
        default = self.provider.settings.accounts.get(usual)
        if default is None:
            raise Blocked(f"the states URL names no account for {state!r}, and there is none for {usual!r}")
        return replace(default, state=state)


def _renamed(operation: Operation) -> str:
    """Return the value that an operation uses up and makes anew, as a rename does; an empty text without one."""
    made = operation.creates.value if operation.creates else ""
    return made if any(field.names_object and made in names_in(field.sends) for field in operation.fields) else ""


def made_value(maker: Operation, exchange: Exchange) -> str | None:
    """Return the value that an operation made, read off its answer; None where the answer shows none."""
    if maker.creates is None or not 200 <= exchange.status < 300:
        return None
    if not maker.creates.header:
        return _text_at(exchange, maker.creates.at)
    address = (exchange.header(maker.creates.header) or "").partition("?")[0]
    return unquote(address.strip().rstrip("/").rpartition("/")[2]) or None


def _text_at(exchange: Exchange, path: Sequence[str]) -> str | None:
    with suppress(NotJson):
        return DecodedResponse(exchange).first_id(path)
    return None
