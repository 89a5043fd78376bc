"""Section Agent: the agents of a project."""

from dataclasses import replace

from reference_provider.accounts import Account, stored, without_agent
from reference_provider.answers import Answer, json_answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.operations.lookups import agent_of, asked_agent, asked_voice, own_number, project_of
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import agent_form, picked
from reference_provider.projects import Agent

CREATED_KEYS = "name projectId id systemInstruction voice_id phoneNumber"
READ_KEYS = "name projectId id systemInstruction"
UPDATED_KEYS = "projectId agentId name systemInstruction voice_id"
LISTED_KEYS = "name projectId systemInstruction id"


def create_agent(ask: Ask) -> Answer:
    """A new agent of the project, which gets the phone number, from another agent if need be."""
    project_id, e164 = ask.text("projectId"), ask.text("phoneNumber")
    agent = Agent(
        id=ask.world.invention.object_id(),
        project_id=project_id,
        name=ask.text("name"),
        system_instruction=ask.text("systemInstruction"),
        voice_id=asked_voice(ask).voice_id,
    )

    def created(account: Account) -> Account:
        project_of(account, project_id)
        return assigned(replace(account, agents=stored(account.agents, agent)), e164, agent)

    account = ask.world.change(ask.asker.user_id, created)
    data = picked(agent_form(agent, account.number_of(agent.id)), CREATED_KEYS)
    return success("agent created successfully.", data=data)


def get_agent(ask: Ask) -> Answer:
    """One agent, without the wrapper."""
    return json_answer(200, picked(agent_form(asked_agent(ask)), READ_KEYS))


def update_agent(ask: Ask) -> Answer:
    """Another name, prompt or voice. The voice alone is not enough: the page asks for one of the others."""
    project_id, agent_id = ask.text("projectId"), ask.text("agentId")
    name, instruction = ask.optional_text("name"), ask.optional_text("systemInstruction")
    if name is None and instruction is None:
        refuse(400, "A name or a systemInstruction is needed.")
    voice_id = asked_voice(ask).voice_id if ask.has("voice_id") else None

    def updated(account: Account) -> Account:
        agent = agent_of(account, project_id, agent_id)
        agent = replace(
            agent,
            name=name or agent.name,
            system_instruction=instruction or agent.system_instruction,
            voice_id=voice_id or agent.voice_id,
        )
        return replace(account, agents=stored(account.agents, agent))

    account = ask.world.change(ask.asker.user_id, updated)
    agent = agent_of(account, project_id, agent_id)
    return success("agent data updated successfully.", data=picked(agent_form(agent), UPDATED_KEYS))


def delete_agent(ask: Ask) -> Answer:
    """The agent is gone, its phone number free, and its project without it as active agent."""
    agent = asked_agent(ask)
    ask.world.change(ask.asker.user_id, lambda account: without_agent(account, agent.id))
    return success("Agent Deleted")


def list_agents(ask: Ask) -> Answer:
    """The project's agents as a bare list; 404 where there are none."""
    project = project_of(ask.asker, ask.path_value("projectId"))
    agents = ask.asker.agents_of(project.id) or refuse(404, "This project has no agents.")
    return json_answer(200, [picked(agent_form(agent), LISTED_KEYS) for agent in agents])


def assigned(account: Account, e164: str, agent: Agent) -> Account:
    """The account after this number of it is the agent's only one."""
    number = own_number(account, e164)
    freed = tuple(
        replace(each, project_id=None, agent_id=None) if each.agent_id == agent.id else each for each in account.numbers
    )
    number = replace(number, project_id=agent.project_id, agent_id=agent.id)
    return replace(account, numbers=stored(freed, number))


AGENT = (
    Operation("createAgent", "POST", "/agent/create-agent", create_agent),
    Operation("getAgent", "POST", "/agent", get_agent),
    Operation("updateAgent", "PUT", "/agent", update_agent),
    Operation("deleteAgent", "DELETE", "/agent", delete_agent),
    Operation("listAgents", "GET", "/agent/{projectId}", list_agents, answers_head=True),
)
