"""One OpenAPI document made of the files of a contract, for any tool that reads OpenAPI 3.1.

A path item stands in its place; every schema of another file, and every `$defs` entry, becomes one of
`components/schemas`, named after its file. Raises `BadInput` for a reference that leads nowhere and for one by anchor.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from jsonpointer import JsonPointerException, resolve_pointer

from talkstack_contract.contract.documents import read_document
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

ROOT = "openapi.yaml"
OF_FILES = frozenset({"$id", "$schema"})  # say where a schema file stands, which is no longer true in the bundle
DATA = frozenset({"const", "default", "enum", "example", "examples"})  # values, whose `$ref` would be no reference
NAMED = frozenset(  # keys of these are names, of properties or of parts of OpenAPI
    {"$defs", "content", "dependentSchemas", "headers", "patternProperties", "properties", "responses", "schemas"}
)
UNEVALUATED = frozenset({"additionalProperties", "unevaluatedProperties"})  # look at what stands beside them

Target = tuple[str, str]  # a file of the contract, and a JSON Pointer in it


def bundled(folder: Path) -> Json:
    """Return the contract in `folder` as one OpenAPI document, without references to other files."""
    return _Bundle(folder).document()


class _Bundle:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._documents: dict[str, Json] = {}
        self._names: dict[Target, str] = {}
        self._components: dict[str, Json] = {}

    def document(self) -> Json:
        root = self._inlined(ROOT, self._read(ROOT))
        own = root.get("components", {})
        if self._components:
            root["components"] = {
                **own,
                "schemas": {**own.get("schemas", {}), **dict(sorted(self._components.items()))},
            }
        return root

    def _read(self, file: str) -> Json:
        if file not in self._documents:
            self._documents[file] = read_document(self._folder, file)
        return self._documents[file]

    def _inlined(self, file: str, root: Json) -> Json:
        paths = {path: self._path_item(file, item) for path, item in root["paths"].items()}
        return {key: paths if key == "paths" else self._rewritten(file, value, key) for key, value in root.items()}

    def _path_item(self, file: str, item: Json) -> Json:
        if "$ref" not in item:
            return self._rewritten(file, item)
        place, pointer = target = self._target(file, item["$ref"])
        return self._rewritten(place, self._contents(file, target, pointer))

    def _rewritten(self, file: str, value: Json, key: str = "", *, is_names: bool = False) -> Json:
        """Return a part of `file`, which stands under `key`, with its references leading into the bundle."""
        if not is_names and (key in DATA or key.startswith("x-")):
            return value
        if isinstance(value, list):
            return [self._rewritten(file, each) for each in value]
        if not isinstance(value, dict):
            return value
        members = dict(self._members(file, value, is_names=key in NAMED and not is_names))
        return members if key in NAMED else _with_branches(members)

    def _members(self, file: str, value: Json, *, is_names: bool) -> Iterator[tuple[str, Json]]:
        for key, inner in value.items():
            if not is_names and key == "$ref" and isinstance(inner, str):
                yield key, self._reference(file, inner)
            elif is_names or key not in OF_FILES:
                yield key, self._rewritten(file, inner, key, is_names=is_names)

    def _reference(self, file: str, reference: str) -> str:
        target = self._target(file, reference)
        if target[0] == ROOT:
            return f"#{target[1]}"
        if target not in self._names:
            name = self._names[target] = self._name(target)
            self._components[name] = {}  # a schema may refer to itself
            self._components[name] = self._rewritten(target[0], self._contents(file, target, reference))
        return f"#/components/schemas/{self._names[target]}"

    @staticmethod
    def _target(file: str, reference: str) -> Target:
        name, _, pointer = unquote(reference).partition("#")
        if pointer and not pointer.startswith("/"):
            problem = f"{reference!r} names an anchor, which a bundle cannot keep"
            raise BadInput(f"schemas/{file}", "$ref", problem, "write it as a path of keys: #/$defs/NAME")
        return _joined(file, name) if name else file, pointer

    def _contents(self, file: str, target: Target, reference: str) -> Json:
        try:
            return resolve_pointer(self._read(target[0]), target[1])
        except JsonPointerException:
            raise BadInput(f"schemas/{file}", "$ref", f"{reference!r} leads nowhere", "name a file and a key") from None

    def _name(self, target: Target) -> str:
        file, pointer = target
        stem = PurePosixPath(file).stem
        name = "-".join([stem, *(part for part in pointer.split("/") if part not in ("", "$defs"))])
        taken = set(self._names.values()) | set(self._read(ROOT).get("components", {}).get("schemas", {}))
        return name if name not in taken else "-".join([*PurePosixPath(file).parts[:-1], name])


def _with_branches(schema: Json) -> Json:
    """Move what stands beside an `allOf` into it, where that means the same.

    openapi-python-client 0.26 loses the properties beside an `allOf`, and with them the payload of a response; it joins
    a text with an enum, and not with a constant.
    """
    beside = {key: schema[key] for key in ("type", "required", "properties") if key in schema}
    if "allOf" not in schema or "properties" not in beside or UNEVALUATED & schema.keys():
        return schema
    beside["properties"] = {name: _as_enum(each) for name, each in beside["properties"].items()}
    others = {key: value for key, value in schema.items() if key not in beside}
    return {**others, "allOf": [*schema["allOf"], beside]}


def _as_enum(schema: Json) -> Json:
    if not isinstance(schema, dict) or not isinstance(schema.get("const"), str):
        return schema
    others = {key: value for key, value in schema.items() if key != "const"}
    return {**others, "type": "string", "enum": [schema["const"]]}


def _joined(file: str, reference: str) -> str:
    parts = list(PurePosixPath(file).parts[:-1])
    for step in PurePosixPath(reference).parts:
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)
