"""The parts of an OpenAPI document: found by reference, and held to what the suite relies on when it reads them.

Raises `BadInput` for a reference that leads nowhere, and for a part that says what the suite does not judge.
"""

from collections.abc import Iterable, Iterator, Mapping

from talkstack_contract.contract.json_schema import check_document
from talkstack_contract.contract.schema_checks import SchemaChecker, check_example
from talkstack_contract.contract.schema_files import Place, SchemaFiles
from talkstack_contract.errors import BadInput, nearest
from talkstack_contract.model import Json, Scenario

REFERENCES_AT_MOST = 20  # from one part to the next: more is a circle


class Parts:
    """The files of a contract folder, by their paths, while a contract is made of them."""

    def __init__(self, documents: Mapping[str, Json], checker: SchemaChecker, *, are_formats_judged: bool) -> None:
        self._documents, self.checker, self.are_formats_judged = documents, checker, are_formats_judged
        self.files = SchemaFiles(documents)
        self._interpretations: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Tell whether the folder holds a file of that name."""
        return name in self._documents

    def document(self, name: str) -> Json:
        """Return a file."""
        if name not in self._documents:
            raise BadInput(f"schemas/{name}", "", "is missing", "restore it")
        return self._documents[name]

    def knows(self, interpretations: Iterable[str]) -> None:
        """Take in the ids of the interpretations, before a part is read that may name one."""
        self._interpretations = frozenset(interpretations)

    def check(self, file: str, entry: Json, kind: str, place: str) -> None:
        """Hold a part to its kind in `meta/contract.json`."""
        meta = self.document("meta/contract.json")
        definitions = meta.get("$defs", {}) if isinstance(meta, dict) else {}
        if kind not in definitions:
            raise BadInput("schemas/meta/contract.json", f"$defs.{kind}", "is missing", "restore it")
        check_document(f"schemas/{file}", entry, {**definitions[kind], "$defs": definitions}, place)

    def resolved(self, there: Place, entry: Json, kind: str, place: str) -> tuple[Place, Json]:
        """Return a part and its place, where a reference stands the part that it leads to."""
        start = there
        for _ in range(REFERENCES_AT_MOST):
            if not (isinstance(entry, dict) and "$ref" in entry):
                if there is not start:
                    self.check(there.file, entry, kind, place)
                return there, entry
            there, entry = there.follow(entry["$ref"])
        raise BadInput(f"schemas/{start.file}", place, "is a circle of references", "name the part itself")

    def check_examples(self, there: Place, key: str, entry: Json) -> None:
        """Hold the examples of a parameter, a header or a media type to its schema."""
        examples = [("example", entry["example"])] if "example" in entry else []
        examples += [(f"examples.{name}", each["value"]) for name, each in self._given(there, key, entry)]
        for name, example in examples:
            schema, is_judged = entry.get("schema", True), self.are_formats_judged
            check_example(there, schema, example, f"{key}.{name}", are_formats_judged=is_judged)

    def _given(self, there: Place, key: str, entry: Json) -> Iterator[tuple[str, Json]]:
        for name, each in entry.get("examples", {}).items():
            _, example = self.resolved(there, each, "example", f"{key}.examples.{name}")
            if "value" in example:
                yield name, example

    def scenarios(self, file: str, place: str, entries: Json) -> tuple[Scenario, ...]:
        """Return the named ways to a response."""
        for each in entries.values():
            self.check_interpretation(file, place, each.get("interpretation", ""))
        return tuple(
            Scenario(
                name,
                each.get("state", ""),
                tuple(each.get("sends", {}).items()),
                tuple(each.get("or", ())),
                each.get("interpretation", ""),
                each.get("guarded", False),
            )
            for name, each in entries.items()
        )

    def check_interpretation(self, file: str, place: str, name: str) -> None:
        """Refuse the id of an interpretation that there is not."""
        if name and name not in self._interpretations:
            raise BadInput(
                f"schemas/{file}", place, f"{name!r} is not an interpretation", nearest(name, self._interpretations)
            )
