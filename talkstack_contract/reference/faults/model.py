"""What a fault is: a way to go wrong, on the ground where it strikes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from werkzeug.wrappers import Request

from talkstack_contract.reference.answers import Answer
from talkstack_contract.reference.credentials import Credential
from talkstack_contract.reference.operations import Operation
from talkstack_contract.reference.world import Account, World


@dataclass(frozen=True)
class Scene:
    """All that a fault may look at.

    `account` is None where the credential is refused; `status` is that of the answer before any fault;
    `times_asked` counts this account's requests, this one included.
    """

    operation: Operation
    request: Request
    credential: Credential
    account: Account | None
    world: World
    status: int
    times_asked: int


Concern = Callable[[Scene], bool]
Spoil = Callable[[Scene, Answer], Answer]


@dataclass(frozen=True)
class Fault:
    """One named way to go wrong.

    `breaks` names clauses as `case/clause`, the most direct ones: each is truly violated while the fault is on.
    `concerns` says which requests are answered wrongly, `spoil` how.
    """

    name: str
    breaks: tuple[str, ...]
    sentence: str
    concerns: Concern = field(repr=False)
    spoil: Spoil = field(repr=False)


@dataclass(frozen=True)
class Way:
    """One way to spoil an answer, wherever it strikes; `clauses` are those it breaks in every case that sees it."""

    name: str
    clauses: tuple[str, ...]
    words: str
    spoil: Spoil = field(repr=False)


@dataclass(frozen=True)
class Ground:
    """The answers that a fault strikes, and the cases that see them."""

    name: str
    words: str
    cases: tuple[str, ...]
    concerns: Concern = field(repr=False)

    def fault(self, way: Way) -> Fault:
        """This way to go wrong, on this ground."""
        breaks = tuple(f"{case}/{clause}" for clause in way.clauses for case in self.cases)
        sentence = f"{self.words} {way.words}."
        return Fault(f"{self.name}-{way.name}", breaks, sentence, self.concerns, way.spoil)


def laid(grounds: Iterable[Ground], ways: Iterable[Way]) -> Iterator[Fault]:
    """Each way on each ground."""
    ways = tuple(ways)
    return (ground.fault(way) for ground in grounds for way in ways)
