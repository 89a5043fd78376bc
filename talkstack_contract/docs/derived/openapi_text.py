"""Reads OpenAPI documents that pages carry: as a whole file or in a fence, as exports of several generators do.

Such a document is read first: what the page says around it was made from it. Each fact has the place of its key.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import yaml

from talkstack_contract.docs.derived.path_templates import templated
from talkstack_contract.docs.facts import Fact, FactKind, How
from talkstack_contract.docs.pages.page import Page
from talkstack_contract.docs.source_text import Excerpt, SourceText
from talkstack_contract.model import Json

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML was built so, which is many times as fast. Only its nodes are used: it makes no values."""

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_DOCUMENT = re.compile(r"\A\s*(?:\{\s*)?[\"']?openapi[\"']?\s*:\s*[\"']?3\.", re.IGNORECASE)
_ANYWHERE = re.compile(r"(?m)^\s*(?:\{\s*)?[\"']?openapi[\"']?\s*:\s*[\"']?3\.")
_FENCE = re.compile(r"(?ms)^(?P<lead> *)(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<body>.*?)(?:^ *(?P=fence)`* *$|\Z)")
_NUMBER = re.compile(r"[-+]?(?:\d+(?P<rest>\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\Z")
_DEEPEST = 10
"""Levels of a schema that are read: no page shows deeper ones to people, and a recursive schema has no end."""
_MOST_SCHEMAS = 20_000
"""Of one document: references can unfold a short text without end."""
_WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}


class _NotOpenAPI(Exception):
    """The text is no document that can be read."""


@dataclass(frozen=True)
class Node:
    """A value of a document: where it starts, and for a mapping where each of its keys does."""

    value: Json
    offset: int

    def get(self, name: str) -> "Node | None":
        """Return the value of a key, placed at the key."""
        held = self.value.get(name) if isinstance(self.value, dict) else None
        return held if isinstance(held, Node) else None

    def items(self) -> Iterator[tuple[str, "Node"]]:
        """Yield keys and values of a mapping."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> Iterator["Node"]:
        """Yield the elements of a list."""
        if isinstance(self.value, list):
            yield from self.value

    def text(self, name: str) -> str:
        """Return the text of a key, or nothing."""
        held = self.get(name)
        return held.value if held and isinstance(held.value, str) else ""

    def plain(self) -> Json:
        """Return the value without places."""
        if isinstance(self.value, dict):
            return {name: each.plain() for name, each in self.value.items()}
        if isinstance(self.value, list):
            return [each.plain() for each in self.value]
        return self.value


@dataclass(frozen=True)
class Document:
    """An OpenAPI document in a page; `is_whole` is true where its end was seen, a bracket or a fence."""

    text: Excerpt
    root: Node
    is_whole: bool


def documents(page: Page) -> list[Document]:
    """Return the OpenAPI documents in a page."""
    found = []
    for excerpt, is_closed in _texts(page):
        try:
            node = _parsed(excerpt)
        except (_NotOpenAPI, yaml.YAMLError, RecursionError, ValueError):
            continue
        if node.get("paths"):
            found.append(Document(excerpt, node, is_closed))
    return found


def _texts(page: Page) -> Iterator[tuple[Excerpt, bool]]:
    """Yield the texts that may be documents, and whether the end of each was seen."""
    source, text = page.source, page.source.text
    if page.rendering == "html":
        yield from ((each, True) for each in page.documents)
    elif not _ANYWHERE.search(text):
        return
    elif _DOCUMENT.match(text):
        yield source.excerpt(), text.lstrip().startswith("{")
    else:
        for match in _FENCE.finditer(text):
            if _ANYWHERE.search(match["body"]):
                yield source.excerpt(*match.span("body")), match.end("body") < match.end()


def _parsed(excerpt: Excerpt) -> Node:
    lines = excerpt.text.split("\n")
    begins = (number for number, line in enumerate(lines) if _ANYWHERE.match(line) or line.strip().startswith("{"))
    first = next(begins, 0)
    skipped = sum(len(line) + 1 for line in lines[:first])
    root = yaml.compose(excerpt.text[skipped:], Loader=_Loader)
    if root is None:
        raise _NotOpenAPI
    return _placed(root, excerpt.offsets[skipped:], set())


def _placed(node: yaml.Node, offsets: Sequence[int], seen: set[int], at: int | None = None) -> Node:
    if id(node) in seen:  # an alias: the document could unfold without end
        raise _NotOpenAPI
    seen.add(id(node))
    offset = _offset(node, offsets) if at is None else at
    if isinstance(node, yaml.MappingNode):
        held = {}
        for key, value in node.value:
            held[str(key.value)] = _placed(value, offsets, seen, _offset(key, offsets))
        return Node(held, offset)
    if isinstance(node, yaml.SequenceNode):
        return Node([_placed(each, offsets, seen) for each in node.value], offset)
    return Node(_scalar(node), offset)


def _offset(node: yaml.Node, offsets: Sequence[int]) -> int:
    return offsets[min(node.start_mark.index, len(offsets) - 1)] if offsets else 0


def _scalar(node: yaml.Node) -> Json:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted, or a block
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    match = _NUMBER.match(text) if len(text) < 40 else None
    if not match:
        return text
    return float(text) if match["rest"] or "e" in text.lower() or text.startswith(".") else int(text)


def facts_of_document(source: SourceText, root: Node) -> list[Fact]:
    """Return what an OpenAPI document promises, operation by operation."""
    return [*_Document(source, root).facts()]


class _Document:
    """Reads one document."""

    def __init__(self, source: SourceText, root: Node) -> None:
        self.source = source
        self.root = root
        self.operation = ""
        self.fields_left = _MOST_SCHEMAS

    def fact(self, kind: FactKind, name: str, value: Json, offset: int, rule: str = "") -> Fact:
        how = How.DERIVED if rule else How.PRINTED
        return Fact(self.operation, kind, name, value, how, self.source.place(offset), rule)

    def facts(self) -> Iterator[Fact]:
        for path, item in (self.root.get("paths") or Node({}, 0)).items():
            for method, entry in item.items():
                if method.lower() in _METHODS and isinstance(entry.value, dict):
                    yield from self.operation_facts(path, item, method, entry)

    def operation_facts(self, path: str, item: Node, method: str, entry: Node) -> Iterator[Fact]:
        server = self.server(entry, item)
        address = urlsplit(server.text("url")) if server else urlsplit("")
        prefix = address.path.rstrip("/")
        whole = templated(prefix + path)
        self.operation = f"{method.upper()} {whole}"
        if title := entry.text("summary") or entry.text("operationId"):
            yield self.fact(FactKind.TITLE, "", title, entry.offset)
        if description := entry.get("description"):
            yield self.fact(FactKind.DESCRIPTION, "", str(description.value), description.offset)
        yield self.fact(FactKind.METHOD, "", method.upper(), entry.offset)
        yield self.fact(FactKind.PATH, "", whole, item.offset, "path-of-the-server" if prefix else "")
        if address.netloc and server:
            yield self.fact(FactKind.HOST, "", address.netloc.lower(), server.offset)
        yield from self.credential(entry)
        for level in (item, entry):
            for parameter in (level.get("parameters") or Node([], 0)).elements():
                yield from self.parameter(self.followed(parameter))
        if body := entry.get("requestBody"):
            yield from self.request(self.followed(body))
        for status, response in (entry.get("responses") or Node({}, 0)).items():
            yield from self.response(status, response.offset, self.followed(response))

    def server(self, entry: Node, item: Node) -> Node | None:
        for level in (entry, item, self.root):
            for server in (level.get("servers") or Node([], 0)).elements():
                return server
        return None

    def followed(self, node: Node) -> Node:
        """Return what a local reference points to; the node itself where it is none, or leads nowhere."""
        for _ in range(_DEEPEST):
            reference = node.text("$ref")
            if not reference.startswith("#/"):
                return node
            target: Node | None = self.root
            for step in unquote(reference[2:]).split("/"):
                target = target.get(step.replace("~1", "/").replace("~0", "~")) if target else None
            if target is None:
                return node
            node = Node(target.value, node.offset) if isinstance(target.value, dict) else target
        return node

    def credential(self, entry: Node) -> Iterator[Fact]:
        security = entry.get("security") or self.root.get("security")
        schemes = (self.root.get("components") or Node({}, 0)).get("securitySchemes") or Node({}, 0)
        if security is None:
            yield Fact(self.operation, FactKind.CREDENTIAL, "", None, How.NOT_FOUND)
            return
        alternatives = [
            " and ".join(_scheme(schemes.get(name), name) for name, _ in each.items()) or "none"
            for each in security.elements()
        ]
        yield self.fact(FactKind.CREDENTIAL, "", " or ".join(alternatives) or "none", security.offset)

    def parameter(self, parameter: Node) -> Iterator[Fact]:
        kinds = {"path": FactKind.PATH_PARAMETER, "query": FactKind.QUERY_PARAMETER, "header": FactKind.HEADER}
        where, name = parameter.text("in"), parameter.text("name")
        if where not in kinds or not name:
            return
        shown = name.lower() if where == "header" else name
        yield self.fact(kinds[where], shown, parameter.text("description"), parameter.offset)
        if where == "header":
            return
        required = parameter.get("required")
        yield self.fact(FactKind.REQUIRED, f"{where} {name}", bool(required and required.value), parameter.offset)
        if schema := parameter.get("schema"):
            yield from self.kind(f"{where} {name}", name, self.followed(schema))

    def kind(self, where: str, name: str, schema: Node) -> Iterator[Fact]:
        if kind := schema.get("type"):
            yield self.fact(FactKind.TYPE, where, kind.plain(), kind.offset)
        if (enum := schema.get("enum")) and not where.startswith("response"):
            yield self.fact(FactKind.ENUM, name, enum.plain(), enum.offset)

    def request(self, body: Node) -> Iterator[Fact]:
        for media_type, content in (body.get("content") or Node({}, 0)).items():
            yield self.fact(FactKind.HEADER, "content-type", media_type, content.offset)
            if schema := content.get("schema"):
                yield from self.fields(FactKind.REQUEST_FIELD, "request", "", self.followed(schema), ())
            yield from self.example(FactKind.REQUEST_EXAMPLE, content)
            return  # the first is the one that the page shows

    def example(self, kind: FactKind, content: Node) -> Iterator[Fact]:
        example = content.get("example")
        for held in dict((content.get("examples") or Node({}, 0)).items()).values():
            example = example or held.get("value")
        if example:
            yield self.fact(kind, "", example.plain(), example.offset)

    def response(self, status: str, offset: int, response: Node) -> Iterator[Fact]:
        if not re.fullmatch(r"[1-5]\d\d", status):
            return
        is_success = status < "400"
        yield self.fact(FactKind.SUCCESS_STATUS if is_success else FactKind.ERROR_STATUS, status, "", offset)
        if not is_success:
            if description := response.get("description"):
                yield self.fact(FactKind.CONDITION, status, str(description.value), description.offset)
            return
        for content in [*dict((response.get("content") or Node({}, 0)).items()).values()][:1]:
            if schema := content.get("schema"):
                yield from self.fields(FactKind.RESPONSE_FIELD, "response", "", self.followed(schema), ())
            yield from self.example(FactKind.RESPONSE_EXAMPLE, content)

    def fields(self, kind: FactKind, side: str, at: str, schema: Node, above: tuple[int, ...]) -> Iterator[Fact]:
        """Yield the fields that a schema describes, those inside others too; `above` are the schemas it lies in."""
        if id(schema.value) in above or len(above) >= _DEEPEST or self.fields_left <= 0:
            return
        above = (*above, id(schema.value))
        self.fields_left -= 1
        for part in (schema.get("allOf") or Node([], 0)).elements():
            yield from self.fields(kind, side, at, self.followed(part), above)
        if items := schema.get("items"):
            yield from self.fields(kind, side, f"{at}[]", self.followed(items), above)
        needed = (schema.get("required") or Node([], 0)).plain()
        for name, reference in (schema.get("properties") or Node({}, 0)).items():
            inner = self.followed(reference)
            place = f"{at}.{name}" if at else name
            yield self.fact(kind, place, inner.text("description"), reference.offset)
            if kind is FactKind.REQUEST_FIELD:
                is_needed = isinstance(needed, list) and name in needed
                yield self.fact(FactKind.REQUIRED, f"request {place}", is_needed, reference.offset)
            yield from self.kind(f"{side} {place}", place, inner)
            yield from self.fields(kind, side, place, inner, above)


def _scheme(scheme: Node | None, name: str) -> str:
    if scheme is None:
        return name
    if scheme.text("type") == "apiKey":
        return scheme.text("name").lower()
    return (scheme.text("scheme") or scheme.text("type") or name).lower()
