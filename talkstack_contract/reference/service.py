"""The reference provider as a function: a request in, an answer out.

Beside the documented operations it answers two paths of its own, which no fault touches: `/_states` and `/_received`.
"""

import json
import threading
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from random import Random

from werkzeug.wrappers import Request

from talkstack_contract.reference.answers import Answer, Delivery, error, json_answer
from talkstack_contract.reference.asks import ask_of
from talkstack_contract.reference.credentials import account_of, credential_of
from talkstack_contract.reference.faults import FAULTS, Fault, Scene, nearest_fault
from talkstack_contract.reference.operations import UNAUTHORIZED, Operation
from talkstack_contract.reference.routes import Route, route_of
from talkstack_contract.reference.states import ACTIVE_PROJECT, NO_ACTIVE_PROJECT, STATES, set_up
from talkstack_contract.reference.world import Account, Clock, World

STATES_PATH = "/_states"
RECEIVED_PATH = "/_received"
FAULT_PREFIX = "fault: "

RECEIVED_LIMIT = 10_000
"""Oldest entries are dropped beyond this: a provider that runs for weeks must not grow."""

API, CALLS = "api", "calls"
"""The two hosts of the docs. `/_states` and `/_received` are answered on the first alone."""

NOTHING_HERE = error(404, "There is nothing at this path.")
FAILED_INSIDE = error(500, "The request could not be carried out.")


@dataclass(frozen=True)
class Received:
    """One request, without any credential. `status` is None where no status was sent, `host` is `api` or `calls`."""

    method: str
    path: str
    query: str
    headers: tuple[str, ...]
    status: int | None
    host: str = API


class Service:
    """Answers requests from its world, spoilt by the faults that are switched on. Safe to use from several threads."""

    def __init__(self, clock: Clock, random: Random, faults: Iterable[str] = ()) -> None:
        """Raises KeyError with the name of a fault that does not exist."""
        self.world = World(clock, random)
        self.accounts = {state: set_up(state, self.world) for state in (ACTIVE_PROJECT, NO_ACTIVE_PROJECT)}
        self.values = {state: self.world.values_of(account) for state, account in self.accounts.items()}
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

    def answer(self, request: Request, host: str = API) -> Answer:
        """The answer to any request; those to the documented paths of this host are spoilt and recorded."""
        if host == API and request.path == STATES_PATH:
            return self._answer_states(request)
        if host == API and request.path == RECEIVED_PATH:
            return self._answer_received(request)
        route = route_of(host, request.path)
        answer = self._answer_at(route, request) if route else NOTHING_HERE
        self._record(request, host, answer)
        return answer

    def _answer_at(self, route: Route, request: Request) -> Answer:
        operation, credential = route.by_method(request.method), credential_of(request)
        concerned = operation or route.operations[0]
        account = account_of(credential, concerned, self.world)
        if operation:
            answer = self._clean(operation, request, route, account)
        else:
            answer = error(405, "This method is not answered here.", (("Allow", route.allowed),))
        times_asked, faults = self._count(account), self._active_faults()
        if faults:
            scene = Scene(
                operation=concerned,
                request=request,
                credential=credential,
                account=account,
                world=self.world,
                status=answer.status,
                answer=answer,
                times_asked=times_asked,
                host=concerned.host,
            )
            for fault in faults:
                answer = fault.spoil(scene, answer) if fault.concerns(scene) else answer
        return answer

    def _clean(self, operation: Operation, request: Request, route: Route, account: Account | None) -> Answer:
        if account is None and operation.asks_credential != "none":
            return UNAUTHORIZED
        ask = ask_of(request, route.path_values, account, self.world)
        texts = [value for value in (ask.body or {}).values() if isinstance(value, str)]
        if account.is_failing if account else self.world.fails_for(texts):
            return FAILED_INSIDE
        return operation.answer(ask)

    def _active_faults(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._faults.values())

    def _count(self, account: Account | None) -> int:
        with self._lock:
            key = account.user_id if account else ""
            self._times_asked[key] += 1
            return self._times_asked[key]

    def _record(self, request: Request, host: str, answer: Answer) -> None:
        status = None if answer.delivery in (Delivery.NONE, Delivery.NEVER, Delivery.NOT_HTTP) else answer.status
        names = tuple(sorted(request.headers.keys()))
        query = request.query_string.decode("latin-1")
        with self._lock:
            self._received.append(Received(request.method, request.path, query, names, status, host))

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
            self.world.forget(user_id)
            return json_answer(200, {})
        account = set_up(state, self.world)
        given = {"user_id": account.user_id, "token": account.token, "api_key": account.api_key}
        return json_answer(200, {**given, "values": self.world.values_of(account)})

    def _change_fault(self, name: str, on: bool) -> Answer:
        if name not in FAULTS:
            return error(400, f"{name!r} is no fault; nearest: {nearest_fault(name)!r}. --list-faults lists all.")
        self.switch(name, on=on)
        return json_answer(200, {})
