"""Where the files of a contract describe each response: for whoever shows a violation beside what promises it."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from talkstack_contract.contract.documents import key_lines, read_document
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Json

ROOT = "openapi.yaml"
PATH_ITEM_DEPTH = 5  # paths, a path, a method, `responses`, a status
REFERENCES_AT_MOST = 10  # one after the other: a contract that loads has no circle

Keys = tuple[str, ...]


@dataclass(frozen=True)
class FileLine:
    """A line of a file of the contract, counted from 1; the file as seen from the folder of the contract."""

    file: str
    line: int


def response_lines(folder: Path) -> Mapping[tuple[str, int | None], FileLine]:
    """Return the line of each response by the id of its operation and its status, None for the operation itself.

    Nothing where the files cannot be read: no more than the place of a message depends on it.
    """
    with suppress(BadInput, LookupError, TypeError, AttributeError):
        return dict(_Files(folder).found())
    return {}


class _Files:
    """The files of a contract, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[Json, Mapping[Keys, int]]] = {}

    def found(self) -> Iterator[tuple[tuple[str, int | None], FileLine]]:
        paths = self._read(ROOT)[0].get("paths", {})
        for path in paths:
            file, keys = self._followed(ROOT, ("paths", path))
            item, lines = self._at(file, keys), self._read(file)[1]
            for method, operation in item.items():
                if isinstance(operation, dict) and "operationId" in operation:
                    here = (*keys, method)
                    name = str(operation["operationId"])
                    yield (name, None), FileLine(file, lines.get(here, 1))
                    for status in map(str, operation.get("responses", {})):
                        if status.isdigit():
                            line = lines.get((*here, "responses", status), lines.get(here, 1))
                            yield (name, int(status)), FileLine(file, line)

    def _read(self, file: str) -> tuple[Json, Mapping[Keys, int]]:
        if file not in self._known:
            lines = key_lines(self._folder / file, f"schemas/{file}", PATH_ITEM_DEPTH)
            self._known[file] = read_document(self._folder, file), lines
        return self._known[file]

    def _at(self, file: str, keys: Keys) -> Json:
        found = self._read(file)[0]
        for key in keys:
            found = found[key]
        return found

    def _followed(self, file: str, keys: Keys) -> tuple[str, Keys]:
        """Return where a path item stands in the end, by the references that lead there."""
        for _ in range(REFERENCES_AT_MOST):
            item = self._at(file, keys)
            if "$ref" not in item:
                break
            there, _, pointer = str(item["$ref"]).partition("#")
            file = normpath(join(dirname(file), there)) if there else file
            keys = tuple(part.replace("~1", "/").replace("~0", "~") for part in unquote(pointer).split("/")[1:])
        return file, keys
