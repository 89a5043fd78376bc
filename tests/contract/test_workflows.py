"""Promises that no one answer alone can break: each a sequence of requests, and what has to come of it.

A workflow is a function of `Steps`; its promise stands in `@workflow`. `do` takes a step that something else is judged
by: where it does not succeed there is nothing to judge, and its own clauses say why. `ask` takes the step that is
judged, `hold` says what it has to be. A field that is not named is sent as any success sends it: an id is one of the
account's own, a name is new. What a workflow makes is taken back at the end of the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from talkstack_contract.contract.clauses import AUTHENTICATION, OBJECT_ACCESS
from talkstack_contract.errors import NotTested
from talkstack_contract.execution.workflows import LEFT_OUT, Reply, Steps, Workflow
from talkstack_contract.model import Json, Provenance, Source
from talkstack_contract.pytest_plugin import end_item

if TYPE_CHECKING:
    from talkstack_contract.reports.case_verdicts import CaseVerdicts

WORKFLOWS: dict[str, Workflow] = {}

Walk = Callable[[Steps], None]
ACTIVE, EMPTY, OTHER = "an active project", "no active project", "another account"
UNVERIFIED, FORGOTTEN = "an unverified account", "a forgotten password"
UPDATED_AT = "updated_at"  # moves with every update, whatever that names
LONGEST_RINGING = timedelta(minutes=1)  # ours: no page tells how long a call rings, which its seconds leave out


def workflow(
    id: str,  # noqa: A002 - the word of this project
    sentence: str,
    *,
    provenance: Provenance = Provenance.DOCUMENTED,
    interpretation: str = "",
    state: str = ACTIVE,
    needs_new: bool = False,
    guards: Source | None = None,
) -> Callable[[Walk], Walk]:
    """Name what a function of steps puts to the test: `operation/case/clause`, in a sentence under 70 characters.

    `guards` is the entry of the security practice, where access control is at stake: then it is a must.
    """
    if guards:
        provenance = Provenance.PRACTICE

    def named(walk: Walk) -> Walk:
        operation, case, clause = id.split("/")
        made = Workflow(operation, case, clause, sentence, walk, state, provenance, interpretation, needs_new, guards)
        assert made.case_id not in WORKFLOWS, "two workflows of one name: the first would be lost"
        WORKFLOWS[made.case_id] = made
        return walk

    return named


def test_workflow(verdicts: CaseVerdicts) -> None:
    end_item(verdicts)


# An account, and what opens it


@workflow("signUp/twice/email.is-taken", "an email that has signed up cannot sign up again")
def signed_up_twice(steps: Steps) -> None:
    email = f"talkstack-contract-{steps.fresh()}@example.test"
    steps.do("signUp", email=email)
    hold_refused(steps, steps.ask("signUp", email=email))


@workflow(
    "verifyEmail/then-log-in/token.works",
    "a verified account logs in, and its token works",
    state=UNVERIFIED,
    needs_new=True,
)
def verified(steps: Steps) -> None:
    steps.do("verifyEmail")
    login = steps.ask("logIn")
    hold_success(steps, login)
    if login.is_success:
        hold_success(steps, steps.ask("listVoices", token=login.value("token")))


@workflow("logIn/afterwards/token.opens-the-account", "the token of a login opens the account that logged in")
def logged_in(steps: Steps) -> None:
    login = steps.do("logIn")
    hold_opens_the_account(steps, token=login.value("token"))


@workflow("refreshToken/afterwards/token.opens-the-account", "a refreshed token opens the account of the login")
def refreshed(steps: Steps) -> None:
    login = steps.do("logIn")
    refreshed = steps.do("refreshToken", refreshToken=login.value("refreshToken"))
    hold_opens_the_account(steps, token=refreshed.value("token"))


@workflow("changePassword/new-password/login.succeeds", "a changed password logs in", needs_new=True)
def changed_password_works(steps: Steps) -> None:
    password = new_password(steps)
    steps.do("changePassword", newPassword=password)
    hold_success(steps, steps.ask("logIn", password=password))


@workflow(
    "changePassword/old-password/login.is-refused",
    "the password before the change is refused",
    needs_new=True,
)
def changed_password_replaces_the_old_one(steps: Steps) -> None:
    steps.do("changePassword", newPassword=new_password(steps))
    hold_refused(steps, steps.ask("logIn"))


@workflow(
    "changePassword/refused/old-password.still-works",
    "a password change that is refused leaves the password as it was",
    needs_new=True,
)
def refused_change_keeps_the_password(steps: Steps) -> None:
    refused = steps.ask("changePassword", oldPassword=new_password(steps), newPassword=new_password(steps))
    need(refused.is_refusal, "a wrong old password was not refused")
    hold_success(steps, steps.ask("logIn"))


@workflow(
    "forgotPassword/afterwards/old-password.still-works",
    "asking for a reset link leaves the password as it was",
    provenance=Provenance.OURS,
    interpretation="forgotten-password-still-valid",
)
def forgotten_password_still_works(steps: Steps) -> None:
    steps.do("forgotPassword")
    hold_success(steps, steps.ask("logIn"))


@workflow("resetPassword/new-password/login.succeeds", "a reset password logs in", state=FORGOTTEN, needs_new=True)
def reset_password_works(steps: Steps) -> None:
    password = new_password(steps)
    steps.do("resetPassword", newPassword=password)
    hold_success(steps, steps.ask("logIn", password=password))


@workflow(
    "resetPassword/old-password/login.is-refused",
    "the password before the reset is refused",
    state=FORGOTTEN,
    needs_new=True,
)
def reset_password_replaces_the_old_one(steps: Steps) -> None:
    steps.do("resetPassword", newPassword=new_password(steps))
    hold_refused(steps, steps.ask("logIn"))


@workflow("generateApiKey/new-key/key.opens-the-account", "a generated API key opens the account", needs_new=True)
def generated_key_works(steps: Steps) -> None:
    generated = steps.do("generateApiKey")
    hold_opens_the_account(steps, api_key=generated.value("apiKey"))


@workflow(
    "generateApiKey/old-key/key.is-refused",
    "an API key that was replaced is refused",
    interpretation="old-key-after-a-new-one",
    needs_new=True,
    guards=AUTHENTICATION,
)
def replaced_key_is_refused(steps: Steps) -> None:
    first = steps.do("generateApiKey").value("apiKey")
    steps.do("getActiveProject", api_key=first)
    steps.do("generateApiKey")
    hold_refused(steps, steps.ask("getActiveProject", api_key=first))


# Projects


@workflow("createProject/then-read/project.is-as-sent", "a new project is read as it was sent")
def created_project_is_read(steps: Steps) -> None:
    sent = {"name": new_name(steps), "description": f"Made by {new_name(steps)}."}
    project = steps.do("createProject", **sent).value("data", "id")
    hold_shows(steps, steps.ask("getProject", projectId=project), sent, "data")


@workflow("createProject/name-again/name.is-taken", "an account cannot give the name of one project to another")
def project_name_is_taken(steps: Steps) -> None:
    name = new_name(steps)
    steps.do("createProject", name=name)
    hold_refused(steps, steps.ask("createProject", name=name))


@workflow("createProject/name-of-another-account/name.is-free", "a project name taken in another account is free")
def project_name_is_free_elsewhere(steps: Steps) -> None:
    name = new_name(steps)
    steps.do("createProject", state=OTHER, name=name)
    hold_success(steps, steps.ask("createProject", name=name))


@workflow("updateProject/then-read/project.is-as-sent", "an updated project is read as it was sent")
def updated_project_is_read(steps: Steps) -> None:
    project = new_project(steps)
    sent = {"name": new_name(steps), "description": f"Updated by {new_name(steps)}."}
    steps.do("updateProject", projectId=project, **sent)
    hold_shows(steps, steps.ask("getProject", projectId=project), sent, "data")


@workflow("updateProject/name-alone/rest.is-kept", "a new name leaves the rest of the project as it was")
def renamed_project_keeps_the_rest(steps: Steps) -> None:
    project = new_project(steps)
    before = steps.do("getProject", projectId=project)
    steps.do("updateProject", projectId=project, name=new_name(steps), description=LEFT_OUT)
    after = steps.do("getProject", projectId=project)
    hold_kept(steps, before, after, but=("name", UPDATED_AT))


@workflow("updateProject/description-alone/rest.is-kept", "a new description leaves the rest of the project as it was")
def redescribed_project_keeps_the_rest(steps: Steps) -> None:
    project = new_project(steps)
    before = steps.do("getProject", projectId=project)
    steps.do("updateProject", projectId=project, name=LEFT_OUT, description=new_name(steps))
    after = steps.do("getProject", projectId=project)
    hold_kept(steps, before, after, but=("description", UPDATED_AT))


@workflow("deleteProject/afterwards/project.is-gone", "a deleted project is gone")
def deleted_project_is_gone(steps: Steps) -> None:
    project = new_project(steps)
    steps.do("deleteProject", projectId=project)
    hold_refused(steps, steps.ask("getProject", projectId=project))


@workflow(
    "deleteProject/with-agents/project.is-kept",
    "a project with agents is deleted with cascade only",
    provenance=Provenance.ASSUMED,
    interpretation="delete-without-cascade",
)
def project_with_agents_is_kept(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    hold_refused(steps, steps.ask("deleteProject", projectId=agent["projectId"], cascade=LEFT_OUT))
    hold_success(steps, steps.ask("getProject", projectId=agent["projectId"]))
    hold_success(steps, steps.ask("getAgent", **agent))


@workflow(
    "deleteProject/with-cascade/agents.are-gone",
    "with cascade, the agents of a deleted project are gone too",
    needs_new=True,
)
def cascade_deletes_agents(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    steps.do("deleteProject", projectId=agent["projectId"], cascade=True)
    hold_refused(steps, steps.ask("getAgent", **agent))


@workflow(
    "deleteProject/with-cascade-and-number/number.is-gone",
    "with cascade, the phone numbers of a deleted project are gone too",
    needs_new=True,  # a number costs money, and none can be made
)
def cascade_deletes_numbers(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    number = steps.do("getPhoneNumber", phoneNumberId=LEFT_OUT, **agent).value("data", "id")
    steps.do("deleteProject", projectId=agent["projectId"], cascade=True)
    hold_refused(steps, find_number(steps, phoneNumberId=number))


@workflow(
    "deleteProject/the-active-one/active-project.is-none",
    "a project that is deleted is not the active one any more",
    provenance=Provenance.ASSUMED,
    interpretation="deleted-while-active",
    needs_new=True,
)
def deleted_project_is_not_active(steps: Steps) -> None:
    steps.do("getActiveProject")
    steps.do("deleteProject", cascade=True)
    hold_refused(steps, steps.ask("getActiveProject"))


@workflow(
    "addWebhook/then-read/project.shows-it",
    "a webhook that was added shows in its project",
    provenance=Provenance.ASSUMED,
    interpretation="names-of-the-webhook",
)
def added_webhook_shows(steps: Steps) -> None:
    project, url = new_project(steps), f"https://hooks.example.test/{steps.fresh()}"
    steps.do("addWebhook", projectId=project, webhookURL=url)
    hold_shows(steps, steps.ask("getProject", projectId=project), {"call_status_webhook": url}, "data")


# The active project


@workflow(
    "setActiveProject/afterwards/active-project.is-the-one-set",
    "the project that was set is the active one",
    state=EMPTY,
    needs_new=True,
)
def set_project_is_active(steps: Steps) -> None:
    project = new_project(steps)
    steps.do("setActiveProject", projectId=project)
    hold_shows(steps, steps.ask("getActiveProject"), {"id": project}, "projectData")


@workflow(
    "setActiveProject/then-another/active-project.is-the-last-one-set",
    "the project that was set last is the active one",
    needs_new=True,
)
def last_set_project_is_active(steps: Steps) -> None:
    steps.do("getActiveProject")
    project = new_project(steps)
    steps.do("setActiveProject", projectId=project)
    hold_shows(steps, steps.ask("getActiveProject"), {"id": project}, "projectData")


@workflow(
    "setActiveProject/then-log-in/login.shows-it",
    "a login shows which project was set active",
    provenance=Provenance.ASSUMED,
    interpretation="null-in-a-sample",
    needs_new=True,
)
def login_shows_the_active_project(steps: Steps) -> None:
    project = new_project(steps)
    steps.do("setActiveProject", projectId=project)
    hold_shows(steps, steps.ask("logIn"), {"active_project": project}, "user")


# Agents


@workflow("createAgent/then-read/agent.is-as-sent", "a new agent is read as it was sent")
def created_agent_is_read(steps: Steps) -> None:
    sent = {"name": new_name(steps), "systemInstruction": f"Say that you are {new_name(steps)}."}
    agent = new_agent(steps, new_project(steps), **sent)
    hold_shows(steps, steps.ask("getAgent", **agent), sent)


@workflow("createAgent/then-listed/list.has-it", "a new agent is in the list of its project")
def created_agent_is_listed(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    listed = steps.ask("listAgents", projectId=agent["projectId"])
    steps.hold(listed, agent["agentId"] in (listed.get("*", "id") or []))


@workflow("updateAgent/then-read/agent.is-as-sent", "an updated agent is read as it was sent")
def updated_agent_is_read(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    sent = {"name": new_name(steps), "systemInstruction": f"Say that you are {new_name(steps)}."}
    steps.do("updateAgent", **agent, **sent)
    hold_shows(steps, steps.ask("getAgent", **agent), sent)


@workflow("updateAgent/name-alone/rest.is-kept", "a new name leaves the rest of the agent as it was")
def renamed_agent_keeps_the_rest(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    before = steps.do("getAgent", **agent)
    steps.do("updateAgent", **agent, name=new_name(steps), systemInstruction=LEFT_OUT, voice_id=LEFT_OUT)
    after = steps.do("getAgent", **agent)
    hold_kept(steps, before, after, but=("name", UPDATED_AT))


@workflow("updateAgent/instruction-alone/rest.is-kept", "a new instruction leaves the rest of the agent as it was")
def reinstructed_agent_keeps_the_rest(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    before = steps.do("getAgent", **agent)
    steps.do("updateAgent", **agent, name=LEFT_OUT, systemInstruction=new_name(steps), voice_id=LEFT_OUT)
    after = steps.do("getAgent", **agent)
    hold_kept(steps, before, after, but=("systemInstruction", UPDATED_AT))


@workflow("deleteAgent/afterwards/agent.is-gone", "a deleted agent is gone")
def deleted_agent_is_gone(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    steps.do("deleteAgent", **agent)
    hold_refused(steps, steps.ask("getAgent", **agent))


@workflow("deleteAgent/then-listed/list.lacks-it", "a deleted agent is not in the list of its project")
def deleted_agent_is_not_listed(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps))
    steps.do("deleteAgent", **agent)
    hold_lacks(steps, steps.ask("listAgents", projectId=agent["projectId"]), agent["agentId"])


# The active agent


@workflow(
    "setActiveAgent/afterwards/active-agent.is-the-one-set",
    "the agent that was set is the active one of its project",
)
def set_agent_is_active(steps: Steps) -> None:
    agent = new_active_agent(steps)
    found = steps.ask("getActiveAgent", projectId=agent["projectId"])
    hold_shows(steps, found, {"active_agent": agent["agentId"]})


@workflow(
    "setActiveAgent/then-read/project.shows-it",
    "a project shows its active agent",
    provenance=Provenance.ASSUMED,
    interpretation="null-in-a-sample",
)
def project_shows_its_active_agent(steps: Steps) -> None:
    agent = new_active_agent(steps)
    read = steps.ask("getProject", projectId=agent["projectId"])
    hold_shows(steps, read, {"active_agent": agent["agentId"]}, "data")


@workflow("removeActiveAgent/afterwards/active-agent.is-none", "a project has no active agent once it was removed")
def removed_agent_is_not_active(steps: Steps) -> None:
    agent = new_active_agent(steps)
    steps.do("removeActiveAgent", agentId=agent["agentId"])
    hold_refused(steps, steps.ask("getActiveAgent", projectId=agent["projectId"]))


@workflow(
    "removeActiveAgent/then-read/agent.is-kept",
    "an agent that is not active any more is still there",
    provenance=Provenance.ASSUMED,
    interpretation="agent-after-its-removal",
)
def removed_agent_is_kept(steps: Steps) -> None:
    agent = new_active_agent(steps)
    steps.do("removeActiveAgent", agentId=agent["agentId"])
    hold_success(steps, steps.ask("getAgent", **agent))


@workflow(
    "deleteAgent/the-active-one/active-agent.is-none",
    "an agent that is deleted is not the active one any more",
    provenance=Provenance.ASSUMED,
    interpretation="deleted-while-active",
)
def deleted_agent_is_not_active(steps: Steps) -> None:
    agent = new_active_agent(steps)
    steps.do("deleteAgent", **agent)
    hold_refused(steps, steps.ask("getActiveAgent", projectId=agent["projectId"]))


# Phone numbers


@workflow(
    "assignPhoneNumber/afterwards/number.is-found",
    "an assigned number is found by its agent, its project and its own id",
)
def assigned_number_is_found(steps: Steps) -> None:
    e164, project = steps.known("freeE164"), new_project(steps)
    agent = new_agent(steps, project, phoneNumber=e164)
    new_agent(steps, project, phoneNumber=e164)  # takes the number from the first one, which now gets it back
    steps.do("assignPhoneNumber", e164=e164, **agent)
    by_agent = find_number(steps, agentId=agent["agentId"])
    hold_shows(steps, by_agent, {"e164": e164, **agent}, "data")
    hold_shows(steps, find_number(steps, projectId=project), {"e164": e164, **agent}, "data")
    if number := by_agent.get("data", "id"):
        hold_shows(steps, find_number(steps, phoneNumberId=number), {"e164": e164, **agent}, "data")


@workflow(
    "getPhoneNumber/by-several/first-in-the-order.wins",
    "of several ids the number's own wins, then the agent's",
    interpretation="one-identifier-or-several",
)
def number_is_found_by_the_first_id(steps: Steps) -> None:
    other = new_agent(steps, new_project(steps))
    own, agent = steps.known("phoneNumberId"), steps.known("agentId")
    by_all = find_number(steps, phoneNumberId=own, **other)
    hold_shows(steps, by_all, {"id": own}, "data")
    by_agent = find_number(steps, agentId=agent, projectId=other["projectId"])
    hold_shows(steps, by_agent, {"agentId": agent}, "data")


# Calls


@workflow(
    "makeCall/then-read/call.is-found",
    "a call that was made is found by its id",
    provenance=Provenance.ASSUMED,
    interpretation="names-of-a-call",
)
def made_call_is_found(steps: Steps) -> None:
    made = steps.do("makeCall")
    call = made.value("call", "call_id")
    promised = {"callSid": call, "to": made.get("call", "to"), "from": made.get("call", "from")}
    hold_shows(steps, steps.ask("getCall", sid=call), promised)


@workflow(
    "makeCall/in-the-history/history.has-it",
    "a call that was made is in the history of its project",
    provenance=Provenance.ASSUMED,
    interpretation="undocumented-success",
)
def made_call_is_in_the_history(steps: Steps) -> None:
    call = steps.do("makeCall").value("call", "call_id")
    hold_mentions(steps, steps.ask("listCalls"), call)


@workflow(
    "batchCall/in-the-history/history.has-its-calls",
    "a call of a batch is in the history of its project",
    provenance=Provenance.ASSUMED,
    interpretation="undocumented-success",
)
def batch_is_in_the_history(steps: Steps) -> None:
    number = steps.known("freeE164")
    need(not steps.do("listCalls").mentions(number), "the history has a call to that number already")
    steps.do("batchCall", file=f"number\n{number}\n")
    hold_mentions(steps, steps.ask("listCalls"), number)


Filter = Callable[[Reply], tuple[str, str]]


def days(keeps: int, drops: int) -> Filter:
    """Filter by days, counted from the one of the call: one that keeps it, one that drops it."""
    return lambda call: (day_of(call, keeps), day_of(call, drops))


# By the name of each filter, a value that keeps a call and one that drops it. The docs leave open with which of its two
# midnights a day begins or ends: before and after are days on which that makes no difference.
FILTERS: dict[str, Filter] = {
    "to": lambda call: (call.value("to"), call.value("from")),
    "from": lambda call: (call.value("from"), call.value("to")),
    "status": lambda call: (call.value("status"), "failed" if call.get("status") != "failed" else "busy"),
    "startTime": days(0, -1),
    "startTimeBefore": days(1, -1),
    "startTimeAfter": days(-1, 1),
    "endTime": days(0, -1),
    "endTimeBefore": days(1, -1),
    "endTimeAfter": days(-1, 1),
}


def filtered_by(name: str) -> Walk:
    """Return the steps that ask for the history by one filter, with a value that keeps a call and one that drops it."""

    def walk(steps: Steps) -> None:
        call = steps.do("getCall")
        sid, (keeps, drops) = call.value("callSid"), FILTERS[name](call)
        need(steps.do("listCalls").mentions(sid), "the history without a filter does not begin with the call")
        kept, dropped = (steps.ask("listCalls", **{name: value}) for value in (keeps, drops))
        need(FILTERS[name](steps.do("getCall")) == (keeps, drops), "the call went on meanwhile")
        hold_mentions(steps, kept, sid)
        hold_lacks(steps, dropped, sid)

    return walk


for _name in FILTERS:
    workflow(
        f"listCalls/by-{re.sub('[A-Z]', lambda hit: f'-{hit[0].lower()}', _name)}/history.is-filtered",
        f"the history by {_name} has the calls that fit, and no other",
        provenance=Provenance.ASSUMED,
        interpretation="filters-of-the-history",
    )(filtered_by(_name))


@workflow(
    "listCalls/page-size-of-one/history.has-one-call",
    "a history with pageSize 1 has one call, where there are two",
    provenance=Provenance.ASSUMED,
    interpretation="size-of-a-page",
)
def page_size_limits_the_history(steps: Steps) -> None:
    calls = [steps.do("getCall").value("callSid"), steps.do("makeCall").value("call", "call_id")]
    need(all(map(steps.do("listCalls").mentions, calls)), "the history does not begin with both calls")
    page = steps.ask("listCalls", pageSize=1)
    shown = [call for call in calls if page.mentions(call)]
    steps.hold(page, page.is_success and len(shown) < len(calls), " and ".join(shown) if page.is_success else "")


# What belongs to another account

PROJECT = ("projectId",)
AGENT = ("projectId", "agentId")

# What nobody may change: which fields name it, what its owner reads before and after, and what else is sent. A project
# is deleted with cascade: without it, its agents are a reason to refuse.
INTRUSIONS: dict[str, tuple[tuple[str, ...], str, dict[str, Json]]] = {
    "updateProject/of-another-account/project.is-untouched": (PROJECT, "getProject", {}),
    "deleteProject/of-another-account/project.is-untouched": (PROJECT, "getProject", {"cascade": True}),
    "addWebhook/of-another-account/project.is-untouched": (PROJECT, "getProject", {}),
    "removeActiveAgent/of-another-account/active-agent.is-untouched": (("agentId",), "getActiveAgent", {}),
    "createAgent/of-another-account/agents.are-untouched": (PROJECT, "listAgents", {}),
    "updateAgent/of-another-account/agents.are-untouched": (AGENT, "listAgents", {}),
    "deleteAgent/of-another-account/agents.are-untouched": (AGENT, "listAgents", {}),
    "makeCall/of-another-account/history.is-untouched": (AGENT, "listCalls", {}),
    "batchCall/of-another-account/history.is-untouched": (AGENT, "listCalls", {}),
}


def untouchable(id: str) -> Callable[[Walk], Walk]:  # noqa: A002 - the word of this project
    """Name a workflow after what of another account it must not change: `operation/case/thing.is-untouched`."""
    thing = id.rpartition("/")[2].partition(".")[0].replace("-", " ")
    sentence = f"nobody changes the {thing} of another account"
    return workflow(id, sentence, interpretation="another-accounts-object", guards=OBJECT_ACCESS)


def intruding(operation: str, fields: tuple[str, ...], read: str, more: dict[str, Json]) -> Walk:
    """Return the steps that ask an operation with ids of another account."""

    def walk(steps: Steps) -> None:
        agent = new_active_agent(steps, OTHER)
        hold_untouched(
            steps,
            lambda: steps.ask(read, state=OTHER, projectId=agent["projectId"]),
            lambda: steps.ask(operation, **{field: agent[field] for field in fields}, **more),
        )

    return walk


for _id, _intrusion in INTRUSIONS.items():
    untouchable(_id)(intruding(_id.partition("/")[0], *_intrusion))


@untouchable("setActiveAgent/of-another-account/active-agent.is-untouched")
def set_agent_of_another_account(steps: Steps) -> None:
    project = new_active_agent(steps, OTHER)["projectId"]
    agent = new_agent(steps, project, OTHER)["agentId"]
    hold_untouched(
        steps,
        lambda: steps.ask("getActiveAgent", state=OTHER, projectId=project),
        lambda: steps.ask("setActiveAgent", projectId=project, active_agent=agent),
    )


@untouchable("createAgent/with-a-number-of-another-account/number.is-untouched")
def create_agent_with_a_number_of_another_account(steps: Steps) -> None:
    e164, project = steps.known("freeE164", OTHER), new_project(steps, OTHER)
    new_agent(steps, project, OTHER, phoneNumber=e164)
    hold_untouched(
        steps,
        lambda: find_number(steps, OTHER, projectId=project),
        lambda: steps.ask("createAgent", phoneNumber=e164),
    )


@untouchable("assignPhoneNumber/number-of-another-account/number.is-untouched")
def assign_number_of_another_account(steps: Steps) -> None:
    e164, project = steps.known("freeE164", OTHER), new_project(steps, OTHER)
    new_agent(steps, project, OTHER, phoneNumber=e164)
    hold_untouched(
        steps,
        lambda: find_number(steps, OTHER, projectId=project),
        lambda: steps.ask("assignPhoneNumber", e164=e164),
    )


@untouchable("assignPhoneNumber/agent-of-another-account/number.is-untouched")
def assign_to_an_agent_of_another_account(steps: Steps) -> None:
    agent = new_agent(steps, new_project(steps, OTHER), OTHER)
    hold_untouched(
        steps,
        lambda: find_number(steps, OTHER, agentId=agent["agentId"]),
        lambda: steps.ask("assignPhoneNumber", **agent),
    )


@workflow(
    "setActiveProject/of-another-account/active-project.is-untouched",
    "a project of another account cannot be made the active one",
    interpretation="another-accounts-object",
    guards=OBJECT_ACCESS,
)
def set_project_of_another_account(steps: Steps) -> None:
    project = new_project(steps, OTHER)
    hold_untouched(
        steps,
        lambda: steps.ask("getActiveProject"),
        lambda: steps.ask("setActiveProject", projectId=project),
    )


# Steps that many workflows share


def new_name(steps: Steps) -> str:
    """Return a name that nobody has, and by which everybody knows where it came from."""
    return f"talkstack-contract {steps.fresh()}"


def new_password(steps: Steps) -> str:
    """Return a password that nobody has."""
    return f"Talkstack-contract-{steps.fresh()}"


def new_project(steps: Steps, state: str = "") -> str:
    """Make a project, and return its id."""
    return steps.do("createProject", state=state).value("data", "id")


def new_agent(steps: Steps, project: str, state: str = "", **sent: str) -> dict[str, str]:
    """Make an agent in a project, and return the two ids that name it."""
    made = steps.do("createAgent", state=state, projectId=project, **sent)
    return {"projectId": project, "agentId": made.value("data", "id")}


def new_active_agent(steps: Steps, state: str = "") -> dict[str, str]:
    """Make an agent in a project of its own, make it the active one, and return the two ids that name it."""
    agent = new_agent(steps, new_project(steps, state), state)
    steps.do("setActiveAgent", state=state, projectId=agent["projectId"], active_agent=agent["agentId"])
    return agent


def find_number(steps: Steps, state: str = "", **ids: str) -> Reply:
    """Look a phone number up by these ids and no other."""
    return steps.ask("getPhoneNumber", state=state, **{"phoneNumberId": LEFT_OUT, **ids})


def day_of(call: Reply, later: int = 0) -> str:
    """Return the day (UTC) of a call, or one so many days later, as the filters want it."""
    seconds = call.get("seconds")
    try:
        started = parsedate_to_datetime(call.value("date")).astimezone(UTC)
    except ValueError:
        raise NotTested("the date of the call cannot be read") from None
    ended = started + timedelta(seconds=seconds if isinstance(seconds, int) else 0) + LONGEST_RINGING
    need(ended.date() == started.date(), "the call was on around midnight, so that its day is not certain")
    return (started + timedelta(days=later)).date().isoformat()


def need(given: bool, otherwise: str) -> None:
    """End the workflow, for the reason in `otherwise`, where what it needs is not given."""
    if not given:
        raise NotTested(otherwise)


def hold_success(steps: Steps, reply: Reply) -> None:
    """Hold a reply to be a success."""
    steps.hold(reply, reply.is_success)


def hold_refused(steps: Steps, reply: Reply) -> None:
    """Hold a reply to be a refusal: which one, the clauses of the operation itself tell."""
    steps.hold(reply, reply.is_refusal)


def hold_shows(steps: Steps, reply: Reply, promised: dict[str, Json], *path: str) -> None:
    """Hold a reply to be a success that shows these values, by key, at a path."""
    hold_success(steps, reply)
    for key, value in promised.items() if reply.is_success else ():
        steps.hold_equal(reply, reply.get(*path, key), value)


def hold_mentions(steps: Steps, reply: Reply, text: str) -> None:
    """Hold a reply to be a success with that text in it, wherever: no page prints the body of a history."""
    steps.hold(reply, reply.is_success and reply.mentions(text), f"no {text}" if reply.is_success else "")


def hold_lacks(steps: Steps, reply: Reply, text: str) -> None:
    """Hold a reply not to have that text in it; where nothing is left to list, it may also be a refusal."""
    told = f"{text} is still there" if reply.mentions(text) else ""
    steps.hold(reply, (reply.is_success or reply.is_refusal) and not told, told)


def hold_kept(steps: Steps, before: Reply, after: Reply, *, but: tuple[str, ...]) -> None:
    """Hold all documented values of a reply to what another one showed, but for these keys."""
    first, second = before.documented(), after.documented()
    need(bool(first) and bool(second), "there is no object to compare")
    kept = {place: value for place, value in first.items() if place.rpartition(".")[2] not in but}
    changed = [place for place, value in kept.items() if value != second.get(place)]
    steps.hold(after, not changed, f"changed too: {', '.join(changed)}")


def hold_untouched(steps: Steps, read: Callable[[], Reply], intrude: Callable[[], Reply]) -> None:
    """Hold the documented values that are read to be the same after an intrusion, however that was answered."""
    before = read()
    need(before.is_success and before.get() is not None, f"{before.operation} shows nothing to begin with")
    intrude()
    after = read()
    steps.hold(after, after.is_success)
    if after.is_success:
        steps.hold_equal(after, after.documented(), before.documented())


def hold_opens_the_account(steps: Steps, **credential: str) -> None:
    """Hold a credential to open the account of the workflow, and no other."""
    project = steps.known("projectId")
    hold_shows(steps, steps.ask("getActiveProject", **credential), {"id": project}, "projectData")
