"""What the lines of a page say of one operation, before anything is derived from it."""

from dataclasses import dataclass, field

from talkstack_contract.docs.facts import Defect
from talkstack_contract.docs.json_text import ReadBody, Slip
from talkstack_contract.docs.source_text import Excerpt, Place, SourceText
from talkstack_contract.docs.vocabulary import Section


@dataclass(frozen=True)
class Value:
    """A text that a page prints; `is_cut` where the copy may have ended inside it."""

    text: str
    place: Place
    is_cut: bool = False


@dataclass(frozen=True)
class Listed:
    """A field or parameter as a list names it; `mark` is what stands in brackets behind the name."""

    section: Section
    name: str
    mark: str
    meaning: Value
    place: Place
    level: int = 0


@dataclass(frozen=True)
class Example:
    """A code block under a section; `body` is what it holds, or why it cannot be read."""

    section: Section
    code: Excerpt
    body: ReadBody | Slip
    value: Value
    is_closed: bool
    rule: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The keys of the object, or of the objects in the list."""
        if isinstance(self.body, Slip):
            return frozenset()
        top = (place.removeprefix("[].") for place in self.body.keys)
        return frozenset(name for name in top if "." not in name)


@dataclass(frozen=True)
class Status:
    """A status as printed, with its condition."""

    section: Section
    code: Value
    phrase: Value
    condition: Value | None


@dataclass(frozen=True)
class Enum:
    """Named values: of a constant of JavaScript, or of a list."""

    name: str
    values: dict[str, object]
    value: Value


@dataclass(eq=False)
class Draft:
    """What was gathered about one operation."""

    source: SourceText
    keeps_blanks: bool = True
    is_gitbook: bool = True
    title: Value | None = None
    description: list[Value] = field(default_factory=list)
    methods: list[Value] = field(default_factory=list)
    paths: list[Value] = field(default_factory=list)
    urls: list[Value] = field(default_factory=list)
    bases: list[Value] = field(default_factory=list)
    credentials: list[Value] = field(default_factory=list)
    headers: list[tuple[str, Value]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    enums: list[Enum] = field(default_factory=list)
    notes: list[tuple[Section, Value]] = field(default_factory=list)
    labels_without_code: dict[Section, Place] = field(default_factory=dict)
    unplaced: list[Example] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)

    @property
    def has_request(self) -> bool:
        """Tell whether method and path are known, so that a further one is of another operation."""
        return bool(self.methods and (self.paths or self.urls))
