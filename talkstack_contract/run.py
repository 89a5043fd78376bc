"""One run: asks each case once, remembers the answer, and judges each clause by it.

Decides what is the provider's fault and what is nobody's: no usable answer is `Blocked`, unless the same provider
answered other cases; then the case is asked once more, and what happens again is judged. Knows nothing of pytest.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypedDict

from talkstack_contract.cases import GENERATED, REFUSAL, SERVER_ERROR, STATE, SUCCESS, error_clauses, success_clauses
from talkstack_contract.checks import CHECKS, Answer, NotJson, Subject, own_values
from talkstack_contract.errors import Blocked, Unexercised
from talkstack_contract.evidence import Evidence, curl_of, evidence_of
from talkstack_contract.model import (
    Case,
    Clause,
    Exchange,
    Form,
    Judgement,
    Operation,
    Request,
    Strength,
    Verdict,
    Violation,
)
from talkstack_contract.provider import NoAnswer, Provider
from talkstack_contract.settings import ACTIVE, Account
from talkstack_contract.waivers import Waiver, waiver_of

UNUSABLE = frozenset(
    {429, 502, 503, 504}
)  # says nothing about the operation: too fast, or a gateway without its server
REFUSED = frozenset({401, 403})
COMPARING_CHECKS = frozenset({"same-payload", "unchanged", "unchanged-after"})
GENERATED_CHECKS = frozenset({"generated", "findings"})
DERIVED = frozenset({Form.ALTERED, Form.LENGTHENED, Form.CUT_SHORT, Form.OTHER_CASE, Form.OTHER_SCHEME})


@dataclass(frozen=True)
class Generated:
    """The answer to a generated request; `is_promised` tells that the request is one the docs allow."""

    exchange: Exchange
    is_promised: bool


class Known(TypedDict):
    """What a process that asked hands over at its end."""

    requests: int
    generated: int
    left_behind: list[str]
    secrets: list[tuple[str, str]]


class Run:
    """Everything that one process asks and learns of one provider."""

    def __init__(self, cases: Sequence[Case], provider: Provider, waivers: Sequence[Waiver], today: date) -> None:
        self.provider = provider
        self._cases = {case.id: case for case in cases}
        self._waivers, self._today = waivers, today
        self._answers: dict[str, Answer | Blocked | Unexercised] = {}
        self._after: dict[str, Answer] = {}
        self._judgements: dict[str, Judgement] = {}
        self._accounts: dict[str, Account] = {}
        self._brought_about: list[Account] = []
        self._left_behind: list[str] = []
        self._has_answered = False
        self._dead: Blocked | None = None
        self._generated: dict[str, list[Generated]] = defaultdict(list)
        self._findings: dict[str, list[Violation]] = {}
        self._trouble: dict[str, Blocked] = {}
        self._exchanges: dict[str, Exchange] = {}

    # What is judged

    def judgement(self, case: Case, clause: Clause) -> Judgement:
        """Judge one clause; never raises, so that a bug of ours blocks one clause and loses nothing else."""
        key = f"{case.id}/{clause.name}"
        if key not in self._judgements:
            self._judgements[key] = self._judged(case, clause)
        return self._judgements[key]

    def evidence(self, exchange_id: str) -> Evidence:
        """Return the redacted exchange of that id."""
        return evidence_of(self._exchanges[exchange_id], self.provider.secrets)

    def _judged(self, case: Case, clause: Clause) -> Judgement:
        made = judgement_of(case, clause, Verdict.UPHELD)
        try:
            violations, shown = self._found(case, clause)
            made = replace(made, violations=tuple(violations), exchanges=tuple(shown))
        except Unexercised as error:
            return replace(
                made,
                verdict=Verdict.UNEXERCISED,
                reason=error.reason,
                remedy=error.remedy,
                by_settings=error.by_settings,
                below=error.below,
            )
        except Blocked as error:
            return replace(made, verdict=Verdict.BLOCKED, reason=error.reason, of_run=error.of_run)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
            return replace(made, verdict=Verdict.BLOCKED, reason=f"a bug of ours: {_where(error)}")
        return self._waived(made) if made.violations else made

    def _waived(self, judgement: Judgement) -> Judgement:
        waiver = waiver_of(judgement.id, self._waivers, self._today)
        if waiver is None:
            return replace(judgement, verdict=Verdict.VIOLATED)
        reason = f"{waiver.reason} ({waiver.ticket}, {waiver.owner}, until {waiver.expires})"
        return replace(judgement, verdict=Verdict.WAIVED, reason=reason)

    def _found(self, case: Case, clause: Clause) -> tuple[list[Violation], list[str]]:
        if clause.check in GENERATED_CHECKS:
            return self._found_in_generated(case, clause)
        subjects = list(self._subjects(case, clause))
        self._check_needs(case, clause)
        violations = [each for subject in subjects for each in self._violations(clause, subject, case)]
        shown = [subject.answer.exchange.id for subject in subjects]
        return violations, shown + [subject.after.exchange.id for subject in subjects if subject.after]

    def _violations(self, clause: Clause, subject: Subject, case: Case) -> Iterator[Violation]:
        with suppress(NotJson):  # another clause says so
            for violation in CHECKS[clause.check](clause, subject):
                seen_at = subject.answer.exchange.id
                yield violation if seen_at == case.id else replace(violation, at=f"{violation.at} ({seen_at})")

    def _check_needs(self, case: Case, clause: Clause) -> None:
        if case.rank == SERVER_ERROR:  # judges answers of other cases too, so one case's status does not decide
            return
        for name in clause.needs:
            needed = self.judgement(case, case.clause(name))
            if needed.verdict is Verdict.BLOCKED:
                raise Blocked(needed.reason, of_run=needed.of_run)
            if needed.verdict is not Verdict.UPHELD:
                below = needed.below or name
                raise Unexercised(f"{below} does not hold, and below it there is nothing to judge", below=below)

    def _subjects(self, case: Case, clause: Clause) -> Iterator[Subject]:
        if case.rank == SERVER_ERROR and clause.check != "status":
            yield from self._server_errors(case)
        else:
            yield self._subject(case, clause)

    def _subject(self, case: Case, clause: Clause) -> Subject:
        answer = self.answer(case)
        if clause.check == "owner" and not self._account_of(case).user_id:
            state = case.state
            raise Unexercised(
                f"the user id of the account {state!r} is not known",
                f"user_id under accounts.{state!r} in the provider file, or TALKSTACK_USER_ID",
                by_settings=True,
            )
        return Subject(
            answer,
            compared=self._compared(case, clause) if clause.check in COMPARING_CHECKS else None,
            after=self._after.get(case.id),
            user_id=self._account_of(case).user_id if clause.check == "owner" else "",
            own_values=self._own_values(case, clause) if clause.check == "no-payload" else (),
        )

    def _own_values(self, case: Case, clause: Clause) -> tuple[str, ...]:
        """Return what the account's own success holds, where this run has seen one; it is not asked for only this."""
        answers = [self._answers.get(f"{case.operation.id}/by-{scheme.slug}") for scheme in case.operation.schemes]
        return next((own_values(clause, known) for known in answers if isinstance(known, Answer)), ())

    def _compared(self, case: Case, clause: Clause) -> Answer:
        other = self._cases[f"{case.operation.id}/{case.compared_with}"]
        answer = self.answer(other)
        success = case.operation.success
        if success is None or answer.exchange.status != success.status or answer.json_or_none is None:
            raise Unexercised(f"{other.name} has no answer that {clause.name} could compare with")
        return answer

    def _server_errors(self, case: Case) -> Iterator[Subject]:
        """Yield every 5xx that the run has seen of this operation, the one that was brought about first."""
        try:
            brought_about = [self.answer(case)]
        except Unexercised:
            if not self._seen_server_errors(case):
                raise
            brought_about = []
        answers = [*brought_about, *self._seen_server_errors(case)]
        unique = {answer.exchange.id: answer for answer in answers if answer.exchange.status >= 500}
        if not unique:
            raise Unexercised("no 5xx came, and there is nothing to judge")
        for answer in unique.values():
            yield Subject(answer)

    def _seen_server_errors(self, case: Case) -> list[Answer]:
        mine = f"{case.operation.id}/"
        return [Answer(each) for id_, each in self._exchanges.items() if id_.startswith(mine) and each.status >= 500]

    # Generated requests: asked by whoever generates them, judged here

    def record(self, operation: Operation, generated: Generated) -> None:
        """Remember the answer to one generated request."""
        self._generated[operation.id].append(generated)
        self._exchanges[generated.exchange.id] = generated.exchange

    def record_findings(self, operation: Operation, findings: Sequence[Violation]) -> None:
        """Remember what the generator's own checks found, nothing included."""
        self._findings[operation.id] = list(findings)

    def record_trouble(self, operation: Operation, reason: str) -> None:
        """Remember why no more requests could be generated."""
        self._trouble[operation.id] = Blocked(reason)

    def _found_in_generated(self, case: Case, clause: Clause) -> tuple[list[Violation], list[str]]:
        generated = self._generated[case.operation.id]
        if trouble := self._dead or self._trouble.get(case.operation.id):
            raise trouble
        if case.operation.id not in self._findings:
            raise Unexercised("no request was generated", "run tests/contract/test_generated.py too")
        if clause.check == "findings":
            return self._findings[case.operation.id], [each.exchange.id for each in generated[:1]]
        found = {each.exchange.id: list(_broken_by(each, case.operation)) for each in generated}
        broken = [id_ for id_, violations in found.items() if violations]
        return [each for id_ in broken for each in found[id_]], broken or list(found)[:1]

    # What is asked

    def answer(self, case: Case) -> Answer:
        """Return the answer to a case, asking at most once. Raises `Blocked` or `Unexercised`, the same each time."""
        if self._dead:
            raise self._dead
        if case.id not in self._answers:
            try:
                self._answers[case.id] = self._ask(case)
            except (Blocked, Unexercised) as error:
                self._answers[case.id] = error
        known = self._answers[case.id]
        if not isinstance(known, Answer):
            raise known
        return known

    def _ask(self, case: Case) -> Answer:
        request = self._request(case)
        self._check_credential(case)
        exchange = self._usable(case, request)
        self._exchanges[exchange.id] = exchange
        if case.reads_after:
            self._after[case.id] = self._read_again(case)
        answer = Answer(exchange)
        self._answers[case.id] = answer
        if case.expects_success and exchange.status in REFUSED and self._all_refused(case.operation):
            self._dead = Blocked(
                f"every credential given is refused ({exchange.status} {exchange.reason})", of_run=True
            )
            raise self._dead
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
        account = self._account_of(case) if needs_account else None
        if account and case.scheme and (credential := account.credential(case.scheme)) is None:
            key = "token" if case.scheme.word == "token" else "api_key"
            raise Unexercised(
                f"the account {case.state!r} has no {key}", f"{key} under accounts.{case.state!r}", by_settings=True
            )
        if account and case.form is Form.OTHER_CASE and credential and credential.value.swapcase() == credential.value:
            raise Unexercised("the credential has no letter to write in another case", by_settings=True)
        return self.provider.request(case, account)

    def _account_of(self, case: Case) -> Account:
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
                self._left_behind.append(error.reason)
        self._brought_about.clear()

    def known(self) -> Known:
        """Return what this process counted and learned, beside its judgements: plain values, for another process."""
        return {
            "requests": self.provider.requests_sent,
            "generated": self.provider.generated_sent,
            "left_behind": list(self._left_behind),
            "secrets": self.provider.secrets.known(),
        }

    def _check_credential(self, case: Case) -> None:
        """Hold back a spoilt credential while the sound one does not work: that it is refused would mean nothing."""
        if case.rank != REFUSAL or case.form not in DERIVED or case.scheme is None:
            return
        sound = self._cases[f"{case.operation.id}/by-{case.scheme.slug}"]
        if self.answer(sound).exchange.status in REFUSED:
            raise Unexercised(f"the {case.scheme.word} itself is refused, so refusing a spoilt one means nothing")

    def _all_refused(self, operation: Operation) -> bool:
        statuses = []
        for case in self._cases.values():
            if case.operation is operation and case.expects_success and case.rank in (SUCCESS, STATE):
                with suppress(Blocked, Unexercised):
                    statuses.append(self.answer(case).exchange.status)
        return all(status in REFUSED for status in statuses)

    def _usable(self, case: Case, request: Request) -> Exchange:
        first = self._first_contact(case, request) if not self._has_answered else self._attempt(request, case.id)
        if self._is_usable(first):
            return first
        self.provider.pause(_retry_after_s(first))
        return self._attempt(request, case.id)

    def _first_contact(self, case: Case, request: Request) -> Exchange:
        """Ask the first case and a witness at once, so that one deadline tells a dead provider from one bad answer."""
        witness = self._witness(case)
        asked: list[tuple[Request, str]] = [(request, case.id)]
        if witness is not None:
            asked.append((self.provider.request(witness, None), witness.id))
        with ThreadPoolExecutor(len(asked)) as pool:
            exchanges = list(pool.map(lambda each: self._attempt(*each), asked))
        self._has_answered = any(map(self._is_usable, exchanges))
        if not self._has_answered:
            first = exchanges[0]
            self._dead = Blocked(
                f"the provider gives no usable answer: {first.status or ''} {first.reason}", of_run=True
            )
            raise self._dead
        if witness is not None and self._is_usable(exchanges[1]):
            self._exchanges[witness.id] = exchanges[1]
            self._answers[witness.id] = Answer(exchanges[1])
        return exchanges[0]

    def _witness(self, case: Case) -> Case | None:
        """Return a case that needs no credential, to ask beside the first one."""
        candidates = (each for each in self._cases.values() if each.operation is case.operation and each.scheme is None)
        return next((each for each in candidates if each.rank == REFUSAL and each.id != case.id), None)

    def _attempt(self, request: Request, exchange_id: str) -> Exchange:
        try:
            return self.provider.send(request, exchange_id)
        except NoAnswer as error:
            return Exchange(exchange_id, request, 0, error.reason, (), b"", "", 0.0)

    @staticmethod
    def _is_usable(exchange: Exchange) -> bool:
        return exchange.status != 0 and exchange.status not in UNUSABLE

    def _read_again(self, case: Case) -> Answer:
        before = self._cases[f"{case.operation.id}/{case.compared_with}"]
        exchange = self._attempt(self._request(before), f"{case.id}/after")
        self._exchanges[exchange.id] = exchange
        return Answer(exchange)


def judgement_of(case: Case, clause: Clause, verdict: Verdict, reason: str = "") -> Judgement:
    """Make a judgement with nothing found yet."""
    return Judgement(
        operation=case.operation.id,
        case=case.name,
        clause=clause.name,
        sentence=clause.sentence,
        strength=clause.strength,
        provenance=clause.provenance,
        status=case.status,
        verdict=verdict,
        source=clause.source,
        reason=reason,
    )


def _broken_by(generated: Generated, operation: Operation) -> Iterator[Violation]:
    """Hold the answer to a generated request to the must clauses of its status."""
    exchange = generated.exchange
    place = f"answer to {exchange.id}"
    response = operation.answering(exchange.status)
    if response is None:
        refusal_is_fine = 400 <= exchange.status < 500 and not generated.is_promised
        if not refusal_is_fine and not (exchange.status == 501 and not generated.is_promised):
            yield Violation(f"{place}: status", f"{exchange.status} {exchange.reason}, which is not documented".strip())
        return
    clauses = success_clauses(response) if response.is_success else error_clauses(operation, response)
    for clause in clauses:
        if clause.strength is Strength.MUST and clause.check != "owner":
            with suppress(NotJson):
                for violation in CHECKS[clause.check](clause, Subject(Answer(exchange))):
                    yield replace(violation, at=f"{place}: {clause.name} at {violation.at}")


def _retry_after_s(exchange: Exchange) -> float:
    given = exchange.header("Retry-After") or ""
    return float(given) if given.isdigit() else 0.0


def _where(error: Exception) -> str:
    """Name an error by type and line only: its text may hold what must not be shown."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" in {Path(trace.tb_frame.f_code.co_filename).name}, line {trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
