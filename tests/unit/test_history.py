"""Records of earlier runs are read whatever became of them, and a bounded number of nights is kept."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from talkstack_contract.errors import BadInput
from talkstack_contract.judging.comparison import Baseline
from talkstack_contract.model import Verdict
from talkstack_contract.results.history import (
    Earlier,
    History,
    Night,
    baseline,
    history_of,
    keep,
    read_earlier,
    read_nights,
)

STARTED = "2026-11-24T02:15:00+00:00"
AT = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)
HEADER = {"kind": "header", "started": STARTED, "cases": [{"id": "a/b", "clauses": ["x", "y", "z"]}]}
EXCHANGE = {"kind": "exchange", "id": "a/b"}
VERDICTS = [
    {"kind": "verdict", "id": "a/b/x", "verdict": "violated", "unmet_dependency": ""},
    {"kind": "verdict", "id": "a/b/y", "verdict": "not tested", "unmet_dependency": "x"},
]
FOOTER = {
    "kind": "footer",
    "decision": "REJECTED",
    "documented_responses": {"upheld": 3},
    "latency_ms": 4.5,
    "undocumented": ["a 200 $.colour"],
}
KNOWN = {"a/b/x": Verdict.VIOLATED, "a/b/y": None, "a/b/z": None}


def record(path: Path, *lines: object, rest: str = "") -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines) + rest, encoding="ascii")
    return path


def test_record_is_read_in_short(tmp_path: Path) -> None:
    found = read_earlier(record(tmp_path / "v.jsonl", HEADER, EXCHANGE, *VERDICTS, FOOTER))
    night = Night(AT, "REJECTED", {"upheld": 3}, 4.5, ("a 200 $.colour",))
    assert (found, found.name) == (Earlier(night, KNOWN), "2026-11-24 02:15 UTC")


def test_record_of_another_version_is_compared_by_its_verdicts(tmp_path: Path) -> None:
    header = {"kind": "header", "started": STARTED}
    found = read_earlier(record(tmp_path / "v.jsonl", header, {"kind": "verdict", "id": "a/b/x", "verdict": "upheld"}))
    assert found == Earlier(Night(AT, "", {}, None), {"a/b/x": Verdict.UPHELD})


def test_record_that_was_cut_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    found = read_earlier(record(tmp_path / "v.jsonl", HEADER, *VERDICTS, rest='{"kind": "verd'))
    assert found == Earlier(Night(AT, "", {}, None), KNOWN)


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "line 1: is not the header of a record"),
    "no-header": (b'{"kind": "verdict"}\n', "line 1: is not the header of a record"),
    "no-json": (b"nonsense\n{}\n", "line 1: is not JSON"),
    "no-object": (b"7\n", "line 1: is not a line of a record"),
    "no-date": (b'{"kind": "header", "started": "yesterday"}\n', "is not what a record holds (ValueError)"),
    "no-verdict": (
        json.dumps(HEADER).encode() + b'\n{"kind": "verdict", "id": "a/b/x", "verdict": "fine"}\n',
        "is not what a record holds (ValueError)",
    ),
    "cut-archive": (gzip.compress(b"x" * 100)[:-9], "cannot be read"),
}


@pytest.mark.parametrize(("content", "told"), BAD.values(), ids=BAD)
def test_file_that_is_no_record_is_named(content: bytes, told: str, tmp_path: Path) -> None:
    (path := tmp_path / "v.jsonl").write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_earlier(path)
    assert str(caught.value).startswith(f"{path}: {told}")


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"v\.jsonl: is not there; give a readable record"):
        read_earlier(tmp_path / "v.jsonl")


# Nights


def night(day: int) -> datetime:
    return datetime(2026, 11, day, 2, 15, tzinfo=UTC)


def test_kept_night_is_read_again(tmp_path: Path) -> None:
    made = record(tmp_path / "v.jsonl", HEADER, *VERDICTS, FOOTER)
    keep(made, tmp_path / "history", AT)
    assert read_nights(tmp_path / "history") == [read_earlier(made)]


def test_oldest_nights_are_dropped(tmp_path: Path) -> None:
    made = record(tmp_path / "v.jsonl", HEADER)
    for day in (3, 1, 2):
        keep(made, tmp_path / "history", night(day), limit=2)
    kept = sorted(path.name for path in (tmp_path / "history").iterdir())
    assert kept == ["2026-11-02T021500Z.jsonl.gz", "2026-11-03T021500Z.jsonl.gz"]


def test_two_runs_of_one_second_are_both_kept(tmp_path: Path) -> None:
    for decision in ("ACCEPTED", "REJECTED", "INCONCLUSIVE"):
        keep(record(tmp_path / "v.jsonl", HEADER, {**FOOTER, "decision": decision}), tmp_path / "history", AT)
    kept = [each.night.decision for each in read_nights(tmp_path / "history")]
    assert kept == ["ACCEPTED", "REJECTED", "INCONCLUSIVE"]


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "history").write_text("no folder")
    with pytest.raises(BadInput, match=r"history: cannot be written \(FileExistsError\); name another folder"):
        keep(record(tmp_path / "v.jsonl", HEADER), tmp_path / "history", AT)


def test_no_night_is_no_baseline(tmp_path: Path) -> None:
    assert (baseline([]), history_of(read_nights(tmp_path / "none"))) == (None, History())


def earlier(day: int, **verdicts: Verdict | None) -> Earlier:
    return Earlier(Night(night(day), "ACCEPTED", {}, None), verdicts)


def test_baseline_is_named_after_the_last_night_and_keeps_what_earlier_ones_knew() -> None:
    runs = [earlier(1, a=Verdict.VIOLATED), earlier(2, a=None)]
    assert baseline(runs) == Baseline("2026-11-02 02:15 UTC", {"a": Verdict.VIOLATED})


def test_later_night_wins_where_it_learned_something_and_says_which_clauses_there_are() -> None:
    first = earlier(1, a=Verdict.UPHELD, b=Verdict.VIOLATED, gone=Verdict.UPHELD)
    runs = [first, earlier(2, a=Verdict.VIOLATED, b=None, c=None)]
    known = {"a": Verdict.VIOLATED, "b": Verdict.VIOLATED, "c": None}
    assert baseline(runs) == Baseline("2026-11-02 02:15 UTC", known)


def scoped(day: int, operation: str, verdict: Verdict) -> Earlier:
    return Earlier(Night(night(day), "ACCEPTED", {}, None), {f"{operation}/x/y": verdict}, frozenset({operation}))


def test_clause_that_no_run_was_asked_about_is_not_new_to_the_contract() -> None:
    found = baseline([scoped(1, "a", Verdict.UPHELD)], ["a/x/y", "a/x/new", "b/x/y"])
    assert found == Baseline("2026-11-01 02:15 UTC", {"b/x/y": None, "a/x/y": Verdict.UPHELD})


def test_night_of_another_scope_forgets_nothing() -> None:
    runs = [scoped(1, "a", Verdict.VIOLATED), scoped(2, "b", Verdict.UPHELD)]
    assert baseline(runs) == Baseline("2026-11-02 02:15 UTC", {"a/x/y": Verdict.VIOLATED, "b/x/y": Verdict.UPHELD})


def test_history_holds_the_clauses_that_went_over() -> None:
    runs = [earlier(1, a=Verdict.UPHELD, b=Verdict.UPHELD), earlier(2, a=Verdict.VIOLATED, b=Verdict.UPHELD)]
    found = history_of(runs)
    assert found == History((runs[0].night, runs[1].night), {"a": (Verdict.UPHELD, Verdict.VIOLATED)})
