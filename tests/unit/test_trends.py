"""What a row of nights comes to: its bars, its latencies, and what keeps changing."""

from datetime import UTC, datetime

import pytest

from talkstack_contract.model import Verdict
from talkstack_contract.reports.trends import HIGH, Segment, Trend, trend_of
from talkstack_contract.results.history import History, Night
from tests.unit.found import judged

UPHELD, VIOLATED = Verdict.UPHELD, Verdict.VIOLATED
CLAUSE = "by-bearer/envelope.message-is-text"
ID = f"getActiveProject/{CLAUSE}"


def night(latency_ms: float | None = 10.0, undocumented: tuple[str, ...] = (), **pairs: int) -> Night:
    return Night(datetime(2026, 11, 24, tzinfo=UTC), "ACCEPTED", pairs or {"upheld": 4}, latency_ms, undocumented)


def trend(*nights: Night) -> Trend:
    return trend_of(History(nights[:-1]), nights[-1], [])


@pytest.mark.parametrize(
    ("latencies", "before", "times"),
    [
        ([10.0], None, None),
        ([100.0, 120.0, 140.0, 240.0], 120.0, 2.0),
        ([100.0, 100.0, 149.0], 100.0, None),
        ([100.0, 150.0], 100.0, 1.5),
        ([None, 100.0, None, 300.0], 100.0, 3.0),
        ([1.0, 20.9], 1.0, None),
        ([1.0, 21.0], 1.0, 21.0),
        ([10.0, None], 10.0, None),
        ([None, None], None, None),
    ],
)
def test_slower_night_is_held_against_those_before(
    latencies: list[float | None], before: float | None, times: float | None
) -> None:
    found = trend(*map(night, latencies))
    assert (found.latency_before_ms, found.times_slower) == (before, times)


def test_sparkline_has_a_block_for_each_night_with_answers() -> None:
    assert trend(night(1.0), night(None), night(8.0)).sparkline == "▂ █"


def test_bar_of_a_night_is_as_high_as_its_pairs() -> None:
    found = list(trend(night(upheld=3, violated=1, reachable=4), night(blocked=4)).segments())
    assert found == [
        Segment("upheld", 0, HIGH / 4, 14, 3 * HIGH / 4, 3),
        Segment("violated", 0, 0.0, 14, HIGH / 4, 1),
        Segment("blocked", 20, 0.0, 14, float(HIGH), 4),
    ]


def test_dots_leave_out_a_night_without_answers() -> None:
    assert [x for x, _ in trend(night(5.0), night(None), night(10.0)).dots()] == [7.0, 47.0]


def test_slowest_night_reaches_the_top_of_the_chart() -> None:
    assert [y for _, y in trend(night(5.0), night(10.0)).dots()] == [43.0, 6.0]


def test_undocumented_field_is_first_seen_once() -> None:
    found = trend(night(undocumented=("a",)), night(undocumented=("a", "b")))
    assert found.first_seen == ("b",)


def test_last_night_is_the_one_before_this() -> None:
    nights = [night(1.0), night(2.0)]
    assert (trend(*nights).last, trend(nights[1]).last) == (nights[0], None)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((UPHELD, VIOLATED, None, UPHELD), VIOLATED, ((ID, "✓✕·✓✕"),)),
        ((UPHELD, VIOLATED, UPHELD), UPHELD, ()),
        ((UPHELD, VIOLATED, UPHELD), VIOLATED, ((ID, "✓✕✓✕"),)),
    ],
)
def test_clause_that_turns_three_times_keeps_changing(
    before: tuple[Verdict | None, ...], now: Verdict, expected: tuple[tuple[str, str], ...]
) -> None:
    nights = tuple(night() for _ in before)
    assert trend_of(History(nights, {ID: before}), night(), [judged(CLAUSE, now)]).wavering == expected
