"""The reference provider as a function: a request in, an answer out.

Beside the documented operations it answers two paths of its own, which no fault touches: `/_states` and `/_received`.
"""

import json
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from random import Random

from werkzeug.wrappers import Request

from reference_provider.answers import Answer, Delivery, error, json_answer
from reference_provider.asks import ask_of
from reference_provider.credentials import account_of, credential_of
from reference_provider.faults import FAULTS, Fault, Scene, nearest_fault
from reference_provider.operations import OPERATION_BY_ID, UNAUTHORIZED, Operation
from reference_provider.routes import Route, route_of
from reference_provider.states import ACTIVE_PROJECT, NO_ACTIVE_PROJECT, STATES, set_up
from reference_provider.world import Account, Clock, World

STATES_PATH = "/_states"
RECEIVED_PATH = "/_received"
FAULT_PREFIX = "fault: "

RECEIVED_LIMIT = 10_000
"""Oldest entries are dropped beyond this: a provider that runs for weeks must not grow."""

SEED_BITS = 128
"""Enough that no two providers invent the same accounts."""

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


class _State:
    """A world, the faults that are on in it, and what has happened in it. Replaced as a whole, guarded by `Service`."""

    def __init__(self, world: World, faults: Iterable[Fault]) -> None:
        self.world = world
        self.accounts = {state: set_up(state, world) for state in (ACTIVE_PROJECT, NO_ACTIVE_PROJECT)}
        self.values = {state: world.values_of(account) for state, account in self.accounts.items()}
        self.received: deque[Received] = deque(maxlen=RECEIVED_LIMIT)
        self.request_counts: Counter[str] = Counter()
        self.faults = {fault.name: fault for fault in faults}
        self.faults_by_path: dict[str, tuple[Fault, ...]] = {}
        self.index_faults()

    def index_faults(self) -> None:
        """Bring `faults_by_path` up to date: a request only looks at the faults of operations at its own path."""
        by_path: dict[str, list[Fault]] = defaultdict(list)
        for fault in self.faults.values():
            by_path[OPERATION_BY_ID[fault.operation].path].append(fault)
        self.faults_by_path = {path: tuple(faults) for path, faults in by_path.items()}


class Service:
    """Responds to requests from its world, changed by the faults that are on. Safe to use from several threads."""

    def __init__(self, clock: Clock, random: Random, faults: Iterable[str] = ()) -> None:
        """Raise KeyError with the name of a fault that does not exist."""
        self._clock = clock
        self._seed = random.getrandbits(SEED_BITS)
        self._lock = threading.Lock()
        self._state = self._fresh_state(faults)

    def _fresh_state(self, faults: Iterable[str]) -> _State:
        chosen = [FAULTS[name] for name in faults]
        return _State(World(self._clock, Random(self._seed)), chosen)  # noqa: S311  invented values, not secrets

    @property
    def world(self) -> World:
        """The present world."""
        return self._state.world

    @property
    def accounts(self) -> Mapping[str, Account]:
        """The permanent accounts by provider state, as they were at first."""
        return self._state.accounts

    @property
    def values(self) -> Mapping[str, Mapping[str, str]]:
        """What a request needs to know about each permanent account, by provider state and name."""
        return self._state.values

    @property
    def faults(self) -> tuple[str, ...]:
        """The names of the faults that are on."""
        with self._lock:
            return tuple(self._state.faults)

    def set_faults(self, names: Iterable[str]) -> None:
        """Turn exactly these faults on, in a fresh world whose permanent accounts have the same credentials as before.

        Raises KeyError, and changes nothing, if there is no fault of one of the names.
        """
        state = self._fresh_state(names)
        with self._lock:
            self._state = state

    @property
    def received(self) -> tuple[Received, ...]:
        """The requests received so far, newest last."""
        with self._lock:
            return tuple(self._state.received)

    def forget_received(self) -> None:
        """Empty the record of requests."""
        with self._lock:
            self._state.received.clear()

    def switch(self, name: str, *, on: bool) -> None:
        """Turn one fault on or off and keep the world. Raises KeyError if there is no fault of that name."""
        fault = FAULTS[name]
        with self._lock:
            if on:
                self._state.faults[name] = fault
            else:
                self._state.faults.pop(name, None)
            self._state.index_faults()

    def answer(self, request: Request, host: str = API) -> Answer:
        """The answer to any request; those to the documented paths of this host are spoilt and recorded."""
        if host == API and request.path == STATES_PATH:
            return self._answer_states(request)
        if host == API and request.path == RECEIVED_PATH:
            return self._answer_received(request)
        state, route = self._state, route_of(host, request.path)
        answer = self._answer_at(state, route, request) if route else NOTHING_HERE
        self._record(state, request, host, answer)
        return answer

    def _answer_at(self, state: _State, route: Route, request: Request) -> Answer:
        operation, credential = route.by_method(request.method), credential_of(request)
        concerned = operation or route.operations[0]
        account = account_of(credential, concerned, state.world)
        if operation:
            answer = self._clean(state.world, operation, request, route, account)
        else:
            answer = error(405, "This method is not answered here.", (("Allow", route.allowed),))
        times_asked, faults = self._count(state, account), state.faults_by_path.get(concerned.path, ())
        if faults:
            scene = Scene(
                operation=concerned,
                request=request,
                credential=credential,
                account=account,
                world=state.world,
                status=answer.status,
                answer=answer,
                times_asked=times_asked,
                host=concerned.host,
            )
            for fault in faults:
                answer = fault.spoil(scene, answer) if fault.concerns(scene) else answer
        return answer

    @staticmethod
    def _clean(world: World, operation: Operation, request: Request, route: Route, account: Account | None) -> Answer:
        if account is None and operation.asks_credential != "none":
            return UNAUTHORIZED
        ask = ask_of(request, route.path_values, account, world)
        texts = [value for value in (ask.body or {}).values() if isinstance(value, str)]
        if account.is_failing if account else world.fails_for(texts):
            return FAILED_INSIDE
        return operation.answer(ask)

    def _count(self, state: _State, account: Account | None) -> int:
        key = account.user_id if account else ""
        with self._lock:
            state.request_counts[key] += 1
            return state.request_counts[key]

    def _record(self, state: _State, request: Request, host: str, answer: Answer) -> None:
        status = None if answer.delivery in (Delivery.NONE, Delivery.NEVER, Delivery.NOT_HTTP) else answer.status
        names = tuple(sorted(request.headers.keys()))
        query = request.query_string.decode("latin-1")
        received = Received(request.method, request.path, query, names, status, host)
        with self._lock:
            state.received.append(received)

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
