"""Holds what pages say against what the contract promises: same, added, removed, changed, contradictory, cut.

Nothing is called removed unless a copy was seen to its end; wording is not compared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from talkstack_contract.docs.contracts.promised import Key, Promise, PromisedOperation
from talkstack_contract.docs.derived.derivation import values_at
from talkstack_contract.docs.derived.merging import OperationFacts, Told, contradictions, merged
from talkstack_contract.docs.drafts.credential_words import is_known
from talkstack_contract.docs.facts import FactKind, How, PageFacts
from talkstack_contract.docs.source_text import plain
from talkstack_contract.model import Json

_HOST = (FactKind.HOST, "")
_JSON_HEADER = (FactKind.HEADER, "content-type")


class Outcome(StrEnum):
    """What a comparison comes to."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    CONTRADICTORY = "contradictory"
    CUT = "cut"


@dataclass(frozen=True)
class Difference:
    """One thing of which pages and contract do not say the same, or cannot be said to.

    `told` is what pages say (empty for what they no longer say), `promised` what the contract holds. `is_breaking`
    tells whether a client that keeps to the contract may fail. `operation` is its id, or method and path of a new one.
    """

    outcome: Outcome
    operation: str
    kind: FactKind
    name: str
    told: tuple[Told, ...]
    promised: Json
    clause: str = ""
    is_breaking: bool = False
    page: str = ""

    def as_json(self) -> Json:
        """Return the difference as `docs check --json` prints it."""
        pages = [{"page": each.page, "value": each.fact.value, **_place(each)} for each in self.told]
        return {
            "outcome": str(self.outcome), "operation": self.operation, "kind": str(self.kind), "name": self.name,
            "pages": pages, "contract": self.promised, "clause": self.clause, "breaking": self.is_breaking,
        }  # fmt: skip


def _place(told: Told) -> dict[str, Json]:
    place = told.fact.place
    return {"line": place.line, "column": place.column} if place else {}


@dataclass(frozen=True)
class Compared:
    """One operation of pages: its id in the contract, or None for one that the contract does not have."""

    facts: OperationFacts
    promised: PromisedOperation | None
    same: int
    differences: tuple[Difference, ...]


_COMPARED = frozenset(
    {
        FactKind.METHOD,
        FactKind.PATH,
        FactKind.HOST,
        FactKind.CREDENTIAL,
        FactKind.HEADER,
        FactKind.PATH_PARAMETER,
        FactKind.QUERY_PARAMETER,
        FactKind.REQUEST_FIELD,
        FactKind.REQUIRED,
        FactKind.TYPE,
        FactKind.SUCCESS_STATUS,
        FactKind.ERROR_STATUS,
        FactKind.RESPONSE_FIELD,
    }
)
_FROM_SILENCE = frozenset({"listed-without-a-mark", "shown-only"})
"""Rules that conclude from what is not said, and so hold only for a page that was seen whole."""
_NAMES = frozenset({FactKind.PATH_PARAMETER, FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD, FactKind.RESPONSE_FIELD})
"""Facts of which only the name is compared: what a page says of it is prose."""


def compared(pages: Sequence[PageFacts], promised: Sequence[PromisedOperation]) -> list[Compared]:
    """Return each operation of the pages, compared with the one of the contract that it is."""
    operations = merged(pages)
    hosts = {told.fact.value for each in operations for told in each.values(FactKind.HOST)}
    return [_compared(each, _counterpart(each, promised), hosts) for each in operations]


def _counterpart(facts: OperationFacts, promised: Sequence[PromisedOperation]) -> PromisedOperation | None:
    """Return the operation that is meant: that of its method and path, else of the page's title, else of its path."""
    for each in promised:
        if facts.operation == f"{each.method} {each.path}":
            return each
    titles = {str(told.fact.value).strip().lower() for told in facts.values(FactKind.TITLE)}
    by_title = [each for each in promised if each.title.strip().lower() in titles]
    paths = {told.fact.value for told in facts.values(FactKind.PATH)}
    by_path = [each for each in promised if each.path in paths]
    found = by_title if len(by_title) == 1 else by_path
    return found[0] if len(found) == 1 else None


def _compared(facts: OperationFacts, promised: PromisedOperation | None, hosts: set[Json]) -> Compared:
    """Compare one operation; `hosts` are those that any of the pages names: one is enough for all."""
    if promised is None:
        told = facts.values(FactKind.METHOD) or facts.values(FactKind.PATH)
        name = facts.operation
        added = Difference(Outcome.ADDED, name, FactKind.PATH, "", told[:1], None, page=_page(facts))
        is_cut = "?" in name or any(each.fact.how is How.CUT for each in facts.facts.get((FactKind.PATH, ""), ()))
        return Compared(facts, None, 0, () if is_cut else (added,))
    conflicting = {told[0].fact.key[1:] for told in contradictions(facts)}
    differences = [*_contradictory(facts, promised)]
    same = 0
    for key in _keys(facts, promised):
        is_told_elsewhere = key == _HOST and not facts.values(*key) and _host_of(promised) in hosts
        if key in conflicting or is_told_elsewhere:
            continue
        difference = _difference(facts, promised, key)
        if difference is None:
            same += 1
        else:
            differences.append(difference)
    return Compared(facts, promised, same, tuple(_without_followers(differences)))


def _host_of(promised: PromisedOperation) -> Json:
    promise = promised.promises.get(_HOST)
    return promise.value if promise else None


def _page(facts: OperationFacts) -> str:
    return facts.pages[0].page


def _keys(facts: OperationFacts, promised: PromisedOperation) -> Iterator[Key]:
    told = (key for key in facts.facts if key[0] in _COMPARED and _is_comparable(key, promised))
    yield from dict.fromkeys((*(key for key in promised.promises if key[0] is not FactKind.ENUM), *told))


def _is_comparable(key: Key, promised: PromisedOperation) -> bool:
    """Tell whether the contract would hold such a thing: not what lies deeper in a request, nor other headers."""
    kind, name = key
    if kind is FactKind.HEADER:
        return key in promised.promises
    if kind in (FactKind.REQUIRED, FactKind.TYPE):
        return key in promised.promises
    if kind is FactKind.REQUEST_FIELD:
        return "." not in name and "[" not in name
    if kind is FactKind.RESPONSE_FIELD:
        return promised.has_documented_success and not _lies_in_the_open(name, promised)
    return name != "" or kind not in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS)


def _lies_in_the_open(name: str, promised: PromisedOperation) -> bool:
    """Tell whether a place lies in a value of which the contract says nothing but that it is there."""
    while "." in name:
        name = name.rpartition(".")[0].removesuffix("[]")
        key = (FactKind.RESPONSE_FIELD, name)
        if key in promised.promises:
            return (FactKind.TYPE, f"response {name}") not in promised.promises
    return False


def _contradictory(facts: OperationFacts, promised: PromisedOperation) -> Iterator[Difference]:
    for told in contradictions(facts):
        kind, name = told[0].fact.kind, told[0].fact.name
        promise = promised.promises.get((kind, name))
        if kind in _COMPARED or promise:
            clause = promise.clause if promise else ""
            value = promise.value if promise else None
            yield Difference(Outcome.CONTRADICTORY, promised.id, kind, name, told, value, clause, page=_page(facts))


def _difference(facts: OperationFacts, promised: PromisedOperation, key: Key) -> Difference | None:
    promise = promised.promises.get(key)
    if key[0] is FactKind.RESPONSE_EXAMPLE:
        return _value_difference(facts, promised, key, promise) if promise else None
    told = facts.values(*key)
    if promise is None:
        if not told:
            return None
        outcome = Outcome.CUT if _may_lie_deeper(facts, key) else Outcome.ADDED
        return _difference_of(outcome, facts, promised, key, told)
    if not told:
        return _missing(facts, promised, key, promise)
    fact = told[0].fact
    if key[0] in _NAMES or _agree(key[0], fact.value, promise.value) or promise.interpretation:
        return None
    if fact.value is None or (key[0] is FactKind.CREDENTIAL and not is_known(str(fact.value))):
        return None  # the page leaves it open
    is_open = not facts.is_whole and fact.rule in _FROM_SILENCE
    return _difference_of(Outcome.CUT if is_open else Outcome.CHANGED, facts, promised, key, told)


def _may_lie_deeper(facts: OperationFacts, key: Key) -> bool:
    """Tell whether a listed name may belong inside another field: the example that would show it was not seen."""
    sides = {FactKind.REQUEST_FIELD: FactKind.REQUEST_EXAMPLE, FactKind.RESPONSE_FIELD: FactKind.RESPONSE_EXAMPLE}
    side = sides.get(key[0])
    return side is not None and not facts.values(side) and (not facts.is_whole or facts.is_cut(side))


def _agree(kind: FactKind, told: Json, promised: Json) -> bool:
    if kind is FactKind.TYPE:
        return _types_agree(told, promised)
    if kind in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS):
        return not promised or not told or str(told).lower() == str(promised).lower()
    if isinstance(told, str) and isinstance(promised, str):
        return _alternatives(told) == _alternatives(promised)
    return bool(told == promised)


def _types_agree(told: Json, promised: Json) -> bool:
    """Tell whether the types of examples are types that the contract allows; an example may be null for any of them."""
    allowed = {promised} if isinstance(promised, str) else {*promised}
    shown = {told} if isinstance(told, str) else {*told}
    if "number" in allowed:
        allowed = allowed | {"integer"}
    return shown - {"null"} <= allowed


def _missing(facts: OperationFacts, promised: PromisedOperation, key: Key, promise: Promise) -> Difference | None:
    """Say what it means that no page tells a promised thing: removed where the page was seen whole, else cut."""
    kind = key[0]
    if kind is FactKind.CREDENTIAL and promise.value == "none" and _is_absent(facts, kind):
        return None
    if kind is FactKind.HOST and not promise.value:
        return None  # the contract names none either
    if any(facts.values(kind, place) for place in promise.places):
        return None  # it stands in another of its places
    is_status = kind in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS)  # what is decided of it is about its phrase
    if kind in (FactKind.TYPE, FactKind.REQUIRED) or (promise.interpretation and not is_status):
        return None  # follows from its field, or from what was decided
    if key == _JSON_HEADER and promise.value == "application/json" and _tells_body(facts):
        return None  # follows from the JSON that the page asks for
    return _difference_of(Outcome.REMOVED if _is_gone(facts, key) else Outcome.CUT, facts, promised, key, ())


def _tells_body(facts: OperationFacts) -> bool:
    return any(kind in (FactKind.REQUEST_FIELD, FactKind.REQUEST_EXAMPLE) for kind, _ in facts.facts)


def _is_absent(facts: OperationFacts, kind: FactKind) -> bool:
    return any(told.fact.how is How.NOT_FOUND for told in facts.facts.get((kind, ""), ()))


def _is_gone(facts: OperationFacts, key: Key) -> bool:
    kind, _ = key
    if not facts.is_whole or facts.is_cut(*key):
        return False
    if kind is FactKind.RESPONSE_FIELD:
        return bool(facts.values(FactKind.RESPONSE_EXAMPLE)) or _is_absent(facts, FactKind.RESPONSE_EXAMPLE)
    if kind is FactKind.REQUEST_FIELD:
        return not facts.is_cut(FactKind.REQUEST_EXAMPLE)
    return True


def _value_difference(
    facts: OperationFacts, promised: PromisedOperation, key: Key, promise: Promise
) -> Difference | None:
    """Hold a printed value against the literal that the contract has for it."""
    examples = facts.values(FactKind.RESPONSE_EXAMPLE)
    shown = [value for told in examples for place, value in values_at(told.fact.value) if place == key[1]]
    if not shown or promise.interpretation or all(_plain(value) in promise.value for value in shown):
        return None
    [at, *_] = facts.values(FactKind.RESPONSE_FIELD, key[1]) or examples
    told = replace(
        at, fact=replace(at.fact, value=next(value for value in shown if _plain(value) not in promise.value))
    )
    return _difference_of(Outcome.CHANGED, facts, promised, key, (told,))


def _plain(value: Json) -> Json:
    return plain(value) if isinstance(value, str) else value


def _difference_of(
    outcome: Outcome, facts: OperationFacts, promised: PromisedOperation, key: Key, told: tuple[Told, ...]
) -> Difference:
    kind, name = key
    promise = promised.promises.get(key)
    value = promise.value if promise else None
    is_breaking = _is_breaking(outcome, facts, key, told, value)
    clause = promise.clause if promise else ""
    return Difference(outcome, promised.id, kind, name, told, value, clause, is_breaking, _page(facts))


def _is_breaking(outcome: Outcome, facts: OperationFacts, key: Key, told: Sequence[Told], promised: Json) -> bool:
    """Tell whether a client that keeps to the contract may fail, if the API does as the page now says."""
    kind = key[0]
    if outcome is Outcome.CUT or kind is FactKind.ERROR_STATUS:
        return False
    if outcome is Outcome.ADDED:
        return kind is FactKind.CREDENTIAL or _is_required(facts, *key)
    if kind is FactKind.REQUIRED:
        return any(each.fact.value is True for each in told)
    if kind is FactKind.SUCCESS_STATUS:
        return outcome is Outcome.REMOVED
    if kind is FactKind.CREDENTIAL and told:
        return not _alternatives(promised) <= _alternatives(told[0].fact.value)
    return True


def _alternatives(credential: Json) -> set[str]:
    return {*str(credential).lower().split(" or ")}


def _is_required(facts: OperationFacts, kind: FactKind, name: str) -> bool:
    wheres = {FactKind.QUERY_PARAMETER: "query", FactKind.REQUEST_FIELD: "request", FactKind.PATH_PARAMETER: "path"}
    where = f"{wheres.get(kind, '')} {name}"
    return any(told.fact.value is True for told in facts.values(FactKind.REQUIRED, where))


def _without_followers(differences: Sequence[Difference]) -> Iterator[Difference]:
    """Yield the differences but those that follow from another: what lies inside a field that was added or removed."""
    roots: set[tuple[Outcome, FactKind, str]] = {
        (each.outcome, each.kind, each.name)
        for each in differences
        if each.kind is FactKind.RESPONSE_FIELD and each.outcome in (Outcome.ADDED, Outcome.REMOVED, Outcome.CUT)
    }
    for each in differences:
        if each.kind is not FactKind.RESPONSE_FIELD or not _lies_inside(each, roots):
            yield each


def _lies_inside(difference: Difference, roots: set[tuple[Outcome, FactKind, str]]) -> bool:
    name = difference.name
    while "." in name:
        name = name.rpartition(".")[0]
        for shown in (name, name.removesuffix("[]")):
            if (difference.outcome, difference.kind, shown) in roots:
                return True
    return False
