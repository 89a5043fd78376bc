"""Records of earlier runs: what one of them knew of each clause, and the nights that are kept.

Raises `BadInput` for a file that is no record, and for a folder that cannot be read or written.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path

from talkstack_contract.errors import BadInput, unreadable
from talkstack_contract.judging.comparison import Baseline, learned, turns
from talkstack_contract.model import Json, Verdict

NIGHTS_KEPT = 30
SUFFIX = ".jsonl.gz"
COMPRESSED = b"\x1f\x8b"


@dataclass(frozen=True)
class Night:
    """A run in short: its documented responses by verdict, the median latency in ms, the undocumented fields seen.

    `decision` is empty where the record has no last line: that run was cut. `docs` is what the pages of the docs said
    otherwise than the contract, None where none were given.
    """

    started: datetime
    decision: str
    responses: Mapping[str, int]
    latency_ms: float | None
    undocumented: tuple[str, ...] = ()
    docs: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Earlier:
    """The record of an earlier run: the run in short, and what it knew of each clause.

    `scope` are the operations that the run was asked to decide about, none for the whole contract.
    """

    night: Night
    verdicts: Mapping[str, Verdict | None]
    scope: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What a comparison calls it."""
        return f"{self.night.started:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class History:
    """The nights before this run, the oldest first, and of each clause that went over in them what it was in each."""

    nights: tuple[Night, ...] = ()
    wavering: Mapping[str, tuple[Verdict | None, ...]] = field(default_factory=dict)


def read_earlier(path: Path) -> Earlier:
    """Read what a record knew, also one that was cut, that is compressed, or that another version wrote."""
    header, *lines = list(_lines(path)) or [{}]
    if header.get("kind") != "header":
        raise BadInput(str(path), "line 1", "is not the header of a record", "give a verdicts.jsonl")
    try:
        asked = {f"{case['id']}/{clause}": None for case in header.get("cases", ()) for clause in case["clauses"]}
        told = {
            each["id"]: learned(each["verdict"], each.get("unmet_dependency", ""))
            for each in _of_kind("verdict", lines)
        }
        scope = frozenset(each["id"] for each in header["operations"]) if header.get("scope") else frozenset[str]()
        return Earlier(_night(header, _of_kind("footer", lines)), {**asked, **told}, scope)
    except (KeyError, TypeError, ValueError) as error:
        problem = f"is not what a record holds ({type(error).__name__})"
        raise BadInput(str(path), "", problem, "give the file as the run wrote it") from None


def _lines(path: Path) -> Iterator[dict[str, Json]]:
    """Yield the lines that matter here; one that was cut at the end is dropped, and exchanges are not looked at."""
    try:
        content = path.read_bytes()
        texts = (gzip.decompress(content) if content.startswith(COMPRESSED) else content).split(b"\n")
    except (OSError, EOFError) as error:
        raise BadInput(str(path), "", unreadable(error), "give a readable record") from None
    for number, text in enumerate(texts, 1):
        if text.startswith(b'{"kind": "exchange"'):
            continue
        try:
            line = json.loads(text)
        except ValueError:
            if number == len(texts):
                return
            raise BadInput(str(path), f"line {number}", "is not JSON", "give a verdicts.jsonl") from None
        if not isinstance(line, dict):
            raise BadInput(str(path), f"line {number}", "is not a line of a record", "give a verdicts.jsonl")
        yield line


def _of_kind(kind: str, lines: Iterable[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    return [line for line in lines if line.get("kind") == kind]


def _night(header: Mapping[str, Json], footers: Sequence[Mapping[str, Json]]) -> Night:
    footer = footers[-1] if footers else {}
    return Night(
        datetime.fromisoformat(header["started"]),
        footer.get("decision", ""),
        footer.get("documented_responses", {}),
        footer.get("latency_ms"),
        tuple(footer.get("undocumented", ())),
        tuple(header["docs"]["changes"]) if header.get("docs") else None,
    )


def read_nights(folder: Path) -> list[Earlier]:
    """Read the nights that are kept, the oldest first."""
    return [read_earlier(path) for path in _kept(folder)]


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.name.removesuffix(SUFFIX))


def baseline(runs: Sequence[Earlier], clauses: Iterable[str] = ()) -> Baseline | None:
    """Return what the runs knew, the oldest first; None without any.

    Of `clauses`, the ids of those that are compared, each stands as known whose operation was in the scope of no run:
    a clause that nobody asked about is not new to the contract, and counts in full where it is violated.
    """
    if not runs:
        return None
    known: dict[str, Verdict | None] = {}
    for run in runs:
        known |= {id_: verdict for id_, verdict in run.verdicts.items() if verdict or id_ not in known}
    still = {id_: verdict for id_, verdict in known.items() if _is_still_known(id_, runs)}
    unasked = {id_: None for id_ in clauses if not any(_is_about(run, id_) for run in runs)}
    return Baseline(runs[-1].name, {**unasked, **still})


def _is_about(run: Earlier, clause: str) -> bool:
    return not run.scope or clause.partition("/")[0] in run.scope


def _is_still_known(clause: str, runs: Sequence[Earlier]) -> bool:
    """Tell whether the last run that was about the operation of a clause had the clause."""
    return any(clause in run.verdicts for run in [each for each in runs if _is_about(each, clause)][-1:])


def history_of(runs: Sequence[Earlier]) -> History:
    """Return the nights in short, for the record of the next one."""
    ids = dict.fromkeys(id_ for run in runs for id_ in run.verdicts)
    told = {id_: tuple(run.verdicts.get(id_) for run in runs) for id_ in ids}
    return History(tuple(run.night for run in runs), {id_: each for id_, each in told.items() if turns(each)})


def keep(record: Path, folder: Path, started: datetime, limit: int = NIGHTS_KEPT) -> Path:
    """Add a record to the nights, and drop the oldest beyond the limit."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = _free_name(folder, f"{started:%Y-%m-%dT%H%M%SZ}")
        path.write_bytes(gzip.compress(record.read_bytes(), mtime=0))
        for old in _kept(folder)[:-limit]:
            old.unlink()
    except OSError as error:
        raise BadInput(str(folder), "", f"cannot be written ({type(error).__name__})", "name another folder") from None
    return path


def _free_name(folder: Path, name: str) -> Path:
    """Return a name that sorts after those of the same second."""
    names = (f"{name}{f'-{number:04}' if number else ''}{SUFFIX}" for number in count())
    return next(folder / each for each in names if not (folder / each).exists())
