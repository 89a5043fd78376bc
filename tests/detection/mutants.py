"""All mutants of a provider, and why some of them may survive.

None is written for a clause: they come from the provider's own clean answers. A run that reports neither a violation
nor a blocked clause let the mutant survive; `SURVIVORS` says for each of those which promise nobody made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase

from tests.detection.answer_edits import Edit, byte_edits, header_edits, key_edits, key_paths
from tests.detection.exchange_mutations import exchange_mutations
from tests.detection.mutating_proxy import Answer, Forward, Relay, Request
from tests.detection.mutations import Clean, Mutation

# A success, its neighbours, redirects, the usual refusals and the ways to be down.
STATUSES = (200, 201, 204, 301, 302, 304, 307, 400, 401, 403, 404, 405, 409, 410, 422, 429, 500, 501, 502, 503, 504)

_ERRORS = "no-project+failing+refused"

_OF_ALL: Mapping[str, str] = {
    "*/header-server/*": "RFC 9110, 10.2.4: a server may name itself or not",
    "*/header-date/*": "RFC 9110, 6.6.1: the date is for caches, and a server without a clock sends none",
    "*/header-content-length/stripped": "RFC 9112, 6.3: the end of the connection is the end of the body",
    "*/body/white-space-*": "RFC 8259, 2: white space may stand around a JSON text",
}

_OF_THE_FIRST: Mapping[str, str] = {
    "success/projectData.description/emptied": "a project may have an empty description: any text is promised",
    "success/projectData.call_status_webhook/as-null": "another page of the docs shows a null webhook",
    f"{_ERRORS}/message/emptied": "no page prints an error body: any text is assumed",
    f"{_ERRORS}/status/*": "no page prints an error body: its status is only held not to be success",
    "exchange/accept-lost": "there is one representation only, whatever is asked for",
    "exchange/query-lost": "the operation has no query parameter",
    "exchange/user-agent-lost": "it is for the provider's log",
    "exchange/x-request-id-lost": "it is for the provider's log",
    "exchange/forwarded-twice": "a read that is done twice changes nothing",
    "exchange/cached-by-all-that-counts": "the same question of the same account has the same answer",
    "*/hung-up-once": "one lost connection is not held against a provider that answers when asked once more",
}

# Refusals that we assume where the page prints no such status.
_ASSUMED_REFUSALS = (
    *("addWebhook/404", "setActiveAgent/404", "removeActiveAgent/404", "createAgent/404", "makeCall/404"),
    *("listCalls/40[04]", "analyzeCall/40[04]", "batchCall/40[04]", "getVoice/404", "assignPhoneNumber/404"),
)

_OF_OTHERS: Mapping[str, str] = {
    **{
        f"{refusal}/{edit}": reason
        for refusal in _ASSUMED_REFUSALS
        for edit, reason in {
            "status-4[01]?": "no page prints a status for this refusal: any 4xx is one",
            "status-422": "no page prints a status for this refusal: any 4xx is one",
            "status-501": "no page prints a status for this refusal: 501 is taken for one, as of a method",
            "header-content-*": "no page prints this refusal: only its status is judged",
            "body/*": "no page prints this refusal: only its status is judged",
            "message/*": "no page prints this refusal: only its status is judged",
            "status/*": "no page prints this refusal: only its status is judged",
        }.items()
    },
    "deleteProject/400/status-40[45]": "a path without its last part need not lead to the operation",
    "listAgents/400/status-40[45]": "a path without its last part need not lead to the operation",
    "listAgents/400/status-307": "a path without its last part may be redirected to the one without its slash",
    "forgotPassword/404/status-400": "the page prints both statuses for an address that nobody registered",
    "setActiveAgent/200/project.call_status_webhook/as-null": "another page of the docs shows a null webhook",
    "getProject/200/data.created_at/as-null": "another page of the docs shows a null there",
    "getProject/200/data.active_agent/emptied": "text or null is promised, and not that the text is an id",
    "getAgent/200/systemInstruction/emptied": "an agent may be told nothing: any text is promised",
    "listAgents/200/0.systemInstruction/emptied": "an agent may be told nothing: any text is promised",
    "updateAgent/200/message/[dr]*": "the agent may stand without an envelope: the page prints both",
    "updateAgent/200/status/[dr]*": "the agent may stand without an envelope: the page prints both",
    **{
        f"listCalls/200/data.0.{key}/*": "the page of the history prints no such key"
        for key in ("seconds", "cost", "recordingUrls", "phoneNumber")
    },
    "batchCall/200/message/emptied": "no page prints this success: any text is assumed",
    "analyzeCall/200/data/emptied": "no page prints this success: how many answers it holds is not assumed",
    "*/[45]??/message/emptied": "no page prints an error body: any text is assumed",
    "*/[45]??/status/*": "no page prints an error body: its status is only held not to be success",
}

SURVIVORS: Mapping[str, str] = {**_OF_ALL, **_OF_THE_FIRST, **_OF_OTHERS}


def why_it_survives(name: str) -> str | None:
    """The reason why the mutant of that name keeps every promise, or None if it breaks one."""
    return next((reason for pattern, reason in SURVIVORS.items() if fnmatchcase(name, pattern)), None)


def derived_mutants(clean: Clean) -> list[Mutation]:
    """Every mutant of these answers, named alike for all providers whose answers have the same keys and headers."""
    edited = [Mutation(name, _editing(s, edit)) for name, s, edit in [*_statuses(clean), *_edits(clean)]]
    return [*edited, *exchange_mutations(clean)]


def status_edits(answer: Answer) -> Iterator[tuple[str, Edit]]:
    """Each other status that a provider may answer with by mistake."""
    for status in STATUSES:
        if status != answer.status:
            yield f"status-{status}", _with_status(status)


def _with_status(status: int) -> Edit:
    return lambda answer: answer.with_status(status)


_ForStatuses = tuple[str, frozenset[int], Edit]


def _statuses(clean: Clean) -> Iterator[_ForStatuses]:
    for state, answer in clean.answers.items():
        for name, edit in status_edits(answer):
            yield f"{state}/{name}", frozenset({answer.status}), edit


def _edits(clean: Clean) -> Iterator[_ForStatuses]:
    """The edits of each group of answers whose bodies have the same keys: one mutant spoils all of them."""
    for group, answers in _alike(clean.answers).items():
        statuses = frozenset(answer.status for answer in answers)
        headers = {name.lower(): value for answer in answers for name, value in answer.headers}
        for name, edit in [*key_edits(answers[0]), *header_edits(headers), *byte_edits()]:
            yield f"{group}/{name}", statuses, edit


def _alike(answers: Mapping[str, Answer]) -> dict[str, list[Answer]]:
    groups: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for state, answer in answers.items():
        groups.setdefault(frozenset(key_paths(json.loads(answer.body))), []).append(state)
    return {"+".join(states): [answers[state] for state in states] for states in groups.values()}


def _editing(statuses: frozenset[int], edit: Edit) -> Callable[[Clean], Relay]:
    def relay(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        return edit(answer) if answer.status in statuses else answer

    return lambda _: relay
