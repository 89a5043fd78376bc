"""What a page promises: facts, each with its place and how it was come by, and the flaws of the page itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from talkstack_contract.docs.source_text import Place
from talkstack_contract.model import Json


class FactKind(StrEnum):
    """Kinds of facts; behind each what its `name` and `value` are."""

    TITLE = "title"  # value: text
    DESCRIPTION = "description"  # value: text
    METHOD = "method"  # value: in capitals
    PATH = "path"  # value: parameters in braces
    HOST = "host"  # value: host, with its port if it has one
    CREDENTIAL = "credential"  # value: `bearer or x-api-key`, `authorization`, `none`
    HEADER = "header"  # name: header in lower case; value: what is sent, where it is printed
    PATH_PARAMETER = "path parameter"  # name: as in the path; value: meaning
    QUERY_PARAMETER = "query parameter"  # name; value: meaning
    REQUEST_FIELD = "request field"  # name: place in the body (`items[].id`); value: meaning
    REQUIRED = "required"  # name: `path x`, `query x`, `header x` or `request x`; value: true or false
    TYPE = "type"  # name as of REQUIRED, or `response x`; value: a type of JSON Schema
    REQUEST_EXAMPLE = "request example"  # value: JSON
    SUCCESS_STATUS = "success status"  # name: code; value: reason phrase as printed
    RESPONSE_FIELD = "response field"  # name: place in the body; value: meaning
    RESPONSE_EXAMPLE = "response example"  # value: JSON
    ERROR_STATUS = "error status"  # name: code; value: reason phrase as printed
    CONDITION = "condition"  # name: code; value: text
    ENUM = "enum"  # name; value: a list of values, or an object of names and values
    NOTE = "note"  # name: section; value: prose that is kept and not compared


class How(StrEnum):
    """How a fact was come by."""

    PRINTED = "printed"
    DERIVED = "derived"
    NOT_FOUND = "not found"
    CUT = "cut"


@dataclass(frozen=True)
class Fact:
    """One fact about an operation (`GET /user`, or empty: about the page).

    `rule` names the rule of a derived fact. `place` is None where there is none: not found, or cut off.
    """

    operation: str
    kind: FactKind
    name: str
    value: Json
    how: How
    place: Place | None = None
    rule: str = ""

    @property
    def key(self) -> tuple[str, FactKind, str]:
        """What the fact is about."""
        return self.operation, self.kind, self.name

    def as_json(self) -> Json:
        """Return the fact as `docs read --json` prints it."""
        shown: Json = {"operation": self.operation, "kind": str(self.kind), "name": self.name, "value": self.value}
        shown["how"] = str(self.how)
        if self.rule:
            shown["rule"] = self.rule
        if self.place:
            shown |= {"line": self.place.line, "column": self.place.column}
        return shown


class DefectKind(StrEnum):
    """In which ways a page contradicts itself, HTTP or JSON."""

    PHRASE = "reason phrase contradicts the code"
    NOT_JSON = "example is not JSON"
    RESPONSE_UNDER_REQUEST = "response stands under the request"
    PARAMETER_AS_BODY = "path parameter is shown as a body"
    FIELDS = "field list contradicts the example"
    URL = "URL contradicts the endpoint"
    OTHER_ENDPOINT = "description names another endpoint"
    INVERTED = "condition is inverted"
    FOREIGN_FIELD = "condition names a field that the request does not have"
    SAID_TWICE = "same thing is said in two ways"


@dataclass(frozen=True)
class Defect:
    """A flaw of the page itself: no fault of the API, and no change."""

    operation: str
    kind: DefectKind
    message: str
    place: Place

    def as_json(self) -> Json:
        """Return the defect as `docs read --json` prints it."""
        place = {"line": self.place.line, "column": self.place.column}
        return {"operation": self.operation, "kind": str(self.kind), "message": self.message, **place}


@dataclass(frozen=True)
class LineAccount:
    """What lines of a page, first to last, were taken for; `text` is given where they were not understood."""

    first: int
    last: int
    role: str
    column: int = 1
    text: str = ""


@dataclass(frozen=True)
class PageFacts:
    """All that was read from one rendering of one page."""

    page: str
    generator: str
    rendering: str
    is_whole: bool
    facts: tuple[Fact, ...]
    defects: tuple[Defect, ...]
    account: tuple[LineAccount, ...]

    @property
    def not_understood(self) -> Sequence[LineAccount]:
        """The lines that no rule accounts for."""
        return [each for each in self.account if each.role == NOT_UNDERSTOOD]

    @property
    def operations(self) -> Sequence[str]:
        """The operations that the page documents, in its order."""
        return [*dict.fromkeys(fact.operation for fact in self.facts if fact.operation)]


NOT_UNDERSTOOD = "not understood"
