"""Asks each case once and remembers the answer, in one process.

Decides what is the provider's fault and what is nobody's: no usable answer is `Blocked`, unless the same provider
answered other cases; then the case is asked once more, and what happens again is judged. A credential that is refused
by one operation while another one works is the provider's fault; one that several refuse and none takes blocks its own
cases; when all are refused, every case is `Blocked`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice

from talkstack_contract.contract.cases import GENERATED, REFUSAL, STATE, SUCCESS, WORKFLOW
from talkstack_contract.errors import Blocked, NotTested, afresh, bug_of_ours
from talkstack_contract.model import (
    Case,
    CredentialVariant,
    Effect,
    Exchange,
    Operation,
    Request,
    SentCredential,
)
from talkstack_contract.provider.bodies import DecodedResponse
from talkstack_contract.provider.client import NoAnswer, OnOurSide, Provider
from talkstack_contract.provider.curl_line import curl_of
from talkstack_contract.provider.pace import TOO_MANY, retry_after_s
from talkstack_contract.states.accounts import Accounts, NotYet

UNUSABLE = frozenset({TOO_MANY, 502, 503, 504})  # says nothing of the operation: too fast, or a server out of reach
REFUSED = frozenset({401, 403})
SAYS_ENOUGH = 2  # operations that refuse a credential: one of them may as well be wrong itself
VALID = CredentialVariant.VALID
DERIVED = frozenset(
    {
        CredentialVariant.ALTERED,
        CredentialVariant.LENGTHENED,
        CredentialVariant.CUT_SHORT,
        CredentialVariant.OTHER_CASE,
        CredentialVariant.OTHER_SCHEME,
    }
)


COVERING = 20
"""Of the generated requests that cover a schema's every corner so many are sent, beside the random ones."""


@dataclass(frozen=True)
class PlannedCase:
    """What a case would send: in words, the effect of each request, and how many requests would at most be generated.

    `is_workflow` is true for a case whose steps depend on what is answered.
    """

    case: Case
    told: str
    effects: tuple[Effect, ...] = ()
    generated: int = 0
    is_workflow: bool = False


class Answers:
    """The answers of one provider, each asked for when it is first wanted.

    `dead` is the reason why no case of this run can be asked any more, `after` the answers to the requests made
    after a case to see what it changed, `exchanges` everything that was received, by id, `asked` the operation of each,
    `server_errors` those with a status of 500 or above.
    """

    def __init__(self, cases: Sequence[Case], provider: Provider, accounts: Accounts) -> None:
        self.provider, self.accounts = provider, accounts
        missing = provider.settings.missing
        self.dead: Blocked | None = Blocked(missing, of_run=True) if missing else None
        self.after: dict[str, DecodedResponse] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.asked: dict[str, Operation] = {}
        self.server_errors: dict[str, Exchange] = {}
        self._cases = {case.id: case for case in cases}
        makers = [case for case in cases if case.operation.creates and case.kind == SUCCESS]
        self._makers = {(each.operation.path, each.operation.server, each.state): each for each in reversed(makers)}
        self._answers: dict[str, DecodedResponse | Blocked | NotTested] = {}
        self._has_answered = self._is_trying = False
        self._opened: dict[str, Case] = {}  # a reading case that each credential has opened
        self._ended: set[str] = set()  # credentials that a request of ours ended, which should have changed nothing
        self._refused: dict[str, Blocked] = {}  # credentials that do not work, or no longer
        self._doubted: dict[str, list[Case]] = {}  # credentials that are being tried elsewhere, and where they failed

    def case(self, id: str) -> Case:  # noqa: A002 - the word of this project
        """Return the case of that id."""
        return self._cases[id]

    def remember(self, exchange: Exchange, operation: Operation) -> None:
        """Keep an exchange, with the operation that was asked."""
        self.exchanges[exchange.id], self.asked[exchange.id] = exchange, operation
        self.server_errors.pop(exchange.id, None)
        if exchange.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self.server_errors[exchange.id] = exchange

    def known(self, case_id: str) -> DecodedResponse | None:
        """Return the answer to a case where this process has one already."""
        known = self._answers.get(case_id)
        return known if isinstance(known, DecodedResponse) else None

    def of(self, case: Case) -> DecodedResponse:
        """Return the answer to a case, asking at most once. Raises `Blocked` or `NotTested`, the same each time."""
        if self.dead:
            raise afresh(self.dead)
        if case.id not in self._answers:
            self._make_first(case)
        if case.id not in self._answers:
            try:
                self._answers[case.id] = self._ask(case)
            except (Blocked, NotTested) as error:
                self._answers[case.id] = afresh(error)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and asking again would not fix it
                self._answers[case.id] = bug_of_ours(error)
        known = self._answers[case.id]
        if not isinstance(known, DecodedResponse):
            raise afresh(known)
        return known

    def _make_first(self, case: Case) -> None:
        """Ask what makes a thing before a list of such things is read: of an empty one nothing could be judged."""
        maker = None if self._is_trying else self._maker_beside(case)
        if maker and maker.id not in self._answers:
            with suppress(Blocked, NotTested):
                self.of(maker)

    def _maker_beside(self, case: Case) -> Case | None:
        """Return the case that makes what this one may list: the one with its path."""
        if not _may_list(case):
            return None
        place = case.operation.path, case.operation.server, case.state
        return self._makers.get(place)

    def _ask(self, case: Case) -> DecodedResponse:
        request = self.accounts.request(case)
        self._check_known(case, request)
        self._check_credential(case)
        exchange = self._usable(case, request)
        self.remember(exchange, case.operation)
        if case.reads_after:
            self.after[case.id] = self._read_again(case, exchange)
        answer = DecodedResponse(exchange)
        self._answers[case.id] = answer
        self._check_refusal(case, request, exchange)
        return answer

    def again(self, case: Case) -> DecodedResponse:
        """Ask a case once more, whatever it answered before."""
        exchange = self._attempt(self.accounts.request(case), f"{case.id}/again")
        self.remember(exchange, case.operation)
        return DecodedResponse(exchange)

    def step(self, case: Case, exchange_id: str) -> Exchange:
        """Ask one step of a workflow; where no answer came, the exchange has the status 0."""
        if self.dead:
            raise afresh(self.dead)
        request = self.accounts.request(case)
        exchange = self._tried(case, request, exchange_id)
        self.remember(exchange, case.operation)
        if exchange.status in REFUSED and (proof := self._opened.get(_credential_of(case, request))):
            self._check_still_open(case, _credential_of(case, request), exchange, proof)
        return exchange

    def check_generated(self, sent: Sequence[SentCredential], refusal: Exchange | None = None) -> None:
        """Raise `Blocked` where a credential is known not to work, or no longer does where it did before a refusal."""
        credential = _in_one(sent)
        if blocked := self._refused.get(credential):
            raise afresh(blocked)
        if refusal and (proof := self._opened.get(credential)):
            self._check_still_open(proof, credential, refusal, proof)

    # A credential that is refused where it has to be accepted

    def _check_refusal(self, case: Case, request: Request, exchange: Exchange) -> None:
        """Tell a credential that does not work from a provider that refuses a sound one. Raises `Blocked`.

        A credential that has opened something before is tried there again; any other is tried wherever it may read.
        """
        credential = _credential_of(case, request) if case.expects_success else ""
        if credential and exchange.status not in refusals(case.operation):
            if case.kind in (SUCCESS, STATE) and case.effect is Effect.READS:
                self._opened.setdefault(credential, case)
            return
        if not credential or exchange.status == case.status:  # the page may print a 403 for it
            return
        if proof := self._opened.get(credential):
            self._check_still_open(case, credential, exchange, proof)
        elif credential in self._doubted:
            self._doubted[credential].append(case)
        else:
            self._check_elsewhere(case, credential, exchange)

    def _check_still_open(self, case: Case, credential: str, exchange: Exchange, proof: Case) -> None:
        if credential in self._ended:
            return
        again = self._attempt(self.accounts.request(proof), f"{proof.id}/again")
        if again.status in refusals(proof.operation):
            told = f"is refused ({_status_line(exchange)}) where it was accepted before: it has expired or was revoked"
            raise self._refuse(case, credential, told)

    def _check_elsewhere(self, case: Case, credential: str, exchange: Exchange) -> None:
        self._doubted[credential] = [case]
        others = [each for each in self._reading(case.operation) if each.state == case.state]
        mine = [each for each in others if each.scheme and case.scheme and each.scheme.noun == case.scheme.noun]
        self.accounts.distrust(case)  # what these cases need is made with another one, if there is one
        is_accepted = any(map(self._is_accepted, mine))
        self.accounts.trust(case)
        failed = self._doubted.pop(credential)
        if is_accepted:
            return
        tried = {each.operation.id for each in failed}
        if not self._opened and self._all_refused(case.operation):
            self.dead = Blocked(f"every credential given is refused ({_status_line(exchange)})", of_run=True)
            raise afresh(self.dead)
        if len(tried) < SAYS_ENOUGH and self._may_be_its_own_fault(case):
            return
        told = f"is refused wherever it is sent ({_status_line(exchange)}): it is wrong or has expired"
        blocked = self._refuse(case, credential, told)
        self._answers |= {each.id: blocked for each in failed}
        raise afresh(blocked)

    def _may_be_its_own_fault(self, case: Case) -> bool:
        """Tell whether an operation that alone refuses a credential may do so wrongly: it opens another one, if any."""
        answers = (self._as_that_account(each, case) for each in self._others_that_read(case))
        known = [*islice((each for each in answers if each is not None), SAYS_ENOUGH)]
        return not known or any(known)

    def _others_that_read(self, case: Case) -> list[Case]:
        found = [each for each in self._reading(case.operation) if each.operation is not case.operation]
        noun = case.scheme.noun if case.scheme else ""
        mine = [each for each in found if each.effect is Effect.READS and each.scheme and each.scheme.noun == noun]
        return [*{each.operation.id: each for each in mine}.values()]

    def _as_that_account(self, case: Case, other: Case) -> bool | None:
        """Ask a case as the account of another one, and tell whether it is let in; None where that cannot be asked.

        Nothing is made for it: a value that the account does not have is not asked for.
        """
        asked = replace(case, name=f"{case.name}-as-in-{other.operation.id}-{other.name}", state=other.state)
        with suppress(Blocked, NotTested, NotYet):
            with self.accounts.planning():
                request = self.accounts.request(asked)
            exchange = self._attempt(request, asked.id)
            if self._is_usable(exchange):
                return exchange.status not in refusals(case.operation)
        return None

    def _refuse(self, case: Case, credential: str, told: str) -> Blocked:
        self._refused[credential] = blocked = Blocked(f"{_named(case)} {told}", of_run=True)
        self.accounts.distrust(case)
        return afresh(blocked)

    def preflight(self) -> list[str]:
        """Ask once by each credential of the settings, and say which of them are refused, or why nothing answers.

        Sends cases that read; their responses are kept for the run.
        """
        probes: dict[tuple[str, str], Case] = {}
        for case in self._cases.values():
            is_asked = case.expects_success and case.kind in (SUCCESS, STATE) and case.effect is Effect.READS
            if is_asked and case.scheme and case.state in self.provider.settings.accounts:
                probes.setdefault((case.state, case.scheme.credential), case)
        usual = [each for each in self._cases.values() if each.effect is Effect.READS][:1]
        for case in probes.values() or usual:
            if not self.dead:
                self._probe(case)
            if self._maker_beside(case):
                self._answers.pop(case.id, None)  # asked again once there is something to show
        return [str(self.dead)] if self.dead else [str(each) for each in self._refused.values()]

    def _probe(self, case: Case) -> None:
        try:
            with suppress(NotTested), self._trying():
                self.of(case)
        except OnOurSide as error:
            if not case.operation.server:  # else it is about a host of a few operations
                self.dead = Blocked(error.reason, of_run=True)
        except Blocked:
            pass  # known by now: its cases say so

    def plan(self, case: Case, examples: int) -> PlannedCase:
        """Return what asking a case would send, without sending it."""
        if case.kind == GENERATED:
            if not self.accounts.may_generate(case.operation, case.operation.effect):
                return PlannedCase(case, "not tested: the settings allow no generated requests to this operation")
            most = examples + COVERING
            told = f"up to {most} generated requests to {case.operation.method} {case.operation.path}"
            return PlannedCase(case, told, generated=most)
        try:
            if case.kind == WORKFLOW:
                self.accounts.check_allowed(case)
                return PlannedCase(case, f"the steps of a workflow: {case.clauses[0].statement}", is_workflow=True)
            with self.accounts.planning():
                tls_files = self.provider.settings.tls_files
                told = curl_of(self.accounts.request(case), self.provider.secrets, tls_files)
        except NotYet as error:
            told = f"{case.method} {case.operation.path}, after {error}"
        except NotTested as error:
            return PlannedCase(case, f"not tested: {error.reason}")
        again = (self._cases[f"{case.operation.id}/{case.compared_with}"].effect,) if case.reads_after else ()
        return PlannedCase(case, told, (case.effect, *again))

    def _check_credential(self, case: Case) -> None:
        """Hold back a spoilt credential while the sound one does not work: that it is refused would mean nothing."""
        if case.kind != REFUSAL or case.credential_variant not in DERIVED or case.scheme is None:
            return
        sound = self._cases.get(f"{case.operation.id}/by-{case.scheme.slug}")
        if sound is None:
            return  # no page prints a success
        if sound.effect is not Effect.READS and sound.id not in self._answers:
            return  # not tested only for this: it would change something
        if self.of(sound).exchange.status in refusals(case.operation):
            raise NotTested(f"the {case.scheme.noun} itself is refused, so refusing a spoilt one means nothing")

    def _all_refused(self, operation: Operation) -> bool:
        """Tell whether no credential does, neither for this operation nor for any that only reads."""
        return not any(map(self._is_accepted, self._reading(operation)))

    def _reading(self, operation: Operation) -> list[Case]:
        """Return the cases that show whether a credential works: those asked already, of the operation, that read."""
        tried = [case for case in self._cases.values() if case.expects_success and case.kind in (SUCCESS, STATE)]
        tried = [
            each for each in tried if each.operation is operation or each.effect is Effect.READS or self._has(each)
        ]
        return sorted(tried, key=lambda each: (not self._has(each), each.operation is not operation))

    def _has(self, case: Case) -> bool:
        return case.id in self._answers

    def _is_accepted(self, case: Case) -> bool:
        with suppress(Blocked, NotTested), self._trying():
            return self.of(case).exchange.status not in refusals(case.operation)
        return False

    @contextmanager
    def _trying(self) -> Iterator[None]:
        """Ask only to see whether a credential works: nothing is made for that."""
        before, self._is_trying = self._is_trying, True
        try:
            yield
        finally:
            self._is_trying = before

    def _check_known(self, case: Case, request: Request) -> None:
        """Hold back a credential that is known not to work, and what is derived of it: its refusal means nothing."""
        if not self._refused or case.scheme is None:
            return
        credential = _credential_of(case, request)
        if case.credential_variant in DERIVED:
            credential = _credential_of(case, self.accounts.request(replace(case, credential_variant=VALID)))
        if blocked := self._refused.get(credential):
            raise afresh(blocked)

    def _usable(self, case: Case, request: Request) -> Exchange:
        first = self._first_contact(case, request) if not self._has_answered else self._tried(case, request, case.id)
        if first.status == TOO_MANY:  # which was asked once more already, by the client
            asks_to_wait = "and asks to wait longer than a run does" if retry_after_s(first) else "also after a pause"
            raise Blocked(f"the provider is asked too fast ({TOO_MANY}), {asks_to_wait}")
        if self._is_usable(first) or first.status == case.status:  # which a page may print
            return first
        if case.effect is Effect.PLACES_CALLS and not first.status:
            raise Blocked(f"{first.reason}, and asking again might ring somebody twice")
        self.provider.pause(retry_after_s(first))
        return self._tried(case, self.accounts.request(case), case.id)  # made anew: a name of the first may be taken

    def _first_contact(self, case: Case, request: Request) -> Exchange:
        """Ask the first case and, where no answer is in sight, a witness: is the provider dead, or one answer bad?

        The witness leaves at half the deadline at the latest, with half a deadline of its own: a provider that answers
        is never asked two things at once, and one that does not answer is known to be dead after one deadline.
        """
        half_s = self.provider.settings.limits.exchange_s / 2
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(self._tried, case, request, case.id)
            wait([first], timeout=half_s)
            if first.done() and self._is_usable(first.result()):
                self._has_answered = True
                return first.result()
            witness = self._witness(case)
            exchanges = [self._attempt(witness[1], witness[0].id, half_s)] if witness else []
            exchanges.insert(0, first.result())
        self._has_answered = any(map(self._is_usable, exchanges))
        if not self._has_answered:
            told = f"{exchanges[0].status} {exchanges[0].reason}" if exchanges[0].status else exchanges[0].reason
            self.dead = Blocked(f"the provider gives no usable answer: {told}", of_run=True)
            raise afresh(self.dead)
        if witness and self._is_usable(exchanges[-1]):
            self.remember(exchanges[-1], witness[0].operation)
            self._answers[witness[0].id] = DecodedResponse(exchanges[-1])
        return exchanges[0]

    def _witness(self, case: Case) -> tuple[Case, Request] | None:
        """Return a case that needs no credential, to ask beside the first one: of its operation, or one that reads."""
        others = [each for each in self._cases.values() if each.kind == REFUSAL and each.id != case.id]
        others.sort(key=lambda each: each.operation is not case.operation)
        for each in others:
            if each.scheme is None and (each.operation is case.operation or each.effect is Effect.READS):
                with suppress(Blocked, NotTested, NotYet), self.accounts.planning():
                    return each, self.accounts.request(each)
        return None

    def _tried(self, case: Case, request: Request, exchange_id: str) -> Exchange:
        """Send a request of a case; what it may make is in the ledger before, what it made after."""
        entry = self.accounts.about_to_send(case)
        exchange = self._attempt(request, exchange_id)
        self.accounts.came_back(case, entry, exchange)
        return exchange

    def _attempt(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:
        try:
            return self.provider.send(request, exchange_id, deadline_s)
        except NoAnswer as error:
            if error.received:  # what had come before the deadline is evidence, and no answer
                return replace(error.received, request=request, status=0, reason=error.reason)
            return Exchange(exchange_id, request, 0, error.reason, (), b"", "", 0.0)

    @staticmethod
    def _is_usable(exchange: Exchange) -> bool:
        return exchange.status != 0 and exchange.status not in UNUSABLE

    def _read_again(self, case: Case, answer: Exchange) -> DecodedResponse:
        before = self._cases[f"{case.operation.id}/{case.compared_with}"]
        request = self.accounts.request(before)
        exchange = self._attempt(request, f"{case.id}/after")
        self.remember(exchange, before.operation)
        credential = _credential_of(before, request)
        if exchange.status in REFUSED and (proof := self._opened.get(credential)):
            if answer.status in REFUSED:
                self._check_still_open(before, credential, exchange, proof)
            self._ended.add(credential)  # by this very request, which is what it is judged for
        return DecodedResponse(exchange)


def _may_list(case: Case) -> bool:
    success = case.operation.success
    is_read = case.kind in (SUCCESS, STATE) and case.expects_success and case.effect is Effect.READS
    return is_read and success is not None and any("*" in value.path for value in success.described_values)


def refusals(operation: Operation) -> frozenset[int]:
    """Return the statuses that refuse a credential, those that a page prints for it among them."""
    return REFUSED | {each.status for each in operation.responses if each.refuses}


def _credential_of(case: Case, request: Request) -> str:
    """Return the credentials that a request sends, each with its prefix; nothing where its case has no scheme."""
    return _in_one(request.credentials) if case.scheme else ""


def _in_one(credentials: Sequence[SentCredential]) -> str:
    return "\n".join(each.parameter.value for each in credentials)


def _named(case: Case) -> str:
    noun = {"token": "token", "key": "API key"}.get(case.scheme.noun, "credential") if case.scheme else "credential"
    return f"the {noun} of the account {case.state!r}"


def _status_line(exchange: Exchange) -> str:
    return f"{exchange.status} {exchange.reason}".strip()
