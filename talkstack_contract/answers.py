"""Asks each case once and remembers the answer, in one process.

Decides what is the provider's fault and what is nobody's: no usable answer is `Blocked`, unless the same provider
answered other cases; then the case is asked once more, and what happens again is judged. A credential that is refused
while another works is the provider's fault; when all are refused, every case is `Blocked`.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace

from talkstack_contract.cases import GENERATED, REFUSAL, STATE, SUCCESS
from talkstack_contract.checks import Answer
from talkstack_contract.errors import Blocked, Unexercised, bug_of_ours
from talkstack_contract.evidence import curl_of
from talkstack_contract.model import Case, Exchange, Form, Operation, Request
from talkstack_contract.provider import NoAnswer, Provider
from talkstack_contract.settings import ACTIVE, Account

UNUSABLE = frozenset({429, 502, 503, 504})  # says nothing of the operation: too fast, or a gateway without its server
REFUSED = frozenset({401, 403})
DERIVED = frozenset({Form.ALTERED, Form.LENGTHENED, Form.CUT_SHORT, Form.OTHER_CASE, Form.OTHER_SCHEME})


class Answers:
    """The answers of one provider, each asked for when it is first wanted.

    `dead` is the reason why no case of this run can be asked any more, `after` the answers to the requests made
    after a case to see what it changed, `exchanges` everything that was received, by id.
    """

    def __init__(self, cases: Sequence[Case], provider: Provider) -> None:
        self.provider = provider
        self.dead: Blocked | None = None
        self.after: dict[str, Answer] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.left_behind: list[str] = []
        self._cases = {case.id: case for case in cases}
        self._answers: dict[str, Answer | Blocked | Unexercised] = {}
        self._accounts: dict[str, Account] = {}
        self._brought_about: list[Account] = []
        self._has_answered = False

    def case(self, id: str) -> Case:  # noqa: A002 - the word of this project
        """Return the case of that id."""
        return self._cases[id]

    def known(self, case_id: str) -> Answer | None:
        """Return the answer to a case where this process has one already."""
        known = self._answers.get(case_id)
        return known if isinstance(known, Answer) else None

    def of(self, case: Case) -> Answer:
        """Return the answer to a case, asking at most once. Raises `Blocked` or `Unexercised`, the same each time."""
        if self.dead:
            raise self.dead
        if case.id not in self._answers:
            try:
                self._answers[case.id] = self._ask(case)
            except (Blocked, Unexercised) as error:
                self._answers[case.id] = error
            except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and asking again would not mend it
                self._answers[case.id] = bug_of_ours(error)
        known = self._answers[case.id]
        if not isinstance(known, Answer):
            raise known
        return known

    def _ask(self, case: Case) -> Answer:
        request = self._request(case)
        self._check_credential(case)
        exchange = self._usable(case, request)
        self.exchanges[exchange.id] = exchange
        if case.reads_after:
            self.after[case.id] = self._read_again(case)
        answer = Answer(exchange)
        self._answers[case.id] = answer
        if case.expects_success and exchange.status in REFUSED and self._all_refused(case.operation):
            self.dead = Blocked(f"every credential given is refused ({exchange.status} {exchange.reason})", of_run=True)
            raise self.dead
        return answer

    def plan(self, case: Case, examples: int) -> str:
        """Say what asking a case would send, without sending it."""
        if case.rank == GENERATED:
            return f"about {examples} generated requests to {case.operation.method} {case.operation.path}"
        try:
            if case.state not in self.provider.settings.accounts and self.provider.settings.states_url:
                return f"{case.method} {case.operation.path}, after the states URL has brought about {case.state!r}"
            return curl_of(self._request(case))
        except Unexercised as error:
            return f"not asked: {error.reason}"

    def _request(self, case: Case) -> Request:
        if case.effect not in self.provider.settings.allow:
            raise Unexercised(
                f"it has the effect {case.effect}, which the settings do not allow",
                f"add {str(case.effect)!r} to allow in the provider file",
                by_settings=True,
            )
        needs_account = case.scheme is not None and case.form not in (Form.WRONG, Form.EMPTY)
        account = self.account_of(case) if needs_account else None
        if account and case.scheme and (credential := account.credential(case.scheme)) is None:
            key = "token" if case.scheme.word == "token" else "api_key"
            raise Unexercised(
                f"the account {case.state!r} has no {key}", f"{key} under accounts.{case.state!r}", by_settings=True
            )
        if account and case.form is Form.OTHER_CASE and credential and credential.value.swapcase() == credential.value:
            raise Unexercised("the credential has no letter to write in another case", by_settings=True)
        return self.provider.request(case, account)

    def account_of(self, case: Case) -> Account:
        """Return the account in the state that a case needs, brought about where the settings have none."""
        known = self.provider.settings.accounts.get(case.state) or self._accounts.get(case.state)
        if known is None:
            known = self._accounts[case.state] = self._brought_about_account(case.state)
        return known

    def _brought_about_account(self, state: str) -> Account:
        if not self.provider.settings.states_url:
            raise Unexercised(
                f"the provider state {state!r} is not to be had",
                f"an account under accounts.{state!r} in the provider file, or a states URL",
                by_settings=True,
            )
        account = self.provider.set_up(state, "setup")
        self._brought_about.append(account)
        if account.token or account.api_key:
            return account
        default = self.provider.settings.accounts.get(ACTIVE)
        if default is None:
            raise Blocked(f"the states URL names no account for {state!r}, and there is none for {ACTIVE!r}")
        return replace(default, state=state)

    def close(self) -> None:
        """End the provider states that were brought about, and remember what could not be ended."""
        for account in self._brought_about:
            try:
                self.provider.set_up(account.state, "teardown", account.user_id)
            except Blocked as error:
                self.left_behind.append(error.reason)
        self._brought_about.clear()

    def _check_credential(self, case: Case) -> None:
        """Hold back a spoilt credential while the sound one does not work: that it is refused would mean nothing."""
        if case.rank != REFUSAL or case.form not in DERIVED or case.scheme is None:
            return
        sound = self._cases[f"{case.operation.id}/by-{case.scheme.slug}"]
        if self.of(sound).exchange.status in REFUSED:
            raise Unexercised(f"the {case.scheme.word} itself is refused, so refusing a spoilt one means nothing")

    def _all_refused(self, operation: Operation) -> bool:
        statuses = []
        for case in self._cases.values():
            if case.operation is operation and case.expects_success and case.rank in (SUCCESS, STATE):
                with suppress(Blocked, Unexercised):
                    statuses.append(self.of(case).exchange.status)
        return all(status in REFUSED for status in statuses)

    def _usable(self, case: Case, request: Request) -> Exchange:
        first = self._first_contact(case, request) if not self._has_answered else self._attempt(request, case.id)
        if self._is_usable(first):
            return first
        self.provider.pause(_retry_after_s(first))
        return self._attempt(request, case.id)

    def _first_contact(self, case: Case, request: Request) -> Exchange:
        """Ask the first case and, where no answer is in sight, a witness: is the provider dead, or one answer bad?

        The witness leaves at half the deadline at the latest, with half a deadline of its own: a provider that answers
        is never asked two things at once, and one that does not answer is known to be dead after one deadline.
        """
        half_s = self.provider.settings.limits.exchange_s / 2
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(self._attempt, request, case.id)
            wait([first], timeout=half_s)
            if first.done() and self._is_usable(first.result()):
                self._has_answered = True
                return first.result()
            witness = self._witness(case)
            exchanges = []
            if witness:
                exchanges = [self._attempt(self.provider.request(witness, None), witness.id, half_s)]
            exchanges.insert(0, first.result())
        self._has_answered = any(map(self._is_usable, exchanges))
        if not self._has_answered:
            told = f"{exchanges[0].status} {exchanges[0].reason}" if exchanges[0].status else exchanges[0].reason
            self.dead = Blocked(f"the provider gives no usable answer: {told}", of_run=True)
            raise self.dead
        if witness and self._is_usable(exchanges[-1]):
            self.exchanges[witness.id] = exchanges[-1]
            self._answers[witness.id] = Answer(exchanges[-1])
        return exchanges[0]

    def _witness(self, case: Case) -> Case | None:
        """Return a case that needs no credential, to ask beside the first one."""
        candidates = (each for each in self._cases.values() if each.operation is case.operation and each.scheme is None)
        return next((each for each in candidates if each.rank == REFUSAL and each.id != case.id), None)

    def _attempt(self, request: Request, exchange_id: str, deadline_s: float | None = None) -> Exchange:
        try:
            return self.provider.send(request, exchange_id, deadline_s)
        except NoAnswer as error:
            return Exchange(exchange_id, request, 0, error.reason, (), b"", "", 0.0)

    @staticmethod
    def _is_usable(exchange: Exchange) -> bool:
        return exchange.status != 0 and exchange.status not in UNUSABLE

    def _read_again(self, case: Case) -> Answer:
        before = self._cases[f"{case.operation.id}/{case.compared_with}"]
        exchange = self._attempt(self._request(before), f"{case.id}/after")
        self.exchanges[exchange.id] = exchange
        return Answer(exchange)


def _retry_after_s(exchange: Exchange) -> float:
    given = exchange.header("Retry-After") or ""
    return float(given) if given.isascii() and given.isdigit() else 0.0
