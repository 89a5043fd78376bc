"""What the pages given with `--docs` said when a run began: which were read, and in what they differ from the contract.

Plain values: the record carries them, and every view of it says the same of a violated clause.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum

from talkstack_contract.contract.id_patterns import pattern_matches
from talkstack_contract.model import Json, Judgement, Provenance, Verdict
from talkstack_contract.results.history import Night

BROKEN = (Verdict.VIOLATED, Verdict.WAIVED)
_PROMISED = (Provenance.DOCUMENTED, Provenance.SAMPLED)
"""Only these clauses are promised by a page; the others no page can take back."""


class Standing(StrEnum):
    """How the pages of an operation stand to the contract; the worst of its differences."""

    CHANGED = "changed"
    CONTRADICTORY = "contradictory"
    CUT = "cut"
    SAME = "same"
    NOT_FOUND = "not found"


@dataclass(frozen=True)
class ReadPage:
    """A page as it was read; `operations` are ids of the contract, or method and path where it has no such operation.

    `is_whole` is false for a copy whose end was not seen: nothing is concluded from what it lacks.
    """

    name: str
    sha256: str
    generator: str
    rendering: str
    is_whole: bool
    operations: tuple[str, ...]
    not_understood: int


@dataclass(frozen=True)
class DocsDifference:
    """One thing that pages and contract do not both say; `said` tells it in words, `place` where a page says it.

    `clauses` are patterns of the clauses that it is about, and `received` what a violation of them has to show, if that
    matters. `is_breaking` tells that a client that keeps to the contract may fail.
    """

    standing: Standing
    said: str
    place: str
    clauses: tuple[str, ...] = ()
    received: str = ""
    is_breaking: bool = False

    def is_about(self, judgement: Judgement) -> bool:
        """Tell whether a violated clause is one that this is about."""
        if not any(pattern_matches(each, judgement.id) for each in self.clauses):
            return False
        return not self.received or any(self.received in each.received for each in judgement.violations)


@dataclass(frozen=True)
class ComparedOperation:
    """An operation of the contract, with the pages that document it and what they say otherwise."""

    id: str
    pages: tuple[str, ...]
    same: int
    differences: tuple[DocsDifference, ...] = ()

    @property
    def standing(self) -> Standing:
        """The worst of its differences; contradictions of a page that agrees with the contract are not counted."""
        if not self.pages:
            return Standing.NOT_FOUND
        found = {each.standing for each in self.differences if each.standing is not Standing.CONTRADICTORY}
        return next((each for each in Standing if each in found), Standing.SAME)

    def of(self, standing: Standing) -> list[DocsDifference]:
        """Return the differences of one kind."""
        return [each for each in self.differences if each.standing is standing]


@dataclass(frozen=True)
class Documentation:
    """The state of the docs: the pages that were read, and each operation of the contract; `added` are others."""

    pages: tuple[ReadPage, ...]
    operations: tuple[ComparedOperation, ...]
    added: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many operations stand in which way."""
        found = Counter(each.standing for each in self.operations)
        return {standing: found[standing] for standing in Standing if found[standing]}

    @property
    def changes(self) -> tuple[str, ...]:
        """What the pages say otherwise than the contract, each in words that are the same every night."""
        changed = (f"{one.id}: {each.said}" for one in self.operations for each in one.of(Standing.CHANGED))
        return (*changed, *(f"{each}: not in the contract" for each in self.added))

    def operation(self, id: str) -> ComparedOperation | None:  # noqa: A002 - the word of this project
        """Return what is known of an operation."""
        return next((each for each in self.operations if each.id == id), None)


def entry_of(documentation: Documentation) -> Json:
    """Return it as the record holds it: plain JSON, which can be handed to another process too."""
    return json.loads(json.dumps(asdict(documentation)))


def documentation_of(entry: Json) -> Documentation:
    """Read it back. Raises KeyError, TypeError or ValueError for what is none."""
    pages = tuple(ReadPage(**{**each, "operations": tuple(each["operations"])}) for each in entry["pages"])
    operations = tuple(
        ComparedOperation(each["id"], tuple(each["pages"]), each["same"], tuple(map(_difference, each["differences"])))
        for each in entry["operations"]
    )
    return Documentation(pages, operations, tuple(entry["added"]))


def _difference(entry: Json) -> DocsDifference:
    return DocsDifference(**{**entry, "standing": Standing(entry["standing"]), "clauses": tuple(entry["clauses"])})


def docs_with(documentation: Documentation, change: Callable[[str], str]) -> Documentation:
    """Return it with each text that came from a page changed; names of files and of operations are ours."""

    def changed(each: DocsDifference) -> DocsDifference:
        return replace(each, said=change(each.said), received=change(each.received))

    operations = (replace(each, differences=tuple(map(changed, each.differences))) for each in documentation.operations)
    return replace(documentation, operations=tuple(operations), added=tuple(map(change, documentation.added)))


# What is said of a violated clause


def relation(judgement: Judgement, documentation: Documentation) -> tuple[Standing, DocsDifference | None]:
    """Return how the pages stand to one clause, and the difference that tells so."""
    operation = documentation.operation(judgement.operation)
    if operation is None or not operation.pages:
        return Standing.NOT_FOUND, None
    for standing in (Standing.CHANGED, Standing.CONTRADICTORY, Standing.CUT):
        for each in operation.of(standing):
            if each.is_about(judgement):
                return standing, each
    return (Standing.SAME if judgement.provenance in _PROMISED else Standing.NOT_FOUND), None


def with_docs(
    judgement: Judgement, documentation: Documentation | None, started: datetime, nights: Sequence[Night]
) -> Judgement:
    """Return a judgement that says what the pages say of its clause, if it is violated and a page was given."""
    if documentation is None or judgement.verdict not in BROKEN:
        return judgement
    standing, difference = relation(judgement, documentation)
    if difference is None:
        return replace(judgement, docs="the page still promises this" if standing is Standing.SAME else "")
    said = f"{difference.said} ({difference.place})"
    if standing is Standing.CHANGED:
        change = f"{judgement.operation}: {difference.said}"
        return replace(judgement, docs=f"the page changed {_day(change, started, nights)}: {said}")
    words = "the page contradicts itself" if standing is Standing.CONTRADICTORY else "the copy of the page is cut"
    return replace(judgement, docs=f"{words}: {said}")


def _day(change: str, started: datetime, nights: Iterable[Night]) -> str:
    """Return `on 2031-05-06`, the first night of a row of nights with this change; `by` where none was without it."""
    first = started
    for night in reversed([each for each in nights if each.docs is not None]):
        if change not in (night.docs or ()):
            return f"on {first:%Y-%m-%d}"
        first = night.started
    return f"by {first:%Y-%m-%d}"
