"""Each curl line of a record, executed in `sh` against the provider that the run tested, in the state of that moment.

Many requests change what they are about, or are about an account that the run removed: executed after the run, they
would meet another state. So a copy of the reference provider's state is kept before each request, and comes back before
the line of that request is executed. Whatever a line asks to be set is set to what was sent.

`python -m tests.runs.curl_lines [FOLDER]` does so with all lines of a run of the whole API, and also without bringing a
state back, and prints the figures.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from werkzeug.wrappers import Request

from reference_provider import Reference, serve
from reference_provider.answers import Answer
from tests.runs.suite_process import WHOLE_API, Finished, Line, run_suite

TO_BE_SET = re.compile(r"\$\{(\w+):\?set to")
DERIVED = re.compile(r"printf %s \"\$\w+\" \| |\}x\"")
CURL_WAITS_S = 20


@dataclass(frozen=True)
class Moment:
    """A request as it came in, and the state of the provider before it."""

    headers: Mapping[str, str]
    body: bytes
    state: Any = field(repr=False)


@dataclass
class Recorded:
    """A run, the provider that it tested, and the moment of each of its requests by the id in their headers."""

    reference: Reference
    moments: dict[str, Moment]
    run: Finished

    def exchanges(self) -> list[Line]:
        """Return the exchanges of the record that were answered, in the order of asking."""
        return [line for line in self.run.lines if line["kind"] == "exchange" and line["status"]]

    def moment(self, exchange: Line) -> Moment:
        return self.moments[dict(exchange["request_headers"])["X-Request-Id"]]

    def status_then(self, exchange: Line) -> int:
        """Execute the line of an exchange in the state of that moment, and return the status of the response."""
        moment = self.moment(exchange)
        self.reference._service._state = _copy(moment.state)
        return _status(exchange["curl"], self.variables(exchange))

    def status_now(self, exchange: Line) -> int:
        """Execute it in the state that the run has left."""
        return _status(exchange["curl"], self.variables(exchange))

    def variables(self, exchange: Line) -> dict[str, str]:
        """Return what the line asks to be set, as it was sent."""
        moment = self.moment(exchange)
        return {name: self._value(name, exchange["curl"], moment) for name in TO_BE_SET.findall(exchange["curl"])}

    def _value(self, name: str, line: str, moment: Moment) -> str:
        if name.startswith("sent_"):
            sent = str(json.loads(moment.body)[name.removeprefix("sent_")])
            return json.dumps(sent)[1:-1]  # as it stood in the body
        sent = moment.headers.get("x-api-key") or moment.headers["authorization"].partition(" ")[2]
        if not DERIVED.search(line):
            return sent
        known: list[str] = [
            each for account in moment.state.world.accounts for each in (account.token, account.api_key)
        ]
        return next(each for each in known if _is_derived(sent, each))


def _is_derived(sent: str, credential: str) -> bool:
    """Tell whether a credential that was sent is another one altered, lengthened, cut short or in the other case."""
    differing = [True for one, other in zip(sent, credential, strict=False) if one != other]
    is_altered = len(sent) == len(credential) and len(differing) == 1
    cut = credential[: len(credential) * 3 // 4]
    return is_altered or sent in (f"{credential}x", cut, credential.swapcase())


def _status(line: str, variables: Mapping[str, str]) -> int:
    environment = {"PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run(["sh"], input=line.encode(), env=environment, capture_output=True, timeout=CURL_WAITS_S)
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", done.stdout)
    return int(found[1]) if found else -done.returncode


def _copy(state: Any) -> Any:
    """Copy the state, but not what never changes: an account is replaced as a whole; of a lock there is no copy."""
    world = state.world
    kept = {id(each): each for each in (*world.accounts, *world._register._issued.values(), *state.received)}
    return deepcopy(state, {**kept, id(world._lock): RLock()})


@contextmanager
def recorded(folder: Path, *words: str) -> Iterator[Recorded]:
    """Run the whole API against a reference provider whose state is kept before each request."""
    with serve() as reference:
        moments: dict[str, Moment] = {}
        answer = reference._service.answer

        def answer_later_too(request: Request, *where: str) -> Answer:
            headers = {name.lower(): value for name, value in request.headers}
            if id_ := headers.get("x-request-id"):
                moments[id_] = Moment(headers, request.get_data(), _copy(reference._service._state))
            return answer(request, *where)

        reference._service.answer = answer_later_too  # type: ignore[assignment,method-assign]
        reference.write_provider(folder / "provider.toml")
        run = run_suite(folder, "--provider", str(folder / "provider.toml"), *words, contract=WHOLE_API)
        reference._service.answer = answer  # type: ignore[method-assign]
        yield Recorded(reference, moments, run)


def main() -> None:
    """Print the figures of all lines of a run."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    with recorded(folder) as whole:
        _print(whole.run.last_line)
        left = _copy(whole.reference._service._state)
        exchanges = whole.exchanges()
        then = {each["id"]: whole.status_then(each) for each in exchanges}
        whole.reference._service._state = _copy(left)
        now = {each["id"]: whole.status_now(each) for each in exchanges}
        _tell("in the state of that moment", exchanges, then)
        _tell("after the run, one after the other", exchanges, now)
        differing = [each for each in exchanges if now[each["id"]] != each["status"]]
        for reason, count in Counter(why_now(whole, each, left) for each in differing).most_common():
            _print(f"  {count}: {reason}")


def why_now(recorded: Recorded, exchange: Line, left: Any) -> str:
    """Say why a line gives another status after the run than in it; `left` is the state that the run left behind."""
    moment = recorded.moment(exchange)
    held = {each for account in left.world.accounts for each in (account.token, account.api_key)}
    sent = moment.headers.get("x-api-key") or moment.headers.get("authorization", "").partition(" ")[2]
    if sent and sent not in held:
        return "the account that the request was about was made for the run, and removed with it"
    if not sent:
        return "what its body or its URL names was made for the run, or used up by the request itself"
    return "the request itself, or a later one, changed what it is about"


def _tell(when: str, exchanges: list[Line], statuses: Mapping[str, int]) -> None:
    differing = [each for each in exchanges if statuses[each["id"]] != each["status"]]
    _print(f"{when}: {len(exchanges)} lines, {len(exchanges) - len(differing)} same status, {len(differing)} differing")
    for (was, now), count in Counter((each["status"], statuses[each["id"]]) for each in differing).most_common():
        mine = [each["id"] for each in differing if (each["status"], statuses[each["id"]]) == (was, now)]
        _print(f"  {was} -> {now}: {count}, as {', '.join(mine[:4])}")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
