"""The reference provider as a function: a request in, an answer out.

Beside the documented operations it answers two paths of its own, which no fault touches: `/_states` and `/_received`.
"""

import json
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from random import Random

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request

from talkstack_contract.reference.answers import Answer, Delivery, error, json_answer
from talkstack_contract.reference.credentials import Credential, account_of, credential_of
from talkstack_contract.reference.faults import FAULTS, Fault, Scene, nearest_fault
from talkstack_contract.reference.operations import OPERATIONS, UNAUTHORIZED, Operation
from talkstack_contract.reference.states import ACTIVE_PROJECT, NO_ACTIVE_PROJECT, STATES, set_up
from talkstack_contract.reference.world import Account, Clock, World

STATES_PATH = "/_states"
RECEIVED_PATH = "/_received"
FAULT_PREFIX = "fault: "

RECEIVED_LIMIT = 10_000
"""Oldest entries are dropped beyond this: a provider that runs for weeks must not grow."""

RULES = [Rule(operation.path, methods=[operation.method], endpoint=operation) for operation in OPERATIONS]
ROUTES = Map(RULES, merge_slashes=False).bind("")
OPERATION_BY_PATH = {operation.path: operation for operation in OPERATIONS}


@dataclass(frozen=True)
class Received:
    """One request, without any credential. `status` is None where no status was sent."""

    method: str
    path: str
    query: str
    headers: tuple[str, ...]
    status: int | None


class Service:
    """Answers requests from its world, spoilt by the faults that are switched on. Safe to use from several threads."""

    def __init__(self, clock: Clock, random: Random, faults: Iterable[str] = ()) -> None:
        """Raises KeyError with the name of a fault that does not exist."""
        self.world = World(clock, random)
        self.accounts = {state: set_up(state, self.world) for state in (ACTIVE_PROJECT, NO_ACTIVE_PROJECT)}
        self._lock = threading.Lock()
        self._faults = {name: FAULTS[name] for name in faults}
        self._received: deque[Received] = deque(maxlen=RECEIVED_LIMIT)
        self._times_asked: Counter[str] = Counter()

    @property
    def received(self) -> tuple[Received, ...]:
        """What was asked so far, newest last."""
        with self._lock:
            return tuple(self._received)

    def forget_received(self) -> None:
        """Empties the record."""
        with self._lock:
            self._received.clear()

    def switch(self, name: str, *, on: bool) -> None:
        """Switches a fault. KeyError if there is none of that name."""
        with self._lock:
            if on:
                self._faults[name] = FAULTS[name]
            else:
                self._faults.pop(FAULTS[name].name, None)

    def answer(self, request: Request) -> Answer:
        """The answer to any request; those to the documented paths are spoilt and recorded."""
        if request.path == STATES_PATH:
            return self._answer_states(request)
        if request.path == RECEIVED_PATH:
            return self._answer_received(request)
        credential = credential_of(request)
        account = account_of(credential, self.world)
        answer = self._clean(request, account)
        if request.path in OPERATION_BY_PATH:
            answer = self._spoilt(request, credential, account, answer)
        self._record(request, answer)
        return answer

    def _clean(self, request: Request, account: Account | None) -> Answer:
        try:
            operation: Operation = ROUTES.match(request.path, request.method)[0]
        except NotFound:
            return error(404, "There is nothing at this path.")
        except MethodNotAllowed as refusal:
            allowed = ", ".join(sorted(refusal.valid_methods or ()))
            return error(405, "This method is not answered here.", (("Allow", allowed),))
        return operation.answer(account) if account else UNAUTHORIZED

    def _spoilt(self, request: Request, credential: Credential, account: Account | None, answer: Answer) -> Answer:
        operation, count = OPERATION_BY_PATH[request.path], self._count(account)
        scene = Scene(operation, request, credential, account, self.world, answer.status, count)
        for fault in self._active_faults():
            answer = fault.spoil(scene, answer) if fault.concerns(scene) else answer
        return answer

    def _active_faults(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._faults.values())

    def _count(self, account: Account | None) -> int:
        with self._lock:
            key = account.user_id if account else ""
            self._times_asked[key] += 1
            return self._times_asked[key]

    def _record(self, request: Request, answer: Answer) -> None:
        status = None if answer.delivery in (Delivery.NONE, Delivery.NEVER, Delivery.NOT_HTTP) else answer.status
        names = tuple(sorted(request.headers.keys()))
        query = request.query_string.decode("latin-1")
        with self._lock:
            self._received.append(Received(request.method, request.path, query, names, status))

    def _answer_received(self, request: Request) -> Answer:
        if request.method == "GET":
            return json_answer(200, [asdict(received) for received in self.received])
        if request.method == "DELETE":
            self.forget_received()
            return Answer(204)
        return error(405, "GET reads the record, DELETE empties it.", (("Allow", "DELETE, GET"),))

    def _answer_states(self, request: Request) -> Answer:
        if request.method != "POST":
            return error(405, "States are set by POST.", (("Allow", "POST"),))
        try:
            order = json.loads(request.get_data())
            state, action = order["state"], order["action"]
        except (ValueError, KeyError, TypeError):
            return error(400, 'The body is {"state": NAME, "action": "setup" or "teardown"}.')
        if action not in ("setup", "teardown"):
            return error(400, f"action is 'setup' or 'teardown', not {action!r}.")
        return self._change_state(str(state), action == "setup", str(order.get("user_id", "")))

    def _change_state(self, state: str, is_setup: bool, user_id: str) -> Answer:
        if state.startswith(FAULT_PREFIX):
            return self._change_fault(state.removeprefix(FAULT_PREFIX), is_setup)
        if state not in STATES:
            known = ", ".join(map(repr, (*STATES, f"{FAULT_PREFIX}NAME")))
            return error(400, f"{state!r} is no state of this provider; known: {known}.")
        if not is_setup:
            self.world.close_account(user_id)
            return json_answer(200, {})
        account = set_up(state, self.world)
        return json_answer(200, {"user_id": account.user_id, "token": account.token, "api_key": account.api_key})

    def _change_fault(self, name: str, on: bool) -> Answer:
        if name not in FAULTS:
            return error(400, f"{name!r} is no fault; nearest: {nearest_fault(name)!r}. --list-faults lists all.")
        self.switch(name, on=on)
        return json_answer(200, {})
