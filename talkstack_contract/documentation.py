"""From the pages that `--docs` names to what a run keeps of them: the one way from the docs reader into a run.

Raises `BadInput` for pages that cannot be read; what they say never raises.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from talkstack_contract.contract.clauses import kebab
from talkstack_contract.contract.documents import read_text
from talkstack_contract.docs.contracts.comparison import Compared, Difference, Outcome, compared
from talkstack_contract.docs.contracts.promised import PromisedOperation, promised_operations
from talkstack_contract.docs.facts import DefectKind, FactKind, PageFacts
from talkstack_contract.docs.reading import page_files, read_facts
from talkstack_contract.model import Json
from talkstack_contract.results.documentation import (
    ComparedOperation,
    DocsDifference,
    Documentation,
    ReadPage,
    Standing,
)

_SHOWN = 100
"""Characters of a value of a page that the record keeps."""
_STANDINGS = {Outcome.CUT: Standing.CUT, Outcome.CONTRADICTORY: Standing.CONTRADICTORY}
_OF_ALL = (FactKind.METHOD, FactKind.PATH, FactKind.HOST)
_SENT = (FactKind.PATH_PARAMETER, FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD)
_CODES = (DefectKind.PHRASE, DefectKind.INVERTED, DefectKind.FOREIGN_FIELD)


def read_documentation(paths: Sequence[Path], folder: Path, schemas: Path) -> Documentation:
    """Read pages, and hold them against the contract in `schemas`; names are relative to `folder` where that can be."""
    texts = {_name(path, folder): read_text(path, str(path)) for path in page_files([folder / each for each in paths])}
    return documentation_from(texts, promised_operations(schemas))


def documentation_from(texts: Mapping[str, str], promised: Sequence[PromisedOperation]) -> Documentation:
    """Hold pages, by their names, against what is promised."""
    pages = [read_facts(text, name) for name, text in texts.items()]
    found = compared(pages, promised)
    ids = {one.facts.operation: one.promised.id for one in found if one.promised}
    return Documentation(
        tuple(_read_page(page, texts[page.page], ids) for page in pages),
        tuple(_operation(each, [one for one in found if one.promised is each]) for each in promised),
        tuple(one.facts.operation for one in found if one.promised is None and one.differences),
    )


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _read_page(page: PageFacts, text: str, ids: dict[str, str]) -> ReadPage:
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    operations = tuple(ids.get(each, each) for each in page.operations)
    left = len(page.not_understood)
    return ReadPage(page.page, digest, page.generator, page.rendering, page.is_whole, operations, left)


def _operation(promised: PromisedOperation, found: Sequence[Compared]) -> ComparedOperation:
    pages = dict.fromkeys(page.page for one in found for page in one.facts.pages)
    differences = [_told(each, promised) for one in found for each in one.differences]
    defects = [each for one in found for each in _contradictions(one, promised)]
    return ComparedOperation(promised.id, tuple(pages), sum(one.same for one in found), (*differences, *defects))


def _told(each: Difference, promised: PromisedOperation) -> DocsDifference:
    told = [_value(one.fact.value) for one in each.told]
    subject = f"{each.kind} {each.name}".strip()
    said = f"{subject} {_words(each, told)}"
    place = ", ".join(f"{one.page}:{one.fact.place}" for one in each.told if one.fact.place) or each.page
    clauses, received = _clauses(each, promised)
    standing = _STANDINGS.get(each.outcome, Standing.CHANGED)
    return DocsDifference(standing, said, place, tuple(dict.fromkeys(clauses)), received, each.is_breaking)


def _words(each: Difference, told: Sequence[str]) -> str:
    if each.outcome is Outcome.CUT:
        return "is not shown"
    if each.outcome is Outcome.REMOVED:
        return "is removed"
    if each.outcome is Outcome.ADDED:
        return "is added"
    if each.outcome is Outcome.CONTRADICTORY:
        return f"is “{'” and “'.join(told)}”"
    return f"is “{told[0]}”, in the contract “{_value(each.promised)}”"


def _value(value: Json) -> str:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    text = " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _clauses(each: Difference, promised: PromisedOperation) -> tuple[list[str], str]:
    """Return patterns of the clauses that a difference is about, and what a violation of them has to show."""
    id_, kind, name = promised.id, each.kind, each.name
    own = [each.clause] if each.clause else []
    if kind in _OF_ALL:
        return [f"{id_}/**"], ""
    if kind is FactKind.CREDENTIAL:
        return [*own, f"{id_}/*/status.is-401", f"{id_}/by-*/**"], ""
    if kind is FactKind.HEADER:
        return [f"{id_}/by-*/**"], ""
    if kind in (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS):
        return (own, "") if own else ([f"{id_}/*/status.is-*"], name)
    where, _, place = name.partition(" ")
    if kind in _SENT or where in ("request", "query", "path"):
        field = kebab((place or name).rpartition(".")[2])
        return [f"{id_}/{field}-*/**", *([f"{id_}/by-*/**"] if each.is_breaking else [])], ""
    if each.outcome is Outcome.ADDED:
        return [f"{id_}/*/body.holds-nothing-undocumented"], name.rpartition(".")[2]
    if kind is FactKind.RESPONSE_EXAMPLE:
        literals = (one for one in promised.success_clauses if one.place == name and one.is_literal)
        return [f"{id_}/*/{one.name}" for one in literals], ""
    return [*own, *(f"{id_}/*/{clause}" for clause in _below(place or name, promised))], ""


def _below(place: str, promised: PromisedOperation) -> Iterator[str]:
    """Yield the clauses of a success that are about a place of its body, or about what lies inside it."""
    for each in promised.success_clauses:
        if each.place == place or each.place.startswith((f"{place}.", f"{place}[]")):
            yield each.name


def _contradictions(one: Compared, promised: PromisedOperation) -> Iterator[DocsDifference]:
    """Yield what a page says against itself, where clauses rest on it."""
    for page in one.facts.pages:
        for defect in page.defects:
            if defect.operation != one.facts.operation:
                continue
            if clauses := tuple(_doubted(defect.kind, defect.message, promised)):
                said = f"{defect.kind}: {_value(defect.message)}"
                yield DocsDifference(Standing.CONTRADICTORY, said, f"{page.page}:{defect.place}", clauses)


def _doubted(kind: DefectKind, message: str, promised: PromisedOperation) -> Iterator[str]:
    if kind in _CODES:
        yield f"{promised.id}/*/status.is-{message[:3]}"
    elif kind is DefectKind.URL or (kind is DefectKind.SAID_TWICE and "authorization" not in message):
        yield f"{promised.id}/**"
    elif kind is DefectKind.SAID_TWICE:
        yield from (f"{promised.id}/*/status.is-401", f"{promised.id}/by-*/**")
    elif kind is DefectKind.FIELDS and "response" in message:
        for name in message.rpartition(": ")[2].split(", "):
            yield from (f"{promised.id}/*/{clause}" for clause in _below(name, promised))
