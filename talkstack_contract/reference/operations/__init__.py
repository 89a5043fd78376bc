"""The 33 operations of the docs that the reference provider answers, written from the pages' meaning."""

from collections.abc import Mapping

from talkstack_contract.reference.answers import error
from talkstack_contract.reference.operations.agent import AGENT
from talkstack_contract.reference.operations.authentication import AUTHENTICATION
from talkstack_contract.reference.operations.call import CALL
from talkstack_contract.reference.operations.model import Operation
from talkstack_contract.reference.operations.phone_number import PHONE_NUMBER
from talkstack_contract.reference.operations.project import PROJECT
from talkstack_contract.reference.operations.user import USER
from talkstack_contract.reference.operations.voice import VOICE

__all__ = ["OPERATIONS", "OPERATION_BY_ID", "UNAUTHORIZED", "Operation"]

UNAUTHORIZED = error(401, "This credential is not accepted.")

OPERATIONS: tuple[Operation, ...] = (*AUTHENTICATION, *USER, *PROJECT, *AGENT, *CALL, *VOICE, *PHONE_NUMBER)
OPERATION_BY_ID: Mapping[str, Operation] = {operation.operation_id: operation for operation in OPERATIONS}
