"""Reads `schemas/` into values: the contract, its interpretations, and the schemas of our own files.

The one place where the vendor's names and the keys of our files are looked up.
Raises `BadInput` for a file that is missing, cut, not valid, or says something twice.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from talkstack_contract.contract.documents import read_document
from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.contract.openapi_parts import Parts
from talkstack_contract.contract.request_fields import (
    WHOLE_BODY,
    parameter_field,
    parameters_of,
    request_body,
    told_apart,
)
from talkstack_contract.contract.responses import check_paths, fallbacks_of, responses_of
from talkstack_contract.contract.schema_checks import DIALECT, SchemaChecker
from talkstack_contract.contract.schema_files import Place
from talkstack_contract.contract.security import accepted, credential_key, security_schemes
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.locations import CONTRACT
from talkstack_contract.model import (
    Contract,
    Creation,
    Effect,
    Interpretation,
    Json,
    Operation,
    ParameterLocation,
    SettingNames,
    Source,
)

PATH_PARAMETER = re.compile(r"[\w-]+")
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def load_contract(folder: Path) -> Contract:
    """Read and check everything under `folder`. Raises `BadInput`, which names the file by its path."""
    try:
        return _Catalogue(folder).contract()
    except BadInput as error:
        raise error.under("schemas" if folder.name == "schemas" else _shown(folder)) from None


def _shown(folder: Path) -> str:
    """Return a folder as a user would name it: from where the command runs, if that is above it."""
    return str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)


def meta_schema(folder: Path, name: str) -> Json:
    """Return the schema of one of our own files, `provider` or `waivers`."""
    return read_document(_holder_of_meta(folder), f"meta/{name}.json")


def _holder_of_meta(folder: Path) -> Path:
    """Return the folder whose `meta/` describes our own files: a contract without one takes the installed one."""
    return folder if (folder / "meta").is_dir() else CONTRACT


def _names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.suffix in (".json", ".yaml", ".yml"))
    return sorted(path.relative_to(folder).as_posix() for path in files)


class _Catalogue:
    """The files of `schemas/` while they are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own, meta = _names(folder), _holder_of_meta(folder)
        names = [*own, *(f"meta/{name}" for name in _names(meta / "meta"))] if meta is not folder else own
        if "openapi.yaml" not in names:
            raise BadInput("schemas/openapi.yaml", "", "is missing", "name a folder with one, or leave --contract out")
        self.own = own
        self.documents = {name: read_document(folder if name in own else meta, name) for name in names}
        root = self.documents["openapi.yaml"]
        is_open = isinstance(root, dict) and root.get("jsonSchemaDialect") == DIALECT
        checker = SchemaChecker(is_open=is_open)
        schemas = [name for name in names if name.endswith(".json")]
        for name in schemas:
            checker.check_valid(name, self.documents[name])
        self.parts = Parts(self.documents, checker, are_formats_judged=not is_open)
        for name in schemas:
            if not name.startswith("meta/"):
                checker.check(self.parts.files.place(name), self.documents[name])
        self.interpretations = tuple(self._interpretations())
        self.parts.knows(each.id for each in self.interpretations)

    def contract(self) -> Contract:
        root = self.parts.document("openapi.yaml")
        self.parts.check("openapi.yaml", root, "document", "")
        info = root["info"]
        docs_read = info["x-contract"]["docs_read"]
        operations = _with_removers(tuple(self._operations(root, docs_read)))
        digest = hashlib.sha256()
        for path in self.own:
            digest.update(path.encode() + b"\0" + (self.folder / path).read_bytes())
        pages = tuple((each["page"], each["why"]) for each in info["x-contract"].get("pages_not_covered", ()))
        return Contract(
            info["title"],
            info["version"],
            docs_read,
            operations,
            self.interpretations,
            digest.hexdigest(),
            pages,
            self._setting_names(root, operations),
            info["x-contract"].get("docs_as_of", ""),
            next(
                (str(each["url"]) for each in root.get("servers", ()) if isinstance(each, dict) and "url" in each), ""
            ),
        )

    def _setting_names(self, root: Json, operations: Sequence[Operation]) -> SettingNames:
        notes, schemes = root["info"]["x-contract"].get("provider", {}), _declared_schemes(root).values()
        base_urls = dict.fromkeys([*notes.get("base_urls", ()), *(each.server for each in operations if each.server)])
        credentials = dict.fromkeys(credential_key(each) for each in schemes)
        usual, states = SettingNames(), notes.get("states", {})
        return SettingNames(
            states.get("default", usual.default_state),
            states.get("other_account", usual.other_account),
            states.get("expired", usual.expired),
            tuple(credentials),
            frozenset({"authorization", *(each["name"].lower() for each in schemes if each.get("in") == "header")}),
            tuple(base_urls),
            notes.get("variables", {}),
            _provider_file(self.parts.document("meta/provider.json"), base_urls, credentials),
        )

    def _interpretations(self) -> Iterator[Interpretation]:
        if not self.parts.has("interpretations.yaml"):
            return  # those of the engine do; a clause that names another one is refused
        document = self.parts.document("interpretations.yaml")
        check_document("schemas/interpretations.yaml", document, self.parts.document("meta/interpretations.json"))
        for name, entry in document.items():
            yield Interpretation(
                name, entry["kind"], tuple(entry["pages"]), entry["decision"], entry["reason"], entry["question"]
            )

    def _operations(self, root: Json, read: str) -> Iterator[Operation]:
        seen: set[str] = set()
        for path, item in root["paths"].items():
            there = self.parts.files.place("openapi.yaml")
            if "$ref" in item:
                there, item = there.follow(item["$ref"])
            self.parts.check(there.file, item, "pathItem", path)
            methods = frozenset(method.upper() for method in METHODS if method in item)
            for method in sorted(methods):
                operation = self._operation(there, path, method, item, root, read, methods)
                if operation.id in seen:
                    problem = "is the id of two operations"
                    raise BadInput(f"schemas/{there.file}", operation.id, problem, "rename one")
                seen.add(operation.id)
                yield operation

    def _operation(
        self, there: Place, path: str, method: str, item: Json, root: Json, read: str, methods: frozenset[str]
    ) -> Operation:
        entry, file, place = item[method.lower()], there.file, f"{path}.{method.lower()}"
        notes, docs = entry["x-contract"], entry["externalDocs"]
        page = Source(docs["description"], notes["source"]["section"], docs["url"], read=read)
        parameters = parameters_of(self.parts, there, place, entry, item.get("parameters", ()))
        fields = [parameter_field(self.parts, place, *each) for each in parameters]
        fields.sort(key=lambda each: each.place is not ParameterLocation.PATH)  # whose names are those of the template
        body = request_body(self.parts, there, place, entry)
        makes, servers = notes.get("makes"), entry.get("servers")
        self.parts.check_interpretation(file, place, notes.get("interpretation", ""))
        security = entry.get("security", root.get("security", []))
        schemes = security_schemes(_declared_schemes(root))
        described = entry["responses"], page, method
        operation = Operation(
            id=entry["operationId"].replace("/", "."),
            method=method,
            path=path,
            tag=entry["tags"][0],
            title=docs["description"].rpartition("› ")[2],
            effect=Effect(notes["effect"]),
            source=page,
            schemes=accepted(file, place, security, schemes),
            responses=responses_of(self.parts, there, f"{place}.responses", *described),
            fallbacks=fallbacks_of(self.parts, there, f"{place}.responses", *described),
            documented_methods=methods,
            fields=told_apart([*fields, *body.fields]),
            media_type=body.media_type,
            body_schema=body.schema,
            server=servers[0]["x-contract"]["setting"] if servers else "",
            uses_up_state=notes.get("consumes", False),
            creates=_creation(makes) if makes else None,
            finds=tuple((name, tuple(path)) for name, path in notes.get("finds", {}).items()),
            undocumented=self.parts.scenarios(file, place, notes.get("undocumented", {})),
            is_open={} in security,
            interpretation=notes.get("interpretation", ""),
            printed_headers=tuple(notes.get("headers", {}).items()),
        )
        _check_fields(file, place, operation)
        _check_made_value(file, place, operation)
        return operation


def _declared_schemes(root: Json) -> Json:
    return root.get("components", {}).get("securitySchemes", {})


def _provider_file(meta: Json, base_urls: Iterable[str], credentials: Iterable[str]) -> Json:
    """Return the schema of a provider file, with the keys that are this contract's own."""
    try:
        properties = {**meta["properties"], **{key: {"type": "string"} for key in base_urls}}
        account = properties["accounts"]["additionalProperties"]
    except (KeyError, TypeError):
        raise BadInput("schemas/meta/provider.json", "", "describes no accounts", "restore it") from None
    keys = {**{key: {"$ref": "#/$defs/secret"} for key in credentials}, **account["properties"]}
    properties["accounts"] = {**properties["accounts"], "additionalProperties": {**account, "properties": keys}}
    return {**meta, "properties": properties}


def _check_fields(file: str, place: str, operation: Operation) -> None:
    """Hold every name of a field to the fields there are: to spoil another one would be to ask for a success."""
    known = [field.name for field in operation.fields]
    for name in re.findall(r"\{([^{}/]+)\}", operation.path):
        if not PATH_PARAMETER.fullmatch(name):
            problem = f"{name!r} cannot be the name of a parameter of the path"
            raise BadInput(f"schemas/{file}", place, problem, "write letters, digits, _ and -; it is never sent")
    absent = [name for response in operation.responses for names in response.absent for name in names]
    for name in _named_fields(operation):
        if name == WHOLE_BODY and name in absent and operation.media_type:
            continue  # no body at all
        if name not in known:
            raise BadInput(f"schemas/{file}", place, f"{name!r} is not a field of the request", nearest(name, known))
    for field in operation.fields:
        if field.names_object and field.sends is None and field.alone is None:
            raise BadInput(f"schemas/{file}", f"{place}, field {field.name}", "is an id and sends nothing", "add sends")


def _named_fields(operation: Operation) -> Iterator[str]:
    yield from re.findall(r"\{([^{}/]+)\}", operation.path)
    for response in operation.responses:
        yield from (name for names in response.absent for name in names)
        yield from (*response.malformed, *response.unknown)
    for way in (*operation.undocumented, *(way for response in operation.responses for way in response.scenarios)):
        yield from (name for name, _ in way.sends)


def _creation(makes: Json) -> Creation:
    return Creation(makes["value"], tuple(makes.get("at", ())), makes.get("removed_by", ""), makes.get("header", ""))


def _check_made_value(file: str, place: str, operation: Operation) -> None:
    """Hold the place of what an operation makes to what is said of its success: at another one nothing is found."""
    success, made = operation.success, operation.creates
    if success is None or made is None or made.header:
        return
    key = f"{place}.x-contract.makes.at"
    if not success.has_body:
        problem = "names a key of a response without a body"
        raise BadInput(f"schemas/{file}", key, problem, "name the header that shows it by makes.header")
    check_paths(file, key, [made.at], [value.path for value in success.described_values])


def _with_removers(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """Let what removes a thing use it up: the next case needs another one."""
    removers = {each.creates.removed_by for each in operations if each.creates}
    known = [operation.id for operation in operations]
    for operation in operations:
        if operation.creates and operation.creates.removed_by not in ("", *known):
            name = operation.creates.removed_by
            raise BadInput(
                "schemas/openapi.yaml", f"{operation.id}.makes", f"{name!r} is not an operation", nearest(name, known)
            )
    return tuple(replace(each, uses_up_state=True) if each.id in removers else each for each in operations)
