"""Section Phone Number: which agent has which number."""

from reference_provider.answers import Answer, success
from reference_provider.asks import Ask, refuse
from reference_provider.operations.agent import assigned
from reference_provider.operations.lookups import asked_agent
from reference_provider.operations.model import Operation
from reference_provider.operations.printed import number_form
from reference_provider.telephony import PhoneNumber

OWN_ID = {"phoneNumberId": "id", "agentId": "agent_id", "projectId": "project_id"}
"""The fields that a number is found by, the one that wins first, and what each is compared with."""


def get_phone_number(ask: Ask) -> Answer:
    """One number. Of several fields the first in `OWN_ID` decides alone; of several numbers the oldest is shown."""
    sent = {field: ask.text(field) for field in OWN_ID if ask.has(field)}
    if not sent:
        refuse(400, "phoneNumberId, agentId or projectId is needed.")
    field, wanted = next(iter(sent.items()))
    found = (number for number in ask.asker.numbers if getattr(number, OWN_ID[field]) == wanted)
    number: PhoneNumber = next(found, None) or refuse(404, "There is no such phone number.")
    return success("Phone number details fetched successfully.", data=number_form(number))


def assign_phone_number(ask: Ask) -> Answer:
    """The agent has this number of the account and no other."""
    e164, agent = ask.text("e164"), asked_agent(ask)
    ask.world.change(ask.asker.user_id, lambda account: assigned(account, e164, agent))
    return success("PhoneNumber assigned successfully.")


PHONE_NUMBER = (
    Operation("getPhoneNumber", "POST", "/phone-number", get_phone_number),
    Operation("assignPhoneNumber", "POST", "/phone-number/add-number", assign_phone_number),
)
