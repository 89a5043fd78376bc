"""Section Call: calls, one by one and from a sheet, their history and their analysis."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reference_provider.answers import Answer, json_answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.call_filters import filters_of
from reference_provider.operations.lookups import asked_agent, project_of
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import call_form
from reference_provider.projects import Agent
from reference_provider.sheets import BadSheet, numbers_of
from reference_provider.telephony import Call

PAGE_SIZE = 20
"""How many calls are listed unless `pageSize` says otherwise. Source: call/get-call-history."""

ANSWER_BY_TYPE = {"Boolean": "Yes", "Text": "The time suits.", "Number": "2"}
"""What an analysis answers to each type of question; `Selector` answers the first option."""


def make_call(ask: Ask) -> Answer:
    """A call is queued, from the agent's number. 400 if the agent has none."""
    number, agent = ask.e164("number"), asked_agent(ask)
    variables = ask.fields.get("dynamicVariables", {})
    if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
        refuse(400, "dynamicVariables is an object of texts.")
    [call] = _placed(ask, agent, [number])
    return success("call made successfully.", call={"call_id": call.id, "to": call.to_e164, "from": call.from_e164})


def get_call(ask: Ask) -> Answer:
    """One call as it stands now, without the wrapper. With `projectId`, only if it is of that project."""
    sid, project_id = ask.text("sid"), ask.optional_text("projectId")
    call = ask.asker.call(sid)
    if call is None or project_id not in (None, call.project_id):
        refuse(404, "There is no such call.")
    return json_answer(200, call_form(call, ask.world.now()))


def list_calls(ask: Ask) -> Answer:
    """The project's calls that pass every filter of the query, newest first, at most `pageSize`."""
    size, passes = ask.count("pageSize", PAGE_SIZE), filters_of(ask.query)
    project, now = project_of(ask.asker, ask.text("projectId")), ask.world.now()
    calls = [call for call in ask.asker.calls if call.project_id == project.id and passes(call, now)]
    newest = sorted(calls, key=lambda call: call.placed_at, reverse=True)[:size]
    return success("successfully fetched call history.", data=[call_form(call, now) for call in newest])


def analyze_call(ask: Ask) -> Answer:
    """Answers to the questions, from a call that has ended; 404 before."""
    sid, questions = ask.text("sid"), ask.fields.get("questions")
    if not isinstance(questions, list) or not questions:
        refuse(400, "questions is needed: a list that is not empty.")
    answers = [_answered(question) for question in questions]
    call = ask.asker.call(sid)
    if call is None or not call.is_completed(ask.world.now()):
        refuse(404, "There is no such call, or it has not ended.")
    return success("successfully analysed call.", data=answers)


def batch_call(ask: Ask) -> Answer:
    """A call is queued for each row of the sheet."""
    ask.text("projectId"), ask.text("agentId")
    if "file" not in ask.files:
        refuse(400, "file is needed: a sheet, CSV or XLSX.")
    try:
        numbers = numbers_of(ask.files["file"])
    except BadSheet as trouble:
        refuse(400, str(trouble))
    _placed(ask, asked_agent(ask), numbers)
    return success("batch calls queued successfully.")


def _placed(ask: Ask, agent: Agent, numbers: Iterable[str]) -> tuple[Call, ...]:
    """Queued calls from this agent to these numbers."""
    now, own = ask.world.now(), ask.asker.number_of(agent.id)
    if own is None:
        refuse(400, "This agent has no phone number to call from.")
    invention, project_id, from_e164 = ask.world.invention, agent.project_id, own.e164
    calls = tuple(Call(invention.call_id(), project_id, agent.id, from_e164, number, now) for number in numbers)
    ask.world.change(ask.asker.user_id, lambda account: replace(account, calls=(*account.calls, *calls)))
    return calls


def _answered(question: Any) -> Mapping[str, str]:
    """One question, `{"question": str, "type": str, "options": [str, ...]}`, with its answer; no type means Text."""
    if not isinstance(question, dict) or not isinstance(question.get("question"), str) or not question["question"]:
        refuse(400, "Each of questions has its question: a text that is not empty.")
    kind, options = question.get("type", "Text"), question.get("options")
    if kind == "Selector":
        if not isinstance(options, list) or not options or not all(isinstance(option, str) for option in options):
            refuse(400, "A Selector has options: a list of texts that is not empty.")
        return {"question": question["question"], "answer": options[0]}
    if not isinstance(kind, str) or kind not in ANSWER_BY_TYPE:
        refuse(400, "type is Boolean, Text, Number or Selector.")
    return {"question": question["question"], "answer": ANSWER_BY_TYPE[kind]}


CALL = (
    Operation("makeCall", "POST", "/call/makeCall", make_call, host="calls"),
    Operation("getCall", "POST", "/call", get_call),
    Operation("listCalls", "POST", "/call/get-call-history", list_calls),
    Operation("analyzeCall", "POST", "/call/analysis", analyze_call),
    Operation("batchCall", "POST", "/call/batch-call", batch_call),
)
