"""Calls, one by one and from a sheet, their history and their analysis."""

from typing import Any

import pytest

from tests.reference.asking import Asker, Opening, opening, xlsx
from tests.reference.clock import Clock


def stage(asker: Asker, call_id: str) -> tuple[str, int, bool]:
    """The call's status and seconds, and whether it can be heard."""
    call = asker.ask("getCall", {"sid": call_id}).json
    return call["status"], call["seconds"], bool(call["recordingUrls"])


def test_call_goes_from_queued_to_completed_by_the_clock() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        made = asker.ask("makeCall").json["call"]
        seen = {0: stage(asker, made["call_id"])}
        for second in (1, 3, 9, 10):
            clock.move(seconds=second - max(seen))
            seen[second] = stage(asker, made["call_id"])
    assert (made["from"], made["to"], seen) == (
        asker.values["e164"],
        "+999123456789",
        {
            0: ("queued", 0, False),
            1: ("ringing", 0, False),
            3: ("in-progress", 0, False),
            9: ("in-progress", 0, False),
            10: ("completed", 7, True),
        },
    )


def test_call_costs_once_it_has_ended_and_says_when_it_was_placed() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        call_id = asker.ask("makeCall").json["call"]["call_id"]
        before = asker.ask("getCall", {"sid": call_id}).json["cost"]
        clock.move(seconds=10)
        after = asker.ask("getCall", {"sid": call_id}).json
    assert (before, after["cost"], after["date"]) == (0, 0.014, "Sun, 01 Mar 2026 12:00:00 +0000")


@pytest.mark.parametrize("number", ["999123456789", "+0123456789", "+12", "+1 202 555", "+1234567890123456", "words"])
def test_number_to_call_is_e164(opened: Opening, number: str) -> None:
    assert opened().ask("makeCall", {"number": number}).status == 400


@pytest.mark.parametrize(
    ("variables", "status"),
    [({}, 200), ({"name": "Nadir"}, 200), ({"name": 1}, 400), (["name"], 400), ("name", 400), (None, 400)],
    ids=str,
)
def test_dynamic_variables_are_an_object_of_texts(opened: Opening, variables: object, status: int) -> None:
    assert opened().ask("makeCall", {"dynamicVariables": variables}).status == status


def test_agent_without_number_cannot_call(opened: Opening) -> None:
    asker = opened()
    asker.ask("createAgent", {"phoneNumber": asker.values["e164"]})
    assert [asker.ask(each).status for each in ("makeCall", "batchCall")] == [400, 400]


def test_project_of_a_call_may_be_left_out_but_not_wrong(opened: Opening) -> None:
    asker = opened()
    project = asker.ask("createProject").json["data"]["id"]
    statuses = [asker.ask("getCall", {"projectId": each}).status for each in (..., project)]
    assert statuses == [200, 404]


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(b"number,dynamicVariables\n+999123456789,\n+999987654321,x\n", id="csv"),
        pytest.param(xlsx(["dynamicVariables", "number"], [None, "+999123456789"], ["x", 999987654321]), id="xlsx"),
    ],
)
def test_batch_queues_a_call_for_each_row(sheet: bytes) -> None:
    with opening(Clock()) as opened:
        asker = opened()
        status = asker.ask("batchCall", sheet=sheet).status
        queued = asker.ask("listCalls", query="?status=queued").json["data"]
    numbers = sorted((call["from"], call["to"]) for call in queued)
    assert (status, numbers) == (200, [(asker.values["e164"], each) for each in ("+999123456789", "+999987654321")])


@pytest.mark.parametrize(
    "sheet", [b"", b"phone\n+999123456789\n", b"number\n+999123456789\nwords\n", b"PK\x03\x04"], ids=str
)
def test_bad_sheet_is_refused_and_calls_nobody(opened: Opening, sheet: bytes) -> None:
    asker = opened()
    assert (asker.ask("batchCall", sheet=sheet).status, len(asker.ask("listCalls").json["data"])) == (400, 1)


def test_batch_without_a_sheet_is_refused(opened: Opening) -> None:
    asker = opened()
    known = {"Authorization": f"Bearer {asker.token}"}
    body = {name: asker.values[name] for name in ("projectId", "agentId")}
    as_json = asker.clients["api"].send("POST", "/call/batch-call", known, document=body).status
    assert (as_json, asker.ask("batchCall", {"file": "sheet"}).status) == (400, 400)


def test_history_is_newest_first_and_at_most_a_page() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        made = []
        for _ in range(21):
            clock.move(seconds=1)
            made.append(asker.ask("makeCall").json["call"]["call_id"])
        sizes: tuple[object, ...] = (..., 2, 100)
        pages = [_listed(asker, {"pageSize": size}) for size in sizes]
    newest = [*reversed(made), asker.values["callId"]]
    assert pages == [newest[:20], newest[:2], newest]


def test_history_holds_only_calls_of_that_project(opened: Opening) -> None:
    asker = opened()
    project = asker.ask("createProject").json["data"]["id"]
    assert (_listed(asker), _listed(asker, {"projectId": project})) == ([asker.values["callId"]], [])


@pytest.mark.parametrize("size", [0, -1, 1.5, "20", True, None], ids=str)
def test_page_size_is_a_whole_number_above_0(opened: Opening, size: object) -> None:
    assert opened().ask("listCalls", {"pageSize": size}).status == 400


def test_history_is_filtered_by_the_query(opened: Opening) -> None:
    asker = opened()
    made = asker.ask("makeCall").json["call"]["call_id"]
    found = [_listed(asker, query=f"?to=%2B999123456789{more}") for more in ("", "&status=completed", "&page=2")]
    assert (found, asker.ask("listCalls", query="?status=asleep").status) == ([[made], [], [made]], 400)


def _listed(asker: Asker, changes: dict[str, Any] | None = None, query: str = "") -> list[str]:
    return [call["callSid"] for call in asker.ask("listCalls", changes, query=query).json["data"]]


def test_analysis_answers_by_type(opened: Opening) -> None:
    questions: list[dict[str, Any]] = [
        {"question": "Was a day named?", "type": "Boolean"},
        {"question": "Which?", "type": "Text"},
        {"question": "How many?", "type": "Number"},
        {"question": "How was it?", "type": "Selector", "options": ["fine", "short"]},
        {"question": "And then?"},
    ]
    answers = opened().ask("analyzeCall", {"questions": questions}).json["data"]
    given = [each["answer"] for each in answers]
    fits = [
        given[0] in ("Yes", "No"),
        bool(given[1]),
        given[2].isdecimal(),
        given[3] in ("fine", "short"),
        bool(given[4]),
    ]
    assert ([each["question"] for each in answers], fits) == ([each["question"] for each in questions], [True] * 5)


@pytest.mark.parametrize(
    "question",
    [
        "Was a day named?",
        {},
        {"question": ""},
        {"question": 1, "type": "Text"},
        {"question": "Which?", "type": "Colour"},
        {"question": "Which?", "type": ["Text"]},
        {"question": "Which?", "type": None},
        {"question": "Which?", "type": "Selector"},
        {"question": "Which?", "type": "Selector", "options": []},
        {"question": "Which?", "type": "Selector", "options": [1]},
    ],
    ids=str,
)
def test_malformed_question_is_refused(opened: Opening, question: object) -> None:
    assert opened().ask("analyzeCall", {"questions": [question]}).status == 400


def test_call_is_analysed_only_once_it_has_ended() -> None:
    clock = Clock()
    with opening(clock) as opened:
        asker = opened()
        sid = asker.ask("makeCall").json["call"]["call_id"]
        early = asker.ask("analyzeCall", {"sid": sid}).status
        clock.move(seconds=10)
        assert (early, asker.ask("analyzeCall", {"sid": sid}).status) == (404, 200)
