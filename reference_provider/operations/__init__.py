"""The 33 operations of the docs that the reference provider answers, written from the pages' meaning."""

from collections.abc import Mapping

from reference_provider.answers import error
from reference_provider.operations.agent import AGENT
from reference_provider.operations.authentication import AUTHENTICATION
from reference_provider.operations.call import CALL
from reference_provider.operations.model import Operation
from reference_provider.operations.phone_number import PHONE_NUMBER
from reference_provider.operations.project import PROJECT
from reference_provider.operations.user import USER
from reference_provider.operations.voice import VOICE

__all__ = ["OPERATIONS", "OPERATION_BY_ID", "UNAUTHORIZED", "Operation"]

UNAUTHORIZED = error(401, "This credential is not accepted.")

OPERATIONS: tuple[Operation, ...] = (*AUTHENTICATION, *USER, *PROJECT, *AGENT, *CALL, *VOICE, *PHONE_NUMBER)
OPERATION_BY_ID: Mapping[str, Operation] = {operation.operation_id: operation for operation in OPERATIONS}
