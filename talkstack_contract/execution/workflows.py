"""Workflows: promises that no one answer alone can break, each tested by a sequence of requests.

A workflow is a plain function of `Steps`: what it needs, it does (`do`, which ends the workflow where it does not
succeed), what it is about, it asks (`ask`), and what came back it holds to the promise (`hold`). The functions stand in
`tests/contract/test_workflows.py`. Raises `NotTested` for a step that cannot be taken, `Blocked` for one without a
usable answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from talkstack_contract.contract.cases import WORKFLOW
from talkstack_contract.contract.clauses import payload_paths
from talkstack_contract.errors import Blocked, NotTested
from talkstack_contract.model import (
    Case,
    Clause,
    Contract,
    Exchange,
    Json,
    MutationKind,
    Provenance,
    RequirementLevel,
    Source,
    Violation,
)
from talkstack_contract.provider.bodies import DecodedResponse, NotJson, shown
from talkstack_contract.provider.pace import TOO_MANY
from talkstack_contract.provider.settings import Account, Credential
from talkstack_contract.states.accounts import Accounts, Place

UNUSABLE = frozenset({0, TOO_MANY, 502, 503, 504})
LEFT_OUT: Json = object()  # as the value of a field: it is not sent


@dataclass(frozen=True)
class Workflow:
    """One workflow: the operation it is about, its id's other parts, the promise, and the steps.

    `needs_new` tells that the steps change the account for good, so that none of the settings may be taken for it.
    `guards` is the entry of the practice that it stands for, where access control is at stake.
    """

    operation: str
    case: str
    clause: str
    sentence: str
    walk: Callable[["Steps"], None]
    state: str
    provenance: Provenance = Provenance.DOCUMENTED
    interpretation: str = ""
    needs_new: bool = False
    guards: Source | None = None

    @property
    def case_id(self) -> str:
        """`operation/case`."""
        return f"{self.operation}/{self.case}"


def workflow_cases(contract: Contract, workflows: Mapping[str, Workflow]) -> list[Case]:
    """Return the case of each workflow, in the order of asking."""
    operations = {operation.id: operation for operation in contract.operations}
    made = []
    for each in workflows.values():
        if each.operation not in operations:
            continue
        operation = operations[each.operation]
        source = replace(each.guards or operation.source, interpretation=each.interpretation)
        weight = RequirementLevel.MUST if each.guards else None
        clause = Clause(each.clause, each.sentence, each.provenance, source, "workflow", weight=weight)
        method, effect = operation.method, operation.effect
        made.append(
            Case(
                operation,
                each.case,
                (clause,),
                None,
                WORKFLOW,
                effect,
                method,
                each.state,
                needs_own_account=each.needs_new,
            )
        )
    return made


@dataclass(frozen=True)
class Reply:
    """What came back to one step; `payload` are the paths of what the docs promise a success to be about."""

    operation: str
    exchange: Exchange
    number: int
    payload: tuple[tuple[str, ...], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.exchange.status

    @property
    def is_success(self) -> bool:
        """Tell whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """Tell whether the status is a 4xx."""
        return 400 <= self.status < 500

    def get(self, *path: str) -> Json:
        """Return the value at a path (`a|b` is either key, `*` each item of a list: then a list), None without one."""
        try:
            found = [each for _, each in DecodedResponse(self.exchange).found(path)]
        except NotJson:
            return None
        return found if "*" in path else next(iter(found), None)

    def value(self, *path: str) -> str:
        """Return the text at a path; without one the workflow cannot go on."""
        found = self.get(*path)
        if not isinstance(found, str) or not found:
            raise NotTested(f"the answer of {self.operation} shows no {'.'.join(path)}, which the next step needs")
        return found

    def documented(self) -> dict[str, Json]:
        """Return each documented value by its place: what else an answer shows, nobody promises to keep."""
        try:
            return dict(found for path in self.payload for found in DecodedResponse(self.exchange).found(path))
        except NotJson:
            return {}

    def mentions(self, text: str) -> bool:
        """Tell whether the answer holds a text, wherever: some answers have a body that no page prints."""
        return text in DecodedResponse(self.exchange).text


class Steps:
    """One workflow on its way: each step is one request, remembered as evidence."""

    def __init__(
        self, workflow: Case, accounts: Accounts, asks: Mapping[str, Case], send: Callable[[Case, str], Exchange]
    ) -> None:
        self.violations: list[Violation] = []
        self.exchanges: list[str] = []
        self._workflow, self._accounts, self._asks, self._send = workflow, accounts, asks, send

    @property
    def account(self) -> Account:
        """The account that asks: one of the workflow's own, where the provider can bring one about."""
        return self._accounts.account(*self._place(self._workflow.state))

    def account_in(self, state: str) -> Account:
        """Return an account of the workflow's own in another state."""
        return self._accounts.account(*self._place(state))

    def known(self, name: str, state: str = "") -> str:
        """Return a value that a provider state yields, made by a documented operation where it is not given."""
        return self._accounts.known(self._workflow, self._place(state or self._workflow.state), name)

    def fresh(self) -> str:
        """Return a text that nobody else sends."""
        return self._accounts.fresh(self._workflow)

    def do(self, operation: str, *, token: str = "", api_key: str = "", state: str = "", **fields: Json) -> Reply:
        """Take a step that has to succeed before there is anything to judge; fields not named are sent as usual."""
        reply = self.ask(operation, token=token, api_key=api_key, state=state, **fields)
        if not reply.is_success:
            raise NotTested(f"{operation} answered {reply.status} {reply.exchange.reason}, and nothing follows".strip())
        return reply

    def ask(self, operation: str, *, token: str = "", api_key: str = "", state: str = "", **fields: Json) -> Reply:
        """Send one request, as the workflow's account or with another credential, and return what came back."""
        number = len(self.exchanges) + 1
        mutations = tuple(
            (
                name,
                MutationKind.ABSENT if value is LEFT_OUT else MutationKind.GIVEN,
                None if value is LEFT_OUT else value,
            )
            for name, value in fields.items()
        )
        if operation not in self._asks:
            raise NotTested(f"{operation}, which a step needs, is not in the contract")
        usual = self._asks[operation]
        if unknown := fields.keys() - {field.name for field in usual.operation.fields}:
            raise LookupError(f"{operation} has no field {', '.join(unknown)}")
        place = self._place(state or self._workflow.state)
        case = replace(
            usual, name=f"{self._workflow.id}/{number}", state=place[0], mutations=mutations, needs_own_account=False
        )
        if token or api_key:
            word = "token" if token else "key"
            scheme = next(each for each in usual.operation.schemes if each.noun == word)
            case = replace(case, scheme=scheme)
            self._accounts.use(
                case, place, Credential(token or api_key, "credential", f"the {word} that an earlier step shows")
            )
        else:
            self._accounts.use(case, place)
        exchange_id = f"{self._workflow.id}/{number}-{operation}"
        exchange = self._send(case, exchange_id)
        self.exchanges.append(exchange_id)
        if exchange.status in UNUSABLE:
            raise Blocked(f"{operation} gave no usable answer ({exchange.status or exchange.reason})")
        success = usual.operation.success
        return Reply(operation, exchange, number, payload_paths(success) if success else ())

    def hold(self, reply: Reply, kept: bool, received: str = "") -> None:
        """Hold a reply to the promise: where it is not `kept`, `received` says what came instead."""
        if not kept:
            told = received or f"{reply.status} {reply.exchange.reason}".strip()
            self.violations.append(Violation(f"step {reply.number}, {reply.operation}", told))

    def hold_equal(self, reply: Reply, found: Json, promised: Json) -> None:
        """Hold a value of a reply to the one that it has to be; a reply that is no success shows none."""
        self.hold(reply, found == promised, f"{shown(found)}, not {shown(promised)}" if reply.is_success else "")

    def _place(self, state: str) -> Place:
        return state, self._workflow.id
