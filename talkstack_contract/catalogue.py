"""Reads `schemas/` into values: the contract, its readings, and the schemas of our own files.

The one door to YAML, and the one place where the vendor's names and the keys of our files are looked up.
Raises `BadInput` for a file that is missing, cut, not valid, or says something twice.
"""

import hashlib
import json
from collections.abc import Hashable, Iterator
from pathlib import Path

import yaml

from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Contract, Effect, Json, Operation, Reading, Response, Scheme, Source
from talkstack_contract.schema import Schemas, check_document, check_schema

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class _Strict(yaml.SafeLoader):
    """YAML whose mappings say each key once, since the last of two would win in silence, and whose dates are text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Json]:
        """Build the mapping, or raise at the key that stands there twice."""
        keys = [key.value for key, _ in node.value]
        for key, _ in node.value:
            if keys.count(key.value) > 1:
                raise yaml.MarkedYAMLError(problem=f"the key {key.value!r} stands twice", problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


_Strict.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, shown: str) -> Json:
    """Read one YAML file; `shown` is its name in an error."""
    try:
        return yaml.load(_text(path, shown), Loader=_Strict)  # noqa: S506 - a SafeLoader, only stricter
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInput(shown, f"line {line}", error.problem or "is no YAML", "mend the line") from None
    except (yaml.YAMLError, ValueError, TypeError) as error:
        raise BadInput(shown, "", f"is no YAML ({type(error).__name__})", "mend the file") from None


def load_contract(folder: Path) -> Contract:
    """Read and check everything under `folder`."""
    return _Catalogue(folder).contract()


def meta_schema(folder: Path, name: str) -> Json:
    """Return the schema of one of our own files, `provider` or `waivers`."""
    return _read(folder, f"meta/{name}.json")


class _Catalogue:
    """The files of `schemas/` while they are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".json", ".yaml")
        )
        if "openapi.yaml" not in names:
            raise BadInput("schemas/openapi.yaml", "", "is missing", "run from a checkout of talkstack-contract")
        self.documents = {name: _read(folder, name) for name in names}
        for name in names:
            if name.endswith(".json"):
                check_schema(name, self.documents[name])
        self.schemas = Schemas(self.documents)
        self.readings = tuple(self._readings())

    def contract(self) -> Contract:
        root = self._document("openapi.yaml")
        self._check("openapi.yaml", root, "document", "")
        info = root["info"]
        docs_read = info["x-contract"]["docs_read"]
        operations = tuple(self._operations(root, docs_read))
        digest = hashlib.sha256()
        for path in sorted(self.documents):
            digest.update(path.encode() + b"\0" + (self.folder / path).read_bytes())
        return Contract(info["title"], info["version"], docs_read, operations, self.readings, digest.hexdigest())

    def _document(self, name: str) -> Json:
        if name not in self.documents:
            raise BadInput(f"schemas/{name}", "", "is missing", "restore it")
        return self.documents[name]

    def _check(self, file: str, entry: Json, kind: str, place: str) -> None:
        """Hold a part of the OpenAPI document to what this class relies on when it looks into it."""
        meta = self._document("meta/contract.json")
        definitions = meta.get("$defs", {}) if isinstance(meta, dict) else {}
        if kind not in definitions:
            raise BadInput("schemas/meta/contract.json", f"$defs.{kind}", "is missing", "restore it")
        check_document(f"schemas/{file}", entry, {**definitions[kind], "$defs": definitions}, place)

    def _readings(self) -> Iterator[Reading]:
        document = self._document("readings.yaml")
        check_document("schemas/readings.yaml", document, self._document("meta/readings.json"))
        for name, entry in document.items():
            yield Reading(
                name, entry["kind"], tuple(entry["pages"]), entry["decision"], entry["reason"], entry["question"]
            )

    def _operations(self, root: Json, read: str) -> Iterator[Operation]:
        seen: set[str] = set()
        for path, item in root["paths"].items():
            file = "openapi.yaml"
            if "$ref" in item:
                file, item = self.schemas.resolved(file, item["$ref"])
            self._check(file, item, "pathItem", path)
            methods = frozenset(method.upper() for method in METHODS if method in item)
            for method in sorted(methods):
                operation = self._operation(file, path, method, item[method.lower()], root, read, methods)
                if operation.id in seen:
                    raise BadInput(f"schemas/{file}", operation.id, "is the id of two operations", "rename one")
                seen.add(operation.id)
                yield operation

    def _operation(
        self, file: str, path: str, method: str, entry: Json, root: Json, read: str, methods: frozenset[str]
    ) -> Operation:
        place = f"{path}.{method.lower()}"
        notes, docs = entry["x-contract"], entry["externalDocs"]
        page = Source(docs["description"], notes["source"]["section"], docs["url"], read=read)
        responses = tuple(
            self._response(file, f"{place}.responses.{status}", int(status), response, page)
            for status, response in entry["responses"].items()
        )
        security = entry.get("security", root.get("security", []))
        declared = root["components"]["securitySchemes"]
        schemes = tuple(_scheme(file, place, name, declared) for alternative in security for name in alternative)
        return Operation(
            id=entry["operationId"],
            method=method,
            path=path,
            tag=entry["tags"][0],
            title=docs["description"].rpartition("› ")[2],
            effect=Effect(notes["effect"]),
            source=page,
            schemes=schemes,
            responses=responses,
            documented_methods=methods,
        )

    def _response(self, file: str, place: str, status: int, entry: Json, page: Source) -> Response:
        notes, schema = entry["x-contract"], entry["content"]["application/json"]["schema"]
        parts = self.schemas.parts(file, schema)
        for part in parts:
            self._check(file, part.notes, "schemaNotes", f"{place}, schema of {'.'.join(part.path) or '$'}")
            self._known_reading(file, place, part.notes.get("reading", ""))
        self._known_reading(file, place, notes.get("reading", ""))
        source = notes["source"]
        return Response(
            status,
            Source(
                page.page, source["section"], page.url, source.get("printed", ""), page.read, notes.get("reading", "")
            ),
            parts,
            notes.get("state", ""),
            tuple(notes.get("owner", ())),
        )

    def _known_reading(self, file: str, place: str, name: str) -> None:
        known = {reading.id for reading in self.readings}
        if name and name not in known:
            raise BadInput(f"schemas/{file}", place, f"{name!r} is no reading", nearest(name, known))


def _scheme(file: str, place: str, name: str, declared: Json) -> Scheme:
    if name not in declared:
        raise BadInput(f"schemas/{file}", f"{place}.security", f"{name!r} is no scheme", nearest(name, declared))
    entry = declared[name]
    if entry["type"] == "http":
        return Scheme(name, "Authorization", f"{entry['scheme'].title()} ", "token", entry["scheme"])
    return Scheme(name, entry["name"], "", "key", "api-key")


def _read(folder: Path, name: str) -> Json:
    shown = f"schemas/{name}"
    if name.endswith(".yaml"):
        return read_yaml(folder / name, shown)
    try:
        return json.loads(_text(folder / name, shown), object_pairs_hook=lambda pairs: _once(pairs, shown))
    except json.JSONDecodeError as error:
        raise BadInput(shown, f"line {error.lineno}", error.msg, "mend the line") from None


def _once(pairs: list[tuple[str, Json]], shown: str) -> Json:
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise BadInput(shown, twice, "stands twice in one object", "keep one")
    return dict(pairs)


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(shown, "", f"cannot be read ({type(error).__name__})", "give a readable UTF-8 file") from None
