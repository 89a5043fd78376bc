"""What is promised: a clause, with where it comes from and what was decided about it."""

from dataclasses import dataclass

from talkstack_contract.model.words import Json, Provenance, RequirementLevel


@dataclass(frozen=True)
class Source:
    """Where a promise is made: page, section, printed line, address, the day read, the interpretation that applies.

    `request_interpretations` are those that decide what was sent to see the promise kept.
    """

    page: str
    section: str
    url: str
    printed: str = ""
    read: str = ""
    interpretation: str = ""
    request_interpretations: tuple[str, ...] = ()

    @property
    def interpretations(self) -> tuple[str, ...]:
        """Return each interpretation that a verdict rests on."""
        return tuple(dict.fromkeys(filter(None, (self.interpretation, *self.request_interpretations))))

    def __str__(self) -> str:
        printed = f", “{self.printed}”" if self.printed else ""
        read = f"; read {self.read}" if self.read else ""
        return f"{self.page} › {self.section}{printed}{read}"


@dataclass(frozen=True)
class Clause:
    """One promise that can be judged. `check` names a function of `checks`, `expected` is what it compares with.

    `path` leads from the body to the value (`*` is every item of a list). `depends_on` are clauses of the same case
    that must be upheld first: below a broken one there is nothing to judge. `value_is_optional` tells that a sound
    answer may lack the value. `weight` is a level other than that of the provenance: of access control, and of what an
    RFC recommends.
    """

    name: str
    statement: str
    provenance: Provenance
    source: Source
    check: str
    expected: Json = None
    path: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    value_is_optional: bool = False
    weight: RequirementLevel | None = None

    @property
    def level(self) -> RequirementLevel:
        """Follow the provenance, unless the clause has a weight of its own."""
        return self.weight or self.provenance.level


@dataclass(frozen=True)
class Interpretation:
    """What we decided where the docs are silent or contradict themselves, and what we would ask the vendor."""

    id: str
    kind: str
    pages: tuple[str, ...]
    decision: str
    reason: str
    question: str | None
