"""What an operation is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from reference_provider.answers import Answer
from reference_provider.asks import Ask, Refusal

Host = Literal["api", "calls"]


@dataclass(frozen=True)
class Operation:
    """One documented method and path.

    `path` has its parameters in braces: `/project/{projectId}`. `asks_credential` says what is accepted: nothing is
    asked for, a bearer token only, or either that or an API key. `answers_head`: HEAD is answered as GET without its
    body, which only an operation that changes nothing may do.
    """

    operation_id: str
    method: str
    path: str
    act: Callable[[Ask], Answer] = field(repr=False)
    asks_credential: Literal["none", "bearer", "either"] = "either"
    host: Host = "api"
    answers_head: bool = False

    def answer(self, ask: Ask) -> Answer:
        """What is answered to this ask, once its credential is accepted."""
        try:
            return self.act(ask)
        except Refusal as refusal:
            return refusal.answer
