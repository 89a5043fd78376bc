"""Merges what several renderings, or several pages, say of one operation. Where they contradict, none is chosen."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from talkstack_contract.docs.facts import Fact, FactKind, How, PageFacts
from talkstack_contract.model import Json

TEXTS = frozenset(
    {
        FactKind.DESCRIPTION,
        FactKind.CONDITION,
        FactKind.REQUEST_FIELD,
        FactKind.RESPONSE_FIELD,
        FactKind.PATH_PARAMETER,
        FactKind.QUERY_PARAMETER,
        FactKind.NOTE,
    }
)
"""Facts whose value is prose: compared without what renderings lose or put, blanks and dashes."""
_MANY = frozenset({FactKind.NOTE, FactKind.ENUM})
_RENDERINGS = ("openapi", "md", "html", "text-nav", "text", "dash", "flat", "squeezed", "glued")
_CERTAINTY = {How.PRINTED: 0, How.DERIVED: 1, How.CUT: 2, How.NOT_FOUND: 3}


@dataclass(frozen=True)
class Told:
    """One fact and the page that tells it."""

    page: str
    fact: Fact


@dataclass(frozen=True)
class OperationFacts:
    """What all pages say of one operation: the facts of each key, more than one where they contradict.

    `is_whole` is true where one of the pages was seen to its end.
    """

    operation: str
    pages: tuple[PageFacts, ...]
    facts: dict[tuple[FactKind, str], tuple[Told, ...]]
    is_whole: bool

    def values(self, kind: FactKind, name: str = "") -> tuple[Told, ...]:
        """Return what is printed or derived about one thing."""
        found = self.facts.get((kind, name), ())
        return tuple(told for told in found if told.fact.how in (How.PRINTED, How.DERIVED))

    def is_cut(self, kind: FactKind, name: str = "") -> bool:
        """Tell whether a copy ends where this should stand, or has lost it."""
        return any(told.fact.how is How.CUT for told in self.facts.get((kind, name), ()))


def squashed(text: str) -> str:
    """Return a sentence without what renderings lose or put: blanks, dashes, marks of code."""
    return re.sub(r"[\s`*\\.,;:-]+", "", text).lower()


def comparable(fact: Fact) -> str:
    """Return the value of a fact in a form that is the same in each rendering."""
    if fact.kind in TEXTS and isinstance(fact.value, str):
        return squashed(fact.value)
    if fact.kind in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS):
        return str(fact.value).lower()
    return json.dumps(fact.value, sort_keys=True)


def merged(pages: Iterable[PageFacts]) -> list[OperationFacts]:
    """Return the operations that pages document, each with all that is said of it."""
    groups: dict[str, list[PageFacts]] = {}
    for page in sorted(pages, key=_legibility):
        for operation in page.operations:
            groups.setdefault(operation, []).append(page)
    return [_operation(operation, each) for operation, each in groups.items()]


def _legibility(page: PageFacts) -> int:
    """Rank a page by what its rendering has lost: of two forms of one sentence, the better is shown."""
    return _RENDERINGS.index(page.rendering) if page.rendering in _RENDERINGS else 0


def _operation(operation: str, pages: Sequence[PageFacts]) -> OperationFacts:
    told: dict[tuple[FactKind, str], list[Told]] = {}
    for page in pages:
        for fact in page.facts:
            if fact.operation == operation:
                told.setdefault((fact.kind, fact.name), []).append(Told(page.page, fact))
    facts = {key: _distinct(key[0], each) for key, each in told.items()}
    return OperationFacts(operation, tuple(pages), facts, any(page.is_whole for page in pages))


def _distinct(kind: FactKind, found: Sequence[Told]) -> tuple[Told, ...]:
    """Return one fact of each value, the surest first. What is said anywhere stands for what one copy has not."""
    ordered = sorted(found, key=lambda told: _CERTAINTY[told.fact.how])
    sure = [told for told in ordered if told.fact.how in (How.PRINTED, How.DERIVED)]
    if sure and kind not in _MANY:
        printed = [told for told in sure if told.fact.how is How.PRINTED]
        sure = [told for told in (printed or sure) if not _says_nothing(told.fact.value)] or sure[:1]
    distinct = {comparable(told.fact): told for told in reversed(sure)}
    return tuple(reversed(distinct.values())) if distinct else tuple(ordered[:1])


def _says_nothing(value: Json) -> bool:
    return value in ("", None)


def contradictions(operation: OperationFacts) -> list[tuple[Told, ...]]:
    """Return the facts of which pages, or one page, say more than one thing."""
    several = ((kind, told) for (kind, _), told in operation.facts.items() if len(told) > 1)
    return [told for kind, told in several if kind not in _MANY and kind not in TEXTS]
