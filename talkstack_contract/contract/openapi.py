"""Reads `schemas/` into values: the contract, its readings, and the schemas of our own files.

The one place where the vendor's names and the keys of our files are looked up.
Raises `BadInput` for a file that is missing, cut, not valid, or says something twice.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from talkstack_contract.contract.described_values import described_body
from talkstack_contract.contract.documents import read_document
from talkstack_contract.contract.joined_schemas import joined, keys, properties
from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.contract.schema_checks import DIALECT, SchemaChecker, check_example
from talkstack_contract.contract.schema_files import Place, SchemaFiles
from talkstack_contract.contract.schema_vocabulary import JUDGED
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import (
    Contract,
    Creation,
    DescribedValue,
    Effect,
    Field,
    Interpretation,
    Json,
    Operation,
    Provenance,
    Response,
    Scenario,
    Scheme,
    SettingNames,
    Source,
)

BODILESS = frozenset({204, 205, 304})  # RFC 9110, 15.3.5, 15.3.6 and 15.4.5
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def load_contract(folder: Path) -> Contract:
    """Read and check everything under `folder`."""
    return _Catalogue(folder).contract()


def meta_schema(folder: Path, name: str) -> Json:
    """Return the schema of one of our own files, `provider` or `waivers`."""
    return read_document(folder, f"meta/{name}.json")


class _Catalogue:
    """The files of `schemas/` while they are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = sorted(
            path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in (".json", ".yaml")
        )
        if "openapi.yaml" not in names:
            raise BadInput("schemas/openapi.yaml", "", "is missing", "run from a checkout of talkstack-contract")
        self.documents = {name: read_document(folder, name) for name in names}
        root = self.documents["openapi.yaml"]
        self.is_open = isinstance(root, dict) and root.get("jsonSchemaDialect") == DIALECT
        self.checker = SchemaChecker(is_open=self.is_open)
        schemas = [name for name in names if name.endswith(".json")]
        for name in schemas:
            self.checker.check_valid(name, self.documents[name])
        self.files = SchemaFiles(self.documents)
        for name in schemas:
            if not name.startswith("meta/"):
                self.checker.check(self.files.place(name), self.documents[name])
        self.readings = tuple(self._readings())

    def contract(self) -> Contract:
        root = self._document("openapi.yaml")
        self._check("openapi.yaml", root, "document", "")
        info = root["info"]
        docs_read = info["x-contract"]["docs_read"]
        operations = tuple(self._operations(root, docs_read))
        _check_makers(operations)
        digest = hashlib.sha256()
        for path in sorted(self.documents):
            digest.update(path.encode() + b"\0" + (self.folder / path).read_bytes())
        pages = tuple((each["page"], each["why"]) for each in info["x-contract"].get("pages_not_covered", ()))
        return Contract(
            info["title"],
            info["version"],
            docs_read,
            operations,
            self.readings,
            digest.hexdigest(),
            pages,
            self._setting_names(root, operations),
        )

    def _setting_names(self, root: Json, operations: Sequence[Operation]) -> SettingNames:
        notes, schemes = root["info"]["x-contract"].get("provider", {}), root["components"]["securitySchemes"].values()
        base_urls = dict.fromkeys([*notes.get("base_urls", ()), *(each.server for each in operations if each.server)])
        credentials = dict.fromkeys(_credential_key(each) for each in schemes)
        usual, states = SettingNames(), notes.get("states", {})
        return SettingNames(
            states.get("default", usual.default_state),
            states.get("other_account", usual.other_account),
            states.get("expired", usual.expired),
            tuple(credentials),
            frozenset({"authorization", *(each["name"].lower() for each in schemes if each["type"] == "apiKey")}),
            tuple(base_urls),
            notes.get("variables", {}),
            _provider_file(self._document("meta/provider.json"), base_urls, credentials),
        )

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

    def _readings(self) -> Iterator[Interpretation]:
        document = self._document("readings.yaml")
        check_document("schemas/readings.yaml", document, self._document("meta/readings.json"))
        for name, entry in document.items():
            yield Interpretation(
                name, entry["kind"], tuple(entry["pages"]), entry["decision"], entry["reason"], entry["question"]
            )

    def _operations(self, root: Json, read: str) -> Iterator[Operation]:
        seen: set[str] = set()
        for path, item in root["paths"].items():
            file = "openapi.yaml"
            if "$ref" in item:
                there, item = self.files.place(file).follow(item["$ref"])
                file = there.file
            self._check(file, item, "pathItem", path)
            methods = frozenset(method.upper() for method in METHODS if method in item)
            for method in sorted(methods):
                entry = _with_parameters(item[method.lower()], item.get("parameters", ()))
                operation = self._operation(file, path, method, entry, root, read, methods)
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
            self._response(file, f"{place}.responses.{status}", int(status), response, page, method)
            for status, response in entry["responses"].items()
        )
        body, media_type = self._request_body(entry)
        fields = (*self._parameters(file, place, entry), *self._fields(file, place, body))
        makes, servers = notes.get("makes"), entry.get("servers")
        security = entry.get("security", root.get("security", []))
        declared = root["components"]["securitySchemes"]
        _check_security(file, place, security)
        schemes = tuple(_scheme(file, place, name, declared) for alternative in security for name in alternative)
        operation = Operation(
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
            fields=fields,
            media_type=media_type,
            server=servers[0]["x-contract"]["setting"] if servers else "",
            uses_up_state=notes.get("consumes", False),
            creates=Creation(makes["value"], tuple(makes["at"]), makes.get("removed_by", "")) if makes else None,
            finds=tuple((name, tuple(path)) for name, path in notes.get("finds", {}).items()),
            undocumented=self._ways(file, place, notes.get("undocumented", {})),
        )
        _check_fields(file, place, operation)
        return operation

    @staticmethod
    def _request_body(entry: Json) -> tuple[Json, str]:
        body = entry.get("requestBody")
        if body is None:
            return {}, ""
        [(media_type, content)] = body["content"].items()
        return content["schema"], media_type

    def _parameters(self, file: str, place: str, entry: Json) -> Iterator[Field]:
        for each in entry.get("parameters", []):
            is_required = each.get("required", False)
            _check_serialization(file, f"{place}.parameters.{each['name']}", each)
            there = self.files.place(file)
            self.checker.check(there, each["schema"])
            self._check_examples(there, f"{place}.parameters.{each['name']}", each)
            schema = joined(there, each["schema"])
            yield self._field(file, place, each["name"], each["in"], schema, is_required=is_required)

    def _fields(self, file: str, place: str, schema: Json) -> Iterator[Field]:
        there = self.files.place(file)
        self.checker.check(there, schema)
        for name, inner, is_required in properties(there, schema):
            yield self._field(file, place, name, "body", inner, is_required=is_required)

    def _field(self, file: str, place: str, name: str, where: str, schema: Json, *, is_required: bool) -> Field:
        notes = schema.get("x-contract", {})
        self._check(file, notes, "fieldNotes", f"{place}, field {name}")
        self._known_reading(file, place, notes.get("reading", ""))
        names_object = notes.get("id", False)
        return Field(
            name=name,
            place=where,
            keywords={key: value for key, value in schema.items() if key in {*JUDGED, "contentMediaType"}},
            is_required=is_required,
            sends=notes.get("sends"),
            alone=notes.get("alone"),
            names_object=bool(names_object),
            is_shared=names_object == "shared",
            file=notes.get("file", ""),
        )

    def _ways(self, file: str, place: str, entries: Json) -> tuple[Scenario, ...]:
        for each in entries.values():
            self._known_reading(file, place, each.get("reading", ""))
        return tuple(
            Scenario(
                name,
                each.get("state", ""),
                tuple(each.get("sends", {}).items()),
                tuple(each.get("or", ())),
                each.get("reading", ""),
                each.get("guarded", False),
            )
            for name, each in entries.items()
        )

    def _response(self, file: str, place: str, status: int, entry: Json, page: Source, method: str) -> Response:
        notes, schema = entry["x-contract"], entry["content"]["application/json"]["schema"]
        there = self.files.place(file)
        self.checker.check(there, schema)
        self._check_examples(there, f"{place}.content", entry["content"]["application/json"])
        body = described_body(there, schema, are_formats_judged=not self.is_open)
        parts = body.values
        for part in parts:
            self._check(file, part.notes, "schemaNotes", f"{place}, schema of {'.'.join(part.path) or '$'}")
            self._known_reading(file, place, part.notes.get("reading", ""))
        for name in (notes.get("reading", ""), notes.get("shows_reading", "")):
            self._known_reading(file, place, name)
        source, reading = notes["source"], notes.get("reading", "")
        provenance = Provenance(notes.get("provenance", Provenance.DOCUMENTED))
        return Response(
            status=status,
            source=Source(page.page, source["section"], page.url, source.get("printed", ""), page.read, reading),
            described_values=parts,
            state=notes.get("state", ""),
            owner=tuple(notes.get("owner", ())),
            provenance=provenance,
            shows=tuple((name, tuple(path)) for name, path in notes.get("shows", {}).items()),
            shows_interpretation=notes.get("shows_reading", ""),
            secrets=tuple(tuple(path) for path in notes.get("secrets", ())),
            absent=tuple((each,) if isinstance(each, str) else tuple(each) for each in notes.get("absent", ())),
            malformed=tuple(notes.get("malformed", ())),
            unknown=tuple(notes.get("unknown", ())),
            scenarios=self._ways(file, place, notes.get("cases", {})),
            refuses=_refuses(status, provenance, notes.get("credential")),
            volatile=tuple(tuple(path) for path in notes.get("volatile", ())),
            keys=tuple(dict.fromkeys(keys(there, schema))) if _is_printed(provenance, parts) else (),
            has_body=method != "HEAD" and status not in BODILESS,
            schema=body.schema,
            rest=body.rest,
        )

    def _check_examples(self, place: Place, key: str, entry: Json) -> None:
        """Hold the examples of a parameter or a media type to its schema."""
        examples = [("example", entry["example"])] if "example" in entry else []
        examples += [(f"examples.{name}", each["value"]) for name, each in entry.get("examples", {}).items()]
        for name, example in examples:
            is_judged = not self.is_open
            check_example(place, entry["schema"], example, f"{key}.{name}", are_formats_judged=is_judged)

    def _known_reading(self, file: str, place: str, name: str) -> None:
        known = {reading.id for reading in self.readings}
        if name and name not in known:
            raise BadInput(f"schemas/{file}", place, f"{name!r} is no reading", nearest(name, known))


def _credential_key(scheme: Json) -> str:
    """Return the key of an account in the provider file that holds the credential of a scheme."""
    usual = "token" if scheme["type"] == "http" else "api_key"
    return str(scheme.get("x-contract", {}).get("credential", usual))


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


def _with_parameters(entry: Json, shared: Json) -> Json:
    """Return an operation with the parameters of its path; one of its own wins over a shared one of that name."""
    own = entry.get("parameters", [])
    names = {(each["name"], each["in"]) for each in own}
    inherited = [each for each in shared if (each["name"], each["in"]) not in names]
    return {**entry, "parameters": [*inherited, *own]} if inherited else entry


def _check_security(file: str, place: str, security: Json) -> None:
    """Refuse what the suite does not send: two credentials at once, and a credential that may be left out."""
    for alternative in security:
        if len(alternative) != 1:
            problem = f"asks for {' and '.join(map(repr, alternative)) or 'no credential'} in one alternative"
            remedy = "name one scheme in each alternative, or write security: [] for an operation without credentials"
            raise BadInput(f"schemas/{file}", f"{place}.security", problem, remedy)


def _check_serialization(file: str, place: str, parameter: Json) -> None:
    """Refuse a parameter that would be written in another way than OpenAPI's default."""
    is_query = parameter["in"] == "query"
    usual = {"style": "form" if is_query else "simple", "explode": is_query}
    for key, value in usual.items():
        if parameter.get(key, value) != value:
            problem = f"{parameter[key]!r} is not supported for a parameter in the {parameter['in']}"
            raise BadInput(f"schemas/{file}", f"{place}.{key}", problem, f"leave it out, or write {value!r}".lower())
    if is_query and parameter["schema"].get("type") == "object":
        problem = "an object in the query is not supported"
        raise BadInput(f"schemas/{file}", f"{place}.schema", problem, "describe each of its keys as a parameter")


def _check_fields(file: str, place: str, operation: Operation) -> None:
    """Hold every name of a field to the fields there are: to spoil another one would be to ask for a success."""
    known = [field.name for field in operation.fields]
    for name in _named_fields(operation):
        if name not in known:
            raise BadInput(f"schemas/{file}", place, f"{name!r} is no field of the request", nearest(name, known))
    for field in operation.fields:
        if field.names_object and field.sends is None and field.alone is None:
            raise BadInput(f"schemas/{file}", f"{place}, field {field.name}", "is an id and sends nothing", "add sends")


def _named_fields(operation: Operation) -> Iterator[str]:
    yield from re.findall(r"\{(\w+)\}", operation.path)
    for response in operation.responses:
        yield from (name for names in response.absent for name in names)
        yield from (*response.malformed, *response.unknown)
    for way in (*operation.undocumented, *(way for response in operation.responses for way in response.scenarios)):
        yield from (name for name, _ in way.sends)


def _check_makers(operations: Sequence[Operation]) -> None:
    known = [operation.id for operation in operations]
    for operation in operations:
        if operation.creates and operation.creates.removed_by not in ("", *known):
            name = operation.creates.removed_by
            raise BadInput(
                "schemas/openapi.yaml", f"{operation.id}.makes", f"{name!r} is no operation", nearest(name, known)
            )


def _refuses(status: int, provenance: Provenance, credential: Json) -> Provenance | None:
    """Say how sure it is that this status answers a wrong credential: as the 401 itself, unless told otherwise."""
    if status != 401 or credential is False:
        return None
    return Provenance(credential) if credential else provenance


def _is_printed(provenance: Provenance, parts: Sequence[DescribedValue]) -> bool:
    """Tell whether a page prints this body: what it may hold is assumed of an error, and of an answer not printed."""
    return provenance is Provenance.DOCUMENTED and any(
        part.notes.get("provenance") != Provenance.ASSUMED for part in parts
    )


def _scheme(file: str, place: str, name: str, declared: Json) -> Scheme:
    if name not in declared:
        raise BadInput(f"schemas/{file}", f"{place}.security", f"{name!r} is no scheme", nearest(name, declared))
    entry = declared[name]
    key = _credential_key(entry)
    if entry["type"] == "http":
        return Scheme(name, "Authorization", f"{entry['scheme'].title()} ", "token", entry["scheme"], key)
    return Scheme(name, entry["name"], "", "key", "api-key", key)
