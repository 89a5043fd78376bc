"""From what a page says of an operation to facts: what is printed, what follows and by which rule, what is absent.

The rules of derivation, by the name that a derived fact carries:

| rule | says |
|---|---|
| path-of-the-url | a page without an endpoint line has the path of its URL |
| colon-in-the-path | `:name` or `{name}` in a path is a path parameter, and required |
| example-value | a field has the type of its value in the example |
| error-names-its-absence | a field is required whose absence a printed 4xx names |
| missing-together | fields that a 4xx names joined by `both` or `and`: which of them is required is not said |
| listed-without-a-mark | a listed field that is not marked optional is required |
| default-makes-optional | a field whose default is printed, and no mark, is optional |
| values-in-the-meaning | a meaning that lists values behind `one of`, `values` or the like gives an enum |
| message-and-status-keys | an example with `message` and `status` is a response, wherever it stands |
| by-its-keys | code that a rendering has displaced belongs where its keys belong |
| repaired | an example that is not JSON is read where there is one way to read it |
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import urlsplit

from talkstack_contract.docs.draft import Draft, Example, Listed, Status, Value
from talkstack_contract.docs.facts import Defect, DefectKind, Fact, FactKind, How
from talkstack_contract.docs.json_text import ReadBody, Slip
from talkstack_contract.docs.source_text import Place
from talkstack_contract.docs.vocabulary import Section
from talkstack_contract.model import Json

_PARAMETER = re.compile(
    r":(?P<colon>[A-Za-z_][\w-]*)|\{(?P<brace>[A-Za-z_][\w-]*)\}|<(?:[a-z]{1,10}:)?(?P<angle>[A-Za-z_][\w-]*)>"
)
_ABSENCE = re.compile(
    r"missing|absent|not (?:provided|given|sent|specified|included)|required|empty|omitted|left out", re.I
)
_TOGETHER = re.compile(r"\bboth\b", re.IGNORECASE)
_INVERTED = re.compile(r"\b(?:is|are|were|was) not (?:missing|absent|empty|omitted)\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?<![\w/:.-])(?:[a-z]+(?:[A-Z][a-z0-9]*)+|[a-z]+(?:_[a-z0-9]+)+)(?![\w/])")
_NAMED_PATH = re.compile(r"(?<![\w:/.])/[a-z][\w-]*(?:/[:{\w][\w:{}-]*)*")
_SENT_METHOD = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE)\b(?=[- ]?request|[^.]{0,40}request)")
_VALUES = re.compile(
    r"\b(?:one of(?: the following)?|values?|either(?=[^.,\n]{1,100}\bor\b)|allowed|possible)\b"
    r"(?: are| is| include)?[ :-]*"
    r"(?P<list>[`'\"]?[\w-]+[`'\"]?(?: ?(?:,|\bor\b|\band\b|, or|, and|\|) ?[`'\"]?[\w-]+[`'\"]?){1,30})",
    re.IGNORECASE,
)
_TYPES = {
    "string": "string", "text": "string", "integer": "integer", "int": "integer", "number": "number", "float": "number",
    "boolean": "boolean", "bool": "boolean", "object": "object", "array": "array", "list": "array",
}  # fmt: skip
_SCHEMES = (
    ("bearer", re.compile(r"bearer", re.IGNORECASE)),
    ("basic", re.compile(r"\bbasic\b", re.IGNORECASE)),
)
_KEY_HEADER = re.compile(r"\bx-[a-z-]*(?:key|token)\b", re.IGNORECASE)
_RESPONSE_KEYS = frozenset({"message", "status"})
_READS = frozenset({"GET", "HEAD", "DELETE"})
_ALIKE = 0.4
"""A request shares at least this part of its names and those listed for it; the pages we know share half or all."""
UNREAD = "not readable"
_UNCLEAR = "unclear"
"""In the mark of a field: a table says something of whether it is required that is neither yes nor no."""


def facts_of(draft: Draft, *, is_whole: bool, has_displaced_code: bool) -> tuple[list[Fact], list[Defect]]:
    """Return the facts of one operation and the defects of what its page says about it."""
    placed, defects = _placed(draft)
    facts = _Facts(draft, placed, is_whole, has_displaced_code)
    found = [*facts.all()]
    defects += [*draft.defects, *_defects(draft, facts)]
    return found, [replace(each, operation=facts.operation) for each in defects]


def templated(path: str) -> str:
    """Return a path with its parameters in braces and without a slash at its end."""
    shown = _PARAMETER.sub(lambda match: "{" + _parameter(match) + "}", path)
    return shown.rstrip("/") or "/"


def _parameter(match: "re.Match[str]") -> str:
    return match["colon"] or match["brace"] or match["angle"]


def parameter_names(path: str) -> list[str]:
    """Return the names of the parameters of a path, in its order."""
    return [_parameter(match) for match in _PARAMETER.finditer(path)]


def credential_of(text: str) -> str:
    """Return a credential in one form, as `bearer or x-api-key`; the printed text where it names no scheme we know."""
    found = [name for name, words in _SCHEMES if words.search(text)]
    found += [match.group().lower() for match in _KEY_HEADER.finditer(text)]
    if not found:
        return "none" if re.fullmatch(r"(?:none|no|not required|public)", text.strip(), re.IGNORECASE) else text
    return (" and " if re.search(r"\band\b|\bboth\b", text, re.IGNORECASE) else " or ").join(dict.fromkeys(found))


def type_of(value: Json) -> str:
    """Return the type of JSON Schema that a value has."""
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


def values_at(value: Json, place: str = "") -> Iterator[tuple[str, Json]]:
    """Yield each place in a body and a value that stands there; lists give the places of their elements."""
    if isinstance(value, dict):
        for key, held in value.items():
            below = f"{place}.{key}" if place else key
            yield below, held
            yield from values_at(held, below)
    elif isinstance(value, list):
        for held in value:
            yield from values_at(held, f"{place}[]")


Placed = dict[Section, list[Example]]


def _placed(draft: Draft) -> tuple[Placed, list[Defect]]:
    """Return the examples of request and response: by section, or by their keys where that says nothing."""
    placed: Placed = {Section.BODY: [], Section.RESPONSE: []}
    defects: list[Defect] = []
    path = {name for value in draft.paths for name in parameter_names(value.text)}
    method = draft.methods[0].text.upper() if draft.methods else ""
    displaced: list[Example] = []
    for example in draft.examples:
        is_response = example.names >= _RESPONSE_KEYS
        if example.section is Section.RESPONSE:
            placed[Section.RESPONSE].append(example)
        elif example.names and example.names <= path and method in _READS:
            message = f"{', '.join(sorted(example.names))} stands in the path"
            defects.append(Defect("", DefectKind.PARAMETER_AS_BODY, message, example.value.place))
        elif example.section is Section.UNKNOWN and not is_response:
            displaced.append(example)
        elif is_response:
            if example.section is not Section.UNKNOWN:
                message = "an example with message and status stands under the request"
                defects.append(Defect("", DefectKind.RESPONSE_UNDER_REQUEST, message, example.value.place))
            placed[Section.RESPONSE].append(replace(example, rule="message-and-status-keys"))
        else:
            placed[Section.BODY].append(example)
    _place_by_keys(draft, placed, displaced)
    return placed, defects


def _place_by_keys(draft: Draft, placed: Placed, displaced: Sequence[Example]) -> None:
    """Place code that its rendering has moved: the request is what shares most names with the list of its fields."""
    requested = {listed.name for listed in draft.listed if listed.section is not Section.RESPONSE}
    likeness = [len(each.names & requested) / max(1, len(each.names | requested)) for each in displaced]
    best = max(likeness, default=0.0)
    for example, likely in zip(displaced, likeness, strict=True):
        found = replace(example, rule="by-its-keys")
        is_request = best > 0 and likely == best and not placed[Section.BODY]
        if is_request and (likely >= _ALIKE or len(displaced) > 1):
            placed[Section.BODY].append(found)
        elif Section.RESPONSE in draft.labels_without_code and not placed[Section.RESPONSE]:
            placed[Section.RESPONSE].append(found)
        else:
            draft.unplaced.append(example)


class _Facts:
    """Makes the facts of one draft."""

    def __init__(self, draft: Draft, placed: Placed, is_whole: bool, has_displaced_code: bool) -> None:
        self.draft = draft
        self.placed = placed
        self.is_whole = is_whole
        self.has_displaced_code = has_displaced_code
        self.paths = draft.paths or [replace(url, text=urlsplit(url.text).path or "/") for url in draft.urls]
        self.path = templated(self.paths[0].text) if self.paths else ""
        self.method = draft.methods[0].text.upper() if draft.methods else ""
        self.operation = f"{self.method or '?'} {self.path or '?'}" if self.method or self.path else ""
        self.in_path = [*dict.fromkeys(name for value in self.paths for name in parameter_names(value.text))]
        self.request = _first_readable(placed[Section.BODY])
        self.response = _first_readable(placed[Section.RESPONSE])

    def all(self) -> Iterator[Fact]:
        """Yield every fact, in the order of a page."""
        if self.draft.title:
            yield self.printed(FactKind.TITLE, "", self.draft.title.text, self.draft.title)
        if self.draft.description:
            text = " ".join(each.text for each in self.draft.description)
            yield self.printed(
                FactKind.DESCRIPTION, "", text, self.draft.description[0], self.draft.description[-1].is_cut
            )
        if self.operation:
            yield from self.request_line()
            yield from self.parameters()
            yield from self.examples(FactKind.REQUEST_EXAMPLE, Section.BODY)
            yield from self.statuses()
            yield from self.response_fields()
            yield from self.examples(FactKind.RESPONSE_EXAMPLE, Section.RESPONSE)
            yield from self.enums()
            yield from self.absent()
        for section, value in self.draft.notes:
            yield self.printed(FactKind.NOTE, str(section), value.text, value)

    def printed(self, kind: FactKind, name: str, value: Json, at: Value, is_cut: bool = False, rule: str = "") -> Fact:
        how = How.CUT if at.is_cut or is_cut else How.DERIVED if rule else How.PRINTED
        return Fact(self.operation, kind, name, value, how, at.place, rule)

    def request_line(self) -> Iterator[Fact]:
        rule = "" if self.draft.paths else "path-of-the-url"
        for text, at in _distinct((each.text.upper(), each) for each in self.draft.methods):
            yield self.printed(FactKind.METHOD, "", text, at)
        for text, at in _distinct((templated(each.text), each) for each in self.paths):
            yield self.printed(FactKind.PATH, "", text, at, rule=rule)
        for text, at in _distinct((urlsplit(each.text).netloc, each) for each in self.draft.urls):
            yield self.printed(FactKind.HOST, "", text.lower(), at)
        for text, at in _distinct((credential_of(each.text), each) for each in self.draft.credentials):
            yield self.printed(FactKind.CREDENTIAL, "", text, at)
        for name, at in self.draft.headers:
            yield self.printed(FactKind.HEADER, name, at.text, at)

    def parameters(self) -> Iterator[Fact]:
        listed = {(self.kind_of(each), self.place_of(each)): each for each in reversed(self.draft.listed)}
        for name in self.in_path:
            at = self.paths[0]
            yield self.printed(FactKind.PATH_PARAMETER, name, _meaning(listed, name), at, rule="colon-in-the-path")
            yield self.printed(FactKind.REQUIRED, f"path {name}", True, at, rule="colon-in-the-path")
            if (each := listed.get((FactKind.PATH_PARAMETER, name))) and (kind := _printed_type(each)):
                yield self.printed(FactKind.TYPE, f"path {name}", kind, Value("", each.place, each.meaning.is_cut))
        for (kind, name), each in reversed(listed.items()):
            if kind in (FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD):
                at = Value(each.meaning.text, each.place, each.meaning.is_cut)
                yield self.printed(kind, name, each.meaning.text, at)
                yield from self.marks(kind, name, each)
        names = {name for kind, name in listed if kind is FactKind.REQUEST_FIELD}
        if self.request:
            yield from self.unlisted(self.request, names)

    def kind_of(self, listed: Listed) -> FactKind:
        if listed.section is Section.RESPONSE:
            return FactKind.RESPONSE_FIELD
        if listed.name in self.in_path:
            return FactKind.PATH_PARAMETER
        if listed.section is Section.QUERY:
            return FactKind.QUERY_PARAMETER
        if listed.section is Section.PARAMETERS and self.method in _READS and not self.request:
            return FactKind.QUERY_PARAMETER
        return FactKind.REQUEST_FIELD

    def place_of(self, listed: Listed) -> str:
        """Return the place in the example of a listed name, where one place alone has it; else the name."""
        example = self.response if listed.section is Section.RESPONSE else self.request
        keys = _keys(example)
        if listed.name in keys or listed.section is Section.QUERY:
            return listed.name
        ends = {key for key in keys if key.rpartition(".")[2] == listed.name}
        return ends.pop() if len(ends) == 1 else listed.name

    def marks(self, kind: FactKind, name: str, each: Listed) -> Iterator[Fact]:
        """Yield whether a listed parameter is required, and its type."""
        where = f"{'query' if kind is FactKind.QUERY_PARAMETER else 'request'} {name}"
        at = Value("", each.place, each.meaning.is_cut)
        words = re.findall(r"[a-z]+", each.mark.lower())
        required = _required_by(each)
        if required is not None:
            yield self.printed(FactKind.REQUIRED, where, None if required == _UNCLEAR else required, at)
        elif "default" in words:
            yield self.printed(FactKind.REQUIRED, where, False, at, rule="default-makes-optional")
        else:
            yield self.required(where, each.name, at, "listed-without-a-mark")
        if printed := _printed_type(each):
            yield self.printed(FactKind.TYPE, where, printed, at)
        elif kind is FactKind.REQUEST_FIELD and self.request:
            yield from self.type_in(self.request, name, where)
        if match := _VALUES.search(each.meaning.text):
            values = re.findall(r"[\w-]+", re.sub(r"\b(?:or|and)\b", " ", match["list"]))
            yield self.printed(FactKind.ENUM, name, values, each.meaning, rule="values-in-the-meaning")

    def required(self, where: str, name: str, at: Value, otherwise: str) -> Fact:
        for status in self.draft.statuses:
            condition = status.condition
            if (
                condition
                and status.code.text.startswith("4")
                and _ABSENCE.search(condition.text)
                and _names(condition.text, name, self.draft.keeps_blanks)
            ):
                if _is_joined_by_and(condition.text, name):
                    return self.printed(FactKind.REQUIRED, where, None, condition, rule="missing-together")
                return self.printed(FactKind.REQUIRED, where, True, condition, rule="error-names-its-absence")
        return self.printed(FactKind.REQUIRED, where, True if otherwise else None, at, rule=otherwise or "shown-only")

    def unlisted(self, example: Example, names: set[str]) -> Iterator[Fact]:
        """Yield the fields that only the example of the request shows."""
        body = example.body
        if isinstance(body, Slip):
            return
        for place, offset in body.keys.items():
            if place in names:
                continue
            at = Value("", self.draft.source.place(example.code.offsets[offset]), example.value.is_cut)
            yield self.printed(FactKind.REQUEST_FIELD, place, "", at)
            yield self.required(f"request {place}", place.rpartition(".")[2], at, "")
            yield from self.type_in(example, place, f"request {place}")

    def type_in(self, example: Example, place: str, where: str) -> Iterator[Fact]:
        body = example.body
        if isinstance(body, Slip) or place not in body.keys or place in body.unread:
            return
        kinds = sorted({type_of(value) for at, value in values_at(body.value) if at == place})
        at = Value("", self.draft.source.place(example.code.offsets[body.keys[place]]), example.value.is_cut)
        if kinds:
            yield self.printed(FactKind.TYPE, where, kinds[0] if len(kinds) == 1 else kinds, at, rule="example-value")

    def statuses(self) -> Iterator[Fact]:
        for status in self.draft.statuses:
            is_success = status.code.text < "400"
            kind = FactKind.SUCCESS_STATUS if is_success else FactKind.ERROR_STATUS
            is_cut = status.code.is_cut and status.condition is None
            yield Fact(
                self.operation,
                kind,
                status.code.text,
                status.phrase.text,
                How.CUT if is_cut else How.PRINTED,
                status.code.place,
            )
            if status.condition:
                yield self.printed(FactKind.CONDITION, status.code.text, status.condition.text, status.condition)

    def response_fields(self) -> Iterator[Fact]:
        meanings = {self.place_of(each): each for each in self.draft.listed if each.section is Section.RESPONSE}
        body = self.response.body if self.response else None
        if self.response and isinstance(body, ReadBody):
            for place, offset in body.keys.items():
                at = Value("", self.draft.source.place(self.response.code.offsets[offset]))
                meaning = meanings[place].meaning.text if place in meanings else ""
                yield self.printed(FactKind.RESPONSE_FIELD, place, meaning, at, rule=self.response.rule)
                yield from self.type_in(self.response, place, f"response {place}")
        for place, each in meanings.items():
            if not isinstance(body, ReadBody) or place not in body.keys:
                at = Value("", each.place, each.meaning.is_cut)
                yield self.printed(FactKind.RESPONSE_FIELD, place, each.meaning.text, at)

    def examples(self, kind: FactKind, section: Section) -> Iterator[Fact]:
        for number, example in enumerate(self.placed[section]):
            name = "" if number == 0 else f"number {number + 1}"
            if isinstance(example.body, Slip):
                how = How.NOT_FOUND if example.is_closed else How.CUT
                yield Fact(self.operation, kind, name, None, how, example.value.place, UNREAD)
            else:
                rule = example.rule or ("repaired" if example.body.slips else "")
                yield self.printed(kind, name, example.body.value, example.value, rule=rule)
        if not self.placed[section] and section in self.draft.labels_without_code:
            place = self.draft.labels_without_code[section]
            yield Fact(self.operation, kind, "", None, How.CUT, place, "label without its code")

    def enums(self) -> Iterator[Fact]:
        for enum in self.draft.enums:
            yield self.printed(FactKind.ENUM, enum.name, enum.values, enum.value)

    def absent(self) -> Iterator[Fact]:
        """Yield what every page should say and this one does not: absent where the page was seen whole, else cut."""
        draft = self.draft
        has_success = any(status.code.text < "400" for status in draft.statuses)
        has_error = any(status.code.text >= "400" for status in draft.statuses)
        has_response = bool(self.placed[Section.RESPONSE]) or Section.RESPONSE in draft.labels_without_code
        how = How.NOT_FOUND if self.is_whole else How.CUT
        told = (
            (FactKind.METHOD, draft.methods),
            (FactKind.PATH, self.paths),
            (FactKind.HOST, draft.urls),
            (FactKind.CREDENTIAL, draft.credentials),
            (FactKind.SUCCESS_STATUS, has_success),
            (FactKind.ERROR_STATUS, has_error),
        )
        for kind, is_told in told:
            if not is_told:
                yield Fact(self.operation, kind, "", None, how)
        if not has_response:
            yield Fact(self.operation, FactKind.RESPONSE_EXAMPLE, "", None, How.CUT if self.has_displaced_code else how)


def _first_readable(examples: Sequence[Example]) -> Example | None:
    return next((each for each in examples if not isinstance(each.body, Slip)), None)


def _keys(example: Example | None) -> Mapping[str, int]:
    return example.body.keys if example and isinstance(example.body, ReadBody) else {}


def _distinct(values: Iterator[tuple[str, Value]]) -> Iterator[tuple[str, Value]]:
    seen: set[str] = set()
    for text, at in values:
        if text not in seen:
            seen.add(text)
            yield text, at


def _required_by(listed: Listed) -> bool | str | None:
    """Tell whether the mark of a field says that it is required; `_UNCLEAR` where it says so of some requests only."""
    mark = listed.mark.lower()
    says_optional = re.search(r"\boptional\b|\b(?:not|non)[ -]required\b", mark)
    says_required = re.search(r"(?<!not )(?<!not-)(?<!non-)(?<!non )\b(?:required|mandatory)\b", mark)
    if (says_optional and says_required) or re.search(r"\b(?:required|mandatory) (?:if|when|for|unless)\b", mark):
        return _UNCLEAR
    if re.search(rf"\b{_UNCLEAR}\b", mark):
        return _UNCLEAR
    if says_required:
        return True
    return False if says_optional or re.match(r"\(?optional\b", listed.meaning.text, re.IGNORECASE) else None


def _printed_type(listed: Listed) -> str | None:
    mark = listed.mark.lower()
    if re.search(r"\b[a-z]+\[\]", mark):
        return "array"
    if re.search(r"\b(?:map|record|dict)[a-z]*<", mark):
        return "object"
    words = re.findall(r"[a-z]+", listed.mark.lower())
    return next((_TYPES[word] for word in words if word in _TYPES), None)


def _meaning(listed: Mapping[tuple[FactKind, str], Listed], name: str) -> str:
    each = listed.get((FactKind.PATH_PARAMETER, name))
    return each.meaning.text if each else ""


def absent_fields(condition: str, names: Sequence[str], *, keeps_blanks: bool) -> list[str]:
    """Return those of the names whose absence a condition gives as its reason, each by itself."""
    if not _ABSENCE.search(condition) or _INVERTED.search(condition):
        return []
    named = [name for name in names if _names(condition, name, keeps_blanks)]
    return [name for name in named if not _is_joined_by_and(condition, name)]


def _names(condition: str, name: str, keeps_blanks: bool) -> bool:
    """Tell whether a condition names a field; renderings that lose blanks join it to the words around it."""
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", condition):
        return True
    if keeps_blanks:
        return False
    return bool(
        re.search(rf"(?:the|or|and|if|,|\b){re.escape(name)}(?:or|and|is|are|,|\.|\b)", condition, re.IGNORECASE)
    )


def _is_joined_by_and(condition: str, name: str) -> bool:
    this = re.escape(name)
    return bool(_TOGETHER.search(condition) or re.search(rf"{this}[ -]*and|and[ -]*(?:the[ -]*)?{this}", condition))


def _defects(draft: Draft, facts: _Facts) -> Iterator[Defect]:
    yield from _phrase_defects(draft.statuses)
    for example in draft.examples:
        yield from _json_defects(example)
    yield from _url_defects(draft)
    yield from _field_defects(draft, facts)
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


def _field_defects(draft: Draft, facts: _Facts) -> Iterator[Defect]:
    for kind, example in ((FactKind.REQUEST_FIELD, facts.request), (FactKind.RESPONSE_FIELD, facts.response)):
        if not example or not example.is_closed:
            continue
        listed = [each for each in draft.listed if facts.kind_of(each) is kind]
        keys = {*_keys(example)}
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


def _side(kind: FactKind) -> str:
    return "request" if kind is FactKind.REQUEST_FIELD else "response"


def _condition_defects(draft: Draft, facts: _Facts) -> Iterator[Defect]:
    known = {each.name for each in draft.listed} | {*facts.in_path}
    for example in draft.examples:
        known |= {key.rpartition(".")[2].removesuffix("[]") for key in _keys(example)}
    for status in draft.statuses:
        condition = status.condition
        if condition is None or status.code.text < "400" or condition.is_cut:
            continue
        if _INVERTED.search(condition.text):
            yield Defect("", DefectKind.INVERTED, f"{status.code.text}: {condition.text}", condition.place)
        unknown = sorted({*_IDENTIFIER.findall(condition.text)} - known) if draft.keeps_blanks else []
        if unknown and status.code.text.startswith("4") and not draft.labels_without_code:
            message = f"{status.code.text} names {', '.join(unknown)}"
            yield Defect("", DefectKind.FOREIGN_FIELD, message, condition.place)


def _description_defects(draft: Draft, facts: _Facts) -> Iterator[Defect]:
    for value in draft.description:
        for match in _NAMED_PATH.finditer(value.text):
            named = templated(match.group())
            if facts.path and not value.is_cut and named != facts.path:
                place = Place(value.place.line, value.place.column)
                yield Defect("", DefectKind.OTHER_ENDPOINT, f"{named}, the endpoint is {facts.path}", place)
    for section, value in draft.notes:
        sent = _SENT_METHOD.search(value.text) if section is Section.SENDING else None
        if sent and facts.method and sent.group(1) != facts.method and not value.is_cut:
            message = f"the request is {facts.method} in its request lines and {sent.group(1)} where it is sent"
            yield Defect("", DefectKind.SAID_TWICE, message, value.place)
