"""From what a page says of an operation to facts: what is printed, what follows and by which rule, what is absent.

The rules of derivation, by the name that a derived fact carries:

| rule | says |
|---|---|
| path-of-the-url | a page without an endpoint line has the path of its URL |
| behind-the-base-url | a page that prints a base URL with a path has its endpoints behind that path |
| header-of-a-credential | a listed header whose name says so (`x-api-key`) is the credential, if none is named |
| colon-in-the-path | `:name` or `{name}` in a path is a path parameter, and required |
| example-value | a field has the type of its value in the example |
| error-names-its-absence | a field is required whose absence a printed 4xx names |
| missing-together | fields that a 4xx names joined by `both` or `and`: which of them is required is not said |
| listed-without-a-mark | on a page of GitBook, a listed field that is not marked optional is required |
| default-makes-optional | a field whose default is printed, and no mark, is optional |
| values-in-the-meaning | a meaning that lists values behind `one of`, `values` or the like gives an enum |
| message-and-status-keys | an example with `message` and `status` is a response, wherever it stands |
| by-its-keys | code that a rendering has displaced belongs where its keys belong |
| repaired | an example that is not JSON is read where there is one way to read it |
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from talkstack_contract.docs.derived.absences import ABSENCE, is_joined_by_and, names_field
from talkstack_contract.docs.derived.path_templates import parameter_names, templated
from talkstack_contract.docs.derived.placing import READS, first_readable, keys_of, placed_examples
from talkstack_contract.docs.drafts.credential_words import credential_of, is_credential_header
from talkstack_contract.docs.drafts.draft import Draft, Example, Listed, Value
from talkstack_contract.docs.facts import Fact, FactKind, How
from talkstack_contract.docs.json_text import ReadBody, Slip
from talkstack_contract.docs.vocabulary import Section
from talkstack_contract.model import Json

_VALUES = re.compile(
    r"\b(?:one of(?: the following)?|values?|either(?=[^.,\n]{1,100}\bor\b)|allowed|possible)\b"
    r"(?: are| is| include)?[ :-]*"
    r"(?P<list>[`'\"]?[\w-]+[`'\"]?(?: ?(?:,|\bor\b|\band\b|, or|, and|\|) ?[`'\"]?[\w-]+[`'\"]?){1,30})",
    re.IGNORECASE,
)
_NO_ENUM = re.compile(
    r"\bnot (?:be )?(?:one of|any of|a|an)\b|\b(?:must|has to|have to) be (?:present|given|set|sent)\b|\bcurrently\b"
    r"|\bany other\b|\bothers? (?:may|will|can)\b|\bmore may\b|\bmay be added\b|\bfor example\b|\be\.g\.|\bsuch as\b"
    r"|\b(?:if|when|unless) [`'\"]?\w+[`'\"]? (?:is|are|=)|[\w`'\"] \([^()]{1,40}\) ?(?:,|or\b)",
    re.IGNORECASE,
)
"""In a meaning that lists values: they are not all that are allowed, or allowed in some requests only."""
_TYPES = {
    "string": "string", "text": "string", "integer": "integer", "int": "integer", "number": "number", "float": "number",
    "boolean": "boolean", "bool": "boolean", "object": "object", "array": "array", "list": "array",
}  # fmt: skip
_WHERE = {FactKind.HEADER: "header", FactKind.QUERY_PARAMETER: "query", FactKind.REQUEST_FIELD: "request"}
UNREAD = "not readable"
_SAYS_OF_ABSENCE = re.compile(r"\b(?:optional|required|mandatory|default|left out|omitted|if known)\b", re.IGNORECASE)
_UNCLEAR = "unclear"
"""In the mark of a field: a table says something of whether it is required that is neither yes nor no."""


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


class Derivation:
    """What follows from the draft of one operation: its facts, and what they were derived from."""

    def __init__(self, draft: Draft, *, is_whole: bool, has_displaced_code: bool) -> None:
        self.draft = draft
        self.placed, self.misplaced = placed_examples(draft)
        self.is_whole = is_whole
        self.has_displaced_code = has_displaced_code
        self.paths = draft.paths or [replace(url, text=urlsplit(url.text).path or "/") for url in draft.urls]
        self.base = urlsplit(_address(draft.bases[0].text)).path.rstrip("/") if draft.bases and draft.paths else ""
        self.path = self._below_base(templated(self.paths[0].text)) if self.paths else ""
        self.method = draft.methods[0].text.upper() if draft.methods else ""
        self.operation = f"{self.method or '?'} {self.path or '?'}" if self.method or self.path else ""
        self.in_path = [*dict.fromkeys(name for value in self.paths for name in parameter_names(value.text))]
        headers = {name for name, _ in draft.headers} | {
            each.name.lower() for each in draft.listed if each.section is Section.HEADERS
        }
        self.key_headers = {name for name in headers if not draft.credentials and is_credential_header(name)}
        self.request = first_readable(self.placed[Section.BODY])
        self.response = first_readable(self.placed[Section.RESPONSE])

    def facts(self) -> Iterator[Fact]:
        """Yield every fact, in the order of a page."""
        if self.draft.title:
            yield self._printed(FactKind.TITLE, "", self.draft.title.text, self.draft.title)
        if self.draft.description:
            text = " ".join(each.text for each in self.draft.description)
            yield self._printed(
                FactKind.DESCRIPTION, "", text, self.draft.description[0], self.draft.description[-1].is_cut
            )
        if self.operation:
            yield from self._request_line()
            yield from self._parameters()
            yield from self._examples(FactKind.REQUEST_EXAMPLE, Section.BODY)
            yield from self._statuses()
            yield from self._response_fields()
            yield from self._examples(FactKind.RESPONSE_EXAMPLE, Section.RESPONSE)
            yield from self._enums()
            yield from self._absent()
        for section, value in self.draft.notes:
            yield self._printed(FactKind.NOTE, str(section), value.text, value)

    def _printed(self, kind: FactKind, name: str, value: Json, at: Value, is_cut: bool = False, rule: str = "") -> Fact:
        how = How.CUT if at.is_cut or is_cut else How.DERIVED if rule else How.PRINTED
        return Fact(self.operation, kind, name, value, how, at.place, rule)

    def _below_base(self, path: str) -> str:
        return path if path == self.base or path.startswith(f"{self.base}/") else f"{self.base}{path}"

    def _request_line(self) -> Iterator[Fact]:
        rule = "path-of-the-url" if not self.draft.paths else "behind-the-base-url" if self.base else ""
        for text, at in _distinct((each.text.upper(), each) for each in self.draft.methods):
            yield self._printed(FactKind.METHOD, "", text, at)
        for text, at in _distinct((self._below_base(templated(each.text)), each) for each in self.paths):
            yield self._printed(FactKind.PATH, "", text, at, rule=rule)
        addresses = self.draft.urls or self.draft.bases
        for text, at in _distinct((urlsplit(_address(each.text)).netloc, each) for each in addresses):
            yield self._printed(FactKind.HOST, "", text.lower(), at)
        for text, at in _distinct((credential_of(each.text), each) for each in self.draft.credentials):
            yield self._printed(FactKind.CREDENTIAL, "", text, at)
        for name, at in self.draft.headers:
            if name in self.key_headers:
                yield self._printed(FactKind.CREDENTIAL, "", name, at, rule="header-of-a-credential")
            else:
                yield self._printed(FactKind.HEADER, name, at.text, at)

    def _parameters(self) -> Iterator[Fact]:
        listed = {(self.kind_of(each), self.place_of(each)): each for each in reversed(self.draft.listed)}
        for name in self.in_path:
            at = self.paths[0]
            yield self._printed(FactKind.PATH_PARAMETER, name, _meaning(listed, name), at, rule="colon-in-the-path")
            yield self._printed(FactKind.REQUIRED, f"path {name}", True, at, rule="colon-in-the-path")
            if (each := listed.get((FactKind.PATH_PARAMETER, name))) and (kind := _printed_type(each)):
                yield self._printed(FactKind.TYPE, f"path {name}", kind, Value("", each.place, each.meaning.is_cut))
        for (kind, name), each in reversed(listed.items()):
            if kind is FactKind.HEADER and name in self.key_headers:
                at = Value(each.name, each.place, each.meaning.is_cut)
                yield self._printed(FactKind.CREDENTIAL, "", name, at, rule="header-of-a-credential")
            elif kind in (FactKind.HEADER, FactKind.QUERY_PARAMETER, FactKind.REQUEST_FIELD):
                at = Value(each.meaning.text, each.place, each.meaning.is_cut)
                yield self._printed(kind, name, "" if kind is FactKind.HEADER else each.meaning.text, at)
                yield from self._marks(kind, name, each)
        names = {name for kind, name in listed if kind is FactKind.REQUEST_FIELD}
        if self.request:
            yield from self._unlisted(self.request, names)

    def kind_of(self, listed: Listed) -> FactKind:
        """Return what a listed name is: by its section, else by the path and the method."""
        if listed.section is Section.RESPONSE:
            return FactKind.RESPONSE_FIELD
        if listed.section is Section.HEADERS:
            return FactKind.HEADER
        if listed.name in self.in_path:
            return FactKind.PATH_PARAMETER
        if listed.section is Section.QUERY:
            return FactKind.QUERY_PARAMETER
        if listed.section is Section.PARAMETERS and self.method in READS and not self.request:
            return FactKind.QUERY_PARAMETER
        return FactKind.REQUEST_FIELD

    def place_of(self, listed: Listed) -> str:
        """Return the place in the example of a listed name, where one place alone has it; else the name."""
        if listed.section is Section.HEADERS:
            return listed.name.lower()
        example = self.response if listed.section is Section.RESPONSE else self.request
        keys = keys_of(example)
        if listed.name in keys or listed.section is Section.QUERY:
            return listed.name
        ends = {key for key in keys if key.rpartition(".")[2] == listed.name}
        return ends.pop() if len(ends) == 1 else listed.name

    def _marks(self, kind: FactKind, name: str, each: Listed) -> Iterator[Fact]:
        """Yield whether a listed parameter is required, and its type."""
        where = f"{_WHERE[kind]} {name}"
        at = Value("", each.place, each.meaning.is_cut)
        words = re.findall(r"[a-z]+", each.mark.lower())
        required = _required_by(each)
        if required is not None:
            yield self._printed(FactKind.REQUIRED, where, None if required == _UNCLEAR else required, at)
        elif "default" in words:
            yield self._printed(FactKind.REQUIRED, where, False, at, rule="default-makes-optional")
        else:
            says_some = self.draft.is_gitbook and not _SAYS_OF_ABSENCE.search(each.meaning.text)
            yield self._required(where, each.name, at, "listed-without-a-mark" if says_some else "")
        if printed := _printed_type(each):
            yield self._printed(FactKind.TYPE, where, printed, at)
        elif kind is FactKind.REQUEST_FIELD and self.request:
            yield from self._type_in(self.request, name, where)
        if (match := _VALUES.search(each.meaning.text)) and not _NO_ENUM.search(each.meaning.text):
            values: list[Json] = [*re.findall(r"[\w-]+", re.sub(r"\b(?:or|and)\b", " ", match["list"]))]
            if _printed_type(each) == "integer":
                values = [int(value) if str(value).isdecimal() else value for value in values]
            yield self._printed(FactKind.ENUM, name, values, each.meaning, rule="values-in-the-meaning")

    def _required(self, where: str, name: str, at: Value, otherwise: str) -> Fact:
        for status in self.draft.statuses:
            condition = status.condition
            if (
                condition
                and status.code.text.startswith("4")
                and ABSENCE.search(condition.text)
                and names_field(condition.text, name, self.draft.keeps_blanks)
            ):
                if is_joined_by_and(condition.text, name):
                    return self._printed(FactKind.REQUIRED, where, None, condition, rule="missing-together")
                return self._printed(FactKind.REQUIRED, where, True, condition, rule="error-names-its-absence")
        return self._printed(FactKind.REQUIRED, where, True if otherwise else None, at, rule=otherwise or "shown-only")

    def _unlisted(self, example: Example, names: set[str]) -> Iterator[Fact]:
        """Yield the fields that only the example of the request shows."""
        body = example.body
        if isinstance(body, Slip):
            return
        for place, offset in body.keys.items():
            if place in names:
                continue
            at = Value("", self.draft.source.place(example.code.offsets[offset]), example.value.is_cut)
            yield self._printed(FactKind.REQUEST_FIELD, place, "", at)
            yield self._required(f"request {place}", place.rpartition(".")[2], at, "")
            yield from self._type_in(example, place, f"request {place}")

    def _type_in(self, example: Example, place: str, where: str) -> Iterator[Fact]:
        body = example.body
        if isinstance(body, Slip) or place not in body.keys or place in body.unread:
            return
        kinds = sorted({type_of(value) for at, value in values_at(body.value) if at == place})
        at = Value("", self.draft.source.place(example.code.offsets[body.keys[place]]), example.value.is_cut)
        if kinds:
            yield self._printed(FactKind.TYPE, where, kinds[0] if len(kinds) == 1 else kinds, at, rule="example-value")

    def _statuses(self) -> Iterator[Fact]:
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
                yield self._printed(FactKind.CONDITION, status.code.text, status.condition.text, status.condition)

    def _response_fields(self) -> Iterator[Fact]:
        meanings = {self.place_of(each): each for each in self.draft.listed if each.section is Section.RESPONSE}
        body = self.response.body if self.response else None
        if self.response and isinstance(body, ReadBody):
            for place, offset in body.keys.items():
                at = Value("", self.draft.source.place(self.response.code.offsets[offset]))
                meaning = meanings[place].meaning.text if place in meanings else ""
                yield self._printed(FactKind.RESPONSE_FIELD, place, meaning, at, rule=self.response.rule)
                if place not in meanings or _printed_type(meanings[place]) is None:
                    yield from self._type_in(self.response, place, f"response {place}")
        for place, each in meanings.items():
            at = Value("", each.place, each.meaning.is_cut)
            if not isinstance(body, ReadBody) or place not in body.keys:
                yield self._printed(FactKind.RESPONSE_FIELD, place, each.meaning.text, at)
            if (kind := _printed_type(each)) is not None:
                yield self._printed(FactKind.TYPE, f"response {place}", kind, at)

    def _examples(self, kind: FactKind, section: Section) -> Iterator[Fact]:
        for number, example in enumerate(self.placed[section]):
            name = "" if number == 0 else f"number {number + 1}"
            if isinstance(example.body, Slip):
                how = How.NOT_FOUND if example.is_closed else How.CUT
                yield Fact(self.operation, kind, name, None, how, example.value.place, UNREAD)
            else:
                rule = example.rule or ("repaired" if example.body.slips else "")
                yield self._printed(kind, name, example.body.value, example.value, rule=rule)
        if not self.placed[section] and section in self.draft.labels_without_code:
            place = self.draft.labels_without_code[section]
            yield Fact(self.operation, kind, "", None, How.CUT, place, "label without its code")

    def _enums(self) -> Iterator[Fact]:
        for enum in self.draft.enums:
            yield self._printed(FactKind.ENUM, enum.name, enum.values, enum.value)

    def _absent(self) -> Iterator[Fact]:
        """Yield what every page should say and this one does not: absent where the page was seen whole, else cut."""
        draft = self.draft
        has_success = any(status.code.text < "400" for status in draft.statuses)
        has_error = any(status.code.text >= "400" for status in draft.statuses)
        has_response = bool(self.placed[Section.RESPONSE]) or Section.RESPONSE in draft.labels_without_code
        how = How.NOT_FOUND if self.is_whole else How.CUT
        told = (
            (FactKind.METHOD, draft.methods),
            (FactKind.PATH, self.paths),
            (FactKind.HOST, draft.urls or draft.bases),
            (FactKind.CREDENTIAL, draft.credentials or self.key_headers),
            (FactKind.SUCCESS_STATUS, has_success),
            (FactKind.ERROR_STATUS, has_error),
        )
        for kind, is_told in told:
            if not is_told:
                yield Fact(self.operation, kind, "", None, how)
        if not has_response:
            yield Fact(self.operation, FactKind.RESPONSE_EXAMPLE, "", None, How.CUT if self.has_displaced_code else how)


def _address(text: str) -> str:
    """Return what a page prints of a host as an address."""
    return text if "://" in text else f"https://{text}"


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


def _printed_type(listed: Listed) -> Json:
    """Return the type that a page prints for a field, a list where it names several; None where it names none."""
    mark = listed.mark.lower()
    if re.search(r"\b[a-z]+\[\]", mark):
        return "array"
    if re.search(r"\b(?:map|record|dict)[a-z]*<", mark):
        return "object"
    words = [_TYPES[word] for word in re.findall(r"[a-z]+", mark) if word in _TYPES]
    if not words:
        return None
    is_union = re.search(r"[a-z]\s*(?:\bor\b|\||/)\s*[a-z]|\bnullable\b|\?", mark)
    kinds = [*dict.fromkeys(words)] if is_union else words[:1]
    if is_union and re.search(r"\b(?:null|nullable)\b|\?", mark):
        kinds.append("null")
    return kinds[0] if len(kinds) == 1 else kinds


def _meaning(listed: Mapping[tuple[FactKind, str], Listed], name: str) -> str:
    each = listed.get((FactKind.PATH_PARAMETER, name))
    return each.meaning.text if each else ""
