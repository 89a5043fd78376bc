"""What a fault is: a way to go wrong, on the ground where it strikes."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from werkzeug.wrappers import Request

from reference_provider.answers import Answer
from reference_provider.credentials import Credential
from reference_provider.operations import Operation
from reference_provider.world import Account, World

Place = tuple[str, ...]
"""Keys from the top of a JSON document; `*` is every item of a list."""


@dataclass(frozen=True, eq=False)
class Scene:
    """All that a fault may look at.

    `account` is None where no credential is accepted, or none asked for; `answer`, with its `status`, is the one before
    any fault; `times_asked` counts this account's requests, this one included; `host` is `api` or `calls`.
    """

    operation: Operation
    request: Request
    credential: Credential
    account: Account | None
    world: World
    status: int
    answer: Answer
    times_asked: int
    host: str = "api"


Concern = Callable[[Scene], bool]
Spoil = Callable[[Scene, Answer], Answer]


@dataclass(frozen=True)
class Fault:
    """One named way to go wrong in one operation.

    Faults of one `ground` of an operation may spoil the same answers, faults of two grounds never do, unless one is
    `alone`: then other cases of the operation, or other operations, are disturbed.
    `breaks` names clauses as `operation/case/clause`, the most direct ones: each is truly violated while the fault is
    on. `concerns` says which requests are answered wrongly, `spoil` how. `strikes` are the cases whose answers are
    spoilt, as they are recognised, `place` is where in the document, if it is no more than one place.
    """

    name: str
    operation: str
    ground: str
    breaks: tuple[str, ...]
    sentence: str
    strikes: frozenset[str]
    place: Place | None
    alone: bool
    concerns: Concern = field(repr=False)
    spoil: Spoil = field(repr=False)


@dataclass(frozen=True)
class Way:
    """One way to spoil an answer, wherever it strikes; `clauses` are those it breaks in every case that sees it."""

    name: str
    clauses: tuple[str, ...]
    words: str
    spoil: Spoil = field(repr=False)
    place: Place | None = None
    alone: bool = False


@dataclass(frozen=True)
class Ground:
    """The answers of one operation that a fault strikes, and the cases that see them.

    `strikes` are the cases as which the requests are recognised, where these are others. `family` is one name for all
    grounds that share answers with this one.
    """

    operation: str
    name: str
    words: str
    cases: tuple[str, ...]
    concerns: Concern = field(repr=False)
    strikes: frozenset[str] = frozenset()
    family: str = ""

    def fault(self, way: Way) -> Fault:
        """This way to go wrong, on this ground."""
        return Fault(
            name=f"{self.operation}-{self.name}-{way.name}",
            operation=self.operation,
            ground=self.family or self.name,
            breaks=tuple(f"{self.operation}/{case}/{clause}" for clause in way.clauses for case in self.cases),
            sentence=f"{self.words} {way.words}.",
            strikes=self.strikes or frozenset(self.cases),
            place=way.place,
            alone=way.alone,
            concerns=self.concerns,
            spoil=way.spoil,
        )


def laid(grounds: Iterable[Ground], ways: Iterable[Way]) -> Iterator[Fault]:
    """Each way on each ground."""
    ways = tuple(ways)
    return (ground.fault(way) for ground in grounds for way in ways)
