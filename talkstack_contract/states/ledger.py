"""What a run brings about at a provider, written down before it is asked for, so that a crash loses no trace of it.

A file of JSON lines: `{"id", "kind", "state", "operation", "name"}` before the request, `{"id", "values"}` once it is
known what came of it, `{"id", "removed"}` once it is gone. It holds no credential.
Raises `BadInput` for a file that cannot be read.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from talkstack_contract.errors import BadInput, unreadable

ACCOUNT, OBJECT = "account", "object"


@dataclass(frozen=True)
class Entry:
    """One thing brought about: an account by the states URL, or an object by `operation`, whose remover takes `values`.

    Without `values` it is not known what came of the request.
    """

    id: str
    kind: str
    state: str
    operation: str
    name: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        what = f"an account in the state {self.state!r}" if self.kind == ACCOUNT else f"what {self.operation} made"
        known = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{what} ({known or f'perhaps, under the name {self.name!r}'})"


class Ledger:
    """The ledger of one process; without a path it is kept in memory only. `run` tells this run from others."""

    def __init__(self, path: Path | None = None, run: str = "") -> None:
        self.path, self._run = path, run
        self._entries: dict[str, Entry] = {}

    def begin(self, kind: str, state: str, operation: str = "", name: str = "") -> str:
        """Write down what is about to be asked for, and return its id."""
        entry = Entry(f"{self._run}-{os.getpid()}-{len(self._entries)}", kind, state, operation, name)
        line = {"kind": kind, "state": state, "operation": operation, "name": name}
        self._write({"id": entry.id, **line})
        self._entries[entry.id] = entry
        return entry.id

    def came_to(self, id: str, values: Mapping[str, str]) -> None:  # noqa: A002 - the word of this project
        """Write down what came of it."""
        self._entries[id] = replace(self._entries[id], values=dict(values))
        self._write({"id": id, "values": dict(values)})

    def removed(self, id: str) -> None:  # noqa: A002
        """Write down that it is gone, or never was."""
        self._write({"id": id, "removed": True})
        self._entries[id] = replace(self._entries[id], kind="")

    def pending(self) -> list[Entry]:
        """Return what is still there, the newest first: what depends on something goes before it."""
        return [entry for entry in reversed(self._entries.values()) if entry.kind]

    def _write(self, line: Mapping[str, object]) -> None:
        if self.path:
            with self.path.open("ab+") as file:
                file.write(f"{_end_of_cut_line(file)}{json.dumps(line)}\n".encode("ascii"))
                file.flush()
                os.fsync(file.fileno())


def read_ledger(path: Path) -> Ledger:
    """Read a ledger that a run left."""
    ledger = Ledger(path)
    for number, text in enumerate(_lines(path), 1):
        if not text or _is_cut(text):
            continue
        try:
            line = json.loads(text)
            id_ = line["id"]
            if "kind" in line:
                ledger._entries[id_] = Entry(**line)
            elif "values" in line:
                ledger._entries[id_] = replace(ledger._entries[id_], values=dict(line["values"]))
            elif line["removed"]:
                ledger._entries[id_] = replace(ledger._entries[id_], kind="")
        except (ValueError, KeyError, TypeError):
            raise BadInput(path.name, f"line {number}", "is not a line of a ledger", "fix or delete the line") from None
    return ledger


def tidy(path: Path) -> None:
    """Remove a ledger in which nothing is pending any more."""
    if path.exists() and not read_ledger(path).pending():
        path.unlink()


def _end_of_cut_line(file: BinaryIO) -> str:
    if not file.seek(0, os.SEEK_END):
        return ""
    file.seek(-1, os.SEEK_END)
    return "" if file.read(1) == b"\n" else "\n"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(path), "", unreadable(error), "name a ledger") from None


def _is_cut(line: str) -> bool:
    """Tell whether a crash cut a line short: what it tells of was never asked for."""
    return line.count("{") > line.count("}")  # our lines hold no brace in a text
