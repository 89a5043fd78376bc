"""Whatever stands in a body, a record or a pattern: it is read, or refused by the one error that is foreseen."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from talkstack_contract.contract.id_patterns import pattern_matches
from talkstack_contract.errors import BadInput
from talkstack_contract.model import Effect, Exchange, Request
from talkstack_contract.provider.bodies import DecodedResponse, NotJson
from talkstack_contract.reports.rebuild import Part, joined, read_part
from talkstack_contract.results.records import Totals, footer_line, header_line, verdict_line, written
from tests.unit.found import CONFIGURATION, findings

ENDLESS_IS_NONE = st.floats(allow_nan=False, allow_infinity=False)
ATOMS = st.none() | st.booleans() | st.integers() | ENDLESS_IS_NONE | st.text(alphabet=st.characters(codec="utf-8"))
VALUES = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)
REQUEST = Request("GET", "https://api.example/thing", (), Effect.READS)


def decoded(body: bytes) -> DecodedResponse:
    return DecodedResponse(Exchange("", REQUEST, 200, "OK", (("Content-Type", "application/json"),), body, "", 0.0))


def plain(value: object) -> object:
    """Return a decoded value with its numbers as Python has them: a fraction may be kept as a decimal."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value


# The reader of JSON


@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_json_is_read_as_it_is(value: object, indent: int | None, is_ascii: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    assert plain(decoded(text.encode()).json) == json.loads(text)


@given(st.binary(max_size=80) | st.text(alphabet='{}[]",:\\0123456789.eE+-truefalsn ', max_size=40).map(str.encode))
def test_body_is_json_or_refused(body: bytes) -> None:
    try:
        found = decoded(body).json
    except NotJson:
        return
    assert plain(found) == json.loads(body)


@given(VALUES, st.data())
def test_json_that_is_cut_is_refused(value: object, data: st.DataObject) -> None:
    text = json.dumps([value]).encode()
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    try:
        raise AssertionError(decoded(cut).json)
    except NotJson as error:
        assert str(error)


# The reader of a record

FOUND = findings()
LINES = [
    header_line(CONFIGURATION.run_header),
    *map(verdict_line, FOUND.judgements),
    footer_line(FOUND.decision, Totals(30, 12, 1.23)),
]
RECORD = "".join(map(written, LINES)).encode()


def part_of(content: bytes) -> Part | None:
    """Read a record; None where it is refused, in words that name file and remedy."""
    with TemporaryDirectory() as folder:
        (path := Path(folder) / "verdicts.jsonl").write_bytes(content)
        try:
            return read_part(path)
        except BadInput as error:
            assert str(error).startswith("verdicts.jsonl: ")
            return None


def test_record_as_it_was_written_is_read() -> None:
    part = part_of(RECORD)
    assert part is not None
    assert (part.cut_short, joined([part]).decision.word) == ("", FOUND.decision.word)


@given(st.integers(0, len(RECORD) - 1))
def test_record_that_was_cut_says_so_or_is_refused(end: int) -> None:
    part = part_of(RECORD[:end])
    is_whole = end >= len(RECORD) - 1  # but for the last line end
    assert part is None or (part.cut_short == "") == is_whole


@given(st.integers(0, len(RECORD) - 1), st.binary(min_size=1, max_size=3))
def test_record_in_which_something_was_changed_is_read_or_refused(at: int, piece: bytes) -> None:
    part = part_of(RECORD[:at] + piece + RECORD[at + len(piece) :])
    assert part is None or joined([part]).decision.word


@given(st.binary(max_size=200) | VALUES.map(lambda value: (json.dumps(value) + "\n").encode()))
def test_file_that_is_no_record_is_refused(content: bytes) -> None:
    assert part_of(content) is None


# Patterns over ids

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz-.0123456789", min_size=1, max_size=8)
IDS = st.lists(NAMES, min_size=3, max_size=3).map("/".join)
PATTERNS = st.text(alphabet="ab*/.[](){}\\^$+?|-", max_size=12)


@given(IDS)
def test_id_is_a_pattern_of_itself(id_: str) -> None:
    operation, case, clause = id_.split("/")
    wide = [f"{operation}/**", f"**/{clause}", f"*/{case}/*", "**", f"{operation}/*/{clause[:1]}*"]
    assert [each for each in (id_, *wide) if not pattern_matches(each, id_)] == []


@given(IDS, IDS)
def test_id_is_a_pattern_of_no_other(one: str, other: str) -> None:
    assert pattern_matches(one, other) == (one == other)


@given(PATTERNS, IDS)
def test_any_pattern_is_read_and_only_stars_stand_for_something(pattern: str, id_: str) -> None:
    assert pattern_matches(pattern, id_) in (True, False)
    if "*" not in pattern:
        assert pattern_matches(pattern, id_) == (pattern == id_)
