"""Schemathesis on the same contract: one item an operation, and our judge on every answer that it gets.

An item judges its case when all its requests were sent: a verdict inside the test function, which runs once a request,
would be a failing example to Hypothesis.

What its own checks find is advice: they expect things that the docs do not promise, see `generated-requests` in
interpretations.yaml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import content_type_conformance

from talkstack_contract.errors import Blocked, NotTested
from talkstack_contract.execution.runner import COVERING, UNUSABLE, refusals
from talkstack_contract.judging.judge import Generated, Run
from talkstack_contract.model import Case, Effect, Exchange, ParameterLocation, SentCredential, Violation
from talkstack_contract.provider.client import NoAnswer
from talkstack_contract.provider.credentials import with_shown_credentials
from talkstack_contract.provider.pace import TOO_MANY, retry_after_s
from talkstack_contract.provider.request_builder import base_url_of
from talkstack_contract.pytest_plugin import contract_of_this_run, end_item, operations_of_this_run

if TYPE_CHECKING:
    from talkstack_contract.reports.case_verdicts import CaseVerdicts

    GeneratedCase = schemathesis.Case[Any]

AGAIN = UNUSABLE - {TOO_MANY}  # which the client has asked once more already

# ignored_auth sends requests of its own past the session that it is given, so past our guard, and our 401 cases ask
# more than it does. The others hold an answer to the request alone: that a generated id or code is refused breaks no
# promise, and `answer.keeps-the-contract` judges the status with that in mind.
UNFIT_CHECKS = ("ignored_auth", "positive_data_acceptance", "status_code_conformance")
UNDOCUMENTED_METHODS = ["put", "post", "delete", "patch"]

# The seed makes a run repeatable. No check of Hypothesis' own health: a slow provider is no fault of the test, and the
# fixture that collects the answers of one operation is meant to outlive each of them.
CONFIG = {
    "checks": {name: {"enabled": False} for name in UNFIT_CHECKS},
    "generation": {"database": "none", "no-shrink": True},
    "suppress-health-check": ["all"],
    "warnings": False,
}
OPERATIONS = frozenset(operations_of_this_run())
schema = schemathesis.openapi.from_path(
    contract_of_this_run() / "openapi.yaml", config=schemathesis.Config.from_dict(CONFIG)
).include(lambda context: context.operation.label in OPERATIONS)


PARTS_OF_A_REQUEST = {
    ParameterLocation.HEADER: "headers",
    ParameterLocation.QUERY: "query",
    ParameterLocation.COOKIE: "cookies",
}
CREDENTIALS: dict[str, tuple[SentCredential, ...]] = {}


ONLY = [0]


def configure_generation(examples: int, seed: int, *, may_write: bool, only: int) -> None:
    """Say how much is to be generated before the items are built, and which request alone is sent, 0 for all.

    The same seed and number of examples generate the same requests in the same order.
    """
    ONLY[0] = only
    schema.config.seed = seed
    schema.config.phases.fuzzing.generation.max_examples = examples
    schema.config.phases.coverage.unexpected_methods = set(UNDOCUMENTED_METHODS if may_write else [])


@schema.auth(refresh_interval=None)
class AccountCredential:
    """The credential of the account that asks, by the first scheme of the operation that it has one for."""

    def get(
        self,
        case: GeneratedCase,
        context: schemathesis.AuthContext,  # noqa: ARG002
    ) -> tuple[SentCredential, ...]:
        return CREDENTIALS.get(case.operation.label, ())

    def set(
        self,
        case: GeneratedCase,
        data: tuple[SentCredential, ...],
        context: schemathesis.AuthContext,  # noqa: ARG002
    ) -> None:
        set_credentials(case, data)


def set_credentials(case: GeneratedCase, data: tuple[SentCredential, ...]) -> None:
    """Let a generated request be sent by the account; those that cover corners are made before it is known."""
    for each in data:
        getattr(case, PARTS_OF_A_REQUEST[each.location])[each.parameter.name] = each.parameter.value


class Generation:
    """Sends what is generated for one operation, and hands each answer to the judge."""

    def __init__(self, run: Run, mine: Case, judge: Callable[[Case], CaseVerdicts]) -> None:
        self._run, self._mine, self._judge = run, mine, judge
        self._count = self._covering = self._sent = 0
        self._trouble, self._has_stopped, self._was_refused = "", False, False
        self._findings: dict[str, tuple[Violation, str]] = {}

    def ask(self, generated: GeneratedCase) -> None:
        """Send one generated request and hold its checks to the answer. Raises nothing: pytest would show it."""
        if self._has_stopped:
            return
        try:
            self._ask(generated)
        except Blocked as error:
            self.stop(error.reason)
        except Exception as error:  # noqa: BLE001 - its text may hold what was sent
            self.stop(f"Schemathesis could not go on ({type(error).__name__})")

    def stop(self, trouble: str = "") -> None:
        """Send no more: there is trouble that blocks the verdict, or an answer that tells enough."""
        self._has_stopped, self._trouble = True, trouble

    def _is_sent(self, generated: GeneratedCase) -> bool:
        """Tell whether the settings let a request through; counts those that they do."""
        if not self._run.accounts.may_generate(self._mine.operation, self._effect(generated.method)):
            return False
        if generated.meta and generated.meta.phase.name is not TestPhase.FUZZING:
            self._covering += 1
            if self._covering > COVERING:
                return False
        self._count += 1
        return ONLY[0] in (0, self._count)

    def _ask(self, generated: GeneratedCase) -> None:
        if not self._is_sent(generated):
            return
        self._sent += 1
        exchange_id = f"{self._mine.id}/{self._count}"
        received: list[Exchange] = []
        session = self._run.provider.session(self._effect, exchange_id, received.append)
        transport = {"session": session, "base_url": base_url_of(self._mine.operation, self._run.provider.settings)}
        if not generated.operation.schema.is_security_param_negated(generated):
            set_credentials(generated, CREDENTIALS[generated.operation.label])
        response = self._response(generated, transport, received)
        is_valid = self._is_valid(generated)
        self._record(generated, received[-1], is_promised=is_valid)
        if is_valid:
            self._check_credential(received[-1])
        if received[-1].status == TOO_MANY:
            self.stop()  # also after a pause: to ask on would be rude, and this answer says nothing of the operation
        elif response is not None:
            self._check(generated, response, transport, exchange_id)

    def _response(
        self, generated: GeneratedCase, transport: dict[str, Any], received: list[Exchange]
    ) -> schemathesis.Response | None:
        """Send a request, once more where it only reads and no usable answer came; None where none comes."""
        for is_last in (self._effect(generated.method) is not Effect.READS, True):
            try:
                response = generated.call(**transport)
                if is_last or response.status_code not in AGAIN:
                    return response
                self._run.provider.pause(retry_after_s(received[-1]))
            except OSError as error:  # requests' errors are such
                blocked = self._run.provider.no_answer(error, "no answer", transport["base_url"])
                if not isinstance(blocked, NoAnswer):
                    raise blocked from None
                received[-1] = replace(received[-1], reason=blocked.reason)
                if is_last:
                    break
        self.stop()
        return None

    def _check(
        self,
        generated: GeneratedCase,
        response: schemathesis.Response,
        transport: dict[str, Any],
        exchange_id: str,
    ) -> None:
        bodiless = [content_type_conformance] if generated.method == "HEAD" else []  # RFC 9110, 9.3.2: may leave it out
        try:
            generated.validate_response(response, excluded_checks=bodiless, transport_kwargs=transport)
        except BaseExceptionGroup as group:
            for failure in group.exceptions:
                title = getattr(failure, "title", type(failure).__name__)
                place = f"{generated.method} {generated.formatted_path}"
                self._findings.setdefault(title, (Violation(place, title), exchange_id))

    def finish(self) -> None:
        """Judge the answers and what the checks found, and end the item."""
        if self._trouble:
            self._run.record_trouble(self._mine.operation, self._trouble)
        if self._sent:
            found = self._findings.values()
            self._run.record_findings(self._mine.operation, [each for each, _ in found], [id_ for _, id_ in found])
        end_item(self._judge(self._mine))

    def _effect(self, method: str) -> Effect:
        return self._mine.operation.effect if method == self._mine.operation.method else Effect.WRITES

    def _is_valid(self, generated: GeneratedCase) -> bool:
        mode = generated.meta.generation.mode if generated.meta else schemathesis.GenerationMode.POSITIVE
        is_positive = mode is schemathesis.GenerationMode.POSITIVE and generated.method == self._mine.operation.method
        return is_positive and (bool(CREDENTIALS[generated.operation.label]) or not self._mine.operation.schemes)

    def _check_credential(self, exchange: Exchange) -> None:
        """Raise `Blocked` where a refusal comes of a credential that has ended, which the provider may do."""
        operation = self._mine.operation
        is_documented = operation.response(exchange.status) is not None
        if exchange.status in refusals(operation) and not (is_documented and self._was_refused):
            self._was_refused = True
            self._run.answers.check_generated(CREDENTIALS[f"{operation.method} {operation.path}"], exchange)

    def _record(self, generated: GeneratedCase, exchange: Exchange, *, is_promised: bool) -> None:
        places = self._run.provider.settings.names.headers
        sent = with_shown_credentials(exchange.request, CREDENTIALS[generated.operation.label], places)
        self._run.record(self._mine.operation, Generated(replace(exchange, request=sent), is_promised))


@pytest.fixture
def generation(
    request: pytest.FixtureRequest, run: Run, cases: tuple[Case, ...], judge: Callable[[Case], CaseVerdicts]
) -> Iterator[Generation]:
    label = request.node.operation_label
    mine = next(
        case for case in cases if case.name == "generated" and f"{case.operation.method} {case.operation.path}" == label
    )
    generation = Generation(run, mine, judge)
    try:
        run.answers.of(next(case for case in cases if case.operation is mine.operation))
        CREDENTIALS[label] = run.accounts.generating(mine.operation)
        run.answers.check_generated(CREDENTIALS[label])
    except NotTested:
        CREDENTIALS[label] = ()  # without a credential there is still something to ask
    except Blocked as error:
        generation.stop(error.reason)
    yield generation


@schema.parametrize()
def test_generated(case: GeneratedCase, generation: Generation) -> None:
    generation.ask(case)
