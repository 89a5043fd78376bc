"""Makes a contract of what pages say: path items, schemas, interpretations and questions, ready for review.

What no page says is left out or marked as assumed; what a page leaves open becomes a question to the vendor.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from talkstack_contract.docs.contracts.example_schemas import add_nested, schema_of, set_type
from talkstack_contract.docs.derived.absences import absent_fields
from talkstack_contract.docs.derived.merging import OperationFacts, contradictions, merged
from talkstack_contract.docs.derived.path_templates import parameter_names
from talkstack_contract.docs.drafts.credential_words import is_key_header, is_known
from talkstack_contract.docs.facts import FactKind, How, PageFacts
from talkstack_contract.model import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ERROR = {"$ref": "../envelope.json#/$defs/error"}
_STATES = {"5": "the provider fails inside"}
_KEY_SCHEME = "apiKey"
_CREDENTIALS = {"bearer": "token", _KEY_SCHEME: "api_key"}
"""Under which key an account of a provider file holds the credential of a scheme."""
_ASKED_FOR = (FactKind.SUCCESS_STATUS, FactKind.ERROR_STATUS, FactKind.HOST, FactKind.CREDENTIAL)
_STATE = "an account"
"""The provider state of all that a page asks for; a person names others."""
_NO_PARAMETERS = ("accept", "content-type", "authorization", "host", "user-agent", "content-length")
"""Headers that OpenAPI has no parameter for, or that every client writes for itself."""
_NAMES_OBJECT = re.compile(r"[A-Za-z]\w*(?:Id|_id|ID)")
_ENVELOPE: Json = {
    "$schema": _DIALECT,
    "$id": "envelope.json",
    "title": "The wrapper around a response",
    "$defs": {
        "success": {
            "title": "The wrapper of a success",
            "type": "object",
            "required": ["message", "status"],
            "properties": {
                "message": {"type": "string"},
                "status": {"const": "success", "x-contract": {"const": "documented"}},
            },
            "x-contract": {"topic": "envelope"},
        },
        "error": {
            "title": "The wrapper of an error, as far as one can be expected",
            "type": "object",
            "required": ["message"],
            "properties": {"message": {"type": "string"}},
            "x-contract": {"topic": "envelope", "provenance": "assumed", "interpretation": "error-body"},
        },
    },
}


@dataclass(frozen=True)
class Scaffold:
    """The files of a contract by their names in its folder, and the questions that the pages leave open."""

    files: dict[str, Json]
    questions: tuple[str, ...]


def scaffold(pages: Sequence[PageFacts], title: str, docs_read: str) -> Scaffold:
    """Return the contract of pages; `docs_read` is the day they were read, as 2031-05-06."""
    operations = [each for each in merged(pages) if "?" not in each.operation]
    made = [_Operation(each, hosts_of(operations)[:1]) for each in operations]
    files: dict[str, Json] = {"envelope.json": _ENVELOPE, "interpretations.yaml": _interpretations(operations)}
    files["openapi.yaml"] = _document(made, title, docs_read)
    for tag, group in groupby(sorted(made, key=lambda each: each.tag), key=lambda each: each.tag):
        items: dict[str, Json] = {}
        for each in group:
            items.setdefault(each.path, {})[each.method.lower()] = each.entry()
        files[f"paths/{tag}.yaml"] = items
    for each in made:
        files |= {f"components/{name}": schema for name, schema in each.schemas()}
    questions = tuple(question for each in made for question in each.questions())
    return Scaffold(files, questions)


def hosts_of(operations: Sequence[OperationFacts]) -> list[str]:
    """Return the hosts that pages name, the one of most operations first."""
    hosts = [str(told.fact.value) for each in operations for told in each.values(FactKind.HOST)]
    return sorted(dict.fromkeys(hosts), key=lambda host: -hosts.count(host))


def operation_id(title: str, operation: str) -> str:
    """Return an operationId: the words of the page's title, or of method and path where it has none."""
    words = re.findall(r"[A-Za-z0-9]+", title) or re.findall(r"[A-Za-z0-9]+", operation)
    first, *rest = words
    name = first[:1].lower() + first[1:] + "".join(word[:1].upper() + word[1:] for word in rest)
    return name if name[0].isalpha() else f"operation{name}"


class _Operation:
    """Makes the files of one operation."""

    def __init__(self, facts: OperationFacts, main_host: Sequence[str]) -> None:
        self.facts = facts
        self.method, _, self.path = facts.operation.partition(" ")
        self.main_host = main_host[0] if main_host else ""
        titles = facts.values(FactKind.TITLE)
        self.title = str(titles[0].fact.value) if titles else facts.operation
        self.id = operation_id(self.title, facts.operation)
        self.slug = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", self.id).lower()
        self.tag = (re.findall(r"[A-Za-z0-9]+", self.path) or ["root"])[0].lower()

    def value(self, kind: FactKind, name: str = "") -> Json:
        found = self.facts.values(kind, name)
        return found[0].fact.value if found else None

    def names(self, kind: FactKind) -> list[str]:
        """Return the names of all facts of a kind that were read."""
        return [name for (each, name) in self.facts.facts if each is kind and self.facts.values(kind, name)]

    def entry(self) -> Json:
        """Return the operation of the path item."""
        page = self.facts.pages[0].page
        shown: Json = {
            "operationId": self.id,
            "summary": self.title,
            "description": f"As the page \u201c{self.title}\u201d says.",
        }
        shown["tags"] = [self.tag]
        shown["externalDocs"] = {"description": f"{self.tag.capitalize()} \u203a {self.title}", "url": _address(page)}
        host = self.value(FactKind.HOST)
        if host and host != self.main_host:
            setting = f"{'_'.join(re.findall('[a-z0-9]+', host.partition('.')[0]))}_base_url"
            shown["servers"] = [{"url": f"https://{host}", "x-contract": {"setting": setting}}]
        shown["security"] = self.security()
        effect = "reads" if self.method in ("GET", "HEAD") else "writes"
        headers = self.headers()
        shown["x-contract"] = {
            **({"headers": headers} if headers else {}),
            "effect": effect,
            "source": {"section": "Request"},
        }
        if parameters := [*self.parameters()]:
            shown["parameters"] = parameters
        if self.has_body:
            media_type = self.value(FactKind.HEADER, "content-type") or "application/json"
            known = media_type if media_type == "multipart/form-data" else "application/json"
            schema = {"$ref": f"../components/{self.slug}-request.json"}
            shown["requestBody"] = {"required": True, "content": {known: {"schema": schema}}}
        shown["responses"] = dict(self.responses())
        return shown

    def headers(self) -> dict[str, str]:
        """Return what the page prints of headers that OpenAPI has no parameter for, but the media type of a body."""
        names = ("accept",) if self.has_body else ("accept", "content-type")
        values = {name: str(self.value(FactKind.HEADER, name) or "") for name in names}
        return {
            "-".join(part.capitalize() for part in name.split("-")): value for name, value in values.items() if value
        }

    @property
    def has_body(self) -> bool:
        """Tell whether the page lists or shows a body of the request."""
        return bool(self.names(FactKind.REQUEST_FIELD))

    def security(self) -> Json:
        """Return the security requirement: none where the page names no credential in a form that can be sent."""
        credential = self.value(FactKind.CREDENTIAL)
        if not isinstance(credential, str) or credential == "none" or not is_known(credential):
            return []
        alternatives = (each.split(" and ") for each in credential.split(" or "))
        return [{_KEY_SCHEME if is_key_header(one) else one: [] for one in each} for each in alternatives]

    def parameters(self) -> Iterator[Json]:
        for name in parameter_names(self.path):
            notes = {"sends": f"{{{name}}}", "id": True}
            kind = self.value(FactKind.TYPE, f"path {name}") or "string"
            yield {"name": name, "in": "path", "required": True, "schema": {"type": kind, "x-contract": notes}}
        for name in self.names(FactKind.HEADER):
            if name not in (*_NO_PARAMETERS, _key_header(self)):
                printed = str(self.value(FactKind.HEADER, name) or "")
                sent: Json = {"x-contract": {"sends": printed}} if printed and "{" not in printed else {}
                shown = "-".join(part.capitalize() for part in name.split("-"))
                required = bool(sent) or self.value(FactKind.REQUIRED, f"header {name}") is True
                kind = self.value(FactKind.TYPE, f"header {name}") or "string"
                yield {"name": shown, "in": "header", "required": required, "schema": {"type": kind, **sent}}
        for name in self.names(FactKind.QUERY_PARAMETER):
            required = self.value(FactKind.REQUIRED, f"query {name}") is True
            schema: Json = {"type": self.value(FactKind.TYPE, f"query {name}") or "string"}
            if values := self.value(FactKind.ENUM, name):
                schema["enum"] = values
            yield {"name": name, "in": "query", "required": required, "schema": schema}

    def responses(self) -> Iterator[tuple[str, Json]]:
        statuses = self.names(FactKind.SUCCESS_STATUS)
        schema: Json = {"$ref": f"../components/{self.slug}.json"} if self.response_schema() else {}
        for status in statuses:
            notes = {"source": {"section": "Response", "printed": self.printed(FactKind.SUCCESS_STATUS, status)}}
            yield status, _response("The success.", schema, {**notes, "state": _STATE})
        if not statuses:
            notes = {"source": {"section": "Response"}}
            assumed = {"provenance": "assumed", "interpretation": "undocumented-success"}
            words = "The success, of which the page prints no status."
            yield "200", _response(words, schema, {**notes, **assumed, "state": _STATE})
        errors = self.names(FactKind.ERROR_STATUS)
        for status in errors:
            yield status, self.error(status)
        if not any(status.startswith("4") for status in errors):
            expected: Json = {"provenance": "assumed", "interpretation": "error-body"}
            words = "An error, of which the page prints no status."
            yield "4XX", _response(words, _ERROR, {"source": {"section": "Errors"}, **expected})

    def printed(self, kind: FactKind, status: str) -> str:
        return f"{status} {self.value(kind, status) or ''}".strip()

    def error(self, status: str) -> Json:
        notes: Json = {"source": {"section": "Errors", "printed": self.printed(FactKind.ERROR_STATUS, status)}}
        condition = str(self.value(FactKind.CONDITION, status) or "")
        if status.startswith("4"):
            fields = [each for each in self.names(FactKind.REQUEST_FIELD) if "." not in each and "[" not in each]
            keeps_blanks = self.facts.pages[0].rendering not in ("squeezed", "glued")
            if absent := absent_fields(condition, fields, keeps_blanks=keeps_blanks):
                notes["absent"] = absent
        if status == "401" and self.value(FactKind.CREDENTIAL) in (None, "none"):
            notes["credential"] = False  # who sends none is let in: another request is refused so
        if state := _STATES.get(status[:1]):
            notes["state"] = state
        if status == "404" and (ids := parameter_names(self.path)):
            notes["unknown"] = ids
        return _response(f"As printed for {status}.", _ERROR, notes)

    def schemas(self) -> Iterator[tuple[str, Json]]:
        """Yield the schemas of request and response by their file names."""
        if self.has_body:
            yield f"{self.slug}-request.json", self.request_schema()
        if response := self.response_schema():
            yield f"{self.slug}.json", response

    def request_schema(self) -> Json:
        example = self.value(FactKind.REQUEST_EXAMPLE)
        names = self.names(FactKind.REQUEST_FIELD)
        required = {name: self.value(FactKind.REQUIRED, f"request {name}") is True for name in names}
        schema = schema_of(example if isinstance(example, dict) else {}, required=required)
        properties: dict[str, Json] = schema["properties"]
        for name in (each for each in names if "." not in each and "[" not in each):
            printed = self.value(FactKind.TYPE, f"request {name}")
            kind = {"type": printed} if printed and printed != "null" else {}
            properties.setdefault(name, kind)
            if values := self.value(FactKind.ENUM, name):
                properties[name] = {**properties[name], "enum": values}
            properties[name] = {**properties[name], **_sent(name, example, properties[name])}
        needed = [name for name in properties if required.get(name)]
        schema = {**schema, "required": needed, "properties": properties}
        if not needed:
            del schema["required"]
        for name in (each for each in names if "." in each and each.partition(".")[0].removesuffix("[]") in properties):
            kind = self.value(FactKind.TYPE, f"request {name}")
            add_nested(schema, name, {"type": kind} if kind else {}, is_required=required[name])
        shown = example if isinstance(example, dict) and _keeps(schema, example) else None
        return _named(f"{self.slug}-request.json", f"Request of {self.title}", schema, shown)

    def response_schema(self) -> Json:
        example = self.value(FactKind.RESPONSE_EXAMPLE)
        listed = [each for each in self.names(FactKind.RESPONSE_FIELD) if "." not in each and "[" not in each]
        if example is None and listed:
            schema = {"type": "object", "properties": {name: {} for name in listed}}
            return _named(f"{self.slug}.json", f"Response of {self.title}", schema, None)
        if example is None:
            return None
        schema, is_kept = schema_of(example), True
        for (kind, name), told in self.facts.facts.items():
            if kind is FactKind.TYPE and name.startswith("response ") and told[0].fact.how is How.PRINTED:
                is_kept &= set_type(schema, name.removeprefix("response "), told[0].fact.value)
        if isinstance(example, dict) and example.get("status") == "success" and "message" in example:
            schema = _in_envelope(schema, example)
        elif isinstance(example, dict) and isinstance(example.get("message"), str):
            schema["properties"]["message"] = {"const": example["message"]}
        if isinstance(example, dict):
            for name in listed:
                if name not in example:
                    schema["properties"][name] = {}
        return _named(f"{self.slug}.json", f"Response of {self.title}", schema, example if is_kept else None)

    def questions(self) -> Iterator[str]:
        """Yield what the page leaves open."""
        page = self.title
        for (kind, name), told in self.facts.facts.items():
            fact = told[0].fact
            if fact.how is How.NOT_FOUND and kind in _ASKED_FOR:
                yield f"{page}: which {kind} does {self.facts.operation} have?"
            if kind is FactKind.CREDENTIAL and fact.value and not is_known(str(fact.value)):
                yield f"{page}: how is the credential of {self.facts.operation} sent?"
            if (kind, name) == (FactKind.ERROR_STATUS, "401") and self.value(FactKind.CREDENTIAL) in (None, "none"):
                yield f"{page}: which request, with no credential asked for, is answered 401?"
            if kind is FactKind.REQUIRED and fact.value is None:
                yield f"{page}: is {name} required?"
            if kind is FactKind.TYPE and fact.value == "null":
                yield f"{page}: which type has {name}, where it is not null?"
        for told in contradictions(self.facts):
            shown = " or ".join(json.dumps(each.fact.value, ensure_ascii=False) for each in told)
            yield f"{page}: which is right for {told[0].fact.kind} {told[0].fact.name}: {shown}?".replace(" :", ":")
        for each in self.facts.pages:
            yield from (f"{page}: {defect.kind}: {defect.message}" for defect in each.defects)


def _address(page: str) -> str:
    """Return where a page is: its address, or that of a file of its name."""
    return page if re.match(r"https?://", page) else f"file:///{quote(page.rpartition('/')[2])}"


def _keeps(schema: Json, example: dict[str, Json]) -> bool:
    """Tell whether an example keeps what the list of fields says; a page may contradict itself."""
    is_listed = all(
        "enum" not in schema["properties"].get(name, {}) or value in schema["properties"][name]["enum"]
        for name, value in example.items()
    )
    return is_listed and all(name in example for name in schema.get("required", ()))


def _sent(name: str, example: Json, schema: Json) -> Json:
    """Return what a request sends for a field: a value of the account where it names an object, else that printed."""
    if _NAMES_OBJECT.fullmatch(name):
        return {"x-contract": {"sends": f"{{{name}}}", "id": True}}
    if not isinstance(example, dict) or name not in example or any("{" in text for text in _texts(example[name])):
        return {}  # a brace in a text would name a value of the account
    if example[name] not in schema.get("enum", [example[name]]):
        return {}
    return {"x-contract": {"sends": example[name]}}


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts in a value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, held in value.items():
            yield key
            yield from _texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from _texts(held)


def _variable(title: str) -> str:
    """Return what the environment variables of an API begin with: `GREENHOUSE`."""
    words = [word for word in re.findall(r"[A-Za-z0-9]+", title) if word.upper() not in ("API", "AN", "THE")]
    return "_".join(words).upper() or "API"


def _response(description: str, schema: Json, notes: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}, "x-contract": notes}


def _in_envelope(schema: Json, example: dict[str, Json]) -> Json:
    properties = {name: each for name, each in schema["properties"].items() if name not in ("message", "status")}
    needed = [name for name in schema.get("required", ()) if name in properties]
    shown: Json = {"allOf": [{"$ref": "../envelope.json#/$defs/success"}]}
    if needed:
        shown["required"] = needed
    shown["properties"] = {"message": {"const": example["message"]}, **properties}
    return shown


def _named(name: str, title: str, schema: Json, example: Json) -> Json:
    shown = {"$schema": _DIALECT, "$id": name, "title": title, **schema}
    return {**shown, "examples": [example]} if example is not None else shown


def _document(made: Sequence[_Operation], title: str, docs_read: str) -> Json:
    credentials = {name for each in made for alternative in each.security() for name in alternative}
    schemes: dict[str, Json] = {}
    for name in sorted(credentials):
        header = next((_key_header(each) for each in made if _key_header(each)), "")
        key = {"type": "apiKey", "in": "header", "name": header}
        schemes[name] = key if name == _KEY_SCHEME else {"type": "http", "scheme": name}
        if name != "basic":
            schemes[name]["x-contract"] = {"credential": _CREDENTIALS.get(name, "token")}
    document: Json = {"openapi": "3.1.0"}
    words = f"Made of the pages of its docs, read on {docs_read}; a draft for review."
    used = [*dict.fromkeys(_CREDENTIALS.get(name, "token") for name in sorted(credentials) if name != "basic")]
    variables = {key: f"{_variable(title)}_{key.upper()}" for key in used}
    provider: Json = {"states": {"default": _STATE}, "variables": {_STATE: variables}}
    notes: Json = {"docs_read": docs_read, "provider": provider}
    pages = [each.facts.pages[0].page for each in made]
    terms: Json = {"name": "none named by the pages", **({"url": _address(pages[0])} if pages else {})}
    document["info"] = {
        "title": title, "description": words, "version": docs_read, "license": terms, "x-contract": notes
    }  # fmt: skip
    document["servers"] = [{"url": f"https://{made[0].main_host}" if made and made[0].main_host else "/"}]
    tags = sorted({each.tag for each in made})
    document["tags"] = [{"name": tag, "description": f"Operations under /{tag}."} for tag in tags]
    document["paths"] = {each.path: {"$ref": f"paths/{each.tag}.yaml#/{_pointer(each.path)}"} for each in made}
    document["components"] = {"securitySchemes": schemes}
    return document


def _pointer(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _key_header(each: _Operation) -> str:
    credential = each.value(FactKind.CREDENTIAL)
    names = re.split(" or | and ", credential) if isinstance(credential, str) and is_known(credential) else []
    return next((name for name in names if is_key_header(name)), "")


def _interpretations(operations: Sequence[OperationFacts]) -> Json:
    pages = [str(each.values(FactKind.TITLE)[0].fact.value) for each in operations if each.values(FactKind.TITLE)]
    silence = {"kind": "silence", "pages": pages or ["every page"]}
    return {
        "error-body": {
            **silence,
            "decision": 'An error is expected to be JSON with a text under "message". Judged as advice.',
            "reason": "No page shows the body of an error.",
            "question": "Which keys of an error's body may a client rely on?",
        },
        "undocumented-success": {
            **silence,
            "decision": "A success is expected to be 200. Judged as advice.",
            "reason": "Some of these pages print no status of a success.",
            "question": "Which status has a success where the page prints none?",
        },
    }


_PLAIN = re.compile(r"[A-Za-z_/$][\w/$ .{}-]*(?<! )\Z")
_WORDS_OF_YAML = frozenset({"null", "true", "false", "yes", "no", "on", "off", "~"})


def yaml_text(value: Json, indent: int = 0) -> str:
    """Return JSON as YAML in block style, each text that could be taken for something else in quotes."""
    lead = " " * indent
    if isinstance(value, dict) and value:
        return "".join(f"{lead}{_scalar(key)}:{_below(held, indent)}" for key, held in value.items())
    if isinstance(value, list) and value:
        lines = []
        for held in value:
            inner = yaml_text(held, indent + 2)
            lines.append(
                f"{lead}- {inner.lstrip(' ')}" if isinstance(held, dict | list) and held else f"{lead}- {inner}"
            )
        return "".join(lines)
    return f"{_scalar(value)}\n"


def _below(held: Json, indent: int) -> str:
    if isinstance(held, dict | list) and held:
        return "\n" + yaml_text(held, indent + 2)
    return f" {_scalar(held)}\n"


def _scalar(value: Json) -> str:
    if isinstance(value, str) and _PLAIN.match(value) and value.lower() not in _WORDS_OF_YAML and ": " not in value:
        return value
    return "".join(each if each.isprintable() else _escaped(each) for each in json.dumps(value, ensure_ascii=False))


def _escaped(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"
