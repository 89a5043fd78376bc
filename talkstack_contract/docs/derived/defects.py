"""In which ways a page contradicts itself, HTTP or JSON."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from talkstack_contract.docs.derived.absences import INVERTED
from talkstack_contract.docs.derived.derivation import Derivation
from talkstack_contract.docs.derived.path_templates import templated
from talkstack_contract.docs.derived.placing import keys_of
from talkstack_contract.docs.drafts.credential_words import credential_of
from talkstack_contract.docs.drafts.draft import Draft, Example, Status
from talkstack_contract.docs.facts import Defect, DefectKind, FactKind
from talkstack_contract.docs.json_text import Slip
from talkstack_contract.docs.source_text import Place
from talkstack_contract.docs.vocabulary import Section

_IDENTIFIER = re.compile(r"(?<![\w/:.-])(?:[a-z]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+)(?![\w/])")
_NAMED_PATH = re.compile(r"(?<![\w:/.])/[a-z][\w-]*(?:/[:{\w][\w:{}-]*)*")
_POINTS_ELSEWHERE = re.compile(
    r"\b(?:see|also|unlike|instead of|compare|(?:returned|created|listed|got|obtained) (?:by|from|with))\b"
    r"[^.!?\n]{0,40}\Z",
    re.IGNORECASE,
)
"""Before a path: the sentence tells of another operation on purpose."""
_SENT_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b(?=[- ]?request|[^.]{0,40}request)")


def defects_of(derivation: Derivation) -> list[Defect]:
    """Return the flaws of what a page says of one operation."""
    found = [*derivation.misplaced, *derivation.draft.defects, *_defects(derivation.draft, derivation)]
    return [replace(each, operation=derivation.operation) for each in found]


def _defects(draft: Draft, facts: Derivation) -> Iterator[Defect]:
    yield from _phrase_defects(draft.statuses)
    for example in draft.examples:
        yield from _json_defects(example)
    yield from _url_defects(draft)
    yield from _field_defects(draft, facts)
    yield from _repeated_fields(draft, facts)
    yield from _condition_defects(draft, facts)
    yield from _description_defects(draft, facts)
    for kind, values, form in (
        ("method", draft.methods, str.upper),
        ("path", draft.paths, str.upper),
        ("authorization", draft.credentials, credential_of),
    ):
        if len({form(each.text) for each in values}) > 1:
            yield Defect("", DefectKind.SAID_TWICE, f"more than one {kind}", values[1].place)


def _phrase_defects(statuses: Sequence[Status]) -> Iterator[Defect]:
    for status in statuses:
        try:
            phrase = HTTPStatus(int(status.code.text)).phrase
        except ValueError:
            phrase = ""
        printed = status.phrase.text
        if status.phrase.is_cut and status.condition is None:
            continue
        if printed and phrase and printed.lower() != phrase.lower():
            message = f"{status.code.text} {printed}: {status.code.text} is {phrase}"
            yield Defect("", DefectKind.PHRASE, message, status.code.place)


def _json_defects(example: Example) -> Iterator[Defect]:
    if isinstance(example.body, Slip):
        if example.is_closed:
            yield Defect("", DefectKind.NOT_JSON, f"{example.body.message}; not read", example.value.place)
    elif example.body.slips:
        messages = [*dict.fromkeys(slip.message for slip in example.body.slips)]
        yield Defect("", DefectKind.NOT_JSON, f"{'; '.join(messages[:6])}; read all the same", example.value.place)


def _url_defects(draft: Draft) -> Iterator[Defect]:
    if not draft.paths or draft.paths[0].is_cut:
        return
    endpoint = templated(draft.paths[0].text)
    for url in draft.urls:
        path = templated(urlsplit(url.text).path or "/")
        if not url.is_cut and path != endpoint and not path.endswith(endpoint):
            yield Defect("", DefectKind.URL, f"the URL has {path}, the endpoint is {endpoint}", url.place)


def _field_defects(draft: Draft, facts: Derivation) -> Iterator[Defect]:
    for kind, example in ((FactKind.REQUEST_FIELD, facts.request), (FactKind.RESPONSE_FIELD, facts.response)):
        if not example or not example.is_closed:
            continue
        listed = [each for each in draft.listed if facts.kind_of(each) is kind]
        keys = {*keys_of(example)}
        missing = [each for each in listed if facts.place_of(each) not in keys and "optional" not in each.mark.lower()]
        if missing:
            names = ", ".join(each.name for each in missing)
            yield Defect(
                "", DefectKind.FIELDS, f"listed, but not in the example of the {_side(kind)}: {names}", missing[0].place
            )
        if kind is FactKind.REQUEST_FIELD and listed:
            extra = sorted(
                example.names - {facts.place_of(each).partition(".")[0].partition("[")[0] for each in listed}
            )
            if extra:
                message = f"in the example of the request, but not listed: {', '.join(extra)}"
                yield Defect("", DefectKind.FIELDS, message, example.value.place)


def _repeated_fields(draft: Draft, facts: Derivation) -> Iterator[Defect]:
    """Yield the fields that are listed more than once, with different marks: only the first is taken."""
    seen: dict[tuple[FactKind, str], str] = {}
    for each in draft.listed:
        key = facts.kind_of(each), facts.place_of(each)
        if seen.setdefault(key, each.mark) != each.mark:
            yield Defect("", DefectKind.SAID_TWICE, f"{each.name} is listed as {seen[key]} and {each.mark}", each.place)


def _side(kind: FactKind) -> str:
    return "request" if kind is FactKind.REQUEST_FIELD else "response"


def _condition_defects(draft: Draft, facts: Derivation) -> Iterator[Defect]:
    known = {each.name for each in draft.listed} | {*facts.in_path}
    for example in draft.examples:
        known |= {key.rpartition(".")[2].removesuffix("[]") for key in keys_of(example)}
    for status in draft.statuses:
        condition = status.condition
        if condition is None or status.code.text < "400" or condition.is_cut:
            continue
        if INVERTED.search(condition.text):
            yield Defect("", DefectKind.INVERTED, f"{status.code.text}: {condition.text}", condition.place)
        unknown = (
            sorted({*_IDENTIFIER.findall(condition.text)} - known) if draft.keeps_blanks and draft.is_gitbook else []
        )
        if unknown and status.code.text.startswith("4") and not draft.labels_without_code:
            message = f"{status.code.text} names {', '.join(unknown)}"
            yield Defect("", DefectKind.FOREIGN_FIELD, message, condition.place)


def _description_defects(draft: Draft, facts: Derivation) -> Iterator[Defect]:
    for value in draft.description:
        for match in _NAMED_PATH.finditer(value.text):
            named = templated(match.group())
            is_pointer = _POINTS_ELSEWHERE.search(value.text, 0, match.start())
            if facts.path and not value.is_cut and named != facts.path and not is_pointer:
                place = Place(value.place.line, value.place.column)
                yield Defect("", DefectKind.OTHER_ENDPOINT, f"{named}, the endpoint is {facts.path}", place)
    for section, value in draft.notes:
        sent = _SENT_METHOD.search(value.text) if section is Section.SENDING else None
        if sent and facts.method and sent.group(1) != facts.method and not value.is_cut:
            message = f"the request is {facts.method} in its request lines and {sent.group(1)} where it is sent"
            yield Defect("", DefectKind.SAID_TWICE, message, value.place)
