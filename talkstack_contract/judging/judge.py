"""One run: judges each clause by the answers that were asked for, and keeps what was generated beside them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from http import HTTPStatus
from itertools import islice
from types import MappingProxyType
from typing import TypedDict
from urllib.parse import unquote, unquote_plus

from talkstack_contract.contract.cases import ROBUSTNESS, SERVER_ERROR
from talkstack_contract.contract.clauses import error_clauses, success_clauses
from talkstack_contract.errors import Blocked, NotTested, afresh, bug_of_ours
from talkstack_contract.execution.runner import Answers
from talkstack_contract.execution.workflows import Steps, Workflow
from talkstack_contract.judging.checks import (
    CHECKS,
    Subject,
    occurs,
    own_values,
    undocumented_fields,
)
from talkstack_contract.judging.decision import Scope
from talkstack_contract.judging.waivers import Waiver, waiver_of
from talkstack_contract.media_types import is_json
from talkstack_contract.model import (
    Case,
    Clause,
    Exchange,
    Field,
    Judgement,
    Operation,
    RequirementLevel,
    Verdict,
    Violation,
)
from talkstack_contract.provider.bodies import DecodedResponse, NotJson, header_text
from talkstack_contract.provider.client import Provider
from talkstack_contract.provider.evidence import Evidence, evidence_of
from talkstack_contract.provider.pace import TOO_MANY
from talkstack_contract.provider.redaction import REDACTED, is_secret_place, without_secret_keys
from talkstack_contract.provider.request_builder import names_in
from talkstack_contract.provider.settings import USER_ID, Account
from talkstack_contract.states.accounts import Accounts

ASKER_CHECKS = frozenset({"owner", "shows"})  # who asked for what is not known of a generated request
COMPARING_CHECKS = frozenset({"same-payload", "unchanged-after"})
SHORTEST_OWN = 10  # characters: a shorter value would stand in an answer by chance
VIOLATIONS_KEPT = 20  # of a clause: nobody reads more, and the others are counted
GENERATED_CHECKS = frozenset({"generated", "generated-server-error", "findings"})


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
    learned: list[str]


class Run:
    """Everything that one process asks and learns of one provider."""

    def __init__(
        self,
        cases: Sequence[Case],
        accounts: Accounts,
        waivers: Sequence[Waiver],
        today: date,
        workflows: Mapping[str, Workflow] = MappingProxyType({}),
        scope: Scope | None = None,
    ) -> None:
        self.accounts = accounts
        self.answers = Answers(cases, accounts.provider, accounts)
        self._waivers, self._today, self._workflows, self._extent = waivers, today, workflows, scope
        self._judgements: dict[str, Judgement] = {}
        self._generated: dict[str, list[Generated]] = defaultdict(list)
        self._findings: dict[str, list[Violation]] = {}
        self._found_with: dict[str, list[str]] = {}
        self._trouble: dict[str, Blocked] = {}

    @property
    def provider(self) -> Provider:
        """Whom this run asks."""
        return self.answers.provider

    def judgement(self, case: Case, clause: Clause) -> Judgement:
        """Judge one clause; never raises, so that a bug of ours blocks one clause and loses nothing else."""
        key = f"{case.id}/{clause.name}"
        if key not in self._judgements:
            self._judgements[key] = self._judged(case, clause)
        return self._judgements[key]

    def evidence(self, exchange_id: str) -> Evidence:
        """Return the redacted exchange of that id."""
        exchange, operation = self.answers.exchanges[exchange_id], self.answers.asked[exchange_id]
        evidence = evidence_of(exchange, self.provider.secrets, self.provider.settings.tls_files)
        undocumented = tuple(dict.fromkeys(map(self._shown, _undocumented(exchange, operation))))
        return replace(evidence, operation=operation.id, undocumented=undocumented)

    def known(self) -> Known:
        """Return what this process counted and learned, beside its judgements: plain values, for another process."""
        return {
            "requests": self.provider.requests_sent,
            "generated": self.provider.generated_sent,
            "left_behind": list(self.accounts.left_behind),
            "secrets": self.provider.secrets.known(),
            "learned": self.provider.secrets.learned(),
        }

    def _judged(self, case: Case, clause: Clause) -> Judgement:
        made = judgement_of(case, clause, Verdict.UPHELD)
        try:
            violations, shown, more = self._found(case, clause)
            kept = tuple(map(self._redacted, violations))
            made = replace(made, violations=kept, exchanges=tuple(shown), more_violations=more)
        except NotTested as error:
            return replace(
                made,
                verdict=Verdict.NOT_TESTED,
                reason=error.reason,
                remedy=error.remedy,
                by_settings=error.by_settings,
                unmet_dependency=error.below,
                value_is_optional=error.value_is_optional,
            )
        except Blocked as error:
            reason = self.provider.secrets.redacted(error.reason)
            return replace(made, verdict=Verdict.BLOCKED, reason=reason, run_wide=error.of_run)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours
            return replace(made, verdict=Verdict.BLOCKED, reason=bug_of_ours(error).reason)
        return self._waived(made) if made.violations else made

    def _redacted(self, violation: Violation) -> Violation:
        if is_secret_place(violation.at) and '"' in violation.received:
            return Violation(self._shown(violation.at), REDACTED)
        return Violation(self._shown(violation.at), self._shown(without_secret_keys(violation.received)))

    def _shown(self, text: str) -> str:
        return _printable(self.provider.secrets.redacted(text))

    def _waived(self, judgement: Judgement) -> Judgement:
        waiver = waiver_of(judgement.id, self._waivers, self._today)
        if waiver is None:
            return replace(judgement, verdict=Verdict.VIOLATED)
        reason = f"{waiver.reason} ({waiver.ticket}, {waiver.owner}, until {waiver.expires})"
        return replace(judgement, verdict=Verdict.WAIVED, reason=reason)

    def _found(self, case: Case, clause: Clause) -> tuple[list[Violation], list[str], int]:
        """Return the first violations of a clause, the ids of its evidence, and how many violations more there are."""
        if self.answers.dead:
            raise afresh(self.answers.dead)
        if clause.check in GENERATED_CHECKS:
            return _bounded(*self._found_in_generated(case, clause))
        if clause.check == "workflow":
            return _bounded(*self._found_in_workflow(case))
        subjects = list(self._subjects(case, clause))
        self._check_needs(case, clause)
        found = (each for subject in subjects for each in self._violations(clause, subject, case))
        violations, _, more = _bounded(found, [])
        if not violations:
            _check_occurred(clause, [subject.answer for subject in subjects])
        _check_answered([] if violations else [subject.answer.exchange for subject in subjects])
        if clause.check == "unchanged-after":
            _check_answered([subject.after.exchange for subject in subjects if subject.after])
        shown = [subject.answer.exchange.id for subject in subjects]
        return violations, shown + [subject.after.exchange.id for subject in subjects if subject.after], more

    def _violations(self, clause: Clause, subject: Subject, case: Case) -> Iterator[Violation]:
        with suppress(NotJson):  # another clause says so
            found: Iterable[Violation] = CHECKS[clause.check](clause, subject)
            if clause.check == "same-payload" and case.kind == ROBUSTNESS:
                found = self._compared_anew(clause, subject, case, list(found))
            for violation in found:
                seen_at = subject.answer.exchange.id
                yield violation if seen_at == case.id else replace(violation, at=f"{violation.at} ({seen_at})")

    def _compared_anew(
        self, clause: Clause, subject: Subject, case: Case, found: Sequence[Violation]
    ) -> Iterable[Violation]:
        """Hold an answer that differs to a new one of the case that it is compared with: others write, and so do we."""
        if not found or subject.compared is None:
            return found
        again = self.answers.again(self.answers.case(f"{case.operation.id}/{case.compared_with}"))
        if again.exchange.status != subject.compared.exchange.status:
            return found
        return CHECKS[clause.check](clause, replace(subject, compared=again))

    def _check_needs(self, case: Case, clause: Clause) -> None:
        if case.kind == SERVER_ERROR:  # judges answers of other cases too, so one case's status does not decide
            return
        for name in clause.depends_on:
            needed = self.judgement(case, case.clause(name))
            if needed.verdict is Verdict.BLOCKED:
                raise Blocked(needed.reason, of_run=needed.run_wide)
            if needed.verdict is Verdict.NOT_TESTED and not needed.unmet_dependency:
                raise NotTested(
                    needed.reason,
                    needed.remedy,
                    by_settings=needed.by_settings,
                    value_is_optional=clause.value_is_optional,
                )
            if needed.verdict is not Verdict.UPHELD:
                below = needed.unmet_dependency or name
                raise NotTested(f"{below} is not upheld, and this clause depends on it", below=below)

    def _subjects(self, case: Case, clause: Clause) -> Iterator[Subject]:
        if case.kind == SERVER_ERROR and clause.check != "status":
            yield from self._server_errors(case)
        else:
            yield self._subject(case, clause)

    def _subject(self, case: Case, clause: Clause) -> Subject:
        answer = self.answers.of(case)
        if clause.check == "owner" and not self.accounts.account_of(case).user_id:
            variable = self.accounts.names.variable(case.state, USER_ID)
            raise NotTested(
                f"the user id of the account {case.state!r} is not known",
                f"{USER_ID} under accounts.{case.state!r} in the provider file{f', or {variable}' if variable else ''}",
                by_settings=True,
            )
        return Subject(
            answer,
            compared=self._compared(case, clause) if clause.check in COMPARING_CHECKS else None,
            after=self.answers.after.get(case.id),
            user_id=self.accounts.account_of(case).user_id if clause.check == "owner" else "",
            asked_for=self.accounts.asked_for(case, str(clause.expected)) if clause.check == "shows" else None,
            own_values=self._leaks(case, clause, answer) if clause.check == "no-payload" else (),
            foreign_values=self._foreign_values(case, answer) if clause.check == "nothing-foreign" else (),
        )

    def _foreign_values(self, case: Case, answer: DecodedResponse) -> tuple[str, ...]:
        """Return what only the other account has, without what the request itself named and an answer may repeat."""
        mine, theirs = (
            self._all_values(each)
            for each in (self.accounts.account_of(case), self.accounts.account(self.accounts.names.other_account))
        )
        return _unnamed((each for each in theirs if each not in mine and len(each) >= SHORTEST_OWN), answer)

    def _leaks(self, case: Case, clause: Clause, answer: DecodedResponse) -> tuple[str, ...]:
        """Return what of the account's own data an error must not show.

        Whoever asks with a sound credential may be told who he is, and the texts of HTTP itself are nobody's data.
        """
        told = [phrase for status in HTTPStatus for phrase in (status.phrase, status.description)]
        told += [answer.exchange.reason]
        if case.expects_success:
            told += [value for value in self._all_values(self.accounts.account_of(case)) if value]
        values = [value for value in self._own_values(case, clause) if not any(value in text for text in told)]
        return _unnamed(values, answer)

    def _all_values(self, account: Account) -> list[str]:
        return [account.user_id, *self.accounts.values_of(account).values()]

    def _own_values(self, case: Case, clause: Clause) -> tuple[str, ...]:
        """Return what the account's own success holds, where this run has seen one; it is not tested for only this."""
        names = [f"by-{each.slug}" for each in case.operation.schemes] + ["without-credential"]
        answers = [self.answers.known(f"{case.operation.id}/{name}") for name in names]
        return next((own_values(clause, known) for known in answers if known), ())

    def _compared(self, case: Case, clause: Clause) -> DecodedResponse:
        other = self.answers.case(f"{case.operation.id}/{case.compared_with}")
        answer = self.answers.of(other)
        success = case.operation.success
        has_json = success is not None and success.has_body and is_json(success.media_type)
        is_unreadable = has_json and answer.lenient_json is None
        if success is None or answer.exchange.status != success.status or is_unreadable:
            raise NotTested(f"{other.name} has no answer that {clause.name} could compare with")
        return answer

    def _server_errors(self, case: Case) -> Iterator[Subject]:
        """Yield every 5xx that the run has seen of this operation, the one that was brought about first."""
        try:
            brought_about = [self.answers.of(case)]
        except (Blocked, NotTested):
            if self.answers.dead or not self._seen_server_errors(case):
                raise
            brought_about = []
        answers = [*brought_about, *self._seen_server_errors(case)]
        unique = {answer.exchange.id: answer for answer in answers if answer.exchange.status >= 500}
        if not unique:
            raise NotTested("no 5xx came, and there is nothing to judge")
        for answer in unique.values():
            yield Subject(answer)

    def _seen_server_errors(self, case: Case) -> list[DecodedResponse]:
        mine = f"{case.operation.id}/"
        return [DecodedResponse(each) for id_, each in self.answers.server_errors.items() if id_.startswith(mine)]

    def _found_in_workflow(self, case: Case) -> tuple[list[Violation], list[str]]:
        self.accounts.check_own(case)
        steps = Steps(case, self.accounts, self.accounts.asks, self.answers.step)
        try:
            self._workflows[case.id].walk(steps)
        except (Blocked, NotTested):
            if not steps.violations:  # what is broken already is broken, whatever comes after
                raise
        return steps.violations, steps.exchanges

    # Generated requests: asked by whoever generates them, judged here

    def record(self, operation: Operation, generated: Generated) -> None:
        """Remember the answer to one generated request."""
        self._generated[operation.id].append(generated)
        self.provider.learn(generated.exchange, operation.success.secrets if operation.success else ())
        self.answers.remember(generated.exchange, operation)

    def record_findings(
        self, operation: Operation, findings: Sequence[Violation], exchanges: Sequence[str] = ()
    ) -> None:
        """Remember what the generator's own checks found, nothing included, and the ids of the exchanges with it."""
        self._findings[operation.id] = list(findings)
        self._found_with[operation.id] = list(dict.fromkeys(exchanges))

    def record_trouble(self, operation: Operation, reason: str) -> None:
        """Remember why no more requests could be generated."""
        self._trouble[operation.id] = Blocked(reason)

    def _found_in_generated(self, case: Case, clause: Clause) -> tuple[list[Violation], list[str]]:
        generated = self._generated[case.operation.id]
        if trouble := self._trouble.get(case.operation.id):
            raise afresh(trouble)
        if lacking := self.accounts.lacks_to_generate(case.operation, case.operation.effect):
            raise NotTested(
                f"no request is generated for an operation with the effect {case.operation.effect} here",
                lacking,
                by_settings=True,
            )
        if case.operation.id not in self._findings:
            raise NotTested("no request was generated")
        if clause.check == "findings":
            findings = self._findings[case.operation.id]
            _check_answered([] if findings else [each.exchange for each in generated])
            return findings, self._found_with[case.operation.id] or [each.exchange.id for each in generated[:1]]
        once: dict[tuple[str, str], tuple[Violation, str]] = {}  # many generated requests break a promise in one way
        for each in generated:
            is_about_failures = clause.check == "generated-server-error"
            broken = _failure_in(each) if is_about_failures else _broken_by(each, case.operation, self._extent)
            for violation in broken:
                place = f"{violation.at}, in the answer to {each.exchange.id}"
                once.setdefault((violation.at, violation.received), (replace(violation, at=place), each.exchange.id))
        _check_answered([] if once else [each.exchange for each in generated])
        shown = dict.fromkeys(id_ for _, id_ in once.values()) or [each.exchange.id for each in generated[:1]]
        return [violation for violation, _ in once.values()], list(shown)


def _bounded(found: Iterable[Violation], exchanges: list[str]) -> tuple[list[Violation], list[str], int]:
    """Keep the first violations, and count the others."""
    rest = iter(found)
    kept = list(islice(rest, VIOLATIONS_KEPT))
    return kept, exchanges, sum(1 for _ in rest)


def judgement_of(case: Case, clause: Clause, verdict: Verdict, reason: str = "") -> Judgement:
    """Make a judgement with nothing found yet."""
    return Judgement(
        operation=case.operation.id,
        case=case.name,
        clause=clause.name,
        statement=clause.statement,
        level=clause.level,
        provenance=clause.provenance,
        status=case.status,
        verdict=verdict,
        source=clause.source,
        reason=reason,
    )


def _check_occurred(clause: Clause, answers: Sequence[DecodedResponse]) -> None:
    """Hold back a verdict about a value that occurred in no answer."""
    if clause.check == "value":
        has_occurred = any(_occurs(clause, answer) for answer in answers)
    elif clause.check == "fallback":
        has_occurred = any(clause.expected.fallback(each.exchange.status) for each in answers)
    elif clause.check == "header":
        has_occurred = any(header_text(each.exchange, clause.expected.name) is not None for each in answers)
    else:
        has_occurred = (
            "*" not in clause.path or clause.check == "shows" or any(each.has_values(clause.path) for each in answers)
        )
    if not has_occurred:
        reason = "the value occurred in no answer, so that there is nothing to judge"
        place = "".join("[*]" if step == "*" else f".{step}" for step in clause.path)
        remedy = f"an account whose answer has a value at ${place}" if place else ""
        raise NotTested(reason, remedy, value_is_optional=clause.value_is_optional)


def _occurs(clause: Clause, answer: DecodedResponse) -> bool:
    try:
        return occurs(clause, answer)
    except NotJson:  # another clause says so
        return True


def _check_answered(exchanges: Iterable[Exchange]) -> None:
    """Hold back what a 429 would show: it is a 4xx, but no answer to what was asked."""
    if any(each.status == TOO_MANY for each in exchanges):
        raise Blocked(f"the provider is asked too fast ({TOO_MANY}), also after a pause")


def _unnamed(values: Iterable[str], answer: DecodedResponse) -> tuple[str, ...]:
    """Leave out what the request itself named: an answer may repeat that."""
    request = answer.exchange.request
    sent = DecodedResponse(replace(answer.exchange, body=request.body)).text
    named = "\n".join([unquote(request.url), unquote_plus(request.url), sent])
    return tuple(each for each in values if each not in named)


def _printable(text: str) -> str:
    """Return a text that does nothing to a terminal: a reason phrase may hold what moves its cursor."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in text)


def _undocumented(exchange: Exchange, operation: Operation) -> list[str]:
    """Name the fields that no page documents; what another method is answered, no page prints."""
    response = operation.response(exchange.status)
    if response is None or exchange.request.method != operation.method:
        return []
    with suppress(NotJson):
        return undocumented_fields(DecodedResponse(exchange), response.keys)
    return []


def _failure_in(generated: Generated) -> Iterator[Violation]:
    """Hold the answer to a generated request, whatever it sends, to no failure inside the server."""
    exchange = generated.exchange
    if exchange.status >= 500 and exchange.status != HTTPStatus.NOT_IMPLEMENTED:
        yield Violation("status", f"{exchange.status} {exchange.reason}".strip())


def _broken_by(generated: Generated, operation: Operation, scope: Scope | None) -> Iterator[Violation]:
    """Hold the answer to a generated request to the must clauses of its status, as far as they count in this run.

    What the docs do not allow may be refused with whatever status; that it is no 5xx is a clause of its own.
    """
    exchange = generated.exchange
    response = operation.response(exchange.status)
    if exchange.status == TOO_MANY:
        return
    is_promised = generated.is_promised and not _depends_on_state(operation)
    if response is None:
        refusing = range(400, 500) if is_promised else range(300, 600)
        if exchange.status not in refusing or (is_promised and not _may_refuse(operation)):
            yield Violation("status", f"{exchange.status} {exchange.reason}, which is not documented".strip())
        return
    if exchange.status >= 500 and is_promised:
        yield Violation("status", f"{exchange.status} {exchange.reason}, to a request that the docs allow".strip())
    clauses = success_clauses(response) if response.is_success else error_clauses(operation, response)
    subject = Subject(DecodedResponse(exchange))
    for clause in clauses:
        is_scored = scope is None or scope.scores(operation.id, clause.name)
        if is_scored and clause.level is RequirementLevel.MUST and clause.check not in ASKER_CHECKS:
            with suppress(NotJson):
                for violation in CHECKS[clause.check](clause, subject):
                    yield replace(violation, at=f"{violation.at} ({clause.name})")


def _may_refuse(operation: Operation) -> bool:
    """Tell whether a request holds a value that no page lists: that each one is accepted is nowhere promised."""
    return bool(operation.media_type) or not all(map(_lists_its_values, operation.fields))


def _lists_its_values(field: Field) -> bool:
    keywords = field.keywords
    return "enum" in keywords or "const" in keywords or keywords.get("type") in ("boolean", "null")


def _depends_on_state(operation: Operation) -> bool:
    """Tell whether a request needs values that only a provider state has, so that invented ones may be refused."""
    return any(set(names_in(field.sends)) - {"fresh"} for field in operation.fields)
